"""Blocks of a report's page: tables that scroll inside, pairs, facts, sections with headings."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from camtrap_tui.services.report_html import Child, Html, escape, join, outside, tag

# Longer tables are folded on a screen; on paper they are open.
_FOLDED_FROM = 30
# On paper, a shorter table stays on one page.
_SHORT = 16
_LONGEST_WORD = 30
_ONE_LINE = 24

Cell = Child


def section(anchor: str, heading: str, *children: Child) -> Html:
    """Return a part of the page that the list of contents leads to."""
    title = tag("h2", heading, id=f"{anchor}-title")
    return tag("section", title, *children, id=anchor, aria_labelledby=f"{anchor}-title")


def paragraph(*children: Child, class_: str | None = None) -> Html:
    """Return a paragraph."""
    return tag("p", *children, class_=class_)


def sentences(lines: Iterable[str], *, warn: bool = False) -> Html:
    """Return sentences, each a paragraph, in a box of their own; nothing where there are none."""
    found = [paragraph(line) for line in lines]
    return tag("div", *found, class_="say warn" if warn else "say") if found else Html("")


def bullets(lines: Iterable[Child], class_: str | None = None) -> Html:
    """Return a list; nothing where it is empty."""
    found = [tag("li", line) for line in lines]
    return tag("ul", *found, class_=class_) if found else Html("")


def facts(found: Iterable[tuple[str, Child, str]]) -> Html:
    """Return (what, number, what else) as a row of boxes."""
    boxes = (
        tag("div", tag("dt", what), tag("dd", value, tag("small", more) if more else None))
        for what, value, more in found
    )
    return tag("dl", *boxes, class_="facts")


def pairs(found: Iterable[tuple[str, Child]]) -> Html:
    """Return (what, value) as a list; those without a value are left out."""
    kept = [(what, value) for what, value in found if value not in (None, "")]
    return tag(
        "dl", *(join((tag("dt", what), tag("dd", value))) for what, value in kept), class_="pairs"
    )


def table(
    caption: str,
    headings: Sequence[str],
    rows: Iterable[Sequence[Cell]],
    *,
    foot: Sequence[Cell] | None = None,
    right: Iterable[int] = (),
    class_: str | None = None,
) -> Html:
    """Return a table; the first cell of a row is its heading.

    Columns of whole numbers, and those named in `right` (from 0), are flush right. Text in cells
    is from outside; markup is not. `foot` is a last row, of sums.
    """
    body = [list(row) for row in rows]
    every = [*body, list(foot)] if foot is not None else body
    flush = {
        k
        for k in range(1, len(headings))
        if k in set(right) or all(isinstance(row[k], int | None) for row in every)
    }
    head = tag(
        "tr",
        *(tag("th", h, scope="col", class_=_class(k, flush)) for k, h in enumerate(headings)),
    )
    parts = [
        caption_of(caption),
        tag("thead", head),
        tag("tbody", *(_row(row, flush) for row in body)),
    ]
    if foot is not None:
        parts.append(tag("tfoot", _row(foot, flush)))
    # Who has no mouse scrolls it with the arrow keys, once it has the focus.
    return tag(
        "div",
        tag("table", *parts, class_=class_ or ("short" if len(body) <= _SHORT else None)),
        class_="scroll",
        role="region",
        aria_label=caption,
        tabindex=0,
    )


def caption_of(text: str) -> Html:
    """Return a table's caption, which stays in view where the table is wider than the page."""
    return tag("caption", tag("span", text))


def folded(summary: str, *children: Child) -> Html:
    """Return what a reader may open; on paper it is open."""
    return tag("details", tag("summary", summary), *children)


def long_table(
    caption: str,
    headings: Sequence[str],
    rows: Sequence[Sequence[Cell]],
    *,
    foot: Sequence[Cell] | None = None,
    right: Iterable[int] = (),
) -> Html:
    """Return a table, folded where it is long."""
    made = table(caption, headings, rows, foot=foot, right=right)
    return made if len(rows) < _FOLDED_FROM else folded(f"{caption}: {len(rows):,} rows", made)


def _row(cells: Sequence[Cell], flush: set[int]) -> Html:
    first, *rest = cells
    return tag(
        "tr",
        tag("th", _shown(first), scope="row", class_=_named(first)),
        *(
            tag("td", _shown(cell), class_=_class(k, flush) or _fitting(cell))
            for k, cell in enumerate(rest, 1)
        ),
    )


def _shown(cell: Cell) -> Html:
    if cell is None:
        return Html("")
    if isinstance(cell, Html | int):
        return escape(cell)
    return outside(cell)


def _class(column: int, flush: set[int]) -> str | None:
    return "n" if column in flush else None


def _fitting(cell: Cell) -> str | None:
    """Return how a text may be broken: not at all, between words, or anywhere."""
    if not isinstance(cell, str) or isinstance(cell, Html):
        return None
    if _is_long(cell):
        return "long"
    return "keep" if len(cell) <= _ONE_LINE else "wide"


def _named(cell: Cell) -> str:
    return "name long" if isinstance(cell, str) and _is_long(cell) else "name"


def _is_long(text: str) -> bool:
    return max(map(len, text.split()), default=0) > _LONGEST_WORD
