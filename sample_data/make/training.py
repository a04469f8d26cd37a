"""What both training scripts share: reading the drawn shards, colour changes, averaged weights."""

from __future__ import annotations

import copy
import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch


def load_shards(folder: Path, keys: tuple[str, str]) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    paths = sorted(folder.glob("*.npz"))
    if not paths:
        raise SystemExit(f"{folder}: no drawn scenes; run draw_training_set.py first")
    for path in paths:
        with np.load(path) as shard:
            yield shard[keys[0]], shard[keys[1]]


def recoloured(batch: torch.Tensor) -> torch.Tensor:
    """Each picture a little lighter or darker, harder or softer, and at times grey; 0 to 1."""
    count = len(batch)
    gain = torch.empty(count, 3, 1, 1).uniform_(0.92, 1.08)
    gain *= torch.empty(count, 1, 1, 1).uniform_(0.7, 1.35)
    grey = batch.mean(dim=1, keepdim=True)
    mix = (torch.rand(count, 1, 1, 1) < 0.12).float()
    batch = (batch * (1 - mix) + grey * mix) * gain
    return (batch + torch.empty(count, 1, 1, 1).uniform_(-0.05, 0.05)).clamp_(0, 1)


class Averaged:
    """A slowly following copy of the network, which is steadier than the network itself."""

    def __init__(self, model: torch.nn.Module, decay: float = 0.999) -> None:
        self.model = copy.deepcopy(model).eval()
        self.decay, self.steps = decay, 0

    @torch.no_grad()
    def follow(self, model: torch.nn.Module) -> None:
        self.steps += 1
        keep = self.decay * (1 - math.exp(-self.steps / 600))
        for mine, its in zip(
            self.model.state_dict().values(), model.state_dict().values(), strict=True
        ):
            if mine.dtype.is_floating_point:
                mine.mul_(keep).add_(its.detach(), alpha=1 - keep)
            else:
                mine.copy_(its)


def learning_rate(step: int, total: int, top: float, warm: int = 200) -> float:
    """A short rise, then a cosine down to a fiftieth."""
    if step < warm:
        return top * (step + 1) / warm
    part = (step - warm) / max(1, total - warm)
    return top * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * part)))
