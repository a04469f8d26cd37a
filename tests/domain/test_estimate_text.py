"""Estimates in words: as many digits as their interval bears, marked where they are unstable."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from camtrap_tui.domain.estimate_text import (
    in_tenths,
    interval_and_n,
    limits_of,
    of_100,
    points_of,
    resampled,
    share_of,
    short,
    total_with_limits,
    with_limits,
    with_limits_and_n,
)
from camtrap_tui.domain.evaluations import Estimate
from tests.evaluations import NOT_ESTIMABLE, number, share, unstable


def test_digits_follow_the_interval() -> None:
    wide, narrow = share(0.8764), share(0.8764, half=0.01)
    assert (share_of(wide), limits_of(wide), of_100(wide)) == ("88 %", "83 to 93", "88")
    assert (share_of(narrow), limits_of(narrow)) == ("87.6 %", "86.6 to 88.6")
    assert resampled(replace(narrow, bootstrap=(0.87, 0.881))) == "87.0 to 88.1"
    assert resampled(narrow) == ""
    assert in_tenths(wide) == "87.6"


def test_what_is_unstable_is_marked() -> None:
    one = unstable(0.5)
    assert with_limits(one) == "50 %~ (2 to 98)"
    assert with_limits_and_n(one) == "50 %~ (2 to 98) n 4"
    assert interval_and_n(one) == "95 % interval 2 to 98, n 4, unstable"
    assert interval_and_n(share(0.5)) == "95 % interval 45 to 55, n 60"


@pytest.mark.parametrize(
    ("said", "text"),
    [
        (share_of, "–"),
        (in_tenths, "–"),
        (limits_of, "not estimable"),
        (with_limits, "not estimable"),
    ],
)
def test_what_cannot_be_estimated_is_no_number(said: Callable[[Estimate], str], text: str) -> None:
    assert said(NOT_ESTIMABLE) == text


def test_totals_and_differences_have_limits() -> None:
    assert total_with_limits(number(1400, 4)) == "about 1,400 (1,300 to 1,500)"
    assert points_of(replace(share(0.0), lower=-0.012, upper=0.03)) == "-1.2 to +3.0"
    assert points_of(NOT_ESTIMABLE) == "not estimable"


def test_a_name_is_cut_to_its_cells() -> None:
    assert short("mallard", 7) == "mallard"
    assert short("mallards", 7) == "mallar…"
