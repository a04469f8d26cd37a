"""Counts against what is in the tables, counted by hand; and plans that use the indexes."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence

import pytest

from camtrap_tui.domain.filters import parse_filter
from camtrap_tui.store import reports
from camtrap_tui.store.grades import NewGrade, NewObservation
from camtrap_tui.store.reports import Counted
from camtrap_tui.store.store import Store
from tests.builders import NOW, Said, add_images, add_run, md5, taxon

RACCOON, MALLARD = "northern raccoon", "mallard"


def grade(store: Store, grader: str, image_id: int, *names: str) -> str:
    """Say that an image shows `names`; return the grade's uuid."""
    uuid = md5(f"{grader} {image_id} {names} {store.grades.graders()}")
    seen = tuple(NewObservation(taxon(store, name).id) for name in names)
    new = NewGrade(uuid, image_id, seen, "assisted", "species")
    store.grades.append(grader, [new], NOW)
    return uuid


def named(store: Store, counts: dict[int, int]) -> dict[str, int]:
    """Return counts by taxon name."""
    names = {t.id: t.name for t in store.taxa.all()}
    return {names[key]: count for key, count in counts.items()}


def test_predictions_are_counted_and_failures_are_not_lost(store: Store) -> None:
    run = add_run(store)
    add_images(store, [Said(RACCOON), Said(RACCOON), Said(MALLARD), Said(None)], run=run)
    what = Counted("prediction", run.id)
    assert named(store, store.reports.counts(what)) == {RACCOON: 2, MALLARD: 1}
    assert store.reports.left_out(what) == {"failed": 1}
    assert store.reports.pictures(what) == 3


def test_another_run_is_another_count(store: Store) -> None:
    add_images(store, [Said(RACCOON)], run=add_run(store, "one"))
    other = add_run(store, "two")
    add_images(store, [Said(MALLARD)], run=other)
    assert named(store, store.reports.counts(Counted("prediction", other.id))) == {MALLARD: 1}


def test_a_class_above_the_score_counts_once_for_an_image(store: Store) -> None:
    run = add_run(store)
    keys = add_images(
        store,
        [
            Said(guesses=[(RACCOON, 0.6), (MALLARD, 0.31)]),
            Said(guesses=[(RACCOON, 0.3), (MALLARD, 0.2)]),  # 0.3 is not above 0.3
            Said(guesses=[]),
            Said(None),
        ],
        run=run,
    )
    raccoon = taxon(store, RACCOON).id
    with store.db.transaction():
        # A second box with the same class.
        store.runs.put_classifications([(run.id, keys[0], 2, 1, raccoon, 0.9)])
    what = Counted("classification", run.id, 0.3)
    assert named(store, store.reports.counts(what)) == {RACCOON: 1, MALLARD: 1}
    assert store.reports.left_out(what) == {"predicted": 2, "failed": 1}


def test_truth_counts_agreement_and_conflicts_apart(store: Store) -> None:
    one, two, both, blank, undone = add_images(store, [Said()] * 5)
    grade(store, "ann", one, RACCOON)
    grade(store, "ben", one, RACCOON)
    grade(store, "ann", two, RACCOON)
    grade(store, "ben", two, MALLARD)
    grade(store, "ann", both, RACCOON, MALLARD, RACCOON)
    grade(store, "ben", both, MALLARD, RACCOON)
    grade(store, "ann", blank, "blank")
    taken_back = grade(store, "ann", undone, MALLARD)
    store.grades.append_reversal("ann", "undo", taken_back, md5("undo"), NOW)
    what = Counted("truth", None)
    assert named(store, store.reports.counts(what)) == {RACCOON: 2, MALLARD: 1, "blank": 1}
    assert store.reports.left_out(what) == {"conflict": 1}
    assert store.reports.pictures(what) == 3


def test_truth_agrees_with_the_view(store: Store) -> None:
    chance = random.Random(7)
    keys = add_images(store, [Said()] * 40)
    for key in keys:
        for grader in ("ann", "ben", "cem"):
            if chance.random() < 0.5:
                grade(store, grader, key, *chance.sample([RACCOON, MALLARD, "blank"], 2)[:1])
    states = Counter(state for (state,) in store.db.execute("SELECT state FROM truth"))
    assert states["conflict"]
    what = Counted("truth", None)
    assert store.reports.left_out(what) == {"conflict": states["conflict"]}
    assert store.reports.pictures(what) == states["agreed"]
    labels = Counter(
        label for (label,) in store.db.execute("SELECT label FROM truth WHERE state = 'agreed'")
    )
    assert named(store, store.reports.counts(what)) == dict(labels)


def hourly(store: Store, what: Counted) -> dict[tuple[str, int | None], int]:
    """Return the counts by name and hour."""
    names = {t.id: t.name for t in store.taxa.all()}
    return {(names[key], hour): n for (key, hour), n in store.reports.hours(what).items()}


def test_hours_are_those_of_camera_time_and_no_time_stays_apart(store: Store) -> None:
    run = add_run(store)
    keys = add_images(
        store,
        [
            Said(timestamp="2024-06-27 00:59:59", guesses=[(RACCOON, 0.9)]),
            Said(timestamp="2024-06-28 00:00:00", guesses=[(RACCOON, 0.9)]),
            Said(timestamp="2024-06-27 23:00:00", guesses=[(RACCOON, 0.1)]),
            Said(timestamp=None, guesses=[(RACCOON, 0.9)]),
        ],
        run=run,
    )
    for key in keys[1:]:
        grade(store, "ann", key, RACCOON)
    assert hourly(store, Counted("prediction", run.id)) == {
        (RACCOON, 0): 2,
        (RACCOON, 23): 1,
        (RACCOON, None): 1,
    }
    assert hourly(store, Counted("classification", run.id, 0.3)) == {
        (RACCOON, 0): 2,
        (RACCOON, None): 1,
    }
    assert hourly(store, Counted("truth", None)) == {
        (RACCOON, 0): 1,
        (RACCOON, 23): 1,
        (RACCOON, None): 1,
    }


@pytest.mark.parametrize("by", ["prediction", "classification", "truth"])
@pytest.mark.parametrize(
    ("where", "chosen"),
    [
        ("camera:UR002", [1]),
        ("hour:2", [0]),
        ("species:mallard", [1]),
        ("score:<0.5", [2]),
        ("state:graded order:random", [0, 1, 2]),
        ("state:ungraded", []),
    ],
)
def test_a_filter_chooses_what_is_counted(
    store: Store, by: reports.By, where: str, chosen: Sequence[int]
) -> None:
    run = add_run(store)
    said = [
        Said(RACCOON, 0.9, "2024-06-27 02:00:00", "UR001", guesses=[(RACCOON, 0.9)]),
        Said(MALLARD, 0.8, "2024-06-27 12:00:00", "UR002", guesses=[(MALLARD, 0.8)]),
        Said(RACCOON, 0.4, "2024-06-27 12:00:00", "UR003", guesses=[(RACCOON, 0.4)]),
    ]
    keys = add_images(store, said, run=run)
    for key, s in zip(keys, said, strict=True):
        grade(store, "ann", key, str(s.name))
    what = Counted(by, run.id, 0.3, parse_filter(where))
    expected = Counter(str(said[k].name) for k in chosen)
    assert named(store, store.reports.counts(what)) == expected
    assert sum(store.reports.hours(what).values()) == len(chosen)
    assert store.reports.pictures(what) == len(chosen)


def test_stretches_add_up(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    run = add_run(store)
    add_images(store, [Said(RACCOON, guesses=[(RACCOON, 0.9)])] * 7, run=run)
    what = [Counted("prediction", run.id), Counted("classification", run.id, 0.3)]
    at_once = [(store.reports.counts(w), store.reports.hours(w)) for w in what]
    monkeypatch.setattr(reports, "STRETCH", 3)
    assert [(store.reports.counts(w), store.reports.hours(w)) for w in what] == at_once
    assert [store.reports.pictures(w) for w in what] == [7, 7]


@pytest.mark.parametrize("by", ["prediction", "classification", "truth"])
@pytest.mark.parametrize("where", ["", "species:raccoon score:<0.8 state:ungraded hour:20-5"])
@pytest.mark.parametrize("query", ["counts", "hours", "left_out", "pictures"])
def test_no_plan_walks_a_whole_table(store: Store, by: reports.By, where: str, query: str) -> None:
    add_images(store, [Said(guesses=[(RACCOON, 0.9)])])
    what = Counted(by, 1, 0.3, parse_filter(where))
    sql, parameters = getattr(store.reports, f"{query}_query")(what, 1, 50_000)
    steps = [row[3] for row in store.db.execute(f"EXPLAIN QUERY PLAN {sql}", parameters)]
    tables = ("image", "prediction", "classification", "vote", "observation", "grade", "taxon")
    scans = [s for s in steps if s.startswith("SCAN") and s.split()[1] in tables]
    assert not scans, steps
    assert not [s for s in steps if "AUTOMATIC" in s], steps
