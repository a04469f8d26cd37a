"""The ledger screen: both accounts, and the files behind each of their numbers.

Counting goes on in a thread with a survey of its own; a list is its ids, and only the rows
in view are read.
"""

from __future__ import annotations

import textwrap
from array import array
from dataclasses import dataclass
from typing import ClassVar, cast

from textual import work
from textual.app import ComposeResult
from textual.content import Content
from textual.message import Message
from textual.screen import Screen
from textual.worker import get_current_worker

from camtrap_tui.commands import footer, remapped
from camtrap_tui.config import Settings
from camtrap_tui.errors import CamtrapError
from camtrap_tui.services import listing
from camtrap_tui.services.accounts import Ledger, take_ledger
from camtrap_tui.services.listing import Wanted
from camtrap_tui.store.accounts import Listed
from camtrap_tui.store.store import Store
from camtrap_tui.tui import ledger_views, review_views
from camtrap_tui.tui.background import Background
from camtrap_tui.tui.bindings import bindings_for
from camtrap_tui.tui.help_screen import open_help
from camtrap_tui.tui.host import Host
from camtrap_tui.tui.ledger_views import LedgerRow
from camtrap_tui.tui.line import Line, Lines

_COUNTING = "counting …"


@dataclass(slots=True)
class _List:
    """The list in view: what it is of, its ids, and the place of the chosen one."""

    asked: Wanted
    ids: array[int]
    hint: str
    at: int = 0
    top: int = 0


class LedgerScreen(Screen[int | None], inherit_bindings=False):
    """Shows the ledger of one survey; dismissed with the image that was chosen, or None."""

    BINDINGS = bindings_for("ledger")
    AUTO_FOCUS: ClassVar[str | None] = ""

    class Counted(Message):
        """A thread has taken both accounts."""

        def __init__(self, ledger: Ledger) -> None:
            super().__init__()
            self.ledger = ledger

    class Found(Message):
        """A thread has found the ids of a list."""

        def __init__(self, asked: Wanted, ids: array[int], hint: str) -> None:
            super().__init__()
            self.asked = asked
            self.ids = ids
            self.hint = hint

    class Failed(Message):
        """A thread could not read the survey; `text` is the sentence that says why."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    def __init__(self, store: Store) -> None:
        super().__init__()
        self._store = store
        self._background = Background(store.path)
        self._ledger: Ledger | None = None
        self._rows: list[LedgerRow] = []
        self._chosen = 0
        self._list: _List | None = None
        self._awaited: Wanted | None = None
        self._page: tuple[tuple[int, ...], dict[int, Listed]] = ((), {})

    def compose(self) -> ComposeResult:
        """Lay out: title, accounts or list, what to do about it, the chosen line, the keys."""
        yield Line(id="status")
        yield Lines(id="panel")
        yield Lines(id="hint")
        yield Line(id="message")
        yield Line(id="footer")

    def on_mount(self) -> None:
        """Begin to count."""
        self._say(_COUNTING)
        self._count()

    def on_unmount(self) -> None:
        """Stop counting: nobody waits for it any more."""
        self._background.interrupt()

    def on_resize(self) -> None:
        """Draw for the new size."""
        self.call_after_refresh(self._draw)

    # ── in threads ───────────────────────────────────────────────────────────────────────

    @work(thread=True, exclusive=True)
    def _count(self) -> None:
        worker = get_current_worker()
        try:
            with self._background.store() as store:
                ledger = take_ledger(store)
        except CamtrapError as error:
            if not worker.is_cancelled:
                self.post_message(self.Failed(str(error)))
            return
        self.post_message(self.Counted(ledger))

    @work(thread=True, exclusive=True)
    def _find(self, asked: Wanted) -> None:
        worker = get_current_worker()
        try:
            with self._background.store() as store:
                ids = listing.ids(store, asked)
                hint = listing.how_to_go_on(store, asked)
        except CamtrapError as error:
            if not worker.is_cancelled:
                self.post_message(self.Failed(str(error)))
            return
        self.post_message(self.Found(asked, ids, hint))

    def on_ledger_screen_counted(self, event: Counted) -> None:
        """Show the accounts."""
        self._ledger = event.ledger
        self._say("")
        self._draw()
        self._choose(self._next_choice(-1, 1))
        self._panel.turn(-len(self._rows))

    def on_ledger_screen_found(self, event: Found) -> None:
        """Show the list, where it is still waited for."""
        if event.asked is not self._awaited:
            return
        self._awaited = None
        self._list = _List(event.asked, event.ids, event.hint)
        self._draw()

    def on_ledger_screen_failed(self, event: Failed) -> None:
        """Say why there is nothing to show."""
        self._awaited = None
        self._say(event.text)
        if self._ledger is None:
            # Whole, since nothing else is there to be read.
            lines = textwrap.wrap(event.text, max(self.size.width - 2, 20))
            self._panel.show([Content(line) for line in lines])

    # ── showing ──────────────────────────────────────────────────────────────────────────

    def _say(self, text: str) -> None:
        self.query_one("#message", Line).show(text)

    def _draw(self) -> None:
        settings: Settings = getattr(self.app, "settings", Settings())
        keys = footer(remapped("ledger", settings.keys))
        width = self.size.width
        self.query_one("#footer", Line).show(review_views.footer_line(keys, width))
        title, right = f"{self._store.path.name} · ledger", ""
        if self._list is not None:
            title += f" · {_title(self._list.asked)}"
            right = f"{self._list.at + 1:,}/{len(self._list.ids):,}"
        elif self._ledger is not None:
            right = ledger_views.summary(self._ledger)
        self.query_one("#status", Line).show(review_views.spread(title, right, "", width))
        self._show_hint(self._list.hint if self._list else "", width)
        if self._list is not None:
            self._draw_list(self._list)
        elif self._ledger is not None:
            self._rows = ledger_views.account_rows(self._ledger, width - 1)
            self._panel.show([row.content for row in self._rows], self._chosen)

    def _show_hint(self, text: str, width: int) -> None:
        """Show what to do about a list, whole, in as many rows as it takes."""
        lines = textwrap.wrap(text, max(width, 20))
        hint = self.query_one("#hint", Lines)
        hint.show([Content(line) for line in lines])
        if hint.styles.height is None or hint.styles.height.value != len(lines):
            hint.styles.height = len(lines)
            # The panel has another height then.
            self.call_after_refresh(self._draw)

    @property
    def _panel(self) -> Lines:
        return self.query_one("#panel", Lines)

    def _draw_list(self, shown: _List) -> None:
        width, height = self._panel.size
        height = max(height, 1)
        shown.top = min(max(shown.top, shown.at - height + 1), shown.at)
        ids = tuple(shown.ids[shown.top : shown.top + height])
        if ids != self._page[0]:
            try:
                lines = listing.page(self._store, shown.asked, ids)
            except CamtrapError as error:
                self._say(str(error))
                return
            self._page = (ids, {line.key: line for line in lines})
        found = self._page[1]
        rows = [ledger_views.list_row(shown.asked, found.get(key), width - 1) for key in ids]
        self._panel.show(rows, shown.at - shown.top)
        line = self._line(shown)
        why = ledger_views.told(shown.asked, line) if line else ""
        name = listing.name_of(line) if line else ""
        self._say(f"{why} · {name}" if why else name)

    def _line(self, shown: _List) -> Listed | None:
        return self._page[1].get(shown.ids[shown.at])

    # ── commands ─────────────────────────────────────────────────────────────────────────

    def action_ledger_open(self) -> None:
        """List what is behind the chosen number, or leave for the chosen file's picture."""
        if self._list is not None:
            line = self._line(self._list)
            if line is None or line.image_id is None:
                self._say("There is no picture of the survey behind this line.")
            else:
                self.dismiss(line.image_id)
            return
        row = self._rows[self._chosen] if self._rows else None
        if row is None or row.wanted is None:
            return
        if not row.count:
            self._say("None: there is nothing to list.")
            return
        self._say("listing …")
        self._awaited = row.wanted
        self._find(row.wanted)

    def _next_choice(self, start: int, step: int) -> int | None:
        """Return the next row with a list behind it, None where there is none."""
        end = len(self._rows) if step > 0 else -1
        places = range(start + step, end, step)
        return next((n for n in places if self._rows[n].wanted is not None), None)

    def _choose(self, row: int | None) -> None:
        if row is None:
            return
        self._chosen = row
        self._panel.choose(row)
        self._say(self._rows[row].hint)

    def _step(self, by: int) -> None:
        """Go `by` lines on or back, as far as there are any."""
        if self._list is not None:
            self._list.at = min(max(self._list.at + by, 0), len(self._list.ids) - 1)
            self._draw()
            return
        sign = 1 if by > 0 else -1
        for _ in range(abs(by)):
            found = self._next_choice(self._chosen, sign)
            if found is None:
                break
            self._chosen = found
        if self._rows and self._rows[self._chosen].wanted:
            self._choose(self._chosen)
        if self._next_choice(self._chosen, sign) is None:
            # Headings and totals at an end cannot be chosen, but must be readable.
            self._panel.turn(sign * len(self._rows))

    @property
    def _height(self) -> int:
        return max(self._panel.size.height - 1, 1)

    def action_ledger_down(self) -> None:
        """Next line."""
        self._step(1)

    def action_ledger_up(self) -> None:
        """Line before."""
        self._step(-1)

    def action_ledger_page_down(self) -> None:
        """Next page."""
        self._step(self._height)

    def action_ledger_page_up(self) -> None:
        """Page before."""
        self._step(-self._height)

    def action_ledger_first(self) -> None:
        """First line."""
        self._step(-len(self._list.ids if self._list else self._rows))

    def action_ledger_last(self) -> None:
        """Last line."""
        self._step(len(self._list.ids if self._list else self._rows))

    def action_help(self) -> None:
        """Show all keys."""
        open_help(self, "ledger")

    def action_repaint(self) -> None:
        """Draw the whole screen again."""
        cast(Host, self.app).repaint()

    def action_suspend(self) -> None:
        """Go to the shell until its `fg`."""
        self.app.action_suspend_process()

    def action_back(self) -> None:
        """Back from a list to the accounts, from there to review."""
        if self._list is None and self._awaited is None:
            self.dismiss(None)
            return
        self._list = self._awaited = None
        self._draw()
        if self._rows:
            self._say(self._rows[self._chosen].hint)


def _title(asked: Wanted) -> str:
    name = asked.what.replace("_", " ")
    return f"{name} in run {asked.run.id}" if asked.run else name
