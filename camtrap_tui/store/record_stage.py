"""Records of species on their way into a table that is sorted, in a private database."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from camtrap_tui.store.private_database import PrivateDatabase

_TABLES = (
    "CREATE TABLE record (station TEXT NOT NULL, species TEXT NOT NULL, camera TEXT NOT NULL,"
    " time TEXT NOT NULL, path TEXT NOT NULL, said TEXT NOT NULL) STRICT",
)


class StagedRecord(NamedTuple):
    """A species in a picture: where and when (local time), and JSON that the stage only keeps."""

    station: str
    species: str
    camera: str
    time: str
    path: str
    said: str


class RecordStage(PrivateDatabase):
    """Records that come in any order and go by station, species, camera and time."""

    def __init__(self) -> None:
        super().__init__(_TABLES)

    def add(self, records: Iterable[StagedRecord]) -> None:
        """Add records."""
        self._execute_many("INSERT INTO record VALUES (?, ?, ?, ?, ?, ?)", records)

    def records(self) -> Iterator[StagedRecord]:
        """Yield all records by station, species, camera, time and path."""
        sql = "SELECT * FROM record ORDER BY station, species, camera, time, path, rowid"
        return (StagedRecord(*row) for row in self._execute(sql))

    def most_frequent(self) -> str:
        """Return the species with most records, empty where there is no record."""
        sql = "SELECT species FROM record GROUP BY species ORDER BY count(*) DESC, species LIMIT 1"
        found = self._execute(sql).fetchone()
        return "" if found is None else str(found[0])
