"""How often a 95 % interval holds the truth: ours, and the naive ones of the same samples.

    python -m tests.bench.bench_coverage [--repetitions 500] [--size 600] [--minimum 30]

Draws holdouts from surveys of which everything is known, with the program's own sampling, grades
them with the truth, and scores them with its own estimators. The naive figures: the plain share
of the sample with Wilson's interval, as if it had not been drawn by strata; and the share of all
pictures of the drawn bursts with Wilson's interval, as if they were independent. `!` marks what
ought to cover between 93 % and 97.5 % and does not. The last survey is independent: its recipe was
written after the method. A measurement, not a test.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from camtrap_tui.domain import estimation_figures as figures
from camtrap_tui.domain.estimation_figures import Judged, Sample
from camtrap_tui.domain.evaluations import Estimate
from camtrap_tui.domain.statistics import wilson
from tests.bench.coverage_survey import (
    BLANK,
    INDEPENDENT,
    NAMES,
    RECIPES,
    KnownSurvey,
    Recipe,
)

LOW, HIGH = 0.93, 0.975
# Classes (after blank, the most frequent first) of which the interval is promised.
COMMON = (1, 2, 3)


@dataclass(slots=True)
class Tally:
    """How often an interval held the truth, and what became of the others."""

    turns: int = 0
    truths: float = 0.0
    held: int = 0
    above: int = 0
    below: int = 0
    unstable: int = 0
    silent: int = 0
    values: float = 0.0
    widths: float = 0.0

    def add(self, truth: float, value: float, lower: float, upper: float) -> None:
        """Count one interval."""
        self.turns += 1
        self.truths += truth
        self.values += value
        self.widths += (upper - lower) / 2
        self.above += lower > truth
        self.below += upper < truth
        self.held += lower <= truth <= upper

    def add_estimate(self, truth: float, one: Estimate) -> None:
        """Count an estimate; one that says of itself that it is none is not an interval."""
        if one.value is None or one.lower is None or one.upper is None:
            self.silent += 1
            return
        self.unstable += one.state == "unstable"
        self.add(truth, one.value, one.lower, one.upper)

    @property
    def coverage(self) -> float:
        """The share of the intervals that held the truth."""
        return self.held / self.turns if self.turns else 0.0


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure: what is true, ours, and the pictures that a naive score counts."""

    name: str
    promised: bool
    truth: float
    ours: Callable[[Sample], Estimate]
    of: Callable[[int, int], bool]
    hit: Callable[[int, int], bool]


def figures_of(survey: KnownSurvey) -> Iterator[Figure]:
    """Yield what is measured of a survey; `of` and `hit` take what was said and what is true."""
    yield Figure(
        "accuracy",
        True,
        survey.true_accuracy(),
        figures.accuracy,
        lambda said, truth: True,
        lambda said, truth: said == truth,
    )
    yield Figure(
        "missed of blanks",
        True,
        survey.true_missed(),
        figures.missed_rate,
        lambda said, truth: said == BLANK,
        lambda said, truth: truth != BLANK,
    )
    for number in range(1, len(NAMES)):
        yield Figure(
            f"precision {NAMES[number]}",
            number in COMMON,
            survey.true_precision(number),
            lambda sample, n=number: figures.precision(sample, n),  # type: ignore[misc]
            lambda said, truth, n=number: said == n,  # type: ignore[misc]
            lambda said, truth: said == truth,
        )
    for number in range(1, len(NAMES)):
        yield Figure(
            f"recall {NAMES[number]}",
            False,
            survey.true_recall(number),
            lambda sample, n=number: figures.recall(sample, n),  # type: ignore[misc]
            lambda said, truth, n=number: truth == n,  # type: ignore[misc]
            lambda said, truth: said == truth,
        )


@dataclass(slots=True)
class Line:
    """One figure over all repetitions: ours, the plain share, and that of all pictures."""

    name: str
    promised: bool
    ours: Tally
    plain: Tally
    frames: Tally


def measure(
    recipe: Recipe, repetitions: int, size: int, minimum: int, surveys: int = 10
) -> list[Line]:
    """Draw and score so many holdouts, of `surveys` surveys of one recipe in turn.

    Of one survey alone the coverage of a share near 0 would be that of its one mean count: a
    handful of values are possible, and the interval of each holds the truth or does not.
    """
    lines: list[Line] = []
    for number in range(surveys):
        survey = KnownSurvey(recipe, seed=number)
        known = list(figures_of(survey))
        lines = lines or [Line(f.name, f.promised, Tally(), Tally(), Tally()) for f in known]
        for seed in range(number, repetitions, surveys):
            sample = survey.draw(seed, size, minimum)
            frames = [
                (picture.said, picture.truth)
                for unit in sample.units
                for picture in survey.frames_with(unit)
            ]
            drawn = [(unit.said, _truth(unit)) for unit in sample.units]
            for line, figure in zip(lines, known, strict=True):
                line.ours.add_estimate(figure.truth, figure.ours(sample))
                _naive(line.plain, figure, drawn)
                _naive(line.frames, figure, frames)
    return lines


def _truth(unit: Judged) -> int:
    return unit.nearest


def _naive(tally: Tally, figure: Figure, pictures: list[tuple[int, int]]) -> None:
    counted = [figure.hit(*picture) for picture in pictures if figure.of(*picture)]
    if not counted:
        tally.silent += 1
        return
    share = sum(counted) / len(counted)
    tally.add(figure.truth, share, *wilson(share, len(counted)))


def main() -> None:
    """Print the table of each survey."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--repetitions", type=int, default=500)
    options.add_argument("--size", type=int, default=600)
    options.add_argument("--minimum", type=int, default=30)
    given = options.parse_args()
    for recipe in (*RECIPES, *INDEPENDENT):
        start = time.process_time()
        lines = measure(recipe, given.repetitions, given.size, given.minimum)
        spent = time.process_time() - start
        print(f"\n{recipe.name}: {recipe.bursts:,} bursts, {given.size} drawn,", end=" ")
        print(f"{given.repetitions} repetitions, {spent:.0f} s of one core")
        print(f"{'':<20}{'true':>7} │{'mean':>7}{'±':>7}{'covers':>8}{'unstable':>9}", end="")
        print(f"{'none':>6} │{'plain':>7}{'covers':>8} │{'frames':>8}{'covers':>8}")
        for line in lines:
            _print(line, given.repetitions)


def _print(line: Line, repetitions: int) -> None:
    ours, plain, frames = line.ours, line.plain, line.frames
    wrong = line.promised and not LOW <= ours.coverage <= HIGH
    print(f"{line.name:<20}{plain.truths / max(1, plain.turns):>7.3f} │", end="")
    if ours.turns:
        print(f"{ours.values / ours.turns:>7.3f}{ours.widths / ours.turns:>7.3f}", end="")
    else:
        print(f"{'–':>7}{'–':>7}", end="")
    print(f"{ours.coverage:>7.1%}{'!' if wrong else ' '}", end="")
    print(f"{ours.unstable / repetitions:>9.0%}{ours.silent / repetitions:>6.0%} │", end="")
    print(f"{plain.values / max(1, plain.turns):>7.3f}{plain.coverage:>8.1%} │", end="")
    print(f"{frames.values / max(1, frames.turns):>8.3f}{frames.coverage:>8.1%}", flush=True)


if __name__ == "__main__":
    main()
