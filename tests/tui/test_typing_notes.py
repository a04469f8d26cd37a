"""Capital letters and pastes: nothing happens, it is said once, and prompts take them as text."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from textual import events

from camtrap_tui.config import Settings
from camtrap_tui.services.review import ReviewSession
from camtrap_tui.store.store import Store
from camtrap_tui.tui.app import CamtrapApp
from camtrap_tui.tui.line import Line
from camtrap_tui.tui.typing_notes import CAPITALS, PASTED, TypingNotes

_ESC = "\x1b"


def key(character: str) -> events.Key:
    return events.Key(character, character)


def said(app: CamtrapApp) -> str:
    return app.screen.query_one("#message", Line).content.plain


def labels(store: Store) -> dict[int, str]:
    return dict(store.db.execute("SELECT image_id, label FROM truth").fetchall())


def test_capitals_are_said_once_until_a_small_letter_comes() -> None:
    notes = TypingNotes()
    assert [notes.note(key(k)) for k in "BB1H"] == [CAPITALS, "", "", ""]
    assert notes.note(events.Key("enter", "\r")) == ""
    assert [notes.note(key(k)) for k in "bB"] == ["", CAPITALS]


def test_a_paste_is_said_once() -> None:
    notes = TypingNotes()
    assert [notes.note(events.Paste("b1")) for _ in range(3)] == [PASTED, "", ""]


async def test_caps_lock_changes_nothing_but_says_so(
    make_app: Callable[..., CamtrapApp], river: Store
) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        for capital in "BHVSEUMXZGQ":
            app.post_message(key(capital))
        await pilot.pause()
        assert said(app) == CAPITALS
        assert app.session.position == 0
        assert not labels(river)
        # Digits and enter are what they are.
        await pilot.press("2")
        await pilot.pause()
        assert labels(river) == {1: "virginia opossum"}
        assert said(app) != CAPITALS


async def test_capitals_and_pastes_are_text_in_prompts(
    make_app: Callable[..., CamtrapApp], river: Store
) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("n")
        for character in "Big":
            app.post_message(key(character))
        app.post_message(events.Paste(f" one\n{_ESC}[A\r"))
        await pilot.press("enter")
        await pilot.pause()
        note = river.db.execute("SELECT value FROM mark").fetchone()[0]
        assert note.startswith("Big")
        assert "one" in note
        assert note.isprintable()
        assert said(app) not in (CAPITALS, PASTED)


@pytest.mark.parametrize("screen", ["", "g", "c", "l", "r"])
async def test_every_screen_says_it_and_stays(
    make_app: Callable[..., CamtrapApp], river: Store, screen: str
) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press(*screen)
        await app.workers.wait_for_complete()
        await pilot.pause()
        before = app.screen
        app.post_message(events.Paste("b12\rq"))
        await pilot.pause()
        assert said(app) == PASTED
        app.post_message(key("Q"))
        await pilot.pause()
        assert said(app) == CAPITALS
        assert app.screen is before
        assert not labels(river)


async def test_a_letter_chosen_for_the_shell_is_text_in_a_prompt(
    river: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    stops: list[int] = []
    monkeypatch.setattr(CamtrapApp, "action_suspend_process", lambda self: stops.append(1))
    session = ReviewSession(river, "ann")
    app = CamtrapApp(
        river, session, Settings(grader="ann", keys={"suspend": ("y",), "relative_2": ("f6",)})
    )
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("n", "y", "e", "s", "enter")
        assert [m.value for m in app.session.item.marks] == ["yes"]  # type: ignore[union-attr]
        assert stops == []
        await pilot.press("y")
        assert stops == [1]
