"""Make the rows of a frame from a decoded picture: contrast, difference, boxes, colours.

A picture of infrared light has no colour, so it is drawn with xterm's grey ramp, which takes
half the bytes; its boxes keep theirs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from camtrap_tui.services import halfblocks, inked_shades, mosaics, plain_cells
from camtrap_tui.services.cell_marks import Mark
from camtrap_tui.services.picture_boxes import lines_of, marks_of, with_boxes
from camtrap_tui.services.picture_budget import level_of, within
from camtrap_tui.services.picture_decode import Decoded
from camtrap_tui.services.picture_difference import changed, highlighted, share_of
from camtrap_tui.services.picture_views import MOST_THRIFT, Frame, Region, View, dots_of

if TYPE_CHECKING:
    from PIL import Image

# Share of pixels that may have a colour (a logo in the strip), and how far from the mean hue
# the others may lie, in levels of Cb and Cr.
_COLORFUL = 0.015
_SAME_HUE = 8
_NEUTRAL = 5
_FAINT = 0.6
# Of what is seen: half a pixel at the largest terminals.
_SAME_PART = 0.005
# From this share on it is the light or the camera that changed, and not something before it.
_MUCH = 0.4


def draw(view: View, decoded: Decoded, before: Decoded | None = None) -> Frame:
    """Return the frame of a view, at most its columns × rows.

    With `before`, the frame before decoded for the same view, it shows what has changed since.
    """
    image = decoded.image
    if image is None:
        return Frame(view, (), 0, decoded.problem)
    mask = None
    note = decoded.note
    if before is not None:
        mask, said, problem = _difference(decoded, before)
        note = ", ".join(filter(None, (note, said)))
        decoded = replace(decoded, problem=" ".join(filter(None, (decoded.problem, problem))))
    # In a difference few colours do for what is bright, and what is dim is to stay so.
    if view.contrast or (mask is None and view.depth in ("none", "shades", "16")):
        image = _stretched(image)
    if mask is not None:
        image = highlighted(image, mask, grey=_is_grey(image, with_cast=True))
    marks = marks_of(view, decoded, note)
    if view.depth in ("none", "shades") or (view.depth == "16" and view.thrift):
        return _plain(image, view, decoded, marks)
    # The few coloured parts of a difference are what it is about.
    faint = mask is None
    if view.depth == "16":
        return _inked(image, view, decoded, marks, faint=faint)
    return _colored(image, view, decoded, marks, faint=faint)


def _difference(now: Decoded, before: Decoded) -> tuple[Image.Image | None, str, str]:
    """Return a mask of what has changed, if anything; a note in two words, and a problem."""
    image = now.image
    assert image is not None
    if before.image is None:
        return None, "nothing before", f"No difference: {before.problem}"
    if before.image.size != image.size or not _same_part(now.region, before.region):
        return None, "other shape", "No difference: the frame before has another shape."
    mask = changed(image, before.image)
    share = share_of(mask)
    if before.note:
        said = f"before: {before.note}"
    elif share > _MUCH:
        said = "much changed"
    else:
        said = "" if share else "no change"
    problem = f"The frame before: {before.problem}" if before.problem else ""
    return mask if share else None, said, problem


def _same_part(one: Region, other: Region) -> bool:
    """Tell whether a zoom shows the same part of two pictures: their shapes may differ."""
    pairs = zip((one.x, one.y, one.w, one.h), (other.x, other.y, other.w, other.h), strict=True)
    return all(abs(a - b) <= _SAME_PART * min(one.w, one.h) for a, b in pairs)


def encode_span(frame: Frame, row: int, first: int, stop: int) -> str:
    """Return cells `first` to `stop` of a frame's row, ready to be written anywhere."""
    if not frame.pixels:
        return frame.rows[row][first:stop]
    marks = [mark for mark in frame.marks if mark.row == row]
    if frame.dots == (1, 1):
        return inked_shades.encode_span(frame.pixels, frame.width, row, first, stop, marks=marks)
    encode = halfblocks.encode_span if frame.dots == (1, 2) else mosaics.encode_span
    return encode(
        frame.pixels,
        frame.width,
        row,
        first,
        stop,
        dots=frame.dots,
        depth=frame.depth,
        tolerance=frame.tolerance,
        marks=marks,
    )


def _colored(
    image: Image.Image, view: View, decoded: Decoded, marks: list[Mark], *, faint: bool
) -> Frame:
    """Draw in colours; a `faint` picture may do without."""
    depth = view.depth
    if depth == "grey" or (faint and _is_grey(image, with_cast=depth == "256")):
        depth = "grey"
        image = image.convert("L").convert("RGB")
    dots = dots_of(view)
    is_mosaic = dots != (1, 2)
    level = level_of(view)
    image = level.coarse(image)
    # Lines through coarse blocks would cost more than the blocks; the labels stay.
    boxes = () if view.thrift >= MOST_THRIFT - 1 else view.boxes
    image = with_boxes(image, boxes, decoded.region, depth)
    if is_mosaic:
        lines = lines_of(image.size, boxes, decoded.region)
        pixels = mosaics.two_colored(image, dots, lines, tolerance=level.tolerance)
    else:
        pixels = image.tobytes()
    columns, count = decoded.columns, decoded.rows
    by_row = [[mark for mark in marks if mark.row == row] for row in range(count)]
    encode = mosaics.encode_span if is_mosaic else halfblocks.encode_span

    def encoded(tolerance: int, numbers: Sequence[int]) -> list[str]:
        return [
            encode(
                pixels,
                columns,
                row,
                0,
                columns,
                dots=dots,
                depth=depth,
                tolerance=tolerance,
                marks=by_row[row],
            )
            for row in numbers
        ]

    rows, tolerance = within(level, columns * count, count, encoded)
    return Frame(view, rows, columns, decoded.problem, pixels, dots, depth, tolerance, tuple(marks))


def _inked(
    image: Image.Image, view: View, decoded: Decoded, marks: list[Mark], *, faint: bool
) -> Frame:
    grey = _is_grey(image, with_cast=True)
    if faint:
        image = _paler(image)
    image = inked_shades.shaded(_cell_by_cell(image, decoded), grey=grey)
    pixels = with_boxes(image, view.boxes, decoded.region, "16").tobytes()
    columns = decoded.columns
    rows = tuple(
        inked_shades.encode_span(
            pixels, columns, row, 0, columns, marks=[mark for mark in marks if mark.row == row]
        )
        for row in range(decoded.rows)
    )
    return Frame(view, rows, columns, decoded.problem, pixels, (1, 1), "16", marks=tuple(marks))


def _plain(image: Image.Image, view: View, decoded: Decoded, marks: list[Mark]) -> Frame:
    columns, count = decoded.columns, decoded.rows
    if view.depth == "none" and not view.thrift:
        # Dithered first, so that the lines of the boxes stay whole.
        image = image.convert("1").convert("RGB")
        image = with_boxes(image, view.boxes, decoded.region, "none")
        rows = plain_cells.braille(image.convert("L").tobytes(), columns, count, marks=marks)
    else:
        image = with_boxes(image, view.boxes, decoded.region, "shades")
        grey = _cell_by_cell(image, decoded).convert("L").tobytes()
        rows = plain_cells.shades(grey, columns, count, marks=marks, thrifty=view.thrift > 0)
    return Frame(view, rows, columns, decoded.problem, marks=tuple(marks))


def _cell_by_cell(image: Image.Image, decoded: Decoded) -> Image.Image:
    from PIL import Image

    return image.resize((decoded.columns, decoded.rows), Image.Resampling.BOX)


def _stretched(image: Image.Image) -> Image.Image:
    from PIL import ImageOps

    return ImageOps.autocontrast(image, cutoff=(0.5, 2), preserve_tone=True)


def _paler(image: Image.Image) -> Image.Image:
    """Return the image in colours nearer to grey: the 16 have no faint ones but greys."""
    from PIL import ImageEnhance

    return ImageEnhance.Color(image).enhance(_FAINT)


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
