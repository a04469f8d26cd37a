"""The review screen's commands that record something: grades, undo, marks, notes."""

from __future__ import annotations

from collections.abc import Callable

from camtrap_tui.domain import taxonomy
from camtrap_tui.domain.text import clean
from camtrap_tui.errors import UsageError
from camtrap_tui.services.detailing import NO_PICTURE
from camtrap_tui.services.species import Choice
from camtrap_tui.tui.dialogs import text_dialog
from camtrap_tui.tui.individual_dialog import individual_dialog
from camtrap_tui.tui.pickers import species_picker
from camtrap_tui.tui.review_base import ReviewBase


class Grading(ReviewBase, inherit_bindings=False):
    """Each is on disk before the next picture is drawn."""

    def action_accept(self) -> None:
        """Grade with the prediction."""
        self._graded(self.session.accept)

    def action_blank(self) -> None:
        """Grade as blank."""
        self._graded(lambda: self.session.special(taxonomy.BLANK_UUID, "blank"))

    def action_human(self) -> None:
        """Grade as human."""
        self._graded(lambda: self.session.special(taxonomy.HUMAN_UUID, "human"))

    def action_vehicle(self) -> None:
        """Grade as vehicle."""
        self._graded(lambda: self.session.special(taxonomy.VEHICLE_UUID, "vehicle"))

    def action_unsure(self) -> None:
        """Grade as unknown."""
        self._graded(lambda: self.session.special(taxonomy.UNKNOWN_UUID, "unsure"))

    def action_guess(self, number: int) -> None:
        """Grade with a guess."""
        self._graded(lambda: self.session.guess(number))

    def action_quick(self, number: int) -> None:
        """Grade with a frequent species."""
        self._graded(lambda: self.session.quick(number))

    def action_relative(self, number: int) -> None:
        """Grade with an expected relative of what is not expected here."""
        self._graded(lambda: self.session.relative(number))

    def action_expect(self) -> None:
        """Put the species in view on the list of expected ones, or off."""
        self._graded(self.session.expect)

    def action_again(self) -> None:
        """Repeat the last grade."""
        self._graded(self.session.again)

    def action_species(self) -> None:
        """Choose a species by name."""
        session = self.session
        whole_burst = session.asks_burst

        def take(choice: Choice) -> str:
            if whole_burst:
                return session.grade_burst(session.taxon(choice.name)).text
            return session.grade(session.taxon(choice.name), "species").text

        self._graded_dialog("Burst is:" if whole_burst else "Species:", take)

    def action_add_species(self) -> None:
        """Add a second species."""
        session = self.session
        self._graded_dialog(
            "Also:", lambda choice: session.add_species(session.taxon(choice.name)).text
        )

    def _graded_dialog(self, label: str, take: Callable[[Choice], str]) -> None:
        if not self._may_grade():
            return
        if self.session.item is None:
            self.say(NO_PICTURE)
        else:
            self.ask(species_picker(self.session, label, take))

    def action_count(self) -> None:
        """Say how many."""

        def take(typed: str) -> str:
            plain = typed.strip()
            if not (plain.isdecimal() and len(plain) <= 5 and int(plain)):
                raise UsageError("How many?", "Type a number from 1, or esc to leave.")
            return self.session.count(int(typed)).text

        if self._may_grade():
            self.ask(text_dialog("How many:", take, hint="digits, then ↵"))

    def action_individual(self) -> None:
        """Say life stage, sex and behaviour."""
        session = self.session
        if not self._may_grade():
            return
        if session.item is None:
            self.say(NO_PICTURE)
            return
        self.ask(
            individual_dialog(
                session.of_whom(),
                session.behaviors(),
                lambda typed, chosen: session.individual(typed, chosen).text,
            )
        )

    def action_quick_order(self) -> None:
        """Put on the quick keys what is keyed most now."""
        self._answer(self.session.reorder_quick())

    def action_grade_burst(self) -> None:
        """Ask for the burst's grade."""
        self._graded(self.session.ask_burst)

    def action_undo(self) -> None:
        """Take back the last grade."""
        self._graded(self.session.undo)

    def action_redo(self) -> None:
        """Bring back what was undone."""
        self._graded(self.session.redo)

    def action_peek(self) -> None:
        """Show what the AI says of what was graded last, where that is hidden."""
        self._graded(self.session.peek)

    def action_mark(self) -> None:
        """Mark or unmark."""
        self._graded(self.session.toggle_mark)

    def action_note(self) -> None:
        """Write a note."""
        if not self._may_grade():
            return
        item, grader = self.session.item, self.session.grader
        if item is None:
            self._answer(self.session.note(""))
            return
        old = next((m.value for m in item.marks if m.kind == "note" and m.grader == grader), "")
        self.ask(text_dialog("Note:", lambda typed: self.session.note(clean(typed)).text, old))
