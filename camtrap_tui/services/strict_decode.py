"""Decodes a picture once, fully and strictly, into the pixels that SpeciesNet would see.

speciesnet makes Pillow accept truncated files, which are then analysed as grey pictures
without a word; here a file that ends too early is an error. Scaled decoding would
change detections, so it is not used.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from camtrap_tui.services.pictures_on_disk import FORMATS

if TYPE_CHECKING:
    from PIL.Image import Image


class PictureError(Exception):
    """The picture cannot be decoded; the text is the reason, a few words."""


def decode(path: Path) -> Image:
    """Return the whole picture in RGB, turned as its EXIF says. The file is read once.

    Raises PictureError: missing, empty, unreadable or truncated.
    """
    try:
        data = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        raise PictureError("missing: there is no such file") from None
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "no valid path"
        raise PictureError(f"unreadable: {why}") from None
    if not data:
        raise PictureError("empty: the file has no bytes")
    return decode_bytes(data)


def decode_bytes(data: bytes) -> Image:
    """Return the picture that `data` holds; see `decode`."""
    import PIL.Image
    import PIL.ImageOps

    with _strict():
        try:
            image = PIL.Image.open(io.BytesIO(data), formats=FORMATS)
        except PIL.UnidentifiedImageError:
            # Its text names a place in memory, which differs from run to run.
            raise PictureError("unreadable: not a picture of a known format") from None
        except PIL.Image.DecompressionBombError:
            raise PictureError("unreadable: too many pixels") from None
        except (OSError, ValueError, SyntaxError) as error:
            raise PictureError(f"unreadable: {error}") from None
        try:
            image.load()
        except OSError as error:
            raise PictureError(_load_reason(str(error))) from None
        except (ValueError, SyntaxError, IndexError) as error:
            raise PictureError(f"unreadable: {error}") from None
        # The order of these two is speciesnet's: EXIF outlives the conversion.
        turned = PIL.ImageOps.exif_transpose(image.convert("RGB"))
    return turned


def _load_reason(said: str) -> str:
    if "truncated" in said or "unexpected end" in said.lower():
        return "truncated: the file ends before the picture does"
    return f"unreadable: {said}"


@contextmanager
def _strict() -> Iterator[None]:
    """Make Pillow refuse truncated files; the switch is global, so one thread decodes."""
    import PIL.ImageFile

    before = PIL.ImageFile.LOAD_TRUNCATED_IMAGES
    PIL.ImageFile.LOAD_TRUNCATED_IMAGES = False
    try:
        yield
    finally:
        PIL.ImageFile.LOAD_TRUNCATED_IMAGES = before
