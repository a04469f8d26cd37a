"""The deployments of a Camtrap DP package: which can be in it, and their rows.

Start and end are those recorded, else the times of the first and last picture, which is said.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from camtrap_tui.domain.models import ClockSegment, Deployment
from camtrap_tui.services.exports.camtrap_dp_cells import (
    Position,
    boolean,
    id_trouble,
    offset_of,
    position,
    stamp,
    text,
)
from camtrap_tui.services.exports.camtrap_dp_rows import Placed, Row
from camtrap_tui.services.exports.pictures import Picture
from camtrap_tui.store.deployments import Taken
from camtrap_tui.store.store import Store

# Why a picture cannot be in a package.
NO_DEPLOYMENT = "has no deployment"
NO_PLACE = "is of a deployment without coordinates"
NO_TIME = "has no time"
NO_OFFSET = "has no offset from UTC, and its deployment has none"
BAD_ID = "has an id that reads as missing (NA, NaN)"
# Why a deployment without pictures is not in a package that is of the whole survey.
NOTHING_TO_TELL = "deployment without a picture that lacks coordinates, dates or an offset"

# Degrees: cameras that are farther apart than this are nearer over the date line.
_HALF_ROUND = 180
_FROM_PICTURES = {
    ("start",): "No start is recorded: this is the time of the first picture.",
    ("end",): "No end is recorded: this is the time of the last picture.",
    ("start", "end"): (
        "No start and end are recorded: these are the times of the first and last picture."
    ),
}
_ALL_BEFORE = "No end is recorded, and all pictures are dated before the start."
_ALL_AFTER = "No start is recorded, and all pictures are dated after the end."


@dataclass(slots=True)
class _Seen:
    """The times of a deployment's first and last picture in the package, with their offsets."""

    first: tuple[str, int]
    last: tuple[str, int]
    models: set[str] = field(default_factory=set)


class Places:
    """The deployments, as the pictures of a package come by."""

    def __init__(self, store: Store, decimals: int | None) -> None:
        self._positions: dict[int, Position | None] = {}
        self._seen: dict[int, _Seen] = {}
        self._store = store
        self._decimals = decimals
        self.points: list[tuple[float, float]] = []
        self.first_day = self.last_day = ""
        self.by_pictures = 0
        self.is_off_utc = False

    def placed(self, picture: Picture) -> Placed | str:
        """Return a picture with its place and time, or why it cannot be in a package."""
        deployment, image = picture.deployment, picture.image
        if deployment is None:
            return NO_DEPLOYMENT
        if image.timestamp is None:
            return NO_TIME
        if id_trouble(deployment.deployment_id) or id_trouble(image.media_id):
            return BAD_ID
        if self._position(deployment) is None:
            return NO_PLACE
        offset = offset_of(image, deployment)
        if offset is None:
            return NO_OFFSET
        return Placed(picture, deployment.deployment_id, stamp(image.timestamp, offset), offset)

    def note(self, placed: Placed) -> None:
        """Take in a picture that is in the package."""
        image = placed.picture.image
        when = (image.timestamp or "", placed.offset_min)
        self.is_off_utc |= placed.offset_min != 0
        seen = self._seen.setdefault(image.deployment_id or 0, _Seen(when, when))
        seen.first, seen.last = min(seen.first, when), max(seen.last, when)
        model = "-".join(filter(None, (image.camera_make, image.camera_model)))
        if len(seen.models) < 2:
            seen.models.add(model)

    def rows(
        self, known: Mapping[str, Row], leave: Callable[[str, str], None], *, is_all: bool
    ) -> Iterator[Row]:
        """Yield the deployments of the pictures taken in, by id; where the package `is_all` of
        the survey, those without a picture in it too, as they are effort. `known` are cells that
        another package has of them."""
        taken = self._store.deployments.taken()
        flags = self._store.flags.counts_by_deployment()
        are_known = self._store.flags.are_known()
        clocks: dict[int, list[ClockSegment]] = {}
        # In time, not as they were recorded: that differs where copies were merged.
        for segment in sorted(self._store.clocks.all(), key=lambda one: one.from_time or ""):
            if segment.revoked_at is None:
                clocks.setdefault(segment.deployment_id, []).append(segment)
        for one in self._store.deployments.all():
            seen = self._seen.get(one.id)
            has_pictures = one.id in taken
            if seen is None and not is_all:
                continue
            dates = _dates(one, seen, taken.get(one.id))
            place = self._position(one)
            if dates is None or place is None or id_trouble(one.deployment_id):
                # Of one with pictures each of them is told of already.
                if not has_pictures:
                    leave(NOTHING_TO_TELL, one.deployment_id)
                continue
            start, end, notes = dates
            self.by_pictures += bool(notes)
            notes = [*notes, *map(_clock_note, clocks.get(one.id, ()))]
            issues = bool(flags.get(one.id)) if are_known and has_pictures else None
            row = self._row(one, place, start, end, seen) | {
                "timestampIssues": boolean(issues),
                "deploymentComments": " ".join(notes),
            }
            self._cover(place, start, end)
            yield _with_known(row, known.get(one.deployment_id, {}))

    def _position(self, deployment: Deployment) -> Position | None:
        if deployment.id not in self._positions:
            self._positions[deployment.id] = position(deployment, self._decimals)
        return self._positions[deployment.id]

    def _row(
        self, one: Deployment, place: Position, start: str, end: str, seen: _Seen | None
    ) -> Row:
        models = seen.models if seen else set()
        return {
            "deploymentID": one.deployment_id,
            # Readers take it for the station: a camera without one stands for itself.
            "locationID": text(one.location_id) or one.deployment_id,
            "locationName": text(one.location_name),
            "latitude": place.latitude,
            "longitude": place.longitude,
            "coordinateUncertainty": place.uncertainty,
            "deploymentStart": start,
            "deploymentEnd": end,
            "cameraID": text(one.camera_id),
            "cameraModel": text(next(iter(models))) if len(models) == 1 else "",
        }

    def _cover(self, place: Position, start: str, end: str) -> None:
        self.points.append(place.point)
        self.first_day = min(filter(None, (self.first_day, start[:10])))
        self.last_day = max(self.last_day, end[:10])

    @property
    def spatial(self) -> dict[str, Any]:
        """The box around all deployments as GeoJSON, in degrees as they are published.

        Where they lie on both sides of the date line it is two boxes, as RFC 7946 (3.1.9) has it.
        """
        longitudes, latitudes = (sorted(axis) for axis in zip(*self.points, strict=True))
        west, east, south, north = longitudes[0], longitudes[-1], latitudes[0], latitudes[-1]
        if (west, south) == (east, north):
            return {"type": "Point", "coordinates": [west, south]}
        gap, left, right = max((b - a, a, b) for a, b in pairwise(longitudes))
        if gap > _HALF_ROUND and south != north:
            boxes = [_ring(right, south, 180.0, north), _ring(-180.0, south, left, north)]
            return {"type": "MultiPolygon", "coordinates": [[ring] for ring in boxes]}
        if west == east or south == north:
            return {"type": "LineString", "coordinates": [[west, south], [east, north]]}
        return {"type": "Polygon", "coordinates": [_ring(west, south, east, north)]}


def _ring(west: float, south: float, east: float, north: float) -> list[list[float]]:
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


def _dates(
    one: Deployment, seen: _Seen | None, taken: Taken | None
) -> tuple[str, str, list[str]] | None:
    """Return start and end with their offsets, and what is to be said of them; None for none."""
    start, end = one.deployment_start, one.deployment_end
    first, last = (taken.first, taken.last) if taken else (None, None)
    missing = [name for name, told in (("start", start), ("end", end)) if told is None]
    start, end = start or first, end or last
    offset = one.utc_offset_min
    before = seen.first[1] if offset is None and seen else offset
    after = seen.last[1] if offset is None and seen else offset
    if start is None or end is None or before is None or after is None:
        return None
    notes = [_FROM_PICTURES[tuple(missing)]] if missing else []
    if end < start:
        # One is recorded, and all pictures lie on its other side.
        is_before = one.deployment_start is not None
        start = end = start if is_before else end
        notes = [_ALL_BEFORE if is_before else _ALL_AFTER]
    return stamp(start, before), stamp(end, after), notes


def _clock_note(segment: ClockSegment) -> str:
    sign = "+" if segment.shift_s > 0 else "-"
    minutes, seconds = divmod(abs(segment.shift_s), 60)
    hours, minutes = divmod(minutes, 60)
    span = "".join(
        f" {word} {time}"
        for word, time in (("from", segment.from_time), ("to", segment.to_time))
        if time
    )
    shift = f"{sign}{hours:02}:{minutes:02}:{seconds:02}"
    return f"The camera's clock{span} is corrected by {shift}."


def _with_known(row: Row, known: Mapping[str, str]) -> Row:
    """Return a row with what another package has where this survey says nothing."""
    more = {name: cell for name, cell in known.items() if not row.get(name)}
    told, own = known.get("deploymentComments", ""), row["deploymentComments"]
    if told and own:
        more["deploymentComments"] = told if own in told else f"{told} {own}"
    # Somebody may know of trouble with a clock that no flag tells.
    if known.get("timestampIssues", "").lower() in ("true", "1"):
        more["timestampIssues"] = "true"
    return row | more
