"""Sextants and octants: every pattern is the right character, every cell the right colours."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from camtrap_tui.services.cell_marks import Mark
from camtrap_tui.services.mosaics import DOTS, GLYPHS, encode_span, two_colored
from tests.ansi import Color, cells

_KINDS = st.sampled_from(("sextant", "octant"))


def test_each_sextant_is_the_character_that_unicode_names() -> None:
    old = {"SPACE": 0, "FULL BLOCK": 63, "LEFT HALF BLOCK": 21, "RIGHT HALF BLOCK": 42}
    assert len(GLYPHS["sextant"]) == 64
    for pattern, glyph in enumerate(GLYPHS["sextant"]):
        name = unicodedata.name(glyph)
        digits = "" if name in old else name.removeprefix("BLOCK SEXTANT-")
        assert pattern == old.get(name, sum(1 << int(digit) - 1 for digit in digits))


# Characters older than octants, as lines of pixels from above; from the charts of Unicode 16:
# Block Elements, Symbols for Legacy Computing, and its Supplement.
_OLD = {
    " ": ".. .. .. ..",
    "█": "## ## ## ##",
    "▀": "## ## .. ..",
    "▄": ".. .. ## ##",
    "▌": "#. #. #. #.",
    "▐": ".# .# .# .#",
    "▘": "#. #. .. ..",
    "▝": ".# .# .. ..",
    "▖": ".. .. #. #.",
    "▗": ".. .. .# .#",
    "▚": "#. #. .# .#",
    "▞": ".# .# #. #.",
    "▛": "## ## #. #.",
    "▜": "## ## .# .#",
    "▙": "#. #. ## ##",
    "▟": ".# .# ## ##",
    "▂": ".. .. .. ##",
    "▆": ".. ## ## ##",
    "\U0001fb82": "## .. .. ..",
    "\U0001fb85": "## ## ## ..",
    "\U0001fbe6": ".. #. #. ..",
    "\U0001fbe7": ".. .# .# ..",
    "\U0001cea8": "#. .. .. ..",
    "\U0001ceab": ".# .. .. ..",
    "\U0001cea3": ".. .. .. #.",
    "\U0001cea0": ".. .. .. .#",
}
# Some of Unicode 16's BLOCK OCTANT-…: first, last, and around what is left out.
_NEW = {
    0x1CD00: "3",
    0x1CD01: "23",
    0x1CD02: "123",
    0x1CD03: "4",
    0x1CD04: "14",
    0x1CD05: "124",
    0x1CD06: "34",
    0x1CD09: "5",
    0x1CD0A: "15",
    0x1CD18: "6",
    0x1CD35: "23456",
    0x1CD52: "167",
    0x1CD80: "58",
    0x1CDB7: "3478",
    0x1CDE4: "1345678",
    0x1CDE5: "2345678",
}


def test_octants_that_are_older_characters_are_these() -> None:
    for glyph, drawn in _OLD.items():
        bits = drawn.replace(" ", "")
        pattern = sum(1 << n for n, bit in enumerate(bits) if bit == "#")
        assert GLYPHS["octant"][pattern] == glyph


def test_all_other_octants_stand_in_the_order_of_their_patterns() -> None:
    glyphs = GLYPHS["octant"]
    assert len(set(glyphs)) == 256
    new = [ord(glyph) for glyph in glyphs if glyph not in _OLD]
    assert new == list(range(0x1CD00, 0x1CDE6))
    for code, digits in _NEW.items():
        assert glyphs[sum(1 << int(digit) - 1 for digit in digits)] == chr(code)


def _shown(row: str, kind: str) -> list[list[Color | None]]:
    """Return the pixels of each cell of a row, in the order of the pattern's bits."""
    across, down = DOTS[kind]
    shown = []
    for glyph, ink, paper in cells(row):
        pattern = GLYPHS[kind].index(glyph)
        shown.append([ink if pattern >> n & 1 else paper for n in range(across * down)])
    return shown


@st.composite
def _images(draw: st.DrawFn) -> tuple[str, int, Image.Image]:
    kind = draw(_KINDS)
    columns = draw(st.integers(1, 5))
    across, down = DOTS[kind]
    size = (columns * across, down)
    level = st.one_of(st.integers(0, 255), st.sampled_from((0, 10, 20, 200, 255)))
    count = 3 * size[0] * size[1]
    data = draw(st.lists(level, min_size=count, max_size=count))
    return kind, columns, Image.frombytes("RGB", size, bytes(data))


def _encoded(pixels: bytes, kind: str, columns: int, span: tuple[int, int], tol: int = 0) -> str:
    return encode_span(
        pixels, columns, 0, *span, dots=DOTS[kind], depth="24", tolerance=tol, marks=()
    )


@given(_images(), st.sampled_from((0, 12)))
def test_two_colours_a_cell_are_drawn_as_they_are(
    case: tuple[str, int, Image.Image], tolerance: int
) -> None:
    kind, columns, image = case
    across, down = DOTS[kind]
    pixels = two_colored(image, DOTS[kind], Image.new("L", image.size), tolerance=tolerance)
    drawn = Image.frombytes("RGB", image.size, pixels)
    shown = _shown(_encoded(pixels, kind, columns, (0, columns)), kind)
    assert len(shown) == columns
    for column, cell in enumerate(shown):
        dots = [(column * across + n % across, n // across) for n in range(across * down)]
        assert cell == [drawn.getpixel(dot) for dot in dots]
        assert len(set(cell)) <= 2


@given(_images(), st.integers(0, 5), st.integers(0, 5))
def test_a_span_is_its_part_of_the_row(
    case: tuple[str, int, Image.Image], first: int, stop: int
) -> None:
    kind, columns, image = case
    stop = min(stop, columns)
    first = min(first, stop)
    pixels = two_colored(image, DOTS[kind], Image.new("L", image.size), tolerance=12)
    whole = _shown(_encoded(pixels, kind, columns, (0, columns)), kind)
    assert _shown(_encoded(pixels, kind, columns, (first, stop)), kind) == whole[first:stop]


@pytest.mark.parametrize("kind", ["sextant", "octant"])
def test_light_and_dark_of_a_cell_keep_their_shape(kind: str) -> None:
    across, down = DOTS[kind]
    for pattern in range(1, 2 ** (across * down) - 1):
        data = b"".join(
            bytes((200, 190, 180) if pattern >> n & 1 else (20, 30, 40))
            for n in range(across * down)
        )
        image = Image.frombytes("RGB", (across, down), data)
        pixels = two_colored(image, DOTS[kind], Image.new("L", image.size), tolerance=12)
        ((glyph, ink, paper),) = cells(_encoded(pixels, kind, 1, (0, 1)))
        assert (glyph, ink, paper) == (GLYPHS[kind][pattern], (200, 190, 180), (20, 30, 40))


def test_red_is_told_from_green_of_the_same_lightness() -> None:
    red, green = bytes((180, 60, 60)), bytes((60, 118, 60))
    image = Image.frombytes("RGB", (2, 4), (red + green) * 4)
    pixels = two_colored(image, (2, 4), Image.new("L", image.size), tolerance=12)
    assert pixels == image.tobytes()


def test_the_lines_of_a_box_keep_their_colour() -> None:
    image = Image.effect_noise((2, 4), 60).convert("RGB")
    lines = Image.new("L", (2, 4))
    for y in range(4):
        image.putpixel((0, y), (95, 255, 0))
        lines.putpixel((0, y), 255)
    pixels = two_colored(image, (2, 4), lines, tolerance=12)
    assert {pixels[n : n + 3] for n in range(0, 24, 6)} == {bytes((95, 255, 0))}
    assert len({pixels[n : n + 3] for n in range(3, 24, 6)}) == 1


def test_marks_stand_among_the_cells() -> None:
    mark = Mark(1, 0, "ab", (0, 0, 0), (95, 255, 0))
    pixels = bytes(3 * 4 * 2 * 4)
    row = encode_span(pixels, 4, 0, 0, 4, dots=(2, 4), depth="256", tolerance=12, marks=[mark])
    assert [glyph for glyph, _, _ in cells(row)] == [" ", "a", "b", " "]
