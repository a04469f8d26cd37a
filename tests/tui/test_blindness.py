"""Nothing on the screen of somebody who grades blind depends on what the AI said.

Two surveys hold the same frames and differ in every word of the AI, in what was made of it (strata,
grades that accepted it, notes) and in names that may tell it; with the same keys their screens are
the same, cell by cell.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from itertools import cycle, islice
from pathlib import Path

import pytest
from rich.console import Console
from textual.pilot import Pilot

from camtrap_tui.commands import REVIEW
from camtrap_tui.config import Settings
from camtrap_tui.services.blind import BlindSession
from camtrap_tui.services.policies import BLIND
from camtrap_tui.store.blind import BlindGrades
from camtrap_tui.store.store import Store
from camtrap_tui.tui.app import CamtrapApp
from camtrap_tui.tui.bindings import action
from camtrap_tui.tui.image_view import ImageView
from camtrap_tui.tui.line import Line, Lines
from camtrap_tui.tui.review_screen import ReviewScreen
from tests.blind_builder import Sampled, sampled_survey

SIZES = [(80, 24), (120, 40)]
PICTURES = 200
_CONSOLE = Console(color_system="truecolor", force_terminal=True)

# What somebody may try, and what then grades the picture in view.
TRIES = (
    *(["enter"], ["1"], ["2"], ["5"], ["z"], ["x"], ["c"], ["f"], ["g"], ["r"], ["l"], ["t"]),
    *(["greater_than_sign"], ["less_than_sign"], ["e"], ["o"], ["right_square_bracket"]),
    *(["left_curly_bracket"], ["right_parenthesis"], ["tab", "left"], ["a", "a"], ["d"], ["d"]),
    *(["slash", "escape"], ["slash", "a", "n", "down", "escape"], ["plus", "escape"]),
    *(["i", "q", "escape"], ["question_mark", "down", "escape"], ["ctrl+p", "z", "o", "escape"]),
    *(["ctrl+p", *"she", "enter", "escape"], ["equals_sign", "right", "down", "escape"]),
    *(["colon", *"mal", "enter", "escape"], ["colon", "2", "escape"], ["m"], ["m", "m"]),
    *(["n", "escape"], ["n", "enter"], ["n", "w", "enter"], ["u", "ctrl+r"], ["k", "j"]),
    *(["number_sign", "escape"], ["space"], ["ctrl+l"], ["ctrl+p", *"cha", "enter", "escape"]),
    *(["ctrl+e"], ["ctrl+p", *"export", "enter", "escape"]),
)
# Before anything was graded here, only what was said elsewhere could order lists and keys.
BEFORE_ANY = ("slash", "escape", "ctrl+l", "u", "ctrl+r", "p", "full_stop", "6", "j", "p", "k")
WORDS = (
    *(["b"], ["slash", *"mall", "enter"], ["6"], ["h"], ["slash", *"cat", "enter"], ["full_stop"]),
    *(["s"], ["7"], ["v"]),
)


def cells(app: CamtrapApp) -> list[str]:
    """Return every row of the screen with its colours, as it goes to the terminal."""
    return [strip.render(_CONSOLE) for strip in app.screen._compositor.render_strips()]


async def settle(pilot: Pilot[None]) -> None:
    """Wait until the picture that was asked for is up, or why it is not."""
    screen = pilot.app.screen
    assert isinstance(screen, ReviewScreen)
    view = screen.query_one(ImageView)
    await pilot.pause(0)
    for _ in range(400):
        # It says what is amiss with it once all of it is written.
        if view._picture is None or (view._fine is not None and view._told is view._fine):
            break
        await pilot.pause(0.002)
    # What the picture says of itself goes from one queue to the next.
    for node in (view, view.parent, screen):
        assert node is not None
        passed = asyncio.Event()
        node.call_later(passed.set)
        await passed.wait()
    await pilot.pause(0)


async def press(pilot: Pilot[None], *keys: str) -> None:
    for key in keys:
        pilot.app.simulate_key(key)
        await pilot.pause(0)


@asynccontextmanager
async def opened(
    session: BlindSession, size: tuple[int, int]
) -> AsyncIterator[tuple[CamtrapApp, Pilot[None]]]:
    app = CamtrapApp(session.store, session, Settings(grader="ann", color="24"))
    async with app.run_test(size=size) as pilot:
        yield app, pilot


def pair(folder: Path, pictures: int, **values: float) -> Iterator[Sampled]:
    """Yield two surveys of the same name with the same frames; every third has its picture."""
    from PIL import Image

    for seed in (1, 2):
        place = folder / f"{seed}"
        place.mkdir()
        store = Store.open(place / "river.db", create=True)
        sampled = sampled_survey(
            store, place / "pictures", seed, drawn=pictures, repeats=values.get("repeats", 0.05)
        )
        for number, image in enumerate(store.images.by_ids(sampled.images[::3])):
            path = place / "pictures" / image.file_path
            path.parent.mkdir(parents=True, exist_ok=True)
            color = (number * 7 % 256, 90, 255 - number * 5 % 256)
            Image.new("RGB", (32, 24), color).save(path)
        yield sampled


async def walk(sampled: Sampled, size: tuple[int, int], pictures: int) -> list[list[str]]:
    """Return the screen after each key of a session of so many pictures."""
    screens = []
    async with opened(sampled.session(), size) as (app, pilot):
        for key in BEFORE_ANY:
            await settle(pilot)
            screens.append(cells(app))
            await press(pilot, key)
        tries = islice(cycle(TRIES), pictures)
        for attempt, word in zip(tries, cycle(WORDS), strict=False):
            for key in attempt:
                await press(pilot, key)
                await settle(pilot)
                screens.append(cells(app))
            await press(pilot, *word)
            await settle(pilot)
            screens.append(cells(app))
    return screens


@pytest.mark.parametrize("size", SIZES)
async def test_the_screens_of_two_surveys_are_the_same_whatever_was_predicted(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    one, other = pair(tmp_path, PICTURES)
    first = await walk(one, size, PICTURES)
    second = await walk(other, size, PICTURES)
    assert len(first) == len(second) > PICTURES
    for number, (a, b) in enumerate(zip(first, second, strict=True)):
        assert a == b, f"screen {number}"
    for sampled in (one, other):
        done = BlindGrades(sampled.store.db, "ann", sampled.holdout.holdout_uuid).done()
        assert len(done) >= 0.95 * PICTURES
    assert len(set(map(tuple, first))) > PICTURES


def text(app: CamtrapApp, name: str) -> str:
    return app.screen.query_one(f"#{name}", Line).content.plain


def panel(app: CamtrapApp) -> str:
    return "\n".join(row.plain for row in app.screen.query_one("#panel", Lines).rows)


@pytest.mark.parametrize("size", SIZES)
async def test_a_peek_shows_the_answer_for_what_was_graded_and_for_nothing_else(
    store: Store, tmp_path: Path, size: tuple[int, int]
) -> None:
    sampled = sampled_survey(store, tmp_path / "pictures", 1, drawn=9, says="domestic cat")
    async with opened(sampled.session(), size) as (app, pilot):
        assert "cat" not in panel(app)
        await press(pilot, "b")
        assert "peek" in text(app, "footer")
        await press(pilot, "p")
        assert "domestic cat" in panel(app)
        assert "Picture 1: the AI says domestic cat." in text(app, "message")
        assert "a change counts as assisted" in text(app, "strip")
        assert "1/9" in text(app, "status")
        await press(pilot, "j")
        assert "cat" not in panel(app)
        assert "cat" not in text(app, "message")
        # The time alone: names of cameras and files may tell.
        assert re.fullmatch(r"2024-06-27 02:\d\d:\d\d", text(app, "strip"))


async def test_help_and_footer_hold_only_what_works(store: Store, tmp_path: Path) -> None:
    sampled = sampled_survey(store, tmp_path / "pictures", 1, drawn=9)
    async with opened(sampled.session(), (120, 80)) as (app, pilot):
        footer = text(app, "footer")
        assert "accept" not in footer
        assert "species" in footer
        await press(pilot, "question_mark")
        titles = panel(app)
        for command in REVIEW:
            # Some titles are parts of others.
            is_listed = any(row.endswith(f" {command.title}") for row in titles.splitlines())
            assert is_listed == BLIND.allows(command.id), command.id
        assert "Contact" not in titles


async def test_the_footer_says_how_to_go_on_after_a_peek_and_at_the_end(
    store: Store, tmp_path: Path
) -> None:
    sampled = sampled_survey(store, tmp_path / "pictures", 1, drawn=3)
    async with opened(sampled.session(), (80, 24)) as (app, pilot):
        await press(pilot, "b", "p")
        assert text(app, "footer").startswith("tab next ungraded")
        await press(pilot, "tab", "b")
        assert text(app, "footer").startswith("b blank")
        await press(pilot, "b")
        assert text(app, "footer").startswith("q quit")


async def test_the_status_line_says_that_it_is_blind(store: Store, tmp_path: Path) -> None:
    sampled = sampled_survey(store, tmp_path / "pictures", 1, drawn=9)
    async with opened(sampled.session(), (80, 24)) as (app, _):
        assert text(app, "status").startswith("river.db · blind · river2024")
        assert "1/9" in text(app, "status")


async def test_a_command_that_is_off_does_nothing_whichever_way_it_is_called(
    store: Store, tmp_path: Path
) -> None:
    sampled = sampled_survey(store, tmp_path / "pictures", 1, drawn=9)
    session = sampled.session()
    async with opened(session, (80, 24)) as (app, pilot):
        before = app.screen
        assert isinstance(before, ReviewScreen)
        for command in REVIEW:
            if not BLIND.allows(command.id):
                before.do(command.id)
                await app.run_action(action(command.id), before)
                await pilot.pause(0)
        assert app.screen is before
        assert (session.position, session.left) == (0, 9)
