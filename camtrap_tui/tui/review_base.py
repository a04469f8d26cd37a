"""What the review screen is made of: its lines, its picture, and how they are brought up to date.

The commands are methods of the classes beside this one; what they change is shown by `show_all`,
which sends nothing for parts that stay as they are.
"""

from __future__ import annotations

from collections.abc import Callable

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal

from camtrap_tui.commands import (
    ADDING,
    BLIND,
    BURST,
    FINISHED,
    FREE_ZOOM,
    PEEKED,
    READ_ONLY,
    UNEXPECTED,
    UNPREDICTED,
    Command,
    footer,
)
from camtrap_tui.services.frame_before import FramesBefore
from camtrap_tui.services.queue_walk import Answer
from camtrap_tui.services.review import ReviewSession
from camtrap_tui.services.review_items import Item
from camtrap_tui.tui import review_views
from camtrap_tui.tui.dialogs import name_dialog
from camtrap_tui.tui.host import Host
from camtrap_tui.tui.image_view import ImageView
from camtrap_tui.tui.line import Line
from camtrap_tui.tui.look import Look
from camtrap_tui.tui.missing_pictures import MissingPictures, PictureFetched
from camtrap_tui.tui.prompt_screen import PromptScreen

CANNOT_WRITE = "The survey is read-only here: look at it, but nothing can be graded or marked."
# What undo takes back is cut to no less than this where progress stands behind it.
_LEAST_UNDO = 24


class ReviewBase(PromptScreen, inherit_bindings=False):
    """The review screen without its commands."""

    def __init__(self, host: Host, session: ReviewSession) -> None:
        super().__init__(host, "review")
        policy = session.policy
        self._missing = MissingPictures(
            session.store.path, self.post_message, names=policy.shows_names
        )
        self.session = session
        self._look = Look(FramesBefore(session.store), policy)
        self._shown_id = 0
        # Whether the message line has what a key said: progress gives way to that.
        self._has_said = False
        self._image = ImageView(host.settings.color, host.settings.blocks, names=policy.shows_names)

    def compose(self) -> ComposeResult:
        """Lay out: status, picture and panel, strip, message or prompt, footer."""
        yield Line(id="status")
        with Horizontal(id="middle"):
            yield self._image
            yield self.panel
        yield from self.lower_lines()

    def on_mount(self) -> None:
        """Ask who grades, unless that is known; the pictures wait for nobody."""
        if self.session.store.db.read_only:
            self.say(CANNOT_WRITE)
        elif not self.session.grader:
            self._ask_name()
        else:
            self.call_after_refresh(self._say_first)

    def _say_first(self) -> None:
        """Say what undo takes back of an earlier session, where nothing else was said yet."""
        if not self.message.content.plain:
            self.say("")

    def on_unmount(self) -> None:
        """End the thread that fetches pictures."""
        self._missing.close()

    def on_resize(self, event: events.Resize) -> None:
        """Fit the panel to the width, and say everything anew."""
        self.panel.styles.width = _panel_width(event.size.width)
        self.call_after_refresh(self.show_all)

    def on_screen_resume(self) -> None:
        """Back from another screen: grades and predictions may have come meanwhile."""
        if self.is_mounted and self.size:
            self.show_all()

    # ── showing ──────────────────────────────────────────────────────────────────────────

    def show_all(self) -> None:
        """Show the item in view and what is around it; unchanged parts send nothing."""
        session, item = self.session, self.session.item
        if item is not None and item.image.id != self._shown_id:
            self._shown_id = item.image.id
            self._look.leave_zoom()
        width = self.size.width
        name = session.store.path.name
        self.query_one("#status", Line).show(review_views.status_line(session, name, width))
        self.show_footer()
        if item is None:
            self._show_empty()
            return
        self.query_one("#strip", Line).show(review_views.strip_line(session, item, width))
        self._show_panel(item)
        near = session.neighbours()
        if word := self._missing.word(item):
            self._image.say(word)
        else:
            self._image.show(self._look.picture(item))
        ahead = [one for one in near if one.to_fetch is None]
        pictures = [self._look.picture(one, whole=True) for one in ahead]
        self._image.prefetch([*pictures, *self._look.around(item)])
        self._missing.fetch_first([item, *near])

    def on_picture_fetched(self, message: PictureFetched) -> None:
        """Show a picture that has come, or why it has not; then the next one is fetched."""
        self._missing.note(message, self.session)
        if self.is_active:
            self.show_all()

    def _show_panel(self, item: Item) -> None:
        if not self.prompt.has_list:
            # Not the panel's own: what it gets may not have been laid out yet.
            width = _panel_width(self.size.width) - self.panel.gutter.width
            self.panel.show(review_views.panel_rows(self.session, item, width, self.signs))

    def _show_empty(self) -> None:
        self._shown_id = 0
        self.query_one("#strip", Line).show("")
        if not self.session.is_open:
            why = "Opening …"
        elif self.session.filter.text:
            why = f"No picture fits this filter: {self.signs['filter']} changes it."
        else:
            why = f"This survey has no pictures yet: {self.signs['runs']} starts a prediction."
        self._image.say(why)
        if not self.prompt.is_open:
            self.panel.show([])

    def say(self, text: str) -> None:
        """Show a sentence beside the picture, unless a prompt has its place, and behind it what
        waits for an answer; without one, what undo takes back."""
        if self.prompt.is_open:
            return
        self._has_said = bool(text)
        self.explain(review_views.behind(self.session.question, text) or self._message())

    def refusal(self, command: Command) -> str:
        """Return why what is going on leaves a command off."""
        return self.session.policy.refusal(command.id, command.title)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Let no way of calling it do what is off."""
        return self.session.policy.allows("_".join([action, *map(str, parameters)]))

    def show_footer(self) -> None:
        """Show the keys that matter most now, of those that work."""
        shown = footer(self.commands, self.situation())
        works = tuple(c for c in shown if self.session.policy.allows(c.id))
        self.footer.show(review_views.footer_line(works, self.size.width))

    def situation(self) -> str:
        """Return what is going on: the footer shows the keys for that first."""
        session = self.session
        if session.store.db.read_only:
            return READ_ONLY
        if session.asks_burst:
            return BURST
        if session.is_adding:
            return ADDING
        if self._look.free is not None:
            return FREE_ZOOM
        if session.policy.kind != "assisted" and not session.left:
            return FINISHED
        if not session.policy.shows_machine:
            return BLIND if session.hides_machine else PEEKED
        item = session.item
        if item is not None and item.predicted is None:
            return UNPREDICTED
        return UNEXPECTED if session.surprise() is not None else ""

    def _answer(self, answer: Answer) -> None:
        self.host.exports.is_doubted = False
        self.show_all()
        self.say(self._message(answer.text))
        self._has_said = bool(answer.text)

    def _message(self, text: str = "") -> str:
        """Return what stands on the message line: what came of the last key, else that a rest is
        due; then, where it fits, what undo takes back, and what a run in progress says."""
        item = self.session.item
        said = text or (self._look.words(item) if item else "")
        if question := self.session.question:
            return review_views.behind(question, said)
        said = said or self.nudge(self.session)
        width, run = self.size.width, self.host.run_line()
        run = "" if run == said else run
        room = max(width - len(run) - 2, _LEAST_UNDO) if run and not said else width
        undo = review_views.undo_line(self.session, self.signs["undo"], room)
        return review_views.fitting([said, undo, run], width)

    def show_run(self) -> None:
        """Show how the run in progress is doing, unless something else is being said; that it
        has ended is news, and comes first."""
        self._tell("" if self.host.runner.state.is_active else self.host.run_line())

    def show_export(self) -> None:
        """Show how the export in progress is doing, as a run."""
        exports = self.host.exports
        self._tell("" if exports.exporter.state.is_active else exports.line)

    def _tell(self, news: str) -> None:
        if self.session.asks_burst or (self._has_said and not news):
            return
        self.say(self._message(news))
        self._has_said = bool(news)

    # ── prompts ──────────────────────────────────────────────────────────────────────────

    def prompt_closed(self, text: str | None) -> None:
        """Give the panel and the message line back to the picture."""
        if text is None:
            self.show_all()
        else:
            self._answer(Answer(text))

    def _ask_name(self) -> None:
        def take(name: str) -> None:
            self.session.grader = name

        self.ask(name_dialog(take, self.signs["help"]))

    # ── answering ─────────────────────────────────────────────────────────────────────────

    def _may_grade(self) -> bool:
        """Tell whether a grade can be recorded, and say or ask what is lacking."""
        if self.session.store.db.read_only:
            self.say(CANNOT_WRITE)
            return False
        if not self.session.grader:
            self._ask_name()
        return bool(self.session.grader)

    def _graded(self, command: Callable[[], Answer]) -> None:
        if self._may_grade():
            self._answer(command())


def _panel_width(width: int) -> int:
    """Return how wide the panel is on a screen so wide."""
    return 27 if width < 100 else 34 if width < 160 else 44
