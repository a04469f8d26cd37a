"""Camera time as text: local, naive, `YYYY-MM-DD HH:MM:SS`; what is no time gives none.

No time of day is ever invented: a date alone is not a timestamp.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

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
# As tables write days otherwise: 27.06.2024, 27-Jun-2024, and 6/27/2024 or 27/6/2024.
_CLOCK = r",? +(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?"
_DOTTED = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})" + _CLOCK, re.ASCII)
_NAMED = re.compile(r"(\d{1,2})([- ])([A-Za-z]{3,9})\2(\d{4})" + _CLOCK, re.ASCII)
# What stands before AM and PM may be a space of another width.
_SLASHED = re.compile(
    r"(\d{1,2})/(\d{1,2})/(\d{4})" + _CLOCK + r"(?:[ \u00a0\u202f]?([AP])M)?",
    re.ASCII | re.IGNORECASE,
)
_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september",
    "october", "november", "december",
)  # fmt: skip
First = Literal["day", "month"]
# The furthest that clocks on land are from UTC.
_MOST_OFFSET_MIN = 14 * 60


@dataclass(frozen=True, slots=True)
class Timestamp:
    """A camera's local time, with the sub-second digits and UTC offset written beside it."""

    local: str
    subsecond: str | None = None
    offset: str | None = None


@dataclass(frozen=True, slots=True)
class DayOrder:
    """What stands first in the days that a column writes with slashes, None where that is open.

    `said` are the words for it, empty where all days have the year first or the month's name.
    """

    first: First | None = None
    said: str = ""


def parse_timestamp(text: str) -> Timestamp | None:
    """Return the time that `text` writes as EXIF, ISO 8601 or a spreadsheet does, or None.

    An offset or `Z` is kept apart and moves nothing: what stands on the camera's clock counts.
    """
    found = _WRITTEN.fullmatch(text.strip())
    if not found:
        return None
    local = _local(*found.group(1, 2, 3, 4, 5), found[6] or "0")
    return Timestamp(local, found[7], _offset(found[8])) if local else None


def parse_table_timestamp(text: str, first: First | None = None) -> Timestamp | None:
    """Return the time that a cell of a table writes, or None; a `Z` there says nothing.

    Tables of this field stamp the camera's local time with it; an offset in digits is meant.
    Besides what `parse_timestamp` reads, `27.06.2024 02:14` and `27-Jun-2024 02:14:05` are
    times, and `6/27/2024 2:14 AM` where nothing else can be meant; `first` says what stands
    first in the other days with slashes of its column.
    """
    time = parse_timestamp(text)
    if time:
        return replace(time, offset=None) if text.rstrip().endswith("Z") else time
    text = text.strip()
    if found := _DOTTED.fullmatch(text):
        return _time(found[3], found[2], found[1], *found.group(4, 5, 6, 7))
    if found := _NAMED.fullmatch(text):
        return _time(found[4], _month(found[3]), found[1], *found.group(5, 6, 7, 8))
    if found := _SLASHED.fullmatch(text):
        order = first or _settled(found[1], found[2])
        if order is None and int(found[1]) != int(found[2]):
            return None
        day, month = found.group(2, 1) if order == "month" else found.group(1, 2)
        return _time(found[3], month, day, _hour(found[4], found[8]), *found.group(5, 6, 7))
    return None


def day_order(texts: Iterable[str]) -> DayOrder:
    """Return what stands first in the days of a column, of which `texts` are cells.

    One cell with a number above 12 settles it, unless another says the opposite.
    """
    settled: set[First | None] = set()
    dotted = False
    for text in texts:
        if found := _SLASHED.fullmatch(text.strip()):
            settled.add(_settled(found[1], found[2]))
        elif not dotted:
            dotted = _DOTTED.fullmatch(text.strip()) is not None
    told = settled - {None}
    if len(told) == 1:
        first = told.pop()
        return DayOrder(first, f"{first} first")
    if settled:
        return DayOrder(None, "day or month first is not clear")
    return DayOrder(None, "day first" if dotted else "")


def is_in_doubt(text: str) -> bool:
    """Tell whether a cell writes a time of which nobody knows whether its day stands first."""
    return parse_table_timestamp(text) is None and is_table_time(text)


def is_table_time(text: str) -> bool:
    """Tell whether a cell of a table writes a time, be the order of its day clear or not."""
    return any(parse_table_timestamp(text, first) for first in (None, "day", "month"))


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


def _settled(one: str, two: str) -> First | None:
    """Return what stands first, where one of two numbers can be no month; None for no telling."""
    if (int(one) > 12) == (int(two) > 12):
        return None
    return "day" if int(one) > 12 else "month"


def _month(name: str) -> str:
    """Return the number of an English month, by its name or its first letters; "0" for none."""
    lower = name.lower()
    found = [n for n, month in enumerate(_MONTHS, 1) if lower in (month, month[:3], month[:4])]
    return str(found[0]) if found else "0"


def _hour(hour: str, half: str | None) -> str:
    """Return the hour of 24, of one of 12 where `half` is A or P; 24 for what is none."""
    if half is None:
        return hour
    if not 1 <= int(hour) <= 12:
        return "24"
    return str(int(hour) % 12 + (12 if half in "Pp" else 0))


def _time(
    year: str, month: str, day: str, hour: str, minute: str, second: str | None, part: str | None
) -> Timestamp | None:
    local = _local(year, month, day, hour, minute, second or "0")
    return Timestamp(local, part) if local else None


def _local(*parts: str) -> str | None:
    try:
        return datetime(*map(int, parts)).isoformat(sep=" ")  # type: ignore[arg-type]
    except ValueError:
        return None


def _offset(text: str | None) -> str | None:
    if text is None:
        return None
    return "+00:00" if text == "Z" else clean_offset(text)
