"""The help of screens that have no prompt of their own: their commands, to read and to do."""

from __future__ import annotations

from typing import Any, cast

from textual.app import ComposeResult
from textual.screen import Screen

from camtrap_tui.tui import review_views
from camtrap_tui.tui.command_dialog import command_dialog
from camtrap_tui.tui.host import Host
from camtrap_tui.tui.line import Line
from camtrap_tui.tui.prompt_screen import PromptScreen


class HelpScreen(PromptScreen, inherit_bindings=False):
    """Lists the commands of a screen; `chosen` is the id of one that is to be done there."""

    def __init__(self, host: Host, registry: str) -> None:
        super().__init__(host, registry)
        self._registry = registry
        self.chosen = ""

    def compose(self) -> ComposeResult:
        """Lay out: title, commands, message, prompt."""
        yield Line(id="status")
        yield self.panel
        yield self.message
        yield self.prompt
        yield self.footer

    def on_mount(self) -> None:
        """List the commands."""
        title = f"{self.host.store.path.name} · {self._registry}"
        self.query_one("#status", Line).show(review_views.spread(title, "", "", self.size.width))
        keys = self.host.settings.keys
        self.ask(command_dialog("Help:", self._registry, keys, self._choose, grouped=True))

    def _choose(self, command_id: str) -> None:
        self.chosen = command_id

    def prompt_closed(self, text: str | None) -> None:
        """Go back to the screen that asked for help."""
        self.dismiss(None)


def open_help(screen: Screen[Any], registry: str) -> None:
    """Show the commands of `screen`, and do there the one that is chosen."""
    shown = HelpScreen(cast(Host, screen.app), registry)

    def back(_: None) -> None:
        if shown.chosen:
            getattr(screen, f"action_{shown.chosen}")()

    screen.app.push_screen(shown, back)
