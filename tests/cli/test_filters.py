"""`camtrap-tui filters`, and `--where` with saved filters and mistakes that are pointed at."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from camtrap_tui.cli import group, main
from camtrap_tui.domain.filter_words import ORDERS, VALUES, WORDS
from camtrap_tui.errors import UsageError
from camtrap_tui.store.store import Store
from tests.builders import Said, add_images
from tests.store.test_reports import MALLARD, RACCOON, grade


@pytest.fixture
def survey(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A survey of three pictures, one of them graded by ann, who asks."""
    monkeypatch.setenv("CAMTRAP_TUI_GRADER", "ann")
    path = tmp_path / "river.db"
    with Store.open(path, create=True) as store:
        one, *_ = add_images(store, [Said(RACCOON), Said(RACCOON), Said(MALLARD)])
        grade(store, "ann", one, RACCOON)
    return path


def run(*args: object) -> Result:
    """Run a command; errors are raised."""
    return CliRunner().invoke(group, [str(a) for a in args], catch_exceptions=False)


def test_a_filter_is_saved_listed_and_removed(survey: Path) -> None:
    saved = run("filters", survey, "--where", f'species:"{RACCOON}"', "--save", "coons")
    assert "Saved: @coons is" in saved.stderr
    table = run("filters", survey).stdout.splitlines()
    assert table[2].split()[0] == "coons"
    (row,) = json.loads(run("filters", survey, "--json").stdout)
    assert (row["name"], row["pictures"], row["ungraded"], row["saved_by"]) == (
        *("coons", 2, 1),
        "ann",
    )
    assert "Removed: coons" in run("filters", survey, "--remove", "coons").stderr
    assert json.loads(run("filters", survey, "--json").stdout) == []


def test_what_a_filter_chooses_is_counted(survey: Path) -> None:
    (row,) = json.loads(run("filters", survey, "--where", "state:mine", "--json").stdout)
    assert (row["pictures"], row["ungraded"], row["words"]) == (1, 0, "graded by you")


def test_where_nothing_fits_a_word_that_stands_twice_is_told_of(survey: Path) -> None:
    told = run("filters", survey, "--where", "camera:UR011 camera:nowhere").stderr
    assert "camera:UR011,nowhere means or" in told
    assert run("filters", survey, "--where", "camera:UR011 camera:UR0").stderr == ""


def test_a_saved_filter_serves_wherever_a_filter_does(survey: Path) -> None:
    run("filters", survey, "--where", f'species:"{RACCOON}"', "--save", "coons")
    charts = json.loads(run("charts", survey, "--where", "@coons -state:mine", "--json").stdout)
    assert charts["rows"] == 1
    out = survey.with_name("truth.csv")
    report = json.loads(run("export", survey, out, "--where", "@coons state:mine", "--json").stdout)
    assert report["rows"] == 1


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("words", ["", "species:raccoon ", "state:graded "])
def test_an_order_changes_nothing_of_what_is_counted(survey: Path, words: str, order: str) -> None:
    def told(where: str) -> list[str]:
        out = survey.with_name("truth.csv")
        out.unlink(missing_ok=True)
        run("export", survey, out, "--where", where)
        charts = (("charts",), ("charts", "--hours"), ("charts", "--by", "truth"))
        found = [run(*chart, survey, "--where", where, "--json").stdout for chart in charts]
        (counted,) = json.loads(run("filters", survey, "--where", where, "--json").stdout)
        return [out.read_text(), str(counted["pictures"]), *found]

    ordered = [
        text.replace(f"{words}order:{order}", words.strip())
        for text in told(f"{words}order:{order}")
    ]
    assert ordered == told(words)


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (("--save", "x"), "--where"),
        (("--remove", "x"), "no saved filter 'x'"),
        (("--remove", "x", "--where", ""), "one after the other"),
        (("--where", "@x"), "no saved filter 'x'"),
    ],
)
def test_what_cannot_be_done_is_a_sentence(survey: Path, args: tuple[str, ...], says: str) -> None:
    with pytest.raises(UsageError, match=says):
        run("filters", survey, *args)


def test_a_mistake_has_a_caret_below_it(
    survey: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    line = "camera:橋\x1b hour:25"
    monkeypatch.setattr(sys, "argv", ["camtrap-tui", "charts", str(survey), "--where", line])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    told, shown, caret = capsys.readouterr().err.splitlines()
    assert "column 16: hour:25: hours go from 0 to 23" in told
    # The sign for a bridge is two cells wide.
    assert caret.index("^") == shown.index("25") + 1
    assert "\x1b" not in shown


def test_all_words_can_be_printed_without_a_survey() -> None:
    out = run("filters", "--words").stdout
    for word in WORDS:
        assert f"\n{word}:" in out
    for values in VALUES.values():
        for value, told in values.items():
            assert any(line.split() == [value, *told.split()] for line in out.splitlines())
