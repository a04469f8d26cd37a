"""What is learned of a line from answers: simulated lines, with jitter, that change their speed."""

from __future__ import annotations

import random

import pytest

from camtrap_tui.domain.line_rate import FIRST_RATE, LineRate


def _used(
    line: LineRate, rate: float, round_trip: float, jitter: float = 0.0, bands: int = 40
) -> list[float]:
    """Send bands of a fifth of a second, some shorter; return the rates that were believed."""
    chance = random.Random(7)
    believed = []
    for _ in range(bands):
        size = max(int(line.rate * chance.choice((0.05, 0.2, 0.2, 0.4))), 400)
        line = line.answered(size, round_trip + size / rate + chance.random() * jitter)
        believed.append(line.rate)
    return believed


@pytest.mark.parametrize("rate", [1_000, 8_000, 32_000, 125_000, 1_250_000])
@pytest.mark.parametrize("round_trip", [0.001, 0.08, 0.3, 0.8])
def test_rate_and_round_trip_are_told_apart(rate: float, round_trip: float) -> None:
    line = LineRate().answered(30, round_trip)
    believed = _used(line, rate, round_trip)
    assert believed[8:] == pytest.approx([rate] * 32, rel=0.1)


@pytest.mark.parametrize("rate", [8_000, 125_000])
def test_jitter_does_not_lead_astray(rate: float) -> None:
    believed = _used(LineRate().answered(30, 0.3), rate, 0.3, jitter=0.05)
    assert all(0.6 * rate < one < 1.6 * rate for one in believed[8:])


def test_a_line_that_is_never_asked_little_is_learned_too() -> None:
    believed = _used(LineRate(), 32_000, 0.3)
    assert believed[12:] == pytest.approx([32_000] * 28, rel=0.15)


@pytest.mark.parametrize(("before", "after"), [(125_000, 8_000), (8_000, 125_000)])
def test_a_change_of_speed_is_followed(before: float, after: float) -> None:
    line = LineRate().answered(30, 0.1)
    for size in (400, 2_000, 1_500, 800, 3_000, 600) * 3:
        line = line.answered(size, 0.1 + size / before)
    assert line.rate == pytest.approx(before, rel=0.15)
    assert _used(line, after, 0.1)[16:] == pytest.approx([after] * 24, rel=0.2)


def test_a_quick_line_is_known_within_a_few_answers() -> None:
    line = LineRate().answered(30, 0.08)
    assert line.rate == FIRST_RATE
    assert line.round_trip == pytest.approx(0.08)
    assert _used(line, 1e8, 0.08)[3] > 1e6


def test_one_answer_does_not_upset_what_is_known() -> None:
    line = LineRate().answered(30, 0.1)
    for size in (400, 2_000, 1_500, 800, 3_000, 600) * 3:
        line = line.answered(size, 0.1 + size / 8_000)
    for odd in (line.answered(1_000, 30.0), line.answered(1_000, 0.0)):
        assert 8_000 / 4 < odd.rate < 8_000 * 4
        assert odd.round_trip >= 0
