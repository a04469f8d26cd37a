"""The review screen's commands that go somewhere: steps, jumps, and the filter."""

from __future__ import annotations

from camtrap_tui.tui.dialogs import text_dialog
from camtrap_tui.tui.review_base import ReviewBase


class Moving(ReviewBase, inherit_bindings=False):
    """Moving records nothing."""

    def action_next(self) -> None:
        """Next picture."""
        self._answer(self.session.move(1))

    def action_previous(self) -> None:
        """Previous picture."""
        self._answer(self.session.move(-1))

    def action_next_burst(self) -> None:
        """Next burst."""
        self._answer(self.session.move_group("burst", 1))

    def action_previous_burst(self) -> None:
        """Previous burst."""
        self._answer(self.session.move_group("burst", -1))

    def action_next_deployment(self) -> None:
        """Next camera."""
        self._answer(self.session.move_group("deployment", 1))

    def action_previous_deployment(self) -> None:
        """Previous camera."""
        self._answer(self.session.move_group("deployment", -1))

    def action_next_ungraded(self) -> None:
        """Next picture without a grade."""
        self._answer(self.session.next_ungraded())

    def action_go_to(self) -> None:
        """Go to a picture by name or number."""
        self.ask(
            text_dialog(
                "Go to:",
                lambda typed: self.session.go_to(typed).text,
                hint="a number in this queue, or part of a file name or media id",
            )
        )

    def action_filter(self) -> None:
        """Choose which pictures to review."""

        def take(typed: str) -> str:
            return self.host.open_queue(typed)

        hint = "species:raccoon score:<0.8 camera:UR011 hour:20-5 date:2024-06 state:ungraded"
        self.ask(text_dialog("Filter:", take, self.session.filter.text, f"{hint} order:score"))
