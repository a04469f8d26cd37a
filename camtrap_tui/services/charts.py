"""The tables behind the charts: counted by the store, named and put in order here.

What the terminal shows, the command line prints: both take their numbers from these tables.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from camtrap_tui.domain.chart_data import (
    HOUR_CLASSES,
    ClassCount,
    FrequencyTable,
    HoursTable,
    by_frequency,
    hour_rows,
)
from camtrap_tui.domain.filters import Filter
from camtrap_tui.errors import InputError, UsageError
from camtrap_tui.services.filtering import read_filter
from camtrap_tui.store.reports import By, Counted
from camtrap_tui.store.store import Store

DEFAULT_MIN_SCORE = 0.3


def choose_run(store: Store, run_id: int | None) -> int | None:
    """Return the run to use: the one asked for, else the newest finished one, else None.

    Raises UsageError for a run that the survey does not have.
    """
    if run_id is None:
        latest = store.runs.latest()
        return latest.id if latest else None
    runs = [run.id for run in store.runs.all()]
    if run_id not in runs:
        known = ", ".join(map(str, runs)) or "none yet"
        raise UsageError(f"{store.path}: there is no run {run_id}.", f"Its runs: {known}.")
    return run_id


def frequency(
    store: Store,
    *,
    by: By = "prediction",
    run_id: int | None = None,
    min_score: float = DEFAULT_MIN_SCORE,
    where: str = "",
    grader: str = "",
) -> FrequencyTable:
    """Return how often each class occurs; `where` is a filter line, and `grader` who `state:mine`
    means in it.

    By classification, a picture counts for each class with a score above `min_score`, and
    as one row without a class where it has none. By truth, a picture counts for each species
    that all who graded it named. Raises UsageError for a filter or run that has no meaning,
    InputError where there is no run to count.
    """
    what = _what(store, by, run_id, min_score, read_filter(store, where, grader))
    with store.db.snapshot():
        classes = _classes(store, store.reports.counts(what))
        left_out = store.reports.left_out(what)
        pictures = store.reports.pictures(what)
    without_class = left_out.pop("predicted", 0)
    return FrequencyTable(
        by,
        what.run_id,
        min_score if by == "classification" else None,
        what.wanted.text,
        classes,
        without_class,
        pictures,
        tuple(sorted(left_out.items())),
    )


def hours(
    store: Store,
    *,
    by: By = "prediction",
    run_id: int | None = None,
    min_score: float = DEFAULT_MIN_SCORE,
    where: str = "",
    grader: str = "",
    like: HoursTable | None = None,
) -> HoursTable:
    """Return the ten most frequent classes at each hour of camera time; arguments as above.

    With `like`, the classes are those of that table instead, so that two stand side by side.
    """
    what = _what(store, by, run_id, min_score, read_filter(store, where, grader))
    with store.db.snapshot():
        counts = store.reports.hours(what)
        left_out = store.reports.left_out(what)
        sums: dict[int, int] = {}
        for (taxon_id, _), count in counts.items():
            sums[taxon_id] = sums.get(taxon_id, 0) + count
        if like is not None:
            sums = {row.taxon_id: sums.get(row.taxon_id, 0) for row in like.rows}
        classes = _classes(store, sums)
    if like is not None:
        order = [row.taxon_id for row in like.rows]
        classes = tuple(sorted(classes, key=lambda row: order.index(row.taxon_id)))
    without_class = left_out.pop("predicted", 0)
    if without_class:
        left_out["without a class"] = without_class
    return HoursTable(
        by,
        what.run_id,
        min_score if by == "classification" else None,
        what.wanted.text,
        hour_rows(counts, classes[:HOUR_CLASSES]),
        tuple(sorted(left_out.items())),
    )


def other_side(store: Store, by: By) -> By | None:
    """Return what stands beside a chart: truth beside the AI's word, and the other way round.

    None where the survey has only one of them.
    """
    if by == "truth":
        return "prediction" if store.runs.latest() else None
    return "truth" if store.grades.graders() else None


def frequency_json(table: FrequencyTable) -> dict[str, Any]:
    """Return a frequency table for JSON: every class, with its share of all rows."""
    return {
        "by": table.by,
        "run": table.run_id,
        "min_score": table.min_score,
        "where": table.where,
        "pictures": table.pictures,
        "rows": table.total,
        "without_class": table.without_class,
        "left_out": dict(table.left_out),
        "classes": [
            {
                "name": row.name,
                "scientific_name": row.scientific_name,
                "taxon_uuid": row.taxon_uuid,
                "count": row.count,
                "share": table.share(row.count),
                "unexpected": row.unexpected,
            }
            for row in table.rows
        ],
    }


def hours_json(table: HoursTable) -> dict[str, Any]:
    """Return an hours table for JSON: 24 numbers a class, from midnight."""
    rows = [asdict(row) | {"n": row.n} for row in table.rows]
    for row in rows:
        del row["taxon_id"]
    return {
        "by": table.by,
        "run": table.run_id,
        "min_score": table.min_score,
        "where": table.where,
        "left_out": dict(table.left_out),
        "classes": rows,
    }


def _what(store: Store, by: By, run_id: int | None, min_score: float, wanted: Filter) -> Counted:
    chosen = choose_run(store, run_id)
    if chosen is None and by != "truth":
        raise InputError(
            f"{store.path}: nothing has been predicted yet.",
            "Run camtrap-tui predict or import first, or count --by truth.",
        )
    return Counted(by, chosen, min_score, wanted)


def _classes(store: Store, counts: dict[int, int]) -> tuple[ClassCount, ...]:
    unexpected = set(store.expected.unexpected_ids())
    return by_frequency(
        ClassCount(
            taxon.id,
            taxon.taxon_uuid,
            taxon.name,
            taxon.scientific_name,
            counts[taxon.id],
            taxon.id in unexpected,
        )
        for taxon in store.taxa.all()
        if taxon.id in counts
    )
