"""Opens the contact sheet: of the review's queue, or of one burst or class, and leads back.

A sheet of a burst or class has a queue of its own; once it is left, the review is in the queue
it was in, unless its exceptions were taken for the next one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from camtrap_tui.domain.models import Taxon
from camtrap_tui.domain.text import clean
from camtrap_tui.services import resuming
from camtrap_tui.services.opening import Opened
from camtrap_tui.tui.leading import Leading

if TYPE_CHECKING:
    from camtrap_tui.services.sheet import Sheet


class Sheets(Leading):
    """The sheet of one session, whose exceptions stay marked from one opening to the next."""

    _sheet: Sheet | None = None

    def open(self, back: Opened | None = None, taxon: Taxon | None = None) -> None:
        """Show the sheet of the queue, with `taxon` for a grade, or else blank; after it, `back`
        is the queue again."""
        from camtrap_tui.services.sheet import Sheet
        from camtrap_tui.tui.grid_screen import GridScreen

        session = self._session
        if self._sheet is None:
            self._sheet = Sheet(session)
        screen = GridScreen(self._host, self._sheet, taxon)
        own = session.queue

        def left(_result: None) -> None:
            if back is not None and session.queue is own:
                session.go_back(back)
                resuming.remember(session)
            self._show_review(screen.parting)

        self._push(screen, left)

    def open_burst(self) -> str:
        """Show the sheet of the burst in view; the answer says why not, empty where it does."""
        item = self._session.item
        if item is None:
            return "There is no picture here."
        before = self._session.opened()
        self._session.open_images(item.burst, f"burst of {clean(item.name)}")
        self.open(before)
        return ""

    def open_class(self) -> str:
        """Show the sheet of all pictures predicted as the one in view, with that for a grade;
        say why not, or that it takes a while."""
        from camtrap_tui.domain.chart_data import class_filter

        item = self._session.item
        if item is None or item.predicted is None:
            return "There is no prediction here whose class could be shown."
        before, taxon = self._session.opened(), item.predicted
        where = class_filter(taxon.name, by="prediction", min_score=None)
        return self._host.open_queue(where, lambda: self.open(before, taxon))
