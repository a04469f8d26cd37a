"""`fetch` and `predict --fetch` as a user types them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from camtrap_tui.cli.fetch import fetch_command
from camtrap_tui.cli.predict import predict_command
from camtrap_tui.errors import CamtrapError, InputError, UsageError
from camtrap_tui.services import inference
from tests.manifest_rows import rows_of, survey_of
from tests.picture_files import blobs, jpeg
from tests.services.fake_engine import SOFTWARE, FakeEngine, write_model_folder
from tests.weather_server import Answer, WeatherServer, weather_server


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[WeatherServer]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with weather_server() as started:
        yield started


@pytest.fixture
def survey(server: WeatherServer, tmp_path: Path) -> Path:
    urls = [server.put(f"/{n}.jpg", Answer(body=jpeg(blobs(n)))) for n in range(5)]
    urls.append(server.put("/gone.jpg", Answer(404)))
    return survey_of(tmp_path / "river.db", urls)


def run(command: Any, *words: object) -> Any:
    return CliRunner().invoke(command, [str(word) for word in words], catch_exceptions=True)


def test_a_fetch_is_told_in_a_table(survey: Path, tmp_path: Path) -> None:
    done = run(fetch_command, survey, "--cache", tmp_path / "cache", "--width", 320)
    assert done.exit_code == 0, done.output
    lines = [line.split() for line in done.stdout.splitlines()]
    assert ["fetched", "5"] in lines
    assert ["not", "to", "be", "had", "1"] in lines
    assert "00005.jpg: HTTP 404" in done.stderr
    assert {row[0] for row in rows_of(survey)} == {"here", "missing"}


def test_a_fetch_is_told_as_json(survey: Path, tmp_path: Path) -> None:
    done = run(fetch_command, survey, "--cache", tmp_path / "cache", "--json")
    told = json.loads(done.stdout)
    assert (told["fetched"], told["not_fetched"], told["left"]) == (5, 1, 0)
    assert told["failures"] == [["00005.jpg", "HTTP 404"]]
    assert told["input_size"] == "1280 q75"


@pytest.mark.parametrize(
    "words",
    [
        ["--rate-limit", "fast"],
        ["--rate-limit", "0/s"],
        ["--rate-limit", "5M/s"],
        ["--original", "--width", "800"],
    ],
)
def test_what_has_no_meaning_is_refused(survey: Path, words: list[str]) -> None:
    done = run(fetch_command, survey, *words)
    assert isinstance(done.exception, UsageError)
    assert {row[0] for row in rows_of(survey)} == {"pending"}


def test_how_to_fetch_is_refused_where_nothing_is_fetched(survey: Path, tmp_path: Path) -> None:
    done = run(predict_command, survey, "--cache", tmp_path)
    assert isinstance(done.exception, UsageError)
    assert "--fetch" in str(done.exception)


def test_a_fetch_without_a_survey_makes_none(tmp_path: Path) -> None:
    done = run(fetch_command, tmp_path / "nothing.db")
    assert isinstance(done.exception, CamtrapError)
    assert list(tmp_path.glob("*.db")) == []


def test_the_user_has_a_cache_of_their_own(
    survey: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "own"))
    monkeypatch.setenv("HOME", str(tmp_path))
    done = run(fetch_command, survey, "--json")
    cache = Path(json.loads(done.stdout)["cache"])
    assert tmp_path in cache.parents
    assert cache.name == "camtrap-tui"
    assert len(list(cache.rglob("*.jpg"))) == 5


def test_predict_fetches_what_is_not_here(
    survey: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = FakeEngine()
    monkeypatch.setattr(inference, "software_versions", lambda: SOFTWARE)
    monkeypatch.setattr(inference, "load_engine", engine.load)
    monkeypatch.setattr(inference.predict, "__kwdefaults__", {"load": engine.load})
    model = write_model_folder(tmp_path / "model")
    done = run(predict_command, survey, "--model", model)
    assert done.exit_code == 0, done.output
    assert "6 pictures are not here: predict with --fetch" in done.stderr
    done = run(
        predict_command, survey, "--model", model, "--fetch", "--cache", tmp_path / "c", "--json"
    )
    told = json.loads(done.stdout)
    assert told["outcomes"] == {"predicted": 5, "failed": 1}
    assert told["failures"] == [{"file": "00005.jpg", "reason": "no picture: HTTP 404", "tries": 1}]
    assert "fetched 5 of 6" in done.stderr


def test_a_host_that_does_not_answer_is_one_sentence(
    survey: Path, server: WeatherServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from camtrap_tui.services import fetch_request
    from camtrap_tui.services.download import Downloads
    from camtrap_tui.services.pace_limits import Limits

    server.stop()
    hasty = Limits(first_wait_s=0.01, first_patience_s=0.02)
    monkeypatch.setattr(
        fetch_request.FetchRequest,
        "downloads",
        lambda self, store: Downloads(hasty, jobs=2),
    )
    done = run(fetch_command, survey, "--cache", tmp_path / "cache")
    assert isinstance(done.exception, InputError)
    assert "does not answer" in str(done.exception)
    assert "6 pictures are still to be fetched" in str(done.exception)


def test_a_fetch_says_what_comes_next(survey: Path, tmp_path: Path) -> None:
    done = run(fetch_command, survey, "--cache", tmp_path / "c")
    assert f"Next: camtrap-tui predict {survey}" in done.stderr


def test_a_prediction_of_nothing_fails(
    server: WeatherServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = FakeEngine()
    monkeypatch.setattr(inference, "software_versions", lambda: SOFTWARE)
    monkeypatch.setattr(inference.predict, "__kwdefaults__", {"load": engine.load})
    model = write_model_folder(tmp_path / "model")
    survey = survey_of(tmp_path / "river.db", [server.put("/gone.jpg", Answer(404))])
    words = (survey, "--model", model, "--fetch", "--cache", tmp_path / "c")
    done = run(predict_command, *words)
    assert isinstance(done.exception, InputError)
    assert "None of the 1 pictures could be predicted" in str(done.exception)
