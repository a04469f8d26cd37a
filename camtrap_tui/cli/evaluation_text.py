"""An evaluation in words and tables for 80 columns, the verdict first; it reckons nothing."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence
from pathlib import Path

import click

from camtrap_tui.cli.output import Cell, echo_table
from camtrap_tui.domain.estimate_text import (
    in_tenths,
    limits_of,
    points_of,
    resampled,
    share_of,
    short,
    sign,
    with_limits,
)
from camtrap_tui.domain.evaluation_words import (
    basis_text,
    key_to,
    need_text,
    silent_text,
    threshold_lines,
    verdict,
)
from camtrap_tui.domain.evaluations import ClassFigures, Evaluation
from camtrap_tui.domain.text import clean, counted, quoted

_WIDTH, _NAME, _WIDE_NAME, _LEAST_NAME = 80, 24, 29, 10
_MOST_CELLS, _MOST_CLASSES = 12, 12
_APART = re.compile(r"(?<=\d) (?=%)|(?<=\bn) (?=\d)")


def echo_evaluation(found: Evaluation, survey: Path, *, show_all: bool) -> None:
    """Print the verdict, what it stands on, and the tables; `show_all`, also their long ends.

    `survey` is named in what a reader may type next.
    """
    for sentence in verdict(found):
        _paragraph(sentence)
    click.echo("")
    _paragraph(basis_text(found))
    for note in found.notes:
        _paragraph(f"! {note}", "  ")
    _overall(found)
    _classes(found, survey, show_all=show_all)
    _confusion(found, show_all=show_all)
    _thresholds(found)
    _reliability(found)
    _comparison(found)
    click.echo("")
    for sentence in key_to(found):
        _paragraph(sentence, "  ")


def _overall(found: Evaluation) -> None:
    missed = found.missed
    named = [
        ("accuracy", found.accuracy),
        *((f"  {one.name}", one.share) for one in found.bins),
        ("missed, of what it calls blank", missed.rate),
        ("missed, of all with an animal", missed.of_animals),
    ]
    _heading("Overall")
    echo_table(
        ["", "share", "interval", "n", "resampled"],
        [[name, share_of(one), limits_of(one), one.n, resampled(one)] for name, one in named],
    )


def _classes(found: Evaluation, survey: Path, *, show_all: bool) -> None:
    graded = [one for one in found.classes if one.predicted_ids or one.true_ids]
    shown = graded if show_all else graded[:_MOST_CLASSES]
    _heading("Is it what it is called (precision)? Is what is there found (recall)?")
    _named_table(
        ["class", "called", "precision", "n", "recall", "n"],
        [
            (
                one.name,
                [
                    one.predicted,
                    with_limits(one.precision),
                    one.precision.n,
                    with_limits(one.recall),
                    one.recall.n,
                ],
            )
            for one in shown
        ],
    )
    are_left = any(one.need.left for one in shown)
    points = f"{100 * shown[0].need.half_width:g}" if shown else ""
    more = f" How many more for ±{points} points?" if are_left else ""
    _heading(f"How much of all {found.basis.unit} is it?{more}")
    _named_table(
        ["class", "prevalence", "n", *(["for its precision"] if are_left else [])],
        [
            (
                one.name,
                [
                    with_limits(one.prevalence),
                    one.prevalence.n,
                    *([need_text(one)] if are_left else []),
                ],
            )
            for one in shown
        ],
    )
    if len(shown) < len(graded):
        _paragraph(f"{len(graded) - len(shown):,} more with --all.")
    if silent := silent_text(found):
        _paragraph(silent)
    wanting = [one for one in shown if one.need.more and one.need.left]
    if wanting:
        one = max(wanting, key=_draws_most)
        _paragraph(f"To draw more of a class, say {one.name}, and grade it:")
        # Not wrapped: it is to be copied.
        click.echo(
            f"  camtrap-tui holdout {quoted(clean(str(survey)))} extend"
            f" {quoted(clean(found.basis.holdout))} --by {_drawable(one)}"
            f" --species {quoted(clean(one.taxon.name))}"
        )


def _drawable(one: ClassFigures) -> int:
    return min(one.need.more or 0, one.need.left)


def _draws_most(one: ClassFigures) -> tuple[bool, int]:
    return one.taxon.observation_type == "animal", _drawable(one)


def _named_table(headings: Sequence[str], rows: Sequence[tuple[str, Sequence[Cell]]]) -> None:
    """Print a table whose first column holds names, shortened to what the others leave."""
    others = zip(headings[1:], *(values for _, values in rows), strict=True)
    left = _WIDTH - sum(2 + max(len(_printed(cell)) for cell in column) for column in others)
    cells = max(_LEAST_NAME, min(_NAME, left))
    echo_table(headings, [[short(name, cells), *values] for name, values in rows])


def _printed(cell: Cell) -> str:
    return f"{cell:,}" if isinstance(cell, int) else str(cell)


def _confusion(found: Evaluation, *, show_all: bool) -> None:
    wrong = [cell for cell in found.cells if show_all or cell.relation != "same"]
    wrong.sort(key=lambda cell: -(cell.total.value or 0.0))
    shown = wrong if show_all else wrong[:_MOST_CELLS]
    unit = found.basis.unit
    if not shown:
        _heading("Taken for what? No graded picture is called something that it is not.")
        return
    _heading(f"Taken for what? ({unit} in the whole; --list 'TRUTH>CALLED' names the pictures)")
    echo_table(
        ["it is", "it is called", unit, "interval", "n"],
        [
            [
                short(cell.truth, _NAME),
                short(cell.predicted, _NAME),
                f"{cell.total.value or 0:,.0f}{sign(cell.total)}",
                f"{cell.total.lower or 0:,.0f} to {cell.total.upper or 0:,.0f}",
                cell.total.hits,
            ]
            for cell in shown
        ],
    )
    if len(shown) < len(wrong):
        _paragraph(f"{len(wrong) - len(shown):,} more with --all.")


def _thresholds(found: Evaluation) -> None:
    wanted = f"{100 * found.thresholds[0].wanted:g}" if found.thresholds else ""
    _heading(f"From which score on is {wanted} % right? (chosen on one half, told by the other)")
    for line in threshold_lines(found):
        _paragraph(line, "  ")


def _reliability(found: Evaluation) -> None:
    if not found.reliability.bands:
        _heading("Do the scores keep what they promise? The run gave no scores.")
        return
    _heading("Do the scores keep what they promise?")
    echo_table(
        ["score", "promises", "right", "interval", "n"],
        [
            [
                f"{band.low:.3f} to {band.high:.3f}",
                f"{100 * band.mean_score:.1f} %",
                share_of(band.right),
                limits_of(band.right),
                band.right.n,
            ]
            for band in found.reliability.bands
        ],
    )
    brier = found.reliability.brier
    if brier.value is not None:
        limits = f"{brier.lower or 0:.3f} to {brier.upper or 0:.3f}"
        _paragraph(f"Brier score {brier.value:.3f} ({limits}, n {brier.n:,}); 0 is best.")


def _comparison(found: Evaluation) -> None:
    other = found.comparison
    if other is None:
        return
    mine, theirs = f"run {other.run_id}", f"run {other.against_id}"
    _heading(f"{mine} less {theirs}, on the same pictures: percent, and points between them")
    echo_table(
        ["", mine, theirs, "less", "interval", "n"],
        [
            [
                short(f"{one.figure} {one.name}".strip(), _WIDE_NAME),
                in_tenths(one.mine),
                in_tenths(one.theirs),
                "–" if one.by.value is None else f"{100 * one.by.value:+.1f}{sign(one.by)}",
                points_of(one.by),
                one.by.n,
            ]
            for one in other.differences
        ],
    )
    for one in other.differences:
        if one.by.note and one.by.state == "sound":
            _paragraph(f"The difference in {one.figure} is {one.by.note}.")
    _paragraph(
        f"They differ in {counted(other.changed, 'burst')} of {found.basis.population:,}. Of the"
        f" graded ones {len(other.only_mine_ids):,} are right in {mine} alone,"
        f" {len(other.only_theirs_ids):,} in {theirs} alone."
    )


def _heading(text: str) -> None:
    click.echo("")
    _paragraph(text)


def _paragraph(text: str, indent: str = "") -> None:
    # A number stays on the line of what it is a number of.
    joined = _APART.sub("\u00a0", clean(text).replace("\u00a0", " "))
    for line in textwrap.wrap(joined, _WIDTH, subsequent_indent=indent):
        click.echo(line.replace("\u00a0", " "))
