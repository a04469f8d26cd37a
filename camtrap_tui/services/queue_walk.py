"""A queue of images as a filter makes it: opening it, and bringing it up to date.

Opening can be left to a thread: `begin` asks for it, `take` stands in the queue once it is made,
and meanwhile the session stays as it was.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import replace

from camtrap_tui.domain.filters import Filter
from camtrap_tui.domain.models import Run
from camtrap_tui.services.filtering import title_of
from camtrap_tui.services.opening import Opened, Opening, Wanted, graded, make, wanted
from camtrap_tui.services.queue_moves import Answer, QueueMoves
from camtrap_tui.services.review_items import Items
from camtrap_tui.store.store import Store

__all__ = ["Answer", "QueueWalk"]


class QueueWalk(QueueMoves):
    """A queue, made by a filter, and a place in it; empty as long as `opening` is its first."""

    def __init__(
        self,
        store: Store,
        *,
        where: str = "",
        run: Run | None = None,
        opening: Opening | None = None,
    ) -> None:
        super().__init__(store)
        self.filter = Filter()
        # What a queue is called that somebody gathered by hand, in place of its filter.
        self._gathered = ""
        self._wanted_run = run
        self.opening = opening
        # Whether there has been a queue: until then it is empty only because it is not known.
        self.is_open = False
        if opening is None:
            self.open_queue(where)
        else:
            self._stand_before(opening.asked)

    # ── opening ──────────────────────────────────────────────────────────────────────────

    def open_queue(self, where: str) -> int:
        """Build the queue that the filter asks for and stand at its first ungraded image.

        Returns its length. Raises UsageError for a filter that says nothing; the session then
        stays as it was.
        """
        return self.stand_in(make(self.store, self._wanted(where)))

    def begin(self, where: str) -> Opening:
        """Have a thread build the queue that the filter asks for, instead of the one it builds.

        Raises UsageError for a filter that says nothing.
        """
        asked = self._wanted(where)
        self.leave_opening()
        self.opening = Opening(self.store.path, asked)
        return self.opening

    def look_by(self, run: Run) -> None:
        """Have the queues that are opened from now on show what this run says."""
        self._wanted_run = run

    def take(self, opening: Opening) -> int:
        """Stand in the queue that a thread was asked for, waiting for it; return its length.

        Raises what stopped the thread; the session then stays as it was.
        """
        self.opening = None
        return self.stand_in(opening.result())

    def leave_opening(self) -> None:
        """Stop the thread that builds a queue, if there is one."""
        if self.opening is not None:
            self.opening.cancel()
        self.opening = None

    def _wanted(self, where: str) -> Wanted:
        run = self._wanted_run or self.store.runs.latest()
        return wanted(self.store, where, run, self.grader)

    def open_images(self, image_ids: Sequence[int], title: str) -> int:
        """Make these images the queue, and stand at the first without a grade; the filter stays
        what it was, for when it is asked for again. Returns their number."""
        queue = array("q", image_ids)
        return self.stand_in(Opened(self.filter, self.run, queue, graded(self.store, queue), title))

    @property
    def is_in_time(self) -> bool:
        """Whether the queue is camera by camera, in time."""
        return not self._gathered and self.filter.order == "time"

    @property
    def title(self) -> str:
        """What the queue is, in words: its filter, or the name that was saved under, as a rule."""
        return self._gathered or title_of(self.filter)

    def opened(self) -> Opened:
        """Return the queue as it stands, for `stand_in` to come back to."""
        return Opened(
            self.filter, self.run, self.queue, self._graded, self._gathered, self.current_id
        )

    def _stand_before(self, asked: Wanted) -> None:
        """Show what will probably be the first picture, until the queue is there."""
        likely = None
        if asked.start_id or not asked.filter.text:
            likely = self.store.places.beginning(asked.start_id)
        self.filter, self.run = asked.filter, asked.run
        self.queue = array("q", [likely] if likely else [])
        self.items = self._items_of(self.run)

    def stand_in(self, opened: Opened) -> int:
        """Stand in this queue: where this grader was, or at the first image without a grade."""
        self.is_open = True
        self.filter, self.run, self._gathered = opened.filter, opened.run, opened.title
        self.queue, self._graded = opened.queue, opened.graded
        self.items = self._items_of(self.run)
        self._left = self._graded.count(0)
        self.position = self._start(opened.start_id)
        self._arrive()
        return len(self.queue)

    def _items_of(self, run: Run | None) -> Items:
        """Return what reads the items of a queue, with `run` as the AI's word."""
        return Items(self.store, run)

    def go_back(self, before: Opened) -> None:
        """Stand again in a queue that was left, with what was graded since: at its picture, or
        at the next one that needs a grade."""
        self.stand_in(replace(before, graded=graded(self.store, before.queue)))

    @property
    def is_at_start(self) -> bool:
        """Whether the image in view is the queue's first without a grade, or its first at all."""
        return self.position == (self._first_ungraded(0) or 0)

    def _start(self, image_id: int) -> int:
        """Return the place to begin at: the image's, or the next one that needs a grade."""
        here = self.queue.index(image_id) if image_id and image_id in self.queue else None
        found = self._first_ungraded(here or 0)
        if found is None and here is None:
            found = self._first_ungraded(0)
        return found if found is not None else here or 0

    def refresh_queue(self, run: Run | None = None) -> int:
        """Take new pictures and predictions into the queue, and stay at the same picture.

        With `run`, that is the AI's word from now on. Returns by how many images the queue grew.
        """
        before, here = len(self.queue), self.current_id
        self._wanted_run = run or self._wanted_run
        run = self._wanted_run or self.store.runs.latest()
        if self._gathered:
            self.stand_in(replace(self.opened(), run=run, graded=graded(self.store, self.queue)))
        else:
            # As it was read: a saved filter that it names may have changed, or gone.
            self.stand_in(make(self.store, Wanted(self.filter, run)))
        if here in self.queue:
            self._place(self.queue.index(here))
        return len(self.queue) - before

    def go_to_image(self, image_id: int) -> Answer:
        """Go to an image by its row id; where this queue lacks it, in a queue of all pictures."""
        lost = self._unrecorded()
        text = ""
        if image_id not in self.queue:
            text = f"The filter {self.title} leaves it out: these are all pictures."
            self.open_queue("")
        if image_id not in self.queue:
            return Answer("That picture is not in the survey any more.")
        return self._go(self.queue.index(image_id), lost or text)
