"""Grading a holdout blind: what is dealt to one grader, each picture graded before the AI is heard.

Some pictures come back, unannounced; what was said of them the first time is not shown then. Once
a grader has looked at the AI's answer for a picture, their word on it is not blind any more.
"""

from __future__ import annotations

import time
import uuid
from array import array
from collections.abc import Callable, Sequence
from dataclasses import replace

from camtrap_tui.domain.models import Grade, Run, Taxon
from camtrap_tui.services.blind_queue import Dealt
from camtrap_tui.services.curtain import nameless
from camtrap_tui.services.fixed_queue import FixedQueue
from camtrap_tui.services.policies import BLIND
from camtrap_tui.services.queue_walk import Answer
from camtrap_tui.services.review_items import MOST_QUICK, Item, Items
from camtrap_tui.store.blind import BlindGrades
from camtrap_tui.store.grades import NewGrade
from camtrap_tui.store.store import Store, utc_now

_NOT_YET = "Key your own answer first: then this key shows the AI's."


class BlindSession(FixedQueue):
    """One grader going through what was dealt to them; `word` is the run that a peek shows."""

    def __init__(
        self,
        store: Store,
        grader: str,
        dealt: Dealt,
        *,
        word: Run | None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._holdout_uuid = dealt.holdout.holdout_uuid
        self._blind = BlindGrades(store.db, grader, self._holdout_uuid)
        self._viewings = array("b", dealt.viewings)
        self._done = self._blind.done()
        self._looked_at = self._blind.seen()
        self._keyed_here: tuple[int, int] = (0, 0)
        self._word = word
        self._word_items: Items | None = None
        title = f"blind · {dealt.holdout.name}"
        super().__init__(store, grader, dealt.image_ids, title, policy=BLIND, clock=clock)

    # ── what is seen ─────────────────────────────────────────────────────────────────────

    def _at(self, place: int) -> tuple[int, int]:
        return self._chosen[place], self._viewings[place]

    @property
    def hides_machine(self) -> bool:
        """Whether the AI's word on the image in view is hidden: until it was looked at."""
        return not self.queue or self.current_id not in self._looked_at

    @property
    def run_in_view(self) -> Run | None:
        """The run whose word on the image in view was looked at, None where none was."""
        return None if self.hides_machine else self._word

    def _read(self, place: int) -> Item | None:
        key, viewing = self._at(place)
        item = self._seen_item(key) if key in self._looked_at else super()._read(place)
        if item is None:
            return None
        if key in self._looked_at:
            own = next((g for g in self.store.grades.votes(key) if g.grader == self.grader), None)
        else:
            own = self._blind.latest(key, viewing)
        votes = (self.items.vote(own),) if own else ()
        return replace(item, votes=votes, marks=self._marks_at(place))

    def _seen_item(self, image_id: int) -> Item | None:
        """Read a picture with the AI's word, still without names and other people's votes."""
        if self._word_items is None:
            self._word_items = Items(self.store, self._word)
        found = self._word_items.read([image_id])
        return nameless(found[0]) if found else None

    # ── what was graded ──────────────────────────────────────────────────────────────────

    def _is_done(self, place: int) -> bool:
        key = self._at(place)
        if key in self._done:
            return True
        return key[0] in self._looked_at and bool(
            self.store.grades.graded_among([key[0]], self.grader)
        )

    def _note_graded(self, image_ids: Sequence[int]) -> None:
        for key in image_ids:
            for viewing in (1, 2):
                stands = self._blind.latest(key, viewing) is not None
                change = self._done.add if stands else self._done.discard
                change((key, viewing))
        super()._note_graded(image_ids)

    def _in_mode(self, grade: NewGrade) -> NewGrade:
        if not self.hides_machine:
            return grade
        return replace(
            grade,
            mode="blind",
            run_id=None,
            holdout_uuid=self._holdout_uuid,
            viewing=self.here[1],
        )

    def _append(self, grades: Sequence[NewGrade]) -> None:
        self._keyed_here = self.here
        super()._append(grades)
        for grade in grades:
            self._learn(grade)

    # ── what the AI said ─────────────────────────────────────────────────────────────────

    def peek(self) -> Answer:
        """Show what the AI says of the picture in view, once it is graded here, or else of the
        one that was graded last; that it was shown is on disk before."""
        place = self._to_peek_at()
        if place is None:
            return Answer(_NOT_YET)
        lost = self._unrecorded()
        key = self.queue[place]
        if key not in self._looked_at:
            run_id = self._word.id if self._word else None
            self._blind.append_peek(str(uuid.uuid4()), key, run_id, utc_now())
            self._looked_at.add(key)
        self._place(place)
        self._drop_repeat(key)
        self._note_graded([key])
        item = self.item
        said = "has no answer"
        if item is not None and item.predicted is not None:
            said = f"says {item.predicted.name}"
        return Answer(f"{lost} Picture {self.position + 1:,}: the AI {said}.".strip(), moved=True)

    def _to_peek_at(self) -> int | None:
        if not self.queue:
            return None
        if self._graded[self.position]:
            return self.position
        found = self._find(self._keyed_here)
        return found if found is not None and self._graded[found] else None

    def _find(self, key: tuple[int, int]) -> int | None:
        return next((n for n in range(len(self.queue)) if self._at(n) == key), None)

    def _drop_repeat(self, image_id: int) -> None:
        """Take a picture out of the rest of the queue that cannot be graded blind again."""
        place = self._find((image_id, 2))
        if place is not None and (image_id, 2) not in self._done:
            self._left -= not self._graded[place]
            del self.queue[place], self._viewings[place], self._graded[place]
            self.position -= place < self.position

    # ── this grader's species, last word, and journal ────────────────────────────────────

    def quick_taxa(self) -> tuple[Taxon, ...]:
        """The animals that this grader keyed most for this holdout, blind; those keyed for the
        first time take the keys that are left, and no key changes its species."""
        if None not in self._quick:
            ids = self._blind.frequent_taxa(MOST_QUICK)
            self._quick[None] = tuple(self.items.taxon(key) for key in ids)
        return self._quick[None]

    def _learn(self, grade: NewGrade) -> None:
        known = self.quick_taxa()
        for said in grade.observations if grade.mode == "blind" else ():
            taxon = self.items.taxon(said.taxon_id)
            is_new = taxon.observation_type == "animal" and taxon not in known
            if is_new and len(known) < MOST_QUICK:
                self._quick[None] = known = (*known, taxon)

    def recent_taxa(self, most: int) -> list[int]:
        """Return the row ids of the taxa that this grader keyed last for this holdout, blind."""
        return self._blind.recent_taxa(most)

    def _to_repeat(self) -> Grade | None:
        last = super()._to_repeat()
        return last if last is not None and last.mode == "blind" else None

    def _is_from_here(self, grade: Grade) -> bool:
        """Tell whether a grade is for this holdout, or of a picture of it of which this grader
        has seen the AI's answer."""
        return grade.holdout_uuid == self._holdout_uuid or (
            grade.image_id in self._looked_at and grade.image_id in self.queue
        )

    def _place_of(self, grade: Grade) -> int | None:
        key = grade.image_id or 0
        found = self._find((key, grade.viewing or 1))
        return found if found is not None else super()._place_of(grade)
