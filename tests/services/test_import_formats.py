"""SpeciesNet 5.x and MegaDetector in a survey: a run each, whole or not at all, once."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from camtrap_tui.domain.models import Detection
from camtrap_tui.errors import InputError
from camtrap_tui.services.imports import import_predictions
from camtrap_tui.services.places import path_media_id
from camtrap_tui.store.store import Store
from tests.builders import md5
from tests.camera_files import MALLARD, RACCOON

ID_A = md5("a")
BOX = {"category": "1", "label": "animal", "conf": 0.8, "bbox": [0.1, 0.2, 0.3, 0.4]}
VERSION_5: dict[str, Any] = {
    "info": {"format_version": "20261015"},
    "predictions": [
        {
            "filepath": f"a/{ID_A}.jpg",
            "country": "USA",
            "admin1_region": "IL",
            "detections": [
                {
                    **BOX,
                    "raw_classifications": {"classes": [RACCOON, MALLARD], "scores": [0.9, 0.05]},
                    "processed_classification": {
                        "class": RACCOON,
                        "score": 0.9,
                        "source": "classifier",
                    },
                }
            ],
            "model_version": "4.0.3a",
        },
        {
            "filepath": "b/y.jpg",
            "country": "USA",
            "admin1_region": "IL",
            "failures": ["DETECTOR"],
            "model_version": "4.0.3a",
        },
    ],
}
MEGADETECTOR: dict[str, Any] = {
    "images": [
        {
            "file": f"a/{ID_A}.jpg",
            "detections": [{**BOX, "classifications": [["0", 0.9], ["1", 0.05]]}],
        },
        {"file": "b\\y.jpg", "detections": None, "failure": "unreadable"},
        {"file": "b/z.mp4", "frame_rate": 30, "detections": []},
        {"file": f"c/{ID_A}.jpg", "detections": []},
        {"file": 3},
    ],
    "detection_categories": {"1": "animal", "2": "person", "3": "vehicle"},
    "classification_categories": {"0": "raccoon", "1": "the unheard-of"},
    "classification_category_descriptions": {"0": RACCOON},
    "info": {"format_version": "1.5", "detector": "MDv5a", "classifier": "fox 2"},
}
DOCUMENTS = [VERSION_5, MEGADETECTOR]


def written(path: Path, document: dict[str, Any]) -> Path:
    path.write_text(json.dumps(document))
    return path


def image_id(store: Store, media_id: str) -> int:
    return int(store.db.value("SELECT id FROM image WHERE media_id = ?", [media_id]))


@pytest.mark.parametrize("document", DOCUMENTS)
def test_boxes_classes_and_predictions(
    store: Store, tmp_path: Path, document: dict[str, Any]
) -> None:
    run = import_predictions(store, written(tmp_path / "p.json", document)).run

    a = image_id(store, ID_A)
    taxa = {taxon.id: taxon for taxon in store.taxa.all()}
    assert store.runs.detections(run.id, a) == [
        Detection(run.id, a, 1, "animal", 0.8, 0.1, 0.2, 0.3, 0.4)
    ]
    classes = store.runs.classifications(run.id, a)
    assert [(c.detection_number, c.rank, c.score) for c in classes] == [(1, 1, 0.9), (1, 2, 0.05)]
    assert taxa[classes[0].taxon_id].taxon_uuid == RACCOON.split(";")[0]
    prediction = store.runs.predictions(run.id, [a])[a]
    assert (prediction.taxon_id, prediction.score) == (classes[0].taxon_id, 0.9)
    assert store.runs.outcomes(run.id) == {"predicted": 1, "failed": 1}
    assert store.db.value("PRAGMA foreign_key_check") is None


def test_the_run_of_speciesnet_5(store: Store, tmp_path: Path) -> None:
    run = import_predictions(store, written(tmp_path / "p.json", VERSION_5)).run

    assert (run.kind, run.source_format, run.model_version) == (
        "import",
        "speciesnet-5",
        "4.0.3a",
    )
    assert (run.country, run.admin1_region) == ("USA", "IL")
    assert store.runs.failures(run.id) == [("b/y.jpg", "detector", 1)]


def test_the_run_of_megadetector(store: Store, tmp_path: Path) -> None:
    run = import_predictions(store, written(tmp_path / "p.json", MEGADETECTOR)).run

    assert (run.kind, run.source_format, run.model_version, run.country) == (
        "import",
        "megadetector-1.5",
        "MDv5a + fox 2",
        None,
    )
    assert store.runs.failures(run.id) == [("b/y.jpg", "unreadable", 1)]
    unheard = store.db.execute(
        "SELECT origin FROM taxon WHERE common_name = 'the unheard-of'"
    ).fetchall()
    assert unheard == [("import",)]


@pytest.mark.parametrize("chunk", [1, 1000])
def test_every_record_is_accounted_for(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chunk: int
) -> None:
    monkeypatch.setattr("camtrap_tui.services.imports._CHUNK", chunk)
    twice = {**MEGADETECTOR, "images": MEGADETECTOR["images"] + MEGADETECTOR["images"][2:3]}

    report = import_predictions(store, written(tmp_path / "p.json", twice))

    counts = report.counts
    assert (counts.predicted, counts.failed, counts.repeated) == (1, 1, 1)
    assert (counts.not_pictures, counts.nameless, counts.records) == (2, 1, 6)
    assert counts.new_images == store.images.count() == 2
    assert counts.examples == [
        "b/z.mp4: a video, not a picture",
        "record 5: it names no file",
        "b/z.mp4: a video, not a picture",
    ]
    assert report.states == {
        "pending": 2,
        "duplicate": 1,
        "not_a_picture": 2,
        "unreadable": 1,
    }
    assert sum(report.states.values()) == counts.records


@pytest.mark.parametrize("chunk", [1, 1000])
def test_a_video_of_a_pictures_name_leaves_the_picture(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chunk: int
) -> None:
    monkeypatch.setattr("camtrap_tui.services.imports._CHUNK", chunk)
    first = MEGADETECTOR["images"][0]
    video = {"file": first["file"], "frame_rate": 1, "detections": []}
    for turn, images in enumerate(([first, video], [video, first])):
        path = written(tmp_path / f"{turn}.json", {**MEGADETECTOR, "images": images})

        report = import_predictions(store, path)

        assert report.counts.not_pictures == 1
        assert report.states == {"pending": turn + 1, "not_a_picture": turn + 1}
    assert store.images.count() == 1


def test_a_file_of_nothing_but_blanks_counts_as_the_latest_format(
    store: Store, tmp_path: Path
) -> None:
    document = {"predictions": [{"filepath": "x.jpg", "detections": []}]}

    run = import_predictions(store, written(tmp_path / "p.json", document)).run

    assert run.source_format == "speciesnet-5"
    assert store.runs.outcomes(run.id) == {"predicted": 1}


@pytest.mark.parametrize("document", DOCUMENTS)
def test_the_same_file_counts_once(store: Store, tmp_path: Path, document: dict[str, Any]) -> None:
    first = import_predictions(store, written(tmp_path / "p.json", document))
    second = import_predictions(store, written(tmp_path / "q.json", document))

    assert (first.already_imported, second.already_imported) == (False, True)
    assert second.run == first.run


@pytest.mark.parametrize("document", DOCUMENTS)
def test_gzip_is_told_by_content(store: Store, tmp_path: Path, document: dict[str, Any]) -> None:
    path = tmp_path / "p.json"
    path.write_bytes(gzip.compress(json.dumps(document).encode()))

    report = import_predictions(store, path)

    assert report.counts.predicted == 1
    assert store.runs.classifications(report.run.id, image_id(store, ID_A)) != []


def test_formats_stand_side_by_side_over_the_same_pictures(store: Store, tmp_path: Path) -> None:
    for number, document in enumerate(DOCUMENTS):
        import_predictions(store, written(tmp_path / f"{number}.json", document))

    assert store.images.count() == 2
    keys = [image_id(store, ID_A), image_id(store, path_media_id("b/y.jpg"))]
    for run in store.runs.all():
        assert set(store.runs.predictions(run.id, keys)) == set(keys)


@settings(max_examples=60, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(DOCUMENTS), st.data())
def test_a_file_that_is_cut_off_anywhere_changes_nothing(
    store: Store, tmp_path: Path, document: dict[str, Any], data: st.DataObject
) -> None:
    whole = json.dumps(document).encode()
    length = data.draw(st.integers(0, len(whole) - 1))
    path = tmp_path / "p.json"
    path.write_bytes(whole[:length])
    taxa = store.taxa.all()

    expected = f"at byte {length:,}" if length else "empty"
    with pytest.raises(InputError, match=expected):
        import_predictions(store, path)

    assert (store.images.count(), store.runs.all(), store.images.sources()) == (0, [], {})
    assert store.taxa.all() == taxa
