"""The engine says what SpeciesNet says, and one bad picture stays one bad picture."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from camtrap_tui.domain.taxonomy import BLANK
from camtrap_tui.services import model_folder
from camtrap_tui.services.child import environment
from camtrap_tui.services.engine import (
    Engine,
    Picture,
    Predicted,
    Result,
    Unpredicted,
    default_threads,
)
from tests.picture_files import blobs, jpeg, write_kinds

pytestmark = pytest.mark.model


@pytest.fixture(scope="module")
def engine(tiny_model: Path) -> Engine:
    return Engine.load(model_folder.read(tiny_model), geofence=True)


def run(engine: Engine, paths: Sequence[Path], country: str | None = "USA") -> list[Result]:
    pictures = (Picture(number, path) for number, path in enumerate(paths, 1))
    return list(
        engine.run(pictures, country=country, admin1_region=None, should_stop=lambda: False)
    )


def theirs(speciesnet: Any, model: Path, paths: Sequence[Path]) -> list[dict[str, Any]]:
    """Return what SpeciesNet itself predicts, unrounded, a picture at a time."""
    package = speciesnet.SpeciesNet(str(model))
    said = package.predict(
        filepaths=[str(path) for path in paths],
        country="USA",
        run_mode="single_thread",
        max_classifications_per_detection=5,
    )
    predictions: list[dict[str, Any]] = said["predictions"]
    return predictions


def same(ours: Predicted, their: dict[str, Any]) -> None:
    """Compare box by box; boxes exactly, scores but for the rounding of another batch size."""
    boxes = [d for d in their["detections"] if d["category"] != "0"]
    assert [b.category for b in ours.boxes] == [d["label"] for d in boxes]
    assert [b.confidence for b in ours.boxes] == [d["conf"] for d in boxes]
    assert [list(b.bbox) for b in ours.boxes] == [d["bbox"] for d in boxes]
    number = 0
    expected: list[tuple[int, int, str]] = []
    scores: list[float] = []
    for detection in their["detections"]:
        number += detection["category"] != "0"
        raw = detection.get("raw_classifications", {"classes": [], "scores": []})
        expected += [(number, rank, label) for rank, label in enumerate(raw["classes"], 1)]
        scores += raw["scores"]
    assert [(c.detection_number, c.rank, c.label) for c in ours.classes] == expected
    assert [c.score for c in ours.classes] == pytest.approx(scores, abs=1e-6)
    classified = [d for d in their["detections"] if "processed_classification" in d]
    if classified:
        best = max(classified, key=lambda d: d["conf"])["processed_classification"]
        assert (ours.verdict.label, ours.verdict.source) == (best["class"], best["source"])
        assert ours.verdict.score == pytest.approx(best["score"], abs=1e-6)
    else:
        assert ours.verdict.label == BLANK.label


def test_every_kind_of_picture_as_speciesnet_itself(
    speciesnet: Any, engine: Engine, tiny_model: Path, tmp_path: Path
) -> None:
    paths = write_kinds(tmp_path)
    results = run(engine, paths)
    assert len(results) == len(paths)
    for ours, their in zip(results, theirs(speciesnet, tiny_model, paths), strict=True):
        assert isinstance(ours, Predicted), ours
        same(ours, their)
    # The comparison is worth something only where there is something to compare.
    predicted = [result for result in results if isinstance(result, Predicted)]
    assert sum(len(result.boxes) for result in predicted) > 20
    assert sum(len(result.classes) for result in predicted) > 20
    assert len({c.label for result in predicted for c in result.classes}) > 2


def test_models_of_whole_pictures_too(speciesnet: Any, whole_model: Path, tmp_path: Path) -> None:
    whole = Engine.load(model_folder.read(whole_model), geofence=True)
    paths = write_kinds(tmp_path)[:3]
    for ours, their in zip(run(whole, paths), theirs(speciesnet, whole_model, paths), strict=True):
        assert isinstance(ours, Predicted)
        same(ours, their)
        assert {c.detection_number for c in ours.classes} == {0}
        assert all(box.category in ("animal", "human", "vehicle") for box in ours.boxes)


def test_bad_files_fail_alone(engine: Engine, tmp_path: Path) -> None:
    good = write_kinds(tmp_path)
    data = jpeg(blobs(1))
    bad = {
        "cut.jpg": (data[: len(data) // 2], "truncated"),
        "empty.jpg": (b"", "empty"),
        "diary.jpg": (b"Dear diary", "unreadable"),
    }
    for name, (content, _) in bad.items():
        (tmp_path / name).write_bytes(content)
    paths = [good[0], *(tmp_path / name for name in bad), tmp_path / "gone.jpg", good[1]]
    results = run(engine, paths)
    reasons = [r.reason if isinstance(r, Unpredicted) else "" for r in results]
    assert [reason.partition(":")[0] for reason in reasons] == [
        "",
        "truncated",
        "empty",
        "unreadable",
        "missing",
        "",
    ]


@pytest.mark.parametrize("part", ["detector", "classifier", "ensemble"])
def test_a_part_that_raises_fails_that_picture(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    paths = write_kinds(tmp_path)[:3]
    whole = getattr(engine, part)
    method = "combine" if part == "ensemble" else "predict"
    real = getattr(whole, method)

    def raises(*args: Any, **kwargs: Any) -> Any:
        if "2" in (args[0] if args else kwargs["filepaths"]):
            raise MemoryError("no room at 0x7f00dead")
        return real(*args, **kwargs)

    monkeypatch.setattr(whole, method, raises)
    first, second, third = run(engine, paths)
    assert isinstance(first, Predicted)
    assert isinstance(third, Predicted)
    assert isinstance(second, Unpredicted)
    assert second.reason.startswith("model error")
    assert "no room at 0x…" in second.reason


def test_results_do_not_depend_on_the_neighbours(engine: Engine, tmp_path: Path) -> None:
    paths = write_kinds(tmp_path)
    together = run(engine, paths)
    alone = [run(engine, [path])[0] for path in paths]
    for one, other in zip(together, alone, strict=True):
        assert isinstance(one, Predicted)
        assert isinstance(other, Predicted)
        assert (one.boxes, one.classes, one.verdict) == (other.boxes, other.classes, other.verdict)


def test_stopping_ends_soon_and_leaves_no_thread(engine: Engine, tmp_path: Path) -> None:
    path = write_kinds(tmp_path)[0]
    before = set(threading.enumerate())
    drawn = 0

    def pictures() -> Iterator[Picture]:
        nonlocal drawn
        for number in range(1000):
            drawn += 1
            yield Picture(number, path)

    done: list[Result] = []
    for result in engine.run(
        pictures(), country=None, admin1_region=None, should_stop=lambda: len(done) >= 2
    ):
        done.append(result)
    assert len(done) == 2
    assert drawn < 12
    assert set(threading.enumerate()) <= before


def test_a_core_is_left_to_the_rest() -> None:
    assert default_threads() >= 1


def test_weights_that_cannot_be_loaded_are_one_sentence(tiny_model: Path, tmp_path: Path) -> None:
    import shutil

    from camtrap_tui.errors import ModelError

    broken = Path(shutil.copytree(tiny_model, tmp_path / "broken"))
    (broken / "classifier.pt").write_bytes(b"not weights")
    with pytest.raises(ModelError, match="cannot be loaded"):
        Engine.load(model_folder.read(broken), geofence=True)


@pytest.mark.parametrize(
    "box",
    [
        (0.0, 0.0, 1.0, 1.0),
        (0.1234, 0.4321, 0.3333, 0.2),
        (0.9, 0.95, 0.1, 0.05),
        (0.5, 0.5, 0.002, 0.003),
    ],
)
def test_crops_are_the_pixels_that_speciesnet_cuts(
    engine: Engine, box: tuple[float, float, float, float]
) -> None:
    from speciesnet.utils import BBox

    picture = blobs(9, size=(1640, 1240))
    ours = engine._crop(picture, BBox(*box)).arr
    (their,) = engine.classifier.preprocess(picture, bboxes=[BBox(*box)])
    assert (ours == their.arr).all()


@pytest.mark.parametrize(("device", "together"), [("cpu", False), ("cuda", True)])
def test_crops_go_one_by_one_on_a_cpu_and_together_on_a_gpu(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, device: str, together: bool
) -> None:
    paths = [path for path in write_kinds(tmp_path) if path.name != "grey.jpg"][:2]
    usual = run(engine, paths)
    sizes: list[int] = []
    real = engine.classifier.predict

    def counted(name: str, crops: list[Any], num_classes: int) -> Any:
        sizes.append(len(crops))
        return real(name, crops, num_classes=num_classes)

    monkeypatch.setattr(engine.classifier, "predict", counted)
    monkeypatch.setattr(Engine, "device", device)
    results = run(engine, paths)
    assert (max(sizes) > 1) is together
    for one, other in zip(results, usual, strict=True):
        assert isinstance(one, Predicted)
        assert isinstance(other, Predicted)
        assert one.verdict.label == other.verdict.label
        assert [c.label for c in one.classes] == [c.label for c in other.classes]


def test_the_import_leaves_pillow_and_the_environment_alone(speciesnet: Any) -> None:
    code = """if True:
        import os, PIL.ImageFile
        before = dict(os.environ)
        from camtrap_tui.services.quiet import import_speciesnet
        import_speciesnet()
        changed = {name for name in os.environ if os.environ[name] != before.get(name)}
        print(sorted(changed & {"OMP_NUM_THREADS", "NUMEXPR_MAX_THREADS"}))
        print(PIL.ImageFile.LOAD_TRUNCATED_IMAGES)
    """
    said = subprocess.run(
        [sys.executable, "-c", code], env=environment(), check=True, capture_output=True, text=True
    )
    assert said.stdout.split() == ["[]", "False"]
    assert said.stderr == ""
