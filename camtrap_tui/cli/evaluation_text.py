"""An evaluation in words and tables for 80 columns, the verdict first; it reckons nothing."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from camtrap_tui.cli.estimate_text import (
    in_tenths,
    interval_and_n,
    limits_of,
    of_100,
    points_of,
    resampled,
    share_of,
    short,
    sign,
    total_with_limits,
    with_limits,
    with_limits_and_n,
)
from camtrap_tui.cli.output import Cell, echo_table
from camtrap_tui.domain.evaluations import ClassFigures, Estimate, Evaluation, Threshold
from camtrap_tui.domain.text import clean, counted, quoted

_WIDTH, _NAME, _WIDE_NAME, _LEAST_NAME = 80, 24, 29, 10
_MOST_CELLS, _MOST_CLASSES = 12, 12
_APART = re.compile(r"(?<=\d) (?=%)|(?<=\bn) (?=\d)")


def echo_evaluation(found: Evaluation, survey: Path, *, show_all: bool) -> None:
    """Print the verdict, what it stands on, and the tables; `show_all`, also their long ends.

    `survey` is named in what a reader may type next.
    """
    for sentence in _verdict(found):
        _paragraph(sentence)
    click.echo("")
    _paragraph(_basis(found))
    for note in found.notes:
        _paragraph(f"! {note}", "  ")
    _overall(found)
    _classes(found, survey, show_all=show_all)
    _confusion(found, show_all=show_all)
    _thresholds(found)
    _reliability(found)
    _comparison(found)
    click.echo("")
    for sentence in _key(found):
        _paragraph(sentence, "  ")


def _key(found: Evaluation) -> Iterator[str]:
    """Yield what the marks and columns above mean, of those that are there."""
    states = {one.state for one in _all(found)}
    if "unstable" in states:
        yield "~ unstable: it rests on few pictures, or on one of great weight."
    if "not estimable" in states:
        yield "not estimable: no graded picture speaks of it."
    yield "n: the graded bursts that a number comes from. interval: at 95 %."
    if any(one.bootstrap for one in _all(found)):
        yield (
            "resampled: the same interval found by drawing from the sample again and again, as a"
            " check; too narrow where little is wrong, and none where nothing is."
        )


def _verdict(found: Evaluation) -> Iterator[str]:
    unit, run = found.basis.unit, f"run {found.basis.run_id} ({found.basis.run_name})"
    if found.accuracy.value is not None:
        said = of_100(found.accuracy)
        yield f"Of 100 {unit}, {run} has {said} right ({interval_and_n(found.accuracy)})."
    for one in _commonest(found):
        said = f"{of_100(one.precision)} are ({interval_and_n(one.precision)})"
        yield f"Of 100 {unit} that it calls {one.name}, {said}."
    rate, count = found.missed.rate, found.missed.count
    of_them = " pictures" if unit == "pictures" else ""
    if rate.value is None or rate.upper is None:
        return
    if rate.hits:
        yield (
            f"Of 100 {unit} that it calls blank, {of_100(rate)} hold an animal"
            f" ({interval_and_n(rate)}): {total_with_limits(count)}{of_them} are missed in the"
            " whole."
        )
    else:
        yield (
            f"No animal was found in {counted(rate.n, 'graded burst')} that it calls blank: at"
            f" most {100 * rate.upper:.1f} in 100 hold one, {count.upper or 0:,.0f}{of_them} in"
            " the whole (95 % interval)."
        )


def _commonest(found: Evaluation) -> list[ClassFigures]:
    """Return the two animals that are called most and whose precision can be told."""
    animals = [one for one in found.classes if one.taxon.observation_type == "animal"]
    return [one for one in animals if one.precision.state == "sound"][:2]


def _basis(found: Evaluation) -> str:
    basis = found.basis
    graders = ", ".join(f"{name} {count:,}" for name, count in basis.graders)
    lacking = ", ".join(basis.lacking)
    about = "bursts, each counted once" if basis.unit == "bursts" else "pictures"
    return (
        f"Holdout {basis.holdout}, seed {basis.seed}: {basis.labelled:,} of"
        f" {counted(basis.sampled, 'drawn burst')} graded, by {graders}"
        f"{'; ' if lacking else ''}{lacking}. The whole is {basis.population:,} bursts of"
        f" {basis.population_images:,} pictures. Votes by {basis.rule}. Figures are about"
        f" {about}, weighted by how they were drawn; intervals are at 95 %."
    )


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
                    *([_need(one)] if are_left else []),
                ],
            )
            for one in shown
        ],
    )
    if len(shown) < len(graded):
        _paragraph(f"{len(graded) - len(shown):,} more with --all.")
    silent = [one for one in found.classes if one not in graded]
    if silent:
        bursts = sum(one.predicted for one in silent)
        _paragraph(
            f"{counted(len(silent), 'class', 'classes')} with no graded picture, not estimable:"
            f" {counted(bursts, 'burst')} in all."
        )
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


def _need(one: ClassFigures) -> str:
    need = one.need
    if need.more is None:
        return "nothing graded to tell by"
    if not need.more:
        return "enough"
    if not need.left:
        return "all are drawn"
    left = f", only {need.left:,} left" if need.left < need.more else ""
    return f"needs {need.more:,} more{left}"


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
    few = [one for one in found.thresholds if one.chosen is None and one.n_choosing < one.n_needed]
    for one in found.thresholds:
        if one not in few:
            _paragraph(f"{one.name or 'all classes'}: {_threshold(one)}", "  ")
    if few:
        names = ", ".join(f"{one.name or 'all classes'} {one.n_choosing:,}" for one in few)
        _paragraph(
            f"Too few are graded, since even all right ones take {few[0].n_needed:,} in the half"
            f" that chooses: {names}.",
            "  ",
        )


def _threshold(one: Threshold) -> str:
    if one.chosen is None or one.reported is None:
        return f"{one.note}."
    said = one.reported
    return (
        f"from {one.chosen:.2f} on (n {one.n_choosing:,}); in the other half precision"
        f" {with_limits_and_n(said.precision)}, recall {with_limits_and_n(said.recall)}, taken"
        f" {with_limits_and_n(said.coverage)}."
    )


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


def _all(found: Evaluation) -> Iterator[Estimate]:
    yield from (found.accuracy, found.missed.rate, found.missed.of_animals)
    yield from (one.share for one in found.bins)
    for one in found.classes:
        yield from (one.precision, one.recall, one.prevalence)
    yield from (cell.total for cell in found.cells)


def _heading(text: str) -> None:
    click.echo("")
    _paragraph(text)


def _paragraph(text: str, indent: str = "") -> None:
    # A number stays on the line of what it is a number of.
    joined = _APART.sub("\u00a0", clean(text).replace("\u00a0", " "))
    for line in textwrap.wrap(joined, _WIDTH, subsequent_indent=indent):
        click.echo(line.replace("\u00a0", " "))
