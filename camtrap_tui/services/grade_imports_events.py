"""Finds the pictures that Camtrap DP's words on events are surely true of.

What was seen in an event need not be on each of its pictures. Only where nothing was seen is every
picture blank, and what was seen in an event of one picture is on that one. A picture on which
somebody has words of its own keeps these alone.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from camtrap_tui.services.tables import read_cells, read_head

_EVENT = (
    "observationLevel", "observationType", "classificationMethod", "mediaID", "deploymentID",
    "eventStart", "eventEnd",
)  # fmt: skip
_MEDIA = ("mediaID", "deploymentID", "timestamp")


@dataclass(frozen=True, slots=True)
class _Event:
    """A row on an event: its number, its camera, and its moments in seconds."""

    number: int
    deployment: str
    start: float
    end: float
    is_blank: bool


@dataclass(slots=True)
class _Frames:
    """The pictures of a camera by their moments."""

    moments: list[float] = field(default_factory=list)
    media_ids: list[str] = field(default_factory=list)

    def between(self, event: _Event) -> list[str]:
        """Return the pictures of an event; both ends count."""
        first = bisect_left(self.moments, event.start)
        return self.media_ids[first : bisect_right(self.moments, event.end)]


def event_pictures(observations: Path, media: Path) -> dict[int, list[str]]:
    """Return the media ids that people's words on events are true of, by the row's number.

    Rows that are true of no picture for sure are not in it; nothing is where a table lacks a
    column.
    """
    if not (_has(observations, _EVENT) and _has(media, _MEDIA)):
        return {}
    told, events = _told(observations)
    if not events:
        return {}
    frames = _frames(media)
    shown = {event: frames.get(event.deployment, _Frames()).between(event) for event in events}
    # Events of one camera may overlap: what one of them shows is not blank by another.
    seen = {one for event, pictures in shown.items() if not event.is_blank for one in pictures}
    found: dict[int, list[str]] = {}
    for event, pictures in shown.items():
        if event.is_blank:
            wanted = [one for one in pictures if one not in told and one not in seen]
        else:
            wanted = [one for one in pictures if one not in told] if len(pictures) == 1 else []
        if wanted:
            found[event.number] = wanted
    return found


def _has(file: Path, names: tuple[str, ...]) -> bool:
    there = {heading.casefold() for heading in read_head(file, 0).headings}
    return all(name.casefold() in there for name in names)


def _told(observations: Path) -> tuple[set[str], list[_Event]]:
    """Return the pictures of which people say something, and their words on events."""
    told: set[str] = set()
    events: list[_Event] = []
    for number, cells in read_cells(observations, _EVENT):
        level, kind, method, media_id, deployment, start, end = cells
        if method.casefold() == "machine":
            continue
        if media_id:
            told.add(media_id)
        elif level.casefold() == "event":
            first, last = _moment(start), _moment(end)
            if first is not None and last is not None:
                is_blank = kind.casefold() == "blank"
                events.append(_Event(number, deployment, first, last, is_blank))
    return told, events


def _frames(media: Path) -> dict[str, _Frames]:
    """Return the pictures of each camera, in time."""
    found: dict[str, list[tuple[float, str]]] = {}
    for deployment, moment, media_id in _dated(media):
        found.setdefault(deployment, []).append((moment, media_id))
    frames: dict[str, _Frames] = {}
    for deployment, pictures in found.items():
        pictures.sort()
        moments, media_ids = zip(*pictures, strict=True)
        frames[deployment] = _Frames(list(moments), list(media_ids))
    return frames


def _dated(media: Path) -> Iterator[tuple[str, float, str]]:
    for _, (media_id, deployment, time) in read_cells(media, _MEDIA):
        moment = _moment(time)
        if moment is not None and media_id:
            yield deployment, moment, media_id


def _moment(time: str) -> float | None:
    """Return a time with its offset as seconds; None without one, which nothing compares with."""
    try:
        found = datetime.fromisoformat(time)
        return None if found.tzinfo is None else found.timestamp()
    except (ValueError, OverflowError):
        return None
