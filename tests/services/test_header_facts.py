"""Where a picture's time comes from: the table, else EXIF, else its name, else nowhere."""

from __future__ import annotations

import pytest

from camtrap_tui.domain.models import Image
from camtrap_tui.services.exif import Header
from camtrap_tui.services.header_facts import with_header
from tests.builders import image

EXIF = "2024-06-27 02:00:00"
HEADER = Header(64, 48, EXIF, "2024:06:27 02:00:00", "25", "+02:00", orientation=6, gps_raw="x=1")
NAME = "CAM1_20240628_030000.jpg"


def told(known: Image) -> tuple[str | None, str]:
    found = with_header(known, HEADER)
    return found.timestamp, found.timestamp_source


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("none", (EXIF, "exif")),
        ("filename", (EXIF, "exif")),
        ("exif", (EXIF, "exif")),
        ("metadata", ("2020-01-01 00:00:00", "metadata")),
    ],
)
def test_exif_gives_way_to_a_table_only(source: str, expected: tuple[str, str]) -> None:
    time = None if source == "none" else "2020-01-01 00:00:00"

    assert told(image("x", timestamp=time, timestamp_source=source, file_path=NAME)) == expected


def test_the_name_counts_where_the_header_has_no_time() -> None:
    found = with_header(image("x", file_path=f"a/{NAME}"), Header(64, 48))

    assert (found.timestamp, found.timestamp_source) == ("2024-06-28 03:00:00", "filename")
    assert found.timestamp_raw == "20240628_030000"


def test_without_any_there_is_none_and_what_was_written_is_kept() -> None:
    found = with_header(image("x"), Header(64, 48, timestamp_raw="0000:00:00 00:00:00"))

    assert (found.timestamp, found.timestamp_source) == (None, "none")
    assert found.timestamp_raw == "0000:00:00 00:00:00"


def test_the_header_is_kept_beside_what_was_made_of_it() -> None:
    found = with_header(image("x"), HEADER)

    assert (found.orientation, found.gps_raw) == (6, "x=1")
    assert (found.subsecond, found.exif_offset) == ("25", "+02:00")


@pytest.mark.parametrize(
    ("timestamp", "shift_s", "expected"),
    [
        # The same time as before stays corrected; another one waits for its correction, also
        # where it happens to be what the old one was corrected to.
        ("2024-06-27 03:00:00", 3600, ("2024-06-27 03:00:00", 3600)),
        ("2024-06-27 04:00:00", 3600, (EXIF, 0)),
        (EXIF, 3600, (EXIF, 0)),
        (EXIF, 0, (EXIF, 0)),
    ],
)
def test_a_corrected_clock_stays_corrected(
    timestamp: str, shift_s: int, expected: tuple[str, int]
) -> None:
    known = image("x", timestamp=timestamp, timestamp_source="exif", clock_shift_s=shift_s)
    found = with_header(known, HEADER)

    assert (found.timestamp, found.clock_shift_s) == expected
