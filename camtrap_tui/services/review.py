"""A review session: a queue, a place in it, and grades that are on disk before it moves on.

It knows nothing of keys and screens; each command returns what there is to say about it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from camtrap_tui.domain.models import Run, Taxon
from camtrap_tui.domain.text import counted
from camtrap_tui.services.opening import Opening
from camtrap_tui.services.queue_walk import Answer
from camtrap_tui.services.review_items import MOST_QUICK
from camtrap_tui.services.undoing import Undoing
from camtrap_tui.store.grades import NewObservation
from camtrap_tui.store.store import Store

_ONE_GRADE = "A burst takes one grade: key it, or esc; add species and counts afterwards."


@dataclass(slots=True)
class _Composing:
    """What is being put together for one picture: it ends when the picture changes."""

    image_id: int
    adding: bool = False
    count: int | None = None
    whole_burst: bool = False


class ReviewSession(Undoing):
    """One grader going through one queue of one survey."""

    def __init__(
        self,
        store: Store,
        grader: str,
        *,
        where: str = "",
        run: Run | None = None,
        opening: Opening | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._composing: _Composing | None = None
        self._quick: dict[int | None, tuple[Taxon, ...]] = {}
        super().__init__(store, grader, where=where, run=run, opening=opening, clock=clock)

    # ── the picture in view ──────────────────────────────────────────────────────────────

    def quick_taxa(self) -> tuple[Taxon, ...]:
        """The animals this grader keys most at this deployment; fixed for the session, so that
        a finger that knows a key stays right."""
        item = self.item
        deployment = item.image.deployment_id if item else None
        if deployment not in self._quick:
            ids = self.store.grades.frequent_taxa(self.grader, deployment, MOST_QUICK)
            self._quick[deployment] = tuple(self.items.taxon(key) for key in ids)
        return self._quick[deployment]

    def _arrive(self) -> None:
        super()._arrive()
        self._composing = None

    def _unrecorded(self) -> str:
        composing = self._composing
        if composing is None or composing.count is None:
            return ""
        return f"The count {composing.count} was not recorded: that picture got no grade."

    # ── grading ──────────────────────────────────────────────────────────────────────────

    def accept(self) -> Answer:
        """Grade with the image's one prediction, with no count, and go on."""
        item = self.item
        if item is None or item.predicted is None:
            return Answer(
                "There is no prediction to accept here: choose a species, or b for blank."
            )
        return self.grade(item.predicted, "accept")

    def guess(self, number: int) -> Answer:
        """Grade with the classifier's guess `number` (from 1), and go on."""
        item = self.item
        if item is None or number > len(item.guesses):
            return Answer(f"There is no guess {number} for this picture.")
        return self.grade(item.guesses[number - 1].taxon, "guess")

    def quick(self, number: int) -> Answer:
        """Grade with this grader's frequent species `number` (from 1), and go on."""
        taxa = self.quick_taxa()
        if number > len(taxa):
            return Answer("That key has no species yet: it takes those you key most here.")
        return self.grade(taxa[number - 1], "quick")

    def special(self, taxon_uuid: str, gesture: str) -> Answer:
        """Grade with blank, human, vehicle or unknown, and go on."""
        return self.grade(self.builtin(taxon_uuid), gesture)

    def grade(self, taxon: Taxon, gesture: str) -> Answer:
        """Record `taxon` for the image in view, on disk, and go on to the next."""
        item = self.item
        if item is None:
            return Answer("There is no picture here to grade.")
        composing = self._composing or _Composing(item.image.id)
        if composing.whole_burst:
            return self.grade_burst(taxon)
        kept = self._own_observations(item) if composing.adding else ()
        self._record(item, self._joined(kept, taxon, composing.count), gesture)
        self._composing = None
        return self._advance()

    def add_species(self, taxon: Taxon) -> Answer:
        """Add `taxon` to this grader's word on the image, on disk, and stay: more may follow."""
        item = self.item
        if item is None:
            return Answer("There is no picture here to grade.")
        if self.asks_burst:
            return Answer(_ONE_GRADE)
        count = self._composing.count if self._composing else None
        kept = self._own_observations(item)
        self._record(item, self._joined(kept, taxon, count), "add_species")
        self._item = None
        self._composing = _Composing(item.image.id, adding=True)
        return Answer(f"{taxon.name} added; another grade key adds to it and goes on, → goes on.")

    def count(self, number: int) -> Answer:
        """Say how many of the species keyed last on this image, or of the one keyed next."""
        item = self.item
        if item is None:
            return Answer("There is no picture here to grade.")
        if self.asks_burst:
            return Answer(_ONE_GRADE)
        kept = self._own_observations(item)
        if kept:
            last = kept[-1]
            if self._is_blank(last):
                return Answer("A blank picture has no count: key the species first.")
            recounted = NewObservation(
                last.taxon_id, number, last.life_stage, last.sex, last.behavior
            )
            self._record(item, (*kept[:-1], recounted), "count")
            self._item = None
            return Answer(f"{self.items.taxon(last.taxon_id).name} ×{number} recorded.")
        adding = self._composing is not None and self._composing.adding
        self._composing = _Composing(item.image.id, adding=adding, count=number)
        return Answer(f"×{number}: now key the species.")

    def again(self) -> Answer:
        """Repeat this grader's last grade on the image in view, and go on."""
        last = self.store.grades.latest_by(self.grader)
        item = self.item
        if last is None or item is None:
            return Answer("There is no grade of yours to repeat yet.")
        observations = tuple(
            NewObservation(o.taxon_id, o.count, o.life_stage, o.sex, o.behavior)
            for o in self.store.grades.observations(last.id)
        )
        if self.asks_burst:
            return self._grade_burst(observations)
        lost = self._unrecorded()
        self._record(item, observations, "again")
        self._composing = None
        answer = self._advance()
        return replace(answer, text=lost or answer.text)

    def ask_burst(self) -> Answer:
        """Take the next grade key for the whole burst; the answer is the question to show."""
        item = self.item
        if item is None:
            return Answer("There is no picture here to grade.")
        targets = len(self.burst_targets())
        if len(item.burst) == 1:
            return Answer("This picture is a burst of its own: any grade key grades it.")
        if lost := self._unrecorded():
            self._composing = None
            return Answer(f"{lost} e again asks for the burst's grade.")
        self._composing = _Composing(item.image.id, whole_burst=True)
        kept = len(item.burst) - targets
        note = f" ({kept} that you graded stay)" if kept else ""
        return Answer(
            f"Which grade for {counted(targets, 'picture')} of this burst{note}? esc: none"
        )

    @property
    def asks_burst(self) -> bool:
        """Whether the next grade key is for the whole burst."""
        return self._composing is not None and self._composing.whole_burst

    @property
    def pending(self) -> str:
        """What is being put together for the picture in view, for the panel."""
        composing = self._composing
        if composing is None:
            return ""
        parts = [f"×{composing.count}"] if composing.count else []
        parts += ["adding species"] if composing.adding else []
        parts += ["for the whole burst"] if composing.whole_burst else []
        return ", ".join(parts)

    def cancel(self) -> Answer:
        """Leave what was being put together: a burst's grade, a count, a further species."""
        had = self._composing is not None
        self._composing = None
        return Answer("Left as it was." if had else "")

    def burst_targets(self) -> list[int]:
        """Return the images of this burst that a burst grade is for: the one in view, and those
        that this grader has not graded."""
        item = self.item
        if item is None:
            return []
        mine = self.store.grades.graded_among(item.burst, self.grader)
        return [key for key in item.burst if key == item.image.id or key not in mine]

    def grade_burst(self, taxon: Taxon) -> Answer:
        """Give every target of the burst this grade, as one batch, and go on behind it."""
        return self._grade_burst((NewObservation(taxon.id),))

    def _grade_burst(self, observations: tuple[NewObservation, ...]) -> Answer:
        item, targets = self.item, self.burst_targets()
        if item is None:
            return Answer("There is no picture here to grade.")
        self.grade_together(targets, observations, "grade_burst")
        done = set(targets)
        while self.position + 1 < len(self.queue) and self.current_id in done:
            self.position += 1
        self._arrive()
        said = " + ".join(self.items.taxon(o.taxon_id).name for o in observations)
        return Answer(
            f"{counted(len(targets), 'picture')} of the burst: {said}. u undoes it.", True
        )

    def _joined(
        self, kept: Sequence[NewObservation], taxon: Taxon, count: int | None
    ) -> tuple[NewObservation, ...]:
        """Return `kept` with `taxon`, which stands once, with the count keyed last.

        A blank picture shows nothing else: blank takes the place of species, and they of it.
        """
        if taxon.observation_type == "blank":
            return (NewObservation(taxon.id),)
        others = [o for o in kept if o.taxon_id != taxon.id and not self._is_blank(o)]
        return (*others, NewObservation(taxon.id, count))

    def _is_blank(self, observation: NewObservation) -> bool:
        return self.items.taxon(observation.taxon_id).observation_type == "blank"

    def _advance(self) -> Answer:
        if self.position + 1 < len(self.queue):
            self._place(self.position + 1)
            return Answer(moved=True)
        self._item = None
        done = "every picture has a grade" if not self._left else f"{self._left:,} without a grade"
        return Answer(f"That was the end of the queue: {done}.")
