"""Intervals for shares and for sums and ratios of them, from the standard library alone.

All limits are two-sided at 95 % and stay where their quantity can be: a share between 0 and 1,
also where nothing, or everything, was hit.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

Limits = tuple[float, float]
Z = NormalDist().inv_cdf(0.975)
# The lower limits, one-sided at 5 %, of the mean of a Poisson count of 0, 1, 2, 3.
_POISSON = (0.0, 0.05129, 0.35536, 0.81769)


def wilson(share: float, n: float) -> Limits:
    """Return Wilson's limits of a share that was found among `n`, which need not be whole.

    (E. B. Wilson 1927, JASA 22:209-212.) The upper limit where none was hit is z²/(n + z²),
    near 3.8 / n; nothing is known of a share of none: (0, 1). An infinite `n` knows it exactly.
    """
    if n <= 0:
        return 0.0, 1.0
    if math.isinf(n):
        return share, share
    z2 = Z * Z
    middle = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = Z / (1 + z2 / n) * math.sqrt(share * (1 - share) / n + z2 / (4 * n * n))
    lower = 0.0 if share <= 0 else max(0.0, middle - half)
    return lower, 1.0 if share >= 1 else min(1.0, middle + half)


def wilson_n(share: float, half_width: float) -> float:
    """Return how many are needed for Wilson's limits of a share to be within ± `half_width`.

    Solved from the width of the interval; `half_width` is between 0 and 0.5, both left out.
    """
    z2, w2 = Z * Z, 4 * half_width * half_width
    spread = share * (1 - share)
    # (2·half)² (n + z²)² = 4 z² n spread + z⁴, a quadratic in n.
    a, b, c = w2, 2 * z2 * w2 - 4 * z2 * spread, z2 * z2 * (w2 - 1)
    return (-b + math.sqrt(b * b - 4 * a * c)) / (2 * a)


@dataclass(frozen=True, slots=True)
class Share:
    """A stratum's share: its weight in the whole, how many were seen, how many of them hit."""

    weight: float
    n: float
    hits: float


def limits_of_sum(shares: Sequence[Share], spread: float = 0.0) -> Limits:
    """Return the limits of the weighted sum of shares of independent strata.

    The score interval: the sums that a test at 5 % would not reject, each tested with the
    variance of the likeliest shares that add up to it (A. Martín Andrés, M. Álvarez Hernández
    and I. Herranz Tejedor 2011, Stat Methods Med Res 20:369-387). So a heavy stratum without a
    hit counts with what it may hide; of one stratum it is Wilson's interval. Where the hits
    amount to three or fewer it is that of Poisson's counts instead, as `_few` tells. `spread` is
    the standard error of whatever else is added, of mean 0.
    """
    known = [share for share in shares if not math.isinf(share.n)]
    fixed = sum(one.weight * one.hits for one in shares if math.isinf(one.n))
    found = [Share(one.weight, one.n, one.hits) for one in known]
    weight = sum(one.weight for one in found)
    if not found:
        return fixed - Z * spread, fixed + Z * spread
    lower = _limit(found, spread, 1.0)
    upper = _limit(found, spread, -1.0)
    lower = min(lower, _few(found))
    mirrored = [Share(one.weight, one.n, one.n - one.hits) for one in found]
    upper = max(upper, weight - _few(mirrored))
    return fixed + lower, fixed + upper


def _limit(shares: Sequence[Share], spread: float, side: float) -> float:
    """Return the lower (`side` 1) or upper (-1) end of what the score test does not reject.

    `tilt` is Lagrange's multiplier of the sum: 0 at what was found, and the farther from it the
    farther the sum is.
    """
    value = sum(share.weight * share.hits / share.n for share in shares)
    # What rounding leaves of a difference of 0, in the sums' own unit.
    rounding = (1e-12 * sum(share.weight for share in shares)) ** 2

    def rejected(tilt: float) -> tuple[bool, float]:
        total, variance = 0.0, spread * spread
        for share in shares:
            part = _likeliest(share, side * tilt)
            total += share.weight * part
            variance += share.weight**2 * part * (1 - part) / share.n
        return (value - total) ** 2 > Z * Z * variance + rounding, total

    near, far = 0.0, 1.0
    total = value
    for _ in range(200):
        is_out, total = rejected(far)
        if is_out:
            break
        near, far = far, 4 * far
        if far > 1e15:
            return total
    for _ in range(60):
        middle = (near + far) / 2
        is_out, total = rejected(middle)
        near, far = (near, middle) if is_out else (middle, far)
    return total


def _likeliest(share: Share, tilt: float) -> float:
    """Return the likeliest share of a stratum where the sum is tilted so: the root in 0 to 1."""
    pull = tilt * share.weight
    if abs(pull) < 1e-12 * share.n:
        return share.hits / share.n
    b = share.n + pull
    root = math.sqrt(max(0.0, b * b - 4 * pull * share.hits))
    if b > 0:
        return min(1.0, 2 * share.hits / (b + root))
    return min(1.0, max(0.0, (b - root) / (2 * pull)))


def _few(shares: Sequence[Share]) -> float:
    """Return a lower limit of the sum where it rests on three hits or fewer, else infinity.

    (L. D. Brown, T. T. Cai and A. DasGupta 2001, Stat Sci 16:101-133, the modified Wilson
    interval: of so few the score test rejects too much, and Poisson's one-sided limit at 5 % is
    taken.) Hits of unequal weight count as (sum w)^2 / sum w^2.
    """
    each = [(share.weight / share.n, share.hits) for share in shares]
    value = sum(weight * hits for weight, hits in each)
    squares = sum(weight * weight * hits for weight, hits in each)
    if squares <= 0:
        return math.inf
    # Equal weights give a whole number, but for what rounding adds.
    hits = value * value / squares - 1e-9
    for at in range(1, len(_POISSON)):
        if hits <= at:
            low, high = _POISSON[at - 1], _POISSON[at]
            return value / hits * (low + (hits - at + 1) * (high - low))
    return math.inf


def limits_of_part(part: float, of_part: Limits, rest: float, of_rest: Limits) -> Limits:
    """Return the limits of part / (part + rest), two amounts that were estimated apart.

    By the limits of the ratio of the two (MOVER-R: A. Donner and G. Y. Zou 2012, Stat Methods
    Med Res 21:347-359, equation 9, for estimates that are not correlated), written so that no zero
    is divided by.
    """
    square = (part * rest) ** 2
    (part_low, part_high), (rest_low, rest_high) = of_part, of_rest
    low = part_low * (2 * part - part_low)
    root = math.sqrt(max(0.0, square - low * rest_high * (2 * rest - rest_high)))
    over = part * rest + root
    lower = low / over if over > 0 else 0.0
    under = rest_low * (2 * rest - rest_low)
    root = math.sqrt(max(0.0, square - part_high * (2 * part - part_high) * under))
    upper = (part * rest + root) / under if under > 0 else math.inf
    return lower / (1 + lower), 1.0 if math.isinf(upper) else upper / (1 + upper)


def limits_of_difference(
    one: tuple[float, float, float], other: tuple[float, float, float], correlation: float
) -> Limits:
    """Return the limits of one less the other, each (value, lower, upper), correlated so.

    (MOVER for paired estimates: R. G. Newcombe 1998, Stat Med 17:2635-2650, method 10's form.)
    """
    mine, mine_low, mine_high = one
    theirs, theirs_low, theirs_high = other
    down, up = mine - mine_low, theirs_high - theirs
    below = down * down + up * up - 2 * correlation * down * up
    up_mine, down_theirs = mine_high - mine, theirs - theirs_low
    above = up_mine**2 + down_theirs**2 - 2 * correlation * up_mine * down_theirs
    by = mine - theirs
    return by - math.sqrt(max(0.0, below)), by + math.sqrt(max(0.0, above))


def middle_95(values: Sequence[float]) -> Limits:
    """Return the 2.5th and 97.5th percentile of values, of which there is at least one."""
    ordered = sorted(values)
    last = len(ordered) - 1
    return ordered[round(0.025 * last)], ordered[round(0.975 * last)]
