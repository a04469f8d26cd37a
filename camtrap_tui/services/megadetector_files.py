"""Reads MegaDetector's batch output, 1.3 to 1.6, with classifications or without.

Its tables of categories may stand after the images; they are then read ahead, so that no
more than one record is held at a time.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from camtrap_tui.domain import verdict
from camtrap_tui.domain.taxonomy import BLANK, HUMAN
from camtrap_tui.errors import InputError
from camtrap_tui.services.json_stream import members
from camtrap_tui.services.json_tail import last_members
from camtrap_tui.services.prediction_parts import (
    CATEGORIES,
    NAMELESS,
    TYPICAL_CONFIDENCE,
    Box,
    Guesses,
    Record,
    Settled,
    failed,
    is_label,
    is_share,
    quick_record,
    read_box,
    reason_in,
    says,
    settle,
    shown,
    words,
)

_CATEGORY_TABLE = "detection_categories"
_NAMES = "classification_categories"
_LABELS = "classification_category_descriptions"
KEYS = ("info", _CATEGORY_TABLE, _NAMES, _LABELS)

# What the format gives no id to, and what some programs list as a detection all the same.
_NO_BOX = ("empty", "blank")
_PLAIN = {"person": HUMAN.label, "empty": BLANK.label}
SOURCE = "megadetector"
# The category of what our export says of a picture in which no box was found.
WHOLE_PICTURE = "whole picture"
# Stands in our export before a version of SpeciesNet, whose own files have the number alone.
SPECIESNET = "SpeciesNet "


class MegadetectorFile:
    """The tables of one file, and the records that they explain."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._heads: dict[str, Any] = {}
        self._looked_ahead = False
        self._begun = False
        self._categories: dict[str, str] = {}
        self._no_boxes: set[str] = set()
        self._wholes: set[str] = set()
        self._place: tuple[str | None, ...] = (None, None)
        self._labels: dict[Any, str] = {}
        self._threshold = TYPICAL_CONFIDENCE
        self._version: str | None = None
        self._format = SOURCE
        self.named = 0

    def hear(self, key: str, value: Any) -> None:
        """Take a member of the file that is one of KEYS, as it comes by.

        Raises InputError for one that is not what the images before it were read with.
        """
        if not self._begun:
            self._heads[key] = value
        elif (self._looked_ahead or key in self._heads) and repr(value) != repr(
            self._heads.get(key)
        ):
            raise InputError(
                f"{self._path}: `{key}` stands in it twice, and differs.",
                "Nothing was imported; get the file from the program that wrote it again.",
            )

    def read_record(self, raw: Any) -> Record:
        """Return one record of `images`.

        Videos are not pictures. The image's prediction is what `says` and `domain.verdict`
        make of its detections, a classified one saying its first class.
        """
        if not self._begun:
            self._begin()
        path = raw.get("file") if isinstance(raw, dict) else None
        if not isinstance(path, str) or not path or path.isspace():
            return NAMELESS
        self.named += 1
        detections, failure = raw.get("detections"), raw.get("failure")
        if "frame_rate" in raw or "frames_processed" in raw:
            return self._video(raw)
        beside = raw.get("raw_classifications"), raw.get("image_prediction")
        if detections == [] and not failure and beside == (None, None):
            return self._record(path, [], [], settle([], lost=False), "")
        odd: list[str] = []
        boxes: list[Box] = []
        guesses: list[Guesses] = []
        said: list[verdict.Box] = []
        lost = False
        if detections is not None and not isinstance(detections, list):
            odd.append("its detections are no list")
            detections = None
        for number, detection in enumerate(detections or (), 1):
            if isinstance(detection, dict) and "frame_number" in detection:
                return self._video(raw)
            if self._is_whole(detection):
                said.append(verdict.Box(1.0, self._listed(number, detection, odd)))
                continue
            box = self._box(number, detection, odd)
            if box is None:
                lost = lost or not self._is_no_box(detection)
                continue
            boxes.append(box)
            said.append(self._says(box, detection, guesses, odd, is_raw=beside[0] is None))
        if failure or detections is None:
            settled = failed(_failure(failure))
        else:
            settled = settle(said, lost=lost)
        if beside != (None, None):
            settled = self._take_beside(*beside, guesses, settled, odd)
        return self._record(path, boxes, guesses, settled, "; ".join(odd))

    def _record(
        self, path: str, boxes: list[Box], guesses: list[Guesses], settled: Settled, odd: str
    ) -> Record:
        said = (self._version, *self._place, odd, self._format, False)
        return quick_record(path, boxes, guesses, *settled, *said)

    def _video(self, raw: dict[str, Any]) -> Record:
        odd = "a video, not a picture"
        nothing = (None, None, None, None, self._version, None, None)
        return Record(raw["file"], [], [], *nothing, odd, self._format, not_a_picture=True)

    def _box(self, number: int, detection: Any, odd: list[str]) -> Box | None:
        """Return a detection as a box, or None and say why it is none."""
        try:
            confidence, category = detection["conf"], detection["category"]
            known = category in self._categories
        except (KeyError, TypeError):
            return read_box(number, detection, self._categories, odd)
        if _is_negative(confidence):
            # What removes repeated detections turns their confidence round.
            odd.append(f"detection {number} was removed before (confidence {shown(confidence)})")
            return None
        if known:
            return read_box(number, detection, self._categories, odd)
        if category not in self._no_boxes:
            odd.append(f"detection {number} is of category {shown(category)}, which is no animal")
        return None

    def _is_no_box(self, detection: Any) -> bool:
        """Tell whether a detection was removed, or says that there is nothing."""
        try:
            return _is_negative(detection["conf"]) or detection["category"] in self._no_boxes
        except (KeyError, TypeError):
            return False

    def _is_whole(self, detection: Any) -> bool:
        """Tell whether a detection is none, but says what the picture as a whole shows."""
        return bool(self._wholes) and (
            isinstance(detection, dict) and detection.get("category") in self._wholes
        )

    def _listed(
        self, number: int, detection: dict[str, Any], odd: list[str]
    ) -> verdict.Verdict | None:
        """Return the first class that a detection was given."""
        labels, scores = self._classes(number, detection.get("classifications") or [], odd)
        return verdict.Verdict(labels[0], scores[0], SOURCE) if labels else None

    def _take_beside(
        self, classes: Any, said: Any, guesses: list[Guesses], settled: Settled, odd: list[str]
    ) -> Settled:
        """Take what our export wrote beside the detections: the classes of the picture as a whole,
        and its prediction, as long as the detections say the same class.

        Another program may have given them other ones since.
        """
        if not self._looked_ahead:
            self._look_ahead()
        if classes:
            labels, scores = self._classes(0, classes, odd)
            if labels:
                guesses.insert(0, Guesses(0, labels, scores))
        match said:
            case {"class": str() as key, "score": score, "source": str() | None as source} if (
                is_share(score) and settled.label and self._labels.get(key) == settled.label
            ):
                return Settled(settled.label, score, words(source)[0], None)
            case _:
                return settled

    def _says(
        self,
        box: Box,
        detection: dict[str, Any],
        guesses: list[Guesses],
        odd: list[str],
        *,
        is_raw: bool,
    ) -> verdict.Box:
        """Return what a detection says; keep the classes that the classifier gave it.

        Where a file has both, `classifications` were made from the `raw_classifications`: those of
        the picture as a whole too, and then (`is_raw` is False) they are none themselves.
        """
        processed = None
        listed, raw = detection.get("classifications"), detection.get("raw_classifications")
        if (listed or raw) and not self._looked_ahead:
            self._look_ahead()
        if listed:
            labels, scores = self._classes(box.number, listed, odd)
            if labels:
                processed = verdict.Verdict(labels[0], scores[0], SOURCE)
                if is_raw and not raw:
                    guesses.append(Guesses(box.number, labels, scores))
        if raw:
            labels, scores = self._classes(box.number, raw, odd)
            if labels:
                guesses.append(Guesses(box.number, labels, scores))
        return says(box, processed, self._threshold)

    def _classes(self, number: int, pairs: Any, odd: list[str]) -> tuple[list[str], list[float]]:
        """Return labels and scores, best first, of a list of (id of a class, score)."""
        try:
            table = self._labels
            labels, scores = [table[pair[0]] for pair in pairs], [pair[1] for pair in pairs]
            if max(scores) <= 1 and sum(scores) >= 0 and min(scores) >= 0:
                if scores != sorted(scores, reverse=True):
                    order = sorted(range(len(scores)), key=lambda at: -scores[at])
                    return [labels[at] for at in order], [scores[at] for at in order]
                return labels, scores
        except (KeyError, TypeError, IndexError, ValueError):
            pass
        return self._good_classes(number, pairs, odd)

    def _good_classes(
        self, number: int, pairs: Any, odd: list[str]
    ) -> tuple[list[str], list[float]]:
        good: list[tuple[str, float]] = []
        example = ""
        for pair in pairs if isinstance(pairs, list) else [pairs]:
            match pair:
                case [str() | int() as key, score] if str(key) in self._labels and is_share(score):
                    good.append((self._labels[str(key)], score))
                case _:
                    example = example or shown(pair)
        if example:
            odd.append(f"detection {number} has a class that cannot be taken: {example}")
        good.sort(key=lambda one: -one[1])
        return [label for label, _ in good], [score for _, score in good]

    def _begin(self) -> None:
        """Take the tables that stand before the images, and look ahead for what is missing."""
        self._begun = True
        if not {"info", _CATEGORY_TABLE} <= self._heads.keys():
            self._look_ahead()
        else:
            self._explain()

    def _look_ahead(self) -> None:
        """Read the tables that stand after the images: the last of its name counts."""
        if not self._heads.keys() >= set(KEYS):
            after = last_members(self._path, KEYS)
            if not after:
                # All of it, an image at a time.
                after = dict(members(self._path, ("images",)))
            self._heads.update((key, after[key]) for key in KEYS if key in after)
        self._looked_ahead = True
        self._explain()

    def _explain(self) -> None:
        for key, name in _table(self._heads.get(_CATEGORY_TABLE)).items():
            plain = name.strip().casefold()
            if plain in CATEGORIES:
                self._categories[key] = CATEGORIES[plain]
            elif plain in _NO_BOX:
                self._no_boxes.add(key)
            elif plain == WHOLE_PICTURE:
                self._wholes.add(key)
        descriptions = _table(self._heads.get(_LABELS))
        names = _table(self._heads.get(_NAMES))
        for key, name in {**descriptions, **names}.items():
            described = descriptions.get(key, "")
            label = described if described.count(";") >= 6 else name
            if is_label(label):
                self._labels[key] = _PLAIN.get(label.strip().casefold(), label)
        info = self._heads.get("info")
        if isinstance(info, dict):
            self._explain_info(info)

    def _explain_info(self, info: dict[str, Any]) -> None:
        self._place = words(info.get("country"), info.get("admin1_region"))
        version = shown(info.get("format_version", ""), 20).strip()
        self._format = f"{SOURCE}-{version}" if version else SOURCE
        detector, classifier = words(info.get("detector"), info.get("classifier"))
        # Some programs write the path of the model's file.
        names = dict.fromkeys((detector, classifier))
        paths = [name.replace("\\", "/") for name in names if name]
        models = [_version(path.rpartition("/")[2] or path) for path in paths]
        self._version = " + ".join(models) or None
        metadata = info.get("detector_metadata")
        if isinstance(metadata, dict):
            typical: Any = metadata.get("typical_detection_threshold")
            if is_share(typical) and typical > 0:
                self._threshold = typical


def _table(value: Any) -> dict[str, str]:
    if not isinstance(value, dict):
        return {}
    return {key: name for key, name in value.items() if isinstance(name, str)}


def _version(model: str) -> str:
    number = model.removeprefix(SPECIESNET)
    return number if number[:1].isdigit() else model


def _is_negative(confidence: Any) -> bool:
    return type(confidence) in (float, int) and confidence < 0


def _failure(failure: Any) -> str:
    return reason_in(failure) if failure else "no detections in the file"
