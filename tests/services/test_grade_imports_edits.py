"""Rows of a ground-truth CSV that comes back: what is an edit, and of which picture."""

from __future__ import annotations

from pathlib import Path

import pytest

from camtrap_tui.domain.taxonomy import TaxonName
from camtrap_tui.errors import InputError
from camtrap_tui.services import grade_imports_edits as cells
from camtrap_tui.services import grade_imports_words as words
from camtrap_tui.services.grade_imports import import_grades
from camtrap_tui.services.grade_imports_columns import label_table
from camtrap_tui.services.tables import read_head
from camtrap_tui.store.store import Store
from tests.builders import NOW, taxon
from tests.services.exports.test_ground_truth_back import Rows, edits, save, table
from tests.services.test_grade_imports_back import cell, edited, graded, names
from tests.store.test_reports import MALLARD


@pytest.fixture
def survey(store: Store) -> Store:
    """Agreed by ann and ben, in conflict, ann's alone, nobody's."""
    return graded(store)


def test_cells_that_nobody_may_edit_are_told_and_stay(survey: Store) -> None:
    report = edited(survey, cell(0, latitude="41.9", datetime_local="2024-06-27 03:00:00"))
    assert (report.taken, report.fixed) == (0, {"latitude": 1, "datetime_local": 1})
    assert report.examples["latitude"] == ["row 2: 41.9, here (empty)"]
    # Ranks go with the name.
    assert edited(survey, cell(0, label=MALLARD, taxon_genus="anas")).fixed == {}


def test_who_said_it_and_whether_it_is_final_are_not_edited(survey: Store) -> None:
    for name, note in (("ann", "wet paw"), ("ben", "two?")):
        survey.grades.append_mark(name, 1, name, "note", note, NOW)
    report = edited(survey, cell(0, labeled_by="zoe", is_final="false"))
    assert (report.changes, report.notes) == ((), 0)
    assert report.fixed == {"labeled_by": 1, "is_final": 1}
    assert report.examples["is_final"] == ["row 2: false, here true"]
    # Nor does a conflict have a truth because a cell says so.
    report = edited(survey, cell(1, is_final="WAHR"))
    assert (report.taken, report.fixed) == (0, {"is_final": 1})


@pytest.mark.parametrize("is_final", ["IMAZI", "", None])
def test_what_is_final_is_known_without_its_cell(survey: Store, is_final: str | None) -> None:
    file, rows = table(survey)
    rows[0] |= {"label": MALLARD, "is_final": is_final or ""}
    headings = [name for name in rows[0] if name != "is_final" or is_final is not None]
    report = edits(survey, save(file, rows, headings))
    assert (report.taken, "is_final" in report.fixed) == (1, is_final is not None)


def test_whose_words_they_are_is_known_without_the_cell(survey: Store) -> None:
    for name, note in (("ann", "wet paw"), ("eve", "not a grader")):
        survey.grades.append_mark(name, 1, name, "note", note, NOW)
    file, rows = table(survey)
    assert rows[0]["comments"] == "wet paw"
    report = edits(survey, save(file, rows, [name for name in rows[0] if name != "labeled_by"]))
    assert (report.changes, report.fixed) == ((), {})


def test_a_row_that_names_another_picture_is_of_none(survey: Store) -> None:
    _, rows = table(survey)
    other = {"media_id": rows[3]["media_id"], "file_path": rows[3]["file_path"]}
    for moved in (other, {"media_id": other["media_id"]}, {"file_path": other["file_path"]}):
        report = edited(survey, cell(0, label="moose", **moved))
        assert (report.taken, report.skipped) == (0, {cells.OTHER_PICTURE: 1})
        # A copy that says the same of another picture does not say it twice of its own.
        report = edited(survey, lambda rows, new=moved: [*rows, rows[0] | new])  # type: ignore[misc]
        assert (report.taken, report.skipped) == (0, {cells.OTHER_PICTURE: 1})
    # What a spreadsheet made of an id, and what a picture is called now, are no other pictures.
    report = edited(survey, cell(0, label="moose", media_id="1.23E+40"))
    assert (report.taken, report.fixed) == (1, {"media_id": 1})
    report = edited(survey, cell(0, label="bear", file_path="moved/IMG_0001.JPG"))
    assert (report.taken, report.fixed) == (1, {"file_path": 1})


def test_an_added_row_names_one_picture(survey: Store) -> None:
    def add(rows: Rows) -> None:
        bare = dict.fromkeys(rows[0], "") | {"label": "bear"}
        rows.append(bare | {"media_id": rows[0]["media_id"], "file_path": rows[3]["file_path"]})
        rows.append(bare | {"media_id": rows[0]["media_id"], "file_path": "typo.JPG"})

    report = edited(survey, add)
    assert (report.taken, report.skipped) == (0, {cells.NO_PICTURE: 2})
    assert report.examples[cells.NO_PICTURE][1].startswith("row 8: typo.JPG, media_id ")


def test_the_name_that_was_left_in_a_copy_of_a_row_is_not_its_own(survey: Store) -> None:
    taxon(survey, TaxonName("u-seal", "", "", "", "phoca", "vitulina", "seal"))
    # Who writes both names may use a word of another language for one.
    both = {"label": "robbe", "scientific_name": "Phoca vitulina"}
    assert edited(survey, cell(0, **both), adjudicates=True).taken == 1
    assert names(survey, 1)["ann"] == ["seal"]

    def add(rows: Rows) -> None:
        rows.append(rows[0] | {"label": "moose", "observation_id": ""})

    assert edited(survey, add).skipped == {words.CONTRADICTS: 1}


def test_headings_may_be_other_ones(survey: Store, tmp_path: Path) -> None:
    _, rows = table(survey)
    rows[0]["label"] = MALLARD
    loud = [{name.upper(): text for name, text in row.items()} for row in rows]
    assert edits(survey, save(tmp_path / "loud.csv", loud, list(loud[0])), "eve").taken == 1
    for row in rows:
        row["Art"] = row.pop("label")
    file = save(tmp_path / "art.csv", rows, list(rows[0]))
    report = edits(survey, file, "zoe")
    assert (report.changes, report.unread) == ((), ("Art",))
    columns = label_table(file, read_head(file), {"label": "Art"})
    mapped = import_grades(survey, file, columns, editor="zoe").edits
    assert mapped is not None
    assert (mapped.unread, [change.new for change in mapped.changes]) == ((), [MALLARD])


def test_without_its_ids_a_table_is_refused(survey: Store) -> None:
    file, rows = table(survey)
    save(file, rows, [name for name in rows[0] if name != "observation_id"])
    with pytest.raises(InputError, match="without its column observation_id"):
        edits(survey, file)


def test_of_pictures_with_one_path_the_id_tells_which_is_meant(survey: Store) -> None:
    with survey.db.transaction():
        survey.db.execute("UPDATE image SET file_path = 'IMG_0003.JPG' WHERE id = 4")
    found = survey.db.one("SELECT media_id FROM image WHERE id = 4")
    assert found is not None

    def add(rows: Rows) -> None:
        bare = dict.fromkeys(rows[0], "") | {"label": "bear", "file_path": "IMG_0003.JPG"}
        rows.extend((bare, bare | {"media_id": found[0]}))

    report = edited(survey, add)
    assert (report.taken, report.skipped) == (1, {cells.NO_PICTURE: 1})
    assert [grade.grader for grade in survey.grades.votes(4)] == ["ann"]
    # The path that a row shares with another picture is its own all the same.
    report = edited(survey, cell(3, label="moose", file_path="IMG_0003.JPG", media_id="1.2E+9"))
    assert (report.taken, report.fixed) == (1, {"media_id": 1})
