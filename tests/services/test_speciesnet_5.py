"""What each record of a SpeciesNet 5.x file says, and its image's one prediction."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from camtrap_tui.domain import verdict
from camtrap_tui.domain.taxonomy import ANIMAL, HUMAN
from camtrap_tui.services.prediction_files import read_predictions
from camtrap_tui.services.prediction_parts import Box, Guesses, Record
from tests.camera_files import BLANK, MALLARD, RACCOON, record


def box(
    conf: float, said: str | None = None, score: float = 0.9, /, **values: Any
) -> dict[str, Any]:
    """Return one detection of 5.x, classified if it is `said` to be something."""
    plain = {"category": "1", "label": "animal", "conf": conf, "bbox": [0.1, 0.2, 0.3, 0.4]}
    if said is None:
        return {**plain, **values}
    return {
        **plain,
        "raw_classifications": {"classes": [said, MALLARD], "scores": [score, 0.01]},
        "processed_classification": {"class": said, "score": score, "source": "classifier"},
        **values,
    }


def picture(path: str, *detections: Any, **values: Any) -> dict[str, Any]:
    usual = {"filepath": path, "detections": list(detections), "model_version": "4.0.3a"}
    return {**usual, **values}


def read(tmp_path: Path, *records: Any, **members: Any) -> list[Record]:
    path = tmp_path / "p.json"
    document = {"info": {"format_version": "20261015"}, "predictions": records, **members}
    path.write_text(json.dumps(document))
    return list(read_predictions(path))


def one(tmp_path: Path, *detections: Any, **values: Any) -> Record:
    (found,) = read(tmp_path, picture("x.jpg", *detections, **values))
    return found


def test_a_whole_record(tmp_path: Path) -> None:
    region = {"country": "USA", "admin1_region": "IL", "latitude": 41.8, "longitude": -87.6}

    assert one(tmp_path, box(0.8, RACCOON), box(0.05), **region) == Record(
        "x.jpg",
        [Box(1, "animal", 0.8, 0.1, 0.2, 0.3, 0.4), Box(2, "animal", 0.05, 0.1, 0.2, 0.3, 0.4)],
        [Guesses(1, [RACCOON, MALLARD], [0.9, 0.01])],
        RACCOON,
        0.9,
        "classifier",
        None,
        "4.0.3a",
        "USA",
        "IL",
        "",
        "speciesnet-5",
    )


def test_the_surest_classified_detection_speaks_for_the_image(tmp_path: Path) -> None:
    found = one(tmp_path, box(0.19), box(0.12, MALLARD), box(0.15, RACCOON, 0.6))

    assert (found.label, found.score) == (RACCOON, 0.6)
    assert [guesses.detection_number for guesses in found.guesses] == [2, 3]


@pytest.mark.parametrize(("detections", "score"), [([], 1.0), ([box(0.05), box(0.08)], 0.92)])
def test_nothing_classified_is_blank(tmp_path: Path, detections: list[Any], score: float) -> None:
    found = one(tmp_path, *detections)

    assert (found.label, found.source) == (BLANK, "detector")
    assert found.score == pytest.approx(score)
    assert found.source_format is None


@pytest.mark.parametrize(
    ("category", "label", "expected"), [("1", "animal", ANIMAL), ("2", "person", HUMAN)]
)
def test_a_sure_box_that_nothing_classified_says_its_category(
    tmp_path: Path, category: str, label: str, expected: Any
) -> None:
    found = one(tmp_path, box(0.7, category=category, label=label), box(0.3))

    assert (found.label, found.score, found.source) == (expected.label, 0.7, "detector")


def test_classes_that_the_ensemble_never_saw_are_kept_and_make_no_prediction(
    tmp_path: Path,
) -> None:
    raw = {"classes": [RACCOON], "scores": [0.9]}
    found = one(tmp_path, box(0.15, raw_classifications=raw))

    assert found.guesses == [Guesses(1, [RACCOON], [0.9])]
    assert (found.label, found.score) == (BLANK, 0.85)


def test_the_picture_as_a_whole_is_no_box(tmp_path: Path) -> None:
    whole = box(1.0, RACCOON, category="0", label="whole_image_classification", bbox=[0, 0, 1, 1])
    found = one(tmp_path, whole, box(0.9), whole)

    assert [kept.number for kept in found.boxes] == [1]
    assert found.guesses == [Guesses(0, [RACCOON, MALLARD], [0.9, 0.01])]
    assert (found.label, found.score) == (RACCOON, 0.9)
    assert found.odd == "the picture as a whole is classified twice"


def test_failures_are_the_reason(tmp_path: Path) -> None:
    failures = ["CLASSIFIER", "DETECTOR"]
    gone = {"filepath": "x.jpg", "failures": failures, "model_version": "4.0.3a"}
    half = picture("y.jpg", box(0.8), failures=["CLASSIFIER"])

    first, second = read(tmp_path, gone, half)

    assert (first.label, first.reason) == (None, "classifier, detector")
    assert (second.label, second.reason, len(second.boxes)) == (None, "classifier", 1)


def test_a_place_that_was_not_found_takes_no_classes_away(tmp_path: Path) -> None:
    found = one(tmp_path, box(0.8, RACCOON), failures=["GEOLOCATION"])

    assert (found.label, found.reason) == (RACCOON, None)
    assert "place was not found" in found.odd


def test_a_record_without_detections_is_no_blank(tmp_path: Path) -> None:
    for detections in (None, "x", {"a": 1}):
        found = one(tmp_path, detections=detections)

        assert (found.label, found.reason) == (None, "no prediction in the file")


def test_a_lost_detection_makes_no_blank(tmp_path: Path) -> None:
    lost = one(tmp_path, box(7.0), box(0.05))
    found = one(tmp_path, box(7.0), box(0.3, RACCOON))

    assert (lost.label, lost.reason) == (None, "a detection in the file cannot be read")
    assert lost.odd == "detection 1 has a confidence of 7.0"
    assert (found.label, [kept.number for kept in found.boxes]) == (RACCOON, [2])


@pytest.mark.parametrize(
    "processed",
    [
        {"class": RACCOON},
        {"class": RACCOON, "score": 2},
        {"class": "", "score": 0.5},
        {"class": 3, "score": 0.5},
        [1],
        "x",
    ],
)
def test_an_odd_class_is_named_and_makes_no_blank(tmp_path: Path, processed: Any) -> None:
    found = one(tmp_path, box(0.15, RACCOON, processed_classification=processed))

    assert found.odd == "detection 1 has no class and score in its last classification"
    assert found.label is None
    assert found.guesses != []


def test_the_keys_tell_the_version_and_nothing_else_does(tmp_path: Path) -> None:
    path = tmp_path / "speciesnet_4.json"
    records = [picture("x.jpg", box(0.8, RACCOON))]
    for document in (
        {"predictions": records},
        {"predictions": records, "info": {"format_version": "20270101"}},
    ):
        path.write_text(json.dumps(document))
        (found,) = read_predictions(path)

        assert (found.label, found.source_format) == (RACCOON, "speciesnet-5")
    path.write_text(
        json.dumps({"info": {"format_version": "20261015"}, "predictions": [record("x.jpg")]})
    )
    (old,) = read_predictions(path)
    assert (old.label, old.source_format) == (RACCOON, "speciesnet-4")


classified = st.builds(
    lambda conf, label, score: box(conf, label, score),
    st.floats(0, 1),
    st.sampled_from([RACCOON, MALLARD, BLANK]),
    st.floats(0, 1),
)


@settings(max_examples=80, suppress_health_check=list(HealthCheck))
@given(st.lists(classified | st.builds(box, st.floats(0, 0.199)), max_size=5))
def test_the_image_gets_what_predict_would_give_it(
    tmp_path: Path, detections: list[dict[str, Any]]
) -> None:
    found = one(tmp_path, *detections)

    said = [one.get("processed_classification") for one in detections]
    expected = verdict.verdict(
        verdict.Box(
            box["conf"],
            verdict.Verdict(said["class"], said["score"], said["source"]) if said else None,
        )
        for box, said in zip(detections, said, strict=True)
    )
    assert (found.label, found.score, found.source) == (
        expected.label,
        expected.score,
        expected.source,
    )
