"""Rows of the holdout screen, and how its figures are written: each with its interval and n.

What is unstable or cannot be estimated says so in words, in the row itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from textual.content import Content

from camtrap_tui.domain.evaluations import Estimate, Need
from camtrap_tui.domain.models import Taxon
from camtrap_tui.domain.text import clean, counted

_NARROW = 0.02
_BAR_SIGNS = ("·", "─", "●", "│")


@dataclass(frozen=True, slots=True)
class HoldoutRow:
    """One row; `image_ids` are the pictures that it opens, None where it cannot be chosen.

    `hint` and `detail` are shown for the chosen row, on a line each; `chosen` is what it says
    itself then, where that is something else.
    `key` tells rows of two evaluations that say the same apart from others, `figure` is what may
    have changed between them. More can be drawn of a class, by its `need` and `taxon`, or of a
    stratum, by its number.
    """

    content: Content
    image_ids: tuple[int, ...] | None = None
    title: str = ""
    hint: str = ""
    key: str = ""
    figure: str = ""
    detail: str = ""
    need: Need | None = None
    taxon: Taxon | None = None
    stratum: int = 0
    chosen: Content | None = None


def heading(text: str) -> HoldoutRow:
    """Return a heading, which cannot be chosen."""
    return HoldoutRow(Content.styled(text, "bold underline"))


def plain(text: str = "") -> HoldoutRow:
    """Return a row to read."""
    return HoldoutRow(Content(text))


def fit(text: str, cells: int) -> str:
    """Return `text` in exactly `cells` cells, cut at its end where it is longer."""
    return Content(clean(text)).truncate(max(cells, 0), ellipsis=True, pad=True).plain


def percent(share: float) -> str:
    """Return a share as `91.2 %`."""
    return f"{100 * share:.1f} %"


def value_text(figure: Estimate, *, is_count: bool = False) -> str:
    """Return the value of a share, or of a number; in words where there is none."""
    if figure.value is None or figure.state == "not estimable":
        return "not estimable"
    return f"{figure.value:,.0f}" if is_count else percent(figure.value)


def interval_text(figure: Estimate, *, is_count: bool = False) -> str:
    """Return the limits as `89.0–93.1`, in percent or as numbers; empty where there are none."""
    if figure.lower is None or figure.upper is None or value_text(figure) == "not estimable":
        return ""
    if is_count:
        return f"{figure.lower:,.0f}–{figure.upper:,.0f}"
    return f"{100 * figure.lower:.1f}–{100 * figure.upper:.1f}"


def estimate_text(figure: Estimate, *, is_count: bool = False) -> str:
    """Return `91.2 % (89.0–93.1), n 412`, and that it is unstable where it is."""
    limits = interval_text(figure, is_count=is_count)
    parts = [value_text(figure, is_count=is_count) + (f" ({limits})" if limits else "")]
    parts.append(f"n {figure.n:,}")
    if figure.state == "unstable":
        parts.append("unstable")
    return ", ".join(parts)


def narrow_text(figure: Estimate) -> str:
    """Return a share with interval, n and state in some 25 cells; with a decimal place where the
    interval is narrow, as the command line has it."""
    if figure.value is None or figure.state == "not estimable":
        return f"not estimable n{figure.n}"
    digits = 1 if (figure.half_width or 1.0) < _NARROW else 0
    limits = ""
    if figure.lower is not None and figure.upper is not None:
        limits = f" {100 * figure.lower:.{digits}f}–{100 * figure.upper:.{digits}f}"
    state = " unstable" if figure.state == "unstable" else ""
    return f"{100 * figure.value:.{digits}f}%{limits} n{figure.n}{state}"


def interval_bar(figure: Estimate, cells: int) -> str:
    """Return a share and its interval on a line of `cells` cells from 0 to 100 percent."""
    if figure.value is None or figure.lower is None or figure.upper is None or cells < 2:
        return " " * max(cells, 0)
    last = cells - 1
    low, at, high = (
        round(min(max(share, 0.0), 1.0) * last)
        for share in (figure.lower, figure.value, figure.upper)
    )
    outside, inside, point, end = _BAR_SIGNS
    signs = [outside] * cells
    signs[low : high + 1] = [inside] * (high + 1 - low)
    signs[low] = signs[high] = end
    signs[at] = point
    return "".join(signs)


def need_text(name: str, need: Need, extend_key: str) -> str:
    """Return `need 41 more northern raccoon to reach ±5 points`, and which key draws them."""
    points = f"±{100 * need.half_width:g} points"
    if need.more is None:
        return f"nothing graded yet to say how many more {name} it takes for {points}"
    if not need.more:
        return f"{name} is within {points}"
    said = f"need {need.more:,} more {name} to reach {points}"
    if need.left < need.more:
        left = f"only {need.left:,} {'is' if need.left == 1 else 'are'}" if need.left else "none is"
        return f"{said}; {left} left"
    return f"{said} ({extend_key} draws them)"


def opens(ids: Sequence[int]) -> str:
    """Return what enter does on a row, for its hint."""
    return f"↵ {counted(len(ids), 'picture')}" if ids else "no graded picture"


def with_changes(
    rows: Sequence[HoldoutRow], before: Sequence[HoldoutRow], width: int
) -> list[HoldoutRow]:
    """Return the rows, with what they said before at the end of those that say something else
    now; what is cut for it stands in their detail."""
    was = {row.key: row.figure for row in before if row.key}
    changed = []
    for row in rows:
        if row.key and was.get(row.key) != row.figure:
            end = f"  {_before(row, was)}"
            begin = row.content.rstrip().truncate(width - len(end), ellipsis=True)
            row = replace(row, content=Content.assemble(begin, (end, "bold")))
        changed.append(row)
    return changed


def _before(row: HoldoutRow, was: Mapping[str, str]) -> str:
    return f"was {was[row.key]}" if row.key in was else "new"
