"""A model that needs no torch: it says what a test wants, picture by picture."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

from camtrap_tui.domain.verdict import Verdict
from camtrap_tui.services.engine import (
    FoundBox,
    FoundClass,
    Picture,
    Predicted,
    Result,
    Unpredicted,
)
from camtrap_tui.services.model_folder import ModelFolder
from camtrap_tui.services.prediction_request import PredictRequest
from tests.model_builder import ANCESTORS, LABELS

SOFTWARE = "speciesnet 0, torch 0"


def write_model_folder(folder: Path, weights: bytes = b"no weights") -> Path:
    """Write a folder that is complete but for weights that torch could load."""
    folder.mkdir(parents=True, exist_ok=True)
    names = {
        "classifier": "classifier.pt",
        "classifier_labels": "labels.txt",
        "detector": "detector.pt",
        "taxonomy": "taxonomy.txt",
        "geofence": "geofence.json",
    }
    info = {"version": "fake-1", "type": "always_crop", **names}
    (folder / "info.json").write_text(json.dumps(info), encoding="utf-8")
    (folder / "labels.txt").write_text("\n".join(LABELS) + "\n", encoding="utf-8")
    (folder / "taxonomy.txt").write_text("\n".join((*LABELS, *ANCESTORS)), encoding="utf-8")
    (folder / "geofence.json").write_text("{}", encoding="utf-8")
    (folder / "classifier.pt").write_bytes(weights)
    (folder / "detector.pt").write_bytes(weights)
    return folder


class FakeEngine:
    """Predicts by the bytes of a file; fails where the file's name is in `fails`."""

    def __init__(self) -> None:
        self.fails: dict[str, str] = {}
        self.seen: list[str] = []
        self.loaded = 0

    def load(self, model: ModelFolder, request: PredictRequest) -> FakeEngine:
        """Stand in for the loading of SpeciesNet."""
        self.loaded += 1
        return self

    def run(
        self,
        pictures: Iterator[Picture | None],
        *,
        country: str | None,
        admin1_region: str | None,
        should_stop: Callable[[], bool],
    ) -> Generator[Result]:
        """Predict one picture after the other, until told to stop."""
        for picture in pictures:
            if should_stop():
                return
            if picture is None:
                time.sleep(0.002)
                continue
            self.seen.append(picture.path.name)
            yield self._predict(picture)

    def _predict(self, picture: Picture) -> Result:
        if picture.path.name in self.fails:
            return Unpredicted(picture, self.fails[picture.path.name])
        if not picture.path.is_file():
            return Unpredicted(picture, "missing: there is no such file")
        chance = hashlib.sha256(picture.path.read_bytes()).digest()
        boxes = tuple(
            FoundBox("animal", 0.9 - n / 10, (0.1, n / 10, 0.3, 0.2)) for n in range(chance[0] % 4)
        )
        classes = tuple(
            FoundClass(number, rank, LABELS[(chance[number] + rank) % len(LABELS)], 0.5 / rank)
            for number in range(1, len(boxes) + 1)
            for rank in range(1, 6)
        )
        label = LABELS[chance[1] % len(LABELS)]
        return Predicted(picture, boxes, classes, Verdict(label, chance[2] / 255, "classifier"))
