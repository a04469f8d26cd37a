"""Completions: what is being typed, what fits, and the line with it put in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camtrap_tui.domain.filter_completion import Fitting, completed, fitting, typing_at
from camtrap_tui.domain.filter_words import WORDS
from camtrap_tui.domain.filters import Names, parse_filter

KNOWN = {
    "species": [Fitting("northern raccoon", count=9), Fitting("=dog", count=2)],
    "@": [Fitting("night owls", "class:owl hour:20-5")],
}


def values(text: str) -> list[str]:
    return [one.value for one in fitting(typing_at(text, len(text)), KNOWN)]


def test_an_empty_line_offers_saved_filters_and_every_word() -> None:
    assert values("") == ['@"night owls"', *(f"{word}:" for word in WORDS)]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("spe", "species:"),
        ("-spe", "species:"),
        ("state:graded ord", "order:"),
        ("species:racc", "northern raccoon"),
        ("species:=do", "=dog"),
        ("species:dog,nor", "northern raccoon"),
        ('species:"northern r', "northern raccoon"),
        ("state:cor", "corrected"),
        ("order:-s", "-score"),
        ("@nig", '@"night owls"'),
    ],
)
def test_what_begins_so_comes_first(text: str, first: str) -> None:
    assert values(text)[0] == first


@pytest.mark.parametrize(
    ("text", "at", "value", "line"),
    [
        ("spe", 3, "species:", "species:|"),
        ("-spe", 4, "species:", "-species:|"),
        ("species:racc", 12, "northern raccoon", 'species:"northern raccoon" |'),
        ("species:do", 10, "=dog", "species:=dog |"),
        ("species:a,b order:time", 9, "owl", "species:owl|,b order:time"),
        ("state:gr order:time", 8, "graded", "state:graded| order:time"),
        ("state:graded @ni", 16, '@"night owls"', 'state:graded @"night owls" |'),
        ("sta:graded", 3, "state:", "state:|graded"),
    ],
)
def test_a_value_takes_the_place_of_what_was_typed(
    text: str, at: int, value: str, line: str
) -> None:
    done, cursor = completed(text, typing_at(text, at), value)
    assert f"{done[:cursor]}|{done[cursor:]}" == line


@given(st.text(st.sampled_from("ab=\"',> -:@Ñ"), min_size=1, max_size=12))
def test_whatever_a_name_holds_it_is_read_back_as_it_was(name: str) -> None:
    line, _ = completed("camera:", typing_at("camera:", 7), name)
    if not name.strip().removeprefix("=").strip():
        return
    (term,) = parse_filter(line).terms
    assert isinstance(term.condition, Names)
    (found,) = term.condition.names
    assert found.removeprefix("=").strip() == name.casefold().strip().removeprefix("=").strip()


@given(st.text(st.sampled_from("species: =,\"'@-"), max_size=15), st.data())
def test_at_any_place_something_is_being_typed(text: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(text)))
    typing = typing_at(text, at)
    assert 0 <= typing.start <= at <= typing.end <= len(text)
