"""What a package is made of and cannot be kept in memory, in a private database on disk.

It has no name, is gone when closed, and takes a few megabytes of memory however much is in it.
It is not the survey: nothing in it outlives one command.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from camtrap_tui.store.database import Database, explain

_TABLES = (
    "PRAGMA cache_size = -8000",
    "PRAGMA journal_mode = OFF",
    "CREATE TABLE frame (event TEXT NOT NULL, deployment TEXT NOT NULL, time TEXT NOT NULL,"
    " media TEXT NOT NULL, said TEXT NOT NULL) STRICT",
    "CREATE TABLE known (name TEXT PRIMARY KEY, said TEXT NOT NULL) STRICT, WITHOUT ROWID",
    "BEGIN",
)


class StagedFrame(NamedTuple):
    """A picture of an event: whose it is, its local time, and JSON that the stage only keeps."""

    event: str
    deployment: str
    time: str
    media: str
    said: str


class BurstSpan(NamedTuple):
    """How many images a burst has, and the local times of its first and its last."""

    images: int
    first: str
    last: str


def burst_spans(db: Database, media_ids: Sequence[str]) -> dict[str, BurstSpan]:
    """Return the spans of the bursts that begin with these images, by media id."""
    marks = ", ".join("?" * len(media_ids))
    sql = (
        "SELECT first.media_id, count(*), min(image.timestamp), max(image.timestamp)"
        " FROM image AS first CROSS JOIN image ON image.burst_id = first.id"
        f" WHERE first.media_id IN ({marks}) GROUP BY first.id"
    )
    return {key: BurstSpan(*rest) for key, *rest in db.execute(sql, list(media_ids))}


class ExportStage:
    """Pictures by their event, and what another package says of pictures by their id."""

    def __init__(self) -> None:
        # An empty name is a temporary database on disk, which SQLite removes.
        self._connection = sqlite3.connect("", isolation_level=None)
        for statement in _TABLES:
            self._execute(statement)

    def close(self) -> None:
        """Drop it all."""
        self._connection.close()

    def add_frames(self, frames: Iterable[StagedFrame]) -> None:
        """Add pictures, in any order."""
        with _explained():
            self._connection.executemany("INSERT INTO frame VALUES (?, ?, ?, ?, ?)", frames)

    def frames(self) -> Iterator[StagedFrame]:
        """Yield all pictures, those of one event together and in time; the events of a deployment
        by their first picture's time."""
        sql = (
            "SELECT event, deployment, time, media, said FROM (SELECT *,"
            " min(time) OVER (PARTITION BY deployment, event) AS first FROM frame)"
            " ORDER BY deployment, first, event, time, media"
        )
        return (StagedFrame(*row) for row in self._execute(sql))

    def add_known(self, rows: Iterable[tuple[str, str]]) -> None:
        """Keep (id, JSON); of an id that comes twice the first."""
        with _explained():
            self._connection.executemany("INSERT OR IGNORE INTO known VALUES (?, ?)", rows)

    def known(self, name: str) -> str:
        """Return the JSON that is kept of an id, empty for none."""
        found = self._execute("SELECT said FROM known WHERE name = ?", name).fetchone()
        return "" if found is None else str(found[0])

    def _execute(self, sql: str, *parameters: Any) -> sqlite3.Cursor:
        with _explained():
            return self._connection.execute(sql, parameters)


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise explain(Path("the folder for temporary files"), error) from error
