"""The exports of an app: the form that asks for one, and the one that is being written."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any

from textual.screen import Screen

from camtrap_tui.commands import keys_sign, remapped
from camtrap_tui.services.review import ReviewSession
from camtrap_tui.tui.exporter import COPY, EXPORT, Exporter
from camtrap_tui.tui.host import Host

if TYPE_CHECKING:
    from camtrap_tui.tui.export_asked import Asked


class Exports:
    """Opens the form, and starts what it asks for."""

    def __init__(
        self,
        host: Host,
        session: ReviewSession,
        push: Callable[[Screen[None], Callable[[None], None]], object],
        start: Callable[[Coroutine[Any, Any, None]], object],
        changed: Callable[[], None],
    ) -> None:
        """`push` shows a screen, `start` lets the loop do something beside, and `changed` hears
        that there is news of an export."""
        self._host = host
        self._session = session
        self._push = push
        self._start = start
        self.exporter = Exporter(changed)
        self.last: Asked | None = None
        # Whether somebody was just told that leaving stops an export.
        self.is_doubted = False

    def open(
        self,
        back: Callable[[None], None],
        *,
        where: str | None = None,
        holdout: str = "",
    ) -> None:
        """Show the form for the pictures of a filter (the review's unless given) or of a holdout;
        `back` is called once it is left."""
        from camtrap_tui.tui.export_form import ExportForm

        self.is_doubted = False
        where = self._host.queue_filter if where is None else where
        self._push(ExportForm(self._host, where, holdout, self._session.grader), back)

    def start(self, asked: Asked) -> None:
        """Begin an export; what comes of it, the form and a line of the review say."""
        self.last, self.is_doubted = asked, False
        work = EXPORT if asked.copies is None else COPY
        command = asked.command(self._host.store.path)
        self._start(self.exporter.run(asked.format.name, command, work))

    @property
    def line(self) -> str:
        """One line on the export, once it has ended with the key that shows its report; empty for
        no news."""
        line = self.exporter.line
        if not line or self.exporter.state.is_active:
            return line
        commands = remapped("review", self._host.settings.keys)
        sign = next(keys_sign(command) for command in commands if command.id == "export")
        return f"{line}; {sign} shows it" if sign else line

    def doubt(self, sign: str) -> str:
        """Return, once, what is to be known before the app is left; empty where that is nothing."""
        if self.is_doubted or not self.exporter.state.is_active:
            return ""
        self.is_doubted = True
        work = self.exporter.state.work
        return f"{work.goes_on}: {sign} again stops it, and {work.if_left}."
