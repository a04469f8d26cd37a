"""A screen with a message line that a prompt can take the place of."""

from __future__ import annotations

import re
import textwrap

from textual.app import ComposeResult
from textual.content import Content
from textual.screen import Screen

from camtrap_tui.commands import Command, footer, keys_sign, remapped
from camtrap_tui.domain.text import counted
from camtrap_tui.services.recording import Recording
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
        # The key that was pressed last: some commands have two that differ at times.
        self.pressed = ""
        self.commands = remapped(registry, host.settings.keys)
        # The first key of each command, by its id, as a person reads it.
        self.signs = {c.id: keys_sign(c).split(" ")[0] for c in self.commands}
        self._by_key = {key: command for command in self.commands for key in command.keys}
        self.panel = Lines(id="panel")
        self.message = Line(id="message")
        self.footer = Line(id="footer")
        self.prompt = Prompt(
            self.panel, self.message, self.footer, self.prompt_closed, self.explain
        )

    def lower_lines(self) -> ComposeResult:
        """Lay out what stands below the middle: strip, message or prompt, keys."""
        yield Line(id="strip")
        yield self.message
        yield self.prompt
        yield self.footer

    def ask(self, dialog: Dialog) -> None:
        """Ask beside the picture."""
        self.prompt.ask(dialog)

    def explain(self, text: str) -> None:
        """Show a sentence on the message line, and whole in the panel where it is longer."""
        self.message.show(text)
        if len(text) > self.size.width and not self.prompt.has_list:
            width = max(self.panel.size.width, 10)
            self.panel.show([Content(line) for line in textwrap.wrap(text, width)])

    def nudge(self, session: Recording) -> str:
        """Return that a rest is due, once a stretch of work; whoever asks shows it."""
        minutes = self.host.settings.nudge
        if self.prompt.is_open or minutes == "off" or not session.stretch.is_long(int(minutes)):
            return ""
        session.stretch.said()
        worked = counted(int(minutes), "minute")
        return f'{worked} without a rest: look up for five. (nudge = "off" ends this.)'

    def prompt_closed(self, text: str | None) -> None:
        """Show what came of a prompt; None where that was said already."""
        if text is not None:
            self.explain(text)

    def show_run(self) -> None:
        """Show how the run in progress is doing, where the screen has a place for that."""

    def show_export(self) -> None:
        """Show how the export in progress is doing, where the screen has a place for that."""

    def refusal(self, command: Command) -> str:
        """Return why a command does not work here now, as a sentence; empty for one that does."""
        return ""

    def refuses(self, key: str) -> bool:
        """Tell whether a key does nothing here now, and say why."""
        return self._is_refused(self._by_key.get(key))

    def _is_refused(self, command: Command | None) -> bool:
        why = self.refusal(command) if command is not None else ""
        if why:
            self.explain(why)
        return bool(why)

    def do(self, command_id: str) -> None:
        """Do a command of the registry at once, as its key would."""
        if self._is_refused(next((c for c in self.commands if c.id == command_id), None)):
            return
        name, number = re.fullmatch(r"(.+?)(?:_(\d))?", command_id).groups()  # type: ignore[union-attr]
        getattr(self, f"action_{name}")(*([int(number)] if number else []))

    def action_suspend(self) -> None:
        """Go to the shell until its `fg`."""
        self.app.action_suspend_process()

    def situation(self) -> str:
        """Return what is going on, for the footer: one of SITUATIONS, empty for the usual."""
        return ""

    def show_footer(self) -> None:
        """Show the keys that matter most now."""
        shown = footer(self.commands, self.situation())
        self.footer.show(review_views.footer_line(shown, self.size.width))
