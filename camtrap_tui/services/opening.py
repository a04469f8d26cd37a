"""Making a queue: which images a filter chooses, in its order, and which of them have a grade.

At a million images that takes a while, so a thread can do it on a connection of its own; nearly
all of its time is SQLite's, which leaves the interpreter to the screen.
"""

from __future__ import annotations

import threading
from array import array
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from camtrap_tui.domain.filters import Filter
from camtrap_tui.domain.models import Run
from camtrap_tui.errors import CamtrapError, StoreError
from camtrap_tui.services.filtering import read_filter
from camtrap_tui.store.store import Store


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which queue is asked for; `is_resumed` says that its grader was in it, and `start_id` at
    which image, 0 where they were at none. `lost` is their filter where it means nothing any more,
    and all pictures stand for it."""

    filter: Filter
    run: Run | None
    start_id: int = 0
    is_resumed: bool = False
    lost: str = ""


@dataclass(frozen=True, slots=True)
class Opened:
    """A queue: the ids of its images, and a byte for each, 1 where it has a grade.

    `title` is what it is called where somebody gathered it by hand.
    """

    filter: Filter
    run: Run | None
    queue: array[int]
    graded: bytearray
    title: str = ""
    start_id: int = 0


def wanted(store: Store, where: str, run: Run | None, grader: str = "") -> Wanted:
    """Return the queue that a filter asks for, `grader` being who `state:mine` means.

    Raises UsageError for a filter that says nothing.
    """
    return Wanted(read_filter(store, where, grader), run)


def make(store: Store, asked: Wanted) -> Opened:
    """Return the queue that is asked for."""
    queue = store.queues.build(asked.filter, asked.run.id if asked.run else None)
    return Opened(asked.filter, asked.run, queue, graded(store, queue), start_id=asked.start_id)


def graded(store: Store, queue: array[int]) -> bytearray:
    """Return a byte for each place of the queue, 1 where its image has a grade."""
    ids = store.grades.graded_ids()
    if not ids:
        return bytearray(len(queue))
    by_id = bytearray(max(store.bulk.next_image_id(), ids[-1] + 1))
    for key in ids:
        by_id[key] = 1
    return bytearray(map(by_id.__getitem__, queue))


class Opening:
    """A queue that a thread is making, from now on."""

    def __init__(self, path: Path, asked: Wanted) -> None:
        self.asked = asked
        self._path = path
        self._done: Callable[[], object] | None = None
        self._made: Opened | None = None
        self._error: CamtrapError | None = None
        self._lock = threading.Lock()
        self._store: Store | None = None
        self._cancelled = False
        self._thread = threading.Thread(target=self._work, name="opening", daemon=True)
        self._thread.start()

    def wait(self, seconds: float | None = None) -> bool:
        """Wait for the end; tell whether it has come within this time."""
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def call_at_end(self, done: Callable[[], object]) -> None:
        """Have `done`, which must not wait, called at the end, from the thread; at once where
        that has come."""
        with self._lock:
            if self._made is None and self._error is None:
                self._done = done
                return
        done()

    def result(self) -> Opened:
        """Return the queue, waiting for it; raises what stopped its making."""
        self._thread.join()
        if self._error is not None:
            raise self._error
        assert self._made is not None
        return self._made

    def cancel(self) -> None:
        """Stop the making; `done` is not called any more."""
        with self._lock:
            self._cancelled, self._done = True, None
            if self._store is not None:
                self._store.db.interrupt()

    def _work(self) -> None:
        made, error = None, None
        try:
            with Store.open(self._path) as store:
                try:
                    # A survey must not be closed by this thread while another interrupts it.
                    with self._lock:
                        self._store = store
                        if self._cancelled:
                            raise StoreError("The opening was left.")
                    made = make(store, self.asked)
                finally:
                    with self._lock:
                        self._store = None
        except CamtrapError as stopped:
            error = stopped
        with self._lock:
            self._made, self._error, done = made, error, self._done
        if done is not None:
            done()
        _give_back()


def _give_back() -> None:
    """Hand what was freed back to the system: half of all memory at a million images. Where the
    C library has no function for that (glibc has), it does so by itself, or keeps it."""
    import ctypes

    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
