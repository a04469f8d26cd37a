"""The filter line: what its words mean, and how mistakes are pointed at."""

from __future__ import annotations

import pytest

from camtrap_tui.domain.filters import Filter, parse_filter
from camtrap_tui.errors import UsageError


def test_every_word_of_the_design_is_understood() -> None:
    found = parse_filter(
        'species:"northern raccoon",mallard score:<0.8 camera:UR011 hour:20-5 date:2024-06'
        " state:ungraded has:human order:score"
    )
    assert found.species == ("northern raccoon", "mallard")
    assert (found.min_score, found.max_score, found.max_excluded) == (None, 0.8, True)
    assert found.cameras == ("ur011",)
    assert found.hours == (0, 1, 2, 3, 4, 5, 20, 21, 22, 23)
    assert found.dates == (("2024-06-01", "2024-06-30"),)
    assert found.states == ("ungraded",)
    assert found.has == ("human",)
    assert found.order == "score"


def test_truth_and_classes_above_a_score() -> None:
    found = parse_filter(
        "truth:\"red fox\",mallard class:mallard>0.3 class:'=red fox'>.5 class:owl"
    )
    assert found.truths == ("red fox", "mallard")
    assert found.classes == (("mallard", 0.3), ("=red fox", 0.5), ("owl", 0.0))


def test_an_empty_line_asks_for_everything_in_order_of_time() -> None:
    assert parse_filter("  ") == Filter()


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("species:\"l'hoest's monkey\"", ("l'hoest's monkey",)),
        ("species:l'hoest's state:graded", ("l'hoest's",)),
        ('species:="guenther\'s dik-dik"', ("=guenther's dik-dik",)),
        ('species:"=red fox",mallard', ("=red fox", "mallard")),
        ("species:'red fox' state:graded", ("red fox",)),
        ('species:"red fox', ("red fox",)),
    ],
)
def test_quotes_open_at_the_start_of_a_part(text: str, names: tuple[str, ...]) -> None:
    assert parse_filter(text).species == names


@pytest.mark.parametrize(
    ("text", "low", "high", "open_low", "open_high"),
    [
        ("score:0.3-0.8", 0.3, 0.8, False, False),
        ("score:>=.5", 0.5, None, False, False),
        ("score:>.5", 0.5, None, True, False),
        ("score:<=1", None, 1.0, False, False),
        ("score:>0.2 score:<0.4", 0.2, 0.4, True, True),
    ],
)
def test_scores(
    text: str, low: float | None, high: float | None, open_low: bool, open_high: bool
) -> None:
    found = parse_filter(text)
    assert (found.min_score, found.max_score) == (low, high)
    assert (found.min_excluded, found.max_excluded) == (open_low, open_high)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("date:2024", "2024-01-01", "2024-12-31"),
        ("date:2024-02", "2024-02-01", "2024-02-29"),
        ("date:2024-12", "2024-12-01", "2024-12-31"),
        ("date:2024-06-27", "2024-06-27", "2024-06-27"),
        ("date:2024-06-01..2024-07", "2024-06-01", "2024-07-31"),
    ],
)
def test_dates(text: str, first: str, last: str) -> None:
    assert parse_filter(text).dates == ((first, last),)


@pytest.mark.parametrize(
    ("text", "column", "says"),
    [
        ("raccoon", 1, "no filter word"),
        ("colour:red", 1, "colour"),
        ("score:<0.8 hour:25", 17, "0 to 23"),
        ("score:high", 7, "score"),
        ("score:<2", 7, "between 0 and 1"),
        ("date:2024-13", 6, "2024-06"),
        ("state:done", 7, "ungraded"),
        ("order:size", 7, "random"),
        ("camera:", 8, "no value"),
        ("camera:UR011,", 8, "a name is missing"),
        ("species:mallard,,raccoon", 9, "a name is missing"),
        ("truth:=", 7, "a name is missing"),
        ("score:0.8-0.3", 7, "the lower one comes first"),
        ("camera:UR011 score:>0.5 score:<=0.5", 31, "no score lies between 0.5 and 0.5"),
        ("state:graded date:2024-06..2024-05", 19, "2024-06-01 is after 2024-05-31"),
        ("date:2024,2024-06-02..2024-06-01", 6, "the earlier date comes first"),
        ("class:>0.3", 7, "class:mallard"),
        ("class:owl>", 7, "class:mallard"),
        ("class:owl>2", 7, "between 0 and 1"),
    ],
)
def test_a_mistake_is_pointed_at(text: str, column: int, says: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_filter(text)
    assert f"column {column}:" in str(caught.value)
    assert says in str(caught.value)
    assert caught.value.exit_code == 2
