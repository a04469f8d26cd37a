"""What every screen that grades does: appends grades, marks and notes of one grader, on disk.

It decides nothing: which grade is meant, and where the session goes after it, is for others.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Sequence

from camtrap_tui.domain.models import Run, Taxon
from camtrap_tui.domain.pace import Pace, Stretch
from camtrap_tui.domain.taxonomy import TaxonName
from camtrap_tui.services.composing import said_again
from camtrap_tui.services.opening import Opening
from camtrap_tui.services.queue_walk import Answer, QueueWalk
from camtrap_tui.services.review_items import Item
from camtrap_tui.store.grades import NewGrade, NewObservation
from camtrap_tui.store.store import Store, utc_now
from camtrap_tui.store.taxa import Origin

# What is said of a picture beyond its species.
_WORDS_MORE = ("count", "individual")


class Recording(QueueWalk):
    """A queue, and one grader's words on its pictures."""

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
        self.grader = grader
        self.pace = Pace()
        self.stretch = Stretch()
        self.graded_here = 0
        self._clock = clock
        # Pictures keyed one by one in this session, and whether by accepting; the one keyed last.
        self._single: dict[int, bool] = {}
        self._keyed_last = 0
        # The latest grade's row id and what undoing it takes back, in words, as was said last;
        # None where that has to be said anew.
        self._announced: tuple[int, str] | None = None
        super().__init__(store, where=where, run=run, opening=opening)
        self.pace.start(clock())

    # ── taxa ─────────────────────────────────────────────────────────────────────────────

    def builtin(self, taxon_uuid: str) -> Taxon:
        """Return the survey's taxon for blank, human, vehicle or unknown."""
        return next(t for t in self.items.taxa.values() if t.taxon_uuid == taxon_uuid)

    def taxon(self, name: TaxonName | Taxon, origin: Origin = "grader") -> Taxon:
        """Return the survey's taxon for what was chosen, added from there where it is new."""
        if isinstance(name, Taxon):
            return name
        taxon = self.store.taxa.ensure(name, origin)
        self.items.read_taxa()
        return taxon

    # ── grades ───────────────────────────────────────────────────────────────────────────

    def grade_together(
        self, image_ids: Sequence[int], observations: tuple[NewObservation, ...], gesture: str
    ) -> None:
        """Give these images one grade, as one batch, on disk, and stay where the session is."""
        batch = str(uuid.uuid4())
        seconds = self.pace.graded(self._clock(), len(image_ids))
        grades = [
            NewGrade(
                grade_uuid=str(uuid.uuid4()),
                image_id=key,
                observations=observations,
                mode="bulk",
                gesture=gesture,
                run_id=self.run.id if self.run else None,
                batch_uuid=batch,
                seconds=seconds / len(image_ids) if seconds else None,
            )
            for key in image_ids
        ]
        self._append(grades)
        self._item = None

    def grade_here(self, taxon: Taxon, gesture: str) -> None:
        """Record `taxon` alone for the image in view, on disk, and stay there."""
        item = self.item
        if item is not None:
            self._record(item, (NewObservation(taxon.id),), gesture)
            self._item = None

    def _own_observations(self, item: Item) -> tuple[NewObservation, ...]:
        vote = item.vote_of(self.grader)
        if vote is None:
            return ()
        return tuple(map(said_again, self.store.grades.observations(vote.grade_id)))

    @property
    def keeps_place(self) -> bool:
        """Whether where its grader is, is to be found again by the next session."""
        return True

    @property
    def accepted_share(self) -> float | None:
        """The share of pictures keyed one by one in this session that were accepted."""
        return sum(self._single.values()) / len(self._single) if self._single else None

    def _record(self, item: Item, observations: tuple[NewObservation, ...], gesture: str) -> None:
        is_another = item.image.id != self._keyed_last
        grade = NewGrade(
            grade_uuid=str(uuid.uuid4()),
            image_id=item.image.id,
            observations=observations,
            mode="assisted",
            gesture=gesture,
            run_id=self.run_in_view.id if self.run_in_view else None,
            seconds=self.pace.graded(self._clock(), int(is_another)),
        )
        self._append([self._in_mode(grade)])

    def _in_mode(self, grade: NewGrade) -> NewGrade:
        """Return the grade of the picture in view as this kind of session records it."""
        return grade

    def _append(self, grades: Sequence[NewGrade]) -> None:
        self.store.grades.append(self.grader, grades, utc_now())
        self._announced = None
        self.graded_here += len(grades)
        self.stretch.graded(self._clock())
        self._keyed_last = grades[-1].image_id
        for grade in grades:
            self._tally(grade.image_id, grade.gesture, is_bulk=grade.batch_uuid is not None)
        self._note_graded([grade.image_id for grade in grades])

    def _tally(self, image_id: int, gesture: str, *, is_bulk: bool) -> None:
        """Count a picture among those keyed one by one; a word more leaves it as it was."""
        if is_bulk:
            self._single.pop(image_id, None)
        elif gesture in _WORDS_MORE:
            self._single.setdefault(image_id, False)
        else:
            self._single[image_id] = gesture == "accept"

    # ── marks and notes ──────────────────────────────────────────────────────────────────

    def toggle_mark(self) -> Answer:
        """Mark the image in view, or take this grader's mark from it."""
        item = self.item
        if item is None:
            return Answer("There is no picture here to mark.")
        marked = any(m.kind == "mark" and m.grader == self.grader for m in item.marks)
        self._append_mark(item, "mark", "off" if marked else "on")
        return Answer("Mark taken off." if marked else "Marked.")

    def note(self, text: str) -> Answer:
        """Write a note on the image in view; an empty one takes the note off."""
        item = self.item
        if item is None:
            return Answer("There is no picture here to write on.")
        self._append_mark(item, "note", text)
        return Answer("Note written." if text else "Note taken off.")

    def _append_mark(self, item: Item, kind: str, value: str) -> str:
        """Append a mark or note, on disk, and return its uuid."""
        mark_uuid = str(uuid.uuid4())
        self.store.grades.append_mark(mark_uuid, item.image.id, self.grader, kind, value, utc_now())
        self._item = None
        return mark_uuid
