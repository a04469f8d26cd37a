"""COCO Camera Traps: boxes lie on what they name, in pixels, and readers of the format agree."""

from __future__ import annotations

import json
import uuid
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageOps

from camtrap_tui.domain.models import CachedFile
from camtrap_tui.errors import UsageError
from camtrap_tui.services.cached_copy import InputSize, make_copy
from camtrap_tui.services.exports.coco import NO_PIXELS
from camtrap_tui.services.exports.confirmed_boxes import AMBIGUOUS, ON_A_BLANK
from camtrap_tui.services.exports.formats import export
from camtrap_tui.services.exports.picture_files import NOT_FETCHED, SHOWS_PEOPLE
from camtrap_tui.services.exports.report import ExportReport
from camtrap_tui.services.exports.request import ExportRequest, Options
from camtrap_tui.services.exports.training import HELD
from camtrap_tui.services.ingest import add_folder
from camtrap_tui.services.splitting import SplitRequest, checked_shares, make_split, plan_split
from camtrap_tui.store.grades import NewGrade, NewObservation
from camtrap_tui.store.store import Store
from tests.builders import NOW, taxon
from tests.holdout_builder import drawn_survey, grade_blind
from tests.store.test_reports import grade
from tests.training_survey import BLUE, GREEN, MALLARD, RACCOON, RED, Scene, Seen, drawn, is_colour

REAL = Path(__file__).parents[3].parent / "shared" / "data" / "photos"
ONE = Seen((0.5, 0.25, 0.3, 0.2))


def written(
    store: Store, out: Path, *, people: str = "include", where: str = "", **options: Any
) -> tuple[ExportReport, dict[str, Any]]:
    """Return the report of an export, and the document that it wrote."""
    request = ExportRequest(out, where, people=people, options=Options(**options))  # type: ignore[arg-type]
    report = export(store, "coco", request, lambda done, total: None)
    return report, json.loads((out / "annotations.json").read_text(encoding="utf-8"))


def checked(document: Path, pictures: Path | None = None) -> dict[str, Any]:
    """Return what megadetector finds wrong; it raises for what is no COCO Camera Traps at all."""
    module = pytest.importorskip("megadetector.data_management.integrity_check_json_db")
    options = module.IntegrityCheckOptions()
    options.verbose = False
    options.requireInfo = True
    options.validateBoxes = "error"
    if pictures is not None:
        options.baseDir = str(pictures)
        options.bCheckImageSizes = options.bFindUnusedImages = True
        options.nThreads = 1
    errors: dict[str, Any] = module.integrity_check_json_db(str(document), options)[2]
    return errors


@pytest.mark.parametrize("orientation", range(9))
@pytest.mark.parametrize("how", ["none", "copy", "link"])
def test_a_box_lies_on_what_it_names_in_the_turned_picture(
    store: Store, tmp_path: Path, orientation: int, how: str
) -> None:
    drawn(store, tmp_path / "in", Scene("UR011/IMG_1.JPG", [ONE], orientation=orientation))
    _, document = written(store, tmp_path / "out", pictures=how)
    (image,), (annotation,) = document["images"], document["annotations"]
    assert (image["file_name"], image["width"], image["height"]) == ("UR011/IMG_1.JPG", 300, 400)
    assert annotation["bbox"] == [150, 100, 90, 80]
    root = tmp_path / "in" if how == "none" else tmp_path / "out/pictures"
    with Image.open(root / image["file_name"]) as file:
        seen = ImageOps.exif_transpose(file)
    x, y, w, h = annotation["bbox"]
    for point in ((x + 3, y + 3), (x + w - 4, y + h - 4)):
        assert is_colour(seen.getpixel(point), RED)
    for point in ((x - 4, y + 3), (x + w + 3, y + h - 4), (x + 3, y + h + 3)):
        assert not is_colour(seen.getpixel(point), RED)
    # MegaDetector's tools know of no mirrored pictures, and see these two lie on their side.
    if orientation not in (5, 7):
        assert checked(tmp_path / "out/annotations.json", root) == {
            "unused_files": [],
            "validation_errors": [],
        }


def test_boxes_fit_the_smaller_copy_that_goes_along(store: Store, tmp_path: Path) -> None:
    ids = drawn(store, tmp_path / "in", Scene("a.JPG", [ONE], orientation=6))
    whole = tmp_path / "in/a.JPG"
    copy = make_copy(whole.read_bytes(), InputSize(150))
    whole.unlink()
    cached = tmp_path / "cache/x/a.jpg"
    cached.parent.mkdir(parents=True)
    cached.write_bytes(copy.data)
    with store.db.transaction():
        cache = store.caches.use(str(tmp_path / "cache"), NOW)
        store.caches.put(
            CachedFile(
                ids["a.JPG"], cache, "x/a.jpg", copy.copy_md5, len(copy.data),
                copy.width, copy.height, "150 q75", NOW,
            )
        )  # fmt: skip
    _, document = written(store, tmp_path / "none")
    assert document["annotations"][0]["bbox"] == [150, 100, 90, 80]
    store.db.execute("UPDATE image SET width = NULL, height = NULL")
    report, document = written(store, tmp_path / "unknown")
    assert document["annotations"][0]["bbox_relative"] == pytest.approx(ONE.bbox)
    assert report.omitted == {NO_PIXELS: 1}
    _, document = written(store, tmp_path / "out", pictures="copy")
    assert (document["images"][0]["width"], document["images"][0]["height"]) == (150, 200)
    assert document["annotations"][0]["bbox"] == [75, 50, 45, 40]
    with Image.open(tmp_path / "out/pictures/a.JPG") as picture:
        assert is_colour(picture.getpixel((78, 53)), RED)


def test_pictures_go_nowhere_among_the_originals(store: Store, tmp_path: Path) -> None:
    drawn(store, tmp_path / "in", Scene("a.JPG", [ONE]))
    for how in ("copy", "link"):
        with pytest.raises(UsageError, match="where the survey's pictures are"):
            written(store, tmp_path / "in/coco", pictures=how)
    assert [path.name for path in (tmp_path / "in").iterdir()] == ["a.JPG"]


def test_bursts_are_sequences_and_one_path_in_two_sources_is_told(
    store: Store, tmp_path: Path
) -> None:
    drawn(store, tmp_path / "in", *(Scene(f"{n}.JPG", [ONE]) for n in range(3)))
    with store.db.transaction():
        store.db.execute("UPDATE image SET burst_id = 1, timestamp = '2026-06-01 12:00:0' || id")
        store.db.execute("UPDATE image SET file_path = '0.jpg' WHERE id = 2")
    for key in (1, 2, 3):
        seen = (NewObservation(taxon(store, RACCOON).id, count=2),)
        new = NewGrade(str(uuid.uuid4()), key, seen, "assisted", "species")
        store.grades.append("ann", [new], NOW)
    report, document = written(store, tmp_path / "out")
    frames = {one["id"]: (one["frame_num"], one["seq_num_frames"]) for one in document["images"]}
    assert sorted(frames.values()) == [(0, 3), (1, 3), (2, 3)]
    assert len({one["seq_id"] for one in document["images"]}) == 1
    assert any(note.startswith("2 pictures lie at a path that another") for note in report.notes)
    # A box is of one animal, however many there are.
    assert [one.get("count") for one in document["annotations"]] == [None] * 3


def test_the_document_says_what_people_said(store: Store, tmp_path: Path) -> None:
    mallard = Seen((0.1, 0.1, 0.1, 0.1), BLUE, taxon=MALLARD)
    doubtful = Seen((0.1, 0.7, 0.1, 0.1), GREEN, taxon="mink")
    ids = drawn(
        store,
        tmp_path / "in",
        Scene("UR011/1.JPG", [ONE]),
        Scene("UR011/2.JPG", [ONE], ["blank"]),
        Scene("UR011/3.JPG", [replace(ONE, taxon=RACCOON), mallard, doubtful], [RACCOON, MALLARD]),
        Scene("UR011/4.JPG", [], [MALLARD]),
        Scene("UR011/5.JPG", [ONE], ["unknown"]),
        Scene("UR011/6.JPG", [ONE], None),
        Scene("UR011/7.JPG", [ONE]),
    )
    grade(store, "ben", ids["UR011/7.JPG"], MALLARD)
    report, document = written(store, tmp_path / "out")
    assert document["categories"][0] == {"id": 0, "name": "empty"}
    names = {row["id"]: row["name"] for row in document["categories"]}
    assert names == {0: "empty", 1: "mallard", 2: "northern_raccoon"}
    said = [
        (files[a["image_id"]], names[a["category_id"]], "bbox" in a)
        for files in [{i["id"]: i["file_name"][6:7] for i in document["images"]}]
        for a in document["annotations"]
    ]
    assert said == [
        ("1", "northern_raccoon", True),
        ("2", "empty", False),
        ("3", "northern_raccoon", True),
        ("3", "mallard", True),
        ("4", "mallard", False),
    ]
    assert document["annotations"][0]["annotators"] == ["ann"]
    assert (report.pictures, report.files[0].rows) == (4, 5)
    assert report.left_out == {
        "shows what nobody could tell": 1,
        "is not graded": 1,
        "is in conflict": 1,
    }
    assert report.omitted == {ON_A_BLANK: 1, AMBIGUOUS: 1}
    assert {image["location"] for image in document["images"]} == {"UR011"}
    assert checked(tmp_path / "out/annotations.json")["validation_errors"] == []


def test_pandas_reads_it(store: Store, tmp_path: Path) -> None:
    pandas = pytest.importorskip("pandas")
    drawn(store, tmp_path / "in", Scene("1.JPG", [ONE]), Scene("2.JPG", [], ["blank"]))
    _, document = written(store, tmp_path / "out")
    frame = pandas.DataFrame(document["annotations"]).merge(
        pandas.DataFrame(document["images"]), left_on="image_id", right_on="id"
    )
    assert list(frame["category_id"]) == [1, 0]
    assert list(frame["file_name"]) == ["1.JPG", "2.JPG"]


def test_numbers_of_classes_do_not_depend_on_the_filter(store: Store, tmp_path: Path) -> None:
    drawn(store, tmp_path / "in", Scene("1.JPG"), Scene("2.JPG", said=[MALLARD]))
    _, everything = written(store, tmp_path / "all")
    _, some = written(store, tmp_path / "some", where="truth:mallard")
    assert len(some["images"]) == 1
    assert some["categories"] == everything["categories"]


def test_a_picture_of_unknown_size_has_relative_boxes(store: Store, tmp_path: Path) -> None:
    drawn(store, tmp_path / "in", Scene("1.JPG", [ONE]))
    with store.db.transaction():
        store.db.execute("UPDATE image SET width = NULL, height = NULL")
    # Its file is here, and says how large it is.
    _, document = written(store, tmp_path / "here")
    assert document["annotations"][0]["bbox"] == [150, 100, 90, 80]
    (tmp_path / "in/1.JPG").unlink()
    report, document = written(store, tmp_path / "out")
    assert "width" not in document["images"][0]
    assert "bbox" not in document["annotations"][0]
    assert document["annotations"][0]["bbox_relative"] == pytest.approx([0.5, 0.25, 0.3, 0.2])
    assert report.omitted == {NO_PIXELS: 1}
    assert checked(tmp_path / "out/annotations.json")["validation_errors"] == []


def test_a_picture_that_cannot_go_along_is_left_out(store: Store, tmp_path: Path) -> None:
    drawn(store, tmp_path / "in", Scene("1.JPG", [ONE]), Scene("2.JPG", [ONE]), Scene("3.JPG"))
    (tmp_path / "in/1.JPG").unlink()
    (tmp_path / "in/3.JPG").write_bytes(b"no picture any more")
    with store.db.transaction():
        store.db.execute("UPDATE image SET url = 'https://example.org/1.JPG' WHERE id = 1")
    report, document = written(store, tmp_path / "out", pictures="copy")
    assert [image["file_name"] for image in document["images"]] == ["2.JPG"]
    assert report.left_out == {NOT_FETCHED: 1, "cannot be read as a picture": 1}
    assert [file.name for file in (tmp_path / "out/pictures").iterdir()] == ["2.JPG"]


def test_people_are_left_out_or_blurred(store: Store, tmp_path: Path) -> None:
    person = replace(ONE, category="human")
    drawn(store, tmp_path / "in", Scene("1.JPG", [person], ["human"]), Scene("2.JPG", [ONE]))
    report, document = written(store, tmp_path / "without", people="exclude")
    assert report.left_out == {SHOWS_PEOPLE: 1}
    assert len(document["images"]) == 1
    with pytest.raises(UsageError, match="needs pictures"):
        written(store, tmp_path / "blurred", people="blur")
    assert not (tmp_path / "blurred").exists()
    _, document = written(store, tmp_path / "blurred", people="blur", pictures="link")
    assert len(document["images"]) == 2
    assert not (tmp_path / "blurred/pictures/1.JPG").is_symlink()
    assert (tmp_path / "blurred/pictures/2.JPG").is_symlink()


def test_each_picture_has_its_part_of_the_split(store: Store, tmp_path: Path) -> None:
    scenes = [Scene(f"UR{n:03}/{n}.JPG", [ONE]) for n in range(10)]
    drawn(store, tmp_path / "in", *scenes, Scene("UR011/late.JPG", said=None))
    report, document = written(store, tmp_path / "before")
    assert all("split" not in image for image in document["images"])
    assert any("no split" in note for note in report.notes)
    plan = plan_split(store, SplitRequest(checked_shares(0.2, 0.2)))
    make_split(store, plan, "ann")
    grade(store, "ann", 11, RACCOON)
    report, document = written(store, tmp_path / "out")
    parts = [image["split"] for image in document["images"]]
    assert sorted(parts) == ["test"] * 2 + ["train"] * 6 + ["val"] * 2
    assert report.left_out == {"is in no part of the split": 1}


def test_holdouts_are_in_it_only_where_asked_for_twice(store: Store, tmp_path: Path) -> None:
    survey = drawn_survey(store)
    grade_blind(survey, "ann")
    held = len(survey.images())
    report, document = written(store, tmp_path / "none")
    assert document["images"] == []
    assert report.left_out[HELD] == held
    with pytest.raises(UsageError, match="twice"):
        written(store, tmp_path / "once", holdouts=1)
    assert not (tmp_path / "once").exists()
    report, document = written(store, tmp_path / "twice", holdouts=2)
    assert {image["split"] for image in document["images"]} == {"holdout"}
    assert len(document["images"]) + sum(report.left_out.values()) == len(survey.truth)
    assert any("cannot be judged" in note for note in report.notes)
    with pytest.raises(UsageError, match="twice"):
        export(
            store,
            "coco",
            ExportRequest(tmp_path / "named", holdout=survey.holdout.name),
            lambda done, total: None,
        )


def test_a_holdouts_pictures_have_their_weights(store: Store, tmp_path: Path) -> None:
    survey = drawn_survey(store)
    grade_blind(survey, "ann")
    request = ExportRequest(
        tmp_path / "out", holdout=survey.holdout.name, options=Options(holdouts=2)
    )
    export(store, "coco", request, lambda done, total: None)
    document = json.loads((tmp_path / "out/annotations.json").read_text(encoding="utf-8"))
    assert len(document["images"]) == len(survey.images())
    strata = {row.name: row for row in store.holdouts.strata(survey.holdout.id)}
    for image in document["images"]:
        stratum = strata[image["stratum"]]
        assert (image["split"], image["stratum_pop"]) == ("holdout", stratum.population)
        assert image["weight"] == pytest.approx(stratum.population / stratum.sampled)


def test_two_exports_are_equal_but_for_their_day(store: Store, tmp_path: Path) -> None:
    drawn(store, tmp_path / "in", *(Scene(f"{n}.JPG", [ONE]) for n in range(3)))
    written(store, tmp_path / "one")
    written(store, tmp_path / "two")
    one, two = ((tmp_path / name / "annotations.json").read_bytes() for name in ("one", "two"))
    assert one == two


@pytest.mark.skipif(not REAL.is_dir(), reason="shared/data/photos is not beside the project")
def test_sizes_of_real_pictures_are_those_of_their_turned_pixels(
    store: Store, tmp_path: Path
) -> None:
    add_folder(store, REAL)
    for (key,) in store.db.execute("SELECT id FROM image").fetchall():
        grade(store, "ann", key, RACCOON)
    _, document = written(store, tmp_path / "out")
    assert len(document["images"]) >= 5
    for image in document["images"]:
        with Image.open(REAL / image["file_name"]) as file:
            if "truncated" in image["file_name"]:
                continue
            turned = ImageOps.exif_transpose(file)
        assert (image["width"], image["height"]) == turned.size
