"""What our driver needs of Textual's; a failure here names what Textual has changed."""

from __future__ import annotations

import inspect
import os
import pty
import re
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from textual import events, messages
from textual.drivers import linux_driver
from textual.drivers.linux_driver import LinuxDriver
from textual.message import Message

from camtrap_tui.tui.driver import _ASK_ATTRIBUTES, TerminalDriver, _read
from camtrap_tui.tui.keyboard import ESCAPE, Key
from camtrap_tui.tui.replies import Paste, Replies, Reply

_START = inspect.getsource(LinuxDriver.start_application_mode)


class Unstarted(TerminalDriver):
    """A driver without a terminal, that keeps what it would write and send."""

    def __init__(self) -> None:
        self._is_modern = True
        self.written: list[str] = []
        self.sent: list[Message] = []
        self.reports = 0
        self.on_cursor = self._count
        self._loop = SimpleNamespace(call_soon_threadsafe=lambda call: call())  # type: ignore[assignment]
        self._writer_thread = SimpleNamespace(write=self.written.append)  # type: ignore[assignment]

    def _count(self) -> None:
        self.reports += 1

    def process_message(self, message: Message) -> None:
        self.sent.append(message)


@pytest.mark.parametrize(
    "name",
    [
        *("_request_terminal_sync_mode_support", "_query_in_band_window_resize"),
        *("run_input_thread", "disable_input", "suspend_application_mode", "write"),
        *("resume_application_mode", "_sigtstp_application", "_sigcont_application"),
        *("_get_terminal_size", "start_application_mode", "process_message"),
    ],
)
def test_textual_still_has_what_is_overridden_or_called(name: str) -> None:
    assert callable(getattr(LinuxDriver, name, None)), f"LinuxDriver.{name} is gone"


@pytest.mark.parametrize(
    "line",
    [
        *("self._request_terminal_sync_mode_support()", "self._query_in_band_window_resize()"),
        *("self.attrs_before = termios.tcgetattr", "self._key_thread", "send_size_event()"),
        'self.write(f"\\x1b[>{KITTY_PROTOCOL_FLAG}u")',
    ],
)
def test_textual_still_starts_as_we_rely_on(line: str) -> None:
    assert line in _START, f"start_application_mode has no {line}"


def test_textual_asks_the_terminal_nothing_that_we_do_not_know_of() -> None:
    source = inspect.getsource(linux_driver)
    asked = set(re.findall(r'write\(f?"(\\x1b|\\033)([^"]*)"\)', source))
    ends = {sequence for _, sequence in asked}
    questions = {one for one in ends if re.search(r"(\$p|\dn|c|\?u|>q|t)$", one)}
    assert questions == {"[?2048$p", "[?2026$p"}


def test_textual_still_reads_by_the_method_that_is_ours() -> None:
    source = inspect.getsource(LinuxDriver._run_input_thread)
    assert "self.run_input_thread()" in source
    source = inspect.getsource(LinuxDriver.__init__)
    for name in ("SIGTSTP, self._sigtstp", "SIGCONT, self._sigcont"):
        assert f"signal.signal(signal.{name}_application)" in source


@pytest.mark.parametrize("data", ["\x1b[?1004h", "\x1b[?1004l", "\x1b]22;pointer\x07"])
@pytest.mark.parametrize("modern", [True, False])
def test_what_no_terminal_needs_is_not_written(data: str, modern: bool) -> None:
    driver = Unstarted()
    driver._is_modern = modern
    driver.write(data)
    assert driver.written == []


@pytest.mark.parametrize("data", ["\x1b[>25u", "\x1b[<u", "\x1b[?2004h", "\x1b[?2004l"])
def test_newer_modes_are_for_newer_terminals(data: str) -> None:
    driver = Unstarted()
    driver.write(data)
    driver._is_modern = False
    driver.write(data)
    assert driver.written == [data]
    for always in ("\x1b[?1049h", "\x1b[?25l", "text", "\x1b[?1004h and text"):
        driver.write(always)
        assert driver.written[-1] == always


@pytest.mark.parametrize(
    ("term", "modern"),
    [
        *((name, True) for name in ("xterm", "xterm-256color", "xterm-kitty", "tmux-256color")),
        *((name, True) for name in ("screen", "screen.xterm-256color", "foot", "alacritty", "st")),
        *((name, False) for name in ("dumb", "linux", "vt100", "ansi", "", "stv52", "unknown")),
    ],
)
def test_terminals_are_known_by_their_names(term: str, modern: bool) -> None:
    from camtrap_tui.tui.driver import _MODERN

    assert bool(_MODERN.match(term)) is modern


def test_what_is_heard_becomes_events() -> None:
    driver = Unstarted()
    driver._tell([Key(text="b"), Key(text="/"), ESCAPE, Key(text="b", held="alt+"), Paste("x")])
    keys = [(e.key, e.character) for e in driver.sent if isinstance(e, events.Key)]
    assert keys == [("b", "b"), ("slash", "/"), ("escape", "\x1b"), ("alt+b", None)]
    assert isinstance(driver.sent[-1], events.Paste)
    assert driver.sent[-1].text == "x"


def test_answers_go_to_whoever_asked() -> None:
    driver = Unstarted()
    driver._tell([Reply("cursor", (1, 2), True), Reply("cursor", (1, 2), False)])
    assert driver.reports == 1
    driver._tell([Reply("mode", (2026, 0), True), Reply("mode", (2048, 2), True)])
    driver._tell([Reply("attributes", (62,), True)])
    assert driver.sent == []
    driver._tell([Reply("mode", (2026, 2), True)])
    assert [type(message) for message in driver.sent] == [
        messages.TerminalSupportsSynchronizedOutput
    ]


def test_what_is_asked_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    driver = Unstarted()
    driver._replies = Replies()
    driver.expect_cursor()
    assert driver._replies._asked[0][0] == "cursor"
    assert _ASK_ATTRIBUTES == "\x1b[c"


@pytest.fixture
def line() -> Iterator[tuple[int, int]]:
    ends = pty.openpty()
    yield ends
    for end in ends:
        try:
            os.close(end)
        except OSError:
            continue


def test_the_end_of_a_line_is_told_from_silence(line: tuple[int, int]) -> None:
    main, side = line
    os.set_blocking(side, False)
    assert _read(side) is None
    os.write(main, b"b\r")
    assert _read(side) == b"b\n"
    os.close(main)
    assert _read(side) == b""


def test_the_reader_ends_with_the_line_and_says_so(
    line: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    main, side = line
    sent: list[Any] = []
    monkeypatch.setattr(os, "kill", lambda *arguments: sent.append(arguments))
    driver = Unstarted()
    driver._replies = Replies()
    driver.fileno = side
    driver.exit_event = SimpleNamespace(is_set=lambda: False)  # type: ignore[assignment]
    os.write(main, b"b\n")
    os.close(main)
    driver.run_input_thread()
    assert [name for _, name in sent] == [1]
