"""Turn pixels into ready-made terminal rows of half blocks, in as few bytes as the eye allows.

Every row stands alone: it starts without a colour and ends with a reset, so that any row can be
written without its neighbours. It holds glyphs and SGR sequences made here, and label text that
the caller has cleaned; nothing else.

A cell is two square pixels, one above the other. A colour that the terminal already has is
kept while every channel of the wanted one lies within a tolerance of it; that saves three
quarters of the bytes of an exact picture and 0.3 dB of its quality.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

TOLERANCE = 12
RESET = "\x1b[0m"

# No channel lies between these bounds: the terminal has no colour yet.
_NONE = (256, -1, 256, -1, 256, -1)


@dataclass(frozen=True, slots=True)
class Mark:
    """A text of single-width characters in place of pixels, from one cell on to the right.

    `ink` and `paper` are the RGB colours of the text and of what is behind it.
    """

    column: int
    row: int
    text: str
    ink: tuple[int, int, int]
    paper: tuple[int, int, int]


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
    code = CODES[depth]
    stride = 3 * columns
    placed: dict[int, list[Mark]] = {}
    for mark in marks:
        placed.setdefault(mark.row, []).append(mark)
    lines = []
    for row in range(rows):
        start = 2 * row * stride
        top, bottom = pixels[start : start + stride], pixels[start + stride : start + 2 * stride]
        if row in placed:
            lines.append(_marked_row(top, bottom, placed[row], code, tolerance))
        else:
            lines.append(_cells(top, bottom, code, tolerance))
    return tuple(lines)


def _spread(grey: bytes) -> bytes:
    rgb = bytearray(3 * len(grey))
    rgb[0::3] = rgb[1::3] = rgb[2::3] = grey
    return bytes(rgb)


def _marked_row(
    top: bytes, bottom: bytes, marks: list[Mark], code: Callable[[int, int, int], str], tol: int
) -> str:
    pieces = []
    column = 0
    for mark in sorted(marks, key=lambda m: m.column):
        span = slice(3 * column, 3 * mark.column)
        pieces.append(_cells(top[span], bottom[span], code, tol))
        text = mark.text[: len(top) // 3 - mark.column]
        pieces.append(f"\x1b[38;{code(*mark.ink)};48;{code(*mark.paper)}m{text}{RESET}")
        column = mark.column + len(text)
    pieces.append(_cells(top[3 * column :], bottom[3 * column :], code, tol))
    return "".join(pieces)


def _cells(top: bytes, bottom: bytes, code: Callable[[int, int, int], str], tol: int) -> str:
    """Return one row of cells; the hot loop, hence spelled out and without calls that pass.

    f0 to f5 are the lowest and highest red, green and blue that the current foreground may
    stand for, k0 to k5 those of the background.
    """
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
            old, fore = fore, code(r, g, b)
            f0, f1, f2, f3, f4, f5 = r - tol, r + tol, g - tol, g + tol, b - tol, b + tol
            put("▀" if fore == old else f"\x1b[38;{fore}m▀")
        elif f0 <= s <= f1 and f2 <= h <= f3 and f4 <= c <= f5:
            if k0 <= r <= k1 and k2 <= g <= k3 and k4 <= b <= k5:
                put("▄")
                continue
            if f0 <= r <= f1 and f2 <= g <= f3 and f4 <= b <= f5:
                put("█")
                continue
            old, back = back, code(r, g, b)
            k0, k1, k2, k3, k4, k5 = r - tol, r + tol, g - tol, g + tol, b - tol, b + tol
            put("▄" if back == old else f"\x1b[48;{back}m▄")
        elif k0 <= r <= k1 and k2 <= g <= k3 and k4 <= b <= k5:
            old, fore = fore, code(s, h, c)
            f0, f1, f2, f3, f4, f5 = s - tol, s + tol, h - tol, h + tol, c - tol, c + tol
            put("▄" if fore == old else f"\x1b[38;{fore}m▄")
        elif f0 <= r <= f1 and f2 <= g <= f3 and f4 <= b <= f5:
            old, back = back, code(s, h, c)
            k0, k1, k2, k3, k4, k5 = s - tol, s + tol, h - tol, h + tol, c - tol, c + tol
            put("▀" if back == old else f"\x1b[48;{back}m▀")
        elif -tol <= r - s <= tol and -tol <= g - h <= tol and -tol <= b - c <= tol:
            r, g, b = (r + s) >> 1, (g + h) >> 1, (b + c) >> 1
            old, back = back, code(r, g, b)
            k0, k1, k2, k3, k4, k5 = r - tol, r + tol, g - tol, g + tol, b - tol, b + tol
            put(" " if back == old else f"\x1b[48;{back}m ")
        else:
            fore, back = code(r, g, b), code(s, h, c)
            f0, f1, f2, f3, f4, f5 = r - tol, r + tol, g - tol, g + tol, b - tol, b + tol
            k0, k1, k2, k3, k4, k5 = s - tol, s + tol, h - tol, h + tol, c - tol, c + tol
            put(f"\x1b[38;{fore};48;{back}m▀")
    if out:
        put(RESET)
    return "".join(out)


# xterm's 256 colours: a cube of six levels a channel from 16 on, and from 232 on 24 greys.
_CUBE = (0, 95, 135, 175, 215, 255)
_GREYS = (0, *range(8, 239, 10), 255)
_GREY_CODES = ("5;16", *(f"5;{number}" for number in range(232, 256)), "5;231")
_GREY_OF = tuple(
    _GREY_CODES[min(range(len(_GREYS)), key=lambda n: abs(_GREYS[n] - level))]
    for level in range(256)
)
_CUBE_OF = tuple(min(range(6), key=lambda n: abs(_CUBE[n] - level)) for level in range(256))


def _true_code(r: int, g: int, b: int) -> str:
    return f"2;{r};{g};{b}"


class _Nearest(dict[int, str]):
    """The nearest of the 256 by colour of 5 bits a channel, worked out when first asked for."""

    def __missing__(self, key: int) -> str:
        r, g, b = (((key >> shift) & 31) * 255 // 31 for shift in (10, 5, 0))
        cube = _CUBE_OF[r], _CUBE_OF[g], _CUBE_OF[b]
        level = min(max((r + g + b) // 3, 8), 238)
        grey = (level - 8 + 5) // 10
        far_cube = sum((v - _CUBE[n]) ** 2 for v, n in zip((r, g, b), cube, strict=True))
        far_grey = sum((v - 8 - 10 * grey) ** 2 for v in (r, g, b))
        number = 232 + grey if far_grey < far_cube else 16 + 36 * cube[0] + 6 * cube[1] + cube[2]
        self[key] = f"5;{number}"
        return self[key]


_NEAREST = _Nearest()


def _palette_code(r: int, g: int, b: int) -> str:
    return _NEAREST[(r >> 3) << 10 | (g >> 3) << 5 | b >> 3]


def _grey_code(r: int, g: int, b: int) -> str:
    return _GREY_OF[r] if r == g == b else _palette_code(r, g, b)


CODES: dict[str, Callable[[int, int, int], str]] = {
    "24": _true_code,
    "256": _palette_code,
    "grey": _grey_code,
}
