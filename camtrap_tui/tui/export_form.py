"""The form that exports: what is asked for, then how the export is doing, then its report.

Nothing is written before its key is pressed, and nothing is replaced before it is pressed again.
"""

from __future__ import annotations

import textwrap

from textual import work
from textual.app import ComposeResult
from textual.content import Content
from textual.message import Message
from textual.worker import get_current_worker

from camtrap_tui.domain.text import clean, counted
from camtrap_tui.errors import CamtrapError
from camtrap_tui.services.exports.formats import all_formats, check_kind, check_place, check_takes
from camtrap_tui.services.exports.pictures import Pictures
from camtrap_tui.services.exports.report_text import labelled_lines, report_lines
from camtrap_tui.store.conditions import Conditions
from camtrap_tui.tui import review_views
from camtrap_tui.tui.background import Background
from camtrap_tui.tui.bindings import bindings_for
from camtrap_tui.tui.command_dialog import command_dialog
from camtrap_tui.tui.export_fields import (
    USUAL,
    Asked,
    FormField,
    Known,
    begin,
    field_dialog,
    fields_of,
)
from camtrap_tui.tui.exporter import describe
from camtrap_tui.tui.host import Host
from camtrap_tui.tui.line import Line, Lines
from camtrap_tui.tui.prompt_screen import PromptScreen

_LABEL_CELLS = 15
_BAR_CELLS = 30
# Lists of choices need some room, however few lines a format has.
_LEAST_ROWS = 8


class ExportForm(PromptScreen, inherit_bindings=False):
    """Asks what to export, and shows what came of it."""

    BINDINGS = bindings_for("export")

    class Counted(Message):
        """A thread has counted the pictures that would be exported, or says why it cannot."""

        def __init__(self, asked: Asked, count: int, why: str = "") -> None:
            super().__init__()
            self.asked = asked
            self.count = count
            self.why = why

    def __init__(self, host: Host, where: str, holdout: str, grader: str) -> None:
        """Begin with the pictures of a filter, or of a holdout's; `grader` is who asks."""
        super().__init__(host, "export")
        store, run = host.store, host.run_in_view
        self._known = Known(
            store.path,
            all_formats(),
            where,
            [run for run in store.runs.all() if run.finished_at],
            run.id if run else None,
            [holdout.name for holdout in store.holdouts.all()],
            Conditions(store.db).graders(),
        )
        self._asked = begin(self._known, host.exports.last, holdout, grader)
        self._count: int | None = None
        self._why = ""
        self._at = 0
        # What the export that is asked for would replace, once that was said.
        self._doubted: Asked | None = None
        self._background = Background(store.path)
        self.below = Lines(id="below")
        self._shows_outcome = host.exports.exporter.state.phase != "idle"

    def compose(self) -> ComposeResult:
        """Lay out: title, the form, what there is to say of it, message or prompt, keys."""
        yield Line(id="status")
        yield self.panel
        yield self.below
        yield self.message
        yield self.prompt
        yield self.footer

    def on_mount(self) -> None:
        """Count what the form begins with."""
        self._ask_count()
        self.show_all()

    def on_unmount(self) -> None:
        """Stop counting: nobody waits for it any more."""
        self._background.interrupt()

    def on_resize(self) -> None:
        """Draw for the new size."""
        self.call_after_refresh(self.show_all)

    # ── in a thread ──────────────────────────────────────────────────────────────────────

    def _ask_count(self) -> None:
        self._count, self._why = None, ""
        self._count_them(self._asked)

    @work(thread=True, exclusive=True, group="count")
    def _count_them(self, asked: Asked) -> None:
        worker = get_current_worker()
        count, why = 0, ""
        try:
            check_takes(asked.format, asked.request)
            check_kind(asked.format, asked.request.out)
            check_place(asked.format, self._known.survey, asked.request)
            with self._background.store() as store:
                count = Pictures(store, asked.request).count()
        except CamtrapError as error:
            why = str(error)
        if not worker.is_cancelled:
            self.post_message(self.Counted(asked, count, why))

    def on_export_form_counted(self, event: Counted) -> None:
        """Show how many there are, where that is still asked for."""
        found = (event.count, event.why)
        if event.asked == self._asked and found != (self._count, self._why):
            self._count, self._why = found
            self.show_all()

    # ── showing ──────────────────────────────────────────────────────────────────────────

    def show_export(self) -> None:
        """Show how the export is doing."""
        self.show_all()

    def show_all(self) -> None:
        """Show the form and what there is to say of it."""
        width = self.size.width
        title = f"{self.host.store.path.name} · export"
        told = "" if self._count is None or self._why else counted(self._count, "picture")
        self.query_one("#status", Line).show(review_views.spread(title, "", told, width))
        self.show_footer()
        if self.prompt.is_open or not width:
            return
        lines = self._fields
        self._fit_panel(max(len(lines), _LEAST_ROWS))
        self.panel.show([self._row(field) for field in lines], self._at)
        rows = [Content(""), *self._below(width - 2)]
        self.below.show(rows)
        more = ""
        if self.below.size.height and len(rows) > self.below.size.height:
            more = f"{self.signs['export_page_down']}: more"
        self.message.show(review_views.spread(lines[self._at].hint, "", more, width))

    def _fit_panel(self, rows: int) -> None:
        height = self.panel.styles.height
        if height is None or height.value != rows:
            self.panel.styles.height = rows
            # The panel below has another height then.
            self.call_after_refresh(self.show_all)

    @property
    def _fields(self) -> list[FormField]:
        return fields_of(self._asked, self._known)

    def _row(self, field: FormField) -> Content:
        said = clean(field.said(self._asked)) or USUAL
        return Content.assemble((f"{field.label:<{_LABEL_CELLS}}", "bold"), said)

    def _below(self, width: int) -> list[Content]:
        """Return how the export is doing or what came of it; before any, what the format is."""
        state = self.host.exports.exporter.state
        if state.is_active:
            rows = [Content.styled(describe(state), "bold")]
            if state.total:
                share = state.done / state.total
                rows.append(Content(f"▕{review_views.bar(share, _BAR_CELLS)}▏ {share:.0%}"))
            if state.phase != "stopping":
                stop, back = self.signs["export_stop"], self.signs["back"]
                rows.append(Content(f"{stop} stops it; {back} goes on grading meanwhile."))
            return rows
        if self._shows_outcome:
            state.is_news = False
        if self._shows_outcome and state.phase == "finished" and state.report is not None:
            return [Content(clean(line)) for line in report_lines(state.report, width)]
        if self._shows_outcome and state.phase in ("failed", "stopped"):
            return [Content.styled(line, "bold") for line in _told(describe(state), width)]
        rows = [Content.styled(line, "bold") for line in _told(self._why, width)]
        format = self._asked.format
        told = {"made for": format.made_for, "carries": format.carries, "loses": format.loses}
        return [*rows, *(Content(line) for line in labelled_lines(told, width))]

    def prompt_closed(self, text: str | None) -> None:
        """Show the form again."""
        super().prompt_closed(text)
        self.show_all()

    # ── commands ─────────────────────────────────────────────────────────────────────────

    def action_export_edit(self) -> None:
        """Change the chosen line."""

        def take(asked: Asked) -> None:
            self._asked, self._shows_outcome = asked, False
            self._at = min(self._at, len(self._fields) - 1)
            self._ask_count()

        self.ask(field_dialog(self._fields[self._at], self._asked, self._known, take))

    def action_export_now(self) -> None:
        """Write what the form asks for."""
        exports, asked = self.host.exports, self._asked
        if exports.exporter.state.is_active:
            self.explain(f"An export is being written: {self.signs['export_stop']} stops it.")
            return
        if self._why or self._count == 0:
            self.explain(self._why or "Nothing to export: no picture is chosen.")
            self._count_them(asked)  # what was in the way may be gone
            return
        there = [clean(out.name) for out in asked.format.places(asked.request) if out.exists()]
        if there and self._doubted != asked:
            self._doubted = asked
            names, are = " and ".join(there), "is" if len(there) == 1 else "are"
            self.explain(f"{names} {are} there: {self.signs['export_now']} replaces what is there.")
            return
        self._doubted, self._shows_outcome = None, True
        exports.start(asked)
        self.show_all()

    def action_export_stop(self) -> None:
        """Stop the export that is being written; nothing of it stays."""
        exporter = self.host.exports.exporter
        if not exporter.state.is_active:
            self.explain("Nothing is being exported.")
            return
        exporter.stop()

    def action_export_down(self) -> None:
        """Next line."""
        self._at = min(self._at + 1, len(self._fields) - 1)
        self.show_all()

    def action_export_up(self) -> None:
        """Line before."""
        self._at = max(self._at - 1, 0)
        self.show_all()

    def action_export_page_down(self) -> None:
        """Further down in what is said of it."""
        self.below.turn(max(self.below.size.height - 1, 1))

    def action_export_page_up(self) -> None:
        """Further up."""
        self.below.turn(1 - max(self.below.size.height, 2))

    def action_help(self) -> None:
        """Show all keys."""
        keys = self.host.settings.keys
        self.ask(command_dialog("Help:", "export", keys, self.do, grouped=True))

    def action_repaint(self) -> None:
        """Draw the whole screen again."""
        self.host.repaint()

    def action_back(self) -> None:
        """Leave; what is being written goes on."""
        self.dismiss()


def _told(text: str, width: int) -> list[str]:
    return textwrap.wrap(clean(text), max(width, 20), break_on_hyphens=False)
