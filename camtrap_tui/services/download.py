"""One picture: from its address to all of its bytes, or to the reason why not.

A body counts only when it is whole: as long as the server said, with the md5 that was told
beforehand, and no web page. What may pass (a busy server, a broken line) is tried again.
"""

from __future__ import annotations

import asyncio
import hashlib
import random
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from functools import partial
from types import TracebackType
from typing import TYPE_CHECKING, Any

from camtrap_tui.domain.text import clean
from camtrap_tui.errors import CamtrapError, InputError
from camtrap_tui.services.pace_limits import Host, Limits, RateLimit, Sleep, Throttle, backoff

if TYPE_CHECKING:
    from yarl import URL

SCHEMES = ("http", "https", "s3")
_AGAIN = frozenset((408, 425, 429))
_TOO_BUSY = frozenset((429, 502, 503, 504))
_REDIRECTS = frozenset((301, 302, 303, 307, 308))
_WEB_PAGES = (b"<!doctype html", b"<html", b"<head", b"<body", b"<?xml", b"<script")
_PIECE = 1 << 16
_LONGEST_REASON = 200


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


class Final(Exception):
    """Asking again would bring the same answer."""

    def __init__(self, reason: str, state: str = "missing") -> None:
        super().__init__(reason)
        self.reason = reason
        self.state = state


class Again(Exception):
    """Asking again may help; `wait_s` is what the server asked for."""

    def __init__(self, reason: str, wait_s: float | None = None, *, busy: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.wait_s = wait_s
        self.busy = busy


class Away(Exception):
    """The host cannot be reached: the picture is not to blame."""


class Downloads:
    """Downloads over HTTP and from S3, within limits; an asynchronous context manager."""

    def __init__(
        self,
        limits: Limits | None = None,
        rate: RateLimit | None = None,
        *,
        jobs: int = 16,
        sleep: Sleep = asyncio.sleep,
        chance: random.Random | None = None,
    ) -> None:
        """`sleep` is how waits are spent; `chance` spreads them."""
        self._limits = limits or Limits()
        self._rate = rate or RateLimit()
        self._jobs = jobs
        self._sleep = sleep
        self._chance = chance or random.Random()
        self._hosts: dict[str, Host] = {}
        self._buckets: dict[str, Any] = {}
        self._session: Any = None

    async def __aenter__(self) -> Downloads:
        import aiohttp

        limits = self._limits
        clock = asyncio.get_running_loop().time
        self._requests = Throttle(self._rate.requests_per_s, self._sleep, clock)
        self._bytes = Throttle(self._rate.bytes_per_s, self._sleep, clock)
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=self._jobs),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"Accept-Encoding": "identity", "User-Agent": "camtrap-tui"},
            timeout=aiohttp.ClientTimeout(
                total=None, sock_connect=limits.connect_s, sock_read=limits.stall_s
            ),
            trust_env=True,
        )
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._session.close()

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
            data = await (self._from_s3(url) if scheme == "s3" else self._over_http(url))
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
        if data[:512].lstrip().lower().startswith(_WEB_PAGES):
            raise Final("a web page instead of a picture", "unreadable")
        if not data:
            raise Final("the server sent nothing", "unreadable")
        return data

    # ── HTTP ─────────────────────────────────────────────────────────────────────────────

    async def _over_http(self, url: str) -> bytes:
        import aiohttp

        try:
            return await self._follow(_address(url))
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise Away(_said(error)) from error
        except aiohttp.ClientPayloadError as error:
            raise Again("the body was cut short") from error
        except TimeoutError as error:
            raise Again("time-out") from error
        except aiohttp.InvalidURL as error:
            raise Final("this is no address") from error
        except (aiohttp.ClientConnectionError, OSError) as error:
            raise Again("the connection broke") from error
        except (aiohttp.ClientError, ValueError) as error:
            raise Again("the answer is no valid HTTP") from error

    async def _follow(self, address: URL) -> bytes:
        seen = {address}
        while True:
            async with self._session.get(address, allow_redirects=False) as answer:
                if answer.status not in _REDIRECTS:
                    return await self._body(answer)
                address = _next_address(address, answer.headers.get("Location", ""))
            if address in seen:
                raise Final("redirected in a circle")
            if len(seen) > self._limits.redirects:
                raise Final(f"redirected more than {self._limits.redirects} times")
            seen.add(address)

    async def _body(self, answer: Any) -> bytes:
        status = answer.status
        if status in _AGAIN or status >= 500:
            wait_s = retry_after(answer.headers.get("Retry-After", ""), self._limits)
            raise Again(f"HTTP {status}", wait_s, busy=status in _TOO_BUSY)
        if status != 200:
            raise Final(f"HTTP {status}")
        if answer.content_type in ("text/html", "application/xhtml+xml"):
            raise Final("a web page instead of a picture", "unreadable")
        if (answer.content_length or 0) > self._limits.most_bytes:
            raise Final(self._too_large(), "unreadable")
        return await self._read(answer.content.iter_chunked(_PIECE))

    async def _read(self, pieces: AsyncIterator[bytes]) -> bytes:
        """Return a whole body; raises Again for one that comes too slowly."""
        limits, data, ended = self._limits, bytearray(), False
        while not ended:
            before = len(data)
            try:
                async with asyncio.timeout(limits.stall_s):
                    while not ended and len(data) - before < limits.stall_bytes:
                        piece = await anext(pieces, None)
                        ended = piece is None
                        data += piece or b""
            except TimeoutError:
                raise Again("too slow") from None
            if len(data) > limits.most_bytes:
                raise Final(self._too_large(), "unreadable")
            await self._bytes.take(len(data) - before)
        return bytes(data)

    def _too_large(self) -> str:
        return f"larger than {self._limits.most_bytes // 1_000_000:,} MB"

    # ── S3 ───────────────────────────────────────────────────────────────────────────────

    async def _from_s3(self, url: str) -> bytes:
        import obstore
        from obstore import exceptions

        from camtrap_tui.services.s3 import can_be_fetched, split_s3_url

        bucket, key = split_s3_url(url)
        if not bucket or not can_be_fetched(key):
            raise Final("this is no address of an object")
        store = self._buckets.get(bucket) or await self._open(bucket)
        try:
            found = await obstore.get_async(store, key)
            kind = str(found.attributes.get("Content-Type", ""))
            if kind.partition(";")[0].strip().lower() in ("text/html", "application/xhtml+xml"):
                raise Final("a web page instead of a picture", "unreadable")
            size = found.meta["size"]
            if size > self._limits.most_bytes:
                raise Final(self._too_large(), "unreadable")
            data = await self._read(_plain(found.stream(min_chunk_size=_PIECE)))
        except (exceptions.NotFoundError, FileNotFoundError):
            raise Final("HTTP 404") from None
        except (exceptions.PermissionDeniedError, exceptions.UnauthenticatedError):
            raise Final("HTTP 403") from None
        except exceptions.BaseError as error:
            raise _s3_trouble(str(error)) from None
        if len(data) != size:
            raise Again("the body was cut short")
        return data

    async def _open(self, bucket: str) -> Any:
        from datetime import timedelta

        from obstore import exceptions

        from camtrap_tui.services.s3 import open_bucket

        # Opening may ask Amazon for the region: not in the loop's own thread. Tries and waits
        # are counted here, so obstore makes none.
        open_it = partial(
            open_bucket,
            bucket,
            retry_config={"max_retries": 0},
            client_options={
                "connect_timeout": timedelta(seconds=self._limits.connect_s),
                "timeout": timedelta(hours=1),
            },
        )
        try:
            store = await asyncio.to_thread(open_it)
        except exceptions.BaseError as error:
            said = clean(str(error).partition("\n")[0])
            raise InputError(f"s3://{bucket}: {said}.", "Check the AWS environment.") from None
        return self._buckets.setdefault(bucket, store)


async def _plain(stream: Any) -> AsyncIterator[bytes]:
    async for piece in stream:
        yield bytes(piece)


def _s3_trouble(said: str) -> Again | Away:
    """Return what an error of obstore's means; it tells of the status in words only."""
    plain = said.partition("\n")[0]
    if "error sending request" in said.lower() or "connect" in plain.lower():
        return Away("no connection")
    marker = "status code: "
    if marker in plain:
        status = plain.partition(marker)[2][:3]
        if status.isdecimal():
            return Again(f"HTTP {status}", busy=int(status) in _TOO_BUSY)
    if "timed out" in said.lower() or "timeout" in plain.lower():
        return Again("time-out")
    return Again("the bucket's answer cannot be used")


def _address(url: str) -> URL:
    """Return an address as it is to be sent: one that is encoded already (signed) unchanged."""
    from yarl import URL

    try:
        address = URL(url, encoded=url.isascii() and url.isprintable() and " " not in url)
        if not address.host:
            raise ValueError
    except ValueError:
        raise Final("this is no address") from None
    return address


def _next_address(address: URL, location: str) -> URL:
    if not location:
        raise Final("redirected to nowhere")
    from yarl import URL

    try:
        following = address.join(URL(location, encoded=location.isascii() and " " not in location))
    except ValueError:
        raise Final("redirected to what is no address") from None
    if following.scheme not in ("http", "https") or not following.host:
        raise Final(f"redirected to {clean(following.scheme)[:20]}:, which is not followed")
    return following


def retry_after(value: str, limits: Limits, now: float | None = None) -> float | None:
    """Return the seconds that a Retry-After header asks for (RFC 9110, 10.2.3), capped.

    `now` is the time in seconds since 1970. None where the header says nothing that can be read.
    """
    value = value.strip()
    if value.isdecimal() and value.isascii():
        return min(float(value[:9]), limits.longest_wait_s)
    try:
        at = parsedate_to_datetime(value).timestamp()
    except (ValueError, TypeError, OverflowError):
        return None
    return min(max(0.0, at - (time.time() if now is None else now)), limits.longest_wait_s)


def _wrong_md5(data: bytes, wanted: str | None) -> str:
    if not wanted:
        return ""
    found = hashlib.md5(data, usedforsecurity=False).hexdigest()
    return "" if found == wanted.lower() else f"md5 is {found}, not {clean(wanted)[:40]}"


def _said(error: BaseException) -> str:
    cause = getattr(error, "os_error", None) or error
    words = getattr(cause, "strerror", None) or str(cause) or type(cause).__name__
    return clean(" ".join(str(words).split()))[:_LONGEST_REASON].lower()
