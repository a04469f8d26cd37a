"""Undo and redo: a journal in the file, as far back as the survey, each grader's own."""

from __future__ import annotations

import uuid

from camtrap_tui.domain.models import Grade
from camtrap_tui.domain.text import counted
from camtrap_tui.services.queue_walk import Answer
from camtrap_tui.services.recording import Recording
from camtrap_tui.store.store import utc_now

_TOGETHER = {"grade_burst": "of a burst", "sheet": "of a sheet"}


class Undoing(Recording):
    """What was keyed can be taken back and brought back; nothing is deleted by it."""

    def next_undo(self) -> str:
        """Return what undo takes back, as `blank on IMG_0004.JPG`; empty where nothing is.

        Asked at each key: a batch is read only when it has become the latest.
        """
        latest = self._latest()
        if latest is None:
            self._announced = (0, "")
        elif self._announced is None or self._announced[0] != latest.id:
            unit = [latest] if latest.batch_uuid is None else self._unit("undo")
            self._announced = (latest.id, self._words(unit))
        return self._announced[1] if self._announced else ""

    def undo(self) -> Answer:
        """Take back this grader's latest grade or batch that stands, and go back to it.

        Where another program has graded in the same name since `next_undo` said what that is,
        nothing is taken back: nobody has said that it would be.
        """
        said, now = self._announced, self.next_undo()
        if now and said is not None and said != self._announced:
            return Answer(f"Graded elsewhere as {self.grader}: the same key again undoes {now}.")
        return self._reverse("undo")

    def redo(self) -> Answer:
        """Bring back what was undone last, and go to it."""
        return self._reverse("redo")

    def _latest(self) -> Grade | None:
        """Return this grader's latest grade that stands, where it can be taken back here."""
        return self.store.grades.latest_by(self.grader) if self.grader else None

    def _unit(self, action: str) -> list[Grade]:
        """Return what this grader's next undo or redo is of: a grade, or a whole batch."""
        grades = self.store.grades
        return grades.undoable(self.grader) if action == "undo" else grades.redoable(self.grader)

    def _reverse(self, action: str) -> Answer:
        grades = self.store.grades
        unit = self._unit(action)
        if not unit:
            return Answer(f"There is nothing of yours to {action}.")
        lost = self._unrecorded()
        target = unit[0].batch_uuid or unit[0].grade_uuid
        grades.append_reversal(self.grader, action, target, str(uuid.uuid4()), utc_now())
        self._announced = None
        image_ids = [grade.image_id for grade in unit if grade.image_id is not None]
        for grade, key in zip(unit, image_ids, strict=True):
            if action == "redo":
                self._tally(key, grade.gesture, is_bulk=grade.batch_uuid is not None)
            else:
                self._single.pop(key, None)
        said = f"{'Undone' if action == 'undo' else 'Redone'}: {self._words(unit)}"
        place = self._place_of(unit[0])
        # There first: what is near the place in view is counted anew without a search.
        self._place(self.position if place is None else place)
        if place is not None or len(image_ids) > 1:
            self._note_graded(image_ids)
        if place is None:
            said += ", which is not in this queue"
        return Answer(f"{said}. {lost}".rstrip(), moved=place is not None)

    def _place_of(self, grade: Grade) -> int | None:
        """Return where a grade's picture stands in the queue, None where it does not."""
        try:
            return self.queue.index(grade.image_id or 0)
        except ValueError:
            return None

    def _words(self, unit: list[Grade]) -> str:
        """Return what a grade or a batch says, and of which pictures."""
        first = unit[0]
        if first.gesture == "table":
            # Each picture of an edited table has a word of its own.
            return f"what a table says of {counted(len(unit), 'picture')}"
        said = self.items.spelt(self.store.grades.observations(first.id))
        if len(unit) > 1:
            together = _TOGETHER.get(first.gesture, "at once")
            return f"{said} on {counted(len(unit), 'picture')} {together}"
        return f"{said} on {self._name_of(first)}"

    def _name_of(self, grade: Grade) -> str:
        found = self.items.read([grade.image_id or 0])
        return found[0].name if found else "a picture that is gone"
