"""One SQLite connection with the pragmas the rules ask for; its errors become sentences.

Every write runs inside `transaction()`, which takes the write lock at once: a transaction
that reads first and writes later would fail with "database is locked" under two graders.
A connection belongs to the thread that opened it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import Any, Literal, TypeVar

from camtrap_tui.errors import StoreError

BUSY_TIMEOUT_S = 5.0
_ROWS_AT_ONCE = 100
Durability = Literal["FULL", "NORMAL"]
Row = TypeVar("Row")
Parameters = Sequence[Any] | dict[str, Any]

_SENTENCES = (
    ("is locked", "Another program holds the survey for too long: close it, then try again."),
    ("disk is full", "Make room on the disk, then run the command again: it goes on there."),
    ("readonly", "Its file or folder cannot be written to: check the permissions."),
    ("disk I/O error", "The disk reports an error: check the disk, then try again."),
    ("malformed", "The file is damaged: go back to a backup of it."),
    ("not a database", "Give the path of a survey made by camtrap-tui, or of a new file."),
    ("unable to open", "Check that the folder exists and can be written to."),
)


def explain(path: Path, error: sqlite3.Error) -> StoreError:
    """Return the sentence and the advice for what SQLite said of the file."""
    said = str(error)
    hint = next((hint for part, hint in _SENTENCES if part in said), "")
    return StoreError(f"{path}: {said}.", hint)


@cache
def columns(row: type, prefix: str = "") -> str:
    """Return the columns that fill the dataclass `row`, for a SELECT."""
    return ", ".join(f"{prefix}{field.name}" for field in fields(row))


class _Cursor(sqlite3.Cursor):
    """A cursor whose later rows fail in a sentence too: a damaged page, a stopped query."""

    path: Path

    def __iter__(self) -> Iterator[Any]:  # type: ignore[override]
        try:
            while rows := super().fetchmany(_ROWS_AT_ONCE):
                yield from rows
        except sqlite3.Error as error:
            raise explain(self.path, error) from error

    def fetchone(self) -> Any:
        """Return the next row, or None."""
        try:
            return super().fetchone()
        except sqlite3.Error as error:
            raise explain(self.path, error) from error

    def fetchall(self) -> list[Any]:
        """Return the rows that are left."""
        try:
            return super().fetchall()
        except sqlite3.Error as error:
            raise explain(self.path, error) from error


class Database:
    """A connection to a survey file, in WAL mode with foreign keys on."""

    def __init__(self, path: Path, durability: Durability = "FULL") -> None:
        self.path = path
        try:
            self._connection = sqlite3.connect(
                path, timeout=BUSY_TIMEOUT_S, isolation_level=None, cached_statements=256
            )
            for pragma in (
                "journal_mode = WAL",
                f"synchronous = {durability}",
                "foreign_keys = ON",
                "cache_size = -16000",
                "temp_store = MEMORY",
            ):
                self._connection.execute(f"PRAGMA {pragma}")
        except sqlite3.Error as error:
            raise explain(path, error) from error
        self._file = self._file_there()

    def _file_there(self) -> tuple[int, int] | None:
        """Return which file lies at the path, None for none (device and inode)."""
        try:
            found = self.path.stat()
        except OSError:
            return None
        return found.st_dev, found.st_ino

    def close(self) -> None:
        """Close the connection; the last one to close folds the -wal file into the survey."""
        self._connection.close()

    def execute(self, sql: str, parameters: Parameters = ()) -> sqlite3.Cursor:
        """Run one statement; parameters are always placeholders."""
        try:
            cursor = self._connection.cursor(_Cursor)
            cursor.path = self.path
            return cursor.execute(sql, parameters)
        except sqlite3.Error as error:
            raise explain(self.path, error) from error

    def executemany(self, sql: str, rows: Iterable[Parameters]) -> None:
        """Run one statement for each of `rows`, which may be a generator."""
        try:
            self._connection.executemany(sql, rows)
        except sqlite3.Error as error:
            raise explain(self.path, error) from error

    def one(self, sql: str, parameters: Parameters = ()) -> tuple[Any, ...] | None:
        """Return the first row of the answer, or None."""
        found: tuple[Any, ...] | None = self.execute(sql, parameters).fetchone()
        return found

    def value(self, sql: str, parameters: Parameters = ()) -> Any:
        """Return the first column of the first row, or None."""
        found = self.one(sql, parameters)
        return found[0] if found else None

    def rows(self, row: type[Row], sql: str, parameters: Parameters = ()) -> list[Row]:
        """Return the answer as values of the dataclass `row`, whose columns `sql` selects."""
        return [row(*found) for found in self.execute(sql, parameters)]

    def interrupt(self) -> None:
        """Stop the query that another thread is running on this connection."""
        self._connection.interrupt()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Take the write lock, then commit all that the block writes, or none of it.

        Raises StoreError, too, where the file is no longer at its path: SQLite would go on
        writing into what nobody can find again.
        """
        if self._file_there() != self._file:
            raise StoreError(
                f"{self.path}: the survey was moved, replaced or deleted while it was open.",
                "Bring it back, then open it again.",
            )
        self.execute("BEGIN IMMEDIATE")
        try:
            yield
            self.execute("COMMIT")
        finally:
            # Still open: the block failed, or the commit did (a full disk).
            if self._connection.in_transaction:
                self._connection.rollback()

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Let several reads see one state of the file, whatever others write meanwhile."""
        self.execute("BEGIN")
        try:
            yield
        finally:
            if self._connection.in_transaction:
                self._connection.rollback()
