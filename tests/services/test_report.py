"""What a report gathers: the numbers of the services, of the pictures and the run asked for."""

from __future__ import annotations

import json

import pytest

from camtrap_tui.errors import FilterError, UsageError
from camtrap_tui.services import charts
from camtrap_tui.services.accounts import take_ledger
from camtrap_tui.services.agreement import agreement
from camtrap_tui.services.consensus_report import Scope
from camtrap_tui.services.evaluation import evaluate
from camtrap_tui.services.evaluation_tables import evaluation_json
from camtrap_tui.services.report import ReportRequest, gather
from camtrap_tui.services.report_json import report_json
from camtrap_tui.store.store import Store
from tests.builders import Said, add_images, add_run
from tests.holdout_builder import Drawn, another_holdout
from tests.report_pages import graded_survey, reported
from tests.store.test_grades import grade


@pytest.fixture
def survey(store: Store) -> Drawn:
    return graded_survey(store)


def test_the_numbers_are_those_of_the_services(survey: Drawn) -> None:
    store, found = survey.store, reported(survey.store)
    assert found.ledger == take_ledger(store)
    assert [table.by for table in found.frequency] == ["prediction", "truth"]
    assert found.frequency[0] == charts.frequency(store)
    assert found.frequency[1] == charts.frequency(store, by="truth")
    assert found.hours[0] == charts.hours(store)
    assert found.hours[1] == charts.hours(store, by="truth", like=found.hours[0])
    assert found.hours_too[1] == charts.hours(store, by="truth")
    assert found.hours_too[0] == charts.hours(store, like=found.hours_too[1])
    assert found.agreement == agreement(store, Scope())
    (holdout,) = found.holdouts
    assert holdout.evaluation == evaluate(store, survey.holdout)
    assert holdout.agreement == agreement(store, Scope(holdout=survey.holdout))
    assert len(found.conflicts) == found.votes.rules[0].states["conflict"] > 0
    assert {one.grader: one.images for one in found.graders} == store.grades.graders()


def test_json_has_the_same_numbers(survey: Drawn) -> None:
    found = reported(survey.store)
    told = json.loads(json.dumps(report_json(found)))
    evaluation = evaluate(survey.store, survey.holdout)
    assert told["holdouts"][0]["evaluation"] == json.loads(json.dumps(evaluation_json(evaluation)))
    assert told["frequency"]["truth"]["rows"] == found.frequency[1].total
    assert len(told["hours"]["prediction"]["classes"][0]["hours"]) == 24
    assert told["ledger"]["images"] == 77
    assert len(told["conflicts"]) == len(found.conflicts)
    assert told["runs"][0]["software"] == "speciesnet 5.0.6"


def test_a_filter_chooses_what_is_charted_and_leaves_the_accuracy(survey: Drawn) -> None:
    store, line = survey.store, "species:mallard"
    whole, some = reported(store), reported(store, where=line)
    assert some.filter.pictures == 10
    assert some.frequency[0] == charts.frequency(store, where=line)
    assert some.frequency[1] == charts.frequency(store, by="truth", where=line)
    assert some.hours[0] == charts.hours(store, where=line)
    for few, all_ in zip(some.frequency, whole.frequency, strict=True):
        assert few.total < all_.total
    assert len(some.conflicts) < len(whole.conflicts)
    assert some.holdouts == whole.holdouts
    assert some.ledger == whole.ledger


def test_a_run_is_charted_and_judged(survey: Drawn) -> None:
    store = survey.store
    other = add_run(store, "other")
    with store.db.transaction():
        store.db.execute(
            "INSERT INTO prediction SELECT ?, image_id, outcome, taxon_id, score, source, reason,"
            " attempts FROM prediction WHERE run_id = ?",
            [other.id, survey.run_id],
        )
    usual = reported(store)
    assert usual.run_id == other.id
    assert usual.holdouts[0].evaluation is not None
    assert usual.holdouts[0].evaluation.basis.run_id == survey.run_id
    asked = reported(store, run_id=other.id)
    assert asked.holdouts[0].evaluation is not None
    assert asked.holdouts[0].evaluation.basis.run_id == other.id
    first = reported(store, run_id=survey.run_id)
    assert first.frequency[0].run_id == survey.run_id


def test_every_holdout_is_evaluated_or_the_named_ones(survey: Drawn) -> None:
    another_holdout(survey, "autumn", seed=2)
    every = reported(survey.store)
    assert [one.progress.holdout.name for one in every.holdouts] == ["autumn", "river2024"]
    assert every.holdouts[0].evaluation is None
    assert every.holdouts[0].why_not.startswith("no word counts yet")
    named = reported(survey.store, holdouts=("autumn", "autumn"))
    assert [one.progress.holdout.name for one in named.holdouts] == ["autumn"]


def test_what_is_not_there_is_refused(survey: Drawn) -> None:
    for request in ({"run_id": 9}, {"holdouts": ("none",)}):
        with pytest.raises(UsageError, match="there is no"):
            reported(survey.store, **request)
    with pytest.raises(FilterError):
        reported(survey.store, where="species:")


def test_an_empty_survey_and_one_without_grades(store: Store) -> None:
    empty = reported(store)
    assert (empty.frequency, empty.hours, empty.graders, empty.run_id) == ((), (), (), None)
    add_images(store, [Said()])
    found = reported(store)
    assert [table.by for table in found.frequency] == ["prediction"]
    json.dumps(report_json(found))


def test_truth_without_a_run_is_charted(store: Store) -> None:
    (key,) = add_images(store, [Said()])
    grade(store, [key], "mallard")
    with store.db.transaction():
        store.db.execute("DELETE FROM prediction")
        store.db.execute("DELETE FROM run")
    found = reported(store)
    assert [table.by for table in found.frequency] == ["truth"]
    assert found.hours[0].rows[0].n == 1


def test_what_is_written_meanwhile_is_in_no_part_of_it(survey: Drawn) -> None:
    told: list[str] = []

    def tell(what: str) -> None:
        told.append(what)
        with Store.open(survey.store.path) as other:
            grade(other, survey.images()[:1], "mallard", grader=f"late {len(told)}")

    found = gather(survey.store, ReportRequest(), tell)
    assert len(told) > 3
    graders = {"ann", "ben"}
    assert {one.grader for one in found.graders} == graders
    assert {session.grader for session in found.sessions} == graders
    assert set(found.agreement.graders) == graders
    assert found.votes.graders == len(graders)
    assert "late 1" in {one.grader for one in reported(survey.store).graders}


@pytest.mark.parametrize(
    ("start", "end", "days", "source"),
    [
        ("2024-06-01 00:00:00", "2024-06-30 12:00:00", 29.5, "recorded"),
        (None, None, 1.0, "picture"),
    ],
)
def test_effort_is_that_of_the_tables_for_r(
    store: Store, start: str | None, end: str | None, days: float, source: str
) -> None:
    add_images(store, [Said()])
    with store.db.transaction():
        store.db.execute(
            "UPDATE deployment SET deployment_start = ?, deployment_end = ?", [start, end]
        )
    (deployment,) = report_json(reported(store))["deployments"]
    assert deployment["effort"]["days"] == pytest.approx(days, abs=1e-4)
    assert deployment["effort"]["from_source"] == source
    assert deployment["effort"]["days_with_pictures"] == 1


def test_a_deployment_of_which_nothing_is_known_has_no_effort(store: Store) -> None:
    add_images(store, [Said(timestamp=None)])
    (deployment,) = report_json(reported(store))["deployments"]
    assert deployment["effort"] is None
