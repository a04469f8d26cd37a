"""Watches the one export or copy that the app has started, and says how it is doing.

A child process does the work (`services/exports/child.py`), so that grading goes on. Once it is
stopped, or the app is left, nothing is there of an export, and whole pictures alone of a copy.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from camtrap_tui.domain.text import clean, counted
from camtrap_tui.errors import CamtrapError

if TYPE_CHECKING:
    from camtrap_tui.services import events
    from camtrap_tui.services.child import Child
    from camtrap_tui.services.exports.report import ExportReport

# Progress is shown at most this often; everything else is shown at once.
_EVERY_S = 1.0
# What a child gets to take away what it has written, once the app is left.
_GRACE_S = 3.0


@dataclass(frozen=True, slots=True)
class Work:
    """What a child does, in the words that tell of it."""

    noun: str
    doing: str
    done: str
    once_stopped: str
    # What is to be known while it goes on, and of leaving then.
    goes_on: str
    if_left: str


EXPORT = Work(
    "export",
    "exporting",
    "exported",
    "nothing is left of it",
    "An export is being written",
    "nothing of it is kept",
)
COPY = Work(
    "copy",
    "copying",
    "copied",
    "what is there stays, and the same again goes on from there",
    "Pictures are being copied",
    "what is there by then stays",
)


@dataclass(slots=True)
class ExportState:
    """What is known of the export in progress, or of the last one; `is_news` until its end was
    looked at."""

    phase: str = "idle"
    name: str = ""
    work: Work = EXPORT
    done: int = 0
    total: int = 0
    text: str = ""
    report: ExportReport | None = None
    is_news: bool = False

    @property
    def is_active(self) -> bool:
        """Whether a child is at work."""
        return self.phase in ("starting", "writing", "stopping")


class Exporter:
    """Starts, watches and stops the child."""

    def __init__(self, changed: Callable[[], None]) -> None:
        self._changed = changed
        self._child: Child | None = None
        self._over = asyncio.Event()
        self._told_at = float("-inf")
        self.state = ExportState()

    def run(
        self, name: str, command: Sequence[str], work: Work = EXPORT
    ) -> Coroutine[Any, Any, None]:
        """Return what starts the child of this command line, and watches it to its end; from now on
        it is active."""
        self.state = ExportState("starting", name, work)
        return self._run(list(command))

    async def _run(self, command: list[str]) -> None:
        from camtrap_tui.services import child

        self._told_at = float("-inf")
        self._over.clear()
        made = child.Child(command, own_group=True)
        self._child = made
        self._changed()
        try:
            self._ended(await child.follow(made, self._take), made.last_words)
        except CamtrapError as error:
            self._end("failed", str(error))
        except asyncio.CancelledError:
            # The app is left: whoever waits for that gives the child time to clear up.
            made.stop()
            await made.wait()
            raise
        finally:
            self._child = None
            made.kill()
            self._over.set()

    def _take(self, event: events.Event) -> None:
        from camtrap_tui.services import events
        from camtrap_tui.services.exports.report import report_from

        state = self.state
        match event:
            case events.Exporting(done, total):
                state.phase = "stopping" if state.phase == "stopping" else "writing"
                state.done, state.total = done, total
                if time.monotonic() - self._told_at < _EVERY_S:
                    return
                self._told_at = time.monotonic()
                self._changed()
            case events.Exported(report):
                state.report = report_from(report)
                self._end("finished", counted(state.report.pictures, "picture"))
            case events.Error(message, hint):
                self._end("failed", f"{message} {hint}".rstrip())
            case _:
                pass

    def _ended(self, code: int, last_words: str) -> None:
        if self.state.phase == "stopping":
            self._end("stopped", self.state.work.once_stopped)
        elif self.state.is_active:  # it went without a word: killed, or out of memory
            self._end("failed", f"it ended with code {code}. {last_words}".rstrip())

    def _end(self, phase: str, text: str) -> None:
        self.state.phase, self.state.text, self.state.is_news = phase, text, True
        self._changed()

    def stop(self) -> None:
        """Ask the child to take away what it has written, and to end."""
        if self._child is not None and self.state.is_active:
            self.state.phase = "stopping"
            self._child.stop()
            self._changed()

    async def leave(self) -> None:
        """End the child, as the app is left, and wait until nothing half-written is there."""
        if self._child is None:
            return
        self._child.stop()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._over.wait(), _GRACE_S)

    @property
    def line(self) -> str:
        """One line on the export for other screens; empty where there is no news of it."""
        state = self.state
        if state.is_active:
            return describe(state)
        if not state.is_news:
            return ""
        if state.report is None:  # why is too long for a line
            return f"{state.work.noun} {state.phase}"
        return f"{state.work.done}: {state.text} in {clean(Path(state.report.out).name)}"


def describe(state: ExportState) -> str:
    """Return where an export stands: `exporting coco 12,000/104,937`."""
    if not state.is_active:
        return f"{state.work.noun} {state.phase}: {state.text}"
    if state.phase == "stopping":
        return f"stopping the {state.work.noun} …"
    place = f" {state.done:,}/{state.total:,}" if state.total else " …"
    return f"{state.work.doing} {state.name}{place}"
