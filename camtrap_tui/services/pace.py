"""Counts what is done of a long piece of work, and says how fast it goes."""

from __future__ import annotations

import time

_REPORT_EVERY_S = 0.25


class Pace:
    """`done` of `total`, `failed` of them failed; the clock starts when it is made."""

    def __init__(self, total: int, done: int = 0, failed: int = 0) -> None:
        self.total, self.done, self.failed = total, done, failed
        self._done_before = done
        self._began = self._told = time.monotonic()

    def count(self, *, failed: bool) -> None:
        """Note that one more is done."""
        self.done += 1
        self.failed += failed

    def is_due(self) -> bool:
        """Say whether the last report is old enough for another one."""
        return time.monotonic() - self._told >= _REPORT_EVERY_S

    def report(self) -> tuple[float | None, float | None]:
        """Return what is done a second, and the seconds left; None until something is done."""
        self._told = time.monotonic()
        here = self.done - self._done_before
        rate = here / max(self._told - self._began, 1e-3) if here else None
        return rate, max(0, self.total - self.done) / rate if rate else None
