"""Intervals: against published values, scipy, and what must hold for any counts."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camtrap_tui.domain.statistics import (
    Share,
    Z,
    limits_of_difference,
    limits_of_part,
    limits_of_sum,
    middle_95,
    wilson,
    wilson_n,
)


def test_wilson_gives_the_published_value() -> None:
    lower, upper = wilson(18 / 20, 20)
    assert (round(lower, 3), round(upper, 3)) == (0.699, 0.972)


@pytest.mark.parametrize("n", [1, 7, 40, 613])
def test_wilson_equals_scipy(n: int) -> None:
    stats = pytest.importorskip("scipy.stats")
    for hits in {0, 1, n // 3, n - 1, n}:
        limits = stats.binomtest(hits, n).proportion_ci(method="wilson")
        assert wilson(hits / n, n) == pytest.approx((limits.low, limits.high), abs=1e-12)


def test_where_none_was_hit_the_upper_limit_is_near_the_rule_of_three() -> None:
    lower, upper = wilson(0.0, 300)
    assert lower == 0
    assert upper == pytest.approx(Z * Z / (300 + Z * Z))
    assert 3 / 300 < upper < 4 / 300


def test_of_none_nothing_is_known_and_of_all_everything() -> None:
    assert wilson(0.5, 0) == (0, 1)
    assert wilson(0.25, math.inf) == (0.25, 0.25)


@given(st.floats(0, 1), st.floats(0.01, 0.4))
def test_as_many_as_are_asked_for_give_the_width(share: float, half_width: float) -> None:
    n = wilson_n(share, half_width)
    z2 = Z * Z
    width = 2 * Z / (1 + z2 / n) * math.sqrt(share * (1 - share) / n + z2 / (4 * n * n))
    assert width == pytest.approx(2 * half_width, rel=1e-6)


@given(st.integers(5, 400), st.data())
def test_of_one_stratum_the_sum_has_wilsons_limits(n: int, data: st.DataObject) -> None:
    # But for three hits or fewer, and as few that were not hit.
    hits = data.draw(st.integers(0, n))
    found = limits_of_sum([Share(1.0, n, hits)])
    plain = wilson(hits / n, n)
    if 3 < hits < n - 3 or hits in (0, n):
        assert found == pytest.approx(plain, abs=1e-6)
    else:
        assert found[0] <= plain[0] + 1e-9
        assert found[1] >= plain[1] - 1e-9


@given(st.integers(0, 12))
def test_strata_of_one_weight_are_as_one(hits: int) -> None:
    parted = [Share(0.25, 50, hits // 2), Share(0.75, 150, hits - hits // 2)]
    assert limits_of_sum(parted) == pytest.approx(limits_of_sum([Share(1.0, 200, hits)]), abs=2e-3)


def test_a_heavy_stratum_without_a_hit_counts_with_what_it_may_hide() -> None:
    light = Share(0.1, 100, 10)
    lower, upper = limits_of_sum([light, Share(0.9, 100, 0)])
    assert lower < 0.01 < upper
    # As good as the heavy stratum's own upper limit, 0.9 · 0.037.
    assert upper > 0.9 * wilson(0.0, 100)[1]


def test_everything_or_nothing_hit_keeps_one_limit() -> None:
    strata = [(0.2, 60), (0.5, 150), (0.3, 90)]
    low = limits_of_sum([Share(weight, n, 0) for weight, n in strata])
    high = limits_of_sum([Share(weight, n, n) for weight, n in strata])
    assert low[0] == 0
    assert high[1] == pytest.approx(1)
    assert low[1] == pytest.approx(1 - high[0], abs=1e-9)


@given(
    st.lists(
        st.tuples(st.floats(0.01, 1), st.integers(1, 80), st.floats(0, 1)), min_size=1, max_size=8
    )
)
def test_the_limits_of_a_sum_hold_it(rows: list[tuple[float, int, float]]) -> None:
    whole = sum(weight for weight, _, _ in rows)
    shares = [Share(weight / whole, n, round(part * n)) for weight, n, part in rows]
    value = sum(one.weight * one.hits / one.n for one in shares)
    lower, upper = limits_of_sum(shares)
    mirrored = limits_of_sum([Share(one.weight, one.n, one.n - one.hits) for one in shares])
    assert -1e-9 <= lower <= value + 1e-9
    assert value - 1e-9 <= upper <= 1 + 1e-9
    assert mirrored == pytest.approx((1 - upper, 1 - lower), abs=1e-6)


def test_what_is_known_adds_no_width() -> None:
    known = Share(0.4, math.inf, 0.5)
    open_one = Share(0.6, 50, 20)
    alone = limits_of_sum([open_one])
    assert limits_of_sum([open_one, known]) == pytest.approx((alone[0] + 0.2, alone[1] + 0.2))
    assert limits_of_sum([known]) == pytest.approx((0.2, 0.2))


def test_a_spread_widens_the_sum() -> None:
    share = [Share(1.0, 50, 20)]
    narrow, wide = limits_of_sum(share), limits_of_sum(share, 0.1)
    assert wide[0] < narrow[0] - 0.05
    assert wide[1] > narrow[1] + 0.05


def test_a_part_has_limits_also_where_one_side_is_empty() -> None:
    lower, upper = limits_of_part(50, (40, 60), 0, (0, 9))
    assert lower == pytest.approx(0.845, abs=1e-3)
    assert upper == 1
    lower, upper = limits_of_part(0, (0, 3), 5, (2, 9))
    assert lower == 0
    assert upper == pytest.approx(0.4286, abs=1e-4)
    assert limits_of_part(0, (0, 3), 0, (0, 9)) == (0, 1)


@given(st.floats(1, 1000), st.floats(1, 1000))
def test_the_limits_of_a_part_hold_it(part: float, rest: float) -> None:
    around = [(one - 0.7 * math.sqrt(one), one + 2 * math.sqrt(one)) for one in (part, rest)]
    lower, upper = limits_of_part(part, around[0], rest, around[1])
    assert 0 <= lower <= part / (part + rest) <= upper <= 1


def test_what_goes_together_differs_by_less() -> None:
    one, other = (0.9, 0.85, 0.93), (0.8, 0.74, 0.85)
    apart = limits_of_difference(one, other, 0.0)
    together = limits_of_difference(one, other, 0.8)
    assert apart[0] < together[0] < 0.1 < together[1] < apart[1]


def test_the_middle_leaves_one_in_forty_out_on_each_side() -> None:
    assert middle_95(range(1001)) == (25, 975)
