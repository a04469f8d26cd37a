"""`camtrap-tui import`: its report, its errors, and that it leaves nothing behind."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from camtrap_tui.services.ingest import add_folder
from camtrap_tui.store.store import Store
from tests.builders import md5
from tests.camera_files import photo, record, write_predictions

ID_A = md5("a")


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "camtrap_tui", "import", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "COLUMNS": "100"},
    )


@pytest.fixture
def predictions(tmp_path: Path) -> Path:
    return write_predictions(tmp_path / "p.json", [record(f"{ID_A}.jpg"), record("x.jpg"), 17])


def test_the_report_adds_up_and_names_what_was_odd(tmp_path: Path, predictions: Path) -> None:
    photo(tmp_path / "pictures" / f"{ID_A}.jpg")
    (tmp_path / "m.csv").write_text(f"id,DateTime\n{ID_A},2024-06-27 02:14:05\n{ID_A},now\n")

    done = run(
        tmp_path / "river.db",
        predictions,
        *("--images", tmp_path / "pictures"),
        *("--metadata", tmp_path / "m.csv", "--map", "mediaID=id", "--map", "timestamp=DateTime"),
    )

    assert done.returncode == 0, done.stderr
    assert "record 3: it names no file" in done.stderr
    assert f"row 3: {ID_A} again" in done.stderr
    words = [line.split() for line in done.stdout.splitlines()]
    assert ["predicted", "2"] in words
    assert ["without", "a", "file", "name", "1"] in words
    assert ["here", "1"] in words
    assert ["missing", "1"] in words


def test_videos_and_the_format_are_named(tmp_path: Path) -> None:
    file = tmp_path / "md.json"
    images = [
        {"file": "x.jpg", "detections": []},
        {"file": "y.mp4", "frame_rate": 30, "detections": []},
    ]
    file.write_text(json.dumps({"images": images, "info": {"format_version": "1.4"}}))

    done = run(tmp_path / "river.db", file)

    assert done.returncode == 0, done.stderr
    assert ["not", "pictures", "1"] in [line.split() for line in done.stdout.splitlines()]
    assert "y.mp4: a video, not a picture" in done.stderr
    assert "run 1, megadetector-1.4, model unknown." in done.stderr


def test_the_report_as_json(tmp_path: Path, predictions: Path) -> None:
    first = json.loads(run(tmp_path / "river.db", predictions, "--json").stdout)
    second = json.loads(run(tmp_path / "river.db", predictions, "--json").stdout)

    assert (first["records"], first["new_images"], first["odd"]) == (3, 2, 1)
    assert first["rows"] == {"pending": 2, "unreadable": 1}
    assert (first["already_imported"], second["already_imported"]) == (False, True)


def test_how_pictures_were_known_and_where_the_others_are_listed(
    tmp_path: Path, predictions: Path
) -> None:
    photo(tmp_path / "river/UR011/1.JPG")
    with Store.make(tmp_path / "river.db") as store:
        add_folder(store, tmp_path / "river")
    write_predictions(predictions, [record("/mnt/UR011/1.JPG"), record("/mnt/UR011/2.JPG")])

    done = run(tmp_path / "river.db", predictions)
    report = json.loads(run(tmp_path / "other.db", predictions, "--json").stdout)

    assert "1 new images, 1 known before (1 by the end of the path); run 1" in done.stderr
    last = [line for line in done.stderr.splitlines() if line][-2]
    assert last == (
        "1 picture of predictions not here yet:"
        f" camtrap-tui status {tmp_path / 'river.db'} --list pending"
    )
    assert report["matched"] == {"by_id": 0, "by_path": 0, "by_suffix": 0, "none": 2}


def test_how_days_of_a_table_are_written_is_said(tmp_path: Path, predictions: Path) -> None:
    table = tmp_path / "m.csv"
    said = []
    for time in ("6/27/2024 2:14 PM", "6/7/2024 2:14 PM"):
        table.write_text(f"mediaID,timestamp\n{ID_A},{time}\n")
        said.append(run(tmp_path / "river.db", predictions, "--metadata", table).stderr)

    assert "Its times are read with the month first." in said[0]
    assert "1 of these times may have the day or the month first: write such times" in said[1]


def test_a_second_time_says_so(tmp_path: Path, predictions: Path) -> None:
    run(tmp_path / "river.db", predictions)

    done = run(tmp_path / "river.db", predictions)

    assert done.returncode == 0
    assert "was imported before (run 1)" in done.stderr


@pytest.mark.parametrize("broken", ["cut off", "no file", "another format"])
def test_nothing_is_left_behind_where_nothing_was_imported(
    tmp_path: Path, predictions: Path, broken: str
) -> None:
    match broken:
        case "cut off":
            predictions.write_bytes(predictions.read_bytes()[:-3])
        case "no file":
            predictions.unlink()
        case _:
            predictions.write_text('{"images": [{}]}')
    before = set(tmp_path.iterdir())

    done = run(tmp_path / "river.db", predictions)

    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert str(predictions) in done.stderr
    assert set(tmp_path.iterdir()) == before


def test_a_survey_that_was_there_stays(tmp_path: Path, predictions: Path) -> None:
    run(tmp_path / "river.db", predictions)
    broken = tmp_path / "q.json"
    broken.write_text("{")

    assert run(tmp_path / "river.db", broken).returncode == 1
    with Store.open(tmp_path / "river.db") as store:
        assert store.images.count() == 2


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--map", "timestamp=x"], "give --metadata too"),
        (["--map", "timestamp", "--metadata", "m.csv"], "write --map NAME=COLUMN"),
    ],
)
def test_a_map_without_sense(
    tmp_path: Path, predictions: Path, options: list[str], said: str
) -> None:
    done = run(tmp_path / "river.db", predictions, *options)

    assert (done.returncode, said in done.stderr) == (2, True)
    assert not (tmp_path / "river.db").exists()
