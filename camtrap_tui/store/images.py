"""The ledger's tables: sources, their rows, deployments, and the images they became."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from camtrap_tui.domain.models import Deployment, Image, Source
from camtrap_tui.store.database import Database, columns, like
from camtrap_tui.store.timelines import IN_SECOND

# SQLite takes 32,766 parameters a statement; a screen asks for a few dozen.
_CHUNK = 500

_IMAGE_INSERT_COLUMNS = columns(Image).removeprefix("id, ")
_IMAGE_INSERT = (
    f"INSERT INTO image ({_IMAGE_INSERT_COLUMNS})"
    f" VALUES ({', '.join('?' * (_IMAGE_INSERT_COLUMNS.count(',') + 1))})"
)


# So many digits of a media id are hardly part of a file's name.
_TELLING = 8

_GROUPS = {
    "deployment": "deployment_id",
    "day": "coalesce(deployment_id, 0) || coalesce(substr(timestamp, 1, 10), '')",
    "burst": "coalesce(burst_id, id)",
}


class Images:
    """Sources, source rows, deployments and images."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def source(self, kind: str, location: str, added_at: str) -> Source:
        """Return the source at `location`, added if it is new; call it in a transaction."""
        self._db.execute(
            "INSERT INTO source (kind, location, added_at) VALUES (?, ?, ?)"
            " ON CONFLICT (kind, location) DO NOTHING",
            [kind, location, added_at],
        )
        return self._db.rows(
            Source,
            f"SELECT {columns(Source)} FROM source WHERE kind = ? AND location = ?",
            [kind, location],
        )[0]

    def sources(self) -> dict[int, Source]:
        """Return all sources by id: a handful."""
        found = self._db.rows(Source, f"SELECT {columns(Source)} FROM source ORDER BY id")
        return {source.id: source for source in found}

    def deployment_ids(self, names: Iterable[str]) -> dict[str, int]:
        """Return the row ids of all deployments by name, with `names` added if need be."""
        self._db.executemany(
            "INSERT INTO deployment (deployment_id) VALUES (?)"
            " ON CONFLICT (deployment_id) DO NOTHING",
            ([name] for name in names),
        )
        return dict(self._db.execute("SELECT deployment_id, id FROM deployment").fetchall())

    def deployment_id(self, name: str) -> int:
        """Return the row id of one deployment, added if need be; call it in a transaction."""
        self._db.execute(
            "INSERT INTO deployment (deployment_id) VALUES (?)"
            " ON CONFLICT (deployment_id) DO NOTHING",
            [name],
        )
        return int(self._db.value("SELECT id FROM deployment WHERE deployment_id = ?", [name]))

    def deployments(self) -> dict[int, Deployment]:
        """Return all deployments by row id."""
        found = self._db.rows(Deployment, f"SELECT {columns(Deployment)} FROM deployment")
        return {deployment.id: deployment for deployment in found}

    def add(self, image: Image) -> int:
        """Add one image (its `id` is ignored) and return its row id; call it in a transaction."""
        values = [getattr(image, name) for name in _IMAGE_INSERT_COLUMNS.split(", ")]
        made = self._db.execute(_IMAGE_INSERT, values).lastrowid
        assert made is not None
        return made

    def count(self) -> int:
        """Return how many images the survey has."""
        return int(self._db.value("SELECT count(*) FROM image"))

    def by_ids(self, ids: Sequence[int]) -> list[Image]:
        """Return the images of `ids` that exist, in the order of `ids`."""
        found: dict[int, Image] = {}
        for start in range(0, len(ids), _CHUNK):
            part = ids[start : start + _CHUNK]
            marks = ", ".join("?" * len(part))
            sql = f"SELECT {columns(Image)} FROM image WHERE id IN ({marks})"
            found |= {image.id: image for image in self._db.rows(Image, sql, list(part))}
        return [found[key] for key in ids if key in found]

    def by_media_id(self, media_id: str) -> Image | None:
        """Return the image with this media id, or None."""
        sql = f"SELECT {columns(Image)} FROM image WHERE media_id = ?"
        found = self._db.rows(Image, sql, [media_id])
        return found[0] if found else None

    def by_content(self, content_md5: str) -> Image | None:
        """Return the first image with these bytes, or None."""
        sql = f"SELECT {columns(Image)} FROM image WHERE content_md5 = ? ORDER BY id LIMIT 1"
        found = self._db.rows(Image, sql, [content_md5])
        return found[0] if found else None

    def burst(self, image: Image) -> list[int]:
        """Return the ids of the images of this image's burst, as the camera took them."""
        if image.burst_id is None:
            return [image.id]
        found = self._db.execute(
            "SELECT id FROM image WHERE burst_id = ?"
            f" ORDER BY timestamp, {IN_SECOND.format('image')}",
            [image.burst_id],
        )
        return [key for (key,) in found]

    def frame_before(self, image: Image) -> int | None:
        """Return the last image that this one's deployment took before its burst, or None.

        For the first image of a burst, or one without.
        """
        if image.deployment_id is None or image.timestamp is None:
            return None
        found = self._db.execute(
            "SELECT id FROM image WHERE deployment_id = ? AND timestamp IS NOT NULL"
            " AND (timestamp, id) < (?, ?) ORDER BY timestamp DESC, id DESC LIMIT 1",
            [image.deployment_id, image.timestamp, 0 if image.burst_id else image.id],
        ).fetchone()
        if found is None:
            return None
        (before,) = self.by_ids([found[0]])
        # Frames of one second stand in another order than their ids.
        return self.burst(before)[-1]

    def groups_of(self, ids: Sequence[int], group: str) -> list[int | str | None]:
        """Return for each image its `deployment`, its `day` there, or the first image of its
        `burst`.

        At most 30,000 ids.
        """
        column = _GROUPS[group]
        marks = ", ".join("?" * len(ids))
        sql = f"SELECT id, {column} FROM image WHERE id IN ({marks})"
        found = dict(self._db.execute(sql, list(ids)).fetchall())
        return [found.get(key) for key in ids]

    def named(self, name: str) -> set[int]:
        """Return the images that have just this path or media id, or one that begins with this
        much of it: found by indexes, where the others walk over all."""
        last = f"{name}\U0010ffff" if len(name) >= _TELLING else name
        sql = (
            "SELECT id FROM image WHERE file_path = ?1"
            " UNION SELECT id FROM image WHERE media_id BETWEEN ?1 AND ?2"
        )
        return set(self._db.ids(sql, [name, last]))

    def with_path(self, text: str) -> set[int]:
        """Return the images whose path holds `text`: a walk over the index of all paths."""
        sql = "SELECT id FROM image WHERE file_path LIKE ? ESCAPE '\\'"
        return set(self._db.ids(sql, [f"%{like(text)}%"]))

    def with_media_id(self, text: str) -> set[int]:
        """Return the images whose media id begins with `text`, in capitals or not."""
        sql = "SELECT id FROM image WHERE media_id LIKE ? ESCAPE '\\'"
        return set(self._db.ids(sql, [f"{like(text)}%"]))
