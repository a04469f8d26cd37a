"""Intervals for shares and for sums and ratios of them, from the standard library alone.

All limits are two-sided at 95 % and stay where their quantity can be: a share between 0 and 1,
also where nothing, or everything, was hit.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from statistics import NormalDist

Limits = tuple[float, float]
Z = NormalDist().inv_cdf(0.975)


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


def limits_of_sum(parts: Iterable[tuple[float, float, float]], spread: float = 0.0) -> Limits:
    """Return the limits of a sum of independent parts, each given as (value, lower, upper).

    The variance that each limit implies is recovered and added up (MOVER: G. Y. Zou, W. Huang
    and X. Zhang 2009, CSDA 53:1080-1085, there for weighted sums of shares with Wilson's
    limits). `spread` is the standard error of one more part, whose value is 0.
    """
    value = below = above = 0.0
    for part, lower, upper in parts:
        value += part
        below += (part - lower) ** 2
        above += (upper - part) ** 2
    more = (Z * spread) ** 2
    return value - math.sqrt(below + more), value + math.sqrt(above + more)


def limits_of_part(part: float, of_part: Limits, rest: float, of_rest: Limits) -> Limits:
    """Return the limits of part / (part + rest), two amounts that were estimated apart.

    By the limits of the ratio of the two (MOVER-R: A. Donner and G. Y. Zou 2012, Stat Methods
    Med Res 21:347-359), written so that no zero is divided by.
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
