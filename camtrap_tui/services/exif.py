"""What a picture's header says: size, time, place and camera; never more than it says.

Cameras write EXIF carelessly (NUL padding, rationals that divide by zero, positions without
a fix): what has no meaning becomes none, and "now" is never put in its place.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from camtrap_tui.domain.text import clean_cell
from camtrap_tui.domain.timestamps import clean_offset, parse_timestamp

if TYPE_CHECKING:
    from PIL.Image import Image as PillowImage

# Tags of EXIF 2.32 (CIPA DC-008), by number since names differ between libraries.
_MAKE, _MODEL, _ORIENTATION, _DATETIME = 0x010F, 0x0110, 0x0112, 0x0132
_EXIF_IFD, _GPS_IFD = 0x8769, 0x8825
# Each of the three times has digits of its second and an offset from UTC of its own.
_DATETIME_ORIGINAL, _SUBSEC_ORIGINAL, _OFFSET_ORIGINAL = 0x9003, 0x9291, 0x9011
_DATETIME_DIGITIZED, _SUBSEC_DIGITIZED, _OFFSET_DIGITIZED = 0x9004, 0x9292, 0x9012
_SUBSEC, _OFFSET = 0x9290, 0x9010
_LATITUDE_REF, _LATITUDE, _LONGITUDE_REF, _LONGITUDE = 1, 2, 3, 4
_TURNED = (5, 6, 7, 8)
_MOST_GPS_CHARACTERS = 600
_MOST_PART_CHARACTERS = 80
_MOST_PARTS = 16

# What Pillow raises from a damaged EXIF block, depending on where the damage is.
_DAMAGE = (
    AttributeError,
    EOFError,
    MemoryError,
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    OverflowError,
    ZeroDivisionError,
    struct.error,
)


@dataclass(frozen=True, slots=True)
class Header:
    """A picture's size after EXIF rotation, and what EXIF says of time, place and camera.

    `timestamp_raw` and `gps_raw` are as the header writes them, also where they say nothing.
    """

    width: int
    height: int
    timestamp: str | None = None
    timestamp_raw: str | None = None
    subsecond: str | None = None
    offset: str | None = None
    camera_make: str | None = None
    camera_model: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    orientation: int | None = None
    gps_raw: str | None = None


def read_header(picture: PillowImage) -> Header:
    """Return what the header of an opened picture says; no pixel is decoded."""
    width, height = picture.size
    try:
        exif = picture.getexif()
        base: Mapping[int, Any] = dict(exif)
    except _DAMAGE:
        return Header(width, height)
    details, gps = _directory(exif, _EXIF_IFD), _directory(exif, _GPS_IFD)
    orientation = _orientation(base.get(_ORIENTATION))
    if orientation in _TURNED and picture.format != "TIFF":  # whose size Pillow turns itself
        width, height = height, width
    times = (
        (details, _DATETIME_ORIGINAL, _SUBSEC_ORIGINAL, _OFFSET_ORIGINAL),
        (details, _DATETIME_DIGITIZED, _SUBSEC_DIGITIZED, _OFFSET_DIGITIZED),
        (base, _DATETIME, _SUBSEC, _OFFSET),
    )
    raws = [(_text(where.get(tag)), subsecond, offset) for where, tag, subsecond, offset in times]
    time, raw = None, next((raw for raw, _, _ in raws if raw), None)
    subsecond = offset = None
    for written, subsecond_tag, offset_tag in raws:
        time = parse_timestamp(written) if written else None
        if time:
            raw = written
            subsecond = _digits(details.get(subsecond_tag)) or time.subsecond
            offset = clean_offset(_text(details.get(offset_tag)) or "") or time.offset
            break
    latitude, longitude = _position(gps)
    return Header(
        width,
        height,
        timestamp=time.local if time else None,
        timestamp_raw=raw,
        subsecond=subsecond,
        offset=offset,
        camera_make=_text(base.get(_MAKE)),
        camera_model=_text(base.get(_MODEL)),
        latitude=latitude,
        longitude=longitude,
        orientation=orientation,
        gps_raw=_gps_text(gps),
    )


def orientation_of(picture: PillowImage) -> int | None:
    """Return how EXIF says that a picture is to be turned, 1 to 8; None where it does not."""
    try:
        return _orientation(picture.getexif().get(_ORIENTATION))
    except _DAMAGE:
        return None


def _directory(exif: Any, number: int) -> Mapping[int, Any]:
    try:
        return dict(exif.get_ifd(number))
    except _DAMAGE:
        return {}


def _text(value: object) -> str | None:
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    if not isinstance(value, str):
        return None
    return clean_cell(value.split("\x00")[0]) or None


def _digits(value: object) -> str | None:
    """Return the digits of a part of a second, of which there are at most nine."""
    text = _text(value) or ""
    return text if text.isascii() and text.isdecimal() and len(text) <= 9 else None


def _orientation(value: object) -> int | None:
    return value if isinstance(value, int) and 1 <= value <= 8 else None


def _position(gps: Mapping[int, Any]) -> tuple[float | None, float | None]:
    """Return latitude and longitude in degrees; none for 0/0, which cameras write unasked.

    Without its N, S, E or W a number may be on the other half of the earth: that is none.
    """
    latitude = _degrees(gps.get(_LATITUDE), _text(gps.get(_LATITUDE_REF)), "NS", 90)
    longitude = _degrees(gps.get(_LONGITUDE), _text(gps.get(_LONGITUDE_REF)), "EW", 180)
    if latitude is None or longitude is None or (latitude == 0 and longitude == 0):
        return None, None
    return latitude, longitude


def _degrees(value: Any, reference: str | None, halves: str, most: int) -> float | None:
    half = (reference or "").upper()[:1]
    if not half or half not in halves:
        return None
    try:
        degrees, minutes, seconds = (_number(part) for part in _parts(value))
    except _DAMAGE:
        return None
    total = degrees + minutes / 60 + seconds / 3600
    if not math.isfinite(total) or min(degrees, minutes, seconds) < 0 or total > most:
        return None
    return round(-total if half == halves[1] else total, 7)


def _parts(value: Any) -> Any:
    """Return the three numbers of a position, which some write as one text."""
    text = _text(value)
    return text.replace(",", " ").split() if text else value


def _number(part: Any) -> float:
    text = _text(part)
    if text is None:
        return float(part)
    above, slash, below = text.partition("/")
    return float(above) / float(below) if slash else float(above)


def _gps_text(gps: Mapping[int, Any]) -> str | None:
    """Return the header's GPS values as one line: `GPSLatitudeRef=N GPSLatitude=41/1,54/1,…`."""
    from PIL.ExifTags import GPSTAGS

    written = " ".join(
        f"{GPSTAGS.get(tag, tag)}={_raw(value)}" for tag, value in sorted(gps.items())
    )
    return clean_cell(written)[:_MOST_GPS_CHARACTERS] or None


def _raw(value: Any) -> str:
    if isinstance(value, tuple | list):
        return ",".join(_raw(part) for part in value[:_MOST_PARTS])[:_MOST_PART_CHARACTERS]
    if isinstance(value, bytes):
        # Bytes are versions and texts with a code in front; NULs pad them.
        value = value.replace(b"\x00", b"").decode("latin-1")
    numerator = getattr(value, "numerator", None)
    if numerator is not None and not isinstance(value, int):
        return f"{numerator}/{value.denominator}"
    return clean_cell(str(value))[:_MOST_PART_CHARACTERS]
