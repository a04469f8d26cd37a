"""Every kind of terminal that TERM may name, every size, and a multiplexer between."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from camtrap_tui.store.store import Store
from tests.terminal import Terminal

_PLAIN = ("dumb", "linux", "vt100", "ansi", "unheard-of")
_NEWER = re.compile(rb"\x1b\[[<>]\d*u|\x1b\[\?(2004|2026|2048|1004)|\x1b\[c|\x1b\]")


def labels(survey: Path) -> dict[int, str]:
    with closing(sqlite3.connect(survey)) as raw:
        return dict(raw.execute("SELECT image_id, label FROM truth"))


@pytest.mark.parametrize(
    "environment",
    [
        *({"TERM": name, "COLORTERM": None} for name in _PLAIN),
        *({"TERM": name, "COLORTERM": None} for name in ("xterm", "screen", "tmux-256color")),
        {"TERM": "xterm-256color", "NO_COLOR": "1"},
        {"TERM": "screen-256color", "COLORTERM": None, "NO_COLOR": "1"},
        {"TERM": None, "COLORTERM": None},
    ],
    ids=lambda environment: " ".join(f"{name}={value}" for name, value in environment.items()),
)
def test_it_starts_grades_and_leaves_the_terminal_sane(
    river: Store, environment: dict[str, str | None]
) -> None:
    terminal = Terminal("review", river.path, "--grader", "ann", environment=environment)
    try:
        terminal.wait_for("1/6")
        terminal.wait_for("northern ra")
        terminal.wait_for("accept")
        terminal.type("b")
        terminal.wait_for("2/6")
        terminal.type("\x1b[B\x1bOB\x1b[1~\x1b[F\x1b[15~m")
        terminal.wait_for("Marked.")
        terminal.type("q")
        assert os.waitstatus_to_exitcode(terminal.wait()) == 0
        assert terminal.is_sane
    finally:
        terminal.close()
    assert labels(river.path) == {1: "blank"}
    if environment["TERM"] in (*_PLAIN, None):
        assert not _NEWER.search(terminal.written)
    else:
        assert b"\x1b[?2004h" in terminal.written
    assert b"\x1b[?1004h" not in terminal.written


def test_a_locale_that_is_not_utf_8_leaves_the_screen_as_it_is(river: Store) -> None:
    latin = {"PYTHONIOENCODING": "latin-1", "PYTHONUTF8": "0", "LC_ALL": "C"}
    terminal = Terminal("review", river.path, "--grader", "ann", environment=latin)
    try:
        terminal.wait_for("1/6")
        terminal.wait_for("river.db · all pictures")
        assert "\\u" not in terminal.text()
    finally:
        terminal.close()


def test_any_size_in_the_middle_of_it(river: Store) -> None:
    # What a shell has exported long ago says nothing of the terminal.
    stale = {"COLUMNS": "80", "LINES": "24"}
    terminal = Terminal("review", river.path, "--grader", "ann", size=(200, 60), environment=stale)
    try:
        terminal.wait_for("1/6")
        for number, (columns, rows) in enumerate(
            ((20, 4), (1, 1), (80, 24), (300, 80), (20, 4), (120, 40)), 2
        ):
            terminal.resize(columns, rows)
            terminal.type("m" if number % 2 else "j")
        terminal.wait_until(
            lambda: len(terminal.screen.display[0].rstrip()) == 120, "the whole width"
        )
        terminal.wait_for("4/6")
        terminal.wait_for("accept")
        terminal.type("b")
        terminal.wait_for("5/6")
        assert labels(river.path) == {4: "blank"}
        terminal.type("q")
        assert os.waitstatus_to_exitcode(terminal.wait()) == 0
        assert "Traceback" not in terminal.written.decode(errors="replace")
    finally:
        terminal.close()


# ── tmux ─────────────────────────────────────────────────────────────────────────────────────


class Tmux:
    """The app in tmux, on a server of its own."""

    def __init__(self, folder: Path, survey: Path, size: tuple[int, int]) -> None:
        columns, rows = size
        self._socket = folder / "tmux"
        command = f"exec {sys.executable} -m camtrap_tui review {survey} --grader ann"
        shape = ("-x", str(columns), "-y", str(rows))
        self("-f", "/dev/null", "new-session", "-d", "-s", "t", *shape, command)

    def __call__(self, *arguments: str) -> str:
        done = subprocess.run(
            ["tmux", "-S", str(self._socket), *arguments],
            capture_output=True,
            text=True,
            check=False,
        )
        return done.stdout

    def text(self) -> str:
        """Return the screen."""
        return self("capture-pane", "-p", "-t", "t")

    def wait(self, holds: Callable[[str], bool], seconds: float = 20) -> None:
        """Wait until the screen is so."""
        end = time.monotonic() + seconds
        while not holds(text := self.text()):
            assert time.monotonic() < end, text
            time.sleep(0.05)


@pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")
@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)])
def test_in_tmux_with_another_size_in_the_middle(
    river: Store, tmp_path: Path, size: tuple[int, int]
) -> None:
    tmux = Tmux(tmp_path, river.path, size)
    try:
        tmux.wait(lambda text: "1/6" in text and "▀" in text)
        assert len(tmux.text().splitlines()[0]) == size[0]
        tmux("send-keys", "-t", "t", "b", "Right", "2", "KP1", "Escape")
        tmux.wait(lambda text: "5/6" in text)
        tmux("resize-window", "-t", "t", "-x", "97", "-y", "31")
        tmux.wait(lambda text: len(text.splitlines()[0]) == 97)
        tmux("send-keys", "-t", "t", "Up", "F5", "PageDown", "v")
        tmux.wait(lambda text: "6/6" in text)
        tmux("send-keys", "-t", "t", "q")
        tmux.wait(lambda text: not text)
    finally:
        tmux("kill-server")
    assert labels(river.path) == {
        1: "blank",
        3: "virginia opossum",
        4: "mallard",
        5: "vehicle",
    }
