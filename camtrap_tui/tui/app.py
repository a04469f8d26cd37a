"""The app: one survey, its screens, and the prediction that may run beside them."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from textual import events
from textual.filter import LineFilter

from camtrap_tui.config import Settings
from camtrap_tui.domain.models import Run
from camtrap_tui.errors import EXIT_SIGNAL, CamtrapError
from camtrap_tui.services import resuming
from camtrap_tui.services.opening import Opening
from camtrap_tui.services.review import ReviewSession
from camtrap_tui.services.sample import known_models
from camtrap_tui.store.store import Store
from camtrap_tui.tui.bindings import keymap, keys_of
from camtrap_tui.tui.driver import ENDING, TerminalDriver
from camtrap_tui.tui.export_opening import Exports
from camtrap_tui.tui.holdout_place import HoldoutOpener
from camtrap_tui.tui.host import RunRequest
from camtrap_tui.tui.line import Line
from camtrap_tui.tui.line_filter import UnsafeCharacters
from camtrap_tui.tui.line_kind import line_kind, started_from
from camtrap_tui.tui.painter import PaintingApp
from camtrap_tui.tui.prompt_screen import PromptScreen
from camtrap_tui.tui.queue_opener import QueueOpened, QueueOpener
from camtrap_tui.tui.review_base import CANNOT_WRITE
from camtrap_tui.tui.review_screen import ReviewScreen
from camtrap_tui.tui.runner import Runner
from camtrap_tui.tui.sheets import Sheets
from camtrap_tui.tui.typing_notes import TypingNotes


class CamtrapApp(PaintingApp):
    """Reviews one survey."""

    CSS_PATH = "camtrap.tcss"
    ENABLE_COMMAND_PALETTE = False
    INLINE_PADDING = 0

    def __init__(
        self,
        store: Store,
        session: ReviewSession,
        settings: Settings,
        *,
        folder: Path | None = None,
    ) -> None:
        super().__init__(line_kind(settings.line, os.environ, started_from()))
        self.store = store
        self.session = session
        self.settings = settings
        self.request = RunRequest(folder, settings.model, settings.country, settings.admin1_region)
        self.runner = Runner(store.path, self._run_changed)
        self.models: Sequence[tuple[str, str]] = known_models()
        # Columns that the contact sheet has more, or less, than is usual for the width.
        self.sheet_step = 0
        self.sheets = Sheets(self, session, self.push_screen, self._show_review)
        self.holdouts = HoldoutOpener(self, session, self.push_screen, self._show_review)
        self.exports = Exports(
            self, session, self.push_screen, self.run_worker, self._export_changed
        )
        self._offers_folder = folder is not None
        self._opener = QueueOpener(session, self.post_message, self.on_event)
        # What kept the first queue from being opened: without one there is nothing to review.
        self.failure: CamtrapError | None = None
        self._deaf_before = 0.0
        self._typing = TypingNotes()
        self.animation_level = "none"
        self.set_keymap(keymap(settings.keys))
        # On every screen, and in prompts, where other commands are text.
        self._suspend_keys = keys_of("review", "suspend", settings.keys)

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Add the second wall: whatever a screen forgot to clean is cleaned here."""
        return [*super().get_line_filters(), UnsafeCharacters()]

    async def on_event(self, event: events.Event) -> None:
        """Hand what is typed to an open prompt, here, where keys arrive one after the other.

        Screens and widgets have queues of their own: a key that went through one of them
        could be overtaken by the next.
        """
        if isinstance(event, events.Key | events.Paste) and event.time < self._deaf_before:
            return
        screen = self.screen if self.screen_stack else None
        try:
            asks = isinstance(screen, PromptScreen) and screen.prompt.is_open
            if self._stops(event, asks=asks):
                self.action_suspend_process()
                return
            if self._holds(event):
                return
            if isinstance(screen, PromptScreen) and screen.prompt.is_open:
                if isinstance(event, events.Key) and not event.is_forwarded:
                    screen.prompt.take_key(event)
                    return
                if isinstance(event, events.Paste) and not event.is_forwarded:
                    screen.prompt.take_paste(event.text)
                    return
            if isinstance(event, events.Key) and isinstance(screen, PromptScreen):
                screen.pressed = event.key
                if screen.refuses(event.key):
                    return
            if said := self._typing.note(event):
                self._mention(said)
            await super().on_event(event)
        except CamtrapError as error:
            # A full disk, a file that another program holds: said, and the key can be repeated.
            # What was typed before that could be read was meant for the pictures that would
            # have followed, and must not land on this one.
            if not isinstance(screen, PromptScreen):
                raise
            self._deaf_before = time.monotonic()
            screen.explain(f"Nothing was recorded: {error}")

    def _stops(self, event: events.Event, *, asks: bool) -> bool:
        """Tell whether a key stops the app: in a prompt, a letter that somebody chose is text."""
        if not isinstance(event, events.Key) or event.key not in self._suspend_keys:
            return False
        return not (asks and event.is_printable)

    def _mention(self, text: str) -> None:
        # What is being asked stays to be read.
        if not self.session.asks_burst:
            self.screen.query_one("#message", Line).show(text)

    def on_terminal_driver_returned(self, message: TerminalDriver.Returned) -> None:
        """Paint everything again: others have had the terminal."""
        self.repaint()
        if not message.stopped:
            self._mention("There is no shell to go back to: q leaves.")

    def on_mount(self) -> None:
        """Open the review screen; a folder that was given is offered for prediction."""
        # Textual has no handler for these: without one, a dropped line leaves the terminal
        # raw and the child alive.
        loop = asyncio.get_running_loop()
        for number in ENDING:
            loop.add_signal_handler(number, self._end, number)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDING)
        self.push_screen(ReviewScreen(self, self.session))
        self._take_first()
        if self._offers_folder:
            self.open_runs()
        self.call_after_refresh(_begin_collecting)

    def _end(self, number: signal.Signals) -> None:
        self.runner.kill()
        # As shells report a program that a signal has ended.
        self.exit(return_code=EXIT_SIGNAL + number)

    async def on_unmount(self) -> None:
        """Leave no child behind, no thread that builds a queue, and no half of an export."""
        self.session.leave_opening()
        self.runner.kill()
        await self.exports.exporter.leave()

    def repaint(self) -> None:
        """Send the whole screen again, for a terminal that something else has written to."""
        self.paint_anew()

    # ── queues ───────────────────────────────────────────────────────────────────────────

    def open_queue(self, where: str, then: Callable[[], None] | None = None) -> str:
        """Open the queue of a filter, then do what is to follow; the answer is a sentence.

        One that takes long is opened beside the screen: keys wait for it.
        """
        return self._opener.open(where, then)

    def _take_first(self) -> None:
        opening = self.session.opening
        if opening is None:
            return
        if opening.wait(0):
            self._take(opening)
        else:
            self._opener.watch(opening)

    async def on_queue_opened(self, message: QueueOpened) -> None:
        """Show the queue that a thread has made, and do what was typed meanwhile."""
        if message.opening is self.session.opening:
            self._take(message.opening)
            await self._opener.let_go()

    def _take(self, opening: Opening) -> None:
        is_first = not self.session.is_open
        try:
            said = self._opener.take(opening)
        except CamtrapError as error:
            if is_first:
                self.failure = error
                self.exit()
                return
            # Nor may what is on its way by now grade a picture of the queue that stays.
            self._deaf_before = time.monotonic()
            said = f"{error} {self._opener.drop()}".rstrip()
        # That nothing can be graded is said before anybody tries to.
        self._show_review(CANNOT_WRITE if is_first and self.store.db.read_only else said)

    def _holds(self, event: events.Event) -> bool:
        if not self._opener.holds(event):
            return False
        if isinstance(event, events.Key) and event.key == "escape":
            said = self._opener.leave()
            if not self.session.is_open:
                self.exit()
            self._show_review(said)
        return True

    def _show_review(self, said: str) -> None:
        screen = self.screen if self.screen_stack else None
        if not isinstance(screen, ReviewScreen):
            return
        if not screen.is_mounted:
            screen.call_after_refresh(self._show_review, said)
            return
        screen.show_all()
        screen.say(said)

    # ── predictions ──────────────────────────────────────────────────────────────────────

    def start_run(self, *, retry: bool = False) -> str:
        """Start or resume what the runs screen asks for; the answer is a sentence."""
        request = self.request
        if request.folder is None and not self.has_own_pictures():
            return "Choose the folder of pictures first: f"
        if self.runner.state.is_active:
            return "A prediction is running: s stops it after its batch."
        self.run_worker(
            self.runner.run(
                request.folder,
                request.model,
                request.country,
                request.admin1_region,
                retry=retry,
            ),
            exclusive=True,
            group="prediction",
        )
        return "Starting; grading goes on meanwhile."

    @property
    def run_in_view(self) -> Run | None:
        """The run whose word the review shows, None where there is none."""
        return self.session.run

    @property
    def queue_filter(self) -> str:
        """The filter line of the review's queue."""
        return self.session.filter.text

    def start_refence(self, country: str, admin1_region: str) -> str:
        """Make a run for another country (or none) of the run in view; say what comes of it."""
        run = self.session.run
        if run is None:
            return "There is no run yet that could be made for another country."
        if self.runner.state.is_active:
            return "Another run is being made: wait for its end, or stop it."
        # Its own rules are found by themselves; only what was chosen instead is asked for.
        chosen = self.request.model
        model = chosen if chosen != self.settings.model else ""
        self.run_worker(
            self.runner.refence(run.id, country, admin1_region, model),
            exclusive=True,
            group="prediction",
        )
        return "Starting; grading goes on meanwhile."

    def has_own_pictures(self) -> bool:
        """Tell whether the survey has pictures that no folder has, and that can be fetched."""
        return self.store.caches.are_needed()

    def _run_changed(self) -> None:
        screen = self.screen
        if isinstance(screen, PromptScreen) and screen.is_mounted:
            screen.show_run()

    def _export_changed(self) -> None:
        screen = self.screen if self.screen_stack else None
        if isinstance(screen, PromptScreen) and screen.is_mounted:
            screen.show_export()

    def run_line(self) -> str:
        """Return one line on the prediction and the export in progress, empty for none."""
        return "  ".join(filter(None, (self.runner.line, self.exports.line)))

    def take_new_predictions(self) -> str:
        """Take new pictures and predictions into the queue of the review."""
        try:
            runs = self.store.runs.all()
            predicted = next((run for run in runs if run.id == self.runner.state.run_id), None)
            grown = self.session.refresh_queue(predicted)
        except CamtrapError as error:
            return str(error)
        self.runner.state.take_new()
        return f"The queue has {len(self.session.queue):,} pictures ({grown:+,})."

    # ── other screens ────────────────────────────────────────────────────────────────────

    def open_runs(self) -> None:
        """Show the runs."""
        from camtrap_tui.tui.runs_screen import RunsScreen

        screen = RunsScreen(self)

        def left(_: None) -> None:
            if screen.chosen is not None:
                self.session.look_by(screen.chosen.run)
                self._chosen(screen.chosen.where)

        self.push_screen(screen, left)

    def open_sheet(self) -> None:
        """Show the contact sheet, with the exceptions that were left marked."""
        self.sheets.open()

    def open_charts(self) -> None:
        """Show the charts; a bar that is chosen there becomes the filter here."""
        from camtrap_tui.tui.charts_screen import ChartsScreen

        run = self.session.run
        self.push_screen(ChartsScreen(self.store.path, run.id if run else None), self._chosen)

    def open_ledger(self) -> None:
        """Show the ledger; a file that is chosen there becomes the picture in view here."""
        from camtrap_tui.tui.ledger_screen import LedgerScreen

        self.push_screen(LedgerScreen(self.store), self._picked)

    def open_holdout(self) -> None:
        """Show the holdout screen; pictures that are chosen there become the queue here."""
        self.holdouts.open()

    def _picked(self, image_id: int | None) -> None:
        if image_id is None:
            return
        try:
            said = self.session.go_to_image(image_id).text
        except CamtrapError as error:
            said = str(error)
        self._show_review(said)

    def _chosen(self, where: str | None) -> None:
        if where is None:
            return
        try:
            said = self.open_queue(where)
        except CamtrapError as error:
            said = str(error)
        self._show_review(said)


def _begin_collecting() -> None:
    """Let garbage be collected, where that waited for the start; what is there by now stays."""
    if not gc.isenabled():
        gc.freeze()
        gc.enable()


def run_review(
    store: Store, session: ReviewSession, settings: Settings, folder: Path | None = None
) -> int:
    """Run the app until it is left, and keep where its grader was; return its exit code.

    Raises what kept the first queue from being opened.
    """
    app = CamtrapApp(store, session, settings, folder=folder)
    try:
        app.run(mouse=False)
    finally:
        resuming.remember(session)
    if app.failure is not None:
        raise app.failure
    return app.return_code or 0
