"""A review session: a queue, a place in it, and grades that are on disk before it moves on.

It knows nothing of keys and screens; each command returns what there is to say about it.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

from camtrap_tui.domain.models import Grade, Run, Taxon
from camtrap_tui.domain.text import counted
from camtrap_tui.services.composing import Composing, said_again
from camtrap_tui.services.detailing import NO_PICTURE
from camtrap_tui.services.leaving import Leaving
from camtrap_tui.services.opening import Opening
from camtrap_tui.services.queue_moves import Answer
from camtrap_tui.services.review_items import MOST_QUICK
from camtrap_tui.services.surprising import Surprising
from camtrap_tui.store.grades import NewObservation
from camtrap_tui.store.store import Store

_BURST_QUESTION = "Which grade for {} of this burst? ({})"


class ReviewSession(Surprising):
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
        self._quick: dict[int | None, tuple[Taxon, ...]] = {}
        self._burst_question = ""
        self.leaves_for: Leaving | None = None
        super().__init__(store, grader, where=where, run=run, opening=opening, clock=clock)

    # ── this grader's species ────────────────────────────────────────────────────────────

    def quick_taxa(self) -> tuple[Taxon, ...]:
        """The animals this grader keys most at this deployment; fixed for the session, so that
        a finger that knows a key stays right."""
        item = self.item
        deployment = item.image.deployment_id if item else None
        if deployment not in self._quick:
            ids = self.store.grades.frequent_taxa(self.grader, deployment, MOST_QUICK)
            self._quick[deployment] = tuple(self.items.taxon(key) for key in ids)
        return self._quick[deployment]

    def reorder_quick(self) -> Answer:
        """Work the quick keys out anew, by what was keyed up to now."""
        before = self.quick_taxa()
        self._quick.clear()
        now = self.quick_taxa()
        if now == before:
            return Answer("The quick keys are in that order already.")
        return Answer(f"Quick keys now: {', '.join(taxon.name for taxon in now)}.")

    def recent_taxa(self, most: int) -> list[int]:
        """Return the row ids of the taxa that this grader keyed last, the latest first."""
        return self.store.grades.recent_taxa(self.grader, most)

    @property
    def hides_machine(self) -> bool:
        """Whether the AI's word on the image in view is hidden."""
        return not self.policy.shows_machine

    def peek(self) -> Answer:
        """Show what the AI says of the picture graded last, where that is hidden."""
        return Answer(self.policy.refusal("peek", "Peek"))

    # ── grading one picture ──────────────────────────────────────────────────────────────

    def accept(self) -> Answer:
        """Grade with the image's one prediction, with no count, and go on."""
        item = self.item
        if item is None:
            return Answer(NO_PICTURE)
        if item.predicted is None:
            return Answer("There is no prediction to accept here: choose a species, or blank.")
        return self.grade(item.predicted, "accept")

    def guess(self, number: int) -> Answer:
        """Grade with the classifier's guess `number` (from 1), and go on."""
        item = self.item
        if item is None:
            return Answer(NO_PICTURE)
        if number > len(item.guesses):
            return Answer(f"There is no guess {number} for this picture.")
        return self.grade(item.guesses[number - 1].taxon, "guess")

    def relative(self, number: int) -> Answer:
        """Grade with the expected relative `number` (from 1) of a prediction that is not expected
        here, as a new taxon where the survey has none, and go on."""
        if self.item is None:
            return Answer(NO_PICTURE)
        relatives = self.surprise()
        if relatives is None:
            return Answer("This key is for relatives of what is not expected here.")
        if number > len(relatives.members):
            return Answer(f"There is no relative {number} of it on the list.")
        return self.grade(self.taxon(relatives.members[number - 1].taxon, "list"), "relative")

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
            return Answer(NO_PICTURE)
        if self.asks_burst:
            return self.grade_burst(taxon)
        kept = self._own_observations(item) if self.is_adding else ()
        if against := self._against(kept, taxon):
            return Answer(against)
        said = self._joined(kept, taxon)
        lost = self._dropped(taxon)
        self._record(item, said, gesture)
        self._composing = Composing()
        answer = self._advance()
        return replace(answer, text=f"{lost} {answer.text}".strip())

    def again(self) -> Answer:
        """Repeat this grader's last grade on the image in view, and go on."""
        last = self._to_repeat()
        item = self.item
        if last is None or item is None:
            return Answer("There is no grade of yours to repeat yet.")
        observations = tuple(map(said_again, self.store.grades.observations(last.id)))
        if self.asks_burst:
            return self._grade_burst(observations)
        words = self._composing.words
        lost = f"{words} was not recorded: your last grade came again as it was." if words else ""
        self._record(item, observations, "again")
        self._composing = Composing()
        answer = self._advance()
        return replace(answer, text=f"{lost} {answer.text}".strip())

    def _to_repeat(self) -> Grade | None:
        return self.store.grades.latest_by(self.grader)

    def _advance(self) -> Answer:
        if self.position + 1 < len(self.queue):
            self._place(self.position + 1)
            return Answer(moved=True)
        self._item = None
        return Answer(self._end())

    def _end(self) -> str:
        done = "every picture has a grade" if not self._left else f"{self._left:,} without a grade"
        return f"That was the end of the queue: {done}."

    # ── grading a burst ──────────────────────────────────────────────────────────────────

    def ask_burst(self) -> Answer:
        """Take the next grade key for the whole burst; the answer is the question to show.

        Exceptions are frames that this grader has graded before: they keep their grades.
        """
        item = self.item
        if item is None:
            return Answer(NO_PICTURE)
        targets = len(self.burst_targets())
        if len(item.burst) == 1:
            return Answer("This picture is a burst of its own: any grade key grades it.")
        if lost := self._unrecorded():
            self._composing = Composing()
            return Answer(f"{lost} Now ask again.")
        self._composing = Composing(whole_burst=True)
        kept = len(item.burst) - targets
        self._burst_question = _BURST_QUESTION.format(
            counted(targets, "picture"),
            f"{kept} that you graded stay" if kept else "grade odd ones first: they stay",
        )
        return Answer(self._burst_question)

    @property
    def question(self) -> str:
        """What has been asked and waits for its answer, empty for nothing: the next grade key
        is for the whole burst."""
        return self._burst_question if self.asks_burst else ""

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
            return Answer(NO_PICTURE)
        self.grade_together(targets, observations, "grade_burst")
        burst = set(item.burst)
        while self.position + 1 < len(self.queue) and self.current_id in burst:
            self.position += 1
        self._arrive()
        said = f"{counted(len(targets), 'picture')} of the burst: {self.items.spelt(observations)}."
        # Nothing behind it, where the picture in view is still one of the burst.
        return Answer(f"{said} {self._end()}" if self.current_id in burst else said, True)
