"""The runs screen: what is asked, how the child's events are told, and how it is stopped."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from textual.events import Paste
from textual.pilot import Pilot

from camtrap_tui.services import child, events
from camtrap_tui.store.store import Store
from camtrap_tui.tui.app import CamtrapApp
from camtrap_tui.tui.line import Line, Lines
from camtrap_tui.tui.prompt import Prompt
from camtrap_tui.tui.review_screen import ReviewScreen
from camtrap_tui.tui.runs_screen import RunsScreen
from tests.builders import Said, add_images, add_run, taxon
from tests.manifest_rows import survey_of
from tests.tui.fake_child import ToldChild

Make = Callable[..., CamtrapApp]


class FakeChild(ToldChild):
    """Stands in for the child that predicts."""

    started: list[dict[str, Any]] = []  # noqa: RUF012 - emptied by the fixture

    def __init__(self, survey: Path, folder: Path, **asked: Any) -> None:
        self.started.append({"survey": survey, "folder": folder, **asked})
        self.stopped = self.killed = False

    async def wait(self) -> int:
        return -9

    def stop(self) -> None:
        self.told.put_nowait(events.Stopped(1, 3, 6))
        self.told.put_nowait(None)

    def kill(self) -> None:
        self.killed = True


@pytest.fixture(autouse=True)
def fake_child(monkeypatch: pytest.MonkeyPatch) -> None:
    FakeChild.started = []
    monkeypatch.setattr(child, "PredictChild", FakeChild)


def shown(pilot: Pilot[None]) -> str:
    rows = pilot.app.screen.query_one(Lines).rows
    return "\n".join(row.plain for row in rows)


def message(pilot: Pilot[None]) -> str:
    return pilot.app.screen.query_one("#message", Line).content.plain


async def tell(pilot: Pilot[None], *told: events.Event | None) -> None:
    for event in told:
        FakeChild.told.put_nowait(event)
    for _ in range(5):
        await pilot.pause()


async def test_a_folder_that_was_given_is_offered_and_predicted(
    make_app: Make, tmp_path: Path
) -> None:
    async with make_app(folder=tmp_path / "pictures").run_test() as pilot:
        await pilot.pause()
        assert isinstance(pilot.app.screen, RunsScreen)
        assert "predicts the pictures of" in message(pilot)
        await pilot.press("enter")
        await pilot.pause()
        assert FakeChild.started[0]["folder"] == tmp_path / "pictures"
        await tell(pilot, events.Loading("demo"), events.Progress(3, 6, 1, 3, 14.2, 34.0))
        assert "predicting 3/6 · 14.2/s · 34 s left · 1 failed" in shown(pilot)
        await pilot.press("enter")
        assert "is running" in message(pilot)
        assert len(FakeChild.started) == 1


async def test_model_and_country_are_chosen(make_app: Make, tmp_path: Path) -> None:
    async with make_app(folder=tmp_path / "pictures").run_test() as pilot:
        await pilot.press("n", *"illinois", "enter")
        await pilot.press("m", *"/models/x", "enter", "enter")
        await pilot.pause()
        assert "USA-IL" in shown(pilot)
        asked = FakeChild.started[0]
        assert (asked["model"], asked["country"], asked["admin1_region"]) == (
            "/models/x",
            "USA",
            "IL",
        )
        await pilot.press("n", "enter")
        await pilot.pause()
        assert "none: no geofence" in shown(pilot)


async def test_a_survey_with_pictures_of_its_own_needs_no_folder(
    make_app: Make, river: Store, tmp_path: Path
) -> None:
    survey_of(river.path, ["https://example.org/a.jpg"])
    async with make_app().run_test(size=(120, 40)) as pilot:
        await pilot.press("r")
        assert "predicts the survey's pictures" in message(pilot)
        assert "fetching what is not here" in shown(pilot)
        await pilot.press("enter")
        await pilot.pause()
        assert FakeChild.started[0]["folder"] is None
        fetching = events.Fetching(120, 3, 600, 9_000_000, 12.5, 40.0)
        await tell(pilot, fetching, events.Progress(100, 600, 3, 96, 11.0, 45.0))
        assert "predicting 100/600" in shown(pilot)
        assert "fetched 120/600 · 3 cannot be had" in " ".join(shown(pilot).split())
        await tell(pilot, events.Finished(1, 597, 3, 2), None)
        assert "597 predicted, 3 failed, 2 still to be fetched" in shown(pilot)
        await pilot.press("f", "ctrl+u", *str(tmp_path / "pictures"), "enter", "f", "ctrl+u")
        await pilot.press("enter")
        await pilot.pause()
        assert "fetching what is not here" in shown(pilot)


async def test_a_folder_must_exist(make_app: Make, tmp_path: Path) -> None:
    async with make_app().run_test() as pilot:
        await pilot.press("r", "enter")
        assert "Choose the folder" in message(pilot)
        await pilot.press("f", "ctrl+u", *str(tmp_path / "none"), "enter")
        assert "no such folder" in message(pilot)
        await pilot.press("ctrl+u", *str(tmp_path / "pic"), "enter")
        await pilot.pause()
        assert str(tmp_path / "pictures") in shown(pilot)


async def test_it_is_stopped_and_resumed(make_app: Make, tmp_path: Path) -> None:
    async with make_app(folder=tmp_path / "pictures").run_test() as pilot:
        await pilot.press("s")
        assert "No prediction" in message(pilot)
        await pilot.press("enter")
        await pilot.pause()
        await tell(pilot, events.Progress(3, 6, 0, 3))
        await pilot.press("s")
        await tell(pilot)
        assert "stopped at 3 of 6" in shown(pilot)
        await pilot.press("enter")
        await pilot.pause()
        assert len(FakeChild.started) == 2


async def test_a_child_that_dies_says_why(make_app: Make, tmp_path: Path) -> None:
    async with make_app(folder=tmp_path / "pictures").run_test() as pilot:
        await pilot.press("enter")
        await pilot.pause()
        await tell(pilot, events.Error("models: no such model.", "Give another."), None)
        assert "failed: models: no such model. Give another." in shown(pilot)
        await pilot.press("enter")
        await pilot.pause()
        await tell(pilot, None)
        assert "code -9. out of memory" in shown(pilot)


async def test_grading_goes_on_and_new_predictions_come_when_asked(
    make_app: Make, river: Store, tmp_path: Path
) -> None:
    async with make_app(folder=tmp_path / "pictures").run_test() as pilot:
        await pilot.press("enter")
        await pilot.pause()
        await pilot.press("escape", "b")
        await pilot.pause()
        screen = pilot.app.screen
        assert isinstance(screen, ReviewScreen)
        run = river.runs.all()[0]
        add_images(river, [Said("mallard", timestamp="2024-07-01 00:00:00")], "/new", run)
        await tell(pilot, events.Progress(7, 7, 1, 1))
        assert "predicting 7/7" in message(pilot)
        assert len(screen.session.queue) == 6
        await tell(pilot, events.Finished(1, 6, 1), None)
        assert "r then g" in message(pilot)
        here = screen.session.current_id
        await pilot.press("r", "g")
        assert "7 pictures (+1)" in message(pilot)
        await pilot.press("escape")
        await pilot.pause()
        assert screen.session.current_id == here
        assert len(screen.session.queue) == 7


async def test_what_was_taken_into_the_queue_is_not_new_any_more(
    make_app: Make, tmp_path: Path
) -> None:
    async with make_app(folder=tmp_path / "pictures").run_test() as pilot:
        await pilot.press("enter")
        await pilot.pause()
        await tell(pilot, events.Progress(4, 9, 0, 4))
        assert "4 new results" in shown(pilot)
        await pilot.press("g")
        assert "new results" not in shown(pilot)
        await tell(pilot, events.Notice("and on"), events.Progress(6, 9, 0, 6))
        await pilot.press("x", "x")
        assert "2 new results" in shown(pilot)


@pytest.mark.parametrize("typed", ["~nobody-of-this-name", "x" * 300])
async def test_a_path_that_cannot_be_is_no_folder(make_app: Make, typed: str) -> None:
    async with make_app().run_test() as pilot:
        await pilot.press("r", "f", "ctrl+u")
        pilot.app.post_message(Paste(typed))
        await pilot.press("enter")
        await pilot.pause()
        assert "there is no such folder" in message(pilot)


async def test_failures_are_listed_with_their_reasons(make_app: Make) -> None:
    async with make_app().run_test() as pilot:
        await pilot.press("r", "x")
        assert "IMG_0006.JPG: truncated (tried 1 time)" in shown(pilot)
        await pilot.press("x")
        assert "demo-1.0" in shown(pilot)


async def test_a_mistyped_country_is_refused(make_app: Make) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        await pilot.press("r", "n", *"Kenia", "enter")
        assert "Kenya" in message(pilot)
        assert pilot.app.screen.query_one(Prompt).is_open
        await pilot.press("ctrl+u", *"USA-ZZ", "enter")
        assert "no state" in message(pilot)


async def test_many_failures_can_be_read_and_taken_up_again(
    make_app: Make, river: Store, tmp_path: Path
) -> None:
    add_images(river, [Said(None) for _ in range(60)], "/more", river.runs.all()[0])
    async with make_app(folder=tmp_path / "pictures").run_test(size=(80, 24)) as pilot:
        await pilot.press("x")
        assert "IMG_0066" not in screen_text(pilot)
        await pilot.press(*["pagedown"] * 5)
        assert "IMG_0066" in screen_text(pilot)
        await pilot.press("x", "t")
        await pilot.pause()
        assert FakeChild.started[0]["retry"] is True
        assert "Folder" in screen_text(pilot)


def screen_text(pilot: Pilot[None]) -> str:
    panel = pilot.app.screen.query_one(Lines)
    return panel.render().plain


async def test_leaving_kills_the_child(make_app: Make, tmp_path: Path) -> None:
    app = make_app(folder=tmp_path / "pictures")
    async with app.run_test() as pilot:
        await pilot.press("enter")
        await pilot.pause()
        running = app.runner.child
        assert isinstance(running, FakeChild)
        await pilot.press("escape", "q")
    assert running.killed


@pytest.fixture
def two(river: Store) -> Store:
    """A second run, newer, that knows the three raccoons as carnivores only, and no mallard."""
    second = add_run(river, "second", country="KEN", parent_run_id=1, kind="refence")
    carnivore = taxon(river, "carnivore").id
    with river.db.transaction():
        end = ("predicted", carnivore, 0.97, "classifier", None, 1)
        river.runs.put_predictions([(second.id, key, *end) for key in (1, 2, 3)])
        blank = next(one.id for one in river.taxa.all() if one.name == "blank")
        row = (second.id, 5, "predicted", blank, 0.99, "classifier", None, 1)
        river.runs.put_predictions([row])
    return river


async def wait_for(pilot: Pilot[None], text: str) -> None:
    """Wait until the panel or the message says so."""
    for _ in range(200):
        if text in shown(pilot) or text in message(pilot):
            return
        await pilot.pause(0.02)
    raise AssertionError(f"{text!r} is not in\n{shown(pilot)}\n{message(pilot)}")


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_runs_stand_side_by_side(make_app: Make, two: Store, size: tuple[int, int]) -> None:
    async with make_app().run_test(size=size) as pilot:
        await pilot.press("r")
        rows = [" ".join(row.split()) for row in shown(pilot).splitlines()]
        assert "1 predict demo-1.0 none 5 1 0" in rows
        assert "▸ 2 refence of 1 demo-1.0 KEN 4 0 0" in rows
        assert "makes one of ▸ for another country" in shown(pilot)


async def test_what_changed_is_listed_and_opened(make_app: Make, two: Store) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("r", "c")
        assert "which is in view" in message(pilot)
        assert "predict        no country  demo-1.0" in shown(pilot)
        await pilot.press("enter")
        await wait_for(pilot, "3 of 6 pictures changed from run 1 to run 2: 3 other")
        rows = [" ".join(row.split()) for row in shown(pilot).splitlines()]
        assert rows[0].endswith("3 all that changed")
        assert rows[1].endswith("1 predicted in run 1 alone")
        assert rows[2].endswith("3 other northern raccoon → carnivore")
        await pilot.press(*"raccoon", "enter")
        await wait_for(pilot, "3 pictures.")
        assert isinstance(pilot.app.screen, ReviewScreen)
        session = app.session
        assert list(session.queue) == [1, 2, 3]
        assert session.filter.text == 'was:1:="northern raccoon" species:=carnivore'
        assert session.run is not None
        assert session.run.id == 2


async def test_another_run_comes_into_view_with_the_same_filter(make_app: Make, two: Store) -> None:
    app = make_app(where="has:animal")
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("r", "v", "enter")
        await wait_for(pilot, "4 pictures.")
        session = app.session
        assert session.run is not None
        assert (session.run.id, session.filter.text) == (1, "has:animal")
        item = session.item
        assert item is not None
        assert item.predicted is not None
        assert item.predicted.name == "northern raccoon"
        await pilot.press("r")
        assert "▸  1  predict" in shown(pilot)


async def test_one_run_has_no_other_beside_it(make_app: Make) -> None:
    async with make_app().run_test(size=(80, 24)) as pilot:
        for key in ("c", "v"):
            await pilot.press("r", key)
            assert "no other run: e makes one for another country" in message(pilot)
            await pilot.press("escape")


async def test_the_run_in_view_is_made_for_another_country(
    make_app: Make, two: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines: list[list[str]] = []

    class Refencing(FakeChild):
        def __init__(self, line: list[str], *, own_group: bool) -> None:
            lines.append(line)
            super().__init__(Path(line[5]), Path())

    monkeypatch.setattr(child, "Child", Refencing)
    async with make_app().run_test(size=(80, 24)) as pilot:
        await pilot.press("r", "e", *"illinois", "enter")
        await pilot.pause()
        asked = lines[0][lines[0].index("--run") :]
        told = ["--run", "2", "--events", "--model", ""]
        assert asked == [*told, "--country", "USA", "--admin1-region", "IL"]
        await pilot.press("e", "enter")
        assert "Another run is being made" in message(pilot)
        warning = events.Notice("ATTENTION: run 2 has the best 2 classes of a box.")
        await tell(pilot, warning, events.Progress(3, 6, 0, 3, 14.2, 34.0))
        assert "taking over 3/6" in shown(pilot)
        assert "new results" not in shown(pilot)
        await tell(pilot, events.Finished(3, 5, 1, 0), None)
        assert "finished: run 3, 5 predicted, 1 failed" in shown(pilot)
        # It took a second; what it is worth can be read afterwards.
        assert "the best 2 classes of a box" in shown(pilot)
        await pilot.press("e", "enter")
        await pilot.pause()
        assert lines[1][-1] == "--none"
        await tell(pilot, events.Error("Run 2 was imported.", "Give --model FOLDER."), None)
        assert "failed: Run 2 was imported. Give --model FOLDER." in shown(pilot)
