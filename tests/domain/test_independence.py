"""Independence of records: as camtrapR's documentation states the rule, whatever the times."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from camtrap_tui.domain.independence import assess

times = st.lists(st.integers(0, 20_000), max_size=60).map(sorted)


def as_defined(records: list[int], gap_s: int) -> list[tuple[int, bool]]:
    """Return the answer by looking at all earlier records of each, as the rule is written."""
    found: list[tuple[int, bool]] = []
    for number, time in enumerate(records):
        if time == records[0]:
            # In one second the first is the record, where records are thinned out at all.
            found.append((0, number == 0 or not gap_s))
            continue
        compared = [
            other
            for other, (_, is_independent) in zip(records, found, strict=False)
            if is_independent and other < time
        ]
        delta = time - max(compared)
        is_repeated = records[number - 1] == time
        found.append((delta, not gap_s or (delta >= gap_s and not is_repeated)))
    return found


@given(times, st.sampled_from((0, 1, 60, 1800, 3600)))
def test_it_is_the_rule_as_it_is_written(records: list[int], gap_s: int) -> None:
    got = list(assess(records, gap_s))
    wanted = as_defined(records, gap_s)
    assert [one for _, one in got] == [one for _, one in wanted]
    kept = [(delta, time) for (delta, one), time in zip(got, records, strict=True) if one]
    assert kept == [(d, time) for (d, one), time in zip(wanted, records, strict=True) if one]


@given(times, st.integers(1, 7200))
def test_independent_records_are_apart_and_cover_all_others(records: list[int], gap: int) -> None:
    judged = list(assess(records, gap))
    kept = [time for time, (_, is_one) in zip(records, judged, strict=True) if is_one]
    assert all(later - earlier >= gap for earlier, later in pairwise(kept))
    assert all(any(0 <= time - one < gap for one in kept) for time in records)


def test_half_an_hour_to_the_second_is_enough() -> None:
    assert list(assess([0, 1799, 1800, 3599, 3600], 1800)) == [
        (0, True),
        (1799, False),
        (1800, True),
        (1799, False),
        (1800, True),
    ]


def test_without_a_gap_all_count_and_are_compared_to_what_is_earlier() -> None:
    assert list(assess([5, 5, 9, 9, 9, 30], 0)) == [
        (0, True),
        (0, True),
        (4, True),
        (4, True),
        (4, True),
        (21, True),
    ]
