"""The review screen's commands that show the picture otherwise."""

from __future__ import annotations

from camtrap_tui.services.opener import open_picture
from camtrap_tui.services.queue_walk import Answer
from camtrap_tui.tui.review_base import ReviewBase


class Looking(ReviewBase, inherit_bindings=False):
    """Looking records nothing, and a zoom ends with its picture."""

    def action_zoom(self) -> None:
        """Zoom to each box in turn, then back."""
        item = self.session.item
        if item is None or not item.boxes:
            self.say("No box to zoom to in this picture.")
            return
        self._look.zoom = (self._look.zoom + 1) % (len(item.boxes) + 1)
        said = ""
        if self._look.zoom:
            box = item.boxes[self._look.zoom - 1]
            which = f"box {self._look.zoom} of {len(item.boxes)}"
            said = f"{which}: {box.category} {box.confidence:.2f}"
        self._answer(Answer(said))

    def action_boxes(self) -> None:
        """Show or hide the boxes."""
        self._look.boxes = not self._look.boxes
        self._answer(Answer("" if self._look.boxes else "boxes hidden"))

    def action_contrast(self) -> None:
        """Stretch the contrast, or not."""
        self._look.contrast = not self._look.contrast
        self._answer(Answer("contrast stretched" if self._look.contrast else ""))

    def action_open(self) -> None:
        """Open in the system's viewer."""
        item = self.session.item
        if item is None:
            self.say("There is no picture here.")
        else:
            self.say(open_picture(item.path, item.image.url))
