"""Chart tables from a survey: what is counted, what stands beside it, what is refused."""

from __future__ import annotations

import pytest

from camtrap_tui.domain.chart_data import class_filter
from camtrap_tui.domain.filters import parse_filter
from camtrap_tui.errors import InputError, UsageError
from camtrap_tui.services import charts
from camtrap_tui.store.reports import By
from camtrap_tui.store.store import Store
from tests.builders import Said, add_images, add_run
from tests.store.test_reports import MALLARD, RACCOON, grade


@pytest.fixture
def survey(store: Store) -> Store:
    """Five pictures: two of a raccoon, one with two classes, one with none, one failure."""
    run = add_run(store)
    keys = add_images(
        store,
        [
            Said(RACCOON, guesses=[(RACCOON, 0.9), (MALLARD, 0.05)]),
            Said(RACCOON, guesses=[(RACCOON, 0.5), (MALLARD, 0.4)]),
            Said("blank", 0.2, guesses=[("blank", 0.2)]),
            Said(MALLARD, timestamp=None, guesses=[(MALLARD, 0.7)]),
            Said(None),
        ],
        run=run,
    )
    grade(store, "ann", keys[0], RACCOON)
    grade(store, "ann", keys[1], RACCOON, MALLARD)
    grade(store, "ann", keys[2], RACCOON)
    grade(store, "ben", keys[2], "blank")
    return store


def test_classes_above_a_score_and_none(survey: Store) -> None:
    found = charts.frequency(survey, by="classification", min_score=0.3)
    assert [(row.name, row.count) for row in found.rows] == [(MALLARD, 2), (RACCOON, 2)]
    assert (found.without_class, found.total, found.pictures) == (1, 5, 4)
    assert found.left_out == (("failed", 1),)
    assert found.share(2) == 0.4


def test_predictions_with_a_filter(survey: Store) -> None:
    found = charts.frequency(survey, where="species:raccoon")
    assert [(row.name, row.count) for row in found.rows] == [(RACCOON, 2)]
    assert found.left_out == ()
    assert found.min_score is None


def test_truth_counts_both_species_and_its_conflicts(survey: Store) -> None:
    found = charts.frequency(survey, by="truth")
    assert [(row.name, row.count) for row in found.rows] == [(RACCOON, 2), (MALLARD, 1)]
    assert (found.pictures, found.total) == (2, 3)
    assert found.left_out == (("conflict", 1),)


def test_hours_beside_each_other_have_the_same_classes(survey: Store) -> None:
    found = charts.hours(survey)
    assert [(row.name, row.n, row.without_time) for row in found.rows] == [
        (RACCOON, 2, 0),
        ("blank", 1, 0),
        (MALLARD, 0, 1),
    ]
    beside = charts.hours(survey, by="truth", like=found)
    assert [(row.name, row.n) for row in beside.rows] == [(RACCOON, 2), ("blank", 0), (MALLARD, 1)]
    assert found.rows[0].hours[2] == 2
    assert found.left_out == (("failed", 1),)
    by_class = charts.hours(survey, by="classification")
    assert by_class.left_out == (("failed", 1), ("without a class", 1))


def test_hours_are_of_the_ten_most_frequent(store: Store) -> None:
    add_images(store, [Said(f"class {n:02d}") for n in range(12) for _ in range(n + 1)])
    assert [row.name for row in charts.hours(store).rows] == [
        f"class {n:02d}" for n in range(11, 1, -1)
    ]


def test_the_other_side_is_there_where_both_exist(survey: Store, store: Store) -> None:
    assert charts.other_side(survey, "prediction") == "truth"
    assert charts.other_side(survey, "truth") == "prediction"


def test_without_runs_or_grades_there_is_no_other_side(store: Store) -> None:
    assert charts.other_side(store, "prediction") is None
    assert charts.other_side(store, "truth") is None
    with pytest.raises(InputError, match="nothing has been predicted"):
        charts.frequency(store)
    assert charts.frequency(store, by="truth").rows == ()


def test_a_run_that_is_not_there_is_refused(survey: Store) -> None:
    with pytest.raises(UsageError, match=r"no run 7\. Its runs: 1\."):
        charts.frequency(survey, run_id=7)


@pytest.mark.parametrize("by", ["prediction", "classification", "truth"])
def test_a_bar_opens_exactly_its_pictures(survey: Store, by: By) -> None:
    found = charts.frequency(survey, by=by, min_score=0.3)
    assert found.rows
    for row in found.rows:
        text = class_filter(row.name, by=by, min_score=found.min_score)
        assert len(survey.queues.build(parse_filter(text), found.run_id)) == row.count


def test_json_has_every_number(survey: Store) -> None:
    found = charts.frequency_json(charts.frequency(survey, by="classification"))
    assert (found["rows"], found["pictures"], found["without_class"]) == (5, 4, 1)
    assert [(c["name"], c["count"], c["share"]) for c in found["classes"]] == [
        (MALLARD, 2, 0.4),
        (RACCOON, 2, 0.4),
    ]
    hours = charts.hours_json(charts.hours(survey))
    assert hours["classes"][0]["hours"][2] == hours["classes"][0]["n"] == 2
