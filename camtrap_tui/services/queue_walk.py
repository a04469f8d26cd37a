"""A queue of images as a filter makes it: opening it, and bringing it up to date."""

from __future__ import annotations

from array import array
from collections.abc import Sequence

from camtrap_tui.domain.filters import Filter, parse_filter
from camtrap_tui.domain.models import Run
from camtrap_tui.services.queue_moves import Answer, QueueMoves
from camtrap_tui.services.review_items import Items
from camtrap_tui.store.store import Store

__all__ = ["Answer", "QueueWalk"]


class QueueWalk(QueueMoves):
    """A queue, made by a filter, and a place in it."""

    def __init__(self, store: Store, *, where: str = "", run: Run | None = None) -> None:
        super().__init__(store)
        self.filter = Filter()
        # What a queue is called that somebody gathered by hand, in place of its filter.
        self._gathered = ""
        self._wanted_run = run
        self.open_queue(where)

    def open_queue(self, where: str) -> int:
        """Build the queue that the filter asks for and stand at its first ungraded image.

        Returns its length. Raises UsageError for a filter that says nothing; the session then
        stays as it was.
        """
        wanted = parse_filter(where)
        run = self._wanted_run or self.store.runs.latest()
        queue = self.store.queues.build(wanted, run.id if run else None)
        self.filter, self.run, self._gathered = wanted, run, ""
        return self._open(queue)

    def open_images(self, image_ids: Sequence[int], title: str) -> int:
        """Make these images the queue, and stand at the first without a grade; the filter stays
        what it was, for when it is asked for again. Returns their number."""
        self._gathered = title
        return self._open(array("q", image_ids))

    @property
    def title(self) -> str:
        """What the queue is, in words: its filter, as a rule."""
        return self._gathered or self.filter.text or "all pictures"

    def _open(self, queue: array[int]) -> int:
        self.queue = queue
        self.items = Items(self.store, self.run)
        by_id = bytearray(self.store.bulk.next_image_id())
        for key in self.store.grades.graded_ids():
            by_id[key] = 1
        self._graded = bytearray(map(by_id.__getitem__, queue))
        self._left = self._graded.count(0)
        self.position = self._first_ungraded(0) or 0
        self._arrive()
        return len(queue)

    def refresh_queue(self, run: Run | None = None) -> int:
        """Take new pictures and predictions into the queue, and stay at the same picture.

        With `run`, that is the AI's word from now on. Returns by how many images the queue grew.
        """
        before, here = len(self.queue), self.current_id
        self._wanted_run = run or self._wanted_run
        if self._gathered:
            self.run = self._wanted_run or self.store.runs.latest()
            self._open(self.queue)
        else:
            self.open_queue(self.filter.text)
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
