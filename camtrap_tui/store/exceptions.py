"""The contact sheet's exceptions: pictures that a grader left out of a page, until they graded
them. Each is on disk at once; none is anybody's word on a picture."""

from __future__ import annotations

from camtrap_tui.store.database import Database

_GRADED = "EXISTS (SELECT 1 FROM vote WHERE vote.image_id = e.image_id AND vote.grader = e.grader)"


class Exceptions:
    """The table `sheet_exception`.

    A picture that its grader has graded is none: an undone grade makes it one again, as long
    as `forget_graded` was not called.
    """

    def __init__(self, db: Database) -> None:
        self._db = db

    def of(self, grader: str) -> list[int]:
        """Return the ids of this grader's exceptions, the earliest first."""
        sql = (
            f"SELECT image_id FROM sheet_exception AS e WHERE grader = ? AND NOT {_GRADED}"
            " ORDER BY excepted_at, image_id"
        )
        return [key for (key,) in self._db.execute(sql, [grader])]

    def put(self, grader: str, image_id: int) -> None:
        """Record that an image is an exception."""
        with self._db.transaction():
            self._db.execute(
                "INSERT OR IGNORE INTO sheet_exception (grader, image_id, excepted_at)"
                " VALUES (?, ?, strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))",
                [grader, image_id],
            )

    def remove(self, grader: str, image_id: int) -> None:
        """Record that an image is none any more."""
        with self._db.transaction():
            self._db.execute(
                "DELETE FROM sheet_exception WHERE grader = ? AND image_id = ?",
                [grader, image_id],
            )

    def forget_graded(self, grader: str) -> None:
        """Remove those that this grader has graded since."""
        sql = f"FROM sheet_exception AS e WHERE grader = ? AND {_GRADED}"
        if self._db.value(f"SELECT 1 {sql}", [grader]) is None:
            return
        with self._db.transaction():
            self._db.execute(f"DELETE {sql}", [grader])
