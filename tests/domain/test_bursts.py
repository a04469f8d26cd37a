"""Bursts: the chain rule, names that stay, and that pictures elsewhere change nothing."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from camtrap_tui.domain.bursts import bursts

Row = tuple[int, int | None, str | None]
Groups = dict[int, int]
START = datetime(2024, 6, 27, 23, 59, 0)


def at(seconds: int) -> str:
    return (START + timedelta(seconds=seconds)).isoformat(sep=" ")


def groups(rows: list[Row], gap_s: int = 60, known: Groups | None = None) -> Groups:
    """Return the burst of each image; `known` are those that they were in so far."""
    ordered = sorted(rows, key=lambda row: (row[1] or -1, row[2] or "", row[0]))
    frames = [(*row, (known or {}).get(row[0])) for row in ordered]
    found = list(bursts(frames, gap_s))
    assert [(key, so_far) for key, _, so_far in found] == [(f[0], f[3]) for f in frames]
    return {key: burst for key, burst, _ in found}


def members(found: Groups) -> dict[int, set[int]]:
    return {burst: {k for k, b in found.items() if b == burst} for burst in set(found.values())}


def test_a_chain_of_short_gaps_is_one_burst_however_long() -> None:
    rows: list[Row] = [(n, 1, at(60 * n)) for n in range(1, 11)]

    assert set(groups(rows).values()) == {1}


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


def test_a_picture_added_at_the_head_does_not_rename_a_burst() -> None:
    known = {1: 1, 2: 1}

    assert groups([(1, 1, at(50)), (2, 1, at(60)), (3, 1, at(0))], known=known) == dict.fromkeys(
        (1, 2, 3), 1
    )


def test_two_bursts_that_a_picture_joins_keep_the_older_name() -> None:
    known = {1: 1, 2: 2}

    assert groups([(1, 1, at(100)), (2, 1, at(0)), (3, 1, at(50))], known=known) == dict.fromkeys(
        (1, 2, 3), 1
    )


def test_a_picture_that_was_alone_takes_the_name_of_the_burst_that_it_joins() -> None:
    frames = [
        (3, 1, "2024-06-27 02:14:00", 3),
        (8, 1, "2024-06-27 02:14:05", 8),
        (9, 1, "2024-06-27 02:14:10", 8),
    ]
    assert {burst for _, burst, _ in bursts(frames, 60)} == {8}


def test_a_part_that_is_split_off_is_named_by_its_own_first_member() -> None:
    known = {1: 1, 2: 1, 3: 1, 4: 1}
    rows: list[Row] = [(1, 1, at(0)), (2, 1, at(9)), (4, 1, at(500)), (3, 1, at(510))]

    assert groups(rows, known=known) == {1: 1, 2: 1, 4: 4, 3: 4}


def test_a_burst_keeps_its_name_while_that_of_its_anchor_is_being_renewed() -> None:
    rows: list[Row] = [(1, 1, at(0)), (2, 1, at(9)), (3, 1, at(5))]

    assert groups(rows, known={1: 2, 3: 2}) == {1: 2, 2: 2, 3: 2}


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


@given(st.lists(st.integers(0, 900), min_size=1, max_size=40), st.data())
def test_names_stay_whatever_is_added_in_whatever_order(
    times: list[int], data: st.DataObject
) -> None:
    ids = data.draw(st.permutations(range(1, len(times) + 1)))
    rows: list[Row] = [(n, 1, at(t)) for n, t in zip(ids, times, strict=True)]
    known: Groups = {}
    while rows[len(known) :]:
        step = data.draw(st.integers(1, len(rows) - len(known)))
        found = groups(rows[: len(known) + step], known=known)
        for burst, together in members(known).items():
            now = {found[key] for key in together}
            # Added pictures take no burst apart, and rename it only to an older one they join;
            # a picture that was alone is no burst that others must be renamed for.
            assert len(now) == 1
            joined = {b: rest for b, rest in members(known).items() if found[b] in now}
            assert now == {min([b for b, rest in joined.items() if len(rest) > 1] or joined)}
            assert len(together) == 1 or found[burst] <= burst
        assert groups(rows[: len(known) + step], known=found) == found
        assert all(found[burst] == burst for burst in found.values())
        known = found


@given(
    st.lists(st.tuples(st.integers(0, 900), st.integers(0, 900)), min_size=1, max_size=40),
)
def test_a_burst_is_named_by_a_member_of_its_own(moves: list[tuple[int, int]]) -> None:
    before = groups([(n, 1, at(time)) for n, (time, _) in enumerate(moves, 1)])
    found = groups([(n, 1, at(time)) for n, (_, time) in enumerate(moves, 1)], known=before)

    assert all(found[burst] == burst for burst in found.values())
