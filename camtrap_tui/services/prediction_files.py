"""Reads files of predictions, whatever program wrote them, as records of one shape.

The format is told by the keys in the file, never by its name. One reader a format; SpeciesNet
4.x is the one that is read, the others are recognised and refused by name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from camtrap_tui.domain.text import clean
from camtrap_tui.errors import InputError
from camtrap_tui.services.json_stream import members

SPECIESNET_4 = "speciesnet-4"
Progress = Callable[[int, int], None]

_CATEGORIES = {"1": "animal", "2": "human", "3": "vehicle"}
# MegaDetector's word for the second is `person`; SpeciesNet's is `human`.
_LABELS = {"animal": "animal", "human": "human", "person": "human", "vehicle": "vehicle"}
# How far a rounded box may stand out of its picture.
_TOLERANCE = 0.01


class Box(NamedTuple):
    """A detection: its number in the file from 1, and a box relative to the rotated picture."""

    number: int
    category: str
    confidence: float
    x: float
    y: float
    w: float
    h: float


class Guesses(NamedTuple):
    """The classifier's classes, best first: for the detection of that number, or the image (0)."""

    detection_number: int
    labels: list[str]
    scores: list[float]


class Record(NamedTuple):
    """What a file says of one picture, in whatever format it is written.

    `label` is None where there is no prediction; `reason` then says why. `odd` names what of
    the record could not be taken; a record without a `file_path` is nothing else.
    """

    file_path: str
    boxes: list[Box]
    guesses: list[Guesses]
    label: str | None
    score: float | None
    source: str | None
    reason: str | None
    model_version: str | None
    country: str | None
    admin1_region: str | None
    odd: str


def read_predictions(path: Path, progress: Progress | None = None) -> Iterator[Record]:
    """Yield the records of a SpeciesNet 4.x file (`source_format` is SPECIESNET_4).

    Raises InputError for other formats, for a file without predictions, and for one that is
    cut off or broken: then everything that was yielded before must be dropped.
    """
    found, labels_seen = False, set[str]()
    for key, value in members(path, ("predictions", "images"), progress):
        match key:
            case "predictions":
                found = True
                yield _speciesnet_4(path, value, labels_seen)
            case "info" if isinstance(value, dict) and "detector" not in value:
                version = clean(str(value.get("format_version", "")))
                raise _refused(path, f"SpeciesNet 5.x format ({version})")
            case "images" | "detection_categories" | "info":
                raise _refused(path, "MegaDetector's batch format")
    if not found:
        raise InputError(
            f"{path}: there are no predictions in this file.",
            "Give a predictions file of SpeciesNet 4.x.",
        )


def _refused(path: Path, what: str) -> InputError:
    return InputError(
        f"{path}: this file is in {what}, which cannot be imported yet.",
        "Files of SpeciesNet 4.x can.",
    )


def _speciesnet_4(path: Path, raw: Any, labels_seen: set[str]) -> Record:
    """Return one record of SpeciesNet 4.x.

    4.x classified the crop of the first detection, or the whole picture where there was none:
    the classes belong to that. Floats are taken as they stand.
    """
    if not isinstance(raw, dict) or not isinstance(raw.get("filepath"), str):
        return _NOTHING
    file_path: str = raw["filepath"]
    if not file_path.strip():
        return _NOTHING
    odd: list[str] = []
    boxes = _boxes(path, raw.get("detections"), odd)
    number = 1 if boxes and boxes[0].number == 1 else 0
    guesses = _guesses(raw.get("classifications"), number, labels_seen, odd)
    label, score = raw.get("prediction"), raw.get("prediction_score")
    if label is not None and not _is_label(label):
        odd.append("the prediction is no label")
        label = None
    if score is not None and not _is_share(score):
        odd.append(f"the score of the prediction is {_shown(score)}")
        score = None
    get = raw.get
    source, version, country, admin1_region = _words(
        get("prediction_source"), get("model_version"), get("country"), get("admin1_region")
    )
    return Record(
        file_path,
        boxes,
        guesses,
        label,
        score if label else None,
        source if label else None,
        None if label else _failure(raw.get("failures")),
        version,
        country,
        admin1_region,
        "; ".join(odd) if odd else "",
    )


_NOTHING = Record("", [], [], None, None, None, None, None, None, None, "it names no file")


def _boxes(path: Path, detections: Any, odd: list[str]) -> list[Box]:
    if not detections:
        return []
    if not isinstance(detections, list):
        odd.append("its detections are no list")
        return []
    boxes: list[Box] = []
    for number, detection in enumerate(detections, 1):
        try:
            category = _CATEGORIES.get(detection["category"]) or _LABELS[detection["label"]]
            confidence = detection["conf"]
            x, y, w, h = detection["bbox"]
            # The sum is there for NaN, which min and max may pass over.
            fits = min(x, y, w, h) >= -_TOLERANCE and max(x + w, y + h) <= 1 + _TOLERANCE
            fits = fits and x + y + w + h >= 0
        except (KeyError, TypeError, ValueError, OverflowError):
            odd.append(f"detection {number} lacks a category, a confidence or a box")
            continue
        if "processed_classification" in detection or "raw_classifications" in detection:
            raise _refused(path, "SpeciesNet 5.x format")
        if not _is_share(confidence):
            odd.append(f"detection {number} has a confidence of {_shown(confidence)}")
        elif not fits:
            odd.append(f"detection {number} has a box outside of the picture")
        else:
            boxes.append(Box(number, category, confidence, x, y, w, h))
    return boxes


def _guesses(
    classifications: Any, number: int, labels_seen: set[str], odd: list[str]
) -> list[Guesses]:
    if not classifications:
        return []
    try:
        labels, scores = classifications["classes"], classifications["scores"]
        if _is_usual(labels, scores, labels_seen):
            return [Guesses(number, labels, scores)]
        pairs = list(zip(labels, scores, strict=True))
    except (KeyError, TypeError, ValueError):
        odd.append("its classes and scores are not two lists of one length")
        return []
    good = [(label, score) for label, score in pairs if _is_label(label) and _is_share(score)]
    labels_seen.update(label for label, _ in good)
    if len(good) < len(pairs):
        label, score = next(pair for pair in pairs if pair not in good)
        odd.append(f"class {_shown(label)} has a score of {_shown(score)}")
    return [Guesses(number, [p[0] for p in good], [p[1] for p in good])] if good else []


def _is_usual(labels: Any, scores: Any, labels_seen: set[str]) -> bool:
    """Tell quickly that all labels were seen before and all scores are from 0 to 1."""
    try:
        return (
            len(labels) == len(scores) > 0
            and labels_seen.issuperset(labels)
            and min(scores) >= 0
            and max(scores) <= 1
            and sum(scores) >= 0  # NaN is nowhere, but a sum with it is not above zero
        )
    except TypeError:
        return False


def _is_label(value: Any) -> bool:
    return isinstance(value, str) and value.strip(" ;") != ""


def _failure(failures: Any) -> str:
    """Return why there is no prediction; no class is made into one that the model did not."""
    if isinstance(failures, list) and failures:
        return ", ".join(clean(str(part)).lower() for part in failures)
    return "no prediction in the file"


def _is_share(value: Any) -> bool:
    # NaN fails the comparison, and a bool is no number here.
    return type(value) in (float, int) and 0 <= value <= 1


def _words(*values: Any) -> tuple[str | None, ...]:
    try:
        return _cleaned(values)
    except TypeError:  # a list or an object where a word should be
        return _cleaned(tuple(value if isinstance(value, str) else None for value in values))


@lru_cache(maxsize=1000)
def _cleaned(values: tuple[Any, ...]) -> tuple[str | None, ...]:
    # The same few words stand in every record of a file.
    return tuple(
        (clean(value).strip() or None) if isinstance(value, str) else None for value in values
    )


def _shown(value: Any) -> str:
    return clean(str(value))[:60]
