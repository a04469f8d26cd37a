"""The one shape that predictions are read into, and the checks that all their formats share.

What of a record cannot be taken is named in its `odd`, never dropped in silence.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from camtrap_tui.domain import verdict
from camtrap_tui.domain.taxonomy import ANIMAL, BLANK, HUMAN, VEHICLE
from camtrap_tui.domain.text import clean

# MegaDetector's word for the second is `person`; SpeciesNet's is `human`.
CATEGORIES = {"animal": "animal", "human": "human", "person": "human", "vehicle": "vehicle"}
# From here on a box without a class speaks for its category: the lower of the two thresholds
# that SpeciesNet's rules have, and the typical one of MegaDetector 5.
TYPICAL_CONFIDENCE = 0.2

_CATEGORY_LABELS = {"animal": ANIMAL.label, "human": HUMAN.label, "vehicle": VEHICLE.label}
# How far a rounded box may stand out of its picture.
_TOLERANCE = 0.01
_LOW, _HIGH = -_TOLERANCE, 1 + _TOLERANCE
# As long as `predict` makes them.
_LONGEST_REASON = 300


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
    the record could not be taken; a record without a `file_path` is nothing else, and one
    that is `not_a_picture` (a video) has no more than its name. `source_format` is None where
    the record could stand in more than one format.
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
    source_format: str | None
    not_a_picture: bool = False


NAMELESS = Record("", [], [], None, None, None, None, None, None, None, "it names no file", None)


def read_box(
    number: int, detection: Any, categories: Mapping[Any, str], odd: list[str]
) -> Box | None:
    """Return a detection whose category's id is in `categories`, or else say what is odd."""
    try:
        category = categories.get(detection["category"]) or CATEGORIES[detection["label"]]
        confidence = detection["conf"]
        x, y, w, h = detection["bbox"]
        # NaN is not above anything.
        fits = x >= _LOW and y >= _LOW and w >= _LOW and h >= _LOW
        fits = fits and x + w <= _HIGH and y + h <= _HIGH
    except (KeyError, TypeError, ValueError, OverflowError):
        odd.append(f"detection {number} lacks a category, a confidence or a box")
        return None
    if not is_share(confidence):
        odd.append(f"detection {number} has a confidence of {shown(confidence)}")
        return None
    if not fits:
        odd.append(f"detection {number} has a box outside of the picture")
        return None
    return Box(number, category, confidence, x, y, w, h)


def says(box: Box, processed: verdict.Verdict | None, threshold: float) -> verdict.Box:
    """Return what a detection says of its image: its class, if it has one.

    Without a class it says its category, with its confidence as the score and the source
    `detector`, from `threshold` on: no program that classifies leaves such a box without a
    class, unless it has none for people and vehicles, or does not classify at all. Below
    `threshold` it says nothing. The image's prediction follows from all of them by
    `domain.verdict`, as it does in `predict`.
    """
    if processed is None and box.confidence >= threshold:
        label = _CATEGORY_LABELS[box.category]
        processed = verdict.Verdict(label, box.confidence, "detector")
    return verdict.Box(box.confidence, processed)


class Settled(NamedTuple):
    """An image's prediction, or the reason that there is none."""

    label: str | None
    score: float | None
    source: str | None
    reason: str | None


def settle(said: list[verdict.Box], *, lost: bool) -> Settled:
    """Return an image's prediction from what its detections say; or none, and why.

    With a detection `lost` (it is odd), an image without any other is not called blank.
    """
    if not said and not lost:
        return _EMPTY
    found = verdict.verdict(said)
    if lost and found.label == BLANK.label and found.source == "detector":
        return failed("a detection in the file cannot be read")
    return Settled(found.label, found.score, found.source, None)


def failed(reason: str) -> Settled:
    """Return that there is no prediction."""
    return Settled(None, None, None, reason)


_EMPTY = Settled(BLANK.label, verdict.verdict(()).score, verdict.verdict(()).source, None)


def is_usual(labels: Any, scores: Any, labels_seen: set[str]) -> bool:
    """Tell quickly that all labels were seen before and all scores are from 0 to 1."""
    try:
        return (
            len(labels) == len(scores) > 0
            and min(scores) >= 0
            and max(scores) <= 1
            and sum(scores) >= 0  # NaN is nowhere, but a sum with it is not above zero
            and labels_seen.issuperset(labels)
        )
    except TypeError:
        return False


def is_label(value: Any) -> bool:
    """Tell whether a value from a file can name a taxon."""
    return isinstance(value, str) and value.strip(" ;") != ""


def is_share(value: Any) -> bool:
    """Tell whether a value from a file is a number from 0 to 1."""
    # NaN fails the comparison, and a bool is no number here.
    return type(value) in (float, int) and 0 <= value <= 1


def words(*values: Any) -> tuple[str | None, ...]:
    """Return texts cleaned, and None for what is empty or no text."""
    try:
        return _cleaned(values)
    except TypeError:  # a list or an object where a word should be
        return _cleaned(tuple(value if isinstance(value, str) else None for value in values))


def quick_record(*fields: Any) -> Record:
    """Return `Record(*fields)`, of all 13 fields, in half the time that its own call takes."""
    return tuple.__new__(Record, fields)


@lru_cache(maxsize=1000)
def _cleaned(values: tuple[Any, ...]) -> tuple[str | None, ...]:
    # The same few words stand in every record of a file.
    return tuple(
        (clean(value).strip() or None) if isinstance(value, str) else None for value in values
    )


def shown(value: Any, length: int = 60) -> str:
    """Return a value from a file as a few safe words."""
    return clean(str(value))[:length]


def reason_in(value: Any) -> str:
    """Return why a program failed, in its own words."""
    return shown(value, _LONGEST_REASON).strip() or "no reason in the file"
