"""One SQLite connection with the pragmas the rules ask for; its errors become sentences.

Every write runs inside `transaction()`, which takes the write lock at once: a transaction
that reads first and writes later would fail with "database is locked" under two graders.
A connection belongs to the thread that opened it.
"""

from __future__ import annotations

import os
import sqlite3
import sys
import zlib
from array import array
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import Any, Literal, TypeVar

from camtrap_tui.domain.text import quoted
from camtrap_tui.errors import StoreError

BUSY_TIMEOUT_S = 5.0
_CACHE = "cache_size = -16000"
_CACHE_WHILE_FILLING = "cache_size = -6000"
_ROWS_AT_ONCE = 100
_PAGES_AT_ONCE = 4096
Durability = Literal["FULL", "NORMAL"]
Row = TypeVar("Row")
Parameters = Sequence[Any] | dict[str, Any]

_TOO_MUCH = "That is more than one question can hold: ask for fewer names, or fewer words."
_SENTENCES = (
    ("is locked", "Another program holds the survey for too long: close it, then try again."),
    ("disk is full", "Make room on the disk, then run the command again: it goes on there."),
    ("readonly", "Its file or folder cannot be written to: check the permissions."),
    ("disk I/O error", "The disk reports an error: check the disk, then try again."),
    ("malformed", "The file is damaged: go back to a backup of it."),
    ("not a database", "Give the path of a survey made by camtrap-tui, or of a new file."),
    ("too many SQL variables", _TOO_MUCH),
    ("too complex", _TOO_MUCH),
    ("maximum depth", _TOO_MUCH),
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


def like(text: str) -> str:
    """Return text as a part of a pattern for LIKE … ESCAPE '\\'."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _can_write(path: Path) -> bool:
    """Tell whether the file and, for its side files, its folder may be written to."""
    if not path.exists():
        return True
    path = path.resolve()
    return os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)


def _connect(name: Path | str) -> sqlite3.Connection:
    return sqlite3.connect(
        name,
        timeout=BUSY_TIMEOUT_S,
        isolation_level=None,
        cached_statements=256,
        uri=isinstance(name, str),
    )


def _connect_to_read(path: Path) -> sqlite3.Connection:
    """Open a survey that cannot be written to, with all that its -wal file holds.

    Raises StoreError where SQLite cannot read that file there: what was graded last is in it.
    """
    path = path.resolve()
    connection = _connect(f"{path.as_uri()}?mode=ro")
    try:
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        return connection
    except sqlite3.OperationalError as error:
        connection.close()
        if error.sqlite_errorcode & 0xFF not in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY):
            raise
        beside = path.with_name(f"{path.name}-wal")
        if beside.exists() and beside.stat().st_size:
            raise StoreError(
                f"{path}: it was not closed properly, and its last grades are in {beside.name},"
                " which cannot be read in a folder that is read-only.",
                f"Copy {path.name} and {beside.name} together to a folder that can be written"
                " to, and open the copy.",
            ) from error
    # There is no other file, and none can be made: what is in this one is all there is.
    return _connect(f"{path.as_uri()}?mode=ro&immutable=1")


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
    """A connection to a survey file, in WAL mode with foreign keys on.

    `read_only` says that the file or its folder cannot be written to.
    """

    def __init__(self, path: Path, durability: Durability = "FULL") -> None:
        self.path = path
        self.read_only = not _can_write(path)
        try:
            if self.read_only:
                self._connection = _connect_to_read(path)
            else:
                self._connection = _connect(path)
                self._connection.execute("PRAGMA journal_mode = WAL")
                self._connection.execute(f"PRAGMA synchronous = {durability}")
            # What is sorted lies in a file where it is more than the cache: to sort a million
            # images takes 30 MB, and no longer that way.
            for pragma in ("foreign_keys = ON", _CACHE, "temp_store = FILE"):
                self._connection.execute(f"PRAGMA {pragma}")
            # What random orders are made of: (bytes, seed), the same on every machine.
            self._connection.create_function("crc32", 2, zlib.crc32, deterministic=True)
            # SQLite's lower() knows no letter beyond ASCII.
            self._connection.create_function("folded", 1, str.casefold, deterministic=True)
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

    def executemany(self, sql: str, rows: Iterable[Parameters]) -> int:
        """Run one statement for each of `rows`, which may be a generator.

        Returns how many rows of tables were inserted or changed.
        """
        try:
            return max(0, self._connection.executemany(sql, rows).rowcount)
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

    def ids(self, sql: str, parameters: Parameters = ()) -> array[int]:
        """Return the answer's one column of positive whole numbers, 8 bytes a row, in its order.

        SQLite writes them into one text: a million take a quarter of the time of as many rows,
        and other threads run meanwhile. (It keeps the order of a subquery for group_concat.)
        """
        found: array[int] = array("q")
        text = self.value(
            f"WITH found (id) AS ({sql}) SELECT group_concat(printf('%016X', id), '') FROM found",
            parameters,
        )
        found.frombytes(bytes.fromhex(text or ""))
        if sys.byteorder == "little":
            found.byteswap()
        return found

    def state(self) -> tuple[int, int]:
        """Return what is another answer as soon as anybody has written to the survey."""
        return int(self.value("PRAGMA data_version")), self._connection.total_changes

    def interrupt(self) -> None:
        """Stop the query that another thread is running on this connection."""
        self._connection.interrupt()

    def copy_to(self, target: Path) -> None:
        """Write a copy of the survey as it stands at one moment to `target`, a new file.

        Others may write meanwhile; the copy is one file, without a -wal. (SQLite 3.40 cannot
        VACUUM INTO from a read-only survey whose table has a generated column.)
        """
        # Under another name until it is whole: half a copy would be taken for a backup.
        beside = target.with_name(f".{target.name}.part")
        ends = ("", "-journal", "-wal", "-shm")
        sides = [beside.with_name(beside.name + end) for end in ends]
        for side in sides:
            side.unlink(missing_ok=True)
        try:
            with self.snapshot(), closing(sqlite3.connect(beside)) as copy:
                # The first read fixes the moment: later writes do not make it begin again.
                self.execute("SELECT count(*) FROM sqlite_master").fetchone()
                self._connection.backup(copy, pages=_PAGES_AT_ONCE)
                copy.execute("PRAGMA journal_mode = DELETE")
            beside.rename(target)
        except sqlite3.Error as error:
            raise explain(self.path if "malformed" in str(error) else target, error) from error
        finally:
            for side in sides:
                side.unlink(missing_ok=True)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Take the write lock, then commit all that the block writes, or none of it.

        Raises StoreError, too, where the file is no longer at its path: SQLite would go on
        writing into what nobody can find again.
        """
        if self.read_only:
            raise StoreError(
                f"{self.path}: the survey is read-only here, nothing can be written to it.",
                f"Copy it first: camtrap-tui backup {quoted(str(self.path))} COPY.db",
            )
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
    def loading(self) -> Iterator[None]:
        """Be `transaction()` for a load of very many rows: all of the block, or nothing of it.

        Foreign keys are not looked up: references must be right by the way they are made.
        While the survey is empty, a rollback journal takes the place of the -wal file, through
        which all pages would be written twice; where others have it open, that is left out.
        """
        empty = self.value("SELECT 1 FROM image LIMIT 1") is None
        journal = empty and not self.read_only and self._set_journal("DELETE")
        self._connection.execute("PRAGMA foreign_keys = OFF")
        try:
            with self.transaction():
                yield
        finally:
            self._connection.execute("PRAGMA foreign_keys = ON")
            if journal:
                self._set_journal("WAL")

    @contextmanager
    def filling(self, tables: Sequence[str]) -> Iterator[None]:
        """Leave out what the block's rows keep by the way they are made, inside `loading()`.

        CHECKs are not looked up. While the survey is empty, the indexes of `tables` are made
        after the rows, in one go: in order they grow faster, and smaller.
        """
        self.execute("PRAGMA ignore_check_constraints = ON")
        # As much as the cache is sorted in memory beside it; less of both is as quick.
        self.execute(f"PRAGMA {_CACHE_WHILE_FILLING}")
        try:
            with self._indexes_at_the_end(tables):
                yield
        finally:
            self.execute("PRAGMA ignore_check_constraints = OFF")
            self.execute(f"PRAGMA {_CACHE}")

    @contextmanager
    def _indexes_at_the_end(self, tables: Sequence[str]) -> Iterator[None]:
        if self.value("SELECT 1 FROM image LIMIT 1") is not None:
            yield
            return
        marks = ", ".join("?" * len(tables))
        indexes = self.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
            f" AND tbl_name IN ({marks}) ORDER BY rowid",
            tables,
        ).fetchall()
        for name, _ in indexes:
            self.execute(f"DROP INDEX {name}")
        # Where the block fails, the transaction brings them back.
        yield
        for _, statement in indexes:
            self.execute(statement)

    def _set_journal(self, mode: str) -> bool:
        """Change the journal of the file, which works only while nobody else has it open."""
        try:
            found: tuple[str] = self._connection.execute(f"PRAGMA journal_mode = {mode}").fetchone()
        except sqlite3.OperationalError:
            return False
        return found[0].upper() == mode

    @contextmanager
    def attached(self, path: Path, name: str) -> Iterator[None]:
        """Let statements name the tables of another survey, a copy of one's own, as `name.table`.

        `name` is no text from outside. Not inside a transaction.
        """
        self.execute(f"ATTACH ? AS {name}", [str(path)])
        try:
            yield
        finally:
            self.execute(f"DETACH {name}")

    @contextmanager
    def beside(self) -> Iterator[None]:
        """Write to temporary tables at once, not row by row; nobody has to wait for that.

        Where the block fails, none of it is there.
        """
        self.execute("BEGIN")
        try:
            yield
            self.execute("COMMIT")
        finally:
            if self._connection.in_transaction:
                self._connection.rollback()

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Let several reads see one state of the file, whatever others write meanwhile.

        One inside another sees what that sees.
        """
        if self._connection.in_transaction:
            yield
            return
        self.execute("BEGIN")
        try:
            yield
        finally:
            if self._connection.in_transaction:
                self._connection.rollback()
