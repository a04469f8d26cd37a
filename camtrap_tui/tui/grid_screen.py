"""The contact sheet: a page of pictures, one key for all of them but the exceptions.

The message line always says what enter does next; what grades several pictures asks first.
"""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Container
from textual.geometry import Size

from camtrap_tui.domain import taxonomy
from camtrap_tui.domain.models import Taxon
from camtrap_tui.domain.text import clean, counted
from camtrap_tui.services.queue_walk import Answer
from camtrap_tui.services.sheet import Sheet
from camtrap_tui.services.sheet_items import SheetItem
from camtrap_tui.services.species import Choice
from camtrap_tui.tui import grid_views, review_views
from camtrap_tui.tui.bindings import bindings_for
from camtrap_tui.tui.command_dialog import command_dialog
from camtrap_tui.tui.dialogs import Dialog, name_dialog
from camtrap_tui.tui.host import Host
from camtrap_tui.tui.line import Line
from camtrap_tui.tui.missing_pictures import MissingPictures, PictureFetched
from camtrap_tui.tui.pickers import species_picker
from camtrap_tui.tui.prompt_screen import PromptScreen
from camtrap_tui.tui.thumbnails import Shown, Thumbs, Tiling, step_within

# Rows that are no picture's: status, the picture under the cursor, message, keys.
LINES = 4
_READ_ONLY = "The survey is read-only here: look at it, but nothing can be graded."


class GridScreen(PromptScreen, inherit_bindings=False):
    """Grades pages of the review's queue; `parting` is what review is to say afterwards."""

    BINDINGS = bindings_for("sheet")

    def __init__(self, host: Host, sheet: Sheet, taxon: Taxon | None = None) -> None:
        """Make a screen that begins with `taxon` for a grade, or else with blank."""
        super().__init__(host, "sheet")
        self.sheet = sheet
        self._first_taxon = taxon
        self.parting = ""
        self._missing = MissingPictures(sheet.session.store.path, self.post_message)
        self._thumbs = Thumbs(host.settings.color, host.settings.blocks)
        self._tiling = Tiling(0, 0, 0, 0)
        self._items: list[SheetItem] = []
        self._said = ""
        self._is_leaving = False
        self._is_waiting = False

    def compose(self) -> ComposeResult:
        """Lay out: status, thumbnails, the picture under the cursor, message or prompt, keys."""
        # Before the first paint, or the whole screen would be sent once more.
        width, height = self.app.size
        self._tile(Size(width, height - LINES))
        self.panel.display = False
        yield Line(id="status")
        with Container(id="middle"):
            yield self._thumbs
            yield self.panel
        yield from self.lower_lines()

    def on_mount(self) -> None:
        """Begin at the picture in view."""
        self._said = self.sheet.open(self._first_taxon).text
        if self.sheet.session.store.db.read_only:
            self._said = _READ_ONLY
        self._read()

    def on_unmount(self) -> None:
        """End the thread that fetches pictures."""
        self._missing.close()

    def on_thumbs_resized(self) -> None:
        """Lay the page out for the size there is; the picture under the cursor stays on it."""
        if self._tile(self._thumbs.size):
            self._read()

    def on_thumbs_painted(self) -> None:
        """Say anew what enter does, now that more can be seen."""
        if self._is_waiting and not self._to_come():
            self._is_waiting, self._said = False, ""
        self._say()

    def on_picture_fetched(self, message: PictureFetched) -> None:
        """Show a picture that has come, or why it has not; then the next one is fetched."""
        self._missing.note(message, self.sheet.session)
        self._read()
        self.on_thumbs_painted()

    def show_run(self) -> None:
        """Show how the run in progress is doing, behind what enter does."""
        self._say()

    def show_export(self) -> None:
        """Show how the export in progress is doing, as a run."""
        self._say()

    # ── showing ──────────────────────────────────────────────────────────────────────────

    def _tile(self, size: Size) -> bool:
        """Cut the page for this size; tell whether that has changed it."""
        before = self._tiling
        self._tiling = self._thumbs.tile(*size, self.host.sheet_step)
        self.sheet.fit(self._tiling.count)
        return self._tiling != before

    def _read(self) -> None:
        """Read the page anew, show it, and prepare those around it."""
        self._items = self.sheet.items()
        self._show()
        near = self.sheet.items_near()
        self._thumbs.prefetch(near)
        self._missing.fetch_first([*self._items, *near])

    def _show(self) -> None:
        """Show the page as it was read; what stays the same sends nothing."""
        sheet, session = self.sheet, self.sheet.session
        here = session.current_id
        width = self._tiling.width - 1
        page = []
        for item in self._items:
            chosen, marked = item.image.id == here, sheet.is_exception(item.image.id)
            words = grid_views.caption(
                item,
                session.grader,
                width,
                chosen=chosen,
                marked=marked,
                unexpected=session.is_unexpected(item.predicted),
            )
            banner = f"{grid_views.EXCEPTION} exception" if marked else ""
            page.append(Shown(item, words, self._missing.word(item), banner, chosen))
        self._thumbs.show(page)
        first, last = sheet.places
        place = f"{first:,}–{last:,}/{len(session.queue):,}"
        name = f"{session.store.path.name} · sheet: {clean(sheet.taxon.name)}"
        status = review_views.status_line(session, name, self.size.width, place)
        self.query_one("#status", Line).show(status)
        under = next((item for item in self._items if item.image.id == here), None)
        self.query_one("#strip", Line).show(grid_views.detail(sheet, under))
        self.show_footer()
        self._say()

    def _say(self) -> None:
        """Say what came of the last key, else what enter does."""
        if self.prompt.is_open:
            return
        hint = grid_views.hint(self.sheet, self._seen() | self._to_come())
        if self._is_leaving or self.sheet.asks:
            self.explain(self._said)
            return
        # What was done is said in full, what comes next as far as there is room behind it.
        undo = review_views.undo_line(self.sheet.session, self.signs["sheet_undo"], self.size.width)
        parts = [self._said, hint, undo, self.host.run_line()]
        self.explain(review_views.fitting(parts, self.size.width))

    def _to_come(self) -> set[int]:
        """Return the images of the page whose pictures are being drawn or fetched."""
        return {
            item.image.id
            for item in self._items
            if self._missing.is_to_come(item) or self._thumbs.is_to_come(item.image.id)
        }

    def _seen(self) -> set[int]:
        """Return the images of the page whose pictures can be seen: none where the terminal has
        no room for one with its caption."""
        is_room = self._tiling.height <= self._thumbs.size.height
        return self._thumbs.seen() if is_room else set()

    def _answer(self, answer: Answer, *, read: bool = True) -> None:
        self._is_leaving = self._is_waiting = False
        self._said = answer.text or self.nudge(self.sheet.session)
        if read:
            self._read()
        else:
            self._show()

    # ── prompts ──────────────────────────────────────────────────────────────────────────

    def ask(self, dialog: Dialog) -> None:
        """Ask; a list stands on the side where the cursor is not."""
        self._is_leaving = False
        self.sheet.forget_question()
        columns = max(self._tiling.columns, 1)
        is_left = 2 * (self.sheet.cursor % columns) < columns
        self.panel.styles.dock = "right" if is_left else "left"
        self.panel.display = dialog.rows is not None
        super().ask(dialog)

    def prompt_closed(self, text: str | None) -> None:
        """Give the page back its place, and say what came of the prompt."""
        self.panel.display = False
        if text is not None:
            self._answer(Answer(text))

    # ── grading ──────────────────────────────────────────────────────────────────────────

    def _may_grade(self) -> bool:
        """Tell whether a grade can be recorded, and say or ask what is lacking."""
        session = self.sheet.session
        if session.store.db.read_only:
            self._answer(Answer(_READ_ONLY), read=False)
            return False
        if not session.grader:

            def take(name: str) -> None:
                session.grader = name

            self.ask(name_dialog(take, self.signs["sheet_help"]))
        return bool(session.grader)

    def action_sheet_page(self) -> None:
        """Grade the page, or do what was asked."""
        if self._is_leaving:
            self._leave(self.sheet.take_exceptions().text)
            return
        if not self._may_grade():
            return
        if waiting := len(self._to_come()):
            # Nobody has seen these: a key held down must not run ahead of the pictures.
            still = f"{counted(waiting, 'picture')} still to come: ↵ when there; pagedown goes on."
            self._answer(Answer(still), read=False)
            self._is_waiting = True
            return
        self._answer(self.sheet.grade_page(self._seen()))

    def action_sheet_except(self) -> None:
        """Mark an exception, or unmark it; in the file, where that takes anything."""
        if self.sheet.session.store.db.read_only or self._may_grade():
            self._answer(self.sheet.toggle(), read=False)

    def _special(self, taxon_uuid: str, gesture: str) -> None:
        if self._may_grade():
            self._answer(self.sheet.special(taxon_uuid, gesture))

    def action_sheet_blank(self) -> None:
        """Blank, for the sheet or the exception."""
        self._special(taxonomy.BLANK_UUID, "blank")

    def action_sheet_human(self) -> None:
        """Human, for the sheet or the exception."""
        self._special(taxonomy.HUMAN_UUID, "human")

    def action_sheet_vehicle(self) -> None:
        """Vehicle, for the sheet or the exception."""
        self._special(taxonomy.VEHICLE_UUID, "vehicle")

    def action_sheet_unsure(self) -> None:
        """Unknown, for the sheet or the exception."""
        self._special(taxonomy.UNKNOWN_UUID, "unsure")

    def action_sheet_guess(self, number: int) -> None:
        """Grade the exception with a guess."""
        if self._may_grade():
            self._answer(self.sheet.guess(number))

    def action_sheet_species(self) -> None:
        """Choose the grade of the sheet or the exception by name."""
        if not self._may_grade() or not self.sheet.session.queue:
            return
        session = self.sheet.session

        def take(choice: Choice) -> str:
            return self.sheet.grade(session.taxon(choice.name), "species").text

        label = "This exception is:" if self.sheet.on_exception else "The whole sheet is:"
        self.ask(species_picker(session, label, take))

    def action_sheet_undo(self) -> None:
        """Take back the last grade or page."""
        if self._may_grade():
            self._answer(self.sheet.undo())

    def action_sheet_redo(self) -> None:
        """Bring back what was undone."""
        if self._may_grade():
            self._answer(self.sheet.redo())

    # ── moving ───────────────────────────────────────────────────────────────────────────

    def _step(self, by: int) -> None:
        self._answer(self.sheet.step(by), read=False)

    def action_sheet_right(self) -> None:
        """Cursor to the right."""
        self._step(1)

    def action_sheet_left(self) -> None:
        """Cursor to the left."""
        self._step(-1)

    def action_sheet_down(self) -> None:
        """Cursor down."""
        self._step(self._tiling.columns)

    def action_sheet_up(self) -> None:
        """Cursor up."""
        self._step(-self._tiling.columns)

    def action_sheet_detected(self) -> None:
        """Cursor to the next picture of the page in which a detection exists, however weak."""
        found = {item.image.id for item in self._items if item.confidence is not None}
        self._answer(self.sheet.step_to(found), read=False)

    def action_sheet_next(self) -> None:
        """Next page."""
        self._answer(self.sheet.turn(1))

    def action_sheet_previous(self) -> None:
        """Page before."""
        self._answer(self.sheet.turn(-1))

    # ── looking, leaving ─────────────────────────────────────────────────────────────────

    def _resize_by(self, step: int) -> None:
        self.host.sheet_step = step_within(self._thumbs.size.width, self.host.sheet_step + step)
        self._tile(self._thumbs.size)
        self._answer(Answer())

    def action_sheet_smaller(self) -> None:
        """Smaller thumbnails."""
        self._resize_by(1)

    def action_sheet_larger(self) -> None:
        """Larger thumbnails."""
        self._resize_by(-1)

    def action_sheet_help(self) -> None:
        """Show all keys."""
        keys = self.host.settings.keys
        self.ask(command_dialog("Help:", "sheet", keys, self.do, grouped=True))

    def action_sheet_repaint(self) -> None:
        """Draw the whole screen again."""
        self.host.repaint()

    def action_back(self) -> None:
        """Leave a question, else the sheet; exceptions are offered for review first."""
        if self.sheet.asks:
            self.sheet.forget_question()
            self._answer(Answer("Nothing was graded."), read=False)
            return
        if self._is_leaving or not self.sheet.exceptions:
            self._leave("")
            return
        marked = counted(len(self.sheet.exceptions), "exception")
        self._is_leaving = True
        self._said = f"{marked}: ↵ reviews just these now, esc leaves them for later"
        self._say()

    def _leave(self, parting: str) -> None:
        self.parting = parting
        self.dismiss(None)
