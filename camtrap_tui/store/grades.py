"""Grades, their undoing, and marks: only ever appended, each on disk before the next picture.

The caller opens the survey with durability FULL. Running numbers are taken inside the write
lock, so that two programs of one grader never take the same one in one file.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from camtrap_tui.domain.models import Grade, Mark, Observation
from camtrap_tui.store.database import Database, columns

# SQLite as it is usually built takes 32,766 values in one statement.
_MOST_VALUES = 10_000


@dataclass(frozen=True, slots=True)
class NewObservation:
    """One taxon that somebody keyed; count, life stage, sex, behaviour only where keyed too."""

    taxon_id: int
    count: int | None = None
    life_stage: str | None = None
    sex: str | None = None
    behavior: str | None = None


@dataclass(frozen=True, slots=True)
class NewGrade:
    """What somebody said of one image, before it has a number.

    `gesture` is the command that made it (accept, blank, species, …); `run_id` is the run
    whose word was in view, None where none was; `seconds` is how long the picture was up. What was
    keyed blind for a holdout names it, and says the how-manieth time it was shown (`viewing`).
    """

    grade_uuid: str
    image_id: int
    observations: tuple[NewObservation, ...]
    mode: str
    gesture: str
    run_id: int | None = None
    batch_uuid: str | None = None
    seconds: float | None = None
    holdout_uuid: str | None = None
    viewing: int | None = None


class Grades:
    """The tables `grade`, `observation`, `mark` and the derived `vote`."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def append(self, grader: str, grades: Sequence[NewGrade], graded_at: str) -> None:
        """Append grades (several share a batch) in one transaction: all of them, or none."""
        with self._db.transaction():
            self.add(grader, grades, graded_at)

    def add(self, grader: str, grades: Iterable[NewGrade], graded_at: str) -> None:
        """Append grades; call it in a transaction."""
        number = self._next_number(grader)
        for offset, grade in enumerate(grades):
            self._insert(
                (
                    grade.grade_uuid,
                    "grade",
                    grade.image_id,
                    grader,
                    number + offset,
                    grade.batch_uuid,
                    None,
                    grade.mode,
                    grade.gesture,
                    grade.run_id,
                    graded_at,
                    grade.seconds,
                    grade.holdout_uuid,
                    grade.viewing,
                ),
                grade.observations,
            )

    def append_reversal(
        self, grader: str, action: str, target_uuid: str, grade_uuid: str, graded_at: str
    ) -> None:
        """Append an `undo` or `redo` of the grade or batch `target_uuid`."""
        with self._db.transaction():
            number = self._next_number(grader)
            self._insert(
                (
                    grade_uuid,
                    action,
                    None,
                    grader,
                    number,
                    None,
                    target_uuid,
                    "assisted",
                    action,
                    None,
                    graded_at,
                    None,
                    None,
                    None,
                ),
                (),
            )

    def _insert(self, values: tuple[object, ...], observations: Sequence[NewObservation]) -> None:
        made = self._db.execute(
            "INSERT INTO grade (grade_uuid, action, image_id, grader, grader_number, batch_uuid,"
            " target_uuid, mode, gesture, run_id, graded_at, seconds, holdout_uuid, viewing)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            values,
        ).lastrowid
        assert made is not None
        self._db.executemany(
            "INSERT INTO observation (grade_id, observation_number, taxon_id, count, life_stage,"
            " sex, behavior) VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                (made, number, o.taxon_id, o.count, o.life_stage, o.sex, o.behavior)
                for number, o in enumerate(observations, 1)
            ),
        )

    def _next_number(self, grader: str) -> int:
        sql = (
            "SELECT max(0, coalesce((SELECT max(grader_number) FROM grade WHERE grader = ?1), 0),"
            " coalesce((SELECT max(grader_number) FROM mark WHERE grader = ?1), 0)) + 1"
        )
        return int(self._db.value(sql, [grader]))

    def latest_by(self, grader: str) -> Grade | None:
        """Return the last grade that the grader keyed and that stands, or None.

        What was imported in somebody's name, by numbers below 0, they have not keyed.
        """
        sql = f"""
            SELECT {columns(Grade, "grade.")} FROM vote JOIN grade ON grade.id = vote.grade_id
            WHERE vote.grader = :grader AND vote.grader_number =
                (SELECT max(grader_number) FROM vote
                WHERE grader = :grader AND grader_number > 0)
            ORDER BY grade.grade_uuid DESC LIMIT 1"""
        found = self._db.rows(Grade, sql, {"grader": grader})
        return found[0] if found else None

    def undoable(self, grader: str) -> list[Grade]:
        """Return the grader's latest grade that stands, or its whole batch; empty if none."""
        latest = self.latest_by(grader)
        if latest is None or latest.batch_uuid is None:
            return [latest] if latest else []
        return self.unit(grader, latest.batch_uuid)

    def redoable(self, grader: str) -> list[Grade]:
        """Return what the grader's next redo would bring back; empty once something is keyed.

        That is the target of the latest undo since the last grade that is still undone.
        """
        sql = """
            SELECT u.target_uuid FROM grade AS u
            WHERE u.grader = :grader AND u.action = 'undo' AND u.grader_number > coalesce((
                    SELECT max(grader_number) FROM grade
                    WHERE grader = :grader AND action = 'grade'), 0)
                AND NOT EXISTS (
                    SELECT 1 FROM grade AS r
                    WHERE r.target_uuid = u.target_uuid AND +r.grader = :grader
                        AND r.grader_number > u.grader_number)
            ORDER BY u.grader_number DESC LIMIT 1"""
        target = self._db.value(sql, {"grader": grader})
        return self.unit(grader, str(target)) if target is not None else []

    def unit(self, grader: str, target_uuid: str) -> list[Grade]:
        """Return the grade or the batch of grades that has this uuid, by number."""
        sql = (
            f"SELECT {columns(Grade)} FROM grade WHERE action = 'grade' AND +grader = ?"
            " AND (grade_uuid = ? OR batch_uuid = ?) ORDER BY grader_number"
        )
        return self._db.rows(Grade, sql, [grader, target_uuid, target_uuid])

    def votes(self, image_id: int) -> list[Grade]:
        """Return each grader's latest standing grade of the image, by grader."""
        sql = (
            f"SELECT {columns(Grade, 'grade.')} FROM vote JOIN grade ON grade.id = vote.grade_id"
            " WHERE vote.image_id = ? ORDER BY vote.grader"
        )
        return self._db.rows(Grade, sql, [image_id])

    def history(self, image_id: int) -> list[Grade]:
        """Return every grade that anybody ever gave the image, undone ones too."""
        sql = f"SELECT {columns(Grade)} FROM grade WHERE image_id = ? ORDER BY id"
        return self._db.rows(Grade, sql, [image_id])

    def observations(self, grade_id: int) -> list[Observation]:
        """Return what a grade says, in the order it was keyed."""
        sql = (
            f"SELECT {columns(Observation)} FROM observation WHERE grade_id = ?"
            " ORDER BY observation_number"
        )
        return self._db.rows(Observation, sql, [grade_id])

    def graded_ids(self) -> array[int]:
        """Return the ids of all images that have a vote, each once, the largest last."""
        return self._db.ids("SELECT DISTINCT image_id FROM vote ORDER BY image_id")

    def graded_among(self, image_ids: Sequence[int], grader: str | None = None) -> set[int]:
        """Return those of a few image ids (a burst, a page) that have a vote (of `grader`)."""
        found: set[int] = set()
        # A camera whose clock stands still makes one burst of all its pictures.
        for first in range(0, len(image_ids), _MOST_VALUES):
            some = image_ids[first : first + _MOST_VALUES]
            marks = ", ".join("?" * len(some))
            sql = f"SELECT DISTINCT image_id FROM vote WHERE image_id IN ({marks})"
            parameters: list[object] = list(some)
            if grader is not None:
                sql, parameters = f"{sql} AND grader = ?", [*parameters, grader]
            found.update(key for (key,) in self._db.execute(sql, parameters))
        return found

    def words(self, image_ids: Sequence[int]) -> list[tuple[int, str, int | None]]:
        """Return (image id, grader, taxon id) of what the votes on a page of images say, by
        image, then grader, then as it was keyed; a vote that names nothing has None."""
        marks = ", ".join("?" * len(image_ids))
        sql = (
            "SELECT vote.image_id, vote.grader, observation.taxon_id FROM vote"
            " LEFT JOIN observation ON observation.grade_id = vote.grade_id"
            f" WHERE vote.image_id IN ({marks})"
            " ORDER BY vote.image_id, vote.grader, observation.observation_number"
        )
        return self._db.execute(sql, list(image_ids)).fetchall()

    def graders(self) -> dict[str, int]:
        """Return how many images each grader's latest grades cover."""
        sql = "SELECT grader, count(*) FROM vote GROUP BY grader ORDER BY grader"
        return dict(self._db.execute(sql).fetchall())

    def frequent_taxa(self, grader: str, deployment_id: int | None, most: int) -> list[int]:
        """Return the animals that this grader keys most at this deployment, then anywhere."""
        sql = """
            SELECT counted.taxon_id FROM vote_taxon AS counted
            JOIN taxon ON taxon.id = counted.taxon_id
            WHERE counted.grader = ? AND counted.observations > 0
                AND taxon.observation_type = 'animal'
            GROUP BY counted.taxon_id
            ORDER BY sum(counted.observations * (counted.deployment_id = ?)) DESC,
                sum(counted.observations) DESC, counted.taxon_id
            LIMIT ?"""
        found = self._db.execute(sql, [grader, deployment_id or 0, most])
        return [key for (key,) in found]

    def behaviors(self) -> list[str]:
        """Return the behaviours that grades name, in the order of the alphabet."""
        # One step in the index for each of them: a million grades may name the same.
        sql = """
            WITH RECURSIVE known (behavior) AS (
                SELECT min(behavior) FROM observation WHERE behavior > ''
                UNION ALL
                SELECT (SELECT min(behavior) FROM observation WHERE behavior > known.behavior)
                FROM known WHERE known.behavior IS NOT NULL)
            SELECT behavior FROM known WHERE behavior IS NOT NULL"""
        return [name for (name,) in self._db.execute(sql)]

    def recent_taxa(self, grader: str, most: int) -> list[int]:
        """Return the taxa that the grader keyed last, the latest first."""
        sql = """
            SELECT taxon_id FROM (
                SELECT grade.grader_number, observation.taxon_id FROM grade
                JOIN observation ON observation.grade_id = grade.id
                WHERE grade.grader = ? ORDER BY grade.grader_number DESC LIMIT 500)
            GROUP BY taxon_id ORDER BY max(grader_number) DESC LIMIT ?"""
        return [key for (key,) in self._db.execute(sql, [grader, most])]

    def append_mark(
        self, mark_uuid: str, image_id: int, grader: str, kind: str, value: str, marked_at: str
    ) -> None:
        """Append a mark (`on` or `off`) or a note; an empty note takes the note back."""
        with self._db.transaction():
            self.add_mark(mark_uuid, image_id, grader, kind, value, marked_at)

    def add_mark(
        self, mark_uuid: str, image_id: int, grader: str, kind: str, value: str, marked_at: str
    ) -> None:
        """Append a mark or a note; call it in a transaction."""
        self._db.execute(
            "INSERT INTO mark (mark_uuid, image_id, grader, grader_number, kind, value,"
            " marked_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
            [mark_uuid, image_id, grader, self._next_number(grader), kind, value, marked_at],
        )

    def marks(self, image_id: int) -> list[Mark]:
        """Return the latest mark and note of each grader on the image, taken back ones left out."""
        sql = f"""
            SELECT {columns(Mark)} FROM mark AS m WHERE image_id = ? AND NOT EXISTS (
                SELECT 1 FROM mark AS later
                WHERE later.image_id = m.image_id AND later.kind = m.kind
                    AND later.grader = m.grader AND (later.grader_number, later.mark_uuid)
                        > (m.grader_number, m.mark_uuid))
                AND value NOT IN ('off', '')
            ORDER BY kind, grader"""
        return self._db.rows(Mark, sql, [image_id])
