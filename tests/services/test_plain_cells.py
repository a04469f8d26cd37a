"""Pictures without colour: each dot in its place, and not one escape."""

from __future__ import annotations

import unicodedata

import pytest

from camtrap_tui.services.cell_marks import Mark
from camtrap_tui.services.plain_cells import braille, shades

# Dot numbers by column and line, as Unicode's names count them.
_NUMBERS = {(0, 0): 1, (0, 1): 2, (0, 2): 3, (1, 0): 4, (1, 1): 5, (1, 2): 6, (0, 3): 7, (1, 3): 8}


@pytest.mark.parametrize(("x", "y"), list(_NUMBERS))
def test_each_dot_is_the_one_that_unicode_names(x: int, y: int) -> None:
    dots = bytearray(4 * 8)  # two cells across, two down: the dot is in the last one
    dots[(4 + y) * 4 + 2 + x] = 255
    first, second = braille(bytes(dots), 2, 2)
    assert first == "  "
    assert second[0] == " "
    assert unicodedata.name(second[1]) == f"BRAILLE PATTERN DOTS-{_NUMBERS[x, y]}"


def test_a_bright_cell_has_all_dots() -> None:
    assert braille(bytes([255] * 8), 1, 1) == ("⣿",)


def test_shades_go_from_dark_to_bright() -> None:
    assert shades(bytes((0, 60, 128, 190, 255)), 5, 1) == (" ░▒▓█",)


def test_marks_are_bare_text() -> None:
    mark = Mark(3, 1, "cut", (0, 0, 0), (0, 0, 0))
    assert shades(bytes(10), 5, 2, marks=[mark]) == ("     ", "   cu")


def test_wrong_sizes_are_refused() -> None:
    with pytest.raises(ValueError, match="dots"):
        braille(bytes(7), 1, 1)
    with pytest.raises(ValueError, match="cells"):
        shades(bytes(7), 1, 1)
