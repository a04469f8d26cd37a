"""Whatever names hold, they end as rows of the ledger, and as text that does nothing.

What comes in by the program's own readers is clean in the survey; a survey that another
program has filled is clean in everything that comes out.
"""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from camtrap_tui.cli import main
from camtrap_tui.cli.output import json_text
from camtrap_tui.services.accounts import take_ledger
from camtrap_tui.services.listing import WHATS
from camtrap_tui.services.places import from_text, picture_path
from camtrap_tui.services.review_items import Items
from camtrap_tui.store.store import Store
from tests.hostile import PAYLOADS, poison, unsafe_in
from tests.picture_files import blobs, jpeg
from tests.terminal import Terminal


class Shell:
    """Runs command lines in this process, and keeps all that they print."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
        self._monkeypatch, self._capfd = monkeypatch, capfd
        self.out = ""

    def __call__(self, *arguments: str | Path) -> int:
        self._monkeypatch.setattr("sys.argv", ["camtrap-tui", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        self.out, err = self._capfd.readouterr()
        assert not unsafe_in(self.out), (arguments, self.out)
        assert not unsafe_in(err), (arguments, err)
        return int(ended.value.code or 0)


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Shell:
    return Shell(monkeypatch, capfd)


@pytest.fixture(scope="module", params=[False, True], ids=["names", "names and folders"])
def poisoned(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Path:
    """A survey that another program has filled; with pictures, where its folder is known."""
    path = tmp_path_factory.mktemp("poisoned") / "river.db"
    with Store.open(path, create=True) as store:
        poison(store, folders=request.param)
    return path


@pytest.fixture
def survey(poisoned: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    return Path(shutil.copy(poisoned, tmp_path))


# ── what comes out ───────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "arguments",
    [
        ("status", "SURVEY"),
        ("status", "SURVEY", "--check"),
        ("status", "SURVEY", "--json"),
        ("charts", "SURVEY"),
        ("charts", "SURVEY", "--hours"),
        ("charts", "SURVEY", "--by", "truth", "--log"),
        ("charts", "SURVEY", "--by", "classification", "--json"),
        ("charts", "SURVEY", "--hours", "--json"),
        ("deployments", "SURVEY"),
        ("deployments", "SURVEY", "--json"),
        ("clock", "SURVEY"),
        ("clock", "SURVEY", "--json"),
        ("bursts", "SURVEY"),
        ("bursts", "SURVEY", "--json"),
        ("review", "SURVEY"),
        ("sessions", "SURVEY"),
        ("sessions", "SURVEY", "--json"),
        ("filters", "SURVEY"),
        ("filters", "SURVEY", "--json"),
        ("expect", "SURVEY", "--add", "no such beast", "--run", "1"),
        ("expect", "SURVEY", "--add", "no such beast", "--list"),
        ("expect", "SURVEY", "--json"),
        ("consensus", "SURVEY"),
        ("consensus", "SURVEY", "--rule", "majority:2", "--json"),
        ("consensus", "SURVEY", "--list", "agreed"),
        ("consensus", "SURVEY", "--list", "agreed", "--json"),
        ("agreement", "SURVEY"),
        ("agreement", "SURVEY", "--json"),
        ("report", "SURVEY", "--json"),
        ("relink", "SURVEY", "FOLDER"),
        ("add", "SURVEY", "FOLDER"),
    ],
    ids=" ".join,
)
def test_no_command_prints_what_a_terminal_obeys(
    shell: Shell, survey: Path, arguments: tuple[str, ...]
) -> None:
    folder = survey.with_name("more")
    folder.mkdir()
    (folder / "plain.jpg").write_bytes(jpeg(blobs(1)))
    places = {"SURVEY": str(survey), "FOLDER": str(folder)}
    code = shell(*[places.get(word, word) for word in arguments])
    assert code in (0, 1, 2)
    assert shell.out or code
    if "--json" in arguments:
        json.loads(shell.out)


@pytest.mark.parametrize("payload", [*PAYLOADS, "lone \udc9b surrogate", "\U000e0041"])
def test_json_is_safe_to_look_at_and_says_the_same(payload: str) -> None:
    value = {payload: [payload, 1, None]}
    for indent in (None, 1):
        text = json_text(value, indent)
        assert not unsafe_in(text)
        assert json.loads(text) == value


@pytest.mark.parametrize("what", WHATS)
def test_no_list_prints_what_a_terminal_obeys(shell: Shell, survey: Path, what: str) -> None:
    for options in ((), ("--json",), ("--csv", "-")):
        assert shell("status", survey, "--list", what, *options) == 0


def test_a_list_is_as_long_as_its_number_whatever_names_hold(shell: Shell, survey: Path) -> None:
    assert shell("status", survey, "--json") == 1
    account = json.loads(shell.out)
    for state, count in account["rows"].items():
        assert shell("status", survey, "--list", state) == 0
        assert len(shell.out.splitlines()) == count + 2
        assert shell("status", survey, "--list", state, "--csv", "-") == 0
        assert len(shell.out.splitlines()) == count + 1


def test_no_export_holds_what_a_terminal_obeys_or_a_spreadsheet_runs(
    shell: Shell, survey: Path, tmp_path: Path
) -> None:
    out = tmp_path / "truth.csv"
    assert shell("export", survey, out, "--all-graders", "--json") == 0
    text = out.read_text(encoding="utf-8")
    assert not unsafe_in(text)
    assert not re.search(r'(^|,)"?=cmd', text, re.MULTILINE)


def test_what_is_wrong_is_told_in_safe_words(shell: Shell, survey: Path, tmp_path: Path) -> None:
    for payload in PAYLOADS:
        word = payload.replace("\x00", "")
        assert shell("status", survey, "--list", f"a{word}") == 2
        assert shell("charts", survey, "--where", word) in (1, 2)
        assert shell("status", tmp_path / f"none{word[:200]}.db") == 1
        assert shell("backup", survey, tmp_path / f"no{word[:99]}" / "copy.db") == 1
        bad = tmp_path / "bad.json"
        bad.write_text(json.dumps({payload: [payload]}), encoding="utf-8", errors="replace")
        assert shell("import", survey, bad) == 1


def test_no_picture_is_looked_for_outside_of_its_folder(survey: Path) -> None:
    with Store.open(survey) as store:
        ids = range(1, store.images.count() + 1)
        items = Items(store, store.runs.latest()).read(ids)
        assert len(items) == len(ids)
        folder = Path(from_text(store.images.sources()[1].location))
        for item in items:
            assert item.path is None or folder in item.path.parents
            assert item.path is None or ".." not in item.path.parts
        assert any(item.path is None for item in items)


# ── what comes in ────────────────────────────────────────────────────────────────────────────


def texts(store: Store) -> Iterator[str]:
    """Yield every text that the survey holds, but for what a table is written in."""
    tables = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '%sqlite%'"
    for (table,) in store.db.execute(tables).fetchall():
        for row in store.db.execute(f"SELECT * FROM {table}"):
            yield from (value for value in row if isinstance(value, str))


def test_every_file_of_a_folder_ends_as_a_row(shell: Shell, tmp_path: Path) -> None:
    survey, folder = tmp_path / "river.db", tmp_path / "cards"
    for number, payload in enumerate([*PAYLOADS, "lone \udcff\udc9b surrogate"]):
        # A path holds any byte but NUL, and a name none of these two; 255 bytes are the most.
        name = os.fsdecode(os.fsencode(payload.replace("/", "∕").replace("\x00", ""))[:200])
        inside = folder / f"camera {name}"
        inside.mkdir(parents=True)
        (inside / f"f{name}.jpg").write_bytes(jpeg(blobs(number)))
        (inside / f"f{name}.txt").write_bytes(b"no picture")
    count = len(PAYLOADS) + 1
    assert shell("add", survey, folder, "--dry-run") == 0
    assert shell("add", survey, folder) == 0
    assert shell("add", survey, folder, "--json") == 0
    moved = folder.rename(tmp_path / "moved")
    assert shell("relink", survey, moved) == 0
    with Store.open(survey) as store:
        assert store.ledger.states() == {"here": count, "not_a_picture": count}
        assert take_ledger(store, deep=True).discrepancies == ()
        assert not [text for text in texts(store) if unsafe_in(text)]
        images = store.images.by_ids(range(1, count + 1))
        assert all(picture_path(store.images.sources(), image).is_file() for image in images)  # type: ignore[union-attr]
    assert shell("status", survey, "--list", "here") == 0


def test_every_line_of_a_manifest_ends_as_a_row(shell: Shell, tmp_path: Path) -> None:
    headings = ["mediaID", "publicURL", "timestamp", "folderName", "fileName", "filePath"]
    manifest = tmp_path / "manifest.csv"
    with manifest.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(headings)
        for number, payload in enumerate(PAYLOADS):
            text = payload.replace("\x00", "")
            row = [f"{text}{number}", f"https://x.org/{text}", text, text, f"{text}.jpg", text]
            for empty in range(7):
                writer.writerow([cell if k != empty else "" for k, cell in enumerate(row)])
    survey = tmp_path / "river.db"
    assert shell("add", survey, manifest, "--dry-run", "--json") == 0
    assert shell("add", survey, manifest, "--yes") == 0
    with Store.open(survey) as store:
        assert sum(store.ledger.states().values()) == 7 * len(PAYLOADS)
        assert take_ledger(store, deep=True).discrepancies == ()
        assert not [text for text in texts(store) if unsafe_in(text)]
    assert shell("add", survey, manifest, "--json") == 0


def test_every_record_of_predictions_is_counted(shell: Shell, tmp_path: Path) -> None:
    records = [
        {
            "filepath": f"{payload}/{number}.jpg",
            "prediction": f"u{number};{payload};{payload};;;;{payload}",
            "prediction_score": 0.9,
            "prediction_source": payload,
            "model_version": payload,
            "classifications": {"classes": [f"u{number};;;;;;{payload}"], "scores": [0.9]},
        }
        for number, payload in enumerate(PAYLOADS)
    ]
    records += [{"filepath": f"{payload}.JPG", "failures": [payload]} for payload in PAYLOADS]
    predictions, metadata = tmp_path / "p.json", tmp_path / "m.csv"
    predictions.write_text(json.dumps({"predictions": records}), encoding="utf-8")
    metadata.write_text(
        "mediaID,timestamp,publicURL,folderName,fileName,filePath\n"
        + "".join(
            f'"{p}{n}","{p}","{p}","{p}","{p}","{p}/{n}.jpg"\n'.replace("\x00", "")
            for n, p in enumerate(PAYLOADS)
        ),
        encoding="utf-8",
    )
    survey = tmp_path / "river.db"
    assert shell("import", survey, predictions, "--metadata", metadata, "--json") == 0
    report = json.loads(shell.out)
    assert report["predicted"] + report["failed"] + report["repeated"] == report["records"]
    with Store.open(survey) as store:
        assert take_ledger(store, deep=True).discrepancies == ()
        assert not [text for text in texts(store) if unsafe_in(text)]
    assert shell("import", survey, predictions) == 0


# ── what is shown ────────────────────────────────────────────────────────────────────────────

_UP, _DOWN, _HOME, _END, _ESC = "\x1b[A", "\x1b[B", "\x1b[H", "\x1b[F", "\x1b"
_REVIEW, _LEDGER, _RUNS = "u undo", "do NOT add up", "f folder"
# Every screen, prompt and list: what is typed, and what the screen says then.
_TOUR = (
    ("jjjjkk]}[{)(><z=\x1b[A--dxa\tmu", ""),
    *(("i", "Individual:"), ("aj ", ""), (_ESC, _REVIEW), ("\x10blocks\r", "Blocks:"), (_ESC, "")),
    *(("\x10of this burst\r", "sheet"), (_ESC, _REVIEW)),
    *(("\x10of this class\r", "no prediction"), (_ESC, _REVIEW)),
    *(("/a", "Species:"), (_DOWN * 3, ""), (_ESC, _REVIEW), ("+x", "Also:"), (_ESC, _REVIEW)),
    *(("#", "How many"), (_ESC, _REVIEW), ("n", "Note:"), (_ESC, _REVIEW), (":a[\r", _REVIEW)),
    *(("f", "Filter:"), ("@", ""), (_DOWN * 3 + "\t", ""), ("\x15camera:", ""), (_DOWN * 5, "")),
    *(("\t note:x", ""), ("\x15grader:\t", ""), ("\x13", ""), (_ESC, ""), (_ESC, _REVIEW)),
    *(("f", "Filter:"), ("camera:[/]\r", _REVIEW), ("f", "Filter:"), ("\x15\r", "/30")),
    *(("?", "Help:"), (_DOWN * 3, ""), (_ESC, _REVIEW), ("\x10", "Command:"), (_ESC, _REVIEW)),
    *(
        ("g", "sheet: blank"),
        ("\x1b[C\x1b[C -", "✗"),
        ("=", ""),
        ("/", "exception is:"),
        (_ESC, "✗"),
    ),
    *((_ESC, "exception"), (_ESC, _REVIEW)),
    *(("c", "linear scale"), ("jjj", ""), ("b", "classification"), ("b", "truth")),
    *(("h", "own scales"), ("s", "one scale"), ("jj", ""), ("c", _REVIEW)),
    *(("l", _LEDGER), (_HOME, ""), ("\r", "ledger · here"), ("jj ", ""), (_ESC, _LEDGER)),
    *(("j\r", "ledger · not a picture"), ("jjj" + _END, ""), (_ESC, _LEDGER)),
    *(("j\r", "ledger · unreadable"), ("jj", ""), (_ESC, _LEDGER)),
    *((_END, ""), ("\r", "ledger · no time"), (_ESC, _LEDGER), (_HOME + "jjjjjj\r", "in run 1")),
    *(("jj" + _END + _UP, ""), ("\r", _REVIEW)),
    *(("r", _RUNS), ("x", "failures of run"), ("jj ", ""), ("x", "run  made by")),
    *(("f", "Folder:"), (_ESC, _RUNS), ("m", "Model:"), (_ESC, _RUNS)),
    *(("n", "Country:"), (_ESC, _RUNS), ("r", _REVIEW)),
)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
def test_no_screen_shows_what_a_terminal_obeys(tmp_path: Path, size: tuple[int, int]) -> None:
    survey = tmp_path / "river.db"
    with Store.open(survey, create=True) as store:
        poison(store, folders=size == (120, 40))
    terminal = Terminal("review", survey, "--grader", "g[/]", size=size)
    try:
        terminal.wait_for("/30")
        for keys, says in _TOUR:
            terminal.type(keys)
            terminal.wait_for(says, 10)
            # An escape must not be read with what follows it.
            time.sleep(0.15 if keys.endswith(_ESC) else 0.03)
        terminal.type("q")
        assert os.waitstatus_to_exitcode(terminal.wait()) == 0
    finally:
        terminal.close()
    written = terminal.written.decode(errors="surrogateescape")
    assert not unsafe_in(written, terminal=True)
    assert "Traceback" not in written
    # What was to be hidden has been shown, as text.
    assert "SEVMTE8=" in written
