"""`kill -9` at any moment of a fetching prediction costs nothing but time."""

from __future__ import annotations

import hashlib
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from camtrap_tui.store.store import Store
from tests.manifest_rows import survey_of
from tests.picture_files import blobs, jpeg
from tests.services.fake_engine import write_model_folder
from tests.survey_dump import dump
from tests.weather_server import Answer, WeatherServer, weather_server

PICTURES = 150
KILLS = 4
TABLES = ("image", "source_row", "prediction", "detection", "classification", "taxon")


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[WeatherServer]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with weather_server() as started:
        yield started


def survey(server: WeatherServer, path: Path) -> Path:
    """Some pictures are the same, some are gone, some broken; some are made smaller."""
    urls, ids = [], []
    for n in range(PICTURES):
        data = jpeg(blobs(n % 100, size=(1600, 1200) if n % 10 == 1 else (320, 240)))
        answer = Answer(body=data, silent_s=0.01)
        match n % 25:
            case 7:
                answer = Answer(404)
            case 8:
                answer = Answer(body=data[: len(data) // 2])
            case 9:
                answer = Answer(body=b"<html>")
        urls.append(server.put(f"/{n}.jpg", answer))
        ids.append(None if n % 3 else f"ID-{n}")
    return survey_of(path, urls, ids=ids)


def start(survey: Path, model: Path, cache: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.predict_process", str(survey), str(model), str(cache)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )


def test_killed_and_resumed_equals_uninterrupted(server: WeatherServer, tmp_path: Path) -> None:
    model = write_model_folder(tmp_path / "model")
    whole = survey(server, tmp_path / "whole.db")
    with start(whole, model, tmp_path / "whole") as process:
        assert process.stdout is not None
        process.stdout.read()
    assert process.returncode == 0
    killed = survey(server, tmp_path / "killed.db")
    chance = random.Random(3)
    kills = 0
    for _ in range(KILLS):
        with start(killed, model, tmp_path / "killed") as process:
            assert process.stdout is not None
            for line in process.stdout:
                if '"progress"' in line:
                    break
            time.sleep(chance.random() * 0.3)
            kills += process.poll() is None
            process.send_signal(signal.SIGKILL)
        assert_no_half_picture(killed, tmp_path / "killed")
    with start(killed, model, tmp_path / "killed") as process:
        assert process.stdout is not None
        process.stdout.read()
    assert process.returncode == 0
    assert kills
    found, wanted = dump(killed), dump(whole)
    for table in TABLES:
        assert found[table] == wanted[table], table
    assert copies(found) == copies(wanted)
    assert names(tmp_path / "killed") == names(tmp_path / "whole")


def copies(tables: dict[str, list[tuple[object, ...]]]) -> list[tuple[object, ...]]:
    """Return image, md5 and size of each copy: their folder has the survey's uuid."""
    return [(row[0], *row[3:8]) for row in tables["cached_file"]]


def names(cache: Path) -> list[str]:
    return sorted(path.name for path in cache.rglob("*") if path.is_file())


def assert_no_half_picture(survey: Path, cache: Path) -> None:
    """Every row has its file, whole; every file is a copy, or waits to be named."""
    with Store.open(survey) as store:
        rows = store.db.execute("SELECT file_path, content_md5 FROM cached_file").fetchall()
    for path, md5 in rows:
        assert hashlib.md5((cache / path).read_bytes()).hexdigest() == md5
    for path in cache.rglob("*.jpg"):
        assert path.read_bytes().endswith(b"\xff\xd9")
