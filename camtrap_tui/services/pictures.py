"""Pictures on time: decoded and drawn in threads, kept while there is room, newest wish first.

The caller never waits. One thread serves nothing but what is wanted now, a picture or a sheet of
them; another one prepares those that may come next, so that a slow disk under a prefetch delays
no wish.
"""

from __future__ import annotations

import os
import sys
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from camtrap_tui.domain.text import clean
from camtrap_tui.services.picture_views import BoxMark, Frame, Picture, Region, View, dots_of

if TYPE_CHECKING:
    from camtrap_tui.services.picture_decode import Decoded

__all__ = ["BoxMark", "Frame", "Picture", "PictureLoader", "Region", "View"]

# Some 70 pictures at 120 × 40; the whole TUI is to stay below 80 MB.
CACHE_BYTES = 6_000_000
# Four bytes a pixel: 40 pictures at 120 × 40, 7 in octants at 200 × 60.
_DECODED_PIXELS = 500_000
# From this size on glibc is to take memory from the system, and to give it back when it is
# freed (mallopt(3)); it would raise the bound itself to that of the largest picture, and the
# gaps between what is kept would grow to tens of megabytes.
_M_MMAP_THRESHOLD = -3
_RETURNED_BYTES = 1 << 18
# A disk that has stopped answering must not keep the application from ending.
_LONGEST_JOIN_S = 5.0


class FrameCache:
    """Frames by view, the least recently used dropped first; bounded in bytes."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._frames: OrderedDict[View, tuple[Frame, int]] = OrderedDict()
        self.size = 0

    def __contains__(self, view: View) -> bool:
        return view in self._frames

    def take(self, view: View) -> Frame | None:
        """Return the frame of a view, or None.

        A frame with a problem is handed out once: a file that has come back, or the rest of one,
        is seen next time.
        """
        found = self._frames.get(view)
        if found is None:
            return None
        frame, size = found
        if not frame.problem:
            self._frames.move_to_end(view)
        else:
            del self._frames[view]
            self.size -= size
        return frame

    def put(self, frame: Frame) -> None:
        """Keep a frame, and drop others until the limit holds."""
        _, before = self._frames.pop(frame.view, (None, 0))
        size = sum(sys.getsizeof(row) for row in frame.rows) + len(frame.pixels) + 1000
        self._frames[frame.view] = frame, size
        self.size += size - before
        while self.size > self._limit and len(self._frames) > 1:
            _, (_, dropped) = self._frames.popitem(last=False)
            self.size -= dropped


class DecodedCache:
    """The pictures that were decoded last: seen otherwise, or as the frame before, they are at
    hand. May be used by several threads; both may then decode the same one.
    """

    def __init__(self) -> None:
        self._pictures: OrderedDict[tuple[object, ...], Decoded] = OrderedDict()
        self._pixels = 0
        self._lock = threading.Lock()

    def take(self, view: View) -> Decoded:
        """Return what the view shows of its file, decoded now or not long ago."""
        from camtrap_tui.services.picture_decode import decode

        try:
            written = view.path.stat().st_mtime_ns if view.path else 0
        except OSError:
            written = 0
        key = (view.path, written, view.columns, view.rows, view.zoom, dots_of(view))
        with self._lock:
            if found := self._pictures.get(key):
                self._pictures.move_to_end(key)
                return found
        decoded = decode(view)
        if decoded.image is not None:
            with self._lock:
                self._pixels += _pixels(decoded) - _pixels(self._pictures.pop(key, None))
                self._pictures[key] = decoded
                while self._pixels > _DECODED_PIXELS and len(self._pictures) > 2:
                    self._pixels -= _pixels(self._pictures.popitem(last=False)[1])
        return decoded


def _pixels(decoded: Decoded | None) -> int:
    image = decoded.image if decoded else None
    return image.width * image.height if image else 0


def _return_memory() -> None:
    # Only glibc has the setting; a Python may lack ctypes, and a hardened system forbid it.
    with suppress(AttributeError, ImportError, MemoryError, OSError, ValueError):
        if os.confstr("CS_GNU_LIBC_VERSION"):
            import ctypes

            ctypes.CDLL(None).mallopt(_M_MMAP_THRESHOLD, _RETURNED_BYTES)


class PictureLoader:
    """Turns views into frames; every method may be called from any thread."""

    def __init__(
        self, on_ready: Callable[[Frame], None], *, cache_bytes: int = CACHE_BYTES
    ) -> None:
        """Start the threads; `on_ready` is called from one of them and must not wait."""
        self._on_ready = on_ready
        self._cache = FrameCache(cache_bytes)
        self._decoded = DecodedCache()
        self._changed = threading.Condition()
        self._wanted: dict[View, None] = {}  # on the screen and not there yet, in their order
        self._ahead: list[View] = []
        self._in_work: set[View] = set()
        self._closed = False
        self._threads = [
            threading.Thread(target=self._work, kwargs={"ahead": ahead}, name=name, daemon=True)
            for name, ahead in (("picture", False), ("picture-ahead", True))
        ]
        for thread in self._threads:
            thread.start()

    def show(self, view: View) -> Frame | None:
        """Return the view's frame if it is there; else None, and `on_ready` gets it later.

        Only the latest view asked for is announced; an earlier one that is still in work is
        kept for when it is asked for again.
        """
        return self.show_together([view])[view]

    def show_together(self, views: Sequence[View]) -> dict[View, Frame | None]:
        """Return the frames that are there; `on_ready` gets the others, one by one, in order.

        Views that were asked for before and are not among these are announced no more.
        """
        with self._changed:
            frames = {view: self._cache.take(view) for view in views}
            self._wanted = {view: None for view, frame in frames.items() if frame is None}
            if self._wanted:
                self._changed.notify_all()
            return frames

    def prefetch(self, views: Sequence[View]) -> None:
        """Prepare these views, in their order, instead of those asked for before."""
        with self._changed:
            self._ahead = list(views)
            self._changed.notify_all()

    def close(self) -> None:
        """End the threads; nothing is announced afterwards."""
        with self._changed:
            self._closed = True
            self._wanted = {}
            self._ahead = []
            self._changed.notify_all()
        for thread in self._threads:
            if thread is not threading.current_thread():
                thread.join(_LONGEST_JOIN_S)

    def _work(self, *, ahead: bool) -> None:
        import warnings

        _return_memory()
        # Pillow warns of odd EXIF and of large pictures on stderr, which is the screen here.
        warnings.filterwarnings("ignore", module=r"PIL\.")
        while (view := self._next(ahead=ahead)) is not None:
            frame = self._frame(view)
            with self._changed:
                self._in_work.discard(view)
                self._cache.put(frame)
                announced = view in self._wanted and not self._closed
                if announced:
                    del self._wanted[view]
                    self._cache.take(view)
            if announced:
                self._on_ready(frame)

    def _next(self, *, ahead: bool) -> View | None:
        """Wait for work; return None when there is none to come."""
        with self._changed:
            while not self._closed:
                wanted = next((view for view in self._wanted if view not in self._in_work), None)
                if wanted is not None:
                    self._in_work.add(wanted)
                    return wanted
                while ahead and self._ahead:
                    view = self._ahead.pop(0)
                    if view not in self._cache and view not in self._in_work:
                        self._in_work.add(view)
                        return view
                self._changed.wait()
        return None

    def _frame(self, view: View) -> Frame:
        from camtrap_tui.services.picture_decode import BROKEN
        from camtrap_tui.services.picture_draw import draw

        try:
            decoded = self._decoded.take(view)
            if view.before is None:
                return draw(view, decoded)
            return draw(view, decoded, self._decoded.take(replace(view, path=view.before)))
        except BROKEN as error:
            # Only a file that Pillow takes for a picture and then fails to convert gets here.
            name = clean(view.path.name) if view.path else "The picture"
            return Frame(view, (), 0, f"{name} cannot be drawn: {type(error).__name__}.")
