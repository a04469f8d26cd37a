"""The second wall: no control character of anybody's reaches the terminal as text.

The first one is `domain.text.clean` where data enters. Ready-made rows (`AnsiStrip`) pass by
this filter; they hold nothing from outside.
"""

from __future__ import annotations

import re

from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter
from textual.strip import Strip

_SIGN = "\N{REPLACEMENT CHARACTER}"
# C0, DEL and C1; soft hyphen, Arabic letter mark, zero-width and direction marks, line and
# paragraph separators, direction overrides and isolates, byte order mark, interlinear marks;
# lone surrogates, which cannot be written at all; invisible tags.
_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff"
    "\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)


class UnsafeCharacters(LineFilter):
    """Replaces control, format and surrogate characters by U+FFFD, and takes links off."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Return the segments made safe, as wide as they were."""
        if all(_is_safe(segment) for segment in segments):
            return segments
        width = Strip(segments).cell_length
        safe = [
            Segment(_UNSAFE.sub(_SIGN, text), _without_link(style), control)
            for text, style, control in segments
        ]
        # The sign takes a cell where what it stands for took none: nothing may spill over.
        return list(Strip(safe).crop(0, width))


def _is_safe(segment: Segment) -> bool:
    text, style, _ = segment
    if style is not None and style.link:
        return False
    return (text.isascii() and text.isprintable()) or not _UNSAFE.search(text)


def _without_link(style: Style | None) -> Style | None:
    return style.update_link(None) if style is not None and style.link else style
