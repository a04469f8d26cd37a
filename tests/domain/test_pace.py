"""The pace of a grader, and how long the rest takes."""

from __future__ import annotations

import pytest

from camtrap_tui.domain.pace import Pace, spell_duration


def test_the_pace_is_that_of_grades_and_not_of_pauses() -> None:
    pace = Pace()
    pace.start(0)
    assert pace.per_hour is None
    assert pace.graded(3) == 3
    assert pace.graded(600) is None
    assert pace.graded(603) == 3
    assert pace.per_hour == pytest.approx(1200)
    assert pace.hours_left(600) == pytest.approx(0.5)


def test_a_burst_counts_each_of_its_pictures() -> None:
    pace = Pace()
    pace.start(0)
    pace.graded(10, images=5)
    assert pace.per_hour == pytest.approx(1800)


@pytest.mark.parametrize(
    ("hours", "text"),
    [(0.001, "under 1 min"), (0.2, "12 min"), (1.19, "1 h 11"), (30, "30 h 00"), (72, "3 days")],
)
def test_durations_are_spelt(hours: float, text: str) -> None:
    assert spell_duration(hours) == text
