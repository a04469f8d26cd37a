"""Turn pixels into ready-made terminal rows of half blocks, in as few bytes as the eye allows.

Every row, and every span of one, stands alone: it starts without a colour and ends with a reset,
so that it can be written without its neighbours. It holds glyphs and SGR sequences made here,
and label text that the caller has cleaned; nothing else.

A cell is two square pixels, one above the other. A colour that the terminal already has is
kept while every channel of the wanted one lies within a tolerance of it; that saves three
quarters of the bytes of an exact picture, and the eye hardly sees it.
"""

from __future__ import annotations

from collections.abc import Sequence

from camtrap_tui.services.cell_colors import CODES, RESET, Rgb
from camtrap_tui.services.cell_marks import Mark, around_marks

# Pixels that are looked at ahead when a colour is chosen.
_AHEAD = 16
# No channel lies between these bounds: the terminal has no colour yet.
NONE = (256, -1, 256, -1, 256, -1)


def encode_span(
    pixels: bytes,
    columns: int,
    row: int,
    first: int,
    stop: int,
    *,
    dots: tuple[int, int] = (1, 2),
    depth: str,
    tolerance: int,
    marks: Sequence[Mark],
) -> str:
    """Return cells `first` to `stop` of one row of RGB pixels; `marks` are those of the row.

    `depth` is a key of cell_colors.CODES; `dots` are those of a half block, always.
    """
    assert dots == (1, 2)
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


def channels(tolerance: int, depth: str) -> tuple[int, int, int]:
    """Return the tolerances of red, green and blue.

    The eye sees an error in green best and one in blue worst (their shares of luminance are
    0.59 and 0.11, ITU-R BT.601): for as many bytes, this is 1 dB nearer in luminance.
    """
    if depth == "grey":
        return tolerance, tolerance, tolerance
    return tolerance, tolerance * 4 // 5, tolerance * 8 // 5


def middle(line: Sequence[Rgb], start: int, tr: int, tg: int, tb: int) -> Rgb:
    """Return the colour to send for the pixels from `start` on.

    It is the mean of those that one colour can stand for, and within the tolerances of the
    first: a tenth of the bytes less than the first colour itself would take, and no streaks.
    """
    r0, g0, b0 = r1, g1, b1 = line[start]
    count = reds = greens = blues = 0
    for r, g, b in line[start : start + _AHEAD]:
        if r < r0:
            r0 = r
        elif r > r1:
            r1 = r
        if g < g0:
            g0 = g
        elif g > g1:
            g1 = g
        if b < b0:
            b0 = b
        elif b > b1:
            b1 = b
        if r1 - r0 > 2 * tr or g1 - g0 > 2 * tg or b1 - b0 > 2 * tb:
            break
        count += 1
        reds += r
        greens += g
        blues += b
    return near(reds // count, greens // count, blues // count, line[start], tr, tg, tb)


def near(r: int, g: int, b: int, color: Rgb, tr: int, tg: int, tb: int) -> Rgb:
    """Return the colour nearest to r, g, b that is within the tolerances of `color`."""
    s, h, c = color
    if not -tr <= r - s <= tr:
        r = s + tr if r > s else s - tr
    if not -tg <= g - h <= tg:
        g = h + tg if g > h else h - tg
    if not -tb <= b - c <= tb:
        b = c + tb if b > c else c - tb
    return r, g, b


def _cells(top: bytes, bottom: bytes, depth: str, tolerance: int) -> str:
    """Return one row of cells; the hot loop, hence spelled out and without calls that pass."""
    # f and k: lowest and highest red, green, blue that the ink and the paper may stand for.
    ink, paper = CODES[depth]
    tr, tg, tb = tols = channels(tolerance, depth)
    above = list(zip(top[::3], top[1::3], top[2::3], strict=True))
    below = list(zip(bottom[::3], bottom[1::3], bottom[2::3], strict=True))
    out: list[str] = []
    put = out.append
    fore = back = ""
    f0, f1, f2, f3, f4, f5 = k0, k1, k2, k3, k4, k5 = NONE
    for at, ((r, g, b), (s, h, c)) in enumerate(zip(above, below, strict=True)):
        if k0 <= s <= k1 and k2 <= h <= k3 and k4 <= c <= k5:
            if k0 <= r <= k1 and k2 <= g <= k3 and k4 <= b <= k5:
                put(" ")
                continue
            if f0 <= r <= f1 and f2 <= g <= f3 and f4 <= b <= f5:
                put("▀")
                continue
            r, g, b = middle(above, at, *tols)
            old, fore = fore, ink(r, g, b)
            f0, f1, f2, f3, f4, f5 = r - tr, r + tr, g - tg, g + tg, b - tb, b + tb
            put("▀" if fore == old else f"\x1b[{fore}m▀")
        elif f0 <= s <= f1 and f2 <= h <= f3 and f4 <= c <= f5:
            if k0 <= r <= k1 and k2 <= g <= k3 and k4 <= b <= k5:
                put("▄")
                continue
            if f0 <= r <= f1 and f2 <= g <= f3 and f4 <= b <= f5:
                put("█")
                continue
            r, g, b = middle(above, at, *tols)
            old, back = back, paper(r, g, b)
            k0, k1, k2, k3, k4, k5 = r - tr, r + tr, g - tg, g + tg, b - tb, b + tb
            put("▄" if back == old else f"\x1b[{back}m▄")
        elif k0 <= r <= k1 and k2 <= g <= k3 and k4 <= b <= k5:
            s, h, c = middle(below, at, *tols)
            old, fore = fore, ink(s, h, c)
            f0, f1, f2, f3, f4, f5 = s - tr, s + tr, h - tg, h + tg, c - tb, c + tb
            put("▄" if fore == old else f"\x1b[{fore}m▄")
        elif f0 <= r <= f1 and f2 <= g <= f3 and f4 <= b <= f5:
            s, h, c = middle(below, at, *tols)
            old, back = back, paper(s, h, c)
            k0, k1, k2, k3, k4, k5 = s - tr, s + tr, h - tg, h + tg, c - tb, c + tb
            put("▀" if back == old else f"\x1b[{back}m▀")
        elif -tr <= r - s <= tr and -tg <= g - h <= tg and -tb <= b - c <= tb:
            both = zip(above[at : at + _AHEAD], below[at : at + _AHEAD], strict=True)
            r, g, b = middle([color for pair in both for color in pair], 0, *tols)
            r, g, b = near(r, g, b, (s, h, c), *tols)
            old, back = back, paper(r, g, b)
            k0, k1, k2, k3, k4, k5 = r - tr, r + tr, g - tg, g + tg, b - tb, b + tb
            put(" " if back == old else f"\x1b[{back}m ")
        else:
            r, g, b = middle(above, at, *tols)
            s, h, c = middle(below, at, *tols)
            fore, back = ink(r, g, b), paper(s, h, c)
            f0, f1, f2, f3, f4, f5 = r - tr, r + tr, g - tg, g + tg, b - tb, b + tb
            k0, k1, k2, k3, k4, k5 = s - tr, s + tr, h - tg, h + tg, c - tb, c + tb
            put(f"\x1b[{fore};{back}m▀")
    return "".join(out) + RESET if out else ""
