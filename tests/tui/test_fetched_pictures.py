"""Pictures that are not on this machine are fetched while a person reviews."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from textual.pilot import Pilot

from camtrap_tui.config import Settings
from camtrap_tui.services import on_demand
from camtrap_tui.services.fetch import fetch
from camtrap_tui.services.fetch_request import FetchRequest
from camtrap_tui.services.on_demand import OnDemand
from camtrap_tui.services.review import ReviewSession
from camtrap_tui.store.store import Store
from camtrap_tui.tui.app import CamtrapApp
from camtrap_tui.tui.image_view import ImageView
from camtrap_tui.tui.line import Line
from camtrap_tui.tui.thumbnails import Thumb
from tests.manifest_rows import cached_files, rows_of, survey_of
from tests.picture_files import blobs, jpeg
from tests.weather_server import Answer, WeatherServer, wait_until, weather_server

HASTY = replace(
    on_demand.HASTY, first_wait_s=0.01, longest_wait_s=0.02, first_patience_s=0.05, patience_s=0.05
)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[WeatherServer]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with weather_server() as started:
        yield started


@pytest.fixture
def survey(server: WeatherServer, tmp_path: Path) -> Path:
    """Four pictures that were fetched once, and a cache that has been deleted since."""
    urls = [server.put(f"/{n}.jpg", Answer(body=jpeg(blobs(n)))) for n in range(4)]
    survey = survey_of(tmp_path / "river.db", urls)
    request = FetchRequest(tmp_path / "cache")
    fetch(survey, request, on_event=lambda event: None, should_stop=lambda: False)
    for path in (tmp_path / "cache").rglob("*.jpg"):
        path.unlink()
    server.asked.clear()
    return survey


class Told:
    """What was told of wishes."""

    def __init__(self) -> None:
        self.done: list[tuple[int, Path | None, str]] = []
        self.threads: set[int] = set()

    def __call__(self, image_id: int, path: Path | None, said: str) -> None:
        self.threads.add(threading.get_ident())
        self.done.append((image_id, path, said))


def test_a_picture_comes_back(survey: Path, tmp_path: Path) -> None:
    told = Told()
    wishes = OnDemand(survey, told)
    wishes.wish(2)
    wait_until(lambda: told.done)
    wishes.close()
    ((image_id, path, said),) = told.done
    assert (image_id, said) == (2, "")
    assert path is not None
    assert path.is_file()
    assert threading.get_ident() not in told.threads
    assert len(cached_files(tmp_path / "cache")) == 1


def test_the_newest_wish_wins(survey: Path, server: WeatherServer) -> None:
    server.put("/0.jpg", Answer(body=jpeg(blobs(0)), silent_s=10))
    told = Told()
    wishes = OnDemand(survey, told)
    wishes.wish(1)
    wait_until(lambda: server.asked)
    wishes.wish(2)
    wishes.wish(4)
    wait_until(lambda: told.done)
    wishes.close()
    assert {image_id for image_id, _, _ in told.done} <= {2, 4}
    assert told.done[-1][0] == 4


def test_why_nothing_comes_is_said_and_the_ledger_stays(
    survey: Path, server: WeatherServer
) -> None:
    before = rows_of(survey)
    server.put("/0.jpg", Answer(404))
    told = Told()
    wishes = OnDemand(survey, told, limits=HASTY)
    wishes.wish(1)
    wait_until(lambda: told.done)
    server.stop()
    wishes.wish(2)
    wait_until(lambda: len(told.done) == 2)
    wishes.close()
    assert "HTTP 404" in told.done[0][2]
    assert "does not answer" in told.done[1][2]
    assert rows_of(survey) == before


def test_closing_does_not_wait_for_a_server(survey: Path, server: WeatherServer) -> None:
    server.put("/0.jpg", Answer(body=jpeg(blobs(0)), silent_s=60))
    told = Told()
    wishes = OnDemand(survey, told)
    wishes.wish(1)
    wait_until(lambda: server.asked)
    wishes.close()
    assert told.done == []
    assert not [thread for thread in threading.enumerate() if thread.name == "on-demand"]


def text_of(pilot: Pilot[None]) -> str:
    view = pilot.app.screen.query_one(ImageView)
    return " ".join(" ".join(strip.text for strip in view._strips).split())


async def until(pilot: Pilot[None], is_so: object) -> None:
    assert callable(is_so)
    for _ in range(400):
        await pilot.pause(0.01)
        if is_so():
            return
    pytest.fail(f"it never came: {text_of(pilot)}")


def app_of(survey: Path) -> CamtrapApp:
    store = Store.open(survey)
    session = ReviewSession(store, "ann")
    return CamtrapApp(store, session, Settings(grader="ann", color="24"))


async def test_the_review_screen_fetches_what_it_shows(
    survey: Path, server: WeatherServer, tmp_path: Path
) -> None:
    server.put("/0.jpg", Answer(body=jpeg(blobs(0)), silent_s=0.3))
    app = app_of(survey)
    async with app.run_test() as pilot:
        await pilot.pause()
        view = pilot.app.screen.query_one(ImageView)
        await until(pilot, lambda: "fetching 00000.jpg" in text_of(pilot))
        await until(pilot, lambda: view.shown is not None)
        assert view.shown is not None
        assert tmp_path / "cache" in view.shown.parents
        # The next ones come while this one is looked at.
        await until(pilot, lambda: len(cached_files(tmp_path / "cache")) == 4)
        await pilot.press("right")
        await until(pilot, lambda: view.shown is not None)
        assert len(server.asked) == 4
    app.store.close()


async def test_a_key_is_never_kept_waiting(survey: Path, server: WeatherServer) -> None:
    for n in range(4):
        server.put(f"/{n}.jpg", Answer(silent_s=60))
    app = app_of(survey)
    async with app.run_test() as pilot:
        await pilot.pause()
        await pilot.press("b", "b")
        await pilot.pause()
        assert "fetching 00002.jpg" in text_of(pilot)
        assert app.store.grades.graders() == {"ann": 2}
    app.store.close()


async def test_a_picture_that_cannot_be_had_says_why(survey: Path, server: WeatherServer) -> None:
    for n in range(4):
        server.put(f"/{n}.jpg", Answer(404))
    app = app_of(survey)
    async with app.run_test() as pilot:
        await until(pilot, lambda: "cannot be fetched: HTTP 404" in text_of(pilot))
        # Moving on while one is under way would give it up, and ask for it again later.
        missing = pilot.app.screen._missing  # type: ignore[attr-defined]
        items = app.session.items.read(app.session.queue)
        await until(pilot, lambda: not any(missing.is_to_come(item) for item in items))
        await pilot.press("right", "left")
        await pilot.pause()
        assert "HTTP 404" in text_of(pilot)
        assert len(server.asked) == 4
    app.store.close()


async def test_the_sheet_fetches_its_page_and_grades_none_of_it_before(
    survey: Path, server: WeatherServer
) -> None:
    for n in range(1, 4):
        server.put(f"/{n}.jpg", Answer(body=jpeg(blobs(n)), silent_s=0.3))
    server.put("/0.jpg", Answer(404))
    app = app_of(survey)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("g")
        await pilot.pause()
        screen = pilot.app.screen

        def cell(place: int) -> str:
            thumb = list(screen.query(Thumb))[place]
            rows = "".join(thumb.render_line(y).text for y in range(thumb.size.height - 1))
            return " ".join(rows.split())

        assert "fetching 00001.jpg" in cell(1)
        await pilot.press("enter", "enter")
        assert "still to come" in screen.query_one("#message", Line).content.plain
        for _ in range(400):
            await pilot.pause(0.01)
            if "grades 3 pictures" in screen.query_one("#message", Line).content.plain:
                break
        assert "HTTP 404" in cell(0)
        await pilot.press("enter", "enter")
        assert app.store.grades.graders() == {"ann": 3}
    app.store.close()
