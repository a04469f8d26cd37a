"""Builds tiny, untrained model folders in SpeciesNet's own format, for tests of the engine.

Their weights come from a fixed seed and mean nothing; they are scaled so that the detector
finds boxes of every confidence, and the classifier is not undecided.
"""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

LABELS = (
    "f1856211-cfb7-4a5b-9158-c0f72fd09ee6;;;;;;blank",
    "96fe1a07-7ef1-4a2f-99e1-ec2c9a78b532;aves;pelecaniformes;ardeidae;ardea;herodias;"
    "great blue heron",
    "b57debc1-dff2-48d3-a400-f2b5021e71b0;mammalia;carnivora;procyonidae;procyon;lotor;"
    "northern raccoon",
    "3d80f1d6-b1df-4966-9ff4-94053c7a902a;mammalia;carnivora;canidae;canis;familiaris;domestic dog",
    "990ae9dd-7a59-4344-afcb-1b7b21368000;mammalia;primates;hominidae;homo;sapiens;human",
    "e2895ed5-780b-48f6-8a11-9e27cb594511;;;;;;vehicle",
)
# What the ensemble can roll up to, besides the labels.
ANCESTORS = (
    "1f689929-883d-4dae-958c-3d57ab5b6c16;;;;;;animal",
    "b1352069-a39c-4a84-a949-60044271c0c1;aves;;;;;bird",
    "f2d233e3-80e3-433d-9687-e29ecc7a467a;mammalia;;;;;mammal",
    "eeeb5d26-2a47-4d01-a3de-10b33ec0aee4;mammalia;carnivora;;;;carnivorous mammal",
)
GEOFENCE: dict[str, dict[str, dict[str, list[str]]]] = {
    "mammalia;carnivora;procyonidae;procyon;lotor": {"allow": {"USA": [], "CAN": []}}
}

_YOLO = {
    "nc": 3,
    "depth_multiple": 0.33,
    "width_multiple": 0.125,
    "anchors": [[200, 160, 160, 240, 300, 200], [300, 300, 420, 300, 340, 480]],
    "backbone": [
        [-1, 1, "nn.AvgPool2d", [8]],
        [-1, 1, "Conv", [64, 3, 2]],
        [-1, 1, "Conv", [128, 3, 2]],
        [-1, 1, "C3", [128]],
    ],
    "head": [[-1, 1, "Conv", [128, 3, 2]], [[3, 4], 1, "Detect", ["nc", "anchors"]]],
}


def build_model(
    folder: Path, *, kind: str = "always_crop", version: str = "tiny-1", seed: int = 7
) -> Path:
    """Write a model folder and return it; `kind` is always_crop or full_image."""
    folder.mkdir(parents=True, exist_ok=True)
    info = {
        "version": version,
        "type": kind,
        "classifier": "classifier.pt",
        "classifier_labels": "labels.txt",
        "detector": "detector.pt",
        "taxonomy": "taxonomy.txt",
        "geofence": "geofence.json",
    }
    _write(folder / "info.json", json.dumps(info))
    _write(folder / "labels.txt", "\n".join(LABELS) + "\n")
    _write(folder / "taxonomy.txt", "\n".join((*LABELS, *ANCESTORS)) + "\n")
    _write(folder / "geofence.json", json.dumps(GEOFENCE))
    _save_weights(folder, seed)
    return folder


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")


def _save_weights(folder: Path, seed: int) -> None:
    import torch

    with torch.random.fork_rng():
        torch.manual_seed(seed)
        torch.save({"model": _detector().half(), "epoch": -1}, folder / "detector.pt")
        torch.save(_classifier(), folder / "classifier.pt")


def _detector() -> Any:
    import torch
    from yolov5.models.yolo import Model

    logging.getLogger("yolov5").setLevel(logging.ERROR)
    model = Model({**_YOLO}, ch=3)
    for parameter in model.parameters():
        if parameter.ndim == 4:
            torch.nn.init.kaiming_normal_(parameter)
    for layer in model.model[-1].m:
        # An anchor has eight outputs: its box (left as the anchor), objectness, three classes.
        torch.nn.init.normal_(layer.weight, std=16)
        layer.weight.data.view(3, 8, -1)[:, :4] = 0
        layer.bias.data.view(3, 8)[:, 4] = -9.5
    return model.eval()


def _classifier() -> Any:
    import torch
    from torch import nn
    from torchvision.ops import Permute

    last = nn.Linear(512, len(LABELS))
    torch.nn.init.normal_(last.weight, std=2.5)
    layers = nn.Sequential(
        Permute([0, 3, 1, 2]),
        nn.AvgPool2d(8),
        nn.Conv2d(3, 16, 3, stride=2),
        nn.ReLU(),
        nn.Conv2d(16, 32, 3, stride=2),
        nn.ReLU(),
        nn.AdaptiveAvgPool2d(4),
        nn.Flatten(),
        last,
    )
    return layers.eval()
