"""Holdouts: previewed, drawn, extended, followed and, while nobody has graded, discarded.

Nothing but the next ranks is ever added to what was drawn, so that every stratum's sample stays a
simple random one; weights are N_h / n_h, and follow by themselves.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from fractions import Fraction
from typing import Any

from camtrap_tui.domain.drawing_plans import DrawRequest, Plan, PlannedStratum
from camtrap_tui.domain.holdouts import Holdout, HoldoutPhase, HoldoutStratum
from camtrap_tui.domain.sampling import Allocation, allocate, share_out
from camtrap_tui.domain.text import clean, clean_name, counted, quoted
from camtrap_tui.errors import UsageError
from camtrap_tui.services.drawing import Drawing, work_out
from camtrap_tui.store.conditions import Conditions
from camtrap_tui.store.holdouts import Graded
from camtrap_tui.store.store import Store, utc_now

__all__ = ["DrawRequest", "Plan", "PlannedStratum", "draw", "extend", "preview", "progress"]


def preview(store: Store, run_id: int | None, request: DrawRequest) -> Plan:
    """Return what a request would draw, without drawing it; errors are those of `prepare`."""
    return prepare(store, run_id, request).plan


def draw(store: Store, run_id: int | None, request: DrawRequest, drawn_by: str) -> Holdout:
    """Draw a holdout from a run's word and freeze it; errors are those of `prepare`."""
    return freeze(store, prepare(store, run_id, request), drawn_by)


def prepare(store: Store, run_id: int | None, request: DrawRequest) -> Drawing:
    """Work out what a request draws; nobody who grades waits for it.

    Raises UsageError for a request that has no meaning or no room, InputError where nothing is
    chosen.
    """
    with store.db.snapshot():
        return _free(store, work_out(store, run_id, request))


def freeze(store: Store, drawing: Drawing, drawn_by: str) -> Holdout:
    """Write down what was worked out, for good. Raises UsageError where its name is taken."""
    plan = drawing.plan
    strata = [
        HoldoutStratum(0, number, s.name, s.population, s.population_images, s.sampled)
        for number, s in enumerate(plan.strata, 1)
    ]
    phase = HoldoutPhase(0, 1, plan.sampled, drawn_by, utc_now(), "")
    with store.db.transaction():
        _free(store, drawing)
        return store.holdouts.add(drawing.holdout, strata, drawing.units(), [phase])


def _free(store: Store, drawing: Drawing) -> Drawing:
    """Return a drawing whose name nobody has taken, else raise UsageError."""
    name = drawing.holdout.name.casefold()
    for known in store.holdouts.all():
        if known.name.casefold() == name:
            same = known.holdout_uuid == drawing.holdout.holdout_uuid
            raise UsageError(
                f"{store.path}: the holdout {known.name} is drawn already"
                + (", just so." if same else "."),
                "Give another name, or extend it.",
            )
    return drawing


def find_holdout(store: Store, name: str) -> Holdout:
    """Return the holdout of this name. Raises UsageError where there is none."""
    wanted = clean_name(name).removeprefix("=").casefold()
    holdouts = store.holdouts.all()
    for holdout in holdouts:
        if holdout.name.casefold() == wanted:
            return holdout
    known = ", ".join(holdout.name for holdout in holdouts) or "none yet"
    raise UsageError(
        f"{store.path}: there is no holdout {clean_name(name)!r}.", f"Its holdouts: {known}."
    )


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
    sizes = allocate(populations, sum(sampled) + more, allocation, sampled)
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
    """Plan an extension of the strata that hold a species, by how much of it each has left."""
    taxa = Conditions(store.db).taxon_ids((species.casefold(),))
    undrawn = store.holdouts.undrawn(holdout, taxa)
    chosen = [s for s in strata if undrawn.get(s.stratum)]
    if not chosen:
        raise UsageError(
            f"The holdout {holdout.name} has nothing left that is predicted as {species!r}.",
            f"See its strata with: camtrap-tui holdout {quoted(str(store.path))} show"
            f" {quoted(holdout.name)}",
        )
    left = [s.population - s.sampled for s in chosen]
    _enough(more, sum(left))
    shares = [Fraction(undrawn[s.stratum]) for s in chosen]
    sizes = share_out(shares, more, [0] * len(chosen), left)
    added = {s.stratum: n for s, n in zip(chosen, sizes, strict=True)}
    expected = sum(
        n * undrawn[s.stratum] / rest for s, n, rest in zip(chosen, sizes, left, strict=True)
    )
    return _extension(strata, added, f"predicted {species}", expected)


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
    if left < more:
        raise UsageError(
            f"Only {counted(left, 'burst')} of that {'is' if left == 1 else 'are'} not drawn yet:",
            f"ask for {left:,} or fewer." if left else "there is nothing to add.",
        )


def discard(store: Store, holdout: Holdout) -> None:
    """Remove a holdout. Raises UsageError where somebody has graded for it, if ever so little."""
    with store.db.transaction():
        if store.holdouts.is_graded(holdout):
            raise UsageError(
                f"{store.path}: pictures were graded for the holdout {holdout.name}: it stays.",
                "Draw another one under another name.",
            )
        store.holdouts.remove(holdout.id)


@dataclass(frozen=True, slots=True)
class StratumProgress:
    """A stratum, and how many of its drawn pictures have a blind grade."""

    stratum: HoldoutStratum
    graded: int


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a holdout is graded: a stratum at a time, and by whom.

    `graded_before` is how many drawn pictures each grader has graded with the AI's word in view.
    """

    holdout: Holdout
    strata: tuple[StratumProgress, ...]
    phases: tuple[HoldoutPhase, ...]
    graders: tuple[Graded, ...]
    graded_before: dict[str, int]

    @property
    def population(self) -> int:
        """Return how many bursts the frame has."""
        return sum(one.stratum.population for one in self.strata)

    @property
    def sampled(self) -> int:
        """Return how many bursts are drawn."""
        return sum(one.stratum.sampled for one in self.strata)

    @property
    def graded(self) -> int:
        """Return how many drawn pictures have a blind grade of anybody."""
        return sum(one.graded for one in self.strata)


def progress(store: Store, holdout: Holdout) -> Progress:
    """Return how far a holdout is graded."""
    holdouts = store.holdouts
    graded = holdouts.graded(holdout)
    drawn = (unit.image_id for unit in holdouts.sample(holdout.id))
    seen = holdouts.graded_seeing(drawn)
    return Progress(
        holdout,
        tuple(StratumProgress(s, graded.get(s.stratum, 0)) for s in holdouts.strata(holdout.id)),
        tuple(holdouts.phases(holdout.id)),
        tuple(holdouts.graders(holdout)),
        {grader: len(pictures) for grader, pictures in sorted(seen.items())},
    )


def plan_json(plan: Plan) -> dict[str, Any]:
    """Return a plan for JSON; half-widths are shares, were 9 in 10 right."""
    request = asdict(plan.request)
    by = request.pop("strata")
    return {
        **request,
        "by": list(by),
        "run": plan.run_id,
        "bursts": plan.population,
        "pictures": plan.population_images,
        "sampled": plan.sampled,
        "half_width": plan.half_width,
        "strata": [
            asdict(s) | {"weight": s.weight, "half_width": s.half_width} for s in plan.strata
        ],
        "graded_before": plan.graded_before,
        "notes": list(plan.notes),
    }


def progress_json(found: Progress) -> dict[str, Any]:
    """Return a holdout and how far it is graded, for JSON."""
    holdout = asdict(found.holdout)
    holdout["run"] = holdout.pop("run_id")
    holdout["by"] = [by for by in holdout.pop("strata").split(",") if by]
    del holdout["id"]
    return {
        **holdout,
        "bursts": found.population,
        "sampled": found.sampled,
        "graded": found.graded,
        "strata": [
            {
                "stratum": one.stratum.stratum,
                "name": one.stratum.name,
                "population": one.stratum.population,
                "population_images": one.stratum.population_images,
                "sampled": one.stratum.sampled,
                "weight": one.stratum.weight,
                "graded": one.graded,
            }
            for one in found.strata
        ],
        "graders": [asdict(grader) for grader in found.graders],
        "phases": [
            {key: value for key, value in asdict(phase).items() if key != "holdout_id"}
            for phase in found.phases
        ],
        "graded_before": found.graded_before,
    }
