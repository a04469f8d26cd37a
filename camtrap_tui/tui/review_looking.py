"""The review screen's commands that show the picture otherwise."""

from __future__ import annotations

from dataclasses import replace

from camtrap_tui.services.opener import open_picture
from camtrap_tui.services.queue_walk import Answer
from camtrap_tui.tui.blocks_dialog import blocks_dialog
from camtrap_tui.tui.image_view import ImageView
from camtrap_tui.tui.review_base import ReviewBase


class Looking(ReviewBase, inherit_bindings=False):
    """Looking records nothing, and a zoom ends with its picture."""

    def on_image_view_shown(self, message: ImageView.Shown) -> None:
        """Say in a sentence what is amiss with the picture, or with the frame before it."""
        item = self.session.item
        if message.problem and item is not None and message.path == item.path:
            parts = (message.problem, self._look.words(item))
            self.say(self._message(" · ".join(filter(None, parts))))

    def action_zoom(self) -> None:
        """Zoom to each box in turn, then back; from a free zoom, back."""
        item = self.session.item
        if item is None or not (item.boxes or self._look.free):
            self.say("No box to zoom to in this picture.")
            return
        self._look.zoom_next(item)
        self._see("the whole picture")

    def action_larger(self) -> None:
        """Zoom in freely."""
        self._scale(larger=True)

    def action_smaller(self) -> None:
        """Zoom out again."""
        self._scale(larger=False)

    def _scale(self, *, larger: bool) -> None:
        item = self.session.item
        if item is None:
            self.say("There is no picture here.")
            return
        self._look.scale(item, larger=larger)
        self._see("the whole picture")

    def action_pan_up(self) -> None:
        """Move up what a free zoom shows."""
        self._pan("up")

    def action_pan_down(self) -> None:
        """Move down what a free zoom shows."""
        self._pan("down")

    def _pan(self, direction: str) -> None:
        if self._look.move(direction):
            self._answer(Answer())
        else:
            self.say("Arrows up and down move what a free zoom shows: = zooms in.")

    def action_difference(self) -> None:
        """Show what has changed since the frame before, or the picture again."""
        self._look.difference = not self._look.difference
        self._see("the picture as it is")

    def action_boxes(self) -> None:
        """Show or hide the boxes."""
        self._look.boxes = not self._look.boxes
        self._see("boxes shown")

    def action_contrast(self) -> None:
        """Stretch the contrast, or not."""
        self._look.contrast = not self._look.contrast
        self._see("contrast as it is")

    def _see(self, usual: str) -> None:
        """Show the picture, and say what is seen otherwise; `usual` when nothing is."""
        item = self.session.item
        self._answer(Answer((self._look.words(item) if item else "") or usual))

    def action_blocks(self) -> None:
        """Choose by a test card what pictures are made of."""

        def take(kind: str) -> None:
            self.host.settings = replace(self.host.settings, blocks=kind)
            self._image.use_blocks(kind)

        self.ask(blocks_dialog(take))

    def action_open(self) -> None:
        """Open in the system's viewer."""
        item = self.session.item
        if item is None:
            self.say("There is no picture here.")
        else:
            self.say(open_picture(item.path, item.image.url))
