"""Whatever a survey holds: training data has what people settled, each picture is accounted for,
and its boxes lie inside of it."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from camtrap_tui.services.copy_request import CopyRequest
from camtrap_tui.services.copying import copy
from camtrap_tui.services.exports.formats import export
from camtrap_tui.services.exports.report import ExportReport
from camtrap_tui.services.exports.request import ExportRequest, Options
from camtrap_tui.store.store import Store
from tests.services.exports.survey_strategy import SurveyPlan, built, surveys


def coco(store: Store, folder: Path, holdouts: int) -> tuple[ExportReport, dict[str, Any]]:
    request = ExportRequest(folder / f"coco {holdouts}", options=Options(holdouts=holdouts))
    report = export(store, "coco", request, lambda done, total: None)
    path = request.out / "annotations.json"
    return report, json.loads(path.read_text(encoding="utf-8"))


def truths(store: Store) -> dict[str, set[str]]:
    """Return the uuids of what the view `truth` says of each picture on which people agree."""
    sql = (
        "SELECT image.media_id, taxon.taxon_uuid FROM truth"
        " JOIN image ON image.id = truth.image_id"
        " JOIN truth_word AS word ON word.image_id = image.id"
        " JOIN taxon ON taxon.id = word.taxon_id"
        " WHERE truth.state IN ('agreed', 'adjudicated') AND observation_type <> 'unknown'"
    )
    found: dict[str, set[str]] = {}
    for media_id, uuid in store.db.execute(sql):
        found.setdefault(media_id, set()).add(uuid)
    return found


@settings(max_examples=40)
@given(surveys())
def test_a_document_says_what_people_agree_on(plan: SurveyPlan) -> None:
    module = pytest.importorskip("megadetector.data_management.integrity_check_json_db")
    options = module.IntegrityCheckOptions()
    options.verbose, options.validateBoxes = False, "error"
    with built(plan) as store, tempfile.TemporaryDirectory() as folder:
        report, document = coco(store, Path(folder), holdouts=2)
        assert report.chosen == len(plan.frames)
        assert {image["id"] for image in document["images"]} == truths(store).keys()
        blank = {taxon.taxon_uuid for taxon in store.taxa.all() if taxon.common_name == "blank"}
        uuids = {row["id"]: row.get("wi_taxon_id") for row in document["categories"]}
        said: dict[str, set[Any]] = {}
        for one in document["annotations"]:
            said.setdefault(one["image_id"], set()).add(uuids[one["category_id"]])
        for media_id, words in truths(store).items():
            # Two uuids of one species are one class.
            assert (None in said[media_id]) == bool(words & blank)
            assert len(said[media_id]) <= len(words)
        sizes = {
            image["id"]: (image.get("width"), image.get("height")) for image in document["images"]
        }
        for one in document["annotations"]:
            width, height = sizes[one["image_id"]]
            box = one.get("bbox") or one.get("bbox_relative")
            if box is not None:
                assert ("bbox" in one) == (width is not None)
                assert box[0] >= 0
                assert box[1] >= 0
                assert box[0] + box[2] <= (width or 1) + 0.011
                assert box[1] + box[3] <= (height or 1) + 0.011
        assert module.integrity_check_json_db(document, options)[2]["validation_errors"] == []


@settings(max_examples=40)
@given(surveys())
def test_no_picture_of_a_holdout_is_in_it(plan: SurveyPlan) -> None:
    with built(plan) as store, tempfile.TemporaryDirectory() as folder:
        report, document = coco(store, Path(folder), holdouts=0)
        assert report.chosen == len(plan.frames)
        held = store.db.execute(
            "SELECT media_id FROM image WHERE burst_id IN (SELECT one.burst_id FROM image AS one"
            " JOIN holdout_unit AS unit ON unit.image_id = one.id AND unit.phase IS NOT NULL)"
        )
        assert {image["id"] for image in document["images"]}.isdisjoint(key for (key,) in held)
        if store.runs.all():
            asked = ExportRequest(Path(folder, "crops"))
            crops = export(store, "crops", asked, lambda done, total: None)
            assert (crops.pictures, crops.chosen) == (0, len(plan.frames))


@settings(max_examples=25)
@given(surveys())
def test_every_picture_of_a_copy_is_accounted_for(plan: SurveyPlan) -> None:
    with built(plan) as store, tempfile.TemporaryDirectory() as folder:
        for by in ("none", "class", "deployment"):
            asked = CopyRequest(Path(folder, by), by=by)
            report = copy(store, asked, lambda done, total: None)
            assert report.export.chosen == len(plan.frames)
