"""Camera time: what is one, what is none, and that none is invented."""

from __future__ import annotations

import pytest

from camtrap_tui.domain.timestamps import (
    DayOrder,
    Timestamp,
    clean_offset,
    day_order,
    is_in_doubt,
    is_table_time,
    offset_text,
    parse_date,
    parse_offset,
    parse_table_timestamp,
    parse_timestamp,
    timestamp_in_name,
)


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


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("+02:00", 120),
        ("-0530", -330),
        ("-5", -300),
        ("\N{MINUS SIGN}5", -300),
        ("UTC+2", 120),
        ("GMT -03:30", -210),
        ("Z", 0),
        ("utc", 0),
        ("0", 0),
    ],
)
def test_clear_offsets_are_read(text: str, minutes: int) -> None:
    assert parse_offset(text) == minutes


@pytest.mark.parametrize(
    "text", ["120", "2", "+5.5", "+530", "+15:00", "+02:60", "CET", "Europe/Berlin", "", "+"]
)
def test_unclear_offsets_are_none(text: str) -> None:
    assert parse_offset(text) is None


def test_offsets_come_back_from_their_text() -> None:
    for minutes in (-720, -210, -1, 0, 59, 345, 840):
        assert parse_offset(offset_text(minutes)) == minutes
        assert clean_offset(offset_text(minutes)) == offset_text(minutes)


def test_an_offset_that_no_clock_has_leaves_the_time() -> None:
    assert parse_timestamp("2024-06-27 02:14:05+99:99") == Timestamp("2024-06-27 02:14:05")


def test_days_are_written_with_the_year_first() -> None:
    assert parse_date("2024-6-1") == parse_date("2024/06/01") == "2024-06-01"
    assert [parse_date(text) for text in ("1.6.2024", "2024-02-30", "2024-06/01", "")] == [None] * 4


def test_a_z_in_a_table_says_nothing_and_digits_do() -> None:
    assert parse_table_timestamp("2024-06-27T02:14:05Z") == Timestamp("2024-06-27 02:14:05")
    assert parse_table_timestamp("2024-06-27T02:14:05-05:00") == Timestamp(
        "2024-06-27 02:14:05", offset="-05:00"
    )
    assert parse_table_timestamp("Z") is None


@pytest.mark.parametrize(
    ("text", "local"),
    [
        ("27.06.2024 02:14", "2024-06-27 02:14:00"),
        (" 7.6.2024 2:14:05", "2024-06-07 02:14:05"),
        ("27-Jun-2024 02:14:05", "2024-06-27 02:14:05"),
        ("1-SEPT-2024 02:14:05", "2024-09-01 02:14:05"),
        ("27 june 2024 02:14", "2024-06-27 02:14:00"),
        ("6/27/2024 2:14", "2024-06-27 02:14:00"),
        ("27/06/2024 14:14:05", "2024-06-27 14:14:05"),
        ("6/27/2024 12:14:05 AM", "2024-06-27 00:14:05"),
        ("6/27/2024, 12:14 pm", "2024-06-27 12:14:00"),
        ("6/27/2024 2:14:05\u202fPM", "2024-06-27 14:14:05"),
        ("5/5/2024 2:14", "2024-05-05 02:14:00"),
    ],
)
def test_tables_write_times_in_other_ways(text: str, local: str) -> None:
    assert parse_table_timestamp(text) == Timestamp(local)
    assert not is_in_doubt(text)
    assert parse_timestamp(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "6.27.2024 02:14",
        "27.06.24 02:14",
        "27.06.2024",
        "27-Juin-2024 02:14:05",
        "27-Ju-2024 02:14:05",
        "31-Feb-2024 02:14:05",
        "27-Jun 2024 02:14:05",
        "27/13/2024 02:14",
        "6/27/2024 13:14 PM",
        "6/27/2024 0:14 AM",
        "6/27/2024 24:14",
        "6/27/2024 2:14 XM",
        "6/27/2024",
        "٢٧/٠٦/٢٠٢٤ ٠٢:١٤",
    ],
)
def test_what_no_table_means_as_a_time(text: str) -> None:
    assert parse_table_timestamp(text) is None
    assert not is_table_time(text)


def test_a_day_that_could_be_a_month_is_read_by_its_column_only() -> None:
    text = "6/7/2024 2:14 PM"

    assert parse_table_timestamp(text) is None
    assert is_in_doubt(text)
    assert parse_table_timestamp(text, "day") == Timestamp("2024-07-06 14:14:00")
    assert parse_table_timestamp(text, "month") == Timestamp("2024-06-07 14:14:00")
    # The rest of its column says that this day is no day.
    assert parse_table_timestamp("6/27/2024 2:14", "day") is None


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["6/7/2024 2:14", "27/06/2024 2:14"], DayOrder("day", "day first")),
        (["6/27/2024 2:14", "", "6/7/2024 2:14"], DayOrder("month", "month first")),
        (["6/7/2024 2:14", "7/7/2024 2:14"], DayOrder(None, "day or month first is not clear")),
        (
            ["6/27/2024 2:14", "27/6/2024 2:14"],
            DayOrder(None, "day or month first is not clear"),
        ),
        (["soon", "27.06.2024 02:14"], DayOrder(None, "day first")),
        (["2024-06-27 02:14", "27-Jun-2024 02:14", "27/06/2024"], DayOrder()),
        ([], DayOrder()),
    ],
)
def test_a_column_settles_what_stands_first(texts: list[str], expected: DayOrder) -> None:
    assert day_order(texts) == expected
