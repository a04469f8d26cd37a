"""`camtrap-tui import-grades` of our own table, edited: shown first, then taken, never twice."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from camtrap_tui.cli.import_grades import import_grades_command
from camtrap_tui.errors import UsageError
from camtrap_tui.store.store import Store
from tests.builders import Said, add_images
from tests.services.exports.test_ground_truth_back import save, table
from tests.store.test_reports import MALLARD, RACCOON, grade


@pytest.fixture
def survey(tmp_path: Path) -> Path:
    """A survey of three pictures that ann graded, and its table with two edits."""
    path = tmp_path / "river.db"
    with Store.open(path, create=True) as store:
        for key in add_images(store, [Said(MALLARD)] * 3):
            grade(store, "ann", key, RACCOON)
        file, rows = table(store)
    rows[0]["label"] = rows[1]["label"] = MALLARD
    rows.append(rows[2] | {"label": "mosoe", "count": "2"})
    rows[2]["latitude"] = "3"
    save(file, rows, list(rows[0]), delimiter=";", encoding="utf-8-sig")
    return path


def run(survey: Path, *args: object) -> Result:
    """Run the command; errors are raised."""
    words = [str(survey), str(survey.with_name("truth.csv")), *map(str, args)]
    return CliRunner().invoke(import_grades_command, words, catch_exceptions=False)


def grades(survey: Path) -> int:
    with Store.open(survey) as store:
        return int(store.db.value("SELECT count(*) FROM grade"))


def test_a_dry_run_shows_old_and_new_and_writes_nothing(survey: Path) -> None:
    before = survey.read_bytes()
    result = run(survey, "--dry-run", "--grader", "eve")
    assert result.exit_code == 0
    lines = [line.split() for line in result.stdout.splitlines()]
    assert ["label", *RACCOON.split(), MALLARD, "2"] in lines
    assert ["2", "IMG_0001.JPG", "label", *RACCOON.split(), MALLARD] in lines
    assert ["5", "IMG_0003.JPG", "added", "mosoe", "x2"] in lines
    assert "3 new grades by eve, in one batch" in result.stderr
    assert "as new taxa: mosoe" in result.stderr
    assert "latitude: 1 cell, as in row 4: 3, here (empty)" in result.stderr
    assert "3 pictures of these will be in conflict" in result.stderr
    assert "this was a dry run" in result.stderr
    assert survey.read_bytes() == before


def test_it_is_taken_once_and_taken_back_by_a_key(survey: Path) -> None:
    result = run(survey, "--grader", "ann")
    assert "To take them back: u in camtrap-tui review" in result.stderr
    assert grades(survey) == 6
    again = run(survey, "--grader", "ann")
    assert again.exit_code == 0
    assert "Of 3 pictures ann says just that already." in again.stderr
    assert grades(survey) == 6


def test_json_and_the_list_have_every_edit(survey: Path) -> None:
    told = json.loads(run(survey, "--dry-run", "--grader", "eve", "--json").stdout)["edits"]
    assert (told["taken"], told["adjudicates"], told["conflicts"]) == (3, False, 3)
    assert [change["row"] for change in told["changes"]] == [2, 3, 5]
    listed = run(survey, "--dry-run", "--grader", "eve", "--list").stdout
    assert len(listed.splitlines()) == 2 + 3
    settles = run(survey, "--dry-run", "--grader", "eve", "--json", "--adjudicate").stdout
    assert json.loads(settles)["edits"]["conflicts"] == 0


def test_what_is_left_out_ends_with_1(survey: Path) -> None:
    with Store.open(survey) as store:
        grade(store, "ben", 1, MALLARD)
    result = run(survey, "--grader", "ann")
    assert result.exit_code == 1
    assert "Left out because it was graded since the table was written (1):" in result.stderr


def test_the_settings_say_who_edits(survey: Path, own_settings: Path) -> None:
    with pytest.raises(UsageError, match="give --grader NAME"):
        run(survey)
    own_settings.parent.mkdir()
    own_settings.write_text('grader = "zoe"\n')
    assert "3 new grades by zoe" in run(survey).stderr


def test_a_table_that_nobody_edited_is_told_to_be_one(survey: Path) -> None:
    with Store.open(survey) as store:
        file, _ = table(store)
    with file.open(encoding="utf-8", newline="") as lines:
        assert len(list(csv.reader(lines))) == 4
    result = run(survey)
    assert (result.exit_code, result.stdout) == (0, "")
    assert "Nothing in them was edited." in result.stderr
