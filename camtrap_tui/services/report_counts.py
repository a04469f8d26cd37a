"""The parts of a report that count: how often each class occurs, and at which hours.

People's words and the machine's stand in charts of their own: they are of different pictures, and
their difference is no figure of accuracy.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import zip_longest

from camtrap_tui.domain.chart_data import (
    HOURS,
    FrequencyTable,
    HourCounts,
    HoursTable,
    percent_text,
)
from camtrap_tui.domain.text import counted
from camtrap_tui.services.report import SurveyReport
from camtrap_tui.services.report_blocks import Cell, folded, paragraph, section, table
from camtrap_tui.services.report_charts import frequency_chart, hours_chart, legend_mark
from camtrap_tui.services.report_html import Html, escape, outside, tag

_NOBODY = "Nothing was predicted, and nobody has graded: there is nothing to count yet."


def frequency_part(found: SurveyReport) -> Html:
    """Return how often each class occurs, by prediction and by truth."""
    if not found.frequency:
        return section("classes", "What is on the pictures", paragraph(_NOBODY))
    return section(
        "classes",
        "What is on the pictures",
        _legend(found, "classes"),
        paragraph(
            "People have graded some of the pictures, which were not drawn at random: how the two"
            " charts differ does not say how accurate the run is."
        )
        if len(found.frequency) > 1
        else None,
        tag("div", *(_frequency_figure(one) for one in found.frequency), class_="pair"),
        folded("The same numbers as a table, every class", _frequency_table(found.frequency)),
        _unexpected(found.frequency),
    )


def _frequency_figure(one: FrequencyTable) -> Html:
    parts = [
        f"{counted(one.total, 'row')} of {counted(one.pictures, 'picture')}",
        counted(len(one.rows), "class", "classes"),
        *(f"{count:,} {_spaced(reason)}, not counted" for reason, count in one.left_out),
    ]
    about = (tag("strong", _said_by(one)), ": ", f"{', '.join(parts)}.")
    if not one.rows:
        return tag("figure", tag("figcaption", *about, " Nothing to draw."))
    return tag("figure", tag("figcaption", *about), frequency_chart(one, f"frequency-{one.by}"))


def _frequency_table(tables: Sequence[FrequencyTable]) -> Html:
    headings = ["class", "scientific name"]
    for one in tables:
        headings += [_said_by(one), "% of its rows"]
    order = {row.taxon_uuid: row for one in reversed(tables) for row in one.rows}
    order = {row.taxon_uuid: row for row in tables[0].rows} | order
    counts = [{row.taxon_uuid: row.count for row in one.rows} for one in tables]
    rows: list[Sequence[Cell]] = []
    for key, row in order.items():
        cells: list[Cell] = [row.label, row.scientific_name]
        for one, count in zip(tables, counts, strict=True):
            cells += [count.get(key, 0), _share(one, count.get(key, 0))]
        rows.append(cells)
    if any(one.without_class for one in tables):
        cells = ["(no class)", ""]
        for one in tables:
            cells += [one.without_class, _share(one, one.without_class)]
        rows.append(cells)
    foot: list[Cell] = ["in all", ""]
    for one in tables:
        foot += [one.total, _share(one, one.total)]
    right = range(2, len(headings))
    return table("Classes and how often each occurs", headings, rows, foot=foot, right=right)


def _share(one: FrequencyTable, count: int) -> Html:
    return escape(percent_text(100 * one.share(count)) if one.total else "–")


def _unexpected(tables: Sequence[FrequencyTable]) -> Html:
    if not any(one.unexpected for one in tables):
        return Html("")
    return paragraph(tag("small", "! is not on the list of the species that are expected here."))


def hours_part(found: SurveyReport) -> Html:
    """Return at which hours the most frequent classes are seen, by prediction and by truth."""
    if not found.hours:
        return section("hours", "Hours of the day", paragraph(_NOBODY))
    shown = {row.taxon_id for table in found.hours for row in table.rows}
    more = [
        replace(table, rows=tuple(row for row in table.rows if row.taxon_id not in shown))
        for table in found.hours_too
    ]
    if not shown and not any(table.rows for table in more):
        return section("hours", "Hours of the day", paragraph("No picture has a class."))
    blocks: list[Html] = [*_hours_blocks(found.hours, "hours", "Hours of the day")]
    if any(table.rows for table in more):
        heading = f"{'Further classes' if shown else 'Classes'} that people name most"
        blocks += [tag("h3", heading), *_hours_blocks(more, "hours-too", heading)]
    return section(
        "hours",
        "Hours of the day",
        _legend(found, "hours"),
        paragraph(
            "The most frequent classes, by the hour that the camera showed, as corrected. Each side"
            " of a chart has its own scale: the number at its end is its longest bar."
        ),
        _left_out(found.hours),
        *blocks,
    )


def _hours_blocks(tables: Sequence[HoursTable], key: str, caption: str) -> Iterator[Html]:
    """Yield the charts of these tables, whose classes are the same, and their numbers."""
    rows = {table.by: table.rows for table in tables}
    if not any(rows.values()):
        return
    sides = zip_longest(rows.get("prediction", ()), rows.get("truth", ()))
    figures = (
        _hours_figure(machine, people, f"{key}-{number}")
        for number, (machine, people) in enumerate(sides)
    )
    yield tag("div", *figures, class_="many")
    yield folded("The same numbers as tables", *(_hours_table(one, caption) for one in tables))


def _hours_figure(machine: HourCounts | None, people: HourCounts | None, key: str) -> Html:
    one = machine or people
    assert one is not None
    numbers = []
    for said_by, side in (("AI", machine), ("people", people)):
        if side is not None:
            without = f", {side.without_time:,} without a time" if side.without_time else ""
            numbers.append(f"{said_by} n {side.n:,}{without}")
    return tag(
        "figure",
        tag("figcaption", tag("strong", outside(one.label)), ": ", "; ".join(numbers)),
        hours_chart(machine, people, key),
    )


def _hours_table(one: HoursTable, caption: str) -> Html:
    rows: list[Sequence[Cell]] = [
        (f"{hour:02d}:00", *(row.hours[hour] for row in one.rows)) for hour in range(HOURS)
    ]
    rows.append(("no time", *(row.without_time for row in one.rows)))
    headings = ["hour", *(outside(row.label) for row in one.rows)]
    return table(f"{caption}: {_said_by(one)}", headings, rows)


def _left_out(tables: Sequence[HoursTable]) -> Html:
    told = [
        f"{_said_by(one)}: "
        + ", ".join(f"{count:,} {_spaced(reason)}" for reason, count in one.left_out)
        for one in tables
        if one.left_out
    ]
    return paragraph(tag("small", f"Not counted: {'; '.join(told)}.")) if told else Html("")


def _legend(found: SurveyReport, key: str) -> Html:
    """Return whose word looks how, of those that are drawn."""
    items = []
    for one in found.frequency:
        kind = "people" if one.by == "truth" else "machine"
        items.append(
            tag("li", legend_mark(kind, f"{key}-{kind}"), _said_by(one), f", n {one.pictures:,}")
        )
    return tag("ul", *items, class_="legend")


def _said_by(one: FrequencyTable | HoursTable) -> str:
    return "People (truth)" if one.by == "truth" else f"AI (run {one.run_id})"


def _spaced(reason: str) -> str:
    return {"conflict": "in conflict"}.get(reason, reason.replace("_", " "))
