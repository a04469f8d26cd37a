"""Works out what a drawing of a holdout would take: the frame, its strata, how many of each."""

from __future__ import annotations

import json
import uuid
from array import array
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from camtrap_tui.domain.drawing_plans import (
    Circumstances,
    DrawRequest,
    Plan,
    PlannedStratum,
    notes_on,
)
from camtrap_tui.domain.filter_text import render, why_none
from camtrap_tui.domain.filters import Filter
from camtrap_tui.domain.holdouts import Holdout
from camtrap_tui.domain.sampling import (
    ALLOCATIONS,
    Frame,
    Pictured,
    allocate,
    fingerprint,
    floors,
    frame_of,
    ranked,
)
from camtrap_tui.domain.strata import BY, By, Kind, Stratum, band_of, of_blanks, room_for, stratify
from camtrap_tui.domain.text import clean_name, counted
from camtrap_tui.errors import InputError, UsageError
from camtrap_tui.services.filtering import names_in, read_filter
from camtrap_tui.store.store import Store

__all__ = ["DrawRequest", "Drawing", "Plan", "PlannedStratum", "checked", "work_out"]

_MOST = 999_999_999
_LONGEST_NAME = 60
_HOLDOUTS = uuid.UUID("5f5b0a3e-3f2b-5c35-8e57-6d1f1f1a9c02")


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
    frame, kinds, undated = _frame(store, wanted, run_id, request)
    if not len(frame):
        hint = why_none(wanted) or "Ask for others." if wanted.terms else "Add some first."
        raise InputError(f"{store.path}: there is no picture to draw from.", hint)
    bursts = Counter(kinds[kind] for kind in frame.kinds)
    strata = _strata(bursts, request, request.strata)
    number = {kind: n for n, stratum in enumerate(strata) for kind in stratum.kinds}
    # Of a kind that no frame is of, nothing is drawn.
    places = ranked(frame, [number.get(kind, -1) for kind in kinds], len(strata))
    sizes = _sizes(strata, request)
    planned = tuple(
        PlannedStratum(
            stratum.name, stratum.bursts, sum(map(frame.sizes.__getitem__, inside)), sampled
        )
        for stratum, inside, sampled in zip(strata, places, sizes, strict=True)
    )
    plan = Plan(request, run_id, planned, {}, ())
    filter_text = render(wanted) if names_in(request.where) else wanted.text
    drawn_from = fingerprint(frame, [stratum.name for stratum in strata], places)
    drawing = Drawing(plan, _holdout(store, plan, filter_text, drawn_from), frame, places)
    seen = store.holdouts.graded_seeing(drawing.drawn())
    before = {grader: len(pictures) for grader, pictures in sorted(seen.items())}
    found = Circumstances(
        run_id,
        any(run.id == run_id and run.finished_at is not None for run in store.runs.all()),
        undated,
        store.holdouts.drawn_beside(drawing.drawn()),
        _without_room(bursts, strata, request),
    )
    notes = notes_on(strata, planned, request, found)
    drawing.plan = replace(plan, graded_before=before, notes=notes)
    return drawing


def checked(request: DrawRequest) -> DrawRequest:
    """Return a request with its name cleaned. Raises UsageError where it has no meaning."""
    name = clean_name(request.name).lstrip("=")
    if not name:
        raise UsageError("A holdout needs a name,", "as in: river2024.")
    if name.startswith("-") or len(name) > _LONGEST_NAME:
        raise UsageError(
            f"A holdout's name has {_LONGEST_NAME} letters at most,",
            "and does not begin as an option does, with -.",
        )
    unknown = [by for by in request.strata if by not in BY]
    if unknown:
        raise UsageError(f"Strata cannot be made by {unknown[0]!r}:", f"use {', '.join(BY)}.")
    if request.allocation not in ALLOCATIONS:
        raise UsageError(
            f"There is no allocation {request.allocation!r}:", f"use {', '.join(ALLOCATIONS)}."
        )
    if request.size < 1 or request.minimum < 1:
        raise UsageError("A sample has at least one burst,", "and so has each stratum of it.")
    if max(request.size, request.minimum) > _MOST:
        raise UsageError("No sample is as large as that:", f"ask for {_MOST:,} or fewer.")
    if not 0 <= request.seed <= _MOST:
        raise UsageError("A seed is a whole number", f"from 0 to {_MOST:,}.")
    if not 0 <= request.repeat_share <= 1:
        raise UsageError("The share that comes twice", "lies between 0 and 1, as in 0.05.")
    in_order = tuple(by for by in BY if by in request.strata)
    return replace(request, name=name, strata=in_order)


def _frame(
    store: Store, wanted: Filter, run_id: int | None, request: DrawRequest
) -> tuple[Frame, list[Kind], int]:
    """Return the frame, what its kinds are, and how many pictures lack a time or a camera."""
    taxa = {taxon.id: taxon for taxon in store.taxa.all()}
    cameras = {d.id: d.deployment_id for d in store.deployments.all()}
    numbers: dict[tuple[int | None, int, int | None], int] = {}
    by_score, by_camera = "score" in request.strata, "deployment" in request.strata
    undated = 0

    def pictured() -> Iterator[Pictured]:
        nonlocal undated
        for row in store.holdouts.pictures(wanted, run_id):
            key, media_id, burst, taxon, score, camera, is_undated = row
            undated += is_undated
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
    return frame, kinds, undated


def _strata(bursts: Mapping[Kind, int], request: DrawRequest, by: Sequence[By]) -> list[Stratum]:
    return stratify(bursts, by, room_for(request.size, request.minimum), request.minimum)


def _without_room(
    bursts: Mapping[Kind, int], strata: Sequence[Stratum], request: DrawRequest
) -> list[By]:
    """Return by what there was no room to stratify: without it, the strata are the same."""
    if sum(bursts.values()) <= request.size:
        return []
    parts = {stratum.kinds for stratum in strata}
    return [
        by
        for by in request.strata
        if parts
        == {s.kinds for s in _strata(bursts, request, [b for b in request.strata if b != by])}
    ]


def _sizes(strata: Sequence[Stratum], request: DrawRequest) -> list[int]:
    populations = [stratum.bursts for stratum in strata]
    least = floors(populations, request.minimum)
    size = min(request.size, sum(populations))
    if sum(least) > size:
        fits = size // len(populations)
        raise UsageError(
            f"{counted(size, 'burst')} cannot give {counted(len(populations), 'stratum', 'strata')}"
            f" {request.minimum} each:",
            f"ask for --size {sum(least)}" + (f", or --min {fits}." if fits else "."),
        )
    blanks = of_blanks([stratum.name for stratum in strata])
    return allocate(populations, size, request.allocation, least, blanks)


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
