"""A prediction ends when it is told to, and when its parent is gone."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from camtrap_tui.errors import EXIT_INTERRUPTED
from camtrap_tui.services.child import environment

ROOT = Path(__file__).parent.parent.parent
PATIENCE_S = 30.0

WORKER = """
import os, sys, threading
from camtrap_tui.services import lifeline
stop = threading.Event()
lifeline.stop_on_signals(stop)
if "parent" in sys.argv:
    lifeline.end_with_parent(stop, grace_s=float(sys.argv[2]))
print(os.getpid(), flush=True)
while not stop.wait(0.02):
    pass
print("saved", flush=True)
while "stubborn" in sys.argv:
    threading.Event().wait(0.02)
"""

PARENT = f"""
import subprocess, sys, threading, time
def begin():
    global child
    child = subprocess.Popen([sys.executable, "-c", {WORKER!r}, "parent", *sys.argv[1:]],
        stdin=subprocess.PIPE, stdout=sys.stdout)
    time.sleep(0.5)
thread = threading.Thread(target=begin)
thread.start()
thread.join()
print("alone", flush=True)
time.sleep(60)
"""


def start(code: str, *arguments: str, stdin: int = subprocess.DEVNULL) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", code, *arguments],
        stdin=stdin,
        stdout=subprocess.PIPE,
        text=True,
        env=environment(),
        cwd=ROOT,
    )


def line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def wait_until_gone(pid: int) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        try:
            os.kill(pid, 0)
            if _state(pid) == "Z":
                return
        except ProcessLookupError:
            return
        time.sleep(0.05)
    os.kill(pid, signal.SIGKILL)
    pytest.fail(f"process {pid} outlived its parent")


def _state(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return ""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_the_first_signal_lets_it_save(number: signal.Signals) -> None:
    with start(WORKER) as worker:
        line(worker)
        worker.send_signal(number)
        assert line(worker) == "saved"
        assert worker.wait(PATIENCE_S) == 0


def test_the_second_signal_ends_it_at_once() -> None:
    with start(WORKER, "stubborn") as worker:
        line(worker)
        worker.send_signal(signal.SIGINT)
        assert line(worker) == "saved"
        worker.send_signal(signal.SIGINT)
        assert worker.wait(PATIENCE_S) == EXIT_INTERRUPTED


def test_a_closed_terminal_is_told_of_twice_and_is_one_wish() -> None:
    with start(WORKER, "stubborn") as worker:
        line(worker)
        worker.send_signal(signal.SIGHUP)
        assert line(worker) == "saved"
        worker.send_signal(signal.SIGHUP)
        with pytest.raises(subprocess.TimeoutExpired):
            worker.wait(0.5)
        worker.send_signal(signal.SIGINT)
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(PATIENCE_S) == EXIT_INTERRUPTED


def test_a_closed_terminal_is_nothing_to_what_was_told_not_to_mind() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with start(WORKER) as worker:
            line(worker)
            worker.send_signal(signal.SIGHUP)
            with pytest.raises(subprocess.TimeoutExpired):
                worker.wait(0.5)
            worker.terminate()
            assert line(worker) == "saved"
    finally:
        signal.signal(signal.SIGHUP, before)


def test_a_closed_stdin_lets_it_save() -> None:
    with start(WORKER, "parent", "30", stdin=subprocess.PIPE) as worker:
        line(worker)
        assert worker.stdin is not None
        worker.stdin.close()
        assert line(worker) == "saved"
        assert worker.wait(PATIENCE_S) == 0


def test_a_stdin_that_is_no_pipe_is_left_alone() -> None:
    with start(WORKER, "parent", "30") as worker:
        line(worker)
        with pytest.raises(subprocess.TimeoutExpired):
            worker.wait(0.5)
        worker.terminate()
        assert line(worker) == "saved"


@pytest.mark.parametrize("kind", ["willing", "stubborn"])
def test_no_child_outlives_a_killed_parent(kind: str) -> None:
    with start(PARENT, "0.3", kind) as parent:
        pid = int(line(parent))
        parent.kill()
        wait_until_gone(pid)


def test_the_end_of_a_parent_s_thread_is_not_its_end() -> None:
    with start(PARENT, "30", "willing") as parent:
        pid = int(line(parent))
        assert line(parent) == "alone"
        with pytest.raises(subprocess.TimeoutExpired):
            parent.wait(0.3)
        os.kill(pid, 0)
        assert _state(pid) != "Z"
        parent.kill()
        assert line(parent) == "saved"
        wait_until_gone(pid)
