"""The hours of the day: the chart in the terminal, every exported table and one line of pandas have
the same 24 numbers, also of a camera at -06:00 and of one whose clock was put right."""

from __future__ import annotations

import csv
import random
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner

from camtrap_tui.cli.charts import charts_command
from camtrap_tui.domain.models import Deployment, Image
from camtrap_tui.services.clocks import record
from camtrap_tui.services.exports.formats import export
from camtrap_tui.services.exports.request import ExportRequest, Options
from camtrap_tui.store.store import Store
from tests.builders import NOW, add_run, image, taxon
from tests.store.test_reports import RACCOON, grade

# The clock of this camera was nine and a half hours behind; the hours are those put right.
SHIFT_S = 9 * 3600 + 1800
CAMERAS = (
    Deployment(0, "UTC", "place 1", 41.9, -87.6, 0),
    Deployment(0, "Chicago", "place 2", 41.8, -87.7, -360),
    Deployment(0, "Behind", "place 3", 41.7, -87.8, -300),
    Deployment(0, "Kathmandu", "place 4", 27.7, 85.3, 345),
)
PICTURES = 60


@pytest.fixture
def survey(tmp_path: Path) -> Path:
    """Four cameras with raccoons at all hours; `as_they_are` says at which."""
    path = tmp_path / "river.db"
    chance = random.Random(7)
    with Store.open(path, create=True) as store:
        raccoon = taxon(store, RACCOON).id
        run = add_run(store)
        with store.db.transaction():
            source = store.images.source("folder", "/pictures", NOW)
            made = []
            for camera in CAMERAS:
                deployment = store.deployments.put(camera)
                for n in range(PICTURES):
                    one = _picture(camera, n, chance.randrange(86_400), source.id, deployment)
                    made.append(store.images.add(one))
                    said = (run.id, made[-1], "predicted", raccoon, 0.9, "classifier", None, 1)
                    store.runs.put_predictions([said])
        record(store, "Behind", SHIFT_S, by="ann", now=NOW)
        for key in made:
            grade(store, "ann", key, RACCOON)
    return path


def _picture(camera: Deployment, n: int, second: int, source_id: int, deployment: int) -> Image:
    time = datetime(2024, 3, 1) + timedelta(days=n % 20, seconds=second)
    if camera.deployment_id == "Behind":
        time -= timedelta(seconds=SHIFT_S)
    shown = time.strftime("%Y-%m-%d %H:%M:%S")
    name = f"{camera.deployment_id}_{n:03}"
    return image(
        name,
        source_id=source_id,
        deployment_id=deployment,
        timestamp=shown,
        timestamp_raw=shown,
        timestamp_source="exif",
        file_path=f"{camera.deployment_id}/{name}.JPG",
    )


def as_they_are() -> list[int]:
    """Return how many raccoons passed at each hour, as they were drawn."""
    chance = random.Random(7)
    seconds = [chance.randrange(86_400) for _ in range(len(CAMERAS) * PICTURES)]
    hours = Counter(second // 3600 for second in seconds)
    return [hours[hour] for hour in range(24)]


def in_terminal(survey: Path) -> list[int]:
    """Return the numbers below the chart that the command line draws."""
    asked = [str(survey), "--hours", "--by", "truth"]
    said = CliRunner().invoke(charts_command, asked, catch_exceptions=False).output.splitlines()
    start = next(n for n, line in enumerate(said) if line.split()[:1] == ["truth"])
    rows = [line.split() for line in said[start + 1 :]]
    return [int(next(row for row in rows if row[:1] == [f"{h:02}"])[1]) for h in range(24)]


def written(survey: Path, name: str, out: Path, **options: object) -> Path:
    """Export the survey; return where to."""
    with Store.open(survey) as store:
        request = ExportRequest(out, options=Options(**options))  # type: ignore[arg-type]
        report = export(store, name, request, lambda done, total: None)
    assert not report.left_out
    return out


def counted(times: list[str]) -> list[int]:
    """Return how many times are in each hour, as they stand written."""
    hours = Counter(int(time[11:13]) for time in times)
    return [hours[hour] for hour in range(24)]


def cells(path: Path, column: str) -> list[str]:
    """Return a column of a table."""
    with path.open(encoding="utf-8", newline="") as file:
        return [row[column] for row in csv.DictReader(file)]


def test_all_say_the_same_24_numbers(survey: Path, tmp_path: Path) -> None:
    wanted = as_they_are()
    assert sum(wanted) == len(CAMERAS) * PICTURES
    assert in_terminal(survey) == wanted

    truth = written(survey, "ground-truth", tmp_path / "truth.csv")
    assert counted(cells(truth, "datetime_local")) == wanted
    # One line of pandas, with what read_csv does by itself.
    found = pd.to_datetime(pd.read_csv(truth)["datetime_local"]).dt.hour.value_counts()
    assert [int(found.get(hour, 0)) for hour in range(24)] == wanted

    package = written(survey, "camtrap-dp", tmp_path / "dp")
    assert counted(cells(package / "media.csv", "timestamp")) == wanted
    assert counted(cells(package / "observations.csv", "eventStart")) == wanted

    r = written(survey, "camtrapr", tmp_path / "r")
    assert counted(cells(r / "recordTable.csv", "DateTimeOriginal")) == wanted
    hours = pd.read_csv(r / "recordTable.csv")["Time"].str[:2].astype(int).value_counts()
    assert [int(hours.get(hour, 0)) for hour in range(24)] == wanted

    timelapse = written(survey, "timelapse", tmp_path / "timelapse.csv")
    assert counted(cells(timelapse, "DateTime")) == wanted


def test_offsets_say_which_moment_it_was_and_do_not_move_the_hour(
    survey: Path, tmp_path: Path
) -> None:
    package = written(survey, "camtrap-dp", tmp_path / "dp")
    times = cells(package / "media.csv", "timestamp")
    cameras = cells(package / "media.csv", "deploymentID")
    offsets = {
        camera: datetime.fromisoformat(time).utcoffset()
        for camera, time in zip(cameras, times, strict=True)
    }
    assert offsets == {
        one.deployment_id: timedelta(minutes=one.utc_offset_min or 0) for one in CAMERAS
    }


def test_the_numbers_move_with_the_clock(survey: Path, tmp_path: Path) -> None:
    with Store.open(survey) as store:
        record(store, "UTC", 3600, from_time=None, to_time="2024-03-05 00:00:00", by="ann", now=NOW)
    wanted = in_terminal(survey)
    assert wanted != as_they_are()
    truth = written(survey, "ground-truth", tmp_path / "truth.csv")
    assert counted(cells(truth, "datetime_local")) == wanted
    r = written(survey, "camtrapr", tmp_path / "r") / "recordTable.csv"
    assert counted(cells(r, "DateTimeOriginal")) == wanted
    package = written(survey, "camtrap-dp", tmp_path / "dp")
    assert counted(cells(package / "observations.csv", "eventStart")) == wanted
