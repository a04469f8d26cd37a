"""Crops: each shows what is in its box, lies in its class's folder, and is in the index."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from camtrap_tui.errors import UsageError
from camtrap_tui.services.exports.confirmed_boxes import OF_ANOTHER_KIND
from camtrap_tui.services.exports.crops import A_PERSON, HIDDEN, padded
from camtrap_tui.services.exports.formats import export
from camtrap_tui.services.exports.picture_files import NOT_HERE, SHOWS_PEOPLE
from camtrap_tui.services.exports.report import ExportReport
from camtrap_tui.services.exports.request import ExportRequest, Options
from camtrap_tui.services.exports.training import HELD, classes_of
from camtrap_tui.services.splitting import SplitRequest, checked_shares, make_split, plan_split
from camtrap_tui.store.store import Store
from tests.builders import taxon
from tests.holdout_builder import drawn_survey, grade_blind
from tests.services.exports.test_confirmed_boxes import row
from tests.store.test_reports import grade
from tests.training_survey import (
    BLUE,
    GREEN,
    GREY,
    MALLARD,
    RACCOON,
    RED,
    Scene,
    Seen,
    drawn,
    is_colour,
)

ONE = Seen((0.5, 0.25, 0.3, 0.2))


def cut(
    store: Store, out: Path, *, people: str = "include", **options: Any
) -> tuple[ExportReport, list[dict[str, str]]]:
    """Return the report of an export, and the rows of its index."""
    request = ExportRequest(out, people=people, options=Options(**options))  # type: ignore[arg-type]
    report = export(store, "crops", request, lambda done, total: None)
    with (out / "crops.csv").open(encoding="utf-8", newline="") as file:
        return report, list(csv.DictReader(file))


@pytest.mark.parametrize("orientation", range(9))
def test_a_crop_shows_what_is_in_its_box(store: Store, tmp_path: Path, orientation: int) -> None:
    drawn(store, tmp_path / "in", Scene("UR011/a.JPG", [ONE], orientation=orientation))
    _, (index,) = cut(store, tmp_path / "out", padding=0.0)
    assert index["file"].startswith("northern_raccoon/UR011-a-")
    with Image.open(tmp_path / "out" / index["file"]) as crop:
        assert crop.size == (90, 80)
        assert not crop.getexif()
        for point in ((3, 3), (86, 3), (3, 76), (86, 76), (45, 40)):
            assert is_colour(crop.getpixel(point), RED)
    edges = [int(index[name]) for name in ("left", "top", "right", "bottom")]
    assert edges == [150, 100, 240, 180]
    assert (index["picture_width"], index["picture_height"]) == ("300", "400")


def test_pictures_of_one_name_have_crops_of_their_own(store: Store, tmp_path: Path) -> None:
    paths = [f"UR011/DCIM/{number}MEDIA/IMG_1.JPG" for number in (100, 101)]
    drawn(store, tmp_path / "in", *(Scene(path, [ONE]) for path in paths))
    _, index = cut(store, tmp_path / "out")
    assert {one["deployment_id"] for one in index} == {"UR011"}
    assert len({one["file"] for one in index}) == len(list((tmp_path / "out").rglob("*.jpg"))) == 2
    said = {key for (key,) in store.db.execute("SELECT 'o_' || grade_uuid || '_1' FROM grade")}
    assert {one["observation_id"] for one in index} == said


def test_no_crops_are_put_among_the_pictures(store: Store, tmp_path: Path) -> None:
    drawn(store, tmp_path / "in", Scene("a.JPG", [ONE]))
    with pytest.raises(UsageError, match="where the survey's pictures are"):
        cut(store, tmp_path / "in/crops")


def test_padding_shows_what_is_around(store: Store, tmp_path: Path) -> None:
    drawn(store, tmp_path / "in", Scene("a.JPG", [ONE], orientation=6))
    _, (usual,) = cut(store, tmp_path / "usual")
    with Image.open(tmp_path / "usual" / usual["file"]) as crop:
        assert crop.size == (108, 96)
        assert is_colour(crop.getpixel((2, 48)), GREY)
        assert is_colour(crop.getpixel((54, 48)), RED)
    _, (wide,) = cut(store, tmp_path / "wide", padding=1.0)
    # Where the picture ends, the crop does.
    with Image.open(tmp_path / "wide" / wide["file"]) as crop:
        assert crop.size == (240, 240)


@pytest.mark.parametrize(
    ("bbox", "padding", "edges"),
    [
        ((0.0, 0.0, 1.0, 1.0), 0.5, (0, 0, 100, 50)),
        ((0.5, 0.5, 0.001, 0.001), 0.0, (50, 25, 51, 26)),
        ((0.9999, 0.9999, 0.0001, 0.0001), 0.0, (99, 49, 100, 50)),
        ((0.1, 0.2, 0.2, 0.2), 0.5, (0, 5, 40, 25)),
    ],
)
def test_edges_are_whole_pixels_of_the_picture(
    bbox: tuple[float, float, float, float], padding: float, edges: tuple[int, ...]
) -> None:
    assert padded(bbox, (100, 50), padding) == edges


def test_crops_lie_by_part_and_class(store: Store, tmp_path: Path) -> None:
    mallard = Seen((0.1, 0.1, 0.1, 0.1), BLUE, taxon=MALLARD)
    both = [replace(ONE, taxon=RACCOON), mallard]
    scenes = [Scene(f"UR{n:03}/IMG_1.JPG", both, [RACCOON, MALLARD]) for n in range(10)]
    drawn(store, tmp_path / "in", *scenes)
    make_split(store, plan_split(store, SplitRequest(checked_shares(0.2, 0.2))), "ann")
    report, index = cut(store, tmp_path / "out")
    assert len(index) == 20
    folders = {"/".join(path.parts[-3:-1]) for path in (tmp_path / "out").rglob("*.jpg")}
    assert folders == {
        f"{part}/{name}"
        for part in ("train", "val", "test")
        for name in ("northern_raccoon", "mallard")
    }
    for one in index:
        assert one["file"].startswith(f"{one['split']}/{one['class']}/")
        with Image.open(tmp_path / "out" / one["file"]) as crop:
            middle = crop.getpixel((crop.width // 2, crop.height // 2))
        assert is_colour(middle, RED if one["class"] == "northern_raccoon" else BLUE)
    assert len({one["file"] for one in index}) == 20
    assert {file.path for file in report.files} == {"crops.csv", "test/", "train/", "val/"}


def test_what_has_no_crop_is_said(store: Store, tmp_path: Path) -> None:
    drawn(
        store,
        tmp_path / "in",
        Scene("1.JPG", [ONE], ["blank"]),
        Scene("2.JPG", []),
        Scene("3.JPG", [ONE]),
        Scene("4.JPG", [ONE]),
        Scene("5.JPG", [ONE, Seen((0.1, 0.1, 0.1, 0.1), GREEN, "human")]),
        Scene("6.JPG", [ONE], None),
    )
    (tmp_path / "in/3.JPG").unlink()
    cut_short = (tmp_path / "in/4.JPG").read_bytes()[:-300]
    (tmp_path / "in/4.JPG").write_bytes(cut_short)
    report, index = cut(store, tmp_path / "out")
    assert [one["file_path"] for one in index] == ["5.JPG"]
    assert report.left_out == {
        "is blank": 1,
        "has no box that people confirm": 1,
        NOT_HERE: 1,
        "cannot be read (truncated: the file ends before the picture does)": 1,
        "is not graded": 1,
    }
    assert report.omitted == {OF_ANOTHER_KIND: 1}
    assert report.chosen == 6


def test_a_person_is_not_cut_out_where_people_are_to_be_blurred(
    store: Store, tmp_path: Path
) -> None:
    person = Seen((0.1, 0.1, 0.2, 0.2), GREEN, "human")
    drawn(
        store,
        tmp_path / "in",
        Scene("1.JPG", [ONE, person], [RACCOON, "human"]),
        Scene("2.JPG", [person], ["human"]),
    )
    report, index = cut(store, tmp_path / "with")
    assert sorted(one["class"] for one in index) == ["human", "human", "northern_raccoon"]
    report, index = cut(store, tmp_path / "blurred", people="blur")
    assert [one["class"] for one in index] == ["northern_raccoon"]
    assert (report.left_out, report.omitted) == ({"has only people in boxes": 1}, {A_PERSON: 1})
    report, index = cut(store, tmp_path / "without", people="exclude")
    assert (report.left_out, index) == ({SHOWS_PEOPLE: 2}, [])


def test_what_is_beside_an_animal_is_blurred_too_or_it_is_no_crop(
    store: Store, tmp_path: Path
) -> None:
    beside = Seen((0.5, 0.1, 0.3, 0.14), GREEN, "human")
    stripe = Seen((0.5, 0.2, 0.3, 0.04), BLUE, "human", 0.05)
    drawn(
        store,
        tmp_path / "in",
        Scene("1.JPG", [ONE, beside, stripe], [RACCOON, "human"]),
        Scene("2.JPG", [ONE], [RACCOON, "human"]),
    )
    report, (one,) = cut(store, tmp_path / "out", people="blur", padding=0.5)
    assert (one["file_path"], report.left_out) == ("1.JPG", {HIDDEN: 1})
    with Image.open(tmp_path / "out" / one["file"]) as crop:
        # The person fills 40 of its 80 lines above the animal; their edge is gone.
        assert is_colour(crop.getpixel((90, 80)), RED)
        assert not is_colour(crop.getpixel((90, 24)), BLUE)
    with Image.open(tmp_path / "in/1.JPG") as whole:
        assert is_colour(whole.getpixel((180, 88)), BLUE)


def test_no_crop_is_from_a_holdout(store: Store, tmp_path: Path) -> None:
    survey = drawn_survey(store)
    grade_blind(survey, "ann")
    report, index = cut(store, tmp_path / "out")
    assert (index, report.left_out[HELD]) == ([], len(survey.images()))
    with pytest.raises(UsageError, match="twice"):
        cut(store, tmp_path / "once", holdouts=1)
    report, index = cut(store, tmp_path / "twice", holdouts=2)
    assert HELD not in report.left_out


def test_a_twin_of_a_holdouts_picture_is_held_back_too(store: Store, tmp_path: Path) -> None:
    drawn(store, tmp_path / "in", *(Scene(f"UR{n}/{n}.JPG", [ONE]) for n in range(5)))
    with store.db.transaction():
        # 0 is drawn; 1 is its content under another name, 3 is in the burst of that, 4 its content.
        store.db.execute("UPDATE image SET content_md5 = 'same' WHERE id IN (1, 2)")
        store.db.execute("UPDATE image SET content_md5 = 'mate' WHERE id IN (4, 5)")
        store.db.execute("UPDATE image SET burst_id = 2 WHERE id IN (2, 4)")
        store.db.execute(
            "INSERT INTO holdout VALUES (1, 'u', 'river', NULL, 1, '', '', 'mixed', 1, 60, 0)"
        )
        store.db.execute("INSERT INTO holdout_unit VALUES (1, 1, 1, 1, 1, 1)")
    report, index = cut(store, tmp_path / "out")
    assert [one["file_path"] for one in index] == ["UR2/2.JPG"]
    assert report.left_out == {HELD: 4}


def test_hostile_names_stay_inside(store: Store, tmp_path: Path) -> None:
    drawn(store, tmp_path / "in", Scene("a.JPG", [ONE]))
    with store.db.transaction():
        store.db.execute("UPDATE deployment SET deployment_id = '../../=x/..'")
        store.db.execute(
            "UPDATE taxon SET common_name = '../../etc' WHERE common_name = ?", [RACCOON]
        )
    _, (index,) = cut(store, tmp_path / "out")
    path = tmp_path / "out" / index["file"]
    assert path.resolve().is_relative_to(tmp_path / "out")
    assert path.is_file()
    assert index["file"].startswith("etc/")
    assert {entry.name for entry in (tmp_path).iterdir()} >= {"in", "out"}
    assert not (tmp_path / "etc").exists()


def test_a_survey_without_a_run_has_no_crops(store: Store, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no run"):
        cut(store, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_names_of_classes_are_apart_and_one_species_is_one_class(store: Store) -> None:
    listed = row("raccoon")
    typed = replace(taxon(store, "raccoon"), taxon_uuid="a uuid typed")
    other = replace(row("mallard"), taxon_uuid="uuid other", taxon_species="rubripes")
    other = replace(other, scientific_name="Anas rubripes")
    found = classes_of(
        [row("mallard"), other, typed, listed, replace(row("bird"), common_name="Empty")]
    )
    assert {uuid: one.name for uuid, one in found.items()} == {
        "uuid mallard": "mallard_anas_platyrhynchos",
        "uuid other": "mallard_anas_rubripes",
        "a uuid typed": "raccoon",
        "uuid raccoon": "raccoon",
        "uuid bird": "empty_aves",
    }
    assert found["a uuid typed"].taxon == listed
    # One name of two species is a class of its own: nobody knows which is meant.
    plain = replace(typed, common_name="mallard")
    names = {uuid: one.name for uuid, one in classes_of([row("mallard"), other, plain]).items()}
    assert len(set(names.values())) == 3
    assert classes_of([replace(typed, common_name="🦝")])["a uuid typed"].name == "taxon"


def test_ungraded_pictures_are_no_examples(store: Store, tmp_path: Path) -> None:
    ids = drawn(store, tmp_path / "in", Scene("1.JPG", [ONE]), Scene("2.JPG", [ONE], None))
    grade(store, "ben", ids["1.JPG"], MALLARD)
    report, index = cut(store, tmp_path / "out")
    assert (index, report.left_out) == ([], {"is in conflict": 1, "is not graded": 1})
