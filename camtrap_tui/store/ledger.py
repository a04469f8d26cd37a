"""The ledger's first account: how each source row ended, and the file that each image has.

An image has a file where a row of a folder says `here` at the image's own source and path.
"""

from __future__ import annotations

from collections.abc import Iterable

from camtrap_tui.domain.models import Image, SourceRow
from camtrap_tui.store.database import Database, columns

_IMAGE_COLUMNS = columns(Image).removeprefix("id, ").split(", ")
_IMAGE_UPDATE = (
    f"UPDATE image SET {', '.join(f'{name} = ?' for name in _IMAGE_COLUMNS)} WHERE id = ?"
)

# (source id, file path, state, reason, image id, bytes, time of change in nanoseconds)
FileRow = tuple[int, str, str, str | None, int | None, int | None, int | None]


class Ledger:
    """What `add` and `import` write into `source_row` and `image`; call it in transactions."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def source_id(self, kind: str, location: str) -> int | None:
        """Return the id of the source at `location`, or None where it was never added."""
        found = self._db.value(
            "SELECT id FROM source WHERE kind = ? AND location = ?", [kind, location]
        )
        return None if found is None else int(found)

    def row(self, source_id: int, file_path: str) -> SourceRow | None:
        """Return the row of one file of a source, or None."""
        sql = f"SELECT {columns(SourceRow)} FROM source_row WHERE source_id = ? AND file_path = ?"
        found = self._db.rows(SourceRow, sql, [source_id, file_path])
        return found[0] if found else None

    def put_files(self, rows: Iterable[FileRow]) -> None:
        """Add or update rows of files, with what tells whether they must be read again."""
        self._db.executemany(
            "INSERT INTO source_row (source_id, file_path, state, reason, image_id, file_bytes,"
            " modified_ns) VALUES (?, ?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (source_id, file_path, row_number) DO UPDATE SET state = excluded.state,"
            " reason = excluded.reason, image_id = excluded.image_id,"
            " file_bytes = excluded.file_bytes, modified_ns = excluded.modified_ns",
            rows,
        )

    def rows(self, source_id: int) -> dict[str, SourceRow]:
        """Return the rows of one source by file path."""
        sql = f"SELECT {columns(SourceRow)} FROM source_row WHERE source_id = ?"
        return {row.file_path: row for row in self._db.rows(SourceRow, sql, [source_id])}

    def rows_in_state(self, source_id: int, state: str) -> list[SourceRow]:
        """Return the rows of one source in one state, by file path."""
        sql = (
            f"SELECT {columns(SourceRow)} FROM source_row WHERE source_id = ? AND state = ?"
            " ORDER BY file_path"
        )
        return self._db.rows(SourceRow, sql, [source_id, state])

    def states(self, source_id: int | None = None) -> dict[str, int]:
        """Return how many rows (of one source) are in each state: the first account."""
        where, parameters = ("", []) if source_id is None else (" WHERE source_id = ?", [source_id])
        sql = f"SELECT state, count(*) FROM source_row{where} GROUP BY state"
        return dict(self._db.execute(sql, parameters).fetchall())

    def states_of_kind(self, kind: str) -> dict[str, int]:
        """Return how many rows of all sources of a kind are in each state."""
        # Counted in the order of the index: sorted by state, a million rows would fill memory.
        sql = (
            "SELECT state, sum(rows) FROM (SELECT state, count(*) AS rows FROM source_row"
            " WHERE source_id IN (SELECT id FROM source WHERE kind = ?)"
            " GROUP BY source_id, state) GROUP BY state"
        )
        return dict(self._db.execute(sql, [kind]).fetchall())

    def image_at(self, source_id: int, file_path: str) -> Image | None:
        """Return the image whose own file this is, or None."""
        sql = f"SELECT {columns(Image)} FROM image WHERE file_path = ? AND source_id = ?"
        found = self._db.rows(Image, sql, [file_path, source_id])
        return found[0] if found else None

    def has_file(self, image: Image) -> bool:
        """Tell whether the file of an image was there when its folder was last looked at."""
        found = self._db.value(
            "SELECT 1 FROM source_row JOIN source ON source.id = source_row.source_id"
            " WHERE source_row.source_id = ? AND source_row.file_path = ?"
            " AND +source_row.state = 'here' AND source.kind = 'folder'",
            [image.source_id, image.file_path],
        )
        return found is not None

    def update(self, image: Image) -> None:
        """Write all columns of an image anew."""
        self._db.execute(
            _IMAGE_UPDATE, [*(getattr(image, name) for name in _IMAGE_COLUMNS), image.id]
        )

    def note_arrival(self, image_id: int) -> None:
        """Record that an image's file was found, in the tables and predictions that named it."""
        self._db.execute(
            "UPDATE source_row SET state = 'here', reason = NULL WHERE image_id = ?"
            " AND state IN ('pending', 'missing', 'unreadable')"
            " AND source_id IN (SELECT id FROM source WHERE kind <> 'folder')",
            [image_id],
        )

    def note_unreadable(self, image_id: int, reason: str | None) -> None:
        """Record that an image's file cannot be read, in what named it."""
        self._db.execute(
            "UPDATE source_row SET state = 'unreadable', reason = ? WHERE image_id = ?"
            " AND state IN ('pending', 'missing', 'here')"
            " AND source_id IN (SELECT id FROM source WHERE kind <> 'folder')",
            [reason, image_id],
        )

    def note_missing(self, source_id: int, file_path: str, reason: str) -> None:
        """Record that a file has vanished; another copy of the picture takes its place."""
        self._db.execute(
            "UPDATE source_row SET state = 'missing', reason = ?, file_bytes = NULL,"
            " modified_ns = NULL WHERE source_id = ? AND file_path = ?",
            [reason, source_id, file_path],
        )
        image = self.image_at(source_id, file_path)
        if image is None:
            return
        copy = self._db.one(
            "SELECT source_id, file_path FROM source_row WHERE image_id = ?"
            " AND state = 'duplicate' AND source_id IN (SELECT id FROM source"
            " WHERE kind = 'folder') ORDER BY source_id = ? DESC, id LIMIT 1",
            [image.id, source_id],
        )
        if copy is None:
            self._db.execute(
                "UPDATE source_row SET state = 'missing', reason = ? WHERE image_id = ?"
                " AND state = 'here'"
                # A copy that was downloaded is still there for whoever fetched it.
                " AND NOT EXISTS (SELECT 1 FROM cached_file WHERE image_id = source_row.image_id)",
                [reason, image.id],
            )
            return
        self._db.execute(
            "UPDATE source_row SET state = 'here', reason = NULL"
            " WHERE source_id = ? AND file_path = ?",
            copy,
        )
        self._db.execute(
            "UPDATE image SET source_id = ?, file_path = ? WHERE id = ?", [*copy, image.id]
        )

    def deployments_without_bursts(self) -> list[int | None]:
        """Return the deployments (None for none) that have images outside any burst."""
        sql = "SELECT DISTINCT deployment_id FROM image WHERE burst_id IS NULL"
        return [key for (key,) in self._db.execute(sql)]
