"""Turn pixels into plain characters for terminals without colour; a row holds no escape at all."""

from __future__ import annotations

from collections.abc import Sequence

from camtrap_tui.services.cell_marks import Mark

# Braille's dots by their bit: three rows of two, then the fourth row, added to it later
# (Unicode 15, "Braille Patterns"). One entry a line of dots, left and right.
_DOTS = ((1, 8), (2, 16), (4, 32), (64, 128))
_BRAILLE = {value: 0x2800 + value for value in range(1, 256)} | {0: 0x20}
_SHADES = " ░▒▓█"
# One byte a character, where every byte counts; from dark to bright.
_ASCII = " .:-=+*#%@"


def braille(dots: bytes, columns: int, rows: int, *, marks: Sequence[Mark] = ()) -> tuple[str, ...]:
    """Return `rows` strings of `columns` braille characters.

    `dots` has one byte a dot, 2·columns × 4·rows of them; 0 is dark, all else bright (the
    dots are drawn in the terminal's ink, which is bright on dark).
    """
    if len(dots) != 8 * columns * rows:
        raise ValueError(f"{len(dots)} bytes are not {2 * columns} × {4 * rows} dots.")
    lines = []
    for row in range(rows):
        total = 0
        for line, (left, right) in enumerate(_DOTS):
            start = (4 * row + line) * 2 * columns
            here = dots[start : start + 2 * columns]
            # Sums of bytes as one big number: no carry, since each dot has its own bit.
            total += int.from_bytes(here[0::2].translate(_bit_table(left)))
            total += int.from_bytes(here[1::2].translate(_bit_table(right)))
        values = total.to_bytes(columns)
        lines.append(values.decode("latin-1").translate(_BRAILLE))
    return _marked(lines, marks)


def _bit_table(bit: int) -> bytes:
    return bytes([0]) + bytes([bit]) * 255


def shades(
    grey: bytes, columns: int, rows: int, *, marks: Sequence[Mark] = (), thrifty: bool = False
) -> tuple[str, ...]:
    """Return `rows` strings of `columns` characters in shades, one byte of grey each.

    Five shades, for terminals whose font has no braille, such as Linux's own console; `thrifty`
    takes ten characters of ASCII instead, a third of the bytes.
    """
    if len(grey) != columns * rows:
        raise ValueError(f"{len(grey)} bytes are not {columns} × {rows} cells.")
    ramp = _ASCII if thrifty else _SHADES
    steps = bytes(level * len(ramp) // 256 for level in range(256))
    text = grey.translate(steps).decode("latin-1").translate(dict(enumerate(ramp)))
    return _marked([text[row * columns : (row + 1) * columns] for row in range(rows)], marks)


def _marked(lines: list[str], marks: Sequence[Mark]) -> tuple[str, ...]:
    for mark in marks:
        line = lines[mark.row]
        text = mark.text[: len(line) - mark.column]
        lines[mark.row] = line[: mark.column] + text + line[mark.column + len(text) :]
    return tuple(lines)
