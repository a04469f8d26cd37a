"""Camtrap DP packages keep back what is asked for: who is seen, exact places, keys to pictures."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

import PIL.Image
import pytest

from camtrap_tui.domain.models import Deployment
from camtrap_tui.errors import UsageError
from camtrap_tui.services.exports.camtrap_dp_cells import position, public_address
from camtrap_tui.store.grades import NewObservation
from camtrap_tui.store.store import Store
from tests.builders import Said, add_images, md5, taxon
from tests.services.exports.dp_packages import (
    RACCOON,
    described,
    export,
    place,
    say,
    table,
)
from tests.store.test_reports import grade


def test_coordinates_are_rounded_with_their_uncertainty(river: Store) -> None:
    place(river, coordinate_uncertainty=12.5)
    out, _ = export(river)
    (row,) = table(out, "deployments")
    assert (row["latitude"], row["longitude"]) == ("41.90561", "-87.65123")
    assert row["coordinateUncertainty"] == "13"
    assert "coordinatePrecision" not in described(out)
    assert described(out)["spatial"] == {"type": "Point", "coordinates": [-87.65123, 41.90561]}

    place(river, "UR012", latitude=41.5, longitude=-87.0, deployment_start="2024-06-01 10:00:00")
    out, _ = export(river, "rounded", decimals=2)
    (row,) = table(out, "deployments")
    assert (row["latitude"], row["longitude"]) == ("41.91", "-87.65")
    assert row["coordinateUncertainty"] == str(13 + 1570)
    assert described(out)["coordinatePrecision"] == 0.01
    for file in out.iterdir():
        assert "41.905" not in file.read_text("utf-8")


def test_rounding_says_as_much_as_camtrapdp_does() -> None:
    known = Deployment(0, "d", None, 51.4961234, 4.7741234, 120)
    said = {n: position(known, n) for n in (1, 2, 3)}
    assert [p.uncertainty for p in said.values() if p] == ["15721", "1600", "187"]
    # What was rounded before, and says so, is not rounded again.
    coarse = replace(known, latitude=51.496, longitude=4.774, coordinate_uncertainty=187.0)
    again = position(coarse, 3)
    assert again is not None
    assert (again.latitude, again.uncertainty) == ("51.496", "187")


def test_people_are_left_out_or_blurred_in_the_copies(river: Store) -> None:
    grade(river, "ann", 1, "human")
    grade(river, "ann", 2, "blank")
    out, report = export(river, people="exclude")
    assert report.left_out == {"shows people": 1}
    assert md5("IMG_0001") not in {row["mediaID"] for row in table(out, "media")}
    with pytest.raises(UsageError, match="blur is for pictures that go along"):
        export(river, "blurred", people="blur")
    with river.db.transaction():
        river.db.execute("UPDATE image SET url = 'https://x.example/' || media_id")
    out, report = export(river, "blurred", people="blur", pictures="copy")
    paths = [row["filePath"].split("/")[0] for row in table(out, "media")]
    # The address of a picture that shows people leads to the picture without the blur.
    assert paths == ["IMG_0001.JPG", "https:", "https:"]


def test_what_may_show_people_is_never_public(river: Store) -> None:
    raccoon = NewObservation(taxon(river, RACCOON).id)
    add_images(river, [Said(None), Said("human")], run=river.runs.all()[0])
    grade(river, "ann", 1, "human")
    say(river, "ann", 2, raccoon)
    out, _ = export(river)
    assert {row["filePublic"] for row in table(out, "media")} == {"false"}
    out, _ = export(river, "public", public=True)
    # The third is no person to the machine, of the fourth nobody knows, the fifth is one.
    public = [row["filePublic"] for row in table(out, "media")]
    assert public == ["false", "true", "true", "false", "false"]


@pytest.mark.parametrize(
    "url",
    [
        "https://ann:pw@x.example/a",
        "https://x.example/a?X-Amz-Signature=1&b=2",
        "https://x.example/a?x%2Damz%2Dsecurity%2Dtoken=1",
        "https://x.example/a?sv=2022&sig=abc",
        "https://x.example/a?Expires=1&Key-Pair-Id=K1&Policy=e",
        "https://x.example/a?api_key=1",
        "https://x.example/a?key=1",
        "https://x.example/a#access_token=1",
        "https://[x/a",
    ],
)
def test_an_address_that_is_a_key_is_not_published(river: Store, url: str) -> None:
    assert public_address(url) == ""
    with river.db.transaction():
        river.db.execute("UPDATE image SET url = ? WHERE id = 1", [url])
    out, report = export(river)
    assert table(out, "media")[0]["filePath"] == "IMG_0001.JPG"
    assert any(note.startswith("1 address with a key in it") for note in report.notes)


@pytest.mark.parametrize(
    "url",
    ["https://x.example/a?id=7&size=large", "s3://river/sig/token.jpg", "https://x.example/a"],
)
def test_an_address_without_a_key_is_published(url: str) -> None:
    assert public_address(url) == url


def test_another_packages_word_does_not_make_people_public(river: Store, tmp_path: Path) -> None:
    box = ("human", 0.6, 0.1, 0.2, 0.3, 0.4)
    said = [Said("human"), Said(boxes=[box]), Said()]
    add_images(river, said, run=river.runs.all()[0])
    grade(river, "ann", 1, "human")
    names = [f"IMG_000{number}" for number in range(1, 7)]
    resources = [{"name": "media", "path": "media.csv"}]
    (tmp_path / "datapackage.json").write_text(json.dumps({"resources": resources}))
    told = "".join(f"{md5(name)},true\n" for name in names)
    (tmp_path / "media.csv").write_text(f"mediaID,filePublic\n{told}")
    out, _ = export(river, metadata=tmp_path)
    # People say the first shows one, the run the fourth, a box the fifth.
    public = {row["fileName"][:-4]: row["filePublic"] for row in table(out, "media")}
    assert public == dict(
        zip(names, ("false", "true", "true", "false", "false", "true"), strict=True)
    )


def test_nothing_of_a_picture_with_people_is_in_a_package_without_them(river: Store) -> None:
    raccoon = NewObservation(taxon(river, RACCOON).id)
    say(river, "zoe", 1, NewObservation(taxon(river, "human").id))
    say(river, "ann", 2, raccoon)
    say(river, "ann", 3, raccoon)
    for level in ("media", "event"):
        out, report = export(river, level, people="exclude", level=level, with_machine=True)
        assert report.examples["shows people"] == ("IMG_0001.JPG",)
        made = "".join(file.read_text("utf-8") for file in out.iterdir())
        for telling in ("IMG_0001", "Homo sapiens", "zoe"):
            assert telling not in made, telling
        kinds = {row["observationType"] for row in table(out, "observations")}
        assert kinds == {"animal"}
        # Nor in an event: it is as long as the pictures that are left of it.
        row = table(out, "observations")[0]
        assert row["eventStart"] == "2024-06-27T02:14:09-05:00"
        assert str(out.parent) not in made


def test_a_position_in_a_file_is_not_published_where_it_is_to_be_rounded(
    river: Store, tmp_path: Path
) -> None:
    folder = tmp_path / "pictures"
    folder.mkdir()
    for number in (1, 2):
        exif = PIL.Image.Exif()
        if number == 1:
            exif.get_ifd(0x8825).update({1: "N", 2: (41.0, 54.0, 20.2), 3: "W", 4: (87.0, 39.0, 4)})
        PIL.Image.new("RGB", (8, 8)).save(folder / f"IMG_000{number}.JPG", exif=exif)
    with river.db.transaction():
        river.db.execute("UPDATE source SET location = ?", [str(folder)])
        river.db.execute("UPDATE image SET url = 'https://x.example/1.jpg' WHERE id = 1")
    out, _ = export(river, pictures="copy")
    assert sorted(path.name for path in (out / "media").iterdir()) == [
        "IMG_0001.JPG",
        "IMG_0002.JPG",
    ]
    out, report = export(river, "rounded", pictures="copy", decimals=1)
    assert [path.name for path in (out / "media").iterdir()] == ["IMG_0002.JPG"]
    why = "is not in the package as a picture: its file tells exactly where it was taken"
    assert report.examples[why] == ("IMG_0001.JPG",)
    assert table(out, "media")[0]["filePath"] == "IMG_0001.JPG"
    grade(river, "ann", 1, "human")
    out, _ = export(river, "blurred", pictures="copy", decimals=1, people="blur")
    with PIL.Image.open(out / "media" / "IMG_0001.JPG") as picture:
        assert not picture.getexif()
    out, report = export(river, "addresses", decimals=1)
    assert table(out, "media")[0]["filePath"] == "https://x.example/1.jpg"
    assert any("everybody can read it there" in note for note in report.notes)


def test_what_another_package_tells_of_a_header_is_left_out_where_places_are_rounded(
    river: Store, tmp_path: Path
) -> None:
    resources = [{"name": "media", "path": "media.csv"}]
    other = {"resources": resources, "coordinatePrecision": 0.1}
    (tmp_path / "datapackage.json").write_text(json.dumps(other))
    with (tmp_path / "media.csv").open("w", newline="") as file:
        told = '{"GPSLatitude": 41.90561}'
        csv.writer(file).writerows(
            [("mediaID", "exifData", "favorite"), (md5("IMG_0001"), told, "true")]
        )
    out, _ = export(river, metadata=tmp_path)
    assert table(out, "media")[0]["exifData"] == told
    out, _ = export(river, "rounded", metadata=tmp_path, decimals=2)
    row = table(out, "media")[0]
    assert "exifData" not in row
    assert described(out)["coordinatePrecision"] == 0.1
    assert row["favorite"] == "true"


def test_coordinates_near_nothing_have_no_sign() -> None:
    told = position(Deployment(0, "d", None, -0.3, -0.4, 0), 0)
    assert told is not None
    assert (told.latitude, told.longitude, told.uncertainty) == ("0", "0", "156934")
    assert str(told.point) == "(0.0, 0.0)"
    edge = position(Deployment(0, "d", None, 89.99, -179.99, 0), 0)
    assert edge is not None
    assert (edge.latitude, edge.longitude) == ("90", "-180")
