"""What the ledger's two accounts are counted from, and the rows behind each number of them.

Counts come from indexes alone, and lists are ids in order, of which pages are read by id:
nothing here grows with what is shown at once.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from camtrap_tui.store.database import Database

# SQLite takes 32,766 parameters a statement; a page of a screen is a few dozen rows.
_PAGE = 500

STATES = ("pending", "here", "duplicate", "not_a_picture", "unreadable", "missing", "excluded")
# An image of a run is in one outcome, or the run was never asked about it.
OUTCOMES = ("predicted", "failed", "pending", "never_asked")
Behind = Literal["row", "image"]


@dataclass(frozen=True, slots=True)
class Extent:
    """How many ids a table has, and the lowest and the highest: without gaps they are all."""

    count: int
    first: int | None
    last: int | None

    @property
    def has_gaps(self) -> bool:
        """Whether an id between the first and the last is missing."""
        if self.first is None or self.last is None:
            return False
        return self.last - self.first + 1 != self.count

    def holds(self, other: Extent) -> bool:
        """Tell whether all ids that lie within `other` must be ids of this one."""
        if other.first is None or other.last is None:
            return True
        if self.first is None or self.last is None or self.has_gaps:
            return False
        return self.first <= other.first and other.last <= self.last


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of a list: a source row, or an image with its outcome in a run.

    `key` is the id of the source row or image that it is listed by; `state` is a state or an
    outcome, `tries` how often it was fetched or predicted.
    """

    key: int
    source: str
    row_number: int
    file_path: str
    url: str | None
    media_id: str | None
    state: str
    reason: str | None
    tries: int
    image_id: int | None


_ROW_SQL = """
    SELECT row.id, source.location, row.row_number, row.file_path, row.url,
        coalesce(row.media_id, image.media_id), row.state, row.reason, row.attempts, row.image_id
    FROM source_row AS row JOIN source ON source.id = row.source_id
    LEFT JOIN image ON image.id = row.image_id"""
_IMAGE_SQL = """
    SELECT image.id, source.location, 0, image.file_path, image.url, image.media_id,
        coalesce(prediction.outcome, 'never_asked'), prediction.reason,
        coalesce(prediction.attempts, 0), image.id
    FROM image JOIN source ON source.id = image.source_id
    LEFT JOIN prediction ON prediction.image_id = image.id AND prediction.run_id = ?"""


class Accounts:
    """Counts, checks and lists over `source_row` and `prediction`."""

    def __init__(self, db: Database) -> None:
        self._db = db

    # ── counts ───────────────────────────────────────────────────────────────────────────

    def rows_by_state(self) -> dict[int, dict[str, int]]:
        """Return how many rows of each source are in each state, by source id."""
        found: dict[int, dict[str, int]] = {}
        sql = "SELECT source_id, state, count(*) FROM source_row GROUP BY source_id, state"
        for source_id, state, count in self._db.execute(sql):
            found.setdefault(source_id, {})[state] = count
        return found

    def images(self) -> Extent:
        """Return the extent of the images' ids."""
        return self._extent("count(*)", "id", "image")

    def images_of_rows(self) -> Extent:
        """Return the extent of the images that source rows point at; `count` is of images."""
        return self._extent("count(DISTINCT image_id)", "image_id", "source_row")

    def images_of_run(self, run_id: int) -> Extent:
        """Return the extent of the images that a run was asked about."""
        return self._extent("count(*)", "image_id", "prediction", f"run_id = {int(run_id)}")

    def _extent(self, count: str, column: str, table: str, where: str = "TRUE") -> Extent:
        # Each its own query: min and max together would read the whole index.
        parts = (count, f"min({column})", f"max({column})")
        sql = ", ".join(f"(SELECT {part} FROM {table} WHERE {where})" for part in parts)
        found = self._db.one(f"SELECT {sql}")
        assert found is not None
        return Extent(*found)

    # ── what does not add up ─────────────────────────────────────────────────────────────

    def rows_without_image(self) -> dict[int, int]:
        """Return how many rows that must point at an image point at none, by source id."""
        sql = (
            "SELECT source_id, count(*) FROM source_row WHERE image_id IS NULL"
            " AND state IN ('pending', 'here', 'duplicate') GROUP BY source_id"
        )
        return dict(self._db.execute(sql).fetchall())

    def rows_of_no_image(self) -> dict[int, int]:
        """Return how many rows point at an image that is not there, by source id."""
        sql = (
            "SELECT source_id, count(*) FROM source_row WHERE image_id IS NOT NULL AND NOT EXISTS"
            " (SELECT 1 FROM image WHERE image.id = source_row.image_id) GROUP BY source_id"
        )
        return dict(self._db.execute(sql).fetchall())

    def images_without_row(self) -> int:
        """Return how many images no source row points at."""
        sql = (
            "SELECT count(*) FROM image WHERE NOT EXISTS"
            " (SELECT 1 FROM source_row WHERE source_row.image_id = image.id)"
        )
        return int(self._db.value(sql))

    def outcomes_of_no_image(self, run_id: int) -> int:
        """Return how many images of a run are not in the survey."""
        sql = (
            "SELECT count(*) FROM prediction WHERE run_id = ? AND NOT EXISTS"
            " (SELECT 1 FROM image WHERE image.id = prediction.image_id)"
        )
        return int(self._db.value(sql, [run_id]))

    def runs_with_outcomes(self) -> set[int]:
        """Return the ids of the runs that outcomes are of, also of such that are not there."""
        # A seek for each run, where DISTINCT would walk all outcomes.
        sql = (
            "WITH RECURSIVE found (run_id) AS (SELECT min(run_id) FROM prediction UNION ALL"
            " SELECT (SELECT min(run_id) FROM prediction WHERE run_id > found.run_id) FROM found"
            " WHERE run_id IS NOT NULL) SELECT run_id FROM found WHERE run_id IS NOT NULL"
        )
        return {key for (key,) in self._db.execute(sql)}

    def broken_references(self) -> dict[str, int]:
        """Return how many rows of each table point at a row that is not there; reads it all."""
        found: dict[str, int] = {}
        for table, *_ in self._db.execute("PRAGMA foreign_key_check"):
            found[table] = found.get(table, 0) + 1
        return found

    def damage(self) -> list[str]:
        """Return what SQLite finds wrong with the file itself; reads it all."""
        found = [str(said) for (said,) in self._db.execute("PRAGMA quick_check")]
        return [] if found == ["ok"] else found

    # ── lists ────────────────────────────────────────────────────────────────────────────

    def row_ids(self, state: str, source_id: int | None = None) -> array[int]:
        """Return the ids of the rows in a state, source by source, as they were added."""
        sources = (
            [key for (key,) in self._db.execute("SELECT id FROM source ORDER BY id")]
            if source_id is None
            else [source_id]
        )
        sql = "SELECT id FROM source_row WHERE source_id = ? AND state = ? ORDER BY id"
        return array(
            "q", (key for one in sources for (key,) in self._db.execute(sql, [one, state]))
        )

    def image_ids(self, run_id: int, outcome: str) -> array[int]:
        """Return the ids of the images in an outcome of a run, or that it was never asked."""
        match outcome:
            case "predicted":
                sql = (
                    "SELECT image_id FROM prediction WHERE run_id = ? AND taxon_id IS NOT NULL"
                    " ORDER BY image_id"
                )
            case "never_asked":
                sql = "SELECT id FROM image EXCEPT SELECT image_id FROM prediction WHERE run_id = ?"
            case _:
                sql = (
                    "SELECT image_id FROM prediction WHERE run_id = ? AND outcome = ?"
                    " AND outcome <> 'predicted' ORDER BY image_id"
                )
        parameters = [run_id, outcome] if sql.count("?") == 2 else [run_id]
        return array("q", (key for (key,) in self._db.execute(sql, parameters)))

    def rows(self, ids: Sequence[int]) -> list[Listed]:
        """Return the source rows with these ids, in this order; those that are gone left out."""
        return self._listed(f"{_ROW_SQL} WHERE row.id IN ", [], ids)

    def outcomes(self, run_id: int | None, ids: Sequence[int]) -> list[Listed]:
        """Return the images with these ids, in this order, with their outcome in a run."""
        return self._listed(f"{_IMAGE_SQL} WHERE image.id IN ", [run_id], ids)

    def _listed(self, sql: str, parameters: list[object], ids: Sequence[int]) -> list[Listed]:
        found: dict[int, Listed] = {}
        for start in range(0, len(ids), _PAGE):
            part = ids[start : start + _PAGE]
            marks = ", ".join("?" * len(part))
            rows = self._db.rows(Listed, f"{sql} ({marks})", [*parameters, *part])
            found |= {row.key: row for row in rows}
        return [found[key] for key in ids if key in found]

    def walk(self, ids: Sequence[int], run_id: int | None, behind: Behind) -> Iterator[Listed]:
        """Yield what `rows` or `outcomes` returns, a page at a time."""
        for start in range(0, len(ids), _PAGE):
            part = ids[start : start + _PAGE]
            yield from self.rows(part) if behind == "row" else self.outcomes(run_id, part)
