"""Elements of a report: text stays text, and nothing that loads or runs can be made."""

from __future__ import annotations

import re

import pytest

from camtrap_tui.services.report_html import Html, escape, join, outside, style, tag
from tests.hostile import PAYLOADS, unsafe_in


@pytest.mark.parametrize(
    "text",
    ["<script>alert(1)</script>", "\"><img src=x onerror='x'>", "a & b", "</title>", *PAYLOADS],
)
def test_text_is_text_wherever_it_stands(text: str) -> None:
    for made in (tag("p", text), tag("td", outside(text)), tag("svg", text, aria_label=text)):
        inner = made[made.index(">") + 1 : made.rindex("<")]
        assert not re.search(r"<(?!/?bdi>)", inner)
        assert made.count('"') % 2 == 0
        assert not unsafe_in(made)
    assert "&lt;" in escape("<")
    assert "&quot;" in escape('"')
    assert "&#x27;" in escape("'")


def test_an_attribute_cannot_be_left() -> None:
    made = tag("div", aria_label='x" onclick="y')
    assert made == '<div aria-label="x&quot; onclick=&quot;y"></div>'
    # Not even by what was made here: an attribute has no elements.
    assert tag("div", aria_label=tag("bdi", "x")) == (
        '<div aria-label="&lt;bdi&gt;x&lt;/bdi&gt;"></div>'
    )


def test_markup_stays_markup_only_while_it_is_made_here() -> None:
    made = tag("bdi", "x")
    assert isinstance(join([made, "<"]), Html)
    assert join([made, "<"]) == "<bdi>x</bdi>&lt;"
    assert tag("p", made + made) == "<p>&lt;bdi&gt;x&lt;/bdi&gt;&lt;bdi&gt;x&lt;/bdi&gt;</p>"


def test_numbers_none_and_void_elements() -> None:
    assert tag("td", 104937, None, class_="n") == '<td class="n">104,937</td>'
    assert tag("meta", charset="utf-8", content=None) == '<meta charset="utf-8">'
    assert outside("") == ""


@pytest.mark.parametrize("name", ["script", "img", "iframe", "link", "base", "form", "object"])
def test_elements_that_load_or_run_cannot_be_made(name: str) -> None:
    with pytest.raises(ValueError, match="no element"):
        tag(name)


@pytest.mark.parametrize("name", ["onclick", "src", "style", "srcset", "action", "ping"])
def test_attributes_that_load_or_run_cannot_be_given(name: str) -> None:
    with pytest.raises(ValueError, match="no attribute"):
        tag("p", **{name: "x"})


@pytest.mark.parametrize(
    ("name", "value"),
    [("href", "https://example.org"), ("href", "javascript:x"), ("fill", "url(x.svg)")],
)
def test_links_and_fills_stay_in_the_page(name: str, value: str) -> None:
    with pytest.raises(ValueError, match="leads out"):
        tag("a", **{name: value})
    assert tag("a", href="#runs") == '<a href="#runs"></a>'


def test_a_place_has_a_plain_name() -> None:
    with pytest.raises(ValueError, match="name of a place"):
        tag("p", id="a b")


@pytest.mark.parametrize("css", ["x{}</style>", "@import 'a'", "p{background:url(a.png)}"])
def test_a_style_sheet_loads_nothing(css: str) -> None:
    with pytest.raises(ValueError, match="plain"):
        style(css)
