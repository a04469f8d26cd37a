"""The contact sheet in a real terminal: what it writes, and what a kill leaves in the file."""

from __future__ import annotations

import itertools
import shutil
import signal
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from camtrap_tui.store.store import Store
from tests.builders import Said, add_images
from tests.read_only import obey_rights, read_only
from tests.terminal import Terminal

SAMPLE = Path(__file__).parents[2] / "sample_data"
COUNT = 60
# A move costs two captions, the line on the picture under the cursor, and places to put them.
MOST_A_MOVE = 500
# The design's budgets for one new picture.
BUDGETS = {(80, 24): 15_000, (120, 40): 40_000, (200, 60): 85_000}


@pytest.fixture
def survey(store: Store, tmp_path: Path) -> Path:
    """Sixty pictures of the sample, predicted blank."""
    folder = tmp_path / "pictures"
    folder.mkdir()
    found = (path for path in sorted(SAMPLE.rglob("*.JPG")) if path.stat().st_size > 10_000)
    for number, path in enumerate(itertools.islice(found, COUNT), 1):
        shutil.copy(path, folder / f"IMG_{number:04d}.JPG")
    add_images(store, [Said("blank", 0.97) for _ in range(COUNT)], str(folder))
    return store.path


def is_drawn(terminal: Terminal) -> bool:
    """Tell whether every thumbnail is there: pictures, and none that is waited for."""
    text = terminal.text()
    return "↵ grades" in text and "▀" in text and "…" not in text


def wait_for_quiet(terminal: Terminal) -> int:
    """Wait until nothing more is written; return how much there is."""
    before = -1
    while before != len(terminal.written):
        before = len(terminal.written)
        time.sleep(0.4)
    return before


@pytest.fixture(params=BUDGETS, ids=str)
def terminal(survey: Path, request: pytest.FixtureRequest) -> Iterator[Terminal]:
    opened = Terminal("review", survey, "--grader", "ann", size=request.param)
    opened.wait_for(f"1/{COUNT}")
    opened.type("g")
    opened.wait_until(lambda: is_drawn(opened), "the sheet")
    yield opened
    opened.close()


def test_a_page_takes_no_more_bytes_than_one_picture_and_a_move_next_to_none(
    terminal: Terminal, request: pytest.FixtureRequest
) -> None:
    before = wait_for_quiet(terminal)
    for key in ("\x1b[C", "\x1b[D", " ", " "):
        terminal.type(key)
        after = wait_for_quiet(terminal)
        assert 0 < after - before <= MOST_A_MOVE
        before = after
    terminal.type("\x1b[6~")
    after = wait_for_quiet(terminal)
    size = terminal.screen.columns, terminal.screen.lines
    assert after - before <= BUDGETS[size]
    time.sleep(0.5)
    assert len(terminal.written) == after


def test_a_page_is_in_the_file_once_the_next_one_is_shown(survey: Path) -> None:
    terminal = Terminal("review", survey, "--grader", "ann")
    terminal.wait_for(f"1/{COUNT}")
    terminal.type("g")
    terminal.wait_until(lambda: is_drawn(terminal), "the sheet")
    terminal.type(" \r")
    terminal.wait_for("↵ again grades 5")
    terminal.type("\r")
    terminal.wait_for("5 pictures: blank")
    terminal.signal(signal.SIGKILL)
    terminal.wait()
    terminal.close()
    with closing(sqlite3.connect(survey)) as raw:
        done = dict(raw.execute("SELECT image_id, label FROM truth"))
    assert done == dict.fromkeys((2, 3, 4, 5, 6), "blank")


def test_a_key_held_down_grades_no_page_that_nobody_has_seen(survey: Path) -> None:
    terminal = Terminal("review", survey, "--grader", "ann")
    terminal.wait_for(f"1/{COUNT}")
    terminal.type("g" + "\r" * 40)
    wait_for_quiet(terminal)
    terminal.type("q")
    terminal.wait_for("/60")
    terminal.close()
    with closing(sqlite3.connect(survey)) as raw:
        batches = raw.execute("SELECT count(DISTINCT batch_uuid) FROM grade").fetchone()[0]
    assert batches <= 2


def test_a_survey_that_can_only_be_read_is_looked_at(store: Store, survey: Path) -> None:
    store.close()
    stick = survey.parent / "stick"
    stick.mkdir()
    moved = survey.rename(stick / survey.name)
    with read_only(stick):
        terminal = Terminal("review", moved, before_exec=obey_rights)
        try:
            terminal.wait_for(f"1/{COUNT}")
            terminal.type("g")
            terminal.wait_for("sheet: blank")
            for key in ("\r", "b", "/", "1", "u"):
                terminal.type("\x1b[C")
                terminal.wait_until(lambda: "nothing can be" not in terminal.text(), "the hint")
                terminal.type(key)
                terminal.wait_for("nothing can be graded")
        finally:
            terminal.close()
