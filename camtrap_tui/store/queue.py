"""Queues: the ids of the images that a filter chooses, in its order.

A queue is an `array('q')`, 8 bytes an image, made by one query without OFFSET; what a page
shows of its images is fetched by id. An order leaves nothing out.
"""

from __future__ import annotations

import math
import re
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from camtrap_tui.domain.filters import Chosen, Filter, Names, Scores, Term
from camtrap_tui.store.conditions import STATE_CONDITIONS, Conditions, Query
from camtrap_tui.store.database import Database

# From this share of the images on, a species is most quickly looked for among all of them.
_MOST_SHARE = 5

_TIME = "image.deployment_id, image.timestamp, image.id"
_BURST = "image.burst_id, image.timestamp, image.id"
_ORDERS = {
    "time": _TIME,
    # What has no score is not the least sure: SQLite would sort it first.
    "score": "prediction.score NULLS LAST, image.id",
    "-score": "prediction.score DESC, image.id DESC",
    # Bursts are put in order afterwards: that takes half of the time of a window.
    "burst": _BURST,
    "-burst": _BURST,
    # Of the media id alone, which is the same in every copy of the survey.
    "random": ("(crc32(CAST(image.media_id AS BLOB), ?) * ?) & 4294967295, image.media_id"),
}

# What is in disagreement, the worst first, and in which order: by the number of opinions; by
# how sure both runs are; by how sure the run was of what a person corrected.
_DISAGREEMENTS = {
    "conflict": (
        "(SELECT count(DISTINCT v.taxon_ids) FROM vote_species AS v"
        " WHERE v.image_id = image.id) DESC"
    ),
    "changed": (
        "(SELECT max(min(other.score, prediction.score)) FROM run CROSS JOIN prediction AS other"
        " ON other.run_id = run.id AND other.image_id = image.id WHERE run.id <> prediction.run_id"
        " AND other.taxon_id <> prediction.taxon_id) DESC"
    ),
    "corrected": "prediction.score DESC",
}
_DISPUTE = " ".join(f"WHEN {STATE_CONDITIONS[state]} THEN '{state}'" for state in _DISAGREEMENTS)

# Where nothing is asked of images but their ids, to look each of them up would take most of the
# time.
_PREDICTIONS = "(SELECT * FROM prediction WHERE run_id = ?) AS prediction"
_IMAGE_ID = re.compile(r"\bimage\.id\b")
_OF_IMAGES = re.compile(r"\bimage\.(?!id\b)")


@dataclass(frozen=True, slots=True)
class QueueSize:
    """How many pictures a filter chooses, and how many of them nobody has graded."""

    pictures: int
    ungraded: int


class Queues:
    """Builds queues of image ids, and counts them."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._conditions = Conditions(db)

    def build(self, wanted: Filter, run_id: int | None) -> array[int]:
        """Return the ids of the images that `wanted` chooses, with `run_id` as the AI's word."""
        if wanted.order in ("burst", "-burst"):
            return self._by_burst(wanted, run_id)
        first, *rest = self.queries(wanted, run_id)
        # Two copies of a long queue would be most of the memory that there is for a screen.
        queue = self._db.ids(*first)
        known = bytearray()
        for sql, parameters in rest:
            found = self._db.ids(sql, parameters)
            if wanted.order == "disagreement":
                known = known or bytearray((self._db.value("SELECT max(id) FROM image") or 0) + 1)
                _mark(queue, known)
                found = array("q", (key for key in found if not known[key]))
            queue += found
        return queue

    def _by_burst(self, wanted: Filter, run_id: int | None) -> array[int]:
        """Return whole bursts: the one with the least (most) sure picture first, in it by time."""
        sign = 1.0 if wanted.order == "burst" else -1.0
        ids, starts, best = array("q"), array("q"), array("d")
        last = None
        for burst, score, key in self._db.execute(*self.query(wanted, run_id)):
            # What has no score is neither the least nor the most sure: it comes last.
            rank = math.inf if score is None else sign * score
            if burst != last:
                starts.append(len(ids))
                best.append(rank)
                last = burst
            elif rank < best[-1]:
                best[-1] = rank
            ids.append(key)
        starts.append(len(ids))
        queue: array[int] = array("q")
        for n in sorted(range(len(best)), key=best.__getitem__):
            queue += ids[starts[n] : starts[n + 1]]
        return queue

    def queries(self, wanted: Filter, run_id: int | None) -> list[Query]:
        """Return the SELECTs whose answers, one after the other, are the queue (tests read plans).

        By disagreement, what an earlier one has chosen is left out of the later ones. By score
        over all images it takes two: those with a score are sorted from the index of
        predictions alone, in a quarter of the time of a join.
        """
        if wanted.order == "disagreement":
            rest = replace(wanted, order="time")
            return [
                *(self._disputed(rest, state, run_id) for state in _DISAGREEMENTS),
                self.query(rest, run_id),
            ]
        if wanted.order not in ("score", "-score") or wanted.terms:
            return [self.query(wanted, run_id)]
        way = "" if wanted.order == "score" else " DESC"
        scored = (
            "SELECT image_id FROM prediction"
            " WHERE run_id = ? AND taxon_id IS NOT NULL AND score IS NOT NULL"
            f" ORDER BY score{way}, image_id{way}"
        )
        unscored = (
            "SELECT image.id FROM image LEFT JOIN prediction"
            " ON prediction.image_id = image.id AND prediction.run_id = ?"
            " WHERE prediction.score IS NULL OR prediction.taxon_id IS NULL"
            f" ORDER BY image.id{way}"
        )
        return [(scored, [run_id]), (unscored, [run_id])]

    def _disputed(self, wanted: Filter, state: str, run_id: int | None) -> Query:
        term = Term("state", (state,), Chosen("state", (state,)))
        chosen = replace(wanted, terms=(*wanted.terms, term))
        return self._select(chosen, run_id, f"{_DISAGREEMENTS[state]}, {_TIME}", [])

    def query(self, wanted: Filter, run_id: int | None) -> Query:
        """Return one SELECT of a queue and its parameters."""
        order, seed = _ORDERS[wanted.order], wanted.seed
        # An odd number below 2^31 keeps the product within SQLite's whole numbers.
        shuffle = [seed, (2654435761 * (2 * seed + 1)) & 0x7FFFFFFF]
        return self._select(wanted, run_id, order, shuffle if wanted.order == "random" else [])

    def _select(self, wanted: Filter, run_id: int | None, order: str, ordering: list[Any]) -> Query:
        columns = "image.id"
        if order == _BURST:
            columns = f"coalesce(image.burst_id, image.id), prediction.score, {columns}"
        sql, parameters = self._from(wanted, run_id, columns, f" ORDER BY {order}")
        return sql, [*parameters, *ordering]

    def _from(self, wanted: Filter, run_id: int | None, columns: str, order: str = "") -> Query:
        """Return the SELECT of these columns of the images that a filter chooses."""
        where, parameters = self._conditions.of(wanted)
        few = [sql for term in wanted.terms if (sql := self._conditions.few(term))]
        # Few images are counted most quickly one by one.
        parts, one_by_one = [columns, *where, order], bool(few) and not order
        tables, joined = self._tables(wanted, run_id, parts, one_by_one=one_by_one)
        where = [*(f"image.id IN ({sql})" for sql in few), *where]
        scope = f" WHERE {' AND '.join(where)}" if where else ""
        sql = f"SELECT {columns} FROM {tables}{scope}{order}"
        if tables == _PREDICTIONS:
            sql = _IMAGE_ID.sub("prediction.image_id", sql)
        return sql, [*joined, *parameters]

    def _tables(
        self, wanted: Filter, run_id: int | None, parts: Sequence[str], *, one_by_one: bool
    ) -> Query:
        """Return what to select from, for conditions and an order over these columns."""
        if not any("prediction." in part for part in parts):
            return "image", []
        # A condition on taxon or score leaves only predicted images: start from the run's
        # own index then, and from the images' otherwise.
        kind = "LEFT JOIN"
        if _is_predicted(wanted):
            if not one_by_one and not any(_OF_IMAGES.search(part) for part in parts):
                return _PREDICTIONS, [run_id]
            kind = "CROSS JOIN" if self._is_most(wanted, run_id) else "JOIN"
        on = "prediction.image_id = image.id AND prediction.run_id = ?"
        return f"image {kind} prediction ON {on}", [run_id]

    def _is_most(self, wanted: Filter, run_id: int | None) -> bool:
        """Tell whether the species are those of many images, in an order that the images have.

        Then all images are walked in that order, which an index has, and asked for their
        prediction: to look up and sort every blank takes four times as long.
        """
        names = [
            term.condition.names
            for term in wanted.terms
            if isinstance(term.condition, Names) and term.word == "species" and not term.negated
        ]
        if wanted.order not in ("time", "burst", "-burst") or not names:
            return False
        taxa = self._conditions.taxon_ids(names[0])
        share = (self._db.value("SELECT max(id) FROM image") or 0) // _MOST_SHARE
        found = self._db.value(
            "SELECT count(*) FROM (SELECT 1 FROM prediction WHERE run_id = ?"
            f" AND taxon_id IN ({', '.join('?' * len(taxa))}) LIMIT ?)",
            [run_id, *taxa, share + 1],
        )
        return int(found) > share

    def size(self, wanted: Filter, run_id: int | None) -> QueueSize:
        """Return how many images `wanted` chooses, without their order: for a preview."""
        if not wanted.terms:
            pictures = self._db.value("SELECT count(*) FROM image")
            graded = self._db.value("SELECT count(*) FROM (SELECT 1 FROM vote GROUP BY image_id)")
            return QueueSize(pictures, pictures - graded)
        columns = f"count(*), coalesce(sum({STATE_CONDITIONS['ungraded']}), 0)"
        found = self._db.one(*self._from(replace(wanted, order="time"), run_id, columns))
        assert found is not None
        return QueueSize(*found)

    def disputes_among(self, image_ids: Sequence[int], run_id: int | None) -> dict[int, str]:
        """Return, of a page of images, those on which graders, runs, or both disagree, with the
        state that says so."""
        sql = (
            f"SELECT image.id, CASE {_DISPUTE} END AS state FROM image LEFT JOIN prediction"
            " ON prediction.image_id = image.id AND prediction.run_id = ?"
            f" WHERE image.id IN ({', '.join('?' * len(image_ids))}) AND state IS NOT NULL"
        )
        return dict(self._db.execute(sql, [run_id, *image_ids]).fetchall())


def _mark(ids: array[int], known: bytearray) -> None:
    """Set the byte of each id to 1."""
    for key in ids:
        known[key] = 1


def _is_predicted(wanted: Filter) -> bool:
    """Tell whether a filter chooses predicted images only."""
    return any(
        not term.negated
        and (
            isinstance(term.condition, Scores)
            or term.word == "species"
            or term.condition == Chosen("state", ("unexpected",))
        )
        for term in wanted.terms
    )
