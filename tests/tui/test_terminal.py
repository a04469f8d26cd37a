"""What only a terminal shows: kills, signals, a dropped line, escapes, and silence."""

from __future__ import annotations

import os
import signal
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from camtrap_tui.store.store import Store
from tests.terminal import Terminal


@pytest.fixture
def survey(river: Store) -> Path:
    return river.path


@pytest.fixture
def terminal(survey: Path) -> Iterator[Terminal]:
    opened = Terminal("review", survey, "--grader", "ann")
    opened.wait_for("1/6")
    yield opened
    opened.close()


def labels(survey: Path) -> dict[int, str]:
    with closing(sqlite3.connect(survey)) as raw:
        return dict(raw.execute("SELECT image_id, label FROM truth"))


def test_a_grade_is_on_disk_once_the_next_picture_is_shown(
    terminal: Terminal, survey: Path
) -> None:
    terminal.type("b")
    terminal.wait_for("2/6")
    terminal.signal(signal.SIGKILL)
    terminal.wait()
    assert labels(survey) == {1: "blank"}


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_signals_leave_the_terminal_sane(
    terminal: Terminal, survey: Path, number: signal.Signals
) -> None:
    terminal.type("b")
    terminal.wait_for("2/6")
    terminal.signal(number)
    status = terminal.wait()
    assert os.waitstatus_to_exitcode(status) == 128 + number
    assert terminal.is_sane
    assert labels(survey) == {1: "blank"}


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_signals_leave_the_terminal_sane_as_soon_as_it_is_taken(
    survey: Path, number: signal.Signals
) -> None:
    terminal = Terminal("review", survey, "--grader", "ann")
    try:
        while b"\x1b[?1049h" not in terminal.written:
            time.sleep(0.0005)
        terminal.signal(number)
        assert os.waitstatus_to_exitcode(terminal.wait()) == 128 + number
        terminal.wait_until(lambda: terminal.is_sane, "a sane terminal", 5)
    finally:
        terminal.close()


def test_q_leaves_the_terminal_sane(terminal: Terminal) -> None:
    terminal.type("q")
    assert os.waitstatus_to_exitcode(terminal.wait()) == 0
    assert terminal.is_sane


def test_a_dropped_line_ends_the_program_and_loses_nothing(survey: Path) -> None:
    terminal = Terminal("review", survey, "--grader", "ann")
    terminal.wait_for("1/6")
    terminal.type("b")
    terminal.wait_for("2/6")
    pid = terminal.pid
    terminal.hang_up()
    terminal.wait()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    terminal.close()
    assert labels(survey) == {1: "blank"}


def test_it_is_silent_while_nothing_changes(terminal: Terminal) -> None:
    terminal.wait_until(lambda: b"\x1b[48;2;" in terminal.written, "the picture")
    time.sleep(0.5)
    before = len(terminal.written)
    time.sleep(1.5)
    assert len(terminal.written) == before


def test_no_escape_of_a_name_reaches_the_terminal(river: Store) -> None:
    nasty = "A\x1b]52;c;aGk=\x07\x9b2J[/]\u202e.JPG"
    with river.db.transaction():
        river.db.execute("UPDATE image SET file_path = ? WHERE id < 3", [nasty])
        river.db.execute("UPDATE deployment SET deployment_id = ? WHERE id = 1", [nasty])
        river.db.execute("UPDATE taxon SET common_name = ? WHERE common_name LIKE '%oon'", [nasty])
    terminal = Terminal("review", river.path, "--grader", "ann", size=(120, 40))
    terminal.wait_for("1/6")
    for keys in ("/A\x1b", ":A[\r", "j", "k", "m", "o", "f", "\x1b", "\r", "u"):
        terminal.type(keys)
        time.sleep(0.1)
    terminal.type("q")
    terminal.wait()
    assert b"aGk=" in terminal.written
    for escape in ("\x1b]52", "\x9b", "\u202e", "aGk=\x07"):
        assert escape.encode() not in terminal.written
    terminal.close()


def test_a_paste_and_late_answers_of_the_terminal_grade_nothing(
    terminal: Terminal, survey: Path
) -> None:
    terminal.type("\x1b[200~bbhv123\r\x1b[201~")
    terminal.type("\x1b[5;7R\x1b[?2026;2$y\x1b[?2048;1$y\x1b[I\x1b[O")
    terminal.type("m")
    terminal.wait_for("Marked.")
    assert labels(survey) == {}
    assert "1/6" in terminal.text()


def test_what_was_typed_at_the_shell_before_it_grades_nothing(survey: Path) -> None:
    terminal = Terminal("review", survey, "--grader", "ann")
    try:
        terminal.type("ls\rb1\r")
        terminal.wait_for("1/6")
        terminal.type("j")
        terminal.wait_for("2/6")
        assert labels(survey) == {}
    finally:
        terminal.close()


def test_keys_that_arrive_at_once_are_taken_in_their_order(
    terminal: Terminal, survey: Path
) -> None:
    terminal.type("/mallard\rb:4\r2bn")
    terminal.wait_for("Note:")
    terminal.type("\x1b")
    assert labels(survey) == {1: "mallard", 2: "blank", 4: "blank"}
