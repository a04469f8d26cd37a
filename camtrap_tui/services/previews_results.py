"""What the pages of a preview are made of: results in MegaDetector's format, of a run or of people.

Pictures are called by numbers and classes in plain letters there, since the tools that make the
pages take names for HTML and for file names; `previews_pages` puts the real ones in.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from camtrap_tui.domain.models import Run, Taxon
from camtrap_tui.services.exports.confirmed_boxes import confirmed_boxes
from camtrap_tui.services.exports.megadetector import (
    CATEGORIES,
    CATEGORY_NAMES,
    FORMAT_VERSION,
    WHOLE_ID,
    EntryWriter,
    info,
)
from camtrap_tui.services.exports.megadetector_names import class_names
from camtrap_tui.services.exports.pictures import Picture, Word
from camtrap_tui.services.exports.report import Tally
from camtrap_tui.services.exports.run_records import Classes, RunRecord

_CATEGORIES = CATEGORY_NAMES | {WHOLE_ID: "whole-picture", "5": "unknown"}
_UNKNOWN_ID = "5"
_EVERYTHING = [0.0, 0.0, 1.0, 1.0]
# What stays of a name where it is a file's, and on a picture whose font has few letters.
_KEPT = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-()' ")
_LONGEST = 60
_TAKEN = "unreliable"

# Pictures with the names that they have in the results.
Shown = Sequence[tuple[str, Picture]]


@dataclass(frozen=True, slots=True)
class Results:
    """`data` in MegaDetector's format; `files` are the paths of pictures by the names that they
    have there, `classes` the names of classes by those."""

    data: dict[str, Any]
    files: Mapping[str, str]
    classes: Mapping[str, str]


def picture_name(number: int) -> str:
    """Return the name of a picture in the results, by its number from 1."""
    return f"p{number:06d}.jpg"


def results_of_run(
    run: Run,
    taxa: Mapping[int, Taxon],
    pictures: Shown,
    classes: Mapping[int, Classes],
) -> Results:
    """Return what a run says of pictures; `classes` are those of each, by image id."""
    used = {key for found in classes.values() for one in found.values() for key, _ in one}
    said = [picture.machine for _, picture in pictures]
    used |= {machine.taxon.id for machine in said if machine and machine.taxon}
    names = class_names([taxa[key] for key in used])
    writer = EntryWriter(run, taxa, names, Tally())
    entries = []
    for name, picture in pictures:
        assert picture.machine is not None
        found = classes.get(picture.image.id, {})
        entry = writer.entry(RunRecord(name, picture.machine, picture.boxes, found))
        for detection in entry["detections"]:
            # The labels of more than one would lie on each other.
            detection["classifications"] = detection.get("classifications", [])[:1]
        entries.append({"file": name, "detections": entry["detections"]})
    return _results(pictures, list(names.values()), entries, info(run, classifies=True))


def results_of_people(pictures: Shown, confidence: float) -> Results:
    """Return what people say of pictures: each species in the boxes that are sure to be its own,
    and in a box around everything where none is."""
    said = {word.taxon.id: word.taxon for _, picture in pictures for word in picture.words}
    names = class_names(list(said.values()))
    ids = {key: str(number) for number, key in enumerate(names)}
    entries = [
        {"file": name, "detections": _said(picture, ids, confidence)} for name, picture in pictures
    ]
    head = {"format_version": FORMAT_VERSION, "detector": "people"}
    return _results(pictures, list(names.values()), entries, head)


def _said(picture: Picture, ids: Mapping[int, str], confidence: float) -> list[dict[str, Any]]:
    boxes = confirmed_boxes(picture, confidence).boxes
    found = [_detection(one.words[0], list(one.bbox), ids) for one in boxes]
    boxed = {one.taxon.id for one in boxes}
    alone = {word.taxon.id: word for word in picture.words if word.taxon.id not in boxed}
    return found + [
        _detection(word, _EVERYTHING, ids)
        for word in alone.values()
        if word.taxon.observation_type != "blank"
    ]


def _detection(word: Word, bbox: list[float], ids: Mapping[int, str]) -> dict[str, Any]:
    kind = word.taxon.observation_type
    made: dict[str, Any] = {"category": CATEGORIES.get(kind, _UNKNOWN_ID), "conf": 1.0}
    made["bbox"] = bbox
    if kind == "animal":
        made["classifications"] = [(ids[word.taxon.id], 1.0)]
    return made


def _results(
    pictures: Shown,
    names: Sequence[str],
    entries: list[dict[str, Any]],
    head: dict[str, Any],
) -> Results:
    plain = _plain_names(names)
    files = {name: picture.image.file_path for name, picture in pictures}
    data = {
        "info": head,
        "detection_categories": _CATEGORIES,
        "classification_categories": {str(key): name for key, name in enumerate(plain)},
        "images": entries,
    }
    return Results(data, files, dict(zip(plain, names, strict=True)))


def _plain_names(names: Sequence[str]) -> list[str]:
    """Return names in small ASCII letters, each once: a page is called by one, too."""
    found: dict[str, str] = {}
    for number, name in enumerate(names, 1):
        ascii_only = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
        kept = "".join(sign if sign in _KEPT else " " for sign in ascii_only.lower())
        plain = " ".join(kept.split())[:_LONGEST].strip()
        if not plain or plain == _TAKEN or _file_name(plain) in found:
            plain = f"{plain} {number}" if plain else f"class {number}"
        while _file_name(plain) in found:
            plain += "-"
        found[_file_name(plain)] = plain
    return list(found.values())


def _file_name(plain: str) -> str:
    """Return what a page of that name is called."""
    return plain.replace("'", "")
