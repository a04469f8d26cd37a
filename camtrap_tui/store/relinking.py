"""Finds and moves the rows of folders whose pictures lie elsewhere now; grades are untouched."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from camtrap_tui.store.database import Database
from camtrap_tui.store.sources import SeenRows

_PAGE = 2000


@dataclass(frozen=True, slots=True)
class PlacedRow:
    """A folder's row: its file, and the content of the image behind it, where one is known."""

    id: int
    file_path: str
    state: str
    image_id: int | None
    file_bytes: int | None
    modified_ns: int | None
    content_md5: str | None


_PLACED = (
    "SELECT row.id, row.file_path, row.state, row.image_id, row.file_bytes,"
    " row.modified_ns, image.content_md5"
    " FROM source_row AS row LEFT JOIN image ON image.id = row.image_id"
)
_PRESENT = "row.state NOT IN ('missing', 'excluded')"
# Images that tables and predictions name, whose picture nothing has.
_WANTED_BY_TABLES = (
    "FROM source_row AS row JOIN source ON source.id = row.source_id"
    " JOIN image ON image.id = row.image_id"
    " WHERE source.kind <> 'folder' AND row.state IN ('pending', 'missing')"
    " AND coalesce(row.content_md5, image.content_md5) IS NOT NULL"
)


class Relinking:
    """Reads and moves rows of folders; call what writes in transactions."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def sample(self, source_id: int, size: int) -> list[PlacedRow]:
        """Return about so many rows of pictures of a folder, spread over all of it.

        Of duplicates where it has nothing else.
        """
        return self._sample(source_id, size, "here") or self._sample(source_id, size, "duplicate")

    def _sample(self, source_id: int, size: int, state: str) -> list[PlacedRow]:
        span = self._db.one(
            "SELECT min(id), max(id) FROM source_row WHERE source_id = ? AND state = ?",
            [source_id, state],
        )
        if span is None or span[0] is None:
            return []
        low, high = span
        starts = sorted({low + (high - low) * n // max(size - 1, 1) for n in range(size)})
        sql = (
            f"{_PLACED} WHERE row.source_id = ? AND row.id >= ? AND row.state = ?"
            " ORDER BY row.id LIMIT 1"
        )
        found = {
            row.id: row for start in starts for row in self._rows(sql, [source_id, start, state])
        }
        return list(found.values())

    def at(self, source_id: int, paths: Sequence[str]) -> dict[str, PlacedRow]:
        """Return the rows of a folder that are not missing, by up to 30,000 paths."""
        marks = ", ".join("?" * len(paths))
        sql = f"{_PLACED} WHERE row.source_id = ? AND row.file_path IN ({marks}) AND {_PRESENT}"
        return {row.file_path: row for row in self._rows(sql, [source_id, *paths])}

    def lost(self, source_id: int, seen: SeenRows) -> Iterator[list[PlacedRow]]:
        """Yield the rows of a folder that are neither missing nor seen, a page at a time.

        Duplicates come first: none of them takes the place of a picture that is lost too.
        """
        for what in ("row.state = 'duplicate'", "row.state <> 'duplicate'"):
            sql = (
                f"{_PLACED} WHERE row.source_id = ? AND row.id > ? AND {_PRESENT} AND {what}"
                f" ORDER BY row.id LIMIT {_PAGE}"
            )
            last = 0
            while page := self._rows(sql, [source_id, last]):
                last = page[-1].id
                gone = [row for row in page if row.id not in seen]
                if gone:
                    yield gone

    def sizes_wanted_by_tables(self) -> Iterator[int | None]:
        """Yield the sizes of pictures that tables name with their content, None for unknown."""
        sql = f"SELECT DISTINCT row.file_bytes {_WANTED_BY_TABLES}"
        return (size for (size,) in self._db.execute(sql))

    def with_content(self, source_id: int, content_md5: str) -> list[PlacedRow]:
        """Return a folder's rows, missing ones aside, whose image has this content."""
        sql = (
            f"{_PLACED} WHERE image.content_md5 = ? AND +row.source_id = ? AND {_PRESENT}"
            " ORDER BY row.state = 'duplicate', row.id"
        )
        return self._rows(sql, [content_md5, source_id])

    def named_with_content(self, content_md5: str) -> int | None:
        """Return the image without a picture that a table names with this content, or None."""
        rest = _WANTED_BY_TABLES.partition(" WHERE ")
        for condition in ("row.content_md5 = ?", "image.content_md5 = ?"):
            found = self._db.value(
                f"SELECT image.id {rest[0]} WHERE {condition} AND {rest[2]} ORDER BY image.id",
                [content_md5],
            )
            if found is not None:
                return int(found)
        return None

    def give_content(self, image_id: int, content_md5: str) -> None:
        """Record the content of an image that a table has stated, now that a file has it."""
        self._db.execute(
            "UPDATE image SET content_md5 = ? WHERE id = ? AND content_md5 IS NULL",
            [content_md5, image_id],
        )

    def move_source(self, source_id: int, location: str) -> None:
        """Write where a folder lies now."""
        self._db.execute("UPDATE source SET location = ? WHERE id = ?", [location, source_id])

    def move_row(
        self, source_id: int, row: PlacedRow, path: str, size: int | None, modified_ns: int | None
    ) -> None:
        """Give a row, and the image whose own file it is, another path."""
        self._db.execute(
            "UPDATE source_row SET file_path = ?, file_bytes = ?, modified_ns = ? WHERE id = ?",
            [path, size, modified_ns, row.id],
        )
        if path != row.file_path and row.image_id is not None:
            self._db.execute(
                "UPDATE image SET file_path = ? WHERE id = ? AND source_id = ? AND file_path = ?",
                [path, row.image_id, source_id, row.file_path],
            )

    def row_at(self, source_id: int, path: str) -> PlacedRow | None:
        """Return the row of a folder at a path, missing or not, or None."""
        found = self._rows(
            f"{_PLACED} WHERE row.source_id = ? AND row.file_path = ?", [source_id, path]
        )
        return found[0] if found else None

    def copies_in(self, source_id: int, image_ids: Sequence[int]) -> int:
        """Return how many of up to 30,000 images have a file in a folder, be it a duplicate."""
        marks = ", ".join("?" * len(image_ids))
        return int(
            self._db.value(
                f"SELECT count(DISTINCT image_id) FROM source_row AS row"
                f" WHERE row.image_id IN ({marks}) AND +row.source_id = ? AND {_PRESENT}",
                [*image_ids, source_id],
            )
        )

    def _rows(self, sql: str, parameters: Sequence[object]) -> list[PlacedRow]:
        return self._db.rows(PlacedRow, sql, parameters)
