"""Flags of odd times: what they catch, and the ordinary pictures that they leave alone."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from camtrap_tui.domain.quality import Islands, Roll, latest_of, roll_of, seconds_of

DAY = "2024-06-27 {}:00:00"


def flags(frames: Sequence[tuple[int, str]]) -> list[tuple[str, int]]:
    """Return the flags of a roll of (number, time); an image's id is its number."""
    roll = Roll()
    for number, time in frames:
        roll.add(number, number, seconds_of(time))
    return list(roll.flags(4))


def resets(times: Sequence[str]) -> list[tuple[str, str]]:
    islands = Islands()
    for time in sorted(times):
        islands.add(seconds_of(time))
    return list(islands.reset())


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("UR011/DCIM/100MEDIA/IMG_0042.JPG", ("UR011/DCIM/100MEDIA/IMG_/4", 42)),
        ("RCNX0042.JPG", ("/RCNX/4", 42)),
        ("a/0042", ("a//4", 42)),
        ("a/IMG_42.JPG", None),
        ("a/river.jpg", None),
        # An image whose file was replaced by another.
        ("a/IMG_0042.JPG#0123abcd", None),
        ("a/0123456789abcdef0123456789abc123.jpg", None),
        ("", None),
    ],
)
def test_rolls_are_what_the_camera_numbered(path: str, expected: tuple[str, int] | None) -> None:
    assert roll_of(path) == expected


def test_a_clock_that_goes_back_is_flagged_once_where_it_does() -> None:
    assert flags(
        [(1, DAY.format("10")), (2, DAY.format("11")), (3, DAY.format("10")), (4, DAY.format("12"))]
    ) == [("clock_backwards", 3)]


def test_frames_a_little_out_of_order_are_not() -> None:
    assert flags([(1, "2024-06-27 10:01:00"), (2, "2024-06-27 10:00:00")]) == []


def test_files_are_taken_in_the_order_of_their_numbers() -> None:
    assert flags([(3, DAY.format("12")), (1, DAY.format("10")), (2, DAY.format("11"))]) == []


def test_a_counter_that_begins_again_is_no_step_back() -> None:
    frames = [(n, f"2024-06-{n - 9970} 10:00:00") for n in range(9990, 10_000)]
    frames += [(n, f"2024-07-{n:02} 10:00:00") for n in range(1, 12)]

    assert flags(frames) == []


def test_a_full_folder_with_a_hole_is_in_order() -> None:
    frames = [(n, f"2024-06-{1 + n // 400:02} {n % 24:02}:00:00") for n in range(1, 10_000, 400)]
    frames += [(9_999, "2024-06-30 00:00:00")]

    assert flags([frame for frame in frames if not 4000 < frame[0] < 7000]) == []


def test_a_step_back_is_found_also_where_the_counter_begins_again() -> None:
    frames = [(n, f"2024-06-{n - 9970} 10:00:00") for n in range(9990, 10_000)]
    frames += [(1, "2024-07-01 10:00:00"), (2, "2024-06-10 10:00:00"), (3, "2024-07-03 10:00:00")]

    assert flags(frames) == [("clock_backwards", 2)]


def test_a_reset_lasts_until_the_clock_is_set_again() -> None:
    assert flags(
        [
            (1, "2024-06-27 10:00:00"),
            (2, "2015-01-01 00:03:00"),
            (3, "2015-01-05 00:00:00"),
            (4, "2024-06-28 10:00:00"),
            (5, "2024-06-29 10:00:00"),
        ]
    ) == [("clock_backwards", 2), ("factory_reset", 2), ("factory_reset", 3)]


def test_a_reset_that_nobody_sees_to_lasts_to_the_end() -> None:
    assert flags(
        [
            (1, "2024-06-27 10:00:00"),
            (2, "2024-06-28 10:00:00"),
            (3, "2015-01-01 00:03:00"),
            (4, "2015-02-01 00:03:00"),
        ]
    ) == [("clock_backwards", 3), ("factory_reset", 3), ("factory_reset", 4)]


def test_a_new_year_that_the_camera_saw_is_none() -> None:
    days = ["2023-12-30", "2023-12-31", "2024-01-01", "2024-01-02", "2024-03-01"]
    times = [f"{day} 00:30:00" for day in days]

    assert flags(list(enumerate(times, 1))) == []
    assert resets(times) == []


def test_a_few_pictures_of_a_first_of_january_far_from_the_rest_are_a_reset() -> None:
    times = ["2016-01-01 00:10:00", "2016-01-03 08:00:00"]
    times += [f"2024-06-{day:02} 10:00:00" for day in range(1, 20)]

    assert resets(times) == [(times[0], times[1])]


def test_another_season_is_no_reset() -> None:
    times = ["2022-06-01 00:10:00", "2022-06-02 00:10:00"]
    times += [f"2024-06-{day:02} 10:00:00" for day in range(1, 20)]

    assert resets(times) == []


def test_a_first_of_january_after_the_rest_is_no_factory_date() -> None:
    times = [f"2023-04-{day:02} 10:00:00" for day in range(1, 20)]

    assert resets([*times, "2024-01-01 03:00:00", "2024-01-09 03:00:00"]) == []


def test_most_of_a_deployment_is_never_far_from_the_rest() -> None:
    assert resets(["2016-01-01 00:10:00", "2016-01-02 00:00:00", "2024-06-01 00:00:00"]) == []


def test_the_future_begins_a_day_from_now() -> None:
    assert latest_of("2026-12-31T12:00:00Z") == "2027-01-01 12:00:00"
