"""A terminal in thirty lines: what a row of SGR sequences and glyphs shows, cell by cell."""

from __future__ import annotations

import re
from collections.abc import Sequence

from camtrap_tui.services.cell_colors import SIXTEEN

Color = tuple[int, int, int]
Cell = tuple[str, Color | None, Color | None]

_PIECE = re.compile(r"\x1b\[([0-9;]*)m|([^\x1b\x00-\x1f\x7f-\x9f])")


def indexed(number: int) -> Color:
    """Return the colour of xterm's palette, 16 to 255."""
    if number >= 232:
        return (8 + 10 * (number - 232),) * 3
    levels = (0, 95, 135, 175, 215, 255)
    number -= 16
    return levels[number // 36], levels[number // 6 % 6], levels[number % 6]


def cells(row: str) -> list[Cell]:
    """Return glyph, ink and paper of each cell; fails on anything but glyphs and SGR."""
    shown: list[Cell] = []
    colors: dict[int, Color | None] = {38: None, 48: None}
    at = 0
    while at < len(row):
        piece = _PIECE.match(row, at)
        assert piece, f"not a glyph or SGR sequence: {row[at : at + 20]!r}"
        at = piece.end()
        if piece[2]:
            shown.append((piece[2], colors[38], colors[48]))
            continue
        codes = [int(code) for code in piece[1].split(";")]
        while codes:
            match codes:
                case [0, *codes]:
                    colors = {38: None, 48: None}
                case [39 | 49 as which, *codes]:
                    colors[which - 1] = None
                case [38 | 48 as which, 2, r, g, b, *codes]:
                    colors[which] = (r, g, b)
                case [38 | 48 as which, 5, number, *codes]:
                    colors[which] = indexed(number)
                case [number, *codes] if number // 10 in (3, 4, 9, 10) and number % 10 < 8:
                    which = 38 if number // 10 in (3, 9) else 48
                    colors[which] = SIXTEEN[number % 10 + 8 * (number >= 90)]
                case _:
                    raise AssertionError(f"unexpected SGR {codes}")
    assert colors == {38: None, 48: None}, "the row leaves a colour behind"
    return shown


def pixels(rows: Sequence[str]) -> list[list[Color | None]]:
    """Return the pixels that rows of half blocks show, two lines a row."""
    lines: list[list[Color | None]] = []
    for row in rows:
        top: list[Color | None] = []
        bottom: list[Color | None] = []
        for glyph, ink, paper in cells(row):
            top.append(ink if glyph in "▀█" else paper)
            bottom.append(ink if glyph in "▄█" else paper)
        lines += [top, bottom]
    return lines
