"""Rates are read as they are written, and waits grow, are spread, and end."""

from __future__ import annotations

import random

import pytest

from camtrap_tui.errors import UsageError
from camtrap_tui.services.pace_limits import Limits, RateLimit, backoff, parse_rate


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        ("20/s", RateLimit(requests_per_s=20)),
        ("90/min", RateLimit(requests_per_s=1.5)),
        ("0.5/s", RateLimit(requests_per_s=0.5)),
        ("5MB/s", RateLimit(bytes_per_s=5e6)),
        (" 500 kB/s ", RateLimit(bytes_per_s=5e5)),
        ("60MB/min", RateLimit(bytes_per_s=1e6)),
    ],
)
def test_rates_are_requests_or_bytes(text: str, rate: RateLimit) -> None:
    assert parse_rate(text) == rate


@pytest.mark.parametrize(
    "text", ["", "20", "5M/s", "0/s", "-1/s", "5MB", "５/s", "5 GB/h", "1e3/s"]
)
def test_other_rates_are_refused(text: str) -> None:
    with pytest.raises(UsageError, match="Rate limit"):
        parse_rate(text)


def test_waits_double_up_to_a_limit_and_are_spread() -> None:
    limits = Limits(first_wait_s=1, longest_wait_s=8)
    chance = random.Random(1)
    for before, usual in enumerate([1, 2, 4, 8, 8, 8]):
        waits = {backoff(before, limits, chance) for _ in range(50)}
        assert len(waits) > 40
        assert all(0.5 * usual <= wait <= 1.5 * usual for wait in waits)
    assert backoff(10**6, limits, chance) <= 12
