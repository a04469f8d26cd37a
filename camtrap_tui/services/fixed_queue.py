"""A session on pictures that were chosen beforehand, with a policy of what may be seen of them.

No filter, chart, ledger or run leads out of it, and it is nobody's place to come back to.
"""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from array import array
from collections.abc import Callable, Sequence

from camtrap_tui.domain.filters import Filter
from camtrap_tui.domain.models import Grade, Mark, Run
from camtrap_tui.errors import UsageError
from camtrap_tui.services.curtain import CurtainedItems
from camtrap_tui.services.opening import Opened, Opening
from camtrap_tui.services.policies import Policy
from camtrap_tui.services.queue_walk import Answer
from camtrap_tui.services.review import ReviewSession
from camtrap_tui.services.review_items import Item, Items
from camtrap_tui.store.store import Store

# No queue has more.
_DIGITS = 9
_STAYS = "These pictures are what is to be graded here: the queue stays as it is."


class FixedQueue(ReviewSession, ABC):
    """One grader going through `image_ids`, in this order; `title` is what they are called."""

    def __init__(
        self,
        store: Store,
        grader: str,
        image_ids: Sequence[int],
        title: str,
        *,
        policy: Policy,
        run: Run | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.policy = policy
        self._chosen = array("q", image_ids)
        self._chosen_title = title
        # Where marks and notes of this session were made, by their uuids.
        self._own_marks: dict[str, tuple[int, int]] = {}
        super().__init__(store, grader, run=run if policy.shows_machine else None, clock=clock)

    # ── the queue ────────────────────────────────────────────────────────────────────────

    def open_queue(self, where: str) -> int:
        """Stand in the queue that there is, at its first image without a grade."""
        queue, run = self._chosen, self._wanted_run
        done = bytearray(self._is_done(place) for place in range(len(queue)))
        return self.stand_in(Opened(Filter(), run, queue, done, self._chosen_title))

    @property
    def here(self) -> tuple[int, int]:
        """The image in view, and the how-manieth time it is shown."""
        return self._at(self.position)

    def _at(self, place: int) -> tuple[int, int]:
        return self._chosen[place], 1

    def _items_of(self, run: Run | None) -> Items:
        return CurtainedItems(self.store, run, self.policy)

    @abstractmethod
    def _is_done(self, place: int) -> bool:
        """Tell whether what stands at a place has the grade that it is here for."""

    def _note_graded(self, image_ids: Sequence[int]) -> None:
        changed = set(image_ids)
        for place, key in enumerate(self.queue):
            if key in changed:
                done = self._is_done(place)
                self._left -= done - self._graded[place]
                self._graded[place] = done

    # ── what was keyed here ──────────────────────────────────────────────────────────────

    @abstractmethod
    def _is_from_here(self, grade: Grade) -> bool:
        """Tell whether a grade of this grader is one that such a session records."""

    def _latest(self) -> Grade | None:
        latest = super()._latest()
        return latest if latest is not None and self._is_from_here(latest) else None

    def _unit(self, action: str) -> list[Grade]:
        unit = super()._unit(action)
        return unit if unit and self._is_from_here(unit[0]) else []

    def _to_repeat(self) -> Grade | None:
        return self._latest()

    def _name_of(self, grade: Grade) -> str:
        if self.policy.shows_names:
            return super()._name_of(grade)
        place = self._place_of(grade)
        return "a picture" if place is None else f"picture {place + 1:,}"

    # ── marks and notes ──────────────────────────────────────────────────────────────────

    def note(self, text: str) -> Answer:
        """Write a note on the picture in view; an older one that is hidden here stays."""
        item = self.item
        if item is not None and not text and not any(m.kind == "note" for m in item.marks):
            return Answer("No note was written.")
        return super().note(text)

    def _append_mark(self, item: Item, kind: str, value: str) -> str:
        mark_uuid = super()._append_mark(item, kind, value)
        self._own_marks[mark_uuid] = self.here
        return mark_uuid

    def _marks_at(self, place: int) -> tuple[Mark, ...]:
        """Return the marks and notes that were made in this session at a place of the queue."""
        here = self._at(place)
        marks = self.store.grades.marks(here[0])
        return tuple(mark for mark in marks if self._own_marks.get(mark.mark_uuid) == here)

    # ── no way out ───────────────────────────────────────────────────────────────────────

    def begin(self, where: str) -> Opening:
        """Refuse another queue."""
        raise UsageError(_STAYS)

    def open_images(self, image_ids: Sequence[int], title: str) -> int:
        """Refuse another queue."""
        raise UsageError(_STAYS)

    def go_to_image(self, image_id: int) -> Answer:
        """Refuse to look for a picture elsewhere."""
        return Answer(_STAYS)

    def refresh_queue(self, run: Run | None = None) -> int:
        """Take nothing into the queue; return 0."""
        return 0

    def go_to(self, text: str) -> Answer:
        """Go to a place in the queue, and by a name only where names may be seen."""
        if self.policy.shows_names:
            return super().go_to(text)
        typed = text.strip()
        if len(typed) <= _DIGITS and typed.isdecimal() and 1 <= int(typed) <= len(self.queue):
            return self._go(int(typed) - 1)
        return Answer(f"Names are hidden here: type a place, from 1 to {len(self.queue):,}.")

    @property
    def keeps_place(self) -> bool:
        """False: what was graded says where to go on."""
        return False

    @property
    def accepted_share(self) -> float | None:
        """The share of pictures that were accepted; None where nothing can be."""
        return super().accepted_share if self.policy.allows("accept") else None
