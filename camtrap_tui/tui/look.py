"""How a grader wants to see pictures: what is switched on, and what is zoomed to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from camtrap_tui.services.frame_before import FrameBefore, FramesBefore
from camtrap_tui.services.picture_views import MARGIN, Picture, Region
from camtrap_tui.services.policies import ASSISTED, Policy
from camtrap_tui.services.review_items import Item
from camtrap_tui.tui import review_views

_STEP = 1.5
# From there on a photo of a few megapixels has fewer pixels than a large terminal.
_MOST = 16.0
# Share of what is seen by which an arrow moves it.
_SHIFT = 1 / 3
_MIDDLE = (0.5, 0.5)

ARROWS = {"left": (-1, 0), "right": (1, 0), "up": (0, -1), "down": (0, 1)}


@dataclass(frozen=True, slots=True)
class FreeZoom:
    """A part of the picture around x, y (0 to 1), enlarged `scale` times."""

    x: float
    y: float
    scale: float

    def scaled(self, factor: float) -> FreeZoom | None:
        """Return the zoom by so much larger, None where the whole picture would be seen."""
        scale = round(min(self.scale * factor, _MOST), 3)
        return FreeZoom(self.x, self.y, scale)._within() if scale > 1 else None

    def moved(self, across: int, down: int) -> FreeZoom:
        """Return the zoom moved by steps to the right and down."""
        step = _SHIFT / self.scale
        return FreeZoom(self.x + across * step, self.y + down * step, self.scale)._within()

    def _within(self) -> FreeZoom:
        # Rounded, so that there and back is the same view, which is at hand then.
        half = 0.5 / self.scale
        x, y = (round(min(max(v, half), 1 - half), 4) for v in (self.x, self.y))
        return FreeZoom(x, y, self.scale)

    @property
    def region(self) -> Region:
        """The region to ask for: without the margin that a zoom adds."""
        size = 1 / self.scale / (1 + MARGIN)
        return Region(self.x - size / 2, self.y - size / 2, size, size)


class Look:
    """`zoom` is the number of the box that is zoomed to, 0 for none; `free` a free zoom."""

    def __init__(self, frames: FramesBefore, policy: Policy = ASSISTED) -> None:
        self.zoom = 0
        self.free: FreeZoom | None = None
        self.boxes = True
        self.contrast = False
        self.difference = False
        self._center = _MIDDLE
        self._frames = frames
        self._policy = policy

    @property
    def is_zoomed(self) -> bool:
        """Whether a part of the picture is seen."""
        return bool(self.zoom) or self.free is not None

    def leave_zoom(self) -> None:
        """Show the whole picture again: a zoom belongs to one picture."""
        self.zoom = 0
        self.free = None
        self._center = _MIDDLE

    def zoom_next(self, item: Item) -> None:
        """Zoom to the next box; from the last one, and from a free zoom, back to the whole."""
        if self.free is not None:
            self.zoom, self.free = 0, None
            return
        self.zoom = (self.zoom + 1) % (len(item.boxes) + 1)
        if self.zoom:
            box = item.boxes[self.zoom - 1]
            self._center = (box.bbox_x + box.bbox_w / 2, box.bbox_y + box.bbox_h / 2)

    def scale(self, item: Item, *, larger: bool) -> None:
        """Zoom freely, around what is zoomed to, else the last box that was, else the middle."""
        start = self.free or FreeZoom(*self._center, self._box_scale(item))
        self.free = start.scaled(_STEP if larger else 1 / _STEP)
        self.zoom = 0

    def _box_scale(self, item: Item) -> float:
        if not self.zoom:
            return 1.0
        box = item.boxes[self.zoom - 1]
        return max(1.0, 1 / (max(box.bbox_w, box.bbox_h, 1 / _MOST) * (1 + MARGIN)))

    def move(self, direction: str) -> bool:
        """Move what a free zoom shows; return whether there is one."""
        if self.free is None:
            return False
        self.free = self.free.moved(*ARROWS[direction])
        return True

    def words(self, item: Item) -> str:
        """Return what is seen of the picture other than usual, in words."""
        parts = []
        if self.zoom:
            box = item.boxes[self.zoom - 1]
            number = f"box {self.zoom} of {len(item.boxes)}"
            parts.append(f"{number}: {box.category} {box.confidence:.2f}")
        if self.free is not None:
            back = "z" if self._policy.allows("zoom") else "esc"
            parts.append(f"zoom × {self.free.scale:.1f}: arrows move, = - size, {back} back")
        if self.difference:
            parts.append(self._difference_words(item))
        if not self.boxes:
            parts.append("boxes hidden")
        if self.contrast:
            parts.append("contrast stretched")
        return " · ".join(parts)

    def _difference_words(self, item: Item) -> str:
        before = self._frames.take(item)
        if before is None and item.image.timestamp is None:
            return "no frame before this one: its time is not known"
        if before is None:
            return "no frame before this one at its camera"
        if not self._policy.shows_names:
            which, comma = before.nameless, ""
        else:
            which, comma = before.words, ","
        if before.path is None:
            return f"no difference: {which}{comma} is not on this machine"
        return f"difference with {which}"

    def picture(self, item: Item, *, whole: bool = False) -> Picture:
        """Return what is to be seen of an item; `whole` leaves the zoom out."""
        zoom = 0 if whole else self.zoom
        seen = review_views.picture(item, zoom, boxes=self.boxes, contrast=self.contrast)
        if self.free is not None and not whole:
            seen = replace(seen, zoom=self.free.region)
        before: FrameBefore | None = self._frames.take(item) if self.difference else None
        return replace(seen, before=before.path) if before else seen

    def around(self, item: Item) -> Sequence[Picture]:
        """Return what the arrows and `=` would show next of a picture that is zoomed freely."""
        free = self.free
        if free is None:
            return ()
        here = self.picture(item)
        places = [free.moved(*step) for step in ARROWS.values()]
        larger = free.scaled(_STEP)
        return [replace(here, zoom=place.region) for place in (larger, *places) if place]
