"""Fewer bytes show the same cells."""

from __future__ import annotations

import pyte
import pytest
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from camtrap_tui.tui.lean import lean

_CONSOLE = Console(color_system="truecolor", force_terminal=True)
_OWN = Style(color="default", bgcolor="default")


def _shown(text: str) -> list[object]:
    screen = pyte.Screen(60, 2)
    stream = pyte.Stream(screen)
    stream.feed("\x1b[44m" + "x" * 120 + "\x1b[0m\x1b[H")
    stream.feed(text)
    cells: list[object] = [screen.buffer[y][x] for y in range(2) for x in range(60)]
    return [*cells, (screen.cursor.x, screen.cursor.y)]


@pytest.mark.parametrize(
    "segments",
    [
        [("words", _OWN), (" " * 40, Style(bgcolor="default")), ("more", _OWN)],
        [("bold", _OWN + Style(bold=True)), (" " * 30, _OWN + Style(reverse=True))],
        [(" " * 20 + "in the middle" + " " * 20, _OWN)],
        [("short  blanks", _OWN), ("red", Style(color="#ff0000", bgcolor="default"))],
        [(" " * 60, Style(bgcolor="#102030"))],
    ],
)
def test_the_same_is_shown(segments: list[tuple[str, Style]]) -> None:
    words = Strip([Segment(text, style) for text, style in segments]).render(_CONSOLE)
    assert _shown(lean(words)) == _shown(words)
    assert len(lean(words)) <= len(words)


def test_a_row_of_nothing_is_a_few_bytes() -> None:
    words = Strip([Segment(" " * 40, Style(bgcolor="default"))]).render(_CONSOLE)
    assert lean(words) == "\x1b[40X\x1b[40C"
