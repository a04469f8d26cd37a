"""The form that exports: what is asked for, then how the export is doing, then its report.

Nothing is written before its key is pressed, and nothing is replaced before it is pressed again.
"""

from __future__ import annotations

from textual import work
from textual.content import Content
from textual.message import Message
from textual.worker import get_current_worker

from camtrap_tui.domain.text import clean, counted
from camtrap_tui.errors import CamtrapError
from camtrap_tui.services.exports.formats import all_formats
from camtrap_tui.services.exports.report_text import labelled_lines, report_lines
from camtrap_tui.store.conditions import Conditions
from camtrap_tui.tui import review_views
from camtrap_tui.tui.bindings import bindings_for
from camtrap_tui.tui.export_asked import Asked, Known, PictureFolder
from camtrap_tui.tui.export_fields import USUAL, FormField, begin, field_dialog, fields_of
from camtrap_tui.tui.exporter import describe
from camtrap_tui.tui.form_screen import FormLine, FormScreen, bold_lines
from camtrap_tui.tui.host import Host

_BAR_CELLS = 30


class ExportForm(FormScreen, inherit_bindings=False):
    """Asks what to export, and shows what came of it."""

    BINDINGS = bindings_for("export")
    NOTHING = USUAL

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
            [*all_formats(), PictureFolder()],
            where,
            [run for run in store.runs.all() if run.finished_at],
            run.id if run else None,
            [holdout.name for holdout in store.holdouts.all()],
            Conditions(store.db).graders(),
        )
        self._asked = begin(self._known, host.exports.last, holdout, grader)
        self._count: int | None = None
        self._why = ""
        # What the export that is asked for would replace, once that was said.
        self._doubted: Asked | None = None
        self._shows_outcome = host.exports.exporter.state.phase != "idle"

    # ── in a thread ──────────────────────────────────────────────────────────────────────

    def work_out(self) -> None:
        """Count the pictures that would be exported."""
        self._count, self._why = None, ""
        self._count_them(self._asked)

    @work(thread=True, exclusive=True, group="count")
    def _count_them(self, asked: Asked) -> None:
        worker = get_current_worker()
        count, why = 0, ""
        try:
            asked.check(self._known.survey)
            with self.background.store() as store:
                count = asked.count(store)
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

    def heading(self) -> tuple[str, str, str]:
        """Return what the form is, and how many pictures would be exported."""
        is_known = self._count is not None and not self._why
        return "export", "", counted(self._count or 0, "picture") if is_known else ""

    def form_lines(self) -> list[FormLine]:
        """Return the lines of the form."""
        return [
            FormLine(field.label, field.said(self._asked), field.hint) for field in self._fields
        ]

    @property
    def _fields(self) -> list[FormField]:
        return fields_of(self._asked, self._known)

    def rows_below(self, width: int) -> list[Content]:
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
            return bold_lines(describe(state), width)
        format = self._asked.format
        told = {"made for": format.made_for, "carries": format.carries, "loses": format.loses}
        lines = [Content(line) for line in labelled_lines(told, width)]
        return [*bold_lines(self._why, width), *lines]

    # ── commands ─────────────────────────────────────────────────────────────────────────

    def action_export_edit(self) -> None:
        """Change the chosen line."""

        def take(asked: Asked) -> None:
            self._asked, self._shows_outcome = asked, False
            self.at = min(self.at, len(self._fields) - 1)
            self.work_out()

        self.ask(field_dialog(self._fields[self.at], self._asked, self._known, take))

    def action_export_now(self) -> None:
        """Write what the form asks for."""
        exports, asked = self.host.exports, self._asked
        if exports.exporter.state.is_active:
            self.explain(
                f"{exports.exporter.state.work.goes_on}: {self.signs['export_stop']} stops it."
            )
            return
        if self._why or self._count == 0:
            self.explain(self._why or "Nothing to export: no picture is chosen.")
            self._count_them(asked)  # what was in the way may be gone
            return
        there = [clean(out.name) for out in asked.places() if out.exists()]
        if there and self._doubted != asked:
            self._doubted = asked
            names, are = " and ".join(there), "is" if len(there) == 1 else "are"
            self.explain(f"{names} {are} there: {self.signs['export_now']} replaces what is there.")
            return
        self._doubted, self._shows_outcome = None, True
        exports.start(asked)
        self.show_all()

    def action_export_stop(self) -> None:
        """Stop what is being written."""
        exporter = self.host.exports.exporter
        if not exporter.state.is_active:
            self.explain("Nothing is being exported.")
            return
        exporter.stop()

    def action_export_down(self) -> None:
        """Next line."""
        self.move(1)

    def action_export_up(self) -> None:
        """Line before."""
        self.move(-1)

    def action_export_page_down(self) -> None:
        """Further down in what is said of it."""
        self.turn(1)

    def action_export_page_up(self) -> None:
        """Further up."""
        self.turn(-1)
