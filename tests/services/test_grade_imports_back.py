"""A ground-truth CSV that was edited: whose word it becomes, and what is told instead of taken."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from camtrap_tui.domain.table_edits import FINAL_GONE, MIXED, NOT_FINAL, UNCLEAR
from camtrap_tui.errors import UsageError
from camtrap_tui.services import grade_imports_edits as cells
from camtrap_tui.services import grade_imports_words as words
from camtrap_tui.services.grade_imports_back import (
    OTHERS_NOTE,
    REPEATED,
    SINCE,
    EditReport,
    TableEdits,
)
from camtrap_tui.services.grade_imports_edits import Change
from camtrap_tui.services.grade_imports_names import Names
from camtrap_tui.services.grade_imports_rows import NO_LABEL
from camtrap_tui.services.review import ReviewSession
from camtrap_tui.store.store import Store
from tests.builders import NOW, Said, add_images, add_run, taxon
from tests.services.exports.test_ground_truth_back import Rows, edits, save, table, take
from tests.services.test_grade_imports import votes
from tests.store.test_reports import MALLARD, RACCOON, grade

Edit = Callable[[Rows], Rows | None]


def graded(store: Store) -> Store:
    """Grade four pictures: agreed by ann and ben, in conflict, ann's alone, nobody's."""
    run = add_run(store)
    one, two, three, _ = add_images(store, [Said(MALLARD)] * 4, run=run)
    grade(store, "ann", one, RACCOON)
    grade(store, "ben", one, RACCOON)
    grade(store, "ann", two, RACCOON)
    grade(store, "ben", two, MALLARD)
    grade(store, "ann", three, RACCOON, MALLARD)
    return store


@pytest.fixture
def survey(store: Store) -> Store:
    """The survey of `graded`."""
    return graded(store)


def edited(store: Store, edit: Edit, editor: str = "ann", **asked: bool) -> EditReport:
    """Export, edit and import a table."""
    everyone = asked.pop("all_graders", False)
    file, rows = table(store, all_graders=everyone)
    rows = edit(rows) or rows
    return edits(store, save(file, rows, list(rows[0])), editor, **asked)


def cell(number: int, **values: str) -> Edit:
    """Change cells of a row."""

    def change(rows: Rows) -> None:
        rows[number].update(values)

    return change


def names(store: Store, number: int) -> dict[str, list[str]]:
    return {grader: [name for name, _ in said] for grader, said in votes(store, number).items()}


def state(store: Store, number: int) -> tuple[str, str]:
    sql = "SELECT state, coalesce(label, '') FROM truth WHERE file_path = ?"
    found = store.db.one(sql, [f"IMG_{number:04d}.JPG"])
    assert found is not None
    return found[0], found[1]


def test_an_edit_is_a_vote_of_who_imports_it(survey: Store) -> None:
    report = edited(survey, cell(0, label=MALLARD), "eve")
    assert report.changes == (Change(2, "IMG_0001.JPG", "label", RACCOON, MALLARD),)
    assert (report.touched, report.taken, report.conflicts) == (1, 1, 1)
    assert names(survey, 1) == {"ann": [RACCOON], "ben": [RACCOON], "eve": [MALLARD]}
    found = survey.grades.latest_by("eve")
    assert found is not None
    assert (found.mode, found.gesture, found.batch_uuid) == ("bulk", "table", report.batch_uuid)
    # The machine's word stood beside.
    assert found.run_id is not None


def test_an_adjudicator_settles_what_the_table_says(survey: Store) -> None:
    report = edited(survey, cell(0, label=MALLARD), "eve", adjudicates=True)
    assert report.conflicts == 0
    assert state(survey, 1) == ("adjudicated", MALLARD)


def test_of_a_conflict_what_was_edited_counts(survey: Store) -> None:
    report = edited(survey, cell(2, label=RACCOON, count="2"))
    assert [change.column for change in report.changes] == ["label", "count"]
    assert votes(survey, 2)["ann"] == [(RACCOON, 2)]


def test_two_edits_of_a_conflict_that_differ_are_not_chosen_from(survey: Store) -> None:
    def change(rows: Rows) -> None:
        rows[1]["label"], rows[2]["label"] = "moose", "bear"

    report = edited(survey, change)
    assert (report.skipped, report.taken) == ({UNCLEAR: 1}, 0)
    assert report.examples[UNCLEAR] == ["rows 3, 4: IMG_0002.JPG"]


def test_a_row_that_was_taken_out_is_told(survey: Store) -> None:
    report = edited(survey, lambda rows: rows[:3] + rows[4:])
    assert report.changes == (Change(5, "IMG_0003.JPG", "deleted", f"{RACCOON} (ann)", ""),)
    assert names(survey, 3) == {"ann": [MALLARD]}
    # Of a conflict: what is left is the word of who took the other out.
    report = edited(survey, lambda rows: rows[:2] + rows[3:], "eve", adjudicates=True)
    assert state(survey, 2) == ("adjudicated", RACCOON)


def test_pictures_that_are_not_in_the_table_are_left_alone(survey: Store) -> None:
    report = edited(survey, lambda rows: rows[:1])
    assert (report.rows, report.touched) == (1, 0)


def test_rows_that_are_added_are_more_species_or_more_pictures(survey: Store) -> None:
    def add(rows: Rows) -> None:
        rows.append(rows[0] | {"label": "moose", "count": "2"})
        rows.append(rows[0] | {"label": "bear", "scientific_name": "", "observation_id": ""})
        rows[-1]["comments"] = "in the reeds"
        rows.append(
            dict.fromkeys(rows[0], "") | {"file_path": "IMG_0004.JPG", "label": "nothing here"}
        )
        rows.append(dict.fromkeys(rows[0], "") | {"media_id": "nowhere", "label": "bear"})

    report = edited(survey, add)
    assert votes(survey, 1)["ann"] == [(RACCOON, None), ("moose", 2), ("bear", None)]
    assert names(survey, 4) == {"ann": ["blank"]}
    assert [mark.value for mark in survey.grades.marks(1)] == ["in the reeds"]
    assert report.skipped == {cells.NO_PICTURE: 1}
    assert report.examples[cells.NO_PICTURE] == ["row 10: nowhere"]
    assert sorted(name for name, _ in report.new_names) == ["bear", "moose"]


def test_a_row_that_is_there_twice_counts_once(survey: Store) -> None:
    report = edited(survey, lambda rows: [*rows, rows[0]])
    assert (report.taken, report.skipped) == (0, {REPEATED: 1})


def test_what_was_graded_since_is_told_and_not_overruled(survey: Store) -> None:
    file, rows = table(survey)
    rows[0]["label"] = rows[3]["label"] = "moose"
    grade(survey, "ben", 1, MALLARD)
    report = edits(survey, save(file, rows, list(rows[0])))
    assert (report.taken, report.skipped) == (1, {SINCE: 1})
    assert report.examples[SINCE] == ["row 2: IMG_0001.JPG"]
    assert names(survey, 1) == {"ann": [RACCOON], "ben": [MALLARD]}
    assert names(survey, 3)["ann"] == ["moose", MALLARD]
    # Without the column that tells, a grade that stands no longer does.
    file, rows = table(survey)
    rows[0]["label"] = rows[1]["label"] = "bear"
    grade(survey, "ann", 1, MALLARD)
    report = edits(survey, save(file, rows, [name for name in rows[0] if name != "votes_id"]))
    assert SINCE in report.skipped


def test_a_grade_that_was_undone_since_is_told_too(survey: Store) -> None:
    file, rows = table(survey)
    rows[3]["label"] = "moose"
    latest = survey.grades.latest_by("ann")
    assert latest is not None
    survey.grades.append_reversal("ann", "undo", latest.grade_uuid, "undone", NOW)
    report = edits(survey, save(file, rows, list(rows[0])))
    assert (report.taken, report.skipped) == (0, {SINCE: 1})


def test_other_votes_are_not_the_truth(survey: Store) -> None:
    file, rows = table(survey, all_graders=True)
    (other,) = [
        n for n, r in enumerate(rows) if r["file_path"][7] == "1" and r["is_final"][0] == "f"
    ]
    report = edited(survey, cell(other, label="moose"), all_graders=True)
    assert report.skipped == {NOT_FINAL: 1}
    final = [row for row in rows if row["is_final"] == "true"]
    assert edits(survey, save(file, final, list(rows[0]))).changes != ()
    assert survey.db.value("SELECT count(*) FROM grade WHERE gesture = 'table'") == 0
    rest = [row for row in rows if row["is_final"] == "false"]
    assert edits(survey, save(file, rest, list(rows[0]))).skipped[FINAL_GONE] == 1


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"label": ""}, NO_LABEL),
        ({"label": "blank", "observation_type": "vehicle"}, words.CONTRADICTS),
        ({"observation_type": "something"}, words.UNREADABLE),
        ({"count": "many"}, words.UNREADABLE),
        ({"count": "0"}, words.UNREADABLE),
        ({"sex": "both"}, words.UNREADABLE),
    ],
)
def test_what_cannot_be_taken_is_told(survey: Store, values: dict[str, str], reason: str) -> None:
    report = edited(survey, cell(0, **values))
    assert (report.taken, report.skipped) == (0, {reason: 1})
    (example,) = report.examples[reason]
    told = [f"{name} {value or '(empty)'}" for name, value in values.items()]
    assert sorted(example.split(": ")[2].split(", ")) == sorted(told)


def test_a_type_alone_says_what_is_there(survey: Store) -> None:
    edited(survey, cell(0, observation_type="blank"))
    assert names(survey, 1)["ann"] == ["blank"]
    report = edited(survey, cell(-1, observation_type="blank"))
    assert report.skipped == {MIXED: 1}


def test_a_word_that_makes_no_truth_is_told(survey: Store) -> None:
    ask = {"editor": "eve", "adjudicates": True}
    assert edited(survey, cell(0, label=MALLARD), **ask).overruled == 0  # type: ignore[arg-type]
    report = edited(survey, cell(0, label="moose"), "ann")
    assert (report.conflicts, report.overruled) == (0, 1)
    assert state(survey, 1) == ("adjudicated", MALLARD)
    report = edited(survey, cell(0, label="bear"), "ann", adjudicates=True)
    assert (report.conflicts, report.overruled) == (1, 0)
    # To say that one does not know leaves what others know.
    grade(survey, "ann", 4, RACCOON)
    report = edited(survey, cell(-1, label="unknown"), "zoe")
    assert (report.taken, report.conflicts, report.overruled) == (1, 0, 1)
    report = edited(survey, cell(-1, label="unknown"), "ann")
    assert (report.taken, report.conflicts, report.overruled) == (1, 0, 0)


def test_a_comment_becomes_a_note_of_the_editor(survey: Store) -> None:
    for name, note in (("ann", "wet paw"), ("ben", "two?")):
        survey.grades.append_mark(name, 1, name, "note", note, NOW)
    report = edited(survey, cell(0, comments="wet paw | two? | three!"))
    assert (report.taken, report.notes) == (0, 1)
    assert [mark.value for mark in survey.grades.marks(1)] == ["wet paw | three!", "two?"]
    report = edited(survey, cell(0, comments=""))
    assert [mark.value for mark in survey.grades.marks(1)] == ["two?"]
    report = edited(survey, cell(0, comments=""))
    assert (report.notes, report.skipped) == (0, {OTHERS_NOTE: 1})


def test_a_comment_of_what_has_changed_since_is_told_and_a_new_note_is_no_edit(
    survey: Store,
) -> None:
    file, rows = table(survey)
    rows[0]["comments"] = "wet paw"
    save(file, rows, list(rows[0]))
    survey.grades.append_mark("one", 1, "ben", "note", "two?", NOW)
    survey.grades.append_mark("two", 3, "ann", "note", "three!", NOW)
    report = edits(survey, file)
    assert (report.notes, report.skipped) == (0, {SINCE: 1})
    assert [change.picture for change in report.changes] == ["IMG_0001.JPG"]


def test_what_is_graded_while_a_table_is_taken_in_counts_as_since(survey: Store) -> None:
    file, rows = table(survey)
    rows[0]["label"], rows[3]["label"] = "moose", "bear"
    save(file, rows, list(rows[0]))
    taken = TableEdits(survey, Names(survey.taxa.all(), {}), editor="ann")
    taken.read(file, {})
    taken.work_out()
    grade(survey, "zoe", 1, "a duck that nobody knew")
    with survey.db.transaction():
        batch = taken.append()
    report = taken.report(batch)
    taken.close()
    assert (report.taken, report.skipped) == (1, {SINCE: 1})
    known = {taxon.name for taxon in survey.taxa.all()}
    assert ("bear" in known, "moose" in known) == (True, False)


def test_who_says_so_already_may_still_settle_it(survey: Store) -> None:
    file, rows = table(survey)
    rows[0]["label"] = MALLARD
    save(file, rows, list(rows[0]))
    assert edits(survey, file).taken == 1
    assert edits(survey, file).known == 1
    # The vote is there; that it settles the picture is not.
    report = edits(survey, file, adjudicates=True)
    assert (report.taken, report.known) == (0, 0)
    assert report.skipped == {SINCE: 1}


def test_one_undo_takes_a_table_back(survey: Store) -> None:
    def change(rows: Rows) -> None:
        rows[0]["label"] = rows[3]["label"] = "moose"

    before = [names(survey, number) for number in range(1, 5)]
    assert edited(survey, change).taken == 2
    session = ReviewSession(survey, "ann")
    assert session.next_undo() == "what a table says of 2 pictures"
    session.undo()
    assert [names(survey, number) for number in range(1, 5)] == before
    # And it may be taken in again.
    assert edited(survey, change).taken == 2


def test_somebody_must_have_edited_it(survey: Store) -> None:
    with pytest.raises(UsageError, match="nobody says by whom"):
        edited(survey, cell(0, label=MALLARD), "")
    assert edited(survey, lambda rows: None, "").changes == ()


def test_rows_of_another_survey_are_labels_of_their_authors(survey: Store, tmp_path: Path) -> None:
    other = tmp_path / "other.db"
    survey.backup(other)
    with Store.open(other) as store:
        grade(store, "zoe", 4, MALLARD)
        file, rows = table(store)
    rows[0]["label"] = "moose"
    report = take(survey, save(file, rows, list(rows[0])), "eve")
    assert report.graders == {"zoe": 1}
    assert report.edits is not None
    assert (report.edits.rows, report.edits.taken) == (5, 1)
    assert names(survey, 4) == {"zoe": [MALLARD]}


def test_a_misspelt_name_is_told_with_the_one_that_it_is_like(survey: Store) -> None:
    wrong = MALLARD.replace("ll", "l")
    assert edited(survey, cell(0, label=wrong)).new_names == ((wrong, MALLARD),)


def test_a_label_that_no_list_has_is_a_new_taxon(survey: Store) -> None:
    before = len(survey.taxa.all())
    report = edited(survey, cell(0, label="Water  Vole"))
    assert report.new_names == (("water vole", ""),)
    assert len(survey.taxa.all()) == before + 1
    assert taxon(survey, "water vole").origin == "import"
