"""Extends holdouts: later phases, of all strata, of some, or of those that hold a species.

Nothing but the next ranks is ever added to what was drawn, so that every stratum's sample stays a
simple random one; weights are N_h / n_h, and follow by themselves.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from camtrap_tui.domain.holdouts import Holdout, HoldoutPhase, HoldoutStratum
from camtrap_tui.domain.sampling import Allocation, allocate, share_out
from camtrap_tui.domain.strata import of_blanks
from camtrap_tui.domain.text import clean, clean_name, counted, quoted
from camtrap_tui.errors import UsageError
from camtrap_tui.store.conditions import Conditions
from camtrap_tui.store.store import Store, utc_now


@dataclass(frozen=True, slots=True)
class Extension:
    """What an extension would draw: the strata as they would be, and how many more of each.

    `expected` is how many of the new bursts are of the species asked for, by the share of it in
    each stratum; None where none was asked for.
    """

    strata: tuple[HoldoutStratum, ...]
    more: tuple[int, ...]
    aim: str
    expected: float | None


def plan_extension(
    store: Store, holdout: Holdout, more: int, *, stratum: str = "", species: str = ""
) -> Extension:
    """Return what `more` bursts would be drawn: of all strata, of one, or where a species is.

    `stratum` is a number, or part of the names of some; `species` as in filters. Raises
    UsageError where there are not as many left.
    """
    strata = store.holdouts.strata(holdout.id)
    if more < 1:
        raise UsageError("An extension draws at least one burst:", "say how many.")
    if stratum and species:
        raise UsageError("A stratum and a species:", "give one of them.")
    if species:
        return _towards(store, holdout, strata, more, clean_name(species))
    chosen = _named(strata, clean_name(stratum)) if stratum else strata
    sampled = [s.sampled for s in chosen]
    populations = [s.population for s in chosen]
    _enough(more, sum(populations) - sum(sampled))
    allocation: Allocation = "proportional" if stratum else holdout.allocation
    blanks = of_blanks([s.name for s in chosen])
    sizes = allocate(populations, sum(sampled) + more, allocation, sampled, blanks)
    added = {s.stratum: n - s.sampled for s, n in zip(chosen, sizes, strict=True)}
    aim = "" if len(chosen) == len(strata) else "; ".join(s.name for s in chosen)
    return _extension(strata, added, aim, None)


def extend(
    store: Store,
    holdout: Holdout,
    more: int,
    drawn_by: str,
    *,
    stratum: str = "",
    species: str = "",
) -> HoldoutPhase:
    """Draw the next bursts of a holdout and record it; arguments and errors as above."""
    with store.db.transaction():
        extension = plan_extension(store, holdout, more, stratum=stratum, species=species)
        number = len(store.holdouts.phases(holdout.id)) + 1
        phase = HoldoutPhase(holdout.id, number, more, drawn_by, utc_now(), extension.aim)
        store.holdouts.add_phase(phase)
        sampled = {
            s.stratum: s.sampled for s, n in zip(extension.strata, extension.more, strict=True) if n
        }
        store.holdouts.draw(holdout.id, number, sampled)
    return phase


def _towards(
    store: Store, holdout: Holdout, strata: Sequence[HoldoutStratum], more: int, species: str
) -> Extension:
    """Plan an extension of the strata that have some of a species left, by how much each holds.

    What was drawn of it already has no say in their shares: how large a sample becomes must not
    depend on what is in it.
    """
    taxa = Conditions(store.db).taxon_ids((species.casefold(),))
    predicted = store.holdouts.predicted(holdout, taxa)
    undrawn = {stratum: left for stratum, (_, left) in predicted.items() if left}
    chosen = [s for s in strata if s.stratum in undrawn]
    if not chosen:
        raise UsageError(
            f"The holdout {holdout.name} has nothing left that is predicted as {species!r}.",
            f"See its strata with: camtrap-tui holdout {quoted(str(store.path))} show"
            f" {quoted(holdout.name)}",
        )
    left = [s.population - s.sampled for s in chosen]
    _enough(more, sum(left))
    shares = [Fraction(predicted[s.stratum][0]) for s in chosen]
    sizes = share_out(shares, more, [0] * len(chosen), left)
    added = {s.stratum: n for s, n in zip(chosen, sizes, strict=True)}
    expected = sum(
        n * undrawn[s.stratum] / rest for s, n, rest in zip(chosen, sizes, left, strict=True)
    )
    aim = f"predicted {species.removeprefix('=')}"
    return _extension(strata, added, aim, expected)


def _extension(
    strata: Sequence[HoldoutStratum], added: dict[int, int], aim: str, expected: float | None
) -> Extension:
    more = tuple(added.get(s.stratum, 0) for s in strata)
    grown = tuple(replace(s, sampled=s.sampled + n) for s, n in zip(strata, more, strict=True))
    return Extension(grown, more, aim, expected)


def _named(strata: Sequence[HoldoutStratum], asked: str) -> list[HoldoutStratum]:
    """Return the strata of this number, of this name, or with this in their names."""
    folded = asked.casefold()
    found = (
        [s for s in strata if str(s.stratum) == asked]
        or [s for s in strata if s.name.casefold() == folded]
        or [s for s in strata if folded in s.name.casefold()]
    )
    if not found:
        known = "; ".join(f"{s.stratum} {s.name}" for s in strata)
        raise UsageError(f"There is no stratum {asked!r}.", f"The strata: {clean(known)}.")
    return found


def _enough(more: int, left: int) -> None:
    if not left:
        raise UsageError("All bursts of that are drawn already:", "there is nothing to add.")
    if left < more:
        raise UsageError(
            f"Only {counted(left, 'burst')} of that {'is' if left == 1 else 'are'} not drawn yet:",
            f"ask for {left:,} or fewer.",
        )
