"""Recorded corrections of camera clocks: appended, revoked, never changed or deleted."""

from __future__ import annotations

from camtrap_tui.domain.models import ClockSegment
from camtrap_tui.store.database import Database, columns

_COLUMNS = columns(ClockSegment).removeprefix("id, ")


class Clocks:
    """The clock segments of a survey."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def all(self) -> list[ClockSegment]:
        """Return every segment that was ever recorded, in order of recording."""
        sql = f"SELECT {columns(ClockSegment)} FROM clock_segment ORDER BY id"
        return self._db.rows(ClockSegment, sql)

    def by_id(self, segment_id: int) -> ClockSegment | None:
        """Return one segment, or None."""
        sql = f"SELECT {columns(ClockSegment)} FROM clock_segment WHERE id = ?"
        found = self._db.rows(ClockSegment, sql, [segment_id])
        return found[0] if found else None

    def in_force(self, deployment_id: int) -> list[ClockSegment]:
        """Return the segments of a deployment that were not revoked, in order of recording."""
        sql = (
            f"SELECT {columns(ClockSegment)} FROM clock_segment"
            " WHERE deployment_id = ? AND revoked_at IS NULL ORDER BY id"
        )
        return self._db.rows(ClockSegment, sql, [deployment_id])

    def add(self, segment: ClockSegment) -> int:
        """Add a segment (its `id` is ignored) and return its id; call it in a transaction."""
        names = _COLUMNS.split(", ")
        made = self._db.execute(
            f"INSERT INTO clock_segment ({_COLUMNS}) VALUES ({', '.join('?' * len(names))})",
            [getattr(segment, name) for name in names],
        ).lastrowid
        assert made is not None
        return made

    def revoke(self, segment_id: int, revoked_by: str, revoked_at: str) -> None:
        """Take a segment out of force; call it in a transaction."""
        self._db.execute(
            "UPDATE clock_segment SET revoked_by = ?, revoked_at = ? WHERE id = ?",
            [revoked_by, revoked_at, segment_id],
        )
