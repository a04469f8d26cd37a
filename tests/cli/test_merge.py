"""`camtrap-tui merge`: it says what came, what did not, and writes nothing where it is told so."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from camtrap_tui.cli.merge import merge_command
from tests.canonical import canonical
from tests.services.test_merging import change_image, copy, make, play

GRADED = [("grade", "ben", 0, 0), ("batch", "cleo", 2, 1), ("note", "ben", 1, 1)]


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    """A survey, and a copy of it on which somebody graded."""
    survey = make(tmp_path / "river.db")
    other = copy(survey, "ben.db")
    play(other, GRADED, 1)
    return survey, other


def run(*args: object) -> Result:
    """Run the command; errors are raised."""
    return CliRunner().invoke(merge_command, [str(a) for a in args], catch_exceptions=False)


def test_it_tells_whose_grades_came(files: tuple[Path, Path]) -> None:
    survey, other = files
    result = run(survey, other)
    assert result.exit_code == 0
    assert "a copy; 5 of its 5 pictures are here." in result.stderr
    assert "New grades by: ben 1, cleo 3." in result.stderr
    assert "grades             4             0                0" in result.stdout
    assert canonical(survey) == canonical(other)


def test_a_dry_run_tells_the_same_and_writes_nothing(files: tuple[Path, Path]) -> None:
    survey, other = files
    before = survey.read_bytes()
    result = run(survey, other, "--dry-run")
    assert "New grades by: ben 1, cleo 3." in result.stderr
    assert "Nothing was written" in result.stderr
    assert survey.read_bytes() == before
    assert {path.name for path in survey.parent.glob("*.db*")} == {"river.db", "ben.db"}


def test_what_could_not_be_matched_is_named_and_counts_as_a_failure(
    files: tuple[Path, Path],
) -> None:
    survey, other = files
    for number in range(1, 6):
        change_image(survey, f"content_md5 = 'other {number}'", number)
    result = run(survey, other)
    assert result.exit_code == 1
    assert "5 graded or marked pictures not taken" in result.stderr
    assert "other content" in result.stderr
    listed = run(survey, other, "--dry-run", "--list")
    assert listed.stdout.count("other content") == listed.stdout.count("IMG_") == 5
    told = json.loads(run(survey, other, "--json").stdout)
    assert told[0]["is_whole"] is False
    assert told[0]["grades"] == {"new": 0, "known": 0, "unmatched": 4}
    assert {p["reason"] for p in told[0]["unmatched"]} == {"other content"}
