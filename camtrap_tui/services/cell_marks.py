"""Text on a picture: single-width characters that take the place of its cells."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from camtrap_tui.services.cell_colors import CODES, RESET, Rgb


@dataclass(frozen=True, slots=True)
class Mark:
    """A text of single-width characters in place of pixels, from one cell on to the right.

    `ink` and `paper` are the RGB colours of the text and of what is behind it.
    """

    column: int
    row: int
    text: str
    ink: Rgb
    paper: Rgb


def around_marks(
    marks: Iterable[Mark], first: int, stop: int, depth: str, cells: Callable[[int, int], str]
) -> str:
    """Return cells `first` to `stop` of one row: its marks as text, `cells` for what lies between.

    `cells` draws the cells from a column up to another one, and ends with a reset. The marks
    are those of the row, none over another; they are cut at both ends.
    """
    ink, paper = CODES[depth]
    pieces = []
    column = first
    for mark in sorted(marks, key=lambda m: m.column):
        start, end = max(mark.column, first), min(mark.column + len(mark.text), stop)
        if start >= end:
            continue
        text = mark.text[start - mark.column : end - mark.column]
        pieces.append(cells(column, start))
        pieces.append(f"\x1b[{ink(*mark.ink)};{paper(*mark.paper)}m{text}{RESET}")
        column = end
    pieces.append(cells(column, stop))
    return "".join(pieces)
