"""The second wall: whatever reaches a row as text leaves it harmless and as wide as it was."""

from __future__ import annotations

import unicodedata

import pytest
from rich.segment import Segment
from rich.style import Style
from textual.app import App, ComposeResult
from textual.color import Color
from textual.filter import LineFilter
from textual.strip import Strip
from textual.widgets import Static

from camtrap_tui.tui.line_filter import UnsafeCharacters

_BLACK = Color(0, 0, 0)

_HOSTILE = {
    "escape": "\x1b]52;c;aGk=\x07",
    "clear": "\x1b[2J",
    "c1": "\x9b31m",
    "bidi": "\u202egnp.exe",
    "isolate": "\u2066a\u2069",
    "zero width": "a\u200bb\ufeff",
    "line separator": "a\u2028b\u2029",
    "surrogate": "a\udcffb",
    "backspaces": "a\x08\x08b\r\n\t",
    "tag": "a\U000e0041b",
    "soft hyphen": "a\xadb",
}


def _applied(*segments: Segment) -> list[Segment]:
    return UnsafeCharacters().apply(list(segments), _BLACK)


@pytest.mark.parametrize("name", list(_HOSTILE))
def test_no_unsafe_character_is_left(name: str) -> None:
    text = "".join(segment.text for segment in _applied(Segment(_HOSTILE[name] + " " * 9)))
    unsafe = {"Cc", "Cf", "Cs", "Zl", "Zp"}
    assert not [c for c in text if unicodedata.category(c) in unsafe]
    assert "\ufffd" in text
    text.encode()


@pytest.mark.parametrize("name", list(_HOSTILE))
def test_the_row_stays_as_wide_as_it_was(name: str) -> None:
    before = [Segment("ab", Style(bold=True)), Segment(_HOSTILE[name]), Segment(" 獾 end")]
    assert Strip(_applied(*before)).cell_length == Strip(before).cell_length


def test_harmless_rows_are_left_alone() -> None:
    segments = [Segment("northern raccoon ▌█ 獾 é", Style(color="red")), Segment("IMG[1].jpg")]
    assert UnsafeCharacters().apply(segments, _BLACK) is segments


def test_links_are_taken_off_and_styles_kept() -> None:
    (segment,) = _applied(Segment("a", Style(bold=True, link="http://x\x1b]52;c;x\x07")))
    assert segment.style is not None
    assert segment.style.link is None
    assert segment.style.bold


async def test_it_works_as_the_filter_of_an_app() -> None:
    class Hostile(App[None]):
        def get_line_filters(self) -> list[LineFilter]:
            return [*super().get_line_filters(), UnsafeCharacters()]

        def compose(self) -> ComposeResult:
            yield Static("".join(_HOSTILE.values()), markup=False)

    app = Hostile()
    async with app.run_test(size=(80, 5)):
        shown = "".join(strip.text for strip in app.screen._compositor.render_strips())
    assert "52;c;" in shown
    assert not [c for c in shown if unicodedata.category(c) in {"Cc", "Cf", "Cs", "Zl", "Zp"}]
