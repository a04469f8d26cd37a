"""Makes one image of two that turned out to be one picture; nothing that a person keyed moves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from camtrap_tui.store.database import Database, like

_OF_RUNS = ("prediction", "detection", "classification")
_PAGE = 1000


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
        """Tell whether an image may go: ungraded, nowhere downloaded, in no run of the other, nor
        drawn for a holdout beside it."""
        found = self._db.value(
            "SELECT EXISTS (SELECT 1 FROM grade WHERE image_id = ?1)"
            " OR EXISTS (SELECT 1 FROM mark WHERE image_id = ?1)"
            " OR EXISTS (SELECT 1 FROM cached_file WHERE image_id = ?1)"
            " OR EXISTS (SELECT 1 FROM run"
            " JOIN prediction AS one ON one.run_id = run.id AND one.image_id = ?1"
            " JOIN prediction AS other ON other.run_id = run.id AND other.image_id = ?2)"
            " OR EXISTS (SELECT 1 FROM holdout"
            " JOIN holdout_unit AS one ON one.holdout_id = holdout.id AND one.image_id = ?1"
            " JOIN holdout_unit AS other ON other.holdout_id = holdout.id"
            " AND other.image_id = ?2)",
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

    def paths_before(self, first_new: int) -> Iterator[list[tuple[int, str, int, str | None]]]:
        """Yield pages of (row id, path, image id, location) of images below a row id.

        The location is that of the folder or bucket in which the path lies, else None. Grades
        and surveys of others name no files.
        """
        sql = (
            "SELECT row.id, row.file_path, row.image_id,"
            " CASE WHEN source.kind IN ('folder', 's3') THEN source.location END"
            " FROM source_row AS row JOIN source ON source.id = +row.source_id"
            " WHERE row.id > ? AND +row.image_id < ? AND +row.state <> 'excluded'"
            " AND row.file_path <> '' AND source.kind NOT IN ('grades', 'survey')"
            f" ORDER BY row.id LIMIT {_PAGE}"
        )
        last = 0
        while page := self._db.execute(sql, [last, first_new]).fetchall():
            last = page[-1][0]
            yield page

    def has_folder(self, name: str) -> bool:
        """Tell whether a picture lies in a folder of this name."""
        found = self._db.value(
            "SELECT 1 FROM source_row WHERE '/' || file_path LIKE ? ESCAPE '\\' LIMIT 1",
            [f"%/{like(name)}/%"],
        )
        return found is not None

    def images_from(self, first: int) -> Iterator[list[tuple[int, str, str]]]:
        """Yield pages of (id, path, media id) of the images from a row id on."""
        sql = f"SELECT id, file_path, media_id FROM image WHERE id >= ? ORDER BY id LIMIT {_PAGE}"
        while page := self._db.execute(sql, [first]).fetchall():
            yield page
            first = page[-1][0] + 1

    def unite(self, run_id: int, pairs: Sequence[tuple[int, int, bool]]) -> None:
        """Give what one run says of images that only it named to others, and drop these images.

        `pairs` are (image id, the other's id, whether the other's picture is here). Call it in
        a transaction, before anything else is known of the images.
        """
        for table in _OF_RUNS:
            self._db.executemany(
                f"UPDATE {table} SET image_id = ? WHERE run_id = ? AND image_id = ?",
                ((into, run_id, image_id) for image_id, into, _ in pairs),
            )
        self._db.executemany(
            "UPDATE source_row SET image_id = ?,"
            " state = CASE WHEN state = 'pending' AND ? THEN 'here' ELSE state END"
            " WHERE image_id = ?",
            ((into, is_here, image_id) for image_id, into, is_here in pairs),
        )
        self._db.executemany(
            "DELETE FROM image WHERE id = ?", ([image_id] for image_id, _, _ in pairs)
        )

    def last_deployment(self) -> int:
        """Return the highest row id of a deployment, 0 for none."""
        return int(self._db.value("SELECT coalesce(max(id), 0) FROM deployment"))

    def drop_empty_deployments(self, after: int) -> None:
        """Drop deployments above a row id that no image is of any more."""
        self._db.execute(
            "DELETE FROM deployment WHERE id > ? AND NOT EXISTS"
            " (SELECT 1 FROM image WHERE deployment_id = deployment.id)",
            [after],
        )

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
        self._db.execute(
            "UPDATE holdout_unit SET image_id = ? WHERE holdout_id IN (SELECT id FROM holdout)"
            " AND image_id = ?",
            [into, image_id],
        )
        self._db.execute("DELETE FROM image_flag WHERE image_id = ?", [image_id])
        self._db.execute(
            "UPDATE image SET burst_id = NULL WHERE burst_id IN (?, ?)", [image_id, into]
        )
        self._db.execute("DELETE FROM image WHERE id = ?", [image_id])
