"""Headers as careless cameras write them."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from PIL.TiffImagePlugin import IFDRational

from camtrap_tui.domain.text import clean
from camtrap_tui.services.exif import Header, read_header
from tests.camera_files import photo
from tests.exif_bytes import ascii_entry, block, photo_with, rationals

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
        None,
        "GPSLatitudeRef=N GPSLatitude=41/1,54/1,20/1 GPSLongitudeRef=W GPSLongitude=87/1,39/1,0/1",
    )


def test_no_header_says_nothing_but_the_size(tmp_path: Path) -> None:
    assert header(photo(tmp_path / "x.jpg")) == Header(64, 48)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_sizes_are_those_after_rotation(tmp_path: Path, orientation: int) -> None:
    found = header(photo(tmp_path / "x.jpg", base={0x0112: orientation}))

    assert (found.width, found.height) == ((48, 64) if orientation >= 5 else (64, 48))
    assert found.orientation == orientation


def test_an_orientation_that_does_not_exist_is_none(tmp_path: Path) -> None:
    assert header(photo(tmp_path / "x.jpg", base={0x0112: 9})) == Header(64, 48)


def test_each_time_has_its_own_offset_and_part_of_a_second(tmp_path: Path) -> None:
    details = {0x9290: "1", 0x9010: "+01:00", 0x9291: "2", 0x9011: "+02:00"}
    digitized = {0x9004: "2024:06:28 00:00:00", 0x9292: "3", 0x9012: "+03:00"}
    base = {0x0132: "2024:06:29 00:00:00"}
    path = tmp_path / "x.jpg"

    found = [
        header(photo(path, when="2024:06:27 00:00:00", base=base, details=details)),
        header(photo(path, base=base, details=details | digitized)),
        header(photo(path, base=base, details=details)),
        header(photo(path, when="2024:06:27 00:00:00", base=base, details=digitized)),
    ]

    assert [(h.timestamp and h.timestamp[8:10], h.subsecond, h.offset) for h in found] == [
        ("27", "2", "+02:00"),
        ("28", "3", "+03:00"),
        ("29", "1", "+01:00"),
        ("27", None, None),
    ]


@pytest.mark.parametrize(
    ("offset", "expected"),
    [
        ("+02:00\x00\x00", "+02:00"),
        ("-0330", "-03:30"),
        ("   :  ", None),
        ("+99:99", None),
        ("UTC", None),
        ("\x00", None),
    ],
)
def test_offsets_are_taken_where_they_are_some(
    tmp_path: Path, offset: str, expected: str | None
) -> None:
    path = photo(tmp_path / "x.jpg", when="2024:06:27 02:14:05", details={0x9011: offset})

    assert header(path).offset == expected


def test_a_time_may_hold_its_own_offset(tmp_path: Path) -> None:
    found = header(photo(tmp_path / "x.jpg", when="2024-06-27T02:14:05.25+02:00"))

    assert (found.timestamp, found.subsecond, found.offset) == (
        "2024-06-27 02:14:05",
        "25",
        "+02:00",
    )


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
        {2: (41.0, 54.0, 20.0), 4: (87.0, 39.0, 0.0)},
        {**NORTH, 1: "\x00"},
        {**NORTH, 3: "?"},
        {**NORTH, 2: (41.0, 54.0)},
    ],
)
def test_a_position_without_a_fix_is_none_and_kept_as_written(
    tmp_path: Path, gps: dict[int, Any]
) -> None:
    found = header(photo(tmp_path / "x.jpg", gps=gps))

    assert (found.latitude, found.longitude) == (None, None)
    assert (found.gps_raw is not None) == bool(gps)


def test_a_position_that_divides_by_zero_is_kept_as_written(tmp_path: Path) -> None:
    nothing = (IFDRational(0, 0), IFDRational(0, 0), IFDRational(0, 0))
    found = header(photo(tmp_path / "x.jpg", gps={1: "N", 2: nothing}))

    assert found.gps_raw == "GPSLatitudeRef=N GPSLatitude=0/0,0/0,0/0"


LONGITUDE = (ascii_entry(3, b"W\x00"), rationals(4, (87, 1), (39, 1), (0, 1)))


@pytest.mark.parametrize("latitude", [b"41 54 20", b"41, 54, 20", b"41/1 54/1 2000/100\x00"])
def test_a_position_may_be_text(tmp_path: Path, latitude: bytes) -> None:
    exif = block(gps=[ascii_entry(1, b"N"), ascii_entry(2, latitude), *LONGITUDE])
    found = header(photo_with(tmp_path / "x.jpg", exif))

    assert (found.latitude, found.longitude) == (41.9055556, -87.65)


def test_a_header_by_hand_is_read_as_any_other(tmp_path: Path) -> None:
    exif = block(
        base=[ascii_entry(0x010F, b"RECONYX\x00\x00\x00"), (0x0112, 3, 1, b"\x06\x00")],
        details=[ascii_entry(0x9003, b"2024:06:27 02:14:05\x00")],
        gps=[ascii_entry(1, b"N\x00"), rationals(2, (41, 1), (54, 1), (20, 1)), *LONGITUDE],
    )

    found = header(photo_with(tmp_path / "x.jpg", exif))

    assert (found.timestamp, found.camera_make, found.orientation, found.width) == (
        "2024-06-27 02:14:05",
        "RECONYX",
        6,
        48,
    )
    assert (found.latitude, found.longitude) == (41.9055556, -87.65)


# What comes of a directory that is not as it should be: never an exception, never a value.
HOSTILE = {
    "text of NULs": block(details=[ascii_entry(0x9003, b"\x00" * 20)]),
    "text of spaces": block(details=[ascii_entry(0x9003, b" " * 19 + b"\x00")]),
    "a number for a text": block(base=[(0x010F, 3, 1, b"\x07\x00")]),
    "a number for a time": block(details=[(0x9003, 4, 1, b"\x07\x00\x00\x00")]),
    "text for the orientation": block(base=[ascii_entry(0x0112, b"six")]),
    "an orientation of 0": block(base=[(0x0112, 3, 1, b"\x00\x00")]),
    "a count past the end": block(details=[(0x9003, 2, 2**31, b"\xff\xff\xff\x7f")]),
    "a type that does not exist": block(details=[(0x9003, 99, 20, b"2024:06:27 02:14:05")]),
    "a position of one number": block(gps=[ascii_entry(1, b"N"), rationals(2, (41, 1))]),
    "a position that divides by zero": block(
        gps=[ascii_entry(1, b"N"), rationals(2, (41, 0), (1, 0), (0, 0)), *LONGITUDE]
    ),
    "a position of no fix": block(
        gps=[
            ascii_entry(1, b"N"),
            rationals(2, (0, 1), (0, 1), (0, 1)),
            LONGITUDE[0],
            rationals(4, (0, 1), (0, 1), (0, 1)),
        ]
    ),
    "a position in words": block(
        gps=[ascii_entry(1, b"N"), ascii_entry(2, b"by the old mill"), *LONGITUDE]
    ),
    "a reference of NULs": block(
        gps=[ascii_entry(1, b"\x00\x00"), rationals(2, (41, 1), (5, 1), (0, 1)), *LONGITUDE]
    ),
    "a reference that is a number": block(
        gps=[(1, 3, 1, b"\x4e\x00"), rationals(2, (41, 1), (5, 1), (0, 1)), *LONGITUDE]
    ),
    "minutes beyond the pole": block(
        gps=[ascii_entry(1, b"N"), rationals(2, (89, 1), (4294967295, 1), (0, 1)), *LONGITUDE]
    ),
    "degrees below nothing": block(
        gps=[ascii_entry(1, b"N"), ascii_entry(2, b"-41 54 20"), *LONGITUDE]
    ),
    "a directory that is itself": b"Exif\x00\x00II*\x00\x08\x00\x00\x00\x01\x00\x69\x87\x04\x00"
    b"\x01\x00\x00\x00\x08\x00\x00\x00\x08\x00\x00\x00",
    "a block of nothing": b"Exif\x00\x00",
    "a block that is cut": block(details=[ascii_entry(0x9003, b"2024:06:27 02:14:05\x00")])[:40],
}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("exif", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_header_says_nothing(tmp_path: Path, exif: bytes) -> None:
    found = header(photo_with(tmp_path / "x.jpg", exif))

    assert found == Header(64, 48, camera_make=found.camera_make, gps_raw=found.gps_raw)
    assert found.camera_make in (None, "7")
    assert found.gps_raw is None or found.gps_raw.startswith("GPSL")


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


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A picture whose header holds all that is read."""
    path = photo(
        tmp_path_factory.mktemp("exif") / "x.jpg",
        when="2024:06:27 02:14:05",
        base={0x010F: "RECONYX", 0x0110: "HC550", 0x0112: 6, 0x0132: "2024:06:27 02:14:06"},
        details={0x9291: "25", 0x9011: "-05:00", 0x9004: "2024:06:27 02:14:07"},
        gps=NORTH,
    )
    return path.read_bytes()


@pytest.mark.filterwarnings("ignore")
@given(data=st.data())
def test_no_damage_to_a_header_raises_or_makes_a_time_up(whole: bytes, data: st.DataObject) -> None:
    start = whole.index(b"Exif\x00\x00")
    end = whole.index(b"\xff\xdb", start)
    damaged = bytearray(whole)
    for _ in range(data.draw(st.integers(1, 6))):
        place = data.draw(st.integers(start, end - 1))
        piece = data.draw(st.binary(min_size=1, max_size=8))
        damaged[place : place + len(piece)] = piece

    try:
        picture = Image.open(io.BytesIO(bytes(damaged)))
    except (OSError, SyntaxError, ValueError):
        return  # Not opened at all: `pictures_on_disk` calls that unreadable.
    with picture:
        found = read_header(picture)

    assert found.timestamp is None or not found.timestamp.startswith(str(datetime.now(UTC).date()))
    assert found.timestamp is None or found.timestamp_raw
    for text in (found.timestamp_raw, found.gps_raw, found.camera_make, found.camera_model):
        assert text is None or text == clean(text)
    assert found.latitude is None or -90 <= found.latitude <= 90
