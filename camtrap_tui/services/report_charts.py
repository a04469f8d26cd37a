"""Charts of a report as SVG, of numbers that were counted elsewhere; told by more than colour.

People's words are solid, the machine's hatched. Each chart has a title and a description for whom
cannot see it; the page has the same numbers as a table beside it.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

from camtrap_tui.domain.chart_data import (
    Bar,
    FrequencyTable,
    HourCounts,
    bar_length,
    percent_text,
    ticks,
)
from camtrap_tui.domain.evaluations import Estimate
from camtrap_tui.domain.taxonomy import BLANK_UUID
from camtrap_tui.domain.text import clean, counted
from camtrap_tui.services.report_html import Child, Html, join, tag

# Units of a drawing, which is shown at 1 to 1.5 pixels a unit.
_WIDTH = 360
_ROW = 19
_NAME = 138
_VALUE = 98
_BAR = _WIDTH - _NAME - _VALUE
_LETTERS = 20
_VALUE_LETTERS = 16
_HOURS_BAR = 13
_HOURS_TOP = 44
_HOURS_LEFT = 38
_GLYPH = 84


def frequency_chart(table: FrequencyTable, key: str) -> Html:
    """Return the 20 most frequent classes as bars, blanks on a scale with all the others.

    Blanks are most of many surveys, so that bars beside theirs could not be told apart: what is
    not blank has a scale of its own. `key` is a word of its own for each chart of a page.
    """
    blank = next((row for row in table.rows if row.taxon_uuid == BLANK_UUID), None)
    others = replace(table, rows=tuple(row for row in table.rows if row is not blank))
    lines: list[Html] = []
    y = 0
    if blank is not None and others.total:
        pair = [Bar("blank", blank.count), Bar("not blank", others.total)]
        y = _bars(lines, pair, table, key, y, "All rows")
        y += 10
    shown = others if blank is not None and others.total else table
    scale = "What is not blank, on a scale of its own" if shown is others else ""
    y = _bars(lines, _named(_top(shown)), table, key, y, scale)
    return _drawn(
        key,
        f"How often each class occurs, by {table.by}",
        _told(table),
        y,
        *_hatch(key),
        *lines,
    )


def _top(table: FrequencyTable) -> list[Bar]:
    """Return the most frequent classes, all others in one bar, and rows without a class."""
    found = [Bar(row.label, row.count, row) for row in table.top]
    rest = table.rows[len(table.top) :]
    if rest:
        name = f"… {counted(len(rest), 'other class', 'other classes')}"
        found.append(Bar(name, sum(row.count for row in rest)))
    if table.without_class:
        found.append(Bar("(no class)", table.without_class))
    return found


def _named(bars: Sequence[Bar]) -> list[Bar]:
    """Return bars of which two of one name have their scientific names too."""
    names = Counter(bar.label for bar in bars)
    return [
        replace(bar, label=f"{bar.taxon.scientific_name} ({bar.label})")
        if bar.taxon is not None and names[bar.label] > 1 and bar.taxon.scientific_name
        else bar
        for bar in bars
    ]


def _told(table: FrequencyTable) -> str:
    top = ", ".join(f"{row.name} {row.count:,}" for row in table.top[:5])
    return (
        f"{counted(table.total, 'row')} of {counted(table.pictures, 'picture')}. Most frequent:"
        f" {top or 'none'}. The table has every number."
    )


def _bars(
    lines: list[Html], bars: Sequence[Bar], table: FrequencyTable, key: str, y: int, scale: str
) -> int:
    """Add bars with their axis below `y`, and return where they end."""
    if scale:
        lines.append(_text(0, y + 11, scale, "start", class_="soft"))
        y += 18
    most = max((bar.count for bar in bars), default=0)
    fill = "people" if table.by == "truth" else "machine"
    height = len(bars) * _ROW
    marks = ticks(most, table.total, log=False, percent=False, room=3)
    for at, _ in marks:
        mark = _n(_NAME + at * _BAR)
        lines.append(tag("line", x1=mark, x2=mark, y1=y, y2=y + height, class_="grid"))
    for number, bar in enumerate(bars):
        top = y + number * _ROW
        length = bar_length(bar.count, most, log=False) * _BAR
        value = f"{bar.count:,} · {percent_text(100 * table.share(bar.count))}"
        if len(value) > _VALUE_LETTERS:
            value = f"{bar.count:,}"
        lines += [
            _text(_NAME - 6, top + 13, short_label(bar.label), "end"),
            _bar(_NAME, top + 3, max(length, 0.8 if bar.count else 0), _ROW - 6, fill, key),
            _text(_WIDTH, top + 13, value, "end"),
        ]
    base = y + height
    lines.append(tag("line", x1=_NAME, x2=_NAME, y1=y, y2=base, class_="axis"))
    for at, label in marks:
        x = _NAME + at * _BAR
        anchor = "start" if at == 0 else "middle"
        lines.append(_text(x, base + 13, label, anchor, class_="soft"))
    return base + 20


def hours_chart(machine: HourCounts | None, people: HourCounts | None, key: str) -> Html:
    """Return a class at each of the 24 hours: the machine's word up, people's down.

    Each side is on its own scale, whose end stands beside it.
    """
    sides = [(one, up) for one, up in ((machine, True), (people, False)) if one is not None]
    middle = _HOURS_TOP + 16 if machine is not None else 16
    bottom = middle + (_HOURS_TOP + 6 if people is not None else 4)
    lines: list[Html] = list(_hatch(key))
    for one, up in sides:
        most = max(one.hours, default=0)
        for hour, count in enumerate(one.hours):
            length = bar_length(count, most, log=False) * _HOURS_TOP
            if count:
                length = max(length, 0.8)
                x = _HOURS_LEFT + hour * _HOURS_BAR + 1
                y = middle - length if up else middle + 14
                fill = "machine" if up else "people"
                lines.append(_bar(x, y, _HOURS_BAR - 2, length, fill, key, upright=True))
        far = middle - _HOURS_TOP + 9 if up else middle + 14 + _HOURS_TOP
        if not most:
            near = middle - 6 if up else middle + 28
            none = "none with a time" if one.without_time else "none"
            lines.append(_text(_HOURS_LEFT, near, none, "start", class_="soft"))
            continue
        lines.append(_text(_HOURS_LEFT - 4, far, f"{most:,}", "end", class_="soft"))
    end = _HOURS_LEFT + 24 * _HOURS_BAR
    for y in [middle + (0 if up else 14) for _, up in sides]:
        lines.append(tag("line", x1=_HOURS_LEFT, x2=end, y1=y, y2=y, class_="axis"))
    for hour in (0, 6, 12, 18, 24):
        anchor = "start" if hour == 0 else "end" if hour == 24 else "middle"
        x = _HOURS_LEFT + hour * _HOURS_BAR
        lines.append(_text(x, middle + 11, f"{hour:02d}", anchor, class_="soft"))
    told = "; ".join(
        f"{'AI' if up else 'people'}, n {one.n:,}, most at {_peak(one)}" for one, up in sides
    )
    name = sides[0][0].label if sides else ""
    return _drawn(key, f"Hours of the day: {name}", f"{told}.", bottom + 14, *lines)


def _peak(one: HourCounts) -> str:
    if not one.n:
        return "no hour"
    most = max(one.hours)
    return f"{one.hours.index(most):02d}:00 to {one.hours.index(most) + 1:02d}:00 ({most:,})"


def interval_glyph(one: Estimate) -> Html:
    """Return a share's interval on a line from 0 to 100 %, a dot at the estimate, hollow where it
    is unstable; nothing where there is none. The numbers stand beside it, so that it is silent."""
    if one.value is None or one.lower is None or one.upper is None:
        return Html("")
    left, room = 4, _GLYPH - 8
    low, high, at = (left + share * room for share in (one.lower, one.upper, one.value))
    return tag(
        "svg",
        tag("line", x1=left, x2=left + room, y1=7, y2=7, class_="grid"),
        tag("line", x1=left, x2=left, y1=3, y2=11, class_="grid"),
        tag("line", x1=left + room, x2=left + room, y1=3, y2=11, class_="grid"),
        tag("line", x1=_n(low), x2=_n(high), y1=7, y2=7, class_="range"),
        tag("circle", cx=_n(at), cy=7, r=3, class_="dot" if one.state == "sound" else "hollow"),
        class_="interval",
        width=_GLYPH,
        height=14,
        viewBox=f"0 0 {_GLYPH} 14",
        aria_hidden="true",
    )


def legend_mark(kind: str, key: str) -> Html:
    """Return a small square filled as the bars of people or of the machine."""
    return tag(
        "svg",
        *_hatch(key),
        _bar(1, 1, 22, 10, kind, key),
        width=24,
        height=12,
        viewBox="0 0 24 12",
        aria_hidden="true",
    )


def short_label(name: str, letters: int = _LETTERS) -> str:
    """Return a name that fits beside a bar, cut where it is longer; wide letters count two."""
    taken, kept = 0, ""
    for letter in clean(name):
        taken += 2 if unicodedata.east_asian_width(letter) in "WF" else 1
        if taken > letters:
            return f"{kept[:-1].rstrip()}…"
        kept += letter
    return kept


def _drawn(key: str, title: str, told: str, height: float, *shapes: Child) -> Html:
    return tag(
        "svg",
        tag("title", title, id=f"{key}-name"),
        tag("desc", told, id=f"{key}-told"),
        *shapes,
        class_="chart",
        role="img",
        aria_labelledby=f"{key}-name {key}-told",
        viewBox=f"0 0 {_WIDTH} {_n(height)}",
    )


def _bar(
    x: float, y: float, width: float, height: float, kind: str, key: str, *, upright: bool = False
) -> Html:
    """Return a bar: people's solid, the machine's hatched with an edge at its end."""
    if width <= 0 or height <= 0:
        return Html("")
    place = {"x": _n(x), "y": _n(y), "width": _n(width), "height": _n(height)}
    if kind == "people":
        return tag("rect", **place, class_="people")
    edge = [(x, y, x + width, y)] if upright else [(x + width, y, x + width, y + height)]
    return join(
        [
            tag("rect", **place, fill=f"url(#{key}-hatch)"),
            *(
                tag("line", x1=_n(a), y1=_n(b), x2=_n(c), y2=_n(d), class_="machine-edge")
                for a, b, c, d in edge
            ),
        ]
    )


def _hatch(key: str) -> Iterable[Html]:
    yield tag(
        "defs",
        tag(
            "pattern",
            tag("rect", width=4, height=4, class_="machine-soft"),
            tag("rect", width="2.6", height=4, class_="machine"),
            id=f"{key}-hatch",
            width=4,
            height=4,
            patternUnits="userSpaceOnUse",
            patternTransform="rotate(45)",
        ),
    )


def _text(x: float, y: float, text: str, anchor: str, class_: str | None = None) -> Html:
    return tag("text", text, x=_n(x), y=_n(y), text_anchor=anchor, class_=class_)


def _n(value: float) -> str:
    """Return a length with a tenth of a unit, the same on every machine."""
    return f"{value:.1f}".removesuffix(".0")
