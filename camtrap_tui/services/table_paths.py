"""Tells which paths of a table are those of one picture only.

Cameras name their files alike: a path that rows with several ids have says nothing of which
of them is meant, and a picture that is known by it alone goes to none of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from zlib import crc32

from camtrap_tui.services.table_entries import Entry

_BITS = 1 << 25


class PathsOfOneId:
    """The paths of a table, which is read once for them, when the first is asked about.

    What is kept is a bit a hash: a path may seem to be shared that is not, but never the other
    way round.
    """

    def __init__(self, read: Callable[[], Iterable[Entry]]) -> None:
        self._read = read
        self._shared: bytearray | None = None

    def __call__(self, path: str) -> bool:
        """Tell whether all rows with this path mean one picture."""
        if self._shared is None:
            self._shared = _shared(self._read())
        return not _has(self._shared, path)


def _shared(entries: Iterable[Entry]) -> bytearray:
    paths, pairs, shared = (bytearray(_BITS // 8) for _ in range(3))
    for entry in entries:
        if not (entry.has_image and entry.path):
            continue
        pair = f"{entry.path}\n{entry.key}"
        if _has(paths, entry.path) and not _has(pairs, pair):
            _set(shared, entry.path)
        _set(paths, entry.path)
        _set(pairs, pair)
    return shared


def _bit(text: str) -> int:
    # Not `hash`, which differs from one process to the next.
    return crc32(text.encode()) % _BITS


def _has(bits: bytearray, text: str) -> bool:
    bit = _bit(text)
    return bool(bits[bit // 8] & 1 << bit % 8)


def _set(bits: bytearray, text: str) -> None:
    bit = _bit(text)
    bits[bit // 8] |= 1 << bit % 8
