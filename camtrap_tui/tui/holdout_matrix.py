"""The confusion of a holdout as a matrix: truth down, called across, one cell of it chosen.

Every place has its estimate and its n; the interval of the chosen one stands below.
"""

from __future__ import annotations

import textwrap

from textual.content import Content

from camtrap_tui.domain.confusion import Entry, Matrix, fitting, graded_in
from camtrap_tui.domain.evaluations import BIN_NAMES, NO_PREDICTION, Evaluation
from camtrap_tui.domain.text import clean, counted
from camtrap_tui.tui.holdout_rows import (
    HoldoutRow,
    fit,
    heading,
    interval_text,
    opens,
    plain,
    value_text,
)
from camtrap_tui.tui.holdout_views import WIDE

# Of the names at the left at least so much is shown, and at most.
_LABEL, _WIDE_LABEL, _MOST_LABEL = 18, 26, 32
# Columns as wide as that have room for the beginning of a name above.
_NAMED = 10


def matrix_page(
    found: Evaluation, width: int, column: int, before: Evaluation | None
) -> list[HoldoutRow]:
    """Return the matrix, two lines a class, with the cells of `column` to be chosen from; a place
    with more or fewer graded pictures than in `before` says so."""
    if not found.cells:
        return [plain("Nothing is graded yet.")]
    matrix, cell = _fitting(found, width)
    label = min(width - 1 - cell * len(matrix.called), _MOST_LABEL)
    column = min(column, len(matrix.called) - 1)
    titles = "".join(_title(axis.sign, axis.name, cell) for axis in matrix.called)
    rows = [heading(f"{fit('is ↓   called →', label)}{titles}")]
    for number, axis in enumerate(matrix.truths):
        entries = matrix.row(number)
        name = f"{fit(f'{axis.sign} {axis.name}', label - 1)} "
        numbers = "".join(entry.text.rjust(cell) for entry in entries)
        rows.append(_row(name, numbers, entries[column], cell * (column + 1), found, before))
        below = "".join(_graded(entry, before).rjust(cell) for entry in entries)
        rows.append(plain(f"{'':<{label}}{below}".rstrip()))
    return [*rows, *(plain(line) for line in textwrap.wrap(_legend(found, matrix), width))]


def columns_in(found: Evaluation, width: int) -> int:
    """Return how many columns the matrix has in this width."""
    return len(_fitting(found, width)[0].called)


def _fitting(found: Evaluation, width: int) -> tuple[Matrix, int]:
    # The bracket behind the last column takes a sign.
    return fitting(found.cells, width - 1, _LABEL if width < WIDE else _WIDE_LABEL)


def _title(sign: str, name: str, cell: int) -> str:
    return fit(f"  {sign} {name}", cell) if cell >= _NAMED else sign.rjust(cell)


def _row(
    name: str,
    numbers: str,
    entry: Entry,
    end: int,
    found: Evaluation,
    before: Evaluation | None,
) -> HoldoutRow:
    """Return the line of a class; while it is chosen, `entry`, which ends at `end` of the numbers,
    has brackets around it, since all of the line is shown alike."""
    begin = end - len(entry.text) - 1
    chosen = Content(f"{name}{numbers[:begin]}[{entry.text}]{numbers[end + 1 :]}")
    title = f"{clean(entry.truth.name)}, called {clean(entry.called.name)}"
    said, note = "no graded picture", ""
    if len(entry.cells) == 1:
        (cell,) = entry.cells
        limits = interval_text(cell.total, is_count=True)
        said = f"{value_text(cell.total, is_count=True)} ({limits}) {found.basis.unit}"
        states = (cell.total.state if cell.total.state != "sound" else "", cell.total.note)
        note = "; ".join(filter(None, (BIN_NAMES[cell.relation], *states)))
    elif entry.cells:
        said = f"{entry.text} {found.basis.unit}"
        note = f"{counted(len(entry.cells), 'cell')} together: the list has the interval of each."
    was = entry.n if before is None else graded_in(before.cells, entry)
    if entry.cells or was:
        said += f", n {entry.n:,}" + (f" (was {was:,})" if was != entry.n else "")
    ids = entry.image_ids
    hint = f"{f'{opens(ids)}; ' if ids else ''}{said}: {title}"
    key = f"matrix|{entry.truth.name}|{entry.called.name}"
    text = Content(f"{name}{numbers}")
    return HoldoutRow(text, ids, title, hint, key, detail=note, chosen=chosen)


def _graded(entry: Entry, before: Evaluation | None) -> str:
    was = entry.n if before is None else graded_in(before.cells, entry)
    return entry.texts[1] if was == entry.n else f"{was:,}→{entry.n:,}"


def _legend(found: Evaluation, matrix: Matrix) -> str:
    said = f"{found.basis.unit} in the whole; below, n: graded. ~ unstable. · nothing graded."
    if any(axis.name == NO_PREDICTION for axis in matrix.called):
        said += " – no prediction."
    return said
