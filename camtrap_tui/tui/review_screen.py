"""The review screen: one picture, what the machine and people said of it, and the keys.

It turns keys into commands of the session and shows what came of them; everything keyed is on
disk before the next picture is drawn.
"""

from __future__ import annotations

from collections.abc import Callable

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal

from camtrap_tui.domain import taxonomy
from camtrap_tui.domain.text import clean, counted
from camtrap_tui.errors import UsageError
from camtrap_tui.services.opener import open_picture
from camtrap_tui.services.picture_views import Picture
from camtrap_tui.services.queue_walk import Answer
from camtrap_tui.services.review import ReviewSession
from camtrap_tui.services.review_items import Item
from camtrap_tui.services.species import Choice
from camtrap_tui.tui import review_views
from camtrap_tui.tui.bindings import bindings_for
from camtrap_tui.tui.dialogs import name_dialog, palette_dialog, text_dialog
from camtrap_tui.tui.host import Host
from camtrap_tui.tui.image_view import ImageView
from camtrap_tui.tui.line import Line
from camtrap_tui.tui.missing_pictures import MissingPictures, PictureFetched
from camtrap_tui.tui.pickers import species_picker
from camtrap_tui.tui.prompt_screen import PromptScreen

_READ_ONLY = "The survey is read-only here: look at it, but nothing can be graded or marked."


class ReviewScreen(PromptScreen, inherit_bindings=False):
    """Grades pictures one by one."""

    BINDINGS = bindings_for("review")

    def __init__(self, host: Host, session: ReviewSession) -> None:
        super().__init__(host, "review")
        self._missing = MissingPictures(session.store.path, self.post_message)
        self.session = session
        self._zoom = 0
        self._boxes = True
        self._contrast = False
        self._shown_id = 0
        self._image = ImageView(host.settings.color)

    def compose(self) -> ComposeResult:
        """Lay out: status, picture and panel, strip, message or prompt, footer."""
        yield Line(id="status")
        with Horizontal(id="middle"):
            yield self._image
            yield self.panel
        yield Line(id="strip")
        yield self.message
        yield self.prompt
        yield self.footer

    def on_mount(self) -> None:
        """Ask who grades, unless that is known; the pictures wait for nobody."""
        if self.session.store.db.read_only:
            self.say(_READ_ONLY)
        elif not self.session.grader:
            self._ask_name()

    def on_unmount(self) -> None:
        """End the thread that fetches pictures."""
        self._missing.close()

    def on_resize(self, event: events.Resize) -> None:
        """Fit the panel to the width, and say everything anew."""
        width = event.size.width
        self.panel.styles.width = 27 if width < 100 else 34 if width < 160 else 44
        self.call_after_refresh(self.show_all)

    def on_screen_resume(self) -> None:
        """Back from another screen: grades and predictions may have come meanwhile."""
        if self.is_mounted and self.size:
            self.show_all()

    # ── showing ──────────────────────────────────────────────────────────────────────────

    def show_all(self) -> None:
        """Show the item in view and what is around it; unchanged parts send nothing."""
        session, item = self.session, self.session.item
        width = self.size.width
        name = session.store.path.name
        self.query_one("#status", Line).show(review_views.status_line(session, name, width))
        self.show_footer()
        if item is None:
            self._show_empty()
            return
        if item.image.id != self._shown_id:
            self._shown_id, self._zoom = item.image.id, 0
        self.query_one("#strip", Line).show(review_views.strip_line(session, item, width))
        self._show_panel(item)
        near = session.neighbours()
        if word := self._missing.word(item):
            self._image.say(word)
        else:
            self._image.show(self._picture(item, zoom=self._zoom))
        self._image.prefetch([self._picture(one) for one in near if one.to_fetch is None])
        self._missing.fetch_first([item, *near])

    def on_picture_fetched(self, message: PictureFetched) -> None:
        """Show a picture that has come, or why it has not; then the next one is fetched."""
        self._missing.note(message, self.session)
        if self.is_active:
            self.show_all()

    def _show_panel(self, item: Item) -> None:
        if not self.prompt.has_list:
            width = max(self.panel.size.width, 10)
            self.panel.show(review_views.panel_rows(self.session, item, width))

    def _show_empty(self) -> None:
        self._shown_id = 0
        self.query_one("#strip", Line).show("")
        if self.session.filter.text:
            why = "No picture fits this filter: f changes it."
        else:
            why = "This survey has no pictures yet: r starts a prediction."
        self._image.say(why)
        if not self.prompt.is_open:
            self.panel.show([])

    def _picture(self, item: Item, zoom: int = 0) -> Picture:
        return review_views.picture(item, zoom, boxes=self._boxes, contrast=self._contrast)

    def say(self, text: str) -> None:
        """Show a sentence beside the picture, unless a prompt has its place."""
        if not self.prompt.is_open:
            self.explain(text)

    def _answer(self, answer: Answer) -> None:
        self.show_all()
        # What a run in progress says stands on the same line, when there is nothing else.
        self.say(answer.text or self.host.run_line())

    def show_run(self) -> None:
        """Show how the run in progress is doing, unless something else is being said."""
        if not self.session.asks_burst:
            self.say(self.host.run_line())

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

        self.ask(name_dialog(take))

    # ── grading ──────────────────────────────────────────────────────────────────────────

    def _may_grade(self) -> bool:
        """Tell whether a grade can be recorded, and say or ask what is lacking."""
        if self.session.store.db.read_only:
            self.say(_READ_ONLY)
            return False
        if not self.session.grader:
            self._ask_name()
        return bool(self.session.grader)

    def _graded(self, command: Callable[[], Answer]) -> None:
        if self._may_grade():
            self._answer(command())

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
            self.say("There is no picture here to grade.")
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

    def action_grade_burst(self) -> None:
        """Ask for the burst's grade."""
        self._graded(self.session.ask_burst)

    def action_undo(self) -> None:
        """Take back the last grade."""
        self._graded(self.session.undo)

    def action_redo(self) -> None:
        """Bring back what was undone."""
        self._graded(self.session.redo)

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

    # ── moving ───────────────────────────────────────────────────────────────────────────

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

    # ── looking ──────────────────────────────────────────────────────────────────────────

    def action_zoom(self) -> None:
        """Zoom to each box in turn, then back."""
        item = self.session.item
        if item is None or not item.boxes:
            self.say("No box to zoom to in this picture.")
            return
        self._zoom = (self._zoom + 1) % (len(item.boxes) + 1)
        said = ""
        if self._zoom:
            box = item.boxes[self._zoom - 1]
            said = f"box {self._zoom} of {len(item.boxes)}: {box.category} {box.confidence:.2f}"
        self._answer(Answer(said))

    def action_boxes(self) -> None:
        """Show or hide the boxes."""
        self._boxes = not self._boxes
        self._answer(Answer("" if self._boxes else "boxes hidden"))

    def action_contrast(self) -> None:
        """Stretch the contrast, or not."""
        self._contrast = not self._contrast
        self._answer(Answer("contrast stretched" if self._contrast else ""))

    def action_open(self) -> None:
        """Open in the system's viewer."""
        item = self.session.item
        self.say(open_picture(item.path) if item else "There is no picture here.")

    # ── finding, other screens ───────────────────────────────────────────────────────────

    def action_filter(self) -> None:
        """Choose which pictures to review."""

        def take(typed: str) -> str:
            return f"{counted(self.session.open_queue(typed), 'picture')}."

        hint = "species:raccoon score:<0.8 camera:UR011 hour:20-5 date:2024-06 state:ungraded"
        self.ask(text_dialog("Filter:", take, self.session.filter.text, f"{hint} order:score"))

    def action_sheet(self) -> None:
        """Show the contact sheet, from this picture on."""
        self.host.open_sheet()

    def action_charts(self) -> None:
        """Show the charts."""
        self.host.open_charts()

    def action_ledger(self) -> None:
        """Show the ledger."""
        self.host.open_ledger()

    def action_runs(self) -> None:
        """Show the runs."""
        self.host.open_runs()

    def action_help(self) -> None:
        """Show all keys."""
        self._ask_command("Help:", grouped=True)

    def action_palette(self) -> None:
        """Find a command by name."""
        self._ask_command("Command:", grouped=False)

    def _ask_command(self, label: str, *, grouped: bool) -> None:
        self.ask(palette_dialog(label, self.commands, self.do, grouped=grouped))

    def action_cancel(self) -> None:
        """Leave what was being asked."""
        self._answer(self.session.cancel())

    def action_repaint(self) -> None:
        """Draw the whole screen again."""
        self.host.repaint()

    def action_quit(self) -> None:
        """Leave."""
        self.app.exit()
