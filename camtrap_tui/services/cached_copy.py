"""What is kept of a downloaded picture: its bytes as they came, or a smaller JPEG of it.

What the original's header says is read before anything is made of it. A copy is turned as
EXIF says, since boxes refer to the turned picture, and is never larger than its original.
"""

from __future__ import annotations

import hashlib
import io
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from camtrap_tui.errors import UsageError
from camtrap_tui.services.exif import Header, read_header
from camtrap_tui.services.strict_decode import PictureError, in_colour, loaded, opened, turned

if TYPE_CHECKING:
    from PIL.Image import Image

_WRITTEN = re.compile(r"(\d{2,6}) q(\d{1,3})", re.ASCII)
_NARROWEST, _WIDEST = 64, 100_000
# ITU-T T.81, B.1.1.3; compressed data never holds it, but some cameras write on behind it.
_END_OF_IMAGE = b"\xff\xd9"
_LONGEST_TAIL = 1024
_LONGEST_SIDE = 65_500  # libjpeg's
_ENDINGS = {"PNG": "png", "TIFF": "tif", "BMP": "bmp", "GIF": "gif", "WEBP": "webp"}


@dataclass(frozen=True, slots=True)
class InputSize:
    """What becomes of a picture: at most `width` pixels wide, a JPEG of this quality.

    Without a width it stays as it came.
    """

    width: int | None = 1280
    quality: int = 75

    def __post_init__(self) -> None:
        if self.width is not None and not _NARROWEST <= self.width <= _WIDEST:
            raise UsageError(f"Width {self.width}:", f"give {_NARROWEST} pixels or more.")
        if not 1 <= self.quality <= 95:
            raise UsageError(f"Quality {self.quality}:", "give 1 to 95.")

    def __str__(self) -> str:
        return "original" if self.width is None else f"{self.width} q{self.quality}"


ORIGINAL = InputSize(None)


def parse_input_size(text: str) -> InputSize:
    """Return what `str(InputSize)` wrote. Raises UsageError for anything else."""
    if text == str(ORIGINAL):
        return ORIGINAL
    found = _WRITTEN.fullmatch(text)
    if found is None:
        raise UsageError(f"{text!r} is no input size:", "it is `original`, or as `1280 q75`.")
    return InputSize(int(found[1]), int(found[2]))


@dataclass(frozen=True, slots=True)
class Copy:
    """What is to be kept of a picture, and what its original was.

    `original_md5` is that of the bytes as they came, `header` what they say; `data`, its md5,
    `width` and `height` are the copy's; `ending` is that of its name.
    """

    original_md5: str
    header: Header
    data: bytes
    copy_md5: str
    width: int
    height: int
    ending: str


def make_copy(data: bytes, size: InputSize, *, is_decoded_later: bool = False) -> Copy:
    """Return what is to be kept of the picture in `data`.

    A picture that is kept as it is, is decoded to see that it is whole; a JPEG that ends as
    one does is not where it `is_decoded_later`. Raises PictureError for what is no whole
    picture.
    """
    image = opened(data)
    header = read_header(image)
    md5 = _md5(data)
    if size.width is None or header.width <= size.width:
        has_end = image.format in ("JPEG", "MPO") and _END_OF_IMAGE in data[-_LONGEST_TAIL:]
        if not (is_decoded_later and has_end):
            loaded(lambda: opened(data))
        ending = _ENDINGS.get(image.format or "", "jpg")
        return Copy(md5, header, data, md5, header.width, header.height, ending)
    height = max(1, round(header.height * size.width / header.width))
    if max(size.width, height) > _LONGEST_SIDE:
        raise PictureError(f"unreadable: a JPEG cannot be {size.width} x {height} pixels large")
    small = _shrunk(data, (size.width, height))
    out = io.BytesIO()
    small.save(out, "JPEG", quality=size.quality)
    copy = out.getvalue()
    return Copy(md5, header, copy, _md5(copy), size.width, height, "jpg")


def _md5(data: bytes) -> str:
    return hashlib.md5(data, usedforsecurity=False).hexdigest()


def _shrunk(data: bytes, size: tuple[int, int]) -> Image:
    import PIL.Image

    def at_scale() -> Image:
        image = opened(data)
        # libjpeg leaves out what a half, quarter or eighth of the size does not show; the
        # larger side is asked for both ways, whichever way the picture is turned.
        image.draft("RGB", (max(size), max(size)))
        return image

    return turned(in_colour(loaded(at_scale))).resize(size, PIL.Image.Resampling.LANCZOS)
