"""An image's one prediction, made from what the model said of its boxes.

SpeciesNet 5 gives a class to each box and none to the image. The rule here: the image's
prediction is the processed class of its most confident classified detection (of equally
confident ones, the first). Where nothing was classified it is blank, with the source
`detector`, and its score is one minus the confidence of the most confident detection.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from camtrap_tui.domain.taxonomy import BLANK


@dataclass(frozen=True, slots=True)
class Verdict:
    """A class as a seven-token label, its score (0 to 1), and who decided (`classifier` …)."""

    label: str
    score: float
    source: str


@dataclass(frozen=True, slots=True)
class Box:
    """A detection's confidence (0 to 1), and its processed class where it was classified.

    A model that classifies the picture as a whole has one more box, of confidence 1, around
    everything; it is always classified.
    """

    confidence: float
    processed: Verdict | None = None


def verdict(boxes: Iterable[Box]) -> Verdict:
    """Return the image's one prediction, by the rule of this module."""
    found = list(boxes)
    classified = [box for box in found if box.processed is not None]
    if classified:
        # max() gives the first of equals.
        best = max(classified, key=lambda box: box.confidence).processed
        assert best is not None
        return best
    highest = max((box.confidence for box in found), default=0.0)
    return Verdict(BLANK.label, 1.0 - highest, "detector")
