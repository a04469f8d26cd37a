"""The terminal, as the app knows it: Textual's driver with our own reading, stopping and manners.

Keys come from replies.py and not from Textual's parser. What of Textual's driver is overridden
here is checked by tests/tui/test_driver.py, which says what has changed under us.
"""

from __future__ import annotations

import os
import re
import selectors
import signal
import sys
import termios
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any

from textual import constants, events, messages
from textual.app import App
from textual.drivers.linux_driver import LinuxDriver
from textual.geometry import Size
from textual.keys import KEY_NAME_REPLACEMENTS, _character_to_key
from textual.message import Message

from camtrap_tui.tui.keyboard import Key
from camtrap_tui.tui.replies import Heard, Paste, Replies, Reply

# Names that TERM has for terminals that know, or properly ignore, what is newer than a VT100.
_MODERN = re.compile(
    r"(xterm|tmux|screen|rxvt|alacritty|foot|wezterm|kitty|ghostty|konsole|vte|gnome|st|mintty"
    r"|contour|iterm2?|putty|mlterm)\b",
    re.IGNORECASE,
)
# Never of use here: reports of focus, and shapes of the mouse's pointer.
_UNUSED = re.compile(r"\x1b\[\?1004[hl]|\x1b\]22;[^\x07]*\x07")
# Keyboard protocol and bracketed paste, which older terminals may print.
_NEWER = re.compile(r"\x1b\[[<>]\d*u|\x1b\[\?2004[hl]")
_LONGEST_MODE = 32
_SYNCHRONIZED, _IS_KNOWN = 2026, (1, 2, 3)
# Devices that tell what they are tell it after all that they were asked before.
_ASK_ATTRIBUTES = "\x1b[c"
# Seconds: how long an answer may keep the terminal from being given back, since it would be
# typed into the shell; and in which a process that was told to stop has stopped.
_PARTING_S = 1.0
_STOPPING_S = 0.2

# What ends the app; blocked from the driver's beginning until the app has handlers for them.
ENDING = (signal.SIGTERM, signal.SIGHUP)


class TerminalDriver(LinuxDriver):
    """Reads what a person types, and asks a terminal only what it may be asked.

    `on_cursor` is called in the app's loop when a cursor report comes that `expect_cursor`
    has announced.
    """

    class Returned(Message):
        """The terminal is ours again; `stopped` is False where there was no shell to go to."""

        def __init__(self, *, stopped: bool) -> None:
            super().__init__()
            self.stopped = stopped

    def __init__(
        self,
        app: App[Any],
        *,
        debug: bool = False,
        mouse: bool = True,
        size: tuple[int, int] | None = None,
    ) -> None:
        self.on_cursor: Callable[[], None] = lambda: None
        self._replies = Replies(constants.ESCAPE_DELAY)
        self._is_modern = bool(_MODERN.match(os.environ.get("TERM", "")))
        self._is_stopping = False
        self._continued = False
        if sys.__stderr__ is not None:
            # Whatever the locale says: blocks have no other encoding, and a terminal that says
            # Latin-1 of itself is mostly a setting that came along over SSH.
            sys.__stderr__.reconfigure(encoding="utf-8", errors="backslashreplace")
        # From here on the terminal is another: who ends us now waits until the app can end well.
        signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)
        super().__init__(app, debug=debug, mouse=mouse, size=size)

    def expect_cursor(self) -> None:
        """Note that the terminal is about to be asked where its cursor is."""
        self._replies.expect("cursor", time.monotonic())

    # ── writing ──────────────────────────────────────────────────────────────────────────

    def write(self, data: str) -> None:
        """Write to the terminal, but for modes that it need not or cannot have."""
        if len(data) < _LONGEST_MODE and (
            _UNUSED.fullmatch(data) or (not self._is_modern and _NEWER.fullmatch(data))
        ):
            return
        super().write(data)

    def start_application_mode(self) -> None:
        """Take the terminal, once it is ours to take, and ask what is to be known of it."""
        modes = self.attrs_before
        self._wait_for_foreground()
        self._replies = Replies(constants.ESCAPE_DELAY)
        with suppress(termios.error):
            # Typed at a shell, line by line, before any picture was there: no grade of one.
            termios.tcflush(self.fileno, termios.TCIFLUSH)
        super().start_application_mode()  # type: ignore[no-untyped-call]
        signal.signal(signal.SIGWINCH, self._resized)
        if modes is not None:
            # As it was at first, whatever a shell that stopped us has left.
            self.attrs_before = modes
        if self._is_modern:
            self._replies.expect("attributes", time.monotonic())
            self.write(_ASK_ATTRIBUTES)
            self.flush()

    def _request_terminal_sync_mode_support(self) -> None:
        if self._is_modern:
            self._replies.expect("mode", time.monotonic())
            super()._request_terminal_sync_mode_support()

    def _get_terminal_size(self) -> tuple[int, int]:
        """Return columns and rows, as the terminal says.

        COLUMNS and LINES, which Textual believes first, stay as they were at some start.
        """
        try:
            columns, rows = os.get_terminal_size(self.fileno)
        except OSError:
            columns = rows = 0
        return (columns, rows) if columns and rows else super()._get_terminal_size()

    def _resized(self, *_: object) -> None:
        # The size is asked for between two callbacks of the loop: a signal that comes while one
        # is seen to would tell its size first, and the older size would stay.
        self._loop.call_soon_threadsafe(self._tell_size)

    def _tell_size(self) -> None:
        size = Size(*self._get_terminal_size())
        self._app.post_message(events.Resize(size, size))

    def _query_in_band_window_resize(self) -> None:
        """Ask nothing: sizes come by a signal."""

    def disable_input(self) -> None:
        """Stop reading, once what was asked has been answered: a shell would take it for keys."""
        end = time.monotonic() + _PARTING_S
        while (
            self._key_thread is not None
            and self._key_thread.is_alive()
            and self._replies.awaits(now := time.monotonic())
            and now < end
        ):
            time.sleep(0.005)
        super().disable_input()

    # ── reading ──────────────────────────────────────────────────────────────────────────

    def run_input_thread(self) -> None:
        """Read until the app ends, or the line does."""
        replies = self._replies
        with selectors.SelectSelector() as selector:
            selector.register(self.fileno, selectors.EVENT_READ)
            while not self.exit_event.is_set():
                due = replies.deadline
                wait = 0.1 if due is None else min(max(due - time.monotonic(), 0.0), 0.1)
                if not selector.select(wait):
                    self._tell(replies.tick(time.monotonic()))
                    continue
                data = _read(self.fileno)
                if data == b"":
                    # As when a line drops: there is nobody left to key anything.
                    os.kill(os.getpid(), signal.SIGHUP)
                    return
                if data is not None:
                    self._tell(replies.feed(data, time.monotonic()))

    def _tell(self, heard: Iterable[Heard]) -> None:
        for one in heard:
            match one:
                case Key():
                    self.process_message(_key_event(one))
                case Paste(text):
                    self.process_message(events.Paste(text))
                case Reply("cursor", _, True):
                    self._loop.call_soon_threadsafe(self._cursor_reported)
                case Reply("mode", (mode, state)) if mode == _SYNCHRONIZED and state in _IS_KNOWN:
                    self.process_message(messages.TerminalSupportsSynchronizedOutput())

    def _cursor_reported(self) -> None:
        self.on_cursor()

    # ── stopping ─────────────────────────────────────────────────────────────────────────

    def suspend(self) -> None:
        """Give the terminal back and stop, as a job of a shell; return when it goes on."""
        self.suspend_application_mode()
        stopped = self._stop()
        self.resume_application_mode()
        self._app.post_message(self.Returned(stopped=stopped))

    def _sigtstp_application(self, *_: object) -> None:
        # Between two callbacks of the loop: none of its transactions is open then.
        self._loop.call_soon_threadsafe(self.suspend)

    def _sigcont_application(self, *_: object) -> None:
        if self._is_stopping:
            self._continued = True
        else:
            # After SIGSTOP, which nobody is asked about: who knows what the screen is now.
            self._loop.call_soon_threadsafe(self._restart)

    def _restart(self) -> None:
        self._wait_for_foreground()
        self.suspend_application_mode()
        self.resume_application_mode()
        self._app.post_message(self.Returned(stopped=True))

    def _stop(self) -> bool:
        """Stop the whole job, and return when it goes on; False where no shell waits for it."""
        self._is_stopping, self._continued = True, False
        handler = signal.signal(signal.SIGTSTP, signal.SIG_DFL)
        try:
            # To the group: a program that only started this one must stop with it. A group
            # without a shell is not stopped by this signal, and nobody could wake it.
            os.kill(0, signal.SIGTSTP)
            end = time.monotonic() + _STOPPING_S
            while not self._continued and time.monotonic() < end:
                time.sleep(0.005)
        finally:
            signal.signal(signal.SIGTSTP, handler)
            self._is_stopping = False
        return self._continued

    def _wait_for_foreground(self) -> None:
        """Stop while the terminal is another job's, as after `bg`."""
        while not self._is_in_foreground() and self._stop():
            pass

    def _is_in_foreground(self) -> bool:
        try:
            return os.tcgetpgrp(self.fileno) == os.getpgrp()
        except OSError:
            return True  # no terminal, or none any more: nothing to wait for


def _read(fileno: int) -> bytes | None:
    """Return what can be read, nothing at the end of the line, None where nothing came."""
    try:
        return os.read(fileno, 4096)
    except (BlockingIOError, InterruptedError):
        return None
    except OSError:
        return b""


def _key_event(key: Key) -> events.Key:
    if key.name:
        return events.Key(key.name, key.text or None)
    name = _character_to_key(key.text)
    name = KEY_NAME_REPLACEMENTS.get(name, name)
    # With a modifier it is a command, and no text.
    return events.Key(f"{key.held}{name}", None if key.held else key.text)
