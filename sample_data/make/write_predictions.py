"""Writes predictions.json beside the sample: what a predicted survey says, as SpeciesNet 4.x did.

`camtrap-tui demo` imports it where SpeciesNet is not installed. That format holds the classes
of the most confident detection alone, and one prediction an image.
"""

from __future__ import annotations

import argparse
import json
import sqlite3
from pathlib import Path
from typing import Any

SAMPLE = Path(__file__).parent.parent
CATEGORIES = {"animal": "1", "human": "2", "vehicle": "3"}
NO_RESULT = "f2efdae9-efb8-48fb-8a91-eccf79ab4ffb" + ";no cv result" * 6
LABEL = (
    "taxon_uuid || ';' || taxon_class || ';' || taxon_order || ';' || taxon_family || ';'"
    " || taxon_genus || ';' || taxon_species || ';' || common_name"
)


def record(db: sqlite3.Connection, labels: dict[int, str], image: tuple[Any, ...]) -> Any:
    """Return one image's record."""
    image_id, path, outcome, taxon, score, source, version = image
    if outcome == "failed":
        failures = ["CLASSIFIER", "DETECTOR"]
        return {"filepath": path, "failures": failures, "model_version": version}
    boxes = db.execute(
        "SELECT category, confidence, bbox_x, bbox_y, bbox_w, bbox_h FROM detection"
        " WHERE run_id = 1 AND image_id = ? ORDER BY detection_number",
        [image_id],
    )
    classes = db.execute(
        "SELECT taxon_id, score FROM classification WHERE run_id = 1 AND image_id = ?"
        " AND detection_number = 1 ORDER BY rank",
        [image_id],
    ).fetchall()
    made: dict[str, Any] = {
        "filepath": path,
        "detections": [
            {"category": CATEGORIES[label], "label": label, "conf": conf, "bbox": bbox}
            for label, conf, *bbox in boxes
        ],
        "prediction": labels[taxon],
        "prediction_score": score,
        "prediction_source": source,
        "model_version": version,
    }
    if classes:
        made["classifications"] = {
            "classes": [labels[key] for key, _ in classes],
            "scores": [value for _, value in classes],
        }
    return made


def main() -> None:
    """Write the file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("survey", type=Path, help="demo.db, predicted with the demo model")
    db = sqlite3.connect(parser.parse_args().survey)
    labels = dict(db.execute(f"SELECT id, {LABEL} FROM taxon"))
    labels = {key: NO_RESULT if "unknown" in text else text for key, text in labels.items()}
    images = db.execute(
        "SELECT image.id, file_path, outcome, taxon_id, score, prediction.source, model_version"
        " FROM prediction JOIN image ON image.id = image_id JOIN run ON run.id = run_id"
        " WHERE run_id = 1 ORDER BY file_path"
    )
    records = [record(db, labels, image) for image in images]
    text = json.dumps({"predictions": records}, indent=1)
    (SAMPLE / "predictions.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
