"""Camera clocks that were wrong: shifts as text, and times moved by recorded segments.

Seconds are added to what the camera showed, and nothing else is: no zone, no summer time.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from camtrap_tui.domain.models import ClockSegment

_SHIFT = re.compile(r"([+-])(?:(\d{1,6})d)? ?(?:(\d{1,2}):(\d{2})(?::(\d{2}))?)?", re.ASCII)
_SECONDS = re.compile(r"([+-])(\d{1,10})s", re.ASCII)
_DAY_S = 86_400


def parse_shift(text: str) -> int | None:
    """Return the seconds that `text` says, or None for what is no shift.

    `+01:00:00`, `-00:30`, `+365d`, `-1d 06:00:00` or `+90s`; the sign is never left out.
    """
    text = text.strip().replace("\N{MINUS SIGN}", "-")
    found = _SECONDS.fullmatch(text)
    if found:
        return int(found[1] + found[2])
    found = _SHIFT.fullmatch(text)
    if not found or not (found[2] or found[3]):
        return None
    days, hours, minutes, seconds = (int(part or 0) for part in found.group(2, 3, 4, 5))
    if hours > 23 or minutes > 59 or seconds > 59:
        return None
    total = days * _DAY_S + hours * 3600 + minutes * 60 + seconds
    return -total if found[1] == "-" else total


def shift_text(seconds: int) -> str:
    """Return a shift as `parse_shift` reads it: `+01:00:00`, `-365d 00:00:00`."""
    days, rest = divmod(abs(seconds), _DAY_S)
    sign = "-" if seconds < 0 else "+"
    clock = f"{rest // 3600:02}:{rest // 60 % 60:02}:{rest % 60:02}"
    return f"{sign}{days}d {clock}" if days else f"{sign}{clock}"


def moved(time: str, seconds: int) -> str | None:
    """Return a timestamp `seconds` later, or None beyond the years 1 to 9999."""
    if not seconds:
        return time
    try:
        return (datetime.fromisoformat(time) + timedelta(seconds=seconds)).isoformat(sep=" ")
    except OverflowError:
        return None


def as_shown(time: str, clock_shift_s: int) -> str:
    """Return what the camera showed, of a timestamp that was moved by `clock_shift_s`."""
    shown = moved(time, -clock_shift_s)
    return time if shown is None else shown


def is_in(segment: ClockSegment, shown: str) -> bool:
    """Tell whether a time that the camera showed lies in a segment; both ends count."""
    return (segment.from_time is None or segment.from_time <= shown) and (
        segment.to_time is None or shown <= segment.to_time
    )


def corrected(shown: str, segments: Sequence[ClockSegment]) -> tuple[str, int]:
    """Return what a shown time is by the segments in force, and by how many seconds it moved.

    A time that would leave the years 1 to 9999 stays as it was shown.
    """
    for segment in segments:
        if is_in(segment, shown):
            time = moved(shown, segment.shift_s)
            return (shown, 0) if time is None else (time, segment.shift_s)
    return shown, 0


def overlaps(segment: ClockSegment, from_time: str | None, to_time: str | None) -> bool:
    """Tell whether a segment and the times from `from_time` to `to_time` share a second."""
    starts_late = from_time and segment.to_time and from_time > segment.to_time
    ends_early = to_time and segment.from_time and to_time < segment.from_time
    return not (starts_late or ends_early)
