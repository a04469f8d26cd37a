"""Adjudicating: the pictures on which graders disagree, and one person's word that settles them.

Of a holdout the AI's answer stays hidden, so that it settles nothing; the votes may be hidden too.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from camtrap_tui.domain.consensus import ADJUDICATED, Rule
from camtrap_tui.domain.dealing import laid_out
from camtrap_tui.domain.holdouts import Holdout
from camtrap_tui.domain.models import Grade, Run, Taxon
from camtrap_tui.errors import UsageError
from camtrap_tui.services.consensus import conflicts
from camtrap_tui.services.fixed_queue import FixedQueue
from camtrap_tui.services.policies import adjudication
from camtrap_tui.services.review_items import Item
from camtrap_tui.store.blind import BlindGrades
from camtrap_tui.store.grades import NewGrade
from camtrap_tui.store.store import Store


class AdjudicationSession(FixedQueue):
    """One adjudicator going through what is in conflict."""

    def __init__(
        self,
        store: Store,
        grader: str,
        image_ids: Sequence[int],
        *,
        holdout: Holdout | None = None,
        hides_votes: bool = False,
        run: Run | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._settled: set[int] = set()
        self._holdout_uuid = holdout.holdout_uuid if holdout else ""
        policy = adjudication(shows_machine=holdout is None, shows_votes=not hides_votes)
        title = f"conflicts of {holdout.name}" if holdout else "conflicts"
        super().__init__(store, grader, image_ids, title, policy=policy, run=run, clock=clock)

    def _read(self, place: int) -> Item | None:
        item = super()._read(place)
        if item is None or (self.policy.shows_votes and self.policy.shows_machine):
            return item
        votes = self.store.grades.votes(item.image.id)
        if self.policy.shows_votes:
            shown = [word for vote in votes if (word := self._unaided(vote)) is not None]
        else:
            shown = [vote for vote in votes if self._is_own(vote.grader, vote.mode)]
            item = replace(item, marks=self._marks_at(place))
        return replace(item, votes=tuple(map(self.items.vote, shown)))

    def _unaided(self, vote: Grade) -> Grade | None:
        """Return what a grader said without the AI's word in view: a vote that accepted it would
        tell what it is."""
        if vote.run_id is None and vote.mode in ("blind", ADJUDICATED):
            return vote
        blind = BlindGrades(self.store.db, vote.grader, self._holdout_uuid)
        return blind.latest(vote.image_id or 0, 1)

    def _is_from_here(self, grade: Grade) -> bool:
        return grade.mode == ADJUDICATED

    def _is_own(self, grader: str, mode: str) -> bool:
        return grader == self.grader and mode == ADJUDICATED

    def _is_done(self, place: int) -> bool:
        return self._chosen[place] in self._settled

    def _note_graded(self, image_ids: Sequence[int]) -> None:
        for key in image_ids:
            votes = self.store.grades.votes(key)
            settled = any(self._is_own(vote.grader, vote.mode) for vote in votes)
            change = self._settled.add if settled else self._settled.discard
            change(key)
        super()._note_graded(image_ids)

    def _in_mode(self, grade: NewGrade) -> NewGrade:
        return replace(grade, mode=ADJUDICATED)

    def quick_taxa(self) -> tuple[Taxon, ...]:
        """The animals that this grader keys most at this camera; none where the AI's word is
        hidden, since what they accepted elsewhere is the AI's too."""
        return super().quick_taxa() if self.policy.shows_machine else ()

    def recent_taxa(self, most: int) -> list[int]:
        """Return the row ids of the taxa that this grader keyed last, in the same cases."""
        return super().recent_taxa(most) if self.policy.shows_machine else []


def open_conflicts(
    store: Store,
    grader: str,
    rule: Rule,
    *,
    holdout: Holdout | None = None,
    where: str = "",
    run: Run | None = None,
) -> list[int]:
    """Return the images that this rule leaves in conflict: of a survey in the filter's order, of
    a holdout in one that says nothing.

    Raises UsageError where there is none, and for a filter or a rule that says nothing.
    """
    run_id = run.id if run else None
    found = conflicts(store, rule, holdout=holdout, where=where, run_id=run_id, grader=grader)
    if not found:
        of = f"holdout {holdout.name}" if holdout else "the survey"
        raise UsageError(f"{store.path}: nothing of {of} is in conflict ({rule.name}).")
    if holdout is None:
        return found
    images = {image.media_id: image.id for image in store.images.by_ids(found)}
    order = laid_out(holdout.holdout_uuid, grader, list(images), 0.0)
    return [images[showing.media_id] for showing in order]
