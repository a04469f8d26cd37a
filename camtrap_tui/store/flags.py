"""Quality flags: those that are kept, and those that an image's own columns tell.

Every query here walks an index, or no more rows than it answers with.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable

from camtrap_tui.store.database import Database
from camtrap_tui.store.schema_002 import NOT_WORKED_OUT

# The images of a flag that is not kept, each from an index alone.
_TOLD = {
    "no_time": "timestamp IS NULL",
    "no_deployment": "deployment_id IS NULL",
    "same_content": (
        "content_md5 IN (SELECT content_md5 FROM image WHERE content_md5 IS NOT NULL"
        " GROUP BY content_md5 HAVING count(*) > 1)"
    ),
}


class Flags:
    """Reads flags, and writes those that are kept."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def are_known(self) -> bool:
        """Tell whether flags and bursts were worked out for all images by the gap in force."""
        return bool(self._db.value("PRAGMA user_version") != NOT_WORKED_OUT)

    def note_unknown(self) -> None:
        """Keep that flags and bursts are to be worked out anew; call it in a transaction."""
        self._db.execute(f"PRAGMA user_version = {NOT_WORKED_OUT}")

    def note_known(self) -> None:
        """Keep that flags and bursts were worked out for all images; call it in a transaction."""
        self._db.execute("PRAGMA user_version = 0")

    def clear(self, deployment_id: int | None, flag: str | None = None) -> None:
        """Take the kept flags, or one of them, off the images of a deployment."""
        if self._db.value("SELECT 1 FROM image_flag LIMIT 1") is None:
            return
        self._db.execute(
            "DELETE FROM image_flag WHERE image_id IN"
            " (SELECT id FROM image WHERE deployment_id IS ?1) AND (?2 IS NULL OR flag = ?2)",
            [deployment_id, flag],
        )

    def add(self, rows: Iterable[tuple[str, int]]) -> None:
        """Add (flag, image id)."""
        self._db.executemany(
            "INSERT OR IGNORE INTO image_flag (flag, image_id) VALUES (?, ?)", rows
        )

    def add_between(self, flag: str, deployment_id: int | None, first: str, last: str) -> None:
        """Flag the images of a deployment from `first` to `last`; both ends count."""
        self._add_where(flag, deployment_id, "timestamp >= ? AND timestamp <= ?", first, last)

    def add_before(self, flag: str, deployment_id: int | None, time: str) -> None:
        """Flag the images of a deployment whose time is before `time`."""
        self._add_where(flag, deployment_id, "timestamp < ?", time)

    def add_after(self, flag: str, deployment_id: int | None, time: str) -> None:
        """Flag the images of a deployment whose time is after `time`."""
        self._add_where(flag, deployment_id, "timestamp > ?", time)

    def _add_where(self, flag: str, deployment_id: int | None, where: str, *times: str) -> None:
        self._db.execute(
            "INSERT OR IGNORE INTO image_flag (flag, image_id)"
            f" SELECT ?, id FROM image WHERE deployment_id IS ? AND {where}",
            [flag, deployment_id, *times],
        )

    def dates(self, deployment_id: int) -> tuple[str | None, str | None]:
        """Return the recorded start and end of a deployment."""
        found = self._db.one(
            "SELECT deployment_start, deployment_end FROM deployment WHERE id = ?", [deployment_id]
        )
        return (found[0], found[1]) if found else (None, None)

    def kept_counts(self) -> dict[str, int]:
        """Return how many images have each kept flag."""
        sql = "SELECT flag, count(*) FROM image_flag GROUP BY flag"
        return dict(self._db.execute(sql).fetchall())

    def counts_by_deployment(self) -> dict[int | None, dict[str, int]]:
        """Return the kept flags of each deployment (None for none) with their counts."""
        found: dict[int | None, dict[str, int]] = {}
        for deployment_id, flag, count in self._db.execute(
            "SELECT deployment_id, flag, count(*) FROM image_flag"
            " JOIN image ON image.id = image_flag.image_id GROUP BY deployment_id, flag"
        ):
            found.setdefault(deployment_id, {})[flag] = count
        return found

    def without_time(self) -> int:
        """Return how many images have no time: a seek for each deployment."""
        return int(
            self._db.value(
                "SELECT (SELECT count(*) FROM image"
                " WHERE deployment_id IS NULL AND timestamp IS NULL)"
                " + coalesce((SELECT sum((SELECT count(*) FROM image"
                " WHERE image.deployment_id = deployment.id AND timestamp IS NULL))"
                " FROM deployment), 0)"
            )
        )

    def without_deployment(self) -> int:
        """Return how many images have no deployment."""
        return int(self._db.value("SELECT count(*) FROM image WHERE deployment_id IS NULL"))

    def of_same_content(self) -> int:
        """Return how many images share their content with another one."""
        return int(
            self._db.value(
                "SELECT coalesce(sum(size), 0) FROM (SELECT count(*) AS size FROM image"
                " WHERE content_md5 IS NOT NULL GROUP BY content_md5 HAVING size > 1)"
            )
        )

    def ids(self, flag: str) -> array[int]:
        """Return the ids of the images that have `flag`, in order."""
        told = _TOLD.get(flag)
        found = (
            self._db.execute(f"SELECT id FROM image WHERE {told} ORDER BY id")
            if told
            else self._db.execute(
                "SELECT image_id FROM image_flag WHERE flag = ? ORDER BY image_id", [flag]
            )
        )
        return array("q", (key for (key,) in found))
