"""What each record of MegaDetector's batch output says, wherever its tables stand."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from camtrap_tui.domain.taxonomy import ANIMAL, BLANK, HUMAN, VEHICLE
from camtrap_tui.errors import InputError
from camtrap_tui.services.prediction_files import read_predictions
from camtrap_tui.services.prediction_parts import Box, Guesses, Record
from tests.camera_files import MALLARD, RACCOON

TABLES: dict[str, Any] = {
    "info": {"format_version": "1.6", "detector": "C:\\models\\md_v5a.pt", "classifier": "fox 2"},
    "detection_categories": {"1": "animal", "2": "person", "3": "vehicle", "4": "boat"},
    "classification_categories": {"0": "raccoon", "1": "mallard", "2": "Person", "3": "empty"},
    "classification_category_descriptions": {"0": RACCOON, "1": "a bird; of sorts"},
}
FULL: dict[str, Any] = {
    "file": "a/x.jpg",
    "detections": [
        {
            "category": "1",
            "conf": 0.8,
            "bbox": [0.1, 0.2, 0.3, 0.4],
            "classifications": [["0", 0.9], ["1", 0.05]],
        }
    ],
}


def box(conf: float, category: str = "1", **values: Any) -> dict[str, Any]:
    return {"category": category, "conf": conf, "bbox": [0, 0, 1, 1], **values}


def read(tmp_path: Path, *images: Any, before: bool = True, **members: Any) -> list[Record]:
    tables = {**TABLES, **members}
    path = tmp_path / "md.json"
    listed = {"images": list(images)}
    path.write_text(json.dumps({**tables, **listed} if before else {**listed, **tables}))
    return list(read_predictions(path))


def one(tmp_path: Path, *detections: Any, **members: Any) -> Record:
    (found,) = read(tmp_path, {"file": "x.jpg", "detections": list(detections)}, **members)
    return found


@pytest.mark.parametrize("before", [True, False])
def test_a_whole_record(tmp_path: Path, before: bool) -> None:
    assert read(tmp_path, FULL, before=before) == [
        Record(
            "a/x.jpg",
            [Box(1, "animal", 0.8, 0.1, 0.2, 0.3, 0.4)],
            [Guesses(1, [RACCOON, "mallard"], [0.9, 0.05])],
            RACCOON,
            0.9,
            "megadetector",
            None,
            "md_v5a.pt + fox 2",
            None,
            None,
            "",
            "megadetector-1.6",
        )
    ]


@pytest.mark.parametrize(
    ("version", "expected"),
    [("1.3", "megadetector-1.3"), (1.4, "megadetector-1.4"), (None, "megadetector")],
)
def test_the_format_is_what_the_file_says(tmp_path: Path, version: Any, expected: str) -> None:
    info = {"format_version": version} if version else {}

    assert one(tmp_path, info=info).source_format == expected


@pytest.mark.parametrize(
    ("detections", "expected", "score", "source"),
    [
        ([], BLANK, 1.0, "detector"),
        ([box(0.19)], BLANK, 0.81, "detector"),
        ([box(0.2)], ANIMAL, 0.2, "detector"),
        ([box(0.3), box(0.9, "2"), box(0.4, "3")], HUMAN, 0.9, "detector"),
        ([box(0.3, "3")], VEHICLE, 0.3, "detector"),
        # Some programs classify animals only: the person is surer.
        ([box(0.9, "2"), box(0.3, classifications=[["0", 0.99]])], HUMAN, 0.9, "detector"),
        ([box(0.9, classifications=[["2", 0.7]]), box(0.3, "3")], HUMAN, 0.7, "megadetector"),
        ([box(0.1, classifications=[["3", 0.7]])], BLANK, 0.7, "megadetector"),
    ],
)
def test_the_one_prediction(
    tmp_path: Path, detections: list[Any], expected: Any, score: float, source: str
) -> None:
    found = one(tmp_path, *detections)

    assert (found.label, found.source, found.odd) == (expected.label, source, "")
    assert found.score == pytest.approx(score)


def test_the_detector_may_have_a_threshold_of_its_own(tmp_path: Path) -> None:
    info = {"detector_metadata": {"typical_detection_threshold": 0.6}}

    assert one(tmp_path, box(0.5), info=info).label == BLANK.label
    assert one(tmp_path, box(0.6), info=info).label == ANIMAL.label
    for odd in (0, 7, "0.6", None):
        info["detector_metadata"]["typical_detection_threshold"] = odd  # type: ignore[assignment]
        assert one(tmp_path, box(0.2), info=info).label == ANIMAL.label
        assert one(tmp_path, box(0.19), info=info).label == BLANK.label


def test_raw_classes_are_the_guesses_and_the_others_the_prediction(tmp_path: Path) -> None:
    found = one(
        tmp_path,
        box(0.8, classifications=[["1", 0.7]], raw_classifications=[["0", 0.6], ["1", 0.3]]),
    )

    assert found.guesses == [Guesses(1, [RACCOON, "mallard"], [0.6, 0.3])]
    assert (found.label, found.score) == ("mallard", 0.7)


def test_classes_come_best_first(tmp_path: Path) -> None:
    found = one(tmp_path, box(0.8, classifications=[["1", 0.1], ["0", 0.7], ["2", 0.1]]))

    assert found.guesses == [Guesses(1, [RACCOON, "mallard", HUMAN.label], [0.7, 0.1, 0.1])]


@pytest.mark.parametrize(
    "bad", [["9", 0.5], ["1", 1.5], ["1", "0.5"], ["1"], "1", None, [["1"], 0.5], [True, 0.5]]
)
def test_an_odd_class_is_left_out_and_named(tmp_path: Path, bad: Any) -> None:
    found = one(tmp_path, box(0.8, classifications=[bad, ["0", 0.7]]))

    assert found.guesses == [Guesses(1, [RACCOON], [0.7])]
    assert found.odd.startswith("detection 1 has a class that cannot be taken")


@pytest.mark.parametrize("classifications", [{"0": 0.5}, "text", 17, [[]]])
def test_classes_in_another_shape_are_odd(tmp_path: Path, classifications: Any) -> None:
    found = one(tmp_path, box(0.8, classifications=classifications))

    assert found.guesses == []
    assert found.odd.startswith("detection 1 has a class that cannot be taken")
    assert found.label == ANIMAL.label


@pytest.mark.parametrize("key", [0, "0"])
def test_an_id_may_be_a_number(tmp_path: Path, key: Any) -> None:
    assert one(tmp_path, box(0.8, classifications=[[key, 0.7]])).label == RACCOON


@pytest.mark.parametrize(
    ("detection", "said"),
    [
        (box(-0.7), "detection 1 was removed before (confidence -0.7)"),
        (box(1.2), "detection 1 has a confidence of 1.2"),
        (box(float("nan")), "detection 1 has a confidence of nan"),
        (box(0.5, "4"), "detection 1 is of category 4, which is no animal"),
        (box(0.5, bbox=[0.5, 0.5, 0.9, 0.9]), "detection 1 has a box outside of the picture"),
        ({"category": "1"}, "detection 1 lacks a category, a confidence or a box"),
        ({"category": ["1"], "conf": 1}, "detection 1 lacks a category, a confidence or a box"),
        (17, "detection 1 lacks a category, a confidence or a box"),
    ],
)
def test_an_odd_detection_is_left_out_and_named(tmp_path: Path, detection: Any, said: str) -> None:
    found = one(tmp_path, detection, box(0.5))

    assert found.odd == said
    assert [kept.number for kept in found.boxes] == [2]


def test_a_removed_detection_leaves_a_blank_and_a_broken_one_does_not(tmp_path: Path) -> None:
    assert one(tmp_path, box(-0.9)).label == BLANK.label
    assert one(tmp_path, box(0.9, "4")).reason == "a detection in the file cannot be read"


def test_a_detection_of_nothing_is_no_box(tmp_path: Path) -> None:
    categories = {"0": "empty", "1": "Animal "}
    found = one(tmp_path, box(0, "0"), box(0.1), detection_categories=categories)

    assert (found.label, found.odd, len(found.boxes)) == (BLANK.label, "", 1)


@pytest.mark.parametrize(
    "video",
    [
        {"frame_rate": 30, "detections": []},
        {"frames_processed": [0, 30], "detections": None},
        {"detections": [box(0.9, frame_number=3)]},
        {"detections": [box(-0.9, frame_number=3)]},
    ],
)
def test_videos_are_not_pictures(tmp_path: Path, video: dict[str, Any]) -> None:
    first, second = read(tmp_path, {"file": "x.mp4", **video}, FULL)

    assert (first.not_a_picture, first.label, first.reason) == (True, None, None)
    assert first.odd == "a video, not a picture"
    assert not second.not_a_picture


def test_failures_are_the_reason(tmp_path: Path) -> None:
    failed, silent, strange = read(
        tmp_path,
        {"file": "x.jpg", "failure": "image \x1baccess", "detections": None},
        {"file": "y.jpg"},
        {"file": "z.jpg", "detections": "x"},
    )

    assert (failed.label, failed.reason) == (None, "image \N{REPLACEMENT CHARACTER}access")
    assert (silent.label, silent.reason) == (None, "no detections in the file")
    assert (strange.label, strange.odd) == (None, "its detections are no list")


@pytest.mark.parametrize("raw", [17, None, [], {}, {"file": 3}, {"file": "  "}])
def test_a_record_without_a_file_is_nothing_but_odd(tmp_path: Path, raw: Any) -> None:
    found, _ = read(tmp_path, raw, FULL)

    assert (found.file_path, found.odd) == ("", "it names no file")


@pytest.mark.parametrize("zipped", [True, False])
def test_tables_in_every_order_say_the_same(tmp_path: Path, zipped: bool) -> None:
    path = tmp_path / "md.json"
    members = {**TABLES, "images": [{"file": "y.jpg", "detections": [box(0.9, "2")]}, FULL]}
    keys = list(members)
    said = []
    for turn in range(len(keys)):
        document = {key: members[key] for key in keys[turn:] + keys[:turn]}
        text = json.dumps(document).encode()
        path.write_bytes(gzip.compress(text) if zipped else text)
        said.append(list(read_predictions(path)))

    assert [record.label for record in said[0]] == [HUMAN.label, RACCOON]
    assert all(one == said[0] for one in said)


def test_a_table_that_comes_twice_and_differs_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "md.json"
    tables = json.dumps(TABLES)[1:-1]
    other = json.dumps({"classification_categories": {"0": "wolf"}})[1:-1]
    path.write_text("{" + tables + ', "images": [' + json.dumps(FULL) + "], " + other + "}")

    with pytest.raises(InputError, match="`classification_categories` stands in it twice"):
        list(read_predictions(path))


def test_a_file_without_tables_is_all_odd_and_still_read(tmp_path: Path) -> None:
    path = tmp_path / "md.json"
    path.write_text(json.dumps({"images": [FULL]}))

    (found,) = read_predictions(path)
    assert (found.source_format, found.model_version) == ("megadetector", None)
    assert found.odd == "detection 1 is of category 1, which is no animal"


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=2),
    max_leaves=6,
)
classes = st.lists(
    st.lists(st.sampled_from(["0", "1", "9", 0]) | st.floats() | anything, max_size=3) | anything
)
detections = st.lists(
    anything
    | st.fixed_dictionaries(
        {"category": st.sampled_from(["1", "2", "0"]) | anything},
        optional={
            "conf": st.floats() | anything,
            "bbox": st.lists(st.floats(0, 1), min_size=4, max_size=4) | anything,
            "classifications": classes | anything,
            "raw_classifications": classes | anything,
            "frame_number": anything,
        },
    ),
    max_size=3,
)
images = st.fixed_dictionaries(
    {"file": st.text(min_size=1, max_size=8)},
    optional={
        "detections": detections | anything,
        "failure": anything,
        "frame_rate": anything,
    },
)


@settings(max_examples=150, suppress_health_check=list(HealthCheck))
@given(st.lists(images | anything, max_size=4), st.booleans(), anything)
def test_no_record_is_so_odd_that_it_stops_the_reading(
    tmp_path: Path, records: list[Any], before: bool, table: Any
) -> None:
    found = read(tmp_path, FULL, *records, before=before, classification_categories=table)

    assert len(found) == len(records) + 1
    for one in found:
        assert one.not_a_picture or not one.file_path or (one.label is None) == bool(one.reason)


@pytest.mark.parametrize("label", [MALLARD, "mallard"])
def test_a_description_or_else_the_name_makes_the_label(tmp_path: Path, label: str) -> None:
    found = one(
        tmp_path,
        box(0.8, classifications=[["0", 0.9]]),
        classification_categories={"0": "mallard"},
        classification_category_descriptions={"0": label},
    )

    assert found.label == label
