"""A survey that cannot be written to: it is read with all that it holds, or not at all."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from camtrap_tui.store.migrations import NAMES
from camtrap_tui.store.store import Store
from tests.builders import Said, add_images
from tests.read_only import read_only, run
from tests.store.test_grades import grade


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a survey of three pictures, one of them graded, closed properly."""
    folder = tmp_path / "stick"
    folder.mkdir()
    with Store.open(folder / "river.db", create=True) as store:
        keys = add_images(store, [Said(), Said("blank"), Said(None)])
        grade(store, keys[:1], "mallard")
    return folder


def graded(survey: Path) -> int:
    with closing(sqlite3.connect(survey)) as raw:
        return int(raw.execute("SELECT count(*) FROM vote").fetchone()[0])


def leave_open(folder: Path, *ends: str) -> None:
    """Leave the survey as a crash does: the last grade in its -wal file alone."""
    survey, aside = folder / "river.db", folder.parent / "aside"
    aside.mkdir()
    with Store.open(survey) as store:
        store.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        grade(store, [2], "blank")
        for end in ("", *ends):
            shutil.copy(folder / f"river.db{end}", aside)
    for file in aside.iterdir():
        shutil.copy(file, folder)


def test_everything_that_reads_works(folder: Path, tmp_path: Path) -> None:
    survey, copy = folder / "river.db", tmp_path / "copy.db"
    with read_only(folder):
        status = run("status", survey, "--json")
        assert json.loads(status.stdout)["graded_by"] == {"ann": 1}, status.stderr
        assert "mallard" in run("charts", survey, "--by", "truth").stdout
        assert run("export", survey, tmp_path / "truth.csv").returncode == 0
        assert run("backup", survey, copy).returncode == 0
        assert sorted(file.name for file in folder.iterdir()) == ["river.db"]
    assert graded(copy) == 1


def test_a_file_alone_may_be_read_only(folder: Path) -> None:
    survey = folder / "river.db"
    with read_only(folder):
        folder.chmod(0o755)
        status = run("status", survey, "--json")
        assert json.loads(status.stdout)["graded_by"] == {"ann": 1}, status.stderr


def test_grades_in_a_wal_file_are_read_where_they_can_be(folder: Path, tmp_path: Path) -> None:
    leave_open(folder, "-wal", "-shm")
    copy = tmp_path / "copy.db"
    with read_only(folder):
        done = run("backup", folder / "river.db", copy)
    assert done.returncode == 0, done.stderr
    assert graded(copy) == 2


@pytest.mark.parametrize("command", ["status", "backup"])
def test_grades_in_a_wal_file_are_never_left_out_in_silence(
    folder: Path, tmp_path: Path, command: str
) -> None:
    leave_open(folder, "-wal")
    out = [tmp_path / "copy.db"] if command == "backup" else []
    with read_only(folder):
        done = run(command, folder / "river.db", *out)
    assert done.returncode == 1
    assert "its last grades are in river.db-wal" in done.stderr
    assert "Copy river.db and river.db-wal together" in done.stderr
    assert not (tmp_path / "copy.db").exists()
    # And what it advises works.
    with Store.open(folder / "river.db") as store:
        assert store.grades.graders() == {"ann": 2}


def test_what_writes_says_that_it_cannot(folder: Path) -> None:
    predictions = folder.parent / "predictions.json"
    predictions.write_text('{"predictions": [{"filepath": "a.jpg", "prediction": "x;;;;;;blank"}]}')
    with read_only(folder):
        done = run("import", folder / "river.db", predictions)
    assert done.returncode == 1
    assert "the survey is read-only here" in done.stderr
    assert "camtrap-tui backup" in done.stderr


def test_what_a_table_would_do_is_shown_all_the_same(folder: Path, tmp_path: Path) -> None:
    table = tmp_path / "deployments.csv"
    table.write_text("deploymentID,locationName\nUR011,Old mill\n")
    with read_only(folder):
        done = run("deployments", folder / "river.db", table, "--dry-run", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["changed"] == 1


def test_an_old_survey_cannot_be_updated_there(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "river.db")) as raw:
        raw.execute("DELETE FROM _sqlite_migrations WHERE name = ?", [NAMES[-1]])
        raw.commit()
    with read_only(folder):
        done = run("status", folder / "river.db")
    assert done.returncode == 1
    assert "it cannot be updated" in done.stderr
