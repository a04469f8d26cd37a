"""The pictures of a deployment in order of time: their bursts, and their clocks put right.

Pages are read by key and written before the next one is read, so memory does not grow with
the deployment; the caller holds the transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import NamedTuple

from camtrap_tui.store.database import Database

_PAGE = 2000
# Frames of one second in the order in which the camera took them, as `_in_second` has it: by
# sub-second, file name and id. SQLite has no name of a path but what follows its last slash.
IN_SECOND = (
    "coalesce({0}.subsecond, ''),"
    " substr({0}.file_path, length(rtrim({0}.file_path, replace({0}.file_path, '/', ''))) + 1),"
    " {0}.id"
)


class Frame(NamedTuple):
    """What a picture's place in time depends on."""

    id: int
    timestamp: str
    subsecond: str
    file_path: str
    burst_id: int | None


class Timelines:
    """Reads and writes times and bursts, deployment by deployment."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def frames(self, deployment_id: int) -> Iterator[Frame]:
        """Yield the pictures that have a time, as the camera took them.

        By time, sub-second, file name and id. Times must not be written meanwhile.
        """
        for _, together in groupby(self._by_time(deployment_id), key=lambda frame: frame.timestamp):
            yield from sorted(together, key=_in_second)

    def _by_time(self, deployment_id: int) -> Iterator[Frame]:
        sql = (
            "SELECT id, timestamp, coalesce(subsecond, ''), file_path, burst_id FROM image"
            " WHERE deployment_id = ? AND (timestamp, id) > (?, ?) ORDER BY timestamp, id LIMIT ?"
        )
        last: tuple[str, int] | None = ("", 0)
        while last is not None:
            page = self._db.execute(sql, [deployment_id, *last, _PAGE]).fetchall()
            yield from map(Frame._make, page)
            last = (page[-1][1], page[-1][0]) if len(page) == _PAGE else None

    def times(self, deployment_id: int | None) -> Iterator[list[tuple[int, str, int]]]:
        """Yield pages of (image id, timestamp, clock shift in seconds), by time.

        A picture whose time is moved on meanwhile comes again, one that is moved back does not.
        """
        sql = (
            "SELECT id, timestamp, clock_shift_s FROM image"
            " WHERE deployment_id IS ? AND (timestamp, id) > (?, ?) ORDER BY timestamp, id LIMIT ?"
        )
        last: tuple[str, int] | None = ("", 0)
        while last is not None:
            page = self._db.execute(sql, [deployment_id, *last, _PAGE]).fetchall()
            yield page
            last = (page[-1][1], page[-1][0]) if len(page) == _PAGE else None

    def has_shifts(self, deployment_id: int | None) -> bool:
        """Tell whether the time of any picture of a deployment was moved."""
        sql = "SELECT 1 FROM image WHERE deployment_id IS ? AND clock_shift_s <> 0 LIMIT 1"
        return self._db.value(sql, [deployment_id]) is not None

    def set_times(self, rows: Iterable[tuple[str, int, int]]) -> None:
        """Write (timestamp, clock shift in seconds, image id)."""
        self._db.executemany("UPDATE image SET timestamp = ?, clock_shift_s = ? WHERE id = ?", rows)

    def set_bursts(self, rows: Iterable[tuple[int, int]]) -> None:
        """Write (burst id, image id)."""
        self._db.executemany("UPDATE image SET burst_id = ? WHERE id = ?", rows)

    def leave_alone(self, deployment_id: int | None) -> None:
        """Make pictures without a time, or without a deployment, bursts of their own."""
        without_time = "" if deployment_id is None else " AND timestamp IS NULL"
        self._db.execute(
            f"UPDATE image SET burst_id = id WHERE deployment_id IS ?{without_time}"
            " AND burst_id IS NOT id",
            [deployment_id],
        )

    def deployments(self) -> list[int]:
        """Return the row ids of all deployments that have a picture."""
        sql = (
            "SELECT id FROM deployment WHERE EXISTS"
            " (SELECT 1 FROM image WHERE deployment_id = deployment.id) ORDER BY id"
        )
        return [key for (key,) in self._db.execute(sql)]

    def set_burst_gap(self, gap_s: int) -> None:
        """Write the survey's gap between bursts, in seconds."""
        self._db.execute("UPDATE survey SET burst_gap_s = ?", [gap_s])

    def burst_counts(self) -> tuple[int, int, int]:
        """Return (bursts of several pictures, pictures in them, pictures in the longest)."""
        found = self._db.one(
            "SELECT count(*), coalesce(sum(size), 0), coalesce(max(size), 0) FROM"
            " (SELECT count(*) AS size FROM image WHERE burst_id IS NOT NULL"
            " GROUP BY burst_id HAVING size > 1)"
        )
        assert found is not None
        return int(found[0]), int(found[1]), int(found[2])


def _in_second(frame: Frame) -> tuple[str, str, int]:
    # Digits after the point compare as text: `25` is a quarter and comes before `3`.
    return frame.subsecond, frame.file_path.rpartition("/")[2], frame.id
