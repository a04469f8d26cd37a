"""Two runs on the same graded pictures: their difference, paired.

The intervals of the two overlap long after their difference is clear, since both are right and
wrong on the same pictures: the difference has an interval of its own.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

from camtrap_tui.domain.estimation import Design, ratio, sized, total
from camtrap_tui.domain.estimation_figures import (
    Sample,
    accuracy,
    missed_rate,
    precision,
    recall,
    unseen_part,
)
from camtrap_tui.domain.evaluations import Difference, Estimate
from camtrap_tui.domain.statistics import Z, limits_of_difference

_METHOD = "paired"


def accuracy_difference(
    mine: Sample, theirs: Sample, own: Estimate, changed: Mapping[int, int]
) -> Difference:
    """Return by how much `mine` is right more often; `own` is its accuracy.

    It is what only the one has right, less what only the other has. `changed` is how many bursts
    of each stratum the two say otherwise, which is known: nothing else can make a difference.
    """
    plan = mine.plan
    pairs = list(zip(mine.units, theirs.units, strict=True))
    only_mine = [one.is_right and not two.is_right for one, two in pairs]
    only_theirs = [two.is_right and not one.is_right for one, two in pairs]
    everything = [True] * len(pairs)
    whole = ratio(plan, plan.sizes, plan.sizes)[2]
    gained = total(plan, only_mine, everything, changed)
    lost = total(plan, only_theirs, everything, changed)
    a, b = _known(gained), _known(lost)
    # One burst cannot be in both: where the one is more, the other is less.
    together = _correlation(plan, only_mine, only_theirs)
    limits = limits_of_difference(a, b, together)
    errors = gained.standard_error or 0.0, lost.standard_error or 0.0
    error = math.sqrt(errors[0] ** 2 + errors[1] ** 2 - 2 * together * errors[0] * errors[1])
    # Of pictures it is not known how many are said otherwise.
    most = (
        whole
        if any(size != 1 for size in plan.sizes)
        else float(sum(changed.get(h, 0) for h in plan.strata))
    )
    value, lower, upper = (max(-most, min(most, limit)) / whole for limit in (a[0] - b[0], *limits))
    hits = sum(only_mine) + sum(only_theirs)
    is_held = abs(a[0] - b[0]) > most
    note = "held to what the two runs say otherwise" if is_held else ""
    by = Estimate(value, lower, upper, error / whole, len(pairs), hits, _METHOD, note=note)
    return Difference("accuracy", "", own, accuracy(theirs), by)


def missed_difference(mine: Sample, theirs: Sample) -> Difference:
    """Return the difference of the shares of what was called blank that hold an animal."""
    blank = mine.blank
    sides = [
        (
            sample.each(lambda unit: unit.said == blank and unit.holds_animal),
            sample.each(lambda unit: unit.said == blank),
        )
        for sample in (mine, theirs)
    ]
    made = _paired("missed", "", mine, sides, missed_rate(mine), missed_rate(theirs))
    return _with_unseen(made, mine, theirs, blank)


def precision_difference(mine: Sample, theirs: Sample, number: int, name: str) -> Difference:
    """Return the difference of the precision of a class."""
    sides = [
        (
            sample.each(lambda unit: unit.said == number and unit.is_right),
            sample.each(lambda unit: unit.said == number),
        )
        for sample in (mine, theirs)
    ]
    own, other = precision(mine, number), precision(theirs, number)
    made = _paired("precision", name, mine, sides, own, other)
    return _with_unseen(made, mine, theirs, number)


def _with_unseen(made: Difference, mine: Sample, theirs: Sample, number: int) -> Difference:
    """Widen the difference of what is called a class by what neither run's sample shows of it."""
    own, other, by = made.mine.value, made.theirs.value, made.by
    if own is None or other is None or by.lower is None or by.upper is None:
        return made
    one, two = unseen_part(mine, number), unseen_part(theirs, number)
    lower = by.lower - one * own - two * (1 - other)
    upper = by.upper + one * (1 - own) + two * other
    return replace(made, by=replace(by, lower=max(-1.0, lower), upper=min(1.0, upper)))


def recall_difference(mine: Sample, theirs: Sample, number: int, name: str) -> Difference:
    """Return the difference of the recall of a class."""
    sides = [
        (
            sample.each(lambda unit: unit.said == number and number in unit.truth),
            sample.each(lambda unit: number in unit.truth),
        )
        for sample in (mine, theirs)
    ]
    return _paired("recall", name, mine, sides, recall(mine, number), recall(theirs, number))


Side = tuple[Sequence[bool], Sequence[bool]]


def _paired(
    figure: str,
    name: str,
    sample: Sample,
    sides: Sequence[Side],
    own: Estimate,
    other: Estimate,
) -> Difference:
    """Return a difference of two ratios with the limits of their paired residuals.

    Half an observation is added to what only the one has, and to what only the other has, but in
    the variance alone (after A. Agresti and Y. Min 2005, Stat Med 24:729-740, who add it to the
    estimate too): where the two never differed in the sample they may still differ.
    """
    one, two = sides
    in_either = [a or b for a, b in zip(one[1], two[1], strict=True)]
    differ = sum(
        a != b or c != d for a, b, c, d in zip(one[0], two[0], one[1], two[1], strict=True)
    )
    n = sum(in_either)
    if own.value is None or other.value is None:
        note = own.note or other.note
        by = Estimate(None, None, None, None, n, differ, "none", "not estimable", note)
        return Difference(figure, name, own, other, by)
    plan = sample.plan
    residuals = [a - b for a, b in zip(_residuals(plan, one), _residuals(plan, two), strict=True)]
    error = 0.0
    weights: list[float] = []
    whole = sum(
        s.weight * plan.sizes[i] for s in plan.strata.values() for i in s.units if in_either[i]
    )
    for stratum in plan.strata.values():
        units = stratum.units
        middle = sum(residuals[i] for i in units) / len(units) if len(units) > 1 else 0.0
        squares = sum((residuals[i] - middle) ** 2 for i in units) / max(1, len(units) - 1)
        error += stratum.population**2 * stratum.open * squares / len(units)
        error += stratum.moved([residuals[i] for i in units])
        weights += [stratum.weight * plan.sizes[i] / whole for i in units if in_either[i]]
    spread = Z * math.sqrt(error + sum(weight**2 for weight in weights) / len(weights))
    by_value = own.value - other.value
    shaky = next((side for side in (own, other) if side.state != "sound"), own)
    by = Estimate(
        by_value,
        max(-1.0, by_value - spread),
        min(1.0, by_value + spread),
        math.sqrt(error),
        n,
        differ,
        _METHOD,
        shaky.state,
        shaky.note,
    )
    return Difference(figure, name, own, other, by)


def _residuals(plan: Design, side: Side) -> list[float]:
    """Return (y - R x) / X of each unit: what it adds to the error of the ratio R."""
    y, x = sized(plan, *side)
    value, _, whole = ratio(plan, y, x)
    return [(a - value * b) / whole for a, b in zip(y, x, strict=True)]


def _known(figure: Estimate) -> tuple[float, float, float]:
    assert figure.value is not None
    assert figure.lower is not None
    assert figure.upper is not None
    return figure.value, figure.lower, figure.upper


def _correlation(plan: Design, one: Sequence[bool], two: Sequence[bool]) -> float:
    """Return how two estimated shares of all vary together, 0 where one does not vary."""
    everything = [True] * len(one)
    first, second = _residuals(plan, (one, everything)), _residuals(plan, (two, everything))
    sums = [0.0, 0.0, 0.0]
    for stratum in plan.strata.values():
        n = len(stratum.units)
        if n < 2:
            continue
        middle_a = sum(first[i] for i in stratum.units) / n
        middle_b = sum(second[i] for i in stratum.units) / n
        scale = stratum.population**2 / (n * (n - 1))
        for i in stratum.units:
            a, b = first[i] - middle_a, second[i] - middle_b
            sums[0] += scale * a * b
            sums[1] += scale * a * a
            sums[2] += scale * b * b
    if sums[1] <= 0 or sums[2] <= 0:
        return 0.0
    return max(-1.0, min(1.0, sums[0] / math.sqrt(sums[1] * sums[2])))
