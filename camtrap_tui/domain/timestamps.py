"""Camera time as text: local, naive, `YYYY-MM-DD HH:MM:SS`; what is no time gives none.

No time of day is ever invented: a date alone is not a timestamp.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime

_WRITTEN = re.compile(
    r"(\d{4})[-:/.](\d{1,2})[-:/.](\d{1,2})[T ] *(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?"
    r"\s*(Z|[+-]\d{2}:?\d{2})?",
    re.ASCII,
)
# As cameras and their owners name files: 20240627_021405, 2024-06-27 02-14-05, 20240627021405.
_IN_NAME = re.compile(
    r"(?<!\d)((?:19|20)\d\d)([-_.]?)(\d\d)\2(\d\d)"
    r"[T _-]{0,3}(\d\d)[-_.:h]?(\d\d)[-_.:m]?(\d\d)(?!\d)",
    re.ASCII,
)
_OFFSET = re.compile(r"([+-])(\d\d):?(\d\d)", re.ASCII)
# As people write one in a table: +02:00, -0500, -5, UTC+2; a bare number could be minutes.
_WRITTEN_OFFSET = re.compile(
    r"(?:UTC|GMT)? ?([+\N{MINUS SIGN}-])(\d{1,2})(?:(?::|(?<=\d\d))(\d{2}))?",
    re.ASCII | re.IGNORECASE,
)
_NO_OFFSET = frozenset(("Z", "UTC", "GMT", "0"))
_DATE = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})", re.ASCII)
# The furthest that clocks on land are from UTC.
_MOST_OFFSET_MIN = 14 * 60


@dataclass(frozen=True, slots=True)
class Timestamp:
    """A camera's local time, with the sub-second digits and UTC offset written beside it."""

    local: str
    subsecond: str | None = None
    offset: str | None = None


def parse_timestamp(text: str) -> Timestamp | None:
    """Return the time that `text` writes as EXIF, ISO 8601 or a spreadsheet does, or None.

    An offset or `Z` is kept apart and moves nothing: what stands on the camera's clock counts.
    """
    found = _WRITTEN.fullmatch(text.strip())
    if not found:
        return None
    local = _local(*found.group(1, 2, 3, 4, 5), found[6] or "0")
    return Timestamp(local, found[7], _offset(found[8])) if local else None


def parse_table_timestamp(text: str) -> Timestamp | None:
    """Return the time that a cell of a table writes, or None; a `Z` there says nothing.

    Tables of this field stamp the camera's local time with it; an offset in digits is meant.
    """
    time = parse_timestamp(text)
    return replace(time, offset=None) if time and text.rstrip().endswith("Z") else time


def timestamp_in_name(stem: str) -> tuple[Timestamp, str] | None:
    """Return the time that a file's name holds, and the part of the name that says so."""
    for found in _IN_NAME.finditer(stem):
        local = _local(*found.group(1, 3, 4, 5, 6, 7))
        if local:
            return Timestamp(local), found[0]
    return None


def parse_date(text: str) -> str | None:
    """Return the day that `text` writes with the year first, as `YYYY-MM-DD`, or None."""
    found = _DATE.fullmatch(text.strip())
    local = _local(*found.group(1, 3, 4), "0", "0") if found else None
    return local[:10] if local else None


def clean_offset(text: str) -> str | None:
    """Return a UTC offset as EXIF writes it, `+02:00`, or None for anything else."""
    found = _OFFSET.fullmatch(text)
    if not found:
        return None
    minutes = _minutes(*found.group(1, 2, 3))
    return None if minutes is None else offset_text(minutes)


def parse_offset(text: str) -> int | None:
    """Return the minutes ahead of UTC that `text` says, or None for what is no clear offset.

    `+02:00`, `-0500`, `-5`, `UTC+2`, `UTC`, `Z` and `0` are clear; `120` and `5.5` are not.
    """
    text = text.strip()
    if text.upper() in _NO_OFFSET:
        return 0
    found = _WRITTEN_OFFSET.fullmatch(text)
    return _minutes(*found.group(1, 2, 3)) if found else None


def offset_text(minutes: int) -> str:
    """Return minutes ahead of UTC as `+02:00`."""
    sign = "-" if minutes < 0 else "+"
    return f"{sign}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"


def _minutes(sign: str, hours: str, minutes: str | None) -> int | None:
    total = 60 * int(hours) + int(minutes or 0)
    if total > _MOST_OFFSET_MIN or int(minutes or 0) > 59:
        return None
    return total if sign == "+" else -total


def _local(*parts: str) -> str | None:
    try:
        return datetime(*map(int, parts)).isoformat(sep=" ")  # type: ignore[arg-type]
    except ValueError:
        return None


def _offset(text: str | None) -> str | None:
    if text is None:
        return None
    return "+00:00" if text == "Z" else clean_offset(text)
