"""How many more bursts have to be graded to know a class's precision as well as is wanted."""

from __future__ import annotations

import math

from camtrap_tui.domain.evaluations import Estimate, Need
from camtrap_tui.domain.statistics import wilson_n

_LEAST, _MOST = 0.001, 0.499


def need(precision: Estimate, half_width: float, left: int) -> Need:
    """Return what it takes to bring a precision to ± `half_width` (0 to 0.5, as a share).

    From the width of Wilson's interval, if the share stays as it was found, times what a graded
    burst was worth so far: strata of unequal weight make one worth less. `left` are those not
    drawn yet.
    """
    now = precision.half_width
    if precision.value is None or now is None:
        return Need(half_width, None, left)
    if now <= half_width:
        return Need(half_width, 0, left)
    n, share = precision.n, precision.value
    worth = wilson_n(share, min(_MOST, max(_LEAST, now)))
    wanted = wilson_n(share, min(_MOST, max(_LEAST, half_width)))
    return Need(half_width, max(1, math.ceil(n * (wanted / max(worth, 1.0) - 1))), left)
