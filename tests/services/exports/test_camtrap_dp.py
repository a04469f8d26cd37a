"""Camtrap DP packages: what is in them, what is not and why, and that others accept them."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from camtrap_tui.domain.camtrap_dp_fields import TABLES
from camtrap_tui.domain.camtrap_dp_paths import allowed_path, read_path
from camtrap_tui.domain.drawing_plans import DrawRequest
from camtrap_tui.domain.models import Deployment
from camtrap_tui.domain.taxonomy import TaxonName
from camtrap_tui.errors import InputError, UsageError
from camtrap_tui.services.bursting import renew_bursts
from camtrap_tui.services.checking import check_package
from camtrap_tui.services.clocks import record
from camtrap_tui.services.exports.camtrap_dp import FORMAT, write
from camtrap_tui.services.exports.camtrap_dp_cells import (
    position,
    public_address,
    utc_stamp,
)
from camtrap_tui.services.exports.report import ExportReport
from camtrap_tui.services.exports.request import ExportRequest, Options
from camtrap_tui.services.holdouts import draw
from camtrap_tui.store.grades import NewGrade, NewObservation
from camtrap_tui.store.store import Store
from tests.builders import NOW, Said, add_images, add_run, image, md5, taxon
from tests.camtrap_dp_oracle import needs_standard, second_opinion
from tests.store.test_reports import grade

RACCOON = TaxonName(
    "11111111-1111-4111-8111-111111111111",
    *("mammalia", "carnivora", "procyonidae", "procyon", "lotor", "northern raccoon"),
)
CROW = TaxonName(
    "22222222-2222-4222-8222-222222222222", "aves", "passeriformes", "corvidae", "corvus", "", ""
)
Rows = list[dict[str, str]]


def export(store: Store, name: str = "dp", **asked: Any) -> tuple[Path, ExportReport]:
    """Export the survey; names of options may stand among those of the request."""
    known = Options.__slots__
    options = Options(**{key: asked.pop(key) for key in list(asked) if key in known})
    out = store.path.with_name(name)
    report = write(store, ExportRequest(out, options=options, **asked), lambda *_: None)
    checked = check_package(out)
    assert checked.is_valid, checked.problems
    return out, report


def table(out: Path, name: str) -> Rows:
    """Return the rows of a table, filled cells alone."""
    with (out / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return [{k: v for k, v in row.items() if v} for row in csv.DictReader(file)]


def described(out: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((out / "datapackage.json").read_text("utf-8"))
    return found


def place(store: Store, name: str = "UR011", **values: Any) -> None:
    """Say where a deployment is, and how far its clock is from UTC."""
    usual = Deployment(0, name, "mill", 41.90561, -87.65123, -300)
    with store.db.transaction():
        store.deployments.put(replace(usual, **values))


def say(store: Store, grader: str, image_id: int, *seen: NewObservation, at: str = NOW) -> str:
    """Append a grade; return its uuid."""
    key = md5(f"{grader} {image_id} {at}")
    store.grades.append(grader, [NewGrade(key, image_id, seen, "assisted", "species")], at)
    return key


@pytest.fixture
def river(store: Store) -> Store:
    """Three pictures of one camera: two of a burst, one an hour later."""
    times = ("02:14:05", "02:14:09", "03:20:00")
    add_images(store, [Said(timestamp=f"2024-06-27 {time}") for time in times])
    taxon(store, RACCOON)
    place(store)
    renew_bursts(store, [None, *store.timelines.deployments()], now=NOW)
    return store


def test_a_word_becomes_an_observation_with_the_cameras_offset(river: Store) -> None:
    seen = NewObservation(taxon(river, RACCOON).id, 2, "adult", "female", "eats")
    key = say(river, "ann", 2, seen)
    river.grades.append_mark(md5("note"), 2, "ann", "note", 'wet, but "alive"', NOW)
    out, report = export(river)
    (row,) = table(out, "observations")
    stamp = "2024-06-27T02:14:09-05:00"
    assert row == {
        "observationID": f"o_{key}_1",
        "deploymentID": "UR011",
        "mediaID": md5("IMG_0002"),
        "eventID": f"e_{md5('IMG_0001')}",
        "eventStart": stamp,
        "eventEnd": stamp,
        "observationLevel": "media",
        "observationType": "animal",
        "scientificName": "Procyon lotor",
        "count": "2",
        "lifeStage": "adult",
        "sex": "female",
        "behavior": "eats",
        "classificationMethod": "human",
        "classifiedBy": "ann",
        "classificationTimestamp": NOW,
        "observationComments": 'wet, but "alive"',
    }
    media = table(out, "media")[1]
    assert media == {
        "mediaID": md5("IMG_0002"),
        "deploymentID": "UR011",
        "timestamp": stamp,
        "filePath": "IMG_0002.JPG",
        "filePublic": "false",
        "fileName": "IMG_0002.JPG",
        "fileMediatype": "image/jpeg",
    }
    assert (report.pictures, report.unlabeled, report.left_out) == (3, 2, {})
    assert [(file.path, file.rows) for file in report.files] == [
        ("datapackage.json", None),
        ("media.csv", 3),
        ("observations.csv", 1),
        ("deployments.csv", 1),
    ]


def test_tables_have_all_columns_in_the_standards_order(river: Store) -> None:
    out, _ = export(river)
    for one in TABLES:
        first = (out / f"{one.name}.csv").read_text("utf-8").splitlines()[0]
        assert first == ",".join(one.headings)


def test_what_lacks_a_time_an_offset_or_a_place_is_named_and_never_made_up(store: Store) -> None:
    for name in ("placed", "no place", "no offset", "own offset"):
        place(store, name)
    place(store, "no place", latitude=None, longitude=None)
    place(store, "no offset", utc_offset_min=None)
    place(store, "own offset", utc_offset_min=None)
    said = [
        Said(deployment="placed"),
        Said(deployment="placed", timestamp=None),
        Said(deployment="no place"),
        Said(deployment="no offset"),
        Said(deployment="own offset"),
    ]
    *_, last = add_images(store, said)
    with store.db.transaction():
        store.db.execute("UPDATE image SET exif_offset = '+05:30' WHERE id = ?", [last])
        store.images.add(image("stray", timestamp="2024-06-27 02:14:05"))
    out, report = export(store)
    assert report.pictures == 2
    assert sorted(report.left_out.items()) == [
        ("has no deployment", 1),
        ("has no offset from UTC: tell its deployment's with `deployments`", 1),
        ("has no time", 1),
        ("is of a deployment without coordinates: describe it with `deployments`", 1),
    ]
    assert report.examples["has no time"] == ("IMG_0002.JPG",)
    stamps = {row["deploymentID"]: row["timestamp"] for row in table(out, "media")}
    assert stamps == {
        "placed": "2024-06-27T02:14:05-05:00",
        "own offset": "2024-06-27T02:14:05+05:30",
    }


def test_where_nothing_can_be_in_it_there_is_no_package(river: Store) -> None:
    place(river, latitude=None, longitude=None)
    with pytest.raises(InputError, match=r"without coordinates.*\(3\)"):
        export(river)
    assert not river.path.with_name("dp").exists()


def test_deployments_have_the_recorded_dates_or_say_that_they_are_the_pictures(
    river: Store,
) -> None:
    out, report = export(river)
    (row,) = table(out, "deployments")
    assert (row["deploymentStart"], row["deploymentEnd"]) == (
        "2024-06-27T02:14:05-05:00",
        "2024-06-27T03:20:00-05:00",
    )
    assert row["deploymentComments"].startswith("No start and end are recorded")
    assert any("have no recorded start or end" in note for note in report.notes)
    assert described(out)["temporal"] == {"start": "2024-06-27", "end": "2024-06-27"}

    place(river, deployment_start="2024-06-01 10:00:00", deployment_end="2024-07-31 23:59:59")
    out, report = export(river, "dated")
    (row,) = table(out, "deployments")
    assert (row["deploymentStart"], row["deploymentEnd"]) == (
        "2024-06-01T10:00:00-05:00",
        "2024-07-31T23:59:59-05:00",
    )
    assert "deploymentComments" not in row
    assert row["timestampIssues"] == "false"
    assert described(out)["temporal"] == {"start": "2024-06-01", "end": "2024-07-31"}


def test_a_corrected_clock_is_told_and_moves_the_times(river: Store) -> None:
    record(river, "UR011", 3600, by="ann", now=NOW)
    out, _ = export(river)
    assert table(out, "media")[0]["timestamp"] == "2024-06-27T03:14:05-05:00"
    assert "is corrected by +01:00:00" in table(out, "deployments")[0]["deploymentComments"]


def test_cameras_that_took_nothing_are_effort_where_the_whole_survey_is_exported(
    river: Store,
) -> None:
    place(river, "quiet", deployment_start="2024-06-01 10:00:00", latitude=1.5, longitude=2.5)
    place(river, "dated", deployment_start="2024-06-01 10:00:00", location_id=None)
    place(river, "dated", deployment_end="2024-07-01 10:00:00", location_id=None)
    with river.db.transaction():
        river.db.execute(
            "UPDATE deployment SET deployment_start = '2024-06-01 10:00:00'"
            " WHERE deployment_id = 'dated'"
        )
    out, report = export(river)
    rows = {row["deploymentID"]: row for row in table(out, "deployments")}
    assert rows.keys() == {"UR011", "dated"}
    assert rows["dated"]["locationID"] == "dated"
    assert [n for why, n in report.omitted.items() if why.startswith("deployment without")] == [1]
    out, _ = export(river, "some", where="hour:2")
    assert [row["deploymentID"] for row in table(out, "deployments")] == ["UR011"]


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


def test_the_machines_word_stands_where_nobody_graded_and_says_so(store: Store) -> None:
    run = add_run(store, country="TZA", model_version="4.0.1a", model_name=None)
    box = ("animal", 0.9, 0.1, 0.2, 0.3, 0.4)
    said = [
        Said("northern raccoon", 0.75, boxes=[box], guesses=[("northern raccoon", 0.8)]),
        Said("northern raccoon", 0.6),
        Said(None),
    ]
    add_images(store, said, run=run)
    place(store)
    grade(store, "ann", 2, "blank")
    out, report = export(store)
    assert [row["observationType"] for row in table(out, "observations")] == ["blank"]
    assert report.unlabeled == 2
    out, report = export(store, "both", with_machine=True)
    first, second, third = table(out, "observations")
    assert (first["observationType"], first["classificationMethod"]) == ("animal", "machine")
    assert first["classificationProbability"] == "0.75"
    assert first["classifiedBy"] == "SpeciesNet 4.0.1a (speciesnet 5.0.6; country=TZA)"
    assert (second["observationType"], second["classificationMethod"]) == ("blank", "human")
    assert third["observationType"] == "unclassified"
    assert "classificationMethod" not in third
    predicted = table(out, "machine_predictions")
    assert [row["predictionID"] for row in predicted] == [
        f"p_{md5('IMG_0001')}",
        f"p_{md5('IMG_0001')}_1",
        f"p_{md5('IMG_0002')}",
        f"p_{md5('IMG_0003')}",
    ]
    assert (predicted[1]["bboxX"], predicted[1]["detectionConfidence"]) == ("0.1", "0.9")
    assert (predicted[3]["failure"], predicted[3]["runID"]) == ("truncated", run.run_uuid)


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


def test_conflicts_have_no_word_and_several_who_agree_are_named(river: Store) -> None:
    raccoon = NewObservation(taxon(river, RACCOON).id)
    say(river, "ben | b", 1, raccoon)
    say(river, "ann", 1, raccoon, at="2026-06-02T12:00:00Z")
    grade(river, "ann", 2, "blank")
    say(river, "ben | b", 2, raccoon)
    out, report = export(river, with_machine=True)
    rows = {row["mediaID"]: row for row in table(out, "observations")}
    assert rows[md5("IMG_0001")]["classifiedBy"] == "ann | ben %7C b"
    assert md5("IMG_0002") not in rows
    assert report.omitted == {"is in conflict: it has no word": 1}
    assert {one["title"] for one in described(out)["contributors"]} == {"ann", "ben | b"}


def test_taxa_are_described_with_ranks_and_an_english_name(river: Store) -> None:
    said = (RACCOON, CROW, "swamp | ghost")
    say(river, "ann", 1, *(NewObservation(taxon(river, name).id) for name in said))
    out, report = export(river)
    crow, raccoon = described(out)["taxonomic"]
    assert raccoon == {
        "scientificName": "Procyon lotor",
        "taxonID": RACCOON.taxon_uuid,
        "taxonRank": "species",
        "class": "Mammalia",
        "order": "Carnivora",
        "family": "Procyonidae",
        "genus": "Procyon",
        "vernacularNames": {"eng": "northern raccoon"},
    }
    assert (crow["taxonRank"], crow["vernacularNames"]) == ("genus", {"eng": "Corvus"})
    tags = [row.get("observationTags") for row in table(out, "observations")]
    assert tags == [None, None, "vernacularName:swamp %7C ghost"]
    assert report.omitted == {"has no scientific name: its name stands in observationTags": 1}


def test_a_holdouts_pictures_say_how_they_were_drawn(river: Store) -> None:
    holdout = draw(river, None, DrawRequest("spring", 2, (), minimum=1, repeat_share=0), "ann")
    drawn = [unit.image_id for unit in river.holdouts.sample(holdout.id)]
    blank = NewObservation(taxon(river, "blank").id)
    key = NewGrade(
        md5("blind"), drawn[0], (blank,), "blind", "species", holdout_uuid=holdout.holdout_uuid
    )
    river.grades.append("ann", [key], NOW)
    out, report = export(river, holdout="spring")
    assert report.pictures == len(drawn) == 2
    (row,) = table(out, "observations")
    assert row["observationTags"].startswith("sample:spring | stratum:")
    assert row["observationTags"].endswith("weight:1.0")


def test_metadata_of_another_package_is_taken_over(river: Store, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    project = {
        "title": "Mills", "samplingDesign": "targeted", "captureMethod": ["timeLapse"],
        "individualAnimals": False, "observationLevel": ["event"],
    }  # fmt: skip
    told = {
        "title": "Mills of the river",
        "contributors": [{"title": "Ann", "role": "contact"}],
        "project": project,
        "resources": [
            {"name": "deployments", "path": "deployments.csv"},
            {"name": "media", "path": "media.csv"},
            {"name": "individuals", "data": [{"id": 1}]},
            {"name": "weather", "path": "weather.csv"},
        ],
        "taxonomic": [{"scientificName": "Procyon lotor", "vernacularNames": {"nld": "wasbeer"}}],
    }
    (other / "datapackage.json").write_text(json.dumps(told))
    (other / "deployments.csv").write_text(
        "deploymentID,latitude,habitat,cameraHeight,baitUse\nUR011,1.5,reeds,high,true\n"
    )
    (other / "media.csv").write_text(
        f"mediaID,filePublic,captureMethod,favorite\n{md5('IMG_0002')},true,timeLapse,\n"
    )
    say(river, "ben", 1, NewObservation(taxon(river, RACCOON).id))
    out, report = export(river, metadata=other / "datapackage.json")
    made = described(out)
    assert made["title"] == "Mills of the river"
    assert made["contributors"] == [{"title": "Ann", "role": "contact"}]
    assert made["project"] == project | {"observationLevel": ["media"]}
    assert made["resources"][-1] == {"name": "individuals", "data": [{"id": 1}]}
    assert made["taxonomic"][0]["vernacularNames"] == {"eng": "northern raccoon", "nld": "wasbeer"}
    (row,) = table(out, "deployments")
    # What breaks a rule of the standard is left out, what the survey knows is the survey's.
    assert (row["habitat"], row["baitUse"], row["latitude"]) == ("reeds", "true", "41.90561")
    assert "cameraHeight" not in row
    assert [row["filePublic"] for row in table(out, "media")] == ["false", "true", "false"]
    assert any("table weather" in note for note in report.notes)

    told["project"] = project | {"samplingDesign": "haphazard"}
    (other / "datapackage.json").write_text(json.dumps(told))
    with pytest.raises(InputError, match=r"datapackage\.json: project\.samplingDesign"):
        export(river, "wrong", metadata=other / "datapackage.json")
    assert not river.path.with_name("wrong").exists()


def test_an_event_has_the_bursts_times_and_no_picture(river: Store) -> None:
    raccoon = taxon(river, RACCOON).id
    first = say(river, "ann", 1, NewObservation(raccoon, 1))
    most = say(river, "ann", 2, NewObservation(raccoon, 3))
    grade(river, "ann", 3, "blank")
    out, report = export(river, level="event")
    burst, blank = table(out, "observations")
    assert burst["observationID"] == f"eo_{most}_1" != first
    assert (burst["count"], burst["eventID"]) == ("3", f"e_{md5('IMG_0001')}")
    assert (burst["eventStart"], burst["eventEnd"]) == (
        "2024-06-27T02:14:05-05:00",
        "2024-06-27T02:14:09-05:00",
    )
    assert "mediaID" not in burst
    assert blank["observationType"] == "blank"
    assert described(out)["project"]["observationLevel"] == ["event"]
    assert any("so that counts may be summed" in note for note in report.notes)
    # A burst is not blank as long as one of its pictures is not known to be, chosen or not.
    grade(river, "ann", 1, "blank")
    grade(river, "ann", 2, "blank")
    out, report = export(river, "some", level="event", where="name:IMG_0001")
    assert table(out, "observations") == []
    assert list(report.omitted) == [
        "is a burst that is blank only as far as its pictures are graded"
    ]


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("a/b.jpg", "a/b.jpg"),
        ("a/b..jpg", "a/b%2E.jpg"),
        ("../a...jpg", "%2E./a%2E%2E.jpg"),
        ("/a.jpg", "%2Fa.jpg"),
        ("~a.jpg", "%7Ea.jpg"),
        (".hidden/a.jpg", "%2Ehidden/a.jpg"),
    ],
)
def test_paths_keep_the_standards_rule(path: str, allowed: str) -> None:
    assert allowed_path(path) == allowed
    leads_out = path[0] in "/~" or path.startswith("../")
    assert read_path(allowed) == (allowed if leads_out else path)


def test_an_address_that_is_a_key_is_not_published() -> None:
    secret = ("https://ann:pw@x.example/a", "https://x.example/a?X-Amz-Signature=1&b=2")
    assert [public_address(image("a", url=url)) for url in secret] == ["", ""]
    assert public_address(image("a", url="https://x.example/a?id=7")) == "https://x.example/a?id=7"


def test_a_time_of_which_nobody_says_how_far_it_is_from_utc_is_left_out() -> None:
    assert utc_stamp("2026-06-01T12:00:00.123Z") == "2026-06-01T12:00:00Z"
    assert utc_stamp("2026-06-01T12:00:00") == ""
    assert utc_stamp("") == ""


@needs_standard
@pytest.mark.parametrize("level", ["media", "event"])
def test_other_validators_accept_it(river: Store, level: str) -> None:
    say(river, "ann", 1, NewObservation(taxon(river, RACCOON).id, 2))
    grade(river, "ann", 2, "human")
    out, _ = export(river, level=level, with_machine=True, decimals=1)
    assert second_opinion(out).is_valid, second_opinion(out).complaints


def test_the_format_names_what_it_takes() -> None:
    assert {"level", "decimals", "metadata", "pictures"} <= FORMAT.takes
