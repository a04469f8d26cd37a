"""Stopping a prediction: by signal, by closing its stdin, or because its parent is gone.

The first request to stop lets the process save what is ready; the second one ends it at once,
which costs no more than one batch.
"""

from __future__ import annotations

import ctypes
import os
import signal
import stat
import sys
import threading
from types import FrameType

from camtrap_tui.errors import EXIT_INTERRUPTED

_PR_SET_PDEATHSIG = 1
# What a process gets to save its last batch once its parent is gone, in seconds. It saves
# before it waits for the picture in hand, so this is plenty.
GRACE_S = 3.0


def stop_on_signals(stop: threading.Event) -> None:
    """Set `stop` at the first SIGINT or SIGTERM; at the second one end this process at once.

    A terminal that is closed sets `stop`, too, unless this process was told not to mind (`nohup`).
    """
    signals = 0

    def handle(number: int, frame: FrameType | None) -> None:
        nonlocal signals
        # The shell and the kernel both tell of a closed terminal: that is no second wish.
        signals += number != signal.SIGHUP
        if signals > 1:
            os._exit(EXIT_INTERRUPTED)
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, handle)
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        signal.signal(signal.SIGHUP, handle)


def end_with_parent(stop: threading.Event, grace_s: float = GRACE_S) -> None:
    """Set `stop` once the parent is gone, and end this process if it has not ended soon after.

    A parent that holds the other end of stdin is watched through it, on every system; for any
    other, Linux is asked for a SIGTERM.
    """
    try:
        mode = os.fstat(0).st_mode
    except OSError:
        mode = 0
    if stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode):
        # Not both: the kernel signals for each thread of the parent that ends, and a second
        # signal would end this process before it has saved.
        threading.Thread(target=_watch, args=(stop, grace_s), daemon=True).start()
    elif sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)


def _watch(stop: threading.Event, grace_s: float) -> None:
    try:
        while os.read(0, 4096):
            pass
    except OSError:
        pass  # A reset line is as much an end as a closed one.
    stop.set()
    threading.Event().wait(grace_s)
    os._exit(EXIT_INTERRUPTED)
