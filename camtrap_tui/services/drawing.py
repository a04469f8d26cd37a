"""Works out what a drawing of a holdout would take: the frame, its strata, how many of each."""

from __future__ import annotations

import json
import math
import uuid
from array import array
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from camtrap_tui.domain.filter_text import render, why_none
from camtrap_tui.domain.filters import Filter
from camtrap_tui.domain.holdouts import Holdout
from camtrap_tui.domain.sampling import (
    ALLOCATIONS,
    Allocation,
    Frame,
    Pictured,
    allocate,
    fingerprint,
    floors,
    frame_of,
    ranked,
)
from camtrap_tui.domain.strata import BY, RARE, By, Kind, Stratum, band_of, room_for, stratify
from camtrap_tui.domain.taxonomy import BLANK_UUID
from camtrap_tui.domain.text import clean_name, counted
from camtrap_tui.errors import InputError, UsageError
from camtrap_tui.services.filtering import names_in, read_filter
from camtrap_tui.store.store import Store

# Of this share being right, and 95 in 100 samples, is an expected half-width told.
_EXPECTED_RIGHT = 0.9
_Z = 1.959964
_MOST_SEED = 999_999_999
_HOLDOUTS = uuid.UUID("5f5b0a3e-3f2b-5c35-8e57-6d1f1f1a9c02")


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


@dataclass(slots=True)
class Drawing:
    """A plan with the frame behind it: `places` are those of each stratum's bursts, in order of
    being drawn, and `holdout` the row that it makes."""

    plan: Plan
    holdout: Holdout
    frame: Frame
    places: list[array[int]]

    def units(self) -> Iterator[tuple[int, int, int, int, int | None]]:
        """Yield (image id, stratum, rank, pictures of the burst, phase), by image id."""
        frame = self.frame
        strata, ranks = array("q", [0]) * len(frame), array("q", [0]) * len(frame)
        for number, inside in enumerate(self.places, 1):
            for rank, place in enumerate(inside, 1):
                strata[place], ranks[place] = number, rank
        for place in sorted(range(len(frame)), key=frame.images.__getitem__):
            number, rank = strata[place], ranks[place]
            phase = 1 if rank <= self.plan.strata[number - 1].sampled else None
            yield frame.images[place], number, rank, frame.sizes[place], phase

    def drawn(self) -> Iterator[int]:
        """Yield the ids of the images that would be drawn."""
        for inside, stratum in zip(self.places, self.plan.strata, strict=True):
            for place in inside[: stratum.sampled]:
                yield self.frame.images[place]


def work_out(store: Store, run_id: int | None, request: DrawRequest) -> Drawing:
    """Return what a drawing takes; call it in a snapshot.

    Raises UsageError for a request that has no meaning or no room, InputError where the filter
    chooses no picture.
    """
    request = checked(request)
    wanted = read_filter(store, request.where)
    frame, kinds = _frame(store, wanted, run_id, request)
    if not len(frame):
        hint = why_none(wanted) or "Ask for others." if wanted.terms else "Add some first."
        raise InputError(f"{store.path}: there is no picture to draw from.", hint)
    bursts = Counter(kinds[kind] for kind in frame.kinds)
    strata = stratify(
        bursts, request.strata, room_for(request.size, request.minimum), request.minimum
    )
    number = {kind: n for n, stratum in enumerate(strata) for kind in stratum.kinds}
    # Of a kind that no frame is of, nothing is drawn.
    places = ranked(frame, [number.get(kind, -1) for kind in kinds], len(strata))
    sizes = _sizes([stratum.bursts for stratum in strata], request)
    planned = tuple(
        PlannedStratum(
            stratum.name, stratum.bursts, sum(map(frame.sizes.__getitem__, inside)), sampled
        )
        for stratum, inside, sampled in zip(strata, places, sizes, strict=True)
    )
    plan = Plan(request, run_id, planned, {}, _notes(strata, planned, request, run_id))
    filter_text = render(wanted) if names_in(request.where) else wanted.text
    drawn_from = fingerprint(frame, [stratum.name for stratum in strata], places)
    drawing = Drawing(plan, _holdout(store, plan, filter_text, drawn_from), frame, places)
    seen = store.holdouts.graded_seeing(drawing.drawn())
    before = {grader: len(pictures) for grader, pictures in sorted(seen.items())}
    drawing.plan = replace(plan, graded_before=before)
    return drawing


def checked(request: DrawRequest) -> DrawRequest:
    """Return a request with its name cleaned. Raises UsageError where it has no meaning."""
    name = clean_name(request.name).lstrip("=")
    if not name:
        raise UsageError("A holdout needs a name,", "as in: river2024.")
    unknown = [by for by in request.strata if by not in BY]
    if unknown:
        raise UsageError(f"Strata cannot be made by {unknown[0]!r}:", f"use {', '.join(BY)}.")
    if request.allocation not in ALLOCATIONS:
        raise UsageError(
            f"There is no allocation {request.allocation!r}:", f"use {', '.join(ALLOCATIONS)}."
        )
    if request.size < 1 or request.minimum < 1:
        raise UsageError("A sample has at least one burst,", "and so has each stratum of it.")
    if not 0 <= request.seed <= _MOST_SEED:
        raise UsageError("A seed is a whole number", f"from 0 to {_MOST_SEED:,}.")
    if not 0 <= request.repeat_share <= 1:
        raise UsageError("The share that comes twice", "lies between 0 and 1, as in 0.05.")
    in_order = tuple(by for by in BY if by in request.strata)
    return replace(request, name=name, strata=in_order)


def _frame(
    store: Store, wanted: Filter, run_id: int | None, request: DrawRequest
) -> tuple[Frame, list[Kind]]:
    """Return the frame, and what its kinds are."""
    taxa = {taxon.id: taxon for taxon in store.taxa.all()}
    cameras = {d.id: d.deployment_id for d in store.deployments.all()}
    numbers: dict[tuple[int | None, int, int | None], int] = {}
    by_score, by_camera = "score" in request.strata, "deployment" in request.strata

    def pictured() -> Iterator[Pictured]:
        for key, media_id, burst, taxon, score, camera in store.holdouts.pictures(wanted, run_id):
            band = band_of(score) if by_score and taxon is not None else 0
            kind = (taxon, band, camera if by_camera else None)
            yield Pictured(key, media_id, burst, numbers.setdefault(kind, len(numbers)))

    frame = frame_of(pictured(), request.seed)
    kinds = [
        Kind(
            taxa[taxon].taxon_uuid if taxon is not None else "",
            taxa[taxon].name if taxon is not None else "",
            band,
            cameras[camera] if camera is not None else "",
        )
        for taxon, band, camera in numbers
    ]
    return frame, kinds


def _sizes(populations: Sequence[int], request: DrawRequest) -> list[int]:
    least = floors(populations, request.minimum)
    size = min(request.size, sum(populations))
    if sum(least) > size:
        fits = max(1, size // len(populations))
        raise UsageError(
            f"{counted(size, 'burst')} cannot give {counted(len(populations), 'stratum', 'strata')}"
            f" {request.minimum} each:",
            f"ask for --size {sum(least)}, or --min {fits}.",
        )
    return allocate(populations, size, request.allocation, least)


def _notes(
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
            f"Were no animal among the {counted(blanks, 'blank')} drawn, about {100 * most:.1f} % of all"
            " blanks might still hold one."
        )
    if population <= request.size:
        notes.append(f"There are {counted(population, 'burst')} in all: every one is drawn.")
    return tuple(notes)


def _holdout(store: Store, plan: Plan, filter_text: str, drawn_from: str) -> Holdout:
    """Return the row of a holdout; its uuid is made of all that determines what is drawn."""
    request = plan.request
    row = Holdout(
        id=0,
        holdout_uuid="",
        name=request.name,
        run_id=plan.run_id,
        seed=request.seed,
        filter=filter_text,
        strata=",".join(request.strata),
        allocation=request.allocation,
        minimum=request.minimum,
        burst_gap_s=store.survey.burst_gap_s,
        repeat_share=request.repeat_share,
    )
    run_uuid = next((run.run_uuid for run in store.runs.all() if run.id == plan.run_id), "")
    determined = [
        *(row.name, run_uuid, row.seed, row.filter, row.strata, row.allocation, row.minimum),
        *(row.burst_gap_s, row.repeat_share, [s.sampled for s in plan.strata], drawn_from),
    ]
    return replace(row, holdout_uuid=str(uuid.uuid5(_HOLDOUTS, json.dumps(determined))))
