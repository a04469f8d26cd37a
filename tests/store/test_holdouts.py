"""The tables of holdouts: what is drawn stays drawn, and only grows."""

from __future__ import annotations

from itertools import pairwise

import pytest

from camtrap_tui.domain.filters import parse_filter
from camtrap_tui.errors import StoreError
from camtrap_tui.store.store import Store
from tests.builders import Said, add_images
from tests.holdout_builder import drawn_survey, grade_blind


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE holdout SET seed = 2",
        "UPDATE holdout SET name = 'other'",
        "UPDATE holdout_phase SET size = 1",
        "UPDATE holdout_stratum SET population = 9",
        "UPDATE holdout_stratum SET sampled = sampled - 1",
        "UPDATE holdout_unit SET stratum = 1",
        "UPDATE holdout_unit SET phase = NULL WHERE phase IS NOT NULL",
        "UPDATE holdout_unit SET phase = 2 WHERE phase = 1",
        "INSERT INTO holdout_unit VALUES (1, 78, 1, 43, 1, NULL)",
        "INSERT INTO holdout_stratum VALUES (1, 5, 'more', 1, 1, 1)",
    ],
)
def test_what_is_frozen_is_never_changed(store: Store, change: str) -> None:
    drawn_survey(store)
    add_images(store, [Said()], run=store.runs.all()[0])
    with pytest.raises(StoreError, match=r"frozen|stays drawn"), store.db.transaction():
        store.db.execute(change)


@pytest.mark.parametrize("table", ["_unit", "_stratum", "_phase", ""])
def test_nothing_of_a_graded_holdout_is_deleted(store: Store, table: str) -> None:
    drawn = drawn_survey(store)
    grade_blind(drawn, images=drawn.images()[:1])
    with pytest.raises(StoreError, match="has graded"), store.db.transaction():
        store.db.execute(f"DELETE FROM holdout{table}")


def test_more_is_drawn_by_rank(store: Store) -> None:
    drawn = drawn_survey(store)
    before = store.holdouts.strata(drawn.holdout.id)[0].sampled
    with store.db.transaction():
        store.holdouts.draw(drawn.holdout.id, 2, {1: before + 2})
    new = [unit for unit in store.holdouts.sample(drawn.holdout.id) if unit.phase == 2]
    assert [(unit.stratum, unit.rank) for unit in new] == [(1, before + 1), (1, before + 2)]


def test_the_pictures_of_a_burst_come_together(store: Store) -> None:
    drawn = drawn_survey(store, frames=3)
    rows = list(store.holdouts.pictures(parse_filter("-species:mallard"), drawn.run_id))
    bursts = [burst for _, _, burst, *_ in rows]
    assert len(rows) == 3 * 67
    assert sum(a != b for a, b in pairwise(bursts)) == 66
    assert sum(taxon is None for _, _, _, taxon, *_ in rows) == 9


def test_what_was_left_out_by_hand_is_not_drawn(store: Store) -> None:
    drawn = drawn_survey(store)
    out = drawn.images()[:2]
    with store.db.transaction():
        for key, path in ((out[0], "IMG_%"), (out[1], "nothing")):
            store.db.execute(
                "UPDATE source_row SET state = 'excluded', reason = 'by hand'"
                " WHERE image_id = ? AND file_path LIKE ?",
                [key, path],
            )
    found = {key for key, *_ in store.holdouts.pictures(parse_filter(""), drawn.run_id)}
    assert found == set(drawn.truth) - {out[0]}


def test_a_picture_that_becomes_another_one_stays_drawn(store: Store) -> None:
    drawn = drawn_survey(store)
    first, second = drawn.images()[:2]
    (into,) = add_images(store, [Said()], folder="/other")
    store.db.execute("DELETE FROM prediction WHERE image_id = ?", [into])
    assert not store.joining.may_join(first, second)
    assert store.joining.may_join(first, into)
    with store.db.transaction():
        store.joining.move(first, into)
    assert drawn.images()[:2] == [into, second]


def test_each_drawn_picture_has_a_row_that_reads_well(store: Store) -> None:
    drawn = drawn_survey(store, frames=2)
    names = [row[1] for row in store.db.execute("PRAGMA table_info(holdout_sample)")]
    assert names == [
        *("holdout", "media_id", "file_path", "stratum", "population", "sampled", "weight"),
        *("burst_images", "weight_for_pictures", "phase", "run_id", "seed"),
    ]
    (count, bursts, pictures) = store.db.execute(
        "SELECT count(*), sum(weight), sum(weight_for_pictures) FROM holdout_sample"
        " WHERE holdout = 'river2024'"
    ).fetchone()
    assert (count, bursts, pictures) == (
        *(len(drawn.images()), pytest.approx(77)),
        pytest.approx(154),
    )
