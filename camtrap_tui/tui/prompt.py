"""The prompt line: one row to type into, whose list is the side panel beside the picture.

It never takes Textual's focus. The app hands it each key in the order of typing (see
`app.py`), since on a slow line a whole `/rac⏎b` comes at once: what follows the enter must
reach the next picture, and nothing may reach it before.
"""

from __future__ import annotations

from collections.abc import Callable

from textual import events
from textual.content import Content

from camtrap_tui.domain.text import clean
from camtrap_tui.errors import CamtrapError
from camtrap_tui.tui.dialogs import Dialog, Helper, Row
from camtrap_tui.tui.field import Field
from camtrap_tui.tui.line import Line, Lines

_STEPS = {"up": -1, "down": 1, "pageup": -10, "pagedown": 10}


class Prompt(Line):
    """Asks one dialog at a time; its rows go to `panel`, its hints to `message`.

    It takes the row of `footer`, so that nothing else moves and no picture is sent again.
    `closed` is told when a dialog is over: what came of it, None where that was said already;
    `explain` shows why an answer will not do.
    """

    def __init__(
        self,
        panel: Lines,
        message: Line,
        footer: Line,
        closed: Callable[[str | None], None],
        explain: Callable[[str], None],
    ) -> None:
        super().__init__(id="prompt")
        self.display = False
        self._panel = panel
        self._message = message
        self._footer = footer
        self._tell_closed = closed
        self._explain = explain
        self._dialog: Dialog | None = None
        self._field = Field()
        self._rows: list[Row] = []

    @property
    def is_open(self) -> bool:
        """Whether a dialog is being asked."""
        return self._dialog is not None

    @property
    def has_list(self) -> bool:
        """Whether the dialog that is being asked has the panel for its rows."""
        dialog = self._dialog
        return dialog is not None and (dialog.rows is not None or dialog.helper is not None)

    @property
    def helper(self) -> Helper | None:
        """What helps with the dialog that is being asked."""
        return self._dialog.helper if self._dialog is not None else None

    def ask(self, dialog: Dialog) -> None:
        """Ask this dialog; one that is open is left first."""
        if self._dialog is not None and self._dialog.helper is not None:
            self._dialog.helper.closed()
        self._dialog = dialog
        self._field = Field(dialog.text, len(dialog.text))
        self.display, self._footer.display = True, False
        self._message.show(dialog.hint)
        self._show()

    def close(self, text: str | None = "") -> None:
        """Leave the dialog that is open, saying `text`."""
        if self._dialog is not None and self._dialog.helper is not None:
            self._dialog.helper.closed()
        self._dialog = None
        self._rows = []
        self.display, self._footer.display = False, True
        self._tell_closed(text)

    def take_key(self, event: events.Key) -> None:
        """Do what a key says to the dialog that is open."""
        if self._is_for_helper(event.key):
            return
        if event.key == "enter":
            self._submit()
        elif event.key == "escape":
            self.close()
        elif event.key in _STEPS:
            self._move(_STEPS[event.key])
        elif self._field.press(event.key):
            self._show()
        elif event.is_printable and event.character:
            self._field.insert(event.character)
            self._show()

    def _is_for_helper(self, key: str) -> bool:
        """Do what a key says to a dialog with a helper; tell whether it means anything there."""
        helper = self.helper
        if helper is None:
            return False
        row = self._row()
        # What only explains something cannot be taken.
        row = row if row is not None and row.value is not None else None
        if key == "tab" or (key == "enter" and row is not None):
            row = row or next((one for one in self._rows if one.value is not None), None)
            if row is not None:
                self._field = Field(*helper.completed(self._field.text, self._field.at, row))
                self._show()
            return True
        text = helper.press(key, self._field.text, row)
        if text is None or self.helper is not helper:
            return text is not None
        if text != self._field.text:
            self._field = Field(text, len(text))
        self._show()
        return True

    def show_again(self) -> None:
        """Show what the helper of the dialog has found out meanwhile."""
        chosen = self._panel.chosen
        self._show()
        if chosen is not None and chosen < len(self._rows):
            self._panel.choose(chosen)
            self._message.show(self._rows[chosen].hint)

    def take_paste(self, text: str) -> None:
        """Put a paste into the field: one line, cleaned; never keys."""
        self._field.insert(clean(text.strip()))
        self._show()

    def _show(self) -> None:
        dialog = self._dialog
        if dialog is None:
            return
        label = f"{dialog.label} "
        room = self.screen.size.width - len(label)
        text, at, helper = self._field.text, self._field.at, dialog.helper
        wrong = helper.wrong_at(text, at) if helper else None
        self.show(Content.assemble((label, "bold"), self._field.content(room, wrong)))
        if helper is not None:
            self._rows = list(helper.rows(text, at))
            self._panel.show([row.content for row in self._rows])
            self._message.show(helper.told(text, at))
        elif dialog.rows is not None:
            self._rows = list(dialog.rows(self._field.text))
            first = next((n for n, row in enumerate(self._rows) if row.value is not None), None)
            self._panel.show([row.content for row in self._rows], first)

    def _submit(self) -> None:
        dialog = self._dialog
        if dialog is None:
            return
        row = self._row()
        try:
            # Closed first: an answer may open the next dialog.
            self._dialog = None
            said = dialog.take(self._field.text, row)
        except CamtrapError as error:
            self._dialog = dialog
            if dialog.helper is not None:
                self._show()
            self._explain(str(error))
            return
        if dialog.helper is not None:
            dialog.helper.closed()
        if self._dialog is None:
            self.close(said)

    def _row(self) -> Row | None:
        chosen = self._panel.chosen
        return self._rows[chosen] if self._rows and chosen is not None else None

    def _move(self, by: int) -> None:
        """Choose another row, past headings, and show its hint."""
        if not self._rows:
            return
        last = len(self._rows) - 1
        here = self._panel.chosen
        # With nothing chosen yet, the first step is to an end of the list.
        here = here if here is not None else -1 if by > 0 else last + 1
        target = min(max(here + by, 0), last)
        step = 1 if by > 0 else -1
        onward = range(target, last + 1 if by > 0 else -1, step)
        # Past what only explains something; at an end, to what that leaves in view.
        target = next((n for n in onward if self._rows[n].value is not None), target)
        self._panel.choose(target)
        self._message.show(self._rows[target].hint)
