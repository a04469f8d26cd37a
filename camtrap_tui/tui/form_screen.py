"""What the screens are made of that ask in a form: its lines, and below them what comes of it.

Nothing is done before its key is pressed; what takes longer is worked out in a thread.
"""

from __future__ import annotations

import textwrap
from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

from textual.app import ComposeResult
from textual.content import Content

from camtrap_tui.domain.text import clean
from camtrap_tui.tui import review_views
from camtrap_tui.tui.background import Background
from camtrap_tui.tui.command_dialog import command_dialog
from camtrap_tui.tui.host import Host
from camtrap_tui.tui.line import Line, Lines
from camtrap_tui.tui.prompt_screen import PromptScreen

# Lists of choices need some room, however few lines a form has.
_LEAST_ROWS = 8


@dataclass(frozen=True, slots=True)
class FormLine:
    """A line of a form: what it is called, what it says, and what the message line says of it."""

    label: str
    said: str
    hint: str


class FormScreen(PromptScreen, inherit_bindings=False):
    """A form in `panel`, and what there is to say of it in `below`."""

    LABEL_CELLS = 15
    # What a line says that says nothing.
    NOTHING = "–"

    def __init__(self, host: Host, registry: str) -> None:
        super().__init__(host, registry)
        self.registry = registry
        self.at = 0
        self.background = Background(host.store.path)
        self.below = Lines(id="below")

    # ── what a form is ───────────────────────────────────────────────────────────────────

    @abstractmethod
    def work_out(self) -> None:
        """Begin to work out, in a thread, what would come of what is asked for now."""

    @abstractmethod
    def heading(self) -> tuple[str, str, str]:
        """Return what the form is, and what would come of it: in the middle, or at the edge."""

    @abstractmethod
    def form_lines(self) -> Sequence[FormLine]:
        """Return the lines of the form."""

    @abstractmethod
    def rows_below(self, width: int) -> list[Content]:
        """Return what there is to say of what is asked for, in rows of `width` cells."""

    # ── showing ──────────────────────────────────────────────────────────────────────────

    def compose(self) -> ComposeResult:
        """Lay out: title, the form, what there is to say of it, message or prompt, keys."""
        yield Line(id="status")
        yield self.panel
        yield self.below
        yield self.message
        yield self.prompt
        yield self.footer

    def on_mount(self) -> None:
        """Work out what comes of what the form begins with."""
        self.work_out()
        self.show_all()

    def on_unmount(self) -> None:
        """Stop working it out: nobody waits for it any more."""
        self.background.interrupt()

    def on_resize(self) -> None:
        """Draw for the new size."""
        self.call_after_refresh(self.show_all)

    def prompt_closed(self, text: str | None) -> None:
        """Show the form again."""
        super().prompt_closed(text)
        self.show_all()

    def show_all(self) -> None:
        """Show the form and what there is to say of it."""
        width = self.size.width
        name, middle, end = self.heading()
        title = f"{self.host.store.path.name} · {name}"
        self.query_one("#status", Line).show(review_views.spread(title, middle, end, width))
        self.show_footer()
        if self.prompt.is_open or not width:
            return
        lines = self.form_lines()
        self._fit_panel(max(len(lines), _LEAST_ROWS))
        self.panel.show([self._row(line) for line in lines], self.at)
        rows = [Content(""), *self.rows_below(width - 2)]
        self.below.show(rows)
        more = ""
        if self.below.size.height and len(rows) > self.below.size.height:
            more = f"{self.signs[f'{self.registry}_page_down']}: more"
        self.message.show(review_views.spread(lines[self.at].hint, "", more, width))

    def _row(self, line: FormLine) -> Content:
        label = (f"{line.label:<{self.LABEL_CELLS}}", "bold")
        return Content.assemble(label, clean(line.said) or self.NOTHING)

    def _fit_panel(self, rows: int) -> None:
        height = self.panel.styles.height
        if height is None or height.value != rows:
            self.panel.styles.height = rows
            # The panel below has another height then.
            self.call_after_refresh(self.show_all)

    # ── moving ───────────────────────────────────────────────────────────────────────────

    def move(self, lines: int) -> None:
        """Choose another line, so many further down."""
        self.at = max(min(self.at + lines, len(self.form_lines()) - 1), 0)
        self.show_all()

    def turn(self, pages: int) -> None:
        """Go on in what stands below, by one page less a row in the direction of `pages`."""
        self.below.turn(pages * max(self.below.size.height - 1, 1))

    def action_help(self) -> None:
        """Show all keys."""
        keys = self.host.settings.keys
        self.ask(command_dialog("Help:", self.registry, keys, self.do, grouped=True))

    def action_repaint(self) -> None:
        """Draw the whole screen again."""
        self.host.repaint()

    def action_back(self) -> None:
        """Leave; nothing is done by that."""
        self.dismiss()


def bold_lines(text: str, width: int) -> list[Content]:
    """Return a sentence in rows of `width` cells."""
    lines = textwrap.wrap(clean(text), max(width, 20), break_on_hyphens=False)
    return [Content.styled(line, "bold") for line in lines]
