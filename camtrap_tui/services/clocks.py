"""Puts camera clocks right by recorded segments: shown before, reversible after.

A segment is chosen by what the camera showed, so that neither its own shift nor another's
moves its ends. Raw times as they were read are never touched.
"""

from __future__ import annotations

import uuid
from collections import Counter
from dataclasses import dataclass, field, replace

from camtrap_tui.domain.clock import as_shown, is_in, moved, overlaps, shift_text
from camtrap_tui.domain.models import ClockSegment, Deployment
from camtrap_tui.domain.text import counted
from camtrap_tui.errors import UsageError
from camtrap_tui.services.bursting import renew_burst_of
from camtrap_tui.store.store import Store, utc_now


@dataclass(slots=True)
class ClockPreview:
    """What a shift would do: pictures, times of the first and the last, and their hours.

    `hours` counts pictures by hour of the day, before and after. `leaving` would come to lie
    outside of the deployment's dates, `entering` inside; `beyond` would leave the years 1 to
    9999.
    """

    deployment: str
    shift_s: int
    from_time: str | None
    to_time: str | None
    images: int = 0
    first_before: str | None = None
    first_after: str | None = None
    last_before: str | None = None
    last_after: str | None = None
    hours_before: list[int] = field(default_factory=lambda: [0] * 24)
    hours_after: list[int] = field(default_factory=lambda: [0] * 24)
    leaving: int = 0
    entering: int = 0
    beyond: int = 0


@dataclass(frozen=True, slots=True)
class ListedSegment:
    """A segment with its deployment's name, and how many pictures it moves now."""

    segment: ClockSegment
    deployment: str
    images: int


def segments(store: Store) -> list[ListedSegment]:
    """Return every segment that was recorded, those that were revoked too."""
    names = {d.id: d.deployment_id for d in store.deployments.all()}
    found = store.clocks.all()
    counts: Counter[int] = Counter()
    in_force = [segment for segment in found if segment.revoked_at is None]
    for deployment_id in {segment.deployment_id for segment in in_force}:
        of_deployment = [s for s in in_force if s.deployment_id == deployment_id]
        for page in store.timelines.times(deployment_id):
            for _, timestamp, shift_s in page:
                if not shift_s:
                    continue
                shown = as_shown(timestamp, shift_s)
                counts.update(s.id for s in of_deployment if is_in(s, shown))
    return [ListedSegment(s, names[s.deployment_id], counts[s.id]) for s in found]


def preview(
    store: Store,
    deployment: str,
    shift_s: int,
    from_time: str | None = None,
    to_time: str | None = None,
) -> ClockPreview:
    """Return what a segment would do; raises UsageError for one that cannot be recorded."""
    where = _check(store, deployment, shift_s, from_time, to_time)
    found = ClockPreview(deployment, shift_s, from_time, to_time)
    segment = _segment(where.id, shift_s, from_time, to_time, "")
    for page in store.timelines.times(where.id):
        for _, timestamp, shifted_s in page:
            shown = as_shown(timestamp, shifted_s)
            if is_in(segment, shown):
                _count(found, where, shown)
    return found


def record(
    store: Store,
    deployment: str,
    shift_s: int,
    from_time: str | None = None,
    to_time: str | None = None,
    *,
    by: str,
    now: str | None = None,
) -> ClockSegment:
    """Record a segment in the name of a person, and move the times that it covers.

    Both ends are times that the camera showed, and count. Raises UsageError, having changed
    nothing, for a deployment that the survey does not have, a segment that overlaps one in
    force, and times that would leave the years 1 to 9999.
    """
    with store.db.transaction():
        found = preview(store, deployment, shift_s, from_time, to_time)
        if found.beyond:
            raise UsageError(
                f"{shift_text(shift_s)} takes {counted(found.beyond, 'time')} of {deployment} out"
                " of the years 1 to 9999:",
                "check the shift.",
            )
        where = store.deployments.by_name(deployment)
        assert where is not None
        segment = _segment(where.id, shift_s, from_time, to_time, by)
        made = replace(segment, id=store.clocks.add(segment))
        renew_burst_of(store, where.id, now=now)
    return made


def revoke(store: Store, segment_id: int, *, by: str, now: str | None = None) -> ClockSegment:
    """Take a segment out of force: its pictures get back what their camera showed.

    Raises UsageError for a segment that does not exist, or was revoked before.
    """
    with store.db.transaction():
        segment = store.clocks.by_id(segment_id)
        if segment is None:
            raise UsageError(
                f"There is no clock segment {segment_id}:", "see camtrap-tui clock SURVEY."
            )
        if segment.revoked_at is not None:
            raise UsageError(
                f"Clock segment {segment_id} was revoked by {segment.revoked_by}"
                f" at {segment.revoked_at}:",
                "nothing was changed.",
            )
        store.clocks.revoke(segment_id, by, utc_now())
        renew_burst_of(store, segment.deployment_id, now=now)
        revoked = store.clocks.by_id(segment_id)
    assert revoked is not None
    return revoked


def times_text(from_time: str | None, to_time: str | None) -> str:
    """Return the times of a segment in words."""
    match from_time, to_time:
        case None, None:
            return "all times"
        case None, _:
            return f"up to {to_time}"
        case _, None:
            return f"from {from_time}"
        case _:
            return f"{from_time} to {to_time}"


def _segment(
    deployment_id: int, shift_s: int, from_time: str | None, to_time: str | None, by: str
) -> ClockSegment:
    return ClockSegment(
        0, str(uuid.uuid4()), deployment_id, shift_s, from_time, to_time, by, utc_now()
    )


def _check(
    store: Store, deployment: str, shift_s: int, from_time: str | None, to_time: str | None
) -> Deployment:
    where = store.deployments.by_name(deployment)
    if where is None:
        raise UsageError(
            f"{store.path}: there is no deployment {deployment!r}.",
            "See camtrap-tui deployments SURVEY.",
        )
    if not shift_s:
        raise UsageError("A shift of nothing:", "say by how much the clock was off.")
    if from_time and to_time and from_time > to_time:
        raise UsageError(f"{from_time} is after {to_time}:", "give the earlier time to --from.")
    for segment in store.clocks.in_force(where.id):
        if overlaps(segment, from_time, to_time):
            raise UsageError(
                f"{deployment}: clock segment {segment.id} of {segment.recorded_by}"
                f" ({shift_text(segment.shift_s)},"
                f" {times_text(segment.from_time, segment.to_time)}) overlaps"
                f" {times_text(from_time, to_time)}.",
                f"Revoke it first (--revoke {segment.id}), or give other times.",
            )
    return where


def _count(found: ClockPreview, where: Deployment, shown: str) -> None:
    found.images += 1
    after = moved(shown, found.shift_s)
    if after is None:
        found.beyond += 1
        return
    if found.first_before is None or shown < found.first_before:
        found.first_before, found.first_after = shown, after
    if found.last_before is None or shown > found.last_before:
        found.last_before, found.last_after = shown, after
    found.hours_before[int(shown[11:13])] += 1
    found.hours_after[int(after[11:13])] += 1
    was, will = _is_outside(where, shown), _is_outside(where, after)
    found.leaving += will and not was
    found.entering += was and not will


def _is_outside(where: Deployment, time: str) -> bool:
    start, end = where.deployment_start, where.deployment_end
    return bool((start and time < start) or (end and time > end))
