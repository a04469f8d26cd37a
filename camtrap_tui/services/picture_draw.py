"""Make the rows of a frame from a decoded picture: contrast, boxes, colours.

A picture of infrared light has no colour, so it is drawn with xterm's grey ramp, which takes
half the bytes; its boxes keep theirs. Every box has a label in text: no meaning is by colour
alone.
"""

from __future__ import annotations

import math
import unicodedata
from typing import TYPE_CHECKING

from camtrap_tui.domain.text import clean
from camtrap_tui.services import halfblocks, plain_cells
from camtrap_tui.services.cell_marks import Mark
from camtrap_tui.services.picture_decode import Decoded, dots_of
from camtrap_tui.services.picture_views import BoxMark, Frame, Region, View

if TYPE_CHECKING:
    from PIL import Image

_Color = tuple[int, int, int]
# Colours that xterm's 256 have too, so that they look the same at either depth.
_BOX_COLORS: dict[str, _Color] = {
    "animal": (95, 255, 0),
    "human": (255, 95, 215),
    "vehicle": (95, 215, 255),
}
_OTHER: _Color = (255, 255, 95)
_NOTE: _Color = (255, 215, 0)
_BLACK: _Color = (0, 0, 0)

# Where a picture is full of detail the eye sees less of each error: there the tolerance rises,
# to come near the budget, the design's 85 KB at 155 × 58 cells. From 12 to 20, each level takes
# about a seventeenth off the bytes (measured on six daylight photos).
_BYTES_A_CELL = 9.5
_HIGHEST_TOLERANCE = 20
_LEVELS = 17
# A thumbnail's cell shows more of a picture, and a sheet of them is to take no more than one
# picture does; a level takes about a thirtieth off (measured on five daylight photos).
_THUMBNAIL_CELLS = 700
_BYTES_A_THUMBNAIL_CELL = 7.5
_HIGHEST_THUMBNAIL_TOLERANCE = 28
_THUMBNAIL_LEVELS = 30

# Share of pixels that may have a colour (a logo in the strip), and how far from the mean hue
# the others may lie, in levels of Cb and Cr.
_COLORFUL = 0.015
_SAME_HUE = 8
_NEUTRAL = 5


def draw(view: View, decoded: Decoded) -> Frame:
    """Return the frame of a view, at most its columns × rows."""
    image = decoded.image
    if image is None:
        return Frame(view, (), 0, decoded.problem)
    if view.contrast or view.depth in ("none", "shades"):
        image = _stretched(image)
    marks = _marks(view, decoded)
    match view.depth:
        case "none":
            rows = _braille(image, view, decoded, marks)
        case "shades":
            rows = _shades(image, view, decoded, marks)
        case _:
            return _halfblocks(image, view, decoded, marks)
    return Frame(view, rows, decoded.columns, decoded.problem, marks=tuple(marks))


def encode_span(frame: Frame, row: int, first: int, stop: int) -> str:
    """Return cells `first` to `stop` of a frame's row, ready to be written anywhere."""
    if not frame.pixels:
        return frame.rows[row][first:stop]
    return halfblocks.encode_span(
        frame.pixels,
        frame.width,
        row,
        first,
        stop,
        depth=frame.depth,
        tolerance=frame.tolerance,
        marks=[mark for mark in frame.marks if mark.row == row],
    )


def _halfblocks(image: Image.Image, view: View, decoded: Decoded, marks: list[Mark]) -> Frame:
    depth = view.depth
    if depth == "grey" or _is_grey(image, with_cast=depth == "256"):
        depth = "grey"
        image = image.convert("L").convert("RGB")
    image = _with_boxes(image, view, decoded.region)
    pixels = image.tobytes()
    columns, lines = decoded.columns, decoded.rows
    small = view.columns * view.rows <= _THUMBNAIL_CELLS
    budget = (_BYTES_A_THUMBNAIL_CELL if small else _BYTES_A_CELL) * columns * lines
    tolerance = halfblocks.TOLERANCE
    rows = halfblocks.encode(pixels, columns, lines, depth=depth, tolerance=tolerance, marks=marks)
    size = sum(len(row.encode()) for row in rows)
    if size > budget:
        more = math.ceil((1 - budget / size) * (_THUMBNAIL_LEVELS if small else _LEVELS))
        highest = _HIGHEST_THUMBNAIL_TOLERANCE if small else _HIGHEST_TOLERANCE
        tolerance = min(tolerance + more, highest)
        rows = halfblocks.encode(
            pixels, columns, lines, depth=depth, tolerance=tolerance, marks=marks
        )
    return Frame(
        view,
        rows,
        columns,
        decoded.problem,
        pixels,
        depth=depth,
        tolerance=tolerance,
        marks=tuple(marks),
    )


def _braille(
    image: Image.Image, view: View, decoded: Decoded, marks: list[Mark]
) -> tuple[str, ...]:
    # Dithered first, so that the lines of the boxes stay whole.
    image = _with_boxes(image.convert("1").convert("RGB"), view, decoded.region)
    pixels = image.convert("L").tobytes()
    return plain_cells.braille(pixels, decoded.columns, decoded.rows, marks=marks)


def _shades(image: Image.Image, view: View, decoded: Decoded, marks: list[Mark]) -> tuple[str, ...]:
    from PIL import Image

    image = _with_boxes(image, view, decoded.region)
    size = (decoded.columns, decoded.rows)
    pixels = image.convert("L").resize(size, Image.Resampling.BOX).tobytes()
    return plain_cells.shades(pixels, *size, marks=marks)


def _stretched(image: Image.Image) -> Image.Image:
    from PIL import ImageOps

    return ImageOps.autocontrast(image, cutoff=(0.5, 2), preserve_tone=True)


def _is_grey(image: Image.Image, *, with_cast: bool) -> bool:
    """Return whether the picture has but one hue: none, or with_cast any faint one."""
    _, *chroma = image.convert("YCbCr").split()
    allowed = _COLORFUL * image.width * image.height
    for channel in chroma:
        counts = channel.histogram()
        mean = sum(level * n for level, n in enumerate(counts)) // sum(counts)
        if abs(mean - 128) > (4 * _NEUTRAL if with_cast else _NEUTRAL):
            return False
        far = sum(n for level, n in enumerate(counts) if abs(level - mean) > _SAME_HUE)
        if far > allowed:
            return False
    return True


def _corners(box: BoxMark, region: Region, width: int, height: int) -> tuple[int, int, int, int]:
    """Return the box's outermost pixels in the region: left, top, right, bottom."""
    left = (box.x - region.x) / region.w * width
    top = (box.y - region.y) / region.h * height
    right = (box.x + box.w - region.x) / region.w * width
    bottom = (box.y + box.h - region.y) / region.h * height
    x, y = math.floor(left), math.floor(top)
    return x, y, max(x, math.ceil(right) - 1), max(y, math.ceil(bottom) - 1)


def _with_boxes(image: Image.Image, view: View, region: Region) -> Image.Image:
    if not view.boxes:
        return image
    from PIL import ImageDraw

    image = image.copy()
    pen = ImageDraw.Draw(image)
    plain = view.depth in ("none", "shades")
    for box in view.boxes:
        left, top, right, bottom = _corners(box, region, image.width, image.height)
        if plain:
            # A dark line on either side, or the white one would be lost in a bright picture.
            pen.rectangle((left - 1, top - 1, right + 1, bottom + 1), outline=_BLACK, width=3)
        color = (255, 255, 255) if plain else _BOX_COLORS.get(box.category, _OTHER)
        pen.rectangle((left, top, right, bottom), outline=color)
    return image


def _marks(view: View, decoded: Decoded) -> list[Mark]:
    """Return the boxes' labels and the note, none over another; one without room is left out."""
    across, down = dots_of(view.depth)
    columns, rows = decoded.columns, decoded.rows
    marks = []
    taken: set[tuple[int, int]] = set()
    if decoded.note:
        text = f" {decoded.note} "[:columns]
        marks.append(Mark(0, rows - 1, text, _BLACK, _NOTE))
        taken |= {(column, rows - 1) for column in range(len(text))}
    for box in view.boxes:
        text = _label(box.label)[:columns]
        left, top, right, bottom = _corners(box, decoded.region, columns * across, rows * down)
        seen = right >= 0 and bottom >= 0 and left < columns * across and top < rows * down
        if not text or not seen:
            continue
        row = min(max(top // down, 0), rows - 1)
        start = min(max(left // across, 0), columns - len(text))
        for column in range(start, columns - len(text) + 1):
            cells = {(column + n, row) for n in range(len(text))}
            if not cells & taken:
                taken |= cells
                color = _BOX_COLORS.get(box.category, _OTHER)
                marks.append(Mark(column, row, text, _BLACK, color))
                break
    return marks


def _label(text: str) -> str:
    """Return the text with every character one cell wide."""
    return "".join(
        "?"
        if unicodedata.east_asian_width(character) in "WF"
        or unicodedata.category(character)[0] == "M"
        else character
        for character in clean(text)
    )
