"""Holdouts: drawn once, extended by later phases, never changed otherwise."""

from __future__ import annotations

from camtrap_tui.domain.holdouts import Holdout, HoldoutPhase, HoldoutStratum, HoldoutUnit
from camtrap_tui.store.database import Database, columns


class Holdouts:
    """The tables `holdout`, `holdout_phase`, `holdout_stratum` and `holdout_unit`."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def all(self) -> list[Holdout]:
        """Return all holdouts, by name."""
        return self._db.rows(Holdout, f"SELECT {columns(Holdout)} FROM holdout ORDER BY name")

    def by_name(self, name: str) -> Holdout | None:
        """Return the holdout of this name, or None."""
        sql = f"SELECT {columns(Holdout)} FROM holdout WHERE name = ?"
        found = self._db.rows(Holdout, sql, [name])
        return found[0] if found else None

    def phases(self, holdout_id: int) -> list[HoldoutPhase]:
        """Return the drawing and the extensions of a holdout, in order."""
        sql = (
            f"SELECT {columns(HoldoutPhase)} FROM holdout_phase WHERE holdout_id = ? ORDER BY phase"
        )
        return self._db.rows(HoldoutPhase, sql, [holdout_id])

    def strata(self, holdout_id: int) -> list[HoldoutStratum]:
        """Return the strata of a holdout, by number."""
        sql = (
            f"SELECT {columns(HoldoutStratum)} FROM holdout_stratum"
            " WHERE holdout_id = ? ORDER BY stratum"
        )
        return self._db.rows(HoldoutStratum, sql, [holdout_id])

    def sample(self, holdout_id: int) -> list[HoldoutUnit]:
        """Return the units that were drawn, by stratum and rank."""
        sql = (
            f"SELECT {columns(HoldoutUnit)} FROM holdout_unit"
            " WHERE holdout_id = ? AND phase IS NOT NULL ORDER BY stratum, rank"
        )
        return self._db.rows(HoldoutUnit, sql, [holdout_id])
