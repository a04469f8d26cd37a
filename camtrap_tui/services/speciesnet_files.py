"""Reads the records of SpeciesNet's own predictions files, 4.x and 5.x.

A record's keys tell its version: 4.x gives the image a class, 5.x gives one to each detection.
"""

from __future__ import annotations

from typing import Any

from camtrap_tui.domain import verdict
from camtrap_tui.services.prediction_parts import (
    NAMELESS,
    TYPICAL_CONFIDENCE,
    Box,
    Guesses,
    Record,
    failed,
    is_label,
    is_share,
    is_usual,
    quick_record,
    read_box,
    reason_in,
    says,
    settle,
    shown,
    words,
)

SPECIESNET_4 = "speciesnet-4"
SPECIESNET_5 = "speciesnet-5"

_CATEGORIES = {"1": "animal", "2": "human", "3": "vehicle"}
# The picture as a whole, which 5.x writes as a first detection where it classified that.
_WHOLE_IMAGE = "0"
# It says only that a country's or state's list of species could not be asked for.
_NO_PLACE = ["GEOLOCATION"]


def read_record(raw: Any, labels_seen: set[str]) -> Record:
    """Return one record of `predictions`; `labels_seen` are the labels that were good before.

    A record with neither version's keys (it failed, or nothing was classified) is read by
    the rules of 5.x, which has one for images without a class.
    """
    path = raw.get("filepath") if isinstance(raw, dict) else None
    if not isinstance(path, str) or not path or path.isspace():
        return NAMELESS
    if "prediction" in raw or "classifications" in raw:
        return _version_4(raw, labels_seen)
    return _version_5(raw, labels_seen)


def _version_4(raw: dict[str, Any], labels_seen: set[str]) -> Record:
    """Return one record of SpeciesNet 4.x.

    4.x classified the crop of the first detection, or the whole picture where there was none:
    the classes belong to that. Floats are taken as they stand.
    """
    odd: list[str] = []
    boxes = _boxes(raw.get("detections"), odd)
    number = 1 if boxes and boxes[0].number == 1 else 0
    guesses = _guesses(raw.get("classifications"), number, labels_seen, odd)
    label, score = raw.get("prediction"), raw.get("prediction_score")
    if label is not None and not is_label(label):
        odd.append("the prediction is no label")
        label = None
    if score is not None and not is_share(score):
        odd.append(f"the score of the prediction is {shown(score)}")
        score = None
    get = raw.get
    source, version, country, admin1_region = words(
        get("prediction_source"), get("model_version"), get("country"), get("admin1_region")
    )
    return quick_record(
        raw["filepath"],
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
        SPECIESNET_4,
        False,
    )


def _version_5(raw: dict[str, Any], labels_seen: set[str]) -> Record:
    """Return one record of SpeciesNet 5.x, whose image gets its one prediction here."""
    get = raw.get
    detections, failures = get("detections"), get("failures")
    if detections == [] and not failures:
        return _nothing_found(raw)
    odd: list[str] = []
    found = _Found(labels_seen, odd)
    if detections:
        for detection in _listed(detections, odd):
            found.take(detection)
    if failures == _NO_PLACE:
        odd.append("its place was not found, so it was predicted without one")
        failures = None
    if failures or not isinstance(detections, list):
        settled = failed(_failure(failures, get("failure_reason")))
    else:
        settled = settle(found.said, lost=found.lost)
    source, version, country, admin1_region = words(
        settled.source, get("model_version"), get("country"), get("admin1_region")
    )
    return quick_record(
        raw["filepath"],
        found.boxes,
        found.guesses,
        settled.label,
        settled.score,
        source,
        settled.reason,
        version,
        country,
        admin1_region,
        "; ".join(odd) if odd else "",
        SPECIESNET_5 if found.classified else None,
        False,
    )


def _nothing_found(raw: dict[str, Any]) -> Record:
    """Return a record without any detection, as most are."""
    get = raw.get
    settled = settle([], lost=False)
    about = words(get("model_version"), get("country"), get("admin1_region"))
    return quick_record(raw["filepath"], [], [], *settled, *about, "", None, False)


class _Found:
    """What the detections of one record of 5.x are and say, taken one by one."""

    __slots__ = (
        "_labels_seen",
        "_number",
        "_odd",
        "boxes",
        "classified",
        "guesses",
        "lost",
        "said",
    )

    def __init__(self, labels_seen: set[str], odd: list[str]) -> None:
        self._labels_seen = labels_seen
        self._odd = odd
        self._number = 0
        self.boxes: list[Box] = []
        self.guesses: list[Guesses] = []
        self.said: list[verdict.Box] = []
        self.classified = False
        self.lost = False

    def take(self, detection: Any) -> None:
        """Take the next detection of the record."""
        if isinstance(detection, dict) and detection.get("category") == _WHOLE_IMAGE:
            self._take_whole(detection)
            return
        self._number += 1
        box = read_box(self._number, detection, _CATEGORIES, self._odd)
        if box is None:
            self.lost = True
            return
        self.boxes.append(box)
        processed = self._classes(detection, self._number)
        self.said.append(says(box, processed, TYPICAL_CONFIDENCE))

    def _take_whole(self, detection: dict[str, Any]) -> None:
        if any(guesses.detection_number == 0 for guesses in self.guesses):
            self._odd.append("the picture as a whole is classified twice")
            return
        processed = self._classes(detection, 0)
        if processed is not None:
            self.said.append(verdict.Box(1.0, processed))

    def _classes(self, detection: dict[str, Any], number: int) -> verdict.Verdict | None:
        """Keep the classifier's classes of a detection; return what was made of them."""
        raw = detection.get("raw_classifications")
        if raw:
            self.classified = True
            self.guesses += _guesses(raw, number, self._labels_seen, self._odd)
        processed = detection.get("processed_classification")
        if not processed:
            return None
        self.classified = True
        try:
            label, score = processed["class"], processed["score"]
            source = processed.get("source")
        except (KeyError, TypeError, AttributeError):
            label = score = source = None
        if is_label(label) and is_share(score):
            return verdict.Verdict(label, score, source if isinstance(source, str) else "")
        self._odd.append(f"detection {number} has no class and score in its last classification")
        self.lost = True
        return None


def _listed(detections: Any, odd: list[str]) -> list[Any]:
    if isinstance(detections, list):
        return detections
    odd.append("its detections are no list")
    return []


def _boxes(detections: Any, odd: list[str]) -> list[Box]:
    if not detections:
        return []
    boxes: list[Box] = []
    for number, detection in enumerate(_listed(detections, odd), 1):
        box = read_box(number, detection, _CATEGORIES, odd)
        if box is not None:
            boxes.append(box)
    return boxes


def _guesses(
    classifications: Any, number: int, labels_seen: set[str], odd: list[str]
) -> list[Guesses]:
    if not classifications:
        return []
    try:
        labels, scores = classifications["classes"], classifications["scores"]
        if is_usual(labels, scores, labels_seen):
            return [Guesses(number, labels, scores)]
        pairs = list(zip(labels, scores, strict=True))
    except (KeyError, TypeError, ValueError):
        odd.append("its classes and scores are not two lists of one length")
        return []
    good = [(label, score) for label, score in pairs if is_label(label) and is_share(score)]
    labels_seen.update(label for label, _ in good)
    if len(good) < len(pairs):
        label, score = next(pair for pair in pairs if pair not in good)
        odd.append(f"class {shown(label)} has a score of {shown(score)}")
    return [Guesses(number, [p[0] for p in good], [p[1] for p in good])] if good else []


def _failure(failures: Any, reason: Any = None) -> str:
    """Return why there is no prediction; no class is made into one that the model did not.

    `reason` is in files that our export wrote, where SpeciesNet's names do not say it.
    """
    if reason and isinstance(reason, str):
        return reason_in(reason)
    if isinstance(failures, list) and failures:
        return ", ".join(shown(part).lower() for part in failures)
    return "no prediction in the file"
