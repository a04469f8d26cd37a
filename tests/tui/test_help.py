"""Help and the palette: the commands of every screen are there, with their keys, and work."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from camtrap_tui.commands import SCREENS
from camtrap_tui.tui import bindings
from camtrap_tui.tui.app import CamtrapApp
from camtrap_tui.tui.line import Lines
from tests.tui.test_review_screen import panel, review, settle, text

Make = Callable[..., CamtrapApp]


async def test_a_command_without_a_key_is_in_the_palette(make_app: Make) -> None:
    async with make_app().run_test() as pilot:
        await pilot.press("ctrl+p", *"reorder", "enter")
        assert "quick keys" in text(pilot, "message").casefold()


async def test_help_has_the_commands_of_every_screen(make_app: Make) -> None:
    async with make_app().run_test(size=(120, 40)) as pilot:
        await pilot.press("question_mark")
        shown = panel(pilot)
        for commands in SCREENS.values():
            for command in commands:
                assert command.title in shown or command.id == "peek"
        assert {"Grade", "Sheet (g)", "Ledger (l)"} <= set(shown.splitlines())
        await pilot.press(*"Grade", "space", *"page", "enter")
        await pilot.pause()
        assert type(pilot.app.screen).__name__ == "GridScreen"


async def test_help_shows_the_keys_that_a_person_chose(make_app: Make) -> None:
    app = make_app()
    app.settings = replace(app.settings, keys={"sheet_smaller": ("f6",), "undo": ("f5",)})
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("question_mark")
        assert "f6      Smaller" in panel(pilot)
        assert "f5      Undo" in panel(pilot)


async def test_it_works_by_the_key_it_is_given(make_app: Make) -> None:
    app = make_app()
    app.set_keymap(bindings.keymap({"quick_order": ("f5",)}))
    async with app.run_test() as pilot:
        await pilot.press("f5")
        assert "quick keys" in text(pilot, "message").casefold()


@pytest.mark.parametrize(
    ("key", "of", "title", "does"),
    [("c", "charts", "Percent", "chart_percent"), ("l", "ledger", "Last", "ledger_last")],
)
async def test_help_of_a_screen_without_a_prompt_does_what_is_chosen_there(
    make_app: Make, monkeypatch: pytest.MonkeyPatch, key: str, of: str, title: str, does: str
) -> None:
    async with make_app().run_test() as pilot:
        await settle(pilot)
        await pilot.press(key)
        await pilot.pause()
        screen = pilot.app.screen
        done: list[str] = []
        monkeypatch.setattr(screen, f"action_{does}", lambda: done.append(does))
        await pilot.press("question_mark")
        listed = "\n".join(row.plain for row in pilot.app.screen.query_one("#panel", Lines).rows)
        assert listed.count(title) == 1
        assert "Accept" not in listed
        await pilot.press("escape")
        await pilot.pause()
        assert pilot.app.screen is screen
        assert not done
        await pilot.press("question_mark", *title.casefold(), "enter")
        await pilot.pause()
        assert pilot.app.screen is screen
        assert done == [does]
        await pilot.press("question_mark", *"back", "enter")
        await pilot.pause()
        assert pilot.app.screen is review(pilot)


async def test_help_of_the_runs_stands_in_their_place(make_app: Make) -> None:
    async with make_app().run_test() as pilot:
        await settle(pilot)
        await pilot.press("r")
        await pilot.pause()
        screen = pilot.app.screen
        await pilot.press("question_mark", *"back", "enter")
        await pilot.pause()
        assert pilot.app.screen is not screen
