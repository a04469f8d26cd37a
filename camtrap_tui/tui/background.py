"""Surveys that threads of a screen read: each thread has its own, and all can be stopped."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock

from camtrap_tui.store.store import Store


class Background:
    """Opens a survey for a thread, and stops what such threads count once nobody waits for it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._open: set[Store] = set()
        # A survey must not be closed by its thread while the loop interrupts it.
        self._interrupting = Lock()

    @contextmanager
    def store(self) -> Iterator[Store]:
        """Give the calling thread a survey of its own."""
        with Store.open(self._path) as store:
            with self._interrupting:
                self._open.add(store)
            try:
                yield store
            finally:
                with self._interrupting:
                    self._open.discard(store)

    def interrupt(self) -> None:
        """Stop the queries that are running; their threads see StoreError."""
        with self._interrupting:
            for store in self._open:
                store.db.interrupt()
