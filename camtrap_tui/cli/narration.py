"""Tells of predictions and exports as they happen: a bar on a terminal, else plain lines.

Text from outside (file names, reasons) is written as it is, never read as markup.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, TextIO

from camtrap_tui.domain.text import clean
from camtrap_tui.errors import CamtrapError

if TYPE_CHECKING:
    from rich.progress import Progress as Bar
    from rich.progress import TaskID

    from camtrap_tui.services.events import Event, Fetching, Progress

_LINE_EVERY_S = 10.0
# What is over sooner needs no bar.
_SILENT_S = 1.0


class EventLines:
    """Writes each event as a JSON line, at once."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def __call__(self, event: Event) -> None:
        """Write one event; a reader that has gone is noticed elsewhere."""
        from camtrap_tui.services.events import format_event

        try:
            self._stream.write(format_event(event) + "\n")
            self._stream.flush()
        except BrokenPipeError:
            pass

    def error(self, error: CamtrapError) -> None:
        """Write the error that ends the command."""
        from camtrap_tui.services.events import Error

        self(Error(error.message, error.hint))

    def close(self) -> None:
        """Nothing is left to do: every line is flushed."""


class Narrator:
    """Tells a person, on stderr."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._bar: Bar | None = None
        self._tasks: dict[str, TaskID] = {}
        self._told = time.monotonic()
        self._told_of: dict[str, float] = {}
        self._last: dict[str, str] = {}

    def __call__(self, event: Event) -> None:
        """Tell of one event, or keep it for the bar."""
        from camtrap_tui.services import events

        match event:
            case events.Notice(text):
                self._say(text)
            case events.Failure(file, reason):
                self._say(f"{file}: {reason}")
            case events.Scanning(files, total):
                if files < total:
                    self._now_and_then(f"looking at files: {files:,} of {total:,}")
            case events.Scanned(_, images, to_do, _):
                self._say(f"{images:,} images, {to_do:,} to predict")
            case events.Loading(model):
                self._say(f"loading the model {model} …")
            case events.Progress():
                self._progress(event)
            case events.Fetching():
                self._fetching(event)
            case events.Exporting(done, total):
                self._exporting(done, total)
            case _:
                pass  # The table at the end says it.

    def error(self, error: CamtrapError) -> None:
        """Nothing: the command line prints the error that ends a command."""

    def close(self) -> None:
        """Leave the terminal as it was."""
        if self._bar is not None:
            self._bar.stop()

    def _say(self, text: str) -> None:
        text = clean(text)
        if self._bar is None:
            self._stream.write(text + "\n")
            self._stream.flush()
        else:
            self._bar.console.print(text, markup=False, highlight=False, soft_wrap=True)

    def _now_and_then(self, text: str) -> None:
        if time.monotonic() - self._told >= _LINE_EVERY_S:
            self._told = time.monotonic()
            self._say(text)

    def _progress(self, event: Progress) -> None:
        if self._stream.isatty():
            self._draw("predicted", event.done, event.total, _pace(event))
            return
        line = f"{event.done:,} of {event.total:,}, {event.failed:,} failed{_pace(event)}"
        self._line(line, "predicted", is_last=event.done == event.total)

    def _fetching(self, event: Fetching) -> None:
        done = event.fetched + event.failed
        size = f", {event.bytes / 1e6:,.0f} MB"
        if self._stream.isatty():
            self._draw("fetched", done, event.total, size + _pace(event))
            return
        line = f"fetched {event.fetched:,} of {event.total:,}, {event.failed:,} cannot be had"
        self._line(line + size + _pace(event), "fetched", is_last=done == event.total)

    def _exporting(self, done: int, total: int) -> None:
        """Tell how far an export is, where it takes longer than a person waits without asking."""
        if not self._stream.isatty():
            self._now_and_then(f"{done:,} of {total:,} pictures")
        elif self._bar is not None or time.monotonic() - self._told >= _SILENT_S:
            self._draw("pictures", done, total, "")

    def _line(self, line: str, what: str, *, is_last: bool) -> None:
        """Write a line now and then, and the last one in any case."""
        if is_last and line != self._last.get(what):
            self._last[what] = line
            self._say(line)
        elif (
            not is_last and time.monotonic() - self._told_of.get(what, self._told) >= _LINE_EVERY_S
        ):
            self._told_of[what] = time.monotonic()
            self._say(line)

    def _draw(self, what: str, done: int, total: int, pace: str) -> None:
        if self._bar is None:
            from rich.console import Console
            from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

            self._bar = Progress(
                TextColumn("{task.description}", markup=False),
                BarColumn(),
                MofNCompleteColumn(),
                TextColumn("{task.fields[pace]}", markup=False),
                console=Console(file=self._stream),
                refresh_per_second=2,  # a line over SSH may be slow
            )
            self._bar.start()
        if what not in self._tasks:
            self._tasks[what] = self._bar.add_task(what, total=total, pace="")
        self._bar.update(
            self._tasks[what], completed=done, total=total, pace=pace.removeprefix(", ")
        )


def _pace(event: Progress | Fetching) -> str:
    if event.rate_per_s is None or event.seconds_left is None:
        return ""
    rate = event.rate_per_s
    speed = f"{rate:.1f} a second" if rate >= 1 else f"{rate * 60:.1f} a minute"
    return f", {speed}, {_duration(event.seconds_left)} left"


def _duration(seconds: float) -> str:
    minutes = round(seconds / 60)
    if seconds < 90:
        return f"{round(seconds)} s"
    if minutes < 90:
        return f"{minutes} min"
    return f"{minutes // 60} h {minutes % 60:02} min"
