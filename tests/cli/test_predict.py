"""`camtrap-tui predict`: what it asks, prints, and answers to what it cannot take."""

from __future__ import annotations

import functools
import importlib.util
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from camtrap_tui.cli.predict import predict_command
from camtrap_tui.errors import CamtrapError, UsageError
from camtrap_tui.services import events, inference, lifeline, prediction_request
from camtrap_tui.store.store import Store
from tests.picture_files import write_series
from tests.services.fake_engine import SOFTWARE, FakeEngine, write_model_folder

Predict = Callable[..., Result]


@pytest.fixture
def engine() -> FakeEngine:
    return FakeEngine()


@pytest.fixture
def predict(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, engine: FakeEngine) -> Predict:
    monkeypatch.setattr(inference, "software_versions", lambda: SOFTWARE)
    monkeypatch.setattr(lifeline, "stop_on_signals", lambda stop: None)
    monkeypatch.setattr(lifeline, "end_with_parent", lambda stop: None)
    real = functools.partial(inference.predict, load=engine.load)
    monkeypatch.setattr(inference, "predict", real)
    write_series(tmp_path / "pictures", 5)
    write_model_folder(tmp_path / "model")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CAMTRAP_TUI_MODEL", "model")

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(predict_command, ["river.db", "pictures", *arguments])

    return run


def runs(path: Path = Path("river.db")) -> list[tuple[str | None, str | None, int]]:
    with Store.open(path) as store:
        return [(run.country, run.admin1_region, run.geofenced) for run in store.runs.all()]


def test_the_end_is_a_table(predict: Predict, engine: FakeEngine) -> None:
    engine.fails["IMG_0003.JPG"] = "truncated: the file [/] ends"
    Path("pictures/film.mp4").write_bytes(b"film")
    result = predict()
    assert result.exit_code == 0
    words = result.stdout.split()
    assert words[words.index("predicted", 3) :][:2] == ["predicted", "4"]
    assert "IMG_0003.JPG" in result.stdout
    assert "truncated: the file [/] ends" in result.stdout
    assert "not_a_picture" in result.stdout
    assert "5 images, 5 to predict" in result.stderr
    assert "river.db" in result.stderr


def test_the_same_as_json(predict: Predict, engine: FakeEngine) -> None:
    engine.fails["IMG_0003.JPG"] = "truncated"
    said = json.loads(predict("--json").stdout)
    assert said["outcomes"] == {"predicted": 4, "failed": 1}
    assert said["failures"] == [{"file": "IMG_0003.JPG", "reason": "truncated", "tries": 1}]
    assert said["rows"] == {"here": 5}


def test_events_are_the_only_thing_on_stdout(predict: Predict) -> None:
    result = predict("--events")
    told = [events.parse_event(line) for line in result.stdout.splitlines()]
    assert isinstance(told[0], events.Started)
    assert isinstance(told[-1], events.Finished)
    assert result.stderr == ""


def test_options_and_settings(predict: Predict, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAMTRAP_TUI_COUNTRY", "USA")
    monkeypatch.setenv("CAMTRAP_TUI_ADMIN1_REGION", "IL")
    for arguments in ([], ["--country", "can"], ["--country", ""], ["--no-geofence"]):
        assert predict(*arguments).exit_code == 0
    # Without a geofence no country plays a part: that is the run without one.
    assert runs() == [("USA", "IL", 1), ("CAN", None, 1), (None, None, 0)]
    assert isinstance(predict("--no-geofence", "--country", "ZZZ").exception, UsageError)


def test_a_wrong_country_is_refused_before_anything_is_made(predict: Predict) -> None:
    result = predict("--country", "ZZZ", "--events")
    assert isinstance(result.exception, CamtrapError)
    assert result.exception.exit_code == 2
    error = events.parse_event(result.stdout)
    assert isinstance(error, events.Error)
    assert "ZZZ" in error.message
    assert not Path("river.db").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--country", "US"], "USA"),
        (["--admin1-region", "IL"], "needs the country USA"),
        (["--model", "nowhere"], "no such model folder"),
    ],
)
def test_what_it_cannot_take_is_one_sentence(
    predict: Predict, arguments: list[str], words: str
) -> None:
    result = predict(*arguments)
    assert isinstance(result.exception, CamtrapError)
    assert words in str(result.exception)
    assert not Path("river.db").exists()


def test_without_the_extra_it_says_what_to_install(
    predict: Predict, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inference, "software_versions", prediction_request.software_versions)
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    result = predict()
    assert "pip install 'camtrap-tui[speciesnet]'" in str(result.exception)


def test_a_stopped_run_says_so(
    predict: Predict, engine: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop_at_once(stop: object) -> None:
        stop.set()  # type: ignore[attr-defined]

    monkeypatch.setattr(lifeline, "stop_on_signals", stop_at_once)
    result = predict()
    assert result.exit_code == 1  # click's own; `main` makes 130 of an Abort
    assert "Aborted" in result.stderr
    assert engine.seen == []
