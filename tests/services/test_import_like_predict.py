"""What SpeciesNet 5 itself writes comes in as what `predict` writes for the same pictures."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from camtrap_tui.services import model_folder
from camtrap_tui.services.engine import Engine, Picture, Predicted
from camtrap_tui.services.prediction_files import read_predictions
from tests.picture_files import write_kinds

pytestmark = pytest.mark.model


@pytest.mark.parametrize("kind", ["tiny_model", "whole_model"])
def test_speciesnets_own_file_as_predict(
    speciesnet: Any, request: pytest.FixtureRequest, tmp_path: Path, kind: str
) -> None:
    model: Path = request.getfixturevalue(kind)
    paths = write_kinds(tmp_path)[:12]
    written = speciesnet.SpeciesNet(str(model)).predict(
        filepaths=[str(path) for path in paths],
        country="USA",
        run_mode="single_thread",
        max_classifications_per_detection=5,
    )
    file = tmp_path / "p.json"
    file.write_text(json.dumps(written))

    engine = Engine.load(model_folder.read(model), geofence=True)
    pictures = (Picture(number, path) for number, path in enumerate(paths, 1))
    predicted = engine.run(pictures, country="USA", admin1_region=None, should_stop=lambda: False)

    for ours, record in zip(predicted, read_predictions(file), strict=True):
        assert isinstance(ours, Predicted)
        assert (record.odd, record.country) == ("", "USA")
        assert (record.label, record.source) == (ours.verdict.label, ours.verdict.source)
        assert record.score == pytest.approx(ours.verdict.score, abs=1e-6)
        assert [(box.category, tuple(box[3:])) for box in record.boxes] == [
            (box.category, tuple(box.bbox)) for box in ours.boxes
        ]
        assert [
            (guesses.detection_number, rank, label)
            for guesses in record.guesses
            for rank, label in enumerate(guesses.labels, 1)
        ] == [(found.detection_number, found.rank, found.label) for found in ours.classes]
