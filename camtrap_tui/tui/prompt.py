"""The prompt line: one row to type into, whose list is the side panel beside the picture."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input

from camtrap_tui.errors import CamtrapError
from camtrap_tui.tui.dialogs import Dialog, Row
from camtrap_tui.tui.line import Line, Lines


class PromptField(Input):
    """A bare input line; moving through the list and leaving are the prompt's business."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "prompt_move(-1)", show=False),
        Binding("down", "prompt_move(1)", show=False),
        Binding("pageup", "prompt_move(-10)", show=False),
        Binding("pagedown", "prompt_move(10)", show=False),
        Binding("escape", "prompt_leave", show=False),
    ]

    class Moved(Message):
        """Another row of the list was asked for."""

        def __init__(self, step: int) -> None:
            super().__init__()
            self.step = step

    class Left(Message):
        """The prompt was left without an answer."""

    def action_prompt_move(self, step: int) -> None:
        """Ask for another row."""
        self.post_message(self.Moved(step))

    def action_prompt_leave(self) -> None:
        """Leave."""
        self.post_message(self.Left())


class Prompt(Horizontal):
    """Asks one dialog at a time; its rows go to `panel`, its hints to `message`."""

    DEFAULT_CSS = """
    Prompt { height: 1; display: none; }
    Prompt.open { display: block; }
    Prompt > Line { width: auto; }
    Prompt > Input { width: 1fr; border: none; padding: 0; height: 1; background: transparent; }
    Prompt > Input:focus { border: none; background: transparent; }
    """

    class Closed(Message):
        """The dialog is over; `text` says what came of it."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    def __init__(self, panel: Lines, message: Line) -> None:
        super().__init__()
        self._panel = panel
        self._message = message
        self._dialog: Dialog | None = None
        self._rows: list[Row] = []

    def compose(self) -> ComposeResult:
        """Make the label and the field."""
        yield Line(id="prompt-label")
        field = PromptField(compact=True, select_on_focus=False)
        field.cursor_blink = False  # a blinking cursor writes twice a second, over any line
        yield field

    @property
    def is_open(self) -> bool:
        """Whether a dialog is being asked."""
        return self._dialog is not None

    @property
    def dialog(self) -> Dialog | None:
        """The dialog that is being asked."""
        return self._dialog

    def ask(self, dialog: Dialog) -> None:
        """Ask this dialog; one that is open is left first."""
        self._dialog = dialog
        self.add_class("open")
        label = self.query_one(Line)
        label.styles.width = len(dialog.label) + 1
        label.show(dialog.label)
        field = self.query_one(PromptField)
        field.value = dialog.text
        field.cursor_position = len(dialog.text)
        field.focus()
        self._message.show(dialog.hint)
        self._list(dialog.text)

    def close(self, text: str = "") -> None:
        """Leave the dialog that is open, saying `text`."""
        self._dialog = None
        self._rows = []
        self.remove_class("open")
        self.screen.set_focus(None)
        self.post_message(self.Closed(text))

    def _list(self, typed: str) -> None:
        if self._dialog is None or self._dialog.rows is None:
            return
        self._rows = list(self._dialog.rows(typed))
        first = next((n for n, row in enumerate(self._rows) if row.value is not None), None)
        self._panel.show([row.content for row in self._rows], first)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Fit the list to what was typed."""
        event.stop()
        self._list(event.value)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Take the answer; one that will not do is explained, and the dialog stays."""
        event.stop()
        dialog = self._dialog
        if dialog is None:
            return
        chosen = self._panel.chosen
        row = self._rows[chosen] if self._rows and chosen is not None else None
        try:
            # Closed first: an answer may open the next dialog.
            self._dialog = None
            said = dialog.take(event.value, row)
        except CamtrapError as error:
            self._dialog = dialog
            self._message.show(str(error))
            return
        if self._dialog is None:
            self.close(said)

    def on_prompt_field_moved(self, event: PromptField.Moved) -> None:
        """Choose another row, past headings, and show its hint."""
        event.stop()
        if not self._rows:
            return
        at, step = self._panel.chosen or 0, 1 if event.step > 0 else -1
        target = min(max(at + event.step, 0), len(self._rows) - 1)
        while 0 < target < len(self._rows) - 1 and self._rows[target].value is None:
            target += step
        self._panel.choose(target)
        self._message.show(self._rows[target].hint)

    def on_prompt_field_left(self, event: PromptField.Left) -> None:
        """Leave without an answer."""
        event.stop()
        self.close()

    def on_paste(self, event: events.Paste) -> None:
        """A paste goes into the field alone, never to the keys of the screen."""
        event.stop()
