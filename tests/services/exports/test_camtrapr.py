"""The tables for camtrapR: what is a record, what is thinned out, and that no camera is lost."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from datetime import datetime
from itertools import groupby
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from camtrap_tui.domain.models import Deployment
from camtrap_tui.errors import UsageError
from camtrap_tui.services.exports.camtrapr import FORMAT
from camtrap_tui.services.exports.camtrapr_records import RECORD_COLUMNS
from camtrap_tui.services.exports.report import ExportReport
from camtrap_tui.services.exports.request import ExportRequest, Options
from camtrap_tui.store.grades import NewGrade, NewObservation
from camtrap_tui.store.store import Store
from tests.builders import NOW, Said, add_images, md5, taxon
from tests.services.exports.survey_plans import TAXA
from tests.services.exports.survey_strategy import SurveyPlan, built, surveys
from tests.store.test_reports import MALLARD, RACCOON, grade

Rows = list[dict[str, str]]


def write(store: Store, out: Path, **asked: object) -> ExportReport:
    """Export the survey to a folder; what is an option of one format is taken as one."""
    names = ("independence_min", "gap_days", "decimals")
    options = Options(**{name: asked.pop(name) for name in names if name in asked})  # type: ignore[arg-type]
    request = ExportRequest(out, options=options, replace=True, **asked)  # type: ignore[arg-type]
    return FORMAT.write(store, request, lambda done, total: None)


def tables(out: Path) -> tuple[Rows, Rows]:
    """Return the rows of both tables."""
    found = []
    for name in ("recordTable.csv", "cameraTable.csv"):
        with (out / name).open(encoding="utf-8", newline="") as file:
            found.append(list(csv.DictReader(file)))
    return found[0], found[1]


def at(*times: str, camera: str = "UR011") -> list[Said]:
    """Return pictures of one camera at these times of one day."""
    return [Said(timestamp=f"2024-06-27 {time}", deployment=camera) for time in times]


def test_a_record_is_a_species_in_a_picture_in_camera_time(store: Store, tmp_path: Path) -> None:
    one, two, three = add_images(store, at("02:14:05", "02:14:09", "03:00:00"))
    species = taxon(store, RACCOON).id
    counted = (NewObservation(species, 2, "adult"), NewObservation(species, 1, "juvenile"))
    store.grades.append("ann", [NewGrade(md5("a"), one, counted, "assisted", "species")], NOW)
    grade(store, "ben", two, RACCOON, MALLARD)
    grade(store, "ann", three, "blank")
    report = write(store, tmp_path / "r")
    records, cameras = tables(tmp_path / "r")
    assert tuple(records[0]) == RECORD_COLUMNS
    assert [(r["Species"], r["DateTimeOriginal"], r["n"]) for r in records] == [
        (MALLARD, "2024-06-27 02:14:09", ""),
        (RACCOON, "2024-06-27 02:14:05", "3"),
        (RACCOON, "2024-06-27 02:14:09", ""),
    ]
    last = records[-1]
    assert (last["Date"], last["Time"]) == ("2024-06-27", "02:14:09")
    assert (last["delta.time.secs"], last["delta.time.mins"]) == ("4", "0.1")
    assert (last["Directory"], last["FileName"]) == ("", "IMG_0002.JPG")
    assert (last["classificationMethod"], last["classifiedBy"]) == ("human", "ben")
    # What the words differ in is in none of the columns.
    assert records[1]["lifeStage"] == ""
    assert len(cameras) == 1
    assert report.pictures == 2
    assert report.left_out == {"is blank": 1}


def test_a_record_has_the_highest_number_that_was_counted(store: Store, tmp_path: Path) -> None:
    species = taxon(store, RACCOON).id
    times = ("01:00:00", "01:01:00", "01:02:00", "02:00:00")
    counts: tuple[list[int | None], ...] = ([2], [3], [1], [2, None])
    for key, said in zip(add_images(store, at(*times)), counts, strict=True):
        seen = tuple(NewObservation(species, count) for count in said)
        store.grades.append("ann", [NewGrade(md5(str(key)), key, seen, "assisted", "s")], NOW)
    write(store, tmp_path / "r", independence_min=30)
    # Two and some that nobody counted are no number.
    assert [(r["n"], r["n_images"]) for r in tables(tmp_path / "r")[0]] == [("3", "3"), ("", "1")]


def test_long_times_between_records_keep_their_digits(store: Store, tmp_path: Path) -> None:
    years = ("2021-01-01 00:00:00", "2023-12-31 01:02:06")
    for key in add_images(store, [Said(timestamp=year) for year in years]):
        grade(store, "ann", key, RACCOON)
    write(store, tmp_path / "r")
    _, last = tables(tmp_path / "r")[0]
    names = [f"delta.time.{unit}" for unit in ("secs", "mins", "hours", "days")]
    assert [last[name] for name in names] == ["94525326", "1575422.1", "26257", "1094"]
    assert tables(tmp_path / "r")[0][0]["delta.time.mins"] == "0"


def test_every_picture_is_in_or_left_out_for_a_reason(store: Store, tmp_path: Path) -> None:
    said = [*at("01:00:00", "02:00:00", "03:00:00", "04:00:00", "05:00:00"), Said(timestamp=None)]
    one, two, three, four, _, six = add_images(store, said)
    grade(store, "ann", one, RACCOON)
    grade(store, "ann", two, RACCOON)
    grade(store, "ben", two, MALLARD)
    grade(store, "ann", three, "unknown")
    grade(store, "ann", four, "human")
    grade(store, "ann", six, RACCOON)
    report = write(store, tmp_path / "r", people="exclude")
    assert report.left_out == {
        "is in conflict": 1,
        "shows what nobody could tell": 1,
        "shows people": 1,
        "is not graded": 1,
        "has no time": 1,
    }
    assert (report.pictures, report.chosen) == (1, 6)
    assert (
        json.loads((tmp_path / "r/export-report.json").read_text())["left_out"] == report.left_out
    )


def test_the_machine_speaks_where_asked_for_and_is_marked(store: Store, tmp_path: Path) -> None:
    one, *_ = add_images(store, at("01:00:00", "02:00:00"))
    grade(store, "ann", one, MALLARD)
    write(store, tmp_path / "r")
    assert [r["Species"] for r in tables(tmp_path / "r")[0]] == [MALLARD]
    write(store, tmp_path / "r", with_machine=True)
    records, _ = tables(tmp_path / "r")
    assert [(r["Species"], r["classificationMethod"]) for r in records] == [
        (MALLARD, "human"),
        (RACCOON, "machine"),
    ]
    assert records[1]["classifiedBy"] == "SpeciesNet demo-1.0 (speciesnet 5.0.6)"


def test_species_of_one_common_name_stay_apart(store: Store, tmp_path: Path) -> None:
    ducks = [name for name in TAXA if name.common_name == "duck"]
    for key, duck in zip(add_images(store, at("01:00:00", "02:00:00")), ducks, strict=True):
        seen = (NewObservation(taxon(store, duck).id),)
        store.grades.append("ann", [NewGrade(md5(str(key)), key, seen, "assisted", "s")], NOW)
    write(store, tmp_path / "r")
    names = [r["Species"] for r in tables(tmp_path / "r")[0]]
    assert names == ["duck (Aix sponsa)", "duck (Anas platyrhynchos)"]


def test_independence_is_by_species_station_and_camera(store: Store, tmp_path: Path) -> None:
    keys = add_images(store, at("01:00:00", "01:10:00", "01:29:59", "01:30:00", "01:59:00"))
    keys += add_images(store, at("01:05:00", camera="UR012"))
    for key in keys:
        grade(store, "ann", key, RACCOON)
    grade(store, "ann", keys[1], MALLARD)
    report = write(store, tmp_path / "r", independence_min=30)
    records, _ = tables(tmp_path / "r")
    assert [(r["Station"], r["Species"], r["Time"], r["n_images"]) for r in records] == [
        ("UR011", MALLARD, "01:10:00", "1"),
        ("UR011", RACCOON, "01:00:00", "2"),
        ("UR011", RACCOON, "01:30:00", "2"),
        ("UR012", RACCOON, "01:05:00", "1"),
    ]
    assert report.pictures == 6
    rule = 'deltaTimeComparedTo = "lastIndependentRecord", camerasIndependent = TRUE'
    assert any(rule in note for note in report.notes)
    script = (tmp_path / "r/read_me.R").read_text(encoding="utf-8")
    assert "minDeltaTime = 30" in script


def test_a_filter_narrows_records_and_keeps_cameras_that_saw_nothing(
    store: Store, tmp_path: Path
) -> None:
    keys = add_images(store, [*at("01:00:00"), *at("02:00:00", camera="UR012")])
    grade(store, "ann", keys[0], RACCOON)
    grade(store, "ann", keys[1], MALLARD)
    report = write(store, tmp_path / "r", where=f"truth:{RACCOON.split()[-1]}")
    records, cameras = tables(tmp_path / "r")
    assert [r["Station"] for r in records] == ["UR011"]
    assert [c["Station"] for c in cameras] == ["UR011", "UR012"]
    assert any("not the effort" in note for note in report.notes)
    report = write(store, tmp_path / "r", where="camera:UR011")
    assert [c["Station"] for c in tables(tmp_path / "r")[1]] == ["UR011"]
    assert not any("not the effort" in note for note in report.notes)


def test_the_script_reads_the_tables_and_says_whether_there_are_problems(
    store: Store, tmp_path: Path
) -> None:
    days = ("2024-06-01 10:00:00", "2024-06-20 10:00:00")
    for key in add_images(store, [Said(timestamp=day) for day in days]):
        grade(store, "ann", key, RACCOON)
    write(store, tmp_path / "r")
    script = (tmp_path / "r/read_me.R").read_text(encoding="utf-8")
    assert "hasProblems = FALSE" in script
    assert f'species = "{RACCOON}"' in script
    assert "Problem1_from" not in tables(tmp_path / "r")[1][0]
    report = write(store, tmp_path / "r", gap_days=7)
    assert "hasProblems = TRUE" in (tmp_path / "r/read_me.R").read_text(encoding="utf-8")
    (camera,) = tables(tmp_path / "r")[1]
    assert (camera["Problem1_from"], camera["Problem1_to"]) == days
    assert camera["Problem1_why"] == "no picture"
    assert any("1 gap without a picture for more than 7 days" in note for note in report.notes)
    report = write(store, tmp_path / "r", gap_days=19)
    assert "hasProblems = FALSE" in (tmp_path / "r/read_me.R").read_text(encoding="utf-8")
    assert any("no gap became a Problem period" in note for note in report.notes)


def test_positions_are_rounded_on_wish(store: Store, tmp_path: Path) -> None:
    with store.db.transaction():
        store.deployments.put(Deployment(0, "UR011", "river", 41.87654, -87.61234, None))
    add_images(store, at("01:00:00"))
    write(store, tmp_path / "r", decimals=1)
    (camera,) = tables(tmp_path / "r")[1]
    assert (camera["longitude"], camera["latitude"]) == ("-87.6", "41.9")
    assert int(camera["coordinateUncertainty"]) > 10_000


def test_nothing_is_blurred_where_there_are_no_pictures(store: Store, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--people blur"):
        write(store, tmp_path / "r", people="blur")
    assert not (tmp_path / "r").exists()


@settings(max_examples=40)
@given(surveys(most=8), st.booleans())
def test_the_tables_hold_for_any_survey(plan: SurveyPlan, with_machine: bool) -> None:
    with built(plan) as store:
        out = store.path.with_name("r")
        report = write(store, out, with_machine=with_machine)
        records, cameras = tables(out)
        assert report.chosen == len(plan.frames)
        stations = {(c["Station"], c["Camera"]): c for c in cameras}
        assert len(stations) == len(cameras)
        for camera in cameras:
            assert camera["Setup_date"] < camera["Retrieval_date"]
            assert float(camera["days_up"]) > 0
        for record in records:
            camera = stations[record["Station"], record["Camera"]]
            if camera["Setup_source"] == camera["Retrieval_source"] == "picture":
                assert (
                    camera["Setup_date"] <= record["DateTimeOriginal"] <= camera["Retrieval_date"]
                )
        assert report.pictures == len({record["mediaID"] for record in records})
        keys = [
            tuple(r[n] for n in ("Station", "Species", "Camera", "Date", "Time")) for r in records
        ]
        assert keys == sorted(keys, key=lambda key: [part.encode() for part in key])
        for name, rows in (("recordTable.csv", records), ("cameraTable.csv", cameras)):
            read = pd.read_csv(out / name)
            assert len(read) == len(rows)
            if rows:
                assert list(read.columns) == list(rows[0])


def left_by_camtrapr(rows: Rows, minutes: int) -> Iterator[tuple[str, str, str]]:
    """Yield (media id, seconds, pictures) of the records that filterRecordTable() leaves of those
    of one species and camera, read off its definition: each record against all earlier ones."""
    first_of_second = {row["DateTimeOriginal"]: row for row in reversed(rows)}
    kept: list[tuple[datetime, str, int]] = []
    for time, row in sorted(first_of_second.items()):
        now = datetime.fromisoformat(time)
        apart = [(now - other).total_seconds() for other, _, _ in kept]
        if not apart or min(apart) >= 60 * minutes:
            kept.append((now, row["mediaID"], int(min(apart, default=0))))
    ends = [*(time for time, _, _ in kept[1:]), datetime.max]
    times = [datetime.fromisoformat(row["DateTimeOriginal"]) for row in rows]
    for (start, media_id, delta), end in zip(kept, ends, strict=True):
        yield media_id, str(delta), str(sum(start <= one < end for one in times))


@settings(max_examples=30)
@given(surveys(most=8), st.sampled_from((1, 30, 600)))
def test_independent_records_are_those_that_the_rule_leaves_of_all(
    plan: SurveyPlan, minutes: int
) -> None:
    with built(plan) as store:
        out = store.path.with_name("r")
        write(store, out, with_machine=True)
        every, _ = tables(out)
        wanted = []
        for key, group in groupby(every, key=lambda r: (r["Station"], r["Species"], r["Camera"])):
            wanted += [(key[1], *found) for found in left_by_camtrapr(list(group), minutes)]
        write(store, out, with_machine=True, independence_min=minutes)
        left, _ = tables(out)
        names = ("Species", "mediaID", "delta.time.secs", "n_images")
        assert [tuple(r[name] for name in names) for r in left] == wanted
