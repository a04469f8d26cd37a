"""Camera time as text: local, naive, `YYYY-MM-DD HH:MM:SS`; what is no time gives none.

No time of day is ever invented: a date alone is not a timestamp.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
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
_OFFSET = re.compile(r"[+-]\d\d:\d\d", re.ASCII)


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


def timestamp_in_name(stem: str) -> tuple[Timestamp, str] | None:
    """Return the time that a file's name holds, and the part of the name that says so."""
    for found in _IN_NAME.finditer(stem):
        local = _local(*found.group(1, 3, 4, 5, 6, 7))
        if local:
            return Timestamp(local), found[0]
    return None


def clean_offset(text: str) -> str | None:
    """Return a UTC offset as EXIF writes it, `+02:00`, or None for anything else."""
    return text if _OFFSET.fullmatch(text) else None


def _local(*parts: str) -> str | None:
    try:
        return datetime(*map(int, parts)).isoformat(sep=" ")  # type: ignore[arg-type]
    except ValueError:
        return None


def _offset(text: str | None) -> str | None:
    if text is None:
        return None
    return "+00:00" if text == "Z" else f"{text[:3]}:{text[-2:]}"
