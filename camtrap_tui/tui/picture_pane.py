"""A widget that shows one picture, or words in its place, as far as the line has brought it.

Its rows go to the terminal by its canvas, past Textual; to Textual it shows what the terminal
shows, so that whatever paints the screen anew, cuts it or takes a picture of it is right.
"""

from __future__ import annotations

from collections.abc import Sequence

from rich.style import Style
from textual.content import Content
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from camtrap_tui.services.pictures import Frame
from camtrap_tui.tui.canvas import Canvas, Row
from camtrap_tui.tui.painter import PaintingApp
from camtrap_tui.tui.textual_inside import AnsiStrip, ask_for_paint, is_covered, is_laid_out


class PicturePane(Widget):
    """The picture's rows are the first ones; `below` of them are left to the widget itself."""

    ALLOW_SELECT = False
    below = 0

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.canvas = Canvas()
        self._strips: list[Strip] = []
        self._strips_of: list[Row | None] = []
        self._style: Style | None = None
        self._is_hushed = False

    @property
    def painter(self) -> PaintingApp:
        """The app, which sees to what is written."""
        assert isinstance(self.app, PaintingApp)
        return self.app

    @property
    def room(self) -> tuple[int, int]:
        """Columns and rows for the picture."""
        width, height = self.outer_size
        return width, max(height - self.below, 0)

    @property
    def is_there(self) -> bool:
        """Whether the widget is on the screen, and at the size that the canvas has."""
        return self.canvas.size == self.room and is_laid_out(self)

    def fits(self, frame: Frame) -> bool:
        """Tell whether a frame has rows, and is no larger than the pane."""
        width, height = self.canvas.size
        return bool(frame.rows) and frame.width <= width and len(frame.rows) <= height

    def say_words(self, text: str) -> None:
        """Show words in the pane's middle; no text for a blank pane."""
        width, height = self.canvas.size
        # By cells: names may hold wide characters.
        lines = Content(text).wrap(max(1, width - 2)) if text else []
        self.canvas.say([line.plain.rstrip() for line in lines][:height])

    # ── for the terminal ─────────────────────────────────────────────────────────────────

    def ask(self) -> None:
        """Have the screen painted soon, this pane included."""
        ask_for_paint(self)

    def hush(self, *, is_hushed: bool) -> None:
        """Be blank to Textual for a while, but for rows that something else lies over."""
        self._is_hushed = is_hushed and not (self.is_there and is_covered(self))

    def forget(self) -> None:
        """Note that the pane is painted anew; what Textual cuts to measure stays as it is."""
        if not self.is_there or not is_covered(self):
            self.canvas.forget()

    def clear(self, *, whole: bool) -> str:
        """Return what blanks the rows that nothing will cover, or with `whole` all of them."""
        if not self.is_there:
            return ""
        x, y = self.region.offset
        written = self.canvas.blank(x, y) if whole else self.canvas.erase(x, y)
        if written and is_covered(self):
            self.refresh()
            return ""
        return written

    def take(self, room: float) -> str:
        """Return the next rows."""
        if not self.is_there:
            return ""
        if is_covered(self):
            # What lies over it is not to be written over: Textual cuts the rows.
            self.canvas.finish()
            self.refresh()
            return ""
        return self.canvas.take(*self.region.offset, room)

    # ── for Textual ──────────────────────────────────────────────────────────────────────

    def render_lines(self, crop: Region) -> list[Strip]:
        """Return the rows in `crop`; past Textual's cache of styles, which takes rows apart."""
        rows = self._rows()
        return [
            rows[y].crop(crop.x, crop.right) for y in range(crop.y, min(crop.bottom, len(rows)))
        ]

    def render_line(self, y: int) -> Strip:
        """Return one row."""
        return self._rows()[y]

    def rows_above(self) -> Sequence[Strip]:
        """Return rows that take the place of the picture's first ones."""
        return ()

    def rows_below(self) -> Sequence[Strip]:
        """Return the rows under the picture's."""
        return ()

    def _rows(self) -> list[Strip]:
        width, height = self.room
        self.canvas.resize(width, height)
        style = self.visual_style.rich_style.background_style
        if (
            style != self._style
            or len(self._strips) != height
            or (self._strips and self._strips[0].cell_length != width)
        ):
            self._style = style
            self._strips_of = [None] * height
            self._strips = [self._strip(y) for y in range(height)]
        for y in range(height):
            row = self.canvas.row(y)
            if row is not self._strips_of[y]:
                self._strips_of[y] = row
                self._strips[y] = self._strip(y)
        above = self.rows_above()
        return [*above, *self._strips[len(above) :], *self.rows_below()]

    def _strip(self, y: int) -> Strip:
        def read() -> tuple[int, int, str]:
            row = None if self._is_hushed else self.canvas.row(y)
            return (row.left, row.width, row.ansi) if row else (self.room[0], 0, "")

        assert self._style is not None
        return AnsiStrip(self.room[0], self._style, read)

    def filtered(self, strip: Strip) -> Strip:
        """Return a row of text as the app's filters leave it."""
        background = self.background_colors[1]
        for line_filter in self.app.get_line_filters():
            strip = strip.apply_filter(line_filter, background)
        return strip
