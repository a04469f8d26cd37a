"""What of a picture is to be seen, and where it falls on the screen; pure geometry.

Positions in a picture are relative, 0 to 1 from its top left corner, after it was turned as its
EXIF says. A cell of the terminal counts as twice as high as wide.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from camtrap_tui.services.cell_marks import Mark

MARGIN = 0.20
# A smaller part would be drawn from a handful of pixels: colours without a shape.
_SMALLEST = 0.04
# The levels of `View.thrift`: the last one is the coarse pass.
MOST_THRIFT = 4
# Finer blocks than halves take four bytes a cell before any colour.
MOST_MOSAIC_THRIFT = 1


@dataclass(frozen=True, slots=True)
class Region:
    """A part of the picture: left, top, width and height, relative to it."""

    x: float
    y: float
    w: float
    h: float


@dataclass(frozen=True, slots=True)
class BoxMark:
    """A box to be drawn: where, of what category (animal, human, vehicle), and its short label.

    The label stands as text at the box's corner, so that nothing is said by colour alone.
    """

    x: float
    y: float
    w: float
    h: float
    category: str
    label: str


@dataclass(frozen=True, slots=True)
class Picture:
    """What a screen wants to see, whatever the size it has for it."""

    path: Path | None
    boxes: tuple[BoxMark, ...] = ()
    zoom: Region | None = None
    contrast: bool = False
    before: Path | None = None


@dataclass(frozen=True, slots=True)
class View:
    """A picture as it is to be drawn: in `columns` × `rows` cells at a colour depth.

    `depth` is "24", "256", "16", "grey", "none" (braille) or "shades" (five shades, no colour);
    `blocks` is "half", "sextant" or "octant". Each level of `thrift`, up to MOST_THRIFT, takes
    about half the bytes of the one before. `before` is the picture of the frame before, where
    the difference from it is to be seen.
    """

    path: Path | None
    columns: int
    rows: int
    zoom: Region | None = None
    boxes: tuple[BoxMark, ...] = ()
    contrast: bool = False
    depth: str = "24"
    blocks: str = "half"
    thrift: int = 0
    before: Path | None = None


@dataclass(frozen=True, slots=True)
class Frame:
    """A view, drawn: ready-made rows of `width` cells, at most as many as the view has.

    `problem` is empty, or a sentence that says why there are no rows, or what is amiss with them.

    `pixels` is the picture as drawn, without its `marks`: RGB, `dots` pixels across and down a
    cell. It is empty where rows are plain text without an escape, a character a cell. `depth`
    is the key of the colours that were used (cell_colors.CODES).
    """

    view: View
    rows: tuple[str, ...]
    width: int
    problem: str = ""
    pixels: bytes = b""
    dots: tuple[int, int] = (1, 2)
    depth: str = "24"
    tolerance: int = 0
    marks: tuple[Mark, ...] = ()


def dots_of(view: View) -> tuple[int, int]:
    """Return how many pixels, across and down, one cell of a view is decoded to."""
    if view.depth == "none" and not view.thrift:
        return (2, 4)
    if view.depth in ("none", "shades", "16") or view.thrift > MOST_MOSAIC_THRIFT:
        return (1, 2)
    return {"half": (1, 2), "sextant": (2, 3), "octant": (2, 4)}[view.blocks]


def fitted(width: float, height: float, columns: int, rows: int) -> tuple[int, int]:
    """Return columns and rows of the largest whole picture of this shape, at least 1 × 1."""
    scale = min(columns / width, 2 * rows / height)
    return (
        min(columns, max(1, round(width * scale))),
        min(rows, max(1, round(height * scale / 2))),
    )


def zoomed(region: Region, width: int, height: int, columns: int, rows: int) -> Region:
    """Return what to show for a zoom to `region` of a picture of width × height pixels.

    The region gets a margin, then grows to the shape of the pane, so that no cell is wasted, and
    is moved, or at last cut, to lie within the picture.
    """
    w = max(region.w * (1 + MARGIN), _SMALLEST)
    h = max(region.h * (1 + MARGIN), _SMALLEST)
    shape = columns / (2 * rows) * height / width
    if w < h * shape:
        w = h * shape
    else:
        h = w / shape
    w, h = min(w, 1.0), min(h, 1.0)
    x = region.x + region.w / 2 - w / 2
    y = region.y + region.h / 2 - h / 2
    return Region(min(max(x, 0.0), 1.0 - w), min(max(y, 0.0), 1.0 - h), w, h)


def unturned(region: Region, orientation: int) -> Region:
    """Return where a region of the turned picture lies in the picture as it is stored.

    `orientation` is EXIF's tag 274 (Exif 2.32, section 4.6.4), 1 to 8.
    """
    x, y, w, h = region.x, region.y, region.w, region.h
    right, below = 1.0 - x - w, 1.0 - y - h
    match orientation:
        case 2:
            return Region(right, y, w, h)
        case 3:
            return Region(right, below, w, h)
        case 4:
            return Region(x, below, w, h)
        case 5:
            return Region(y, x, h, w)
        case 6:
            return Region(y, right, h, w)
        case 7:
            return Region(below, right, h, w)
        case 8:
            return Region(below, x, h, w)
        case _:
            return region
