"""Two runs beside each other: how many pictures each says what of, and which they differ on.

Images are taken a stretch of ids at a time, so that memory does not grow with the survey.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from camtrap_tui.domain.filters import Filter
from camtrap_tui.store.conditions import Conditions
from camtrap_tui.store.database import Database, columns

Query = tuple[str, list[Any]]

_STRETCH = 50_000
_PAGE = 500


class Pair(NamedTuple):
    """How an image ended in a run and in another one: an outcome (None: never asked), a taxon."""

    outcome: str | None
    taxon_id: int | None
    other_outcome: str | None
    other_taxon_id: int | None


@dataclass(frozen=True, slots=True)
class ChangedImage:
    """An image on which two runs differ, with what the one said and what the other says."""

    image_id: int
    media_id: str
    file_path: str
    was_taxon_id: int
    was_score: float | None
    taxon_id: int
    score: float | None
    source: str | None


_CHANGED_SOURCES = {
    "image_id": "image.id",
    "was_taxon_id": "was.taxon_id",
    "was_score": "was.score",
    "taxon_id": "prediction.taxon_id",
    "score": "prediction.score",
    "source": "prediction.source",
}


class Comparing:
    """Compares runs; filters speak of the second one, as in a review of it."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._conditions = Conditions(db)

    def pairs(self, run_id: int, other_id: int, wanted: Filter) -> Counter[Pair]:
        """Return how many images of a filter have which pair of outcomes; those of neither run
        are in none."""
        found: Counter[Pair] = Counter()
        last = self._db.value("SELECT max(id) FROM image") or 0
        for low in range(1, last + 1, _STRETCH):
            for query in self.queries(run_id, other_id, wanted, low, low + _STRETCH - 1):
                for *pair, count in self._db.execute(*query):
                    found[Pair(*pair)] += count
        return found

    def queries(
        self, run_id: int, other_id: int, wanted: Filter, low: int, high: int
    ) -> list[Query]:
        """Return the SELECTs of `pairs` for image ids from `low` to `high` (tests read plans)."""
        where, parameters = self._conditions.of(wanted)
        # Where nothing is asked of images themselves, they need not be looked up.
        images = " CROSS JOIN image ON image.id = {}.image_id" if where else ""
        scope = "".join(f" AND {condition}" for condition in where)
        pair = "was.outcome, was.taxon_id, prediction.outcome, prediction.taxon_id"
        select = f"SELECT {pair}, count(*) FROM"
        span = [run_id, low, high, *parameters]
        of_run = (
            f"{select} prediction AS was{images.format('was')} LEFT JOIN prediction"
            " ON prediction.image_id = was.image_id AND prediction.run_id = ?"
            f" WHERE was.run_id = ? AND was.image_id BETWEEN ? AND ?{scope} GROUP BY 1, 2, 3, 4"
        )
        of_other_alone = (
            f"{select} prediction{images.format('prediction')} LEFT JOIN prediction AS was"
            " ON was.image_id = prediction.image_id AND was.run_id = ?"
            " WHERE prediction.run_id = ? AND prediction.image_id BETWEEN ? AND ?"
            f"{scope} AND was.image_id IS NULL GROUP BY 1, 2, 3, 4"
        )
        return [
            (of_run, [other_id, *span]),
            (of_other_alone, [run_id, other_id, *span[1:]]),
        ]

    def walk(self, image_ids: Any, run_id: int, other_id: int) -> Iterator[ChangedImage]:
        """Yield the images with these ids, in this order, on which the two runs differ."""
        fields = columns(ChangedImage).split(", ")
        select = ", ".join(f"{_CHANGED_SOURCES.get(name, f'image.{name}')}" for name in fields)
        sql = (
            f"SELECT {select} FROM image JOIN prediction ON prediction.image_id = image.id"
            " AND prediction.run_id = ? JOIN prediction AS was ON was.image_id = image.id"
            " AND was.run_id = ? WHERE prediction.taxon_id <> was.taxon_id AND image.id IN "
        )
        for start in range(0, len(image_ids), _PAGE):
            part = image_ids[start : start + _PAGE]
            marks = ", ".join("?" * len(part))
            rows = self._db.rows(ChangedImage, f"{sql} ({marks})", [other_id, run_id, *part])
            found = {row.image_id: row for row in rows}
            yield from (found[key] for key in part if key in found)
