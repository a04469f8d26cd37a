"""What one grader keyed for a holdout with the AI out of view, and what they have seen since.

Words that were keyed with the AI in view are never read here.
"""

from __future__ import annotations

from camtrap_tui.domain.models import Grade
from camtrap_tui.store.database import Database, columns

# Of standing blind grades of one grader and holdout.
_OWN = (
    "holdout_uuid = :holdout AND grader = :grader AND mode = 'blind' AND action = 'grade'"
    " AND viewing IS NOT NULL"
)
_STANDS = "EXISTS (SELECT 1 FROM standing_grade AS s WHERE s.id = grade.id)"


class BlindGrades:
    """The blind grades of one grader for one holdout, and the table `peek`."""

    def __init__(self, db: Database, grader: str, holdout_uuid: str) -> None:
        self._db = db
        self._who = {"grader": grader, "holdout": holdout_uuid}

    def done(self) -> set[tuple[int, int]]:
        """Return (image id, viewing) of what has a blind grade that stands."""
        sql = f"SELECT DISTINCT image_id, viewing FROM grade WHERE {_OWN} AND {_STANDS}"
        return set(self._db.execute(sql, self._who).fetchall())

    def latest(self, image_id: int, viewing: int) -> Grade | None:
        """Return the blind grade of a picture that stands for one viewing, or None."""
        sql = (
            f"SELECT {columns(Grade)} FROM grade WHERE {_OWN} AND image_id = :image"
            f" AND viewing = :viewing AND {_STANDS}"
            " ORDER BY grader_number DESC, grade_uuid DESC LIMIT 1"
        )
        found = self._db.rows(Grade, sql, {**self._who, "image": image_id, "viewing": viewing})
        return found[0] if found else None

    def seen(self) -> set[int]:
        """Return the images of which this grader has seen the AI's word since they graded them
        blind: by peeking here, or by grading them again with it in view."""
        sql = (
            "SELECT image_id FROM peek WHERE grader = :grader AND holdout_uuid = :holdout"
            " UNION SELECT grade.image_id FROM grade JOIN grade AS later"
            " ON later.image_id = grade.image_id AND later.grader = grade.grader"
            " AND later.grader_number > grade.grader_number AND later.action = 'grade'"
            " AND later.mode IN ('assisted', 'bulk') AND later.run_id IS NOT NULL"
            f" WHERE {_own_of('grade')}"
        )
        return {key for (key,) in self._db.execute(sql, self._who)}

    def append_peek(
        self, peek_uuid: str, image_id: int, run_id: int | None, peeked_at: str
    ) -> None:
        """Append that the AI's word on a picture was shown, before it is."""
        with self._db.transaction():
            self._db.execute(
                "INSERT INTO peek (peek_uuid, holdout_uuid, image_id, grader, run_id, peeked_at)"
                " VALUES (:peek, :holdout, :image, :grader, :run, :at)",
                {
                    **self._who,
                    "peek": peek_uuid,
                    "image": image_id,
                    "run": run_id,
                    "at": peeked_at,
                },
            )

    def recent_taxa(self, most: int) -> list[int]:
        """Return the taxa that were keyed last, the latest first."""
        return self._taxa("max(grade.grader_number) DESC", "", most)

    def frequent_taxa(self, most: int) -> list[int]:
        """Return the animals that were keyed most, the most frequent first."""
        return self._taxa("count(*) DESC", " AND taxon.observation_type = 'animal'", most)

    def _taxa(self, order: str, condition: str, most: int) -> list[int]:
        sql = (
            "SELECT taxon.id FROM grade JOIN observation ON observation.grade_id = grade.id"
            " JOIN taxon ON taxon.id = observation.taxon_id"
            f" WHERE {_own_of('grade')}{condition} GROUP BY taxon.id"
            f" ORDER BY {order}, taxon.taxon_uuid LIMIT :most"
        )
        return [key for (key,) in self._db.execute(sql, {**self._who, "most": most})]


def open_holdouts(db: Database) -> list[tuple[str, int]]:
    """Return the holdouts with drawn pictures that nobody has graded blind yet, and how many."""
    sql = (
        "SELECT holdout.name, count(*) FROM holdout"
        # The pictures that were not drawn are as many as the survey has.
        " CROSS JOIN holdout_unit AS unit INDEXED BY holdout_unit_by_phase"
        " ON unit.holdout_id = holdout.id AND unit.phase IS NOT NULL"
        " WHERE NOT EXISTS (SELECT 1 FROM standing_grade AS s WHERE s.image_id = unit.image_id"
        " AND s.holdout_uuid = holdout.holdout_uuid AND s.mode = 'blind')"
        " GROUP BY holdout.id ORDER BY count(*) DESC, holdout.id"
    )
    return db.execute(sql).fetchall()


def _own_of(table: str) -> str:
    return " AND ".join(f"{table}.{part}" for part in _OWN.split(" AND "))
