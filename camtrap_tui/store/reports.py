"""Counts for charts and summaries, each one query over the survey."""

from __future__ import annotations

from camtrap_tui.store.database import Database


class Reports:
    """Counts by class and by hour."""

    def __init__(self, db: Database) -> None:
        self._db = db
