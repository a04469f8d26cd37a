"""What the words of a filter mean in SQL, as conditions over `image` and `prediction`.

Each may be asked of one image alone, so that they serve queues, counts, charts and exports;
`prediction` is the one of the run in view, with NULLs where it has none.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, assert_never

from camtrap_tui.domain.filters import (
    Changed,
    Chosen,
    Classes,
    Condition,
    Dates,
    Filter,
    Hours,
    Names,
    Said,
    Scores,
    Term,
)
from camtrap_tui.domain.quality import KEPT_FLAGS
from camtrap_tui.store.boxes import boxes_of
from camtrap_tui.store.database import Database, like

Query = tuple[str, list[Any]]

# Where a detection counts for `has:`; SpeciesNet's own lowest threshold for a verdict.
_HAS_CONFIDENCE = 0.2

_LATEST = (
    "NOT EXISTS (SELECT 1 FROM mark AS later WHERE later.image_id = m.image_id"
    " AND later.kind = m.kind AND later.grader = m.grader"
    " AND (later.grader_number, later.mark_uuid) > (m.grader_number, m.mark_uuid))"
)
_MARKED = (
    "EXISTS (SELECT 1 FROM mark AS m WHERE m.image_id = image.id AND m.kind = '{}'"
    f" AND m.value {{}} AND {_LATEST})"
)
STATE_CONDITIONS = {
    "ungraded": "NOT EXISTS (SELECT 1 FROM vote WHERE vote.image_id = image.id)",
    "graded": "EXISTS (SELECT 1 FROM vote WHERE vote.image_id = image.id)",
    "mine": "EXISTS (SELECT 1 FROM vote WHERE vote.image_id = image.id AND vote.grader = ?)",
    "unsure": (
        "EXISTS (SELECT 1 FROM vote JOIN observation USING (grade_id)"
        " JOIN taxon ON taxon.id = observation.taxon_id"
        " WHERE vote.image_id = image.id AND taxon.observation_type = 'unknown')"
    ),
    "marked": _MARKED.format("mark", "= 'on'"),
    "noted": _MARKED.format("note", "<> ''"),
    # The second vote is looked for first, which most images have not; then a second word: each
    # costs less than the next.
    "conflict": (
        "(1 < (SELECT count(*) FROM vote WHERE vote.image_id = image.id)"
        " AND (SELECT min(taxon_id) < max(taxon_id) FROM vote JOIN observation USING (grade_id)"
        " WHERE vote.image_id = image.id)"
        " AND EXISTS (SELECT 1 FROM contradiction AS c WHERE c.image_id = image.id))"
    ),
    "corrected": (
        "EXISTS (SELECT 1 FROM vote JOIN observation AS o USING (grade_id)"
        " JOIN taxon ON taxon.id = o.taxon_id"
        " WHERE vote.image_id = image.id AND o.taxon_id <> prediction.taxon_id"
        # Who is not sure corrects nothing.
        " AND taxon.observation_type <> 'unknown'"
        " AND NOT EXISTS (SELECT 1 FROM observation AS p WHERE p.grade_id = vote.grade_id"
        " AND p.taxon_id = prediction.taxon_id)"
        # Whom an adjudicator has overruled does not either.
        " AND (vote.adjudicates OR NOT EXISTS (SELECT 1 FROM vote AS a"
        " WHERE a.image_id = image.id AND a.adjudicates)))"
    ),
    "changed": (
        "EXISTS (SELECT 1 FROM run CROSS JOIN prediction AS other"
        " ON other.run_id = run.id AND other.image_id = image.id"
        " WHERE run.id <> prediction.run_id AND other.taxon_id <> prediction.taxon_id)"
    ),
    "unpredicted": "coalesce(prediction.outcome, 'pending') <> 'predicted'",
    "failed": "prediction.outcome = 'failed'",
}

# Images that a value may hold for, where they are few: a queue is then made from them alone.
_FEW = {
    "unsure": (
        "SELECT grade.image_id FROM taxon CROSS JOIN observation"
        " ON observation.taxon_id = taxon.id JOIN grade ON grade.id = observation.grade_id"
        " WHERE taxon.observation_type = 'unknown'"
    ),
    "marked": "SELECT image_id FROM mark",
    "noted": "SELECT image_id FROM mark",
    "conflict": "SELECT image_id FROM vote GROUP BY image_id HAVING count(*) > 1",
    "corrected": "SELECT image_id FROM vote",
}
_DRAWN_FOR_ANY = "SELECT image_id FROM holdout_unit WHERE phase IS NOT NULL"

# Names species that the view `truth` does. Most images have one vote, or the same one several
# times, which says it all; of a conflict, the views need not look at each word.
_TRUTH = (
    "EXISTS (SELECT 1 FROM vote JOIN observation USING (grade_id)"
    " WHERE vote.image_id = image.id AND observation.taxon_id IN ({0}))"
    " AND CASE WHEN 2 > (SELECT count(*) FROM vote WHERE vote.image_id = image.id) THEN 1"
    " WHEN 1 = (SELECT count(DISTINCT v.taxon_ids) FROM vote_species AS v"
    " WHERE v.image_id = image.id) THEN 1"
    " WHEN EXISTS (SELECT 1 FROM contradiction AS c WHERE c.image_id = image.id) THEN 0"
    " ELSE EXISTS (SELECT 1 FROM truth_word AS word WHERE word.image_id = image.id"
    " AND word.taxon_id IN ({0})) END"
)
_CLASS = (
    f"EXISTS (SELECT 1 FROM classification AS c WHERE c.run_id = {boxes_of('prediction.run_id')}"
    " AND c.image_id = image.id AND c.score > ? AND c.taxon_id IN ({}))"
)
_BOX = (
    f"EXISTS (SELECT 1 FROM detection WHERE detection.run_id = {boxes_of('prediction.run_id')}"
    " AND detection.image_id = image.id AND detection.category = ?"
    f" AND detection.confidence >= {_HAS_CONFIDENCE})"
)
_SAID = (
    "EXISTS (SELECT 1 FROM prediction AS other"
    " WHERE other.run_id = ? AND other.image_id = image.id AND {})"
)
_SAID_BY_ANY = (
    "EXISTS (SELECT 1 FROM run CROSS JOIN prediction AS other"
    " ON other.run_id = run.id AND other.image_id = image.id"
    " WHERE run.id IS NOT prediction.run_id AND {})"
)
_CHANGED = _SAID.format("other.taxon_id <> prediction.taxon_id")
_FLAGS = {
    "no_time": "image.timestamp IS NULL",
    "no_deployment": "image.deployment_id IS NULL",
    "same_content": (
        "EXISTS (SELECT 1 FROM image AS same WHERE same.content_md5 = image.content_md5"
        " AND same.id <> image.id)"
    ),
} | {
    flag: (
        "EXISTS (SELECT 1 FROM image_flag"
        f" WHERE image_flag.flag = '{flag}' AND image_flag.image_id = image.id)"
    )
    for flag in KEPT_FLAGS
}
_DRAWN = (
    "EXISTS (SELECT 1 FROM holdout_unit AS u WHERE u.holdout_id IN ({})"
    " AND u.image_id = image.id AND u.phase IS NOT NULL)"
)
_SAME_CONTENT = (
    "SELECT id FROM image WHERE content_md5 IN (SELECT content_md5 FROM image"
    " WHERE content_md5 IS NOT NULL GROUP BY content_md5 HAVING count(*) > 1)"
)


class Conditions:
    """Turns the terms of filters into conditions; it knows what their names mean here."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def of(self, wanted: Filter) -> tuple[list[str], list[Any]]:
        """Return a condition for each term of the filter, and the parameters of all."""
        where: list[str] = []
        parameters: list[Any] = []
        for term in wanted.terms:
            sql, more = self._condition(term.condition, wanted.grader)
            # What is not known is not so: a picture without a score is not one below 0.5.
            where.append(f"({sql}) IS NOT TRUE" if term.negated else sql)
            parameters += more
        return where, parameters

    def few(self, term: Term) -> str:
        """Return a SELECT of all images that a term may hold for, empty where that is many."""
        condition = term.condition
        if term.negated:
            return ""
        if isinstance(condition, Names) and condition.word == "note":
            return _FEW["noted"]
        if isinstance(condition, Names) and condition.word == "holdout":
            return _DRAWN_FOR_ANY
        if not isinstance(condition, Chosen):
            return ""
        if condition.word == "flag" and set(condition.values) <= set(KEPT_FLAGS):
            flags = ", ".join(f"'{flag}'" for flag in condition.values)
            return f"SELECT image_id FROM image_flag WHERE flag IN ({flags})"
        if condition == Chosen("flag", ("same_content",)):
            return _SAME_CONTENT
        if condition.word == "split":
            return "SELECT image_id FROM split"
        if condition.word == "state" and set(condition.values) <= set(_FEW):
            chosen = sorted(set(condition.values))
            return " UNION ".join(f"SELECT * FROM ({_FEW[value]})" for value in chosen)
        return ""

    def _condition(self, condition: Condition, grader: str) -> Query:
        match condition:
            case Names():
                return self._names(condition)
            case Classes():
                parts = [(self.taxon_ids((name,)), score) for name, score in condition.classes]
                sql = _any([_CLASS.format(_marks(ids)) for ids, _ in parts])
                return sql, [p for ids, score in parts for p in (score, *ids)]
            case Scores():
                return _scores(condition)
            case Hours():
                hours = list(condition.hours)
                return f"image.hour IN ({_marks(hours)})", hours
            case Dates():
                days = _any(["image.timestamp BETWEEN ? AND ?" for _ in condition.ranges])
                times = [(f"{a} 00:00:00", f"{b} 23:59:59") for a, b in condition.ranges]
                return days, [time for both in times for time in both]
            case Said():
                return self._said(condition)
            case Changed():
                return _any([_CHANGED for _ in condition.runs]), [*condition.runs]
            case Chosen():
                return self._chosen(condition, grader)
        assert_never(condition)

    def _names(self, condition: Names) -> Query:
        names = condition.names
        match condition.word:
            case "species":
                return _in("prediction.taxon_id", self.taxon_ids(names))
            case "truth":
                ids = self.taxon_ids(names)
                return f"({_TRUTH.format(_marks(ids))})", [*ids, *ids]
            case "camera":
                return _in("image.deployment_id", self._deployment_ids(names))
            case "grader":
                sql, found = _in("vote.grader", self._graders(names))
                exists = f"EXISTS (SELECT 1 FROM vote WHERE vote.image_id = image.id AND {sql})"
                return exists, found
            case "holdout":
                ids = self._holdout_ids(names)
                return _DRAWN.format(_marks(ids)), [*ids]
            case "note":
                sql = _any([_MARKED.format("note", "LIKE ? ESCAPE '\\'") for _ in names])
                return sql, [f"%{like(name)}%" for name in names]
        sql = "image.file_path LIKE ? ESCAPE '\\' OR image.media_id LIKE ? ESCAPE '\\'"
        patterns = [p for name in names for p in (f"%{like(name)}%", f"{like(name)}%")]
        return _any([sql for _ in names]), patterns

    def _said(self, condition: Said) -> Query:
        """Return what other runs said; a name of no taxon is nothing that any of them said."""
        parts: list[str] = []
        parameters: list[Any] = []
        for run, name in condition.said:
            ids = self.taxon_ids((name,)) if name else []
            what = f"other.taxon_id IN ({_marks(ids)})" if name else "other.taxon_id IS NOT NULL"
            parts.append((_SAID_BY_ANY if run is None else _SAID).format(what))
            parameters += ids if run is None else [run, *ids]
        return _any(parts), parameters

    def taxon_ids(self, names: tuple[str, ...]) -> list[int]:
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

    def _chosen(self, condition: Chosen, grader: str) -> Query:
        values = list(dict.fromkeys(condition.values))
        match condition.word:
            case "has":
                return _any([_BOX for _ in values]), [*values]
            case "flag":
                return _any([_FLAGS[value] for value in values]), []
            case "split":
                sql, parts = _in("split.part", values)
                return f"EXISTS (SELECT 1 FROM split WHERE image_id = image.id AND {sql})", parts
        states = [self._state(value, grader) for value in values]
        return _any([sql for sql, _ in states]), [p for _, found in states for p in found]

    def _state(self, state: str, grader: str) -> Query:
        if state == "unexpected":
            from camtrap_tui.store.expected import ExpectedTaxa

            return _in("prediction.taxon_id", [*ExpectedTaxa(self._db).unexpected_ids()])
        return STATE_CONDITIONS[state], [grader] if state == "mine" else []

    def _deployment_ids(self, names: tuple[str, ...]) -> list[int]:
        found = self._db.execute("SELECT id, deployment_id FROM deployment")
        return [key for key, name in found if _is_named(name, names)]

    def _holdout_ids(self, names: tuple[str, ...]) -> list[int]:
        whole = {name.removeprefix("=") for name in names}
        found = self._db.execute("SELECT id, name FROM holdout")
        return [key for key, name in found if name.casefold() in whole]

    def _graders(self, names: tuple[str, ...]) -> list[str]:
        return [name for name in self.graders() if _is_named(name, names)]

    def graders(self) -> list[str]:
        """Return all who ever graded here, by steps of an index."""
        sql = """
            WITH RECURSIVE known (grader) AS (
                SELECT min(grader) FROM grade
                UNION ALL
                SELECT (SELECT min(grader) FROM grade WHERE grader > known.grader)
                FROM known WHERE known.grader IS NOT NULL)
            SELECT grader FROM known WHERE grader IS NOT NULL"""
        return [name for (name,) in self._db.execute(sql)]


def _is_named(name: str, parts: tuple[str, ...]) -> bool:
    folded = name.casefold()
    return any(folded == part[1:] if part.startswith("=") else part in folded for part in parts)


def _marks(values: list[int] | list[str]) -> str:
    return ", ".join("?" * len(values))


def _in(column: str, values: list[int] | list[str]) -> Query:
    return f"{column} IN ({_marks(values)})", [*values]


def _any(parts: Sequence[str]) -> str:
    """Return the condition that one of the parts holds: by halves, since SQLite takes a thousand
    in a row at most, and a list of names may have more."""
    if len(parts) == 1:
        return f"({parts[0]})"
    half = len(parts) // 2
    return f"({_any(parts[:half])} OR {_any(parts[half:])})"


def _scores(condition: Scores) -> Query:
    parts, parameters = [], []
    if condition.low is not None:
        parts.append(f"prediction.score {'>' if condition.low_excluded else '>='} ?")
        parameters.append(condition.low)
    if condition.high is not None:
        parts.append(f"prediction.score {'<' if condition.high_excluded else '<='} ?")
        parameters.append(condition.high)
    return f"({' AND '.join(parts)})", parameters
