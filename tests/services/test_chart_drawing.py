"""Drawn charts, read back cell by cell: lengths, hours, names, and nothing of the terminal."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest
from rich.cells import cell_len

from camtrap_tui.domain.chart_data import HOURS, HourCounts, HoursTable, bar_length
from camtrap_tui.services.chart_drawing import (
    AXIS_LINES,
    CURSOR,
    HEADING_LINES,
    beside_each_other,
    draw_frequency,
    draw_hours,
    fit,
    frequency_height,
)
from tests.domain.test_chart_data import table

HORIZONTAL = " ▏▎▍▌▋▊▉█"
VERTICAL = " ▁▂▃▄▅▆▇█"
PUBLISHED = [90_475, 6_122, 4_499, 1_886, 818, 588, 299, 161, 151, 150, 128, 109, 38, 1]


def lengths(drawn: str, bars: int) -> list[int]:
    """Return the length of each bar, in eighths of a cell."""
    lines = drawn.splitlines()[HEADING_LINES : HEADING_LINES + bars]
    return [sum(map(HORIZONTAL.index, line.partition("│")[2])) for line in lines]


@pytest.mark.parametrize("width", [60, 80, 100, 120, 200])
@pytest.mark.parametrize("log", [False, True])
def test_bars_are_as_long_as_their_counts_say(width: int, log: bool) -> None:
    drawn = draw_frequency(table(PUBLISHED), width, log=log)
    found = lengths(drawn, len(PUBLISHED))
    for count, length in zip(PUBLISHED, found, strict=True):
        expected = found[0] * bar_length(count, PUBLISHED[0], log=log)
        assert abs(length - expected) <= 0.5 or (length == 1 and expected < 1)
    assert found[0] >= 8 * (width - 40)
    assert found == sorted(found, reverse=True)
    if log:
        # What plotext's own log bars drew equally long, and what they did not draw at all.
        assert found[1] < found[0]
        assert found[-1] > 8


@pytest.mark.parametrize("percent", [False, True])
@pytest.mark.parametrize("log", [False, True])
@pytest.mark.parametrize("counts", [[1, 1, 1], [1], [2, 1], [9, 9, 1, 1]])
@pytest.mark.parametrize("width", [40, 59, 80])
def test_each_bar_stands_on_its_line_also_where_no_tick_fits(
    counts: list[int], width: int, log: bool, percent: bool
) -> None:
    drawn = draw_frequency(table(counts), width, log=log, percent=percent)
    assert all(length > 0 for length in lengths(drawn, len(counts)))
    assert len(drawn.splitlines()) <= frequency_height(table(counts))


def test_bars_from_two_large_counts_differ() -> None:
    for log in (False, True):
        a, b = lengths(draw_frequency(table([48_211, 21_933]), 100, log=log), 2)
        assert b < a


def test_exact_counts_and_percent_stand_beside_the_bars() -> None:
    found = table([90_475, 15_893], without_class=1_167)
    assert " 90,475 │" in draw_frequency(found, 80)
    assert " 84.1 % │" in draw_frequency(found, 80, percent=True)
    assert "(no class)" in draw_frequency(found, 80)


def test_a_tick_stands_where_a_bar_of_its_value_ends() -> None:
    drawn = draw_frequency(table([1000, 100, 10, 1]), 100, log=True).splitlines()
    axis = drawn[-2]
    for line in drawn[HEADING_LINES + 1 : HEADING_LINES + 4]:
        end = len(line.rstrip()) - 1
        assert "┬" in axis[end : end + 3], (line, axis)
    assert drawn[-1].split() == ["1", "10", "100", "1,000"]


def test_wide_and_hostile_names_do_not_shift_the_bars() -> None:
    found = table([9, 8, 7, 6])
    names = ["浣熊浣熊", "[/] [bold]x", "a\x1b]52;c;x\x07b", "plain"]
    rows = tuple(
        type(row)(row.taxon_id, row.taxon_uuid, name, "", row.count)
        for row, name in zip(found.rows, names, strict=True)
    )
    drawn = draw_frequency(type(found)("truth", None, None, "", rows, 0, 30, ()), 80)
    lines = drawn.splitlines()[HEADING_LINES : HEADING_LINES + 4]
    assert len({cell_len(line.partition("│")[0]) for line in lines}) == 1
    assert "[/] [bold]x" in drawn
    assert "\x1b" not in drawn


@pytest.mark.parametrize("width", [40, 60, 80, 120])
@pytest.mark.parametrize("height", [8, 15, 24, 60])
def test_a_chart_fits_and_shows_the_cursor(width: int, height: int) -> None:
    found = table([1000 - n for n in range(84)])
    for cursor in range(41):
        lines = draw_frequency(found, width, height, cursor=cursor).splitlines()
        assert len(lines) <= height
        assert max(map(cell_len, lines)) <= width
        assert sum(line.startswith(CURSOR) for line in lines) == 1
    assert frequency_height(found) == HEADING_LINES + 41 + AXIS_LINES


def test_moving_on_a_page_changes_two_lines() -> None:
    found = table([1000 - n for n in range(30)])
    pages = [draw_frequency(found, 80, 20, cursor=cursor).splitlines() for cursor in range(16)]
    for before, after in pairwise(pages):
        assert sum(a != b for a, b in zip(before, after, strict=True)) == 2


def hours_table(rows: int = 10, seed: int = 1) -> HoursTable:
    """Return a table with hours that differ from each neighbour."""
    chance = random.Random(seed)
    made = []
    for n in range(rows):
        hours = tuple(0 if h % 2 else chance.randint(1, 400) for h in range(HOURS))
        made.append(HourCounts(n, f"u{n}", f"class {n}", "", hours, n))
    return HoursTable("prediction", 1, None, "", tuple(made), (("failed", 3),))


def panels(drawn: str, width: int, columns: int, rows: int) -> list[list[str]]:
    """Return the small charts of a drawing: their lines without the title, padded."""
    lines = drawn.splitlines()[HEADING_LINES:]
    panel = (width - (columns - 1)) // columns
    high = len(lines) // rows
    return [
        [
            fit(line, width)[column * (panel + 1) : column * (panel + 1) + panel]
            for line in lines[row * high + 1 : (row + 1) * high]
        ]
        for row in range(rows)
        for column in range(columns)
    ]


@pytest.mark.parametrize(
    ("width", "columns", "each"),
    [(26, 1, 1), (51, 1, 2), (52, 2, 1), (80, 2, 1), (100, 2, 2), (120, 2, 2), (200, 2, 4)],
)
@pytest.mark.parametrize("height", [None, 22, 36, 60])
@pytest.mark.parametrize("shared", [False, True])
def test_each_hour_has_its_own_columns_and_its_height(
    width: int, columns: int, each: int, height: int | None, shared: bool
) -> None:
    found = hours_table()
    drawn = draw_hours(found, width, height, shared=shared)
    fitting = 10 // columns if height is None else min(10 // columns, (height - 2) // 4)
    shown = panels(drawn, width, columns, fitting)
    top_of_all = max(max(row.hours) for row in found.rows)
    for row, panel in zip(found.rows, shown, strict=False):
        bars, top = panel[:-1], top_of_all if shared else max(row.hours)
        for hour, count in enumerate(row.hours):
            for column in range(hour * each, (hour + 1) * each):
                height_found = sum(VERTICAL.index(line[column]) for line in bars)
                expected = 8 * len(bars) * count / top
                assert abs(height_found - expected) <= 0.5 or (
                    count and height_found == 1 and expected < 1
                ), (row.name, hour)
        assert panel[-1].split() == ["0", "6", "12", "18"]
        assert panel[-1].index("6") == 6 * each


@pytest.mark.parametrize(("width", "height"), [(80, 22), (80, 20), (120, 36), (200, 58)])
def test_hours_fit_their_room(width: int, height: int) -> None:
    for beside in (None, hours_table(seed=2)):
        for cursor in range(10):
            drawn = draw_hours(hours_table(), width, height, beside=beside, cursor=cursor)
            lines = drawn.splitlines()
            assert len(lines) <= height
            assert max(map(cell_len, lines)) <= width
            assert f"{CURSOR}class {cursor} n=" in drawn
            assert drawn.count(CURSOR) == 1


def test_all_ten_classes_fit_80_by_24() -> None:
    drawn = draw_hours(hours_table(), 80, 22)
    assert all(f"class {n} n=" in drawn for n in range(10))
    assert "45 without time, 3 failed" in drawn
    assert "9 without time" in draw_hours(hours_table(), 120)
    assert "3 failed" in drawn


def test_two_tables_stand_side_by_side() -> None:
    drawn = draw_hours(hours_table(), 120, beside=hours_table(seed=2))
    assert drawn.count("class 3 n=") == 2
    charts = beside_each_other(draw_frequency(table([5]), 59), draw_frequency(table([7]), 59), 59)
    assert max(map(cell_len, charts.splitlines())) <= 120


def test_nothing_of_the_terminal_or_of_other_figures_gets_in(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import plotext

    expected = draw_frequency(table(PUBLISHED), 200)
    monkeypatch.setenv("COLUMNS", "20")
    monkeypatch.setenv("LINES", "5")
    plotext.figure.title("left over")
    plotext.figure.draw(plotext.figure.signal([1, 2, 3]))
    assert draw_frequency(table(PUBLISHED), 200) == expected
    assert "left over" not in expected


def test_an_empty_table_is_a_heading() -> None:
    assert "0 rows" in draw_frequency(table([]), 80)
    assert draw_hours(HoursTable("truth", None, None, "", (), ()), 80, 20).startswith("truth")


def test_a_class_without_any_hour_is_an_empty_chart() -> None:
    row = HourCounts(1, "u1", "class 1", "", (0,) * HOURS, 4)
    drawn = draw_hours(HoursTable("truth", None, None, "", (row,), ()), 120)
    lines = drawn.splitlines()[HEADING_LINES:]
    assert lines[0] == "class 1 n=0, top 0, 4 without time"
    assert lines[1:-1] == [""] * (len(lines) - 2)
    assert lines[-1].split() == ["0", "6", "12", "18"]
