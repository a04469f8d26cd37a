"""What a survey says, whatever its row ids are: what two merged copies must have in common.

References are written as uuids, names and contents of pictures. Left out are what stays in one
file (where graders were, caches, ledger), names of holdouts that clashed, and runs that neither a
grade nor a holdout names.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

Content = dict[str, list[tuple[tuple[str, Any], ...]]]

# Which rows of a table count, and in which a column says something of this file alone.
_TABLES = {
    "grade": "",
    "observation": "",
    "mark": "",
    "peek": "",
    "vote": "",
    "vote_taxon": "WHERE observations > 0",
    "prediction": "WHERE run_id IN named",
    "detection": "WHERE run_id IN named",
    "classification": "WHERE run_id IN named",
    "run": "WHERE id IN named",
    "holdout": "",
    "holdout_phase": "",
    "holdout_stratum": "",
    "holdout_unit": "",
    "saved_filter": "",
    "expected_taxon": "",
    "clock_segment": "",
}
_LEFT_OUT = {"id", "drawn_by", "drawn_at", "hour"}
_NAMED = """
    CREATE TEMP TABLE named AS
    WITH RECURSIVE found (id) AS (
        SELECT run_id FROM grade UNION SELECT run_id FROM holdout
        UNION SELECT parent_run_id FROM run JOIN found USING (id))
    SELECT id FROM found WHERE id IS NOT NULL"""
_REFERENCES = {
    "image_id": "SELECT id, coalesce(content_md5, media_id) FROM image",
    "burst_id": "SELECT id, coalesce(content_md5, media_id) FROM image",
    "run_id": "SELECT id, run_uuid FROM run",
    "parent_run_id": "SELECT id, run_uuid FROM run",
    "taxon_id": "SELECT id, taxon_uuid FROM taxon",
    "grade_id": "SELECT id, grade_uuid FROM grade",
    "holdout_id": "SELECT id, holdout_uuid FROM holdout",
}
_IMAGES = (
    "SELECT id AS image_id, timestamp, clock_shift_s, burst_id FROM image"
    " WHERE burst_id IS NOT NULL OR timestamp IS NOT NULL"
)


def canonical(path: Path) -> Content:
    """Return every table's rows as sorted (column, value) pairs without row ids."""
    with closing(sqlite3.connect(path)) as db:
        db.execute(_NAMED)
        names = _names(db)
        found = {
            table: _rows(db, f"SELECT * FROM {table} {where}", table, names)
            for table, where in _TABLES.items()
        }
        found["image"] = _rows(db, _IMAGES, "image", names)
        return found


def _names(db: sqlite3.Connection) -> dict[str, dict[Any, Any]]:
    names = {column: dict(db.execute(sql).fetchall()) for column, sql in _REFERENCES.items()}
    places = dict(db.execute("SELECT id, deployment_id FROM deployment").fetchall())
    return names | {"deployment_id": {0: "", **places}}


def _rows(
    db: sqlite3.Connection, sql: str, table: str, names: dict[str, dict[Any, Any]]
) -> list[tuple[tuple[str, Any], ...]]:
    left_out = _LEFT_OUT | ({"name"} if table == "holdout" else set())

    def told(column: str, value: Any) -> Any:
        return names[column][value] if column in names and value is not None else value

    cursor = db.execute(sql)
    columns = [column for (column, *_) in cursor.description]
    return sorted(
        (
            tuple(
                (column, told(column, value))
                for column, value in zip(columns, row, strict=True)
                if column not in left_out
            )
            for row in cursor
        ),
        key=repr,
    )
