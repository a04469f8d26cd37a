"""The same words in fewer bytes: what Textual writes, without what a terminal takes for granted.

Every piece of Textual's begins without a colour and ends with a reset (`Strip.render`), so that
the terminal's own two colours need not be named, and blanks in them can be counted.
"""

from __future__ import annotations

import re

_OWN = re.compile(r"\x1b\[(?:39;)?49m([^\x1b]*)\x1b\[0m")
_AND_OWN = re.compile(r"\x1b\[([\d;]*);39;49m")
# Blanks from which on their number takes fewer bytes.
_BLANKS = re.compile(r" {11,}")


def lean(words: str) -> str:
    """Return what shows the same cells, cursor and all, in fewer bytes."""
    return _AND_OWN.sub("\x1b[\\1m", _OWN.sub(_shorter, words))


def blanks(count: int) -> str:
    """Return what makes so many cells blank (ECMA-48, ECH and CUF), and goes past them."""
    return " " * count if count < 11 else f"\x1b[{count}X\x1b[{count}C"


def _shorter(piece: re.Match[str]) -> str:
    return _BLANKS.sub(lambda found: blanks(len(found[0])), piece[1])
