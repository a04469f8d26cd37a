"""One picture: from its address to all of its bytes, or to the reason why not.

A body counts only when it is whole: as long as the server said, with the md5 that was told
beforehand, and no web page. What may pass (a busy server, a broken line) is tried again.
"""

from __future__ import annotations

import asyncio
import hashlib
import random
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType

from camtrap_tui.domain.text import clean
from camtrap_tui.errors import CamtrapError
from camtrap_tui.services.answers import Again, Away, Final, check_body
from camtrap_tui.services.from_buckets import BucketPictures
from camtrap_tui.services.over_http import HttpPictures
from camtrap_tui.services.pace_limits import Host, Limits, RateLimit, Sleep, Throttle, backoff

SCHEMES = ("http", "https", "s3")


@dataclass(frozen=True, slots=True)
class Downloaded:
    """All bytes of a picture, and how often they were asked for."""

    data: bytes
    tries: int


@dataclass(frozen=True, slots=True)
class NotDownloaded:
    """Why there is no picture: how its row ends (`missing`, `unreadable`), after how many tries."""

    state: str
    reason: str
    tries: int


@dataclass(frozen=True, slots=True)
class LeftAlone:
    """The host was given up, for a reason: nothing is known of the picture."""

    reason: str


class Downloads:
    """Downloads over HTTP and from S3, within limits; an asynchronous context manager."""

    def __init__(
        self,
        limits: Limits | None = None,
        rate: RateLimit | None = None,
        *,
        jobs: int = 16,
        places: Mapping[str, bool] | None = None,
        sleep: Sleep = asyncio.sleep,
        chance: random.Random | None = None,
    ) -> None:
        """`sleep` is how waits are spent; `chance` spreads them.

        `places` says of `s3://bucket/prefix` whether it is read without keys, where known.
        """
        self._limits = limits or Limits()
        self._rate = rate or RateLimit()
        self._jobs = jobs
        self._places = places
        self._sleep = sleep
        self._chance = chance or random.Random()
        self._hosts: dict[str, Host] = {}

    async def __aenter__(self) -> Downloads:
        clock = asyncio.get_running_loop().time
        self._requests = Throttle(self._rate.requests_per_s, self._sleep, clock)
        throttle = Throttle(self._rate.bytes_per_s, self._sleep, clock)
        self._http = HttpPictures(self._limits, throttle, self._jobs)
        self._buckets = BucketPictures(self._limits, throttle, self._places)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._http.close()

    async def get(
        self, url: str, content_md5: str | None = None
    ) -> Downloaded | NotDownloaded | LeftAlone:
        """Download what `url` names; `content_md5` is what its bytes must have, if it is known."""
        tries = mismatches = 0
        host = self._host(url)
        while True:
            wait_s: float | None = None
            try:
                async with host.turn() as may_go:
                    if not may_go:
                        return LeftAlone(host.given_up)
                    await self._requests.take()
                    data = await self._once(url, host)
                problem = _wrong_md5(data, content_md5)
                if not problem:
                    return Downloaded(data, tries + 1)
                mismatches += 1
                if mismatches > 1:
                    return NotDownloaded("unreadable", problem, tries + 1)
                reason = problem
            except Final as final:
                return NotDownloaded(final.state, final.reason, tries + 1)
            except Away:
                continue
            except CamtrapError as error:
                # What the environment says of a bucket cannot be used.
                host.given_up = error.message.rstrip(".")
                continue
            except Again as again:
                reason, wait_s = again.reason, again.wait_s
            tries += 1
            if tries >= self._limits.tries:
                return NotDownloaded("missing", f"{reason} ({tries} tries)", tries)
            if wait_s is None:
                wait_s = backoff(tries - 1, self._limits, self._chance)
            await self._sleep(wait_s)

    def _host(self, url: str) -> Host:
        scheme, _, rest = url.partition("://")
        name = rest.partition("/")[0].rpartition("@")[2]
        name = f"s3://{name}" if scheme == "s3" else clean(name)
        if name not in self._hosts:
            clock = asyncio.get_running_loop().time
            self._hosts[name] = Host(name, self._limits, self._sleep, clock, self._chance)
        return self._hosts[name]

    async def _once(self, url: str, host: Host) -> bytes:
        """Ask once, and tell the host's record what came of it."""
        try:
            scheme = url.partition("://")[0].lower()
            if scheme not in SCHEMES:
                raise Final(f"{scheme[:20]!r} is no kind of address that can be fetched")
            data = await (self._buckets if scheme == "s3" else self._http).get(url)
        except Again as again:
            rest = again.wait_s or 0.0
            if again.busy and host.is_too_busy(again.reason, rest):
                raise Away from again
            if not again.busy:
                host.answered()
            raise
        except Away as away:
            host.failed(str(away))
            raise
        except Final:
            host.answered()
            raise
        host.answered()
        check_body(data)
        return data


def _wrong_md5(data: bytes, wanted: str | None) -> str:
    if not wanted:
        return ""
    found = hashlib.md5(data, usedforsecurity=False).hexdigest()
    return "" if found == wanted.lower() else f"md5 is {found}, not {clean(wanted)[:40]}"
