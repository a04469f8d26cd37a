"""Text from outside: no control, bidi or surrogate character gets in."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camtrap_tui.domain.text import clean, clean_cell, counted, pointed_at


@given(st.text(alphabet=st.characters(codec=None)))
def test_nothing_unsafe_is_left_and_nothing_is_lost_in_length(text: str) -> None:
    cleaned = clean(text)
    assert len(cleaned) == len(text)
    assert not {unicodedata.category(c) for c in cleaned} & {"Cc", "Cf", "Cs"}
    assert clean(cleaned) == cleaned


@pytest.mark.parametrize(
    "text", ["\x1b]52;c;aGk=\x07", "\x9b2J", "\u202egpj.exe", "a\u2028b", "\udcff", "\x7f"]
)
def test_escapes_become_visible(text: str) -> None:
    assert "\N{REPLACEMENT CHARACTER}" in clean(text)


def test_names_of_the_world_stay() -> None:
    for name in ("Rhône_été.JPG", "東京.jpg", "A[/]B.jpg", "🦝.png"):
        assert clean(name) == name


def test_a_cell_loses_its_padding() -> None:
    assert clean_cell("TC \x00\x00") == "TC"
    assert clean_cell(None) == ""


def test_counted_knows_one_from_many() -> None:
    assert counted(1, "picture") == "1 picture"
    assert counted(1886, "picture") == "1,886 pictures"
    assert counted(0, "class", "classes") == "0 classes"


@pytest.mark.parametrize(
    ("before", "cells"), [("", 0), ("camera:", 7), ("橋橋", 4), ("Ri\u0301o\u0e01\u0e31", 4)]
)
def test_a_caret_stands_below_its_character(before: str, cells: int) -> None:
    shown, caret = pointed_at(f"{before}x and more", len(before)).split("\n")
    assert shown == f"  {before}x and more"
    assert caret == f"  {' ' * cells}^"


@pytest.mark.parametrize("sign", ["a", "橋", "e\u0301"])
@pytest.mark.parametrize("count", [0, 60, 5000])
def test_of_a_long_line_what_is_around_the_caret_is_shown(sign: str, count: int) -> None:
    shown, caret = pointed_at(f"{sign * count}X{sign * 5000}", len(sign) * count).split("\n")
    assert len(shown.replace("\u0301", "")) + shown.count("橋") <= 80
    assert shown.endswith("…")
    ahead = shown[: shown.index("X")]
    assert len(ahead.replace("\u0301", "")) + ahead.count("橋") == caret.index("^")
