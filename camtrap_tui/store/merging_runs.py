"""Brings runs and holdouts of an attached copy of a survey here, those that grades speak of.

A run comes with what it said of the pictures that are here; a holdout comes whole, or not at all.
What was drawn for a holdout on either copy is drawn on both; only the phases' numbers, which say
in which order that was on one copy, may differ.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from camtrap_tui.store.database import Database
from camtrap_tui.store.merging import copied

# What is known of a picture in a run: the more, the higher.
_KNOWN = "CASE {}.outcome WHEN 'predicted' THEN 2 WHEN 'failed' THEN 1 ELSE 0 END"
_IMAGE = "(SELECT ours FROM temp.merge_image WHERE theirs = t.image_id)"
_TAXON = "(SELECT ours FROM temp.merge_taxon WHERE theirs = t.taxon_id)"
# What one of their holdouts is called here: names that differ by case alone are taken for one.
_NAME = (
    "CASE WHEN EXISTS (SELECT 1 FROM main.holdout AS o"
    " WHERE o.name = t.name COLLATE NOCASE AND o.holdout_uuid <> t.holdout_uuid)"
    " THEN t.name || '-' || substr(t.holdout_uuid, 1, 8) ELSE t.name END"
)

HoldoutEnd = Literal["new", "extended", "same", "pictures missing", "contradicts"]


@dataclass(frozen=True, slots=True)
class HoldoutPlan:
    """A holdout of the other file, and what becomes of it here.

    `ours` is the row id of the same holdout here, None where there is none; `drawn` bursts of it
    are drawn there and not here; `missing` pictures of its frame are not here. `name` is what it
    is called here: with a part of its uuid where another one has its name.
    """

    theirs: int
    ours: int | None
    holdout_uuid: str
    name: str
    end: HoldoutEnd
    drawn: int
    missing: int


class MergingRuns:
    """Runs and holdouts of the attached file; images and taxa are matched before."""

    def __init__(self, db: Database) -> None:
        self._db = db

    # ── runs ─────────────────────────────────────────────────────────────────────────────

    def take_runs(self, holdouts: list[HoldoutPlan]) -> list[int]:
        """Add the runs that grades of matched images name, or holdouts that are taken, and those
        that they were made from; return the row ids here of those that were not here."""
        run = self._db.execute
        run("CREATE TEMP TABLE merge_run (theirs INTEGER PRIMARY KEY, ours INTEGER NOT NULL)")
        taken = ", ".join(str(plan.theirs) for plan in holdouts if plan.end != "pictures missing")
        wanted = f"""WITH RECURSIVE wanted (id) AS (
            SELECT DISTINCT t.run_id FROM other.grade AS t JOIN temp.merge_image AS m
                ON m.theirs = t.image_id WHERE t.run_id IS NOT NULL
            UNION SELECT t.run_id FROM other.peek AS t JOIN temp.merge_image AS m
                ON m.theirs = t.image_id WHERE t.run_id IS NOT NULL
            UNION SELECT run_id FROM other.holdout WHERE id IN ({taken}) AND run_id IS NOT NULL
            UNION SELECT r.parent_run_id FROM wanted JOIN other.run AS r ON r.id = wanted.id
                WHERE r.parent_run_id IS NOT NULL)"""
        found = [key for (key,) in run(f"{wanted} SELECT id FROM wanted ORDER BY id")]
        before = self._last_run()
        these = ", ".join(map(str, found))
        copied(self._db, "run", {"parent_run_id": "NULL"}, f"WHERE t.id IN ({these}) ORDER BY t.id")
        run(
            "INSERT INTO temp.merge_run SELECT t.id, o.id FROM other.run AS t JOIN main.run AS o"
            " ON o.request_key = t.request_key OR o.run_uuid = t.run_uuid"
            f" WHERE t.id IN ({these}) GROUP BY t.id"
        )
        run(
            "UPDATE main.run SET parent_run_id = (SELECT parent.ours FROM other.run AS t"
            " JOIN temp.merge_run AS own ON own.theirs = t.id"
            " JOIN temp.merge_run AS parent ON parent.theirs = t.parent_run_id"
            " WHERE own.ours = run.id) WHERE id > ?",
            [before],
        )
        return [key for (key,) in run("SELECT id FROM main.run WHERE id > ? ORDER BY id", [before])]

    def _last_run(self) -> int:
        return int(self._db.value("SELECT coalesce(max(id), 0) FROM main.run"))

    def take_predictions(self) -> int:
        """Add what these runs say of matched pictures of which they say less here, or nothing.

        A picture's outcome, boxes and classes are taken together. Returns of how many.
        """
        run = self._db.execute
        run(
            "CREATE TEMP TABLE merge_said (run_ours INTEGER, ours INTEGER, run_theirs INTEGER,"
            " theirs INTEGER, is_known INTEGER, PRIMARY KEY (run_ours, ours)) WITHOUT ROWID"
        )
        # In the order of the rows that will be written.
        found = run(
            "INSERT OR IGNORE INTO temp.merge_said"
            " SELECT r.ours, m.ours, t.run_id, t.image_id, o.run_id IS NOT NULL"
            " FROM temp.merge_run AS r CROSS JOIN other.prediction AS t ON t.run_id = r.theirs"
            " CROSS JOIN temp.merge_image AS m ON m.theirs = t.image_id"
            " LEFT JOIN main.prediction AS o ON o.run_id = r.ours AND o.image_id = m.ours"
            f" WHERE o.run_id IS NULL OR {_KNOWN.format('t')} > {_KNOWN.format('o')}"
            f" ORDER BY r.ours, m.ours, {_KNOWN.format('t')} DESC"
        ).rowcount
        tables = ("prediction", "detection", "classification") if found else ()
        for table in tables:
            run(
                f"DELETE FROM main.{table} WHERE (run_id, image_id) IN"
                " (SELECT run_ours, ours FROM temp.merge_said WHERE is_known)"
            )
            copied(
                self._db,
                table,
                {"run_id": "s.run_ours", "image_id": "s.ours", "taxon_id": _TAXON},
                "WHERE t.run_id = s.run_theirs AND t.image_id = s.theirs",
                first="temp.merge_said AS s CROSS JOIN",
            )
        return found

    # ── holdouts ─────────────────────────────────────────────────────────────────────────

    def plan_holdouts(self) -> list[HoldoutPlan]:
        """Return what becomes of each holdout of the other file, by name.

        Its frame was counted when it was drawn: where pictures of it are not here, it cannot be
        taken. Of a holdout that both have, all is drawn afterwards that either has drawn: the
        first ranks of every stratum, still.
        """
        found = self._db.execute(
            "SELECT t.id, (SELECT id FROM main.holdout WHERE holdout_uuid = t.holdout_uuid),"
            f" t.holdout_uuid, {_NAME} FROM other.holdout AS t ORDER BY t.name"
        ).fetchall()
        return [self._plan(*row) for row in found]

    def _plan(self, theirs: int, ours: int | None, holdout_uuid: str, name: str) -> HoldoutPlan:
        missing = int(
            self._db.value(
                "SELECT count(*) - count(DISTINCT m.ours) FROM other.holdout_unit AS t"
                " LEFT JOIN temp.merge_image AS m ON m.theirs = t.image_id WHERE t.holdout_id = ?",
                [theirs],
            )
        )
        drawn = (
            0 if ours is None else int(self._db.value(self._to_draw("count(*)"), [theirs, ours]))
        )
        end: HoldoutEnd = "new" if ours is None else "extended" if drawn else "same"
        if missing:
            end = "pictures missing"
        elif ours is not None and self._differ(theirs, ours):
            end = "contradicts"
        return HoldoutPlan(theirs, ours, holdout_uuid, name, end, drawn, missing)

    def _to_draw(self, what: str) -> str:
        """Return the question for what is drawn in their holdout (?1) and not yet in ours (?2)."""
        return (
            f"SELECT {what} FROM other.holdout_unit AS t"
            " JOIN temp.merge_image AS m ON m.theirs = t.image_id JOIN main.holdout_unit AS o"
            " ON o.holdout_id = ?2 AND o.image_id = m.ours"
            " WHERE t.holdout_id = ?1 AND t.phase IS NOT NULL AND o.phase IS NULL"
        )

    def _differ(self, theirs: int, ours: int) -> bool:
        """Tell whether two holdouts of one uuid have other frames."""
        unit = "stratum, rank, burst_images"
        their_units = (
            f"SELECT m.ours, {unit} FROM other.holdout_unit AS t JOIN temp.merge_image AS m"
            " ON m.theirs = t.image_id WHERE t.holdout_id = :theirs"
        )
        our_units = f"SELECT image_id, {unit} FROM main.holdout_unit WHERE holdout_id = :ours"
        places = {"theirs": theirs, "ours": ours}
        return any(
            self._db.value(f"SELECT 1 FROM ({one} EXCEPT {other})", places)
            for one, other in ((their_units, our_units), (our_units, their_units))
        )

    def take_holdouts(self, plans: list[HoldoutPlan]) -> None:
        """Write what was planned; runs are here by now."""
        for plan in plans:
            if plan.end == "new":
                self._take_new(plan)
            elif plan.end == "extended" and plan.ours is not None:
                self._extend(plan.theirs, plan.ours)

    def _take_new(self, plan: HoldoutPlan) -> None:
        copied(
            self._db,
            "holdout",
            {
                "name": _NAME,
                "run_id": "(SELECT ours FROM temp.merge_run WHERE theirs = t.run_id)",
            },
            f"WHERE t.id = {plan.theirs}",
        )
        ours = self._db.value(
            "SELECT id FROM main.holdout WHERE holdout_uuid = ?", [plan.holdout_uuid]
        )
        # The phases last: with them the frame is frozen.
        for table in ("holdout_stratum", "holdout_unit", "holdout_phase"):
            copied(
                self._db,
                table,
                {"holdout_id": str(ours), "image_id": _IMAGE},
                f"WHERE t.holdout_id = {plan.theirs}",
            )

    def _extend(self, theirs: int, ours: int) -> None:
        """Draw here what was drawn there, as phases of this file: after those that it has."""
        both = [theirs, ours]
        found = self._db.execute(self._to_draw("DISTINCT t.phase") + " ORDER BY 1", both)
        for (phase,) in found.fetchall():
            self._db.execute(
                "INSERT INTO main.holdout_phase (holdout_id, phase, size, drawn_by, drawn_at, aim)"
                " SELECT ?2, (SELECT max(phase) FROM main.holdout_phase WHERE holdout_id = ?2) + 1,"
                f" ({self._to_draw('count(*)')} AND t.phase = ?3), drawn_by, drawn_at, aim"
                " FROM other.holdout_phase WHERE holdout_id = ?1 AND phase = ?3",
                [*both, phase],
            )
            self._db.execute(
                "UPDATE main.holdout_unit SET phase = (SELECT max(phase) FROM main.holdout_phase"
                " WHERE holdout_id = ?2) WHERE holdout_id = ?2 AND image_id IN"
                f" ({self._to_draw('o.image_id')} AND t.phase = ?3)",
                [*both, phase],
            )
        self._db.execute(
            "UPDATE main.holdout_stratum SET sampled = t.sampled FROM other.holdout_stratum AS t"
            " WHERE holdout_stratum.holdout_id = ?2 AND t.holdout_id = ?1"
            " AND t.stratum = holdout_stratum.stratum AND t.sampled > holdout_stratum.sampled",
            both,
        )
