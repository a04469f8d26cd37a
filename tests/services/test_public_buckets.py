"""A bucket that was added as a public one is asked without keys ever after."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from queue import Queue

import pytest

from camtrap_tui.services.fetch import FetchReport, fetch
from camtrap_tui.services.fetch_request import FetchRequest
from camtrap_tui.services.on_demand import OnDemand
from camtrap_tui.services.pace_limits import Limits
from camtrap_tui.services.s3_listing import add_bucket
from camtrap_tui.services.survey_feed import SurveyFeed
from camtrap_tui.store.store import Store
from tests.builders import add_run
from tests.picture_files import blobs, jpeg
from tests.s3_server import s3_server

pytest.importorskip("moto.server")
HASTY = Limits(first_wait_s=0.01, longest_wait_s=0.02, connect_s=2, first_patience_s=0.05)
PLACE = "s3://river/2024"


@pytest.fixture
def keyless(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """A public bucket, and an environment whose AWS profile has no keys for anything."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name, raising=False)
    with s3_server() as server:
        server.make_bucket("river")
        objects = {f"2024/UR011/{n}.jpg": jpeg(blobs(n)) for n in range(2)}
        server.put("river", {**objects, "own/a.jpg": jpeg(blobs(5))})
        monkeypatch.setenv("HOME", str(tmp_path))
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        monkeypatch.setenv("AWS_ENDPOINT_URL", server.url)
        monkeypatch.setenv("AWS_PROFILE", "nobody")
        yield


@pytest.fixture
def survey(keyless: None, tmp_path: Path) -> Path:
    path = tmp_path / "public.db"
    with Store.open(path, create=True) as store:
        add_bucket(store, PLACE, public=True)
    return path


def request(survey: Path) -> FetchRequest:
    return FetchRequest(survey.parent / "cache", limits=HASTY)


def fetch_all(survey: Path) -> FetchReport:
    return fetch(survey, request(survey), on_event=lambda event: None, should_stop=lambda: False)


def test_fetch_asks_as_the_bucket_was_added(survey: Path) -> None:
    report = fetch_all(survey)

    assert (report.fetched, report.gave_up) == (2, [])
    with Store.open(survey) as store:
        assert store.sources.buckets() == {PLACE: True}


def test_the_review_screen_asks_so_too(survey: Path, tmp_path: Path) -> None:
    with Store.open(survey) as store, store.db.transaction():
        store.caches.use(str(tmp_path / "cache"), "2026-06-01T12:00:00Z")
    told: Queue[tuple[Path | None, str]] = Queue()
    wishes = OnDemand(survey, lambda key, path, said: told.put((path, said)), limits=HASTY)
    wishes.wish(1)
    path, said = told.get(timeout=30)
    wishes.close()

    assert said == ""
    assert path is not None
    assert path.read_bytes()


def test_predictions_that_fetch_ask_so_too(survey: Path) -> None:
    with Store.open(survey) as store:
        run = add_run(store)
        feed = SurveyFeed(store, request(survey), None)
        with store.db.transaction():
            feed.begin(run.id)
        feed.start(("pending",))
        came = [picture for picture in feed.pictures() if picture]
        feed.close()

    assert (len(came), feed.gave_up) == (2, "")


def test_what_lies_elsewhere_in_the_bucket_is_asked_for_with_keys(survey: Path) -> None:
    with Store.open(survey) as store, store.db.transaction():
        store.db.execute("UPDATE image SET url = 's3://river/2024-not/a.jpg' WHERE id = 1")
        store.db.execute("UPDATE source_row SET url = 's3://river/2024-not/a.jpg' WHERE id = 1")

    report = fetch_all(survey)

    assert "has no keys" in report.gave_up[0]
    assert report.not_fetched == 0


def test_the_innermost_place_counts_and_the_last_word(
    survey: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "x")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "y")
    with Store.open(survey) as store:
        add_bucket(store, f"{PLACE}/UR011")
        assert store.sources.buckets() == {PLACE: True, f"{PLACE}/UR011": False}
        add_bucket(store, PLACE)
        assert set(store.sources.buckets().values()) == {False}
        add_bucket(store, f"{PLACE}/UR011", public=True)
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")

    assert fetch_all(survey).fetched == 2
