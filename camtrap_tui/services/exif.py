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
_DATETIME_ORIGINAL, _DATETIME_DIGITIZED = 0x9003, 0x9004
_OFFSET_ORIGINAL, _SUBSEC_ORIGINAL = 0x9011, 0x9291
_LATITUDE_REF, _LATITUDE, _LONGITUDE_REF, _LONGITUDE = 1, 2, 3, 4
_TURNED = (5, 6, 7, 8)

# What Pillow raises from a damaged EXIF block, depending on where the damage is.
_DAMAGE = (
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
    """A picture's size after EXIF rotation, and what EXIF says of time, place and camera."""

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


def read_header(picture: PillowImage) -> Header:
    """Return what the header of an opened picture says; no pixel is decoded."""
    width, height = picture.size
    try:
        exif = picture.getexif()
        base: Mapping[int, Any] = dict(exif)
    except _DAMAGE:
        return Header(width, height)
    details, gps = _directory(exif, _EXIF_IFD), _directory(exif, _GPS_IFD)
    if base.get(_ORIENTATION) in _TURNED:
        width, height = height, width
    raws = [
        _text(details.get(_DATETIME_ORIGINAL)),
        _text(details.get(_DATETIME_DIGITIZED)),
        _text(base.get(_DATETIME)),
    ]
    read = next(((raw, time) for raw in raws if raw and (time := parse_timestamp(raw))), None)
    subsecond = _text(details.get(_SUBSEC_ORIGINAL)) if read and read[0] == raws[0] else None
    latitude, longitude = _position(gps)
    return Header(
        width,
        height,
        timestamp=read[1].local if read else None,
        timestamp_raw=read[0] if read else next((raw for raw in raws if raw), None),
        subsecond=subsecond if subsecond and subsecond.isdecimal() else None,
        offset=clean_offset(_text(details.get(_OFFSET_ORIGINAL)) or "") if read else None,
        camera_make=_text(base.get(_MAKE)),
        camera_model=_text(base.get(_MODEL)),
        latitude=latitude,
        longitude=longitude,
    )


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


def _position(gps: Mapping[int, Any]) -> tuple[float | None, float | None]:
    """Return latitude and longitude in degrees; none for 0/0, which cameras write unasked."""
    latitude = _degrees(gps.get(_LATITUDE), _text(gps.get(_LATITUDE_REF)), "S", 90)
    longitude = _degrees(gps.get(_LONGITUDE), _text(gps.get(_LONGITUDE_REF)), "W", 180)
    if latitude is None or longitude is None or (latitude == 0 and longitude == 0):
        return None, None
    return latitude, longitude


def _degrees(value: Any, reference: str | None, negative: str, most: int) -> float | None:
    try:
        degrees, minutes, seconds = (float(part) for part in value)
    except _DAMAGE:
        return None
    total = degrees + minutes / 60 + seconds / 3600
    if not math.isfinite(total) or not 0 <= total <= most:
        return None
    signed = -total if (reference or "").upper().startswith(negative) else total
    return round(signed, 7)
