"""What is put together for one picture before the key that records it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from camtrap_tui.domain.individuals import NOBODY, Individual
from camtrap_tui.domain.models import Observation
from camtrap_tui.store.grades import NewObservation


@dataclass(frozen=True, slots=True)
class Composing:
    """A count and an individual for the species keyed next, or that it is a further one, or that
    the next grade is for the whole burst; it ends when the picture changes."""

    adding: bool = False
    count: int | None = None
    individual: Individual = NOBODY
    whole_burst: bool = False

    @property
    def words(self) -> str:
        """The count and the individual, as `×2, juvenile female`; empty for neither."""
        parts = [f"×{self.count}"] if self.count else []
        return ", ".join([*parts, *filter(None, [self.individual.text])])

    @property
    def pending(self) -> str:
        """What the panel shows; that a burst's grade is asked for stands on the message line."""
        parts = [self.words] if self.words else []
        parts += ["adding species"] if self.adding else []
        return ", ".join(parts)

    def observation(self, taxon_id: int) -> NewObservation:
        """Return the observation of the species that was keyed."""
        return with_individual(NewObservation(taxon_id, self.count), self.individual)


def individual_of(observation: NewObservation) -> Individual:
    """Return what an observation says beside species and count."""
    return Individual(observation.life_stage, observation.sex, observation.behavior)


def with_individual(observation: NewObservation, individual: Individual) -> NewObservation:
    """Return the observation with this individual in place of what it said."""
    return replace(
        observation,
        life_stage=individual.life_stage,
        sex=individual.sex,
        behavior=individual.behavior,
    )


def said_again(observation: Observation) -> NewObservation:
    """Return an observation of an earlier grade for a new one."""
    return NewObservation(
        observation.taxon_id,
        observation.count,
        observation.life_stage,
        observation.sex,
        observation.behavior,
    )
