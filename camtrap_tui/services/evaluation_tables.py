"""An evaluation as JSON, and as a tidy CSV: a row a figure, with its interval, n and method."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from camtrap_tui.domain.cells import write_cell
from camtrap_tui.domain.evaluations import Estimate, Evaluation
from camtrap_tui.domain.text import clean
from camtrap_tui.services.csv_files import check_out, write_csv

COLUMNS = (
    "figure",
    "class",
    "predicted",
    "score",
    "unit",
    "estimate",
    "lower",
    "upper",
    "standard_error",
    "bootstrap_lower",
    "bootstrap_upper",
    "n",
    "hits",
    "method",
    "state",
    "note",
)


def evaluation_json(found: Evaluation) -> dict[str, Any]:
    """Return an evaluation for JSON: shares from 0 to 1, totals in its unit, images by row id."""
    whole = asdict(found)
    for one in whole["classes"]:
        taxon = one.pop("taxon")
        one["taxon_uuid"] = taxon["taxon_uuid"]
        one["scientific_name"] = taxon["scientific_name"]
    return whole


def write_evaluation(found: Evaluation, survey: Path, out: Path) -> int:
    """Write every figure as a row of a CSV; return how many. Errors are those of `write_csv`."""
    check_out(survey, out)
    rows = list(evaluation_rows(found))
    write_csv(out, COLUMNS, rows)
    return len(rows)


def evaluation_rows(found: Evaluation) -> Iterator[list[str]]:
    """Yield the rows of the CSV; `score` is the lowest that counts, empty for all.

    The figure `of cell` is the total of a cell of the confusion matrix: its class is the truth.
    """
    unit = found.basis.unit
    row = _Rows(unit)
    yield row("accuracy", found.accuracy)
    yield row("missed of blanks", found.missed.rate)
    yield row("missed of animals", found.missed.of_animals)
    yield row("missed", found.missed.count)
    for part in found.bins:
        yield row(part.name, part.share)
    for one in found.classes:
        yield row("precision", one.precision, one.name)
        yield row("recall", one.recall, one.name)
        yield row("prevalence", one.prevalence, one.name)
    for cell in found.cells:
        yield row("of cell", cell.total, cell.truth, cell.predicted)
    for threshold in found.thresholds:
        for at in threshold.rows:
            score = f"{at.score:g}"
            yield row("precision above score", at.precision, threshold.name, score=score)
            yield row("recall above score", at.recall, threshold.name, score=score)
            yield row("coverage above score", at.coverage, threshold.name, score=score)
    for band in found.reliability.bands:
        yield row("right in band", band.right, score=f"{band.low:g}")
    yield row("brier", found.reliability.brier)
    if found.comparison is not None:
        against = f"less run {found.comparison.against_id}"
        for difference in found.comparison.differences:
            yield row(f"{difference.figure} {against}", difference.by, difference.name)


class _Rows:
    """Makes rows of one unit."""

    def __init__(self, unit: str) -> None:
        self._unit = unit

    def __call__(
        self, figure: str, one: Estimate, name: str = "", predicted: str = "", score: str = ""
    ) -> list[str]:
        low, high = one.bootstrap or (None, None)
        return [
            figure,
            write_cell(clean(name)),
            write_cell(clean(predicted)),
            score,
            self._unit,
            *map(_number, (one.value, one.lower, one.upper, one.standard_error, low, high)),
            str(one.n),
            str(one.hits),
            one.method,
            one.state,
            one.note,
        ]


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.6g}"
