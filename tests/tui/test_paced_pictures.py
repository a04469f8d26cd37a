"""Pictures over a slow line: words first, no picture under another one's name, nothing idle."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from rich.console import Console
from textual.app import ComposeResult
from textual.events import Resize
from textual.geometry import Size
from textual.pilot import Pilot

from camtrap_tui.services.pictures import Picture
from camtrap_tui.tui.image_view import ImageView
from camtrap_tui.tui.line import Line
from camtrap_tui.tui.line_kind import LineKind
from camtrap_tui.tui.pacer import REPORT
from camtrap_tui.tui.painter import PaintingApp

_CONSOLE = Console(color_system="truecolor", force_terminal=True)
_PLAIN = LineKind(is_far=True, answers_tell=True)


class _Host(PaintingApp):
    """A line of words above a picture, at the end of a line that answers when it is told to."""

    def __init__(self, kind: LineKind = _PLAIN) -> None:
        super().__init__(kind)
        self.console = _CONSOLE
        self.words = Line(id="words")
        self.view = ImageView("24")
        self.writes: list[str] = []
        self.told: list[str] = []

    def compose(self) -> ComposeResult:
        yield self.words
        yield self.view

    def composed(self, words: Callable[[], str], *, is_whole: bool) -> str:
        written = super().composed(words, is_whole=is_whole)
        if written:
            self.writes.append(written)
        return written

    def on_image_view_shown(self, message: ImageView.Shown) -> None:
        self.told.append(message.path.name)

    def ask_for(self, picture: Picture) -> None:
        """Show a picture and its name, as a key does."""
        assert picture.path is not None
        self.words.show(picture.path.name)
        self.view.show(picture)

    @property
    def asked(self) -> int:
        """How many reports were asked for."""
        return sum(text.count(REPORT) for text in self.writes)


@pytest.fixture
def pictures(tmp_path: Path) -> list[Picture]:
    """Three pictures full of detail, the last two nearly alike."""
    chance = random.Random(5)
    made = []
    for name in ("one", "two", "three"):
        image = Image.frombytes("RGB", (80, 60), chance.randbytes(80 * 60 * 3))
        if name == "three":
            image = Image.open(tmp_path / "two.png").copy()
            image.paste((250, 0, 0), (0, 0, 2, 2))
        image.save(tmp_path / f"{name}.png")
        made.append(Picture(tmp_path / f"{name}.png"))
    return made


async def _until(pilot: Pilot[None], true: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not true():
            await pilot.pause(0.002)


async def _whole(app: _Host, pilot: Pilot[None], name: str) -> None:
    """Answer every report until a picture is there."""
    async with asyncio.timeout(30):
        while name not in app.told or app.pacer.is_asking or not app.view.canvas.is_whole:
            if app.pacer.is_asking:
                app.acknowledged()
            await pilot.pause(0.02)


async def test_a_picture_comes_in_bands_each_after_the_answer_to_the_one_before(
    pictures: list[Picture],
) -> None:
    app = _Host()
    async with app.run_test(size=(80, 25)) as pilot:
        app.ask_for(pictures[0])
        await _until(pilot, lambda: app.pacer.is_asking)
        while app.pacer.is_asking:
            before = app.asked
            await pilot.pause(0.2)
            assert app.asked == before, "a band went out before the answer"
            app.acknowledged()
            await pilot.pause(0.1)
            assert app.asked <= before + 1
        assert app.asked >= 3
        assert app.told[-1:] == ["one.png"]
        assert app.view.canvas.is_whole


async def test_what_must_go_is_blank_before_the_words_of_another_picture(
    pictures: list[Picture],
) -> None:
    app = _Host()
    async with app.run_test(size=(80, 25)) as pilot:
        app.ask_for(pictures[0])
        await _until(pilot, lambda: not app.view.canvas.is_bare and app.pacer.is_asking)
        before = len(app.writes)
        app.ask_for(pictures[1])
        await _until(pilot, lambda: len(app.writes) > before)
        write = app.writes[before]
        assert "two.png" in write
        assert write.rindex("\x1b[B") < write.index("two.png"), "the words come before the blanks"
        assert "▀" not in write[write.index("two.png") :]
        assert app.view.canvas.is_bare
        assert REPORT not in write, "a second report while one is out"


async def test_the_newest_picture_wins(pictures: list[Picture]) -> None:
    app = _Host()
    async with app.run_test(size=(80, 25)) as pilot:
        for turn in range(12):
            app.ask_for(pictures[turn % 2])
            await pilot.pause(0.02)
        app.ask_for(pictures[1])
        await _whole(app, pilot, "two.png")
        frame = app.view.canvas.frame
        assert frame is not None
        assert frame.view.path == pictures[1].path
        assert "one.png" not in app.told[-1:]


async def test_a_picture_that_is_nearly_the_same_is_brought_up_to_date(
    pictures: list[Picture],
) -> None:
    app = _Host()
    async with app.run_test(size=(80, 25)) as pilot:
        app.ask_for(pictures[1])
        await _whole(app, pilot, "two.png")
        app.view.prefetch([pictures[2]])
        await pilot.pause(0.5)
        before = len(app.writes)
        app.ask_for(pictures[2])
        await _whole(app, pilot, "three.png")
        assert sum(len(text.encode()) for text in app.writes[before:]) < 700


async def test_nothing_is_written_or_asked_while_nothing_changes(
    pictures: list[Picture],
) -> None:
    app = _Host()
    async with app.run_test(size=(80, 25)) as pilot:
        app.ask_for(pictures[0])
        await _whole(app, pilot, "one.png")
        await pilot.pause(0.3)
        before = len(app.writes)
        await pilot.pause(1.0)
        assert len(app.writes) == before
        assert not app.pacer.is_asking
        assert not app.is_holding


async def test_without_answers_it_goes_on(pictures: list[Picture]) -> None:
    app = _Host(LineKind(is_far=True, rate=20_000))
    async with app.run_test(size=(80, 25)) as pilot:
        app.ask_for(pictures[0])
        await _until(pilot, lambda: "one.png" in app.told)
        assert app.asked == 0


async def test_a_screen_that_is_repainted_comes_in_bands_too(pictures: list[Picture]) -> None:
    app = _Host(LineKind(is_far=True, answers_tell=True, rate=4_000))
    async with app.run_test(size=(80, 25)) as pilot:
        app.ask_for(pictures[0])
        await _whole(app, pilot, "one.png")
        await pilot.pause(0.3)
        before = len(app.writes)
        app.paint_anew()
        await _until(pilot, lambda: len(app.writes) > before and app.pacer.is_asking)
        assert "one.png" in "".join(app.writes[before:])
        assert not app.view.canvas.is_whole
        app.told.clear()
        async with asyncio.timeout(20):
            while not app.view.canvas.is_whole:
                if app.pacer.is_asking:
                    app.acknowledged()
                await pilot.pause(0.01)


async def test_a_screen_that_is_as_it_was_is_painted_over_what_came_between(
    pictures: list[Picture],
) -> None:
    app = _Host(LineKind())
    async with app.run_test(size=(80, 25)) as pilot:
        for words in ("first words", "other words", "first words"):
            app.words.show(words)
            if words == "first words":
                app.screen.refresh()
            await pilot.pause(0.1)
        said = "".join(app.writes)
        assert said.rindex("first words") > said.rindex("other words")


async def test_a_terminal_that_was_resized_there_and_back_is_painted_anew(
    pictures: list[Picture],
) -> None:
    app = _Host(LineKind())
    async with app.run_test(size=(80, 25)) as pilot:
        app.ask_for(pictures[0])
        await _until(pilot, lambda: "one.png" in app.told)
        await pilot.pause(0.1)
        app.writes.clear()
        for size in (Size(60, 20), Size(80, 25)):
            app.post_message(Resize(size, size))
        await pilot.pause(0.3)
        said = "".join(app.writes)
        assert "one.png" in said
        assert "▀" in said


async def test_no_picture_waits_under_new_words_for_what_a_guessed_line_brings(
    pictures: list[Picture],
) -> None:
    app = _Host(LineKind(is_far=True, rate=500_000, is_guess=True))
    async with app.run_test(size=(80, 25)) as pilot:
        app.ask_for(pictures[0])
        await _until(pilot, lambda: "one.png" in app.told)
        app.view.prefetch(pictures[1:])
        await pilot.pause(0.5)
        app.writes.clear()
        app.ask_for(pictures[1])
        await _until(pilot, lambda: "two.png" in app.told)
        assert "\x1b[B" in app.writes[0][: app.writes[0].index("two.png")], "one.png is left"
        app.writes.clear()
        app.ask_for(pictures[2])
        await _until(pilot, lambda: "three.png" in app.told)
        assert app.writes[0].startswith("\x1b[1;1Hthree.png"), "little has changed"
