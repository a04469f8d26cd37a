"""Undo and redo: a journal in the file, as far back as the survey, each grader's own."""

from __future__ import annotations

import uuid

from camtrap_tui.services.queue_walk import Answer
from camtrap_tui.services.recording import Recording
from camtrap_tui.store.store import utc_now


class Undoing(Recording):
    """What was keyed can be taken back and brought back; nothing is deleted by it."""

    def undo(self) -> Answer:
        """Take back this grader's latest grade or batch that stands, and go back to it."""
        return self._reverse("undo")

    def redo(self) -> Answer:
        """Bring back what was undone last, and go to it."""
        return self._reverse("redo")

    def _reverse(self, action: str) -> Answer:
        grades = self.store.grades
        unit = grades.undoable(self.grader) if action == "undo" else grades.redoable(self.grader)
        if not unit:
            return Answer(f"There is nothing of yours to {action}.")
        first = unit[0]
        target = first.batch_uuid or first.grade_uuid
        grades.append_reversal(self.grader, action, target, str(uuid.uuid4()), utc_now())
        image_ids = [grade.image_id for grade in unit if grade.image_id is not None]
        self._note_graded(image_ids)
        names = [self.items.taxon(o.taxon_id).name for o in grades.observations(first.id)]
        what = " + ".join(names) + (f" on {len(unit)} pictures" if len(unit) > 1 else "")
        self._arrive()
        done = "Undone" if action == "undo" else "Redone"
        if image_ids[0] not in self.queue:
            name = self.items.read(image_ids[:1])[0].name
            return Answer(f"{done}: {what} ({name}, which is not in this queue).")
        self._place(self.queue.index(image_ids[0]))
        return Answer(f"{done}: {what}.", moved=True)
