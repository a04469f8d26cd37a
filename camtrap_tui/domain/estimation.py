"""What a stratified sample says of the whole: ratios of totals, weighted by N_h / n_h.

After S. V. Stehman 2014 (Int. J. Remote Sensing 35:4923-4939), whose strata may differ from the
classes that are scored. Intervals are not the normal ones: those fail where a stratum of great
weight has no error, or one. An estimate says of itself where it is not to be leant on.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from camtrap_tui.domain.evaluations import Estimate
from camtrap_tui.domain.statistics import Limits, Share, Z, limits_of_part, limits_of_sum, wilson

# A figure of which one burst supplies more, or that rests on fewer hits, is called unstable.
_MOST_OF_ONE = 0.2
_LEAST_HITS = 3

Guard = Literal["denominator", "numerator"]


@dataclass(frozen=True, slots=True)
class Stratum:
    """N_h, and the places of its graded units in the sample.

    `singles` is the share of those that are bursts of one picture.
    """

    population: int
    units: tuple[int, ...]
    singles: float

    @property
    def weight(self) -> float:
        """N_h / n_h."""
        return self.population / len(self.units)

    @property
    def seen(self) -> float:
        """The part that was graded, n_h / N_h."""
        return min(1.0, len(self.units) / self.population)

    @property
    def open(self) -> float:
        """The part of the variance that is left, for intervals.

        A burst of several pictures is known by one of them only, so that grading every burst is
        not knowing all: what is graded counts as settled by the share of single pictures.
        """
        return 1 - self.seen * self.singles

    def variance(self, values: Sequence[float]) -> float:
        """Return the variance of the stratum's total, of its graded units' values."""
        middle = sum(values) / len(values)
        squares = sum((one - middle) ** 2 for one in values) / max(1, len(values) - 1)
        return self.weight**2 * self.open * len(values) * squares

    def moved(self, values: Sequence[float]) -> float:
        """Return what the choice of a burst's picture adds to the variance of a sum of strata.

        That choice is a first phase of sampling (W. G. Cochran 1977, Sampling Techniques, section
        12.2): another picture of the burst may have lain in another stratum, and have been worth
        what is usual there. As if the pictures of a burst had nothing in common: never too little.
        """
        middle = sum(values) / len(values)
        return self.population * (1 - self.singles) * middle * middle


@dataclass(frozen=True, slots=True)
class Design:
    """A graded sample: its strata, and what each unit counts for.

    `sizes` are 1 for figures about bursts, the pictures of each burst for figures about
    pictures. A stratum without a graded unit is not in it: nothing can be said of that.
    """

    strata: Mapping[int, Stratum]
    sizes: Sequence[float]

    @property
    def population(self) -> int:
        """The units of all strata."""
        return sum(stratum.population for stratum in self.strata.values())


def design(
    strata: Sequence[int],
    population: Mapping[int, int],
    pictures: Sequence[int] | None = None,
    *,
    by_picture: bool = False,
) -> Design:
    """Return the design of a sample whose units are in `strata`, of N_h units each.

    `pictures` are those of each unit's burst, 1 unless given; `by_picture`, a unit counts for
    so many.
    """
    pictures = pictures if pictures is not None else [1] * len(strata)
    members: dict[int, list[int]] = {}
    for place, stratum in enumerate(strata):
        members.setdefault(stratum, []).append(place)
    made = {}
    for number, units in sorted(members.items()):
        singles = sum(pictures[i] == 1 for i in units) / len(units)
        made[number] = Stratum(population[number], tuple(units), singles)
    return Design(made, [float(size) if by_picture else 1.0 for size in pictures])


def ratio(plan: Design, y: Sequence[float], x: Sequence[float]) -> tuple[float, float, float]:
    """Return R = Y / X, its standard error, and X, for values of each unit (Stehman 2014).

    V(R) = X^-2 sum N_h^2 (1 - n_h / N_h) s^2(y - R x) / n_h. Where a stratum has one unit, its
    deviation from the overall mean of y - R x, which is 0, stands in for that from its own.
    Raises ZeroDivisionError where X is 0.
    """
    total_y = total_x = 0.0
    for stratum in plan.strata.values():
        total_y += stratum.weight * sum(y[i] for i in stratum.units)
        total_x += stratum.weight * sum(x[i] for i in stratum.units)
    found = total_y / total_x
    variance = 0.0
    for stratum in plan.strata.values():
        n = len(stratum.units)
        rest = [y[i] - found * x[i] for i in stratum.units]
        mean = sum(rest) / n if n > 1 else 0.0
        squares = sum((value - mean) ** 2 for value in rest) / max(1, n - 1)
        variance += stratum.population**2 * (1 - stratum.seen) * squares / n
    return found, math.sqrt(variance) / total_x, total_x


def share(
    plan: Design, hits: Sequence[bool], of: Sequence[bool], guard: Guard = "denominator"
) -> Estimate:
    """Return the weighted share of the units in `of` that are also in `hits`.

    Within one stratum it is a plain share, with Wilson's limits. Over several, the limits are
    those of the weighted sum of the strata's shares, each with Wilson's (`limits_of_sum`), and
    what is not known of their weights is added. `guard` is what no single unit may dominate.
    """
    y, x = sized(plan, hits, of)
    n = sum(of)
    if not any(x):
        return _nothing("nothing of this kind is graded")
    value, error, total = ratio(plan, y, x)
    parts, loose = [], 0.0
    for stratum in plan.strata.values():
        found = _in_stratum(stratum, y, x)
        if found is None:
            continue
        part, n_here = found
        weight = stratum.weight * sum(x[i] for i in stratum.units) / total
        parts.append(Share(weight, n_here, part if math.isinf(n_here) else part * n_here))
        off = [(part - value) * x[i] for i in stratum.units]
        loose += stratum.variance(off) + stratum.moved(off)
    if len(parts) == 1:
        lower, upper = wilson(value, parts[0].n)
    else:
        lower, upper = _within_one(limits_of_sum(parts, math.sqrt(loose) / total))
    method = "Wilson" if len(parts) == 1 else "stratified score"
    made = Estimate(value, lower, upper, error, n, sum(_both(hits, of)), method)
    return _guarded(plan, made, x if guard == "denominator" else y, guard)


def total(
    plan: Design, hits: Sequence[bool], where: Sequence[bool], most: Mapping[int, int]
) -> Estimate:
    """Return how much of the whole is in `hits`: units, or pictures where sizes are pictures.

    `where` are the graded units that could be in it, `most` how many units of each stratum could
    at all: none in the strata that it does not name.
    """
    if not any(where):
        return _nothing("nothing of this kind is graded")
    value, (lower, upper) = _amount(plan, hits, most, is_sized=True)
    y, _ = sized(plan, hits, [True] * len(hits))
    _, error, all_units = ratio(plan, y, [1.0] * len(y))
    made = Estimate(
        value, lower, upper, error * all_units, sum(where), sum(hits), "sum of Wilson's limits"
    )
    return _guarded(plan, made, y, "numerator")


def part_found(
    plan: Design,
    hits: Sequence[bool],
    of: Sequence[bool],
    most_hits: Mapping[int, int],
    most_others: Mapping[int, int],
) -> Estimate:
    """Return the weighted share of `of` that is in `hits`, where `of` is not known beforehand.

    That is recall: of what is truly there, what was found. What was found and what was not are
    estimated apart, each with limits that also hold where a stratum showed none, and the limits
    of the part are those of the ratio of the two (`limits_of_part`). `most_hits` and
    `most_others` say how many units of each stratum could be the one or the other.
    """
    y, x = sized(plan, hits, of)
    n = sum(of)
    if not n:
        return _nothing("none was found in the graded sample")
    can_hit = any(most_hits.get(h) for h in plan.strata)
    if not can_hit and any(most_hits.values()):
        return _nothing("nothing of this kind is graded where the run says so")
    value, error, _ = ratio(plan, y, x)
    others = [is_one and not is_hit for is_one, is_hit in zip(of, hits, strict=True)]
    found, of_found = _amount(plan, _both(hits, of), most_hits)
    rest, of_rest = _amount(plan, others, most_others)
    lower, upper = _within_one(limits_of_part(found, of_found, rest, of_rest))
    made = Estimate(
        value, min(lower, value), max(upper, value), error, n, sum(_both(hits, of)),
        "ratio of two sums",
    )  # fmt: skip
    if not can_hit:
        # Of the whole frame this is known, not estimated.
        return replace(made, method="known", note="the run never says so")
    made = _guarded(plan, made, x, "denominator")
    fewest = min(sum(others), made.hits)
    if made.state == "sound" and fewest < _LEAST_HITS:
        side = "missed" if fewest == sum(others) else "found"
        return replace(made, state="unstable", note=f"only {fewest} of them {side} in the sample")
    return made


def mean(plan: Design, values: Sequence[float], of: Sequence[bool]) -> Estimate:
    """Return the weighted mean of values between 0 and 1 of the units in `of`."""
    n = sum(of)
    if not n:
        return _nothing("nothing of this kind is graded")
    x = [size if is_in else 0.0 for size, is_in in zip(plan.sizes, of, strict=True)]
    y = [value * size for value, size in zip(values, x, strict=True)]
    value, error, _ = ratio(plan, y, x)
    lower, upper = _within_one((value - Z * error, value + Z * error))
    return _guarded(plan, Estimate(value, lower, upper, error, n, n, "normal"), x, "denominator")


def _amount(
    plan: Design, hits: Sequence[bool], most: Mapping[int, int], *, is_sized: bool = False
) -> tuple[float, Limits]:
    """Return the total of `hits` and its limits; strata that cannot hold one add nothing.

    `is_sized` lets the limits know that the pictures of a stratum are estimated from its graded
    bursts; of two such totals the ratio does not depend on it much.
    """
    y, x = sized(plan, hits, [True] * len(hits))
    parts, value, loose = [], 0.0, 0.0
    for h, stratum in plan.strata.items():
        possible = most.get(h, 0)
        found = _in_stratum(stratum, y, x)
        if found is None or not possible:
            continue
        part, n = found
        scale = stratum.weight * sum(x[i] for i in stratum.units)
        parts.append(Share(scale, n, part if math.isinf(n) else part * n))
        value += scale * part
        loose += stratum.variance([part * x[i] for i in stratum.units])
    if not parts:
        return 0.0, (0.0, 0.0)
    lower, upper = limits_of_sum(parts)
    # Two independent distances, each by its own limits, as in `limits_of_difference`.
    spread = Z * math.sqrt(loose) if is_sized else 0.0
    lower, upper = (
        value - math.hypot(value - lower, spread),
        value + math.hypot(upper - value, spread),
    )
    return value, (max(0.0, lower), upper)


def _in_stratum(
    stratum: Stratum, y: Sequence[float], x: Sequence[float]
) -> tuple[float, float] | None:
    """Return the share of x that is y in one stratum, and of how many it is; None without x.

    Units of unequal size count for fewer (L. Kish 1965, Survey Sampling: the effective sample
    size), and for fewer still where errors go with size; what is settled of a finite stratum
    counts for more.
    """
    within = [i for i in stratum.units if x[i]]
    if not within:
        return None
    all_x = sum(x[i] for i in within)
    part = sum(y[i] for i in within) / all_x
    n = all_x**2 / sum(x[i] ** 2 for i in within)
    squares = sum((y[i] - part * x[i]) ** 2 for i in within)
    if squares > 0:
        n = min(n, part * (1 - part) * all_x**2 / squares)
    return part, n / stratum.open if stratum.open else math.inf


def sized(
    plan: Design, hits: Sequence[bool], of: Sequence[bool]
) -> tuple[list[float], list[float]]:
    """Return (y, x) of each unit: its size where it is in both, and where it is in `of`."""
    x = [size if is_in else 0.0 for size, is_in in zip(plan.sizes, of, strict=True)]
    return [size if is_hit else 0.0 for size, is_hit in zip(x, hits, strict=True)], x


def _both(hits: Sequence[bool], of: Sequence[bool]) -> list[bool]:
    return [is_hit and is_in for is_hit, is_in in zip(hits, of, strict=True)]


def _within_one(limits: Limits) -> Limits:
    return max(0.0, limits[0]), min(1.0, limits[1])


def _guarded(plan: Design, made: Estimate, values: Sequence[float], guard: Guard) -> Estimate:
    """Return the estimate, marked where one unit supplies too much of it, or hits are too few."""
    if guard == "numerator" and made.hits < _LEAST_HITS:
        return replace(made, state="unstable", note=f"rests on {made.hits} in the sample")
    amounts = [s.weight * values[i] for s in plan.strata.values() for i in s.units]
    largest, everything = max(amounts), sum(amounts)
    if everything and largest > _MOST_OF_ONE * everything:
        note = f"one burst supplies {100 * largest / everything:.0f} % of it"
        return replace(made, state="unstable", note=note)
    return made


def _nothing(note: str) -> Estimate:
    return Estimate(None, None, None, None, 0, 0, "none", "not estimable", note)
