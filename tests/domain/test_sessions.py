"""Sessions, as grades tell of them: split by gaps, counted once a picture, whatever the clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from camtrap_tui.domain.sessions import Keyed, Session, sessions

BEGAN = datetime(2026, 6, 1, 9, tzinfo=UTC)
BLANK, RACCOON = 1, 2


def keyed(
    at: float,
    image_id: int,
    gesture: str = "accept",
    *,
    grader: str = "ann",
    is_bulk: bool = False,
    seconds: float | None = 3.0,
    stands: bool = True,
    taxa: tuple[int, ...] = (BLANK,),
    is_blind: bool = False,
) -> Keyed:
    """Return a grade, `at` seconds after nine."""
    time = (BEGAN + timedelta(seconds=at)).strftime("%Y-%m-%dT%H:%M:%SZ")
    return Keyed(grader, time, image_id, gesture, is_bulk, seconds, stands, taxa, is_blind)


def one(*grades: Keyed) -> Session:
    (found,) = sessions(grades)
    return found


def test_a_gap_of_half_an_hour_ends_a_session() -> None:
    grades = [keyed(0, 1), keyed(1800, 2), keyed(3601, 3), keyed(3604, 4, grader="ben")]
    assert [(s.grader, s.pictures) for s in sessions(grades)] == [
        ("ann", 2),
        ("ann", 1),
        ("ben", 1),
    ]


def test_no_grades_make_no_session() -> None:
    assert list(sessions([])) == []


def test_single_and_bulk_are_counted_apart() -> None:
    session = one(
        keyed(0, 1),
        keyed(3, 2, "guess", taxa=(RACCOON,)),
        *(keyed(10, key, "sheet", is_bulk=True, seconds=0.5) for key in range(10, 20)),
    )
    assert (session.pictures, session.single, session.bulk, session.accepted) == (12, 2, 10, 1)
    assert session.accepted_share == 0.5
    assert session.species == ((BLANK, 11), (RACCOON, 1))
    assert session.median_seconds == 3
    assert session.per_hour == pytest.approx(12 / 11 * 3600, abs=0.1)


def test_what_was_keyed_blind_could_not_be_accepted() -> None:
    session = one(keyed(0, 1), keyed(3, 2, "blank"), keyed(6, 3, "blank", is_blind=True))
    assert (session.single, session.blind, session.accepted_share) == (3, 1, 0.5)
    assert one(keyed(0, 1, "blank", is_blind=True)).accepted_share is None


def test_a_picture_graded_twice_is_one_picture_and_takes_both_times() -> None:
    session = one(keyed(0, 1), keyed(2, 1, "count", seconds=2.0))
    assert (session.pictures, session.accepted, session.median_seconds) == (1, 1, 5)


def test_another_species_is_not_accepted_any_more() -> None:
    session = one(keyed(0, 1), keyed(2, 1, "species", taxa=(RACCOON,)))
    assert (session.accepted, session.species) == (0, ((RACCOON, 1),))


def test_what_was_taken_back_is_counted_apart() -> None:
    session = one(keyed(0, 1), keyed(3, 2, stands=False), keyed(6, 2, "blank"))
    assert (session.pictures, session.undone, session.accepted) == (2, 1, 1)


def test_pauses_have_no_seconds_and_do_not_slow_the_pace() -> None:
    session = one(keyed(0, 1), keyed(900, 2, seconds=None), keyed(903, 3))
    assert session.per_hour == 1200
    assert session.minutes == pytest.approx(906 / 60, abs=0.1)


def test_a_clock_that_leaps_ends_a_session_and_makes_no_negative_time() -> None:
    back = [keyed(0, 1), keyed(-5, 2), keyed(-86_400, 3), keyed(-86_395, 4)]
    assert [(s.pictures, s.minutes) for s in sessions(back)] == [(2, 0.1), (2, 0.1)]


def test_a_time_that_is_none_changes_nothing() -> None:
    odd = keyed(3, 2)._replace(graded_at="yesterday")
    assert one(keyed(0, 1), odd, keyed(6, 3)).pictures == 3
    assert one(odd).minutes == 0.1
