"""Bursts: the chain rule, and that pictures elsewhere change nothing."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from camtrap_tui.domain.bursts import bursts

Row = tuple[int, int | None, str | None]
START = datetime(2024, 6, 27, 23, 59, 0)


def at(seconds: int) -> str:
    return (START + timedelta(seconds=seconds)).isoformat(sep=" ")


def groups(rows: list[Row], gap_s: int = 60) -> dict[int, int]:
    ordered = sorted(rows, key=lambda row: (row[1] or -1, row[2] or "", row[0]))
    return dict(bursts(ordered, gap_s))


def test_a_chain_of_short_gaps_is_one_burst_however_long() -> None:
    rows: list[Row] = [(n, 1, at(60 * n)) for n in range(10)]

    assert set(groups(rows).values()) == {0}


def test_a_gap_one_second_too_long_begins_a_burst() -> None:
    assert groups([(1, 1, at(0)), (2, 1, at(60)), (3, 1, at(121))]) == {1: 1, 2: 1, 3: 3}


def test_deployments_do_not_share_bursts() -> None:
    assert groups([(1, 1, at(0)), (2, 2, at(1)), (3, 1, at(2))]) == {1: 1, 2: 2, 3: 1}


def test_without_a_time_or_a_deployment_a_picture_is_alone() -> None:
    rows: list[Row] = [
        (1, None, at(0)),
        (2, None, at(0)),
        (3, 1, None),
        (4, 1, None),
        (5, 1, at(9)),
    ]

    assert groups(rows) == {1: 1, 2: 2, 3: 3, 4: 4, 5: 5}


def test_a_gap_of_zero_joins_pictures_of_one_second() -> None:
    assert groups([(1, 1, at(0)), (2, 1, at(0)), (3, 1, at(1))], 0) == {1: 1, 2: 1, 3: 3}


rows_of = st.lists(
    st.tuples(
        st.one_of(st.none(), st.integers(1, 3)),
        st.one_of(st.none(), st.integers(0, 900).map(at)),
    ),
    max_size=40,
).map(lambda pairs: [(number, *pair) for number, pair in enumerate(pairs, 1)])


@given(rows_of, st.randoms(use_true_random=False))
def test_the_order_in_which_rows_were_added_does_not_matter(
    rows: list[Row], chance: object
) -> None:
    mixed = rows[:]
    chance.shuffle(mixed)  # type: ignore[attr-defined]

    assert groups(mixed) == groups(rows)


@given(rows_of, st.lists(st.integers(0, 900), max_size=20))
def test_pictures_of_another_deployment_change_no_burst(rows: list[Row], times: list[int]) -> None:
    more: list[Row] = [(1000 + n, 9, at(time)) for n, time in enumerate(times)]
    before, after = groups(rows), groups(rows + more)

    assert {key: after[key] for key in before} == before


@given(rows_of)
def test_neighbours_are_together_exactly_when_the_gap_is_short(rows: list[Row]) -> None:
    found = groups(rows)
    for deployment in (1, 2, 3):
        line = sorted((t, n) for n, d, t in rows if d == deployment and t is not None)
        for (early, a), (late, b) in pairwise(line):
            gap = datetime.fromisoformat(late) - datetime.fromisoformat(early)
            assert (found[a] == found[b]) == (gap <= timedelta(seconds=60))
