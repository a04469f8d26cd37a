"""Camtrap DP packages: what is in them, what is not and why, and that others accept them."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from camtrap_tui.domain.camtrap_dp_fields import TABLES
from camtrap_tui.domain.drawing_plans import DrawRequest
from camtrap_tui.errors import InputError, UsageError
from camtrap_tui.services.clocks import record
from camtrap_tui.services.exports.camtrap_dp import FORMAT
from camtrap_tui.services.holdouts import draw
from camtrap_tui.services.merging import merge
from camtrap_tui.store.grades import NewGrade, NewObservation
from camtrap_tui.store.store import Store
from tests.builders import NOW, Said, add_images, add_run, md5, taxon
from tests.camtrap_dp_oracle import needs_standard, second_opinion
from tests.services.exports.dp_packages import (
    CROW,
    RACCOON,
    described,
    export,
    place,
    say,
    table,
)
from tests.store.test_reports import grade


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


def test_the_machines_word_stands_where_nobody_graded_and_says_so(store: Store) -> None:
    run = add_run(store, country="TZA", model_version="4.0.1a", model_name=None)
    box = ("animal", 0.9, 0.1, 0.2, 0.3, 0.4)
    said = [
        Said("northern raccoon", 0.75, boxes=[box], guesses=[("northern raccoon", 0.8)]),
        Said("northern raccoon", 1.0000001),
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
        f"p1_{md5('IMG_0001')}",
        f"p_{md5('IMG_0002')}",
        f"p_{md5('IMG_0003')}",
    ]
    assert (predicted[1]["bboxX"], predicted[1]["detectionConfidence"]) == ("0.1", "0.9")
    # Sums of floats may be above one, which no probability is.
    assert predicted[2]["classificationProbability"] == "1.0"
    assert (predicted[3]["failure"], predicted[3]["runID"]) == ("truncated", run.run_uuid)


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
    assert report.omitted == {"is in conflict: it has no label": 1}
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


def test_of_taxa_with_one_name_the_same_is_described_whoever_came_first(river: Store) -> None:
    typed = replace(RACCOON, taxon_uuid=md5("typed"), common_name="coon")
    for first, second in ((RACCOON, typed), (typed, RACCOON)):
        ids = [
            river.taxa.ensure(one, "import" if one is typed else "model").id
            for one in (first, second)
        ]
        at = f"2026-06-0{1 + (first is typed)}T12:00:00Z"
        for key, one in enumerate(ids, 1):
            say(river, "ann", key, NewObservation(one, 2), at=at)
        out, _ = export(river, f"dp {first.common_name}")
        (told,) = described(out)["taxonomic"]
        assert told["vernacularNames"] == {"eng": "northern raccoon"}


def test_a_name_of_three_words_is_of_a_subspecies(river: Store) -> None:
    names = {"taxon_genus": "canis", "taxon_species": "lupus dingo"}
    dingo = replace(RACCOON, taxon_uuid=md5("d"), **names)
    say(river, "ann", 1, NewObservation(taxon(river, dingo).id))
    out, _ = export(river)
    (told,) = described(out)["taxonomic"]
    assert (told["scientificName"], told["taxonRank"]) == ("Canis lupus dingo", "subspecies")
    # Taken over again and again, a package has this program for one source.
    again, _ = export(river, "again", metadata=out)
    assert described(again)["sources"] == described(out)["sources"]


def test_nothing_is_counted_where_there_is_nothing_to_count(river: Store) -> None:
    say(river, "ann", 1, NewObservation(taxon(river, "blank").id, 1))
    out, _ = export(river)
    assert "count" not in table(out, "observations")[0]


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
    with pytest.raises(UsageError, match="--level event is about bursts"):
        export(river, "events", holdout="spring", level="event")


def test_what_the_machine_could_not_read_is_of_its_holdout_too(store: Store) -> None:
    add_images(store, [Said(None), Said(None)])
    place(store)
    draw(store, None, DrawRequest("spring", 2, (), minimum=1, repeat_share=0), "ann")
    out, _ = export(store, holdout="spring", with_machine=True)
    rows = table(out, "observations")
    assert [row["observationType"] for row in rows] == ["unclassified"] * 2
    assert all(row["observationTags"].startswith("sample:spring | ") for row in rows)


def test_a_note_on_a_picture_without_a_label_stands_once(river: Store, tmp_path: Path) -> None:
    grade(river, "ann", 1, "blank")
    say(river, "ben", 1, NewObservation(taxon(river, RACCOON).id))
    river.grades.append_mark(md5("note"), 1, "ann", "note", "wet", NOW)
    resources = [{"name": "media", "path": "media.csv"}]
    (tmp_path / "datapackage.json").write_text(json.dumps({"resources": resources}))
    (tmp_path / "media.csv").write_text(
        f"mediaID,mediaComments\n{md5('IMG_0001')},dark | wet\n{md5('IMG_0002')},dark\n"
    )
    out, _ = export(river, metadata=tmp_path)
    assert [row.get("mediaComments") for row in table(out, "media")] == ["wet | dark", "dark", None]


def test_predictions_keep_ids_of_their_own_whatever_pictures_are_called(store: Store) -> None:
    box = ("animal", 0.9, 0.1, 0.2, 0.3, 0.4)
    add_images(store, [Said(boxes=[box]), Said(boxes=[box])])
    place(store)
    with store.db.transaction():
        store.db.execute("UPDATE image SET media_id = 'IMG' WHERE file_path = 'IMG_0001.JPG'")
        store.db.execute("UPDATE image SET media_id = 'IMG_1' WHERE file_path = 'IMG_0002.JPG'")
    out, _ = export(store, with_machine=True)
    ids = [row["predictionID"] for row in table(out, "machine_predictions")]
    assert len(set(ids)) == len(ids) == 4


def test_copies_that_were_merged_in_another_order_give_the_same_tables(
    river: Store, tmp_path: Path
) -> None:
    for name in ("ann", "ben", "first", "second"):
        river.backup(tmp_path / f"{name}.db")
    for name, kind in (("ben", "swamp ghost"), ("ann", RACCOON)):
        with Store.open(tmp_path / f"{name}.db") as copy:
            # Both are as sure, at the same moment, and see something that the other has no name of.
            raccoon, ghost = taxon(copy, RACCOON).id, taxon(copy, kind).id
            say(copy, name, 1, NewObservation(raccoon, 2 if name == "ann" else 3))
            say(copy, name, 2 if name == "ann" else 3, NewObservation(ghost))
            copy.grades.append_mark(md5(name), 1, name, "note", f"says {name}", NOW)
            start, end = ("03:00:00", None) if name == "ann" else (None, "02:59:59")
            times = (time and f"2024-06-27 {time}" for time in (start, end))
            record(copy, "UR011", 60, *times, by=name, now=NOW)
    made = []
    for name, order in (("first", ("ann", "ben")), ("second", ("ben", "ann"))):
        with Store.open(tmp_path / f"{name}.db") as copy:
            for other in order:
                assert merge(copy, [tmp_path / f"{other}.db"])[0].is_whole
            out, _ = export(copy, f"{name}-dp", with_machine=True)
            made.append({file.stem: file.read_bytes() for file in out.glob("*.csv")})
            made[-1]["taxa"] = json.dumps(described(out)["taxonomic"]).encode()
    assert made[0] == made[1]


def test_readers_are_told_where_their_program_moves_the_hours(river: Store) -> None:
    _, report = export(river)
    assert any("readcamtrapDP() turns the times into UTC" in note for note in report.notes)
    place(river, utc_offset_min=0)
    _, report = export(river, "utc")
    assert not any("readcamtrapDP" in note for note in report.notes)


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


def test_an_event_is_told_by_one_clock(river: Store) -> None:
    place(river, utc_offset_min=None)
    with river.db.transaction():
        for key, offset in ((1, "-05:00"), (2, "+05:45"), (3, "-06:00")):
            river.db.execute("UPDATE image SET exif_offset = ? WHERE id = ?", [offset, key])
    for key in (1, 2, 3):
        grade(river, "ann", key, "blank")
    out, _ = export(river, level="event")
    assert [(row["eventStart"], row["eventEnd"]) for row in table(out, "observations")] == [
        ("2024-06-27T02:14:05-05:00", "2024-06-27T02:14:09-05:00"),
        ("2024-06-27T03:20:00-06:00", "2024-06-27T03:20:00-06:00"),
    ]
    stamps = [row["timestamp"] for row in table(out, "media")]
    assert stamps[1] == "2024-06-27T02:14:09+05:45"


@needs_standard
@pytest.mark.parametrize("level", ["media", "event"])
def test_other_validators_accept_it(river: Store, level: str) -> None:
    say(river, "ann", 1, NewObservation(taxon(river, RACCOON).id, 2))
    grade(river, "ann", 2, "human")
    out, _ = export(river, level=level, with_machine=True, decimals=1)
    assert second_opinion(out).is_valid, second_opinion(out).complaints


def test_the_format_names_what_it_takes() -> None:
    assert {"level", "decimals", "metadata", "pictures"} <= FORMAT.takes
