"""Accuracy, precision, recall, prevalence and what was missed, of a graded sample.

Classes are numbers here; a class of the run and one of the truth have the same number where they
are one taxon. Every figure is weighted: none is the share of what happened to be graded.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from camtrap_tui.domain import estimation
from camtrap_tui.domain.estimation import Design
from camtrap_tui.domain.evaluations import Estimate
from camtrap_tui.domain.lineage import Relation

# The class number of a burst that the run says nothing of.
UNSAID = -1


@dataclass(frozen=True, slots=True)
class Judged:
    """A graded burst by its frame: what was said, what is true, and how the two are related.

    `truth` are the classes of all species in it; `nearest` is the one that `relation` is about.
    """

    image_id: int
    stratum: int
    size: int
    said: int
    score: float
    truth: frozenset[int]
    nearest: int
    relation: Relation
    holds_animal: bool

    @property
    def is_right(self) -> bool:
        """Whether what was said is, at the same rank, in the truth."""
        return self.relation == "same"


@dataclass(frozen=True, slots=True)
class Sample:
    """The graded bursts of a holdout in their design, and what the run says of its whole frame.

    `called` gives, by class and stratum, how many bursts of the frame the run calls so; `blank`
    is the class of blanks.
    """

    units: Sequence[Judged]
    plan: Design
    called: Mapping[int, Mapping[int, int]]
    blank: int

    def each(self, test: Callable[[Judged], bool]) -> list[bool]:
        """Return which units pass."""
        return [test(unit) for unit in self.units]

    def called_so(self, number: int) -> Mapping[int, int]:
        """Return by stratum how many bursts of the frame the run calls this class."""
        return self.called.get(number, {})

    def not_called_so(self, number: int) -> dict[int, int]:
        """Return by stratum how many bursts of the frame the run does not call this class."""
        called = self.called_so(number)
        return {h: s.population - called.get(h, 0) for h, s in self.plan.strata.items()}


def accuracy(sample: Sample) -> Estimate:
    """Return the share of all that the run has right."""
    units = sample.each(lambda unit: unit.is_right)
    return estimation.share(sample.plan, units, [True] * len(units))


def in_relation(sample: Sample, relation: Relation) -> Estimate:
    """Return the share of all whose prediction stands so to the truth."""
    units = sample.each(lambda unit: unit.relation == relation)
    return estimation.share(sample.plan, units, [True] * len(units), "numerator")


def precision(sample: Sample, number: int, score: float = 0.0) -> Estimate:
    """Return what part of all that the run calls this class, with this score at least, is."""
    said = sample.each(lambda unit: unit.said == number and unit.score >= score)
    return estimation.share(sample.plan, sample.each(lambda unit: unit.is_right), said)


def coverage(sample: Sample, number: int, score: float) -> Estimate:
    """Return what part of all that the run calls this class has this score at least."""
    taken = sample.each(lambda unit: unit.score >= score)
    return estimation.share(sample.plan, taken, sample.each(lambda unit: unit.said == number))


def recall(sample: Sample, number: int) -> Estimate:
    """Return what part of all that truly is this class the run calls so."""
    return estimation.part_found(
        sample.plan,
        sample.each(lambda unit: unit.said == number),
        sample.each(lambda unit: number in unit.truth),
        sample.called_so(number),
        sample.not_called_so(number),
    )


def prevalence(sample: Sample, number: int) -> Estimate:
    """Return the share of all that truly is, or also holds, this class."""
    units = sample.each(lambda unit: number in unit.truth)
    return estimation.share(sample.plan, units, [True] * len(units), "numerator")


def missed_rate(sample: Sample) -> Estimate:
    """Return what part of all that the run calls blank holds an animal."""
    said = sample.each(lambda unit: unit.said == sample.blank)
    animals = sample.each(lambda unit: unit.holds_animal)
    return estimation.share(sample.plan, animals, said, "numerator")


def missed_count(sample: Sample) -> Estimate:
    """Return how much of the whole the run calls blank and holds an animal."""
    said = sample.each(lambda unit: unit.said == sample.blank)
    hits = sample.each(lambda unit: unit.said == sample.blank and unit.holds_animal)
    return estimation.total(sample.plan, hits, said, sample.called_so(sample.blank))


def missed_of_animals(sample: Sample) -> Estimate:
    """Return what part of all that holds an animal the run calls blank."""
    return estimation.part_found(
        sample.plan,
        sample.each(lambda unit: unit.said == sample.blank),
        sample.each(lambda unit: unit.holds_animal),
        sample.called_so(sample.blank),
        sample.not_called_so(sample.blank),
    )
