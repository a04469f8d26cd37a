"""The contact sheet, driven by keys: what is graded, what is shown, and what enter will do."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from textual.pilot import Pilot

from camtrap_tui.config import Settings
from camtrap_tui.services.review import ReviewSession
from camtrap_tui.store.store import Store
from camtrap_tui.tui.app import CamtrapApp
from camtrap_tui.tui.grid_screen import GridScreen
from camtrap_tui.tui.line import Line, Lines
from camtrap_tui.tui.review_screen import ReviewScreen
from camtrap_tui.tui.thumbnails import Thumb, Thumbs
from tests.picture_files import blobs, jpeg

SIZES = [(80, 24), (120, 40), (200, 60)]
Make = Callable[..., CamtrapApp]


def grid(pilot: Pilot[None]) -> GridScreen:
    screen = pilot.app.screen
    assert isinstance(screen, GridScreen)
    return screen


def text(pilot: Pilot[None], name: str) -> str:
    return pilot.app.screen.query_one(f"#{name}", Line).content.plain


def thumbs(pilot: Pilot[None]) -> list[Thumb]:
    return [thumb for thumb in grid(pilot).query(Thumb) if thumb.shown is not None]


def captions(pilot: Pilot[None]) -> list[str]:
    return ["".join(t for t, _ in thumb.shown.caption) for thumb in thumbs(pilot) if thumb.shown]


def labels(survey: Path) -> dict[int, str]:
    with closing(sqlite3.connect(survey)) as raw:
        return dict(raw.execute("SELECT image_id, label FROM truth"))


async def settle(pilot: Pilot[None]) -> None:
    """Wait until every picture of the page is there, or known not to be."""
    for _ in range(400):
        await pilot.pause(0.01)
        shown = thumbs(pilot)
        if shown and not any(thumb.is_waiting for thumb in shown):
            await pilot.pause()
            return
    pytest.fail("the page never came")


async def keys(pilot: Pilot[None], *pressed: str) -> None:
    """Press keys, each when the page is there."""
    for key in pressed:
        await pilot.press(key)
        if isinstance(pilot.app.screen, GridScreen):
            await settle(pilot)


@pytest.mark.parametrize("size", SIZES)
async def test_it_shows_the_queue_from_the_picture_in_view(
    make_app: Make, size: tuple[int, int]
) -> None:
    async with make_app().run_test(size=size) as pilot:
        await keys(pilot, "right", "g")
        names = [thumb.shown.item.name for thumb in thumbs(pilot) if thumb.shown]
        assert names == [f"IMG_{n:04d}.JPG" for n in range(2, 7)]
        assert all(thumb.frame and thumb.frame.rows for thumb in thumbs(pilot))
        assert "2–6/6" in text(pilot, "status")
        assert "sheet: blank" in text(pilot, "status")
        assert text(pilot, "strip").startswith("IMG_0002.JPG  2024-06-27 02:14:06")
        assert captions(pilot)[0] == "› IMG_0002 ▣.90 raccoon"
        assert text(pilot, "message") == "↵ grades 5 pictures as blank, next page"
        for name in ("status", "message", "strip", "footer"):
            assert len(text(pilot, name)) <= size[0]


async def test_three_by_two_fit_on_the_smallest_screen_and_more_on_larger(make_app: Make) -> None:
    async with make_app().run_test(size=(80, 24)) as pilot:
        await keys(pilot, "g")
        assert grid(pilot).sheet.size == 6
        await pilot.resize_terminal(120, 40)
        await settle(pilot)
        assert grid(pilot).sheet.size == 12
        await keys(pilot, "minus")
        assert grid(pilot).sheet.size > 12
        await keys(pilot, "equals_sign", "equals_sign", "escape", "g")
        assert grid(pilot).sheet.size < 12


async def test_enter_asks_once_then_grades_and_turns(make_app: Make, river: Store) -> None:
    async with make_app().run_test(size=(80, 24)) as pilot:
        await keys(pilot, "g", "equals_sign")
        assert grid(pilot).sheet.size == 2
        await keys(pilot, "enter")
        assert text(pilot, "message").startswith("↵ again grades 2 pictures as blank")
        assert labels(river.path) == {}
        await keys(pilot, "escape")
        assert "Nothing was graded" in text(pilot, "message")
        await keys(pilot, "enter", "enter")
        assert labels(river.path) == dict.fromkeys((1, 2), "blank")
        assert text(pilot, "message") == (
            "2 pictures: blank; u undoes it.  ↵ grades 2 pictures as blank, next page"
        )
        await keys(pilot, "enter", "enter")
        assert set(labels(river.path)) == {1, 2, 3, 4, 5, 6}
        assert "last page" in text(pilot, "message")
        await keys(pilot, "u")
        assert set(labels(river.path)) == {1, 2, 3, 4}
        assert "5–6/6" in text(pilot, "status")


async def test_an_exception_is_seen_graded_alone_and_left_out(make_app: Make, river: Store) -> None:
    async with make_app().run_test(size=(80, 24)) as pilot:
        await keys(pilot, "g", "down", "space")
        assert captions(pilot)[3] == "›✗IMG_0004 ▣.90 mallard"
        assert "✗ exception" in thumbs(pilot)[3].render_line(0).text
        assert text(pilot, "message") == (
            "✗ 1–5 b h v s / grade this one · ↵ grades 5 pictures as blank, next page"
        )
        await keys(pilot, "1")
        assert labels(river.path) == {4: "mallard"}
        assert captions(pilot)[3] == "› IMG_0004 ▣.90 ✓mallard"
        await keys(pilot, "up", "space", "slash", *"opos")
        assert "virginia opossum" in grid(pilot).query_one("#panel", Lines).rows[0].plain
        await keys(pilot, "enter", "enter", "enter")
        expected = {2: "blank", 3: "blank", 5: "blank", 6: "blank"}
        assert labels(river.path) == {1: "virginia opossum", 4: "mallard"} | expected
        await keys(pilot, "escape")
        assert isinstance(pilot.app.screen, ReviewScreen)


async def test_leaving_offers_the_exceptions_as_a_queue(make_app: Make, river: Store) -> None:
    async with make_app().run_test(size=(80, 24)) as pilot:
        await keys(pilot, "g", "space", "down", "space", "enter", "enter", "escape")
        assert text(pilot, "message").startswith("2 exceptions: ↵ reviews just these")
        await keys(pilot, "left")
        assert isinstance(pilot.app.screen, GridScreen)
        await keys(pilot, "escape", "enter")
        assert isinstance(pilot.app.screen, ReviewScreen)
        assert "2 exceptions" in text(pilot, "status")
        assert "1/2" in text(pilot, "status")
        await pilot.press("enter", "enter")
        await pilot.press("f", "enter")
        assert "/6" in text(pilot, "status")
    done = labels(river.path)
    assert (done[1], done[4], done[2]) == ("northern raccoon", "mallard", "blank")


async def test_exceptions_that_are_left_for_later_are_there_when_it_is_opened_again(
    make_app: Make,
) -> None:
    async with make_app().run_test(size=(80, 24)) as pilot:
        await keys(pilot, "g", "right", "space", "escape", "escape")
        assert isinstance(pilot.app.screen, ReviewScreen)
        assert "2/6" in text(pilot, "status")
        await keys(pilot, "g")
        assert captions(pilot)[0].startswith("›✗")


async def test_the_sheets_grade_is_chosen_by_name_and_asks(make_app: Make, river: Store) -> None:
    async with make_app().run_test(size=(80, 24)) as pilot:
        await keys(pilot, "g", "slash", *"mallar", "enter")
        assert "sheet: mallard" in text(pilot, "status")
        assert "nothing is graded yet" in text(pilot, "message")
        assert labels(river.path) == {}
        await keys(pilot, "3")
        assert "space makes this picture one" in text(pilot, "message")
        await keys(pilot, "enter")
        assert "again grades 6 pictures as mallard" in text(pilot, "message")
        assert labels(river.path) == {}


async def test_pictures_that_have_not_arrived_yet_are_not_graded(
    make_app: Make, river: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with make_app().run_test(size=(80, 24)) as pilot:
        await pilot.press("g")
        await settle(pilot)
        monkeypatch.setattr(Thumbs, "arrived", lambda _thumbs: None)
        first = thumbs(pilot)[0]
        first.is_painted = False
        await pilot.press("enter", "enter", "enter")
        assert "1 picture still to come" in text(pilot, "message")
        assert labels(river.path) == {}
        first.is_painted = True
        await pilot.press("enter", "enter")
    assert len(labels(river.path)) == 6


async def test_a_missing_picture_says_so_in_its_cell_and_is_left_ungraded(
    make_app: Make, river: Store, tmp_path: Path
) -> None:
    (tmp_path / "pictures" / "IMG_0002.JPG").unlink()
    async with make_app().run_test(size=(80, 24)) as pilot:
        await keys(pilot, "g")
        cell = " ".join(thumbs(pilot)[1].render_line(y).text for y in range(9))
        assert "missing" in cell
        assert "grades 5 pictures" in text(pilot, "message")
        await keys(pilot, "enter", "enter")
        assert "1 picture that cannot be seen left ungraded" in text(pilot, "message")
    assert set(labels(river.path)) == {1, 3, 4, 5, 6}


async def test_resizing_keeps_the_picture_under_the_cursor(make_app: Make) -> None:
    async with make_app().run_test(size=(200, 60)) as pilot:
        await keys(pilot, "g", "right", "right", "right")
        await pilot.resize_terminal(80, 24)
        await settle(pilot)
        assert text(pilot, "strip").startswith("IMG_0004.JPG")
        await keys(pilot, "equals_sign", "equals_sign", "equals_sign")
        assert text(pilot, "strip").startswith("IMG_0004.JPG")
        assert len(thumbs(pilot)) == 1
        await pilot.resize_terminal(20, 8)
        await settle(pilot)
        assert text(pilot, "strip").startswith("IMG_0004.JPG")


async def test_a_terminal_without_room_for_a_picture_grades_no_page(
    make_app: Make, river: Store
) -> None:
    async with make_app().run_test(size=(80, 24)) as pilot:
        await keys(pilot, "g")
        await pilot.resize_terminal(80, 4)
        await pilot.pause(0.3)
        await pilot.press("enter", "enter", "enter")
        assert labels(river.path) == {}
        assert "nothing here to grade" in text(pilot, "message")
        await pilot.resize_terminal(80, 24)
        await settle(pilot)
        await keys(pilot, "enter", "enter")
    assert labels(river.path) != {}


async def test_tab_goes_through_the_pictures_of_the_page_that_have_a_detection(
    make_app: Make, river: Store
) -> None:
    async with make_app().run_test(size=(80, 24)) as pilot:
        await keys(pilot, "g")
        found = [
            thumb.shown.item.image.id
            for thumb in thumbs(pilot)
            if thumb.shown and thumb.shown.item.confidence is not None
        ]
        assert 1 < len(found) < 6
        went = []
        for _ in range(len(found) + 1):
            await keys(pilot, "tab")
            went.append(grid(pilot).sheet.session.current_id)
        after = [key for key in found if key > 1]
        assert went == [*after, *found, *found][: len(went)]
        await keys(pilot, "enter", "tab", "enter")
    assert labels(river.path) == {}


async def test_an_empty_queue_says_so(make_app: Make, river: Store) -> None:
    async with make_app(where="species:lion").run_test(size=(80, 24)) as pilot:
        await pilot.press("g")
        await pilot.pause()
        assert "No picture is in this queue" in text(pilot, "message")
        for key in ("enter", "space", "slash", "1", "right", "pagedown", "u", "minus", "b"):
            await pilot.press(key)
        await pilot.press("escape")
        await pilot.pause()
        assert isinstance(pilot.app.screen, ReviewScreen)
    assert labels(river.path) == {}


async def test_one_picture_is_a_sheet(make_app: Make, river: Store) -> None:
    async with make_app(where="species:mallard").run_test(size=(80, 24)) as pilot:
        await keys(pilot, "g")
        assert text(pilot, "message") == "↵ grades 1 picture as blank, next page"
        await keys(pilot, "enter", "enter")
    assert labels(river.path) == {4: "blank"}


async def test_the_name_is_asked_before_anything_is_graded(make_app: Make, river: Store) -> None:
    async with make_app(grader="").run_test(size=(80, 24)) as pilot:
        await pilot.press("escape", "g")
        await settle(pilot)
        await pilot.press("enter")
        assert grid(pilot).prompt.is_open
        await pilot.press(*"ann", "enter", "enter", "enter")
    assert river.grades.graders() == {"ann": 6}


async def test_without_colour_it_is_braille(river: Store) -> None:
    session = ReviewSession(river, "ann")
    app = CamtrapApp(river, session, Settings(grader="ann", color="none"))
    async with app.run_test(size=(80, 24)) as pilot:
        await keys(pilot, "g", "space")
        frame = thumbs(pilot)[1].frame
        assert frame is not None
        assert not any("\x1b" in row for row in frame.rows)
        assert captions(pilot)[0].startswith("›✗")


async def test_help_lists_the_keys_beside_the_cursor(make_app: Make) -> None:
    async with make_app().run_test(size=(80, 40)) as pilot:
        await keys(pilot, "g", "question_mark")
        panel = grid(pilot).query_one("#panel", Lines)
        assert panel.display
        assert any("Grade page" in row.plain for row in panel.rows)
        assert panel.styles.dock == "right"
        await keys(pilot, "escape", "right", "right", "question_mark")
        panel_is_left = str(panel.styles.dock) == "left"
        assert panel_is_left
        await keys(pilot, "escape")
        assert not panel.display


async def test_the_next_page_is_decoded_while_this_one_is_looked_at(make_app: Make) -> None:
    async with make_app().run_test(size=(80, 24)) as pilot:
        await keys(pilot, "g", "equals_sign")
        loader = grid(pilot).query_one(Thumbs)._loader
        assert loader is not None
        for _ in range(200):
            await pilot.pause(0.01)
            names = {view.path.name for view in loader._cache._frames if view.path}
            if "IMG_0004.JPG" in names:
                break
        assert {"IMG_0003.JPG", "IMG_0004.JPG"} <= names
        grid(pilot).action_sheet_next()
        assert all(thumb.frame and thumb.frame.rows for thumb in thumbs(pilot))


async def test_a_picture_that_is_cut_short_is_left_ungraded(
    make_app: Make, river: Store, tmp_path: Path
) -> None:
    path = tmp_path / "pictures" / "IMG_0003.JPG"
    data = jpeg(blobs(3))
    path.write_bytes(data[: len(data) // 2])
    async with make_app().run_test(size=(80, 24)) as pilot:
        await keys(pilot, "g")
        assert thumbs(pilot)[2].frame
        await keys(pilot, "enter", "enter")
        assert "1 picture that cannot be seen left ungraded" in text(pilot, "message")
    assert set(labels(river.path)) == {1, 2, 4, 5, 6}


async def test_a_prediction_in_progress_is_told_behind_what_enter_does(
    make_app: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await keys(pilot, "g")
        monkeypatch.setattr(app, "run_line", lambda: "predicting: 7 of 9")
        app._run_changed()
        expected = "↵ grades 6 pictures as blank, next page  predicting: 7 of 9"
        assert text(pilot, "message") == expected
