"""Turn pixels into terminal rows of sextants (2 × 3 pixels a cell) or octants (2 × 4).

A cell has but two colours, ink and paper, for its six or eight pixels: they are split where
they differ most, by lightness or from red to green. Rows stand alone, as those of halfblocks.

Sextants are Unicode 13's, octants Unicode 16's; patterns that are older characters (halves,
quadrants, quarters) have no new ones and are drawn with those.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from typing import TYPE_CHECKING

from camtrap_tui.services.cell_colors import CODES, RESET, Rgb
from camtrap_tui.services.cell_marks import Mark, around_marks
from camtrap_tui.services.halfblocks import NONE, channels, middle

if TYPE_CHECKING:
    from PIL import Image

# Pixels across and down a cell.
DOTS = {"sextant": (2, 3), "octant": (2, 4)}

# Pixel n of a cell, counted from the left and from above, is bit n of its pattern.
_OLD_SEXTANTS = {0b000000: " ", 0b010101: "▌", 0b101010: "▐", 0b111111: "█"}
_OLD_OCTANTS = {
    0b00000000: " ",
    0b11111111: "█",
    0b00001111: "▀",
    0b11110000: "▄",
    0b01010101: "▌",
    0b10101010: "▐",
    0b00000101: "▘",
    0b00001010: "▝",
    0b01010000: "▖",
    0b10100000: "▗",
    0b10100101: "▚",
    0b01011010: "▞",
    0b01011111: "▛",
    0b10101111: "▜",
    0b11110101: "▙",
    0b11111010: "▟",
    0b11000000: "▂",
    0b11111100: "▆",
    0b00000011: "\U0001fb82",  # upper one quarter block
    0b00111111: "\U0001fb85",  # upper three quarters block
    0b00010100: "\U0001fbe6",  # middle left one quarter block
    0b00101000: "\U0001fbe7",  # middle right one quarter block
    0b00000001: "\U0001cea8",  # left half upper one quarter block
    0b00000010: "\U0001ceab",  # right half upper one quarter block
    0b01000000: "\U0001cea3",  # left half lower one quarter block
    0b10000000: "\U0001cea0",  # right half lower one quarter block
}


def _glyphs(count: int, old: dict[int, str], first_new: int) -> tuple[str, ...]:
    """The new characters stand in the order of their patterns, without those that are older."""
    made = []
    code = first_new
    for pattern in range(count):
        if pattern in old:
            made.append(old[pattern])
        else:
            made.append(chr(code))
            code += 1
    return tuple(made)


GLYPHS = {
    "sextant": _glyphs(64, _OLD_SEXTANTS, 0x1FB00),
    "octant": _glyphs(256, _OLD_OCTANTS, 0x1CD00),
}
_IF_ANY = [0] + [255] * 255
_KINDS = {dots: kind for kind, dots in DOTS.items()}


def two_colored(
    image: Image.Image, dots: tuple[int, int], lines: Image.Image, *, tolerance: int
) -> bytes:
    """Return the RGB pixels nearest to an image of whole cells with at most two colours a cell.

    `lines` is a mask (L, 0 or 255) of pixels that keep together and keep their colours: those
    of boxes. A cell whose two colours would lie within `tolerance` of each other gets but one.
    """
    from PIL import Image

    mask = _mask(image, dots)
    if lines.getbbox():
        crossed = lines.reduce(dots).point(_IF_ANY)
        mask = Image.composite(lines, mask, _cellwise(crossed, image.size))
    count = dots[0] * dots[1]
    ones = [pattern.bit_count() for pattern in _patterns(mask, dots)]
    above, below = [], []
    for channel in image.split():
        all_sums, sums = _sums(channel, dots), _sums(_masked(channel, mask), dots)
        pairs = [
            (a / n, (w - a) / (count - n)) if 0 < n < count else (w / count, w / count)
            for w, a, n in zip(all_sums, sums, ones, strict=True)
        ]
        above.append(bytes(round(a) for a, _ in pairs))
        below.append(bytes(round(b) for _, b in pairs))
    cells = (image.width // dots[0], image.height // dots[1])
    inks, papers = (
        Image.merge("RGB", [Image.frombytes("L", cells, plane) for plane in planes])
        for planes in (above, below)
    )
    whole = image.reduce(dots)
    near = _is_near(inks, papers, tolerance)
    inks, papers = (Image.composite(whole, colors, near) for colors in (inks, papers))
    inks, papers = (_cellwise(colors, image.size) for colors in (inks, papers))
    return Image.composite(inks, papers, mask).tobytes()


def _is_near(one: Image.Image, other: Image.Image, tolerance: int) -> Image.Image:
    from PIL import ImageChops

    red, green, blue = ImageChops.difference(one, other).split()
    most = ImageChops.lighter(ImageChops.lighter(red, green), blue)
    return most.point([255 if level < tolerance else 0 for level in range(256)])


def _mask(image: Image.Image, dots: tuple[int, int]) -> Image.Image:
    """Return which pixels take the ink: above the middle between a cell's two groups."""
    from PIL import Image, ImageChops

    light = image.convert("L")
    red = image.convert("YCbCr").getchannel("Cr")
    masks, spreads = [], []
    for plane in (light, red):
        mean = _cellwise(plane.reduce(dots), image.size)
        mask = ImageChops.subtract(plane, mean).point(_IF_ANY)
        spreads.append(ImageChops.difference(plane, mean).reduce(dots))
        masks.append(mask)
    # A mean is drawn to the larger group; the middle between two groups is not.
    ones = [pattern.bit_count() for pattern in _patterns(masks[0], dots)]
    count = dots[0] * dots[1]
    whole, above = _sums(light, dots), _sums(_masked(light, masks[0]), dots)
    middles = bytes(
        int((a / n + (w - a) / (count - n)) / 2) if 0 < n < count else int(w / count)
        for w, a, n in zip(whole, above, ones, strict=True)
    )
    cells = (image.width // dots[0], image.height // dots[1])
    middle_of = _cellwise(Image.frombytes("L", cells, middles), image.size)
    masks[0] = ImageChops.subtract(light, middle_of).point(_IF_ANY)
    is_redder = ImageChops.subtract(spreads[1], spreads[0]).point(_IF_ANY)
    return Image.composite(masks[1], masks[0], _cellwise(is_redder, image.size))


def _cellwise(cells: Image.Image, size: tuple[int, int]) -> Image.Image:
    from PIL import Image

    return cells.resize(size, Image.Resampling.NEAREST)


def _masked(plane: Image.Image, mask: Image.Image) -> Image.Image:
    from PIL import Image

    return Image.composite(plane, Image.new("L", plane.size), mask)


def _sums(plane: Image.Image, dots: tuple[int, int]) -> Sequence[float]:
    """Return the sum of each cell's pixels; floats, since bytes would round the mean."""
    means = array("f", plane.convert("F").reduce(dots).tobytes())
    count = dots[0] * dots[1]
    return [mean * count for mean in means]


def _patterns(mask: Image.Image, dots: tuple[int, int]) -> bytes:
    from PIL import Image

    across, down = dots
    lines = [
        bytes(1 << (line * across + dot) for dot in range(across)) * (mask.width // across)
        for line in range(down)
    ]
    weights = Image.frombytes("L", mask.size, b"".join(lines) * (mask.height // down))
    return bytes(round(total) for total in _sums(_masked(weights, mask), dots))


def encode_span(
    pixels: bytes,
    columns: int,
    row: int,
    first: int,
    stop: int,
    *,
    dots: tuple[int, int],
    depth: str,
    tolerance: int,
    marks: Sequence[Mark],
) -> str:
    """Return cells `first` to `stop` of one row; `pixels` are `two_colored`, `marks` the row's."""
    across, down = dots
    stride = 3 * columns * across
    above = row * down * stride

    def cells(start: int, end: int) -> str:
        spans = [
            pixels[above + n * stride + 3 * across * start : above + n * stride + 3 * across * end]
            for n in range(down)
        ]
        return _cells(spans, dots, depth, tolerance)

    return around_marks(marks, first, stop, depth, cells)


def _patterned(
    lines: Sequence[bytes], dots: tuple[int, int]
) -> tuple[list[int], list[Rgb], list[Rgb]]:
    """Return each cell's pattern, ink (the brighter colour) and paper; plain cells have 0."""
    across, down = dots
    by_dot = []
    for line in lines:
        colors = list(zip(line[::3], line[1::3], line[2::3], strict=True))
        by_dot += [colors[dot::across] for dot in range(across)]
    count = across * down
    full = (1 << count) - 1
    bits = [1 << dot for dot in range(count)]
    patterns, inks, papers = [], [], []
    for cell in zip(*by_dot, strict=True):
        paper = ink = cell[0]
        pattern = 0
        if cell.count(paper) < count:
            for bit, color in zip(bits, cell, strict=True):
                if color != paper:
                    pattern |= bit
                    ink = color
            if sum(ink) < sum(paper):
                ink, paper, pattern = paper, ink, pattern ^ full
        patterns.append(pattern)
        inks.append(ink)
        papers.append(paper)
    return patterns, inks, papers


def _cells(lines: Sequence[bytes], dots: tuple[int, int], depth: str, tolerance: int) -> str:
    """Return one row of cells: as in halfblocks, colours are kept while they are near enough."""
    glyphs = GLYPHS[_KINDS[dots]]
    full = len(glyphs) - 1
    tr, tg, tb = tols = channels(tolerance, depth)
    to_ink, to_paper = CODES[depth]
    patterns, inks, papers = _patterned(lines, dots)
    out: list[str] = []
    put = out.append
    fore = back = ""
    f0, f1, f2, f3, f4, f5 = k0, k1, k2, k3, k4, k5 = NONE
    for at, (pattern, (r, g, b), (s, h, c)) in enumerate(zip(patterns, inks, papers, strict=True)):
        on_paper = k0 <= s <= k1 and k2 <= h <= k3 and k4 <= c <= k5
        if not pattern:
            if on_paper:
                put(" ")
            elif f0 <= s <= f1 and f2 <= h <= f3 and f4 <= c <= f5:
                put("█")
            else:
                s, h, c = middle(papers, at, *tols)
                old, back = back, to_paper(s, h, c)
                k0, k1, k2, k3, k4, k5 = s - tr, s + tr, h - tg, h + tg, c - tb, c + tb
                put(" " if back == old else f"\x1b[{back}m ")
            continue
        if on_paper and f0 <= r <= f1 and f2 <= g <= f3 and f4 <= b <= f5:
            put(glyphs[pattern])
            continue
        swapped = k0 <= r <= k1 and k2 <= g <= k3 and k4 <= b <= k5
        if f0 <= s <= f1 and f2 <= h <= f3 and f4 <= c <= f5:
            if swapped:
                put(glyphs[pattern ^ full])
                continue
            # The paper's colour is the terminal's ink: only its paper has to be changed.
            r, g, b = middle(inks, at, *tols)
            old, back = back, to_paper(r, g, b)
            k0, k1, k2, k3, k4, k5 = r - tr, r + tr, g - tg, g + tg, b - tb, b + tb
            glyph = glyphs[pattern ^ full]
            put(glyph if back == old else f"\x1b[{back}m{glyph}")
        elif swapped:
            s, h, c = middle(papers, at, *tols)
            old, fore = fore, to_ink(s, h, c)
            f0, f1, f2, f3, f4, f5 = s - tr, s + tr, h - tg, h + tg, c - tb, c + tb
            glyph = glyphs[pattern ^ full]
            put(glyph if fore == old else f"\x1b[{fore}m{glyph}")
        else:
            codes = []
            if not (f0 <= r <= f1 and f2 <= g <= f3 and f4 <= b <= f5):
                r, g, b = middle(inks, at, *tols)
                old, fore = fore, to_ink(r, g, b)
                f0, f1, f2, f3, f4, f5 = r - tr, r + tr, g - tg, g + tg, b - tb, b + tb
                codes += [fore] if fore != old else []
            if not on_paper:
                s, h, c = middle(papers, at, *tols)
                old, back = back, to_paper(s, h, c)
                k0, k1, k2, k3, k4, k5 = s - tr, s + tr, h - tg, h + tg, c - tb, c + tb
                codes += [back] if back != old else []
            put(f"\x1b[{';'.join(codes)}m{glyphs[pattern]}" if codes else glyphs[pattern])
    return "".join(out) + RESET if out else ""
