"""Runs that came from files, for another country: by what each format says of a picture."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from camtrap_tui.domain.models import Run
from camtrap_tui.errors import InputError, ModelError, UsageError
from camtrap_tui.services import events
from camtrap_tui.services.imports import import_predictions
from camtrap_tui.store.store import Store
from tests.model_builder import LABELS
from tests.refencing import notices, run_it, words

pytestmark = pytest.mark.model

BLANK, HERON, RACCOON, DOG, HUMAN, _ = LABELS
NOT_KNOWN = "no classes are stored: what it would be elsewhere is not known"
FENCED_SOURCE = "classifier+geofence+rollup_to_order"


def version_4(**records: dict[str, Any]) -> dict[str, Any]:
    return {
        "predictions": [
            {"filepath": f"{name}.JPG", "model_version": "4.0.1a", **record}
            for name, record in records.items()
        ]
    }


def classes(*pairs: tuple[str, float]) -> dict[str, Any]:
    return {"classes": [label for label, _ in pairs], "scores": [score for _, score in pairs]}


def animal(confidence: float, category: str = "1") -> dict[str, Any]:
    return {
        "category": category,
        "label": {"1": "animal", "2": "human"}[category],
        "conf": confidence,
        "bbox": [0.1, 0.1, 0.2, 0.2],
    }


FIVE = ((RACCOON, 0.9), (DOG, 0.04), (BLANK, 0.03), (HUMAN, 0.02), (HERON, 0.01))


def imported(survey: Path, content: dict[str, Any]) -> Run:
    file = survey.with_suffix(".json")
    file.write_text(json.dumps(content))
    with Store.make(survey) as store:
        return import_predictions(store, file).run


def test_a_file_of_speciesnet_4(rules: Path, tmp_path: Path) -> None:
    """Its one class is of the first box's crop, or of the picture where there is no box."""
    said = {"prediction": RACCOON, "prediction_score": 0.9, "prediction_source": "classifier"}
    survey, told = tmp_path / "river.db", list[events.Event]()
    imported(
        survey,
        version_4(
            crop={"detections": [animal(0.8)], "classifications": classes(*FIVE), **said},
            whole={"detections": [], "classifications": classes(*FIVE), **said},
            # The second box was never classified, and does not speak.
            second={
                "detections": [animal(0.8), animal(0.7, "2")],
                "classifications": classes(*FIVE),
                **said,
            },
            bare={"detections": [animal(0.8)], **said},
            nothing={"detections": [], "prediction": BLANK, "prediction_score": 0.7},
            lost={"failures": ["DETECTOR"]},
        ),
    )
    report = run_it(survey, "KEN", told, model=str(rules))
    fenced = ("carnivorous mammal", pytest.approx(0.94), "classifier+geofence+rollup_to_order")
    with Store.open(survey) as store:
        assert words(store, report.run) == {
            "crop.JPG": fenced,
            "whole.JPG": fenced,
            "second.JPG": fenced,
            "bare.JPG": ("failed", NOT_KNOWN),
            "nothing.JPG": ("blank", 0.7, None),
            "lost.JPG": ("failed", "detector"),
        }
        at_home = run_it(survey, "USA", model=str(rules)).run
        assert words(store, at_home)["whole.JPG"] == ("northern raccoon", 0.9, "classifier")
    assert "four decimals" in notices(told)
    assert "was made by 4.0.1a" in notices(told)
    assert "ATTENTION" not in notices(told)


def test_a_file_of_speciesnet_5_with_two_classes_a_box(rules: Path, tmp_path: Path) -> None:
    survey, told = tmp_path / "river.db", list[events.Event]()
    box = animal(0.8) | {
        "raw_classifications": classes(*FIVE[:2]),
        "processed_classification": {"class": RACCOON, "score": 0.9, "source": "classifier"},
    }
    content = {
        "info": {"format_version": "20261015"},
        "predictions": [
            {"filepath": "a.JPG", "detections": [box], "model_version": "4.0.2a"},
            {"filepath": "b.JPG", "detections": [animal(0.6, "2")], "model_version": "4.0.2a"},
            {"filepath": "c.JPG", "detections": [], "model_version": "4.0.2a"},
        ],
    }
    imported(survey, content)
    report = run_it(survey, "KEN", told, model=str(rules))
    assert "ATTENTION: run 1 has the best 2 classes" in notices(told)
    with Store.open(survey) as store:
        assert words(store, report.run) == {
            "a.JPG": ("carnivorous mammal", 0.9400000000000001, FENCED_SOURCE),
            # As when the file came in: a box without a class speaks for its category.
            "b.JPG": ("human", 0.6, "detector"),
            "c.JPG": ("blank", 1.0, "detector"),
        }


def test_a_detector_alone_says_nothing_of_countries(rules: Path, tmp_path: Path) -> None:
    survey = tmp_path / "river.db"
    content = {
        "info": {"format_version": "1.5"},
        "detection_categories": {"1": "animal"},
        "images": [{"file": "a.JPG", "detections": [animal(0.8)]}],
    }
    imported(survey, content)
    with pytest.raises(InputError, match="Run 1 has no classes"):
        run_it(survey, "KEN", model=str(rules))
    with Store.open(survey) as store:
        assert len(store.runs.all()) == 1


def test_an_imported_run_needs_a_model(rules: Path, tmp_path: Path) -> None:
    survey = tmp_path / "river.db"
    record = {"detections": [animal(0.8)], "classifications": classes(*FIVE), "prediction": RACCOON}
    imported(survey, version_4(a=record))
    with pytest.raises(UsageError, match=r"names no model.*--model FOLDER"):
        run_it(survey, "KEN")
    assert run_it(survey, "KEN", usual_model=str(rules)).is_new
    with pytest.raises(ModelError, match="no such model folder"):
        run_it(survey, "KEN", model=str(tmp_path / "nowhere"))
    with pytest.raises(UsageError, match=r"no run 9\. Its runs: 1, 2"):
        run_it(survey, "KEN", run_id=9, model=str(rules))


def megadetector(descriptions: dict[str, str], *images: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "info": {"format_version": "1.6", "detector": "md_v5a.0.0.pt"},
        "detection_categories": {"1": "animal", "2": "person"},
        "classification_categories": {"0": "raccoon", "1": "dog", "2": "blank"},
        "classification_category_descriptions": descriptions,
        "images": [{"file": f"{n}.JPG", "detections": one} for n, one in enumerate(images)],
    }


def box(confidence: float, category: str = "1", **classes: list[list[Any]]) -> dict[str, Any]:
    return {"category": category, "conf": confidence, "bbox": [0.1, 0.1, 0.2, 0.2], **classes}


def test_a_megadetector_file_with_speciesnets_classes(rules: Path, tmp_path: Path) -> None:
    survey, told = tmp_path / "river.db", list[events.Event]()
    raw = [["0", 0.9], ["1", 0.04], ["2", 0.03]]
    content = megadetector(
        {"0": RACCOON, "1": DOG, "2": BLANK},
        [box(0.8, classifications=[["0", 0.9]], raw_classifications=raw)],
        [box(0.8, classifications=[["0", 0.9]])],
        [box(0.8, classifications=[["1", 0.85]])],
        [box(0.9, "2"), box(0.4, classifications=[["0", 0.9]])],
        [box(0.05)],
        [],
    )
    imported(survey, content)
    report = run_it(survey, "KEN", told, model=str(rules))
    with Store.open(survey) as store:
        found = words(store, report.run)
    assert found == {
        "0.JPG": ("carnivorous mammal", pytest.approx(0.94), FENCED_SOURCE),
        "1.JPG": ("carnivorous mammal", 0.9, FENCED_SOURCE),
        "2.JPG": ("domestic dog", 0.85, "classifier"),
        "3.JPG": ("human", 0.9, "detector"),
        "4.JPG": ("blank", 0.95, "detector"),
        "5.JPG": ("blank", 1.0, "detector"),
    }
    assert "of the format megadetector-1.6" in notices(told)
    assert "ATTENTION: run 1 has the best 3 classes" in notices(told)


def test_classes_that_the_model_does_not_know(rules: Path, tmp_path: Path) -> None:
    """A geofence knows no bare name: all of it would end as animal, whatever the country."""
    bare = megadetector({}, [box(0.8, classifications=[["0", 0.9]])])
    imported(tmp_path / "bare.db", bare)
    with pytest.raises(InputError, match=r"None of the classes of run 1 \(raccoon\) is in"):
        run_it(tmp_path / "bare.db", "KEN", model=str(rules))
    with Store.open(tmp_path / "bare.db") as store:
        assert len(store.runs.all()) == 1

    told = list[events.Event]()
    pair = [["0", 0.5], ["1", 0.4]]
    half = megadetector({"0": RACCOON}, [box(0.8, classifications=pair)])
    imported(tmp_path / "half.db", half)
    run_it(tmp_path / "half.db", "KEN", told, model=str(rules))
    assert "1 of the 2 classes of run 1 are not in the taxonomy" in notices(told)
    assert "no country changes them: dog." in notices(told)


def test_a_species_without_its_classes_is_not_known_elsewhere(rules: Path, tmp_path: Path) -> None:
    """Files were cut down by other programs: what a box was called is there, the classes not."""
    said = {"processed_classification": {"class": RACCOON, "score": 0.9, "source": "classifier"}}
    content = {
        "info": {"format_version": "20261015"},
        "predictions": [
            {"filepath": "a.JPG", "detections": [animal(0.8) | said]},
            {
                "filepath": "b.JPG",
                "detections": [animal(0.8) | said | {"raw_classifications": classes(*FIVE)}],
            },
        ],
    }
    survey = tmp_path / "river.db"
    imported(survey, content)
    report = run_it(survey, "USA", model=str(rules))
    with Store.open(survey) as store:
        assert words(store, report.run) == {
            "a.JPG": ("failed", NOT_KNOWN),
            "b.JPG": ("northern raccoon", 0.9, "classifier"),
        }
