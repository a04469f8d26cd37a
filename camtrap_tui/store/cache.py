"""Where pictures lie, and what downloads bring: copies, and how the rows that wanted them end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass

from camtrap_tui.domain.models import CachedFile
from camtrap_tui.store.database import Database

_PAGE = 500
_MOST_PARAMETERS = 500

# An image, its own file's place, the row that says where it can be fetched, and its copy.
_WHEREABOUTS = """
    SELECT image.id, image.media_id, image.source_id, image.file_path,
        coalesce(row.url, image.url), coalesce(image.content_md5, row.content_md5),
        row.state, row.reason,
        copy.cache_id, copy.file_path, copy.file_bytes, copy.input_size
    FROM {table} LEFT JOIN source_row AS row ON row.id = (
        SELECT found.id FROM source_row AS found
        JOIN source ON source.id = found.source_id AND source.kind <> 'folder'
        WHERE found.image_id = image.id
            AND found.state IN ('pending', 'here', 'missing', 'unreadable')
        ORDER BY found.url IS NULL, found.id LIMIT 1)
    LEFT JOIN cached_file AS copy ON copy.image_id = image.id"""

_ROWS_OF_IMAGE = (
    "WHERE image_id = ? AND state IN ('pending', 'here', 'missing', 'unreadable')"
    " AND source_id IN (SELECT id FROM source WHERE kind <> 'folder')"
)


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where the picture of an image may lie.

    Its own file (`source_id`, `file_path`: a file only where that source is a folder), its copy
    in a cache, and the address it can be fetched from. `content_md5` is what its bytes must
    have; `row_state` is that of the row that gives the address, None where no row does.
    """

    image_id: int
    media_id: str
    source_id: int
    file_path: str
    url: str | None
    content_md5: str | None
    row_state: str | None
    row_reason: str | None
    cache_id: int | None
    copy_path: str | None
    copy_bytes: int | None
    input_size: str | None


class Caches:
    """The tables `cache` and `cached_file`, and the rows whose pictures are fetched."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def use(self, location: str, now: str) -> int:
        """Return the row id of the cache at `location`, which is the one in use from now on."""
        self._db.execute(
            "INSERT INTO cache (location, added_at) VALUES (?, ?)"
            " ON CONFLICT (location) DO UPDATE SET added_at = excluded.added_at",
            [location, now],
        )
        return int(self._db.value("SELECT id FROM cache WHERE location = ?", [location]))

    def in_use(self) -> str | None:
        """Return where the cache is that was used last, or None."""
        found = self._db.value("SELECT location FROM cache ORDER BY added_at DESC, id DESC LIMIT 1")
        return None if found is None else str(found)

    def locations(self) -> dict[int, str]:
        """Return where all caches are, by row id."""
        return dict(self._db.execute("SELECT id, location FROM cache").fetchall())

    def input_sizes(self) -> dict[str, int]:
        """Return how many copies there are of each input size, that of the newest copy first."""
        sql = (
            "SELECT input_size, count(*) FROM cached_file GROUP BY input_size"
            " ORDER BY max(fetched_at) DESC, 2 DESC"
        )
        return dict(self._db.execute(sql).fetchall())

    def whereabouts(self, image_ids: Sequence[int]) -> list[Whereabouts]:
        """Return where the pictures of these images may lie, in order of id."""
        found: list[Whereabouts] = []
        for start in range(0, len(image_ids), _MOST_PARAMETERS):
            part = list(image_ids[start : start + _MOST_PARAMETERS])
            where = f" WHERE image.id IN ({', '.join('?' * len(part))}) ORDER BY image.id"
            sql = _WHEREABOUTS.format(table="image") + where
            found += self._db.rows(Whereabouts, sql, part)
        return found

    def all_whereabouts(self) -> Iterator[Whereabouts]:
        """Yield where the picture of each image that has an address may lie, in order of id.

        A page at a time: writing in between is no harm.
        """
        sql = _WHEREABOUTS.format(table="image") + (
            " WHERE image.id > ? AND row.id IS NOT NULL"
            f" AND coalesce(row.url, image.url) IS NOT NULL ORDER BY image.id LIMIT {_PAGE}"
        )
        after = 0
        while page := self._db.rows(Whereabouts, sql, [after]):
            yield from page
            after = page[-1].image_id

    def to_predict(
        self, run_id: int, outcomes: Sequence[str], after: int
    ) -> list[tuple[Whereabouts, int, str | None]]:
        """Return (whereabouts, attempts, reason) of the next images in these outcomes of a run."""
        marks = ", ".join("?" * len(outcomes))
        # The outcome as a literal lets SQLite use the index of what is not predicted.
        sql = _WHEREABOUTS.replace("SELECT", "SELECT prediction.attempts, prediction.reason,", 1)
        sql = sql.format(table="prediction JOIN image ON image.id = prediction.image_id") + (
            f" WHERE prediction.run_id = ? AND prediction.outcome IN ({marks})"
            " AND prediction.outcome <> 'predicted' AND prediction.image_id > ?"
            f" ORDER BY prediction.image_id LIMIT {_PAGE}"
        )
        found = self._db.execute(sql, [run_id, *outcomes, after])
        return [(Whereabouts(*rest), attempts, reason) for attempts, reason, *rest in found]

    def count_to_fetch(self, states: Sequence[str]) -> int:
        """Return how many images have a row in one of these states and an address."""
        marks = ", ".join("?" * len(states))
        sql = (
            "SELECT count(DISTINCT row.image_id) FROM source"
            f" JOIN source_row AS row ON row.source_id = source.id AND row.state IN ({marks})"
            " JOIN image ON image.id = row.image_id"
            " WHERE source.kind <> 'folder' AND coalesce(row.url, image.url) IS NOT NULL"
        )
        return int(self._db.value(sql, list(states)))

    def are_needed(self) -> bool:
        """Tell whether any image has no folder's file, but an address or a copy."""
        others = self._db.value("SELECT EXISTS (SELECT 1 FROM source WHERE kind <> 'folder')")
        if not others:
            return False
        sql = (
            "SELECT EXISTS (SELECT 1 FROM image JOIN source ON source.id = image.source_id"
            " WHERE source.kind <> 'folder' AND (image.url IS NOT NULL"
            " OR EXISTS (SELECT 1 FROM source_row WHERE image_id = image.id AND url IS NOT NULL)"
            " OR EXISTS (SELECT 1 FROM cached_file WHERE image_id = image.id)))"
        )
        return bool(self._db.value(sql))

    def put(self, copy: CachedFile) -> None:
        """Add or replace the copy of an image; call it in a transaction."""
        self._db.execute(
            "INSERT OR REPLACE INTO cached_file VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", astuple(copy)
        )

    def copy_of(self, image_id: int) -> CachedFile | None:
        """Return the copy of an image, or None."""
        found = self._db.rows(
            CachedFile, "SELECT * FROM cached_file WHERE image_id = ?", [image_id]
        )
        return found[0] if found else None

    def forget(self, image_id: int) -> None:
        """Forget the copy of an image."""
        self._db.execute("DELETE FROM cached_file WHERE image_id = ?", [image_id])

    def note_fetched(self, image_id: int, tries: int) -> None:
        """Record that an image's picture was fetched, in the rows that wanted it."""
        self._db.execute(
            "UPDATE source_row SET state = 'here', reason = NULL, attempts = attempts + ?"
            f" {_ROWS_OF_IMAGE}",
            [tries, image_id],
        )

    def note_not_fetched(self, image_id: int, state: str, reason: str, tries: int) -> None:
        """Record why an image's picture could not be fetched, in the rows that wanted it."""
        self._db.execute(
            "UPDATE source_row SET state = ?, reason = ?, attempts = attempts + ?"
            f" {_ROWS_OF_IMAGE}",
            [state, reason, tries, image_id],
        )

    def nameless_row(self, image_id: int) -> tuple[str, str | None] | None:
        """Return kind and column map of the source of an image that no row names the id of.

        None where a row names it, and for an image that no table and no bucket has.
        """
        rows = self._db.execute(
            "SELECT row.media_id, source.kind, source.column_map FROM source_row AS row"
            " JOIN source ON source.id = row.source_id AND source.kind <> 'folder'"
            " WHERE row.image_id = ? AND row.state <> 'duplicate' ORDER BY row.id",
            [image_id],
        ).fetchall()
        if not rows or any(media_id for media_id, _, _ in rows):
            return None
        return rows[0][1], rows[0][2]
