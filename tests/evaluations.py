"""Makes evaluations for tests of what shows them: every kind of figure is in one."""

from __future__ import annotations

from collections.abc import Sequence

from camtrap_tui.domain.evaluations import (
    Band,
    Basis,
    Bin,
    Cell,
    ClassFigures,
    Comparison,
    Difference,
    Estimate,
    Evaluation,
    Missed,
    Need,
    Reliability,
    Threshold,
    ThresholdRow,
)
from camtrap_tui.domain.models import Taxon

NOT_ESTIMABLE = Estimate(None, None, None, None, 0, 0, "", "not estimable", "nothing is graded")


def share(value: float, n: int = 60, half: float = 0.05) -> Estimate:
    """Return a share with an interval of ± `half` (0 to 1)."""
    low, high = max(value - half, 0.0), min(value + half, 1.0)
    return Estimate(value, low, high, half / 2, n, round(value * n), "wilson")


def unstable(value: float, n: int = 4) -> Estimate:
    """Return a share that is not to be leant on."""
    note = "one burst is a quarter of it"
    return Estimate(value, 0.02, 0.98, 0.3, n, 1, "logit", "unstable", note)


def number(value: float, hits: int, *, half: float = 100) -> Estimate:
    """Return an estimated number of bursts."""
    return Estimate(value, max(value - half, 0), value + half, half / 2, 60, hits, "logit")


def taxon(name: str, key: int) -> Taxon:
    """Return a taxon that is known by its name alone."""
    return Taxon(key, f"uuid {name}", name, "", "", "", "", "", "", "", "animal", "model")


def of_class(
    name: str, key: int, precision: Estimate, recall: Estimate, need: Need
) -> ClassFigures:
    """Return the figures of one class, with pictures 1 to 3 behind them."""
    return ClassFigures(
        taxon(name, key), name, 1204, precision, recall, share(0.03), need, (1, 2), (2, 3)
    )


def evaluation(
    ids: Sequence[int] = (1, 2, 3, 4, 5), *, accuracy: float = 0.912, holdout: str = "spring"
) -> Evaluation:
    """Return an evaluation with something of everything; `ids` are its graded pictures."""
    some = tuple(ids)
    rows = tuple(
        ThresholdRow(score, share(0.8 + score / 10), share(0.9 - score / 10), share(0.9), some[:2])
        for score in (0.5, 0.7, 0.9)
    )
    basis = Basis(
        holdout,
        1,
        "demo-1.0",
        "bursts",
        "unanimous",
        1,
        12000,
        30000,
        600,
        412,
        188,
        3,
        0,
        2,
        1,
        0,
        1.0,
        (("ann", 400), ("ben", 60)),
    )
    bins = (
        Bin("same", "right", share(accuracy), some[:3]),
        Bin("coarser", "right but coarser", share(0.04), some[3:4]),
        Bin("finer", "finer than the truth", NOT_ESTIMABLE, ()),
        Bin("other", "wrong", share(0.05), some[4:]),
    )
    cells = (
        Cell("northern raccoon", "northern raccoon", "same", number(900, 55), some[:2]),
        Cell("northern raccoon", "blank", "other", number(140, 4), some[2:4]),
        Cell("mallard", "duck family", "coarser", number(40, 1), some[4:]),
    )
    classes = (
        of_class("northern raccoon", 1, share(0.91), share(0.88), Need(0.05, 41, 800)),
        of_class("virginia opossum", 2, unstable(0.5), NOT_ESTIMABLE, Need(0.05, 90, 12)),
        of_class("mink", 3, NOT_ESTIMABLE, unstable(0.3), Need(0.05, None, 3)),
    )
    bands = (Band(0.1, 0.6, 0.45, share(0.4), some[:2]), Band(0.6, 1.0, 0.9, share(0.95), some))
    difference = Estimate(0.021, -0.003, 0.045, 0.01, 412, 30, "paired")
    return Evaluation(
        basis,
        share(accuracy, 412, 0.02),
        Missed(share(0.012, 210), number(140, 4), unstable(0.1), some[2:4]),
        classes,
        bins,
        cells,
        (
            Threshold("", 0.95, rows, 0.7, rows[1], 200, 212),
            Threshold("mink", 0.95, rows[:1], None, None, 2, 2, "too few are graded"),
        ),
        Reliability(bands, Estimate(0.081, 0.07, 0.09, 0.01, 412, 0, "bootstrap")),
        Comparison(
            1,
            2,
            320,
            (Difference("accuracy", "", share(0.91), share(0.89), difference),),
            (1,),
            (2,),
        ),
        ("188 of 600 drawn bursts are not graded yet.",),
    )
