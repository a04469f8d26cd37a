"""`camtrap-tui add` and `relink`: what they say, what they ask, and that a dry run is dry."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pexpect
import pytest

from camtrap_tui.store.store import Store
from tests.camera_files import photo
from tests.s3_server import s3_server

GUESSED = "id,link,DateTime,mood\na1,https://x.example/a.jpg,2024-06-27 02:14:05,glad\n"


def run(*arguments: object, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "camtrap_tui", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
        env={**os.environ, "COLUMNS": "100", **env},
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for number in range(3):
        photo(tmp_path / f"river/UR011/IMG_{number}.JPG", 80 * number)
    (tmp_path / "river/notes.txt").write_text("a note")
    return tmp_path / "river"


def table(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "manifest.csv"
    path.write_text(text)
    return path


def everything(folder: Path) -> dict[str, str]:
    """Return every file below a folder with the md5 of its bytes."""
    return {
        str(path.relative_to(folder)): hashlib.md5(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_a_folder_is_added_and_reviewed_without_a_model(tmp_path: Path, folder: Path) -> None:
    survey = tmp_path / "river.db"

    done = run("add", survey, folder)

    assert done.returncode == 0, done.stderr
    words = [line.split() for line in done.stdout.splitlines()]
    assert ["here", "3"] in words
    assert ["not_a_picture", "1"] in words
    assert ["in", "all", "4"] in words
    assert f"camtrap-tui review {survey}" in done.stderr
    again = json.loads(run("add", survey, folder, "--json").stdout)
    assert (again["rows"], again["new_rows"]) == ({"here": 3, "not_a_picture": 1}, 0)


def test_json_is_the_same_and_alone_on_stdout(tmp_path: Path) -> None:
    file = table(tmp_path, "mediaID,publicURL\na,https://x.example/a.jpg\na,https://x.example/b\n")

    said = json.loads(run("add", tmp_path / "river.db", file, "--json").stdout)

    assert said["kind"] == "manifest"
    assert said["rows"] == {"duplicate": 1, "pending": 1}
    assert said["columns"] == {"mediaID": "mediaID", "publicURL": "publicURL"}
    assert "row 3: a again" in said["examples"][0]


def test_a_guess_is_refused_where_nobody_can_be_asked(tmp_path: Path) -> None:
    file, survey = table(tmp_path, GUESSED), tmp_path / "river.db"

    done = run("add", survey, file)

    assert done.returncode == 2
    told = "--map mediaID=id --map publicURL=link --map timestamp=DateTime"
    assert told in done.stderr
    assert not survey.exists()
    assert run("add", survey, file, *told.split()).returncode == 0
    assert "nothing to do" in run("add", survey, file, "--yes").stderr


def test_a_guess_is_shown_and_asked_about_on_a_terminal(tmp_path: Path) -> None:
    file, survey = table(tmp_path, GUESSED), tmp_path / "river.db"
    arguments = ["-m", "camtrap_tui", "add", str(survey), str(file)]

    for answer, status in (("n", 130), ("y", 0)):
        asked = pexpect.spawn(sys.executable, arguments, encoding="utf-8", timeout=30)
        asked.expect("mediaID +is id, as in a1")
        asked.expect("not used: mood")
        asked.expect("Are these the columns")
        assert not survey.exists()
        asked.sendline(answer)
        asked.expect(pexpect.EOF)
        asked.close()
        assert asked.exitstatus == status
    with Store.open(survey) as store:
        assert store.images.count() == 1


def test_how_days_are_written_is_shown(tmp_path: Path) -> None:
    table = tmp_path / "m.csv"
    table.write_text("mediaID,publicURL,DateTime\n")
    heading = table.read_text()
    survey = tmp_path / "river.db"
    site = "https://river.example"

    table.write_text(f"{heading}a,{site}/a.jpg,6/7/2024 2:14\nb,{site}/b.jpg,27/6/2024 2:14\n")
    clear = run("add", survey, table, "--map", "timestamp=DateTime")
    table.write_text(f"{heading}a,{site}/a.jpg,6/7/2024 2:14\n")
    unclear = run("add", survey, table, "--map", "timestamp=DateTime")

    assert (clear.returncode, unclear.returncode) == (0, 0), clear.stderr + unclear.stderr
    assert "timestamp is DateTime, day first, as in 6/7/2024 2:14" in clear.stderr
    assert "cannot be read" not in clear.stderr
    assert "timestamp is DateTime, day or month first is not clear, as in" in unclear.stderr
    assert (
        "1 of these may have the day or the month first: write such times as 2024-06-27 02:14:05."
    ) in unclear.stderr


def test_a_dry_run_says_the_same_and_changes_no_byte(tmp_path: Path, folder: Path) -> None:
    survey = tmp_path / "surveys" / "river.db"
    survey.parent.mkdir()
    file = table(tmp_path, "mediaID,publicURL\na,https://x.example/a.jpg\n")
    for source in (file, folder):
        before = everything(survey.parent)
        dry = json.loads(run("add", survey, source, "--dry-run", "--json").stdout)
        assert everything(survey.parent) == before
        real = json.loads(run("add", survey, source, "--json").stdout)
        assert dry.pop("dry_run") is True
        assert real.pop("dry_run") is False
        assert dry == real


def test_a_dry_run_sees_what_another_program_has_just_written(tmp_path: Path) -> None:
    survey = tmp_path / "surveys" / "river.db"
    survey.parent.mkdir()
    first = table(tmp_path, "mediaID,publicURL\na,https://x.example/a.jpg\n")
    run("add", survey, first)
    with closing(sqlite3.connect(survey)) as other:
        other.execute("UPDATE image SET media_id = 'b'")
        other.commit()
        before = everything(survey.parent)
        assert "river.db-wal" in before
        file = table(tmp_path, "mediaID,publicURL\nb,https://x.example/b.jpg\n")
        dry = json.loads(run("add", survey, file, "--dry-run", "--json").stdout)
        after = everything(survey.parent)
    # Whoever reads leaves a mark in the -shm file, which SQLite makes anew at any time.
    assert before.keys() == after.keys()
    assert [before[name] for name in ("river.db", "river.db-wal")] == [
        after[name] for name in ("river.db", "river.db-wal")
    ]
    assert (dry["new_images"], dry["known_images"]) == (0, 1)


def test_a_dry_run_leaves_the_survey_in_the_folder_out(folder: Path) -> None:
    survey = folder / "river.db"
    run("add", survey, folder)

    dry = json.loads(run("add", survey, folder, "--dry-run", "--json").stdout)

    assert dry["rows"] == {"here": 3, "not_a_picture": 1}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nowhere"], "there is no such file or folder"),
        (["https://x.example/pictures"], "pages of the web are no source"),
        (["river", "--map", "mediaID=id"], "--map is about the columns of a manifest"),
        (["river", "--images", "river"], "--images says where"),
        (["river", "--kind", "s3"], "this names no bucket"),
        (["s3://"], "this names no bucket"),
    ],
)
def test_what_cannot_be_added_is_one_sentence(
    tmp_path: Path, folder: Path, arguments: list[str], said: str
) -> None:
    survey = tmp_path / "river.db"
    paths = [str(folder) if word == "river" else word for word in arguments]

    done = run("add", survey, *paths)

    assert done.returncode in (1, 2)
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert not survey.exists()


def test_a_bucket_is_added_without_keys(tmp_path: Path) -> None:
    with s3_server() as server:
        server.make_bucket("river")
        server.put("river", {"2024/UR011/a.jpg": b"a", "2024/clip.mp4": b"v"})
        unset = dict.fromkeys(("AWS_ACCESS_KEY_ID", "AWS_PROFILE", "AWS_REGION"), "")
        survey, url = tmp_path / "river.db", "s3://river/2024/"
        environment = {"AWS_ENDPOINT_URL": server.url, "HOME": str(tmp_path), **unset}

        dry = run("add", survey, url, "--dry-run", **environment)
        assert "dry run" in dry.stderr
        assert not survey.exists()
        done = run("add", survey, url, **environment)

    assert done.returncode == 0, done.stderr
    assert ["pending", "1"] in [line.split() for line in done.stdout.splitlines()]
    assert "camtrap-tui fetch" in done.stderr


def test_relink_says_how_many(tmp_path: Path, folder: Path) -> None:
    survey, new = tmp_path / "river.db", tmp_path / "elsewhere"
    run("add", survey, folder)
    folder.rename(new)
    photo(new / "IMG_9.JPG", 200)
    before = hashlib.md5(survey.read_bytes()).digest()

    dry = json.loads(run("relink", survey, new, "--dry-run", "--json").stdout)
    assert hashlib.md5(survey.read_bytes()).digest() == before
    real = json.loads(run("relink", survey, new, "--json").stdout)

    assert dry.pop("dry_run") is True
    assert real.pop("dry_run") is False
    assert dry == real
    assert real["moved"] == [
        {"old": str(folder), "new": str(new), "by_path": 3, "by_content": 0, "not_found": 0}
    ]
    assert real["new_files"] == 1
    shutil.rmtree(new)
    lost = run("relink", survey, tmp_path / "surveys")
    assert (lost.returncode, "there is no such folder" in lost.stderr) == (1, True)
    none = run("relink", tmp_path / "none.db", tmp_path, "--dry-run")
    assert (none.returncode, "there is no such survey" in none.stderr) == (1, True)
