"""Makes small surveys of plans that say what is in them: the same plan makes the same rows."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from camtrap_tui.domain.drawing_plans import DrawRequest
from camtrap_tui.domain.models import Deployment, Image
from camtrap_tui.domain.taxonomy import SPECIAL, TaxonName, from_name
from camtrap_tui.services.bursting import renew_bursts
from camtrap_tui.services.clocks import record
from camtrap_tui.services.holdouts import draw
from camtrap_tui.store.grade_imports import FIRST_IMPORTED
from camtrap_tui.store.grades import NewGrade, NewObservation
from camtrap_tui.store.store import Store
from tests.builders import NOW, add_run, md5

HOLDOUT = "held"


def _taxon(number: int, ranks: str, common: str) -> TaxonName:
    kind, order, family, genus, species = [*ranks.split(";"), "", "", "", ""][:5]
    made = f"{number:08x}-0000-4000-8000-000000000000"
    return TaxonName(made, kind, order, family, genus, species, common)


_CARNIVORES = "mammalia;carnivora"
BLANK, ANIMAL, HUMAN, VEHICLE, UNKNOWN = SPECIAL
TAXA: tuple[TaxonName, ...] = (
    _taxon(1, f"{_CARNIVORES};procyonidae;procyon;lotor", "northern raccoon"),
    _taxon(2, f"{_CARNIVORES};felidae", "cat family"),
    _taxon(3, f"{_CARNIVORES};felidae;lynx;rufus", "bobcat"),
    _taxon(4, f"{_CARNIVORES};canidae;canis;lupus", "grey wolf"),
    _taxon(5, f"{_CARNIVORES};canidae;canis;lupus dingo", "dingo"),
    # Two of one common name, and one without any.
    _taxon(6, "aves;anseriformes;anatidae;anas;platyrhynchos", "duck"),
    _taxon(7, "aves;anseriformes;anatidae;aix;sponsa", "duck"),
    _taxon(8, "aves;passeriformes;corvidae;corvus", ""),
    *map(from_name, ("swamp ghost", "=cmd", "o'possum; grey", "渡り鳥", "7")),
    ANIMAL,
    HUMAN,
    VEHICLE,
)


@dataclass(frozen=True, slots=True)
class Word:
    """An observation: the place of its taxon among `TAXA`, and what is said beside."""

    taxon: int
    count: int | None = None
    life_stage: str | None = None
    sex: str | None = None
    behavior: str | None = None


@dataclass(frozen=True, slots=True)
class Act:
    """Something that a grader does, in the order of the plan; `words` empty stand for blank.

    grade, bulk, import, adjudicate and blind (drawn pictures alone) say something of `frames`;
    undo and redo are of what the grader did last; a note is `text`.
    """

    kind: str
    grader: str
    frames: tuple[int, ...] = ()
    words: tuple[Word, ...] = ()
    is_unsure: bool = False
    text: str = ""


@dataclass(frozen=True, slots=True)
class Box:
    """A box of the first run, with the classes of what is in it: (place among TAXA, score)."""

    category: str
    confidence: float
    bbox: tuple[float, float, float, float]
    classes: tuple[tuple[int, float], ...]


@dataclass(frozen=True, slots=True)
class Seen:
    """What the runs say of a picture: an outcome, a place among TAXA (None for blank) and a score;
    `elsewhere` is what it is in the run for another country."""

    outcome: str
    taxon: int | None
    score: float
    boxes: tuple[Box, ...]
    elsewhere: int | None


@dataclass(frozen=True, slots=True)
class Frame:
    """A picture; `deployment` is a place in the plan's, `minute` of its day, None without time."""

    media_id: str
    file_path: str
    source: int
    deployment: int | None
    minute: int | None
    second: int
    time_source: str
    exif_offset: str | None
    size: tuple[int, int] | None
    has_md5: bool
    fix: tuple[float, float] | None
    seen: Seen


@dataclass(frozen=True, slots=True)
class SurveyPlan:
    """A survey before it is made; `shifts` are (place of a deployment, seconds)."""

    deployments: tuple[Deployment, ...]
    shifts: tuple[tuple[int, int], ...]
    frames: tuple[Frame, ...]
    acts: tuple[Act, ...]
    has_runs: bool = True
    holdout_size: int = 0


@cache
def _empty_survey() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "river.db"
        Store.open(path, create=True).close()
        return path.read_bytes()


@contextmanager
def built(plan: SurveyPlan) -> Iterator[Store]:
    """Make the survey of a plan in a folder of its own, which is gone afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "river.db"
        path.write_bytes(_empty_survey())
        with Store.open(path) as store:
            fill(store, plan)
            yield store


@contextmanager
def copied(store: Store, name: str = "copy.db") -> Iterator[Store]:
    """Open a copy of a survey, beside it."""
    path = store.path.with_name(name)
    store.backup(path)
    with Store.open(path) as other:
        yield other
    for end in ("", "-wal", "-shm"):
        path.with_name(path.name + end).unlink(missing_ok=True)


def fill(store: Store, plan: SurveyPlan) -> None:
    """Make the rows of a plan in an empty survey."""
    with store.db.transaction():
        store.taxa.add(TAXA, "model")
    ids = store.taxa.ids()
    places = [ids[taxon.taxon_uuid] for taxon in TAXA]
    images = _put_images(store, plan)
    for place, seconds in plan.shifts:
        record(store, plan.deployments[place].deployment_id, seconds, by="ann", now=NOW)
    run_id = None
    if plan.has_runs:
        run_id = _put_runs(store, plan, images, places, ids[BLANK.taxon_uuid])
    drawn: dict[int, str] = {}
    if plan.holdout_size:
        request = DrawRequest(HOLDOUT, plan.holdout_size, ("species",), minimum=1, repeat_share=0)
        holdout = draw(store, run_id, request, "ann")
        sample = store.holdouts.sample(holdout.id)
        drawn = {unit.image_id: holdout.holdout_uuid for unit in sample}
    for number, act in enumerate(plan.acts):
        _do(store, act, number, images, places, drawn, run_id)


def _put_images(store: Store, plan: SurveyPlan) -> list[int]:
    made = []
    with store.db.transaction():
        deployments = [store.deployments.put(one) for one in plan.deployments]
        sources = [store.images.source("folder", f"/pictures/{n}", NOW).id for n in (1, 2)]
        for frame in plan.frames:
            time = None
            if frame.minute is not None:
                hour, minute = divmod(frame.minute, 60)
                time = f"2024-06-27 {hour:02}:{minute:02}:{frame.second:02}"
            width, height = frame.size or (None, None)
            latitude, longitude = frame.fix or (None, None)
            image = Image(
                0,
                frame.media_id,
                md5(frame.media_id) if frame.has_md5 else None,
                sources[frame.source],
                frame.file_path,
                None,
                None if frame.deployment is None else deployments[frame.deployment],
                time,
                time,
                frame.time_source if time else "none",
                None,
                frame.exif_offset,
                width,
                height,
                latitude=latitude,
                longitude=longitude,
            )
            key = store.images.add(image)
            made.append(key)
            file = (sources[frame.source], frame.file_path, "here", None, key, 1000, None)
            store.ledger.put_files([file])
    renew_bursts(store, [None, *store.timelines.deployments()], now=NOW)
    return made


def _put_runs(
    store: Store, plan: SurveyPlan, images: list[int], places: list[int], blank: int
) -> int:
    """Add a run, one for another country of it, and an import of every second picture; return
    the first."""
    first = add_run(store, "first")
    away = add_run(
        store, "away", kind="refence", parent_run_id=first.id, country="USA", admin1_region="IL"
    )
    brought = add_run(store, "brought", kind="import", source_file="other.json")
    with store.db.transaction():
        for number, (key, frame) in enumerate(zip(images, plan.frames, strict=True)):
            seen = frame.seen
            for run, taxon in ((first, seen.taxon), (away, seen.elsewhere)):
                said = blank if taxon is None else places[taxon]
                store.runs.put_predictions([_prediction(run.id, key, seen, said)])
            _put_boxes(store, first.id, key, seen.boxes, places)
            if number % 2:
                other = (brought.id, key, "predicted", blank, 0.5, "detector", None, 1)
                store.runs.put_predictions([other])
                _put_boxes(store, brought.id, key, seen.boxes[:1], places)
    return first.id


def _prediction(run_id: int, key: int, seen: Seen, taxon: int) -> tuple[object, ...]:
    match seen.outcome:
        case "predicted":
            return (run_id, key, "predicted", taxon, seen.score, "classifier", None, 1)
        case "failed":
            return (run_id, key, "failed", None, None, None, "CLASSIFIER", 2)
        case _:
            return (run_id, key, "pending", None, None, None, None, 0)


def _put_boxes(
    store: Store, run_id: int, key: int, boxes: tuple[Box, ...], places: list[int]
) -> None:
    for number, box in enumerate(boxes, 1):
        store.runs.put_detections([(run_id, key, number, box.category, box.confidence, *box.bbox)])
        store.runs.put_classifications(
            (run_id, key, number, rank, places[taxon], score)
            for rank, (taxon, score) in enumerate(box.classes, 1)
        )


def _do(
    store: Store,
    act: Act,
    number: int,
    images: list[int],
    places: list[int],
    drawn: dict[int, str],
    run_id: int | None,
) -> None:
    # Clocks of laptops go wrong: times are no order.
    time = f"2026-06-01T12:00:{number * 37 % 60:02}Z"
    keys = [images[frame] for frame in act.frames]
    grades = store.grades
    match act.kind:
        case "undo" | "redo":
            unit = grades.undoable(act.grader) if act.kind == "undo" else []
            unit = grades.redoable(act.grader) if act.kind == "redo" else unit
            if unit:
                target = unit[0].batch_uuid or unit[0].grade_uuid
                grades.append_reversal(act.grader, act.kind, target, md5(f"{number}"), time)
        case "note":
            grades.append_mark(md5(f"note {number}"), keys[0], act.grader, "note", act.text, time)
        case "import":
            _import(store, act, number, keys[0], _observed(store, act, places))
        case _:
            keys = [key for key in keys if act.kind != "blind" or key in drawn]
            mode = {"grade": "assisted", "adjudicate": "adjudicated"}.get(act.kind, act.kind)
            new = [
                NewGrade(
                    md5(f"{number} {key}"),
                    key,
                    _observed(store, act, places),
                    mode,
                    "species",
                    run_id if mode in ("assisted", "bulk") else None,
                    md5(f"batch {number}") if act.kind == "bulk" else None,
                    holdout_uuid=drawn[key] if act.kind == "blind" else None,
                    viewing=1 if act.kind == "blind" else None,
                )
                for key in keys
            ]
            if new:
                grades.append(act.grader, new, time)


def _observed(store: Store, act: Act, places: list[int]) -> tuple[NewObservation, ...]:
    if not act.words:
        name = UNKNOWN if act.is_unsure else BLANK
        return (NewObservation(store.taxa.ids()[name.taxon_uuid]),)
    return tuple(
        NewObservation(places[w.taxon], w.count, w.life_stage, w.sex, w.behavior) for w in act.words
    )


def _import(
    store: Store, act: Act, number: int, key: int, observed: tuple[NewObservation, ...]
) -> None:
    """Append a grade as an import does: with a number below all that are keyed, and no time."""
    with store.db.transaction():
        made = store.db.execute(
            "INSERT INTO grade (grade_uuid, action, image_id, grader, grader_number, mode, gesture,"
            " graded_at) VALUES (?, 'grade', ?, ?, ?, 'import', 'import', '')",
            [md5(f"{number} {key}"), key, act.grader, FIRST_IMPORTED + number],
        ).lastrowid
        store.db.executemany(
            "INSERT INTO observation (grade_id, observation_number, taxon_id, count, life_stage,"
            " sex, behavior) VALUES (?, ?, ?, ?, ?, ?, ?)",
            [
                (made, n, o.taxon_id, o.count, o.life_stage, o.sex, o.behavior)
                for n, o in enumerate(observed, 1)
            ],
        )
