"""What the pages of the holdout screen say of an evaluation, as rows; no state of their own.

They show exactly its numbers: nothing is reckoned here.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from textual.content import Content

from camtrap_tui.domain.evaluations import (
    BIN_NAMES,
    Band,
    Cell,
    ClassFigures,
    Estimate,
    Evaluation,
    Threshold,
    ThresholdRow,
)
from camtrap_tui.domain.text import clean, counted
from camtrap_tui.tui.holdout_rows import (
    HoldoutRow,
    estimate_text,
    fit,
    heading,
    interval_bar,
    interval_text,
    narrow_text,
    need_text,
    opens,
    percent,
    plain,
    value_text,
)

# From so many cells on there is room for a third figure, or for bars.
WIDE = 108
_FIGURE = 25
_NAME = 28
_UNSTABLE = "~ unstable: it rests on few pictures, or on one of great weight."


@dataclass(frozen=True, slots=True)
class Look:
    """What a page is drawn for: its width in cells, the signs of the keys that extend and that
    compare, and which of the thresholds is shown."""

    width: int
    extend_key: str
    against_key: str
    threshold: int = 0

    @property
    def is_wide(self) -> bool:
        """Whether there is room for bars and third columns."""
        return self.width >= WIDE


def accuracy_page(found: Evaluation, look: Look) -> list[HoldoutRow]:
    """Return accuracy, missed animals and the four bins, then what must not be missed."""
    wrong = tuple(key for one in found.bins if one.relation != "same" for key in one.image_ids)
    missed = found.missed
    unit = found.basis.unit
    rows = [
        heading("How often is it right?"),
        _figure("accuracy", found.accuracy, wrong, look, "not right"),
        *(
            _figure(one.name, one.share, one.image_ids, look, one.name, indent=2)
            for one in found.bins
        ),
        plain(),
        heading("What was called blank, and is not?"),
        _figure("missed, of the blanks", missed.rate, missed.image_ids, look, "missed animals"),
        _figure(
            "missed, of all animals", missed.of_animals, missed.image_ids, look, "missed animals"
        ),
        _figure(
            f"missed {unit} in the survey",
            missed.count,
            missed.image_ids,
            look,
            "missed animals",
            is_count=True,
        ),
        plain(),
        *basis_rows(found, look.width),
    ]
    return rows


def basis_rows(found: Evaluation, width: int) -> list[HoldoutRow]:
    """Return the notes of an evaluation, then what its figures stand on."""
    rows = []
    for note in found.notes:
        lines = textwrap.wrap(clean(note), max(width - 2, 20))
        signs = ["! ", *["  "] * len(lines)]
        rows += [
            HoldoutRow(Content.styled(sign + line, "bold"))
            for sign, line in zip(signs, lines, strict=False)
        ]
    basis = found.basis
    graders = ", ".join(f"{clean(name)} {count:,}" for name, count in basis.graders) or "nobody"
    lacking = ", ".join(basis.lacking)
    said = (
        f"{basis.labelled:,} of {counted(basis.sampled, 'drawn burst')} count, graded by {graders}"
        f"{'; ' if lacking else ''}{lacking}. They stand for {basis.population:,} bursts"
        f" of {basis.population_images:,} pictures. Figures are about {basis.unit}, votes by"
        f" {clean(basis.rule)}, intervals at 95 %."
    )
    return [*rows, *(plain(line) for line in textwrap.wrap(said, max(width, 20)))]


def _figure(
    name: str,
    figure: Estimate,
    ids: tuple[int, ...],
    look: Look,
    title: str,
    *,
    indent: int = 0,
    is_count: bool = False,
) -> HoldoutRow:
    """Return a row of one figure: name, value, interval, n, state, and a bar where it fits."""
    value = value_text(figure, is_count=is_count)
    limits = interval_text(figure, is_count=is_count)
    state = figure.state if figure.state == "unstable" else ""
    text = f"{fit(' ' * indent + name, _NAME)}{value:>13}  {limits:<13} n {figure.n:<6,} {state:<8}"
    if look.is_wide and not is_count:
        text += f"  {interval_bar(figure, look.width - len(text) - 2)}"
    hint = f"{opens(ids)} ({title}); {name} {estimate_text(figure, is_count=is_count)}"
    return HoldoutRow(Content(text), ids, title, hint, f"{name}|{title}", value, figure.note)


def classes_page(found: Evaluation, look: Look) -> list[HoldoutRow]:
    """Return the classes: how many more each needs, precision and recall; where there is room,
    how often it is called, and prevalence."""
    columns = ["precision", "recall", *(["prevalence"] if look.is_wide else [])]
    called, cells = (8, _FIGURE + 1) if look.is_wide else (0, _FIGURE)
    name = max(look.width - (cells + 1) * len(columns) - called - 7, 12)
    titles = [fit("class", name), f"{'called':>7}" if called else "", f"{'need':>6}"]
    titles += [fit(title, cells) for title in columns]
    rows = [heading(" ".join(filter(None, titles)).rstrip())]
    for one in found.classes:
        figures = [one.precision, one.recall, *([one.prevalence] if look.is_wide else [])]
        parts = [fit(one.name, name), f"{one.predicted:>7,}" if called else "", _more(one)]
        parts += [fit(narrow_text(figure), cells) for figure in figures]
        rows.append(_class_row(one, " ".join(filter(None, parts)), look))
    if not found.classes:
        rows.append(plain("Nothing is graded yet."))
    return rows


def _more(one: ClassFigures) -> str:
    more = one.need.more
    return f"{'–' if more is None else 'enough' if not more else f'{more:,}':>6}"


def _class_row(one: ClassFigures, text: str, look: Look) -> HoldoutRow:
    ids = tuple(dict.fromkeys((*one.predicted_ids, *one.true_ids)))
    name = clean(one.name)
    notes = [
        f"{what} {figure.note}"
        for what, figure in (("precision:", one.precision), ("recall:", one.recall))
        if figure.note
    ]
    told = [
        f"prevalence {estimate_text(one.prevalence)}",
        f"recall {estimate_text(one.recall)}",
        f"called {one.predicted:,} times",
    ]
    detail = "; ".join([*told, *notes])
    return HoldoutRow(
        Content(text.rstrip()),
        ids,
        f"called or graded {name}",
        f"{need_text(name, one.need, look.extend_key)}; {opens(ids)}",
        f"class|{one.taxon.taxon_uuid}",
        "/".join(_short(figure).removesuffix(" %") for figure in (one.precision, one.recall)),
        detail,
        one.need,
        one.taxon,
    )


def confusion_page(found: Evaluation, look: Look) -> list[HoldoutRow]:
    """Return the cells of the confusion matrix, those that are wrong first, then by how many there
    are in the whole survey."""
    name = max((look.width - 38) // 2, 12)
    unit = f"{found.basis.unit} in the survey"
    rows: list[HoldoutRow] = []
    order = ("other", "coarser", "finer", "same")
    for relation in order:
        cells = [cell for cell in found.cells if cell.relation == relation]
        if not cells:
            continue
        rows += [plain()] if rows else []
        title = BIN_NAMES[cells[0].relation]
        rows.append(heading(f"{fit(title, name)}   {fit('called', name)} {unit:>22}      n"))
        cells.sort(key=lambda cell: (-(cell.total.value or 0), cell.truth, cell.predicted))
        rows += [_cell_row(cell, name) for cell in cells]
    if any(cell.total.state == "unstable" for cell in found.cells):
        rows += [plain(), plain(_UNSTABLE)]
    return rows or [plain("Nothing is graded yet.")]


def _cell_row(cell: Cell, name: int) -> HoldoutRow:
    value, limits = value_text(cell.total, is_count=True), interval_text(cell.total, is_count=True)
    sign = "~" if cell.total.state == "unstable" else ""
    numbers = f"{value}{sign} ({limits})" if limits else value
    truth, predicted = clean(cell.truth), clean(cell.predicted)
    text = f"{fit(truth, name)} → {fit(predicted, name)} {numbers:>22} {cell.total.hits:>6,}"
    state = f", {cell.total.state}" if cell.total.state != "sound" else ""
    hint = f"{opens(cell.image_ids)}; {truth}, called {predicted}: {numbers}{state}"
    title = f"{truth}, called {predicted}"
    key = f"cell|{cell.truth}|{cell.predicted}"
    was = f"n {cell.total.hits:,}"
    return HoldoutRow(Content(text), cell.image_ids, title, hint, key, was, cell.total.note)


def thresholds_page(found: Evaluation, look: Look) -> list[HoldoutRow]:
    """Return what to expect above each score, for all classes or for one."""
    if not found.thresholds:
        return [plain("Nothing is graded yet.")]
    one = found.thresholds[min(look.threshold, len(found.thresholds) - 1)]
    name = clean(one.name) or "all classes"
    place = f"{look.threshold + 1:,} of {len(found.thresholds):,}"
    rows = [heading(f"{name} ({place}; ← → another one)")]
    rows += [plain(line) for line in textwrap.wrap(_verdict(one), max(look.width, 20))]
    cells = min((look.width - 5) // 3 - 1, _FIGURE)
    titles = "".join(f" {fit(t, cells)}" for t in ("precision", "recall", "taken"))
    rows += [plain(), heading(f"score{titles}".rstrip())]
    rows += [_threshold_row(row, one, name, cells) for row in one.rows]
    if any(" ~" in row.content.plain for row in rows):
        rows += [plain(_UNSTABLE)]
    return rows


def _verdict(one: Threshold) -> str:
    wanted = f"precision of {100 * one.wanted:g} %"
    if one.chosen is None or one.reported is None:
        return f"For a {wanted}, {one.note or 'no score can be told'}."
    said = one.reported
    return (
        f"Take scores from {one.chosen:.2f} on for a {wanted}: so says one half of the sample"
        f" (n {one.n_choosing:,}); in the other half that gives precision"
        f" {estimate_text(said.precision)}; recall {estimate_text(said.recall)}; taken"
        f" {estimate_text(said.coverage)}.{f' {one.note}' if one.note else ''}"
    )


def _threshold_row(row: ThresholdRow, one: Threshold, name: str, cells: int) -> HoldoutRow:
    figures = (row.precision, row.recall, row.coverage)
    # The word has no room beside n in three columns.
    texts = [narrow_text(figure).replace(" unstable", " ~") for figure in figures]
    sign = "▸" if one.chosen is not None and abs(row.score - one.chosen) < 1e-9 else " "
    text = f"{sign}{row.score:.2f}" + "".join(f" {fit(figure, cells)}" for figure in texts)
    hint = (
        f"{opens(row.image_ids)}, the wrong ones first; from {row.score:.2f} on: precision"
        f" {estimate_text(row.precision)}"
    )
    title = f"{name}, score from {row.score:.2f}"
    key = f"threshold|{one.name}|{row.score:.4f}"
    shown = Content(text.rstrip())
    return HoldoutRow(shown, row.image_ids, title, hint, key, texts[0], row.precision.note)


def reliability_page(found: Evaluation, look: Look) -> list[HoldoutRow]:
    """Return what the scores promise and what is right, band by band."""
    bands = found.reliability.bands
    rows = [heading(f"{'score':<11} {'promises':>8}  {'right':<32}")]
    rows += [_band_row(band, look) for band in bands]
    if not bands:
        rows.append(plain("Nothing is graded yet."))
    brier = found.reliability.brier
    if brier.value is not None:
        limits = ""
        if brier.lower is not None and brier.upper is not None:
            limits = f" ({brier.lower:.3f}–{brier.upper:.3f})"
        said = f"Brier score {brier.value:.3f}{limits}, n {brier.n:,}; 0 is best."
        rows += [plain(), plain(said)]
    rows.append(plain("│ ends of the interval, ● right, ◆ what the scores promise; 0 to 100 %"))
    return rows


def _band_row(band: Band, look: Look) -> HoldoutRow:
    ids = band.image_ids
    figure = f"{value_text(band.right)}  {interval_text(band.right)}"
    state = "unstable" if band.right.state == "unstable" else ""
    text = f"{band.low:.2f}–{band.high:.2f}   {percent(band.mean_score):>8}  {fit(figure, 20)}"
    text += f" n {band.right.n:<5,} {state:<9}"
    line = interval_bar(band.right, look.width - len(text))
    if line.strip():
        at = round(min(max(band.mean_score, 0.0), 1.0) * (len(line) - 1))
        line = f"{line[:at]}◆{line[at + 1 :]}"
    title = f"score {band.low:.2f} to {band.high:.2f}"
    hint = f"{opens(ids)}; {title}: {estimate_text(band.right)} right"
    was, note = value_text(band.right), band.right.note
    return HoldoutRow(Content(text + line), ids, title, hint, f"band|{title}", was, note)


def comparison_page(found: Evaluation, look: Look) -> list[HoldoutRow]:
    """Return what the other run of the same holdout does better or worse, paired."""
    other = found.comparison
    if other is None:
        return [plain(f"No other run is compared with: {look.against_key} chooses one.")]
    mine, theirs = f"run {other.run_id}", f"run {other.against_id}"
    ids = (*other.only_mine_ids, *other.only_theirs_ids)
    rows = [
        heading(f"{mine} against {theirs}: {counted(other.changed, 'burst')} said otherwise"),
        _pictures_row(f"only {mine} is right", other.only_mine_ids),
        _pictures_row(f"only {theirs} is right", other.only_theirs_ids),
        plain(),
        heading(f"{'':<{_NAME}} {fit(mine, 8)} {fit(theirs, 8)} {'difference in points':<26}n"),
    ]
    for one in other.differences:
        name = f"{one.figure} {clean(one.name)}".strip()
        by = _points(one.by)
        text = f"{fit(name, _NAME)} {fit(_short(one.mine), 8)} {fit(_short(one.theirs), 8)}"
        hint = f"{opens(ids)} that differ; {name}: {by}, n {one.by.n:,}"
        rows.append(
            HoldoutRow(
                Content(f"{text} {by:<26}{one.by.n:,}"),
                ids,
                f"{mine} or {theirs} alone is right",
                hint,
                f"difference|{name}",
                by,
                one.by.note,
            )
        )
    if any(one.by.state == "unstable" for one in other.differences):
        rows += [plain(), plain(_UNSTABLE)]
    return rows


def _pictures_row(name: str, ids: tuple[int, ...]) -> HoldoutRow:
    text = f"{fit(name, _NAME)} {len(ids):,}"
    return HoldoutRow(Content(text), ids, name, f"{opens(ids)}; {name}", name, f"{len(ids):,}")


def _short(figure: Estimate) -> str:
    return "–" if value_text(figure) == "not estimable" else value_text(figure)


def _points(by: Estimate) -> str:
    if by.value is None or by.state == "not estimable":
        return "not estimable"
    limits = ""
    if by.lower is not None and by.upper is not None:
        limits = f" ({100 * by.lower:+.1f} to {100 * by.upper:+.1f})"
    sign = "~" if by.state == "unstable" else ""
    return f"{100 * by.value:+.1f}{sign}{limits}"


Page = Callable[[Evaluation, Look], list[HoldoutRow]]


def pages() -> Iterator[tuple[str, Page]]:
    """Yield the name of each page of an evaluation, and what makes its rows."""
    yield "accuracy", accuracy_page
    yield "classes", classes_page
    yield "confusion", confusion_page
    yield "thresholds", thresholds_page
    yield "scores", reliability_page
    yield "runs", comparison_page


# The strata come before the pages of an evaluation; the last one is of two runs.
RUNS_PAGE = len(list(pages()))
