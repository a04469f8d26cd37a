"""Tables of charts: what is on top, what is summed, how long a bar is, where ticks stand."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camtrap_tui.domain.chart_data import (
    ClassCount,
    FrequencyTable,
    bar_length,
    bars,
    by_frequency,
    class_filter,
    hour_rows,
    percent_text,
    ticks,
)
from camtrap_tui.domain.filters import Classes, Names, parse_filter


def table(counts: list[int], without_class: int = 0) -> FrequencyTable:
    """Return a table of classes `c000`, `c001` … with these counts."""
    rows = [ClassCount(n, f"u{n}", f"c{n:03d}", "", count) for n, count in enumerate(counts)]
    return FrequencyTable(
        "prediction", 1, None, "", by_frequency(rows), without_class, sum(counts), ()
    )


@pytest.mark.parametrize(
    ("classes", "top", "middle", "rarest"),
    [(0, 0, 0, 0), (20, 20, 0, 0), (27, 20, 0, 7), (40, 20, 0, 20), (84, 20, 44, 20)],
)
def test_every_class_is_in_one_part(classes: int, top: int, middle: int, rarest: int) -> None:
    found = table(list(range(classes, 0, -1)))
    assert (len(found.top), len(found.middle), len(found.rarest)) == (top, middle, rarest)
    assert found.top + found.middle + found.rarest == found.rows


def test_the_chart_shows_every_row_once_and_says_how_many_are_summed() -> None:
    found = table([100] * 20 + [5] * 44 + [1] * 20, without_class=7)
    lines = bars(found)
    assert sum(line.count for line in lines) == found.total == 2000 + 220 + 20 + 7
    assert [(line.label, line.count) for line in lines if line.taxon is None] == [
        ("… 44 classes", 220),
        ("(no class)", 7),
    ]


def test_equal_counts_stand_in_order_of_name() -> None:
    assert [row.name for row in table([3, 9, 3]).rows] == ["c001", "c000", "c002"]


def test_shares_are_of_all_rows() -> None:
    found = table([90_475, 15_893], without_class=1_167)
    assert round(100 * found.share(90_475), 1) == 84.1
    assert table([]).share(0) == 0


@given(st.integers(1, 10**7), st.integers(1, 10**7))
def test_bar_lengths_are_in_proportion(a: int, b: int) -> None:
    most = max(a, b)
    linear = [bar_length(n, most, log=False) for n in (a, b)]
    assert linear[0] * b == pytest.approx(linear[1] * a)
    logarithmic = [bar_length(n, most, log=True) for n in (a, b)]
    assert logarithmic[0] * (1 + math.log10(b)) == pytest.approx(
        logarithmic[1] * (1 + math.log10(a))
    )
    assert max(linear) == pytest.approx(max(logarithmic)) == pytest.approx(1)
    assert bar_length(0, most, log=True) == 0


@given(st.integers(1, 10**7), st.integers(1, 10), st.booleans(), st.integers(1, 20))
def test_a_tick_stands_where_a_bar_of_its_value_ends(
    most: int, times: int, log: bool, room: int
) -> None:
    for at, label in ticks(most, most * times, log=log, percent=False, room=room):
        value = int(label.replace(",", ""))
        assert at == pytest.approx(bar_length(value, most, log=log))
        assert 0 <= at <= 1
    for at, label in ticks(most, most * times, log=log, percent=True, room=room):
        count = float(label.removesuffix(" %")) / 100 * most * times
        if log:
            assert at == pytest.approx((1 + math.log10(count)) / (1 + math.log10(most)))
        else:
            assert at == pytest.approx(count / most)


def test_log_ticks_are_powers_of_ten() -> None:
    found = ticks(90_475, 107_535, log=True, percent=False, room=6)
    assert [label for _, label in found] == ["1", "10", "100", "1,000", "10,000"]


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0 %"), (84.1, "84.1 %"), (100, "100 %"), (0.76, "0.76 %"), (0.00093, "0.00093 %")],
)
def test_percentages_are_written_without_exponents(value: float, text: str) -> None:
    assert percent_text(value) == text


def test_hours_hold_24_numbers_and_no_time_apart() -> None:
    row = ClassCount(5, "u5", "raccoon", "", 9)
    (found,) = hour_rows({(5, 0): 2, (5, 23): 3, (5, None): 4, (6, 3): 8}, [row])
    assert (found.hours[0], found.hours[23], len(found.hours)) == (2, 3, 24)
    assert (found.n, found.without_time) == (5, 4)


@pytest.mark.parametrize(
    "name", ["northern raccoon", "l'hoest's monkey", 'the "big" one', "gull, herring", "a>b's \"c"]
)
def test_the_filter_of_a_bar_is_read_back(name: str) -> None:
    def read(by: str, min_score: float | None = None) -> object:
        (term,) = parse_filter(class_filter(name, by=by, min_score=min_score)).terms
        return term.condition

    assert read("prediction") == Names("species", (f"={name}",))
    assert read("truth") == Names("truth", (f"={name}",))
    assert read("classification", 0.3) == Classes(((f"={name}", 0.3),))
