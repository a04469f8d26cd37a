"""A picture over HTTP: one request, and the redirects that follow from it.

Redirects lead to other addresses of the web only. An address that was encoded (and perhaps
signed) is sent as it stands.
"""

from __future__ import annotations

import time
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from camtrap_tui.domain.text import clean
from camtrap_tui.services.answers import (
    PIECE,
    TOO_BUSY,
    Again,
    Away,
    Final,
    check_kind,
    check_size,
    read_body,
)
from camtrap_tui.services.pace_limits import Limits, Throttle

if TYPE_CHECKING:
    from yarl import URL

_AGAIN = frozenset((408, 425, 429))
_REDIRECTS = frozenset((301, 302, 303, 307, 308))
_PROXY_WANTS_MORE = 407
_LONGEST_REASON = 200


class HttpPictures:
    """An HTTP session; `get` asks once. Close it."""

    def __init__(self, limits: Limits, throttle: Throttle, jobs: int) -> None:
        """Open it, in a running loop; at most `jobs` connections at a time."""
        import aiohttp

        self._limits = limits
        self._throttle = throttle
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=jobs),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"Accept-Encoding": "identity", "User-Agent": "camtrap-tui"},
            timeout=aiohttp.ClientTimeout(
                total=None, sock_connect=limits.connect_s, sock_read=limits.stall_s
            ),
            trust_env=True,
        )

    async def close(self) -> None:
        """Close all connections."""
        await self._session.close()

    async def get(self, url: str) -> bytes:
        """Return the body of an address. Raises Final, Again or Away."""
        import aiohttp

        trail = [_address(url)]
        try:
            return await self._follow(trail)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            if trail[-1].host != trail[0].host or trail[-1].port != trail[0].port:
                # The host itself has answered: it is not to blame for where it leads.
                raise Again(
                    f"redirected to a host that does not answer ({_said(error)})"
                ) from error
            raise Away(_said(error)) from error
        except aiohttp.ClientPayloadError as error:
            raise Again("the body was cut short") from error
        except TimeoutError as error:
            raise Again("time-out") from error
        except aiohttp.InvalidURL as error:
            raise Final("this is no address") from error
        except (aiohttp.ClientConnectionError, OSError) as error:
            raise Again("the connection broke") from error
        except aiohttp.ClientHttpProxyError as error:
            raise Away(f"the proxy says HTTP {error.status}") from error
        except (aiohttp.ClientError, ValueError) as error:
            raise Again("the answer is no valid HTTP") from error

    async def _follow(self, trail: list[URL]) -> bytes:
        """Return the body that the last address of `trail` leads to, which grows on the way."""
        while True:
            async with self._session.get(trail[-1], allow_redirects=False) as answer:
                if answer.status not in _REDIRECTS:
                    return await self._body(answer)
                address = _next_address(trail[-1], answer.headers.get("Location", ""))
            if address in trail:
                raise Final("redirected in a circle")
            if len(trail) > self._limits.redirects:
                raise Final(f"redirected more than {self._limits.redirects} times")
            trail.append(address)

    async def _body(self, answer: Any) -> bytes:
        status = answer.status
        if status in _AGAIN or status >= 500:
            wait_s = retry_after(answer.headers.get("Retry-After", ""), self._limits)
            raise Again(f"HTTP {status}", wait_s, busy=status in TOO_BUSY)
        if status == _PROXY_WANTS_MORE:
            raise Away("the proxy wants a name and a password")
        if status != 200:
            raise Final(f"HTTP {status}")
        check_kind(answer.headers.get("Content-Type", ""))
        check_size(answer.content_length or 0, self._limits)
        return await read_body(answer.content.iter_chunked(PIECE), self._limits, self._throttle)


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


def _said(error: BaseException) -> str:
    cause = getattr(error, "os_error", None) or error
    words = getattr(cause, "strerror", None) or str(cause) or type(cause).__name__
    return clean(" ".join(str(words).split()))[:_LONGEST_REASON].lower()
