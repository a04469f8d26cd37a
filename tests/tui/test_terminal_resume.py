"""A line that drops, a program that is killed: a grader goes on where they were."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from camtrap_tui.store.store import Store
from tests.terminal import Terminal


@pytest.fixture
def survey(river: Store) -> Path:
    return river.path


def review(survey: Path, *options: str) -> Terminal:
    return Terminal("review", survey, "--grader", "ann", *options)


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM])
def test_after_a_dropped_line_review_goes_on_at_the_filter_and_picture(
    survey: Path, number: signal.Signals
) -> None:
    terminal = review(survey)
    terminal.wait_for("1/6")
    terminal.type("fspecies:raccoon\r")
    terminal.wait_for("1/3")
    terminal.type("jj")
    terminal.wait_for("3/3")
    terminal.signal(number)
    terminal.wait()
    terminal.close()

    terminal = review(survey)
    terminal.wait_for("3/3")
    terminal.wait_for("Where you were: species:raccoon")
    assert "IMG_0003.JPG" in terminal.text()
    terminal.type("q")
    terminal.wait()
    terminal.close()

    terminal = review(survey, "--where", "")
    terminal.wait_for("1/6")
    assert "Where you were" not in terminal.text()
    terminal.close()


def test_after_a_kill_the_filter_is_kept_and_grading_goes_on_behind_the_last_grade(
    survey: Path,
) -> None:
    terminal = review(survey)
    terminal.wait_for("1/6")
    terminal.type("fspecies:raccoon\r")
    terminal.wait_for("1/3")
    terminal.type("b")
    terminal.wait_for("2/3")
    terminal.signal(signal.SIGKILL)
    terminal.wait()
    terminal.close()

    terminal = review(survey)
    terminal.wait_for("2/3")
    terminal.wait_for("Where you were: species:raccoon")
    terminal.close()


def test_exceptions_of_the_sheet_outlive_a_kill(survey: Path) -> None:
    terminal = review(survey)
    terminal.wait_for("1/6")
    terminal.type("g")
    terminal.wait_for("↵ grades 6")
    terminal.type(" ")
    terminal.wait_for("✗")
    terminal.signal(signal.SIGKILL)
    terminal.wait()
    terminal.close()

    with Store.open(survey) as store:
        assert store.exceptions.of("ann") == [1]
    terminal = review(survey)
    terminal.wait_for("1/6")
    terminal.type("g")
    terminal.wait_for("✗")
    terminal.close()
