"""Draws training scenes and stores them as the networks will see them, shrunk four times."""

from __future__ import annotations

import argparse
import io
import multiprocessing
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torchvision.transforms.v2 import functional

from backdrop import FLOOR, HEIGHT, WIDTH, Backdrop, draw_backdrop
from labels import BLANK, NAMES, detector_class
from scenes import Box, random_shot, render

SHARD = 200
SCENES_PER_CAMERA = 4
# Both networks begin by averaging 4 x 4 pixels, so that is all a training picture need hold.
POOL = 4
CROP = 480
Rng = np.random.Generator
Crop = tuple[float, float, float, float]


def pooled(pixels: torch.Tensor) -> np.ndarray:
    """Height, width, colour as bytes, averaged over 4 x 4 pixels."""
    small = torch.nn.functional.avg_pool2d(pixels[None].float(), POOL)[0]
    return small.round().byte().permute(1, 2, 0).numpy()


def random_cast(rng: Rng) -> list[str]:
    """Nobody in a fifth of the scenes, else one to three, sometimes of one kind."""
    count = int(rng.choice([0, 1, 2, 3], p=[0.2, 0.48, 0.22, 0.1]))
    names = [NAMES[int(rng.integers(BLANK))] for _ in range(count)]
    if count > 1 and rng.random() < 0.35:
        names = [names[0]] * count
    return names


def random_scene(rng: Rng, view: Backdrop, names: list[str]) -> tuple[Image.Image, list[Box]]:
    """A scene as read back from a JPEG file."""
    image, boxes = render(view, random_shot(rng, view, names))
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=int(rng.integers(62, 93)))
    return Image.open(buffer).convert("RGB"), boxes


def shaken(rng: Rng, box: Box) -> Crop:
    """The box about as loosely as a detector would give it."""
    width, height = box.right - box.left, box.bottom - box.top
    moves = rng.normal(0, 0.05, 4) * [width, height, width, height]
    left, top = max(0.0, box.left + moves[0]), max(0.0, box.top + moves[1])
    right, bottom = min(WIDTH, box.right + moves[2]), min(HEIGHT, box.bottom + moves[3])
    return left, top, max(right, left + 8), max(bottom, top + 8)


def empty_crop(rng: Rng, view: Backdrop, boxes: list[Box]) -> Crop | None:
    """A place without anybody: half of the time a log or a clump that might be taken for one."""
    for _ in range(10):
        width = float(np.exp(rng.uniform(np.log(60), np.log(420))))
        height = float(np.clip(width * np.exp(rng.normal(0, 0.5)), 40, 600))
        x, y = rng.uniform(0, WIDTH), rng.uniform(view.horizon, FLOOR)
        spots = [(lx, ly) for lx, ly, _ in view.logs] + [(c[0], c[1] - 40) for c in view.clumps]
        if rng.random() < 0.5:
            x, y = spots[int(rng.integers(len(spots)))]
        left, top = max(0.0, x - width / 2), max(0.0, y - height / 2)
        right, bottom = min(WIDTH, x + width / 2), min(FLOOR, y + height / 2)
        if right - left < 30 or bottom - top < 30:
            continue
        shared = [
            max(0.0, min(right, b.right) - max(left, b.left))
            * max(0.0, min(bottom, b.bottom) - max(top, b.top))
            / ((b.right - b.left) * (b.bottom - b.top))
            for b in boxes
        ]
        if max(shared, default=0.0) < 0.15:
            return left, top, right, bottom
    return None


def crop_of(pixels: torch.Tensor, crop: Crop) -> np.ndarray:
    """The crop stretched to a square, by the same call that SpeciesNet uses, then pooled."""
    left, top, right, bottom = (int(v) for v in crop)
    cut = functional.crop(pixels, top, left, bottom - top, right - left)
    return pooled(functional.resize(cut, [CROP, CROP], antialias=False))


def draw_shard(job: tuple[Path, int]) -> int:
    """Draw one file of scenes; the seed alone decides what is in it."""
    path, seed = job
    if path.exists():
        return seed
    torch.set_num_threads(1)
    rng = np.random.default_rng(seed)
    scenes, rows, crops, crop_labels = [], [], [], []
    for number in range(SHARD):
        if number % SCENES_PER_CAMERA == 0:
            view = draw_backdrop(seed * 1000 + number)
        image, boxes = random_scene(rng, view, random_cast(rng))
        pixels = functional.pil_to_tensor(image)
        scenes.append(pooled(pixels))
        for box in boxes:
            rows.append(
                [
                    number,
                    detector_class(box.name),
                    NAMES.index(box.name),
                    box.left,
                    box.top,
                    box.right,
                    box.bottom,
                ]
            )
            for _ in range(2):
                crops.append(crop_of(pixels, shaken(rng, box)))
                crop_labels.append(NAMES.index(box.name))
        empty = empty_crop(rng, view, boxes)
        if empty is not None:
            crops.append(crop_of(pixels, empty))
            crop_labels.append(BLANK)
    table = np.array(rows, dtype=np.float32).reshape(-1, 7)
    half = path.with_suffix(".part")
    with half.open("wb") as file:
        np.savez(
            file,
            scenes=np.stack(scenes),
            boxes=table,
            crops=np.stack(crops),
            crop_labels=np.array(crop_labels, dtype=np.int64),
        )
    half.rename(path)
    return seed


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--scenes", type=int, default=6000)
    parser.add_argument("--first-seed", type=int, default=10_000)
    parser.add_argument("--workers", type=int, default=2)
    args = parser.parse_args()
    args.folder.mkdir(parents=True, exist_ok=True)
    shards = -(-args.scenes // SHARD)
    jobs = [
        (args.folder / f"{seed}.npz", seed)
        for seed in range(args.first_seed, args.first_seed + shards)
    ]
    with multiprocessing.get_context("spawn").Pool(args.workers) as pool:
        for seed in pool.imap(draw_shard, jobs):
            print(f"drawn: shard {seed}", flush=True)


if __name__ == "__main__":
    main()
