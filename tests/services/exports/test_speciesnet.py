"""SpeciesNet's format: paths as others need them, failures in its words, classes where it looks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from camtrap_tui.errors import InputError, UsageError
from camtrap_tui.services.exports.formats import export
from camtrap_tui.services.exports.request import ExportRequest, Options
from camtrap_tui.services.exports.run_records import SHARED
from camtrap_tui.services.exports.speciesnet import failure
from camtrap_tui.store.store import Store
from tests.builders import Said, add_images, add_run
from tests.services.exports.run_rows import exported

BOX = ("animal", 0.9, 0.1, 0.2, 0.3, 1 / 3)
SMALL = ("animal", 0.05, 0.1, 0.2, 0.3, 0.4)


def records(out: Path) -> list[dict[str, Any]]:
    found = json.loads(out.read_text(encoding="ascii"))
    assert found["info"] == {"format_version": "20261015"}
    listed: list[dict[str, Any]] = found["predictions"]
    return listed


def test_the_prediction_stands_with_the_surest_box(store: Store, tmp_path: Path) -> None:
    said = Said("bobcat", 0.91, boxes=(BOX, SMALL), guesses=(("bobcat", 0.91), ("dog", 0.1 + 0.2)))
    add_images(store, [said, Said("blank", 1.0)])
    with store.db.transaction():
        store.db.execute("UPDATE prediction SET source = 'detector' WHERE score = 1.0")
    exported(store, "speciesnet", tmp_path / "sn.json")
    first, second = records(tmp_path / "sn.json")
    surest, other = first["detections"]
    assert surest["raw_classifications"]["scores"] == [0.91, 0.30000000000000004]
    assert surest["processed_classification"]["source"] == "classifier"
    assert surest["processed_classification"]["class"].endswith(";;;;;;bobcat")
    assert set(other) == {"category", "label", "conf", "bbox"}
    assert second == {"filepath": "IMG_0002.JPG", "detections": [], "model_version": "demo-1.0"}
    # Nothing of an older format, which SpeciesNet would refuse.
    assert not {"prediction", "classifications"} & (first.keys() | second.keys())


def test_a_box_without_classes_speaks_for_itself(store: Store, tmp_path: Path) -> None:
    add_images(store, [Said("human", 0.9, boxes=(("human", 0.9, 0.1, 0.2, 0.3, 0.4),))] * 2)
    with store.db.transaction():
        store.db.execute("UPDATE prediction SET source = 'detector' WHERE image_id = 1")
    exported(store, "speciesnet", tmp_path / "sn.json")
    detected, classified = (one["detections"][0] for one in records(tmp_path / "sn.json"))
    assert "processed_classification" not in detected
    assert classified["processed_classification"]["source"] == "classifier"


def test_a_label_has_seven_tokens_whatever_a_class_is_called(store: Store, tmp_path: Path) -> None:
    name = "raccoon; northern"
    add_images(store, [Said(name, 0.9, boxes=(BOX,), guesses=((name, 0.9),))])
    exported(store, "speciesnet", tmp_path / "sn.json")
    ((detection,),) = (one["detections"] for one in records(tmp_path / "sn.json"))
    (label,) = detection["raw_classifications"]["classes"]
    assert label.split(";")[6:] == ["raccoon, northern"]
    assert detection["processed_classification"]["class"] == label


def test_a_picture_classified_as_a_whole_has_speciesnets_own_mark(
    store: Store, tmp_path: Path
) -> None:
    add_images(store, [Said("bobcat", 0.9, guesses=(("bobcat", 0.9),))])
    report = exported(store, "speciesnet", tmp_path / "sn.json")
    (record,) = records(tmp_path / "sn.json")
    (whole,) = record["detections"]
    assert (whole["category"], whole["conf"], whole["bbox"]) == ("0", 1.0, [0.0, 0.0, 1.0, 1.0])
    assert whole["label"] == "whole_image_classification"
    assert any("--boxes-only" in note for note in report.notes)
    exported(store, "speciesnet", tmp_path / "d.json", options=Options(boxes_only=True))
    assert records(tmp_path / "d.json")[0]["detections"] == []


@pytest.mark.parametrize(
    ("reason", "names", "words"),
    [
        ("classifier", ["CLASSIFIER"], None),
        ("detector, classifier", ["DETECTOR", "CLASSIFIER"], None),
        ("model error in the classifier: OOM", ["CLASSIFIER"], True),
        ("unreadable: truncated", ["CLASSIFIER", "DETECTOR"], True),
        # SpeciesNet takes it for no failure of the picture.
        ("geolocation", ["CLASSIFIER", "DETECTOR"], True),
    ],
)
def test_failures_are_in_speciesnets_words(
    reason: str, names: list[str], words: bool | None
) -> None:
    expected: dict[str, Any] = {"failures": names}
    assert failure(reason) == (expected | {"failure_reason": reason} if words else expected)


def test_two_pictures_of_one_path_are_told_apart_by_a_base_or_not_at_all(
    store: Store, tmp_path: Path
) -> None:
    run = add_run(store)
    for card in ("a", "b"):
        folder = tmp_path / "cards" / card
        folder.mkdir(parents=True)
        add_images(store, [Said()], folder=str(folder), run=run)
    with store.db.transaction():
        store.db.execute("UPDATE image SET file_path = 'IMG_0001.JPG'")
    report = exported(store, "speciesnet", tmp_path / "sn.json")
    assert (report.pictures, report.left_out) == (0, {SHARED: 2})
    based = Options(base=tmp_path / "cards")
    report = exported(store, "speciesnet", tmp_path / "sn.json", options=based)
    paths = {one["filepath"] for one in records(tmp_path / "sn.json")}
    assert paths == {"a/IMG_0001.JPG", "b/IMG_0001.JPG"}
    based = Options(base=tmp_path / "cards" / "a")
    report = exported(store, "speciesnet", tmp_path / "sn.json", options=based)
    assert [one["filepath"] for one in records(tmp_path / "sn.json")] == ["IMG_0001.JPG"]
    assert list(report.left_out.values()) == [1]
    with pytest.raises(UsageError, match="no such folder"):
        exported(store, "speciesnet", tmp_path / "x", options=Options(base=tmp_path / "none"))


def test_a_file_that_cannot_be_written_leaves_the_old_one(store: Store, tmp_path: Path) -> None:
    add_images(store, [Said()])
    out = tmp_path / "sn.json"
    out.write_text("old")

    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        export(store, "speciesnet", ExportRequest(out), stop)
    assert out.read_text() == "old"
    assert not list(tmp_path.glob(".sn.json*"))
    with pytest.raises(InputError, match="no such folder"):
        exported(store, "speciesnet", tmp_path / "none" / "sn.json")
