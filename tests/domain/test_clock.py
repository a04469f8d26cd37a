"""Shifts as people write them, and times moved by segments and back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camtrap_tui.domain.clock import (
    as_shown,
    corrected,
    moved,
    overlaps,
    parse_shift,
    shift_text,
)
from camtrap_tui.domain.models import ClockSegment


def segment(shift_s: int, from_time: str | None = None, to_time: str | None = None) -> ClockSegment:
    return ClockSegment(1, "s", 1, shift_s, from_time, to_time, "ann", "2026-06-01T12:00:00Z")


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("+01:00:00", 3600),
        ("-00:30", -1800),
        ("\N{MINUS SIGN}00:00:05", -5),
        ("+365d", 31_536_000),
        ("-1d 06:00:00", -108_000),
        ("+1d06:00", 108_000),
        ("+90s", 90),
    ],
)
def test_shifts_are_read(text: str, seconds: int) -> None:
    assert parse_shift(text) == seconds


@pytest.mark.parametrize(
    "text", ["01:00:00", "+1", "+", "+d", "+24:00:00", "+00:60", "+1h", "1d", "+-01:00", "+1d5"]
)
def test_what_is_no_clear_shift_is_none(text: str) -> None:
    assert parse_shift(text) is None


@given(st.integers(-(10**9), 10**9))
def test_shifts_come_back_from_their_text(seconds: int) -> None:
    assert parse_shift(shift_text(seconds)) == seconds


@given(st.datetimes(), st.integers(-(10**10), 10**10))
def test_a_moved_time_moves_back(time: object, seconds: int) -> None:
    shown = str(time)[:19]
    after = moved(shown, seconds)

    assert after is None or as_shown(after, seconds) == shown


def test_both_ends_of_a_segment_count() -> None:
    an_hour = segment(3600, "2024-06-01 00:00:00", "2024-06-02 00:00:00")

    assert [
        corrected(time, [an_hour])[1]
        for time in (
            "2024-05-31 23:59:59",
            "2024-06-01 00:00:00",
            "2024-06-02 00:00:00",
            "2024-06-02 00:00:01",
        )
    ] == [0, 3600, 3600, 0]


def test_a_time_that_would_leave_the_calendar_stays() -> None:
    assert corrected("9999-12-31 23:30:00", [segment(3600)]) == ("9999-12-31 23:30:00", 0)


@pytest.mark.parametrize(
    ("ends", "expected"),
    [
        ((None, None), True),
        ((None, "2024-05-31 23:59:59"), False),
        ((None, "2024-06-01 00:00:00"), True),
        (("2024-06-02 00:00:00", None), True),
        (("2024-06-02 00:00:01", None), False),
        (("2024-06-01 12:00:00", "2024-06-01 13:00:00"), True),
    ],
)
def test_segments_that_share_a_second_overlap(
    ends: tuple[str | None, str | None], expected: bool
) -> None:
    day = segment(3600, "2024-06-01 00:00:00", "2024-06-02 00:00:00")

    assert overlaps(day, *ends) is expected
    assert overlaps(segment(60, *ends), day.from_time, day.to_time) is expected
