"""What a server's answer turns out to be: a whole body, or why there is none.

A web page is no picture, and a body that comes too slowly or grows too large is given up.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from camtrap_tui.services.pace_limits import Limits, Throttle

# Answers that say: too many ask, or somebody behind me does not answer.
TOO_BUSY = frozenset((429, 502, 503, 504))
PIECE = 1 << 16
_WEB_PAGES = (b"<!doctype html", b"<html", b"<head", b"<body", b"<?xml", b"<script")


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


def check_kind(content_type: str) -> None:
    """Raise Final for a Content-Type of web pages."""
    kind = content_type.partition(";")[0].strip().lower()
    if kind in ("text/html", "application/xhtml+xml"):
        raise Final("a web page instead of a picture", "unreadable")


def check_size(size: int, limits: Limits) -> None:
    """Raise Final for more bytes than a picture has."""
    if size > limits.most_bytes:
        raise Final(f"larger than {limits.most_bytes // 1_000_000:,} MB", "unreadable")


def check_body(data: bytes) -> None:
    """Raise Final for a body that is empty, or begins as web pages do."""
    if not data:
        raise Final("the server sent nothing", "unreadable")
    if data[:512].lstrip().lower().startswith(_WEB_PAGES):
        raise Final("a web page instead of a picture", "unreadable")


async def read_body(pieces: AsyncIterator[bytes], limits: Limits, throttle: Throttle) -> bytes:
    """Return a whole body; raises Again for one that comes too slowly, Final for a huge one."""
    data, ended = bytearray(), False
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
        check_size(len(data), limits)
        await throttle.take(len(data) - before)
    return bytes(data)
