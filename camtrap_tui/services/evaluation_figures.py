"""The parts of an evaluation that one run's sample gives: classes, what was missed, bins, cells.

Each with the ids of the graded pictures behind it, so that a reader can look at them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from camtrap_tui.domain import estimation_figures as figures
from camtrap_tui.domain.estimation import total
from camtrap_tui.domain.estimation_bootstrap import Wanted, bootstrap
from camtrap_tui.domain.estimation_figures import UNSAID, Judged, Sample
from camtrap_tui.domain.estimation_needs import need
from camtrap_tui.domain.evaluations import (
    BIN_NAMES,
    NO_PREDICTION,
    Bin,
    Cell,
    ClassFigures,
    Estimate,
    Missed,
)
from camtrap_tui.domain.models import Taxon


@dataclass(frozen=True, slots=True)
class Parts:
    """What one run's sample gives."""

    accuracy: Estimate
    missed: Missed
    classes: tuple[ClassFigures, ...]
    bins: tuple[Bin, ...]
    cells: tuple[Cell, ...]


def parts_of(
    sample: Sample,
    taxa: Sequence[Taxon],
    names: Sequence[str],
    undrawn: Mapping[int, int],
    *,
    seed: int,
    half_width: float,
) -> Parts:
    """Return the figures of a sample whose class numbers are places in `taxa` and `names`.

    `undrawn` is how many bursts of each class are not drawn yet, `half_width` to what each
    class's precision is to be known; `seed` is that of the resampled intervals.
    """
    order = class_order(sample)
    resampled = iter(bootstrap(sample.plan, _wanted(sample, order), seed=seed))

    def beside(figure: Estimate) -> Estimate:
        return replace(figure, bootstrap=next(resampled))

    accuracy = beside(figures.accuracy(sample))
    missed = Missed(
        beside(figures.missed_rate(sample)),
        figures.missed_count(sample),
        beside(figures.missed_of_animals(sample)),
        _ids(sample, lambda unit: unit.said == sample.blank and unit.holds_animal),
    )
    classes = []
    for number in order:
        precision = beside(figures.precision(sample, number))
        classes.append(
            ClassFigures(
                taxa[number],
                names[number],
                sum(sample.called_so(number).values()),
                precision,
                beside(figures.recall(sample, number)),
                beside(figures.prevalence(sample, number)),
                need(precision, half_width, undrawn.get(number, 0)),
                _ids(sample, lambda unit, n=number: unit.said == n),  # type: ignore[misc]
                _ids(sample, lambda unit, n=number: n in unit.truth),  # type: ignore[misc]
            )
        )
    return Parts(accuracy, missed, tuple(classes), _bins(sample), _cells(sample, names))


def class_order(sample: Sample) -> list[int]:
    """Return the classes that the run says or the truth holds: those that are called most first."""
    true = {number for unit in sample.units for number in unit.truth}
    said = {number for number in sample.called if number != UNSAID}
    return sorted(said | true, key=lambda n: (-sum(sample.called_so(n).values()), n))


def _wanted(sample: Sample, order: Sequence[int]) -> list[Wanted]:
    """Return the shares to resample, in the order in which they are made above."""
    everything = [True] * len(sample.units)
    right = sample.each(lambda unit: unit.is_right)
    animals = sample.each(lambda unit: unit.holds_animal)
    blanks = sample.each(lambda unit: unit.said == sample.blank)
    found = [Wanted(right, everything), Wanted(animals, blanks), Wanted(blanks, animals)]
    for number in order:
        said = sample.each(lambda unit, n=number: unit.said == n)  # type: ignore[misc]
        true = sample.each(lambda unit, n=number: n in unit.truth)  # type: ignore[misc]
        found += [Wanted(right, said), Wanted(said, true), Wanted(true, everything)]
    return found


def _bins(sample: Sample) -> tuple[Bin, ...]:
    return tuple(
        Bin(
            relation,
            name,
            figures.in_relation(sample, relation),
            _ids(sample, lambda unit, r=relation: unit.relation == r),  # type: ignore[misc]
        )
        for relation, name in BIN_NAMES.items()
    )


def _cells(sample: Sample, names: Sequence[str]) -> tuple[Cell, ...]:
    """Return the cells that hold a graded picture, the most frequent class of the truth first."""
    inside: dict[tuple[int, int], list[Judged]] = {}
    for unit in sample.units:
        inside.setdefault((unit.nearest, unit.said), []).append(unit)
    everything = [True] * len(sample.units)
    made = []
    for (truth, said), units in inside.items():
        hits = sample.each(lambda unit, t=truth, s=said: (unit.nearest, unit.said) == (t, s))  # type: ignore[misc]
        made.append(
            Cell(
                names[truth],
                NO_PREDICTION if said == UNSAID else names[said],
                units[0].relation,
                total(sample.plan, hits, everything, sample.called_so(said)),
                tuple(unit.image_id for unit in units),
            )
        )
    rows: dict[str, float] = {}
    for cell in made:
        rows[cell.truth] = rows.get(cell.truth, 0.0) + (cell.total.value or 0.0)
    made.sort(key=lambda c: (-rows[c.truth], c.truth, -(c.total.value or 0.0), c.predicted))
    return tuple(made)


def _ids(sample: Sample, test: Callable[[Judged], bool]) -> tuple[int, ...]:
    return tuple(unit.image_id for unit in sample.units if test(unit))
