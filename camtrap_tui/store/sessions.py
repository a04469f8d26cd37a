"""Reads what graders keyed, in the order in which they keyed it; rows come one at a time."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter

from camtrap_tui.domain.sessions import GAP_S, Keyed, seconds_of
from camtrap_tui.store.database import Database

# Imported labels were keyed elsewhere, and by the clock of whoever imported them.
_ROWS = """
    SELECT g.id, g.grader, g.grade_uuid, g.batch_uuid, g.graded_at, g.image_id, g.gesture,
        g.mode = 'bulk', g.seconds,
        g.mode = 'blind' OR (g.mode = 'adjudicated' AND g.run_id IS NULL), o.taxon_id
    FROM grade AS g LEFT JOIN observation AS o ON o.grade_id = g.id
    WHERE g.action = 'grade' AND g.mode <> 'import' {grader}
    ORDER BY g.grader {order}, g.grader_number {order}, g.id {order}"""


class KeyedGrades:
    """The grades of everybody, or of one."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def all(self, grader: str | None = None) -> Iterator[Keyed]:
        """Return all grades, by grader and number; of one grader alone where one is named."""
        return self._read(grader, "ASC")

    def latest_sitting(self, grader: str, gap_s: float = GAP_S) -> list[Keyed]:
        """Return the grader's last grades that follow each other without a long gap."""
        found: list[Keyed] = []
        later: float | None = None
        for one in self._read(grader, "DESC"):
            now = seconds_of(one.graded_at)
            if now is not None and later is not None and abs(later - now) > gap_s:
                break
            later = now if now is not None else later
            found.append(one)
        return found[::-1]

    def _read(self, grader: str | None, order: str) -> Iterator[Keyed]:
        undone = self._undone()
        which = "" if grader is None else "AND g.grader = ?"
        sql = _ROWS.format(grader=which, order=order)
        rows = self._db.execute(sql, [] if grader is None else [grader])
        for _, group in groupby(rows, key=itemgetter(0)):
            first, *more = group
            _, who, grade_uuid, batch_uuid, *how, taxon = first
            graded_at, image_id, gesture, bulk, seconds, blind = how
            # In any order: what is compared is which they are.
            taxa: tuple[int, ...] = () if taxon is None else (taxon,)
            if more:
                taxa = tuple(sorted({row[-1] for row in (first, *more)}))
            stands = not undone or not ({(who, grade_uuid), (who, batch_uuid)} & undone)
            at = (who, graded_at, image_id, gesture)
            yield Keyed(*at, bool(bulk), seconds, stands, taxa, bool(blind))

    def _undone(self) -> set[tuple[str, str]]:
        """Return (grader, uuid of grade or batch) of all that is undone now: few, as a rule."""
        found: dict[tuple[str, str], str] = {}
        sql = (
            "SELECT grader, target_uuid, action FROM grade WHERE target_uuid IS NOT NULL"
            " ORDER BY target_uuid, grader, grader_number, grade_uuid"
        )
        for grader, target, action in self._db.execute(sql):
            found[grader, target] = action
        return {key for key, action in found.items() if action == "undo"}
