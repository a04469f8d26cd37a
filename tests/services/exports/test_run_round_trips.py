"""What a run said goes out as a file of predictions and comes back as the same rows."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from camtrap_tui.domain.taxonomy import UNKNOWN, TaxonName
from camtrap_tui.services.exports.run_records import SHARED
from camtrap_tui.store.store import Store
from tests.builders import add_run, image
from tests.services.exports.run_rows import (
    AS_FORMAT_HAS,
    brought_back,
    exported,
    rows_of_run,
)
from tests.services.exports.survey_plans import BLANK, TAXA
from tests.services.exports.survey_strategy import SurveyPlan, built, surveys

_EMPTY = SurveyPlan((), (), (), ())
_SAID: tuple[TaxonName, ...] = (BLANK, BLANK, UNKNOWN, *TAXA)
_unit = st.one_of(st.floats(0, 1), st.sampled_from((0.0, 0.1, 0.2, 0.5, 1.0)))
_classes = st.lists(
    st.tuples(st.sampled_from(_SAID), _unit), max_size=3, unique_by=lambda one: one[0].taxon_uuid
).map(lambda found: sorted(found, key=lambda one: -one[1]))
_boxes = st.lists(
    st.tuples(st.sampled_from(("animal", "human", "vehicle")), _unit, _classes), max_size=3
)
_outcomes = st.one_of(
    st.tuples(
        st.sampled_from(_SAID),
        _unit,
        st.sampled_from(("detector", "classifier", "megadetector", "classifier+rollup_to_genus")),
    ),
    st.sampled_from(
        ("classifier", "detector, classifier", "geolocation", "unreadable: “ab”; 1", "DETECTOR")
    ),
)
_records = st.lists(st.tuples(_outcomes, _boxes, _classes), min_size=1, max_size=4)


def _put(store: Store, source_format: str | None, version: str, records: list[Any]) -> None:
    """Add a run that says this, whatever program could have said it."""
    taxa = {taxon.taxon_uuid: store.taxa.ensure(taxon, "model").id for taxon in _SAID}
    said = {"source_format": source_format, "model_version": version}
    run = add_run(store, "odd", country="USA", admin1_region="IL", **said)
    with store.db.transaction():
        source = store.images.source("folder", "/pictures", "2026-06-01T12:00:00Z").id
        for number, (outcome, boxes, whole) in enumerate(records):
            key = store.images.add(image(f"{number}", source_id=source))
            if isinstance(outcome, str):
                row: tuple[object, ...] = (run.id, key, "failed", None, None, None, outcome, 1)
            else:
                name, score, said_by = outcome
                row = (run.id, key, "predicted", taxa[name.taxon_uuid], score, said_by, None, 1)
            store.runs.put_predictions([row])
            found = [(0, whole), *((n, box[2]) for n, box in enumerate(boxes, 1))]
            store.runs.put_detections(
                (run.id, key, n, category, confidence, 0.1, 0.2, 0.3, 1 / 3)
                for n, (category, confidence, _) in enumerate(boxes, 1)
            )
            store.runs.put_classifications(
                (run.id, key, n, rank, taxa[taxon.taxon_uuid], score)
                for n, classes in found
                for rank, (taxon, score) in enumerate(classes, 1)
            )


def _shared(store: Store) -> set[str]:
    """Return the paths that no file can say anything of, since two pictures have them."""
    sql = (
        "SELECT file_path FROM prediction JOIN image ON image.id = image_id"
        " WHERE run_id = 1 AND outcome <> 'pending' GROUP BY 1 HAVING count(*) > 1"
    )
    return {path for (path,) in store.db.execute(sql)}


@settings(max_examples=60)
@given(plan=surveys(acts=0), run_id=st.sampled_from((1, 2)))
@pytest.mark.parametrize("name", ["megadetector", "speciesnet"])
def test_a_run_comes_back_as_it_was(name: str, plan: SurveyPlan, run_id: int) -> None:
    if not plan.has_runs:
        return
    with built(plan) as store, tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out.json"
        report = exported(store, name, out, run_id=run_id)
        shared = _shared(store)
        expected = rows_of_run(store, run_id, but=shared)
        pending = sum(frame.seen.outcome == "pending" for frame in plan.frames)
        assert report.pictures == len(expected)
        assert sum(n for why, n in report.left_out.items() if "pending" in why) == pending
        assert report.pictures + sum(report.left_out.values()) == len(plan.frames)
        if not expected:
            return
        assert brought_back(out, Path(folder) / "back") == AS_FORMAT_HAS[name](expected)
        assert (SHARED in report.left_out) == bool(shared)


@settings(max_examples=25)
@given(plan=surveys(acts=0))
def test_a_file_says_the_same_every_time_and_each_path_once(plan: SurveyPlan) -> None:
    if not plan.has_runs:
        return
    with built(plan) as store, tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out.json"
        texts = set()
        for _ in range(2):
            exported(store, "megadetector", out)
            texts.add(out.read_text(encoding="ascii"))
        assert len(texts) == 1
        files = [image["file"] for image in json.loads(texts.pop())["images"]]
        assert len(set(files)) == len(files)


@settings(max_examples=100)
@given(
    records=_records,
    source_format=st.sampled_from((None, "speciesnet-4", "megadetector-1.5")),
    version=st.sampled_from(("4.0.3a", "v5a.0.0", "md_v5a + 4.0.3a", "4.0.1a + 4.0.3a", "demo-1")),
)
@pytest.mark.parametrize("name", ["megadetector", "speciesnet"])
def test_whatever_a_run_says_comes_back(
    name: str, records: list[Any], source_format: str | None, version: str
) -> None:
    with built(_EMPTY) as store, tempfile.TemporaryDirectory() as folder:
        _put(store, source_format, version, records)
        out = Path(folder) / "out.json"
        run_id = store.runs.all()[-1].id
        exported(store, name, out, run_id=run_id)
        expected = AS_FORMAT_HAS[name](rows_of_run(store, run_id))
        back = Path(folder) / "back"
        assert brought_back(out, back) == expected
        with Store.open(back / "back.db") as again:
            brought = again.runs.all()[-1]
            assert (brought.country, brought.admin1_region) == ("USA", "IL")
            assert brought.model_version == version
