"""`fetch` where a user is careless, a cache is lost, or a picture is odd."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from camtrap_tui.errors import InputError
from camtrap_tui.services import ingest
from camtrap_tui.services.cache_folder import CacheFolder
from camtrap_tui.services.cached_copy import InputSize
from camtrap_tui.services.download import Downloads
from camtrap_tui.services.fetch_request import FetchRequest
from camtrap_tui.services.fetcher import Fetcher, Wish
from camtrap_tui.store.store import Store
from tests.fetch_field import PATIENT, Field, ok, picture
from tests.weather_server import weather_server


@pytest.fixture
def river(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Field]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with weather_server() as server:
        yield Field(tmp_path, server, FetchRequest(tmp_path / "cache", jobs=4, limits=PATIENT))


def test_the_size_that_was_asked_for_last_is_remembered(
    river: Field, monkeypatch: pytest.MonkeyPatch
) -> None:
    river.survey(*(ok(n, 200) for n in range(5)))
    river.fetch(size=InputSize(128))
    monkeypatch.setattr("camtrap_tui.services.arrivals.utc_now", lambda: "9999-01-01T00:00:00Z")
    river.fetch(size=InputSize(64), jobs=1, stop_after=6)
    assert river.fetch(size=None).input_size == "64 q75"


def test_copies_that_are_gone_count_as_left_while_their_host_is_away(river: Field) -> None:
    river.survey(ok(1), ok(2))
    river.fetch()
    for path in river.cache.rglob("*.jpg"):
        path.unlink()
    river.server.stop()
    limits = replace(PATIENT, patience_s=0.05, first_patience_s=0.05)
    report = river.fetch(limits=limits)
    assert report.gave_up
    assert report.left == 2


def test_a_cache_among_pictures_is_refused(river: Field) -> None:
    survey = river.survey(ok(1))
    folder = river.root / "pictures"
    folder.mkdir()
    (folder / "a.jpg").write_bytes(picture(9))
    with Store.open(survey) as store:
        ingest.add_folder(store, folder)
    for cache in (folder, folder / "cache"):
        with pytest.raises(InputError, match="would be taken for pictures"):
            river.fetch(cache=cache)
    assert sorted(path.name for path in folder.iterdir()) == ["a.jpg"]


def test_downloads_that_ended_are_told_and_not_asked(river: Field) -> None:
    folder = CacheFolder(river.cache, "x")
    with Fetcher(Downloads(PATIENT, jobs=1), folder, InputSize(), jobs=1) as fetcher:
        fetcher.close()
        fetcher.ask(Wish(1, river.server.url("/a.jpg")))
        with pytest.raises(InputError, match="downloads ended"):
            fetcher.take(0.01)


def test_what_pillow_thinks_is_not_written_across_the_screen(
    river: Field, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 640 * 480 - 1)
    river.survey(ok(1))
    with warnings.catch_warnings(record=True) as said:
        assert river.fetch().fetched == 1
    assert said == []
