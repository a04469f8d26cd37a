"""Queues: the ids of the images that a filter chooses, in its order.

A queue is an `array('q')`, 8 bytes an image, made by one query without OFFSET; what a page
shows of its images is fetched by id.
"""

from __future__ import annotations

from array import array
from typing import Any

from camtrap_tui.domain.filters import Filter
from camtrap_tui.store.database import Database

Query = tuple[str, list[Any]]

# From this share of the images on, a species is most quickly looked for among all of them.
_MOST_SHARE = 5

# Where a detection counts for `has:`; SpeciesNet's own lowest threshold for a verdict.
_HAS_CONFIDENCE = 0.2

_STATES = {
    "ungraded": "NOT EXISTS (SELECT 1 FROM vote WHERE vote.image_id = image.id)",
    "graded": "EXISTS (SELECT 1 FROM vote WHERE vote.image_id = image.id)",
    "unsure": (
        "EXISTS (SELECT 1 FROM vote JOIN observation USING (grade_id)"
        " JOIN taxon ON taxon.id = observation.taxon_id"
        " WHERE vote.image_id = image.id AND taxon.observation_type = 'unknown')"
    ),
    "marked": (
        "EXISTS (SELECT 1 FROM mark AS m WHERE m.image_id = image.id AND m.kind = 'mark'"
        " AND m.value = 'on' AND NOT EXISTS (SELECT 1 FROM mark AS later"
        " WHERE later.image_id = m.image_id AND later.kind = 'mark' AND later.grader = m.grader"
        " AND (later.grader_number, later.mark_uuid) > (m.grader_number, m.mark_uuid)))"
    ),
    "conflict": (
        "1 < (SELECT count(DISTINCT v.taxon_ids) FROM vote_species AS v"
        " WHERE v.image_id = image.id)"
    ),
    "unpredicted": "coalesce(prediction.outcome, 'pending') <> 'predicted'",
    "failed": "prediction.outcome = 'failed'",
}

# Names species on which all who graded the image agree: the rule of the view `truth`.
_TRUTH = (
    "(EXISTS (SELECT 1 FROM vote JOIN observation USING (grade_id)"
    " WHERE vote.image_id = image.id AND observation.taxon_id IN ({}))"
    " AND 1 = (SELECT count(DISTINCT v.taxon_ids) FROM vote_species AS v"
    " WHERE v.image_id = image.id))"
)
_CLASS = (
    "EXISTS (SELECT 1 FROM classification AS c WHERE c.run_id = prediction.run_id"
    " AND c.image_id = image.id AND c.score > ? AND c.taxon_id IN ({}))"
)

_ORDERS = {
    "time": "image.deployment_id, image.timestamp, image.id",
    "score": "prediction.score, image.id",
    "-score": "prediction.score DESC, image.id DESC",
    # A fixed shuffle: multiplied by a large odd number, modulo 2^32, ids scatter evenly.
    "random": "(image.id * 2654435761) & 4294967295",
}


class Queues:
    """Builds queues of image ids."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def build(self, wanted: Filter, run_id: int | None) -> array[int]:
        """Return the ids of the images that `wanted` chooses, with `run_id` as the AI's word."""
        queue: array[int] = array("q")
        for sql, parameters in self.queries(wanted, run_id):
            queue += self._db.ids(sql, parameters)
        return queue

    def queries(self, wanted: Filter, run_id: int | None) -> list[Query]:
        """Return the SELECTs whose answers, one after the other, are the queue (tests read plans).

        By score over all images it takes two: those with a score are sorted from the index of
        predictions alone, in a quarter of the time of a join. What has no score is not the
        least sure, so it comes last.
        """
        if wanted.order not in ("score", "-score") or self.conditions(wanted)[0]:
            return [self.query(wanted, run_id)]
        way = "" if wanted.order == "score" else " DESC"
        scored = (
            "SELECT image_id FROM prediction"
            " WHERE run_id = ? AND taxon_id IS NOT NULL AND score IS NOT NULL"
            f" ORDER BY score{way}, image_id{way}"
        )
        rest = (
            "SELECT image.id FROM image LEFT JOIN prediction"
            " ON prediction.image_id = image.id AND prediction.run_id = ?"
            " WHERE prediction.score IS NULL OR prediction.taxon_id IS NULL"
            f" ORDER BY image.id{way}"
        )
        return [(scored, [run_id]), (rest, [run_id])]

    def query(self, wanted: Filter, run_id: int | None) -> Query:
        """Return one SELECT of a queue and its parameters."""
        where, parameters = self.conditions(wanted)
        uses_prediction = any("prediction." in part for part in [*where, _ORDERS[wanted.order]])
        # A condition on taxon or score leaves only predicted images: start from the run's
        # own index then, and from the images' otherwise.
        inner = bool(wanted.species) or wanted.min_score is not None
        inner = inner or wanted.max_score is not None
        join = ""
        if uses_prediction:
            kind = "LEFT JOIN"
            if inner:
                kind = "CROSS JOIN" if self._is_most(wanted, run_id) else "JOIN"
            join = f" {kind} prediction ON prediction.image_id = image.id AND prediction.run_id = ?"
            parameters = [run_id, *parameters]
        sql = f"SELECT image.id FROM image{join}"
        if where:
            sql += f" WHERE {' AND '.join(where)}"
        order = _ORDERS[wanted.order]
        if wanted.order == "score" and not inner:
            # What has no score is not the least sure: SQLite would sort it first.
            order = f"prediction.score IS NULL, {order}"
        return f"{sql} ORDER BY {order}", parameters

    def _is_most(self, wanted: Filter, run_id: int | None) -> bool:
        """Tell whether the species are those of many images, in an order that the images have.

        Then all images are walked in that order, which an index has, and asked for their
        prediction: to look up and sort every blank takes four times as long.
        """
        if wanted.order != "time" or not wanted.species:
            return False
        taxa = self._taxon_ids(wanted.species)
        share = (self._db.value("SELECT max(id) FROM image") or 0) // _MOST_SHARE
        found = self._db.value(
            "SELECT count(*) FROM (SELECT 1 FROM prediction WHERE run_id = ?"
            f" AND taxon_id IN ({', '.join('?' * len(taxa))}) LIMIT ?)",
            [run_id, *taxa, share + 1],
        )
        return int(found) > share

    def conditions(self, wanted: Filter) -> tuple[list[str], list[Any]]:
        """Return conditions over `image` and `prediction`, with their parameters."""
        where: list[str] = []
        parameters: list[Any] = []

        def any_of(column: str, values: list[Any]) -> None:
            where.append(f"{column} IN ({', '.join('?' * len(values))})")
            parameters.extend(values)

        if wanted.species:
            any_of("prediction.taxon_id", self._taxon_ids(wanted.species))
        if wanted.truths:
            found = self._taxon_ids(wanted.truths)
            where.append(_TRUTH.format(", ".join("?" * len(found))))
            parameters += found
        for name, score in wanted.classes:
            found = self._taxon_ids((name,))
            where.append(_CLASS.format(", ".join("?" * len(found))))
            parameters += [score, *found]
        if wanted.cameras:
            any_of("image.deployment_id", self._deployment_ids(wanted.cameras))
        if wanted.min_score is not None:
            where.append(f"prediction.score {'>' if wanted.min_excluded else '>='} ?")
            parameters.append(wanted.min_score)
        if wanted.max_score is not None:
            where.append(f"prediction.score {'<' if wanted.max_excluded else '<='} ?")
            parameters.append(wanted.max_score)
        if wanted.hours:
            any_of("image.hour", list(wanted.hours))
        if wanted.dates:
            days = " OR ".join("image.timestamp BETWEEN ? AND ?" for _ in wanted.dates)
            where.append(f"({days})")
            for first, last in wanted.dates:
                parameters += [f"{first} 00:00:00", f"{last} 23:59:59"]
        if wanted.states:
            where.append("(" + " OR ".join(_STATES[state] for state in wanted.states) + ")")
        for category in wanted.has:
            where.append(
                "EXISTS (SELECT 1 FROM detection WHERE detection.run_id = prediction.run_id"
                " AND detection.image_id = image.id AND detection.category = ?"
                " AND detection.confidence >= ?)"
            )
            parameters += [category, _HAS_CONFIDENCE]
        return where, parameters

    def _taxon_ids(self, names: tuple[str, ...]) -> list[int]:
        """Return the taxa one of whose names holds one of `names`, or that lie in such a group.

        `=name` is the whole of a name.
        """
        whole = {name[1:].strip() for name in names if name.startswith("=")}
        parts = [name for name in names if not name.startswith("=")]
        # Folded here, as the filter folds: SQLite's lower() knows no letter beyond ASCII.
        found = self._db.execute(
            "SELECT id, common_name, scientific_name, taxon_class, taxon_order, taxon_family,"
            " taxon_genus FROM taxon"
        )
        taxa = ((key, [name.casefold() for name in names]) for key, *names in found)
        return [
            key
            for key, (common, scientific, *groups) in taxa
            if common in whole
            or scientific in whole
            or any(n in common or n in scientific or n in groups for n in parts)
        ]

    def _deployment_ids(self, names: tuple[str, ...]) -> list[int]:
        found = self._db.execute("SELECT id, deployment_id FROM deployment")
        return [key for key, name in found if any(part in name.casefold() for part in names)]
