"""Runs the real speciesnet package over freshly drawn scenes and prints how good the model is."""

from __future__ import annotations

import argparse
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from speciesnet import BBox, SpeciesNet

from backdrop import HEIGHT, WIDTH, draw_backdrop
from draw_training_set import random_cast, random_scene
from labels import DETECTOR_CLASSES, NAMES, detector_class
from scenes import Box

SCENES_PER_CAMERA = 4
# SpeciesNet's number of each of the detector's classes, and the label it reports.
REPORTED = {"animal": "animal", "person": "human", "vehicle": "vehicle"}
Corners = tuple[float, float, float, float]


def draw_scenes(folder: Path, count: int, seed: int) -> dict[str, list[Box]]:
    """Fresh scenes as JPEG files, and what is in each."""
    rng = np.random.default_rng(seed)
    truth = {}
    for number in range(count):
        if number % SCENES_PER_CAMERA == 0:
            view = draw_backdrop(seed * 1000 + number)
        image, boxes = random_scene(rng, view, random_cast(rng))
        path = folder / f"{number:04d}.jpg"
        image.save(path, quality=92)
        truth[str(path)] = boxes
    return truth


def iou(one: Corners, two: Corners) -> float:
    width = min(one[2], two[2]) - max(one[0], two[0])
    height = min(one[3], two[3]) - max(one[1], two[1])
    if width <= 0 or height <= 0:
        return 0.0
    shared = width * height
    areas = [(box[2] - box[0]) * (box[3] - box[1]) for box in (one, two)]
    return shared / (sum(areas) - shared)


def corners(detection: dict[str, Any]) -> Corners:
    x, y, width, height = detection["bbox"]
    return x * WIDTH, y * HEIGHT, (x + width) * WIDTH, (y + height) * HEIGHT


def part(some: int, whole: int) -> str:
    return f"{some / whole:.3f}" if whole else "-"


def common_name(label: str) -> str:
    return label.split(";")[-1]


class Score:
    """Counts over all scenes, by class."""

    def __init__(self, confidence: float) -> None:
        self.confidence = confidence
        self.found = self.blank_scenes = self.blank_hit = self.kind_right = 0
        self.truth: Counter[str] = Counter()
        self.hits: Counter[str] = Counter()
        self.named: Counter[str] = Counter()
        self.processed: Counter[str] = Counter()
        self.mistakes: Counter[tuple[str, str]] = Counter()

    def add(self, boxes: list[Box], detections: list[dict[str, Any]]) -> None:
        """Pair each detection, the surest first, with the box it overlaps most."""
        sure = [d for d in detections if d["conf"] >= self.confidence]
        self.found += len(sure)
        self.truth.update(box.name for box in boxes)
        if not boxes:
            self.blank_scenes += 1
            self.blank_hit += int(bool(sure))
        open_boxes = list(boxes)
        for detection in sure:
            scored = [
                (iou(corners(detection), (b.left, b.top, b.right, b.bottom)), n)
                for n, b in enumerate(open_boxes)
            ]
            best, number = max(scored, default=(0.0, -1))
            if best >= 0.5:
                self.match(open_boxes.pop(number).name, detection)

    def match(self, name: str, detection: dict[str, Any]) -> None:
        self.hits[name] += 1
        kind = REPORTED[DETECTOR_CLASSES[detector_class(name)]]
        self.kind_right += int(detection["label"] == kind)
        raw = common_name(detection["raw_classifications"]["classes"][0])
        self.named[name] += int(raw == name)
        self.processed[name] += int(
            common_name(detection["processed_classification"]["class"]) == name
        )
        if raw != name:
            self.mistakes[name, raw] += 1

    def report(self, crops: Counter[str]) -> None:
        hits, truth = sum(self.hits.values()), sum(self.truth.values())
        print(f"\nconfidence {self.confidence}, IoU 0.5")
        print(
            f"  detector: recall {hits / truth:.3f} ({hits}/{truth}), "
            f"precision {hits / max(self.found, 1):.3f} ({hits}/{self.found}), "
            f"right kind {self.kind_right / max(hits, 1):.3f}, "
            f"blank scenes with a false box {self.blank_hit}/{self.blank_scenes}"
        )
        right, processed = sum(self.named.values()), sum(self.processed.values())
        print(
            f"  classifier: top-1 {sum(crops.values()) / truth:.3f} on true boxes, "
            f"{right / max(hits, 1):.3f} on detected ones, "
            f"after the ensemble {processed / max(hits, 1):.3f}"
        )
        print(
            f"  {'class':22}{'number':>7}{'recall':>8}{'top-1 true':>12}{'top-1 found':>13}"
            f"{'ensemble':>10}"
        )
        for name in NAMES[:-1]:
            number, hit = self.truth[name], self.hits[name]
            print(
                f"  {name:22}{number:7}{part(hit, number):>8}{part(crops[name], number):>12}"
                f"{part(self.named[name], hit):>13}{part(self.processed[name], hit):>10}"
            )
        worst = ", ".join(f"{a} as {b} {n}" for (a, b), n in self.mistakes.most_common(6))
        print(f"  most frequent mistakes: {worst or 'none'}")


def named_on_true_boxes(model: SpeciesNet, truth: dict[str, list[Box]]) -> Counter[str]:
    """How often the classifier names the crop of a true box rightly."""
    right: Counter[str] = Counter()
    for path, boxes in truth.items():
        if not boxes:
            continue
        areas = [
            BBox(
                b.left / WIDTH,
                b.top / HEIGHT,
                (b.right - b.left) / WIDTH,
                (b.bottom - b.top) / HEIGHT,
            )
            for b in boxes
        ]
        with Image.open(path) as image:
            crops = model.classifier.preprocess(image.convert("RGB"), bboxes=areas)
        answer = model.classifier.batch_predict([path], [crops])[0]
        for box, guess in zip(boxes, answer["classifications_list"], strict=True):
            right[box.name] += int(common_name(guess["classes"][0]) == box.name)
    return right


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=Path)
    parser.add_argument("--scenes", type=int, default=400)
    parser.add_argument("--seed", type=int, default=30_000)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        truth = draw_scenes(Path(folder), args.scenes, args.seed)
        model = SpeciesNet(str(args.model))
        begin = time.time()
        answers = model.predict(
            filepaths=list(truth),
            run_mode="single_thread",
            progress_bars=False,
            max_classifications_per_detection=5,
        )
        print(f"{len(truth)} scenes in {time.time() - begin:.0f} s")
        crops = named_on_true_boxes(model, truth)
        for confidence in (0.2, 0.5):
            score = Score(confidence)
            for answer in answers["predictions"]:
                score.add(truth[answer["filepath"]], answer["detections"])
            score.report(crops)


if __name__ == "__main__":
    main()
