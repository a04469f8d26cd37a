"""A pipe of threads, one a stage, through which a bounded number of items travels in order.

What goes wrong with one item ends that item alone; no stage ever waits for an item that will
not come. The caller's thread feeds the pipe and takes from it.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from typing import Generic, TypeVar

from camtrap_tui.errors import ModelError

Item = TypeVar("Item")
Stage = Callable[[Item], None]

# How long the caller's thread sleeps before it looks at `should_stop` again, in seconds.
_GLANCE_S = 0.05
# The same while a stage could work, if only there were an item for it.
_SHORT_GLANCE_S = 0.01


class Pipe(Generic[Item]):
    """Stages that work on items, each in a thread of its own.

    A stage changes its item and must not raise: errors are the item's own affair. At most
    `in_flight` items are inside, which bounds memory without a full queue that could block.
    """

    def __init__(self, stages: Sequence[Stage[Item]], in_flight: int) -> None:
        self._in_flight = in_flight
        self._queues: list[queue.SimpleQueue[Item | None]] = [
            queue.SimpleQueue() for _ in range(len(stages) + 1)
        ]
        self._closing = threading.Event()
        self._threads = [
            threading.Thread(target=self._work, args=(number, stage), daemon=True)
            for number, stage in enumerate(stages)
        ]
        for thread in self._threads:
            thread.start()

    def run(self, items: Iterator[Item | None], should_stop: Callable[[], bool]) -> Generator[Item]:
        """Yield the items in their order, each after its last stage.

        `items` is drawn from in the caller's thread; None from it says that nothing is at hand
        now. Ends early once `should_stop` says so; what is inside then is given up, after the
        calls in hand have returned.
        """
        inside = 0
        at_hand = more = True
        try:
            while not should_stop():
                at_hand = True
                while more and at_hand and inside < self._in_flight:
                    try:
                        item = next(items)
                    except StopIteration:
                        more = False
                        break
                    if item is None:
                        at_hand = False
                    else:
                        self._queues[0].put(item)
                        inside += 1
                if not inside and not more:
                    return
                finished = self._take(_GLANCE_S if at_hand else _SHORT_GLANCE_S)
                if finished is not None:
                    inside -= 1
                    yield finished
        finally:
            self._close()

    def _take(self, wait_s: float) -> Item | None:
        try:
            return self._queues[-1].get(timeout=wait_s)
        except queue.Empty:
            if not all(thread.is_alive() for thread in self._threads):
                raise ModelError(
                    "A part of the model ended its thread.", "Run the command again."
                ) from None
            return None

    def _work(self, number: int, stage: Stage[Item]) -> None:
        source, target = self._queues[number], self._queues[number + 1]
        try:
            while (item := source.get()) is not None:
                if not self._closing.is_set():
                    stage(item)
                target.put(item)
        finally:
            # However this thread ends, the next one must not wait for it.
            target.put(None)

    def _close(self) -> None:
        self._closing.set()
        self._queues[0].put(None)
        for thread in self._threads:
            thread.join()
