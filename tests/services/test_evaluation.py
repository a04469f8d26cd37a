"""Evaluations of small surveys whose truth is known: what counts, and what it weighs."""

from __future__ import annotations

import uuid
from dataclasses import replace

import pytest

from camtrap_tui.domain.consensus import parse_rule
from camtrap_tui.domain.evaluations import ClassFigures, Evaluation
from camtrap_tui.domain.taxonomy import TaxonName
from camtrap_tui.errors import InputError, UsageError
from camtrap_tui.services.evaluation import evaluate
from camtrap_tui.services.evaluation_tables import (
    COLUMNS,
    evaluation_json,
    evaluation_rows,
    write_evaluation,
)
from camtrap_tui.services.holdouts import extend
from camtrap_tui.store.store import Store
from tests.builders import add_run, taxon
from tests.holdout_builder import REQUEST, USUAL, Drawn, drawn_survey, grade_as, grade_blind

RACCOON = "northern raccoon"


def class_of(found: Evaluation, name: str) -> ClassFigures:
    return next(one for one in found.classes if one.name == name)


def all_graded(store: Store) -> Drawn:
    """Return a survey of which every burst is drawn and graded blind, so that all is known."""
    drawn = drawn_survey(store, request=replace(REQUEST, size=77))
    grade_blind(drawn)
    return drawn


def test_where_all_is_graded_the_figures_are_the_truth(store: Store) -> None:
    found = evaluate(store, all_graded(store).holdout)
    # 67 of 77 are right: two raccoons among blanks, four opossums, a blank, three failures.
    assert found.accuracy.value == pytest.approx(67 / 77)
    assert (found.accuracy.lower, found.accuracy.upper) == pytest.approx((67 / 77, 67 / 77))
    raccoon = class_of(found, RACCOON)
    assert raccoon.precision.value == pytest.approx(18 / 22)
    assert raccoon.recall.value == pytest.approx(18 / 20)
    assert raccoon.prevalence.value == pytest.approx(20 / 77)
    assert (raccoon.predicted, raccoon.need.left) == (22, 0)
    assert class_of(found, "mallard").recall.value == pytest.approx(9 / 12)
    assert class_of(found, "virginia opossum").recall.value == 0
    assert class_of(found, "virginia opossum").precision.state == "not estimable"
    assert found.missed.rate.value == pytest.approx(2 / 42)
    assert found.missed.count.value == pytest.approx(2)
    assert found.missed.of_animals.value == pytest.approx(2 / 36)
    assert found.basis.labelled == found.basis.population == 77
    assert found.basis.without_prediction == 3
    assert found.basis.graders == (("ann", 77),)
    assert found.basis.covered == 1


def test_a_sample_is_weighted_by_its_strata(store: Store) -> None:
    drawn = drawn_survey(store)
    grade_blind(drawn)
    found = evaluate(store, drawn.holdout)
    strata = {one.stratum: one for one in store.holdouts.strata(drawn.holdout.id)}
    prediction = store.runs.predictions(drawn.run_id, drawn.images())
    names = {one.id: one.name for one in store.taxa.all()}
    right = 0.0
    for unit in store.holdouts.sample(drawn.holdout.id):
        said = prediction[unit.image_id].taxon_id
        is_right = said is not None and names[said] == drawn.truth[unit.image_id]
        right += strata[unit.stratum].weight * is_right
    assert found.accuracy.value == pytest.approx(right / 77)
    assert found.accuracy.bootstrap is not None
    assert found.accuracy.lower is not None
    assert found.accuracy.upper is not None
    assert found.accuracy.lower < right / 77 < found.accuracy.upper


def test_every_cell_names_its_pictures_and_adds_up(store: Store) -> None:
    drawn = all_graded(store)
    found = evaluate(store, drawn.holdout)
    cells = {(one.truth, one.predicted): one for one in found.cells}
    missed = cells[RACCOON, "blank"]
    assert missed.total.value == pytest.approx(2)
    assert {drawn.truth[key] for key in missed.image_ids} == {RACCOON}
    assert set(missed.image_ids) == set(found.missed.image_ids)
    assert cells["mallard", "(no prediction)"].total.hits == 3
    assert sum(one.total.value or 0 for one in found.cells) == pytest.approx(77)
    ids = [key for one in found.cells for key in one.image_ids]
    assert sorted(ids) == sorted(drawn.images())
    binned = [key for one in found.bins for key in one.image_ids]
    assert sorted(binned) == sorted(drawn.images())


def test_grading_a_cell_again_moves_the_number(store: Store) -> None:
    drawn = all_graded(store)
    before = evaluate(store, drawn.holdout)
    changed = before.missed.image_ids[0]
    grade_as(drawn, changed, [taxon(store, "blank")], "assisted")
    after = evaluate(store, drawn.holdout)
    assert after.missed.count.value == pytest.approx(1)
    assert after.basis.changed == 1
    assert any("AI's answer in view" in note for note in after.notes)


def test_what_was_graded_with_the_ai_in_view_alone_does_not_count(store: Store) -> None:
    drawn = drawn_survey(store)
    for key in drawn.images():
        grade_as(drawn, key, [taxon(store, drawn.truth[key])], "assisted")
    with pytest.raises(InputError, match="no word counts yet"):
        evaluate(store, drawn.holdout)
    grade_blind(drawn, "ben", drawn.images()[:10])
    found = evaluate(store, drawn.holdout)
    assert (found.basis.labelled, found.basis.missing) == (10, 30)
    assert found.basis.graders == (("ben", 10),)


def test_what_is_missing_is_missing_and_a_stratum_without_a_word_is_left_out(
    store: Store,
) -> None:
    drawn = drawn_survey(store)
    units = store.holdouts.sample(drawn.holdout.id)
    first = units[0].stratum
    grade_blind(drawn, images=[unit.image_id for unit in units if unit.stratum == first])
    found = evaluate(store, drawn.holdout)
    population = store.holdouts.strata(drawn.holdout.id)[0].population
    assert found.basis.covered == pytest.approx(population / 77)
    assert "3 strata have no graded burst" in found.notes[0]


def test_conflicts_and_abstentions_are_left_out_and_counted(store: Store) -> None:
    drawn = all_graded(store)
    one, two, three = drawn.images()[:3]
    grade_blind(drawn, "ben", [one], says="coyote")
    grade_blind(drawn, "ann", [two], says="unknown")
    found = evaluate(store, drawn.holdout)
    assert (found.basis.labelled, found.basis.conflicts, found.basis.unsure) == (75, 1, 1)
    assert any("left out" in note for note in found.notes)
    few = evaluate(store, drawn.holdout, rule=parse_rule("expert:ben"))
    assert few.basis.labelled == 1
    grade_as(drawn, one, [taxon(store, "coyote")], "adjudicated", "cay")
    assert evaluate(store, drawn.holdout).basis.conflicts == 0
    assert three in {key for cell in found.cells for key in cell.image_ids}


def test_a_word_of_another_rank_is_neither_right_nor_wrong(store: Store) -> None:
    def named(common: str, genus: str, species: str) -> TaxonName:
        key = str(uuid.uuid5(uuid.NAMESPACE_DNS, common))
        return TaxonName(key, "aves", "anseriformes", "anatidae", genus, species, common)

    taxa = [
        taxon(store, named("test duck", "anas", "testata")),
        taxon(store, named("test genus", "anas", "")),
        taxon(store, named("test family", "", "")),
    ]
    drawn = drawn_survey(store, (("blank", "blank", 8),), replace(REQUEST, size=8))
    keys = drawn.images()
    duck, genus, family = taxa
    rows = [(duck, duck), (family, duck), (duck, genus), (duck, duck), (family, genus)]
    for key, (said, true) in zip(keys, rows, strict=False):
        with store.db.transaction():
            store.db.execute(
                "UPDATE prediction SET taxon_id = ? WHERE image_id = ?", [said.id, key]
            )
        grade_as(drawn, key, [true])
    found = evaluate(store, drawn.holdout)
    assert [len(one.image_ids) for one in found.bins] == [2, 2, 1, 0]
    assert found.accuracy.value == pytest.approx(2 / 5)


def test_of_several_species_one_that_was_said_is_right(store: Store) -> None:
    drawn = all_graded(store)
    key = next(key for key, name in drawn.truth.items() if name == RACCOON)
    grade_as(drawn, key, [taxon(store, "mallard"), taxon(store, RACCOON)])
    found = evaluate(store, drawn.holdout)
    assert found.accuracy.value == pytest.approx(67 / 77)
    assert class_of(found, RACCOON).recall.value == pytest.approx(18 / 20)
    # The duck beside it was not said.
    assert class_of(found, "mallard").recall.value == pytest.approx(9 / 13)


def test_figures_about_pictures_count_each_burst_for_its_pictures(store: Store) -> None:
    drawn = drawn_survey(store, USUAL, replace(REQUEST, size=77), frames=3)
    grade_blind(drawn)
    bursts = evaluate(store, drawn.holdout)
    pictures = evaluate(store, drawn.holdout, unit="pictures")
    assert (bursts.basis.population, bursts.basis.population_images) == (77, 231)
    # All bursts are of one size: the share is the same, the number is not.
    assert pictures.accuracy.value == pytest.approx(bursts.accuracy.value)
    assert bursts.missed.count.value == pytest.approx(2)
    assert pictures.missed.count.value == pytest.approx(6)
    assert any("about pictures" in note for note in pictures.notes)
    # One frame of each burst was graded: not all is known.
    assert bursts.accuracy.lower is not None
    assert bursts.accuracy.lower < 67 / 77 - 0.05


def test_an_extension_keeps_the_weights_right(store: Store) -> None:
    drawn = drawn_survey(store)
    grade_blind(drawn)
    before = evaluate(store, drawn.holdout)
    extend(store, drawn.holdout, 37, "ann")
    after = evaluate(store, drawn.holdout)
    # What is drawn and not graded yet changes no figure.
    assert after.accuracy.value == pytest.approx(before.accuracy.value)
    assert after.basis.missing == 37
    grade_blind(drawn)
    assert evaluate(store, drawn.holdout).accuracy.value == pytest.approx(67 / 77)


def other_run(drawn: Drawn) -> int:
    """Add a run that says the same, but finds what the first one missed among the blanks."""
    store = drawn.store
    run = add_run(store, "other", parent_run_id=drawn.run_id)
    with store.db.transaction():
        store.db.execute(
            "INSERT INTO prediction SELECT ?, image_id, outcome, taxon_id, score, source, reason,"
            " attempts FROM prediction WHERE run_id = ?",
            [run.id, drawn.run_id],
        )
        for key, name in drawn.truth.items():
            if name == RACCOON:
                store.db.execute(
                    "UPDATE prediction SET taxon_id = ? WHERE run_id = ? AND image_id = ?",
                    [taxon(store, name).id, run.id, key],
                )
    return run.id


def test_another_run_is_scored_on_the_same_holdout(store: Store) -> None:
    drawn = all_graded(store)
    other = other_run(drawn)
    found = evaluate(store, drawn.holdout, run_id=other, against_id=drawn.run_id)
    assert found.basis.run_id == other
    assert found.accuracy.value == pytest.approx(69 / 77)
    assert found.missed.rate.value == 0
    compared = found.comparison
    assert compared is not None
    assert compared.changed == 2
    assert (len(compared.only_mine_ids), compared.only_theirs_ids) == (2, ())
    by = {(one.figure, one.name): one for one in compared.differences}
    assert by["accuracy", ""].by.value == pytest.approx(2 / 77)
    assert by["recall", RACCOON].by.value == pytest.approx(0.1)
    # A class of which both say the same has no difference.
    assert ("precision", "mallard") not in by
    with pytest.raises(UsageError, match="with itself"):
        evaluate(store, drawn.holdout, against_id=drawn.run_id)
    with pytest.raises(UsageError, match="no run 99"):
        evaluate(store, drawn.holdout, run_id=99)


def test_the_same_votes_give_the_same_evaluation(store: Store) -> None:
    drawn = drawn_survey(store)
    grade_blind(drawn)
    assert evaluate(store, drawn.holdout) == evaluate(store, drawn.holdout)


def test_every_figure_is_in_the_json_and_in_the_csv(store: Store) -> None:
    drawn = drawn_survey(store)
    grade_blind(drawn)
    found = evaluate(store, drawn.holdout)
    whole = evaluation_json(found)
    assert whole["accuracy"]["value"] == found.accuracy.value
    assert [one["name"] for one in whole["classes"]] == [one.name for one in found.classes]
    assert whole["classes"][0]["taxon_uuid"] == found.classes[0].taxon.taxon_uuid
    rows = [dict(zip(COLUMNS, row, strict=True)) for row in evaluation_rows(found)]
    accuracy = next(row for row in rows if row["figure"] == "accuracy")
    assert float(accuracy["estimate"]) == pytest.approx(found.accuracy.value, abs=1e-6)
    assert {row["class"] for row in rows if row["figure"] == "precision"} == {
        one.name for one in found.classes
    }
    assert all(row["n"] and row["method"] for row in rows)
    silent = next(row for row in rows if row["state"] == "not estimable")
    assert (silent["estimate"], silent["lower"]) == ("", "")


def test_the_csv_never_lands_on_the_survey(store: Store) -> None:
    drawn = drawn_survey(store)
    grade_blind(drawn)
    found = evaluate(store, drawn.holdout)
    with pytest.raises(UsageError, match="survey itself"):
        write_evaluation(found, store.path, store.path)
    out = store.path.with_name("figures.csv")
    assert write_evaluation(found, store.path, out) == len(out.read_text().splitlines()) - 1
