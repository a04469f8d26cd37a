"""What tables, buckets and packages bring into the ledger: many rows a statement.

While a table is read again its earlier rows are set aside; those that no line claims are what
has vanished from it. Call what writes in transactions.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from operator import attrgetter

from camtrap_tui.domain.models import Source
from camtrap_tui.store.database import Database, columns

# Row numbers of rows that are set aside; no table is so long.
_ASIDE = 1 << 40
_PAGE = 2000

_HAS_PICTURE = """(EXISTS (
    SELECT 1 FROM source_row AS row JOIN source ON source.id = row.source_id
    WHERE row.source_id = image.source_id AND row.file_path = image.file_path
        AND +row.state = 'here' AND source.kind = 'folder')
    OR EXISTS (SELECT 1 FROM cached_file WHERE image_id = image.id))"""

_KNOWN = (
    "SELECT id, media_id, url, deployment_id, timestamp, timestamp_raw, timestamp_source,"
    f" subsecond, exif_offset, latitude, longitude, clock_shift_s, {_HAS_PICTURE} FROM image"
)


@dataclass(frozen=True, slots=True)
class KnownImage:
    """What the survey knows of an image that a table may say more of.

    `has_picture` says that a folder or a cache has it.
    """

    id: int
    media_id: str
    url: str | None
    deployment_id: int | None
    timestamp: str | None
    timestamp_raw: str | None
    timestamp_source: str
    subsecond: str | None
    exif_offset: str | None
    latitude: float | None
    longitude: float | None
    clock_shift_s: int
    has_picture: int


@dataclass(frozen=True, slots=True)
class TableRow:
    """A ledger row of a table; `is_aside` says that no line has claimed it in this reading."""

    id: int
    row_number: int
    file_path: str
    media_id: str | None
    url: str | None
    state: str
    reason: str | None
    image_id: int | None
    content_md5: str | None
    file_bytes: int | None
    etag: str | None

    @property
    def is_aside(self) -> bool:
        """Whether the row is from an earlier reading, and not found again so far."""
        return self.row_number >= _ASIDE


@dataclass(frozen=True, slots=True)
class NewRow:
    """A row to write; `id` 0 for one that is new. The other fields are columns."""

    id: int
    row_number: int
    file_path: str
    media_id: str | None
    url: str | None
    state: str
    reason: str | None
    image_id: int | None
    content_md5: str | None
    file_bytes: int | None = None
    etag: str | None = None


@dataclass(frozen=True, slots=True)
class NewImage:
    """An image that only a table or a bucket knows; its picture is still to be had."""

    id: int
    media_id: str
    source_id: int
    file_path: str
    url: str | None
    deployment_id: int | None
    timestamp: str | None
    timestamp_raw: str | None
    timestamp_source: str
    subsecond: str | None
    exif_offset: str | None
    latitude: float | None
    longitude: float | None


class SeenRows:
    """Which rows of the ledger were seen, a bit each; all above `last_old` are new, and seen."""

    def __init__(self, last_old: int) -> None:
        self._last_old = last_old
        self._bits = bytearray(last_old // 8 + 1)

    def add(self, row_id: int) -> None:
        """Note that a row was seen."""
        if row_id <= self._last_old:
            self._bits[row_id // 8] |= 1 << row_id % 8

    def __contains__(self, row_id: int) -> bool:
        return row_id > self._last_old or bool(self._bits[row_id // 8] & 1 << row_id % 8)


# What `source.column_map` says of a bucket that is read without keys.
_PUBLIC = '{"public": true}'
_NEW_IMAGE = f"INSERT INTO image ({columns(NewImage)}) VALUES ({', '.join('?' * 13)})"
_IMAGE_VALUES = attrgetter(*columns(NewImage).split(", "))
_ROW_COLUMNS = columns(NewRow).removeprefix("id, ").split(", ")
_ROW_VALUES = attrgetter(*_ROW_COLUMNS)


class Sources:
    """Sources of many rows: what their last reading was, their rows, and their images."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def find(self, kind: str, location: str) -> Source | None:
        """Return the source of a kind at `location`, or None."""
        sql = f"SELECT {columns(Source)} FROM source WHERE kind = ? AND location = ?"
        found = self._db.rows(Source, sql, [kind, location])
        return found[0] if found else None

    def with_content(self, kind: str, content_md5: str) -> Source | None:
        """Return the source of a kind whose file had these bytes when it was read, or None."""
        sql = f"SELECT {columns(Source)} FROM source WHERE kind = ? AND content_md5 = ?"
        found = self._db.rows(Source, f"{sql} ORDER BY id LIMIT 1", [kind, content_md5])
        return found[0] if found else None

    def note_reading(self, source_id: int, row_count: int, column_map: str) -> None:
        """Record what was read: how many rows, with which columns; of which bytes is not yet."""
        self._db.execute(
            "UPDATE source SET row_count = ?, content_md5 = NULL, column_map = ? WHERE id = ?",
            [row_count, column_map, source_id],
        )

    def note_public(self, source_id: int, *, public: bool) -> None:
        """Record whether a bucket is read without keys."""
        self._db.execute(
            "UPDATE source SET column_map = ? WHERE id = ?",
            [_PUBLIC if public else None, source_id],
        )

    def buckets(self) -> dict[str, bool]:
        """Return where the buckets of the survey lie, and whether each is read without keys."""
        found = self._db.execute(
            "SELECT location, coalesce(column_map = ?, 0) FROM source WHERE kind = 's3'", [_PUBLIC]
        )
        return {location: bool(public) for location, public in found}

    def set_row_count(self, source_id: int, row_count: int | None) -> None:
        """Record how many rows a source's reader counted, None while it reads."""
        self._db.execute("UPDATE source SET row_count = ? WHERE id = ?", [row_count, source_id])

    def known(self, media_ids: Sequence[str]) -> dict[str, KnownImage]:
        """Return the images with these media ids (up to 30,000)."""
        marks = ", ".join("?" * len(media_ids))
        found = self._db.rows(KnownImage, f"{_KNOWN} WHERE media_id IN ({marks})", list(media_ids))
        return {image.media_id: image for image in found}

    def images(self, ids: Sequence[int]) -> dict[int, KnownImage]:
        """Return the images with these row ids (up to 30,000)."""
        marks = ", ".join("?" * len(ids))
        found = self._db.rows(KnownImage, f"{_KNOWN} WHERE id IN ({marks})", list(ids))
        return {image.id: image for image in found}

    def rows_of(self, source_id: int, image_ids: Sequence[int]) -> list[TableRow]:
        """Return a source's rows of these images (up to 30,000), in order."""
        marks = ", ".join("?" * len(image_ids))
        sql = (
            f"SELECT {columns(TableRow)} FROM source_row WHERE image_id IN ({marks})"
            " AND +source_id = ? ORDER BY row_number"
        )
        return self._db.rows(TableRow, sql, [*image_ids, source_id])

    def rows_at(self, source_id: int, paths: Sequence[str]) -> list[TableRow]:
        """Return a source's rows with these paths (up to 30,000), in order."""
        marks = ", ".join("?" * len(paths))
        sql = (
            f"SELECT {columns(TableRow)} FROM source_row WHERE source_id = ?"
            f" AND file_path IN ({marks}) ORDER BY row_number"
        )
        return self._db.rows(TableRow, sql, [source_id, *paths])

    def nameless_rows(self, source_id: int, numbers: Sequence[int]) -> list[TableRow]:
        """Return the rows set aside that name no path and had these numbers (up to 30,000)."""
        marks = ", ".join("?" * len(numbers))
        sql = (
            f"SELECT {columns(TableRow)} FROM source_row WHERE source_id = ? AND file_path = ''"
            f" AND row_number IN ({marks})"
        )
        return self._db.rows(TableRow, sql, [source_id, *(_ASIDE + n for n in numbers)])

    def add_images(self, images: Iterable[NewImage]) -> None:
        """Add images; they are in no burst yet."""
        self._db.executemany(_NEW_IMAGE, map(_IMAGE_VALUES, images))

    def tell(self, images: Iterable[KnownImage]) -> None:
        """Write what is known of images anew, but for times; media ids too."""
        self._db.executemany(
            "UPDATE image SET media_id = ?, url = ?, latitude = ?, longitude = ? WHERE id = ?",
            ((row.media_id, row.url, row.latitude, row.longitude, row.id) for row in images),
        )

    def retell_times(self, images: Iterable[KnownImage]) -> None:
        """Write times and deployments anew; clocks and bursts are to be renewed."""
        self._db.executemany(
            "UPDATE image SET deployment_id = ?, timestamp = ?, timestamp_raw = ?,"
            " timestamp_source = ?, subsecond = ?, exif_offset = ?, clock_shift_s = ?,"
            " burst_id = NULL WHERE id = ?",
            (
                (
                    row.deployment_id,
                    row.timestamp,
                    row.timestamp_raw,
                    row.timestamp_source,
                    row.subsecond,
                    row.exif_offset,
                    row.clock_shift_s,
                    row.id,
                )
                for row in images
            ),
        )

    def unsettle(self, deployments: Iterable[int]) -> None:
        """Let the bursts of deployments be renewed: one image of each is put outside any."""
        self._db.executemany(
            "UPDATE image SET burst_id = NULL"
            " WHERE id = (SELECT max(id) FROM image WHERE deployment_id = ?)",
            ([key] for key in deployments),
        )

    def note_content(self, source_id: int, content_md5: str) -> None:
        """Record that all that follows from a reading of these bytes is written."""
        self._db.execute("UPDATE source SET content_md5 = ? WHERE id = ?", [content_md5, source_id])

    def put_rows(self, source_id: int, rows: Sequence[NewRow]) -> None:
        """Add the rows whose id is 0, and write the others anew."""
        names = ", ".join(_ROW_COLUMNS)
        self._db.executemany(
            f"INSERT INTO source_row ({names}, source_id)"
            f" VALUES ({', '.join('?' * len(_ROW_COLUMNS))}, ?)",
            ((*_ROW_VALUES(row), source_id) for row in rows if not row.id),
        )
        changes = ", ".join(f"{name} = ?" for name in _ROW_COLUMNS)
        self._db.executemany(
            f"UPDATE source_row SET {changes} WHERE id = ?",
            ((*_ROW_VALUES(row), row.id) for row in rows if row.id),
        )

    def set_aside(self, source_id: int) -> None:
        """Set a source's rows aside before its table is read again."""
        self._db.execute(
            "UPDATE source_row SET row_number = row_number + ? WHERE source_id = ?",
            [_ASIDE, source_id],
        )

    def exclude_aside(self, source_id: int, reason: str) -> tuple[int, int]:
        """Exclude the rows that no line has claimed; return (newly excluded, in all)."""
        aside = "source_id = ? AND row_number >= ?"
        newly = f"SELECT count(*) FROM source_row WHERE {aside} AND state <> 'excluded'"
        fresh = int(self._db.value(newly, [source_id, _ASIDE]))
        total = f"SELECT count(*) FROM source_row WHERE {aside}"
        found = int(self._db.value(total, [source_id, _ASIDE]))
        if not found:
            return 0, 0
        self._db.execute(
            f"UPDATE source_row SET state = 'excluded', reason = ? WHERE {aside}",
            [reason, source_id, _ASIDE],
        )
        # Each keeps the number that it had, unless a row of the same path has it now.
        self._db.execute(
            f"UPDATE OR IGNORE source_row SET row_number = row_number - ? WHERE {aside}",
            [_ASIDE, source_id, _ASIDE],
        )
        last = "SELECT max(row_number) FROM source_row WHERE source_id = ? AND row_number < ?"
        free = int(self._db.value(last, [source_id, _ASIDE]) or 1)
        left = f"SELECT id FROM source_row WHERE {aside} ORDER BY row_number"
        ids = [key for (key,) in self._db.execute(left, [source_id, _ASIDE])]
        self._db.executemany(
            "UPDATE source_row SET row_number = ? WHERE id = ?",
            ((free + n, key) for n, key in enumerate(ids, 1)),
        )
        return fresh, found

    def first_with_etag(
        self, source_id: int, etags: Sequence[str]
    ) -> dict[tuple[str, int | None], tuple[str, int]]:
        """Return (path, image id) of a source's first row by ETag and size.

        Of up to 30,000 ETags, and only rows whose picture is there or to be had.
        """
        marks = ", ".join("?" * len(etags))
        found = self._db.execute(
            "SELECT etag, file_bytes, file_path, image_id FROM source_row"
            f" WHERE etag IN ({marks}) AND +source_id = ? AND image_id IS NOT NULL"
            " AND state IN ('pending', 'here') ORDER BY id DESC",
            [*etags, source_id],
        )
        return {(etag, size): (path, image) for etag, size, path, image in found}

    def vanished(self, source_id: int, seen: SeenRows) -> Iterator[list[TableRow]]:
        """Yield a source's rows that were not seen, a page at a time, by row id."""
        sql = (
            f"SELECT {columns(TableRow)} FROM source_row WHERE source_id = ? AND id > ?"
            f" ORDER BY id LIMIT {_PAGE}"
        )
        last = 0
        while page := self._db.rows(TableRow, sql, [source_id, last]):
            last = page[-1].id
            gone = [row for row in page if row.id not in seen]
            if gone:
                yield gone

    def waits_for_files(self, source_id: int) -> bool:
        """Tell whether a source has pictures that no address leads to, and no folder has."""
        found = self._db.value(
            "SELECT 1 FROM source_row WHERE source_id = ? AND state IN ('pending', 'missing')"
            " AND url IS NULL AND image_id IS NOT NULL LIMIT 1",
            [source_id],
        )
        return found is not None

    def waits_for_pictures(self) -> bool:
        """Tell whether a table or predictions name a picture that nothing has."""
        found = self._db.value(
            "SELECT 1 FROM source JOIN source_row AS row ON row.source_id = source.id"
            " AND row.state IN ('pending', 'missing')"
            " WHERE source.kind IN ('manifest', 'camtrap_dp', 'predictions')"
            " AND row.image_id IS NOT NULL LIMIT 1"
        )
        return found is not None

    def last_row_id(self) -> int:
        """Return the highest row id of the ledger."""
        return int(self._db.value("SELECT coalesce(max(id), 0) FROM source_row"))

    def replace_lost(self, row: TableRow, reason: str) -> None:
        """Record that a row's object is gone; another copy of the picture takes its place."""
        was = self._db.value("SELECT state FROM source_row WHERE id = ?", [row.id])
        self._db.execute(
            "UPDATE source_row SET state = 'missing', reason = ? WHERE id = ?", [reason, row.id]
        )
        if row.image_id is None or was == "duplicate":
            return
        copy = self._db.one(
            "SELECT id, file_path, url FROM source_row WHERE image_id = ?"
            " AND state = 'duplicate' AND url IS NOT NULL ORDER BY id LIMIT 1",
            [row.image_id],
        )
        if copy is None:
            return
        self._db.execute(
            "UPDATE source_row SET state = 'pending', reason = NULL WHERE id = ?", [copy[0]]
        )
        self._db.execute(
            "UPDATE image SET file_path = ?, url = ? WHERE id = ?", [*copy[1:], row.image_id]
        )
