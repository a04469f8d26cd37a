"""Holdouts: previewed, drawn, followed and, while nobody has graded for them, discarded.

What is worked out, without a lock, is written as a whole; from then on it only grows.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from camtrap_tui.domain.drawing_plans import DrawRequest, Plan, PlannedStratum
from camtrap_tui.domain.holdouts import Holdout, HoldoutPhase, HoldoutStratum
from camtrap_tui.domain.text import clean_name
from camtrap_tui.errors import UsageError
from camtrap_tui.services.drawing import Drawing, work_out
from camtrap_tui.services.extending import Extension, extend, plan_extension
from camtrap_tui.store.holdouts import Graded
from camtrap_tui.store.store import Store, utc_now

__all__ = [
    "DrawRequest",
    "Extension",
    "Plan",
    "PlannedStratum",
    "Progress",
    "StratumProgress",
    "discard",
    "draw",
    "extend",
    "find_holdout",
    "freeze",
    "plan_extension",
    "plan_json",
    "prepare",
    "preview",
    "progress",
    "progress_json",
]


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
    wanted = clean_name(name).removeprefix("=")
    holdouts = store.holdouts.all()
    # Files that were merged may have brought names that differ in capitals alone.
    for holdout in sorted(holdouts, key=lambda holdout: holdout.name != wanted):
        if holdout.name.casefold() == wanted.casefold():
            return holdout
    known = ", ".join(holdout.name for holdout in holdouts) or "none yet"
    raise UsageError(
        f"{store.path}: there is no holdout {clean_name(name)!r}.", f"Its holdouts: {known}."
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
