"""Filters saved by name in the survey, for everybody who opens it."""

from __future__ import annotations

from dataclasses import dataclass

from camtrap_tui.store.database import Database, columns


@dataclass(frozen=True, slots=True)
class SavedFilter:
    """The words of a filter under a name, and who saved them when."""

    name: str
    filter: str
    saved_by: str
    saved_at: str


class SavedFilters:
    """The table `saved_filter`."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def all(self) -> list[SavedFilter]:
        """Return all saved filters, by name."""
        sql = f"SELECT {columns(SavedFilter)} FROM saved_filter ORDER BY name"
        return self._db.rows(SavedFilter, sql)

    def words(self, name: str) -> str | None:
        """Return the words of a saved filter, None where there is none of this name."""
        found = self._db.value("SELECT filter FROM saved_filter WHERE name = ?", [name])
        return None if found is None else str(found)

    def put(self, saved: SavedFilter) -> None:
        """Save a filter; one of the same name gives way to it."""
        with self._db.transaction():
            self._db.execute(
                f"INSERT OR REPLACE INTO saved_filter ({columns(SavedFilter)}) VALUES (?, ?, ?, ?)",
                [saved.name, saved.filter, saved.saved_by, saved.saved_at],
            )

    def remove(self, name: str) -> None:
        """Remove a saved filter, if there is one of this name."""
        with self._db.transaction():
            self._db.execute("DELETE FROM saved_filter WHERE name = ?", [name])
