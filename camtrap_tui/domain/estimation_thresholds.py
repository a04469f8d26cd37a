"""Which score to trust: what each threshold would keep, and how well scores say what is right.

A threshold is chosen on one half of the sample and reported on the other, for what was chosen
because it looked good looks better than it is. Both halves are samples of every stratum.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from camtrap_tui.domain import estimation
from camtrap_tui.domain.estimation import design
from camtrap_tui.domain.estimation_figures import UNSAID, Judged, Sample
from camtrap_tui.domain.evaluations import Band, Estimate, Reliability, Threshold, ThresholdRow
from camtrap_tui.domain.statistics import Z

BANDS = 5
# Rows of a table, and scores that are tried.
_MOST_ROWS, _MOST_TRIED = 12, 40


def threshold(
    whole: Sample,
    halves: tuple[Sample, Sample],
    wanted: float,
    number: int | None,
    name: str,
) -> Threshold:
    """Return the lowest score at which the lower limit of precision is `wanted` (0 to 1).

    For one class, or for all that the run says (None). The first half chooses, the second
    reports.
    """
    choosing, reporting = halves
    rows = tuple(_row(whole, number, score) for score in _scores(whole, number, _MOST_ROWS))
    best, chosen = 0.0, None
    for score in _scores(choosing, number, _MOST_TRIED):
        lower = _precision(choosing, number, score).lower or 0.0
        best = max(best, lower)
        if lower >= wanted:
            chosen = score
            break
    counts = [sum(half.each(_said(number, 0.0))) for half in halves]
    reported = None if chosen is None else _row(reporting, number, chosen)
    # Wilson's lower limit where all of n are right is n / (n + z²).
    needed = math.ceil(wanted * Z * Z / (1 - wanted))
    if chosen is not None:
        note = ""
    elif counts[0] and not rows:
        note = "the run gave no scores"
    else:
        note = _lacking(wanted, best, counts[0], needed)
    return Threshold(name, wanted, rows, chosen, reported, counts[0], counts[1], note, needed)


def _lacking(wanted: float, best: float, n: int, needed: int) -> str:
    if n < needed:
        return (
            f"too few are graded: even if all were right it takes {needed} in the half that"
            f" chooses, which has {n}"
        )
    return (
        f"no score keeps {100 * wanted:g} % for certain: the best lower limit is {100 * best:.1f} %"
    )


def _scores(sample: Sample, number: int | None, most: int) -> list[float]:
    """Return scores of such predictions in the sample, from the lowest, evenly thinned out."""
    said = _said(number, 0.0)
    found = {unit.score for unit in sample.units if said(unit)}
    scores = sorted(score for score in found if score is not None)
    if len(scores) <= most:
        return scores
    return [scores[at * (len(scores) - 1) // (most - 1)] for at in range(most)]


def _said(number: int | None, score: float) -> Callable[[Judged], bool]:
    def test(unit: Judged) -> bool:
        is_it = unit.said != UNSAID if number is None else unit.said == number
        return is_it and (score <= 0 or (unit.score is not None and unit.score >= score))

    return test


def _precision(sample: Sample, number: int | None, score: float) -> Estimate:
    right = sample.each(lambda unit: unit.is_right)
    return estimation.share(sample.plan, right, sample.each(_said(number, score)))


def _row(sample: Sample, number: int | None, score: float) -> ThresholdRow:
    taken = sample.each(_said(number, score))
    said = sample.each(_said(number, 0.0))
    if number is None:
        true = [True] * len(taken)
        found = [is_in and unit.is_right for is_in, unit in zip(taken, sample.units, strict=True)]
        recall = estimation.share(sample.plan, found, true)
    else:
        recall = estimation.part_found(
            sample.plan,
            taken,
            sample.each(lambda unit: number in unit.truth),
            sample.called_so(number),
            # What is called so, but with a lower score, is not found either.
            {h: stratum.population for h, stratum in sample.plan.strata.items()},
        )
    kept = [unit for unit, is_in in zip(sample.units, taken, strict=True) if is_in]
    kept.sort(key=lambda unit: (unit.is_right, unit.score or 0.0))
    return ThresholdRow(
        score,
        _precision(sample, number, score),
        recall,
        estimation.share(sample.plan, taken, said),
        tuple(unit.image_id for unit in kept),
    )


def halve(sample: Sample, keys: Sequence[bytes], *, by_picture: bool) -> tuple[Sample, Sample]:
    """Return two halves of a sample, each with every second unit of every stratum by `keys`."""
    first: list[int] = []
    second: list[int] = []
    for stratum in sample.plan.strata.values():
        ordered = sorted(stratum.units, key=lambda unit: keys[unit])
        first += ordered[::2]
        second += ordered[1::2]
    return _of(sample, first, by_picture=by_picture), _of(sample, second, by_picture=by_picture)


def _of(sample: Sample, places: Sequence[int], *, by_picture: bool) -> Sample:
    units = [sample.units[place] for place in sorted(places)]
    population = {h: stratum.population for h, stratum in sample.plan.strata.items()}
    plan = design(
        [unit.stratum for unit in units],
        population,
        [unit.size for unit in units],
        by_picture=by_picture,
    )
    return Sample(units, plan, sample.called, sample.blank)


def reliability(sample: Sample) -> Reliability:
    """Return, for fifths of what the run says by score, how much of it is right.

    What the run gave no score is left out.
    """
    scores = [-1.0 if unit.score is None else unit.score for unit in sample.units]
    said = sample.each(lambda unit: unit.said != UNSAID and unit.score is not None)
    weights = [0.0] * len(said)
    for stratum in sample.plan.strata.values():
        for place in stratum.units:
            weights[place] = stratum.weight * sample.plan.sizes[place]
    places = sorted((place for place, is_in in enumerate(said) if is_in), key=scores.__getitem__)
    members: list[list[int]] = [[] for _ in range(BANDS)]
    everything = sum(weights[place] for place in places)
    below, last, band = 0.0, -1.0, 0
    for place in places:
        # Equal scores stay together.
        if scores[place] != last:
            band = min(BANDS - 1, int(BANDS * (below + weights[place] / 2) / everything))
        members[band].append(place)
        below, last = below + weights[place], scores[place]
    right = [(score - unit.is_right) ** 2 for score, unit in zip(scores, sample.units, strict=True)]
    bands = tuple(_band(sample, inside, weights, scores) for inside in members if inside)
    return Reliability(bands, estimation.mean(sample.plan, right, said))


def _band(
    sample: Sample, places: Sequence[int], weights: Sequence[float], scores: Sequence[float]
) -> Band:
    inside = [False] * len(sample.units)
    for place in places:
        inside[place] = True
    mass = sum(weights[place] for place in places)
    ordered = sorted(places, key=lambda place: (sample.units[place].is_right, scores[place]))
    return Band(
        scores[places[0]],
        scores[places[-1]],
        sum(weights[place] * scores[place] for place in places) / mass,
        estimation.share(sample.plan, sample.each(lambda unit: unit.is_right), inside),
        tuple(sample.units[place].image_id for place in ordered),
    )
