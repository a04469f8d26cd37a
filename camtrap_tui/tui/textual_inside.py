"""What this package needs of Textual below its public API; nothing else reaches below it.

Textual is pinned to one minor version, and tests/tui/test_textual_inside.py says what has
changed when these assumptions no longer hold:

* the compositor asks a widget for its rows by `Widget.render_lines`, and writes each uncut row
  by `Strip.render(console)`;
* `Strip.divide` returns the strip itself when there is nothing to cut, and everything else
  reads `Strip._segments`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from rich.color import Color
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

_PIECE = re.compile(r"\x1b\[([0-9;]*)m|([^\x1b]+)")


class AnsiStrip(Strip):
    """A row that is already written: emitted as it is when whole, taken apart only when cut.

    Line filters and the styles of the widget do not reach it: `ansi` must hold nothing but
    glyphs and SGR sequences of this package (services/halfblocks.py).
    """

    __slots__ = ("_after", "_ansi", "_before", "_pieces")

    def __init__(self, ansi: str, width: int, before: Strip, after: Strip) -> None:
        """Make a row of `width` cells of `ansi` between two ordinary strips."""
        self._ansi = ansi
        self._before = before
        self._after = after
        self._pieces: list[Segment] | None = None
        super().__init__((), before.cell_length + width + after.cell_length)

    # Strip keeps its segments in an attribute; here they are made when someone asks.
    @property
    def _segments(self) -> list[Segment]:
        if self._pieces is None:
            self._pieces = [*self._before, *segments_of(self._ansi), *self._after]
        return self._pieces

    @_segments.setter
    def _segments(self, segments: Iterable[Segment]) -> None:
        self._pieces = list(segments) or None

    def render(self, console: Console) -> str:
        """Return the row for the terminal, `ansi` verbatim."""
        if self._render_cache is None:
            before, after = self._before.render(console), self._after.render(console)
            self._render_cache = f"{before}{self._ansi}{after}"
        return self._render_cache


def segments_of(ansi: str) -> Iterator[Segment]:
    """Yield the segments that a row of services/halfblocks.py draws."""
    fore: Color | None = None
    back: Color | None = None
    for piece in _PIECE.finditer(ansi):
        codes, text = piece.groups()
        if text:
            yield Segment(text, Style(color=fore, bgcolor=back))
            continue
        numbers = [int(code) for code in codes.split(";") if code]
        if numbers in ([], [0]):
            fore = back = None
        while len(numbers) >= 3:
            which, kind = numbers[:2]
            used = 5 if kind == 2 else 3
            color = Color.from_ansi(numbers[2]) if kind == 5 else Color.from_rgb(*numbers[2:5])
            if which == 38:
                fore = color
            else:
                back = color
            numbers = numbers[used:]
