"""A test card of the blocks that pictures can be made of: a ring of each kind.

No terminal tells which glyphs its font has. A person sees it: the ring is whole and even where
they are there, and full of gaps, stripes or question marks where they are not.
"""

from __future__ import annotations

from camtrap_tui.services.mosaics import DOTS, GLYPHS

# Cells: as wide as high, where a cell is twice as high as wide.
COLUMNS, ROWS = 12, 6
_HALVES = (" ", "▀", "▄", "█")
# Radius of the ring's edges, of half the card.
_OUTER, _INNER = 0.98, 0.55

TITLES = {
    "half": "half: 2 pixels a cell, every terminal",
    "sextant": "sextant: 6 pixels a cell, since Unicode 13",
    "octant": "octant: 8 pixels a cell, since Unicode 16",
}


def card(kind: str) -> tuple[str, ...]:
    """Return the ring in one kind of blocks (config.BLOCKS): ROWS lines of COLUMNS cells."""
    across, down = DOTS.get(kind, (1, 2))
    glyphs = GLYPHS.get(kind, _HALVES)
    return tuple(
        "".join(glyphs[_pattern(column, row, across, down)] for column in range(COLUMNS))
        for row in range(ROWS)
    )


def _pattern(column: int, row: int, across: int, down: int) -> int:
    bits = 0
    for dot in range(across * down):
        x = (column + (dot % across + 0.5) / across) / COLUMNS * 2 - 1
        y = (row + (dot // across + 0.5) / down) / ROWS * 2 - 1
        if _INNER <= (x * x + y * y) ** 0.5 <= _OUTER:
            bits |= 1 << dot
    return bits
