"""Decodes a picture once, fully and strictly, into the pixels that SpeciesNet would see.

speciesnet makes Pillow accept truncated files, which are then analysed as grey pictures
without a word; here a file that ends too early is an error. Scaled decoding would
change detections, so it is not used.
"""

from __future__ import annotations

import io
import struct
import threading
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from camtrap_tui.services.exif import orientation_of
from camtrap_tui.services.pictures_on_disk import FORMATS

if TYPE_CHECKING:
    from PIL.Image import Image


# What Pillow raises beside OSError from a damaged picture, depending on where the damage is.
_DAMAGE = (
    ArithmeticError,
    AttributeError,
    EOFError,
    LookupError,
    MemoryError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    struct.error,
    zlib.error,
)


class PictureError(Exception):
    """The picture cannot be decoded; the text is the reason, a few words."""


class MissingError(PictureError):
    """There is no file."""


def decode(path: Path) -> Image:
    """Return the whole picture in RGB, turned as its EXIF says. The file is read once.

    Raises PictureError: missing, empty, unreadable or truncated.
    """
    try:
        data = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        raise MissingError("missing: there is no such file") from None
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "no valid path"
        raise PictureError(f"unreadable: {why}") from None
    if not data:
        raise PictureError("empty: the file has no bytes")
    return decode_bytes(data)


def decode_bytes(data: bytes) -> Image:
    """Return the picture that `data` holds; see `decode`."""
    # The order of these two is speciesnet's: EXIF outlives the conversion.
    return turned(in_colour(loaded(lambda: opened(data))))


def in_colour(image: Image) -> Image:
    """Return a loaded picture in RGB. Raises PictureError for colours that make no sense."""
    try:
        return image.convert("RGB")
    except (OSError, *_DAMAGE) as error:
        raise PictureError(f"unreadable: {error}") from None


def turned(image: Image) -> Image:
    """Return a picture turned as its EXIF says; damaged EXIF says nothing."""
    from PIL.Image import Transpose

    # Exif 2.32, section 4.6.4, tag 274.
    ways = {
        2: Transpose.FLIP_LEFT_RIGHT,
        3: Transpose.ROTATE_180,
        4: Transpose.FLIP_TOP_BOTTOM,
        5: Transpose.TRANSPOSE,
        6: Transpose.ROTATE_270,
        7: Transpose.TRANSVERSE,
        8: Transpose.ROTATE_90,
    }
    way = ways.get(orientation_of(image) or 1)
    return image if way is None else image.transpose(way)


def opened(data: bytes) -> Image:
    """Return the picture that `data` begins, of which only the header has been read.

    Raises PictureError for what is no picture of a format that SpeciesNet reads.
    """
    import PIL.Image

    try:
        return PIL.Image.open(io.BytesIO(data), formats=FORMATS)
    except PIL.UnidentifiedImageError:
        # Its text names a place in memory, which differs from run to run.
        raise PictureError("unreadable: not a picture of a known format") from None
    except PIL.Image.DecompressionBombError:
        raise PictureError("unreadable: too many pixels") from None
    except (OSError, *_DAMAGE) as error:
        raise PictureError(f"unreadable: {error}") from None


def loaded(open_picture: Callable[[], Image]) -> Image:
    """Return the picture that `open_picture` opens with all of its pixels.

    Raises PictureError for one that ends too early, or is damaged.
    """
    while True:
        with _STRICT:
            image = open_picture()
            try:
                image.load()
            except OSError as error:
                raise PictureError(_load_reason(str(error))) from None
            except _DAMAGE as error:
                raise PictureError(f"unreadable: {error}") from None
            if not _STRICT.was_lifted():
                return image


def _load_reason(said: str) -> str:
    if "truncated" in said or "unexpected end" in said.lower():
        return "truncated: the file ends before the picture does"
    return f"unreadable: {said}"


class _Strict:
    """Makes Pillow refuse truncated files while any thread decodes.

    The switch is one for the whole process: the first thread in sets it, the last one out
    puts it back. An import of speciesnet meanwhile lifts it.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._inside = 0
        self._before = False

    def __enter__(self) -> None:
        import PIL.ImageFile

        with self._lock:
            if not self._inside:
                self._before = PIL.ImageFile.LOAD_TRUNCATED_IMAGES
            self._inside += 1
            PIL.ImageFile.LOAD_TRUNCATED_IMAGES = False

    def __exit__(self, *_: object) -> None:
        import PIL.ImageFile

        with self._lock:
            self._inside -= 1
            if not self._inside:
                PIL.ImageFile.LOAD_TRUNCATED_IMAGES = self._before

    @staticmethod
    def was_lifted() -> bool:
        """Tell whether something else has allowed truncated files since a thread came in."""
        import PIL.ImageFile

        return bool(PIL.ImageFile.LOAD_TRUNCATED_IMAGES)


_STRICT = _Strict()
