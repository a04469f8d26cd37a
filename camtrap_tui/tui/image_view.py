"""The picture on the screen: what it shows is what it was last asked for, or nothing.

A picture under another one's name would be graded as that one, so the pane is blank from the
moment another picture is asked for until its rows are there. A prefetched picture is there at
once, behind the words around it. A picture that stays the same sends no byte. On a slow line it
comes coarsely first, and then as fine as the line allows.
"""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from textual.message import Message

from camtrap_tui.domain.text import clean
from camtrap_tui.services.picture_views import MOST_THRIFT
from camtrap_tui.services.pictures import Frame, Picture, PictureLoader, View
from camtrap_tui.tui.colors import picture_depth
from camtrap_tui.tui.picture_pane import PicturePane

_WAITING = "…"
# What is said where names are hidden: a file's, and those of the folders above it.
_NOTHING = "This picture cannot be shown: its file is missing or damaged."
_IN_PART = "Not all of this can be drawn: a file is missing or damaged."


class ImageView(PicturePane):
    """A pane for one picture, centred; borders and padding belong to its parent."""

    DEFAULT_CSS = "ImageView { width: 1fr; height: 1fr; }"

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

    def __init__(
        self,
        color: str = "auto",
        blocks: str = "half",
        *,
        names: bool = True,
        id: str | None = None,
    ) -> None:
        """Make a pane that draws in `color` and `blocks`, as the settings name them; without
        `names` it says of no file what it is called."""
        super().__init__(id=id)
        self._names = names
        self._depth = picture_depth(color, os.environ)
        self._blocks = blocks
        self._loader: PictureLoader | None = None
        self._picture: Picture | None = None
        self._ahead: tuple[Picture, ...] = ()
        self._text = ""
        self._wanted: tuple[View | None, View | None] = (None, None)
        self._coarse: Frame | None = None
        self._fine: Frame | None = None
        self._told: Frame | None = None
        # What the rows on the terminal are of.
        self._on_screen: View | None = None
        self._is_promised = False

    @property
    def shown(self) -> Path | None:
        """The picture of which the pane shows rows; None while it shows none."""
        frame = self.canvas.frame
        return frame.view.path if frame is not None else None

    @property
    def problem(self) -> str:
        """Why there is no picture, or what is amiss with the one shown; empty when all is well."""
        return self._amiss(self._fine)

    def _amiss(self, frame: Frame | None) -> str:
        if frame is None or not frame.problem or self._names:
            return frame.problem if frame else ""
        return _IN_PART if frame.rows else _NOTHING

    def show(self, picture: Picture) -> None:
        """Show this picture, at once if it was prefetched; nothing happens if it is shown."""
        if picture == self._picture:
            return
        if self._picture is None or picture.path != self._picture.path:
            self.painter.pacer.begin_picture()
        self._picture = picture
        self._told = None
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
        self._picture = self._coarse = self._fine = self._told = None
        self._wanted = None, None
        self._text = clean(text)
        self._choose()

    def prefetch(self, pictures: Sequence[Picture]) -> None:
        """Prepare the pictures that may be asked for next, the likeliest first."""
        self._ahead = tuple(pictures)
        # Threads share one interpreter: what may be wanted later waits until this is painted.
        self.call_after_refresh(self._prefetch)

    def on_mount(self) -> None:
        """Start the threads; the size is not known before the first resize."""
        self._loader = PictureLoader(self._drawn)
        self.painter.add_pane(self)

    def on_unmount(self) -> None:
        """End the threads."""
        self.painter.remove_pane(self)
        if self._loader is not None:
            self._loader.close()
            self._loader = None

    def on_resize(self) -> None:
        """Draw at the new size, and prepare the others for it."""
        self._ask()
        self.prefetch(self._ahead)

    def on_hide(self) -> None:
        """Forget what was shown: something else has its place."""
        self.canvas.forget()
        self._on_screen = None
        self.refresh()

    def on_image_view_drawn(self, message: Drawn) -> None:
        """Show the frame, if it is still asked for."""
        coarse, fine = self._wanted
        if message.frame.view == fine:
            self._fine = message.frame
        elif message.frame.view == coarse:
            self._coarse = message.frame
        else:
            return
        self._choose()

    # ── for the terminal ─────────────────────────────────────────────────────────────────

    @property
    def is_lacking(self) -> bool:
        """Whether there is something to send."""
        return self.is_there and not self.canvas.is_whole

    def make_way(self, room: float) -> str:
        """Blank what must not stay, unless it is brought up to date in the same write."""
        if not self.is_there:
            return ""
        if self.canvas.is_bare:
            self._on_screen = None
        old, frame = self._on_screen, self.canvas.frame
        if old is None or (frame is not None and not _other(old, frame.view)):
            return self.clear(whole=False)
        self._on_screen = None
        most = max(room, self.canvas.blanking())
        self._is_promised = frame is not None and self.canvas.cost(most) <= most
        return self.clear(whole=not self._is_promised)

    def band(self, room: float) -> str:
        """Return the next rows of what is to be seen."""
        if self._is_promised:
            room, self._is_promised = math.inf, False
        written = self.take(room) if room > 0 else ""
        if self.canvas.frame is not None and not self.canvas.is_bare:
            self._on_screen = self.canvas.frame.view
        if written and self.canvas.is_whole:
            self._choose()
        return written

    def arrived(self) -> None:
        """Tell what is on the screen, once it is whole."""
        frame = self._fine
        if frame is None or frame is self._told or not self.canvas.is_whole:
            return
        if frame.rows and self.canvas.frame is not frame:
            return
        self._told = frame
        # Not from the screen that is being painted: a message ends with who made it.
        self.call_later(self._announce, frame)
        if self._picture is not None and self._views(self._picture)[1].thrift < frame.view.thrift:
            # The line has turned out to be better than was thought.
            self._ask()

    # ── inside ───────────────────────────────────────────────────────────────────────────

    def _announce(self, frame: Frame) -> None:
        path = frame.view.path
        if frame.rows and path is not None:
            self.post_message(self.Shown(path, self._amiss(frame)))
        else:
            self.post_message(self.Failed(path, self._amiss(frame)))

    def _prefetch(self) -> None:
        if self._loader is None or not self.outer_size.area:
            return
        views = [self._views(picture) for picture in self._ahead]
        self._loader.prefetch([view for pair in views for view in pair if view])

    def _drawn(self, frame: Frame) -> None:
        # From a thread of the loader: posting is safe from there, and waits for nothing.
        self.post_message(self.Drawn(frame))

    def _views(self, picture: Picture) -> tuple[View | None, View]:
        """Return how a picture is to be drawn: coarsely, where the line is slow, and finely."""
        columns, rows = self.room
        pacer = self.painter.pacer
        fine = View(
            picture.path,
            columns,
            rows,
            picture.zoom,
            picture.boxes,
            picture.contrast,
            self._depth,
            self._blocks,
            pacer.thrift(columns * rows),
            picture.before,
        )
        if not pacer.wants_coarse(columns * rows):
            return None, fine
        return replace(fine, thrift=MOST_THRIFT), fine

    def _ask(self) -> None:
        """Ask for the picture at the size there is, and have the pane make way if it must."""
        self.canvas.resize(*self.room)
        if self._picture is not None and self._loader is not None and self.outer_size.area:
            self._wanted = coarse, fine = self._views(self._picture)
            if self._fine is None or self._fine.view != fine:
                found = self._loader.show_together([view for view in (coarse, fine) if view])
                self._fine = found[fine]
                self._coarse = found[coarse] if coarse else None
        self._choose()

    def _choose(self) -> None:
        """Decide what is to be seen with what is there, and have it written."""
        frame = self._best()
        if frame is not None and self.fits(frame):
            self.canvas.show(frame)
        elif self._picture is None or frame is not None:
            self.say_words(self._text or self._amiss(frame))
        elif self._on_screen is None or self._on_screen.path != self._picture.path:
            self.say_words(_WAITING)
        # Else the same picture, seen otherwise, stays until it is drawn anew: no word about it
        # is wrong meanwhile.
        self.ask()

    def _best(self) -> Frame | None:
        """Return the frame to be shown now: the coarse one first, where there is one."""
        coarse, fine = self._coarse, self._fine
        if fine is None or coarse is None or not coarse.rows or not fine.rows:
            return fine or coarse
        shown = self.canvas.frame
        if shown is fine or (shown is coarse and self.canvas.is_whole):
            return fine
        return coarse


def _other(old: View, new: View) -> bool:
    """Tell whether a pane may not show rows of both: another picture, or another part of it."""
    return (old.path, old.zoom, old.before) != (new.path, new.zoom, new.before)
