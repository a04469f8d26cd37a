"""Unites how camera clocks were put right on two copies of a survey; times follow from that.

A segment that was revoked on one copy is revoked on all; one that overlaps another in force is
left out and named, since only a person can tell which of them is right.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from camtrap_tui.domain.clock import overlaps, shift_text
from camtrap_tui.domain.models import ClockSegment
from camtrap_tui.services.bursting import renew_burst_of
from camtrap_tui.services.clocks import times_text
from camtrap_tui.store.merging import Merging
from camtrap_tui.store.store import Store


@dataclass(frozen=True, slots=True)
class ClockMerge:
    """How many segments came along, how many were revoked, and which contradict what is here."""

    taken: int = 0
    revoked: int = 0
    clashes: tuple[str, ...] = ()


def merge_clocks(store: Store, theirs: Store, rows: Merging) -> ClockMerge:
    """Take the segments of deployments that both files have pictures of, inside the transaction.

    Clocks, bursts and flags of the deployments that are touched are worked out anew.
    """
    known = {segment.segment_uuid: segment for segment in store.clocks.all()}
    names = {place.id: place.deployment_id for place in theirs.deployments.all()}
    taken = revoked = 0
    clashes: list[str] = []
    touched: set[int] = set()
    # Those that were revoked first: what they covered may be covered by another since.
    for segment in sorted(theirs.clocks.all(), key=lambda found: found.revoked_at is None):
        own = known.get(segment.segment_uuid)
        if own is not None:
            if _revoke(store, segment, own):
                revoked += 1
                touched.add(own.deployment_id)
            continue
        name = names[segment.deployment_id]
        places = rows.deployments_here(segment.deployment_id)
        where = store.deployments.by_name(name)
        if where is None or where.id not in places:
            if places and segment.revoked_at is None:
                clashes.append(
                    f"{name}: {_said(segment)} by {segment.recorded_by}, but its pictures are of"
                    " another deployment here"
                )
            continue
        here = replace(segment, deployment_id=where.id)
        against = _against(store, here)
        if against is None:
            store.clocks.add(here)
            taken += 1
            touched.add(where.id)
        elif _said(against) != _said(here):
            clashes.append(
                f"{where.deployment_id}: {_said(here)} by {here.recorded_by}, but here"
                f" {_said(against)} by {against.recorded_by} (segment {against.id})"
            )
    for deployment_id in sorted(touched):
        renew_burst_of(store, deployment_id)
    return ClockMerge(taken, revoked, tuple(clashes))


def _revoke(store: Store, theirs: ClockSegment, own: ClockSegment) -> bool:
    """Revoke what they revoked; return whether it was in force until now.

    Where both did, whoever did it first is named, on every copy.
    """
    if theirs.revoked_at is None or theirs.revoked_by is None:
        return False
    first = (theirs.revoked_at, theirs.revoked_by)
    if own.revoked_at is None or first < (own.revoked_at, own.revoked_by or ""):
        store.clocks.revoke(own.id, theirs.revoked_by, theirs.revoked_at)
    return own.revoked_at is None


def _against(store: Store, segment: ClockSegment) -> ClockSegment | None:
    """Return the segment in force here that a new one overlaps, or None."""
    if segment.revoked_at is not None:
        return None
    in_force = store.clocks.in_force(segment.deployment_id)
    return next((s for s in in_force if overlaps(s, segment.from_time, segment.to_time)), None)


def _said(segment: ClockSegment) -> str:
    return f"{shift_text(segment.shift_s)} for {times_text(segment.from_time, segment.to_time)}"
