"""Watches the one prediction that the app has started, and says how it is doing.

The work is done by a child process (`services/child.py`); here its events become a state that
screens show. Screens hear of changes by a message, at most once a second: lines are slow.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from camtrap_tui.domain.pace import spell_duration
from camtrap_tui.errors import CamtrapError

if TYPE_CHECKING:
    from camtrap_tui.services import events
    from camtrap_tui.services.child import Child

# Progress is shown at most this often; everything else is shown at once.
_EVERY_S = 1.0


@dataclass(slots=True)
class RunState:
    """What is known of the prediction in progress, or of the last one."""

    phase: str = "idle"
    progress: events.Progress | None = None
    fetching: events.Fetching | None = None
    run_id: int | None = None
    text: str = ""
    known_before: int = 0
    new_predictions: int = 0
    # A run that is made for another country has nothing new for the queue.
    is_refence: bool = False
    # What keeps such a run from being what `predict` would give: it holds after the end too.
    notices: tuple[str, ...] = ()

    @property
    def is_active(self) -> bool:
        """Whether a child is at work."""
        return self.phase in ("starting", "scanning", "loading", "predicting", "stopping")

    def take_new(self) -> None:
        """Note that what is new now stands in the queue."""
        self.known_before += self.new_predictions
        self.new_predictions = 0
        if not self.is_active:
            self.phase = "idle"


class Runner:
    """Starts, watches, stops and ends the child."""

    def __init__(self, survey: Path, changed: Callable[[], None]) -> None:
        self._survey = survey
        self._changed = changed
        self.child: Child | None = None
        self._told_at = float("-inf")
        self.state = RunState()

    async def run(
        self, folder: Path | None, model: str, country: str, admin1_region: str, *, retry: bool
    ) -> None:
        """Start a prediction and watch it to its end.

        Without a folder, of the survey's pictures; those that are not here are fetched.
        """
        from camtrap_tui.services.child import PredictChild

        child = PredictChild(
            self._survey,
            folder,
            model=model,
            country=country,
            admin1_region=admin1_region,
            retry=retry,
            own_group=True,
        )
        await self._watch(child, RunState(phase="starting"))

    async def refence(self, run_id: int, country: str, admin1_region: str, model: str) -> None:
        """Make a run for another country (empty: for none) of a run, and watch it to its end."""
        from camtrap_tui.services.child import Child, refence_command

        line = refence_command(self._survey, run_id, country, admin1_region, model)
        child = Child(line, own_group=True)
        await self._watch(child, RunState(phase="starting", is_refence=True))

    async def _watch(self, child: Child, state: RunState) -> None:
        from camtrap_tui.services.child import follow

        self.state, self.child = state, child
        self._told_at = float("-inf")
        self._changed()
        try:
            self._ended(await follow(child, self._take), child.last_words)
        except CamtrapError as error:
            self._end("failed", str(error))
        finally:
            self.child = None
            child.kill()

    def _take(self, event: events.Event) -> None:
        from camtrap_tui.services import events

        state = self.state
        match event:
            case events.Scanning(files):
                state.phase, state.text = "scanning", f"looking at the folder: {files:,} files"
            case events.Scanned(run_id, images, to_do):
                state.run_id, state.known_before = run_id, images - to_do
                state.text = f"{images:,} pictures, {to_do:,} to predict"
            case events.Loading(model):
                state.phase, state.text = "loading", f"loading the model {model}"
            case events.Progress(saved=saved):
                state.phase = "stopping" if state.phase == "stopping" else "predicting"
                state.progress, state.text = event, ""
                if not state.is_refence:
                    state.new_predictions = saved - state.known_before
                if time.monotonic() - self._told_at < _EVERY_S:
                    return
                self._told_at = time.monotonic()
            case events.Fetching():
                state.fetching = event
                return  # shown with the progress that follows
            case events.Notice(text):
                state.text = text
                if state.is_refence:
                    state.notices += (text,)
            case events.Finished(run_id, predicted, failed) if state.is_refence:
                state.run_id = run_id
                told = f"run {run_id}, {predicted:,} predicted, {failed:,} failed"
                self._end("finished", told)
            case events.Finished(_, predicted, failed, waiting):
                text = f"{predicted:,} predicted, {failed:,} failed"
                later = f", {waiting:,} still to be fetched" if waiting else ""
                self._end("finished", text + later)
            case events.Stopped(_, done, total):
                self._end("stopped", f"stopped at {done:,} of {total:,}; enter goes on there")
            case events.Error(message, hint):
                self._end("failed", f"{message} {hint}".rstrip())
            case events.Started() | events.Failure():
                return  # failures are rows of the survey, and counted by the progress
        self._changed()

    def _ended(self, code: int, last_words: str) -> None:
        if self.state.is_active:  # it went without a word: killed, or out of memory
            self._end(
                "failed", f"the {_noun(self.state)} ended with code {code}. {last_words}".rstrip()
            )

    def _end(self, phase: str, text: str) -> None:
        self.state.phase, self.state.text = phase, text
        self._changed()

    def stop(self) -> None:
        """Ask the child to stop after the batch in work."""
        if self.child is not None and self.state.is_active:
            self.state.phase = "stopping"
            self.child.stop()
            self._changed()

    def kill(self) -> None:
        """End the child at once; at the cost of one batch."""
        if self.child is not None:
            self.child.kill()

    @property
    def line(self) -> str:
        """One line on the prediction for the review screen; empty where there is none."""
        state = self.state
        if state.phase == "idle":
            return ""
        if state.is_active:
            return describe(state)
        ready = "; r then g takes them into the queue" if state.new_predictions else ""
        return f"{_noun(state)} {describe(state)}{ready}"


def describe(state: RunState) -> str:
    """Return where a prediction stands: `predicting 120/600 · 14.2/s · 34 s left · 2 failed`."""
    progress = state.progress
    if not state.is_active:
        return f"{state.phase}: {state.text}"
    if progress is None:
        return state.text or state.phase
    doing = "taking over" if state.is_refence else "predicting"
    parts = [f"{doing} {progress.done:,}/{progress.total:,}"]
    if progress.rate_per_s:
        parts.append(f"{progress.rate_per_s:.1f}/s")
    if progress.seconds_left is not None:
        parts.append(_spell_seconds(progress.seconds_left))
    if progress.failed:
        parts.append(f"{progress.failed:,} failed")
    if state.fetching is not None:
        fetching = state.fetching
        parts.append(f"fetched {fetching.fetched:,}/{fetching.total:,}")
        if fetching.failed:
            parts.append(f"{fetching.failed:,} cannot be had")
    if state.phase == "stopping":
        parts.append("stopping after this batch")
    return " · ".join(parts)


def _noun(state: RunState) -> str:
    return "re-fencing" if state.is_refence else "prediction"


def _spell_seconds(seconds: float) -> str:
    if seconds < 60:
        return f"{seconds:.0f} s left"
    return f"{spell_duration(seconds / 3600)} left"
