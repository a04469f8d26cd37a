"""The process that makes the pages: what it prints is caught, and it never outlives its parent."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from camtrap_tui.errors import InputError, ModelError, UsageError
from camtrap_tui.services.child import environment
from camtrap_tui.services.previews_child import UNREADABLE
from camtrap_tui.services.previews_process import need_megadetector
from camtrap_tui.store.store import Store
from tests.services.preview_survey import fill, previewed, say, use_child
from tests.services.test_lifeline import wait_until_gone

_PAGES = """
from camtrap_tui.services.previews_child import UNREADABLE
(Path(job['results']).parent / UNREADABLE).write_text('[]')
"""


@pytest.fixture(autouse=True)
def tools_are_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("camtrap_tui.services.previews.need_megadetector", lambda: None)


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_where_it_fails_its_words_are_kept_and_nothing_else(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    fill(store, tmp_path / "cards")
    code = (
        "(out / 'half.html').write_text('x')\nprint('a lot')\nraise ValueError('no \\x1b[31mluck')"
    )
    use_child(monkeypatch, tmp_path, code)
    before = names(tmp_path)
    for number in ("", "-2"):
        with pytest.raises(ModelError) as caught:
            previewed(store, tmp_path / "out")
        assert "ValueError: no" in caught.value.message
        assert "\x1b" not in caught.value.message
        assert f"out{number}.log" in caught.value.hint
        assert "a lot" in (tmp_path / f"out{number}.log").read_text()
    assert names(tmp_path) == before | {"out.log", "out-2.log"}
    assert capfd.readouterr() == ("", "")


def test_a_full_disk_leaves_no_half_log(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(store, tmp_path / "cards")
    use_child(monkeypatch, tmp_path, "raise OSError(28, 'No space left on device')")

    def half(source: Path, target: Path) -> None:
        target.write_text("half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("shutil.copyfile", half)
    before = names(tmp_path)
    with pytest.raises(ModelError) as caught:
        previewed(store, tmp_path / "out")
    assert caught.value.message.endswith("No space left on device.")
    assert "free space" in caught.value.hint
    assert names(tmp_path) == before


def test_pages_that_are_not_made_are_a_failure_too(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(store, tmp_path / "cards")
    use_child(monkeypatch, tmp_path, _PAGES)
    with pytest.raises(ModelError, match="it said nothing"):
        previewed(store, tmp_path / "out")


def test_whoever_stops_it_leaves_nothing(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(store, tmp_path / "cards")
    pid = tmp_path / "pid"
    use_child(
        monkeypatch,
        tmp_path,
        f"import os\nopen({str(pid)!r}, 'w').write(str(os.getpid()))\ntime.sleep(600)",
    )
    before = names(tmp_path)

    def stop(what: str, done: int, total: int) -> None:
        if what == "drawn" and pid.is_file() and pid.read_text():
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        previewed(store, tmp_path / "out", progress=stop)
    wait_until_gone(int(pid.read_text()))
    assert names(tmp_path) == before | {"pid"}


def test_a_killed_parent_leaves_neither_process_nor_folder(store: Store, tmp_path: Path) -> None:
    pytest.importorskip("megadetector")
    fill(store, tmp_path / "cards")
    store.close()
    line = [sys.executable, "-m", "camtrap_tui", "preview", str(store.path), str(tmp_path / "out")]
    parent = subprocess.Popen(line, env=environment(), stderr=subprocess.DEVNULL)
    try:
        # Which the process that makes the pages writes before it imports its tools.
        while not list(tmp_path.glob(f".out.*.tmp/work/{UNREADABLE}")):
            assert parent.poll() is None
            time.sleep(0.01)
        os.kill(parent.pid, signal.SIGKILL)
    finally:
        parent.kill()
        parent.wait()
    for _ in range(500):
        if not list(tmp_path.glob(".out.*")):
            break
        time.sleep(0.02)
    assert not list(tmp_path.glob(".out.*"))
    assert not (tmp_path / "out").exists()


def test_without_the_tools_one_sentence_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(ModelError, match="not installed") as caught:
        need_megadetector()
    assert "pip install 'camtrap-tui[speciesnet]'" in caught.value.hint


def test_what_cannot_be_shown_is_said_before_anything_is_made(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(UsageError, match="no run"):
        previewed(store, tmp_path / "out")
    keys = fill(store, tmp_path / "cards")
    with pytest.raises(InputError, match="no picture to show") as caught:
        previewed(store, tmp_path / "out", by_truth=True)
    assert "6 × is not graded" in caught.value.hint
    with pytest.raises(InputError, match="no picture to show"):
        previewed(store, tmp_path / "out", where="camera:nowhere")
    say(store, keys[2], "human")
    with pytest.raises(InputError, match="no picture to show") as caught:
        previewed(store, tmp_path / "out", by_truth=True, people="exclude")
    assert "1 × shows people" in caught.value.hint
    with pytest.raises(UsageError, match="where the survey's pictures are"):
        previewed(store, tmp_path / "cards" / "out")
    assert not (tmp_path / "out").exists()
