"""Every format: what is chosen is in the export or left out for a reason, of a hostile survey too.

Two exports of a survey are equal, and nothing half-written is ever in the place of a whole one.
"""

from __future__ import annotations

import csv
import json
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from camtrap_tui.errors import UsageError
from camtrap_tui.services.exports.beside import REPORT_FILE
from camtrap_tui.services.exports.formats import (
    all_formats,
    check_kind,
    check_place,
    export,
    flag,
    format_named,
)
from camtrap_tui.services.exports.pictures import Pictures
from camtrap_tui.services.exports.report import ExportReport, report_from, report_json
from camtrap_tui.services.exports.report_text import report_lines
from camtrap_tui.services.exports.request import ExportRequest, Format
from camtrap_tui.store.store import Store
from tests.hostile import unsafe_in
from tests.services.exports.sample_survey import CONFLICTS, graded_sample, hostile
from tests.services.exports.toy_format import put_toy

FORMATS = all_formats()
each_format = pytest.mark.parametrize("format", FORMATS, ids=[one.name for one in FORMATS])
# When it was made, which is all that two exports of one survey differ in.
_STAMP = re.compile(rb"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z|20\d\d-\d\d-\d\d \d\d:\d\d:\d\d")
_KILLED = """
import os, signal, sys
from pathlib import Path
from camtrap_tui.services.exports.formats import export
from camtrap_tui.services.exports.request import ExportRequest
from camtrap_tui.store.store import Store

with Store.open(Path(sys.argv[1])) as store:
    request = ExportRequest(Path(sys.argv[2]), replace=True)
    export(store, sys.argv[3], request, lambda *_: os.kill(os.getpid(), signal.SIGKILL))
"""


class Stopped(Exception):
    """Somebody has stopped the export."""


@pytest.fixture(scope="module", params=["sample", "hostile"])
def survey(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Path:
    """A survey to be exported."""
    folder = tmp_path_factory.mktemp(request.param)
    return graded_sample(folder) if request.param == "sample" else hostile(folder)


@pytest.fixture
def opened(survey: Path) -> Iterator[Store]:
    with Store.open(survey) as store:
        yield store


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder in which nothing else is."""
    folder = tmp_path / "exports"
    folder.mkdir()
    return folder


def write(store: Store, format: Format, out: Path) -> ExportReport:
    """Export what the format can hold, with pictures where it writes any."""
    request = ExportRequest(out)
    if "pictures" in format.takes:
        request = replace(request, options=replace(request.options, pictures="copy"))
    return export(store, format.name, request, lambda *_: None)


def files_of(out: Path) -> dict[str, Path]:
    """Return the files of an export by their path inside it; its name where it is one itself."""
    if out.is_file():
        return {out.name: out}
    return {
        str(path.relative_to(out)): path for path in sorted(out.rglob("*")) if not path.is_dir()
    }


def _inside(path: str) -> str:
    """Return how paths in a folder begin; for a file, as no path does."""
    return path if path.endswith("/") else "/"


@each_format
def test_every_picture_is_in_it_or_left_out_for_a_reason(
    opened: Store, format: Format, place: Path
) -> None:
    out = place / format.example
    report = write(opened, format, out)
    assert report.chosen == Pictures(opened, ExportRequest(out)).count() > 0
    assert sorted(place.iterdir()) == [out]
    found = files_of(out)
    found.pop(REPORT_FILE, None)
    for file in report.files:
        parts = {name for name in found if name == file.path or name.startswith(_inside(file.path))}
        assert sum(found[name].stat().st_size for name in parts) == file.bytes
        found = {name: path for name, path in found.items() if name not in parts}
        if file.path.endswith(".csv") and file.rows is not None:
            path = out / file.path if out.is_dir() else out
            with path.open(encoding="utf-8-sig", newline="") as lines:
                assert len(list(csv.reader(lines))) == file.rows + 1
    assert found == {}
    assert report_from(json.loads(json.dumps(report_json(report)))) == report
    assert all(not unsafe_in(line) for line in report_lines(report, 80))
    assert all(len(line) <= 80 for line in report_lines(report, 80))
    if format.writes == "folder":
        kept = json.loads((out / REPORT_FILE).read_text(encoding="utf-8"))
        assert kept["pictures"] == report.pictures
        assert kept["left_out"] == report.left_out


@each_format
def test_what_is_written_is_text_that_does_nothing(
    opened: Store, format: Format, place: Path
) -> None:
    out = place / format.example
    write(opened, format, out)
    for name, path in files_of(out).items():
        assert not unsafe_in(name)
        if path.suffix in (".csv", ".json", ".txt", ".md"):
            text = path.read_bytes().decode("utf-8")
            assert not unsafe_in(text), name
            assert "\r" not in text


@each_format
def test_two_exports_are_equal_but_for_the_time(opened: Store, format: Format, place: Path) -> None:
    made = []
    for name in ("one", "two"):
        (place / name).mkdir()
        out = place / name / format.example
        write(opened, format, out)
        made.append(
            {
                key: _STAMP.sub(b"", path.read_bytes().replace(str(place / name).encode(), b""))
                for key, path in files_of(out).items()
            }
        )
    assert made[0] == made[1]


@each_format
def test_what_is_stopped_leaves_nothing_and_what_was_there(
    opened: Store, format: Format, place: Path
) -> None:
    def stop(_done: int, _total: int) -> None:
        raise Stopped

    out = place / format.example
    with pytest.raises(Stopped):
        export(opened, format.name, ExportRequest(out), stop)
    assert list(place.iterdir()) == []
    write(opened, format, out)
    before = {name: path.read_bytes() for name, path in files_of(out).items()}
    with pytest.raises(Stopped):
        export(opened, format.name, ExportRequest(out, replace=True), stop)
    assert {name: path.read_bytes() for name, path in files_of(out).items()} == before
    assert list(place.iterdir()) == [out]


@each_format
def test_what_is_killed_leaves_a_hidden_name_and_what_was_there(
    opened: Store, format: Format, place: Path
) -> None:
    out = place / format.example
    write(opened, format, out)
    before = {name: path.read_bytes() for name, path in files_of(out).items()}
    line = [sys.executable, "-c", _KILLED, str(opened.path), str(out), format.name]
    assert subprocess.run(line, capture_output=True, check=False).returncode == -signal.SIGKILL
    assert {name: path.read_bytes() for name, path in files_of(out).items()} == before
    left = [path for path in place.iterdir() if path != out]
    assert all(re.fullmatch(rf"\.{re.escape(out.name)}\..+\.tmp", p.name) for p in left)
    for path in left:
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    export(opened, format.name, ExportRequest(out, replace=True), lambda *_: None)
    assert list(place.iterdir()) == [out]


@each_format
def test_nothing_takes_the_place_of_the_survey_or_of_what_no_export_made(
    opened: Store, format: Format, place: Path
) -> None:
    before = opened.path.read_bytes()
    with pytest.raises(UsageError):
        check_place(format, opened.path, ExportRequest(opened.path))
    with pytest.raises(UsageError):
        export(opened, format.name, ExportRequest(opened.path, replace=True), lambda *_: None)
    assert opened.path.read_bytes() == before
    (place / "mine").mkdir()
    (place / "mine" / "letter.md").write_text("dear")
    with pytest.raises(UsageError):
        check_place(format, opened.path, ExportRequest(place / "mine"))
    with pytest.raises(UsageError):
        export(opened, format.name, ExportRequest(place / "mine", replace=True), lambda *_: None)
    assert (place / "mine" / "letter.md").read_text() == "dear"


@each_format
def test_a_format_says_what_it_is_and_takes_only_what_there_is(format: Format) -> None:
    known = {field for field in ExportRequest.__slots__ if field not in ("out", "options")}
    known |= set(type(ExportRequest(Path()).options).__slots__)
    assert format.takes <= known
    assert not format.takes & {"where", "grader", "replace"}
    for text in (format.made_for, format.carries, format.loses):
        assert text == text.strip()
        assert 0 < len(text) < 600
        assert "|" not in text
        assert not text.endswith(".")
    check_kind(format, Path(format.example))


@each_format
@pytest.mark.parametrize("name", ["run_id", "holdout", "truth", "with_machine", "people"])
def test_what_means_nothing_to_a_format_is_refused(
    opened: Store, format: Format, name: str, place: Path
) -> None:
    asked = {"run_id": 1, "holdout": "none", "truth": "ann", "with_machine": True}
    request = replace(
        ExportRequest(place / format.example),
        **{name: asked.get(name, "exclude")},  # type: ignore[arg-type]
    )
    if name in format.takes:
        if name == "holdout" and "holdouts" not in format.takes:
            with pytest.raises(UsageError, match="no holdout"):
                export(opened, format.name, request, lambda *_: None)
    else:
        with pytest.raises(UsageError, match=f"does not take --{flag(name)}"):
            export(opened, format.name, request, lambda *_: None)
        assert list(place.iterdir()) == []


def test_conflicts_are_left_out_of_what_was_said(tmp_path: Path) -> None:
    survey = graded_sample(tmp_path / "sample")
    with Store.open(survey) as store:
        for format in FORMATS:
            if "truth" in format.takes:
                report = write(store, format, tmp_path / format.example)
                told = f"{report.left_out} {report.omitted} {report.notes}"
                assert str(CONFLICTS) in told, format.name
                assert "conflict" in told or "disagree" in told, format.name


def test_a_place_that_is_named_as_something_else_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    put_toy(monkeypatch)
    toy = format_named("toy")
    check_kind(toy, Path("list.CSV"))
    check_kind(toy, Path("list.2024"))
    with pytest.raises(UsageError, match=r"writes a \.csv file, not a \.json one"):
        check_kind(toy, Path("list.json"))
    with pytest.raises(UsageError, match=r"writes a folder, not a \.zip file"):
        check_kind(replace(toy, writes="folder", example="toys"), Path("list.zip"))


def test_a_format_that_is_not_there_is_named_with_those_that_are() -> None:
    with pytest.raises(UsageError, match=r"'dwc' is no format: give one of ground-truth, camtrap"):
        format_named("dwc")
