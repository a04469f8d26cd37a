"""Quality flags of pictures: worked out where times are written, counted, and listed.

The rules are those of `domain.quality`; a flag never changes what is known of a picture.
"""

from __future__ import annotations

from collections import defaultdict

from camtrap_tui.domain.quality import (
    EARLIEST,
    FLAGS,
    Islands,
    Roll,
    latest_of,
    roll_of,
    seconds_of,
)
from camtrap_tui.domain.text import quoted
from camtrap_tui.store.store import Store
from camtrap_tui.store.timelines import Frame


class Doubts:
    """What the pictures of one deployment, seen in order of time, say of its clock."""

    def __init__(self, store: Store, deployment_id: int | None) -> None:
        self._store = store
        self._deployment_id = deployment_id
        self._rolls: defaultdict[str, Roll] = defaultdict(Roll)
        self._islands = Islands()

    def see(self, frame: Frame) -> None:
        """Look at the next picture."""
        seconds = seconds_of(frame.timestamp)
        self._islands.add(seconds)
        place = roll_of(frame.file_path)
        if place:
            self._rolls[place[0]].add(frame.id, place[1], seconds)

    def write(self) -> None:
        """Write the flags in place of all that the deployment's pictures had."""
        flags = self._store.flags
        flags.clear(self._deployment_id)
        for name, roll in self._rolls.items():
            flags.add(roll.flags(int(name.rpartition("/")[2])))
        for first, last in self._islands.reset():
            flags.add_between("factory_reset", self._deployment_id, first, last)


def renew_flags_by_dates(store: Store, deployment_id: int | None, now: str) -> None:
    """Flag times before 2010, after `now` (UTC) and a day, and outside of the deployment."""
    flags = store.flags
    flags.add_before("before_2010", deployment_id, EARLIEST)
    flags.add_after("in_future", deployment_id, latest_of(now))
    if deployment_id is not None:
        _flag_outside(store, deployment_id)


def renew_outside(store: Store, deployment_id: int) -> None:
    """Flag anew what lies outside of a deployment's dates, inside the caller's transaction."""
    store.flags.clear(deployment_id, "outside_deployment")
    _flag_outside(store, deployment_id)


def _flag_outside(store: Store, deployment_id: int) -> None:
    start, end = store.flags.dates(deployment_id)
    if start:
        store.flags.add_before("outside_deployment", deployment_id, start)
    if end:
        store.flags.add_after("outside_deployment", deployment_id, end)


def flags_unknown(store: Store) -> str:
    """Return why flags and bursts are not all known, and what helps; "" where they are."""
    if store.flags.are_known():
        return ""
    command = f"camtrap-tui bursts {quoted(str(store.path))} --gap {store.survey.burst_gap_s}"
    return (
        "Bursts and flags have not been worked out for all pictures: an older camtrap-tui added"
        f" some, or was stopped at it. Do it with: {command}"
    )


def flag_counts(store: Store) -> dict[str, int]:
    """Return how many images have each flag, all flags in a fixed order, zeros included."""
    flags = store.flags
    counts = flags.kept_counts() | {
        "no_time": flags.without_time(),
        "no_deployment": flags.without_deployment(),
        "same_content": flags.of_same_content(),
    }
    return {flag: counts.get(flag, 0) for flag in FLAGS}
