"""The boxes on a picture: lines in the colour of their category, each with its label in text.

No meaning is by colour alone: every box has a label, in every depth of colour.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from camtrap_tui.domain.text import clean
from camtrap_tui.services.cell_colors import SIXTEEN, Rgb, nearest_of_16
from camtrap_tui.services.cell_marks import Mark
from camtrap_tui.services.picture_decode import Decoded
from camtrap_tui.services.picture_views import BoxMark, Region, View

if TYPE_CHECKING:
    from PIL import Image

# Colours that xterm's 256 have too, so that they look the same at either depth.
_BOX_COLORS: dict[str, Rgb] = {
    "animal": (95, 255, 0),
    "human": (255, 95, 215),
    "vehicle": (95, 215, 255),
}
_OTHER: Rgb = (255, 255, 95)
_NOTE: Rgb = (255, 215, 0)
_BLACK: Rgb = (0, 0, 0)
_WHITE: Rgb = (255, 255, 255)


def _corners(box: BoxMark, region: Region, width: int, height: int) -> tuple[int, int, int, int]:
    """Return the box's outermost pixels in the region: left, top, right, bottom."""
    left = (box.x - region.x) / region.w * width
    top = (box.y - region.y) / region.h * height
    right = (box.x + box.w - region.x) / region.w * width
    bottom = (box.y + box.h - region.y) / region.h * height
    x, y = math.floor(left), math.floor(top)
    return x, y, max(x, math.ceil(right) - 1), max(y, math.ceil(bottom) - 1)


def with_boxes(
    image: Image.Image, boxes: Sequence[BoxMark], region: Region, depth: str
) -> Image.Image:
    """Return the image of a region with the lines of the boxes, for a depth of colour."""
    if not boxes:
        return image
    from PIL import ImageDraw

    image = image.copy()
    pen = ImageDraw.Draw(image)
    plain = depth in ("none", "shades")
    for box in boxes:
        left, top, right, bottom = _corners(box, region, image.width, image.height)
        if plain:
            # A dark line on either side, or the white one would be lost in a bright picture.
            pen.rectangle((left - 1, top - 1, right + 1, bottom + 1), outline=_BLACK, width=3)
        pen.rectangle((left, top, right, bottom), outline=_line_color(box, depth))
    return image


def lines_of(size: tuple[int, int], boxes: Sequence[BoxMark], region: Region) -> Image.Image:
    """Return a mask (L) of the pixels that the lines of the boxes take."""
    from PIL import Image, ImageDraw

    mask = Image.new("L", size)
    pen = ImageDraw.Draw(mask)
    for box in boxes:
        pen.rectangle(_corners(box, region, *size), outline=255)
    return mask


def _line_color(box: BoxMark, depth: str) -> Rgb:
    if depth in ("none", "shades"):
        return _WHITE
    color = _BOX_COLORS.get(box.category, _OTHER)
    return SIXTEEN[nearest_of_16(*color)] if depth == "16" else color


def marks_of(view: View, decoded: Decoded, note: str) -> list[Mark]:
    """Return the boxes' labels and the note, a gap between any two; one without room is left out.

    A label stands at its box's corner, or as near to it as there is room.
    """
    columns, rows = decoded.columns, decoded.rows
    marks = []
    taken: set[tuple[int, int]] = set()

    def put(mark: Mark) -> None:
        marks.append(mark)
        # With the cells on both sides: "1" and "2" are not to be read as twelve.
        stop = mark.column + len(mark.text) + 1
        taken.update((column, mark.row) for column in range(mark.column - 1, stop))

    if note:
        put(Mark(0, rows - 1, f" {note} "[:columns], _BLACK, _NOTE))
    for box in view.boxes:
        text = _label(box.label)[:columns]
        left, top, right, bottom = _corners(box, decoded.region, columns, rows)
        seen = right >= 0 and bottom >= 0 and left < columns and top < rows
        if not text or not seen:
            continue
        row = min(max(top, 0), rows - 1)
        start = min(max(left, 0), columns - len(text))
        for column, line in _nearest(start, row, columns - len(text) + 1, rows):
            if all((column + n, line) not in taken for n in range(len(text))):
                put(Mark(column, line, text, _BLACK, _BOX_COLORS.get(box.category, _OTHER)))
                break
    return marks


def _nearest(column: int, row: int, columns: int, rows: int) -> Iterator[tuple[int, int]]:
    """Give all places: those of the row to the right, then to the left, then of the next rows."""
    for line in (*range(row, rows), *range(row - 1, -1, -1)):
        for at in (*range(column, columns), *range(column - 1, -1, -1)):
            yield at, line


def _label(text: str) -> str:
    """Return the text with every character one cell wide."""
    return "".join(
        "?"
        if unicodedata.east_asian_width(character) in "WF"
        or unicodedata.category(character)[0] == "M"
        else character
        for character in clean(text)
    )
