"""What the picture relies on inside Textual; a failure here names what Textual has changed."""

from __future__ import annotations

import inspect

from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual import _compositor
from textual.strip import Strip
from textual.widget import Widget

from camtrap_tui.services.cell_marks import Mark
from camtrap_tui.services.halfblocks import encode_span
from camtrap_tui.tui.textual_inside import AnsiStrip, segments_of
from tests.ansi import cells

_PIXELS = bytes(range(0, 240, 2)) * 2
_MARK = Mark(3, 0, "1", (0, 0, 0), (95, 255, 0))
_ROW = encode_span(_PIXELS, 20, 0, 0, 20, depth="24", tolerance=12, marks=[_MARK])


def _strip(before: int = 2, after: int = 3) -> AnsiStrip:
    pad = Style(bgcolor="#102030")
    return AnsiStrip(
        _ROW, 20, Strip([Segment(" " * before, pad)]), Strip([Segment(" " * after, pad)])
    )


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
    console = Console(color_system="truecolor", force_terminal=True)
    assert _ROW in strip.render(console)
    assert cells(strip.render(console))[2:22] == cells(_ROW)
    assert strip._pieces is None, "Textual looks at the segments of uncut strips"


def test_cut_rows_show_the_same_cells() -> None:
    console = Console(color_system="truecolor", force_terminal=True)
    whole = cells(_strip().render(console))
    for left, right in ((0, 1), (1, 9), (5, 6), (2, 22), (10, 25)):
        cut = _strip().crop(left, right)
        assert cut.cell_length == right - left
        assert cells(cut.render(console)) == whole[left:right]
    pieces = _strip().divide([4, 11, 25])
    assert [cell for piece in pieces for cell in cells(piece.render(console))] == whole


def test_segments_of_every_depth_are_what_the_row_shows() -> None:
    console = Console(color_system="truecolor", force_terminal=True)
    for depth in ("24", "256", "grey"):
        row = encode_span(_PIXELS, 20, 0, 0, 20, depth=depth, tolerance=12, marks=[_MARK])
        strip = Strip(segments_of(row))
        assert cells(strip.render(console)) == cells(row)


def test_segments_of_finer_blocks_and_of_16_colours_are_what_the_row_shows() -> None:
    console = Console(color_system="truecolor", force_terminal=True)
    rows = ["\x1b[38;2;9;8;7;48;5;238m\U0001fb12\U0001cd3a▛\x1b[0m", "\x1b[31m░\x1b[97m▒\x1b[0m "]
    for row in rows:
        strip = Strip(segments_of(row))
        assert strip.cell_length == 3
        glyphs = [glyph for glyph, _, _ in cells(row)]
        assert [glyph for glyph, _, _ in cells(strip.render(console))] == glyphs
        colors = [(s.style.color, s.style.bgcolor) for s in strip if s.style]
        assert colors[0] != (None, None)


def test_text_and_width_are_those_of_the_cells() -> None:
    strip = _strip()
    assert strip.text == "  " + "".join(glyph for glyph, _, _ in cells(_ROW)) + "   "
    assert bool(strip)
    assert Strip.join([strip, Strip.blank(2)]).cell_length == 27
