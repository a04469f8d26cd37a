"""Words first, then pictures as far as the line has room: puts together what is written.

No picture stands under the words of another one: what must go is blanked in the same write,
before the words, unless all that takes its place follows behind them. Nothing is written, asked
or timed while there is nothing to send.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from textual.events import Resize
from textual.geometry import Size
from textual.screen import Screen
from textual.timer import Timer

from camtrap_tui.tui.driver import TerminalDriver
from camtrap_tui.tui.lean import lean
from camtrap_tui.tui.line_kind import LineKind
from camtrap_tui.tui.pacer import Pacer
from camtrap_tui.tui.textual_inside import WritingApp

# Writes that the terminal has not taken, from which on nothing is added to them.
_MOST_QUEUED = 8
_LOOK_AGAIN_S = 0.02


class Pane(Protocol):
    """A part of a screen that shows pictures."""

    @property
    def screen(self) -> Screen[object]:
        """The screen that it is part of."""

    def ask(self) -> None:
        """Have the screen painted soon."""

    def hush(self, *, is_hushed: bool) -> None:
        """Be blank to Textual for a while, which paints the whole screen."""

    def forget(self) -> None:
        """The screen is being painted anew: nothing of a picture is on it."""

    def make_way(self, room: float) -> str:
        """Return what blanks pictures that must not stay.

        One may stay where `room` bytes suffice to turn it into what is to be seen, or no more
        than blanking it takes; then the next band turns it, whatever the room.
        """

    def band(self, room: float) -> str:
        """Return the next bytes of what is to be seen, about `room` of them, or nothing."""

    @property
    def is_lacking(self) -> bool:
        """Whether there is something to send."""

    def arrived(self) -> None:
        """All that was sent is on the screen."""


class PaintingApp(WritingApp):
    """An app whose screens may have panes of pictures."""

    def __init__(self, kind: LineKind | None = None) -> None:
        # The terminal's own two colours: a cell without colour costs no bytes for one.
        super().__init__(driver_class=TerminalDriver, ansi_color=True)
        self.pacer = Pacer(kind or LineKind())
        self._panes: list[Pane] = []
        self._timer: Timer | None = None
        # At what size a screen was painted last, which one, and the words of one that has come.
        self._painted_size: Size | None = None
        self._painted: object = None
        self._coming: tuple[object, Size, str] | None = None

    def add_pane(self, pane: Pane) -> None:
        """Take a pane into account that has come onto its screen."""
        self._panes.append(pane)

    def remove_pane(self, pane: Pane) -> None:
        """Forget a pane that is gone."""
        self._panes.remove(pane)

    def on_resize(self, event: Resize) -> None:
        """Take nothing for granted: a terminal may have moved what it shows."""
        self._painted = self._coming = None
        if event.size == self._painted_size:
            # There and back in a moment: Textual sees no change, and would paint nothing.
            self.paint_anew()

    def paint_anew(self) -> None:
        """Have the whole screen sent, whatever the terminal may show."""
        self._painted = self._coming = None
        super().paint_anew()

    def acknowledged(self) -> None:
        """Note that the terminal has answered: what was sent before has arrived."""
        self.pacer.acknowledged()
        # The driver calls from outside of Textual's tasks, where no timer can be set.
        self.call_later(self.pump)

    def pump(self) -> None:
        """Write what there is room for, and look again when there may be more of it."""
        if not self._running or not self.screen_stack:
            return
        is_told = self._tell()
        if self.is_holding and not self._is_full():
            self.release()
        if not self.is_holding and self.pacer.room():
            # With the words that have changed by then: they go first.
            for pane in self._here():
                if pane.is_lacking:
                    pane.ask()
        self._look_again(is_told=is_told)

    def composed(self, words: Callable[[], str], *, is_whole: bool) -> str:
        """Return blanks, words, and as much of pictures as there is room for."""
        panes = self._here()
        for pane in panes:
            pane.hush(is_hushed=is_whole)
        said = lean(words())
        for pane in panes:
            pane.hush(is_hushed=False)
        if is_whole:
            # Textual paints a screen twice when it comes: once will do. Later, other words
            # may have been there between.
            whole = (self.screen, self.size, said)
            said = "" if whole == self._coming else said
            self._coming = None if self._painted is self.screen else whole
            self._painted, self._painted_size = self.screen, self.size
            if said:
                for pane in panes:
                    pane.forget()
        # What makes way is patched only where the patch follows in this very write.
        room = self.pacer.room_behind_words()
        cleared = "".join(pane.make_way(room) for pane in panes)
        bands = []
        left = self.pacer.room()
        for pane in panes:
            if band := pane.band(left):
                bands.append(band)
                left = max(left - len(band.encode()), 0)
        text = "".join((cleared, said, *bands))
        self.pacer.wrote(len(text.encode()))
        if bands and (asked := self.pacer.wrote_band()):
            text += asked
            self._expect_report()
        if self._is_full():
            self.call_later(self._hold)
        # Before the next key, where nothing lies between: it may be about these pictures.
        self._tell()
        self.call_later(self.pump)
        return text

    def _expect_report(self) -> None:
        driver = self._driver
        if isinstance(driver, TerminalDriver):
            driver.on_cursor = self.acknowledged
            driver.expect_cursor()

    def _here(self) -> list[Pane]:
        screen = self.screen
        return [pane for pane in self._panes if pane.screen is screen]

    def _is_full(self) -> bool:
        return self.pacer.is_full or self.queued_writes >= _MOST_QUEUED

    def _hold(self) -> None:
        if self._is_full():
            self.hold()
            self._look_again(is_told=False)

    def _tell(self) -> bool:
        """Tell the panes what has arrived, if all has; return whether it has."""
        is_empty = self.pacer.is_empty
        if is_empty:
            for pane in self._here():
                pane.arrived()
        return is_empty

    def _look_again(self, *, is_told: bool) -> None:
        """Come back while something is to be sent, told or released; else never."""
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        if self.is_holding or not is_told or any(pane.is_lacking for pane in self._here()):
            seconds = _LOOK_AGAIN_S if self.is_holding else max(self.pacer.wait(), 0.005)
            self._timer = self.set_timer(seconds, self.pump)
