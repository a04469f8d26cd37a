"""The contact sheet: a page of a session's queue, its exceptions, and one grade for the rest.

What nobody could see is never graded by it, and what this grader has graded stays as it is.
An exception is in the file as soon as it is marked, until its grader has graded or unmarked it.
The picture under the cursor is the session's picture in view.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from camtrap_tui.domain.models import Taxon
from camtrap_tui.domain.taxonomy import BLANK_UUID
from camtrap_tui.domain.text import counted
from camtrap_tui.services.queue_walk import Answer
from camtrap_tui.services.review import ReviewSession
from camtrap_tui.services.sheet_items import SheetItem, SheetItems
from camtrap_tui.store.grades import NewObservation

_NOT_MARKED = "That key grades an exception alone: space makes this picture one."


class Sheet:
    """Pages of `size` pictures, from the one that was in view when the sheet was opened."""

    def __init__(self, session: ReviewSession) -> None:
        self.session = session
        self.size = 1
        self.taxon = session.builtin(BLANK_UUID)
        self._items = SheetItems(session.store)
        self._anchor = 0
        self._start = 0
        self._marked: dict[int, None] = {}
        # Gathered into a queue: no exceptions to this sheet any more, but in the file until they
        # are graded, so that nobody who is cut off there has to look for them.
        self._taken: set[int] = set()
        self._asked: tuple[int, ...] = ()
        self._agreed: int | None = None

    def open(self, taxon: Taxon | None = None) -> Answer:
        """Begin at the picture in view, with `taxon` for a grade, or else blank, and ask anew
        before it is given.

        Exceptions that were left marked are marked still, but for those graded since.
        """
        session = self.session
        self.taxon = taxon or session.builtin(BLANK_UUID)
        self._agreed, self._asked = None, ()
        if self._are_kept:
            session.store.exceptions.forget_graded(session.grader)
        self._read_marks()
        self._anchor = self._start = session.position
        return session.go_to_place(session.position) if session.queue else Answer()

    @property
    def _are_kept(self) -> bool:
        """Whether the file takes exceptions; they are forgotten with the sheet otherwise."""
        return bool(self.session.grader) and not self.session.store.db.read_only

    def _read_marks(self) -> None:
        """Read which pictures are exceptions: what was graded is none, and is again if undone."""
        session = self.session
        if self._are_kept:
            kept = session.store.exceptions.of(session.grader)
            self._marked = dict.fromkeys(key for key in kept if key not in self._taken)

    # ── the page ─────────────────────────────────────────────────────────────────────────

    @property
    def page(self) -> Sequence[int]:
        """The ids of the images of the page."""
        return self.session.queue[self._start : self._start + self.size]

    @property
    def cursor(self) -> int:
        """The place on the page of the picture under the cursor, from 0."""
        return self.session.position - self._start

    @property
    def places(self) -> tuple[int, int]:
        """The first and last place of the page in the queue, from 1; 0, 0 where it is empty."""
        if not self.session.queue:
            return 0, 0
        return self._start + 1, self._start + len(self.page)

    @property
    def exceptions(self) -> list[int]:
        """The ids of all exceptions, of every page, in the order they were marked."""
        return list(self._marked)

    @property
    def on_exception(self) -> bool:
        """Whether the picture under the cursor is an exception: then grade keys are for it."""
        return self.session.current_id in self._marked

    def is_exception(self, image_id: int) -> bool:
        """Tell whether an image is an exception."""
        return image_id in self._marked

    def items(self) -> list[SheetItem]:
        """Read the images of the page."""
        return self._read(self._start)

    def items_near(self) -> list[SheetItem]:
        """Read the images of the next page and of the one before, the likelier first."""
        return [*self._read(self._start + self.size), *self._read(self._start - self.size)]

    def _read(self, start: int) -> list[SheetItem]:
        ids = self.session.queue[max(start, 0) : max(start + self.size, 0)]
        return self._items.read(ids, self.session.run, self.session.items) if ids else []

    def fit(self, size: int) -> None:
        """Show `size` pictures a page; the one under the cursor stays on it."""
        if size == self.size:
            return
        self.size = max(size, 1)
        self._asked = ()
        self._start += (self.session.position - self._start) // self.size * self.size
        self._anchor = self._start

    def _reveal(self) -> None:
        """Show the page that the session's picture in view is on."""
        self._asked = ()
        pages = (self.session.position - self._anchor) // self.size
        self._start = max(self._anchor + pages * self.size, 0)

    # ── moving and marking ───────────────────────────────────────────────────────────────

    def step(self, by: int) -> Answer:
        """Move the cursor within the page."""
        self._asked = ()
        target = self.cursor + by
        if not 0 <= target < len(self.page):
            return Answer()
        return self.session.go_to_place(self._start + target)

    def step_to(self, image_ids: Collection[int]) -> Answer:
        """Move the cursor to the next picture of the page that is among these; after the last
        one comes the first."""
        here, page = self.cursor, self.page
        for place in (*range(here + 1, len(page)), *range(min(here, len(page)))):
            if page[place] in image_ids:
                return self.step(place - here)
        self._asked = ()
        return Answer("No other picture of this page has a detection.")

    def turn(self, pages: int) -> Answer:
        """Turn the page without grading; at an end, say so."""
        self._asked = ()
        start = self._start + pages * self.size
        if pages < 0 < self._start:
            start = max(start, 0)
        if not 0 <= start < len(self.session.queue):
            end = "last" if pages > 0 else "first"
            return Answer(f"This is the {end} page; {self.session.left:,} without a grade.")
        self._start = start
        return self.session.go_to_place(start)

    def toggle(self) -> Answer:
        """Make the picture under the cursor an exception, or none."""
        self._asked = ()
        if not self.session.queue:
            return Answer("There is no picture here to mark.")
        session, key = self.session, self.session.current_id
        is_marked = key in self._marked
        if self._are_kept:
            change = session.store.exceptions.remove if is_marked else session.store.exceptions.put
            change(session.grader, key)
        self._taken.discard(key)
        if is_marked:
            del self._marked[key]
        else:
            self._marked[key] = None
        return Answer()

    # ── grading ──────────────────────────────────────────────────────────────────────────

    def targets(self, seen: Collection[int]) -> list[int]:
        """Return the images that the sheet's grade is for: of the page, seen, no exceptions, and
        not graded by this grader yet."""
        open_ids = [key for key in self.page if key not in self._marked and key in seen]
        mine = self.session.store.grades.graded_among(open_ids, self.session.grader)
        return [key for key in open_ids if key not in mine]

    def unseen(self, seen: Collection[int]) -> int:
        """Return how many of the page have neither grade nor mark, nor a picture to be seen."""
        others = [key for key in self.page if key not in self._marked and key not in seen]
        mine = self.session.store.grades.graded_among(others, self.session.grader)
        return len(others) - len(mine)

    def grade_page(self, seen: Collection[int]) -> Answer:
        """Give the sheet's grade to the targets, as one batch, on disk, and turn the page.

        `seen` are the images whose pictures are on the screen, whole. The first time for a grade,
        it asks; the same again does it. Where there is nothing to grade it turns the page.
        """
        if not self.session.queue:
            return Answer("There is no picture here to grade.")
        if self._are_kept:
            # Another program of the same grader may have marked some since.
            kept = self.session.store.exceptions.of(self.session.grader)
            self._marked.update(dict.fromkeys(key for key in kept if key not in self._taken))
        targets = self.targets(seen)
        left = self.unseen(seen)
        unseen = counted(left, "picture")
        note = f" {unseen} that cannot be seen left ungraded." if left else ""
        if not targets:
            turned = self.turn(1)
            return Answer(turned.text or note.strip(), turned.moved)
        asked = (self.taxon.id, *targets)
        if self._agreed != self.taxon.id and self._asked != asked:
            self._asked = asked
            return Answer(
                f"↵ again grades {counted(len(targets), 'picture')} as {self.taxon.name},"
                " and pages after it without asking; esc: not"
            )
        self._agreed = self.taxon.id
        self.session.grade_together(targets, (NewObservation(self.taxon.id),), "sheet")
        did = f"{counted(len(targets), 'picture')}: {self.taxon.name}; u undoes it.{note}"
        turned = self.turn(1)
        return Answer(did if turned.moved else f"{did} {turned.text}", turned.moved)

    @property
    def asks(self) -> bool:
        """Whether `grade_page` has asked, and waits for the same again."""
        return bool(self._asked)

    def forget_question(self) -> None:
        """Leave what was asked."""
        self._asked = ()

    def grade(self, taxon: Taxon, gesture: str) -> Answer:
        """Grade the exception under the cursor alone, on disk, and unmark it; on any other
        picture make this the sheet's grade, which grades nothing yet."""
        self._asked = ()
        if not self.on_exception:
            self.taxon, self._agreed = taxon, None
            return Answer(f"The sheet's grade is {taxon.name} now; nothing is graded yet.")
        self.session.grade_here(taxon, gesture)
        del self._marked[self.session.current_id]
        return Answer(f"This picture alone: {taxon.name}; u undoes it.")

    def special(self, taxon_uuid: str, gesture: str) -> Answer:
        """Do the same with blank, human, vehicle or unknown."""
        return self.grade(self.session.builtin(taxon_uuid), gesture)

    def guess(self, number: int) -> Answer:
        """Grade the exception under the cursor with the classifier's guess `number`, from 1."""
        item = self.session.item
        if not self.on_exception or item is None:
            return Answer(_NOT_MARKED)
        if number > len(item.guesses):
            return Answer(f"There is no guess {number} for this picture.")
        return self.grade(item.guesses[number - 1].taxon, "guess")

    def undo(self) -> Answer:
        """Take back this grader's latest grade or batch, and show its page."""
        return self._went_back(self.session.undo())

    def redo(self) -> Answer:
        """Bring back what was undone last, and show its page."""
        return self._went_back(self.session.redo())

    def _went_back(self, answer: Answer) -> Answer:
        self._reveal()
        if answer.moved:
            self._read_marks()
        return answer

    def take_exceptions(self) -> Answer:
        """Make the exceptions the queue of the review, as they stand in the one before."""
        session, marked = self.session, self._marked
        ordered = [key for key in session.queue if key in marked]
        ordered += [key for key in marked if key not in set(ordered)]
        before = session.title
        session.open_images(ordered, counted(len(ordered), "exception"))
        self._taken.update(marked)
        self._marked = {}
        return Answer(f"The exceptions alone; f, then ↵, leads back to: {before}.", True)
