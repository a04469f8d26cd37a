"""Counts for charts: how often each taxon occurs, and at which hours of the day.

What is counted is one of three things: a run's predictions, its classes above a score, or
the truth. Each is one row for a picture and a taxon that it shows; what cannot be counted
(failed, conflicting …) has a count of its own. Images are taken a stretch of ids at a time,
so that memory does not grow with the survey.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from camtrap_tui.domain.filters import Filter
from camtrap_tui.store.boxes import boxes_of
from camtrap_tui.store.conditions import Conditions
from camtrap_tui.store.database import Database

By = Literal["prediction", "classification", "truth"]
Query = tuple[str, list[Any]]

# Images in one stretch: SQLite sorts a stretch's rows in memory (at 1,000,000 images at once
# that would take 70 MB).
STRETCH = 50_000

_PREDICTED = """
    SELECT image_id, taxon_id FROM prediction
    WHERE run_id = ? AND image_id BETWEEN ? AND ? AND taxon_id IS NOT NULL"""

# A class counts once for an image, however many of its boxes have it.
_CLASSIFIED = f"""
    SELECT DISTINCT image_id, taxon_id FROM classification
    WHERE run_id = {boxes_of("?")} AND image_id BETWEEN ? AND ? AND score > ?"""

_UNCLASSIFIED = f"""
    SELECT image_id, outcome FROM prediction AS p
    WHERE run_id = ? AND image_id BETWEEN ? AND ? AND NOT EXISTS (
        SELECT 1 FROM classification AS c
        WHERE c.run_id = {boxes_of("p.run_id")} AND c.image_id = p.image_id AND c.score > ?)"""

# Whether an image has a truth, as the view `truth` says, but quick for the many images that one
# person graded, or all alike: 1 where one grade says it all, 2 where it takes the words of several.
_VOTED = """
    SELECT image_id, grade_id, CASE
        WHEN votes = 1 THEN EXISTS (
            SELECT 1 FROM observation WHERE observation.grade_id = voted.grade_id)
        WHEN 1 = (SELECT count(DISTINCT v.taxon_ids) FROM vote_species AS v
            WHERE v.image_id = voted.image_id) THEN 1
        WHEN NOT EXISTS (
            SELECT 1 FROM contradiction AS c WHERE c.image_id = voted.image_id) THEN 2
        ELSE 0 END AS agreed
    FROM (SELECT image_id, min(grade_id) AS grade_id, count(*) AS votes
        FROM vote WHERE image_id BETWEEN ? AND ? GROUP BY image_id) AS voted"""

# A taxon that somebody keyed twice for one picture (an adult, two young) counts once.
_TRUE = f"""
    WITH found AS MATERIALIZED ({_VOTED})
    SELECT DISTINCT v.image_id, o.taxon_id FROM found AS v
    CROSS JOIN observation AS o ON o.grade_id = v.grade_id WHERE v.agreed = 1
    UNION
    SELECT v.image_id, word.taxon_id FROM found AS v
    CROSS JOIN truth_word AS word ON word.image_id = v.image_id WHERE v.agreed = 2"""


@dataclass(frozen=True, slots=True)
class Counted:
    """What to count, of which run and which pictures; `min_score` is for classifications."""

    by: By
    run_id: int | None
    min_score: float = 0.0
    wanted: Filter = field(default_factory=Filter)


class Reports:
    """Counts by class and by hour."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def counts(self, what: Counted) -> dict[int, int]:
        """Return the number of pictures with each taxon, by taxon id."""
        if what.by == "prediction" and not self._conditions(what):
            # The index has them in order of taxon already.
            sql = (
                "SELECT taxon_id, count(*) FROM prediction"
                " WHERE run_id = ? AND taxon_id IS NOT NULL GROUP BY taxon_id"
            )
            return dict(self._db.execute(sql, [what.run_id]).fetchall())
        return {key[0]: n for key, n in self._sums(what, self.counts_query).items()}

    def hours(self, what: Counted) -> dict[tuple[int, int | None], int]:
        """Return the number of pictures by (taxon id, hour 0 to 23, None without a time)."""
        return {(key[0], key[1]): n for key, n in self._sums(what, self.hours_query).items()}

    def left_out(self, what: Counted) -> dict[str, int]:
        """Return how many pictures have nothing to count, by reason.

        failed, pending: the run has no word on them; conflict: their graders disagree. By
        classification, `predicted` stands for pictures without a class above the score.
        """
        if what.by == "prediction" and not self._conditions(what):
            # An index holds nothing but these.
            sql = (
                "SELECT outcome, count(*) FROM prediction"
                " WHERE run_id = ? AND outcome <> 'predicted' GROUP BY outcome"
            )
            return dict(self._db.execute(sql, [what.run_id]).fetchall())
        return {key[0]: n for key, n in self._sums(what, self.left_out_query).items()}

    def pictures(self, what: Counted) -> int:
        """Return how many pictures the run predicted, or the graders agree on."""
        if what.by == "prediction" and not self._conditions(what):
            sql = "SELECT count(*) FROM prediction WHERE run_id = ? AND taxon_id IS NOT NULL"
            return int(self._db.value(sql, [what.run_id]))
        return self._sums(what, self.pictures_query)[("pictures",)]

    def counts_query(self, what: Counted, low: int, high: int) -> Query:
        """Return the SELECT of `counts` for image ids from `low` to `high` (tests read its plan).

        Like the others it gives rows of (what is counted …, number).
        """
        rows, parameters = _rows(what, low, high)
        scope, more = self._scope(what, "counted.image_id", low, high)
        sql = f"SELECT taxon_id, count(*) FROM ({rows}) AS counted{scope} GROUP BY 1"
        return sql, [*parameters, *more]

    def hours_query(self, what: Counted, low: int, high: int) -> Query:
        """Return the SELECT of `hours` for image ids from `low` to `high`."""
        scope, more = self._scope(what, "image.id", low, high)
        if what.by == "prediction":
            # In the order in which both tables lie on disk; by taxon, each row would be a
            # jump somewhere into the images.
            sql = (
                "SELECT prediction.taxon_id, image.hour, count(*) FROM image CROSS JOIN prediction"
                " ON prediction.image_id = image.id AND prediction.run_id = ?"
                " AND prediction.taxon_id IS NOT NULL AND image.id BETWEEN ? AND ?"
                f"{scope} GROUP BY 1, 2"
            )
            return sql, [what.run_id, low, high, *more]
        rows, parameters = _rows(what, low, high)
        sql = (
            f"SELECT counted.taxon_id, image.hour, count(*) FROM ({rows}) AS counted"
            f" CROSS JOIN image ON image.id = counted.image_id{scope} GROUP BY 1, 2"
        )
        return sql, [*parameters, *more]

    def left_out_query(self, what: Counted, low: int, high: int) -> Query:
        """Return the SELECT of `left_out` for image ids from `low` to `high`."""
        parameters: list[Any] = [what.run_id, low, high]
        match what.by:
            case "truth":
                rows = f"SELECT image_id, 'conflict' AS reason FROM ({_VOTED}) WHERE NOT agreed"
                parameters = [low, high]
            case "prediction":
                rows = (
                    "SELECT image_id, outcome AS reason FROM prediction WHERE run_id = ?"
                    " AND image_id BETWEEN ? AND ? AND outcome <> 'predicted'"
                )
            case "classification":
                rows = f"SELECT image_id, outcome AS reason FROM ({_UNCLASSIFIED})"
                parameters.append(what.min_score)
        scope, more = self._scope(what, "image_id", low, high)
        sql = f"SELECT reason, count(*) FROM ({rows}){scope} GROUP BY 1"
        return sql, [*parameters, *more]

    def pictures_query(self, what: Counted, low: int, high: int) -> Query:
        """Return the SELECT of `pictures` for image ids from `low` to `high`."""
        scope, more = self._scope(what, "image_id", low, high)
        parameters: list[Any] = [what.run_id, low, high]
        rows = _PREDICTED
        if what.by == "truth":
            rows, parameters = f"SELECT image_id FROM ({_VOTED}) WHERE agreed", [low, high]
        return f"SELECT 'pictures', count(*) FROM ({rows}){scope}", [*parameters, *more]

    def _sums(
        self, what: Counted, query: Callable[[Counted, int, int], Query]
    ) -> Counter[tuple[Any, ...]]:
        """Return the sums of `query` over all stretches of image ids."""
        sums: Counter[tuple[Any, ...]] = Counter()
        for low, high in self._stretches():
            for *key, number in self._db.execute(*query(what, low, high)):
                sums[tuple(key)] += number
        return sums

    def _stretches(self) -> Iterator[tuple[int, int]]:
        last = self._db.value("SELECT max(id) FROM image") or 0
        for low in range(1, last + 1, STRETCH):
            yield low, low + STRETCH - 1

    def _conditions(self, what: Counted) -> list[str]:
        return Conditions(self._db).of(what.wanted)[0]

    def _scope(self, what: Counted, column: str, low: int, high: int) -> Query:
        """Return the clause that keeps to the images of the filter; empty without a filter."""
        where, parameters = Conditions(self._db).of(what.wanted)
        if not where:
            return "", []
        sql = (
            f" WHERE {column} IN (SELECT image.id FROM image LEFT JOIN prediction"
            " ON prediction.image_id = image.id AND prediction.run_id = ?"
            f" WHERE image.id BETWEEN ? AND ? AND {' AND '.join(where)})"
        )
        return sql, [what.run_id, low, high, *parameters]


def _rows(what: Counted, low: int, high: int) -> Query:
    """Return the SELECT of (image_id, taxon_id) that is counted, and its parameters."""
    match what.by:
        case "prediction":
            return _PREDICTED, [what.run_id, low, high]
        case "classification":
            return _CLASSIFIED, [what.run_id, low, high, what.min_score]
        case "truth":
            return _TRUE, [low, high]
