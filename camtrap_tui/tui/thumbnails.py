"""A page of thumbnails: each draws its own cells, and only those of it that have changed.

What a thumbnail shows is what it was last given, or nothing: a picture is blank from the moment
another one stands in its place until its own rows are there.
"""

from __future__ import annotations

import os
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

from rich.segment import Segment
from rich.style import Style
from textual.app import ComposeResult
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from camtrap_tui.services.pictures import Frame, PictureLoader, View
from camtrap_tui.services.sheet_items import SheetItem
from camtrap_tui.tui.colors import picture_depth
from camtrap_tui.tui.textual_inside import AnsiStrip

_WAITING = "…"
# A thumbnail with its gap: three across on 80 columns, and on none less than can be recognised.
_USUAL_WIDTH = 26
_LEAST_WIDTH = 12
# Rows a column, where a cell is twice as high as wide and most cameras take 4:3.
_SHAPE = 3 / 8

# Pieces of a caption: text, and whether it stands out.
Caption = tuple[tuple[str, bool], ...]


@dataclass(frozen=True, slots=True)
class Tiling:
    """How a pane is cut into thumbnails; `width` and `height` are of one with gap and caption."""

    columns: int
    rows: int
    width: int
    height: int

    @property
    def count(self) -> int:
        """Thumbnails a page."""
        return self.columns * self.rows


def tiling(width: int, height: int, step: int = 0) -> Tiling:
    """Return how a pane of width × height cells is cut; `step` more columns than usual."""
    most = max(width // _LEAST_WIDTH, 1)
    columns = min(max(width // _USUAL_WIDTH + step, 1), most)
    across = max(width // columns, 2)
    least = max(int((across - 1) * _SHAPE), 1) + 1
    rows = max(height // least, 1)
    return Tiling(columns, rows, across, max(height // rows, 2))


def step_within(width: int, step: int) -> int:
    """Return `step` kept to what a pane of this width can show."""
    usual = width // _USUAL_WIDTH
    return min(max(step, 1 - usual), max(width // _LEAST_WIDTH, 1) - usual)


@dataclass(frozen=True, slots=True)
class Shown:
    """What is to be seen of one image: its picture, or `word` where there is none to be drawn.

    `banner` takes the picture's first row; `is_chosen` turns ink and paper of the caption.
    """

    item: SheetItem
    caption: Caption
    word: str = ""
    banner: str = ""
    is_chosen: bool = False


class Thumb(Widget):
    """One thumbnail with its caption."""

    DEFAULT_CSS = "Thumb { margin: 0 1 0 0; }"
    ALLOW_SELECT = False

    def __init__(self) -> None:
        super().__init__()
        self.shown: Shown | None = None
        self.view: View | None = None
        self.frame: Frame | None = None
        self.is_painted = False
        self._strips: list[Strip] = []
        self._strips_of: object = None

    @property
    def is_waiting(self) -> bool:
        """Whether its picture is still to come."""
        return self.view is not None and not self.is_painted

    def put(self, shown: Shown | None, view: View | None) -> None:
        """Show this from now on; what stays the same is not sent again."""
        old, self.shown = self.shown, shown
        if view != self.view:
            is_other = self.view is None or view is None or view.path != self.view.path
            self.view, self.is_painted = view, False
            if is_other:
                self.frame = None
                self.refresh()
                return
        if shown == old:
            return
        if shown is None or old is None or shown.word != old.word:
            self.refresh()
            return
        width, height = self.outer_size
        if shown.banner != old.banner:
            self.refresh(Region(0, 0, width, 1))
        if (shown.caption, shown.is_chosen) != (old.caption, old.is_chosen):
            self.refresh(Region(0, height - 1, width, 1))

    def draw(self, frame: Frame) -> None:
        """Show the picture's rows."""
        self.frame = frame
        width, height = self.outer_size
        top = 1 if self.shown and self.shown.banner else 0
        self.refresh(Region(0, top, width, max(height - 1 - top, 1)))

    def render_lines(self, crop: Region) -> list[Strip]:
        """Return the rows in `crop`, ready-made ones as they are."""
        self._lay_out()
        return [
            self._strips[y].crop(crop.x, crop.right)
            for y in range(crop.y, min(crop.bottom, len(self._strips)))
        ]

    def render_line(self, y: int) -> Strip:
        """Return one row."""
        self._lay_out()
        return self._strips[y]

    def _lay_out(self) -> None:
        size = self.outer_size
        made_of = (self.frame, self.shown, size, self.visual_style.rich_style)
        if made_of == self._strips_of:
            return
        self._strips_of = made_of
        width, height = size
        rows = self._picture_rows(width, max(height - 1, 0))
        if self.shown is None:
            self._strips = [*rows, self._plain(" " * width)]
            return
        if self.shown.banner and rows:
            rows[0] = self._plain(self.shown.banner.center(width)[:width])
        self._strips = [*rows, self._caption_row(self.shown, width)]

    def _picture_rows(self, width: int, height: int) -> list[Strip]:
        frame = self.frame
        if frame is None or not frame.rows or frame.width > width or len(frame.rows) > height:
            return self._words(width, height)
        left = (width - frame.width) // 2
        before, after = self._plain(" " * left), self._plain(" " * (width - frame.width - left))
        blank = self._plain(" " * width)
        above = (height - len(frame.rows)) // 2
        drawn = [AnsiStrip(row, frame.width, before, after) for row in frame.rows]
        return [*[blank] * above, *drawn, *[blank] * (height - above - len(drawn))]

    def _words(self, width: int, height: int) -> list[Strip]:
        text = self.shown.word if self.shown else ""
        if self.frame is not None and not text:
            text = self.frame.problem
        if not text and self.view is not None:
            text = _WAITING
        lines = textwrap.wrap(text, max(1, width - 2))[:height]
        above = (height - len(lines)) // 2
        padded = [*[""] * above, *lines, *[""] * (height - above - len(lines))]
        return [self._plain(line.center(width)[:width]) for line in padded]

    def _caption_row(self, shown: Shown, width: int) -> Strip:
        style = self.visual_style.rich_style + Style(reverse=shown.is_chosen or None)
        pieces = [
            Segment(text, style + Style(bold=True) if is_bold else style)
            for text, is_bold in shown.caption
        ]
        return self._filtered(Strip(pieces).simplify().adjust_cell_length(width, style))

    def _plain(self, text: str) -> Strip:
        if not text:
            return Strip([], 0)
        style = self.visual_style.rich_style
        # An ink that nothing is written with would be sent all the same, twice a row.
        return self._filtered(
            Strip([Segment(text, style if text.strip() else style.background_style)])
        )

    def _filtered(self, strip: Strip) -> Strip:
        background = self.background_colors[1]
        for line_filter in self.app.get_line_filters():
            strip = strip.apply_filter(line_filter, background)
        return strip


class Thumbs(Widget):
    """The page: as many thumbnails as fit, and the threads that decode them."""

    DEFAULT_CSS = "Thumbs { layout: grid; width: 1fr; height: 1fr; overflow: hidden; }"

    class Resized(Message):
        """There is another size for the page."""

    class Painted(Message):
        """Pictures have come onto the screen."""

    class Drawn(Message, bubble=False):
        """A thread has drawn a frame."""

        def __init__(self, frame: Frame) -> None:
            super().__init__()
            self.frame = frame

    def __init__(self, color: str, blocks: str) -> None:
        super().__init__(id="thumbs")
        self._depth = picture_depth(color, os.environ)
        self._blocks = blocks
        self._loader: PictureLoader | None = None
        self._tiling = Tiling(0, 0, 0, 0)
        self._thumbs: list[Thumb] = []

    def compose(self) -> ComposeResult:
        """Lay out the thumbnails that the first page is known to have."""
        yield from self._thumbs

    def on_mount(self) -> None:
        """Start the threads, and have what is already asked for drawn."""
        self._loader = PictureLoader(self._drawn)
        self._ask()

    def on_unmount(self) -> None:
        """End the threads."""
        if self._loader is not None:
            self._loader.close()
            self._loader = None

    def on_resize(self) -> None:
        """Have the page laid out anew."""
        self.post_message(self.Resized())

    def tile(self, width: int, height: int, step: int) -> Tiling:
        """Cut the pane of this size into thumbnails, `step` more columns than usual."""
        new = tiling(width, height, step)
        if new == self._tiling:
            return new
        self._tiling = new
        self.styles.grid_size_columns = new.columns
        self.styles.grid_columns = str(new.width)
        self.styles.grid_rows = str(new.height)
        lacking = [Thumb() for _ in range(new.count - len(self._thumbs))]
        self._thumbs += lacking
        if lacking and self.is_attached:
            self.mount(*lacking)
        for place, thumb in enumerate(self._thumbs):
            if thumb.display != (place < new.count):
                thumb.display = place < new.count
        return new

    def show(self, page: Sequence[Shown]) -> None:
        """Show these, from the first place on; what is not there yet comes by itself."""
        for place, thumb in enumerate(self._thumbs):
            shown = page[place] if place < min(len(page), self._tiling.count) else None
            view = self._view(shown.item) if shown and not shown.word else None
            thumb.put(shown, view)
        self._ask()

    def _ask(self) -> None:
        """Show the frames that are there, and ask for those that are not."""
        lacking = [
            thumb
            for thumb in self._thumbs
            if thumb.view and (thumb.frame is None or thumb.frame.view != thumb.view)
        ]
        if self._loader is None:
            return
        frames = self._loader.show_together([t.view for t in lacking if t.view])
        for thumb in lacking:
            if thumb.view and (frame := frames[thumb.view]):
                self._put(thumb, frame)

    def prefetch(self, items: Sequence[SheetItem]) -> None:
        """Prepare the pictures that may be asked for next, once this page is painted."""
        views = [self._view(item) for item in items if item.to_fetch is None]
        self.call_after_refresh(self._prefetch, views)

    def seen(self) -> set[int]:
        """Return the ids of the images whose pictures are on the screen, whole."""
        return {
            thumb.shown.item.image.id
            for thumb in self._thumbs
            if thumb.shown and thumb.is_painted and thumb.frame and not thumb.frame.problem
        }

    def is_to_come(self, image_id: int) -> bool:
        """Tell whether the picture of an image on the page is still to be drawn."""
        return any(
            thumb.is_waiting and thumb.shown is not None and thumb.shown.item.image.id == image_id
            for thumb in self._thumbs
        )

    def _view(self, item: SheetItem) -> View:
        width, height = self._tiling.width - 1, self._tiling.height - 1
        return View(item.path, width, height, depth=self._depth, blocks=self._blocks)

    def _prefetch(self, views: Sequence[View]) -> None:
        if self._loader is not None:
            self._loader.prefetch(views)

    def _drawn(self, frame: Frame) -> None:
        # From a thread of the loader: posting is safe from there, and waits for nothing.
        self.post_message(self.Drawn(frame))

    def on_thumbs_drawn(self, message: Drawn) -> None:
        """Show the frame wherever it is still asked for."""
        for thumb in self._thumbs:
            if thumb.view == message.frame.view:
                self._put(thumb, message.frame)

    def _put(self, thumb: Thumb, frame: Frame) -> None:
        thumb.draw(frame)
        self.call_after_refresh(self._note_painted, thumb, frame)

    def _note_painted(self, thumb: Thumb, frame: Frame) -> None:
        if thumb.frame is frame and thumb.view == frame.view:
            thumb.is_painted = True
            self.post_message(self.Painted())
