"""Where each grader was last: a filter and an image, so that going on needs no search.

It is nobody's word on a picture: the latest program that a grader leaves has the last one.
"""

from __future__ import annotations

from camtrap_tui.domain.models import Place
from camtrap_tui.store.database import Database, columns

# As many images are looked through for one without a grade: a millisecond's worth.
_NEAR = 2000


class Places:
    """The table `place`."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def of(self, grader: str) -> Place | None:
        """Return where this grader was, None where nothing is known of that."""
        sql = f"SELECT {columns(Place)} FROM place WHERE grader = ?"
        found = self._db.rows(Place, sql, [grader])
        return found[0] if found else None

    def put(self, place: Place) -> None:
        """Record where a grader is, in place of what was known."""
        with self._db.transaction():
            self._db.execute(
                f"REPLACE INTO place ({columns(Place)}) VALUES (?, ?, ?, ?)",
                [place.grader, place.filter, place.image_id, place.left_at],
            )

    def beginning(self, image_id: int = 0) -> int | None:
        """Return an image without a grade to begin with: this one, if it is such, else the first
        in time; None where none is found at once."""
        these = "WHERE id = ?" if image_id else "ORDER BY deployment_id, timestamp, id LIMIT ?"
        sql = (
            f"SELECT id FROM (SELECT id FROM image {these}) AS near"
            " WHERE NOT EXISTS (SELECT 1 FROM vote WHERE vote.image_id = near.id) LIMIT 1"
        )
        found: int | None = self._db.value(sql, [image_id or _NEAR])
        return found
