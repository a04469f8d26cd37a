"""Read the part of a picture file that a view shows, at the size it is shown, and no larger.

Only small pictures leave this module: JPEGs are decoded at the scale nearest to what is
needed, and whatever cannot be read ends as one sentence, never as an exception.
"""

from __future__ import annotations

import stat
import struct
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from camtrap_tui.domain.text import clean
from camtrap_tui.services.picture_views import Region, View, dots_of, fitted, unturned, zoomed

if TYPE_CHECKING:
    from PIL import Image

# What Pillow's readers raise on broken files, besides OSError.
BROKEN = (
    ArithmeticError,
    AttributeError,
    EOFError,
    LookupError,
    MemoryError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    struct.error,
    zlib.error,
)
_ORIENTATION = 274  # Exif 2.32, section 4.6.4
_WHOLE = Region(0.0, 0.0, 1.0, 1.0)
# Four bytes a pixel: 24 MB for a moment, so that a deep zoom stays within the TUI's memory.
_MOST_DECODED = 6_000_000
# Other formats than JPEG cannot be decoded small; beyond this they would need 200 MB.
_MOST_UNSCALED = 50_000_000


@dataclass(frozen=True, slots=True)
class Decoded:
    """A small picture, turned as it is to be seen, or none.

    `image` is RGB, cells × `dots` pixels; `region` is the part of the whole picture that it
    shows; `problem` says why there is no image, or with `note`, in two words, what is amiss.
    """

    image: Image.Image | None
    columns: int = 0
    rows: int = 0
    region: Region = _WHOLE
    problem: str = ""
    note: str = ""


def decode(view: View) -> Decoded:
    """Return what `view` shows of its file; a problem instead of an exception."""
    from PIL import Image, UnidentifiedImageError

    if view.path is None:
        return Decoded(None, problem="No file is known for this picture.")
    name = clean(view.path.name)
    try:
        mode = view.path.stat().st_mode
        if not stat.S_ISREG(mode):  # opening a pipe would wait for ever
            kind = "a folder" if stat.S_ISDIR(mode) else "no ordinary file"
            return Decoded(None, problem=f"{name} is {kind}, not a picture.")
        with view.path.open("rb") as file, Image.open(file) as image:
            return _decode_open(image, view, name)
    except FileNotFoundError:
        return Decoded(None, problem=f"{name} is not where it was: the file is missing.")
    except PermissionError:
        return Decoded(None, problem=f"{name} may not be read: permission denied.")
    except UnidentifiedImageError:
        return Decoded(None, problem=f"{name} is no picture, or its first bytes are damaged.")
    except Image.DecompressionBombError:
        return Decoded(None, problem=f"{name} is too large to be shown here.")
    except BROKEN as error:
        return Decoded(None, problem=f"{name} cannot be read: {clean(str(error))[:120]}")


def _decode_open(image: Image.Image, view: View, name: str) -> Decoded:
    scalable = image.format in ("JPEG", "MPO")
    if not scalable and image.width * image.height > _MOST_UNSCALED:
        size = f"{image.width} × {image.height}"
        return Decoded(None, problem=f"{name} is too large to be shown here ({size} pixels).")
    turned = _orientation(image) if scalable else 1
    if scalable:
        _draft(image, view, turned)
    note = _load(image)
    if note and image.getbbox() is None:
        return Decoded(None, problem=f"{name} is {note}: nothing of it can be drawn.")
    if not scalable:
        turned = _orientation(image)  # Pillow turns a TIFF while it loads, and drops the tag
    columns, rows, region = _shown(image.size, view, turned)
    small = _resized(image, view, (columns, rows), unturned(region, turned), turned)
    problem = f"{name} is {note}: not all of it can be drawn." if note else ""
    return Decoded(small, columns, rows, region, problem, note)


def _orientation(image: Image.Image) -> int:
    try:
        turned = image.getexif().get(_ORIENTATION, 1)
    except BROKEN:
        return 1
    return turned if isinstance(turned, int) and 1 <= turned <= 8 else 1


def _shown(size: tuple[int, int], view: View, turned: int) -> tuple[int, int, Region]:
    width, height = size if turned < 5 else size[::-1]
    region = _WHOLE
    if view.zoom is not None:
        region = zoomed(view.zoom, width, height, view.columns, view.rows)
    columns, rows = fitted(region.w * width, region.h * height, view.columns, view.rows)
    return columns, rows, region


def _draft(image: Image.Image, view: View, turned: int) -> None:
    columns, rows, region = _shown(image.size, view, turned)
    across, down = dots_of(view)
    need = (columns * across / region.w, rows * down / region.h)
    if turned >= 5:
        need = (need[1], need[0])
    scale = 1
    fine = min(image.width / need[0], image.height / need[1])
    while scale < 8 and (
        2 * scale <= fine or image.width * image.height > _MOST_DECODED * scale * scale
    ):
        scale *= 2
    # A floor that loses no scale: Pillow divides whole numbers.
    image.draft("RGB", (max(1, image.width // scale), max(1, image.height // scale)))


def _load(image: Image.Image) -> str:
    """Decode as far as the file goes; return in two words why that is not all of it, or ""."""
    try:
        image.load()
    except OSError as error:
        # Pillow keeps the rows it had; without tiles left it takes the image as loaded, and
        # raises again where it had not begun.
        image.tile = []  # type: ignore[attr-defined]
        image.load()
        return "cut short" if "truncated" in str(error).lower() else "damaged"
    return ""


def _resized(
    image: Image.Image, view: View, cells: tuple[int, int], part: Region, turned: int
) -> Image.Image:
    from PIL import Image

    across, down = dots_of(view)
    size = (cells[0] * across, cells[1] * down)
    if turned >= 5:
        size = (size[1], size[0])
    # Sums of shares come out a hair beyond the edges, which Pillow refuses.
    box = (
        max(part.x * image.width, 0.0),
        max(part.y * image.height, 0.0),
        min((part.x + part.w) * image.width, image.width),
        min((part.y + part.h) * image.height, image.height),
    )
    enlarged = size[0] > box[2] - box[0]
    plain = _plain(image)
    small = plain.resize(size, Image.Resampling.BICUBIC if enlarged else Image.Resampling.BOX, box)
    small = _rgb(small, white=_white(plain))
    ways = Image.Transpose
    way = {
        2: ways.FLIP_LEFT_RIGHT,
        3: ways.ROTATE_180,
        4: ways.FLIP_TOP_BOTTOM,
        5: ways.TRANSPOSE,
        6: ways.ROTATE_270,
        7: ways.TRANSVERSE,
        8: ways.ROTATE_90,
    }.get(turned)
    return small if way is None else small.transpose(way)


def _plain(image: Image.Image) -> Image.Image:
    """Return the image in a mode whose pixels may be averaged."""
    if image.mode == "1":
        return image.convert("L")
    if image.mode in ("P", "PA") or "transparency" in image.info:
        return image.convert("RGBA")
    if image.mode.startswith("I;16"):
        return image.convert("I")
    return image


def _white(image: Image.Image) -> int:
    """Return the level of white: of the whole picture, that a zoom be as bright."""
    if image.mode not in ("I", "F"):
        return 255
    top = image.getextrema()[1]
    # Sensors of 8 to 16 bits come in the same container: their range says which.
    bits = next((b for b in (8, 10, 12, 14) if isinstance(top, float | int) and top < 2**b), 16)
    return int(2**bits) - 1


def _rgb(image: Image.Image, *, white: int) -> Image.Image:
    from PIL import Image

    if image.mode in ("I", "F"):
        return image.convert("F").point(lambda level: level * (255 / white)).convert("RGB")
    if image.mode in ("RGBA", "LA", "La", "RGBa"):
        under = Image.new("RGBA", image.size, (0, 0, 0, 255))
        return Image.alpha_composite(under, image.convert("RGBA")).convert("RGB")
    return image.convert("RGB")
