"""A private database on disk, for what one command cannot keep in memory.

It has no name, is gone when closed, and takes a few megabytes of memory however much is in it.
It is not the survey: nothing in it outlives the command.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from camtrap_tui.store.database import explain

_SETTINGS = ("PRAGMA cache_size = -8000", "PRAGMA journal_mode = OFF")


class PrivateDatabase:
    """A database of these `tables` (statements that make them); close it.

    Raises StoreError where there is no room for temporary files.
    """

    def __init__(self, tables: Sequence[str]) -> None:
        # An empty name is a temporary database on disk, which SQLite removes.
        self._connection = sqlite3.connect("", isolation_level=None)
        for statement in (*_SETTINGS, *tables, "BEGIN"):
            self._execute(statement)

    def close(self) -> None:
        """Drop it all."""
        self._connection.close()

    def _execute(self, sql: str, *parameters: Any) -> sqlite3.Cursor:
        with _explained():
            return self._connection.execute(sql, parameters)

    def _execute_many(self, sql: str, rows: Iterable[tuple[Any, ...]]) -> None:
        with _explained():
            self._connection.executemany(sql, rows)


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise explain(Path("the folder for temporary files"), error) from error
