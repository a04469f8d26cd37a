"""What is drawn on the pictures of a preview, and under which plain names."""

from __future__ import annotations

from pathlib import Path

import pytest

from camtrap_tui.services.exports.pictures import Pictures
from camtrap_tui.services.exports.request import ExportRequest
from camtrap_tui.services.previews_results import (
    Results,
    picture_name,
    results_of_people,
    results_of_run,
)
from camtrap_tui.store.store import Store
from tests.builders import Said
from tests.services.preview_survey import BOX, fill, say


def _results(store: Store, *, by_truth: bool) -> Results:
    with store.db.snapshot():
        pictures = Pictures(store, ExportRequest(store.path), boxes=True)
        found = list(pictures.read(lambda done, total: None))
        shown = [(picture_name(number), one) for number, one in enumerate(found, 1)]
        if by_truth:
            return results_of_people(shown, 0.2)
        taxa = {taxon.id: taxon for taxon in store.taxa.all()}
        classes = store.exporting.classes(1, [one.image.id for one in found])
        assert pictures.run is not None
        return results_of_run(pictures.run, taxa, shown, classes)


def test_a_species_is_in_its_boxes_or_around_everything(store: Store, tmp_path: Path) -> None:
    said = (Said("bobcat", 0.9, boxes=(BOX,)), Said("blank", 1.0), Said("blank", 1.0))
    keys = fill(store, tmp_path / "cards", said)
    for key, name in zip(keys, ("northern raccoon", "bobcat", "blank"), strict=True):
        say(store, key, name)
    data = _results(store, by_truth=True).data
    names = data["classification_categories"]
    boxes = [[d["bbox"] for d in image["detections"]] for image in data["images"]]
    assert boxes == [[pytest.approx([0.1, 0.2, 0.3, 0.4])], [[0.0, 0.0, 1.0, 1.0]], []]
    assert {d["conf"] for image in data["images"] for d in image["detections"]} == {1.0}
    classes = [d["classifications"] for image in data["images"] for d in image["detections"]]
    assert [names[key] for [(key, _)] in classes] == ["northern raccoon", "bobcat"]


def test_plain_names_are_told_apart_and_lead_back(store: Store, tmp_path: Path) -> None:
    hard = (
        "渡り鳥",
        "鳥",
        "Häher",
        "haher",
        "a/../b",
        "unreliable",
        "x" * 90,
        "<i>",
        "o'possum",
        "opossum",
    )
    fill(store, tmp_path / "cards", tuple(Said(name, 0.9, boxes=(BOX,)) for name in hard))
    results = _results(store, by_truth=False)
    plain = list(results.data["classification_categories"].values())
    assert len(set(plain)) == len(hard)
    assert all(name.isascii() and "/" not in name and "<" not in name for name in plain)
    assert "unreliable" not in plain
    assert sorted(results.classes) == sorted(plain)
    # What the survey calls them: in small letters, as all its names are.
    assert set(results.classes.values()) == {name.casefold() for name in hard}
    assert results.files["p000001.jpg"] == "IMG_0001.JPG"


def test_a_box_has_its_first_class_alone(store: Store, tmp_path: Path) -> None:
    guesses = (("bobcat", 0.9), ("cat family", 0.05))
    fill(store, tmp_path / "cards", (Said("bobcat", 0.9, boxes=(BOX,), guesses=guesses),))
    data = _results(store, by_truth=False).data
    ((detection,),) = (image["detections"] for image in data["images"])
    ((key, score),) = detection["classifications"]
    assert (data["classification_categories"][key], score) == ("bobcat", 0.9)
