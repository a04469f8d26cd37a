"""The picture on the screen: what it shows is what it was last asked for, or nothing.

A picture under another one's name would be graded as that one, so the pane is blank from the
moment another picture is asked for until its rows are there. A prefetched picture is there at
once, in the same paint as the words around it. A picture that stays the same sends no byte.
"""

from __future__ import annotations

import os
import textwrap
from collections.abc import Sequence
from pathlib import Path

from rich.segment import Segment
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from camtrap_tui.domain.text import clean
from camtrap_tui.services.pictures import Frame, Picture, PictureLoader, View
from camtrap_tui.tui.colors import picture_depth
from camtrap_tui.tui.textual_inside import AnsiStrip

_WAITING = "…"


class ImageView(Widget):
    """A pane for one picture, centred; borders and padding belong to its parent."""

    DEFAULT_CSS = "ImageView { width: 1fr; height: 1fr; }"
    ALLOW_SELECT = False

    class Shown(Message):
        """A picture is on the screen; `problem` says what is amiss with it, if anything."""

        def __init__(self, path: Path, problem: str) -> None:
            super().__init__()
            self.path = path
            self.problem = problem

    class Failed(Message):
        """There is no picture to be shown; `problem` stands in its place and says why."""

        def __init__(self, path: Path | None, problem: str) -> None:
            super().__init__()
            self.path = path
            self.problem = problem

    class Drawn(Message, bubble=False):
        """A thread has drawn a frame."""

        def __init__(self, frame: Frame) -> None:
            super().__init__()
            self.frame = frame

    def __init__(self, color: str = "auto", blocks: str = "half", *, id: str | None = None) -> None:
        """Make a pane that draws in `color` and `blocks`, as the settings name them."""
        super().__init__(id=id)
        self._depth = picture_depth(color, os.environ)
        self._blocks = blocks
        self._loader: PictureLoader | None = None
        self._picture: Picture | None = None
        self._ahead: tuple[Picture, ...] = ()
        self._frame: Frame | None = None
        self._text = ""
        self._strips: list[Strip] = []
        self._strips_of: object = None

    @property
    def shown(self) -> Path | None:
        """The picture whose rows the pane shows; None while it shows none."""
        return self._frame.view.path if self._frame and self._frame.rows else None

    @property
    def problem(self) -> str:
        """Why there is no picture, or what is amiss with the one shown; empty when all is well."""
        return self._frame.problem if self._frame else ""

    def show(self, picture: Picture) -> None:
        """Show this picture, at once if it was prefetched; nothing happens if it is shown."""
        if picture == self._picture:
            return
        self._picture = picture
        self._text = ""
        self._ask()

    def use_blocks(self, blocks: str) -> None:
        """Draw in these blocks from now on."""
        self._blocks = blocks
        self._ask()
        self.prefetch(self._ahead)

    def say(self, text: str) -> None:
        """Show a sentence instead of a picture."""
        if self._picture is None and text == self._text:
            return
        self._picture = None
        self._text = clean(text)
        self._put(None)

    def prefetch(self, pictures: Sequence[Picture]) -> None:
        """Prepare the pictures that may be asked for next, the likeliest first."""
        self._ahead = tuple(pictures)
        # Threads share one interpreter: what may be wanted later waits until this is painted.
        self.call_after_refresh(self._prefetch)

    def on_mount(self) -> None:
        """Start the threads; the size is not known before the first resize."""
        self._loader = PictureLoader(self._drawn)

    def on_unmount(self) -> None:
        """End the threads."""
        if self._loader is not None:
            self._loader.close()
            self._loader = None

    def on_resize(self) -> None:
        """Draw at the new size, and prepare the others for it."""
        self._ask()
        self.prefetch(self._ahead)

    def on_image_view_drawn(self, message: Drawn) -> None:
        """Show the frame, if it is still the one asked for."""
        if self._picture is not None and message.frame.view == self._view(self._picture):
            self._put(message.frame)

    def render_lines(self, crop: Region) -> list[Strip]:
        """Return the rows in `crop`; past Textual's cache of styles, which takes rows apart."""
        self._lay_out()
        return [
            self._strips[y].crop(crop.x, crop.right)
            for y in range(crop.y, min(crop.bottom, len(self._strips)))
        ]

    def render_line(self, y: int) -> Strip:
        """Return one row."""
        self._lay_out()
        return self._strips[y]

    def _prefetch(self) -> None:
        if self._loader is not None and self.outer_size.area:
            self._loader.prefetch([self._view(picture) for picture in self._ahead])

    def _drawn(self, frame: Frame) -> None:
        # From a thread of the loader: posting is safe from there, and waits for nothing.
        self.post_message(self.Drawn(frame))

    def _view(self, picture: Picture) -> View:
        columns, rows = self.outer_size
        return View(
            picture.path,
            columns,
            rows,
            picture.zoom,
            picture.boxes,
            picture.contrast,
            self._depth,
            self._blocks,
            before=picture.before,
        )

    def _ask(self) -> None:
        """Ask for the picture at the size there is, and blank the pane if it shows another."""
        if self._picture is None:
            return
        frame = None
        if self._loader is not None and self.outer_size.area:
            view = self._view(self._picture)
            if self._frame is not None and self._frame.view == view:
                return
            frame = self._loader.show(view)
        # The same picture, seen otherwise, may stay until it is drawn anew: no word about it
        # is wrong meanwhile.
        if frame is not None or self.shown is None or self.shown != self._picture.path:
            self._put(frame)

    def _put(self, frame: Frame | None) -> None:
        blank = frame is None and self._frame is None and not self._text
        self._frame = frame
        if blank and self._strips_of is not None:
            return
        self.refresh()
        if frame is not None:
            self.call_after_refresh(self._announce, frame)

    def _announce(self, frame: Frame) -> None:
        if frame is not self._frame:
            return
        path = frame.view.path
        if frame.rows and path is not None:
            self.post_message(self.Shown(path, frame.problem))
        else:
            self.post_message(self.Failed(path, frame.problem))

    def _lay_out(self) -> None:
        """Make the strips, unless they are those of this frame, size and style."""
        style = self.visual_style.rich_style
        size = self.outer_size
        made_of = (self._frame, self._text, self._picture is None, size, style)
        if made_of == self._strips_of:
            return
        self._strips_of = made_of
        width, height = size
        frame = self._frame
        if frame is None or not frame.rows or frame.width > width or len(frame.rows) > height:
            self._strips = self._text_strips(width, height)
            return
        left = (width - frame.width) // 2
        before, after = self._plain(" " * left), self._plain(" " * (width - frame.width - left))
        blank = self._plain(" " * width)
        above = (height - len(frame.rows)) // 2
        strips = [AnsiStrip(row, frame.width, before, after) for row in frame.rows]
        below = height - above - len(strips)
        self._strips = [*[blank] * above, *strips, *[blank] * below]

    def _text_strips(self, width: int, height: int) -> list[Strip]:
        text = self._text or (self._frame.problem if self._frame else "")
        if not text and self._picture is not None:
            text = _WAITING
        lines = textwrap.wrap(text, max(1, width - 4))[:height]
        above = (height - len(lines)) // 2
        lines = [""] * above + lines
        return [
            self._plain((lines[y] if y < len(lines) else "").center(width)[:width])
            for y in range(height)
        ]

    def _plain(self, text: str) -> Strip:
        if not text:
            return Strip([], 0)
        style = self.visual_style.rich_style
        # An ink that nothing is written with would be sent all the same, twice a row.
        strip = Strip([Segment(text, style if text.strip() else style.background_style)])
        background = self.background_colors[1]
        for line_filter in self.app.get_line_filters():
            strip = strip.apply_filter(line_filter, background)
        return strip
