"""Boxes that people have confirmed: a run's box of the kind that they say a picture shows.

A person says what is on a picture, a run where; a box is only taken where the two together leave
no doubt which species it is. What is left out is told, box by box.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from camtrap_tui.domain.lineage import relation
from camtrap_tui.domain.models import Taxon
from camtrap_tui.services.exports.pictures import UNSURE, MachineBox, Picture, Word

CONFIDENCE = 0.2
OF_ANOTHER_KIND = "a box of another kind than people said"
ON_A_BLANK = "a box on a picture that is blank"
AMBIGUOUS = "a box that may be of more than one of the species"
BEYOND_COUNT = "a box beyond the number that people counted"
WITHOUT_AREA = "a box without an area"

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class ConfirmedBox:
    """A box, the species in it and what people said of that species on the picture.

    `bbox` is left, top, width and height, relative to the rotated picture and inside of it.
    """

    box: MachineBox
    bbox: Box
    taxon: Taxon
    words: tuple[Word, ...]


@dataclass(frozen=True, slots=True)
class Confirmed:
    """The confirmed boxes of a picture, by their number in the run, and for each other box that is
    sure enough the reason why it is none."""

    boxes: tuple[ConfirmedBox, ...]
    left_out: tuple[str, ...]


def confirmed_boxes(picture: Picture, confidence: float = CONFIDENCE) -> Confirmed:
    """Return which of the run's boxes, from this confidence up, show what people said.

    A box is of the one species of its category (animal, human or vehicle) that people named. Where
    they named several, it is the one that the box's own classification is, or is above or below
    of; where they could not tell what else there is, it must be as fine. Where they counted, the
    surest boxes are taken, up to their number. Nothing is confirmed where people are not agreed or
    not sure.
    """
    if not picture.words or picture.state == UNSURE:
        return Confirmed((), ())
    found: list[ConfirmedBox] = []
    reasons: list[str] = []
    for box in picture.boxes:
        if box.confidence < confidence:
            continue
        bbox = clipped(box.bbox)
        taxon = _species_of(box, picture.words)
        if bbox is None:
            reasons.append(WITHOUT_AREA)
        elif isinstance(taxon, str):
            reasons.append(taxon)
        else:
            words = tuple(w for w in picture.words if w.taxon.taxon_uuid == taxon.taxon_uuid)
            found.append(ConfirmedBox(box, bbox, taxon, words))
    kept = _within_count(found)
    reasons += [BEYOND_COUNT] * (len(found) - len(kept))
    return Confirmed(tuple(kept), tuple(reasons))


def clipped(bbox: Box) -> Box | None:
    """Return the part of a relative box that is inside of the picture, None where that is none."""
    left, top = max(0.0, bbox[0]), max(0.0, bbox[1])
    width, height = min(1.0, bbox[0] + bbox[2]) - left, min(1.0, bbox[1] + bbox[3]) - top
    return (left, top, width, height) if width > 0 and height > 0 else None


def _species_of(box: MachineBox, words: tuple[Word, ...]) -> Taxon | str:
    """Return the species of a box, or why there is none."""
    species = {word.taxon.taxon_uuid: word.taxon for word in words}
    if all(taxon.observation_type == "blank" for taxon in species.values()):
        return ON_A_BLANK
    alike = [taxon for taxon in species.values() if taxon.observation_type == box.category]
    is_doubted = any(taxon.observation_type == "unknown" for taxon in species.values())
    if len(alike) > 1 or (alike and is_doubted):
        said = box.taxon
        # `animal` may well be what nobody could tell.
        enough = ("same", "finer") if is_doubted else ("same", "finer", "coarser")
        alike = [taxon for taxon in alike if said and relation(said, taxon) in enough]
        return alike[0] if len(alike) == 1 else AMBIGUOUS
    return alike[0] if alike else OF_ANOTHER_KIND


def _within_count(found: list[ConfirmedBox]) -> list[ConfirmedBox]:
    """Return the boxes without the least sure ones beyond the number that people counted."""
    taken: Counter[str] = Counter()
    kept = []
    for one in sorted(found, key=lambda one: (-one.box.confidence, one.box.number)):
        counts = [word.count for word in one.words if word.count is not None]
        most = sum(counts) if len(counts) == len(one.words) else None
        if most is None or taken[one.taxon.taxon_uuid] < most:
            taken[one.taxon.taxon_uuid] += 1
            kept.append(one)
    return sorted(kept, key=lambda one: one.box.number)
