"""What runs say otherwise, on the runs screen: chosen from lists, counted by a thread.

The run in view is what is said now; every line of a list opens its pictures with that run in view.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from textual import work
from textual.content import Content
from textual.message import Message
from textual.worker import get_current_worker

from camtrap_tui.domain.models import Run
from camtrap_tui.domain.text import clean, counted
from camtrap_tui.errors import CamtrapError
from camtrap_tui.services.comparing import Comparison, changed_filter, compare
from camtrap_tui.tui.background import Background
from camtrap_tui.tui.dialogs import Dialog, Row
from camtrap_tui.tui.host import Host
from camtrap_tui.tui.prompt_screen import PromptScreen

_NONE_OTHER = "There is no other run: {} makes one for another country."


@dataclass(frozen=True, slots=True)
class Chosen:
    """Pictures that were chosen on the runs screen: a filter's, with this run in view."""

    run: Run
    where: str


class RunsCompared(Message, bubble=False):
    """A thread has compared two runs, or says why it could not."""

    def __init__(self, found: Comparison | str) -> None:
        super().__init__()
        self.found = found


class RunsComparing(PromptScreen, inherit_bindings=False):
    """The part of the runs screen that sets runs beside each other."""

    def __init__(self, host: Host, registry: str) -> None:
        super().__init__(host, registry)
        # What the screen is left for, None to go back as things were.
        self.chosen: Chosen | None = None
        self._background = Background(host.store.path)

    def on_unmount(self) -> None:
        """Stop counting: nobody waits for it any more."""
        self._background.interrupt()

    def action_run_compare(self) -> None:
        """Choose a run, then a change from it to the run in view."""
        view = self.host.run_in_view
        others = self._other_runs()
        if view is None or not others:
            self.message.show(_NONE_OTHER.format(self.signs["run_refence"]))
            return

        def take(_typed: str, row: Row | None) -> None:
            if row is not None and isinstance(row.value, Run):
                self.message.show(f"Comparing run {row.value.id} with run {view.id} …")
                self._compare(row.value.id, view.id)

        hint = f"what changed from it to run {view.id}, which is in view"
        self.ask(Dialog("Compare with run:", take, lambda text: _run_rows(others, text), hint=hint))

    def action_run_view(self) -> None:
        """Choose the run that pictures are reviewed with."""
        others = self._other_runs()
        if not others:
            self.message.show(_NONE_OTHER.format(self.signs["run_refence"]))
            return

        def take(_typed: str, row: Row | None) -> None:
            if row is not None and isinstance(row.value, Run):
                self._leave_for(row.value, self.host.queue_filter)

        hint = "the review shows what it says, with the same filter"
        self.ask(Dialog("Show run:", take, lambda text: _run_rows(others, text), hint=hint))

    def _other_runs(self) -> list[Run]:
        view = self.host.run_in_view
        return [run for run in self.host.store.runs.all() if view is None or run.id != view.id]

    @work(thread=True, exclusive=True, group="comparing")
    def _compare(self, run_id: int, other_id: int) -> None:
        worker = get_current_worker()
        found: Comparison | str
        try:
            with self._background.store() as store:
                found = compare(store, run_id, other_id)
        except CamtrapError as error:
            found = str(error)
        if not worker.is_cancelled:
            self.post_message(RunsCompared(found))

    def on_runs_compared(self, message: RunsCompared) -> None:
        """List what changed, unless something else is being asked by now."""
        found = message.found
        if self.prompt.is_open:
            return
        if isinstance(found, str):
            self.message.show(found)
            return
        if not found.changed and not found.only_in_run and not found.only_in_other:
            same = counted(found.same, "picture")
            self.message.show(f"Runs {found.run.id} and {found.other.id} say the same of {same}.")
            return
        self.ask(self._changes(found))

    def _changes(self, found: Comparison) -> Dialog:
        def take(_typed: str, row: Row | None) -> None:
            if row is not None:
                self._leave_for(found.other, str(row.value))

        parts = ", ".join(f"{count:,} {name}" for name, count in found.relations.items() if count)
        hint = (
            f"{found.changed:,} of {counted(found.pictures, 'picture')} changed from run"
            f" {found.run.id} to run {found.other.id}{f': {parts}' if parts else ''}"
        )
        rows = list(_change_rows(found))
        return Dialog("Show:", take, lambda text: _fitting(rows, text), hint=hint)

    def _leave_for(self, run: Run, where: str) -> None:
        self.chosen = Chosen(run, where)
        self.dismiss()


def _about(run: Run) -> str:
    """Return what a run is, in a line: `refence of 1  USA-IL  demo-1.0`; names may be long."""
    unfinished = "" if run.finished_at else "not finished  "
    region = run.region or "no country"
    return f"{run.made_by:<13}  {region:<10}  {unfinished}{clean(run.model_version)}"


def _run_rows(runs: list[Run], typed: str) -> list[Row]:
    rows = [
        Row(Content.assemble((f"{run.id:>3}  ", "bold"), _about(run)), value=run) for run in runs
    ]
    return _fitting(rows, typed)


def _change_rows(found: Comparison) -> Iterator[Row]:
    first, second = found.run.id, found.other.id
    alone = (
        (found.changed, "all that changed", changed_filter(first)),
        (found.only_in_run, f"predicted in run {first} alone", f"was:{first} state:unpredicted"),
        (
            found.only_in_other,
            f"predicted in run {second} alone",
            f"-was:{first} -state:unpredicted",
        ),
    )
    for count, words, where in alone:
        if count:
            yield Row(Content.assemble((f"{count:>9,}  ", "bold"), words), value=where)
    for change in found.changes:
        words = f"{change.relation:<8} {clean(change.was)} → {clean(change.now)}"
        number = f"{change.pictures:>9,}  "
        yield Row(Content.assemble((number, "bold"), words), value=change.where)


def _fitting(rows: list[Row], typed: str) -> list[Row]:
    wanted = typed.strip().casefold()
    return [row for row in rows if wanted in row.content.plain.casefold()]
