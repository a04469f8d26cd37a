"""What the holdout screen asks for: figures from threads, and choices from whoever looks at it."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence

from textual import work
from textual.message import Message
from textual.worker import get_current_worker

from camtrap_tui.domain.consensus import parse_rule
from camtrap_tui.domain.evaluations import Evaluation
from camtrap_tui.domain.holdouts import Holdout
from camtrap_tui.errors import CamtrapError
from camtrap_tui.services.holdouts import (
    Progress,
    find_holdout,
    progress,
)
from camtrap_tui.services.leaving import Leaving
from camtrap_tui.store.store import Store
from camtrap_tui.tui.background import Background
from camtrap_tui.tui.holdout_place import Asked, Place
from camtrap_tui.tui.host import Host
from camtrap_tui.tui.prompt_screen import PromptScreen

# (stratum, image id, grader)
Graded = Sequence[tuple[int, int, str]]


class Asking(PromptScreen, inherit_bindings=False):
    """The holdout screen without what it shows."""

    class Followed(Message):
        """A thread has counted how far a holdout is graded."""

        def __init__(self, asked: Asked, progress: Progress, graded: Graded) -> None:
            super().__init__()
            self.asked = asked
            self.progress = progress
            self.graded = graded

    class Evaluated(Message):
        """A thread has reckoned what a holdout says of a run."""

        def __init__(self, asked: Asked, found: Evaluation) -> None:
            super().__init__()
            self.asked = asked
            self.found = found

    class Failed(Message):
        """A thread could not; `text` is the sentence that says why."""

        def __init__(self, asked: Asked, text: str) -> None:
            super().__init__()
            self.asked = asked
            self.text = text

    def __init__(self, host: Host, place: Place, grader: str) -> None:
        super().__init__(host, "holdout")
        self.place = place
        self.grader = grader
        self.background = Background(host.store.path)
        self.progress: Progress | None = None
        self.failure = ""
        self.working = ""
        # What stands on the message line until the next key.
        self.said = ""
        self._graded: Graded = ()
        self.leaves_for: Leaving | None = None

    @abstractmethod
    def show_all(self) -> None:
        """Show everything anew."""

    @abstractmethod
    def figures_changed(self) -> str:
        """Return what changed since the figures before, as a sentence."""

    def say(self, text: str) -> None:
        """Show a sentence until the next key."""
        self.said = text
        self.show_all()

    def prompt_closed(self, text: str | None) -> None:
        """Show the page again, with what came of the prompt."""
        if text is not None:
            self.said = text
        self.show_all()

    # ── in threads ───────────────────────────────────────────────────────────────────────

    def begin(self) -> None:
        """Reckon what is asked, or ask for one of the holdouts that there are."""
        holdouts = self.host.store.holdouts.all()
        names = [holdout.name for holdout in holdouts]
        if self.place.asked is None or self.place.asked.holdout not in names:
            self.place.asked = None
            if len(names) == 1:
                self.place.ask(Asked(names[0]))
        if self.place.asked is not None:
            self.reckon()
        self.show_all()
        if self.place.asked is None and names:
            self.action_holdout_choose()

    def reckon(self) -> None:
        """Have a thread reckon what is asked."""
        if self.place.asked is not None:
            self.failure, self.working = "", "reckoning …"
            self._reckon(self.place.asked)

    @work(thread=True, exclusive=True)
    def _reckon(self, asked: Asked) -> None:
        worker = get_current_worker()
        try:
            with self.background.store() as store:
                holdout = find_holdout(store, asked.holdout)
                known, graded = progress(store, holdout), store.holdouts.graded_pictures(holdout)
                if not worker.is_cancelled:
                    self.post_message(self.Followed(asked, known, graded))
                found = _evaluated(store, holdout, asked)
        except CamtrapError as error:
            if not worker.is_cancelled:
                self.post_message(self.Failed(asked, str(error)))
            return
        if not worker.is_cancelled:
            self.post_message(self.Evaluated(asked, found))

    def on_asking_followed(self, event: Followed) -> None:
        """Show how far it is graded."""
        if event.asked == self.place.asked:
            self.progress, self._graded = event.progress, event.graded
            self.show_all()

    def on_asking_evaluated(self, event: Evaluated) -> None:
        """Show the figures, and what they were before."""
        if event.asked == self.place.asked:
            self.working = ""
            self.place.take(event.found)
            self.said = self.said or self.figures_changed()
            self.show_all()

    def on_asking_failed(self, event: Failed) -> None:
        """Say why there are no figures."""
        if event.asked == self.place.asked:
            self.working, self.failure = "", event.text
            self.place.found = self.place.before = None
            self.show_all()

    def graded_by_stratum(self) -> dict[int, tuple[int, ...]]:
        """Return the pictures of each stratum that somebody has graded blind, by its number."""
        found: dict[int, dict[int, None]] = {}
        for stratum, image_id, _ in self._graded:
            found.setdefault(stratum, {})[image_id] = None
        return {stratum: tuple(ids) for stratum, ids in found.items()}

    def not_graded_by_me(self, image_ids: Sequence[int]) -> int:
        """Return how many of these pictures this grader may still have to grade blind: none of
        whoever grades nothing for this holdout."""
        mine = {image_id for _, image_id, grader in self._graded if grader == self.grader}
        return len(set(image_ids) - mine) if mine else 0

    def counts_here(self, image_ids: Sequence[int]) -> bool:
        """Tell whether a grade of any of these pictures by this grader counts for the holdout."""
        graded = {image_id for _, image_id, grader in self._graded if grader == self.grader}
        return not graded.isdisjoint(image_ids)

    def ask_for(self, asked: Asked) -> None:
        """Show something else: another holdout, run, rule or unit."""
        self.place.ask(asked)
        self.progress, self._graded, self.said = None, (), ""
        self.reckon()
        self.show_all()

    @abstractmethod
    def action_holdout_choose(self) -> None:
        """Choose another holdout."""


def _evaluated(store: Store, holdout: Holdout, asked: Asked) -> Evaluation:
    # Its arithmetic is imported where it is needed: the screen comes up before.
    from camtrap_tui.services.evaluation import evaluate

    return evaluate(
        store,
        holdout,
        run_id=asked.run_id,
        against_id=asked.against_id,
        rule=parse_rule(asked.rule) if asked.rule else None,
        unit=asked.unit,
    )
