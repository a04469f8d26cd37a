"""The pace of a grader, and how long the rest takes."""

from __future__ import annotations

import pytest

from camtrap_tui.domain.pace import Pace, Stretch, spell_duration


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


def test_a_word_more_on_a_picture_is_time_of_that_picture() -> None:
    pace = Pace()
    pace.start(0)
    pace.graded(4)
    assert pace.graded(6, images=0) == 2
    assert pace.per_hour == pytest.approx(600)
    assert pace.seconds_each == pytest.approx(6)


def work(stretch: Stretch, start: int, stop: int, step: int = 60) -> None:
    for now in range(start, stop, step):
        stretch.graded(now)


def test_a_pause_is_proposed_once_after_a_long_stretch() -> None:
    stretch = Stretch()
    assert not stretch.is_long(50)
    work(stretch, 0, 50 * 60)
    assert not stretch.is_long(50)
    stretch.graded(50 * 60)
    assert stretch.is_long(50)
    assert not stretch.is_long(51)
    stretch.said()
    work(stretch, 51 * 60, 300 * 60)
    assert not stretch.is_long(50)


def test_a_rest_begins_another_stretch() -> None:
    stretch = Stretch()
    work(stretch, 0, 40 * 60)
    stretch.graded(39 * 60 + 299)
    stretch.graded(39 * 60 + 299 + 300)
    work(stretch, 50 * 60, 90 * 60)
    assert not stretch.is_long(50)
    work(stretch, 90 * 60, 100 * 60)
    assert stretch.is_long(50)


@pytest.mark.parametrize(
    ("hours", "text"),
    [(0.001, "under 1 min"), (0.2, "12 min"), (1.19, "1 h 11"), (30, "30 h 00"), (72, "3 days")],
)
def test_durations_are_spelt(hours: float, text: str) -> None:
    assert spell_duration(hours) == text
