"""A prediction from inside the app, in a real terminal with the real package and demo model."""

from __future__ import annotations

import importlib.util
import os
import shutil
import signal
import sqlite3
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from camtrap_tui.services.sample import sample_folder
from tests.terminal import Terminal

pytestmark = [
    pytest.mark.model,
    pytest.mark.skipif(
        importlib.util.find_spec("speciesnet") is None,
        reason="speciesnet is not installed: pip install 'camtrap-tui[speciesnet]'",
    ),
    pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc"),
]


def children_of(pid: int) -> list[int]:
    """Return the processes whose parent is `pid`."""
    found = []
    for folder in Path("/proc").iterdir():
        try:
            stat = (folder / "stat").read_text().rsplit(")", 1)[1].split()
        except (OSError, IndexError):
            continue
        if folder.name.isdecimal() and int(stat[1]) == pid and stat[0] != "Z":
            found.append(int(folder.name))
    return found


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def count(survey: Path, sql: str) -> int:
    if not survey.exists():
        return 0
    with closing(sqlite3.connect(survey, timeout=5)) as raw:
        return int(raw.execute(sql).fetchone()[0])


PREDICTED = "SELECT count(*) FROM prediction WHERE outcome = 'predicted'"
PENDING = "SELECT count(*) FROM prediction WHERE outcome = 'pending'"
GRADES = "SELECT count(*) FROM grade"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(sample_folder() / "pictures", tmp_path / "river")
    return tmp_path / "river"


def start(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Terminal:
    monkeypatch.setenv("CAMTRAP_TUI_MODEL", str(sample_folder() / "demo_model"))
    monkeypatch.setenv("CAMTRAP_TUI_GRADER", "ann")
    terminal = Terminal(folder, size=(120, 40), cwd=folder.parent)
    terminal.wait_for("predicts the pictures")
    terminal.type("\r")
    terminal.wait_for("predicting", 120)
    return terminal


def test_predict_watch_grade_stop_and_resume(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    survey = folder.parent / "river.db"
    terminal = start(folder, monkeypatch)
    child = children_of(terminal.pid)
    assert child
    terminal.wait_for("new results", 60)
    terminal.type("s")
    terminal.wait_for("stopped", 60)
    done = count(survey, PREDICTED)
    assert done > 0
    assert count(survey, PENDING) > 0
    terminal.wait_until(lambda: not is_alive(child[0]), "the child's end")
    terminal.type("g\x1b")
    terminal.wait_for("1/62")
    terminal.type("r\r")
    terminal.wait_for("loading", 60)
    terminal.type("rbb")
    terminal.wait_for("3/62")
    terminal.wait_for("prediction finished: 61 predicted, 1 failed", 120)
    assert count(survey, GRADES) == 2
    assert count(survey, PENDING) == 0
    assert "torch" not in Path(f"/proc/{terminal.pid}/maps").read_text()
    terminal.type("q")
    terminal.wait()
    terminal.close()


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGHUP, None])
def test_no_child_is_left_behind(
    folder: Path, monkeypatch: pytest.MonkeyPatch, how: signal.Signals | None
) -> None:
    terminal = start(folder, monkeypatch)
    (child,) = children_of(terminal.pid)
    if how is None:
        terminal.type("rq")
    else:
        os.kill(terminal.pid, how)
    terminal.wait()
    end = time.monotonic() + 20
    while is_alive(child) and time.monotonic() < end:
        time.sleep(0.05)
    assert not is_alive(child)
    terminal.close()
