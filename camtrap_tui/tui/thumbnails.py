"""A page of thumbnails: each draws its own cells, and only those of it that have changed.

What a thumbnail shows is what it was last given, or nothing: a picture is blank from the moment
another one stands in its place until its own rows are there.
"""

from __future__ import annotations

import math
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

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
from camtrap_tui.tui.painter import PaintingApp
from camtrap_tui.tui.picture_pane import PicturePane
from camtrap_tui.tui.textual_inside import ask_for_paint

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


class Thumb(PicturePane):
    """One thumbnail with its caption."""

    DEFAULT_CSS = "Thumb { margin: 0 1 0 0; }"
    below = 1

    def __init__(self) -> None:
        super().__init__()
        self.shown: Shown | None = None
        self.view: View | None = None
        self.frame: Frame | None = None
        self.is_painted = False
        # What the rows on the terminal are of.
        self.on_screen: Path | None = None

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
        self._choose()
        if shown == old:
            return
        width, height = self.outer_size
        banner, was = (one.banner if one else "" for one in (shown, old))
        if banner != was:
            self.canvas.cover(1 if banner else 0)
            self.refresh(Region(0, 0, width, 1))
        caption, before = ((one.caption, one.is_chosen) if one else None for one in (shown, old))
        if caption != before:
            self.refresh(Region(0, height - 1, width, 1))

    def draw(self, frame: Frame) -> None:
        """Show the picture's rows."""
        self.frame = frame
        self._choose()

    def patch(self, most: float) -> int | None:
        """Return how many bytes turn another picture's rows into this one's, counted to `most`.

        None where no other picture's rows are on the screen; more than any line has room for
        where this one is not there yet.
        """
        frame = self.canvas.frame
        if self.canvas.is_bare or (frame is not None and frame.view.path == self.on_screen):
            return None
        return self.canvas.cost(most) if frame is not None else sys.maxsize

    def make_way(self, *, stays: bool) -> str:
        """Blank all of it, or with `stays` what nothing will cover."""
        return self.clear(whole=not stays)

    def take(self, room: float) -> str:
        """Return the next rows."""
        written = super().take(room)
        if self.canvas.frame is not None and not self.canvas.is_bare:
            self.on_screen = self.canvas.frame.view.path
        return written

    def on_resize(self) -> None:
        """Show at the new size what there is for it."""
        self._choose()

    def _choose(self) -> None:
        self.canvas.resize(*self.room)
        frame = self.frame
        word = self.shown.word if self.shown else ""
        if frame is not None and not word and self.fits(frame):
            self.canvas.show(frame)
            return
        waiting = _WAITING if self.view is not None else ""
        self.say_words(word or (frame.problem if frame else waiting))

    def rows_below(self) -> Sequence[Strip]:
        """Return the caption."""
        width = self.room[0]
        style = self.visual_style.rich_style
        if self.shown is None:
            return [Strip([Segment(" " * width, style.background_style)])]
        style += Style(reverse=self.shown.is_chosen or None)
        pieces = [
            Segment(text, style + Style(bold=True) if is_bold else style)
            for text, is_bold in self.shown.caption
        ]
        return [self.filtered(Strip(pieces).simplify().adjust_cell_length(width, style))]

    def rows_above(self) -> Sequence[Strip]:
        """Return the banner, where there is one."""
        if self.shown is None or not self.shown.banner:
            return ()
        text = self.shown.banner.center(self.room[0])[: self.room[0]]
        return [self.filtered(Strip([Segment(text, self.visual_style.rich_style)]))]


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
        self._promised: list[Thumb] = []

    def compose(self) -> ComposeResult:
        """Lay out the thumbnails that the first page is known to have."""
        yield from self._thumbs

    def on_mount(self) -> None:
        """Start the threads, and have what is already asked for drawn."""
        self._loader = PictureLoader(self._drawn)
        self.painter.add_pane(self)
        self._ask()

    def on_unmount(self) -> None:
        """End the threads."""
        self.painter.remove_pane(self)
        if self._loader is not None:
            self._loader.close()
            self._loader = None

    @property
    def painter(self) -> PaintingApp:
        """The app, which sees to what is written."""
        assert isinstance(self.app, PaintingApp)
        return self.app

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
            if thumb.view is not None and (view is None or view.path != thumb.view.path):
                self.painter.pacer.begin_picture()
            thumb.put(shown, view)
        self._ask()
        self.ask()

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
                thumb.draw(frame)

    # ── for the terminal ─────────────────────────────────────────────────────────────────

    @property
    def is_lacking(self) -> bool:
        """Whether there is something to send."""
        return any(thumb.is_there and not thumb.canvas.is_whole for thumb in self._thumbs)

    def ask(self) -> None:
        """Have the screen painted soon, the page included."""
        ask_for_paint(self)

    def hush(self, *, is_hushed: bool) -> None:
        """Be blank to Textual for a while."""
        for thumb in self._thumbs:
            thumb.hush(is_hushed=is_hushed)

    def forget(self) -> None:
        """Note that the screen is painted anew."""
        for thumb in self._thumbs:
            thumb.forget()

    def make_way(self, room: float) -> str:
        """Blank what must not stay, unless it is brought up to date in the same write."""
        pieces = []
        self._promised = []
        for thumb in self._thumbs:
            most = max(room, thumb.canvas.blanking())
            cost = thumb.patch(most)
            if cost is not None and cost <= most:
                room = max(room - cost, 0)
                self._promised.append(thumb)
            pieces.append(thumb.make_way(stays=cost is None or thumb in self._promised))
        return "".join(pieces)

    def band(self, room: float) -> str:
        """Return the next rows: what was promised first, then one thumbnail after the other."""
        pieces = [thumb.take(math.inf) for thumb in self._promised]
        left = room - sum(len(piece.encode()) for piece in pieces)
        for thumb in self._thumbs:
            if left <= 0:
                break
            if not thumb.canvas.is_whole:
                pieces.append(thumb.take(left))
                left -= len(pieces[-1].encode())
        return "".join(pieces)

    def arrived(self) -> None:
        """Note which pictures are on the screen, and tell it where that is new."""
        new = [
            thumb
            for thumb in self._thumbs
            if not thumb.is_painted and thumb.frame and thumb.canvas.is_whole
        ]
        for thumb in new:
            thumb.is_painted = True
        if new:
            # Not from the screen that is being painted: a message ends with who made it.
            self.call_later(self._announce)

    # ── inside ───────────────────────────────────────────────────────────────────────────

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
        thrift = self.painter.pacer.thrift(width * height * self._tiling.count)
        return View(item.path, width, height, depth=self._depth, blocks=self._blocks, thrift=thrift)

    def _announce(self) -> None:
        self.post_message(self.Painted())

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
                thumb.draw(message.frame)
        self.ask()
