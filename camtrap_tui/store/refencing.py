"""What a re-fenced run is made of: another run's outcomes, boxes and classes, stretch by stretch.

Nothing here grows with the survey: a stretch is some thousand images in order of row id.
"""

from __future__ import annotations

from typing import NamedTuple

from camtrap_tui.store.database import Database

_TO_DO = """
    FROM prediction AS p LEFT JOIN prediction AS own
        ON own.run_id = ? AND own.image_id = p.image_id
    WHERE p.run_id = ? AND p.image_id > ? AND (own.outcome IS NULL
        OR (own.outcome = 'pending' AND p.outcome <> 'pending')
        OR (own.outcome = 'failed' AND own.attempts <> p.attempts))"""


class Outcome(NamedTuple):
    """How an image ended in the run that is taken from; the fields are columns of `prediction`."""

    image_id: int
    outcome: str
    taxon_id: int | None
    score: float | None
    source: str | None
    reason: str | None
    attempts: int


class Refencing:
    """Reads a run to make another of it."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def count_to_do(self, run_id: int, parent_id: int) -> int:
        """Return how many images `to_do` gives in all."""
        return int(self._db.value(f"SELECT count(*) {_TO_DO}", [run_id, parent_id, 0]))

    def to_do(self, run_id: int, parent_id: int, after: int, most: int) -> list[int]:
        """Return images whose outcome in `parent_id` the run `run_id` has not taken over.

        In order of id, from the first after `after`, at most `most`. What is predicted stays as
        it is, since the boxes of it never change; what waited or failed is taken anew once that
        run has tried again.
        """
        sql = f"SELECT p.image_id {_TO_DO} ORDER BY p.image_id LIMIT ?"
        return [key for (key,) in self._db.execute(sql, [run_id, parent_id, after, most])]

    def outcomes(self, parent_id: int, first: int, last: int) -> list[Outcome]:
        """Return how the images from id `first` to `last` ended, in order of id."""
        sql = (
            f"SELECT {', '.join(Outcome._fields)} FROM prediction"
            " WHERE run_id = ? AND image_id BETWEEN ? AND ? ORDER BY image_id"
        )
        return [Outcome(*row) for row in self._db.execute(sql, [parent_id, first, last])]

    def boxes(self, parent_id: int, first: int, last: int) -> list[tuple[int, int, str, float]]:
        """Return (image id, number, category, confidence) of the boxes of these images."""
        sql = (
            "SELECT image_id, detection_number, category, confidence FROM detection"
            " WHERE run_id = ? AND image_id BETWEEN ? AND ? ORDER BY image_id, detection_number"
        )
        return self._db.execute(sql, [parent_id, first, last]).fetchall()

    def classes(
        self, parent_id: int, first: int, last: int, most: int
    ) -> list[tuple[int, int, int, float]]:
        """Return (image id, detection number, taxon id, score), the first `most` of each, best
        first."""
        sql = (
            "SELECT image_id, detection_number, taxon_id, score FROM classification"
            " WHERE run_id = ? AND image_id BETWEEN ? AND ? AND rank <= ?"
            " ORDER BY image_id, detection_number, rank"
        )
        return self._db.execute(sql, [parent_id, first, last, most]).fetchall()

    def classes_said(self, parent_id: int) -> dict[int, int]:
        """Return the taxa that a run has as classes of boxes or pictures, each with its lowest
        rank; the highest of these ranks is the number of classes that it has of a box."""
        sql = "SELECT taxon_id, max(rank) FROM classification WHERE run_id = ? GROUP BY taxon_id"
        return dict(self._db.execute(sql, [parent_id]).fetchall())
