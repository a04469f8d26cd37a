"""`camtrap-tui charts`: frequency of classes and hours of the day, as text or JSON."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

import click

from camtrap_tui.cli.output import Cell, echo_json, echo_table

if TYPE_CHECKING:
    from camtrap_tui.domain.chart_data import FrequencyTable, HoursTable
    from camtrap_tui.store.reports import By

_PIPED_WIDTH = 100
_LEAST_WIDTH, _MOST_WIDTH = 40, 240
_SIDE_BY_SIDE = 120


class _Asked(TypedDict):
    run_id: int | None
    min_score: float
    where: str
    grader: str


@click.command("charts")
@click.argument("survey", type=click.Path(path_type=Path))
@click.option(
    "--by",
    type=click.Choice(["prediction", "classification", "truth"]),
    default="prediction",
    show_default=True,
    help="What to count: each picture's prediction, each of its classes above --min-score, "
    "or what its graders agree on.",
)
@click.option(
    "--min-score",
    type=click.FloatRange(0, 1),
    default=0.3,
    show_default=True,
    help="By classification: classes with a score above this.",
)
@click.option(
    "--run", "run_id", type=int, help="The run to count; the newest finished one unless given."
)
@click.option("--where", default="", help="Only the pictures of a filter, or @NAME, as in review.")
@click.option("--hours", is_flag=True, help="Hours of the day of the ten most frequent classes.")
@click.option("--log", is_flag=True, help="Bars on a logarithmic scale.")
@click.option("--percent", is_flag=True, help="Percent of all rows instead of counts.")
@click.option("--shared", is_flag=True, help="Hours on one scale instead of a scale for each.")
@click.option("--json", "as_json", is_flag=True, help="Print every number as JSON, no chart.")
def charts_command(
    survey: Path,
    *,
    by: By,
    min_score: float,
    run_id: int | None,
    where: str,
    hours: bool,
    log: bool,
    percent: bool,
    shared: bool,
    as_json: bool,
) -> None:
    """Chart how often each class occurs in SURVEY, or at which hours.

    Where there are grades, truth stands beside the AI's word. A table of the exact numbers
    follows the chart.
    """
    from camtrap_tui.config import load_settings
    from camtrap_tui.services import charts
    from camtrap_tui.store.store import Store

    with Store.open(survey) as store:
        other = charts.other_side(store, by)
        asked = _Asked(
            run_id=run_id, min_score=min_score, where=where, grader=load_settings().grader
        )
        if hours:
            hour_table = charts.hours(store, by=by, **asked)
            hour_beside = charts.hours(store, by=other, like=hour_table, **asked) if other else None
        else:
            table = charts.frequency(store, by=by, **asked)
            beside = charts.frequency(store, by=other, **asked) if other else None
    if hours and as_json:
        found = charts.hours_json(hour_table)
        echo_json(found | {"beside": hour_beside and charts.hours_json(hour_beside)})
    elif hours:
        _print_hours(hour_table, hour_beside, shared=shared)
    elif as_json:
        found = charts.frequency_json(table)
        echo_json(found | {"beside": beside and charts.frequency_json(beside)})
    else:
        _print_frequency(table, beside, log=log, percent=percent)


def _width() -> int:
    """Return how wide to draw: as the terminal is, a fixed width for files and pipes."""
    import shutil
    import sys

    if not sys.stdout.isatty():
        return _PIPED_WIDTH
    return min(_MOST_WIDTH, max(_LEAST_WIDTH, shutil.get_terminal_size().columns))


def _print_frequency(
    table: FrequencyTable, beside: FrequencyTable | None, *, log: bool, percent: bool
) -> None:
    from camtrap_tui.services.chart_drawing import beside_each_other, draw_frequency

    tables = [table] if beside is None else [table, beside]
    width = _width()
    side_by_side = len(tables) > 1 and width >= _SIDE_BY_SIDE
    each = (width - 2) // 2 if side_by_side else width
    drawn = [draw_frequency(one, each, log=log, percent=percent) for one in tables]
    if side_by_side:
        drawn = [beside_each_other(drawn[0], drawn[1], each)]
    for chart in drawn:
        click.echo(f"{chart}\n")
    headings = ["class", "scientific name"]
    for one in tables:
        headings += [one.by, "% of rows"]
    flags = any(one.unexpected for one in tables)
    headings += ["expected here"] if flags else []
    names = {row.taxon_uuid: row for one in reversed(tables) for row in one.rows}
    order = {row.taxon_uuid: row for row in table.rows} | names
    counts = [{row.taxon_uuid: row.count for row in one.rows} for one in tables]
    rows: list[list[Cell]] = []
    for key, row in order.items():
        line: list[Cell] = [row.name, row.scientific_name]
        for one, count in zip(tables, counts, strict=True):
            line += [count.get(key, 0), 100 * one.share(count.get(key, 0))]
        rows.append([*line, *_flag(unexpected=row.unexpected, flags=flags)])
    if any(one.without_class for one in tables):
        line = ["(no class)", ""]
        for one in tables:
            line += [one.without_class, 100 * one.share(one.without_class)]
        rows.append([*line, *_flag(flags=flags)])
    total: list[Cell] = ["in all", ""]
    for one in tables:
        total += [one.total, 100.0 if one.total else None]
    echo_table(headings, [*rows, [*total, *_flag(flags=flags)]])


def _flag(*, unexpected: bool = False, flags: bool) -> list[Cell]:
    """Return the cell that says that a class is not expected here, where any class is flagged."""
    return ["no" if unexpected else ""] if flags else []


def _print_hours(table: HoursTable, beside: HoursTable | None, *, shared: bool) -> None:
    from camtrap_tui.services.chart_drawing import draw_hours

    click.echo(draw_hours(table, _width(), shared=shared, beside=beside) + "\n")
    for one in [table] if beside is None else [table, beside]:
        hours: list[list[Cell]] = [
            [f"{hour:02d}", *(row.hours[hour] for row in one.rows)] for hour in range(24)
        ]
        hours.append(["no time", *(row.without_time for row in one.rows)])
        echo_table([one.by, *(row.name for row in one.rows)], hours)
        click.echo("")
