"""The pictures of an export, one after the other, each with what is said of it.

All formats read a survey here, so that they agree on what the truth of a picture is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from camtrap_tui.domain.consensus import UNANIMOUS, Rule, Settled, parse_rule
from camtrap_tui.domain.filters import Filter
from camtrap_tui.domain.holdouts import Holdout
from camtrap_tui.domain.models import Deployment, Image, Run, Taxon
from camtrap_tui.domain.skill import Skill
from camtrap_tui.domain.text import clean_name
from camtrap_tui.errors import UsageError
from camtrap_tui.services.charts import choose_run
from camtrap_tui.services.consensus import check_expert, holdout_truth, settled_by, skills_of
from camtrap_tui.services.exports.request import CONSENSUS, ExportRequest, Progress
from camtrap_tui.services.filtering import read_filter
from camtrap_tui.store.exporting import BoxRow, PredictedRow, SaidRow
from camtrap_tui.store.store import Store

_CHUNK = 500
_RULES = ("unanimous", "majority", "weighted", "expert")
UNGRADED, UNSURE, CONFLICT = "ungraded", "unsure", "conflict"
ADJUDICATED = "adjudicated"
# Why a picture has no words, by its state.
WORDLESS: Mapping[str, str] = {
    UNGRADED: "is not graded",
    CONFLICT: "is in conflict",
    "too_few": "has too few votes",
}
# From where on a box of a person is one, whatever else boxes are asked for: as MegaDetector's.
PERSON_CONFIDENCE = 0.2


@dataclass(frozen=True, slots=True)
class Word:
    """One observation of a picture's truth: a species with what its latest grade says of it.

    `observation_id` is the same in every copy of the survey. `graders` are all who name the species
    here; `graded_at` (UTC, ISO 8601; empty where an import gave none) and `mode` are the grade's.
    """

    observation_id: str
    taxon: Taxon
    count: int | None
    life_stage: str | None
    sex: str | None
    behavior: str | None
    graders: tuple[str, ...]
    graded_at: str
    mode: str


@dataclass(frozen=True, slots=True)
class MachineBox:
    """A box of the run: relative to the rotated picture, top left, 0 to 1; `category` is animal,
    human or vehicle; `taxon` and `score` are the classifier's first class for it, if any."""

    number: int
    category: str
    confidence: float
    bbox: tuple[float, float, float, float]
    taxon: Taxon | None
    score: float | None


@dataclass(frozen=True, slots=True)
class Machine:
    """What the run says of a picture; outcome is predicted, failed or pending."""

    outcome: str
    taxon: Taxon | None
    score: float | None
    source: str | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of an export.

    `state` is that of domain.consensus.Settled, `ungraded` where nobody's word counts. `words` are
    the truth: empty where it is ungraded, in conflict or short of voters; where nobody could tell
    (`unsure`) it is the taxon "unknown". `said` are all observations of all standing grades;
    `people_said` is the most people that any of these grades tells of, 0 where none names a human.
    `burst_media_id` is the first picture of its burst. `machine` and `boxes` are those of the run
    in view, None and empty where there is none. `graders` are those whose word counts.
    """

    image: Image
    deployment: Deployment | None
    burst_media_id: str | None
    state: str
    words: tuple[Word, ...]
    notes: tuple[str, ...]
    said: tuple[SaidRow, ...]
    people_said: int
    machine: Machine | None
    boxes: tuple[MachineBox, ...]
    graders: tuple[str, ...] = ()


class Pictures:
    """The pictures that a request chooses; iterate it once, in a snapshot of the database.

    Raises UsageError for a run, holdout or grader that is not there, FilterError for the filter.
    """

    def __init__(self, store: Store, request: ExportRequest, *, boxes: bool = False) -> None:
        self._store = store
        self._wanted: Filter = read_filter(store, request.where, request.grader)
        self._has_boxes = boxes
        self.run: Run | None = _run(store, request)
        self.holdout: Holdout | None = _holdout(store, request)
        self._rule, self._grader = _truth(store, request)
        self._taxa = {taxon.id: taxon for taxon in store.taxa.all()}
        self._humans = {key for key, t in self._taxa.items() if t.observation_type == "human"}
        self._deployments = store.images.deployments()
        self._of_holdout: dict[int, Settled] | None = None
        self._skills: Mapping[str, Skill] = {}
        if self.holdout is not None and self._rule is not None:
            self._of_holdout = holdout_truth(store, self.holdout, self._rule)
        elif self._rule is not None and self._rule.kind == "weighted":
            self._skills = skills_of(store)

    @property
    def _run_id(self) -> int | None:
        return self.run.id if self.run else None

    def count(self) -> int:
        """Return how many pictures there will be."""
        held = self.holdout.id if self.holdout else None
        return self._store.exporting.count(self._wanted, self._run_id, held)

    def read(self, progress: Progress) -> Iterator[Picture]:
        """Yield the pictures by file path and media id; `progress` hears how many are done."""
        held = self.holdout.id if self.holdout else None
        total, done = self.count(), 0
        images = self._store.exporting.images(self._wanted, self._run_id, held)
        while chunk := list(islice(images, _CHUNK)):
            yield from self._chunk(chunk)
            done += len(chunk)
            progress(done, total)

    def _chunk(self, images: Sequence[Image]) -> Iterator[Picture]:
        ids = [image.id for image in images]
        said = self._store.exporting.said(ids)
        settled = self._settled(ids)
        machine, boxes = self._machine(ids)
        bursts = self._store.exporting.media_ids(
            sorted({image.burst_id for image in images if image.burst_id is not None})
        )
        for image in images:
            rows = said.get(image.id, [])
            state, counting = self._state(image.id, rows, settled)
            found = settled.get(image.id)
            uuids = None if found is None else {taxon.taxon_uuid for taxon in found.species}
            yield Picture(
                image,
                self._deployments.get(image.deployment_id or 0),
                bursts.get(image.burst_id or 0),
                state,
                self._words(state, counting, uuids),
                tuple(dict.fromkeys(row.note for row in counting if row.note)),
                tuple(rows),
                self._people_said(rows),
                machine.get(image.id),
                boxes.get(image.id, ()),
                tuple(dict.fromkeys(row.grader for row in counting)),
            )

    def _people_said(self, rows: Sequence[SaidRow]) -> int:
        told: Counter[int] = Counter()
        for row in rows:
            if row.taxon_id in self._humans:
                told[row.grade_id] += row.count or 1
        return max(told.values(), default=0)

    def _settled(self, ids: Sequence[int]) -> dict[int, Settled]:
        if self._rule is None:
            return {}
        if self._of_holdout is not None:
            return {key: self._of_holdout[key] for key in ids if key in self._of_holdout}
        return dict(settled_by(self._store.votes.ballots(ids), self._rule, self._skills))

    def _state(
        self, image_id: int, rows: Sequence[SaidRow], settled: Mapping[int, Settled]
    ) -> tuple[str, list[SaidRow]]:
        """Return the state of a picture and the observations of those whose word counts."""
        if self._rule is None:
            own = [row for row in rows if row.grader == self._grader]
            return ("agreed" if own else UNGRADED), own
        found = settled.get(image_id)
        if found is None:
            return UNGRADED, []
        return found.state, [row for row in rows if row.grader in found.graders]

    def _words(
        self, state: str, rows: Sequence[SaidRow], uuids: set[str] | None
    ) -> tuple[Word, ...]:
        """Return the observations that are the truth: of each species, as the latest grade that
        names it says."""
        named = [(row, self._taxa[row.taxon_id]) for row in rows if row.taxon_id is not None]
        decides = max((row.adjudicates for row in rows), default=0)
        if state == UNSURE:
            named = [
                (row, taxon)
                for row, taxon in named
                if taxon.observation_type == "unknown" and row.adjudicates == decides
            ]
        elif uuids is not None:
            wanted = uuids | _doubts(named, decides) if uuids else uuids
            named = [
                (row, taxon)
                for row, taxon in named
                if taxon.taxon_uuid in wanted and row.adjudicates == decides
            ]
        # Among graders no number says who is latest; time does, and where it is equal the uuid, so
        # that copies of a survey give the same file.
        latest = {
            taxon.taxon_uuid: row.grade_id
            for row, taxon in sorted(named, key=lambda one: (one[0].graded_at, one[0].grade_uuid))
        }
        return tuple(
            Word(
                observation_id(row),
                taxon,
                row.count,
                row.life_stage,
                row.sex,
                row.behavior,
                tuple(
                    dict.fromkeys(r.grader for r, t in named if t.taxon_uuid == taxon.taxon_uuid)
                ),
                row.graded_at,
                row.mode,
            )
            for row, taxon in named
            if row.grade_id == latest[taxon.taxon_uuid]
        )

    def _machine(
        self, ids: Sequence[int]
    ) -> tuple[dict[int, Machine], dict[int, tuple[MachineBox, ...]]]:
        if self.run is None:
            return {}, {}
        exporting = self._store.exporting
        said = exporting.predicted(self.run.id, ids)
        found = exporting.boxes(self.run.id, ids) if self._has_boxes else {}
        return (
            {key: self._prediction(row) for key, row in said.items()},
            {key: tuple(map(self._box, rows)) for key, rows in found.items()},
        )

    def _prediction(self, row: PredictedRow) -> Machine:
        taxon = self._taxa[row.taxon_id] if row.taxon_id is not None else None
        return Machine(row.outcome, taxon, row.score, row.source, row.reason)

    def _box(self, row: BoxRow) -> MachineBox:
        bbox = (row.bbox_x, row.bbox_y, row.bbox_w, row.bbox_h)
        taxon = self._taxa[row.taxon_id] if row.taxon_id is not None else None
        return MachineBox(
            row.detection_number, row.category, row.confidence, bbox, taxon, row.score
        )


def _doubts(named: Sequence[tuple[SaidRow, Taxon]], decides: int) -> set[str]:
    """Return the taxon "unknown" where all who decide say that there is something else, too."""
    deciding = [(row, taxon) for row, taxon in named if row.adjudicates == decides]
    doubting = {r.grader: t.taxon_uuid for r, t in deciding if t.observation_type == "unknown"}
    return set(doubting.values()) if {r.grader for r, _ in deciding} == set(doubting) else set()


def observation_id(row: SaidRow) -> str:
    """Return the id of an observation, the same in every copy of a survey."""
    return f"o_{row.grade_uuid}_{row.observation_number or 0}"


def shows_people(picture: Picture, confidence: float = PERSON_CONFIDENCE) -> bool:
    """Tell whether a person is on a picture, as far as anybody knows.

    Where all who looked agree on what it shows, or an adjudicator decided, that counts. Else
    anybody's word, the run's, or a person's box of the run is enough: what may show a person is
    kept private. Of a higher `confidence` below which a box is none, people know nothing.
    """
    has_truth = bool(picture.words) and picture.state != UNSURE
    if any(word.taxon.observation_type == "human" for word in picture.words):
        return True
    if has_truth:
        # A rule or a grader that somebody chose may pass over the one who saw a person.
        return picture.people_said > 0 and picture.state != ADJUDICATED
    machine = picture.machine
    return (
        picture.people_said > 0
        or any(is_person(box, confidence) for box in picture.boxes)
        or (machine is not None and _is_human(machine.taxon))
    )


def is_person(box: MachineBox, confidence: float = PERSON_CONFIDENCE) -> bool:
    """Tell whether a box is one of a person, by its detector or its classifier; one is known from
    PERSON_CONFIDENCE up, also where other boxes are to be surer."""
    is_human = box.category == "human" or _is_human(box.taxon)
    return is_human and box.confidence >= min(confidence, PERSON_CONFIDENCE)


def _is_human(taxon: Taxon | None) -> bool:
    return taxon is not None and taxon.observation_type == "human"


def _run(store: Store, request: ExportRequest) -> Run | None:
    run_id = choose_run(store, request.run_id)
    return next((run for run in store.runs.all() if run.id == run_id), None)


def _holdout(store: Store, request: ExportRequest) -> Holdout | None:
    if not request.holdout:
        return None
    found = store.holdouts.by_name(clean_name(request.holdout))
    if found is None:
        known = ", ".join(holdout.name for holdout in store.holdouts.all()) or "none yet"
        raise UsageError(
            f"{store.path}: there is no holdout {request.holdout!r}.", f"Its holdouts: {known}."
        )
    return found


def _truth(store: Store, request: ExportRequest) -> tuple[Rule | None, str]:
    """Return the rule that makes the truth, or None and the grader whose word it is to be."""
    name = clean_name(request.truth)
    if name == CONSENSUS:
        return UNANIMOUS, ""
    if name.partition(":")[0].casefold() in _RULES:
        rule = parse_rule(name)
        check_expert(store, rule)
        return rule, ""
    check_expert(store, Rule("expert", expert=name))
    if request.holdout:
        # Only what was keyed blind counts there; the rule knows which words those are.
        return Rule("expert", expert=name), ""
    return None, name
