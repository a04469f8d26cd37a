"""SpeciesNet's own detector, classifier and ensemble, driven picture by picture in a pipe.

Only the process that predicts uses this. Each picture is decoded once, in a thread of its
own; the detector and the classifier follow in theirs, on the same pixels. What goes wrong
with a picture ends as that picture's reason. On a CPU the crops are classified one at a time
(as fast, and bit-equal whatever was stopped and resumed in between), else a picture's crops
at once. Numbers are not rounded.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from camtrap_tui.domain.text import clean
from camtrap_tui.domain.verdict import Box, Verdict, verdict
from camtrap_tui.errors import ModelError
from camtrap_tui.services import strict_decode
from camtrap_tui.services.model_folder import ModelFolder
from camtrap_tui.services.pipe import Pipe, Stage
from camtrap_tui.services.quiet import import_speciesnet

# SpeciesNet's own threshold and number of classes; they are part of what a run was asked.
DETECTION_THRESHOLD = 0.01
CLASSIFICATION_THRESHOLD = 0.1
CLASSES = 5

# Three pictures are worked on, three wait: a decoded one of 16 megapixels takes 48 MB.
_IN_FLIGHT = 6
_LONGEST_REASON = 300


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture to predict, known by the row id of its image."""

    image_id: int
    path: Path


@dataclass(frozen=True, slots=True)
class FoundBox:
    """A detection: category, confidence, and (x, y, width, height), relative, top left."""

    category: str
    confidence: float
    bbox: tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class FoundClass:
    """A class of a detection (numbered from 1; 0 is the picture as a whole), best rank 1."""

    detection_number: int
    rank: int
    label: str
    score: float


@dataclass(frozen=True, slots=True)
class Predicted:
    """All that the model said of a picture; boxes in the detector's order."""

    picture: Picture
    boxes: tuple[FoundBox, ...]
    classes: tuple[FoundClass, ...]
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Unpredicted:
    """Why a picture could not be predicted, in a few words that do not vary between runs.

    `is_unreadable` where its file is to blame: no model would predict it.
    """

    picture: Picture
    reason: str
    is_unreadable: bool = False


Result = Predicted | Unpredicted


@dataclass(slots=True)
class _Work:
    """A picture on its way through the pipe; each stage fills in its part."""

    picture: Picture
    image: Any = None
    letterboxed: Any = None
    detector_result: dict[str, Any] = field(default_factory=dict)
    combined: dict[str, Any] = field(default_factory=dict)
    reason: str = ""
    is_unreadable: bool = False


class Engine:
    """The loaded model; `run` predicts pictures."""

    def __init__(self, detector: Any, classifier: Any, ensemble: Any) -> None:
        self.detector = detector
        self.classifier = classifier
        self.ensemble = ensemble

    @classmethod
    def load(cls, model: ModelFolder, *, geofence: bool, threads: int | None = None) -> Engine:
        """Load the model; SpeciesNet chooses the device (CUDA, Apple's MPS, else the CPU).

        `threads` are torch's within one operation; None leaves a core to the rest of the
        computer. Raises ModelError for weights that cannot be loaded.
        """
        speciesnet = import_speciesnet()
        import torch

        torch.set_num_threads(threads or default_threads())
        where = str(model.path)
        try:
            return cls(
                speciesnet.SpeciesNetDetector(where),
                speciesnet.SpeciesNetClassifier(where),
                speciesnet.SpeciesNetEnsemble(where, geofence=geofence),
            )
        except Exception as error:
            # The model's border: unpickling may raise anything.
            raise ModelError(
                f"{where}: the model cannot be loaded: {_said(error)}.",
                "Copy the model again, or check that it was made for this SpeciesNet.",
            ) from error

    @property
    def device(self) -> str:
        """Where the model runs: cuda, mps or cpu."""
        return str(self.classifier.device)

    def run(
        self,
        pictures: Iterator[Picture | None],
        *,
        country: str | None,
        admin1_region: str | None,
        should_stop: Callable[[], bool],
    ) -> Generator[Result]:
        """Yield the result of each picture, in their order; early at an end once told to stop.

        None among the pictures says that none is at hand now.
        """
        region = {"country": country, "admin1_region": admin1_region}
        stages: list[Stage[_Work]] = [
            partial(_guarded, self._decode, ""),
            partial(_guarded, self._detect, "model error in the detector: "),
            partial(_guarded, partial(self._classify, region), "model error in the classifier: "),
        ]
        pipe = Pipe(stages, _IN_FLIGHT)
        works = (_Work(picture) if picture else None for picture in pictures)
        with contextlib.closing(pipe.run(works, should_stop)) as finished:
            for work in finished:
                yield _result(work)

    def _decode(self, work: _Work) -> None:
        work.image = strict_decode.decode(work.picture.path)
        work.letterboxed = self.detector.preprocess(work.image)

    def _detect(self, work: _Work) -> None:
        work.detector_result = self.detector.predict(str(work.picture.image_id), work.letterboxed)
        work.letterboxed = None

    def _classify(self, region: dict[str, str | None], work: _Work) -> None:
        from speciesnet.utils import (
            BBox,
            build_classifier_result,
            select_detections_for_classification,
        )

        name = str(work.picture.image_id)
        detections = work.detector_result["detections"]
        whole = self.classifier.model_info.type_ == "full_image"
        chosen: list[int] = []
        if not whole:
            chosen = select_detections_for_classification(detections, CLASSIFICATION_THRESHOLD)
        if whole:
            crops = self.classifier.preprocess(work.image)
        else:
            crops = [self._crop(work.image, BBox(*detections[k]["bbox"])) for k in chosen]
        work.image = None
        step = 1 if self.device == "cpu" else max(1, len(crops))
        classes = [
            found
            for start in range(0, len(crops), step)
            for found in self.classifier.predict(
                name, crops[start : start + step], num_classes=CLASSES
            )["classifications_list"]
        ]
        raw = {"filepath": name, "classifications_list": classes}
        work.combined = self.ensemble.combine(
            filepaths=[name],
            classifier_results={name: build_classifier_result(raw, detections, chosen, whole)},
            detector_results={name: work.detector_result},
            geolocation_results={name: region},
            max_classifications_per_detection=None,
        )[0]

    def _crop(self, image: Any, box: Any) -> Any:
        """Return a crop as the classifier wants it: the same pixels that SpeciesNet cuts out.

        SpeciesNet makes floats of the whole picture before it cuts; cutting first gives the
        same numbers in half the time and a fraction of the memory.
        """
        left, top = int(box.xmin * image.width), int(box.ymin * image.height)
        width, height = int(box.width * image.width), int(box.height * image.height)
        cut = image.crop((left, top, left + width, top + height))
        everything = type(box)(0.0, 0.0, 1.0, 1.0)
        return self.classifier.preprocess(cut, bboxes=[everything])[0]


def default_threads() -> int:
    """Return the number of physical cores that this process may use, less one, at least 1.

    All of them would be slower: torch's threads wait for each other, so one busy neighbour
    holds up every operation (two threads on two busy cores take ten times as long).
    """
    import psutil  # type: ignore[import-untyped]  # comes with yolov5

    physical = psutil.cpu_count(logical=False) or os.cpu_count() or 1
    if hasattr(os, "sched_getaffinity"):
        physical = min(physical, len(os.sched_getaffinity(0)))
    return max(1, int(physical) - 1)


def _guarded(stage: Callable[[_Work], None], prefix: str, work: _Work) -> None:
    """Run a stage unless the picture has failed; whatever it raises becomes the reason."""
    if work.reason:
        return
    try:
        stage(work)
    except strict_decode.PictureError as error:
        work.reason = _shortened(str(error))
        work.is_unreadable = not isinstance(error, strict_decode.MissingError)
    except Exception as error:  # noqa: BLE001 (the model's border: one picture fails, the rest goes on)
        work.reason = _shortened((prefix or "unreadable: ") + _said(error))
    if work.reason:
        work.image = work.letterboxed = None


def _said(error: Exception) -> str:
    """Return an exception in words that are the same every time it happens."""
    words = " ".join(clean(str(error)).split())
    return f"{type(error).__name__}: {words}" if words else type(error).__name__


def _shortened(reason: str) -> str:
    # Addresses in memory differ from run to run.
    return re.sub(r"0x[0-9a-fA-F]+", "0x…", clean(reason))[:_LONGEST_REASON]


def _result(work: _Work) -> Result:
    if work.reason:
        return Unpredicted(work.picture, work.reason, work.is_unreadable)
    boxes: list[FoundBox] = []
    classes: list[FoundClass] = []
    judged: list[Box] = []
    for detection in work.combined["detections"]:
        number = 0
        if detection["category"] != "0":  # which is the picture as a whole
            x, y, width, height = detection["bbox"]
            boxes.append(FoundBox(detection["label"], detection["conf"], (x, y, width, height)))
            number = len(boxes)
        raw = detection.get("raw_classifications")
        if raw:
            pairs = zip(raw["classes"], raw["scores"], strict=True)
            classes += [FoundClass(number, rank, *pair) for rank, pair in enumerate(pairs, 1)]
        said = detection.get("processed_classification")
        processed = Verdict(said["class"], said["score"], said["source"]) if said else None
        judged.append(Box(detection["conf"], processed))
    return Predicted(work.picture, tuple(boxes), tuple(classes), verdict(judged))
