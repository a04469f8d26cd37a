"""A real terminal that answers late and in pieces, and a person's Esc beside that."""

from __future__ import annotations

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
def mute(survey: Path) -> Iterator[Terminal]:
    """A terminal that answers nothing by itself."""
    opened = Terminal("review", survey, "--grader", "ann", answers={})
    opened.wait_for("1/6")
    yield opened
    opened.close()


def labels(survey: Path) -> dict[int, str]:
    with closing(sqlite3.connect(survey)) as raw:
        return dict(raw.execute("SELECT image_id, label FROM truth"))


def test_answers_that_come_late_and_in_pieces_change_nothing(mute: Terminal, survey: Path) -> None:
    mute.wait_until(lambda: b"\x1b[c" in mute.written, "a question")
    mute.wait_until(lambda: b"\x1b[48;2;" in mute.written, "the picture")
    time.sleep(0.3)
    before = mute.text()
    # What was asked, taken apart where a person's Esc would be; then what nobody asked.
    for first, rest in (
        ("\x1b", "[?2026;0$y"),
        ("\x1b", "[?62;22c"),
        *(("\x1b[12;1R"[:at], "\x1b[12;1R"[at:]) for at in range(2, 7)),
        ("\x1bP>|XT", "erm(123)\x1b\\"),
        ("\x1b[200~b1", "23\r\x1b[201~"),
    ):
        mute.type(first)
        time.sleep(0.15)
        mute.type(rest)
        time.sleep(0.03)
    assert labels(survey) == {}
    after = mute.text().replace("What was pasted did nothing: a paste goes into prompts only.", "")
    assert after.split() == before.split()
    mute.type("m")
    mute.wait_for("Marked.")


def test_an_esc_is_prompt_and_digits_after_it_are_keys(survey: Path) -> None:
    terminal = Terminal("review", survey, "--grader", "ann")
    try:
        terminal.wait_for("1/6")
        terminal.type("/rac")
        terminal.wait_for("Species: rac")
        terminal.type("\x1b")
        terminal.wait_for("accept", 5)
        terminal.type("2")
        terminal.wait_for("2/6")
        assert labels(survey) == {1: "virginia opossum"}
    finally:
        terminal.close()


def test_answers_that_are_still_to_come_are_read_before_the_terminal_is_given_back(
    survey: Path,
) -> None:
    terminal = Terminal("review", survey, "--grader", "ann", answers={})
    try:
        terminal.wait_until(lambda: b"\x1b[c" in terminal.written, "a question")
        terminal.wait_for("1/6")
        terminal.type("q")
        time.sleep(0.4)
        terminal.type("\x1b[?2026;2$y\x1b[?62;22c")
        terminal.wait()
        assert terminal.is_sane
        # A shell would have echoed it.
        assert b"62;22c" not in terminal.written
    finally:
        terminal.close()
