"""Queues that take long to open: what is shown meanwhile, and what becomes of keys."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from textual.pilot import Pilot

from camtrap_tui.config import Settings
from camtrap_tui.domain.taxonomy import BLANK_UUID
from camtrap_tui.errors import StoreError
from camtrap_tui.services import opening as opening_module
from camtrap_tui.services import resuming
from camtrap_tui.services.drawing import DrawRequest
from camtrap_tui.services.holdouts import draw
from camtrap_tui.services.opening import Opened, Opening, Wanted, wanted
from camtrap_tui.services.review import ReviewSession
from camtrap_tui.store.store import Store
from camtrap_tui.tui import queue_opener
from camtrap_tui.tui.app import CamtrapApp
from camtrap_tui.tui.grid_screen import GridScreen
from camtrap_tui.tui.line import Line
from camtrap_tui.tui.review_screen import ReviewScreen

Make = Callable[..., CamtrapApp]


class Held:
    """Threads that make queues wait until they may go, and fail where they are told to."""

    def __init__(self) -> None:
        self.may_go = threading.Event()
        self.error: StoreError | None = None


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> Held:
    made = Held()
    really = opening_module.make

    def make_later(store: Store, asked: Wanted) -> Opened:
        assert made.may_go.wait(20)
        if made.error:
            raise made.error
        return really(store, asked)

    monkeypatch.setattr(opening_module, "make", make_later)
    monkeypatch.setattr(queue_opener, "PATIENCE_S", 0.0)
    return made


def text(pilot: Pilot[None], name: str) -> str:
    return pilot.app.screen.query_one(f"#{name}", Line).content.plain


def words(store: Store) -> dict[int, str]:
    """What ann's latest grades say, by image."""
    names = {t.id: t.name for t in store.taxa.all()}
    said = store.grades.words(range(1, 7))
    return {key: names[taxon or 0] for key, who, taxon in said if who == "ann"}


async def opened(pilot: Pilot[None], session: ReviewSession) -> None:
    """Wait until the queue is there, and what was typed is done."""
    for _ in range(500):
        if session.opening is None:
            await pilot.pause()
            return
        await pilot.pause(0.01)
    pytest.fail("the queue never came")


@asynccontextmanager
async def starting(store: Store, where: str = "") -> AsyncIterator[Pilot[None]]:
    """Start the app as the command line does, with its first queue still to come."""
    run = store.runs.latest()
    asked = wanted(store, where, run, "ann") if where else resuming.resume(store, "ann", run)
    opening = Opening(store.path, asked)
    session = ReviewSession(store, "ann", opening=opening)
    app = CamtrapApp(store, session, Settings(grader="ann", color="24"))
    async with app.run_test(size=(80, 24)) as pilot:
        yield pilot


async def test_the_status_line_and_the_picture_come_before_the_queue(
    river: Store, held: Held
) -> None:
    async with starting(river) as pilot:
        assert "opening …" in text(pilot, "status")
        assert "IMG_0001.JPG" in text(pilot, "strip")
        held.may_go.set()
        await opened(pilot, pilot.app.session)  # type: ignore[attr-defined]
        assert "1/6" in text(pilot, "status")
        assert "IMG_0001.JPG" in text(pilot, "strip")


async def test_keys_typed_before_the_queue_is_there_are_done_in_their_order(
    river: Store, held: Held
) -> None:
    async with starting(river) as pilot:
        session: ReviewSession = pilot.app.session  # type: ignore[attr-defined]
        await pilot.press("b", "h", "right", "v", "slash", *"mallard", "enter", "u")
        assert words(river) == {}
        held.may_go.set()
        await opened(pilot, session)
        await pilot.pause(0.2)
        assert words(river) == {1: "blank", 2: "human", 4: "vehicle"}
        assert session.position == 4


async def test_the_first_queue_of_all_pictures_leaves_room_for_what_undo_takes_back(
    river: Store, held: Held
) -> None:
    held.may_go.set()
    ReviewSession(river, "ann").special(BLANK_UUID, "blank")
    async with starting(river) as pilot:
        await opened(pilot, pilot.app.session)  # type: ignore[attr-defined]
        assert text(pilot, "message") == "u undoes blank on IMG_0001.JPG"
    async with starting(river, "species:mallard") as pilot:
        await opened(pilot, pilot.app.session)  # type: ignore[attr-defined]
        assert text(pilot, "message").startswith("1 picture.")


async def test_a_holdout_that_is_to_be_graded_blind_is_told_of_when_all_pictures_open(
    river: Store, held: Held
) -> None:
    held.may_go.set()
    run = river.runs.latest()
    assert run is not None
    draw(river, run.id, DrawRequest("spring", size=2, minimum=1), "ann")
    said = "2 of holdout spring need grading blind: f -holdout:spring leaves them out."
    # Then, and where somebody comes back.
    for _ in range(2):
        async with starting(river) as pilot:
            session: ReviewSession = pilot.app.session  # type: ignore[attr-defined]
            await opened(pilot, session)
            assert text(pilot, "message") == said
        resuming.remember(session)
    async with starting(river, "-holdout:spring") as pilot:
        await opened(pilot, pilot.app.session)  # type: ignore[attr-defined]
        assert "need grading blind" not in text(pilot, "message")


async def test_a_filter_keeps_the_old_queue_and_the_keys_until_the_new_one_is_there(
    make_app: Make, river: Store, held: Held
) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("f", *"species:mallard", "enter", "b")
        assert "Opening species:mallard" in text(pilot, "message")
        assert "esc leaves it" in text(pilot, "message")
        assert "1/6" in text(pilot, "status")
        held.may_go.set()
        await opened(pilot, app.session)
        await pilot.pause(0.1)
        assert (list(app.session.queue), words(river)) == ([4], {4: "blank"})


async def test_escape_leaves_an_opening_and_what_was_typed_for_its_pictures(
    make_app: Make, river: Store, held: Held
) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("f", *"species:mallard", "enter", "b", "b", "escape")
        assert "2 keys typed meanwhile did nothing" in text(pilot, "message")
        held.may_go.set()
        await pilot.pause(0.2)
        assert (len(app.session.queue), words(river)) == (6, {})
        await pilot.press("b")
        assert words(river) == {1: "blank"}


async def test_a_queue_that_cannot_be_read_leaves_the_old_one(
    make_app: Make, river: Store, held: Held
) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("f", *"species:mallard", "enter")
        held.error = StoreError("river.db: disk I/O error.", "Check the disk.")
        held.may_go.set()
        await opened(pilot, app.session)
        assert "disk I/O error" in text(pilot, "message")
        assert len(app.session.queue) == 6


async def test_what_was_typed_for_a_queue_that_cannot_be_read_grades_no_other(
    make_app: Make, river: Store, held: Held
) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("f", *"species:mallard", "enter", "b", "right", "b")
        held.error = StoreError("river.db: disk I/O error.", "Check the disk.")
        held.may_go.set()
        await opened(pilot, app.session)
        await pilot.pause(0.1)
        assert (words(river), app.session.position) == ({}, 0)
        assert "disk I/O error" in text(pilot, "message")
        assert "3 keys typed meanwhile did nothing" in text(pilot, "message")
        await pilot.press("b")
        assert words(river) == {1: "blank"}


async def test_a_first_queue_that_cannot_be_read_ends_the_app(river: Store, held: Held) -> None:
    held.error = StoreError("river.db: disk I/O error.", "Check the disk.")
    async with starting(river) as pilot:
        app: CamtrapApp = pilot.app  # type: ignore[assignment]
        held.may_go.set()
        await opened(pilot, app.session)
    assert app.failure is held.error


async def test_where_a_grader_is_is_kept_as_soon_as_they_choose_a_filter(
    make_app: Make, river: Store
) -> None:
    async with make_app().run_test(size=(80, 24)) as pilot:
        await pilot.press("f", *"species:mallard", "enter")
        await pilot.pause()
        place = river.places.of("ann")
        assert place is not None
        assert (place.filter, place.image_id) == ("species:mallard", 4)


async def test_a_sheet_of_the_burst_grades_it_and_leads_back(make_app: Make, river: Store) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        assert isinstance(pilot.app.screen, ReviewScreen)
        pilot.app.screen.do("sheet_burst")
        await pilot.pause(0.3)
        assert isinstance(pilot.app.screen, GridScreen)
        assert list(pilot.app.screen.sheet.page) == [1, 2, 3]
        await pilot.press("enter", "enter")
        await pilot.pause(0.1)
        await pilot.press("escape")
        await pilot.pause()
        assert words(river) == dict.fromkeys((1, 2, 3), "blank")
        assert (len(app.session.queue), app.session.current_id, app.session.left) == (6, 4, 3)
        assert "4/6" in text(pilot, "status")


async def test_a_sheet_of_the_class_is_one_of_all_its_pictures(
    make_app: Make, river: Store
) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        assert isinstance(pilot.app.screen, ReviewScreen)
        await pilot.press("right")
        pilot.app.screen.do("sheet_class")
        await opened(pilot, app.session)
        await pilot.pause(0.2)
        assert isinstance(pilot.app.screen, GridScreen)
        assert list(app.session.queue) == [1, 2, 3]
        assert pilot.app.screen.sheet.taxon.name == "northern raccoon"
        await pilot.press("space", "escape", "enter")
        await pilot.pause()
        assert (list(app.session.queue), app.session.title) == ([1], "1 exception")


async def test_after_the_sheet_of_a_class_the_filter_before_it_is_the_place_again(
    make_app: Make, river: Store
) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        assert isinstance(pilot.app.screen, ReviewScreen)
        pilot.app.screen.do("sheet_class")
        await opened(pilot, app.session)
        await pilot.pause(0.2)
        await pilot.press("escape")
        await pilot.pause()
        place = river.places.of("ann")
        assert place is not None
        assert (place.filter, len(app.session.queue)) == ("", 6)


async def test_without_a_prediction_there_is_no_sheet_of_a_class(make_app: Make) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        assert isinstance(pilot.app.screen, ReviewScreen)
        await pilot.press(*["right"] * 5)
        pilot.app.screen.do("sheet_class")
        assert "no prediction" in text(pilot, "message")
        assert isinstance(pilot.app.screen, ReviewScreen)
