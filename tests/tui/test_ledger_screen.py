"""The ledger screen by its keys: accounts, the lists behind their numbers, and pictures."""

from __future__ import annotations

from array import array
from collections.abc import Callable

import pytest
from textual.pilot import Pilot

from camtrap_tui.services.listing import Wanted
from camtrap_tui.store.store import Store
from camtrap_tui.tui.app import CamtrapApp
from camtrap_tui.tui.ledger_screen import LedgerScreen
from camtrap_tui.tui.line import Line, Lines
from camtrap_tui.tui.review_screen import ReviewScreen
from tests.builders import Said, add_images

Make = Callable[..., CamtrapApp]
SIZES = [(80, 24), (120, 40)]


def shown(pilot: Pilot[None]) -> str:
    return "\n".join(row.plain for row in pilot.app.screen.query_one("#panel", Lines).rows)


def line(pilot: Pilot[None], name: str) -> str:
    return pilot.app.screen.query_one(f"#{name}", Line).content.plain


def chosen(pilot: Pilot[None]) -> str:
    panel = pilot.app.screen.query_one("#panel", Lines)
    return "" if panel.chosen is None else panel.rows[panel.chosen].plain.strip()


async def until(pilot: Pilot[None], true: Callable[[], bool]) -> None:
    """Wait for what a thread does."""
    for _ in range(200):
        await pilot.pause(0.02)
        if true():
            return
    raise AssertionError(f"it did not happen:\n{shown(pilot)}")


async def opened(pilot: Pilot[None]) -> None:
    await pilot.press("l")
    await until(pilot, lambda: "Every row" in shown(pilot))


async def go_to(pilot: Pilot[None], name: str) -> None:
    """Choose the line of the accounts that begins with `name`."""
    await pilot.press("home")
    for _ in range(40):
        if chosen(pilot).startswith(name):
            return
        await pilot.press("down")
    raise AssertionError(f"no line {name}:\n{shown(pilot)}")


async def listed(pilot: Pilot[None], name: str) -> None:
    await go_to(pilot, name)
    await pilot.press("enter")
    await until(pilot, lambda: "/" in line(pilot, "status").rsplit("·", 1)[-1])


@pytest.mark.parametrize("size", SIZES)
async def test_both_accounts_are_shown_and_add_up(make_app: Make, size: tuple[int, int]) -> None:
    async with make_app().run_test(size=size) as pilot:
        await opened(pilot)
        assert "6 pictures · adds up" in line(pilot, "status")
        words = [row.split() for row in shown(pilot).splitlines()]
        assert ["here", "6"] in words
        assert ["predicted", "5"] in words
        assert ["failed", "1"] in words
        assert ["never", "asked", "0"] in words
        assert all(len(row) < size[0] for row in shown(pilot).splitlines())
        assert chosen(pilot).startswith("here")
        assert "the picture is here" in line(pilot, "message")


async def test_a_number_opens_its_list_and_a_file_its_picture(make_app: Make) -> None:
    async with make_app().run_test() as pilot:
        await opened(pilot)
        await listed(pilot, "failed")
        assert "failed in run 1" in line(pilot, "status")
        assert "1/1" in line(pilot, "status")
        assert shown(pilot).split() == ["IMG_0006.JPG", "truncated"]
        assert "truncated · IMG_0006.JPG" in line(pilot, "message")
        hint = pilot.app.screen.query_one("#hint", Lines)
        assert "--retry" in " ".join(row.plain for row in hint.rows)
        await pilot.press("enter")
        await pilot.pause()
        assert isinstance(pilot.app.screen, ReviewScreen)
        assert pilot.app.screen.session.current_id == 6


async def test_a_picture_that_the_filter_leaves_out_is_shown_among_all(make_app: Make) -> None:
    async with make_app(where="species:raccoon").run_test() as pilot:
        await opened(pilot)
        await listed(pilot, "failed")
        await pilot.press("enter")
        await pilot.pause()
        screen = pilot.app.screen
        assert isinstance(screen, ReviewScreen)
        assert (screen.session.current_id, len(screen.session.queue)) == (6, 6)
        assert "leaves it out" in line(pilot, "message")


async def test_a_list_that_nobody_waits_for_any_more_is_not_shown(
    make_app: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Wanted] = []
    monkeypatch.setattr(LedgerScreen, "_find", lambda _, wanted: asked.append(wanted))
    async with make_app().run_test() as pilot:
        await opened(pilot)
        await pilot.press("enter", "escape")
        pilot.app.screen.post_message(LedgerScreen.Found(asked[0], array("q", [1]), ""))
        await pilot.pause()
        assert "adds up" in line(pilot, "status")
        assert isinstance(pilot.app.screen, LedgerScreen)


async def test_a_row_without_a_picture_says_so(make_app: Make, river: Store) -> None:
    with river.db.transaction():
        river.ledger.put_files([(1, "a.mp4", "not_a_picture", "a video", None, 1, 1)])
    async with make_app().run_test() as pilot:
        await opened(pilot)
        await listed(pilot, "not a picture")
        assert "a video" in shown(pilot)
        await pilot.press("enter")
        assert "There is no picture" in line(pilot, "message")
        assert isinstance(pilot.app.screen, LedgerScreen)


async def test_a_number_of_none_opens_nothing(make_app: Make) -> None:
    async with make_app().run_test() as pilot:
        await opened(pilot)
        await go_to(pilot, "pending")
        await pilot.press("enter")
        assert "None" in line(pilot, "message")


async def test_what_does_not_add_up_stands_first(make_app: Make, river: Store) -> None:
    with river.db.transaction():
        river.db.execute("UPDATE source SET row_count = 9")
    async with make_app().run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        assert "1 thing does NOT add up" in line(pilot, "status")
        assert shown(pilot).splitlines()[0] == "This does not add up"
        assert "files counted there: 9; rows that" in " ".join(shown(pilot).split())


async def test_what_was_never_worked_out_is_said(make_app: Make, river: Store) -> None:
    with river.db.transaction():
        river.db.execute("PRAGMA user_version = 1")
    async with make_app().run_test(size=(80, 40)) as pilot:
        await opened(pilot)
        assert "have not been worked out" in " ".join(shown(pilot).split())


async def test_a_long_list_holds_only_the_rows_in_view(make_app: Make, river: Store) -> None:
    add_images(river, [Said(None) for _ in range(2000)], "/more", river.runs.all()[0])
    async with make_app().run_test(size=(80, 24)) as pilot:
        await opened(pilot)
        await listed(pilot, "failed")
        assert "1/2,001" in line(pilot, "status")
        assert len(shown(pilot).splitlines()) < 24
        await pilot.press("end")
        assert "2,001/2,001" in line(pilot, "status")
        assert "IMG_2006.JPG" in chosen(pilot)
        await pilot.press("up", "pageup")
        assert len(shown(pilot).splitlines()) < 24
        await pilot.press("home", "j", "space", "k")
        at = int(line(pilot, "status").split("/")[0].split()[-1])
        assert f"IMG_{at + 5:04d}.JPG" in chosen(pilot)


@pytest.mark.parametrize("key", ["escape", "l", "q"])
async def test_back_leaves_a_list_then_the_ledger(make_app: Make, key: str) -> None:
    async with make_app().run_test() as pilot:
        await opened(pilot)
        await listed(pilot, "failed")
        await pilot.press(key)
        assert "Every row" in shown(pilot)
        assert chosen(pilot).startswith("failed")
        await pilot.press(key)
        await pilot.pause()
        assert isinstance(pilot.app.screen, ReviewScreen)
        assert pilot.app.screen.session.current_id == 1


async def test_headings_above_the_first_number_can_be_read(make_app: Make, river: Store) -> None:
    async with make_app().run_test(size=(80, 10)) as pilot:
        await opened(pilot)
        await pilot.press("end")
        panel = pilot.app.screen.query_one("#panel", Lines)
        assert "in all" in panel.render().plain
        await pilot.press("home")
        assert "Every row of every source" in panel.render().plain


async def test_an_empty_survey_says_what_to_do(make_app: Make, river: Store) -> None:
    with river.db.transaction():
        for table in ("prediction", "detection", "classification", "source_row", "run", "image"):
            river.db.execute("PRAGMA defer_foreign_keys = ON")
            river.db.execute(f"DELETE FROM {table}")
        river.db.execute("DELETE FROM source")
    async with make_app().run_test() as pilot:
        await opened(pilot)
        assert "camtrap-tui add SURVEY FOLDER" in shown(pilot)
        await pilot.press("down", "enter", "end", "home", "space")
        assert isinstance(pilot.app.screen, LedgerScreen)


async def test_what_keeps_it_from_counting_is_said_whole(make_app: Make, river: Store) -> None:
    async with make_app().run_test(size=(80, 24)) as pilot:
        moved = river.path.rename(river.path.with_name("elsewhere.db"))
        await pilot.press("l")
        await until(pilot, lambda: "there is no such survey" in " ".join(shown(pilot).split()))
        await pilot.press("enter", "down", "escape")
        await pilot.pause()
        assert isinstance(pilot.app.screen, ReviewScreen)
        moved.rename(river.path)
