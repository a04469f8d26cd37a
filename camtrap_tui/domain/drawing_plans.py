"""What is asked of a drawing, and what it would take: strata, sizes, and what to expect of them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from camtrap_tui.domain.sampling import Allocation, weight_of
from camtrap_tui.domain.strata import NO_PREDICTION, RARE, By, Stratum, class_in, room_for
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
        return weight_of(self.population, self.sampled)

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


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What a drawing is made in: the run, and whether it has ended; how many pictures of the frame
    have no time or no camera (`undated`); of how many drawn bursts pictures are drawn for other
    holdouts, by their names; and by what nothing could be parted for want of room."""

    run_id: int | None
    run_ended: bool
    undated: int
    drawn_before: Mapping[str, int]
    without_room: Sequence[By]


def notes_on(
    strata: Sequence[Stratum],
    planned: Sequence[PlannedStratum],
    request: DrawRequest,
    found: Circumstances,
) -> tuple[str, ...]:
    """Return what whoever draws must know, a sentence each."""
    return (
        *_on_pictures(found),
        *_on_strata(strata, planned, request),
        *_on_drawing(request, found),
    )


def _on_pictures(found: Circumstances) -> list[str]:
    notes = []
    if found.run_id is None:
        notes.append("Nothing has been predicted yet: there is nothing to stratify by.")
    elif not found.run_ended:
        notes.append(
            f"Run {found.run_id} has not ended: what it has yet to predict is drawn as"
            f" {NO_PREDICTION}."
        )
    if found.undated:
        notes.append(
            f"{counted(found.undated, 'picture')} without a time or a camera"
            f" {'counts as a burst of its' if found.undated == 1 else 'count as bursts of their'}"
            " own: if they belong together, intervals come out too narrow."
        )
    return notes


def _on_drawing(request: DrawRequest, found: Circumstances) -> list[str]:
    notes = []
    for name, bursts in found.drawn_before.items():
        notes.append(
            f"{counted(bursts, 'burst')} of these"
            f" {'is' if bursts == 1 else 'are'} drawn for {name} too, and known to whoever grades"
            " both: another seed draws others."
        )
    for by in found.without_room if found.run_id is not None else ():
        room = counted(room_for(request.size, request.minimum), "stratum", "strata")
        notes.append(
            f"Nothing is parted by {by}: there is room for {room}, of {request.minimum} bursts or"
            " more."
        )
    return notes


def _on_strata(
    strata: Sequence[Stratum], planned: Sequence[PlannedStratum], request: DrawRequest
) -> list[str]:
    notes = []
    pooled = [stratum for stratum in strata if class_in(stratum.name) == RARE]
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
        be = "is" if population == 1 else "are"
        notes.append(f"There {be} {counted(population, 'burst')} in all: every one is drawn.")
    return notes
