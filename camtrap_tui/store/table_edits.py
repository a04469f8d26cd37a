"""Rows of a table that came back, staged beside the survey until it is known what they add up to.

What is staged is small and by picture; nothing of the survey is written here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from camtrap_tui.store.database import Database


class EditStage:
    """Rows in a temporary table of this connection; close it (it is gone then)."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self.close()
        db.execute(
            "CREATE TEMP TABLE edited_row (number INTEGER PRIMARY KEY, image_id INTEGER,"
            " is_changed INTEGER, written INTEGER, row TEXT)"
        )
        db.execute("CREATE INDEX temp.edited_row_by_image ON edited_row (image_id)")

    def close(self) -> None:
        """Drop the table."""
        self._db.execute("DROP TABLE IF EXISTS temp.edited_row")

    def add(self, rows: Iterable[tuple[int, int, bool, int, str]]) -> None:
        """Stage (number, image id, whether it is changed or added, rows that the table had of the
        picture, the row as text)."""
        with self._db.beside():
            self._db.executemany("INSERT INTO temp.edited_row VALUES (?, ?, ?, ?, ?)", rows)

    def touched(self) -> Iterator[int]:
        """Yield the images of which a row was changed, added or taken out, in order of row."""
        sql = (
            "SELECT image_id FROM temp.edited_row GROUP BY image_id HAVING max(is_changed)"
            " OR (max(written) > 0 AND count(*) <> max(written)) ORDER BY min(number)"
        )
        for (image_id,) in self._db.execute(sql).fetchall():
            yield image_id

    def rows(self, image_ids: Sequence[int]) -> dict[int, list[str]]:
        """Return the rows of these images as they were staged, by number."""
        marks = ", ".join("?" * len(image_ids))
        sql = (
            f"SELECT image_id, row FROM temp.edited_row WHERE image_id IN ({marks}) ORDER BY number"
        )
        found: dict[int, list[str]] = {}
        for image_id, row in self._db.execute(sql, list(image_ids)):
            found.setdefault(image_id, []).append(row)
        return found

    def images_named(self, media_id: str, path: str) -> list[int]:
        """Return the images with this media id and this path; "" is any, none for both."""
        told = {"media_id": media_id, "file_path": path}
        wanted = {name: text for name, text in told.items() if text}
        if not wanted:
            return []
        conditions = " AND ".join(f"{name} = ?" for name in wanted)
        found = self._db.execute(f"SELECT id FROM image WHERE {conditions}", [*wanted.values()])
        return [key for (key,) in found]

    def last_rows(self) -> tuple[int, int]:
        """Return what is another answer once anybody has graded or written a note."""
        found = self._db.one(
            "SELECT (SELECT coalesce(max(id), 0) FROM main.grade),"
            " (SELECT coalesce(max(id), 0) FROM main.mark)"
        )
        assert found is not None
        return int(found[0]), int(found[1])
