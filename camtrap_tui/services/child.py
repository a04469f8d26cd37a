"""Starts and watches commands with `--events`: the parent never imports torch.

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
from camtrap_tui.errors import EXIT_INTERRUPTED, ModelError
from camtrap_tui.services import events
from camtrap_tui.services.fetch_request import FetchRequest
from camtrap_tui.services.prediction_request import PredictRequest

# Set by yolov5 for its children, or meant for another program's threads.
_NOT_INHERITED = ("OMP_NUM_THREADS", "NUMEXPR_MAX_THREADS", "MKL_NUM_THREADS")
_STDERR_LINES = 20
_PIECE = 4096
# Reports are one line: paths in them may be long.
_MOST_OF_A_LINE = 1 << 24


def command(survey: Path, folder: Path | None, request: PredictRequest) -> list[str]:
    """Return the command line of the child; without a folder the survey's pictures are meant.

    Absolute paths, and `-P`: a folder `models` or `utils` where the person happens to be must
    not be taken for the modules of that name that pickled weights ask for.
    """
    line = [sys.executable, "-P", "-m", "camtrap_tui", "predict"]
    line += [str(survey.absolute()), *([str(folder.absolute())] if folder else []), "--events"]
    line += ["--model", request.model, "--country", request.country or ""]
    line += ["--admin1-region", request.admin1_region or ""]
    line += ["--batch-size", str(request.batch_size)]
    line += [] if request.geofence else ["--no-geofence"]
    line += ["--retry"] if request.retry else []
    line += ["--threads", str(request.threads)] if request.threads else []
    if request.size is not None:
        size = request.size
        width = ["--width", str(size.width), "--quality", str(size.quality)]
        line += ["--original"] if size.width is None else width
    if request.fetch is not None:
        line += ["--fetch", "--jobs", str(request.fetch.jobs)]
        line += ["--cache", str(request.fetch.cache.absolute())] if request.fetch.cache else []
    return line


def environment() -> dict[str, str]:
    """Return the child's environment: this one without others' thread counts."""
    clean_copy = {name: value for name, value in os.environ.items() if name not in _NOT_INHERITED}
    root = str(Path(camtrap_tui.__file__).parent.parent)
    paths = [root, *clean_copy.get("PYTHONPATH", "").split(os.pathsep)]
    clean_copy["PYTHONPATH"] = os.pathsep.join(path for path in paths if path)
    return clean_copy


def refence_command(
    survey: Path, run_id: int, country: str, admin1_region: str, model: str
) -> list[str]:
    """Return the command line of a child that makes a run for another country, or for none."""
    line = [sys.executable, "-P", "-m", "camtrap_tui", "refence", str(survey.absolute())]
    line += ["--run", str(run_id), "--events", "--model", model]
    if not country:
        return [*line, "--none"]
    return [*line, "--country", country, "--admin1-region", admin1_region]


class Child:
    """A command that tells events, in a process of its own.

    `start` it, read `events` to their end, `wait` for its exit code; `stop` or `kill` it at any
    time, also before and after.
    """

    def __init__(self, line: list[str], *, own_group: bool = False) -> None:
        """With `own_group` it goes on while a shell has stopped this program, and no key of the
        terminal ends it."""
        self._command = line
        self._group = 0 if own_group else None
        self._process: Process | None = None
        self._said: deque[str] = deque(maxlen=_STDERR_LINES)
        self._listening: asyncio.Task[None] | None = None
        self._ending = False

    async def start(self) -> None:
        """Start the child. Raises ModelError where no process can be started."""
        try:
            self._process = await asyncio.create_subprocess_exec(
                *self._command,
                stdin=PIPE,
                stdout=PIPE,
                stderr=PIPE,
                env=environment(),
                process_group=self._group,
                limit=_MOST_OF_A_LINE,
            )
        except OSError as error:
            raise ModelError(
                f"Another process cannot be started: {error.strerror}.",
                "Close other programs, then try again.",
            ) from error
        self._listening = asyncio.create_task(self._listen(self._process))
        if self._ending:
            self.kill()

    @property
    def pid(self) -> int | None:
        """The child's process id, None before it is started."""
        return self._process.pid if self._process else None

    @property
    def last_words(self) -> str:
        """The last line that the child wrote on stderr, cleaned; empty for none."""
        return self._said[-1] if self._said else ""

    async def events(self) -> AsyncIterator[events.Event]:
        """Yield what the child tells, until it has closed its stdout.

        Lines that are no events are left out: a library may print.
        """
        if self._process is None or self._process.stdout is None:
            return
        async for line in self._process.stdout:
            with contextlib.suppress(ValueError):
                yield events.parse_event(line.decode("utf-8", "replace"))

    async def wait(self) -> int:
        """Return the child's exit code (negative for a signal) once it has ended."""
        if self._process is None or self._listening is None:
            return EXIT_INTERRUPTED
        await self._listening
        return await self._process.wait()

    def stop(self) -> None:
        """Ask the child to save what is ready and to end; read `events` to see it happen.

        Asking again changes nothing: a second signal would end it before it has saved.
        """
        if not self._ending and self._process is not None and self._process.returncode is None:
            self._process.terminate()
        self._ending = True

    def let_go(self) -> None:
        """Close the child's stdin: to it this parent is gone, so it saves and ends."""
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.close()

    def kill(self) -> None:
        """End the child at once; what it had not saved is predicted again next time."""
        self._ending = True
        if self._process is not None and self._process.returncode is None:
            self._process.kill()

    async def _listen(self, process: Process) -> None:
        """Keep the last lines of stderr; read in pieces, since bars of downloads end no line."""
        assert process.stderr is not None
        rest = ""
        while piece := await process.stderr.read(_PIECE):
            text = rest + piece.decode("utf-8", "replace").replace("\r", "\n")
            *lines, rest = text.split("\n")
            rest = rest[-_PIECE:]
            self._said.extend(said for line in lines if (said := clean(line.strip())))
        if said := clean(rest.strip()):
            self._said.append(said)


async def follow(child: Child, take: Callable[[events.Event], None]) -> int:
    """Start a child, let `take` hear each of its events, and return its exit code."""
    await child.start()
    async for event in child.events():
        take(event)
    return await child.wait()


class PredictChild(Child):
    """A prediction in a process of its own."""

    def __init__(
        self,
        survey: Path,
        folder: Path | None,
        *,
        model: str = "",
        country: str = "",
        admin1_region: str = "",
        geofence: bool = True,
        retry: bool = False,
        own_group: bool = False,
    ) -> None:
        """Without a folder the survey's pictures are predicted, and fetched meanwhile."""
        request = PredictRequest(
            model,
            country or None,
            admin1_region or None,
            geofence=geofence,
            retry=retry,
            fetch=None if folder else FetchRequest(),
        )
        super().__init__(command(survey, folder, request), own_group=own_group)


def predict_in_child(
    survey: Path, folder: Path, on_event: Callable[[events.Event], None], *, model: str = ""
) -> int:
    """Run a prediction in a child to its end, for callers without a loop; return its exit code.

    Ctrl-C raises KeyboardInterrupt once the child has saved what was ready.
    """

    async def watch() -> int:
        child = PredictChild(survey, folder, model=model)
        try:
            return await follow(child, on_event)
        except asyncio.CancelledError:
            # Ctrl-C has reached the child too; a second signal would end it without saving.
            child.let_go()
            await child.wait()
            raise
        finally:
            child.kill()

    return asyncio.run(watch())
