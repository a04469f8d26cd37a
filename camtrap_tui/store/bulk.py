"""Bulk writing for imports: many rows a statement, inside one transaction of the caller.

A flat list holds the values of one row after the other, in the order that the method names;
boxes and classes are in the order of their dataclass, without the run.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from camtrap_tui.store.database import Database, columns

_ROWS_A_STATEMENT = 500

_HAS_FILE = """EXISTS (
    SELECT 1 FROM source_row AS row JOIN source ON source.id = row.source_id
    WHERE row.source_id = image.source_id AND row.file_path = image.file_path
        AND +row.state = 'here' AND source.kind = 'folder')"""


@dataclass(frozen=True, slots=True)
class Facts:
    """What a metadata table can say of an image; the fields are columns of `image`."""

    id: int
    media_id: str
    deployment_id: int | None
    timestamp: str | None
    timestamp_raw: str | None
    timestamp_source: str
    subsecond: str | None
    exif_offset: str | None
    url: str | None
    clock_shift_s: int


class Bulk:
    """Many images, and the facts that a table or a file of predictions gives of them."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def next_image_id(self) -> int:
        """Return the first row id that no image has; the write lock keeps it free."""
        return int(self._db.value("SELECT coalesce(max(id), 0) + 1 FROM image"))

    def known(self, media_ids: Sequence[str]) -> dict[str, tuple[int, bool]]:
        """Return (row id, whether its file is here) of those of up to 30,000 media ids."""
        marks = ", ".join("?" * len(media_ids))
        sql = f"SELECT media_id, id, {_HAS_FILE} FROM image WHERE media_id IN ({marks})"
        found = self._db.execute(sql, list(media_ids))
        return {media_id: (key, bool(here)) for media_id, key, here in found}

    def at_paths(self, paths: Sequence[str]) -> list[tuple[int, bool]]:
        """Return the images that a folder, table or bucket has at one of `paths`.

        Each as row id and whether its file is here. What only predictions named is left out.
        """
        marks = ", ".join("?" * len(paths))
        found = self._db.execute(
            f"SELECT DISTINCT image.id, {_HAS_FILE} FROM source"
            f" JOIN source_row AS row ON row.source_id = source.id AND row.file_path IN ({marks})"
            " JOIN image ON image.id = row.image_id"
            " WHERE source.kind NOT IN ('predictions', 'grades', 'survey')",
            list(paths),
        )
        return [(key, bool(here)) for key, here in found]

    def add_new_images(self, source_id: int, first_id: int, flat: list[object]) -> bool:
        """Add images (id, media id, path, deployment id, burst id), numbered from `first_id` on.

        Returns False, with none of them added, where a media id is known already or twice here:
        to try is quicker than to ask. Call it inside `Database.loading`.
        """
        added = self._insert(
            "INSERT INTO image (source_id, id, media_id, file_path, deployment_id, burst_id,"
            " timestamp_source)",
            "(?1, ?, ?, ?, ?, ?, 'none')",
            source_id,
            flat,
            " ON CONFLICT (media_id) DO NOTHING",
        )
        if added * 5 == len(flat):
            return True
        self._db.execute("DELETE FROM image WHERE id >= ?", [first_id])
        return False

    def add_rows_of_images(self, source_id: int, first_id: int, last_id: int) -> None:
        """Add the rows that named these images of a source, whose pictures are not here yet."""
        self._db.execute(
            "INSERT INTO source_row (source_id, file_path, state, image_id)"
            " SELECT source_id, file_path, 'pending', id FROM image"
            " WHERE id BETWEEN ? AND ? AND source_id = ? ORDER BY id",
            [first_id, last_id, source_id],
        )

    def add_source_rows(self, source_id: int, flat: list[object]) -> None:
        """Add rows (row number, file path, state, reason, image id) that the source lacks."""
        self._insert(
            "INSERT INTO source_row (source_id, row_number, file_path, state, reason, image_id)",
            "(?1, ?, ?, ?, ?, ?)",
            source_id,
            flat,
        )

    def paths_there(self, source_id: int, paths: Sequence[str]) -> set[str]:
        """Return those of up to 30,000 paths that a row of the source with number 0 has."""
        marks = ", ".join("?" * len(paths))
        found = self._db.execute(
            f"SELECT file_path FROM source_row WHERE source_id = ? AND file_path IN ({marks})"
            " AND row_number = 0",
            [source_id, *paths],
        )
        return {path for (path,) in found}

    def add_predicted(self, run_id: int, flat: list[object]) -> None:
        """Add predictions (image id, taxon id, score, source) that the run does not have yet."""
        marks = "(?1, ?, 'predicted', ?, ?, ?, NULL, 1)"
        self._insert("INSERT INTO prediction", marks, run_id, flat)

    def add_failed(self, run_id: int, flat: list[object]) -> None:
        """Add failures (image id, reason) of images that the run does not have yet."""
        marks = "(?1, ?, 'failed', NULL, NULL, NULL, ?, 1)"
        self._insert("INSERT INTO prediction", marks, run_id, flat)

    def add_detections(self, run_id: int, flat: list[object]) -> None:
        """Add boxes of images that the run does not have yet."""
        self._insert("INSERT INTO detection", "(?1, ?, ?, ?, ?, ?, ?, ?, ?)", run_id, flat)

    def add_classifications(self, run_id: int, flat: list[object]) -> None:
        """Add classes of images that the run does not have yet."""
        self._insert("INSERT INTO classification", "(?1, ?, ?, ?, ?, ?)", run_id, flat)

    def _insert(self, head: str, marks: str, first: int, flat: list[object], tail: str = "") -> int:
        """Insert rows given as one flat list, many in a statement: twice as fast as one by one.

        `first` is the value of the first column of all rows (`?1` in `marks`). Returns how many
        rows were inserted.
        """
        width = marks.count("?") - 1
        step = width * _ROWS_A_STATEMENT
        whole = len(flat) - len(flat) % step
        added = self._db.executemany(
            f"{head} VALUES {', '.join([marks] * _ROWS_A_STATEMENT)}{tail}",
            ([first, *flat[at : at + step]] for at in range(0, whole, step)),
        )
        return added + self._db.executemany(
            f"{head} VALUES {marks}{tail}",
            ([first, *flat[at : at + width]] for at in range(whole, len(flat), width)),
        )

    def describe_source(self, source_id: int, content_md5: str, row_count: int) -> None:
        """Write what only the whole of a file tells of its source."""
        self._db.execute(
            "UPDATE source SET content_md5 = ?, row_count = ? WHERE id = ?",
            [content_md5, row_count, source_id],
        )

    def describe_run(
        self,
        run_id: int,
        model_version: str,
        source_format: str,
        country: str | None,
        admin1_region: str | None,
    ) -> None:
        """Write what only the whole of a file tells of an imported run."""
        self._db.execute(
            "UPDATE run SET model_version = ?, source_format = ?, country = ?, admin1_region = ?"
            " WHERE id = ?",
            [model_version, source_format, country, admin1_region, run_id],
        )

    def waiting(self, after: int, most: int) -> list[tuple[int, str, int, str]]:
        """Return (row id, path, image id, media id) of named pictures that are not here.

        In order of row id, from the first behind `after`, at most `most`.
        """
        return self._db.execute(
            "SELECT row.id, row.file_path, row.image_id, image.media_id FROM source_row AS row"
            " JOIN image ON image.id = row.image_id"
            " WHERE row.id > ? AND row.state IN ('pending', 'missing')"
            " AND +row.source_id IN (SELECT id FROM source WHERE kind <> 'folder')"
            " ORDER BY row.id LIMIT ?",
            [after, most],
        ).fetchall()

    def place(self, source_id: int, file_path: str, image_id: int, row_id: int) -> bool:
        """Give an image its file, and its row its state; False where it is another image's."""
        owners = self._db.execute(
            "SELECT id FROM image WHERE file_path = ? AND +source_id = ?", [file_path, source_id]
        ).fetchall()
        if owners and (image_id,) not in owners:
            return False
        self._db.execute(
            "UPDATE image SET source_id = ?, file_path = ? WHERE id = ?",
            [source_id, file_path, image_id],
        )
        self._db.execute(
            "UPDATE source_row SET state = 'here', reason = NULL WHERE id = ?", [row_id]
        )
        return True

    def note_missing(self, row_ids: Iterable[int], reason: str) -> None:
        """Record that the pictures of these waiting rows were looked for and not found.

        Where a row has an address, its picture can still be fetched from there.
        """
        self._db.executemany(
            "UPDATE source_row SET state = 'missing', reason = ? WHERE id = ? AND url IS NULL",
            ((reason, key) for key in row_ids),
        )

    def facts(self, media_ids: Sequence[str]) -> dict[str, Facts]:
        """Return what is known of the images with these media ids (up to 30,000)."""
        marks = ", ".join("?" * len(media_ids))
        sql = f"SELECT media_id, {columns(Facts)} FROM image WHERE media_id IN ({marks})"
        return {key: Facts(*rest) for key, *rest in self._db.execute(sql, list(media_ids))}

    def put_facts(self, rows: Sequence[Facts]) -> None:
        """Write what a table says of images anew."""
        self._db.executemany(
            "UPDATE image SET deployment_id = ?, timestamp = ?, timestamp_raw = ?,"
            " timestamp_source = ?, subsecond = ?, exif_offset = ?, url = ?, clock_shift_s = ?"
            " WHERE id = ?",
            (
                (
                    row.deployment_id,
                    row.timestamp,
                    row.timestamp_raw,
                    row.timestamp_source,
                    row.subsecond,
                    row.exif_offset,
                    row.url,
                    row.clock_shift_s,
                    row.id,
                )
                for row in rows
            ),
        )

    def rename(self, rows: Iterable[tuple[str, int]]) -> None:
        """Give images (media id, row id) another media id."""
        self._db.executemany("UPDATE image SET media_id = ? WHERE id = ?", rows)
