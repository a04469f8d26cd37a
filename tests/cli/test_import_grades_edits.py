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
    assert "as new taxa:\n  mosoe\n" in result.stderr
    assert "latitude: 1 cell, as in row 4: 3, here (empty)" in result.stderr
    assert "3 pictures will be in conflict, since others say otherwise." in result.stderr
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
    assert "was graded, or got a note, since the table was written (1):" in result.stderr


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


def test_the_edits_fit_on_a_screen(survey: Path) -> None:
    with Store.open(survey) as store:
        file, rows = table(store)
    rows[0] |= {"observation_type": "animal", "comments": "long " * 40}
    rows[1] |= {"label": "white-tailed deer, doe", "scientific_name": "Odocoileus virginianus " * 3}
    save(file, rows, list(rows[0]))
    result = run(survey, "--dry-run", "--grader", "ann")
    assert "comments" in result.stdout
    assert max(map(len, result.stdout.splitlines())) <= 80


def test_what_to_do_is_said_beside_what_is_left_out(survey: Path) -> None:
    with Store.open(survey) as store:
        file, rows = table(store)
        grade(store, "ben", 3, MALLARD)
    rows[2]["label"] = "moose"
    rows.append(rows[0] | {"media_id": "elsewhere", "file_path": "IMG_9.JPG", "Notes": "mine"})
    save(file, rows, list(rows[-1]))
    result = run(survey, "--grader", "ann")
    assert result.exit_code == 1
    assert "(1):\n  row 4: IMG_0003.JPG\nExport again, and edit that table.\n" in result.stderr
    assert "another picture than its observation_id (1):\n  rows 2, 5: IMG_0001" in result.stderr
    assert "Columns that are not ours are not read: Notes." in result.stderr
    assert "No new grade by ann; no old one is altered." in result.stderr


def test_another_truth_is_said_with_what_settles_it(survey: Path) -> None:
    assert "will be in conflict" not in run(survey, "--grader", "eve", "--adjudicate").stderr
    with Store.open(survey) as store:
        file, rows = table(store)
    rows[0]["label"] = "moose"
    save(file, rows, list(rows[0]))
    result = run(survey, "--dry-run", "--grader", "ann")
    assert "1 picture keeps its other truth" in result.stderr
    assert "With --adjudicate what the table says settles them." in result.stderr
    result = run(survey, "--dry-run", "--grader", "ann", "--adjudicate")
    assert "1 picture will be in conflict, since another adjudicator says" in result.stderr
    assert "With --adjudicate" not in result.stderr


def test_other_tables_settle_nothing(survey: Path, tmp_path: Path) -> None:
    file = tmp_path / "labels.csv"
    file.write_text("filePath,label,grader\nIMG_0001.JPG,moose,zoe\n")
    with pytest.raises(UsageError, match="no ground-truth CSV"):
        CliRunner().invoke(
            import_grades_command, [str(survey), str(file), "--adjudicate"], catch_exceptions=False
        )
