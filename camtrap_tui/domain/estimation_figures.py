"""Accuracy, precision, recall, prevalence and what was missed, of a graded sample.

Classes are numbers here; a class of the run and one of the truth have the same number where they
are one taxon. Every figure is weighted: none is the share of what happened to be graded.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from camtrap_tui.domain import estimation
from camtrap_tui.domain.estimation import Design
from camtrap_tui.domain.evaluations import Estimate
from camtrap_tui.domain.lineage import Relation

# The class number of a burst that the run says nothing of.
UNSAID = -1
# A precision of which a greater part was never looked at is called unstable.
_MOST_UNSEEN = 0.2


@dataclass(frozen=True, slots=True)
class Judged:
    """A graded burst by its frame: what was said, what is true, and how the two are related.

    `score` is None where the run gave none. `truth` are the classes of all species in it;
    `nearest` is the one that `relation` is about.
    """

    image_id: int
    stratum: int
    size: int
    said: int
    score: float | None
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


def precision(sample: Sample, number: int) -> Estimate:
    """Return what part of all that the run calls this class is."""
    said = sample.each(lambda unit: unit.said == number)
    right = sample.each(lambda unit: unit.is_right)
    return _with_unseen(estimation.share(sample.plan, right, said), sample, number)


def _with_unseen(found: Estimate, sample: Sample, number: int) -> Estimate:
    """Return a share of what is called a class, with limits that also hold for the unseen part.

    Of what is called so in strata where none of it was graded, all or nothing may be a hit.
    """
    unseen = unseen_part(sample, number)
    if found.lower is None or found.upper is None or not unseen:
        return found
    lower, upper = (1 - unseen) * found.lower, 1 - (1 - unseen) * (1 - found.upper)
    made = replace(found, lower=lower, upper=upper)
    if unseen < _MOST_UNSEEN or found.state != "sound":
        return made
    note = f"{100 * unseen:.0f} % of them are in strata where none was graded"
    return replace(made, state="unstable", note=note)


def unseen_part(sample: Sample, number: int) -> float:
    """Return the share of the bursts called this class in strata where no graded one is."""
    called = {h: n for h, n in sample.called_so(number).items() if h in sample.plan.strata}
    seen = {unit.stratum for unit in sample.units if unit.said == number}
    return sum(n for h, n in called.items() if h not in seen) / max(1, sum(called.values()))


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
    found = estimation.share(sample.plan, animals, said, "numerator")
    return _with_unseen(found, sample, sample.blank)


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
