"""The files of a folder and what was found among them, in a private database on disk.

It has no name, is gone when closed, and takes a few megabytes of memory however many files
there are. It is not the survey: nothing in it outlives one command.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from camtrap_tui.store.database import explain

_TABLES = (
    "PRAGMA cache_size = -8000",
    "PRAGMA journal_mode = OFF",
    "CREATE TABLE file (number INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE,"
    " backwards TEXT NOT NULL, media_id TEXT) STRICT",
    # A path is the end of another where, read backwards, it begins it.
    "CREATE INDEX file_by_end ON file (backwards)",
    "CREATE INDEX file_by_media_id ON file (media_id, number) WHERE media_id IS NOT NULL",
    "CREATE TABLE find (row_id INTEGER PRIMARY KEY, image_id INTEGER NOT NULL,"
    " path TEXT, sure INTEGER NOT NULL) STRICT",
    "CREATE INDEX find_by_path ON find (path) WHERE NOT sure",
    "BEGIN",
)


class Candidates:
    """Files by path and by media id, and the file that each waiting row was found to mean."""

    def __init__(self) -> None:
        # An empty name is a temporary database on disk, which SQLite removes.
        self._connection = sqlite3.connect("", isolation_level=None)
        for statement in _TABLES:
            self._execute(statement)

    def close(self) -> None:
        """Drop it all."""
        self._connection.close()

    def add(self, files: Iterable[tuple[str, str | None]]) -> None:
        """Add files: (portable path, the media id that its name is); each path counts once."""
        with _explained():
            self._connection.executemany(
                "INSERT OR IGNORE INTO file (path, backwards, media_id) VALUES (?, ?, ?)",
                ((path, path[::-1], media_id) for path, media_id in files),
            )

    def by_media_id(self, media_id: str) -> str | None:
        """Return the first file whose name is the media id, or None."""
        sql = "SELECT path FROM file WHERE media_id = ? ORDER BY number LIMIT 1"
        found = self._execute(sql, media_id).fetchone()
        return None if found is None else str(found[0])

    def has(self, path: str) -> bool:
        """Tell whether there is a file with exactly this path."""
        return self._execute("SELECT 1 FROM file WHERE path = ?", path).fetchone() is not None

    def ending_with(self, path: str, most: int) -> list[str]:
        """Return files, at most `most`, whose path ends with `path`, whole folders at a time."""
        # "0" follows "/", so these are all texts that begin with the path backwards and "/".
        sql = "SELECT path FROM file WHERE backwards >= ? AND backwards < ? LIMIT ?"
        end = path[::-1]
        return [found for (found,) in self._execute(sql, f"{end}/", f"{end}0", most)]

    def note_finds(self, finds: Iterable[tuple[int, int, str | None, bool]]) -> None:
        """Keep (row id, image id, file or None, whether that is sure)."""
        with _explained():
            self._connection.executemany("INSERT INTO find VALUES (?, ?, ?, ?)", finds)

    def finds(self) -> Iterator[tuple[int, int, str | None]]:
        """Yield (row id, image id, file), what is sure first, then by row id.

        The file is None where none was found, and where one that is not sure would be another
        row's as well.
        """
        sql = """
            SELECT row_id, image_id, path FROM find WHERE sure
            UNION ALL
            SELECT row_id, image_id, CASE WHEN 1 = (
                SELECT count(*) FROM find AS other WHERE other.path = find.path AND NOT other.sure)
                THEN path END
            FROM find WHERE NOT sure"""
        return iter(self._execute(sql))

    def _execute(self, sql: str, *parameters: Any) -> sqlite3.Cursor:
        with _explained():
            return self._connection.execute(sql, parameters)


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise explain(Path("the folder for temporary files"), error) from error
