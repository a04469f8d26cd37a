"""Keeps what follows from a picture's time up to date: its clock, its burst, its flags.

Whoever writes times, deployments or names of images calls this for the deployments that were
touched: those the images are in now, and those they were in before.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from camtrap_tui.domain.bursts import Frame, bursts
from camtrap_tui.domain.clock import as_shown, corrected
from camtrap_tui.domain.models import Image
from camtrap_tui.services.quality import Doubts, renew_flags_by_dates
from camtrap_tui.store import timelines
from camtrap_tui.store.bulk import Facts
from camtrap_tui.store.store import Store, utc_now

_CHUNK = 2000


def dated(image: Image | Facts) -> tuple[int | None, str | None, int, str | None]:
    """Return what an image's burst and flags follow from; where it changes, they are renewed."""
    return image.deployment_id, image.timestamp, image.clock_shift_s, image.subsecond


def renew_bursts(
    store: Store, deployments: Iterable[int | None], *, now: str | None = None
) -> None:
    """Renew clocks, bursts and flags of these deployments, each in a transaction of its own.

    None stands for the images without a deployment; `now` is the present time (UTC).
    """
    for deployment_id in deployments:
        with store.db.transaction():
            renew_burst_of(store, deployment_id, now=now)


def renew_burst_of(store: Store, deployment_id: int | None, *, now: str | None = None) -> None:
    """Renew clocks, bursts and flags of one deployment, inside the caller's transaction."""
    _set_clock(store, deployment_id)
    store.timelines.leave_alone(deployment_id)
    doubts = Doubts(store, deployment_id)
    if deployment_id is not None:
        _set_bursts(store, deployment_id, doubts)
    doubts.write()
    renew_flags_by_dates(store, deployment_id, now or utc_now())


def regroup(store: Store, gap_s: int, *, now: str | None = None) -> None:
    """Set the survey's gap between bursts, and renew all bursts and flags.

    A transaction a deployment, so that nobody who grades waits for long; where it was stopped,
    the survey knows, and doing it again ends what was begun.
    """
    with store.db.transaction():
        store.timelines.set_burst_gap(gap_s)
        store.flags.note_unknown()
    renew_bursts(store, [None, *store.timelines.deployments()], now=now)
    with store.db.transaction():
        # Another gap may have been set meanwhile: whoever set it is not through yet.
        if store.survey.burst_gap_s == gap_s:
            store.flags.note_known()


def _set_clock(store: Store, deployment_id: int | None) -> None:
    """Move every time by the segment in force at what the camera showed, and by no other."""
    segments = [] if deployment_id is None else store.clocks.in_force(deployment_id)
    if not segments and not store.timelines.has_shifts(deployment_id):
        return
    for page in store.timelines.times(deployment_id):
        wrong = []
        for image_id, timestamp, shift_s in page:
            time = corrected(as_shown(timestamp, shift_s), segments)
            if time != (timestamp, shift_s):
                wrong.append((*time, image_id))
        store.timelines.set_times(wrong)


def _set_bursts(store: Store, deployment_id: int, doubts: Doubts) -> None:
    frames = _frames(store.timelines.frames(deployment_id), deployment_id, doubts)
    changed = (
        (burst_id, image_id)
        for image_id, burst_id, known in bursts(frames, store.survey.burst_gap_s)
        if burst_id != known
    )
    while chunk := list(islice(changed, _CHUNK)):
        store.timelines.set_bursts(chunk)


def _frames(
    found: Iterable[timelines.Frame], deployment_id: int, doubts: Doubts
) -> Iterator[Frame]:
    for frame in found:
        doubts.see(frame)
        yield frame.id, deployment_id, frame.timestamp, frame.burst_id
