"""A place in a queue of images: moving about it, and reading what stands there.

Nothing here opens a queue (`queue_walk` does) or records a grade.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from camtrap_tui.domain.filter_words import STATES
from camtrap_tui.domain.models import Run
from camtrap_tui.services.policies import ASSISTED, Policy
from camtrap_tui.services.review_items import Item, Items
from camtrap_tui.store.store import Store

# Images that are asked for their group at once: few at first.
_FIRST_PAGE = 16
_GROUP_PAGE = 500
# Images that are looked at for a disagreement at once, and how often for one key: as long as
# nobody takes for a pause.
_SEEK_PAGE = 250
_MOST_PAGES = 80
# Images that are looked for in the queue one by one.
_FEW = 3
# No queue has more; Python refuses to read numbers of thousands of digits.
_DIGITS = 12
_EMPTY = "The queue is empty."


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command did: a sentence for the person ("" where the screen says it all)."""

    text: str = ""
    moved: bool = False


@dataclass(slots=True)
class _Seeking:
    """A search through a queue, from a place `start` on: `place` is the next one to look at."""

    queue: array[int]
    start: int
    place: int
    step: int
    run_id: int | None
    all_places: bool


class QueueMoves:
    """A queue, empty at first, and the image in view; `left` counts those without a grade.

    `grader` is who looks at it, empty where nobody has said so; `policy` is what they may see.
    """

    grader = ""
    policy: Policy = ASSISTED

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
        # A search for a disagreement that was not finished.
        self._seeking: _Seeking | None = None
        # What a picture was last looked for by.
        self._sought = ""

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
            self._item = self._read(self.position)
        return self._item

    def _read(self, place: int) -> Item | None:
        """Read what stands at a place of the queue."""
        found = self.items.read([self.queue[place]])
        return found[0] if found else None

    @property
    def run_in_view(self) -> Run | None:
        """The run whose word on the image in view may be seen, None where there is none."""
        return self.run

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
            return Answer(_EMPTY)
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

    @property
    def is_in_time(self) -> bool:
        """Whether the queue is camera by camera, in time: then days and cameras lie together."""
        return False

    def move_group(self, group: str, step: int) -> Answer:
        """Go to the first image of the next or previous `burst`, `day` or `deployment`.

        A day is a day of one deployment.
        """
        if not self.queue:
            return Answer(_EMPTY)
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
        if self.is_in_time and group != "burst":
            return self._end_of_stretch(group, start, step)
        end = len(self.queue) if step > 0 else -1
        (here,) = self.store.images.groups_of([self.queue[start]], group)
        low, size = start + step, _FIRST_PAGE
        while low != end:
            high = min(low + size, end) if step > 0 else max(low - size, end)
            places = range(low, high, step)
            groups = self.store.images.groups_of([self.queue[n] for n in places], group)
            for place, found in zip(places, groups, strict=True):
                if found != here:
                    return place
            # Most groups are short: what is asked for grows with what has been passed.
            low, size = high, min(4 * size, _GROUP_PAGE)
        return None

    def _end_of_stretch(self, group: str, start: int, step: int) -> int | None:
        """Return the same of groups that lie together: by strides that double, then halves."""

        def group_at(steps: int) -> object:
            (found,) = self.store.images.groups_of([self.queue[start + step * steps]], group)
            return found

        here = group_at(0)
        most = len(self.queue) - 1 - start if step > 0 else start
        inside, beyond = 0, 1
        while beyond < most and group_at(beyond) == here:
            inside, beyond = beyond, 2 * beyond
        beyond = min(beyond, most)
        if not most or group_at(beyond) == here:
            return None
        while beyond - inside > 1:
            middle = (inside + beyond) // 2
            if group_at(middle) == here:
                inside = middle
            else:
                beyond = middle
        return start + step * beyond

    # ── disagreement ─────────────────────────────────────────────────────────────────────

    def move_disagreement(self, step: int) -> Answer:
        """Go to the next or previous picture on which graders, runs, or both disagree.

        Where many pictures lie between, it stops on the way; the same again goes on from there.
        """
        if not self.queue:
            return Answer(_EMPTY)
        seeking = self._seeking
        if seeking is None or not self._is_of(seeking, step):
            run_id = self.run.id if self.run else None
            several = run_id is not None and len(self.store.runs.all()) > 1
            start = self.position
            seeking = _Seeking(self.queue, start, start + step, step, run_id, several)
        self._seeking = None
        size = _FIRST_PAGE
        for _ in range(_MOST_PAGES):
            places = self._page_of(seeking, size)
            if not places:
                way = "next" if step > 0 else "previous"
                return Answer(f"There is no {way} picture in this queue with a disagreement.")
            ids = [self.queue[place] for place in places]
            found = self.store.queues.disputes_among(ids, seeking.run_id)
            for place, key in zip(places, ids, strict=True):
                if key in found:
                    return self._go(place, f"{STATES[found[key]].capitalize()}.")
            seeking.place = places[-1] + step
            size = min(4 * size, _SEEK_PAGE)
        self._seeking = seeking
        passed = abs(seeking.place - seeking.start)
        return Answer(f"No disagreement among {passed:,} pictures; the same key looks further.")

    def _is_of(self, seeking: _Seeking, step: int) -> bool:
        """Tell whether a search is one from here that was not finished."""
        here = seeking.queue is self.queue and seeking.start == self.position
        return here and seeking.step == step

    def _page_of(self, seeking: _Seeking, size: int) -> list[int]:
        """Return the next `size` places at which there may be a disagreement.

        With one run, these are places that have a grade.
        """
        end = len(self.queue) if seeking.step > 0 else -1
        if seeking.all_places:
            high = seeking.place + seeking.step * size
            high = min(high, end) if seeking.step > 0 else max(high, end)
            return list(range(seeking.place, high, seeking.step))
        places: list[int] = []
        place = seeking.place
        while len(places) < size and place != end:
            if seeking.step > 0:
                place = self._graded.find(1, place)
            else:
                place = self._graded.rfind(1, 0, place + 1)
            if place < 0:
                break
            places.append(place)
            place += seeking.step
        return places

    # ── by name or number ────────────────────────────────────────────────────────────────

    def go_to_place(self, place: int) -> Answer:
        """Go to a place in the queue, from 0."""
        return self._go(place)

    def go_to(self, text: str) -> Answer:
        """Go to a place in the queue (a number) or to an image by part of its name or id.

        A number that begins with 0 is part of a name, as file names have it; an empty text goes
        on with the name that was looked for last.
        """
        if not self.queue:
            return Answer(_EMPTY)
        wanted = text.strip() or self._sought
        number = wanted.replace(",", "").replace("\N{NO-BREAK SPACE}", "")
        is_number = number.isdecimal() and len(number) <= _DIGITS and not number.startswith("0")
        if is_number and int(number) <= len(self.queue):
            return self._go(int(number) - 1)
        if not wanted:
            return Answer("Type a number, or part of a file name or media id.")
        self._sought = wanted
        images = self.store.images
        # What is quickly looked up comes first.
        ways = (images.named, images.with_path, images.with_media_id)
        found = next((places for way in ways if (places := self._places_of(way(wanted)))), [])
        if not found:
            return Answer(f"No picture of this queue has {wanted!r} in its name.")
        after = [n for n in found if n > self.position]
        more = f"{len(found):,} pictures match; : and ↵ goes to the next." * (len(found) > 1)
        return self._go(min(after or found), more)

    def _places_of(self, image_ids: set[int]) -> list[int]:
        """Return the places of these images in the queue, in order."""
        if len(image_ids) <= _FEW:
            return sorted(self.queue.index(key) for key in image_ids if key in self.queue)
        return [n for n, key in enumerate(self.queue) if key in image_ids]

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
