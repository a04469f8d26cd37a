"""Headers as careless cameras write them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from PIL.TiffImagePlugin import IFDRational

from camtrap_tui.services.exif import Header, read_header
from tests.camera_files import photo

NORTH: dict[int, Any] = {1: "N", 2: (41.0, 54.0, 20.0), 3: "W", 4: (87.0, 39.0, 0.0)}


def header(path: Path) -> Header:
    with Image.open(path) as picture:
        return read_header(picture)


def test_a_whole_header(tmp_path: Path) -> None:
    found = header(
        photo(
            tmp_path / "x.jpg",
            when="2024:06:27 02:14:05",
            base={0x010F: "RECONYX", 0x0110: "HC550 HYPERFIRE\x00\x00\x00"},
            details={0x9291: "25", 0x9011: "-05:00"},
            gps=NORTH,
        )
    )

    assert found == Header(
        64,
        48,
        "2024-06-27 02:14:05",
        "2024:06:27 02:14:05",
        "25",
        "-05:00",
        "RECONYX",
        "HC550 HYPERFIRE",
        41.9055556,
        -87.65,
    )


def test_no_header_says_nothing_but_the_size(tmp_path: Path) -> None:
    assert header(photo(tmp_path / "x.jpg")) == Header(64, 48)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_sizes_are_those_after_rotation(tmp_path: Path, orientation: int) -> None:
    found = header(photo(tmp_path / "x.jpg", base={0x0112: orientation}))

    assert (found.width, found.height) == ((48, 64) if orientation >= 5 else (64, 48))


def test_the_original_time_wins_over_later_ones(tmp_path: Path) -> None:
    base = {0x0132: "2025:01:01 00:00:00"}
    path = tmp_path / "x.jpg"

    assert header(photo(path, when="2024:06:27 02:14:05", base=base)).timestamp == (
        "2024-06-27 02:14:05"
    )
    assert header(photo(path, base=base)).timestamp == "2025-01-01 00:00:00"
    nonsense = header(photo(path, when="0000:00:00 00:00:00", base=base))
    assert (nonsense.timestamp, nonsense.timestamp_raw) == (
        "2025-01-01 00:00:00",
        "2025:01:01 00:00:00",
    )


@pytest.mark.parametrize(
    "raw", ["0000:00:00 00:00:00", "    :  :     :  :  ", "2024:13:01 00:00:00"]
)
def test_a_time_that_is_none_is_kept_as_written_only(tmp_path: Path, raw: str) -> None:
    found = header(photo(tmp_path / "x.jpg", when=raw))

    assert found.timestamp is None
    assert found.timestamp_raw == raw.strip()


def test_escapes_in_the_header_are_made_visible(tmp_path: Path) -> None:
    found = header(photo(tmp_path / "x.jpg", base={0x010F: "EVIL\x1b]52;c;eA==\x07"}))

    assert found.camera_make == "EVIL\N{REPLACEMENT CHARACTER}]52;c;eA==\N{REPLACEMENT CHARACTER}"


@pytest.mark.parametrize(
    "gps",
    [
        {},
        {1: "N", 2: (0.0, 0.0, 0.0), 3: "E", 4: (0.0, 0.0, 0.0)},
        {**NORTH, 2: (IFDRational(41, 0), IFDRational(0, 0), IFDRational(0, 0))},
        {**NORTH, 2: (91.0, 0.0, 0.0)},
        {1: "N", 2: (41.0, 54.0, 20.0)},
    ],
)
def test_a_position_without_a_fix_is_none(tmp_path: Path, gps: dict[int, Any]) -> None:
    found = header(photo(tmp_path / "x.jpg", gps=gps))

    assert (found.latitude, found.longitude) == (None, None)


def test_the_south_and_the_east(tmp_path: Path) -> None:
    found = header(photo(tmp_path / "x.jpg", gps={**NORTH, 1: "S\x00", 3: "E\x00"}))

    assert (found.latitude, found.longitude) == (-41.9055556, 87.65)


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_a_damaged_block_of_exif_leaves_the_size(tmp_path: Path) -> None:
    path = photo(tmp_path / "x.jpg", when="2024:06:27 02:14:05", base={0x010F: "RECONYX"})
    data = path.read_bytes()
    at = data.index(b"Exif\x00\x00")
    for start in range(at + 6, at + 70, 3):
        path.write_bytes(data[:start] + b"\xff\xff\xff\xff" + data[start + 4 :])

        assert (header(path).width, header(path).height) == (64, 48)
