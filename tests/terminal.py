"""A real terminal for tests: a pseudo-terminal, and pyte to read what was written to it."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import sys
import termios
import threading
import time
import unicodedata
from collections.abc import Callable, Mapping
from pathlib import Path

import pyte

# What the program asks of a terminal at its start, and what an ordinary one says.
_ANSWERS = {b"\x1b[c": b"\x1b[?62;22c", b"\x1b[6n": b"\x1b[1;1R"}


class Terminal:
    """Runs `camtrap-tui ARGUMENTS` and reads its screen.

    `environment` is set for it, or unset where a value is None; `script` is for a shell whose
    `"$@"` is the program; `answers` are what the terminal says when it is asked.
    """

    def __init__(
        self,
        *arguments: str | Path,
        size: tuple[int, int] = (80, 24),
        cwd: Path | None = None,
        before_exec: Callable[[], None] | None = None,
        environment: Mapping[str, str | None] | None = None,
        script: str = "",
        answers: Mapping[bytes, bytes] = _ANSWERS,
    ) -> None:
        columns, rows = size
        self.screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self.screen)
        self._answers = answers
        self.written = b""
        self._lock = threading.Lock()
        command = [sys.executable, "-m", "camtrap_tui", *map(str, arguments)]
        if script:
            command = ["/bin/sh", "-c", script, "sh", *command]
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
            os.environ.update({"TERM": "xterm-256color", "COLORTERM": "truecolor"})
            for name, value in (environment or {}).items():
                os.environ.pop(name, None)
                if value is not None:
                    os.environ[name] = value
            if cwd:
                os.chdir(cwd)
            if before_exec:
                before_exec()
            os.execv(command[0], command)
        self.modes_before = termios.tcgetattr(self.fd)
        self._hung_up = threading.Event()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        while not self._hung_up.is_set():
            # A read that waits would keep the line open after it was closed.
            if not select.select([self.fd], [], [], 0.05)[0]:
                continue
            try:
                data = os.read(self.fd, 65536)
            except OSError:
                return
            if not data:
                return
            with self._lock:
                self.written += data
                self._stream.feed(data)
            for question, answer in self._answers.items():
                if question in data:
                    os.write(self.fd, answer)

    def text(self) -> str:
        """Return the screen as it stands."""
        with self._lock:
            return "\n".join(map(self._row, range(self.screen.lines)))

    def _row(self, y: int) -> str:
        # pyte's own fails where the first half of a wide character was written over.
        cells = [self.screen.buffer[y][x].data for x in range(self.screen.columns)]
        before = [" ", *cells]
        return "".join(
            cell or ("" if unicodedata.east_asian_width(last[:1] or " ") in "WF" else " ")
            for last, cell in zip(before, cells, strict=False)
        )

    def wait_for(self, text: str, seconds: float = 30) -> None:
        """Wait until the screen shows `text`; fail with the screen after `seconds`."""
        self.wait_until(lambda: text in self.text(), f"{text!r} on the screen", seconds)

    def wait_until(self, holds: object, what: str, seconds: float = 30) -> None:
        """Wait until `holds()`; fail with the screen after `seconds`."""
        assert callable(holds)
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if holds():
                return
            time.sleep(0.02)
        raise AssertionError(f"waited in vain for {what}:\n{self.text()}")

    def type(self, keys: str) -> None:
        """Type keys, as a terminal sends them."""
        os.write(self.fd, keys.encode())

    def resize(self, columns: int, rows: int) -> None:
        """Give the terminal another size."""
        with self._lock:
            self.screen.resize(rows, columns)
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def signal(self, number: int) -> None:
        """Send a signal to the program."""
        os.kill(self.pid, number)

    def wait(self, seconds: float = 20) -> int:
        """Return the program's wait status once it has ended; fail after `seconds`."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.pid = 0
                return status
            time.sleep(0.02)
        raise AssertionError(f"the program goes on:\n{self.text()}")

    def hang_up(self) -> None:
        """Drop the line, as a lost SSH connection does."""
        if not self._hung_up.is_set():
            self._hung_up.set()
            self._reader.join()
            os.close(self.fd)

    def close(self) -> None:
        """Hang up, and end the program if it is still there."""
        self.hang_up()
        if self.pid:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)

    @property
    def is_sane(self) -> bool:
        """Whether the modes, the cursor and the screen are as the program found them."""
        modes = termios.tcgetattr(self.fd)
        return (
            modes[3] & (termios.ECHO | termios.ICANON)
            == self.modes_before[3] & (termios.ECHO | termios.ICANON)
            and self.written.rfind(b"\x1b[?1049l") > self.written.rfind(b"\x1b[?1049h")
            and self.written.rfind(b"\x1b[?25h") > self.written.rfind(b"\x1b[?25l")
        )
