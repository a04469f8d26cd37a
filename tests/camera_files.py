"""Writes small JPEG files as cameras do: a colour a picture, EXIF where it is asked for."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from PIL import Image

RACCOON = (
    "4a63bf0c-1a4d-4a46-a5b9-7a35c1b1a1a1;mammalia;carnivora;procyonidae;procyon;lotor;raccoon"
)
MALLARD = (
    "d43a5b0c-1a4d-4a46-a5b9-7a35c1b1a1a2;aves;anseriformes;anatidae;anas;platyrhynchos;mallard"
)
BLANK = "f1856211-cfb7-4a5b-9158-c0f72fd09ee6;;;;;;blank"


def photo(
    path: Path,
    shade: int = 0,
    when: str | None = None,
    base: Mapping[int, Any] | None = None,
    details: Mapping[int, Any] | None = None,
    gps: Mapping[int, Any] | None = None,
) -> Path:
    """Write a 64×48 picture whose content `shade` decides, with these EXIF tags."""
    exif = Image.Exif()
    if when is not None:
        exif.get_ifd(0x8769)[0x9003] = when
    for tag, value in (base or {}).items():
        exif[tag] = value
    for tag, value in (details or {}).items():
        exif.get_ifd(0x8769)[tag] = value
    for tag, value in (gps or {}).items():
        exif.get_ifd(0x8825)[tag] = value
    out = io.BytesIO()
    Image.new("RGB", (64, 48), (shade % 256, shade // 256, 90)).save(out, "JPEG", exif=exif)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(out.getvalue())
    return path


def record(path: str, label: str | None = RACCOON, **values: Any) -> dict[str, Any]:
    """Return one record of SpeciesNet 4.x with one box and two classes."""
    usual: dict[str, Any] = {
        "filepath": path,
        "classifications": {"classes": [RACCOON, MALLARD], "scores": [0.9, 0.05]},
        "detections": [
            {"category": "1", "label": "animal", "conf": 0.8, "bbox": [0.1, 0.2, 0.3, 0.4]}
        ],
        "prediction": label,
        "prediction_score": 0.9,
        "prediction_source": "classifier",
        "model_version": "4.0.1a",
    }
    return {key: value for key, value in {**usual, **values}.items() if value is not None}


def write_predictions(path: Path, records: Sequence[Any]) -> Path:
    """Write a predictions file of SpeciesNet 4.x."""
    path.write_text(json.dumps({"predictions": records}), encoding="utf-8")
    return path
