"""Trains the demo classifier: standard torch layers only, so its file needs no code of ours."""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import torch
from torch import nn
from torchvision.ops import Permute

from labels import LABELS
from training import Averaged, learning_rate, load_shards, recoloured

BATCH = 32


def block(before: int, after: int, stride: int) -> list[nn.Module]:
    return [nn.Conv2d(before, after, 3, stride, 1, bias=False), nn.BatchNorm2d(after), nn.SiLU()]


def body() -> nn.Sequential:
    """From a 120 x 120 crop to one number for each label."""
    return nn.Sequential(
        *block(3, 16, 2),
        *block(16, 32, 2),
        *block(32, 48, 2),
        *block(48, 64, 2),
        *block(64, 88, 1),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Dropout(0.1),
        nn.Linear(88, len(LABELS)),
    )


def save(model: nn.Module, path: Path) -> None:
    """SpeciesNet hands over crops of 480 x 480 with colours last, in full precision."""
    full = nn.Sequential(Permute([0, 3, 1, 2]), nn.AvgPool2d(4), *model.children())
    torch.save(full.to(memory_format=torch.contiguous_format).eval(), path)


def load(folder: Path) -> tuple[torch.Tensor, torch.Tensor]:
    crops, labels = zip(*load_shards(folder, ("crops", "crop_labels")), strict=True)
    return (
        torch.cat([torch.from_numpy(c) for c in crops]),
        torch.cat([torch.from_numpy(c) for c in labels]),
    )


def varied(crops: torch.Tensor) -> torch.Tensor:
    """Half mirrored, slightly zoomed, with changed colours."""
    batch = recoloured(crops.permute(0, 3, 1, 2).float() / 255)
    mirror = torch.rand(len(batch)) < 0.5
    batch[mirror] = batch[mirror].flip(-1)
    side = batch.shape[-1]
    cut = int(torch.randint(0, 12, (1,)))
    if cut:
        x, y = torch.randint(0, cut + 1, (2,)).tolist()
        batch = nn.functional.interpolate(
            batch[:, :, y : side - cut + y, x : side - cut + x], size=(side, side), mode="bilinear"
        )
    return batch.to(memory_format=torch.channels_last)


@torch.no_grad()
def top1(model: nn.Module, crops: torch.Tensor, labels: torch.Tensor) -> float:
    right = 0
    for start in range(0, len(crops), 64):
        batch = crops[start : start + 64].permute(0, 3, 1, 2).float() / 255
        right += int((model(batch).argmax(1) == labels[start : start + 64]).sum())
    return right / len(crops)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("train", type=Path)
    parser.add_argument("validation", type=Path)
    parser.add_argument("output", type=Path)
    parser.add_argument("--epochs", type=int, default=14)
    parser.add_argument("--rate", type=float, default=3e-3)
    args = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(2)
    crops, labels = load(args.train)
    checks = load(args.validation)
    model = body().to(memory_format=torch.channels_last)
    average = Averaged(model)
    optimizer = torch.optim.AdamW(model.parameters(), lr=args.rate, weight_decay=0.02)
    batches, begin = len(crops) // BATCH, time.time()
    for epoch in range(args.epochs):
        model.train()
        shuffled, total = torch.randperm(len(crops)), 0.0
        for step in range(batches):
            for group in optimizer.param_groups:
                group["lr"] = learning_rate(
                    epoch * batches + step, args.epochs * batches, args.rate
                )
            picked = shuffled[step * BATCH : (step + 1) * BATCH]
            with torch.autocast("cpu", torch.bfloat16):
                guesses = model(varied(crops[picked]))
            loss = nn.functional.cross_entropy(
                guesses.float(), labels[picked], label_smoothing=0.02
            )
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            average.follow(model)
            total += loss.item()
        save(average.model, args.output)
        print(
            f"epoch {epoch + 1}/{args.epochs}: loss {total / batches:.4f}, "
            f"top-1 {top1(average.model, *checks):.4f}, {time.time() - begin:.0f} s",
            flush=True,
        )


if __name__ == "__main__":
    main()
