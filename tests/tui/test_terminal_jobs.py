"""The app as a job of a shell: stopped, in the background, back again; without a shell."""

from __future__ import annotations

import os
import signal
import sqlite3
import sys
import termios
import time
from contextlib import closing
from pathlib import Path

import pytest

from camtrap_tui.store.store import Store
from tests.terminal import Terminal

# With `set -m` a shell has jobs; what follows a job runs when that has stopped.
_SCRIPT = 'set -m; "$@"; echo is-stopped; stty -a; read _; fg >/dev/null; echo ended-$?'
_COOKED = termios.ECHO | termios.ICANON | termios.ISIG


def child_of(pid: int) -> int:
    """Return the process that a shell has started."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                stat = (entry / "stat").read_text().rsplit(")", 1)[1].split()
            except OSError:
                continue
            if int(stat[1]) == pid:
                return int(entry.name)
    raise AssertionError("the shell has no child")


def labels(survey: Path) -> dict[int, str]:
    with closing(sqlite3.connect(survey)) as raw:
        return dict(raw.execute("SELECT image_id, label FROM truth"))


def is_cooked(terminal: Terminal) -> bool:
    """Tell whether the line is as a shell has it, with the newer modes off."""
    written = terminal.written
    modes = termios.tcgetattr(terminal.fd)[3]
    return modes & _COOKED == _COOKED and all(
        written.rfind(off) > written.rfind(on)
        for on, off in (
            (b"\x1b[?1049h", b"\x1b[?1049l"),
            (b"\x1b[?25l", b"\x1b[?25h"),
            (b"\x1b[?2004h", b"\x1b[?2004l"),
            (b"\x1b[>25u", b"\x1b[<u"),
            (b"\x1b[?7l", b"\x1b[?7h"),
        )
    )


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
@pytest.mark.parametrize("how", ["ctrl+z", "ctrl+z in a prompt", "SIGTSTP", "SIGSTOP"])
def test_a_stopped_review_goes_on_where_it_was(river: Store, how: str) -> None:
    terminal = Terminal("review", river.path, "--grader", "ann", script=_SCRIPT)
    try:
        terminal.wait_for("1/6")
        terminal.type("b")
        terminal.wait_for("2/6")
        if how == "ctrl+z in a prompt":
            terminal.type("n")
            terminal.wait_for("Note:")
            terminal.type("a log")
            terminal.wait_for("a log")
        if how.startswith("ctrl+z"):
            terminal.type("\x1a")
        else:
            os.kill(child_of(terminal.pid), getattr(signal, how))
        terminal.wait_until(lambda: b"is-stopped" in terminal.written, "the shell")
        if how != "SIGSTOP":
            assert is_cooked(terminal)
        terminal.resize(100, 30)
        before = len(terminal.written)
        terminal.type("\n")
        terminal.wait_until(lambda: b"2/6" in terminal.written[before:], "the review again")
        terminal.wait_until(
            lambda: len(terminal.screen.display[0].rstrip()) == 100, "the whole width"
        )
        assert "IMG_0002.JPG" in terminal.text()
        if how == "ctrl+z in a prompt":
            assert "a log" in terminal.text()
            terminal.type("\r")
        terminal.type("v")
        terminal.wait_for("3/6")
        assert labels(river.path) == {1: "blank", 2: "vehicle"}
        terminal.type("q")
        terminal.wait_until(lambda: b"ended-0" in terminal.written, "the end")
        assert is_cooked(terminal)
    finally:
        terminal.close()


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_in_the_background_it_waits_for_the_terminal(river: Store) -> None:
    script = 'set -m; "$@"; echo is-stopped; bg; read _; echo still-mine; fg >/dev/null; exit'
    terminal = Terminal("review", river.path, "--grader", "ann", script=script)
    try:
        terminal.wait_for("1/6")
        terminal.type("\x1a")
        terminal.wait_until(lambda: b"is-stopped" in terminal.written, "the shell")
        time.sleep(0.5)
        assert is_cooked(terminal)
        terminal.type("\n")
        terminal.wait_until(lambda: b"still-mine" in terminal.written, "the shell")
        terminal.wait_for("1/6")
    finally:
        terminal.close()


def test_without_a_shell_it_stays_and_says_so(river: Store) -> None:
    terminal = Terminal("review", river.path, "--grader", "ann")
    try:
        terminal.wait_for("1/6")
        terminal.type("\x1a")
        terminal.wait_for("There is no shell to go back to: q leaves.")
        terminal.type("b")
        terminal.wait_for("2/6")
        assert labels(river.path) == {1: "blank"}
    finally:
        terminal.close()


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_a_stop_leaves_nobody_before_a_locked_file(river: Store) -> None:
    terminal = Terminal("review", river.path, "--grader", "ann", script=_SCRIPT)
    try:
        terminal.wait_for("1/6")
        terminal.type("bbbb\x1a")
        terminal.wait_until(lambda: b"is-stopped" in terminal.written, "the shell")
        with closing(sqlite3.connect(river.path, timeout=0, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            other.execute("ROLLBACK")
        assert labels(river.path) == dict.fromkeys(range(1, 5), "blank")
    finally:
        terminal.close()
