"""Downloads pictures into a cache in a thread of its own, many at a time, none of them in order.

Whoever asks never waits: wishes go in, results come out when they are there. What is inside
is bounded by the one who asks; a result holds facts and a file's name, no picture.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import queue
import threading
import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from camtrap_tui.errors import CamtrapError, InputError
from camtrap_tui.services.cache_folder import CacheFolder
from camtrap_tui.services.cached_copy import InputSize, make_copy
from camtrap_tui.services.download import Downloads, LeftAlone, NotDownloaded
from camtrap_tui.services.exif import Header
from camtrap_tui.services.strict_decode import PictureError

DEFAULT_JOBS = 16
_LONGEST_JOIN_S = 30.0


@dataclass(frozen=True, slots=True)
class Wish:
    """A picture to be fetched; `content_md5` is what its bytes must have, if that is known."""

    image_id: int
    url: str
    content_md5: str | None = None


@dataclass(frozen=True, slots=True)
class Fetched:
    """A picture that is on disk, whole, at `part`: it has no name yet.

    `original_md5` and `header` are those of the bytes as they came, the rest is the copy's.
    """

    wish: Wish
    part: Path
    original_md5: str
    header: Header
    copy_md5: str
    copy_bytes: int
    width: int
    height: int
    ending: str
    downloaded_bytes: int
    tries: int


@dataclass(frozen=True, slots=True)
class NotFetched:
    """How the row of a picture ends that cannot be had (`missing`, `unreadable`), and why."""

    wish: Wish
    state: str
    reason: str
    tries: int


@dataclass(frozen=True, slots=True)
class Left:
    """A picture that nothing was found out about, since its host was given up."""

    wish: Wish
    reason: str


Result = Fetched | NotFetched | Left


class Fetcher:
    """A thread that fetches what it is asked for; close it (it is a context manager)."""

    def __init__(
        self,
        downloads: Downloads,
        cache: CacheFolder,
        size: InputSize,
        *,
        jobs: int = DEFAULT_JOBS,
        is_decoded_later: bool = False,
    ) -> None:
        """Start the thread.

        With `is_decoded_later` pictures that stay as they came are not decoded here: whoever
        decodes them will see whether they are whole.
        """
        self._downloads = downloads
        self._cache = cache
        self._size = size
        self._jobs = jobs
        self._is_decoded_later = is_decoded_later
        self._results: queue.SimpleQueue[Result | CamtrapError] = queue.SimpleQueue()
        self._wishes: asyncio.Queue[Wish]
        self._work: asyncio.Task[None]
        self._loop: asyncio.AbstractEventLoop
        self.inside = 0
        started = threading.Event()
        self._thread = threading.Thread(
            target=self._run, args=(started,), name="fetcher", daemon=True
        )
        self._thread.start()
        started.wait()

    def __enter__(self) -> Fetcher:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def ask(self, wish: Wish) -> None:
        """Ask for a picture; `inside` counts what was asked for and not taken yet."""
        self.inside += 1
        self._in_loop(self._wishes.put_nowait, wish)

    def take(self, wait_s: float = 0.0) -> list[Result]:
        """Return what has come since the last time, after waiting at most `wait_s` for a first.

        Raises InputError where the cache cannot be written to.
        """
        found: list[Result] = []
        try:
            one = self._results.get(timeout=wait_s) if wait_s else self._results.get_nowait()
            while True:
                if isinstance(one, CamtrapError):
                    raise one
                found.append(one)
                one = self._results.get_nowait()
        except queue.Empty:
            if not found and not self._thread.is_alive():
                raise InputError("The downloads ended.", "Run the command again.") from None
        self.inside -= len(found)
        return found

    def close(self) -> None:
        """Give up what is under way, and end the thread; nothing half is left on the disk."""
        self._in_loop(self._work.cancel)
        self._thread.join(_LONGEST_JOIN_S)
        self._cache.drop_own()

    def _in_loop(self, call: Callable[..., object], *args: object) -> None:
        """Make a call in the thread's loop; where that has ended, `take` tells why."""
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(call, *args)

    def _run(self, started: threading.Event) -> None:
        with contextlib.suppress(asyncio.CancelledError):
            asyncio.run(self._main(started))

    async def _main(self, started: threading.Event) -> None:
        self._loop = asyncio.get_running_loop()
        self._wishes = asyncio.Queue()
        task = asyncio.current_task()
        assert task is not None
        self._work = task
        started.set()
        # What Pillow thinks of an odd picture would be written across the screen.
        warnings.filterwarnings("ignore", module=r"PIL\.")
        pool = ThreadPoolExecutor(decoders(), thread_name_prefix="shrink")
        try:
            async with self._downloads as downloads, asyncio.TaskGroup() as group:
                for _ in range(self._jobs):
                    group.create_task(self._work_on(downloads, pool))
        except* CamtrapError as errors:
            first = errors.exceptions[0]
            self._results.put(first if isinstance(first, CamtrapError) else InputError(str(first)))
        finally:
            pool.shutdown(cancel_futures=True)

    async def _work_on(self, downloads: Downloads, pool: ThreadPoolExecutor) -> None:
        while True:
            wish = await self._wishes.get()
            found = await downloads.get(wish.url, wish.content_md5)
            match found:
                case NotDownloaded(state, reason, tries):
                    self._results.put(NotFetched(wish, state, reason, tries))
                case LeftAlone(reason):
                    self._results.put(Left(wish, reason))
                case _:
                    keep = partial(self._keep, wish, found.data, found.tries)
                    self._results.put(await asyncio.wrap_future(pool.submit(keep)))
                    del found, keep  # megabytes, while the next wish may be long in coming

    def _keep(self, wish: Wish, data: bytes, tries: int) -> Result:
        """Make the copy of a picture and write it, in a thread of the pool."""
        try:
            copy = make_copy(data, self._size, is_decoded_later=self._is_decoded_later)
        except PictureError as error:
            return NotFetched(wish, "unreadable", str(error), tries)
        part = self._cache.write(copy.data)
        return Fetched(
            wish,
            part,
            copy.original_md5,
            copy.header,
            copy.copy_md5,
            len(copy.data),
            copy.width,
            copy.height,
            copy.ending,
            len(data),
            tries,
        )


def decoders() -> int:
    """Return how many pictures are decoded at a time: a core is left for everything else."""
    return max(1, min(4, (os.cpu_count() or 1) - 1))
