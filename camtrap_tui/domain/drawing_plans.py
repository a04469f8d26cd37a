"""What is asked of a drawing, and what it would take: strata, sizes, and what to expect of them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from camtrap_tui.domain.sampling import Allocation
from camtrap_tui.domain.strata import RARE, By, Stratum, room_for
from camtrap_tui.domain.taxonomy import BLANK_UUID
from camtrap_tui.domain.text import counted

# Of this share being right, and 95 in 100 samples, is an expected half-width told.
_EXPECTED_RIGHT = 0.9
_Z = 1.959964


@dataclass(frozen=True, slots=True)
class DrawRequest:
    """What somebody asks to be drawn: `size` bursts, at least `minimum` of each stratum.

    `where` is a filter line that the frame is restricted to; `repeat_share` of each grader's
    pictures come a second time.
    """

    name: str
    size: int = 600
    strata: tuple[By, ...] = ("species", "score")
    allocation: Allocation = "mixed"
    minimum: int = 30
    seed: int = 1
    where: str = ""
    repeat_share: float = 0.05


@dataclass(frozen=True, slots=True)
class PlannedStratum:
    """A stratum: N_h bursts with so many pictures, n_h to be drawn.

    `half_width` is what a 95 % interval of the share that is right would have on both sides, in
    this stratum alone, were 9 in 10 right.
    """

    name: str
    population: int
    population_images: int
    sampled: int

    @property
    def weight(self) -> float:
        """Return N_h / n_h, how many bursts a sampled one stands for."""
        return self.population / self.sampled if self.sampled else 0.0

    @property
    def half_width(self) -> float:
        """Return the expected half-width; 0 where all bursts are drawn."""
        return _Z * math.sqrt(_variance(self))


@dataclass(frozen=True, slots=True)
class Plan:
    """What would be drawn, and what whoever draws must know of it (`notes`).

    `graded_before` is how many of these pictures each grader has graded with the AI's word in
    view: such grades do not count as blind.
    """

    request: DrawRequest
    run_id: int | None
    strata: tuple[PlannedStratum, ...]
    graded_before: dict[str, int]
    notes: tuple[str, ...]

    @property
    def population(self) -> int:
        """Return how many bursts the frame has."""
        return sum(stratum.population for stratum in self.strata)

    @property
    def population_images(self) -> int:
        """Return how many pictures the frame has."""
        return sum(stratum.population_images for stratum in self.strata)

    @property
    def sampled(self) -> int:
        """Return how many bursts would be drawn."""
        return sum(stratum.sampled for stratum in self.strata)

    @property
    def half_width(self) -> float:
        """Return the expected half-width of the accuracy over all bursts, were 9 in 10 right."""
        bursts = self.population
        shares = [
            (stratum.population / bursts) ** 2 * _variance(stratum) for stratum in self.strata
        ]
        return _Z * math.sqrt(sum(shares))


def _variance(stratum: PlannedStratum) -> float:
    """Return the expected variance of a stratum's share, of a sample without replacement."""
    if not stratum.sampled:
        return 0.25
    spread = _EXPECTED_RIGHT * (1 - _EXPECTED_RIGHT)
    return spread / stratum.sampled * (1 - stratum.sampled / stratum.population)


def notes_on(
    strata: Sequence[Stratum],
    planned: Sequence[PlannedStratum],
    request: DrawRequest,
    run_id: int | None,
) -> tuple[str, ...]:
    """Return what whoever draws must know of the strata, a sentence each."""
    notes = []
    if run_id is None:
        notes.append("Nothing has been predicted yet: there is nothing to stratify by.")
    pooled = [stratum for stratum in strata if stratum.name.split(", ")[0] == RARE]
    if pooled:
        classes = len({kind.taxon_uuid for stratum in pooled for kind in stratum.kinds})
        room = room_for(request.size, request.minimum)
        bursts = counted(sum(stratum.bursts for stratum in pooled), "burst")
        notes.append(
            f"{counted(classes, 'class', 'classes')} with {bursts} in all share {RARE}: a class"
            f" of its own has {request.minimum} or more, and a sample of {request.size:,} has room"
            f" for {counted(room, 'stratum', 'strata')}."
        )
    blanks = sum(
        plan.sampled
        for stratum, plan in zip(strata, planned, strict=True)
        if {kind.taxon_uuid for kind in stratum.kinds} == {BLANK_UUID}
    )
    population = sum(stratum.population for stratum in planned)
    if blanks and population > request.size:
        # Wilson's upper limit at none of so many.
        most = _Z**2 / (blanks + _Z**2)
        notes.append(
            f"Were no animal among the {counted(blanks, 'blank')} drawn, about"
            f" {100 * most:.1f} % of all blanks might still hold one."
        )
    if population <= request.size:
        notes.append(f"There are {counted(population, 'burst')} in all: every one is drawn.")
    return tuple(notes)
