"""Deployments of Camtrap DP packages: where and when cameras stood, and what is not known of it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from camtrap_tui.errors import InputError
from camtrap_tui.services.clocks import record
from camtrap_tui.store.store import Store
from tests.builders import NOW, Said, add_images, image
from tests.services.exports.dp_packages import described, export, place, table


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
        ("has no offset from UTC, and its deployment has none", 1),
        ("has no time", 1),
        ("is of a deployment without coordinates", 1),
    ]
    assert "camtrap-tui deployments river.db --csv places.csv" in report.notes[0]
    assert report.examples["has no time"] == ("IMG_0002.JPG",)
    stamps = {row["deploymentID"]: row["timestamp"] for row in table(out, "media")}
    assert stamps == {
        "placed": "2024-06-27T02:14:05-05:00",
        "own offset": "2024-06-27T02:14:05+05:30",
    }


def test_where_nothing_can_be_in_it_there_is_no_package(river: Store) -> None:
    place(river, latitude=None, longitude=None)
    with pytest.raises(InputError, match=r"without coordinates \(3\)") as raised:
        export(river)
    assert "camtrap-tui deployments river.db --csv places.csv" in str(raised.value.hint)
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
    assert any("recorded of 1 of 1 deployment:" in note for note in report.notes)
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


@pytest.mark.parametrize(
    ("recorded", "told"),
    [
        ({"deployment_start": "2025-01-01 00:00:00"}, "dated before the start."),
        ({"deployment_end": "2023-01-01 00:00:00"}, "dated after the end."),
    ],
)
def test_pictures_on_the_other_side_of_the_one_recorded_date_are_told(
    river: Store, recorded: dict[str, str], told: str
) -> None:
    place(river, **recorded)
    out, _ = export(river)
    (row,) = table(out, "deployments")
    (time,) = recorded.values()
    assert row["deploymentStart"] == row["deploymentEnd"] == time.replace(" ", "T") + "-05:00"
    assert row["deploymentComments"].endswith(told)


def test_what_another_package_says_of_a_camera_stands_once(river: Store, tmp_path: Path) -> None:
    out, _ = export(river)
    (row,) = table(out, "deployments")
    assert row["timestampIssues"] == "false"
    told = f"Its lens was wet. {row['deploymentComments']}"
    for number, said in enumerate(("Its lens was wet.", told)):
        other = tmp_path / f"other {number}"
        other.mkdir()
        resources = [{"name": "deployments", "path": "deployments.csv"}]
        (other / "datapackage.json").write_text(json.dumps({"resources": resources}))
        headings = "deploymentID,timestampIssues,deploymentComments"
        (other / "deployments.csv").write_text(f"{headings}\nUR011,True,{said}\n")
        out, _ = export(river, f"known {number}", metadata=other)
        (row,) = table(out, "deployments")
        assert row["deploymentComments"] == told
        assert row["timestampIssues"] == "true"


def test_a_camera_has_a_model_where_all_its_pictures_have_one(river: Store) -> None:
    with river.db.transaction():
        river.db.execute("UPDATE image SET camera_make = 'Reconyx', camera_model = 'HP2X'")
    out, _ = export(river)
    assert table(out, "deployments")[0]["cameraModel"] == "Reconyx-HP2X"
    with river.db.transaction():
        river.db.execute("UPDATE image SET camera_model = 'HC500' WHERE id = 3")
    out, _ = export(river, "two")
    assert "cameraModel" not in table(out, "deployments")[0]


def test_no_camera_stands_at_nothing(river: Store) -> None:
    place(river, latitude=0.0, longitude=0.0)
    with pytest.raises(InputError, match="without coordinates"):
        export(river)
    place(river, latitude=0.0, longitude=9.5e-05, coordinate_uncertainty=0.0)
    out, _ = export(river)
    (row,) = table(out, "deployments")
    assert (row["latitude"], row["longitude"]) == ("0.0", "0.000095")
    assert row["coordinateUncertainty"] == "1"


def test_of_a_camera_without_pictures_nobody_knows_how_its_clock_goes(river: Store) -> None:
    dates = {"deployment_start": "2024-06-01 10:00:00", "deployment_end": "2024-07-01 10:00:00"}
    place(river, "quiet", **dates)
    out, _ = export(river)
    issues = {r["deploymentID"]: r.get("timestampIssues") for r in table(out, "deployments")}
    assert issues == {"UR011": "false", "quiet": None}


def test_what_reads_as_no_id_is_in_no_package(river: Store) -> None:
    with river.db.transaction():
        river.db.execute("UPDATE image SET media_id = 'NA' WHERE id = 1")
    add_images(river, [Said(deployment="nan")], run=river.runs.all()[0])
    place(river, "nan")
    out, report = export(river)
    assert report.left_out == {"has an id that reads as missing (NA, NaN)": 2}
    assert report.pictures == len(table(out, "media")) == 2


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


def test_a_camera_that_saw_nobody_but_people_is_effort_all_the_same(river: Store) -> None:
    place(river, "gate", latitude=1.5, longitude=2.5)
    add_images(river, [Said("human", deployment="gate")], run=river.runs.all()[0])
    out, report = export(river, people="exclude")
    assert report.left_out == {"shows people": 1}
    assert [row["deploymentID"] for row in table(out, "deployments")] == ["UR011", "gate"]
    place(river, "gate", latitude=None, longitude=None)
    _, report = export(river, "unplaced", people="exclude")
    assert report.omitted == {}


def test_cameras_on_both_sides_of_the_date_line_are_near_each_other(river: Store) -> None:
    place(river, latitude=-16.5, longitude=179.9)
    add_images(river, [Said(deployment="east")], run=river.runs.all()[0])
    place(river, "east", latitude=-17.0, longitude=-179.8)
    out, _ = export(river)
    made = described(out)["spatial"]
    assert made["type"] == "MultiPolygon"
    corners = [sorted({x for x, _ in ring}) for (ring,) in made["coordinates"]]
    assert corners == [[179.9, 180.0], [-180.0, -179.8]]
    place(river, "east", latitude=-17.0, longitude=0.5)
    out, _ = export(river, "near")
    assert described(out)["spatial"]["type"] == "Polygon"
