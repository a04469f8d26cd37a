"""SpeciesNet's rules without its models say what SpeciesNet says, and leave nothing behind."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from camtrap_tui.errors import ModelError
from camtrap_tui.services.child import environment
from camtrap_tui.services.ensemble import WHOLE, Classes, Ensemble, Seen
from camtrap_tui.services.sample import sample_folder

pytestmark = pytest.mark.model

MODEL = sample_folder() / "demo_model"
_CATEGORIES = {"animal": "1", "human": "2", "vehicle": "3"}
_SCORES = (0.1, 0.2, 0.21, 0.4, 0.5, 0.65, 0.66, 0.8, 0.81, 0.99, 0.995)


def random_classes(rng: random.Random, labels: list[str]) -> Classes:
    scores = sorted((rng.choice(_SCORES) * rng.random() for _ in range(6)), reverse=True)
    scores[0] = rng.choice(_SCORES)
    return Classes(rng.sample(labels, 6), scores)


def as_theirs(boxes: list[Seen], classes: dict[int, Classes]) -> tuple[Any, Any]:
    """Return (classifier's, detector's) detections of a picture, as SpeciesNet has them."""
    detector = [
        {
            "category": _CATEGORIES[box.category],
            "label": box.category,
            "conf": box.confidence,
            "bbox": [0.1 * box.number, 0.1, 0.2, 0.2],
        }
        for box in boxes
    ]

    def raw(number: int) -> dict[str, Any]:
        found = classes.get(number)
        said = {"classes": found.labels, "scores": found.scores} if found else {}
        return {"raw_classifications": said} if found else {}

    if WHOLE in classes:
        whole = {"category": "0", "label": "whole_image_classification", "conf": 1.0}
        return [whole | {"bbox": [0.0, 0.0, 1.0, 1.0]} | raw(WHOLE)], detector
    return [det | raw(number) for number, det in enumerate(detector, 1)], detector


@pytest.mark.parametrize("region", [(None, None), ("USA", "IL"), ("USA", None), ("KEN", None)])
def test_every_picture_as_speciesnets_own_ensemble(
    speciesnet: Any, region: tuple[str | None, str | None]
) -> None:
    country, admin1_region = region
    theirs = speciesnet.SpeciesNetEnsemble(str(MODEL), geofence=True)
    labels = (MODEL / "taxonomy.txt").read_text().splitlines()
    fence = MODEL / "geofence.json" if country else None
    ours = Ensemble(MODEL / "taxonomy.txt", fence, country, admin1_region)
    rng, sources = random.Random(3), set[str]()
    for _ in range(1500):
        boxes = [
            Seen(number, rng.choice(list(_CATEGORIES)), rng.choice([*_SCORES, rng.random()]))
            for number in range(1, rng.randrange(4) + 1)
        ]
        numbers = [WHOLE] if rng.random() < 0.3 else [box.number for box in boxes]
        classes = {key: random_classes(rng, labels) for key in numbers if rng.random() < 0.9}
        classifier, detector = as_theirs(boxes, classes)
        (said,) = theirs.combine(
            filepaths=["a"],
            classifier_results={"a": {"detections": classifier}},
            detector_results={"a": {"detections": detector}},
            geolocation_results={"a": {"country": country, "admin1_region": admin1_region}},
        )
        expected = [
            (one["class"], one["score"], one["source"])
            for det in said["detections"]
            if (one := det.get("processed_classification"))
        ]
        found = ours.combine(boxes, classes)
        assert [(v.label, v.score, v.source) for v in found.values()] == expected
        sources.update(verdict.source for verdict in found.values())
    assert {"detector", "classifier", "classifier+rollup_to_family"} <= sources
    assert any("geofence" in source for source in sources) == (country is not None)


def test_no_model_is_imported_and_the_package_is_not_hidden() -> None:
    script = f"""
import sys
from pathlib import Path
from camtrap_tui.services.ensemble import Ensemble
Ensemble(Path({str(MODEL / "taxonomy.txt")!r}), Path({str(MODEL / "geofence.json")!r}), "USA", None)
assert not [name for name in sys.modules if name.split(".")[0] == "speciesnet"]
assert "torch" not in sys.modules and "numpy" not in sys.modules
"""
    done = subprocess.run(
        [sys.executable, "-c", script], env=environment(), capture_output=True, text=True
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize(
    "text", ["no json", "[1]", '{"aves;;;;": 3}', '{"aves;;;;": {"allow": {"USA": "IL"}}}']
)
def test_a_geofence_that_is_none_is_named(tmp_path: Path, text: str) -> None:
    fence = tmp_path / "geofence.json"
    fence.write_text(text)
    with pytest.raises(ModelError, match=r"geofence\.json"):
        Ensemble(MODEL / "taxonomy.txt", fence, "USA", None)
