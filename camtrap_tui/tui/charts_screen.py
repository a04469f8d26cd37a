"""The charts screen: frequency and hours of the day; a bar opens its pictures.

Counting goes on in a thread with a connection of its own; the loop never waits for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, cast

from textual import work
from textual.app import ComposeResult
from textual.content import Content
from textual.message import Message
from textual.screen import Screen
from textual.worker import get_current_worker

from camtrap_tui.commands import footer, remapped
from camtrap_tui.config import Settings
from camtrap_tui.domain.chart_data import (
    Bar,
    FrequencyTable,
    HourCounts,
    HoursTable,
    bars,
    class_filter,
)
from camtrap_tui.errors import CamtrapError
from camtrap_tui.services import chart_drawing, charts
from camtrap_tui.store.reports import By
from camtrap_tui.store.store import Store
from camtrap_tui.tui import review_views
from camtrap_tui.tui.background import Background
from camtrap_tui.tui.bindings import bindings_for
from camtrap_tui.tui.help_screen import open_help
from camtrap_tui.tui.host import Host
from camtrap_tui.tui.line import Line, Lines

SIDE_BY_SIDE = 120
_GAP = 2
_BYS: tuple[By, ...] = ("prediction", "classification", "truth")
_COUNTING = "counting …"

Tables = tuple[FrequencyTable, FrequencyTable | None] | tuple[HoursTable, HoursTable | None]


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is to be counted: hours or frequency, and by what."""

    hours: bool
    by: By


class ChartsScreen(Screen[str | None], inherit_bindings=False):
    """Shows charts of one survey; dismissed with the filter of a bar, or None."""

    BINDINGS = bindings_for("charts")
    AUTO_FOCUS: ClassVar[str | None] = ""

    class Counted(Message):
        """A thread has counted."""

        def __init__(self, asked: _Asked, tables: Tables) -> None:
            super().__init__()
            self.asked = asked
            self.tables = tables

    class Failed(Message):
        """A thread could not count; `text` is the sentence that says why."""

        def __init__(self, asked: _Asked, text: str) -> None:
            super().__init__()
            self.asked = asked
            self.text = text

    def __init__(self, store_path: Path, run_id: int | None) -> None:
        """Show the survey at `store_path`, with `run_id` as the AI's word (None: the newest)."""
        super().__init__()
        self._run_id = run_id
        self._asked = _Asked(hours=False, by="prediction")
        self._log_scale = self._percent = self._shared = False
        self._cursor = 0
        self._tables: dict[_Asked, Tables] = {}
        self._background = Background(store_path)

    def compose(self) -> ComposeResult:
        """Lay out: the chart, a message, the keys."""
        yield Lines(id="panel")
        yield Line(id="message")
        yield Line(id="footer")

    def on_mount(self) -> None:
        """Start with what is predicted most."""
        self._show(self._asked)

    def on_unmount(self) -> None:
        """Stop counting: nobody waits for it any more."""
        self._background.interrupt()

    def on_resize(self) -> None:
        """Draw for the new size."""
        self.call_after_refresh(self._draw)

    def _show(self, asked: _Asked) -> None:
        self._asked, self._cursor = asked, 0
        if asked in self._tables:
            self._say("")
        else:
            self._say(_COUNTING)
            self._count(asked)
        self._draw()

    @work(thread=True, exclusive=True)
    def _count(self, asked: _Asked) -> None:
        worker = get_current_worker()
        try:
            with self._background.store() as store:
                tables = _count(store, asked, self._run_id)
            # The import of what draws takes as long as many drawings: here it holds up no key.
            chart_drawing.prepare()
        except CamtrapError as error:
            if not worker.is_cancelled:
                self.post_message(self.Failed(asked, str(error)))
            return
        self.post_message(self.Counted(asked, tables))

    def on_charts_screen_counted(self, event: Counted) -> None:
        """Show what has been counted, where it is still asked for."""
        self._tables[event.asked] = event.tables
        if event.asked == self._asked:
            self._say("")
            self._draw()

    def on_charts_screen_failed(self, event: Failed) -> None:
        """Say why there is nothing to show."""
        if event.asked == self._asked:
            self._say(event.text)

    def _say(self, text: str) -> None:
        self.query_one("#message", Line).show(text)

    def _draw(self) -> None:
        panel = self.query_one("#panel", Lines)
        settings: Settings = getattr(self.app, "settings", Settings())
        keys = footer(remapped("charts", settings.keys))
        self.query_one("#footer", Line).show(review_views.footer_line(keys, self.size.width))
        width, height = panel.size
        tables = self._tables.get(self._asked)
        if tables is None or not width:
            panel.show([])
            return
        text = self._drawn(tables, width, height)
        panel.show([Content(line) for line in text.splitlines()])

    def _drawn(self, tables: Tables, width: int, height: int) -> str:
        main, beside = tables
        if width < SIDE_BY_SIDE:
            beside = None
        if isinstance(main, HoursTable):
            assert beside is None or isinstance(beside, HoursTable)
            return chart_drawing.draw_hours(
                main, width, height, shared=self._shared, beside=beside, cursor=self._cursor
            )
        assert beside is None or isinstance(beside, FrequencyTable)
        each = width if beside is None else (width - _GAP) // 2
        drawn = [
            chart_drawing.draw_frequency(
                table,
                each,
                height,
                log=self._log_scale,
                percent=self._percent,
                cursor=self._cursor,
                marked=table is main,
            )
            for table in (main, beside)
            if table is not None
        ]
        if len(drawn) == 1:
            return drawn[0]
        return chart_drawing.beside_each_other(drawn[0], drawn[1], each)

    def _choices(self) -> tuple[Bar, ...] | tuple[HourCounts, ...]:
        tables = self._tables.get(self._asked)
        if tables is None:
            return ()
        main = tables[0]
        return main.rows if isinstance(main, HoursTable) else bars(main)

    def _move(self, step: int) -> None:
        choices = self._choices()
        if choices:
            self._cursor = min(max(self._cursor + step, 0), len(choices) - 1)
            self._say("")
            self._draw()

    def action_chart_next(self) -> None:
        """Go to the next bar."""
        self._move(1)

    def action_chart_previous(self) -> None:
        """Go to the previous bar."""
        self._move(-1)

    def action_chart_frequency(self) -> None:
        """Show how often each class occurs."""
        self._show(_Asked(hours=False, by=self._asked.by))

    def action_chart_hours(self) -> None:
        """Show the hours of the day."""
        self._show(_Asked(hours=True, by=self._asked.by))

    def action_chart_by(self) -> None:
        """Count the next of predictions, classifications and truth."""
        following = _BYS[(_BYS.index(self._asked.by) + 1) % len(_BYS)]
        self._show(_Asked(hours=self._asked.hours, by=following))

    def action_chart_scale(self) -> None:
        """Change between linear and log, or own and shared scales."""
        if self._asked.hours:
            self._shared = not self._shared
        else:
            self._log_scale = not self._log_scale
        self._draw()

    def action_chart_percent(self) -> None:
        """Change between counts and percent."""
        if self._asked.hours:
            self._say("Hours are counts; percent is for frequency.")
            return
        self._percent = not self._percent
        self._draw()

    def action_chart_pictures(self) -> None:
        """Leave with the filter that chooses the pictures of the bar under the cursor."""
        where = self._chosen_filter()
        if where is not None:
            self.dismiss(where)

    def action_chart_export(self) -> None:
        """Show the form that exports, for the pictures of the bar under the cursor."""
        where = self._chosen_filter()
        if where is not None:
            cast(Host, self.app).exports.open(lambda _: self._say(""), where=where)

    def _chosen_filter(self) -> str | None:
        """Return the filter of the bar under the cursor; None, and why, where it has none."""
        choices, tables = self._choices(), self._tables.get(self._asked)
        if not choices or tables is None:
            return None
        chosen = choices[min(self._cursor, len(choices) - 1)]
        taxon = chosen.taxon if isinstance(chosen, Bar) else chosen
        if taxon is None:
            self._say("This line is no single class: choose a class.")
            return None
        by, min_score = self._asked.by, tables[0].min_score
        return class_filter(taxon.name, by=by, min_score=min_score)

    def action_help(self) -> None:
        """Show all keys."""
        open_help(self, "charts")

    def action_repaint(self) -> None:
        """Draw the whole screen again."""
        cast(Host, self.app).repaint()

    def action_suspend(self) -> None:
        """Go to the shell until its `fg`."""
        self.app.action_suspend_process()

    def action_back(self) -> None:
        """Leave as things were."""
        self.dismiss(None)


def _count(store: Store, asked: _Asked, run_id: int | None) -> Tables:
    other = charts.other_side(store, asked.by)
    if asked.hours:
        main = charts.hours(store, by=asked.by, run_id=run_id)
        beside = charts.hours(store, by=other, run_id=run_id, like=main) if other else None
        return main, beside
    table = charts.frequency(store, by=asked.by, run_id=run_id)
    return table, charts.frequency(store, by=other, run_id=run_id) if other else None
