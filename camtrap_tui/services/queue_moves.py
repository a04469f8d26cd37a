"""A place in a queue of images: moving about it, and reading what stands there.

Nothing here opens a queue (`queue_walk` does) or records a grade.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from camtrap_tui.domain.models import Run
from camtrap_tui.services.review_items import Item, Items
from camtrap_tui.store.store import Store

# Images that are asked for their burst or deployment at once.
_GROUP_PAGE = 500
# No queue has more; Python refuses to read numbers of thousands of digits.
_DIGITS = 12


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command did: a sentence for the person ("" where the screen says it all)."""

    text: str = ""
    moved: bool = False


class QueueMoves:
    """A queue, empty at first, and the image in view; `left` counts those without a grade.

    `grader` is who looks at it, empty where nobody has said so.
    """

    grader = ""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.run: Run | None = None
        self.queue: array[int] = array("q")
        self.position = 0
        self._item: Item | None = None
        # One byte a place in the queue, 1 where its image has a grade.
        self._graded = bytearray()
        self._left = 0
        self.items = Items(store, None)

    def _first_ungraded(self, start: int) -> int | None:
        found = self._graded.find(0, start)
        return None if found < 0 else found

    @property
    def current_id(self) -> int:
        """The row id of the image in view; 0 where the queue is empty."""
        return self.queue[self.position] if self.queue else 0

    @property
    def left(self) -> int:
        """How many images of the queue have no grade yet."""
        return self._left

    def _arrive(self) -> None:
        """The picture in view has changed: forget what belonged to the one before."""
        self._item = None

    def _place(self, position: int) -> None:
        self.position = position
        self._arrive()

    @property
    def item(self) -> Item | None:
        """The image in view, None where the queue is empty. What it says of a run stays while
        it is in view, whatever a run in progress writes meanwhile."""
        if self._item is None and self.queue:
            found = self.items.read([self.current_id])
            self._item = found[0] if found else None
        return self._item

    def note_picture(self, image_id: int, path: Path) -> None:
        """Note where the picture of the image in view lies, now that it was fetched."""
        if self._item is not None and self._item.image.id == image_id:
            self._item = replace(self._item, path=path, to_fetch=None)

    def neighbours(self, ahead: int = 3, behind: int = 1) -> list[Item]:
        """Return the items around the one in view, the likeliest to be looked at next first."""
        places = [self.position + n for n in range(1, ahead + 1)]
        places += [self.position - n for n in range(1, behind + 1)]
        return self.items.read([self.queue[n] for n in places if 0 <= n < len(self.queue)])

    def move(self, step: int) -> Answer:
        """Go `step` pictures on or back; at an end, say so."""
        target = self.position + step
        if not self.queue:
            return Answer("The queue is empty.")
        if not 0 <= target < len(self.queue):
            end = "end" if step > 0 else "beginning"
            return Answer(f"This is the {end} of the queue; {self._left:,} left without a grade.")
        return self._go(target)

    def _go(self, position: int, text: str = "") -> Answer:
        lost = self._unrecorded()
        self._place(position)
        return Answer(lost or text, moved=True)

    def _unrecorded(self) -> str:
        """Return what would be lost by leaving this picture, as a sentence; nothing here."""
        return ""

    def next_ungraded(self) -> Answer:
        """Go to the next image without a grade, from the beginning again after the end."""
        found = self._first_ungraded(self.position + 1)
        found = self._first_ungraded(0) if found is None else found
        if found is None:
            return Answer("Every picture of this queue has a grade.")
        return self._go(found)

    def move_group(self, group: str, step: int) -> Answer:
        """Go to the first image of the next or previous `burst` or `deployment`."""
        if not self.queue:
            return Answer("The queue is empty.")
        at = self._end_of_group(group, self.position, step)
        if at is None:
            which = "next" if step > 0 else "previous"
            return Answer(f"There is no {which} {group} in this queue.")
        if step < 0:
            before = self._end_of_group(group, at, step)
            at = 0 if before is None else before + 1
        return self._go(at)

    def _end_of_group(self, group: str, start: int, step: int) -> int | None:
        """Return the first place from `start` on that belongs to another group, or None."""
        end = len(self.queue) if step > 0 else -1
        here: int | None = None
        for low in range(start, end, step * _GROUP_PAGE):
            high = min(low + _GROUP_PAGE, end) if step > 0 else max(low - _GROUP_PAGE, end)
            places = range(low, high, step)
            groups = self.store.images.groups_of([self.queue[n] for n in places], group)
            here = groups[0] if low == start else here
            other = next(
                (n for n, found in zip(places, groups, strict=True) if found != here), None
            )
            if other is not None:
                return other
        return None

    def go_to_place(self, place: int) -> Answer:
        """Go to a place in the queue, from 0."""
        return self._go(place)

    def go_to(self, text: str) -> Answer:
        """Go to a place in the queue (a number) or to an image by part of its name or id."""
        wanted = text.strip()
        number = wanted.replace(",", "").replace("\N{NO-BREAK SPACE}", "")
        if number.isdecimal() and len(number) <= _DIGITS and 1 <= int(number) <= len(self.queue):
            return self._go(int(number) - 1)
        if not wanted:
            return Answer("Type a number, or part of a file name or media id.")
        named = self.store.images.find(wanted)
        found = [n for n, key in enumerate(self.queue) if key in named]
        if not found:
            return Answer(f"No picture of this queue has {wanted!r} in its name.")
        after = [n for n in found if n > self.position]
        more = f"{len(found):,} pictures match; repeat for the next." if len(found) > 1 else ""
        return self._go(min(after or found), more)

    def _note_graded(self, image_ids: Sequence[int]) -> None:
        """Bring `left` up to date after votes on these images came or went."""
        now = self.store.grades.graded_among(image_ids)
        for place, key in self._places(set(image_ids)):
            graded = key in now
            self._left -= graded - self._graded[place]
            self._graded[place] = graded

    def _places(self, image_ids: set[int]) -> list[tuple[int, int]]:
        """Return (place, image id) of those that stand in the queue: near by, as a rule."""
        low = max(0, self.position - _GROUP_PAGE)
        stretch = self.queue[low : self.position + _GROUP_PAGE]
        near = [(n, key) for n, key in enumerate(stretch, low) if key in image_ids]
        if len(near) == len(image_ids):
            return near
        return [(n, key) for n, key in enumerate(self.queue) if key in image_ids]
