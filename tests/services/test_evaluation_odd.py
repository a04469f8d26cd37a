"""Evaluations of what is odd: other labels, namesakes, no scores, nothing settled, nothing said."""

from __future__ import annotations

import json
import uuid
from dataclasses import replace

import pytest

from camtrap_tui.domain.consensus import parse_rule
from camtrap_tui.domain.taxonomy import TaxonName
from camtrap_tui.errors import InputError
from camtrap_tui.services.evaluation import evaluate
from camtrap_tui.services.evaluation_tables import evaluation_json, evaluation_rows
from camtrap_tui.store.store import Store
from tests.builders import add_run, taxon
from tests.holdout_builder import REQUEST, drawn_survey, grade_as, grade_blind


def test_imported_labels_count_only_where_they_are_asked_for(store: Store) -> None:
    drawn = drawn_survey(store)
    images = drawn.images()
    grade_blind(drawn, images=images[:20])
    for key in images[10:]:
        grade_as(drawn, key, [taxon(store, drawn.truth[key])], "import", "volunteer")
    alone = evaluate(store, drawn.holdout)
    assert (alone.basis.labelled, alone.basis.graders, alone.basis.also) == (20, (("ann", 20),), ())
    both = evaluate(store, drawn.holdout, also=["import"])
    assert (both.basis.labelled, both.basis.also) == (40, ("import",))
    assert both.basis.graders == (("volunteer", 30), ("ann", 20))
    assert any("nobody knows whether they were given blind" in note for note in both.notes)
    assert both.accuracy.n == 40


def test_imported_labels_that_contradict_are_conflicts(store: Store) -> None:
    drawn = drawn_survey(store)
    grade_blind(drawn)
    grade_as(drawn, drawn.images()[0], [taxon(store, "coyote")], "import", "volunteer")
    assert evaluate(store, drawn.holdout).basis.conflicts == 0
    assert evaluate(store, drawn.holdout, also=["import"]).basis.conflicts == 1


def test_classes_of_one_common_name_can_be_told_apart(store: Store) -> None:
    ranks = ("mammalia", "rodentia", "muridae", "rattus")
    black, brown = (
        taxon(store, TaxonName(str(uuid.uuid5(uuid.NAMESPACE_DNS, name)), *ranks, name, "rat"))
        for name in ("rattus", "norvegicus")
    )
    drawn = drawn_survey(store, (("blank", "blank", 20), ("mallard", "mallard", 8)))
    grade_blind(drawn)
    ducks = [key for key in drawn.images() if drawn.truth[key] == "mallard"]
    with store.db.transaction():
        for number, key in enumerate(ducks):
            store.db.execute(
                "UPDATE prediction SET taxon_id = ? WHERE image_id = ?",
                [(black, brown)[number % 2].id, key],
            )
    for key in ducks:
        grade_as(drawn, key, [black])
    found = evaluate(store, drawn.holdout)
    names = [one.name for one in found.classes]
    assert {"rat (Rattus rattus)", "rat (Rattus norvegicus)"} <= set(names)
    assert len(set(names)) == len(names)
    wrong = [(one.truth, one.predicted) for one in found.cells if one.relation == "other"]
    assert wrong == [("rat (Rattus rattus)", "rat (Rattus norvegicus)")]


def test_without_scores_there_is_no_reliability_and_no_threshold(store: Store) -> None:
    drawn = drawn_survey(store)
    grade_blind(drawn)
    scored = evaluate(store, drawn.holdout)
    with store.db.transaction():
        store.db.execute("UPDATE prediction SET score = NULL")
    found = evaluate(store, drawn.holdout)
    assert found.accuracy == scored.accuracy
    assert found.reliability.bands == ()
    assert found.reliability.brier.state == "not estimable"
    everything = found.thresholds[0]
    assert (everything.rows, everything.chosen) == ((), None)
    assert everything.note == "the run gave no scores"


def test_nothing_settled_says_what_is_open(store: Store) -> None:
    drawn = drawn_survey(store)
    grade_blind(drawn, says="unknown")
    with pytest.raises(InputError, match="is settled: 40 not sure"):
        evaluate(store, drawn.holdout)
    grade_blind(drawn)
    with pytest.raises(InputError, match="is settled: 40 with too few votes"):
        evaluate(store, drawn.holdout, rule=parse_rule("majority:2"))


def test_a_run_that_says_nothing_of_the_sample_is_not_judged(store: Store) -> None:
    drawn = drawn_survey(store)
    grade_blind(drawn)
    empty = add_run(store, "empty")
    with pytest.raises(InputError, match="run 2 says nothing"):
        evaluate(store, drawn.holdout, run_id=empty.id)
    with store.db.transaction():
        store.db.execute(
            "INSERT INTO prediction SELECT ?, image_id, outcome, taxon_id, score, source, reason,"
            " attempts FROM prediction WHERE run_id = ? AND image_id % 2",
            [empty.id, drawn.run_id],
        )
    found = evaluate(store, drawn.holdout, run_id=empty.id)
    assert found.basis.without_prediction > 10
    assert any("counts as not right" in note for note in found.notes)


@pytest.mark.parametrize("unit", ["bursts", "pictures"])
def test_json_and_csv_hold_no_number_that_is_none(store: Store, unit: str) -> None:
    drawn = drawn_survey(store, request=replace(REQUEST, size=77))
    first = {unit.stratum: unit.image_id for unit in store.holdouts.sample(drawn.holdout.id)}
    # One graded burst a stratum, then all of a survey.
    for images in (list(first.values()), drawn.images()):
        grade_blind(drawn, images=images)
        found = evaluate(store, drawn.holdout, unit="pictures" if unit == "pictures" else "bursts")
        json.dumps(evaluation_json(found), allow_nan=False)
        for row in evaluation_rows(found):
            assert not {"nan", "inf", "-inf"} & set(row)


def test_who_had_graded_with_the_ai_in_view_before_is_counted_and_said(store: Store) -> None:
    drawn = drawn_survey(store)
    for key in drawn.images()[:3]:
        grade_as(drawn, key, [taxon(store, drawn.truth[key])], "assisted")
    grade_blind(drawn)
    found = evaluate(store, drawn.holdout)
    assert (found.basis.labelled, found.basis.seen_before, found.basis.changed) == (40, 3, 0)
    assert any(note.startswith("3 pictures were graded with the AI's") for note in found.notes)
