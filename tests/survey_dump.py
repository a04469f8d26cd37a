"""Compares survey files row for row, but for times and for what is random on purpose."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

_TIMES = ("created_at", "added_at", "started_at", "finished_at", "modified_ns")
_RANDOM = ("survey_uuid", "name")


def dump(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """Return the rows of every table in the order of their keys, without times."""
    with closing(sqlite3.connect(path)) as db:
        tables = [
            name
            for (name,) in db.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_%'"
                " ESCAPE '\\' AND name NOT LIKE 'sqlite%' ORDER BY name"
            )
        ]
        return {table: _rows(db, table) for table in tables}


def _rows(db: sqlite3.Connection, table: str) -> list[tuple[object, ...]]:
    names = [row[1] for row in db.execute(f"PRAGMA table_info({table})")]
    kept = ", ".join(name for name in names if name not in (*_TIMES, *_RANDOM))
    order = ", ".join(str(n) for n in range(1, kept.count(",") + 2))
    return db.execute(f"SELECT {kept} FROM {table} ORDER BY {order}").fetchall()


def finished(path: Path) -> list[bool]:
    """Return for each run whether it has nothing left to do."""
    with closing(sqlite3.connect(path)) as db:
        found = db.execute("SELECT finished_at IS NOT NULL FROM run ORDER BY id")
        return [bool(value) for (value,) in found]
