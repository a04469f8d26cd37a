"""Records of species on their way into a table that is sorted, in a private database on disk.

It has no name, is gone when closed, and takes a few megabytes of memory however many records
there are. It is not the survey: nothing in it outlives one command.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from camtrap_tui.store.database import explain

_TABLES = (
    "PRAGMA cache_size = -8000",
    "PRAGMA journal_mode = OFF",
    "CREATE TABLE record (station TEXT NOT NULL, species TEXT NOT NULL, camera TEXT NOT NULL,"
    " time TEXT NOT NULL, path TEXT NOT NULL, said TEXT NOT NULL) STRICT",
    "BEGIN",
)


class StagedRecord(NamedTuple):
    """A species in a picture: where and when (local time), and JSON that the stage only keeps."""

    station: str
    species: str
    camera: str
    time: str
    path: str
    said: str


class RecordStage:
    """Records that come in any order and go by station, species, camera and time."""

    def __init__(self) -> None:
        # An empty name is a temporary database on disk, which SQLite removes.
        self._connection = sqlite3.connect("", isolation_level=None)
        for statement in _TABLES:
            self._execute(statement)

    def close(self) -> None:
        """Drop it all."""
        self._connection.close()

    def add(self, records: Iterable[StagedRecord]) -> None:
        """Add records."""
        with _explained():
            self._connection.executemany("INSERT INTO record VALUES (?, ?, ?, ?, ?, ?)", records)

    def records(self) -> Iterator[StagedRecord]:
        """Yield all records by station, species, camera, time and path."""
        sql = "SELECT * FROM record ORDER BY station, species, camera, time, path, rowid"
        return (StagedRecord(*row) for row in self._execute(sql))

    def most_frequent(self) -> str:
        """Return the species with most records, empty where there is no record."""
        sql = "SELECT species FROM record GROUP BY species ORDER BY count(*) DESC, species LIMIT 1"
        found = self._execute(sql).fetchone()
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
