"""A screen with a message line that a prompt can take the place of; keys wait while it is open."""

from __future__ import annotations

from textual.screen import Screen

from camtrap_tui.commands import footer, remapped
from camtrap_tui.tui import review_views
from camtrap_tui.tui.dialogs import Dialog
from camtrap_tui.tui.host import Host
from camtrap_tui.tui.line import Line, Lines
from camtrap_tui.tui.prompt import Prompt


class PromptScreen(Screen[None], inherit_bindings=False):
    """Screens of which `panel` shows the lists of prompts, and `message` their hints."""

    AUTO_FOCUS = ""

    def __init__(self, host: Host, registry: str) -> None:
        super().__init__()
        self.host = host
        self.commands = remapped(registry, host.settings.keys)
        self.panel = Lines(id="panel")
        self.message = Line(id="message")
        self.prompt = Prompt(self.panel, self.message)

    def ask(self, dialog: Dialog) -> None:
        """Ask beside the picture."""
        self.prompt.ask(dialog)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Let no key of the screen through while something is being typed."""
        return not self.prompt.is_open

    def show_footer(self) -> None:
        """Show the keys that matter most."""
        keys = review_views.footer_line(footer(self.commands), self.size.width)
        self.query_one("#footer", Line).show(keys)
