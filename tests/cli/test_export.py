"""`camtrap-tui export`: the list of formats, a report as text and as JSON, and what is refused."""

from __future__ import annotations

import dataclasses
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

from camtrap_tui.cli.export import export_command
from camtrap_tui.cli.export_options import request_of
from camtrap_tui.errors import InputError, UsageError
from camtrap_tui.services.events import Error, Exported, Exporting, parse_event
from camtrap_tui.services.exports.child import export_command as command_of
from camtrap_tui.services.exports.formats import NAMES, all_formats, flag
from camtrap_tui.services.exports.report import report_from
from camtrap_tui.services.exports.request import ExportRequest, Options
from camtrap_tui.store.store import Store
from tests.builders import Said, add_images
from tests.services.exports.toy_format import put_toy
from tests.store.test_reports import MALLARD, RACCOON, grade

# An export that is told to stop by its own progress, as by somebody who presses ctrl+c.
_STOPPED = """
import os, signal, sys
from tests.services.exports import toy_format
from tests.services.exports.toy_format import put_toy
import pytest
from camtrap_tui.services.exports.pictures import Pictures

read = Pictures.read

def stopped(self, progress):
    for number, picture in enumerate(read(self, progress)):
        os.kill(os.getpid(), signal.SIGTERM)
        progress(number, 3)
        yield picture

Pictures.read = stopped
put_toy(pytest.MonkeyPatch())
from camtrap_tui.cli import main
main()
"""


@pytest.fixture
def survey(tmp_path: Path) -> Path:
    """A survey of three pictures: one agreed, one in conflict, one that nobody graded."""
    path = tmp_path / "river.db"
    with Store.open(path, create=True) as store:
        one, two, _ = add_images(store, [Said(RACCOON)] * 3)
        grade(store, "ann", one, RACCOON)
        grade(store, "ann", two, RACCOON)
        grade(store, "ben", two, MALLARD)
    return path


@pytest.fixture(autouse=True)
def signals() -> Any:
    """The command takes signals over, as a process of its own may."""
    kept = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in kept.items():
        signal.signal(number, handler)


def run(*args: object) -> Result:
    """Run the command; errors are raised."""
    return CliRunner().invoke(export_command, [str(a) for a in args], catch_exceptions=False)


def test_a_file_without_a_format_is_the_ground_truth(survey: Path) -> None:
    out = survey.with_name("truth.csv")
    shown = run(survey, out).stdout.splitlines()
    assert shown[0].startswith("ground-truth: ")
    assert any("truth.csv" in line and "rows" in line for line in shown)
    assert out.read_text(encoding="utf-8").startswith("observation_id,media_id,")


def test_the_report_says_what_was_left_out_and_why(
    survey: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_toy(monkeypatch)
    out = survey.with_name("list.csv")
    said = run(survey, out, "--format", "toy").stdout
    assert f"toy: 1 picture, in {out}" in said.replace("\n", " ")
    assert "list.csv  1 row  " in said
    assert "Left out: 2 of 3 pictures\n  2  has no word\n" in said
    report = json.loads(run(survey, out, "--format", "toy", "--json").stdout)
    assert (report["pictures"], report["chosen"], report["rows"]) == (1, 3, 1)
    assert report["left_out"] == {"has no word": 2}
    assert len(report["examples"]["has no word"]) == 2
    assert report["files"][0]["bytes"] == out.stat().st_size
    none = run(survey, out, "--format", "toy", "--where", "species:mink")
    assert "No picture was chosen" in none.stderr
    none = run(survey, out, "--format", "toy", "--where", "state:ungraded")
    assert "No picture is in it, for the reasons above" in none.stderr


def test_the_formats_are_listed_without_a_survey() -> None:
    shown = run("--list").stdout
    assert max(map(len, shown.splitlines())) <= 80
    listed = json.loads(run("--list", "--json").stdout)
    assert [one["name"] for one in listed] == list(NAMES)
    for one, format in zip(listed, all_formats(), strict=True):
        assert f"\n{one['name']}\n  made for  " in f"\n{shown}"
        assert one["carries"] == format.carries
        assert one["loses"] == format.loses
        assert one["takes"] == sorted(f"--{flag(name)}" for name in format.takes)
    alone = json.loads(run("--list", "--format", "coco", "--json").stdout)
    assert [one["name"] for one in alone] == ["coco"]


@pytest.mark.parametrize("format", all_formats(), ids=NAMES)
def test_the_options_that_a_format_takes_are_options(format: Any) -> None:
    options = {name for param in export_command.params for name in param.opts}
    assert {f"--{flag(name)}" for name in format.takes} <= options


def test_the_example_of_a_format_is_a_command() -> None:
    for one in json.loads(run("--list", "--json").stdout):
        words = one["example"].split()[2:]
        assert export_command.make_context("export", words).params["name"] == one["name"]


@pytest.mark.parametrize(
    ("args", "says"),
    [
        ([], "Which survey is to be exported, and to where"),
        (["river.db"], "Which survey is to be exported, and to where"),
        (["river.db", "out", "--format", "dwc"], "'dwc' is no format: give one of ground-truth"),
        (["river.db", ""], "Which survey is to be exported, and to where"),
        (["river.db", "-"], "-: nothing is exported to stdout. Name a file"),
        (["river.db", "-", "--format", "coco"], "nothing is exported to stdout. Name a folder"),
        (["river.db", "out/"], "out/: --format ground-truth writes a file"),
        (["river.db", "list.json"], r"writes a .csv file, not a .json one"),
        (["river.db", "dp.zip", "--format", "camtrap-dp"], r"writes a folder, not a .zip file"),
        (["river.db", "t.csv", "--format", "timelapse", "--map", "x"], "--map x: write --map"),
        (["river.db", "t.csv", "--level", "event"], "ground-truth does not take --level"),
        (["river.db", "dp", "--format", "camtrap-dp", "--metadata", "no"], "no such file"),
        (["river.db", "t.csv", "--run", "5"], "no run 5"),
        (["river.db", "t.csv", "--where", "raccoon"], "no filter word"),
        (["river.db", "t.csv", "--holdout", "spring"], "no holdout 'spring'"),
        (["river.db", "t.csv", "--truth", "zoe"], "zoe"),
    ],
)
def test_what_cannot_be_is_said(
    survey: Path, monkeypatch: pytest.MonkeyPatch, args: list[str], says: str
) -> None:
    monkeypatch.chdir(survey.parent)
    before = sorted(survey.parent.iterdir())
    with pytest.raises(UsageError, match=says):
        run(*args)
    assert sorted(survey.parent.iterdir()) == before


def test_a_folder_that_is_not_there_is_named(survey: Path) -> None:
    with pytest.raises(InputError, match="there is no such folder"):
        run(survey, survey.parent / "none" / "truth.csv")


@pytest.mark.parametrize("option", ["--padding", "--confidence"])
def test_what_is_no_number_is_refused(survey: Path, option: str) -> None:
    out = survey.with_name("crops")
    refused = CliRunner().invoke(
        export_command, [str(survey), str(out), "--format", "crops", option, "nan"]
    )
    assert refused.exit_code == 2
    assert "'nan' is no number" in refused.stderr
    assert not out.exists()


def test_a_child_tells_events(survey: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put_toy(monkeypatch)
    out = survey.with_name("list.csv")
    told = [
        parse_event(line)
        for line in run(survey, out, "--format", "toy", "--events").stdout.splitlines()
    ]
    assert told[0] == Exporting(3, 3)
    assert isinstance(told[-1], Exported)
    assert report_from(told[-1].report).left_out == {"has no word": 2}
    runner = CliRunner()
    failed = runner.invoke(export_command, [str(survey), str(out), "--events", "--run", "5"])
    assert isinstance(parse_event(failed.stdout.splitlines()[-1]), Error)


def test_what_is_stopped_leaves_nothing(survey: Path) -> None:
    out = survey.with_name("list.csv")
    out.write_text("before")
    line = [sys.executable, "-c", _STOPPED, "export", str(survey), str(out), "--format", "toy"]
    root = Path(__file__).parents[2]
    done = subprocess.run(
        line, capture_output=True, text=True, check=False, cwd=root, env=os.environ
    )
    assert done.returncode == 130, done.stderr
    assert f"{out} is as it was" in done.stderr
    assert out.read_text() == "before"
    assert not [path for path in survey.parent.iterdir() if path.name.endswith(".tmp")]


def test_a_request_is_the_same_on_the_command_line_of_a_child(tmp_path: Path) -> None:
    metadata = tmp_path / "datapackage.json"
    metadata.write_text("{}")
    given: dict[str, Any] = {
        "columns": (("label", "Species"), ("count", "-n")),
        "metadata": metadata,
        "base": tmp_path,
        "level": "event",
        "pictures": "link",
        "holdouts": 2,
    }
    for field in dataclasses.fields(Options):
        if field.name not in given:
            given[field.name] = (
                True if field.default is False else 0.5 if "float" in str(field.type) else 3
            )
    request = ExportRequest(
        tmp_path / "-out",
        where="-species:raccoon note:'a b'",
        grader="ann o'neil",
        run_id=2,
        holdout="=spring",
        truth="expert:ben",
        with_machine=True,
        people="exclude",
        replace=True,
        options=Options(**given),
    )
    line = command_of(tmp_path / "river.db", "toy", request)
    words = line[line.index("export") + 1 :]
    with click.Context(export_command):
        params = export_command.make_context("export", words).params
    assert (params.pop("name"), params.pop("as_events")) == ("toy", True)
    assert params.pop("survey") == tmp_path / "river.db"
    assert request_of(Path(params.pop("out")), params) == request
