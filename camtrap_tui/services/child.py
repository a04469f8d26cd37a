"""Starts and watches `camtrap-tui predict --events`, so that its parent never imports torch.

The child writes events on a pipe and nothing on the screen. It holds the other end of a pipe
as its stdin: when the parent is gone, however it went, the child ends too.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections import deque
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import camtrap_tui
from camtrap_tui.domain.text import clean
from camtrap_tui.errors import ModelError
from camtrap_tui.services import events
from camtrap_tui.services.prediction_request import PredictRequest

# Set by yolov5 for its children, or meant for another program's threads.
_NOT_INHERITED = ("OMP_NUM_THREADS", "NUMEXPR_MAX_THREADS", "MKL_NUM_THREADS")
_STDERR_LINES = 20


def command(survey: Path, folder: Path, request: PredictRequest) -> list[str]:
    """Return the command line of the child.

    Absolute paths, and `-P`: a folder `models` or `utils` where the person happens to be must
    not be taken for the modules of that name that pickled weights ask for.
    """
    line = [sys.executable, "-P", "-m", "camtrap_tui", "predict"]
    line += [str(survey.absolute()), str(folder.absolute()), "--events"]
    line += ["--model", request.model, "--country", request.country or ""]
    line += ["--admin1-region", request.admin1_region or ""]
    line += ["--batch-size", str(request.batch_size)]
    line += [] if request.geofence else ["--no-geofence"]
    line += ["--retry"] if request.retry else []
    line += ["--threads", str(request.threads)] if request.threads else []
    return line


def environment() -> dict[str, str]:
    """Return the child's environment: this one without others' thread counts."""
    clean_copy = {name: value for name, value in os.environ.items() if name not in _NOT_INHERITED}
    root = str(Path(camtrap_tui.__file__).parent.parent)
    paths = [root, *clean_copy.get("PYTHONPATH", "").split(os.pathsep)]
    clean_copy["PYTHONPATH"] = os.pathsep.join(path for path in paths if path)
    return clean_copy


class PredictChild:
    """A running prediction. `start` it, read `events` to their end; `stop` it at any time."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self._said: deque[str] = deque(maxlen=_STDERR_LINES)
        self._listening = asyncio.create_task(self._listen())

    @classmethod
    async def start(cls, survey: Path, folder: Path, request: PredictRequest) -> PredictChild:
        """Start the child. Raises ModelError where no process can be started."""
        try:
            process = await asyncio.create_subprocess_exec(
                *command(survey, folder, request),
                stdin=PIPE,
                stdout=PIPE,
                stderr=PIPE,
                env=environment(),
            )
        except OSError as error:
            raise ModelError(
                f"The prediction cannot be started: {error.strerror}.",
                "Close other programs, then try again.",
            ) from error
        return cls(process)

    @property
    def pid(self) -> int:
        """The child's process id."""
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """How the child ended, None while it runs; negative for a signal."""
        return self._process.returncode

    @property
    def stderr(self) -> str:
        """The last lines that the child wrote on stderr, cleaned."""
        return "\n".join(self._said)

    async def events(self) -> AsyncIterator[events.Event]:
        """Yield what the child tells, until it has ended.

        A child that ends without a last word of its own gives an `events.Error` with what it
        wrote on stderr.
        """
        last: events.Event | None = None
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            with contextlib.suppress(ValueError):
                last = events.parse_event(line.decode("utf-8", "replace"))
                yield last
        code = await self._process.wait()
        await self._listening
        if not isinstance(last, events.Finished | events.Stopped | events.Error):
            yield events.Error(self._why(code), "Start it again: it goes on where it stopped.")

    def stop(self) -> None:
        """Ask the child to save what is ready and to end; read `events` to see it happen."""
        if self._process.returncode is None:
            self._process.terminate()

    def kill(self) -> None:
        """End the child at once; what it had not saved is predicted again next time."""
        if self._process.returncode is None:
            self._process.kill()

    async def _listen(self) -> None:
        assert self._process.stderr is not None
        async for line in self._process.stderr:
            self._said.append(clean(line.decode("utf-8", "replace").rstrip()))

    def _why(self, code: int) -> str:
        how = f"by signal {-code}" if code < 0 else f"with code {code}"
        said = self._said[-1] if self._said else ""
        return f"The prediction ended {how}. {said}".rstrip()


def predict_in_child(
    survey: Path,
    folder: Path,
    request: PredictRequest,
    on_event: Callable[[events.Event], None],
) -> int | None:
    """Run a prediction in a child to its end, for callers without a loop; return its exit code.

    Ctrl-C reaches the child by itself, since both are of one terminal.
    """

    async def watch() -> int | None:
        child = await PredictChild.start(survey, folder, request)
        async for event in child.events():
            on_event(event)
        return child.exit_code

    return asyncio.run(watch())
