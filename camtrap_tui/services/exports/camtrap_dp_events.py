"""Observations at event level: what a burst shows, once, so that counts may be summed.

Camtrap DP wants event-level observations to exclude each other. So each species is what that
picture of the burst says which shows most of it: on one picture nobody is counted twice.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby, islice
from typing import Any

from camtrap_tui.domain.lineage import Relations
from camtrap_tui.domain.models import Taxon
from camtrap_tui.services.exports.camtrap_dp_cells import stamp
from camtrap_tui.services.exports.camtrap_dp_rows import Placed, Row, Species, species_of
from camtrap_tui.store.export_stage import BurstSpan, ExportStage, StagedFrame, burst_spans
from camtrap_tui.store.store import Store

_CHUNK = 500
# Why nothing is said of an event as a whole.
BLANK_IN_PART = "is a burst that is blank only as far as its pictures are graded"
_DETAILS = ("count", "lifeStage", "sex", "behavior", "observationComments")
# The observations of one picture, at media level.
Frame = tuple[Row, ...]


class Events:
    """Gathers pictures, and tells what each of their bursts shows.

    An event lasts as long as its burst, also where pictures of that are not chosen; if `is_private`
    as long as the pictures that are, since the others may be left out for whom they show.
    """

    def __init__(
        self,
        store: Store,
        stage: ExportStage,
        taxa: Mapping[Species, Taxon],
        leave: Callable[[str, str], None],
        *,
        is_private: bool,
    ) -> None:
        self._store, self._stage, self._taxa, self._leave = store, stage, taxa, leave
        self._is_private = is_private
        self._related = Relations()
        self._waiting: list[StagedFrame] = []

    def add(self, placed: Placed, rows: Sequence[Row]) -> None:
        """Take a picture with its observations at media level, of which there may be none."""
        image = placed.picture.image
        said = json.dumps({"offset": placed.offset_min, "rows": rows}, ensure_ascii=False)
        frame = (placed.event_id, placed.deployment_id, image.timestamp or "", image.media_id, said)
        self._waiting.append(StagedFrame(*frame))
        if len(self._waiting) >= _CHUNK:
            self._flush()

    def _flush(self) -> None:
        self._stage.add_frames(self._waiting)
        self._waiting.clear()

    def rows(self) -> Iterator[Row]:
        """Yield the observations of all events, by deployment and time."""
        self._flush()
        events = (list(one) for _, one in groupby(self._stage.frames(), key=lambda f: f[:2]))
        while chunk := list(islice(events, _CHUNK)):
            spans = burst_spans(self._store.db, [frames[0].event[2:] for frames in chunk])
            for frames in chunk:
                yield from self._event(frames, spans.get(frames[0].event[2:]))

    def _event(self, staged: Sequence[StagedFrame], span: BurstSpan | None) -> Iterator[Row]:
        told: list[dict[str, Any]] = [json.loads(frame.said) for frame in staged]
        frames = [tuple(one["rows"]) for one in told]
        images, first, last = span or BurstSpan(len(staged), staged[0].time, staged[-1].time)
        if self._is_private:
            first, last = staged[0].time, staged[-1].time
        # One offset for both: a burst is told by the camera's local time.
        offset = told[0]["offset"]
        found = event_observations(
            frames, is_whole=len(staged) == images, is_coarser=self._is_coarser
        )
        if not found and any(frames):
            self._leave(BLANK_IN_PART, staged[0].event)
        for row in found:
            yield row | {
                "observationID": f"e{row['observationID']}",
                "mediaID": "",
                "eventStart": stamp(min(first, staged[0].time), offset),
                "eventEnd": stamp(max(last, staged[-1].time), offset),
                "observationLevel": "event",
            }

    def _is_coarser(self, one: Species, other: Species) -> bool:
        return self._related(self._taxa[one], self._taxa[other]) == "coarser"


def event_observations(
    frames: Sequence[Frame], *, is_whole: bool, is_coarser: Callable[[Species, Species], bool]
) -> list[Row]:
    """Return what an event shows, of the observations of its pictures (in time).

    Where a person said something of any of them, the machine's words are left aside. Of each
    species the observations of one picture are taken: the one with most individuals (uncounted
    ones are one each), then most said of them, then the first. What is only called by a higher
    rank is left out where a picture without it names what belongs to it. An event is blank where
    all of its pictures are, and there is no other (`is_whole`); unknown where nobody could tell.
    """
    if any(_is_by_person(row) for frame in frames for row in frame):
        frames = [tuple(row for row in frame if _is_by_person(row)) for frame in frames]
    keys = dict.fromkeys(species_of(row) for frame in frames for row in frame)
    shown = [key for key in keys if key[0] in ("animal", "human", "vehicle")]
    if shown:
        kept = [key for key in shown if not _is_told_by_others(key, shown, frames, is_coarser)]
        return [row for key in kept for row in _fullest(_of(key, frames))]
    unsure = [key for key in keys if key[0] == "unknown"]
    if unsure:
        return _fullest(_of(unsure[0], frames))[:1]
    is_one = len(keys) == 1 and all(frames)
    return _fullest(frames)[:1] if is_one and is_whole else []


def _is_told_by_others(
    key: Species,
    shown: Sequence[Species],
    frames: Sequence[Frame],
    is_coarser: Callable[[Species, Species], bool],
) -> bool:
    """Tell whether a species is a higher rank's name for others that stand on no picture with it:
    the same animals, which nobody could tell so well there."""
    finer = {other for other in shown if other != key and is_coarser(key, other)}
    together = any(
        key in kinds and not finer.isdisjoint(kinds)
        for kinds in ({species_of(row) for row in frame} for frame in frames)
    )
    return bool(finer) and not together


def _of(key: Species, frames: Sequence[Frame]) -> list[Frame]:
    return [tuple(row for row in frame if species_of(row) == key) for frame in frames]


def _fullest(frames: Sequence[Frame]) -> list[Row]:
    """Return the rows of the picture that says most."""

    def said(rows: Frame) -> tuple[int, int, float]:
        individuals = sum(int(row.get("count") or 1) for row in rows)
        details = sum(bool(row.get(name)) for row in rows for name in _DETAILS)
        return individuals, details, max(map(_score, rows))

    filled = [rows for rows in frames if rows]
    most: Frame = max(filled, key=said)
    return list(most)


def _score(row: Row) -> float:
    return float(row.get("classificationProbability") or 0)


def _is_by_person(row: Row) -> bool:
    return row.get("classificationMethod") == "human"
