"""How fast pictures are asked for, and how long a host that does not answer is waited for.

Nobody's picture is given up because its host is away: while a host cannot be reached one
request at a time finds out whether it is back, and only a host that stays away is left.
"""

from __future__ import annotations

import asyncio
import random
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from camtrap_tui.domain.text import clean
from camtrap_tui.errors import UsageError

Sleep = Callable[[float], Awaitable[None]]
Clock = Callable[[], float]

_RATE = re.compile(r"(\d+(?:\.\d+)?)\s*(|k|M|G)(B?)/(s|min)", re.ASCII)
_FACTORS = {"": 1.0, "k": 1e3, "M": 1e6, "G": 1e9}


@dataclass(frozen=True, slots=True)
class Limits:
    """How often, how long and how much: seconds and bytes.

    `tries` a picture; `first_wait_s` doubles from try to try up to `longest_wait_s`, which
    also caps what a server asks for. A body must bring `stall_bytes` every `stall_s`. A host
    that cannot be reached is waited for `patience_s`, or `first_patience_s` where it has never
    answered; so many answers in a row that say "too busy" make it one that cannot be reached.
    """

    tries: int = 5
    first_wait_s: float = 1.0
    longest_wait_s: float = 60.0
    connect_s: float = 30.0
    stall_s: float = 60.0
    stall_bytes: int = 4096
    most_bytes: int = 200_000_000
    redirects: int = 10
    patience_s: float = 600.0
    first_patience_s: float = 60.0
    busy_in_a_row: int = 20


@dataclass(frozen=True, slots=True)
class RateLimit:
    """At most so many requests, or bytes, a second; None is no limit."""

    requests_per_s: float | None = None
    bytes_per_s: float | None = None


def parse_rate(text: str) -> RateLimit:
    """Return what `20/s`, `90/min` (requests) or `5MB/s`, `500kB/s` (bytes) says.

    Raises UsageError for anything else, and for nothing at all a second.
    """
    found = _RATE.fullmatch(text.strip())
    amount = float(found[1]) * _FACTORS[found[2]] if found else 0.0
    if found is None or not amount or (found[2] and not found[3]):
        raise UsageError(
            f"Rate limit {clean(text)!r}:",
            "write requests as 20/s or 90/min, or bytes as 5MB/s or 500kB/s.",
        )
    per_s = amount / (60 if found[4] == "min" else 1)
    return RateLimit(bytes_per_s=per_s) if found[3] else RateLimit(requests_per_s=per_s)


class Throttle:
    """Lets so much through a second; who takes more waits for its turn."""

    def __init__(self, per_s: float | None, sleep: Sleep, clock: Clock) -> None:
        self._per_s = per_s
        self._sleep = sleep
        self._clock = clock
        self._free_at = 0.0

    async def take(self, amount: float = 1.0) -> None:
        """Wait until `amount` more may pass."""
        if self._per_s is None:
            return
        now = self._clock()
        start = max(now, self._free_at)
        self._free_at = start + amount / self._per_s
        if start > now:
            await self._sleep(start - now)


class Host:
    """One host: whether it answers, and how long it has been waited for."""

    def __init__(
        self, name: str, limits: Limits, sleep: Sleep, clock: Clock, chance: random.Random
    ) -> None:
        self._name = name
        self._limits = limits
        self._sleep = sleep
        self._clock = clock
        self._chance = chance
        self._probe = asyncio.Lock()
        self._is_away = False
        self._has_answered = False
        self._probes = 0
        self._waited = 0.0
        self._busy = 0
        self._rest_until = 0.0
        self._why = ""
        self.given_up = ""

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[bool]:
        """Wait until a request may be sent; yields False where the host was given up.

        While the host is away requests come one at a time, each after a longer wait.
        """
        rest = self._rest_until - self._clock()
        if rest > 0:
            await self._sleep(rest)
        if not self._is_away:
            yield not self.given_up
            return
        async with self._probe:
            if self._is_away and not self.given_up:
                await self._wait()
            yield not self.given_up

    async def _wait(self) -> None:
        limits = self._limits
        patience = limits.patience_s if self._has_answered else limits.first_patience_s
        if self._waited >= patience:
            self.given_up = f"{self._name} does not answer ({self._why})"
            return
        wait = backoff(self._probes, limits, self._chance)
        self._probes += 1
        self._waited += wait
        await self._sleep(wait)

    def failed(self, why: str) -> None:
        """Note that the host could not be reached."""
        self._is_away, self._why = True, why

    def answered(self) -> None:
        """Note that the host answered, whatever it said."""
        self._has_answered = True
        self._is_away = False
        self._probes = self._busy = 0
        self._waited = 0.0

    def is_too_busy(self, why: str, rest_s: float) -> bool:
        """Note an answer that says "too busy"; True where it counts as no answer at all."""
        self._rest_until = max(self._rest_until, self._clock() + rest_s)
        self._has_answered = True
        self._busy += 1
        if self._busy < self._limits.busy_in_a_row:
            self._is_away = False
            return False
        self.failed(why)
        return True


def backoff(before: int, limits: Limits, chance: random.Random) -> float:
    """Return how long to wait after `before` earlier waits, in seconds.

    Twice as long each time, up to the limit, times 0.5 to 1.5 by chance: clients that failed
    together must not come back together.
    """
    longest = min(limits.longest_wait_s, limits.first_wait_s * 2.0 ** min(before, 16))
    return longest * (0.5 + chance.random())
