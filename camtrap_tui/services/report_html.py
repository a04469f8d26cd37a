"""HTML elements from values: text is escaped unless it was made here, and nothing can be loaded.

Only the elements and attributes named here can be made: none of them runs a script, sends
anything or names a place outside of the page.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable

from camtrap_tui.domain.text import clean

_OF_HTML = (
    "a bdi body caption code dd details div dl dt em figcaption figure footer h1 h2 h3 h4 head"
    " header html li main meta nav ol p section small span strong summary table tbody td tfoot th"
    " thead time title tr ul"
)
_OF_SVG = "circle defs desc g line path pattern rect svg text"
_ELEMENTS = frozenset(f"{_OF_HTML} {_OF_SVG}".split())
_VOID = frozenset(["meta"])
_ATTRIBUTES_OF_HTML = (
    "charset class colspan content datetime href http-equiv id lang name role rowspan scope"
    " tabindex"
)
_ATTRIBUTES_OF_SVG = (
    "cx cy d fill height patternTransform patternUnits r text-anchor viewBox width x x1 x2 y y1 y2"
)
_ATTRIBUTES = frozenset(f"{_ATTRIBUTES_OF_HTML} {_ATTRIBUTES_OF_SVG}".split())
_NAME = re.compile(r"[a-z][a-z0-9-]*", re.ASCII)
# Links lead to places in the page, and a shape is filled with what is drawn in the page.
_INSIDE = {
    "href": re.compile(r"#[a-z0-9-]+", re.ASCII),
    "fill": re.compile(r"none|url\(#[a-z0-9-]+\)", re.ASCII),
}


class Html(str):
    """Markup as it stands; whatever is made of it by other means than here is plain text again."""

    __slots__ = ()


Child = str | int | None


def escape(value: str | int) -> Html:
    """Return text that a page shows as it is: cleaned, and with nothing that is markup.

    It is safe in an attribute too. Markup that was made here stays as it is.
    """
    if isinstance(value, Html):
        return value
    text = f"{value:,}" if isinstance(value, int) else value
    return Html(html.escape(clean(text), quote=True))


def outside(text: str) -> Html:
    """Return text from outside the program, which cannot turn around what stands beside it."""
    return tag("bdi", text) if text else Html("")


def join(children: Iterable[Child], between: str = "") -> Html:
    """Return children one after the other; None is left out."""
    return Html(escape(between).join(escape(one) for one in children if one is not None))


def tag(name: str, /, *children: Child, **attributes: str | int | None) -> Html:
    """Return an element; `class_` is the attribute class, `http_equiv` is http-equiv.

    An attribute of None is left out. Raises ValueError for an element or attribute that a page has
    no use for.
    """
    if name not in _ELEMENTS:
        raise ValueError(f"{name!r} is no element of a report")
    words = "".join(
        f" {_attribute(key, value)}" for key, value in attributes.items() if value is not None
    )
    if name in _VOID:
        return Html(f"<{name}{words}>")
    return Html(f"<{name}{words}>{join(children)}</{name}>")


def _attribute(key: str, value: str | int) -> str:
    name = key.rstrip("_").replace("_", "-")
    if name not in _ATTRIBUTES and not name.startswith("aria-"):
        raise ValueError(f"{name!r} is no attribute of a report")
    text = str(value)
    if name in _INSIDE and not _INSIDE[name].fullmatch(text):
        raise ValueError(f"{name}={text!r} leads out of the page")
    if name == "id" and not _NAME.fullmatch(text):
        raise ValueError(f"{text!r} cannot be a name of a place in the page")
    return f'{name}="{escape(text)}"'


def style(css: str) -> Html:
    """Return a style sheet of the program's own. Raises ValueError for one that would end early,
    or that loads anything."""
    if "</" in css or "@import" in css or re.search(r"url\((?!#)", css):
        raise ValueError("a style sheet of a report is plain and loads nothing")
    return Html(f"<style>{css}</style>")
