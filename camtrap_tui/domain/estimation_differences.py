"""Two runs on the same graded pictures: their difference, paired.

The intervals of the two overlap long after their difference is clear, since both are right and
wrong on the same pictures: the difference has an interval of its own.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from camtrap_tui.domain import estimation
from camtrap_tui.domain.estimation import Design, ratio
from camtrap_tui.domain.estimation_figures import Sample, accuracy, missed_rate, precision, recall
from camtrap_tui.domain.evaluations import Difference, Estimate
from camtrap_tui.domain.statistics import limits_of_difference

_METHOD = "paired"


def accuracy_difference(mine: Sample, theirs: Sample, own: Estimate, changed: float) -> Difference:
    """Return by how much `mine` is right more often; `own` is its accuracy.

    `changed` is the share of the whole in which the two differ.

    It is what only the one has right, less what only the other has, and never beyond `changed`.
    """
    pairs = list(zip(mine.units, theirs.units, strict=True))
    only_mine = [one.is_right and not two.is_right for one, two in pairs]
    only_theirs = [two.is_right and not one.is_right for one, two in pairs]
    everything = [True] * len(pairs)
    gained = estimation.share(mine.plan, only_mine, everything)
    lost = estimation.share(mine.plan, only_theirs, everything)
    found = _less(
        gained,
        lost,
        _correlation(mine.plan, (only_mine, everything), (only_theirs, everything)),
        len(pairs),
        sum(only_mine) + sum(only_theirs),
    )
    value, lower, upper = (max(-changed, min(changed, limit)) for limit in _known(found))
    # Only the figure of one side rests on few: their difference is sound where it is near 0.
    by = replace(found, value=value, lower=lower, upper=upper, state="sound", note="")
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
    return _paired("missed", "", mine, sides, missed_rate(mine), missed_rate(theirs))


def precision_difference(mine: Sample, theirs: Sample, number: int, name: str) -> Difference:
    """Return the difference of the precision of a class."""
    sides = [
        (
            sample.each(lambda unit: unit.said == number and unit.is_right),
            sample.each(lambda unit: unit.said == number),
        )
        for sample in (mine, theirs)
    ]
    figures = precision(mine, number), precision(theirs, number)
    return _paired("precision", name, mine, sides, *figures)


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
    one, two = sides
    n = sum(in_one or in_two for in_one, in_two in zip(one[1], two[1], strict=True))
    differ = sum(a != b for a, b in zip(one[0], two[0], strict=True))
    if own.value is None or other.value is None:
        note = own.note or other.note
        by = Estimate(None, None, None, None, n, differ, "none", "not estimable", note)
    else:
        by = _less(own, other, _correlation(sample.plan, one, two), n, differ)
    return Difference(figure, name, own, other, by)


def _less(one: Estimate, two: Estimate, correlation: float, n: int, hits: int) -> Estimate:
    """Return one estimate less another of the same units."""
    a, b = _known(one), _known(two)
    lower, upper = limits_of_difference(a, b, correlation)
    errors = one.standard_error or 0.0, two.standard_error or 0.0
    variance = errors[0] ** 2 + errors[1] ** 2 - 2 * correlation * errors[0] * errors[1]
    shaky = next((side for side in (one, two) if side.state != "sound"), None)
    return Estimate(
        a[0] - b[0],
        max(-1.0, lower),
        min(1.0, upper),
        math.sqrt(max(0.0, variance)),
        n,
        hits,
        _METHOD,
        "sound" if shaky is None else shaky.state,
        "" if shaky is None else shaky.note,
    )


def _known(figure: Estimate) -> tuple[float, float, float]:
    assert figure.value is not None
    assert figure.lower is not None
    assert figure.upper is not None
    return figure.value, figure.lower, figure.upper


def _correlation(plan: Design, one: Side, two: Side) -> float:
    """Return how two estimated ratios of one sample vary together, 0 where one does not vary.

    (Stehman's variance of a ratio, with the covariance of the two residuals in its place.)
    """
    (y, x), (v, u) = _sized(plan, one), _sized(plan, two)
    first, second = ratio(plan, y, x)[0], ratio(plan, v, u)[0]
    sums = [0.0, 0.0, 0.0]
    for stratum in plan.strata.values():
        n = len(stratum.units)
        if n < 2:
            continue
        a = [y[i] - first * x[i] for i in stratum.units]
        b = [v[i] - second * u[i] for i in stratum.units]
        mean_a, mean_b = sum(a) / n, sum(b) / n
        scale = stratum.population**2 / (n * (n - 1))
        sums[0] += scale * sum((p - mean_a) * (q - mean_b) for p, q in zip(a, b, strict=True))
        sums[1] += scale * sum((p - mean_a) ** 2 for p in a)
        sums[2] += scale * sum((q - mean_b) ** 2 for q in b)
    if sums[1] <= 0 or sums[2] <= 0:
        return 0.0
    return max(-1.0, min(1.0, sums[0] / math.sqrt(sums[1] * sums[2])))


def _sized(plan: Design, side: Side) -> tuple[list[float], list[float]]:
    hits, of = side
    x = [size if is_in else 0.0 for size, is_in in zip(plan.sizes, of, strict=True)]
    return [size if is_hit else 0.0 for size, is_hit in zip(x, hits, strict=True)], x
