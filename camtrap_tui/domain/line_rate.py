"""How quick a line is, learned from how long the terminal's answers take; pure arithmetic.

An answer takes a round trip, and the time the bytes before the question needed on the line:
seconds = round trip + bytes / rate. Both are fitted to the latest answers, newer ones weighing
more, so that a line may change its speed.
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

# Bytes a second that are assumed of a line nothing is known of: 60 kbit/s, a slow start.
FIRST_RATE = 7_500.0
# Answers that dawdle for seconds make a line no slower than this: words would wait for nothing.
LEAST_RATE = 1_000.0
MOST_RATE = 1e9

# Answers that count, and what each weighs against the one after it.
_KEPT = 10
_FADING = 0.75
# One answer may change the rate by this factor: at the start, later, and downwards.
_FIRST_RISE, _RISE, _FALL = 8.0, 2.0, 3.0
_FIRST_ANSWERS = 4
_SMOOTHING = 0.6
# Bytes in front of a question that say nothing of the rate but all of the round trip.
_FEW_BYTES = 300
# What the machine itself may add to an answer, in seconds.
_TICK = 0.002


@dataclass(frozen=True, slots=True)
class LineRate:
    """`rate` is bytes a second, `round_trip` seconds, `answers` how many answers they rest on."""

    rate: float = FIRST_RATE
    round_trip: float = 0.0
    answers: int = 0
    recent: tuple[tuple[int, float], ...] = ()

    def answered(self, size: int, seconds: float) -> LineRate:
        """Return what is known after an answer that came `seconds` after `size` bytes."""
        recent = (*self.recent, (size, seconds))[-_KEPT:]
        answers = self.answers + 1
        if all(n < _FEW_BYTES for n, _ in recent):
            return LineRate(self.rate, min(t for _, t in recent), answers, recent)
        measured, round_trip = _fitted(recent, self.round_trip if self.answers else None)
        rise = _FIRST_RISE if answers <= _FIRST_ANSWERS else _RISE
        measured = min(max(measured, self.rate / _FALL), self.rate * rise)
        weight = 1.0 if answers <= _FIRST_ANSWERS else _SMOOTHING
        rate = self.rate ** (1 - weight) * measured**weight
        return LineRate(min(max(rate, LEAST_RATE), MOST_RATE), round_trip, answers, recent)

    def seconds(self, size: float) -> float:
        """Return how long the answer behind `size` bytes should take."""
        return self.round_trip + size / self.rate


def _fitted(recent: Sequence[tuple[int, float]], known: float | None) -> tuple[float, float]:
    """Return rate and round trip by weighted least squares of seconds on bytes.

    Where the answers are too much alike in size for that, the known round trip holds.
    """
    weights = [_FADING**age for age in range(len(recent) - 1, -1, -1)]
    total = sum(weights)
    size = sum(w * n for w, (n, _) in zip(weights, recent, strict=True)) / total
    time = sum(w * t for w, (_, t) in zip(weights, recent, strict=True)) / total
    least = min(t for _, t in recent)
    spread = sum(w * (n - size) ** 2 for w, (n, _) in zip(weights, recent, strict=True)) / total
    if spread < (0.2 * size) ** 2:
        # The middle one: a single answer that dawdled says little.
        time = min(time, statistics.median(t for _, t in recent[-3:]))
        base = min(known or 0.0, least)
        return size / max(time - base, _TICK), base
    joint = sum(w * (n - size) * (t - time) for w, (n, t) in zip(weights, recent, strict=True))
    slope = max(joint / total / spread, _TICK / size / 10)
    round_trip = min(max(time - slope * size, 0.0), least)
    return size / max(time - round_trip, _TICK), round_trip
