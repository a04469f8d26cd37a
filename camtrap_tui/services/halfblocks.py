"""Turn pixels into ready-made terminal rows of half blocks, in as few bytes as the eye allows.

Every row, and every span of one, stands alone: it starts without a colour and ends with a reset,
so that it can be written without its neighbours. It holds glyphs and SGR sequences made here,
and label text that the caller has cleaned; nothing else.

A cell is two square pixels, one above the other. A colour that the terminal already has is
kept while every channel of the wanted one lies within a tolerance of it; that saves three
quarters of the bytes of an exact picture and 0.3 dB of its quality.
"""

from __future__ import annotations

from collections.abc import Sequence

from camtrap_tui.services.cell_colors import CODES, RESET
from camtrap_tui.services.cell_marks import Mark, around_marks

TOLERANCE = 12

# No channel lies between these bounds: the terminal has no colour yet.
_NONE = (256, -1, 256, -1, 256, -1)


def encode(
    pixels: bytes,
    columns: int,
    rows: int,
    *,
    depth: str = "24",
    tolerance: int = TOLERANCE,
    marks: Sequence[Mark] = (),
) -> tuple[str, ...]:
    """Return `rows` strings that draw `columns` cells each.

    `pixels` holds columns × 2·rows pixels, RGB (three bytes each) or grey (one byte each).
    `depth` is "24" (RGB as it is), "256" (the nearest of xterm's colours) or "grey" (xterm's
    grey ramp for pixels without colour, the nearest of the 256 for others). Marks must not
    overlap. Raises ValueError when the number of bytes fits neither.
    """
    count = columns * rows * 2
    if len(pixels) == count:
        pixels = _spread(pixels)
    if len(pixels) != 3 * count:
        raise ValueError(f"{len(pixels)} bytes are not {columns} × {2 * rows} pixels.")
    placed: dict[int, list[Mark]] = {}
    for mark in marks:
        placed.setdefault(mark.row, []).append(mark)
    return tuple(
        encode_span(
            pixels,
            columns,
            row,
            0,
            columns,
            depth=depth,
            tolerance=tolerance,
            marks=placed.get(row, ()),
        )
        for row in range(rows)
    )


def encode_span(
    pixels: bytes,
    columns: int,
    row: int,
    first: int,
    stop: int,
    *,
    depth: str,
    tolerance: int,
    marks: Sequence[Mark],
) -> str:
    """Return cells `first` to `stop` of one row of RGB pixels; `marks` are those of the row."""
    above = 6 * row * columns
    below = above + 3 * columns

    def cells(start: int, end: int) -> str:
        top = pixels[above + 3 * start : above + 3 * end]
        return _cells(top, pixels[below + 3 * start : below + 3 * end], depth, tolerance)

    return around_marks(marks, first, stop, depth, cells)


def _spread(grey: bytes) -> bytes:
    rgb = bytearray(3 * len(grey))
    rgb[0::3] = rgb[1::3] = rgb[2::3] = grey
    return bytes(rgb)


def _cells(top: bytes, bottom: bytes, depth: str, tol: int) -> str:
    """Return one row of cells; the hot loop, hence spelled out and without calls that pass.

    f0 to f5 are the lowest and highest red, green and blue that the current foreground may
    stand for, k0 to k5 those of the background.
    """
    ink, paper = CODES[depth]
    out: list[str] = []
    put = out.append
    fore = back = ""
    f0, f1, f2, f3, f4, f5 = k0, k1, k2, k3, k4, k5 = _NONE
    for r, g, b, s, h, c in zip(
        top[::3], top[1::3], top[2::3], bottom[::3], bottom[1::3], bottom[2::3], strict=True
    ):
        if k0 <= s <= k1 and k2 <= h <= k3 and k4 <= c <= k5:
            if k0 <= r <= k1 and k2 <= g <= k3 and k4 <= b <= k5:
                put(" ")
                continue
            if f0 <= r <= f1 and f2 <= g <= f3 and f4 <= b <= f5:
                put("▀")
                continue
            old, fore = fore, ink(r, g, b)
            f0, f1, f2, f3, f4, f5 = r - tol, r + tol, g - tol, g + tol, b - tol, b + tol
            put("▀" if fore == old else f"\x1b[{fore}m▀")
        elif f0 <= s <= f1 and f2 <= h <= f3 and f4 <= c <= f5:
            if k0 <= r <= k1 and k2 <= g <= k3 and k4 <= b <= k5:
                put("▄")
                continue
            if f0 <= r <= f1 and f2 <= g <= f3 and f4 <= b <= f5:
                put("█")
                continue
            old, back = back, paper(r, g, b)
            k0, k1, k2, k3, k4, k5 = r - tol, r + tol, g - tol, g + tol, b - tol, b + tol
            put("▄" if back == old else f"\x1b[{back}m▄")
        elif k0 <= r <= k1 and k2 <= g <= k3 and k4 <= b <= k5:
            old, fore = fore, ink(s, h, c)
            f0, f1, f2, f3, f4, f5 = s - tol, s + tol, h - tol, h + tol, c - tol, c + tol
            put("▄" if fore == old else f"\x1b[{fore}m▄")
        elif f0 <= r <= f1 and f2 <= g <= f3 and f4 <= b <= f5:
            old, back = back, paper(s, h, c)
            k0, k1, k2, k3, k4, k5 = s - tol, s + tol, h - tol, h + tol, c - tol, c + tol
            put("▀" if back == old else f"\x1b[{back}m▀")
        elif -tol <= r - s <= tol and -tol <= g - h <= tol and -tol <= b - c <= tol:
            r, g, b = (r + s) >> 1, (g + h) >> 1, (b + c) >> 1
            old, back = back, paper(r, g, b)
            k0, k1, k2, k3, k4, k5 = r - tol, r + tol, g - tol, g + tol, b - tol, b + tol
            put(" " if back == old else f"\x1b[{back}m ")
        else:
            fore, back = ink(r, g, b), paper(s, h, c)
            f0, f1, f2, f3, f4, f5 = r - tol, r + tol, g - tol, g + tol, b - tol, b + tol
            k0, k1, k2, k3, k4, k5 = s - tol, s + tol, h - tol, h + tol, c - tol, c + tol
            put(f"\x1b[{fore};{back}m▀")
    if out:
        put(RESET)
    return "".join(out)
