"""Where somebody is on the holdout screen, kept while its pictures are looked at, and after.

What a figure was before its pictures were graded anew is kept with it, so that it can be shown
beside what it is now.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from camtrap_tui.commands import keys_sign, remapped
from camtrap_tui.services import resuming
from camtrap_tui.services.opening import Opened
from camtrap_tui.tui.leading import Leading

if TYPE_CHECKING:
    from array import array

    from camtrap_tui.domain.evaluations import Evaluation, Unit

_ANEW = "Grade anew what was wrong:"
_TO_LOOK_AT = "To look at: you graded none of these blind, so grades move nothing."


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be judged: a holdout's sample, a run by it, by which rule, in which unit.

    `run_id` is None for the run that the holdout was drawn from; `against_id` for no other run.
    """

    holdout: str
    run_id: int | None = None
    against_id: int | None = None
    rule: str = ""
    unit: Unit = "bursts"


@dataclass(slots=True)
class Place:
    """What is asked, what was found last, and before that; the page and the row on each page.

    `is_matrix` tells whether the confusion is shown as a matrix, `column` is the chosen one of it.
    """

    asked: Asked | None = None
    found: Evaluation | None = None
    before: Evaluation | None = None
    page: int = 0
    threshold: int = 0
    is_matrix: bool = False
    column: int = 0
    rows: dict[int, int] = field(default_factory=dict)

    def ask(self, asked: Asked) -> None:
        """Ask for something else: its figures have no before."""
        self.asked, self.found, self.before = asked, None, None
        self.threshold = 0
        self.rows.clear()

    def take(self, found: Evaluation) -> None:
        """Take new figures; those that were there are what was before."""
        self.before, self.found = self.found, found


@dataclass(frozen=True, slots=True)
class Pictures:
    """Pictures that were chosen on the holdout screen, what they are called, and whether a grade of
    who chose them counts for the holdout."""

    image_ids: tuple[int, ...]
    title: str
    counts: bool


class HoldoutOpener(Leading):
    """Opens the holdout screen, and leads from it to pictures and back to the queue before."""

    _back: Opened | None = None
    _own: array[int] | None = None

    @cached_property
    def _place(self) -> Place:
        return Place()

    def open(self) -> None:
        """Show the holdout screen, where it was left."""
        from camtrap_tui.tui.holdout_screen import HoldoutScreen

        screen = HoldoutScreen(self._host, self._place, self._session.grader)

        def left(_: None) -> None:
            self._session.leaves_for = screen.leaves_for
            if screen.leaves_for is not None:
                screen.app.exit()
                return
            self._left(screen.chosen)

        self._push(screen, left)

    def _left(self, chosen: Pictures | None) -> None:
        session = self._session
        is_own = self._own is not None and session.queue is self._own
        if chosen is not None:
            if not is_own:
                self._back = session.opened()
            session.open_images(chosen.image_ids, chosen.title)
            self._own = session.queue
            commands = remapped("review", self._host.settings.keys)
            sign = next(keys_sign(c) for c in commands if c.id == "holdout")
            what = _ANEW if chosen.counts else _TO_LOOK_AT
            self._show_review(f"{what} {sign} goes back to the figures.")
            return
        if is_own and self._back is not None:
            session.go_back(self._back)
            resuming.remember(session)
        self._back = self._own = None
        self._show_review("")
