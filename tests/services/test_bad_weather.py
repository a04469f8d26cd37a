"""A manifest whose server does everything wrong that servers do: each row ends, and says how."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from camtrap_tui.services import inference
from camtrap_tui.services.accounts import take_ledger
from camtrap_tui.services.adding import AddRequest, add_source
from camtrap_tui.services.fetch import FetchReport, fetch
from camtrap_tui.services.fetch_request import FetchRequest
from camtrap_tui.services.pace_limits import Limits
from camtrap_tui.services.prediction_request import PredictRequest
from camtrap_tui.store.store import Store
from tests.manifest_rows import cached_files, rows_of
from tests.picture_files import blobs, jpeg
from tests.services.fake_engine import SOFTWARE, FakeEngine, write_model_folder
from tests.weather_server import Answer, WeatherServer, redirect, weather_server

LIMITS = Limits(first_wait_s=0.01, longest_wait_s=0.05, stall_s=0.25, connect_s=2)
COLUMNS = ["mediaID", "publicURL", "contentMD5"]
DATA = [jpeg(blobs(n, size=(320, 240))) for n in range(20)]


def good(n: int) -> Answer:
    return Answer(body=DATA[n])


# What the server does with a picture, and how its row ends: state, reason, tries.
WEATHER: dict[str, tuple[tuple[Answer, ...], str, str, int]] = {
    "fine": ((good(0),), "here", "", 1),
    "gone": ((Answer(404),), "missing", "HTTP 404", 1),
    "forbidden": ((Answer(403),), "missing", "HTTP 403", 1),
    "too many": ((Answer(429, headers={"Retry-After": "0"}), good(3)), "here", "", 2),
    "ill, then well": ((Answer(500), Answer(500), good(4)), "here", "", 3),
    "ill": ((Answer(500),), "missing", "HTTP 500 (5 tries)", 5),
    "silent once": ((Answer(silent_s=1), good(6)), "here", "", 2),
    "cut once": ((Answer(body=DATA[7], cut_at=500), good(7)), "here", "", 2),
    "always cut": (
        (Answer(body=DATA[8], cut_at=500),),
        "missing",
        "the body was cut short (5 tries)",
        5,
    ),
    "half": (
        (Answer(body=DATA[9][:2000]),),
        "unreadable",
        "truncated: the file ends before the picture does",
        1,
    ),
    "wrong md5 once": ((good(0), good(10)), "here", "", 2),
    "a page": (
        (Answer(body=b"<html>", kind="text/html"),),
        "unreadable",
        "a web page instead of a picture",
        1,
    ),
    "a page that lies": (
        (Answer(body=b"<!DOCTYPE html>"),),
        "unreadable",
        "a web page instead of a picture",
        1,
    ),
    "in a circle": ((redirect("/13.jpg"),), "missing", "redirected in a circle", 1),
    "a byte now and then": ((Answer(body=DATA[14], byte_every_s=0.05), good(14)), "here", "", 2),
    "elsewhere": ((redirect("/0.jpg"),), "here", "", 1),
    "a file": ((redirect("file:///etc/passwd"),), "missing", "redirected to file:, which is", 1),
    "no picture": ((Answer(body=b"a text"),), "unreadable", "unreadable: not a picture", 1),
}


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[WeatherServer]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with weather_server() as started:
        for n, (answers, _, _, _) in enumerate(WEATHER.values()):
            started.put(f"/{n}.jpg", *answers)
        yield started


@pytest.fixture
def survey(server: WeatherServer, tmp_path: Path) -> Path:
    """A survey to which a manifest was added as a user does."""
    manifest = tmp_path / "manifest.csv"
    with manifest.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(COLUMNS)
        for n, name in enumerate(WEATHER):
            md5 = hashlib.md5(DATA[10]).hexdigest() if name == "wrong md5 once" else ""
            table.writerow([f"id-{n}", server.url(f"/{n}.jpg"), md5])
    path = tmp_path / "river.db"
    with Store.open(path, create=True) as store:
        columns = dict(zip(COLUMNS, COLUMNS, strict=True))
        add_source(store, AddRequest(str(manifest), "manifest", columns))
    return path


def fetch_all(survey: Path, **changes: object) -> FetchReport:
    request = FetchRequest(survey.parent / "cache", jobs=4, limits=LIMITS)
    return fetch(
        survey,
        replace(request, **changes),  # type: ignore[arg-type]
        on_event=lambda event: None,
        should_stop=lambda: False,
    )


def check(survey: Path) -> None:
    """Every row ended as it should, both accounts add up, and no half file lies about."""
    for (name, (_, state, reason, tries)), row in zip(
        WEATHER.items(), rows_of(survey), strict=True
    ):
        assert row[0] == state, f"{name}: {row}"
        assert str(row[1] or "").startswith(reason), f"{name}: {row}"
        assert row[2] == tries, f"{name}: {row}"
    with Store.open(survey) as store:
        assert take_ledger(store, deep=True).discrepancies == ()
    here = sum(state == "here" for _, state, _, _ in WEATHER.values())
    assert len(cached_files(survey.parent / "cache")) == here


def test_a_fetch_through_all_weathers(survey: Path) -> None:
    report = fetch_all(survey)
    here = sum(state == "here" for _, state, _, _ in WEATHER.values())
    assert (report.fetched, report.not_fetched, report.left) == (here, len(WEATHER) - here, 0)
    check(survey)


def test_a_prediction_through_all_weathers(
    survey: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inference, "software_versions", lambda: SOFTWARE)
    model = write_model_folder(tmp_path / "model")
    request = PredictRequest(
        model=str(model), fetch=FetchRequest(survey.parent / "cache", jobs=4, limits=LIMITS)
    )
    report = inference.predict(
        survey,
        None,
        request,
        on_event=lambda event: None,
        should_stop=lambda: False,
        load=FakeEngine().load,
    )
    check(survey)
    here = sum(state == "here" for _, state, _, _ in WEATHER.values())
    assert report.outcomes == {"predicted": here, "failed": len(WEATHER) - here}
    assert all(reason.startswith("no picture: ") for _, reason, _ in report.failures)


def test_a_server_that_dies_in_the_middle_and_comes_back(
    survey: Path, server: WeatherServer
) -> None:
    server.dies_after = 12
    looks = 0

    def glance() -> bool:
        nonlocal looks
        looks += 1
        if server.is_dead and looks % 3 == 0:
            server.start()
        return False

    request = FetchRequest(survey.parent / "cache", jobs=4, limits=LIMITS)
    fetch(survey, request, on_event=lambda event: None, should_stop=glance)
    states = [row[0] for row in rows_of(survey)]
    assert states == [state for _, state, _, _ in WEATHER.values()]
