"""Bursts: pictures of one deployment that follow each other within a gap.

A burst is named by one of its pictures and keeps that name while its pictures stay together,
so what was added since, before or between, never changes it.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

# (image id, deployment id, naive local timestamp, id of the burst it was in so far)
Frame = tuple[int, int | None, str | None, int | None]
_NONE = -1


def bursts(frames: Iterable[Frame], gap_s: int) -> Iterator[tuple[int, int, int | None]]:
    """Yield (image id, burst id, burst id so far) for each frame, in the order given.

    `frames` are sorted by deployment and time, those of one time as the camera took them. A
    picture joins the one before it when at most `gap_s` seconds lie between them, so a burst
    may be longer than the gap. Without a deployment or a time, a picture is alone.
    The burst id is that of the oldest (smallest) image whose name other pictures carried so far
    and that is still a member; without one, of the oldest that was alone; a burst of pictures
    that are all new is named by its first member. Memory grows with the longest burst, by some
    20 bytes a picture.
    """
    gap = timedelta(seconds=gap_s)
    burst = _Burst()
    last_deployment: int | None = None
    last_time = datetime.min
    for image_id, deployment_id, timestamp, known in frames:
        if deployment_id is None or timestamp is None:
            yield from burst.named()
            burst = _Burst()
            yield image_id, image_id, known
            continue
        time = datetime.fromisoformat(timestamp)
        if deployment_id != last_deployment or time - last_time > gap:
            yield from burst.named()
            burst = _Burst()
        burst.add(image_id, known)
        last_deployment, last_time = deployment_id, time
    yield from burst.named()


class _Burst:
    """The members of one burst until its last one is known, and who may name it."""

    def __init__(self) -> None:
        self._members = array("q")
        self._known = array("q")
        self._anchor = 0
        self._named: set[int] = set()

    def add(self, image_id: int, known: int | None) -> None:
        """Add the next member, with the burst that it was in so far."""
        self._members.append(image_id)
        self._known.append(_NONE if known is None else known)
        if known == image_id:
            self._anchor = min(self._anchor or image_id, image_id)
        elif known is not None:
            self._named.add(known)

    def named(self) -> Iterator[tuple[int, int, int | None]]:
        """Yield the members, with the burst that they are in now and the one so far."""
        burst_id = self._name() if self._members else 0
        for image_id, known in zip(self._members, self._known, strict=True):
            yield image_id, burst_id, None if known == _NONE else known

    def _name(self) -> int:
        # A name that others carry was a burst's; a picture that was alone had one of its own.
        carried = [member for member in self._members if member in self._named]
        if carried:
            return min(carried)
        return self._anchor or self._members[0]
