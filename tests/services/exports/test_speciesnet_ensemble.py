"""SpeciesNet's own `--ensemble_only` takes the file, and makes the same predictions of it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from camtrap_tui.services import inference
from camtrap_tui.services.child import environment
from camtrap_tui.services.exports.request import Options
from camtrap_tui.services.prediction_request import PredictRequest
from camtrap_tui.store.store import Store
from tests.picture_files import write_kinds
from tests.services.exports.run_rows import Rows, brought_back, exported, rows_of_run

pytestmark = pytest.mark.model


def _ensemble(model: Path, files: list[str], classes: Path, boxes: Path, out: Path) -> None:
    """Run what a person would: python -m speciesnet.scripts.run_model --ensemble_only."""
    listed = out.with_suffix(".txt")
    listed.write_text("\n".join(files), encoding="utf-8")
    line = [sys.executable, "-P", "-m", "speciesnet.scripts.run_model", "--ensemble_only"]
    line += [f"--model={model}", f"--filepaths_txt={listed}", "--country=USA"]
    line += [f"--classifications_json={classes}", f"--detections_json={boxes}"]
    line += [f"--predictions_json={out}", "--max_classifications_per_detection=5"]
    done = subprocess.run(line, env=environment(), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]


def _rounded(rows: Rows) -> dict[str, Any]:
    """Return the rows with four decimals, which is all that SpeciesNet writes."""
    return json.loads(json.dumps(rows), parse_float=lambda text: round(float(text), 4))  # type: ignore[no-any-return]


@pytest.mark.parametrize("kind", ["tiny_model", "whole_model"])
def test_it_makes_the_runs_own_predictions_of_it(
    request: pytest.FixtureRequest, tmp_path: Path, kind: str
) -> None:
    model: Path = request.getfixturevalue(kind)
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    write_kinds(pictures)
    survey = tmp_path / "river.db"
    inference.predict(
        survey,
        pictures,
        PredictRequest(str(model), "USA"),
        on_event=lambda event: None,
        should_stop=lambda: False,
    )
    out, boxes = tmp_path / "predictions.json", tmp_path / "detections.json"
    with Store.open(survey) as store:
        exported(store, "speciesnet", out)
        exported(store, "speciesnet", boxes, options=Options(boxes_only=True))
        expected = rows_of_run(store, 1)
    written = json.loads(out.read_text())["predictions"]
    assert len(written) == len(expected) > 5
    assert any(said[0] == "predicted" for said, *_ in expected.values())
    files = [one["filepath"] for one in written]
    again = tmp_path / "again.json"
    # One file is enough where boxes are classified.
    _ensemble(model, files, out, boxes if kind == "whole_model" else out, again)
    good = {path: row for path, row in expected.items() if row[0][0] == "predicted"}
    found = brought_back(again, tmp_path / "back")
    assert _rounded({path: found[path] for path in good}) == _rounded(good)
    assert all(found[path][0][0] == "failed" for path in expected.keys() - good.keys())
