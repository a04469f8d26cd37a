"""Bulk writing for imports: many rows a statement, inside one transaction of the caller.

A flat list holds the values of one row after the other, in the order that the method names;
those of a run are in the order of their dataclass.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from camtrap_tui.store.database import Database, columns

_ROWS_A_STATEMENT = 50

_HAS_FILE = """EXISTS (
    SELECT 1 FROM source_row AS row JOIN source ON source.id = row.source_id
    WHERE row.source_id = image.source_id AND row.file_path = image.file_path
        AND row.state = 'here' AND source.kind = 'folder')"""


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

    def in_folders(self, paths: Sequence[str]) -> list[int]:
        """Return the ids of the images that a folder has at one of `paths`."""
        marks = ", ".join("?" * len(paths))
        found = self._db.execute(
            "SELECT DISTINCT row.image_id FROM source"
            f" JOIN source_row AS row ON row.source_id = source.id AND row.file_path IN ({marks})"
            " WHERE source.kind = 'folder' AND row.image_id IS NOT NULL",
            list(paths),
        )
        return [key for (key,) in found]

    def add_images(self, flat: list[object]) -> None:
        """Add images (id, media id, source id, path, deployment id), each a burst of its own."""
        self._insert(
            "INSERT INTO image (id, media_id, source_id, file_path, deployment_id, burst_id,"
            " timestamp_source)",
            "(?, ?, ?, ?, ?, ?, 'none')",
            flat,
        )

    def put_source_rows(self, flat: list[object]) -> None:
        """Add or update rows (source id, file path, state, reason, image id)."""
        self._insert(
            "INSERT INTO source_row (source_id, file_path, state, reason, image_id)",
            "(?, ?, ?, ?, ?)",
            flat,
            " ON CONFLICT (source_id, file_path, row_number) DO UPDATE SET state = excluded.state,"
            " reason = excluded.reason, image_id = excluded.image_id",
        )

    def add_predictions(self, flat: list[object]) -> None:
        """Add outcomes of images that the run does not have yet."""
        self._insert("INSERT INTO prediction", "(?, ?, ?, ?, ?, ?, ?, ?)", flat)

    def add_detections(self, flat: list[object]) -> None:
        """Add boxes of images that the run does not have yet."""
        self._insert("INSERT INTO detection", "(?, ?, ?, ?, ?, ?, ?, ?, ?)", flat)

    def add_classifications(self, flat: list[object]) -> None:
        """Add classes of images that the run does not have yet."""
        self._insert("INSERT INTO classification", "(?, ?, ?, ?, ?, ?)", flat)

    def _insert(self, head: str, marks: str, flat: list[object], tail: str = "") -> None:
        """Insert rows given as one flat list, many in a statement: twice as fast as one by one."""
        width = marks.count("?")
        step = width * _ROWS_A_STATEMENT
        whole = len(flat) - len(flat) % step
        self._db.executemany(
            f"{head} VALUES {', '.join([marks] * _ROWS_A_STATEMENT)}{tail}",
            (flat[at : at + step] for at in range(0, whole, step)),
        )
        self._db.executemany(
            f"{head} VALUES {marks}{tail}",
            (flat[at : at + width] for at in range(whole, len(flat), width)),
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

    def waiting(self) -> list[tuple[int, str, int, str]]:
        """Return (row id, path, image id, media id) of named pictures that are not here."""
        return self._db.execute(
            "SELECT row.id, row.file_path, row.image_id, image.media_id FROM source"
            " JOIN source_row AS row ON row.source_id = source.id"
            " JOIN image ON image.id = row.image_id"
            " WHERE source.kind <> 'folder' AND row.state IN ('pending', 'missing')"
            " ORDER BY row.id"
        ).fetchall()

    def place(self, found: Iterable[tuple[int, str, int, int]]) -> None:
        """Give images their files: (source id, path there, image id, id of the waiting row)."""
        rows = list(found)
        self._db.executemany(
            "UPDATE image SET source_id = ?, file_path = ? WHERE id = ?",
            (row[:3] for row in rows),
        )
        self._db.executemany(
            "UPDATE source_row SET state = 'here', reason = NULL WHERE id = ?",
            (row[3:] for row in rows),
        )

    def note_missing(self, row_ids: Iterable[int], reason: str) -> None:
        """Record that the pictures of these waiting rows were looked for and not found."""
        self._db.executemany(
            "UPDATE source_row SET state = 'missing', reason = ? WHERE id = ?",
            ((reason, key) for key in row_ids),
        )

    def taken(self, source_id: int) -> dict[str, int]:
        """Return the files of one folder that are some image's own, with the image's id."""
        sql = "SELECT file_path, id FROM image WHERE source_id = ?"
        return dict(self._db.execute(sql, [source_id]).fetchall())

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
