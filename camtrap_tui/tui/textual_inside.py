"""What this package needs of Textual below its public API; nothing else reaches below it.

Textual is pinned to one minor version, and tests/tui/test_textual_inside.py says what has
changed when these assumptions no longer hold:

* the compositor asks a widget for its rows by `Widget.render_lines`, and writes each uncut row
  by `Strip.render(console)`;
* `Strip.divide` returns the strip itself when there is nothing to cut, and everything else
  reads `Strip._segments`;
* what reaches the terminal goes through `App._display`, an update of the whole screen as a
  `LayoutUpdate`; while `App._batch_count` is not 0, updates are dropped there;
* the driver's writer is a thread with a queue, `_writer_thread._queue`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any, cast

from rich.color import Color
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual._compositor import CompositorUpdate, LayoutUpdate
from textual.app import App
from textual.geometry import Region
from textual.screen import Screen
from textual.strip import Strip
from textual.widget import Widget

from camtrap_tui.tui.lean import blanks

_PIECE = re.compile(r"\x1b\[([0-9;]*)m|([^\x1b]+)")


class AnsiStrip(Strip):
    """A row that is already written: emitted as it is when whole, taken apart only when cut.

    Line filters and the styles of the widget do not reach it: its ANSI must hold nothing but
    glyphs and SGR sequences of this package (services/halfblocks.py), and cleaned text.
    """

    __slots__ = ("_pieces", "_read", "_style", "_width")

    def __init__(self, width: int, style: Style, read: Callable[[], tuple[int, int, str]]) -> None:
        """Make a row of `width` cells, of which blanks have `style`.

        `read` returns how many blanks come first, how many cells follow, and their ANSI; it is
        asked when the row is written, since what a terminal shows may have changed by then.
        """
        self._width = width
        self._style = style
        self._read = read
        self._pieces: list[Segment] | None = None
        super().__init__((), width)

    # Strip keeps its segments in an attribute; here they are made when someone asks.
    @property
    def _segments(self) -> list[Segment]:
        if self._pieces is None:
            left, width, ansi = self._read()
            sides = [Segment(" " * n, self._style) for n in (left, self._width - left - width)]
            pieces = (sides[0], *segments_of(ansi), sides[1])
            self._pieces = [piece for piece in pieces if piece.text]
        return self._pieces

    @_segments.setter
    def _segments(self, segments: Iterable[Segment]) -> None:
        self._pieces = list(segments) or None

    def render(self, console: Console) -> str:
        """Return the row for the terminal, its ANSI verbatim."""
        left, width, ansi = self._read()
        return f"{blanks(left)}{ansi}{blanks(self._width - left - width)}"


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
        while numbers and numbers != [0]:
            which, *rest = numbers
            if which in (38, 48):
                used = 4 if rest[0] == 2 else 2
                color = Color.from_rgb(*rest[1:4]) if used == 4 else Color.from_ansi(rest[1])
            else:  # 30 to 37 and 40 to 47, and 60 more for the bright ones
                used = 0
                color = Color.from_ansi(which % 10 + 8 * (which >= 90))
            if which == 38 or which // 10 in (3, 9):
                fore = color
            else:
                back = color
            numbers = rest[used:]


def is_covered(widget: Widget) -> bool:
    """Tell whether other widgets may lie over this one; those that hold it do not count."""
    compositor = widget.screen._compositor
    region = widget.region
    own = {widget, *widget.ancestors}
    return any(
        other not in own and place.intersection(clip).overlaps(region)
        for other, (place, clip) in compositor.visible_widgets.items()
    )


def is_laid_out(widget: Widget) -> bool:
    """Tell whether a widget is on the screen in view; its region is right while one is painted."""
    screen = widget.screen
    return screen.is_current and widget.display and widget in screen._compositor.visible_widgets


def ask_for_paint(widget: Widget) -> None:
    """Have the screen painted soon, with all that has changed by then, if anything."""
    widget.refresh(Region(0, 0, 0, 0))


class _Written(CompositorUpdate):
    """An update of the screen whose bytes are there."""

    def __init__(self, text: str) -> None:
        self._text = text

    def render_segments(self, console: Console) -> str:
        return self._text


class WritingApp(App[None]):
    """An app that sees to what goes to the terminal: see `composed` and `hold`."""

    is_holding = False
    _has_lost = False

    def composed(self, words: Callable[[], str], *, is_whole: bool) -> str:
        """Return the bytes to be written for an update of the screen, whose own are `words`.

        `is_whole` tells whether they paint all of the screen.
        """
        return words()

    def hold(self) -> None:
        """Write nothing from now on; what changes meanwhile is painted once, at the end."""
        if not self.is_holding:
            self.is_holding = True
            self._begin_batch()

    def release(self) -> None:
        """Write again, beginning with what has changed."""
        if not self.is_holding:
            return
        self.is_holding = False
        self._end_batch()
        if self._has_lost:
            self._has_lost = False
            self.paint_anew()
        self.screen.check_idle()

    def paint_anew(self) -> None:
        """Have the whole screen sent, whatever the terminal may show."""
        self.refresh(layout=True)
        self.screen.refresh(layout=True)

    @property
    def queued_writes(self) -> int:
        """How many writes the terminal has not taken yet; Textual waits when they are 30."""
        writer = getattr(self._driver, "_writer_thread", None)
        return int(writer._queue.qsize()) if writer is not None else 0

    def _display(self, screen: Screen[Any], renderable: Any) -> None:
        if not isinstance(renderable, CompositorUpdate | None) or self._batch_count:
            # In a batch, Textual drops it, and does not paint it later.
            self._has_lost = self._has_lost or (self.is_holding and renderable is not None)
            super()._display(screen, cast(Any, renderable))
            return
        # Without an update, nothing of Textual's has changed: see `ask_for_paint`.
        text = self.composed(
            lambda: renderable.render_segments(self.console) if renderable else "",
            is_whole=isinstance(renderable, LayoutUpdate),
        )
        if text:
            super()._display(screen, cast(Any, _Written(text)))
