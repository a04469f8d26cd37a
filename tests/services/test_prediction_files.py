"""What each record of a SpeciesNet 4.x file says, and which files say nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from camtrap_tui.errors import InputError
from camtrap_tui.services.prediction_files import read_predictions
from camtrap_tui.services.prediction_parts import Box, Guesses, Record
from tests.camera_files import MALLARD, RACCOON, record, write_predictions

EMPTY: tuple[Any, ...] = ([], None)


def one(tmp_path: Path, raw: Any) -> Record:
    (found,) = read_predictions(write_predictions(tmp_path / "p.json", [raw]))
    return found


def test_a_whole_record(tmp_path: Path) -> None:
    raw = record("a/x.jpg", country="USA", admin1_region="IL")

    assert one(tmp_path, raw) == Record(
        "a/x.jpg",
        [Box(1, "animal", 0.8, 0.1, 0.2, 0.3, 0.4)],
        [Guesses(1, [RACCOON, MALLARD], [0.9, 0.05])],
        RACCOON,
        0.9,
        "classifier",
        None,
        "4.0.1a",
        "USA",
        "IL",
        "",
        "speciesnet-4",
    )


def test_classes_belong_to_the_image_where_there_is_no_box(tmp_path: Path) -> None:
    for none in EMPTY:
        found = one(tmp_path, record("x.jpg", detections=none))

        assert found.boxes == []
        assert found.guesses[0].detection_number == 0


@pytest.mark.parametrize(
    ("category", "label", "expected"),
    [
        ("1", "animal", "animal"),
        ("2", "human", "human"),
        ("2", "person", "human"),
        ("3", "vehicle", "vehicle"),
        ("?", "person", "human"),
    ],
)
def test_categories(tmp_path: Path, category: str, label: str, expected: str) -> None:
    box = {"category": category, "label": label, "conf": 1, "bbox": [0, 0, 1, 1]}

    assert one(tmp_path, record("x.jpg", detections=[box])).boxes == [
        Box(1, expected, 1, 0, 0, 1, 1)
    ]


@pytest.mark.parametrize(
    ("box", "said"),
    [
        ({"conf": 1.2}, "detection 1 has a confidence of 1.2"),
        ({"conf": float("nan")}, "detection 1 has a confidence of nan"),
        ({"conf": "0.5"}, "detection 1 has a confidence of 0.5"),
        ({"conf": True}, "detection 1 has a confidence of True"),
        ({"bbox": [0.5, 0.5, 0.9, 0.1]}, "detection 1 has a box outside of the picture"),
        ({"bbox": [0.5, 0.5, float("nan"), 0.1]}, "detection 1 has a box outside of the picture"),
        ({"bbox": [0.5, float("nan"), 0.1, 0.1]}, "detection 1 has a box outside of the picture"),
        ({"bbox": [0.5, 0, 10**400, 0]}, "detection 1 lacks a category, a confidence or a box"),
        ({"bbox": [0.5, 0.5, 0.1]}, "detection 1 lacks a category, a confidence or a box"),
        ({"bbox": ["a", 0.5, 0.1, 0.1]}, "detection 1 lacks a category, a confidence or a box"),
        ({"category": "9", "label": "x"}, "detection 1 lacks a category, a confidence or a box"),
    ],
)
def test_an_odd_box_is_left_out_and_named(tmp_path: Path, box: dict[str, Any], said: str) -> None:
    good = {"category": "1", "label": "animal", "conf": 0.5, "bbox": [0, 0, 1, 1]}

    found = one(tmp_path, record("x.jpg", detections=[{**good, **box}, good]))

    assert found.odd == said
    assert [kept.number for kept in found.boxes] == [2]
    assert found.guesses[0].detection_number == 0
    assert found.label == RACCOON


@pytest.mark.parametrize(
    "classes",
    [
        {"classes": [RACCOON, MALLARD], "scores": [0.9, float("nan")]},
        {"classes": [RACCOON, MALLARD], "scores": [0.9, 1.5]},
        {"classes": [RACCOON, MALLARD], "scores": [0.9, "0.1"]},
        {"classes": [RACCOON, 17], "scores": [0.9, 0.05]},
        {"classes": [RACCOON, ""], "scores": [0.9, 0.05]},
        {"classes": [RACCOON, [1]], "scores": [0.9, 0.05]},
    ],
)
def test_an_odd_class_is_left_out_and_named(tmp_path: Path, classes: dict[str, Any]) -> None:
    path = write_predictions(
        tmp_path / "p.json", [record("a.jpg"), record("x.jpg", classifications=classes)]
    )

    _, found = read_predictions(path)

    assert found.guesses == [Guesses(1, [RACCOON], [0.9])]
    assert "has a score of" in found.odd


@pytest.mark.parametrize("classes", [{"classes": [RACCOON], "scores": []}, [1], "x", {"a": 1}])
def test_classes_in_another_shape_are_odd(tmp_path: Path, classes: Any) -> None:
    found = one(tmp_path, record("x.jpg", classifications=classes))

    assert found.guesses == []
    assert found.odd == "its classes and scores are not two lists of one length"


def test_failures_are_the_reason_and_classes_are_made_into_no_prediction(tmp_path: Path) -> None:
    failed = one(tmp_path, {"filepath": "x.jpg", "failures": ["DETECTOR", "CLASSIFIER"]})
    silent = one(tmp_path, record("x.jpg", label=None, prediction_score=None))

    assert (failed.label, failed.reason, failed.odd) == (None, "detector, classifier", "")
    assert (silent.label, silent.reason) == (None, "no prediction in the file")
    assert silent.guesses != []


@pytest.mark.parametrize("raw", [17, "x", None, [], {}, {"filepath": 3}, {"filepath": "  "}])
def test_a_record_without_a_file_is_nothing_but_odd(tmp_path: Path, raw: Any) -> None:
    found = one(tmp_path, raw)

    assert (found.file_path, found.odd) == ("", "it names no file")


@pytest.mark.parametrize(
    "document",
    [
        {"predictions": []},
        {},
        {"annotations": [1]},
        {"images": [], "info": {}},
        {"images": [{"id": 1, "file_name": "x.jpg"}], "annotations": [], "categories": []},
        {"info": {"detector": "MDv5a", "format_version": "1.4"}},
    ],
)
def test_a_file_without_predictions_is_refused(tmp_path: Path, document: dict[str, Any]) -> None:
    path = tmp_path / "whatever.txt"
    path.write_text(json.dumps(document))

    with pytest.raises(InputError, match="no predictions"):
        list(read_predictions(path))
