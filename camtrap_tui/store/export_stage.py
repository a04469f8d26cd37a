"""What a package is made of and cannot be kept in memory, in a private database."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from camtrap_tui.store.database import Database
from camtrap_tui.store.private_database import PrivateDatabase

_TABLES = (
    "CREATE TABLE frame (event TEXT NOT NULL, deployment TEXT NOT NULL, time TEXT NOT NULL,"
    " media TEXT NOT NULL, said TEXT NOT NULL) STRICT",
    "CREATE TABLE known (name TEXT PRIMARY KEY, said TEXT NOT NULL) STRICT, WITHOUT ROWID",
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


class ExportStage(PrivateDatabase):
    """Pictures by their event, and what another package says of pictures by their id."""

    def __init__(self) -> None:
        super().__init__(_TABLES)

    def add_frames(self, frames: Iterable[StagedFrame]) -> None:
        """Add pictures, in any order."""
        self._execute_many("INSERT INTO frame VALUES (?, ?, ?, ?, ?)", frames)

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
        self._execute_many("INSERT OR IGNORE INTO known VALUES (?, ?)", rows)

    def known(self, name: str) -> str:
        """Return the JSON that is kept of an id, empty for none."""
        found = self._execute("SELECT said FROM known WHERE name = ?", name).fetchone()
        return "" if found is None else str(found[0])
