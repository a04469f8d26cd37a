"""The part of a report about holdouts: how each was drawn, and what it says of a run.

Every figure is the evaluation's own, with its interval, its n and its mark; what cannot be
estimated says so in the place of a number.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from camtrap_tui.domain.confusion import matrix_of
from camtrap_tui.domain.estimate_text import limits_of, resampled, share_of, sign, with_limits
from camtrap_tui.domain.evaluation_words import (
    basis_text,
    key_to,
    need_text,
    silent_text,
    threshold_lines,
    verdict,
)
from camtrap_tui.domain.evaluations import Cell as MatrixCell
from camtrap_tui.domain.evaluations import ClassFigures, Estimate, Evaluation
from camtrap_tui.domain.text import counted
from camtrap_tui.services.report import HoldoutReport, SurveyReport
from camtrap_tui.services.report_blocks import (
    Cell,
    bullets,
    caption_of,
    folded,
    paragraph,
    section,
    sentences,
    table,
)
from camtrap_tui.services.report_charts import interval_glyph
from camtrap_tui.services.report_html import Html, escape, join, outside, tag
from camtrap_tui.services.report_people import agreement_blocks

_MATRIX_COLUMNS = 12
_MOST_CELLS = 60


def holdouts_part(found: SurveyReport) -> Html:
    """Return what each holdout says of its run."""
    if not found.holdouts:
        return section(
            "holdouts",
            "How accurate is the run?",
            paragraph(
                "Not known: no holdout is drawn. What people happened to grade does not tell, since"
                " it was not drawn at random."
            ),
        )
    return section(
        "holdouts", "How accurate is the run?", *(_holdout(one) for one in found.holdouts)
    )


def verdicts(found: SurveyReport) -> Iterator[tuple[str, list[str], int]]:
    """Yield each holdout's name, its answer in sentences or why there is none, and how many notes
    limit it."""
    for one in found.holdouts:
        name, told = one.progress.holdout.name, one.evaluation
        if told is None:
            yield name, [_why_not(one)], 0
        else:
            yield name, list(verdict(told)), len(told.notes)


def _why_not(one: HoldoutReport) -> str:
    return f"Nothing can be said yet: {one.why_not}"


def _holdout(one: HoldoutReport) -> Html:
    holdout = one.progress.holdout
    heading = tag("h3", "Holdout ", outside(holdout.name))
    if one.evaluation is None:
        said: list[Html | None] = [sentences([_why_not(one)])]
    else:
        said = list(_evaluated(one.evaluation))
    agreed = one.agreement
    if agreed.same.pictures or agreed.selves:
        said += [
            tag("h4", "Do those who graded it blind agree?"),
            agreement_blocks(agreed),
        ]
    return join([heading, *said, _drawn(one)])


def _evaluated(found: Evaluation) -> Iterator[Html | None]:
    yield paragraph(basis_text(found))
    yield bullets(found.notes, "notes")
    yield tag("h4", "Overall")
    yield _overall(found)
    yield tag("h4", "Is it what it is called (precision)? Is what is there found (recall)?")
    yield _classes(found)
    yield tag("h4", "Taken for what?")
    yield _confusion(found)
    yield tag("h4", f"From which score on is {_wanted(found)} right?")
    yield paragraph("Chosen on one half of the graded bursts, told by the other.")
    yield bullets(threshold_lines(found))
    yield tag("h4", "Do the scores keep what they promise?")
    yield _reliability(found)
    yield bullets(tag("small", line) for line in key_to(found))


def _wanted(found: Evaluation) -> str:
    return f"{100 * found.thresholds[0].wanted:g} %" if found.thresholds else "most"


def _overall(found: Evaluation) -> Html:
    missed = found.missed
    named = [
        ("accuracy", found.accuracy),
        *((one.name, one.share) for one in found.bins),
        ("missed, of what it calls blank", missed.rate),
        ("missed, of all with an animal", missed.of_animals),
    ]
    rows: list[Sequence[Cell]] = [
        (name, _with_glyph(one, share_of(one)), limits_of(one), one.n, resampled(one), one.note)
        for name, one in named
    ]
    unit = found.basis.unit
    count = missed.count
    told = (
        "not estimable"
        if count.value is None
        else f"{count.value:,.0f}{sign(count)} ({count.lower or 0:,.0f} to {count.upper or 0:,.0f})"
    )
    noted = any(one.note for _, one in named)
    return join(
        [
            table(
                f"Shares of all {unit}, weighted by how they were drawn",
                ("what", "share", "95 % interval", "n", "resampled", "note")[: 6 if noted else 5],
                [row if noted else row[:5] for row in rows],
                right=[2, 4],
            ),
            paragraph(f"Animals among blanks, {unit} in the whole: {told}, n {count.n:,}."),
        ]
    )


def _classes(found: Evaluation) -> Html:
    graded = [one for one in found.classes if one.predicted_ids or one.true_ids]
    are_left = any(one.need.left for one in graded)
    points = f"{100 * graded[0].need.half_width:g}" if graded else ""
    rows = [_class_row(one, are_left=are_left) for one in graded]
    headings = ["class", "called", "precision", "n", "recall", "n", "share of all", "n"]
    headings += [f"more for ±{points} points of precision"] if are_left else []
    silent = silent_text(found)
    return join(
        [
            table(f"Classes, in {found.basis.unit}; intervals are at 95 %", headings, rows)
            if rows
            else None,
            paragraph(silent) if silent else None,
        ]
    )


def _class_row(one: ClassFigures, *, are_left: bool) -> Sequence[Cell]:
    cells: list[Cell] = [one.name, one.predicted]
    for figure in (one.precision, one.recall):
        cells += [_with_glyph(figure, with_limits(figure)), figure.n]
    cells += [with_limits(one.prevalence), one.prevalence.n]
    return [*cells, need_text(one)] if are_left else cells


def _with_glyph(one: Estimate, text: str) -> Html:
    return tag("span", interval_glyph(one), escape(text), class_="keep")


def _confusion(found: Evaluation) -> Html:
    unit = found.basis.unit
    wrong = [cell for cell in found.cells if cell.relation != "same"]
    wrong.sort(key=lambda cell: -(cell.total.value or 0.0))
    if not wrong:
        return join(
            [
                paragraph("No graded picture is called something that it is not."),
                _matrix(found),
            ]
        )
    shown = wrong[:_MOST_CELLS]
    more = len(wrong) - len(shown)
    return join(
        [
            _cells_table(f"What is called something else, {unit} in the whole", unit, shown),
            paragraph(f"{more:,} more, not shown.") if more else None,
            _matrix(found),
        ]
    )


def _cells_table(caption: str, unit: str, cells: Sequence[MatrixCell]) -> Html:
    headings = ("it is", "it is called", unit, "95 % interval", "n graded")
    return table(caption, headings, [_cell_row(cell) for cell in cells], right=[2, 3])


def _cell_row(cell: MatrixCell) -> Sequence[Cell]:
    total = cell.total
    return (
        cell.truth,
        cell.predicted,
        "not estimable" if total.value is None else f"{total.value:,.0f}{sign(total)}",
        "" if total.lower is None else f"{total.lower:,.0f} to {total.upper or 0:,.0f}",
        total.hits,
    )


def _matrix(found: Evaluation) -> Html:
    matrix = matrix_of(found.cells, _MATRIX_COLUMNS)
    head = tag(
        "tr",
        tag("th", "it is, down; it is called, across", scope="col"),
        *(tag("th", outside(axis.name), scope="col", class_="n") for axis in matrix.called),
    )
    rows = []
    for number, axis in enumerate(matrix.truths):
        cells = (
            tag(
                "td",
                entry.text,
                tag("small", entry.texts[1]) if entry.cells else None,
                class_="same" if entry.called.name == axis.name else None,
            )
            for entry in matrix.row(number)
        )
        rows.append(tag("tr", tag("th", outside(axis.name), scope="row"), *cells))
    unit = found.basis.unit
    caption = f"Confusion matrix, {unit} in the whole, and n graded"
    grid = tag(
        "table",
        caption_of(caption),
        tag("thead", head),
        tag("tbody", *rows),
        class_="matrix",
    )
    return folded(
        "The confusion matrix",
        tag("div", grid, class_="scroll", role="region", aria_label=caption, tabindex=0),
        paragraph(
            tag(
                "small",
                "· nothing graded is there, which is not to say that there is none. Every cell has"
                " its interval below; a sum of several has none.",
            )
        ),
        _cells_table("Every cell with its interval", unit, found.cells),
    )


def _reliability(found: Evaluation) -> Html:
    if not found.reliability.bands:
        return paragraph("The run gave no scores.")
    rows: list[Sequence[Cell]] = [
        (
            f"{band.low:.3f} to {band.high:.3f}",
            f"{100 * band.mean_score:.1f} %",
            _with_glyph(band.right, share_of(band.right)),
            limits_of(band.right),
            band.right.n,
        )
        for band in found.reliability.bands
    ]
    brier = found.reliability.brier
    told = None
    if brier.value is not None:
        limits = f"{brier.lower or 0:.3f} to {brier.upper or 0:.3f}"
        told = paragraph(f"Brier score {brier.value:.3f} ({limits}, n {brier.n:,}); 0 is best.")
    headings = ("score", "promises", "right", "95 % interval", "n")
    return join([table("Fifths of the predictions, by score", headings, rows, right=[1, 3]), told])


def _drawn(one: HoldoutReport) -> Html:
    progress, holdout = one.progress, one.progress.holdout
    rows: list[Sequence[Cell]] = [
        (
            part.stratum.name,
            part.stratum.population,
            part.stratum.population_images,
            part.stratum.sampled,
            f"{part.stratum.weight:,.4g}",
            part.graded,
        )
        for part in progress.strata
    ]
    pictures = sum(part.stratum.population_images for part in progress.strata)
    foot = ("in all", progress.population, pictures, progress.sampled, "", progress.graded)
    run = "no run" if holdout.run_id is None else f"run {holdout.run_id}"
    where = f", of {holdout.filter}" if holdout.filter else ""
    phases = (
        f"Phase {phase.phase}: {counted(phase.size, 'burst')}, {phase.aim or 'all strata'},"
        f" by {phase.drawn_by}, {phase.drawn_at[:10]}."
        for phase in progress.phases
    )
    return folded(
        f"How it was drawn: {counted(len(progress.strata), 'stratum', 'strata')},"
        f" {counted(progress.sampled, 'burst')}",
        paragraph(
            f"From {run}{where}, seed {holdout.seed}, by {holdout.strata or 'nothing'},"
            f" {holdout.allocation}, at least {holdout.minimum:,} a stratum."
        ),
        table(
            "Strata",
            ("stratum", "bursts", "pictures", "drawn", "weight", "graded"),
            rows,
            foot=foot,
            right=[4],
        ),
        bullets(phases),
        bullets(
            f"{grader} has graded {counted(count, 'picture')} of these with the AI's word in view:"
            " that does not count here."
            for grader, count in progress.graded_before.items()
        ),
    )
