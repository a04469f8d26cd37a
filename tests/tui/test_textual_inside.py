"""What the picture relies on inside Textual; a failure here names what Textual has changed."""

from __future__ import annotations

import inspect
from typing import Any

from rich.console import Console
from rich.style import Style
from textual import _compositor
from textual.app import App, ComposeResult
from textual.drivers._writer_thread import WriterThread
from textual.drivers.linux_driver import LinuxDriver
from textual.screen import Screen
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Static

from camtrap_tui.services.cell_marks import Mark
from camtrap_tui.services.halfblocks import encode_span
from camtrap_tui.tui.textual_inside import (
    AnsiStrip,
    WritingApp,
    ask_for_paint,
    is_covered,
    is_laid_out,
    segments_of,
)
from tests.ansi import cells

_PIXELS = bytes(range(0, 240, 2)) * 2
_MARK = Mark(3, 0, "1", (0, 0, 0), (95, 255, 0))
_ROW = encode_span(_PIXELS, 20, 0, 0, 20, depth="24", tolerance=12, marks=[_MARK])
_CONSOLE = Console(color_system="truecolor", force_terminal=True)


def _strip(before: int = 2, after: int = 3) -> AnsiStrip:
    pad = Style(bgcolor="#102030")
    return AnsiStrip(before + 20 + after, pad, lambda: (before, 20, _ROW))


def test_textual_still_asks_widgets_for_rows_by_render_lines() -> None:
    source = inspect.getsource(_compositor.Compositor._get_renders)
    assert "widget.render_lines(" in source, "the compositor no longer calls render_lines"
    assert list(inspect.signature(Widget.render_lines).parameters) == ["self", "crop"]


def test_textual_still_writes_strips_by_render() -> None:
    for update in (_compositor.ChopsUpdate, _compositor.LayoutUpdate):
        source = inspect.getsource(update.render_segments)
        assert "strip.render(console)" in source, f"{update.__name__} no longer calls render"


def test_textual_still_keeps_a_strips_segments_where_we_put_them() -> None:
    assert "_segments" in Strip.__slots__, "Strip no longer has _segments"
    assert "_render_cache" in Strip.__slots__, "Strip no longer has _render_cache"


def test_a_whole_row_is_written_verbatim_and_not_taken_apart() -> None:
    strip = _strip()
    assert strip.cell_length == 25
    assert strip.divide([25])[0] is strip, "Textual cuts strips that need no cut"
    assert strip.crop(0, 25) is strip
    assert strip.render(_CONSOLE) == f"  {_ROW}   "
    assert strip._pieces is None, "Textual looks at the segments of uncut strips"


def test_wide_blanks_are_told_by_their_number() -> None:
    assert _strip(30, 9).render(_CONSOLE) == f"\x1b[30X\x1b[30C{_ROW}{' ' * 9}"


def test_a_row_is_what_it_is_when_it_is_written() -> None:
    rows = [(0, 4, "old!")]
    strip = AnsiStrip(4, Style(), lambda: rows[-1])
    rows.append((0, 4, "new!"))
    assert strip.render(_CONSOLE) == "new!"


def test_cut_rows_show_the_same_cells() -> None:
    row = cells(_ROW)
    whole = [(" ", None, (16, 32, 48))] * 2 + row + [(" ", None, (16, 32, 48))] * 3
    for left, right in ((0, 1), (1, 9), (5, 6), (2, 22), (10, 25)):
        cut = _strip().crop(left, right)
        assert cut.cell_length == right - left
        assert cells(cut.render(_CONSOLE)) == whole[left:right]
    pieces = _strip().divide([4, 11, 25])
    assert [cell for piece in pieces for cell in cells(piece.render(_CONSOLE))] == whole


def test_segments_of_every_depth_are_what_the_row_shows() -> None:
    for depth in ("24", "256", "grey"):
        row = encode_span(_PIXELS, 20, 0, 0, 20, depth=depth, tolerance=12, marks=[_MARK])
        strip = Strip(segments_of(row))
        assert cells(strip.render(_CONSOLE)) == cells(row)


def test_segments_of_finer_blocks_and_of_16_colours_are_what_the_row_shows() -> None:
    rows = ["\x1b[38;2;9;8;7;48;5;238m\U0001fb12\U0001cd3a▛\x1b[0m", "\x1b[31m░\x1b[97m▒\x1b[0m "]
    for row in rows:
        strip = Strip(segments_of(row))
        assert strip.cell_length == 3
        glyphs = [glyph for glyph, _, _ in cells(row)]
        assert [glyph for glyph, _, _ in cells(strip.render(_CONSOLE))] == glyphs
        colors = [(s.style.color, s.style.bgcolor) for s in strip if s.style]
        assert colors[0] != (None, None)


def test_text_and_width_are_those_of_the_cells() -> None:
    strip = _strip()
    assert strip.text == "  " + "".join(glyph for glyph, _, _ in cells(_ROW)) + "   "
    assert bool(strip)
    assert Strip.join([strip, Strip.blank(2)]).cell_length == 27


def test_textual_still_writes_by_what_writing_is_hooked_into() -> None:
    assert list(inspect.signature(App._display).parameters) == ["self", "screen", "renderable"]
    display = inspect.getsource(App._display)
    assert "renderable.render_segments(console)" in display, "_display writes otherwise"
    assert "if self._batch_count:\n                return" in display, "batches are kept otherwise"
    refresh = inspect.getsource(Screen._compositor_refresh)
    assert "app._display(self, update)" in refresh, "paints no longer go through _display"
    assert "self._batch_count += 1" in inspect.getsource(App._begin_batch)


def test_the_drivers_writer_still_has_the_queue_that_is_looked_at() -> None:
    assert "self._writer_thread = WriterThread(" in inspect.getsource(
        LinuxDriver.start_application_mode
    )
    assert "self._queue" in inspect.getsource(WriterThread.write)


class _Host(WritingApp):
    """Notes what is written."""

    CSS = """
    Screen { layers: base over; }
    #over { layer: over; offset: 3 1; width: 4; height: 1; display: none; }
    """

    def __init__(self) -> None:
        super().__init__()
        self.writes: list[tuple[str, bool]] = []

    def compose(self) -> ComposeResult:
        yield Static("below", id="below")
        yield Static("over", id="over")

    def composed(self, words: Any, *, is_whole: bool) -> str:
        self.writes.append((words(), is_whole))
        return self.writes[-1][0]


async def test_what_is_written_is_known_and_whether_it_is_the_whole_screen() -> None:
    app = _Host()
    async with app.run_test(size=(20, 4)) as pilot:
        await pilot.pause(0.1)
        assert app.writes[0][1], "the first paint is not a LayoutUpdate"
        app.writes.clear()
        app.query_one("#below", Static).update("other", layout=False)
        await pilot.pause()
        assert [("other" in text, whole) for text, whole in app.writes] == [(True, False)]
        app.writes.clear()
        app.screen.refresh()
        await pilot.pause()
        assert [whole for _, whole in app.writes] == [True]


async def test_a_paint_that_was_asked_for_comes_alone_or_with_what_has_changed() -> None:
    app = _Host()
    async with app.run_test(size=(20, 4)) as pilot:
        await pilot.pause(0.1)
        below = app.query_one("#below", Static)
        app.writes.clear()
        ask_for_paint(below)
        await pilot.pause()
        assert app.writes == [("", False)]
        app.writes.clear()
        below.update("other", layout=False)
        ask_for_paint(below)
        await pilot.pause()
        assert ["other" in text for text, _ in app.writes] == [True]


async def test_nothing_is_written_while_it_is_held_and_nothing_is_lost() -> None:
    app = _Host()
    async with app.run_test(size=(20, 4)) as pilot:
        app.writes.clear()
        app.hold()
        app.hold()
        below = app.query_one("#below", Static)
        for words in ("one", "two"):
            below.update(words)
            await pilot.pause()
        app.screen.refresh(layout=True)
        await pilot.pause()
        assert app.writes == []
        app.release()
        app.release()
        await pilot.pause()
        assert "two" in "".join(text for text, _ in app.writes)
        assert "one" not in "".join(text for text, _ in app.writes)
        assert app._batch_count == 0


async def test_a_widget_under_another_one_is_told_as_covered() -> None:
    app = _Host()
    async with app.run_test(size=(20, 4)) as pilot:
        over, below = app.query_one("#over"), app.query_one("#below")
        below.styles.height = 3
        await pilot.pause()
        assert not is_covered(below)
        assert not is_laid_out(over)
        over.display = True
        await pilot.pause()
        assert is_covered(below)
        assert is_laid_out(over)
