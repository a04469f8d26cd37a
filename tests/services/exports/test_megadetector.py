"""MegaDetector's format: its own validator takes it, and Timelapse tells its classes apart."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from camtrap_tui.domain.taxonomy import ANIMAL, BLANK, VEHICLE, TaxonName
from camtrap_tui.errors import UsageError
from camtrap_tui.services.exports.megadetector_names import class_names
from camtrap_tui.services.imports import import_predictions
from camtrap_tui.store.store import Store
from tests.builders import Said, add_images, add_run, taxon
from tests.services.exports.run_rows import exported

BOX = ("animal", 0.9, 0.1, 0.2, 0.3, 1 / 3)


def read(out: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(out.read_text(encoding="ascii"))
    return found


def validated(out: Path) -> dict[str, Any]:
    validator = pytest.importorskip("megadetector.postprocessing.validate_batch_results")
    found: dict[str, Any] = validator.validate_batch_results(str(out))["validation_results"]
    return found


def test_megadetectors_own_validator_takes_it(store: Store, tmp_path: Path) -> None:
    add_images(
        store,
        [
            Said("northern raccoon", 0.93, boxes=(BOX,), guesses=(("northern raccoon", 0.93),)),
            Said("blank", 1.0),
            Said(None),
            Said("northern raccoon", 0.8, guesses=(("northern raccoon", 0.8),)),
            # A whole number in Python, and a float all the same in the file.
            Said("human", 1, boxes=(("human", 1, 0, 0, 1, 1),)),
        ],
    )
    report = exported(store, "megadetector", tmp_path / "md.json")
    found = validated(tmp_path / "md.json")
    assert (found["errors"], found["warnings"]) == ([], [])
    assert found["detection_category_id_to_count"] == {"1": 1, "2": 1, "4": 1}
    written = read(tmp_path / "md.json")
    assert written["info"]["format_version"] == "1.6"
    assert written["detection_categories"]["4"] == "whole picture"
    assert [image.get("failure") for image in written["images"]] == [None, None, "truncated"] + [
        None
    ] * 2
    assert (report.pictures, report.unlabeled, report.left_out) == (5, 1, {})


def test_a_blank_picture_has_no_detection_even_where_it_was_classified(
    store: Store, tmp_path: Path
) -> None:
    add_images(store, [Said("blank", 0.97, guesses=(("blank", 0.97), ("animal", 0.01)))])
    exported(store, "megadetector", tmp_path / "md.json")
    written = read(tmp_path / "md.json")
    assert "4" not in written["detection_categories"]
    (entry,) = written["images"]
    assert entry["detections"] == []
    assert [score for _, score in entry["raw_classifications"]] == [0.97, 0.01]


def test_others_read_the_score_of_the_prediction(store: Store, tmp_path: Path) -> None:
    person = ("human", 0.95, 0.1, 0.2, 0.3, 0.4)
    add_images(
        store,
        [
            Said("bobcat", 0.9, boxes=(BOX,), guesses=(("bobcat", 0.85), ("cat family", 0.1))),
            Said("human", 0.95, boxes=(person,), guesses=(("human", 0.8),)),
        ],
    )
    with store.db.transaction():
        store.db.execute("UPDATE prediction SET source = 'detector' WHERE score = 0.95")
    exported(store, "megadetector", tmp_path / "md.json")
    cat, human = (image["detections"][0] for image in read(tmp_path / "md.json")["images"])
    assert [score for _, score in cat["classifications"]] == [0.9]
    assert [score for _, score in cat["raw_classifications"]] == [0.85, 0.1]
    # The detector has said it.
    assert "classifications" not in human


def test_a_model_is_called_as_others_know_it(store: Store, tmp_path: Path) -> None:
    (key,) = add_images(store, [Said("bobcat", 0.9, boxes=(BOX,), guesses=(("bobcat", 0.9),))])
    named = {}
    for version in ("4.0.3a", "md_v5a.0.0 + 4.0.3a", "demo-1.0"):
        run = add_run(store, version, model_version=version)
        with store.db.transaction():
            row = (run.id, key, "predicted", taxon(store, "blank").id, 1.0, "detector", None, 1)
            store.runs.put_predictions([row])
        exported(store, "megadetector", tmp_path / "md.json", run_id=run.id)
        head = read(tmp_path / "md.json")["info"]
        named[version] = head["detector"], head["classifier"]
        assert head["classifier_metadata"]["typical_classification_threshold"] == 0.5
    assert named == {
        "4.0.3a": ("SpeciesNet 4.0.3a", "SpeciesNet 4.0.3a"),
        "md_v5a.0.0 + 4.0.3a": ("md_v5a.0.0", "SpeciesNet 4.0.3a"),
        "demo-1.0": ("demo-1.0", "demo-1.0"),
    }


def test_a_class_given_by_another_program_since_counts(store: Store, tmp_path: Path) -> None:
    add_images(
        store,
        [
            Said("bobcat", 0.6, boxes=(BOX,), guesses=(("bobcat", 0.6), ("cat family", 0.2))),
            Said("bobcat", 0.9, boxes=(BOX,), guesses=(("bobcat", 0.9),)),
        ],
    )
    exported(store, "megadetector", tmp_path / "md.json")
    written = read(tmp_path / "md.json")
    names = {name: key for key, name in written["classification_categories"].items()}
    # As MegaDetector's smoothing does.
    written["images"][0]["detections"][0]["classifications"] = [[names["cat family"], 0.7]]
    (tmp_path / "smoothed.json").write_text(json.dumps(written))
    with Store.open(tmp_path / "back.db", create=True) as back:
        import_predictions(back, tmp_path / "smoothed.json")
        said = back.db.execute(
            "SELECT common_name, score, source FROM prediction JOIN taxon ON taxon.id = taxon_id"
            " ORDER BY image_id"
        ).fetchall()
    assert said == [("cat family", 0.7, "megadetector"), ("bobcat", 0.9, "classifier")]


def test_no_two_classes_have_one_name_and_none_that_of_a_category(store: Store) -> None:
    ducks = [
        TaxonName(f"d{n}", "aves", "", "", genus, species, "duck")
        for n, (genus, species) in enumerate(
            [("aix", "sponsa"), ("anas", "acuta"), ("anas", "acuta"), ("", "")]
        )
    ]
    other = TaxonName("d9", "aves", "", "", "", "", "DUCK (Aix sponsa)")
    taxa = [taxon(store, name) for name in (*ducks, other, ANIMAL, VEHICLE, BLANK)]
    names = class_names(taxa)
    assert len({name.casefold() for name in names.values()}) == len(taxa)
    assert {"animal (unspecified)", "vehicle (unspecified)", "blank"} <= set(names.values())
    assert names[taxa[3].id].startswith("duck (")
    alone = class_names(taxa[:2])
    assert list(alone.values()) == ["duck (Aix sponsa)", "duck (Anas acuta)"]


def test_what_the_file_cannot_say_is_counted(store: Store, tmp_path: Path) -> None:
    keys = add_images(store, [Said(), Said(None, boxes=(BOX,)), Said(), Said(), Said()])
    with store.db.transaction():
        store.db.execute("UPDATE image SET file_path = 'clip.MP4' WHERE id = ?", [keys[0]])
        store.db.execute("UPDATE image SET file_path = 'a.png' WHERE id = ?", [keys[2]])
        store.db.execute(
            "UPDATE prediction SET outcome = 'pending', taxon_id = NULL WHERE image_id = ?",
            [keys[3]],
        )
        store.db.execute("DELETE FROM prediction WHERE image_id = ?", [keys[4]])
    report = exported(store, "megadetector", tmp_path / "md.json")
    assert report.left_out == {
        "is named as a video": 1,
        "is still pending in run 1": 1,
        "is not in run 1": 1,
    }
    assert report.omitted == {"boxes of a picture that could not be predicted": 1}
    assert (report.pictures, report.unlabeled) == (2, 1)
    assert any("Timelapse" in note and note.startswith("1 picture") for note in report.notes)
    assert validated(tmp_path / "md.json")["errors"] == []


def test_people_are_left_out_and_never_blurred(store: Store, tmp_path: Path) -> None:
    person = ("human", 0.9, 0.1, 0.2, 0.3, 0.4)
    add_images(store, [Said(), Said("human", 0.9, boxes=(person,))])
    report = exported(store, "megadetector", tmp_path / "md.json", people="exclude")
    assert report.left_out == {"shows people": 1}
    with pytest.raises(UsageError, match="no pictures"):
        exported(store, "megadetector", tmp_path / "md.json", people="blur")


def test_without_a_run_it_says_so_and_writes_nothing(store: Store, tmp_path: Path) -> None:
    for name in ("megadetector", "speciesnet"):
        with pytest.raises(UsageError, match="no run"):
            exported(store, name, tmp_path / "out.json")
    assert not (tmp_path / "out.json").exists()


def test_a_refenced_run_has_its_parents_boxes(store: Store, tmp_path: Path) -> None:
    said = Said("bobcat", 0.9, boxes=(BOX,), guesses=(("bobcat", 0.9), ("cat family", 0.05)))
    (key,) = add_images(store, [said])
    child = add_run(store, "child", kind="refence", parent_run_id=1, country="KEN")
    family = taxon(store, "cat family").id
    source = "classifier+geofence+rollup_to_family"
    with store.db.transaction():
        row = (child.id, key, "predicted", family, 0.95, source, None, 1)
        store.runs.put_predictions([row])
    exported(store, "megadetector", tmp_path / "md.json", run_id=child.id)
    written = read(tmp_path / "md.json")
    names = written["classification_categories"]
    (detection,) = written["images"][0]["detections"]
    assert detection["bbox"] == [0.1, 0.2, 0.3, 1 / 3]
    assert [(names[k], s) for k, s in detection["classifications"]] == [("cat family", 0.95)]
    assert [names[k] for k, _ in detection["raw_classifications"]] == ["bobcat", "cat family"]
    assert written["info"]["country"] == "KEN"
