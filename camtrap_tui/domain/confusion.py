"""Cells of a confusion as a matrix: truth down, called across, what is rare pooled.

Nothing is reckoned anew: a place of one cell has that cell's estimate with its interval, a place
of several has their sum, without one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from camtrap_tui.domain.evaluations import NO_PREDICTION, Cell

OTHERS = "all others"
# So many columns there are at least: a class, and the others.
LEAST_COLUMNS = 2
_LONGEST = 100_000
_NARROWEST, _WIDEST = 7, 14
_POOLED = "…"


@dataclass(frozen=True, slots=True)
class Axis:
    """A row or a column: its sign, which is short and the same on both sides, and its name.

    `classes` are the names that are in it: several where it stands for all others.
    """

    sign: str
    name: str
    classes: frozenset[str]


@dataclass(frozen=True, slots=True)
class Entry:
    """A place of the matrix with the cells that are in it; none where nothing graded is."""

    truth: Axis
    called: Axis
    cells: tuple[Cell, ...]

    @property
    def value(self) -> float:
        """How many there are in the whole, estimated."""
        return sum(cell.total.value or 0.0 for cell in self.cells)

    @property
    def n(self) -> int:
        """How many graded pictures are in it."""
        return sum(cell.total.hits for cell in self.cells)

    @property
    def image_ids(self) -> tuple[int, ...]:
        """The graded pictures, those that are not right first."""
        ordered = sorted(self.cells, key=lambda cell: cell.relation == "same")
        return tuple(key for cell in ordered for key in cell.image_ids)

    @property
    def text(self) -> str:
        """Return the estimate in few signs: `1,204`, `140~` where it is unstable, `128k`."""
        if not self.cells:
            return "·"
        return f"{_short(self.value)}{'~' if self._is_unstable else ''}"

    @property
    def texts(self) -> tuple[str, str]:
        """The estimate, and below it how many graded pictures it rests on."""
        return self.text, f"n {self.n:,}" if self.cells else ""

    @property
    def _is_unstable(self) -> bool:
        return len(self.cells) == 1 and self.cells[0].total.state == "unstable"


@dataclass(frozen=True, slots=True)
class Matrix:
    """Rows of the truth, columns of what was called; `entries` by (row, column), every place."""

    truths: tuple[Axis, ...]
    called: tuple[Axis, ...]
    entries: Mapping[tuple[int, int], Entry]

    def row(self, number: int) -> list[Entry]:
        """Return the places of a row, from left to right."""
        return [self.entries[number, column] for column in range(len(self.called))]

    @property
    def is_pooled(self) -> bool:
        """Whether there are classes that have no row or column of their own."""
        return any(axis.sign == _POOLED for axis in (*self.truths, *self.called))


def _short(value: float) -> str:
    if value < _LONGEST:
        return f"{value:,.0f}"
    return f"{value / 1000:,.0f}k" if value < 10 * _LONGEST else f"{value / 1_000_000:,.1f}M"


def matrix_of(cells: Sequence[Cell], most_columns: int) -> Matrix:
    """Return the matrix of these cells in at most so many columns (LEAST_COLUMNS at least).

    The classes that most of the whole is or is called come first, in the same order down and
    across; those beyond the columns are pooled. What has no prediction has a column of its own.
    """
    sizes: dict[str, float] = defaultdict(float)
    for cell in cells:
        for name in {cell.truth, cell.predicted} - {NO_PREDICTION}:
            sizes[name] += cell.total.value or 0.0
    names = sorted(sizes, key=lambda name: (-sizes[name], name))
    unsaid = any(cell.predicted == NO_PREDICTION for cell in cells)
    room = max(most_columns, LEAST_COLUMNS + unsaid) - unsaid
    shown = names if len(names) <= room else names[: room - 1]
    axes = [Axis(str(n), name, frozenset([name])) for n, name in enumerate(shown, 1)]
    if len(shown) < len(names):
        axes.append(Axis(_POOLED, OTHERS, frozenset(names[len(shown) :])))
    truths = tuple(axes)
    none = Axis("–", NO_PREDICTION, frozenset([NO_PREDICTION]))
    called = (*axes, none) if unsaid else tuple(axes)
    inside: dict[tuple[str, str], list[Cell]] = defaultdict(list)
    sign = {name: axis.sign for axis in called for name in axis.classes}
    for cell in cells:
        inside[sign[cell.truth], sign[cell.predicted]].append(cell)
    entries = {
        (row, column): Entry(down, across, tuple(inside.get((down.sign, across.sign), ())))
        for row, down in enumerate(truths)
        for column, across in enumerate(called)
    }
    return Matrix(truths, called, entries)


def fitting(cells: Sequence[Cell], width: int, label: int) -> tuple[Matrix, int]:
    """Return the matrix with the most columns that fit `width` signs, and how wide each is.

    `label` signs at its left are kept for the names. With room to spare, columns are wider.
    """
    room = max(width - label, 0)
    columns = max(room // _NARROWEST, LEAST_COLUMNS)
    while True:
        found = matrix_of(cells, columns)
        longest = max(
            (len(text) for entry in found.entries.values() for text in entry.texts), default=0
        )
        cell = max(longest + 1, _NARROWEST)
        if cell * len(found.called) <= room or columns <= LEAST_COLUMNS:
            return found, min(max(room // max(len(found.called), 1), cell), max(_WIDEST, cell))
        columns = min(columns, len(found.called)) - 1


def graded_in(cells: Sequence[Cell], entry: Entry) -> int:
    """Return how many graded pictures of other cells, of an evaluation before, are in a place."""
    return sum(
        cell.total.hits
        for cell in cells
        if cell.truth in entry.truth.classes and cell.predicted in entry.called.classes
    )
