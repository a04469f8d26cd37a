"""`camtrap-tui clock`: nothing is recorded unseen, and everything can be taken back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from camtrap_tui.cli.clock import clock_command
from camtrap_tui.errors import UsageError
from camtrap_tui.store.store import Store
from tests.builders import Said, add_images

SHIFT = ("--deployment", "UR011", "--shift", "+01:00:00")


@pytest.fixture
def survey(tmp_path: Path) -> Path:
    """A survey of two pictures."""
    path = tmp_path / "river.db"
    with Store.open(path, create=True) as store:
        add_images(store, [Said(timestamp=f"2024-06-27 {hour}:00:00") for hour in ("02", "03")])
    return path


def run(*args: object) -> Result:
    """Run the command; errors are raised."""
    return CliRunner().invoke(clock_command, [str(a) for a in args], catch_exceptions=False)


def times(survey: Path) -> list[str]:
    with Store.open(survey) as store:
        return [time for (time,) in store.db.execute("SELECT timestamp FROM image ORDER BY id")]


def test_without_a_terminal_it_only_shows_unless_told_yes(survey: Path) -> None:
    result = run(survey, *SHIFT, "--grader", "ann")

    assert result.exit_code == 1
    assert "give --yes" in result.stderr
    assert "2024-06-27 02:00:00  2024-06-27 03:00:00" in result.stdout
    assert times(survey) == ["2024-06-27 02:00:00", "2024-06-27 03:00:00"]

    result = run(survey, *SHIFT, "--grader", "ann", "--yes")
    assert "Segment 1 recorded by ann" in result.stderr
    assert times(survey) == ["2024-06-27 03:00:00", "2024-06-27 04:00:00"]


def test_a_dry_run_needs_no_name_and_changes_nothing(survey: Path) -> None:
    result = run(survey, *SHIFT, "--dry-run", "--json")

    assert json.loads(result.stdout)["preview"]["images"] == 2
    assert json.loads(result.stdout)["segment"] is None
    assert times(survey)[0] == "2024-06-27 02:00:00"


def test_segments_are_listed_and_taken_back(survey: Path) -> None:
    run(survey, *SHIFT, "--from", "2024-06-27 03:00", "--grader", "ann", "--yes")
    (listed,) = json.loads(run(survey, "--json").stdout)
    assert (listed["deployment_id"], listed["shift_s"], listed["images"]) == ("UR011", 3600, 1)
    assert (listed["from_time"], listed["recorded_by"]) == ("2024-06-27 03:00:00", "ann")
    assert "+01:00:00" in run(survey).stdout

    result = run(survey, "--revoke", 1, "--grader", "ben", "--json")
    assert json.loads(result.stdout)["segment"]["revoked_by"] == "ben"
    assert times(survey) == ["2024-06-27 02:00:00", "2024-06-27 03:00:00"]


def test_a_day_counts_whole(survey: Path) -> None:
    result = run(survey, *SHIFT, "--from", "2024-06-26", "--to", "2024-06-27", "--dry-run")

    assert "2024-06-26 00:00:00 to 2024-06-27 23:59:59" in result.stderr


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("--shift", "+01:00:00"), "needs a deployment and a shift"),
        (("--revoke", 1, *SHIFT), "takes a segment back"),
        (("--deployment", "UR011", "--shift", "1 hour"), "--shift 1 hour"),
        ((*SHIFT, "--from", "yesterday"), "--from yesterday"),
        ((*SHIFT, "--from", "2024-06-27T02:00:00+02:00"), "without an offset"),
        ((*SHIFT, "--yes"), "Who says so"),
        (("--revoke", 1), "Who says so"),
    ],
)
def test_what_has_no_meaning_is_refused(
    survey: Path, args: tuple[object, ...], message: str
) -> None:
    with pytest.raises(UsageError, match=message):
        run(survey, *args)
    assert times(survey)[0] == "2024-06-27 02:00:00"
