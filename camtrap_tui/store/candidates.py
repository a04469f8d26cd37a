"""Paths of a folder or a survey, and what was found among them, in a private database."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from camtrap_tui.store.private_database import PrivateDatabase

_TABLES = (
    # `means` is whose path it is; empty where the path itself is meant.
    "CREATE TABLE file (number INTEGER PRIMARY KEY, path TEXT NOT NULL, means TEXT NOT NULL,"
    " backwards TEXT NOT NULL, media_id TEXT, UNIQUE (path, means)) STRICT",
    # A path is the end of another where, read backwards, it begins it.
    "CREATE INDEX file_by_end ON file (backwards)",
    "CREATE INDEX file_by_media_id ON file (media_id, number) WHERE media_id IS NOT NULL",
    "CREATE TABLE find (row_id INTEGER PRIMARY KEY, image_id INTEGER NOT NULL,"
    " path TEXT, sure INTEGER NOT NULL) STRICT",
    "CREATE INDEX find_by_path ON find (path) WHERE NOT sure",
)
_MEANING = "coalesce(nullif(means, ''), path)"


class Candidates(PrivateDatabase):
    """Paths, what they mean, and what each waiting row was found to mean.

    In a folder a path means its file; in a survey it may be that of several images.
    """

    def __init__(self) -> None:
        super().__init__(_TABLES)

    def add(self, files: Iterable[tuple[str, str | None]]) -> None:
        """Add files: (portable path, the media id that its name is); each path counts once."""
        self._execute_many(
            "INSERT OR IGNORE INTO file (path, means, backwards, media_id) VALUES (?, '', ?, ?)",
            ((path, path[::-1], media_id) for path, media_id in files),
        )

    def add_meanings(self, paths: Iterable[tuple[str, str]]) -> None:
        """Add paths: (portable path, what it means); each pair counts once."""
        self._execute_many(
            "INSERT OR IGNORE INTO file (path, means, backwards) VALUES (?, ?, ?)",
            ((path, means, path[::-1]) for path, means in paths),
        )

    def by_media_id(self, media_id: str) -> str | None:
        """Return the first file whose name is the media id, or None."""
        sql = "SELECT path FROM file WHERE media_id = ? ORDER BY number LIMIT 1"
        found = self._execute(sql, media_id).fetchone()
        return None if found is None else str(found[0])

    def at(self, path: str) -> list[str]:
        """Return what exactly this path means, two of it at most."""
        sql = f"SELECT DISTINCT {_MEANING} FROM file WHERE path = ? LIMIT 2"
        return [found for (found,) in self._execute(sql, path)]

    def ending_with(self, path: str) -> list[str]:
        """Return what paths mean that end with `path`, whole folders at a time: two at most."""
        # "0" follows "/", so these are all texts that begin with the path backwards and "/".
        sql = f"SELECT DISTINCT {_MEANING} FROM file WHERE backwards >= ? AND backwards < ? LIMIT 2"
        end = path[::-1]
        return [found for (found,) in self._execute(sql, f"{end}/", f"{end}0")]

    def note_finds(self, finds: Iterable[tuple[int, int, str | None, bool]]) -> None:
        """Keep (row id, image id, what was found or None, whether that is sure)."""
        self._execute_many("INSERT INTO find VALUES (?, ?, ?, ?)", finds)

    def finds(self) -> Iterator[tuple[int, int, str | None]]:
        """Yield (row id, image id, what was found), what is sure first, then by row id.

        That is None where nothing was found, and where what is not sure would be another row's
        as well.
        """
        sql = """
            SELECT row_id, image_id, path FROM find WHERE sure
            UNION ALL
            SELECT row_id, image_id, CASE WHEN 1 = (
                SELECT count(*) FROM find AS other WHERE other.path = find.path AND NOT other.sure)
                THEN path END
            FROM find WHERE NOT sure"""
        return iter(self._execute(sql))
