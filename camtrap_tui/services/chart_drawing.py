"""Charts as plain text, drawn by plotext and readable without colour; exact to an eighth cell.

plotext sets our points, axis and ticks on a canvas whose every cell is one unit, so that no
bar is stretched, thickened or merged with its neighbour. Names and counts stand beside the
canvas, set by us: plotext counts characters, not cells, and wide ones would shift the bars.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest
from threading import Lock

from camtrap_tui.domain.chart_data import (
    HOURS,
    Bar,
    FrequencyTable,
    HourCounts,
    HoursTable,
    bar_length,
    bars,
    percent_text,
    ticks,
)
from camtrap_tui.domain.text import clean, counted

CURSOR = "▸ "
HEADING_LINES = 2
AXIS_LINES = 2
_HORIZONTAL = " ▏▎▍▌▋▊▉█"
_VERTICAL = " ▁▂▃▄▅▆▇█"
_HOUR_TICKS = (0, 6, 12, 18)
_PANEL_LEAST, _PANEL_MOST, _PANEL_USUAL = 4, 9, 6
# plotext has one figure for the whole process.
_figure_lock = Lock()

Cell = tuple[int, int, str]  # column from the left, row from the top, sign
Tick = tuple[int, str]  # column, label


def prepare() -> None:
    """Import what drawing needs; it takes a while once."""
    import plotext  # noqa: F401


def frequency_height(table: FrequencyTable) -> int:
    """Return how many lines the whole chart takes: heading, bars, axis, labels."""
    return HEADING_LINES + len(bars(table)) + AXIS_LINES


def draw_frequency(
    table: FrequencyTable,
    width: int,
    height: int | None = None,
    *,
    log: bool = False,
    percent: bool = False,
    cursor: int | None = None,
    marked: bool = True,
) -> str:
    """Return the chart: a heading, a bar a line, an axis with its ticks.

    Bars are as long as `bar_length` says, to an eighth of a cell, and never nothing for a
    count that is not nothing. `height` cuts it to that many lines, the page of bars on which
    bar number `cursor` is; `marked` marks that bar. (Unmarked, its place stays free, so that
    two charts side by side have bars of one width.)
    """
    every = bars(table)
    scale = "log scale: length 1 + log10" if log else "linear scale"
    numbers = (
        f"{counted(table.total, 'row')} of {counted(table.pictures, 'picture')},"
        f" {counted(len(table.rows), 'class', 'classes')}"
    )
    if table.unexpected:
        scale += "; ! not expected here"
        numbers += f", {table.unexpected:,} not expected here"
    heading = _heading(table, scale, numbers, width)
    if not every:
        return "\n".join(heading)
    room = len(every) if height is None else height - HEADING_LINES - AXIS_LINES
    first = _page(len(every), max(1, room), cursor or 0)
    shown = every[first : first + max(1, room)]
    values = [_value(table, bar, percent=percent) for bar in every]
    value_width = max(map(len, values))
    gutter = len(CURSOR) if cursor is not None else 0
    name_width = min(max(cells(bar.label) for bar in every), max(8, width // 3))
    canvas = max(8, width - gutter - name_width - value_width - 3)
    most = max(bar.count for bar in every)
    lengths = [
        _eighths(bar_length(bar.count, most, log=log), canvas, seen=bar.count > 0) for bar in shown
    ]
    marks = [
        (min(canvas - 1, round(at * canvas)), label)
        for at, label in ticks(most, table.total, log=log, percent=percent, room=canvas // 9)
    ]
    drawn = _canvas(canvas, len(shown), _bar_cells(lengths), marks, axis=True)
    lines = heading
    for number, (bar, value, line) in enumerate(
        zip(shown, values[first:], drawn, strict=False), first
    ):
        mark = CURSOR if marked and number == cursor else " " * gutter
        lines.append(f"{mark}{fit(bar.label, name_width)} {value.rjust(value_width)} {line}")
    indent = " " * (gutter + name_width + value_width + 2)
    lines += [indent + line for line in drawn[len(shown) :]]
    return "\n".join(line.rstrip() for line in lines)


def source(table: FrequencyTable | HoursTable) -> str:
    """Return where a table's counts come from, in a few words."""
    match table.by:
        case "truth":
            return "truth"
        case "classification":
            return f"classification above {table.min_score:g}, run {table.run_id}"
        case _:
            return f"{table.by}, run {table.run_id}"


def _heading(table: FrequencyTable | HoursTable, scale: str, numbers: str, width: int) -> list[str]:
    """Return the two lines above a chart: what is counted and how; how many, and who is not."""
    parts = [numbers, *(f"{count:,} {reason}" for reason, count in table.left_out)]
    if table.where:
        parts.append(f"where {table.where}")
    lines = (f"{source(table)} – {scale}", ", ".join(parts))
    return [fit(line, width).rstrip() for line in lines]


def draw_hours(
    table: HoursTable,
    width: int,
    height: int | None = None,
    *,
    shared: bool = False,
    beside: HoursTable | None = None,
    cursor: int | None = None,
) -> str:
    """Return small charts of the ten classes over 24 hours, each hour one or more whole cells.

    `shared` draws all of a table on one scale, else each on its own; the scale's end stands in
    a title as `top`. With `beside` each class of both tables stands side by side. `cursor`
    marks a class; where `height` has no room for all, its page is shown.
    """
    columns = 2 if width >= 2 * (HOURS + 2) else 1
    panel_width = (width - (columns - 1)) // columns
    rows: list[list[HourCounts]]
    if beside is not None and columns == 2:
        rows = [[a, b] for a, b in zip(table.rows, beside.rows, strict=True)]
    else:
        rows = [list(table.rows[k : k + columns]) for k in range(0, len(table.rows), columns)]
        beside = None
    panel_height = _PANEL_USUAL
    if height is not None:
        room = height - HEADING_LINES
        panel_height = min(_PANEL_MOST, max(_PANEL_LEAST, room // max(1, len(rows))))
        fitting = max(1, room // panel_height)
        start = (cursor or 0) if beside is not None else (cursor or 0) // columns
        start = _page(len(rows), fitting, start)
        rows = rows[start : start + fitting]
    tables = [table] if beside is None else [table, beside]
    tops = [max((max(row.hours) for row in each.rows), default=0) for each in tables]
    scale = "hours of the day, one scale" if shared else "hours of the day, own scales"
    heading_width = width if beside is None else panel_width
    headings = [_heading(each, scale, _hours_numbers(each), heading_width) for each in tables]
    lines = [
        " ".join(fit(line, panel_width) if beside else line for line in parts).rstrip()
        for parts in zip(*headings, strict=True)
    ]
    marked = table.rows[cursor].taxon_id if cursor is not None and table.rows else None
    for row in rows:
        panels = []
        for column, hours in enumerate(row):
            own = max(hours.hours)
            top = tops[column if beside is not None else 0] if shared else own
            mark = CURSOR if hours.taxon_id == marked and (column == 0 or beside is None) else ""
            panels.append(_panel(hours, panel_width, panel_height, top, mark))
        lines += [" ".join(parts).rstrip() for parts in zip(*panels, strict=True)]
    return "\n".join(lines)


def _hours_numbers(table: HoursTable) -> str:
    timeless = sum(row.without_time for row in table.rows)
    without = f", {timeless:,} without time" if timeless else ""
    classes = counted(len(table.rows), "most frequent class", "most frequent classes")
    flagged = ", ! not expected here" if any(row.unexpected for row in table.rows) else ""
    return f"the {classes}{flagged}, camera time{without}"


def beside_each_other(left: str, right: str, width: int) -> str:
    """Return two drawings side by side, the left one in `width` cells."""
    pairs = zip_longest(left.splitlines(), right.splitlines(), fillvalue="")
    return "\n".join(f"{fit(a, width)}  {b}".rstrip() for a, b in pairs)


def _page(count: int, room: int, at: int) -> int:
    """Return the first of `count` lines to show in `room` so that line `at` is among them.

    Pages, not a sliding window: while the cursor moves on a page nothing else does.
    """
    return max(0, min(at // room * room, count - room))


def _panel(hours: HourCounts, width: int, height: int, top: int, mark: str) -> list[str]:
    """Return one class's chart: a title, bars, and the line of hours; all `width` cells wide."""
    timeless = f", {hours.without_time:,} without time" if hours.without_time else ""
    # The name comes first; the heading has the sum of those without a time.
    choices = (f"n={hours.n:,}, top {top:,}{timeless}", f"n={hours.n:,}, top {top:,}")
    room = width - cells(mark + hours.label) - 1
    numbers = next((text for text in choices if len(text) <= room), f"n={hours.n:,}")
    name = fit(mark + hours.label, max(6, width - len(numbers) - 1)).rstrip()
    each = max(1, width // HOURS)
    bar_height = height - 2
    heights = [
        _eighths(bar_length(count, top, log=False), bar_height, seen=count > 0)
        for count in hours.hours
    ]
    found = [
        (hour * each + k, bar_height - 1 - row, _VERTICAL[min(8, eighths - 8 * row)])
        for hour, eighths in enumerate(heights)
        for row in range((eighths + 7) // 8)
        for k in range(each)
    ]
    marks = [(hour * each, str(hour)) for hour in _HOUR_TICKS]
    drawn = _canvas(each * HOURS, bar_height, found, marks, axis=False)
    return [fit(line, width) for line in (f"{name} {numbers}", *drawn)]


def _bar_cells(lengths: Sequence[int]) -> list[Cell]:
    """Return the cells of horizontal bars, one a row, with `lengths` in eighths of a cell."""
    return [
        (column, row, _HORIZONTAL[min(8, length - 8 * column)])
        for row, length in enumerate(lengths)
        for column in range((length + 7) // 8)
    ]


def _eighths(part: float, room: int, *, seen: bool) -> int:
    length = round(part * room * 8)
    return max(1, length) if seen else length


def _value(table: FrequencyTable, bar: Bar, *, percent: bool) -> str:
    return percent_text(100 * table.share(bar.count)) if percent else f"{bar.count:,}"


def _canvas(
    width: int, height: int, found: Sequence[Cell], marks: Sequence[Tick], *, axis: bool
) -> list[str]:
    """Return plotext's drawing of `found`: `height` lines, the axis if wanted, the tick labels."""
    import plotext
    from plotext import figure, terminal

    with _figure_lock:
        # Else what is drawn is cut to the terminal that the program happens to run in.
        terminal.limit(False, False)
        figure.clear()
        # Without a tick plotext leaves their line out, and would stretch the rest into it.
        figure.plot_size(width + axis, height + axis + bool(marks))
        figure.theme("colorless")
        figure.axes(False)
        if axis:
            figure.axes(True, side=0)
        x, y = figure.ruler(0, 0), figure.ruler(1, 0)
        # Limits at the cells' edges and points at their centres: one unit is one cell.
        for ruler, cells_along in ((x, width), (y, height)):
            ruler.alignment(lim="edge")
            ruler.lim(0, cells_along)
        y.direction(-1)
        y.frequency(0)
        x.ticks([column + 0.5 for column, _ in marks], [clean(label) for _, label in marks])
        # A drawing of nothing still needs a point, and a blank one does not show.
        points = found or [(0, 0, " ")]
        figure.draw(
            figure.signal(
                [column + 0.5 for column, _, _ in points],
                [row + 0.5 for _, row, _ in points],
                marker=[sign for _, _, sign in points],
            )
        )
        drawn: str = plotext.uncolorize(figure.build().string())
        figure.clear()
    return drawn.splitlines()


def cells(text: str) -> int:
    """Return how many cells of a terminal `text` takes."""
    from rich.cells import cell_len

    return cell_len(text)


def fit(text: str, width: int) -> str:
    """Return `text` in exactly `width` cells: cut with `…`, or padded."""
    from rich.cells import set_cell_size

    shown = clean(text)
    if cells(shown) > width:
        return set_cell_size(shown, max(0, width - 1)) + "…"
    return set_cell_size(shown, width)
