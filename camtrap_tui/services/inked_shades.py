"""Pictures in the 16 colours that every colour terminal has: shades of ink on black.

Sixteen colours, dithered over half blocks, leave speckles in which no animal can be made out
at a terminal's size. A quarter, half, three quarters or the whole of each ink, one to a cell,
make 61 colours, 13 of them greys, and shapes stay whole; Linux's console has all it takes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from camtrap_tui.services.cell_colors import RESET, SIXTEEN, Rgb, ink_of_16
from camtrap_tui.services.cell_marks import Mark, around_marks

if TYPE_CHECKING:
    from PIL import Image

_SHADES = "░▒▓█"
_BLACK: Rgb = (0, 0, 0)
_GREY_INKS = (7, 8, 15)
_PAPER = "\x1b[40m"


def _shade(color: Rgb, quarters: int) -> Rgb:
    r, g, b = (level * quarters // 4 for level in color)
    return r, g, b


# What a cell can show: its colour, by glyph and the number of its ink. A full ink comes last,
# so that a grey that two inks can make is made by the darker one, with less of a pattern.
_CELLS: dict[Rgb, tuple[str, int]] = {_BLACK: (" ", 0)} | {
    _shade(SIXTEEN[number], quarters): (_SHADES[quarters - 1], number)
    for quarters in (1, 2, 3, 4)
    for number in range(1, 16)
}


def shaded(image: Image.Image, *, grey: bool) -> Image.Image:
    """Return the RGB image with the nearest colour that a cell can show for each pixel."""
    from PIL import Image

    colors = [c for c, (_, ink) in _CELLS.items() if not grey or ink in (0, *_GREY_INKS)]
    palette = Image.new("P", (1, 1))
    levels = [level for color in colors for level in color]
    palette.putpalette(levels + levels[:3] * (256 - len(colors)))
    return image.quantize(palette=palette, dither=Image.Dither.NONE).convert("RGB")


def encode_span(
    pixels: bytes, columns: int, row: int, first: int, stop: int, *, marks: Sequence[Mark]
) -> str:
    """Return cells `first` to `stop` of one row; `pixels` are `shaded`, one a cell."""
    start = 3 * row * columns

    def cells(column: int, end: int) -> str:
        return _cells(pixels[start + 3 * column : start + 3 * end])

    return around_marks(marks, first, stop, "16", cells)


def _cells(line: bytes) -> str:
    if not line:
        return ""
    # A terminal's own paper may be white.
    out = [_PAPER]
    current = 0
    for color in zip(line[::3], line[1::3], line[2::3], strict=True):
        glyph, ink = _CELLS[color]
        if ink not in (0, current):
            current = ink
            out.append(f"\x1b[{ink_of_16(ink)}m")
        out.append(glyph)
    out.append(RESET)
    return "".join(out)
