"""The rows of holdouts as frozen values; the fields are the columns (a test compares them).

A holdout is a frozen, seeded, stratified sample of bursts; one seeded random frame stands for each.
"""

from __future__ import annotations

from dataclasses import dataclass

from camtrap_tui.domain.sampling import Allocation, weight_of


@dataclass(frozen=True, slots=True)
class Holdout:
    """What was drawn: from which run's word, with which seed, out of what.

    `filter` is what the frame was restricted to, `strata` the names of what it was stratified by,
    with commas; `repeat_share` of each grader's pictures come a second time, for self-agreement.
    """

    id: int
    holdout_uuid: str
    name: str
    run_id: int | None
    seed: int
    filter: str
    strata: str
    allocation: Allocation
    minimum: int
    burst_gap_s: int
    repeat_share: float


@dataclass(frozen=True, slots=True)
class HoldoutPhase:
    """A drawing (1) or an extension (2 …): how many bursts were drawn, by whom, when (UTC).

    `aim` is what an extension was directed at, empty for all strata.
    """

    holdout_id: int
    phase: int
    size: int
    drawn_by: str
    drawn_at: str
    aim: str


@dataclass(frozen=True, slots=True)
class HoldoutStratum:
    """A stratum: N_h bursts (`population`) with so many pictures, n_h of them `sampled` by now."""

    holdout_id: int
    stratum: int
    name: str
    population: int
    population_images: int
    sampled: int

    @property
    def weight(self) -> float:
        """Return N_h / n_h, how many bursts a sampled one stands for; 0 where none was sampled."""
        return weight_of(self.population, self.sampled)


@dataclass(frozen=True, slots=True)
class HoldoutUnit:
    """A burst of the frame: the frame that stands for it, its stratum and rank (from 1) there.

    `phase` is the drawing that took it, None while none has.
    """

    holdout_id: int
    image_id: int
    stratum: int
    rank: int
    burst_images: int
    phase: int | None
