"""Camera time: what is one, what is none, and that none is invented."""

from __future__ import annotations

import pytest

from camtrap_tui.domain.timestamps import Timestamp, parse_timestamp, timestamp_in_name


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024:06:27 02:14:05", Timestamp("2024-06-27 02:14:05")),
        ("2024-06-27T02:14:05", Timestamp("2024-06-27 02:14:05")),
        (" 2024/6/7 2:14:05 ", Timestamp("2024-06-07 02:14:05")),
        ("2024-06-27 02:14", Timestamp("2024-06-27 02:14:00")),
        ("2024-06-27 02:14:05.25", Timestamp("2024-06-27 02:14:05", "25")),
        ("2024-06-27T02:14:05Z", Timestamp("2024-06-27 02:14:05", None, "+00:00")),
        ("2024-06-27T02:14:05-0500", Timestamp("2024-06-27 02:14:05", None, "-05:00")),
    ],
)
def test_times_are_read_as_they_stand_on_the_clock(text: str, expected: Timestamp) -> None:
    assert parse_timestamp(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0000:00:00 00:00:00",
        "    :  :     :  :  ",
        "2024-06-27",
        "2024-13-27 02:14:05",
        "2024-02-30 02:14:05",
        "2024-06-27 24:00:00",
        "27.06.2024 02:14:05",
        "6/27/2024 2:14:05",
        "now",
        "٢٠٢٤-٠٦-٢٧ ٠٢:١٤:٠٥",
    ],
)
def test_what_is_no_time_gives_none(text: str) -> None:
    assert parse_timestamp(text) is None


@pytest.mark.parametrize(
    ("stem", "local", "written"),
    [
        ("20240627_021405", "2024-06-27 02:14:05", "20240627_021405"),
        ("UR011_20240627021405_b", "2024-06-27 02:14:05", "20240627021405"),
        ("2024-06-27 02-14-05", "2024-06-27 02:14:05", "2024-06-27 02-14-05"),
        ("IMG-2024-06-27T02.14.05-2", "2024-06-27 02:14:05", "2024-06-27T02.14.05"),
    ],
)
def test_names_of_files_hold_times(stem: str, local: str, written: str) -> None:
    assert timestamp_in_name(stem) == (Timestamp(local), written)


@pytest.mark.parametrize(
    "stem", ["IMG_0001", "20240627", "20241327_021405", "120240627_021405", "99991231235959x"]
)
def test_other_digits_in_names_are_no_times(stem: str) -> None:
    assert timestamp_in_name(stem) is None
