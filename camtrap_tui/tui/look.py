"""How a grader wants to see pictures: what is switched on, and what is zoomed to."""

from __future__ import annotations

from dataclasses import dataclass

from camtrap_tui.services.picture_views import Picture
from camtrap_tui.services.review_items import Item
from camtrap_tui.tui import review_views


@dataclass(slots=True)
class Look:
    """`zoom` is the number of the box that is zoomed to, 0 for the whole picture."""

    zoom: int = 0
    boxes: bool = True
    contrast: bool = False

    def leave_zoom(self) -> None:
        """Show the whole picture again: a zoom belongs to one picture."""
        self.zoom = 0

    def picture(self, item: Item, *, whole: bool = False) -> Picture:
        """Return what is to be seen of an item; `whole` leaves the zoom out."""
        zoom = 0 if whole else self.zoom
        return review_views.picture(item, zoom, boxes=self.boxes, contrast=self.contrast)
