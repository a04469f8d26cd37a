"""Trains the demo detector: yolov5's own model class, a hundredth of MegaDetector's width."""

from __future__ import annotations

import argparse
import copy
import time
from pathlib import Path

import numpy as np
import torch
from yolov5.models.yolo import Model
from yolov5.utils.general import non_max_suppression
from yolov5.utils.loss import ComputeLoss
from yolov5.utils.metrics import box_iou

from backdrop import HEIGHT, WIDTH
from labels import DETECTOR_CLASSES
from training import Averaged, learning_rate, load_shards, recoloured

BATCH = 8
CONFIG = {
    "nc": len(DETECTOR_CLASSES),
    "depth_multiple": 1.0,
    "width_multiple": 1.0,
    # Widths and heights in pixels of a 1280 x 960 picture.
    "anchors": [
        [110, 60, 193, 66, 150, 105],
        [290, 88, 150, 190, 240, 200],
        [351, 137, 250, 415, 472, 235],
    ],
    "backbone": [
        [-1, 1, "nn.AvgPool2d", [4]],
        [-1, 1, "Conv", [16, 3, 2]],
        [-1, 1, "Conv", [32, 3, 2]],
        [-1, 1, "C3", [32]],
        [-1, 1, "Conv", [64, 3, 2]],
        [-1, 2, "C3", [64]],
        [-1, 1, "Conv", [112, 3, 2]],
        [-1, 1, "C3", [112]],
        [-1, 1, "SPPF", [112, 5]],
    ],
    "head": [
        [-1, 1, "Conv", [64, 1, 1]],
        [-1, 1, "nn.Upsample", [None, 2, "nearest"]],
        [[-1, 5], 1, "Concat", [1]],
        [-1, 1, "C3", [64, False]],
        [-1, 1, "Conv", [32, 1, 1]],
        [-1, 1, "nn.Upsample", [None, 2, "nearest"]],
        [[-1, 3], 1, "Concat", [1]],
        [-1, 1, "C3", [32, False]],
        [-1, 1, "Conv", [32, 3, 2]],
        [[-1, 13], 1, "Concat", [1]],
        [-1, 1, "C3", [64, False]],
        [-1, 1, "Conv", [64, 3, 2]],
        [[-1, 9], 1, "Concat", [1]],
        [-1, 1, "C3", [112, False]],
        [[16, 19, 22], 1, "Detect", ["nc", "anchors"]],
    ],
}
GAINS = {
    "box": 0.1,
    "cls": 0.1,
    "obj": 1.0,
    "cls_pw": 1.0,
    "obj_pw": 1.0,
    "anchor_t": 4.0,
    "fl_gamma": 0.0,
    "label_smoothing": 0.0,
}


def new_model() -> Model:
    model = Model(copy.deepcopy(CONFIG), ch=3, nc=len(DETECTOR_CLASSES))
    model.names = dict(enumerate(DETECTOR_CLASSES))
    return model


def set_first_layer(model: Model, layer: torch.nn.Module) -> None:
    """Training pictures are shrunk already, SpeciesNet's are not: so the pooling comes and goes."""
    for mark in ("i", "f", "type", "np"):
        setattr(layer, mark, getattr(model.model[0], mark))
    model.model[0] = layer


def load(folder: Path) -> tuple[torch.Tensor, list[torch.Tensor]]:
    """Scenes as bytes, and for each its boxes as class, centre and size relative to the picture."""
    scenes, targets = [], []
    for pictures, table in load_shards(folder, ("scenes", "boxes")):
        scenes.append(torch.from_numpy(pictures))
        for number in range(len(pictures)):
            rows = table[table[:, 0] == number]
            size = np.array([WIDTH, HEIGHT], np.float32)
            low, high = rows[:, 3:5] / size, rows[:, 5:7] / size
            boxes = np.concatenate([rows[:, 1:2], (low + high) / 2, high - low], axis=1)
            targets.append(torch.from_numpy(boxes.astype(np.float32)))
    return torch.cat(scenes), targets


def batch_of(
    scenes: torch.Tensor, targets: list[torch.Tensor], picked: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """A batch, half of it mirrored, with changed colours."""
    pictures = recoloured(scenes[picked].permute(0, 3, 1, 2).float() / 255)
    rows = []
    for place, number in enumerate(picked.tolist()):
        boxes = targets[number].clone()
        if torch.rand(1).item() < 0.5:
            pictures[place] = pictures[place].flip(-1)
            boxes[:, 1] = 1 - boxes[:, 1]
        rows.append(torch.cat([torch.full((len(boxes), 1), float(place)), boxes], dim=1))
    return pictures.to(memory_format=torch.channels_last), torch.cat(rows)


@torch.no_grad()
def quality(model: Model, scenes: torch.Tensor, targets: list[torch.Tensor]) -> str:
    """Recall and precision at confidence 0.2 and IoU 0.5 on shrunk scenes."""
    found = hits = wanted = false_blank = 0
    size = torch.tensor([WIDTH, HEIGHT, WIDTH, HEIGHT]) / 4
    for start in range(0, len(scenes), BATCH):
        pictures = scenes[start : start + BATCH].permute(0, 3, 1, 2).float() / 255
        with torch.autocast("cpu", torch.bfloat16):
            raw = model(pictures.to(memory_format=torch.channels_last))[0].float()
        # The network thinks in full-size pixels, for its strides count the pooling.
        raw[..., :4] /= 4
        for boxes, truth in zip(
            non_max_suppression(raw, 0.2), targets[start : start + BATCH], strict=False
        ):
            found, wanted = found + len(boxes), wanted + len(truth)
            false_blank += int(len(truth) == 0 and len(boxes) > 0)
            if len(boxes) and len(truth):
                low, high = truth[:, 1:3] - truth[:, 3:5] / 2, truth[:, 1:3] + truth[:, 3:5] / 2
                iou = box_iou(torch.cat([low, high], 1) * size, boxes[:, :4])
                hits += int((iou.max(dim=1).values > 0.5).sum())
    return (
        f"recall {hits / max(wanted, 1):.3f} precision {hits / max(found, 1):.3f} "
        f"blank scenes with a false box {false_blank}"
    )


def save(model: Model, path: Path) -> None:
    """In the shape that SpeciesNet loads: half precision, full-size input."""
    kept = copy.deepcopy(model).to(memory_format=torch.contiguous_format)
    set_first_layer(kept, torch.nn.AvgPool2d(4))
    if hasattr(kept, "hyp"):
        del kept.hyp
    head = kept.model[-1]
    # Grids kept from the last run would travel along for nothing.
    head.grid = [torch.empty(0) for _ in range(head.nl)]
    head.anchor_grid = [torch.empty(0) for _ in range(head.nl)]
    torch.save({"model": kept.eval().half(), "epoch": -1}, path)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("train", type=Path)
    parser.add_argument("validation", type=Path)
    parser.add_argument("output", type=Path)
    parser.add_argument("--epochs", type=int, default=14)
    parser.add_argument("--rate", type=float, default=3e-3)
    args = parser.parse_args()
    # One thread: with two, any other busy program makes each step many times slower.
    torch.set_num_threads(1)
    torch.manual_seed(1)
    scenes, targets = load(args.train)
    checks = load(args.validation)
    model = new_model()
    model.hyp = GAINS
    set_first_layer(model, torch.nn.Identity())
    model = model.to(memory_format=torch.channels_last)
    loss_of, average = ComputeLoss(model), Averaged(model)
    optimizer = torch.optim.AdamW(model.parameters(), lr=args.rate, weight_decay=0.01)
    batches = len(scenes) // BATCH
    begin = time.time()
    for epoch in range(args.epochs):
        model.train()
        shuffled, total = torch.randperm(len(scenes)), 0.0
        for step in range(batches):
            for group in optimizer.param_groups:
                group["lr"] = learning_rate(
                    epoch * batches + step, args.epochs * batches, args.rate
                )
            pictures, truth = batch_of(scenes, targets, shuffled[step * BATCH : (step + 1) * BATCH])
            with torch.autocast("cpu", torch.bfloat16):
                guesses = model(pictures)
            loss, _ = loss_of([guess.float() for guess in guesses], truth)
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 10.0)
            optimizer.step()
            average.follow(model)
            total += loss.item() / BATCH
        save(average.model, args.output)
        print(
            f"epoch {epoch + 1}/{args.epochs}: loss {total / batches:.4f}, "
            f"{quality(average.model, *checks)}, {time.time() - begin:.0f} s",
            flush=True,
        )


if __name__ == "__main__":
    main()
