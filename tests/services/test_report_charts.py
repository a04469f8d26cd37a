"""Charts of a report: lengths in proportion, people and machine told apart, words beside them."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from camtrap_tui.domain.chart_data import ClassCount, FrequencyTable, HourCounts
from camtrap_tui.domain.taxonomy import BLANK_UUID
from camtrap_tui.services.report_charts import (
    frequency_chart,
    hours_chart,
    interval_glyph,
    short_label,
)
from tests.evaluations import NOT_ESTIMABLE, share, unstable
from tests.report_pages import Page


def row(name: str, count: int, uuid: str = "", scientific: str = "") -> ClassCount:
    return ClassCount(1, uuid or name, name, scientific, count)


def table(*rows: ClassCount, by: str = "truth", without: int = 0) -> FrequencyTable:
    return FrequencyTable(by, 1, None, "", rows, without, sum(r.count for r in rows), ())


def widths(page: Page, kind: str = "people") -> list[float]:
    return [float(one["width"]) for one in page.of("rect") if one.get("class") == kind]


def test_bars_are_in_proportion_to_their_counts() -> None:
    drawn = widths(Page(frequency_chart(table(row("a", 400), row("b", 100), row("c", 1)), "k")))
    assert drawn[0] == pytest.approx(4 * drawn[1], rel=0.01)
    assert drawn[2] > 0


def test_blanks_stand_on_a_scale_with_all_others() -> None:
    found = table(row("blank", 9000, BLANK_UUID), row("raccoon", 900), row("mallard", 90))
    page = Page(frequency_chart(found, "k"))
    blank, others, raccoon, mallard = widths(page)
    assert others / blank == pytest.approx(990 / 9000, rel=0.02)
    assert raccoon == pytest.approx(blank)
    assert mallard / raccoon == pytest.approx(0.1, rel=0.02)
    said = page.said("text")
    assert "900 · 9 %" in said
    assert "990 · 9.9 %" in said
    assert "not blank" in said


def test_blanks_alone_are_one_bar() -> None:
    assert len(widths(Page(frequency_chart(table(row("blank", 9, BLANK_UUID)), "k")))) == 1


def test_what_is_not_drawn_is_summed() -> None:
    rows = [row(f"c{n}", 100 - n) for n in range(30)]
    page = Page(frequency_chart(table(*rows, without=7), "k"))
    assert "… 10 other classes" in page.said("text")
    assert f"{sum(100 - n for n in range(20, 30)):,}" in " ".join(page.said("text"))
    assert "(no class)" in page.said("text")


def test_two_of_one_name_have_their_scientific_names() -> None:
    rows = (row("bird", 5, "u1", "aves"), row("bird", 3, "u2"), row("mallard", 2, "u3", "anas"))
    said = Page(frequency_chart(table(*rows), "k")).said("text")
    assert {"aves (bird)", "bird", "mallard"} <= set(said)


def test_the_machine_is_hatched_and_people_are_solid() -> None:
    machine = Page(frequency_chart(table(row("a", 4), by="prediction"), "k"))
    assert not widths(machine)
    assert [one["fill"] for one in machine.of("rect") if "fill" in one] == ["url(#k-hatch)"]
    assert [one["id"] for one in machine.of("pattern")] == ["k-hatch"]


def test_a_chart_says_what_it_shows() -> None:
    page = Page(frequency_chart(table(row("mallard", 1204)), "k"))
    (svg,) = page.of("svg")
    assert svg["role"] == "img"
    assert svg["aria-labelledby"] == "k-name k-told"
    assert page.of("title")[0]["id"] == "k-name"
    assert page.of("desc")[0]["id"] == "k-told"
    assert "mallard 1,204" in page.said("desc")[0]


def hours(*counts: tuple[int, int]) -> HourCounts:
    found = dict(counts)
    return HourCounts(1, "u", "mallard", "", tuple(found.get(h, 0) for h in range(24)), 0)


def test_each_side_of_hours_has_its_own_scale_and_its_end() -> None:
    page = Page(hours_chart(hours((2, 500), (14, 250)), hours((2, 10), (3, 5)), "k"))
    up = [float(r["height"]) for r in page.of("rect") if "fill" in r]
    down = [float(r["height"]) for r in page.of("rect") if r.get("class") == "people"]
    assert up[0] == pytest.approx(2 * up[1], rel=0.01)
    assert down == pytest.approx([up[0], up[1]], rel=0.01)
    assert {"500", "10", "00", "06", "12", "18", "24"} <= set(page.said("text"))
    assert "02:00 to 03:00 (500)" in page.said("desc")[0]


def test_hours_of_one_side_and_of_nothing() -> None:
    assert not Page(hours_chart(None, hours((3, 1)), "k")).html.count('fill="url')
    assert "none" in Page(hours_chart(hours(), hours((3, 1)), "k")).said("text")
    timeless = replace(hours(), without_time=2)
    assert "none with a time" in Page(hours_chart(timeless, hours((3, 1)), "k")).said("text")


def test_an_interval_is_drawn_where_there_is_one() -> None:
    page = Page(interval_glyph(share(0.5, half=0.25)))
    line = next(one for one in page.of("line") if one["class"] == "range")
    left, at, right = float(line["x1"]), float(page.of("circle")[0]["cx"]), float(line["x2"])
    assert at - left == pytest.approx(right - at, abs=0.2)
    assert page.of("circle")[0]["class"] == "dot"
    assert Page(interval_glyph(unstable(0.5))).of("circle")[0]["class"] == "hollow"
    assert interval_glyph(NOT_ESTIMABLE) == ""


def test_names_are_cut_by_the_room_they_take() -> None:
    assert short_label("northern raccoon") == "northern raccoon"
    assert len(short_label("x" * 300)) == 20
    assert len(short_label("漢" * 300)) <= 11
    assert not re.search(r"[\u202e\x1b]", short_label("a\u202eb\x1b[0m"))
