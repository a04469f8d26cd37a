"""`camtrap-tui deployments` and `camtrap-tui bursts`: tables, the same as JSON, and back."""

from __future__ import annotations

import json
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from camtrap_tui.cli.deployments import bursts_command, deployments_command
from camtrap_tui.errors import UsageError
from camtrap_tui.services.bursting import renew_bursts
from camtrap_tui.store.store import Store
from tests.builders import NOW, Said, add_images


@pytest.fixture
def survey(tmp_path: Path) -> Path:
    """A survey of three pictures of one deployment."""
    path = tmp_path / "river.db"
    seconds = ("00", "30", "59")
    with Store.open(path, create=True) as store:
        add_images(store, [Said(timestamp=f"2009-06-27 02:00:{second}") for second in seconds])
        renew_bursts(store, store.timelines.deployments(), now=NOW)
    return path


def run(command: click.Command, *args: object) -> Result:
    """Run the command; errors are raised."""
    return CliRunner().invoke(command, [str(a) for a in args], catch_exceptions=False)


def test_deployments_are_listed_with_their_pictures(survey: Path) -> None:
    (listed,) = json.loads(run(deployments_command, survey, "--json").stdout)

    assert (listed["deployment_id"], listed["images"]) == ("UR011", 3)
    assert listed["last_timestamp"] == "2009-06-27 02:00:59"
    assert listed["flags"] == {"before_2010": 3}
    assert "before_2010 3" in run(deployments_command, survey).stdout


def test_pictures_without_a_deployment_are_not_forgotten(survey: Path) -> None:
    assert "without a deployment" not in run(deployments_command, survey).stderr
    with Store.open(survey) as store, store.db.transaction():
        store.db.execute("UPDATE image SET deployment_id = NULL WHERE id > 1")

    assert "2 images without a deployment." in run(deployments_command, survey).stderr


def test_a_table_is_described_shown_and_read_back(survey: Path, tmp_path: Path) -> None:
    table = tmp_path / "table.csv"
    table.write_text("Station,lat,lon,offset\nUR011,41.9,-87.65,-5\n=2+2,1,1,+2\n")
    mapped = ("--map", "deploymentID=Station")
    result = run(deployments_command, survey, table, *mapped, "--dry-run")
    assert "Nothing was written (--dry-run)." in result.stderr
    assert "deploymentID (Station), latitude (lat)" in result.stderr
    report = json.loads(run(deployments_command, survey, table, *mapped, "--json").stdout)
    assert (report["added"], report["changed"], report["written"]) == (1, 1, True)

    out = tmp_path / "out.csv"
    run(deployments_command, survey, "--csv", out)
    lines = out.read_text().splitlines()
    assert lines[1:] == ["'=2+2,,,1.0,1.0,,,,,UTC+02:00", "UR011,,,41.9,-87.65,,,,,UTC-05:00"]
    again = json.loads(run(deployments_command, survey, out, "--json").stdout)
    assert (again["unchanged"], again["rows"]) == (2, 2)
    assert run(deployments_command, survey, "--csv", "-").stdout == out.read_text()


def test_bad_rows_are_named_and_fail(survey: Path, tmp_path: Path) -> None:
    table = tmp_path / "table.csv"
    table.write_text("deploymentID,lat,lon\nUR011,91,0\nUR012,41,9\n")

    result = run(deployments_command, survey, table)
    assert result.exit_code == 1
    assert "row 2 (UR011): latitude 91 is not between -90 and 90" in result.stderr
    assert "Nothing was written" in result.stderr
    assert run(deployments_command, survey, table, "--skip-bad").exit_code == 0
    with Store.open(survey) as store:
        assert store.deployments.by_name("UR012")


@pytest.mark.parametrize(
    "args",
    [("--dry-run",), ("--map", "a=b"), ("x.csv", "--csv", "y.csv"), ("--csv", "-", "--json")],
)
def test_options_that_mean_nothing_are_refused(survey: Path, args: tuple[str, ...]) -> None:
    with pytest.raises(UsageError):
        run(deployments_command, survey, *args)


def test_bursts_are_counted_and_the_gap_is_set(survey: Path) -> None:
    before = json.loads(run(bursts_command, survey, "--json").stdout)
    assert before == {
        "gap_s": 60,
        "images": 3,
        "bursts": 1,
        "images_in_bursts": 3,
        "images_alone": 0,
        "longest": 3,
    }
    after = json.loads(run(bursts_command, survey, "--gap", 29, "--json").stdout)
    assert (after["gap_s"], after["bursts"], after["images_alone"]) == (29, 1, 1)
    assert "seconds between bursts" in run(bursts_command, survey).stdout
