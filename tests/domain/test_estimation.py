"""Estimates of stratified samples: published examples to the printed digits, and odd strata."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pytest

from camtrap_tui.domain.estimation import Design, design, mean, part_found, ratio, share, total

# S. V. Stehman 2014, the numerical example of section 4: strata, map and reference classes.
STRATA = [1] * 10 + [2] * 10 + [3] * 10 + [4] * 10
MAP = "AAAAAAABBB" + "ABBBBBBBBB" + "BBCCCCCCBB" + "DDDDDDDDDD"
REFERENCE = "AAAAACBABC" + "ABBBBBAABB" + "CCCCCDDBBA" + "DDDDDDDCCB"
POPULATION = {1: 40_000, 2: 30_000, 3: 20_000, 4: 10_000}

# P. Olofsson et al. 2014, table 8: rows are map classes (deforestation, forest gain, stable
# forest, stable non-forest), columns reference classes; pixels of 30 m.
CHANGE = ((66, 0, 5, 4), (0, 55, 8, 12), (1, 0, 153, 11), (2, 1, 9, 313))
PIXELS = {0: 200_000, 1: 150_000, 2: 3_200_000, 3: 6_450_000}


def is_it(classes: Sequence[object], wanted: object) -> list[bool]:
    return [one == wanted for one in classes]


def numbers(tests: Sequence[bool]) -> list[float]:
    return [float(one) for one in tests]


def same(one: Sequence[object], other: Sequence[object]) -> list[bool]:
    return [a == b for a, b in zip(one, other, strict=True)]


def plain(plan: Design, hits: Sequence[bool], of: Sequence[bool]) -> tuple[float, float]:
    """Return the ratio and its standard error."""
    both = [a and b for a, b in zip(hits, of, strict=True)]
    return ratio(plan, numbers(both), numbers(of))[:2]


def test_stehmans_example_is_reproduced() -> None:
    plan = design(STRATA, POPULATION)
    everything = [True] * 40
    accuracy = plain(plan, same(MAP, REFERENCE), everything)
    assert [round(one, 3) for one in accuracy] == [0.63, 0.085]
    area_a = plain(plan, is_it(REFERENCE, "A"), everything)
    assert [round(one, 3) for one in area_a] == [0.35, 0.082]
    area_c = plain(plan, is_it(REFERENCE, "C"), everything)
    assert [round(one, 3) for one in area_c] == [0.2, 0.064]
    users_b = plain(plan, is_it(REFERENCE, "B"), is_it(MAP, "B"))
    assert [round(one, 3) for one in users_b] == [0.574, 0.125]
    producers_b = plain(plan, is_it(MAP, "B"), is_it(REFERENCE, "B"))
    assert [round(one, 3) for one in producers_b] == [0.794, 0.117]
    cell = [m == "B" and r == "C" for m, r in zip(MAP, REFERENCE, strict=True)]
    assert round(plain(plan, cell, everything)[0], 2) == 0.08


@pytest.mark.parametrize(
    ("name", "users", "producers"),
    [
        ("A", 0.7419355, 0.6571429),
        ("B", 0.5744681, 0.7941176),
        ("C", 0.5, 0.3),
        ("D", 0.7, None),
    ],
)
def test_the_worked_example_of_mapac_is_reproduced(
    name: str, users: float, producers: float | None
) -> None:
    plan = design(STRATA, POPULATION)
    assert round(plain(plan, is_it(REFERENCE, name), is_it(MAP, name))[0], 7) == users
    if producers is not None:
        assert round(plain(plan, is_it(MAP, name), is_it(REFERENCE, name))[0], 7) == producers


@pytest.mark.parametrize(
    ("name", "users", "producers"),
    [
        ("A", 0.1645627, 0.1477318),
        ("B", 0.1248023, 0.1165671),
        ("C", 0.2151657, 0.1504438),
    ],
)
def test_the_standard_errors_of_mapac_are_reproduced(
    name: str, users: float, producers: float
) -> None:
    # mapac leaves the finite population out, as a thousand times the population does.
    plan = design(STRATA, {h: 10**6 * n for h, n in POPULATION.items()})
    assert round(plain(plan, is_it(REFERENCE, name), is_it(MAP, name))[1], 7) == users
    assert round(plain(plan, is_it(MAP, name), is_it(REFERENCE, name))[1], 7) == producers


def test_olofssons_example_is_reproduced() -> None:
    said = [row for row, counts in enumerate(CHANGE) for n in counts for _ in range(n)]
    true = [column for counts in CHANGE for column, n in enumerate(counts) for _ in range(n)]
    plan = design(said, PIXELS)
    everything = [True] * len(said)

    def printed(hits: Sequence[bool], of: Sequence[bool]) -> tuple[float, float]:
        value, error = plain(plan, hits, of)
        return round(value, 2), round(1.96 * error, 2)

    assert printed(same(said, true), everything) == (0.95, 0.02)
    users = [printed(is_it(true, one), is_it(said, one)) for one in range(4)]
    assert users == [(0.88, 0.07), (0.73, 0.1), (0.93, 0.04), (0.96, 0.02)]
    producers = [printed(is_it(said, one), is_it(true, one)) for one in range(4)]
    assert producers[0] == (0.75, 0.21)
    hectares = 0.09 * sum(PIXELS.values())
    area, error = plain(plan, is_it(true, 0), everything)
    assert round(area * hectares) == 21_158
    assert 1.96 * error * hectares == pytest.approx(6_158, abs=2)


def test_a_class_within_one_stratum_has_wilsons_interval() -> None:
    plan = design([1] * 20 + [2] * 30, {1: 200_000, 2: 900_000})
    said = [True] * 20 + [False] * 30
    found = share(plan, [True] * 18 + [False] * 32, said)
    assert found.method == "Wilson"
    assert (found.n, found.hits) == (20, 18)
    assert found.lower == pytest.approx(0.699, abs=5e-4)
    assert found.upper == pytest.approx(0.972, abs=5e-4)


def test_one_miss_in_a_heavy_stratum_is_said_to_be_unstable() -> None:
    # 20 were found; one miss stands for 478 bursts.
    plan = design([1] * 20 + [2] * 100, {1: 40, 2: 47_800})
    truly = [True] * 20 + [True] + [False] * 99
    said = [True] * 20 + [False] * 100
    found = part_found(plan, said, truly, {1: 40}, {2: 47_800})
    assert found.value == pytest.approx(40 / (40 + 478))
    assert found.state == "unstable"
    assert found.note == "one burst supplies 92 % of it"


def test_without_a_miss_the_lower_limit_knows_what_may_hide() -> None:
    plan = design([1] * 60 + [2] * 300, {1: 3_000, 2: 50_000})
    truly = [True] * 60 + [False] * 300
    said = truly
    found = part_found(plan, said, truly, {1: 3_000}, {2: 50_000})
    assert found.value == 1
    assert found.standard_error == 0
    assert found.state == "unstable"
    # 3.84 / 304 of 50,000 could be missed.
    assert found.lower == pytest.approx(3_000 / (3_000 + 632), abs=0.02)


def test_what_the_run_never_says_is_never_found() -> None:
    plan = design([1, 1, 2, 2], {1: 50, 2: 50})
    found = part_found(plan, [False] * 4, [True, False, True, True], {}, {1: 50, 2: 50})
    assert (found.value, found.lower, found.upper, found.method) == (0, 0, 0, "known")


def test_nothing_of_a_kind_is_not_estimable() -> None:
    plan = design([1, 1], {1: 10})
    for found in (
        share(plan, [True, True], [False, False]),
        part_found(plan, [True, True], [False, False], {1: 10}, {1: 10}),
        mean(plan, [0.5, 0.5], [False, False]),
    ):
        assert found.state == "not estimable"
        assert (found.value, found.lower, found.upper) == (None, None, None)


def test_weights_undo_what_the_sampling_did() -> None:
    # Half of the small stratum is right, all of the large one.
    plan = design([1] * 40 + [2] * 40, {1: 100, 2: 9_900})
    right = [True, False] * 20 + [True] * 40
    found = share(plan, right, [True] * 80)
    assert found.value == pytest.approx(0.995)
    assert found.method == "stratified score"


def test_single_pictures_that_are_all_graded_are_known() -> None:
    plan = design([1] * 10, {1: 10})
    found = share(plan, [True] * 7 + [False] * 3, [True] * 10)
    assert (found.lower, found.value, found.upper) == (0.7, 0.7, 0.7)


def test_of_bursts_that_are_all_graded_not_all_is_known() -> None:
    plan = design([1] * 10, {1: 10}, [4] * 10)
    found = share(plan, [True] * 7 + [False] * 3, [True] * 10)
    assert found.lower is not None
    assert found.lower < 0.5


def test_which_picture_stands_for_a_burst_is_chance_even_where_every_burst_is_graded() -> None:
    # Strata of frames that are all right, or all wrong: other frames would have lain otherwise.
    plan = design([1] * 200 + [2] * 200, {1: 200, 2: 200}, [5] * 400)
    found = share(plan, [True] * 200 + [False] * 200, [True] * 400)
    assert found.half_width is not None
    assert found.half_width >= 1.96 * math.sqrt(400 * 0.25) / 400
    alone = design([1] * 200 + [2] * 200, {1: 200, 2: 200})
    assert share(alone, [True] * 200 + [False] * 200, [True] * 400).half_width == 0


def test_a_total_of_pictures_knows_that_their_number_is_estimated() -> None:
    # All blanks are right: how many pictures that is depends on the bursts that were drawn.
    sizes = [1, 9] * 50
    plan = design([1] * 100, {1: 10_000}, sizes, by_picture=True)
    found = total(plan, [True] * 100, [True] * 100, {1: 10_000})
    assert found.value == pytest.approx(50_000)
    assert found.standard_error is not None
    assert found.upper is not None
    assert found.lower is not None
    assert found.lower < 50_000 - 1.9 * found.standard_error
    assert found.upper > 50_000 + 1.9 * found.standard_error


def test_pictures_count_each_for_itself() -> None:
    plan = design([1] * 4, {1: 400}, [1, 1, 1, 9], by_picture=True)
    right = [True, True, True, False]
    found = share(plan, right, [True] * 4)
    assert found.value == pytest.approx(3 / 12)
    # Nine of twelve pictures are of one burst: that is worth less than four bursts.
    assert found.upper is not None
    assert found.upper > 0.75
    assert found.state == "unstable"


def test_a_stratum_of_one_has_an_interval() -> None:
    plan = design([1] * 30 + [2], {1: 300, 2: 100})
    found = share(plan, [True] * 30 + [False], [True] * 31)
    assert found.value == pytest.approx(0.75)
    assert found.lower is not None
    assert found.upper is not None
    assert found.lower < 0.75 < found.upper
    assert math.isfinite(found.standard_error or math.nan)


def test_a_total_is_bounded_where_none_was_found() -> None:
    plan = design([1] * 300 + [2] * 50, {1: 3_000_000, 2: 500})
    nothing = [False] * 350
    found = total(plan, nothing, [True] * 300 + [False] * 50, {1: 3_000_000})
    assert (found.value, found.lower) == (0, 0)
    assert found.upper == pytest.approx(3_000_000 * 3.841 / 303.841, rel=1e-3)
    assert (found.n, found.hits, found.state) == (300, 0, "unstable")


def test_a_total_adds_up_over_cells() -> None:
    plan = design(STRATA, POPULATION)
    cells = {
        (m, r): [a == m and b == r for a, b in zip(MAP, REFERENCE, strict=True)]
        for m in "ABCD"
        for r in "ABCD"
    }
    found = [total(plan, hits, [True] * 40, POPULATION).value for hits in cells.values()]
    assert sum(one for one in found if one is not None) == pytest.approx(100_000)
