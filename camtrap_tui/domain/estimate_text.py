"""Estimates as a person reads them: a share in percent, its interval, its mark."""

from __future__ import annotations

from camtrap_tui.domain.evaluations import Estimate
from camtrap_tui.domain.text import clean

# With an interval narrower than that, whole percents would say too little.
_NARROW = 0.02


def short(name: str, cells: int) -> str:
    """Return a name, cut to so many characters."""
    name = clean(name)
    return name if len(name) <= cells else name[: cells - 1] + "…"


def sign(one: Estimate) -> str:
    """Return the mark of what is unstable."""
    return "~" if one.state == "unstable" else ""


def _digits(one: Estimate) -> int:
    return 1 if (one.half_width or 1.0) < _NARROW else 0


def share_of(one: Estimate) -> str:
    """Return a share in percent, marked; a dash for none."""
    if one.value is None:
        return "–"
    return f"{100 * one.value:.{_digits(one)}f} %{sign(one)}"


def in_tenths(one: Estimate) -> str:
    """Return a share to a tenth of a point, to be read beside a difference."""
    return "–" if one.value is None else f"{100 * one.value:.1f}{sign(one)}"


def limits_of(one: Estimate) -> str:
    """Return the limits of a share in percent, without a sign."""
    if one.lower is None or one.upper is None:
        return "not estimable"
    digits = _digits(one)
    return f"{100 * one.lower:.{digits}f} to {100 * one.upper:.{digits}f}"


def resampled(one: Estimate) -> str:
    """Return the resampled limits, nothing where there are none."""
    if one.bootstrap is None:
        return ""
    low, high = one.bootstrap
    digits = _digits(one)
    return f"{100 * low:.{digits}f} to {100 * high:.{digits}f}"


def with_limits(one: Estimate) -> str:
    """Return a share with its limits, for a column."""
    return "not estimable" if one.value is None else f"{share_of(one)} ({limits_of(one)})"


def with_limits_and_n(one: Estimate) -> str:
    """Return a share with its limits and n, for a sentence."""
    return f"{with_limits(one)} n {one.n:,}"


def of_100(one: Estimate) -> str:
    """Return a share as how many of a hundred."""
    return f"{100 * (one.value or 0.0):.{_digits(one)}f}"


def interval_and_n(one: Estimate) -> str:
    """Return the interval and n of a share, for a sentence."""
    return f"95 % interval {limits_of(one)}, n {one.n:,}{', unstable' if sign(one) else ''}"


def total_with_limits(one: Estimate) -> str:
    """Return an estimated number with its limits, for a sentence."""
    return f"about {one.value or 0:,.0f} ({one.lower or 0:,.0f} to {one.upper or 0:,.0f})"


def points_of(one: Estimate) -> str:
    """Return the limits of a difference in points."""
    if one.lower is None or one.upper is None:
        return "not estimable"
    return f"{100 * one.lower:+.1f} to {100 * one.upper:+.1f}"
