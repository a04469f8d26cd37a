"""`camtrap-tui copy`: what is told, the same as JSON, and how it ends."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from camtrap_tui.cli import group
from camtrap_tui.errors import UsageError
from camtrap_tui.services.copy_request import CopyRequest
from camtrap_tui.services.events import Exported, Exporting, parse_event
from camtrap_tui.services.exports.child import copy_command
from camtrap_tui.services.exports.report import report_from
from camtrap_tui.store.store import Store
from tests.training_survey import MALLARD, RACCOON, Scene, drawn


@pytest.fixture
def survey(tmp_path: Path) -> Path:
    """Two graded pictures of one camera, and one that nobody has graded."""
    path = tmp_path / "river.db"
    with Store.open(path, create=True) as store:
        drawn(
            store,
            tmp_path / "in",
            Scene("UR001/IMG_1.JPG"),
            Scene("UR001/IMG_2.JPG", said=[RACCOON, MALLARD]),
            Scene("UR001/IMG_3.JPG", said=None),
        )
    return path


def run(*args: object) -> Result:
    """Run the command; errors are raised."""
    return CliRunner().invoke(group, ["copy", *(str(a) for a in args)], catch_exceptions=False)


def test_whose_word_the_class_is_stands_above_the_table(survey: Path, tmp_path: Path) -> None:
    result = run(survey, tmp_path / "out", "--by", "class")
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[0].startswith("copy: 3 pictures, in")
    assert "class, by people's word (consensus)  files" in lines
    assert any(line.split() == ["northern_raccoon", "2"] for line in lines)
    assert lines[-1].startswith("4 files copied, ")
    again = run(survey, tmp_path / "out", "--by", "class")
    assert again.stdout.splitlines()[-1].endswith(", 4 of them from before.")
    by_run = run(survey, tmp_path / "run", "--by", "class", "--class-by", "run", "--link")
    assert "class, by the run's word  files" in by_run.stdout
    assert by_run.stdout.splitlines()[-1] == "3 files linked."


def test_a_dry_run_says_so(survey: Path, tmp_path: Path) -> None:
    result = run(survey, tmp_path / "out", "--dry-run")
    assert "3 files would be copied; nothing was written" in result.stdout
    assert not (tmp_path / "out").exists()


def test_json_says_the_same_and_pictures_that_are_away_end_it_with_1(
    survey: Path, tmp_path: Path
) -> None:
    (tmp_path / "in/UR001/IMG_1.JPG").unlink()
    result = run(survey, tmp_path / "out", "--json")
    assert result.exit_code == 1
    told = json.loads(result.stdout)
    assert (told["files"], told["chosen"]) == (2, 3)
    assert told["left_out"] == {"is not on this machine": 1}
    assert told["examples"] == {"is not on this machine": ["UR001/IMG_1.JPG"]}
    text = run(survey, tmp_path / "out")
    assert text.exit_code == 1
    assert "Left out: 1 of 3 pictures" in text.stdout
    assert "camtrap-tui relink" in text.stdout
    assert all(len(line) <= 80 for line in text.stdout.splitlines())


def test_a_class_that_no_folder_is_made_of_is_refused(survey: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--by class"):
        run(survey, tmp_path / "out", "--class-by", "run")
    assert not (tmp_path / "out").exists()


def test_an_interrupt_says_that_it_goes_on(
    survey: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from camtrap_tui.services import copying

    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(copying, "copy", interrupted)
    result = CliRunner().invoke(group, ["copy", str(survey), str(tmp_path / "out")])
    assert result.exit_code != 0
    assert "the same command goes on" in result.stderr


def test_a_child_tells_events(survey: Path, tmp_path: Path) -> None:
    root = Path(__file__).parents[2]
    line = copy_command(survey, CopyRequest(tmp_path / "out", by="class", how="link"))
    done = subprocess.run(line, capture_output=True, text=True, check=False, cwd=root)
    told = [parse_event(one) for one in done.stdout.splitlines()]
    assert done.returncode == 0, done.stderr
    assert told[0] == Exporting(3, 3)
    assert isinstance(told[-1], Exported)
    report = report_from(told[-1].report)
    assert report.notes[0] == "4 files linked."
    assert "northern_raccoon 2" in report.notes[1]
