"""The child of the screen: it tells, it stops, it can be killed, and it dies with its parent."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from camtrap_tui.errors import EXIT_INTERRUPTED
from camtrap_tui.services import child, events, inference, model_folder
from camtrap_tui.services.child import PredictChild
from camtrap_tui.services.engine import Engine
from camtrap_tui.services.prediction_request import PredictRequest
from tests.picture_files import write_series
from tests.services.test_lifeline import wait_until_gone
from tests.survey_dump import dump, finished

pytestmark = pytest.mark.model

PICTURES = 40


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    write_series(tmp_path / "pictures", PICTURES)
    data = (tmp_path / "pictures" / "IMG_0002.JPG").read_bytes()
    (tmp_path / "pictures" / "IMG_0011.JPG").write_bytes(data[: len(data) // 2])
    return tmp_path / "pictures"


def predict_here(survey: Path, folder: Path, request: PredictRequest) -> None:
    """Predict in this process, whose import of torch is paid for."""

    def load(model: model_folder.ModelFolder, asked: PredictRequest) -> inference.Predictor:
        return Engine.load(model, geofence=asked.geofence)

    inference.predict(
        survey,
        folder,
        request,
        on_event=lambda event: None,
        should_stop=lambda: False,
        load=load,
    )


def start(survey: Path, folder: Path, request: PredictRequest) -> subprocess.Popen[str]:
    return subprocess.Popen(
        child.command(survey, folder, request),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=child.environment(),
    )


def read_until(
    process: subprocess.Popen[str], wanted: Callable[[events.Event], bool]
) -> events.Event:
    assert process.stdout is not None
    for line in process.stdout:
        event = events.parse_event(line)
        if wanted(event):
            return event
    pytest.fail(f"the child ended with {process.wait()} before it told what was waited for")


def test_killed_and_resumed_equals_uninterrupted(
    tiny_model: Path, pictures: Path, tmp_path: Path
) -> None:
    request = PredictRequest(model=str(tiny_model), country="USA", batch_size=2)
    killed, whole = tmp_path / "killed.db", tmp_path / "whole.db"
    with start(killed, pictures, request) as process:
        read_until(process, lambda e: isinstance(e, events.Progress) and e.saved >= 6)
        process.send_signal(signal.SIGKILL)
    halfway = dump(killed)
    outcomes = [row[2] for row in halfway["prediction"]]
    assert outcomes.count("pending") > 0
    assert outcomes.count("predicted") >= 5
    assert finished(killed) == [False]
    predict_here(killed, pictures, request)
    predict_here(whole, pictures, request)
    assert dump(killed) == dump(whole)
    assert finished(killed) == [True]


async def test_it_tells_and_stops(tiny_model: Path, pictures: Path, tmp_path: Path) -> None:
    survey = tmp_path / "river.db"
    watched = PredictChild(survey, pictures, model=str(tiny_model), country="USA")
    await watched.start()
    told: list[events.Event] = []
    async for event in watched.events():
        told.append(event)
        if isinstance(event, events.Progress) and event.done:
            watched.stop()
    assert await watched.wait() == EXIT_INTERRUPTED
    assert isinstance(told[0], events.Started)
    stopped = told[-1]
    assert isinstance(stopped, events.Stopped)
    assert 0 < stopped.done < stopped.total == PICTURES
    saved = [row[2] for row in dump(survey)["prediction"]]
    assert PICTURES - saved.count("pending") == stopped.done


def test_it_dies_with_its_parent(tiny_model: Path, pictures: Path, tmp_path: Path) -> None:
    code = """if True:
        import asyncio, sys
        from pathlib import Path
        from camtrap_tui.services import events
        from camtrap_tui.services.child import PredictChild

        async def main() -> None:
            child = PredictChild(*map(Path, sys.argv[1:3]), model=sys.argv[3])
            await child.start()
            async for event in child.events():
                if isinstance(event, events.Loading):
                    print(child.pid, "torch" in sys.modules, flush=True)

        asyncio.run(main())
    """
    arguments = [str(tmp_path / "river.db"), str(pictures), str(tiny_model)]
    with subprocess.Popen(
        [sys.executable, "-c", code, *arguments],
        stdout=subprocess.PIPE,
        text=True,
        env=child.environment(),
    ) as parent:
        assert parent.stdout is not None
        pid, torch = parent.stdout.readline().split()
        assert torch == "False"
        os.kill(int(pid), 0)
        parent.kill()
        wait_until_gone(int(pid))


async def test_what_cannot_begin_is_an_error_event(tmp_path: Path) -> None:
    watched = PredictChild(tmp_path / "a.db", tmp_path, model=str(tmp_path), country="ZZZ")
    await watched.start()
    told = [event async for event in watched.events()]
    assert await watched.wait() == 2
    (error,) = told
    assert isinstance(error, events.Error)
    assert "ZZZ" in error.message
    assert "ZZZ" in watched.last_words


async def test_stopped_before_it_was_started(tmp_path: Path) -> None:
    watched = PredictChild(tmp_path / "a.db", tmp_path)
    watched.stop()
    await watched.start()
    assert [event async for event in watched.events()] == []
    assert await watched.wait() == -signal.SIGKILL


@pytest.mark.parametrize("own", [True, False])
async def test_a_job_is_stopped_with_its_child_or_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, own: bool
) -> None:
    monkeypatch.setattr(child, "command", lambda *_: ["cat"])
    watched = PredictChild(tmp_path / "a.db", tmp_path, own_group=own)
    await watched.start()
    pid = watched.pid
    assert pid is not None
    assert (os.getpgid(pid) == pid) is own
    assert (os.getpgid(pid) == os.getpgrp()) is not own
    watched.kill()
    assert await watched.wait() == -signal.SIGKILL


async def test_what_libraries_print_never_blocks_the_child(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = """if True:
        import sys
        print("a library's greeting", flush=True)
        sys.stderr.write("12 %\\r" * 100_000 + "x" * 300_000 + "\\nthe \\x1b[31mlast word")
        print('{"event": "notice", "text": "still here"}', flush=True)
        sys.exit(3)
    """
    monkeypatch.setattr(child, "command", lambda *_: [sys.executable, "-c", code])
    watched = PredictChild(tmp_path / "a.db", tmp_path)
    await watched.start()
    assert [event async for event in watched.events()] == [events.Notice("still here")]
    assert await watched.wait() == 3
    assert watched.last_words.endswith("last word")
    assert "\x1b" not in watched.last_words


def test_the_screen_s_side_imports_nothing_heavy() -> None:
    code = "import sys, camtrap_tui.services.child; print(*sys.modules)"
    said = subprocess.run(
        [sys.executable, "-c", code],
        env=child.environment(),
        check=True,
        capture_output=True,
        text=True,
    )
    heavy = {"torch", "speciesnet", "yolov5", "numpy", "PIL", "cv2", "rich", "click"}
    assert heavy.isdisjoint(said.stdout.split())
