"""What the review screen shows of one image: read in a handful of indexed queries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from camtrap_tui.domain.individuals import Individual
from camtrap_tui.domain.models import (
    Classification,
    Detection,
    Grade,
    Image,
    Mark,
    Observation,
    Prediction,
    Run,
    Taxon,
)
from camtrap_tui.services.locating import Locator
from camtrap_tui.store.grades import NewObservation
from camtrap_tui.store.store import Store

# SpeciesNet's own lowest confidence at which a box counts towards a verdict.
SHOWN_CONFIDENCE = 0.2
# A further box names a further species where its first class is at least this sure.
ALSO_SCORE = 0.5
MOST_GUESSES = 5
MOST_QUICK = 5


@dataclass(frozen=True, slots=True)
class Guess:
    """One of the classifier's classes for the image, with its score from 0 to 1."""

    taxon: Taxon
    score: float


@dataclass(frozen=True, slots=True)
class Vote:
    """One grader's latest word on the image, in words."""

    grader: str
    text: str
    mode: str
    grade_id: int


@dataclass(frozen=True, slots=True)
class Item:
    """One image as it is reviewed: the picture, the machine's word, and people's.

    `to_fetch` is the address of a picture that is not on this machine, else None.
    """

    image: Image
    deployment: str
    path: Path | None
    prediction: Prediction | None
    predicted: Taxon | None
    guesses: tuple[Guess, ...]
    also: tuple[Taxon, ...]
    boxes: tuple[Detection, ...]
    votes: tuple[Vote, ...]
    marks: tuple[Mark, ...]
    burst: tuple[int, ...]
    to_fetch: str | None = None

    @property
    def name(self) -> str:
        """The file's name without its folders."""
        return self.image.file_path.rsplit("/", 1)[-1]

    def vote_of(self, grader: str) -> Vote | None:
        """Return this grader's latest word on the image, or None."""
        return next((vote for vote in self.votes if vote.grader == grader), None)


class Items:
    """Reads items; taxa and deployments are few and kept at hand.

    They are read anew where one is missing: a run in progress, and another program of the
    same grader, add to them.
    """

    def __init__(self, store: Store, run: Run | None) -> None:
        self._store = store
        self._run = run
        self._deployments = store.images.deployments()
        self._locator = Locator(store)
        self.taxa: dict[int, Taxon] = {}
        self.read_taxa()

    def read_taxa(self) -> None:
        """Read the taxa anew, after one was added."""
        self.taxa = {taxon.id: taxon for taxon in self._store.taxa.all()}

    def taxon(self, taxon_id: int) -> Taxon:
        """Return the taxon with this row id."""
        if taxon_id not in self.taxa:
            self.read_taxa()
        return self.taxa[taxon_id]

    def read(self, image_ids: Sequence[int]) -> list[Item]:
        """Return the items of these images, in this order."""
        return [self._item(image) for image in self._store.images.by_ids(image_ids)]

    def _item(self, image: Image) -> Item:
        prediction: Prediction | None = None
        boxes: list[Detection] = []
        classes: list[Classification] = []
        if self._run is not None:
            prediction = self._store.runs.predictions(self._run.id, [image.id]).get(image.id)
            boxes = self._store.runs.detections(self._run.id, image.id)
            classes = self._store.runs.classifications(self._run.id, image.id)
        predicted = None
        if prediction is not None and prediction.taxon_id is not None:
            predicted = self.taxon(prediction.taxon_id)
        if image.deployment_id is not None and image.deployment_id not in self._deployments:
            self._deployments = self._store.images.deployments()
        deployment = self._deployments.get(image.deployment_id or 0)
        path, to_fetch = self._locator.look(image)
        return Item(
            image=image,
            deployment=deployment.deployment_id if deployment else "",
            path=path,
            prediction=prediction,
            predicted=predicted,
            guesses=self._guesses(classes),
            also=self._also(classes, predicted),
            boxes=tuple(box for box in boxes if box.confidence >= SHOWN_CONFIDENCE),
            votes=tuple(self.vote(grade) for grade in self._store.grades.votes(image.id)),
            marks=tuple(self._store.grades.marks(image.id)),
            burst=tuple(self._store.images.burst(image)),
            to_fetch=to_fetch,
        )

    def _guesses(self, classes: Sequence[Classification]) -> tuple[Guess, ...]:
        """The classes of the most confident box that was classified, or of the whole image."""
        if not classes:
            return ()
        first = classes[0].detection_number
        found = [
            Guess(self.taxon(c.taxon_id), c.score) for c in classes if c.detection_number == first
        ]
        return tuple(found[:MOST_GUESSES])

    def _also(
        self, classes: Sequence[Classification], predicted: Taxon | None
    ) -> tuple[Taxon, ...]:
        """Further animals that further boxes name first, each once."""
        found: dict[int, Taxon] = {}
        for c in classes:
            taxon = self.taxon(c.taxon_id)
            if c.rank == 1 and c.score >= ALSO_SCORE and taxon != predicted:
                found.setdefault(taxon.id, taxon)
        return tuple(t for t in found.values() if t.observation_type not in ("blank", "unknown"))

    def vote(self, grade: Grade) -> Vote:
        """Return a grade in words."""
        text = self.spelt(self._store.grades.observations(grade.id))
        return Vote(grade.grader, text, grade.mode, grade.id)

    def spelt(self, observations: Sequence[Observation | NewObservation]) -> str:
        """Return what a grade says, as `northern raccoon ×2 (juvenile) + blank`."""
        parts = []
        for observation in observations:
            count = f" ×{observation.count}" if observation.count else ""
            known = Individual(observation.life_stage, observation.sex, observation.behavior).text
            more = f" ({known})" if known else ""
            parts.append(f"{self.taxon(observation.taxon_id).name}{count}{more}")
        return " + ".join(parts)
