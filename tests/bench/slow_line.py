"""A terminal at the far end of a slow line: a pseudo-terminal, with time as the line would take.

What the program writes is never held back, as sshd does not; it queues up, and arrives at the
line's speed. Keys and answers take half the round trip. A terminal answers a cursor report when
all that was written before it has arrived; a multiplexer does at once.
"""

from __future__ import annotations

import fcntl
import heapq
import os
import pty
import re
import select
import signal
import struct
import termios
import time
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

_REPORT = b"\x1b[6n"
_PIECE = 256
_QUERIES = re.compile(rb"\x1b\[6n|\x1b\[0?c|\x1b\[\?2026\$p")
_ANSWERS = {_REPORT: b"\x1b[1;1R", b"\x1b[c": b"\x1b[?62;22c", b"\x1b[0c": b"\x1b[?62;22c"}
_NEVER = 1e9
_CSI = re.compile(rb"\x1b\[[0-9;:?]*[ -/]*[@-~]")


@dataclass(frozen=True, slots=True)
class Link:
    """A line: bits a second, seconds there and back, and who answers cursor reports.

    `answers` is "terminal", "multiplexer" or "nobody"; `packed` compresses as `ssh -C` does.
    """

    bits: float
    round_trip: float
    answers: str = "terminal"
    packed: bool = False


@dataclass(slots=True)
class FarTerminal:
    """Runs a program at one end of a link, and notes what arrives at the other.

    Times are seconds of time.monotonic. `arrived` holds pieces with their time, `sent` counts
    bytes on the link, `unacknowledged` is the most bytes that were written while a report was
    out, and `behind` the most seconds that what was written had to wait for the line.
    """

    link: Link
    arrived: list[tuple[float, bytes]] = field(default_factory=list)
    written: int = 0
    sent: int = 0
    reports: int = 0
    outstanding: int = 0
    most_outstanding: int = 0
    behind: float = 0.0
    is_open: bool = True
    pid: int = 0
    fd: int = -1
    _free: float = 0.0
    _events: list[tuple[float, int, str, bytes]] = field(default_factory=list)
    _count: int = 0
    _tail: bytes = b""
    _stream: zlib._Compress = field(default_factory=lambda: zlib.compressobj(6))

    def start(
        self, command: Sequence[str], size: tuple[int, int], environ: Mapping[str, str]
    ) -> None:
        """Start the program on a terminal of `size` columns and rows."""
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            columns, rows = size
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
            os.execvpe(command[0], list(command), dict(environ))

    def type(self, keys: str, at: float) -> None:
        """Have keys typed at a time; they reach the program half a round trip later."""
        self._push(at + self.link.round_trip / 2, "key", keys.encode())

    def run(self, until: float, *, quiet: float = _NEVER) -> None:
        """Let time pass until then, or until nothing has arrived for `quiet` seconds."""
        since = time.monotonic()
        while self.is_open and (now := time.monotonic()) < until:
            last = max(self.arrived[-1][0] if self.arrived else 0.0, since)
            if now - last > quiet and not self._events:
                return
            due = self._events[0][0] if self._events else until
            wait = min(max(due - now, 0.0), 0.02)
            if select.select([self.fd], [], [], wait)[0]:
                self._read()
            while self._events and self._events[0][0] <= time.monotonic():
                self._happen(*heapq.heappop(self._events))

    def wait_for(self, text: str, seconds: float) -> bool:
        """Let time pass until some text has arrived; tell whether it did."""
        end = time.monotonic() + seconds
        while time.monotonic() < end and self.is_open:
            if text.encode() in plain(self.received()):
                return True
            self.run(time.monotonic() + 0.02)
        return False

    def received(self, start: int = 0) -> bytes:
        """Return what has arrived since piece `start`."""
        return b"".join(piece for _, piece in self.arrived[start:])

    def close(self) -> None:
        """End the program."""
        os.close(self.fd)
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)

    # ── inside ───────────────────────────────────────────────────────────────────────────

    def _push(self, at: float, kind: str, data: bytes) -> None:
        self._count += 1
        heapq.heappush(self._events, (at, self._count, kind, data))

    def _read(self) -> None:
        try:
            data = os.read(self.fd, 65536)
        except OSError:
            data = b""
        if not data:
            self.is_open = False
            return
        now = time.monotonic()
        self.written += len(data)
        if self.outstanding:
            # What is written behind a report is words: no band may follow before its answer.
            self.most_outstanding = max(self.most_outstanding, self.outstanding)
        self.outstanding += data.count(_REPORT)
        self.most_outstanding = max(self.most_outstanding, self.outstanding)
        self.reports += data.count(_REPORT)
        if self.link.answers == "multiplexer":
            self._answer(data, now)
        for start in range(0, len(data), _PIECE):
            piece = data[start : start + _PIECE]
            size = len(piece)
            if self.link.packed:
                size = len(self._stream.compress(piece) + self._stream.flush(zlib.Z_SYNC_FLUSH))
            self.sent += size
            self._free = max(self._free, now) + 8 * size / self.link.bits
            self._push(self._free + self.link.round_trip / 2, "piece", piece)
        self.behind = max(self.behind, self._free - now)

    def _happen(self, at: float, _number: int, kind: str, data: bytes) -> None:
        if kind == "piece":
            self.arrived.append((at, data))
            if self.link.answers != "multiplexer":
                self._answer(data, at + self.link.round_trip / 2)
            return
        if kind == "report":
            self.outstanding -= 1
        try:
            os.write(self.fd, data)
        except OSError:
            self.is_open = False

    def _answer(self, data: bytes, at: float) -> None:
        seen = self._tail + data
        end = 0
        for found in _QUERIES.finditer(seen):
            end = found.end()
            is_report = found[0] == _REPORT
            if is_report and self.link.answers == "nobody":
                continue
            answer = _ANSWERS.get(found[0], b"\x1b[?2026;2$y")
            self._push(at, "report" if is_report else "answer", answer)
        rest = seen[end:]
        start = rest.rfind(b"\x1b")
        self._tail = rest[start:] if start >= 0 and len(rest) - start < 12 else b""


def plain(data: bytes) -> bytes:
    """Return what is left without control sequences."""
    return _CSI.sub(b"", data)


def lags(
    terminal: FarTerminal, keys: Sequence[float], start: int, counter: str
) -> list[float | None]:
    """Return for each key after how many seconds the counter that it raised has arrived.

    `counter` is a pattern whose group is a number that each key raises by one; pieces before
    `start` were there before the keys.
    """
    pattern = re.compile(counter.encode())

    def highest(data: bytes) -> int:
        return max((int(n.replace(b",", b"")) for n in pattern.findall(plain(data))), default=0)

    first = highest(
        terminal.received()[: sum(len(p) for _, p in terminal.arrived[:start])][-20000:]
    )
    reached: list[tuple[float, int]] = []
    seen = b""
    for at, piece in terminal.arrived[start:]:
        seen = (seen + piece)[-4096:]
        reached.append((at, highest(seen)))
    return [
        next((at - pressed for at, value in reached if at >= pressed and value >= first + n), None)
        for n, pressed in enumerate(keys, 1)
    ]
