"""Makes one image of two that turned out to be one picture; nothing that a person keyed moves."""

from __future__ import annotations

from camtrap_tui.store.database import Database

_OF_RUNS = ("prediction", "detection", "classification")


class Joining:
    """Images that a table or predictions named, and those that a folder had already."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def known_by_content(self, source_id: int, file_path: str) -> int | None:
        """Return the image that has this file of a folder, if nothing but its content names it."""
        found = self._db.value(
            "SELECT id FROM image WHERE file_path = ? AND +source_id = ?"
            " AND media_id = content_md5",
            [file_path, source_id],
        )
        return None if found is None else int(found)

    def may_join(self, image_id: int, into: int) -> bool:
        """Tell whether an image may go: ungraded, nowhere downloaded, in no run of the other."""
        found = self._db.value(
            "SELECT EXISTS (SELECT 1 FROM grade WHERE image_id = ?1)"
            " OR EXISTS (SELECT 1 FROM mark WHERE image_id = ?1)"
            " OR EXISTS (SELECT 1 FROM cached_file WHERE image_id = ?1)"
            " OR EXISTS (SELECT 1 FROM run"
            " JOIN prediction AS one ON one.run_id = run.id AND one.image_id = ?1"
            " JOIN prediction AS other ON other.run_id = run.id AND other.image_id = ?2)",
            [image_id, into],
        )
        return not found

    def told_id(self, image_id: int) -> str | None:
        """Return the media id that a table gave an image, None where only its path made one."""
        found = self._db.value(
            "SELECT media_id FROM source_row WHERE image_id = ? AND media_id IS NOT NULL LIMIT 1",
            [image_id],
        )
        return None if found is None else str(found)

    def move(self, image_id: int, into: int) -> None:
        """Give what programs said of an image, and the rows that named it, to another; drop it.

        Both leave their bursts. Call it in a transaction.
        """
        for table in _OF_RUNS:
            self._db.execute(
                f"UPDATE {table} SET image_id = ? WHERE run_id IN (SELECT id FROM run)"
                " AND image_id = ?",
                [into, image_id],
            )
        self._db.execute("UPDATE source_row SET image_id = ? WHERE image_id = ?", [into, image_id])
        self._db.execute("DELETE FROM image_flag WHERE image_id = ?", [image_id])
        self._db.execute(
            "UPDATE image SET burst_id = NULL WHERE burst_id IN (?, ?)", [image_id, into]
        )
        self._db.execute("DELETE FROM image WHERE id = ?", [image_id])
