"""A second interval for every share: the sample drawn again, stratum by stratum, many times.

Bursts are what is resampled, never their pictures. The same seed gives the same interval.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass

from camtrap_tui.domain.estimation import Design
from camtrap_tui.domain.statistics import Limits, middle_95

REPETITIONS = 1000
# Shares that differ by less are one, but for rounding.
_SAME = 1e-9


@dataclass(frozen=True, slots=True)
class Wanted:
    """A share to resample: which units are in its numerator, and which in its denominator."""

    hits: Sequence[bool]
    of: Sequence[bool]


def bootstrap(
    plan: Design, wanted: Sequence[Wanted], *, seed: int, repetitions: int = REPETITIONS
) -> list[Limits | None]:
    """Return the middle 95 % of each share over samples drawn from the sample.

    n_h - 1 of the n_h units of each stratum are drawn with replacement, and each weight is that of
    the sample, moved towards the redrawn one as far as the stratum is open (J. N. K. Rao and
    C. F. J. Wu 1988, JASA 83:231-241); a stratum with one unit is kept. None for a share that had
    nothing in its denominator in one of ten samples or more, and for one that was the same in all:
    a stratum that showed no error has none in any of them, so that these intervals are too narrow
    for what is rarely wrong, and say nothing of what was never wrong.
    """
    kinds = _kinds(wanted, len(plan.sizes))
    numbers = {kind: number for number, kind in enumerate(dict.fromkeys(kinds))}
    kind_of = [numbers[kind] for kind in kinds]
    figures = [
        (
            [number for kind, number in numbers.items() if kind[at] > 1],
            [number for kind, number in numbers.items() if kind[at]],
        )
        for at in range(len(wanted))
    ]
    chance = random.Random(seed)
    found: list[list[float]] = [[] for _ in wanted]
    kept = _kept(plan, kind_of, len(numbers))
    for _ in range(repetitions):
        totals = _resampled(plan, kind_of, kept, chance)
        for shares, (hits, of) in zip(found, figures, strict=True):
            whole = sum(totals[number] for number in of)
            if whole > 0:
                shares.append(sum(totals[number] for number in hits) / whole)
    enough = 0.9 * repetitions
    return [
        middle_95(shares) if len(shares) > enough and max(shares) - min(shares) > _SAME else None
        for shares in found
    ]


def _kinds(wanted: Sequence[Wanted], units: int) -> list[tuple[int, ...]]:
    """Return for each unit, by figure: 0 out of it, 1 in its denominator, 2 in its numerator."""
    return [
        tuple((1 + one.hits[unit]) if one.of[unit] else 0 for one in wanted)
        for unit in range(units)
    ]


def _kept(plan: Design, kind_of: Sequence[int], kinds: int) -> list[float]:
    """Return the weighted total of each kind of unit that every resampled sample has."""
    totals = [0.0] * kinds
    for stratum in plan.strata.values():
        weight = stratum.weight * (1 - math.sqrt(stratum.open) if len(stratum.units) > 1 else 1.0)
        for unit in stratum.units:
            totals[kind_of[unit]] += weight * plan.sizes[unit]
    return totals


def _resampled(
    plan: Design, kind_of: Sequence[int], kept: Sequence[float], chance: random.Random
) -> list[float]:
    """Return the weighted total of each kind of unit in one sample from the sample."""
    totals = list(kept)
    for stratum in plan.strata.values():
        units = stratum.units
        left = len(units) - 1
        if not left or not stratum.open:
            continue
        weight = math.sqrt(stratum.open) * stratum.population / left
        for unit in chance.choices(units, k=left):
            totals[kind_of[unit]] += weight * plan.sizes[unit]
    return totals
