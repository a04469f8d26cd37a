"""The pane shows the picture it was last asked for, or none; and sends nothing needlessly."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from rich.console import Console
from textual.app import ComposeResult
from textual.pilot import Pilot
from textual.widgets import Static

from camtrap_tui.services import picture_decode
from camtrap_tui.services.picture_decode import Decoded
from camtrap_tui.services.pictures import BoxMark, Picture, Region, View
from camtrap_tui.tui.image_view import ImageView
from camtrap_tui.tui.painter import PaintingApp
from tests.ansi import cells

# Strips keep what they were first written as: one console, whatever terminal runs the tests.
_CONSOLE = Console(color_system="truecolor", force_terminal=True)
_RED, _BLUE = (200, 30, 30), (30, 30, 200)


class _Host(PaintingApp):
    """A line of words above a picture; notes what is written and what the picture says."""

    CSS = """
    #words { height: 1; }
    #over { layer: over; offset: 10 5; width: 7; height: 3; display: none; }
    Screen { layers: base over; }
    """

    def __init__(self, color: str = "24") -> None:
        super().__init__()
        self.console = _CONSOLE
        self.view = ImageView(color)
        self.paints: list[str] = []
        self.said: list[tuple[str, str]] = []

    def compose(self) -> ComposeResult:
        yield Static("words", id="words")
        yield self.view
        yield Static("over it", id="over")

    def composed(self, words: Callable[[], str], *, is_whole: bool) -> str:
        # Headless, Textual writes nothing: this is what it would write.
        written = super().composed(words, is_whole=is_whole)
        if written:
            self.paints.append(written)
        return written

    def on_image_view_shown(self, message: ImageView.Shown) -> None:
        self.said.append((message.path.name, message.problem))

    def on_image_view_failed(self, message: ImageView.Failed) -> None:
        self.said.append(("", message.problem))

    def say(self, words: str) -> None:
        self.query_one("#words", Static).update(words)

    def screen_rows(self) -> list[str]:
        return [strip.render(_CONSOLE) for strip in self.screen._compositor.render_strips()]

    def screen_text(self) -> str:
        return "\n".join(
            "".join(glyph for glyph, _, _ in cells(row)).rstrip() for row in self.screen_rows()
        )


@pytest.fixture
def pictures(tmp_path: Path) -> dict[str, Picture]:
    """A red and a blue picture with some detail, and one that is not there."""
    for name, color in (("red", _RED), ("blue", _BLUE)):
        image = Image.new("RGB", (64, 48), color)
        image.paste((240, 240, 240), (20, 10, 40, 30))
        image.save(tmp_path / f"{name}.png")
    return {name: Picture(tmp_path / f"{name}.png") for name in ("red", "blue", "gone")}


async def _until(pilot: Pilot[None], true: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not true():
            await pilot.pause(0.002)
    await pilot.pause()


def _hold_back(monkeypatch: pytest.MonkeyPatch, name: str) -> threading.Event:
    """Make the decoding of one picture wait for the event."""
    gate = threading.Event()
    decode = picture_decode.decode

    def held(view: View) -> Decoded:
        if view.path is not None and view.path.stem == name:
            assert gate.wait(20)
        return decode(view)

    monkeypatch.setattr(picture_decode, "decode", held)
    return gate


async def test_a_picture_is_centred_and_written_as_it_was_made(
    pictures: dict[str, Picture],
) -> None:
    app = _Host()
    async with app.run_test(size=(40, 11)) as pilot:
        app.view.show(pictures["red"])
        await _until(pilot, lambda: bool(app.said))
        assert app.said == [("red.png", "")]
        assert app.view.shown == pictures["red"].path
        # 64 × 48 in 40 × 10 cells is 27 × 10, 6 cells to the left of it and 7 to the right.
        line = cells(app.screen_rows()[1])
        assert [paper for _, _, paper in line[6:33]] == [_RED] * 27
        assert line[5][2] == line[33][2] != _RED
        assert f"\x1b[48;2;200;30;30m{' ' * 27}\x1b[0m" in app.paints[-1]


async def test_an_unchanged_picture_sends_nothing(pictures: dict[str, Picture]) -> None:
    app = _Host()
    async with app.run_test(size=(40, 11)) as pilot:
        app.view.show(pictures["red"])
        await _until(pilot, lambda: bool(app.said))
        before = len(app.paints)
        app.view.show(Picture(pictures["red"].path))
        app.view.prefetch([pictures["blue"]])
        await pilot.pause(0.1)
        assert len(app.paints) == before
        app.say("other words")
        await pilot.pause()
        assert len(app.paints) == before + 1
        assert len(app.paints[-1]) < 500
        assert app.said == [("red.png", "")]


async def test_a_prefetched_picture_comes_in_one_paint_with_the_words(
    pictures: dict[str, Picture],
) -> None:
    app = _Host()
    async with app.run_test(size=(40, 11)) as pilot:
        app.view.show(pictures["red"])
        app.view.prefetch([pictures["blue"]])
        loader = app.view._loader
        assert loader is not None
        await _until(
            pilot, lambda: bool(app.said) and app.view._views(pictures["blue"])[1] in loader._cache
        )
        before = len(app.paints)
        app.say("blue")
        app.view.show(pictures["blue"])
        await _until(pilot, lambda: len(app.said) == 2)
        (paint,) = app.paints[before:]
        assert "blue" in paint
        assert "48;2;30;30;200m" in paint


async def test_no_picture_stands_under_another_ones_name(
    pictures: dict[str, Picture], monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = _hold_back(monkeypatch, "blue")
    app = _Host()
    async with app.run_test(size=(40, 11)) as pilot:
        app.view.show(pictures["red"])
        await _until(pilot, lambda: bool(app.said))
        before = len(app.paints)
        app.say("blue")
        app.view.show(pictures["blue"])
        await pilot.pause()
        assert app.view.shown is None
        assert len(app.paints) == before + 1  # the words and the blank pane, together
        assert "2;200;30;30m" not in "".join(app.screen_rows())
        gate.set()
        await _until(pilot, lambda: len(app.said) == 2)
        assert app.said[1] == ("blue.png", "")
        assert "2;30;30;200m" in "".join(app.screen_rows())


async def test_the_same_picture_stays_until_it_is_zoomed(
    pictures: dict[str, Picture], monkeypatch: pytest.MonkeyPatch
) -> None:
    app = _Host()
    async with app.run_test(size=(40, 11)) as pilot:
        app.view.show(pictures["red"])
        await _until(pilot, lambda: bool(app.said))
        whole = app.screen_rows()
        gate = _hold_back(monkeypatch, "red")
        app.view.show(Picture(pictures["red"].path, zoom=Region(0.45, 0.35, 0.05, 0.05)))
        await pilot.pause(0.05)
        assert app.screen_rows() == whole
        gate.set()
        await _until(pilot, lambda: len(app.said) == 2)
        assert "2;200;30;30m" not in "".join(app.screen_rows())  # all white in there


async def test_a_late_picture_is_not_shown(
    pictures: dict[str, Picture], monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = _hold_back(monkeypatch, "red")
    app = _Host()
    async with app.run_test(size=(40, 11)) as pilot:
        app.view.show(pictures["red"])
        await pilot.pause()
        app.view.show(pictures["blue"])
        await _until(pilot, lambda: bool(app.said))
        gate.set()
        await pilot.pause(0.1)
        assert app.said == [("blue.png", "")]
        assert app.view.shown == pictures["blue"].path


async def test_what_lies_over_the_picture_cuts_it_right(pictures: dict[str, Picture]) -> None:
    app = _Host()
    async with app.run_test(size=(40, 11)) as pilot:
        app.view.show(pictures["red"])
        await _until(pilot, lambda: bool(app.said))
        bare = [cells(row) for row in app.screen_rows()]
        app.query_one("#over").display = True
        await pilot.pause()
        covered = [cells(row) for row in app.screen_rows()]
        for y, (one, other) in enumerate(zip(bare, covered, strict=True)):
            assert len(one) == len(other) == 40
            for x in range(40):
                if not (10 <= x < 17 and 5 <= y < 8):
                    assert one[x] == other[x], (x, y)
        assert "over it" in app.screen_text()


async def test_a_missing_picture_is_said_in_words(pictures: dict[str, Picture]) -> None:
    app = _Host()
    async with app.run_test(size=(40, 11)) as pilot:
        app.view.show(pictures["red"])
        await _until(pilot, lambda: bool(app.said))
        app.view.show(pictures["gone"])
        await _until(pilot, lambda: len(app.said) == 2)
        assert app.said[1] == ("", "gone.png is not where it was: the file is missing.")
        assert app.view.problem == app.said[1][1]
        assert "gone.png is not where it was: the" in app.screen_text()
        assert app.view.shown is None


async def test_words_instead_of_a_picture(pictures: dict[str, Picture]) -> None:
    app = _Host()
    async with app.run_test(size=(40, 11)) as pilot:
        app.view.show(pictures["red"])
        await _until(pilot, lambda: bool(app.said))
        app.view.say("No picture fits [/] this\x1b[2J filter.")
        await pilot.pause()
        assert "No picture fits [/] this�[2J filter." in app.screen_text()
        assert app.view.shown is None
        app.view.show(pictures["red"])
        await _until(pilot, lambda: len(app.said) == 2)
        assert app.view.shown == pictures["red"].path


async def test_a_new_size_is_drawn_anew(pictures: dict[str, Picture]) -> None:
    app = _Host()
    async with app.run_test(size=(40, 11)) as pilot:
        app.view.show(pictures["red"])
        await _until(pilot, lambda: bool(app.said))
        for size, width in (((60, 21), 53), ((20, 11), 20)):
            seen = len(app.said)
            await pilot.resize_terminal(*size)
            await _until(pilot, lambda seen=seen: len(app.said) > seen)  # type: ignore[misc]
            widest = max(
                sum(paper == _RED for _, _, paper in cells(row)) for row in app.screen_rows()
            )
            assert widest == width


async def test_a_hidden_pane_does_not_come_back_with_the_old_picture(
    pictures: dict[str, Picture], monkeypatch: pytest.MonkeyPatch
) -> None:
    app = _Host()
    async with app.run_test(size=(40, 11)) as pilot:
        app.view.show(pictures["red"])
        await _until(pilot, lambda: bool(app.said))
        gate = _hold_back(monkeypatch, "blue")
        app.view.display = False
        await pilot.pause()
        app.view.show(pictures["blue"])
        await pilot.pause()
        before = len(app.paints)
        app.view.display = True
        await pilot.pause(0.05)
        assert "2;200;30;30m" not in "".join(app.paints[before:])
        gate.set()
        await _until(pilot, lambda: app.view.shown == pictures["blue"].path)


async def test_without_colour_a_picture_has_no_escape(pictures: dict[str, Picture]) -> None:
    app = _Host("none")
    async with app.run_test(size=(40, 11)) as pilot:
        boxes = (BoxMark(0.3, 0.2, 0.3, 0.4, "animal", "1"),)
        app.view.show(Picture(pictures["red"].path, boxes))
        await _until(pilot, lambda: bool(app.said))
        frame = app.view.canvas.frame
        assert frame is not None
        assert "\x1b" not in "".join(frame.rows)
        assert any(0x2800 < ord(glyph) < 0x2900 for glyph in app.screen_text())


async def test_a_screenshot_has_the_picture(pictures: dict[str, Picture]) -> None:
    app = _Host()
    async with app.run_test(size=(40, 11)) as pilot:
        app.view.show(pictures["red"])
        await _until(pilot, lambda: bool(app.said))
        drawing = app.export_screenshot(simplify=True)
        assert "#c81e1e" in drawing
        assert "#f0f0f0" in drawing


async def test_leaving_the_app_leaves_no_thread(pictures: dict[str, Picture]) -> None:
    before = set(threading.enumerate())
    app = _Host()
    async with app.run_test(size=(40, 11)) as pilot:
        app.view.show(pictures["red"])
        app.view.prefetch([pictures["blue"], pictures["gone"]])
        await _until(pilot, lambda: bool(app.said))
        assert set(threading.enumerate()) - before
    left = {thread.name for thread in set(threading.enumerate()) - before}
    assert not [name for name in left if name.startswith("picture")]
