"""The review screen's commands that go somewhere: steps, jumps, and the filter."""

from __future__ import annotations

from typing import TYPE_CHECKING

from camtrap_tui.services.queue_walk import Answer
from camtrap_tui.tui.dialogs import text_dialog
from camtrap_tui.tui.review_base import ReviewBase

if TYPE_CHECKING:
    from camtrap_tui.tui.filter_dialog import FilterBar, FilterTold


class Moving(ReviewBase, inherit_bindings=False):
    """Moving records nothing."""

    _bar: FilterBar | None = None

    def action_next(self) -> None:
        """Next picture; the arrow moves what a free zoom shows."""
        if self.pressed == "right" and self._look.move("right"):
            self._answer(Answer())
            return
        self._answer(self.session.move(1))

    def action_previous(self) -> None:
        """Previous picture; the arrow moves what a free zoom shows."""
        if self.pressed == "left" and self._look.move("left"):
            self._answer(Answer())
            return
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

    def action_next_day(self) -> None:
        """Next day of this camera, or the first of the next one."""
        self._answer(self.session.move_group("day", 1))

    def action_previous_day(self) -> None:
        """Previous day."""
        self._answer(self.session.move_group("day", -1))

    def action_next_disagreement(self) -> None:
        """Next picture on which graders, runs, or both disagree."""
        self._answer(self.session.move_disagreement(1))

    def action_previous_disagreement(self) -> None:
        """Previous picture on which they disagree."""
        self._answer(self.session.move_disagreement(-1))

    def action_next_ungraded(self) -> None:
        """Next picture without a grade."""
        self._answer(self.session.next_ungraded())

    def action_go_to(self) -> None:
        """Go to a picture by name or number."""
        self.ask(
            text_dialog(
                "Go to:",
                lambda typed: self.session.go_to(typed).text,
                hint="a place in this queue, or part of a file name or media id",
            )
        )

    def action_filter(self) -> None:
        """Choose which pictures to review."""

        # Not at the start: whoever filters has pressed a key for it.
        from camtrap_tui.tui.filter_dialog import FilterBar

        self._bar = FilterBar(self.session, self.post_message, self.host.open_queue, self.ask)
        self.ask(self._bar.dialog())

    def on_filter_told(self, message: FilterTold) -> None:
        """Show what the filter bar has found out, as long as it is open."""
        if self._bar is not None and self.prompt.helper is self._bar:
            self._bar.note(message.told)
            self.prompt.show_again()
