"""The runs screen: start, watch, stop and resume predictions without leaving the terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from pathlib import Path

from textual.app import ComposeResult
from textual.content import Content

from camtrap_tui.domain.countries import (
    COUNTRIES,
    US_STATES,
    checked_admin1_region,
    checked_country,
)
from camtrap_tui.domain.models import Run
from camtrap_tui.domain.text import clean
from camtrap_tui.errors import UsageError
from camtrap_tui.tui import review_views
from camtrap_tui.tui.bindings import bindings_for
from camtrap_tui.tui.command_dialog import command_dialog
from camtrap_tui.tui.dialogs import Dialog, Row
from camtrap_tui.tui.host import Host
from camtrap_tui.tui.line import Line
from camtrap_tui.tui.runner import describe
from camtrap_tui.tui.runs_comparing import RunsComparing

_BAR_CELLS = 30
_MOST_FOLDERS = 200
_HEADINGS = " run  made by        model          region  predicted   failed  pending"
_OWN_PICTURES = "predicts the survey's pictures, fetching what is not here"


class RunsScreen(RunsComparing, inherit_bindings=False):
    """What to predict, how it is going, and every run that the survey has."""

    BINDINGS = bindings_for("runs")

    def __init__(self, host: Host) -> None:
        super().__init__(host, "runs")
        self._failures = False
        # What a finished run has said stays: at a million pictures, to count it takes a moment.
        self._counted: dict[tuple[int, str], dict[str, int]] = {}

    def compose(self) -> ComposeResult:
        """Lay out: title, what is known, message or prompt, footer."""
        yield Line(id="status")
        yield self.panel
        yield self.message
        yield self.prompt
        yield self.footer

    def on_mount(self) -> None:
        """Say what can be done first."""
        request = self.host.request
        if request.folder is None and not self.host.has_own_pictures():
            self.message.show("f chooses the folder of pictures")
        elif request.folder is None and not self.host.runner.state.is_active:
            self.message.show(f"↵ {_OWN_PICTURES}")
        elif not self.host.runner.state.is_active:
            self.message.show(f"↵ predicts the pictures of {clean(str(request.folder))}")

    def on_resize(self) -> None:
        """Say everything anew."""
        self.call_after_refresh(self.show_all)

    def show_run(self) -> None:
        """Show how the prediction is doing; what was said at its start goes with its end."""
        if not self.host.runner.state.is_active:
            self.message.show("")
        self.show_all()

    def show_all(self) -> None:
        """Show request, progress, runs or failures; unchanged parts send nothing."""
        width = self.size.width
        title = f"{self.host.store.path.name} · predictions"
        self.query_one("#status", Line).show(review_views.spread(title, "", "", width))
        self.show_footer()
        if not self.prompt.is_open:
            rows = [*self._request_rows(), Content(""), *self._state_rows(), Content("")]
            rows += self._failure_rows() if self._failures else self._run_rows()
            self.panel.show(rows)

    def _request_rows(self) -> list[Content]:
        request = self.host.request
        folder = clean(str(request.folder)) if request.folder else "none chosen"
        if request.folder is None and self.host.has_own_pictures():
            folder = "none: the survey's pictures, fetching what is not here"
        region = _region(request.country, request.admin1_region)
        return [
            Content.assemble(("Folder   ", "bold"), folder),
            Content.assemble(("Model    ", "bold"), clean(request.model) or "SpeciesNet's default"),
            Content.assemble(("Country  ", "bold"), region or "none: no geofence"),
        ]

    def _state_rows(self) -> list[Content]:
        state = self.host.runner.state
        if state.phase == "idle":
            return [Content("No prediction is running.")]
        rows = [Content.styled(line, "bold") for line in self._wrapped(describe(state))]
        if state.progress is not None and state.progress.total:
            share = state.progress.done / state.progress.total
            rows.append(Content(f"▕{review_views.bar(share, _BAR_CELLS)}▏ {share:.0%}"))
        if state.new_predictions:
            rows.append(Content(f"{state.new_predictions:,} new results: g takes them in"))
        for notice in state.notices:
            rows += [Content(line) for line in self._wrapped(notice)]
        return rows

    def _wrapped(self, text: str) -> list[str]:
        return textwrap.wrap(clean(text), max(self.panel.size.width, 20))

    def _run_rows(self) -> list[Content]:
        view = self.host.run_in_view
        rows = [Content.styled(_HEADINGS, "bold")]
        for run in self.host.store.runs.all():
            counts = self._outcomes(run)
            predicted, failed, pending = (
                counts.get(outcome, 0) for outcome in ("predicted", "failed", "pending")
            )
            sign = "▸" if view is not None and view.id == run.id else " "
            rows.append(
                Content(
                    f"{sign}{run.id:>3}  {run.made_by:<13}  {clean(run.model_version)[:13]:<13}"
                    f"  {run.region or 'none':<6}  {predicted:>9,}  {failed:>7,}  {pending:>7,}"
                )
            )
        if len(rows) == 1:
            return [Content("No run yet.")]
        signs = self.signs
        told = (
            f"{signs['run_compare']} says what changed from another run to ▸, the one in view",
            f"{signs['run_view']} shows another run, {signs['run_refence']} makes one of ▸ for"
            " another country",
        )
        return [*rows, Content(""), *(Content.styled(line, "dim") for line in told)]

    def _outcomes(self, run: Run) -> dict[str, int]:
        if run.finished_at is None:
            return self.host.store.runs.outcomes(run.id)
        key = (run.id, run.finished_at)
        if key not in self._counted:
            self._counted[key] = self.host.store.runs.outcomes(run.id)
        return self._counted[key]

    def _failure_rows(self) -> list[Content]:
        """The failures of the run in progress, else of the latest one."""
        run_id = self.host.runner.state.run_id
        latest = self.host.store.runs.latest()
        run_id = run_id or (latest.id if latest else None)
        failures = self.host.store.runs.failures(run_id) if run_id else []
        rows = [Content.styled(f"{len(failures):,} failures of run {run_id or '–'}", "bold")]
        return rows + [
            Content(f"{path}: {reason} (tried {tries} time{'s' if tries > 1 else ''})")
            for path, reason, tries in failures
        ]

    def prompt_closed(self, text: str | None) -> None:
        """Show what came of the prompt."""
        super().prompt_closed(text)
        self.show_all()

    # ── commands ─────────────────────────────────────────────────────────────────────────

    def action_run_start(self) -> None:
        """Start or resume."""
        self.message.show(self.host.start_run())
        self.show_all()

    def action_run_stop(self) -> None:
        """Stop after the batch in work."""
        if not self.host.runner.state.is_active:
            self.message.show("No prediction is running.")
            return
        self.host.runner.stop()

    def action_run_folder(self) -> None:
        """Choose the folder."""
        start = str(self.host.request.folder or Path.cwd())

        def take(typed: str, row: Row | None) -> str:
            if not typed.strip() and self.host.has_own_pictures():
                self.host.request.folder = None
                return f"↵ {_OWN_PICTURES}"
            chosen = row.value if row is not None else None
            folder = chosen if isinstance(chosen, Path) else _expanded(typed)
            if not _is_folder(folder):
                raise UsageError(f"{clean(str(folder))}: there is no such folder.", "Type a path.")
            self.host.request.folder = folder
            return f"↵ predicts the pictures of {clean(str(folder))}"

        self.ask(Dialog("Folder:", take, _folders, start, "↑↓ choose, ↵ takes it"))

    def action_run_model(self) -> None:
        """Choose the model."""

        def rows(typed: str) -> list[Row]:
            known = [("", "SpeciesNet's default (it downloads once)")]
            known += self.host.models
            typed_row = [(typed.strip(), "what you typed: a folder, or a name that it downloads")]
            return [
                Row(Content.assemble((name or "default", "bold"), f"  {what}"), what, name)
                for name, what in (typed_row if typed.strip() else []) + known
            ]

        def take(_typed: str, row: Row | None) -> str:
            name = str(row.value) if row is not None else ""
            self.host.request.model = name
            return (
                f"Model: {clean(name) or 'default'}. A model folder is a program: know its maker."
            )

        self.ask(Dialog("Model:", take, rows, hint="type a folder or a name, or choose"))

    def action_run_country(self) -> None:
        """Choose country and region."""

        def take(country: str, admin1_region: str) -> str:
            self.host.request.country, self.host.request.admin1_region = country, admin1_region
            return f"Geofence: {_region(country, admin1_region) or 'none'}"

        self.ask(_country_dialog("Country:", take))

    def action_run_refence(self) -> None:
        """Make a run for another country of the one in view."""
        self.ask(_country_dialog("The run in view, for:", self.host.start_refence))

    def action_run_retry(self) -> None:
        """Start, and take up failures again."""
        self.message.show(self.host.start_run(retry=True))
        self.show_all()

    def action_run_down(self) -> None:
        """Next line."""
        self.panel.turn(1)

    def action_run_up(self) -> None:
        """Line before."""
        self.panel.turn(-1)

    def action_run_page_down(self) -> None:
        """Next page."""
        self.panel.turn(max(self.panel.size.height - 1, 1))

    def action_run_page_up(self) -> None:
        """Page before."""
        self.panel.turn(1 - max(self.panel.size.height, 2))

    def action_run_failures(self) -> None:
        """List the failures, or the runs again."""
        self._failures = not self._failures
        self.panel.turn(-len(self.panel.rows))
        self.show_all()

    def action_run_refresh(self) -> None:
        """Take new predictions into the queue."""
        self.message.show(self.host.take_new_predictions())
        self.show_all()

    def action_help(self) -> None:
        """Show all keys."""
        keys = self.host.settings.keys
        self.ask(command_dialog("Help:", "runs", keys, self.do, grouped=True))

    def action_repaint(self) -> None:
        """Draw the whole screen again."""
        self.host.repaint()

    def action_back(self) -> None:
        """Back to review."""
        self.dismiss()


def _region(country: str, admin1_region: str) -> str:
    return "-".join(part for part in (country, admin1_region) if part)


def _country_dialog(label: str, take: Callable[[str, str], str]) -> Dialog:
    """Return the question for a country, or a state of one; `take` gets checked codes."""

    def take_row(typed: str, row: Row | None) -> str:
        # What no row fits is checked as it is, and refused with what may have been meant.
        text = str(row.value) if row is not None and typed.strip() else typed.strip()
        country, _, region = text.partition("-")
        known = checked_country(country)
        return take(known or "", checked_admin1_region(known, region) or "")

    hint = "USA-IL, KEN, … or a name; empty for no geofence"
    return Dialog(label, take_row, _countries, hint=hint)


def _expanded(typed: str) -> Path:
    """Return the path that was typed, with a `~` that stands for somebody's home replaced."""
    try:
        return Path(typed).expanduser()
    except RuntimeError:  # nobody has this name
        return Path(typed)


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # too long, or in a folder that may not be entered
        return False


def _folders(typed: str) -> list[Row]:
    """Return the folder that was typed, and the folders that could follow."""
    path = _expanded(typed)
    is_folder = _is_folder(path)
    inside = path if typed.endswith("/") or is_folder else path.parent
    start = "" if inside == path else path.name.casefold()
    rows = [Row(Content(clean(str(path))), "this folder", path)] if is_folder else []
    try:
        found = sorted(
            entry
            for entry in inside.iterdir()
            if entry.is_dir()
            and entry.name.casefold().startswith(start)
            and not entry.name.startswith(".")
        )
    except OSError:
        found = []
    rows += [Row(Content(clean(str(entry))), "", entry) for entry in found[:_MOST_FOLDERS]]
    return rows


def _countries(typed: str) -> list[Row]:
    """Return countries and US states whose code or name fits what was typed."""
    plain = typed.strip().casefold()
    named = [(code, country.name) for code, country in COUNTRIES.items()]
    named += [(f"USA-{code}", f"{name}, United States") for code, name in US_STATES.items()]
    fitting = [
        (code, name)
        for code, name in named
        if code.casefold().startswith(plain) or plain in name.casefold()
    ]
    fitting.sort(key=lambda entry: not entry[0].casefold().startswith(plain))
    return [Row(Content.assemble((f"{c:<8}", "bold"), n), n, c) for c, n in fitting]
