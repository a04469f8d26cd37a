"""The files of pictures in an export: copied, linked or blurred, never outside of its folder.

A name that came from outside is made safe by `safe_path`, and by nothing else; two pictures never
get one name, also where capitals make no difference.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import unicodedata
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Literal

from camtrap_tui.domain.models import Image
from camtrap_tui.domain.text import clean
from camtrap_tui.errors import InputError
from camtrap_tui.services.cached_copy import ORIGINAL
from camtrap_tui.services.exif import read_header
from camtrap_tui.services.exports.confirmed_boxes import CONFIDENCE, Box
from camtrap_tui.services.exports.pictures import Picture, shows_people
from camtrap_tui.services.exports.request import People
from camtrap_tui.services.locating import Locator
from camtrap_tui.services.places import portable
from camtrap_tui.services.strict_decode import PictureError, decode
from camtrap_tui.store.store import Store

if TYPE_CHECKING:
    from PIL.Image import Image as PillowImage

How = Literal["copy", "link"]
# Why a picture has no file in an export.
SHOWS_PEOPLE = "shows people"
NOT_HERE = "is not on this machine"
NOT_FETCHED = "is not on this machine yet, and can be fetched"
NAME_TAKEN = "has the name of another picture"

# What some system forbids in names, or takes for something else; a sign that `clean` made is one.
_ODD = re.compile(r"""[<>:"|?*\\/\x00-\x1f\x7f\N{REPLACEMENT CHARACTER}]""")
_DEVICE = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)", re.IGNORECASE | re.ASCII)
_DOTS = re.compile(r"\.{2,}")
# File systems take 255 bytes (eCryptfs 143); copies have a longer name while they are written.
_LONGEST, _LONGEST_SUFFIX, _LONGEST_PATH = 120, 12, 1000
_BLOCK = 1 << 20
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_SAVED_AS = {"png": "PNG", "tif": "TIFF", "tiff": "TIFF", "bmp": "BMP", "gif": "GIF"}
_SAVED_AS |= {"webp": "WEBP"}
_JPEG = ("jpg", "jpeg", "jpe", "jfif", "mpo")
# A person's box is blurred with some of what is around it, down to so many blocks a side.
_AROUND, _BLOCKS = 0.1, 8


@dataclass(frozen=True, slots=True)
class Found:
    """The file that shows a picture, which may be a copy in a cache; `is_original` tells that it is
    as the camera made it, not smaller."""

    path: Path
    is_original: bool


def safe_path(path: str) -> str:
    """Return a path from outside as a relative one that every system takes, with `/`.

    No name in it begins with a dot, a minus or a tilde, has two dots in a row, ends with a dot or
    a space, is a device of Windows or is long; it never leads out of a folder. What is safe
    stays as it is. Different paths may become one: `Names` keeps them apart.
    """
    names = [name for part in portable(path).split("/") if (name := _safe_name(part))]
    safe = "/".join(names) or "_"
    return safe if len(safe.encode()) <= _LONGEST_PATH else f"{_digest(safe)}/{names[-1]}"


def _safe_name(name: str) -> str:
    name = _DOTS.sub(".", _ODD.sub("_", unicodedata.normalize("NFC", clean(name))))
    name = name.strip(" ").rstrip(". ")
    if name[:1] in (".", "-", "~"):
        name = f"_{name[1:]}"
    if _DEVICE.match(name):
        name = f"_{name}"
    if len(name.encode()) <= _LONGEST:
        return name
    digest = _digest(name)
    stem, suffix = _parts(name)
    room = _LONGEST - len(suffix.encode()) - len(digest) - 1
    return f"{stem.encode()[:room].decode(errors='ignore')}-{digest}{suffix}"


class Names:
    """Safe names for the pictures of a survey, no two alike: each depends on its picture alone."""

    def __init__(self, store: Store) -> None:
        self._shared = store.exporting.shared_paths()

    def is_shared(self, image: Image) -> bool:
        """Tell whether another picture lies at the same path in another source, or at one that
        differs in capitals alone."""
        return image.file_path.lower() in self._shared

    def of(self, image: Image, found: Found | None = None) -> str:
        """Return the path of a picture, below whatever folder; with the ending of the file that was
        `found` for it where that is of another kind."""
        path = image.file_path or f"{image.media_id}.jpg"
        safe = safe_path(path)
        stem, suffix = _parts(safe)
        if found is not None and _kind(found.path.suffix) != _kind(suffix):
            suffix = found.path.suffix
        if stem + suffix == path and not self.is_shared(image):
            return path
        return safe_path(f"{stem}-{_digest(image.media_id)}{suffix}")


def _parts(path: str) -> tuple[str, str]:
    """Return a path without its ending, and the ending with its dot, empty where there is none."""
    folder, slash, name = path.rpartition("/")
    stem, dot, ending = name.rpartition(".")
    if not stem or len(ending.encode()) > _LONGEST_SUFFIX:
        return path, ""
    return f"{folder}{slash}{stem}", dot + ending


def _kind(suffix: str) -> str:
    ending = suffix.removeprefix(".").lower()
    return _SAVED_AS.get(ending, "JPEG" if ending in _JPEG else ending)


def _digest(text: str) -> str:
    raw = text.encode("utf-8", "surrogatepass")
    return hashlib.md5(raw, usedforsecurity=False).hexdigest()[:8]


class PictureFiles:
    """Puts pictures into a folder, under names of the survey or others.

    With `people` exclude, what shows people is not put; with blur their boxes are blurred in a
    copy (also where others are linked), or the whole picture where a person's box is not known.
    """

    def __init__(
        self,
        store: Store,
        folder: Path,
        *,
        how: How = "copy",
        people: People = "include",
        confidence: float = CONFIDENCE,
        resume: bool = False,
    ) -> None:
        self._folder = folder.resolve()
        self._resume = resume
        self._how = how
        self._people = people
        self._confidence = confidence
        self._store = store
        self._locator = Locator(store)
        self.names = Names(store)
        self._ready: Path | None = None

    def find(self, image: Image) -> Found | None:
        """Return the file that shows a picture now, or None."""
        own = self._locator.own_file(image)
        if own is not None and own.is_file():
            return Found(own, is_original=True)
        where = self._store.caches.whereabouts([image.id])
        place = self._locator.place(where[0]) if where else None
        if place is None or place.input_size is None:
            return None
        return Found(place.path, is_original=place.input_size == str(ORIGINAL))

    def name(self, image: Image) -> str:
        """Return the path of a picture in the folder: its own, made safe, like no other's."""
        return self.names.of(image, self.find(image))

    def is_there(self, found: Found, target: str) -> bool:
        """Tell whether an earlier try has put this file at `target`."""
        path = self._folder / target
        if not self._resume:
            return False
        return path.is_symlink() if self._how == "link" else _is_done(found.path, path)

    def put(self, picture: Picture, target: str) -> str:
        """Put a picture at `target`, a path in the folder; return why it is not there, else "".

        The reason reads as `is not on this machine`. What stands at `target` is not written over,
        but where `resume` says that it is of an earlier try. Raises InputError where the folder
        cannot be written to, ValueError for a target that `safe_path` would change.
        """
        if target != safe_path(target):
            raise ValueError(f"{target!r} is no safe path")
        is_shown = self._people == "include" or not shows_people(picture, self._confidence)
        if not is_shown and self._people == "exclude":
            return SHOWS_PEOPLE
        found = self.find(picture.image)
        if found is None:
            return self.why_not(picture.image)
        path = self._folder / target
        try:
            self._make_ready(path.parent)
            if os.path.lexists(path):
                if not self._resume:
                    return NAME_TAKEN
                if is_shown and self._how == "copy" and _is_done(found.path, path):
                    return ""
            if not is_shown:
                return _blur(found.path, path, people_boxes(picture, self._confidence))
            return _link(found.path, path) if self._how == "link" else _copy(found.path, path)
        except OSError as error:
            raise _explain(path, error) from None

    def why_not(self, image: Image) -> str:
        """Return why a picture that was not found is not there."""
        where = self._store.caches.whereabouts([image.id])
        return NOT_FETCHED if where and where[0].url else NOT_HERE

    def without_people(self, picture: Picture, image: PillowImage) -> PillowImage:
        """Return the pixels of a picture with its people made unknowable, if it shows any."""
        if not shows_people(picture, self._confidence):
            return image
        return blurred(image, people_boxes(picture, self._confidence))

    def _make_ready(self, parent: Path) -> None:
        if parent == self._ready:
            return
        parent.mkdir(parents=True, exist_ok=True)
        # A link in a folder that was there before might lead out of it.
        if not parent.resolve().is_relative_to(self._folder):
            raise InputError(f"{parent}: leads out of {self._folder}.", "Give another folder.")
        self._ready = parent


def size_of(path: Path) -> tuple[int, int] | None:
    """Return width and height in pixels of a picture turned as its EXIF says, read from the head
    of its file; None where it cannot be read."""
    import PIL.Image
    from PIL import TiffImagePlugin, WebPImagePlugin  # noqa: F401

    with warnings.catch_warnings():
        # Pillow warns on stderr of damaged EXIF; the header that comes out says what matters.
        warnings.simplefilter("ignore")
        try:
            with path.open("rb") as file, PIL.Image.open(file) as picture:
                header = read_header(picture)
        except (OSError, SyntaxError, ValueError, PIL.Image.DecompressionBombError):
            return None
    return header.width, header.height


def people_boxes(picture: Picture, confidence: float = CONFIDENCE) -> list[Box]:
    """Return the boxes of the people on a picture; none where not everybody's is known."""
    boxes = [
        box.bbox
        for box in picture.boxes
        if box.category == "human" and box.confidence >= confidence
    ]
    said = sum(word.count or 1 for word in picture.words if word.taxon.observation_type == "human")
    return boxes if len(boxes) >= said else []


def blurred(image: PillowImage, boxes: Sequence[Box]) -> PillowImage:
    """Return a picture whose boxes (the whole of it where there are none) are blocks of one
    colour: of a mere blur, what was there can be worked out again."""
    from PIL.Image import Resampling

    out = image.copy()
    for x, y, w, h in boxes or [(0.0, 0.0, 1.0, 1.0)]:
        left = max(0, int((x - w * _AROUND) * image.width))
        top = max(0, int((y - h * _AROUND) * image.height))
        right = min(image.width, int((x + w * (1 + _AROUND)) * image.width) + 1)
        bottom = min(image.height, int((y + h * (1 + _AROUND)) * image.height) + 1)
        if right <= left or bottom <= top:
            continue
        part = image.crop((left, top, right, bottom))
        small = part.resize((_BLOCKS, _BLOCKS), Resampling.BOX)
        out.paste(small.resize(part.size, Resampling.NEAREST), (left, top))
    return out


def save_picture(image: PillowImage, path: Path) -> None:
    """Write a decoded picture as the kind of file that its name says, else as a JPEG.

    Nothing of a header goes along: its rotation is done, its thumbnail shows what is blurred.
    """
    part = _part(path)
    kind = _kind(path.suffix)
    try:
        with part.open("wb") as file:
            if kind in _SAVED_AS.values():
                image.save(file, kind)
            else:
                image.save(file, "JPEG", quality=92, subsampling=0)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _blur(source: Path, path: Path, boxes: Sequence[Box]) -> str:
    try:
        image = decode(source)
    except PictureError as error:
        return f"cannot be blurred: {clean(str(error))}"
    save_picture(blurred(image, boxes), path)
    return ""


def _is_done(source: Path, path: Path) -> bool:
    """Tell whether a copy of an earlier try is that of the file as it is now."""
    if path.is_symlink() or not path.is_file():
        return False
    now, then = source.stat(), path.stat()
    # Some file systems keep times to two seconds.
    return now.st_size == then.st_size and abs(now.st_mtime - then.st_mtime) <= 2


def _link(source: Path, path: Path) -> str:
    part = _part(path)
    part.unlink(missing_ok=True)
    part.symlink_to(source.resolve())
    part.replace(path)
    return ""


def _part(path: Path) -> Path:
    """Return where a file lies until all of it is there."""
    return path.with_name(f".{path.name}.part")


def _copy(source: Path, path: Path) -> str:
    """Copy a file under another name until all of it is there; return why it cannot be read."""
    part = _part(path)
    try:
        file = source.open("rb")
    except OSError as error:
        return f"cannot be read: {(error.strerror or str(error)).lower()}"
    try:
        with file, part.open("wb") as out:
            while block := _read(file):
                out.write(block)
            times = os.fstat(file.fileno())
        os.utime(part, ns=(times.st_atime_ns, times.st_mtime_ns))
        part.replace(path)
    except _UnreadableError as error:
        return f"cannot be read: {error}"
    finally:
        part.unlink(missing_ok=True)
    return ""


class _UnreadableError(Exception):
    """The disk does not give what a file holds."""


def _read(file: IO[bytes]) -> bytes:
    try:
        return file.read(_BLOCK)
    except OSError as error:
        raise _UnreadableError((error.strerror or str(error)).lower()) from None


def _explain(path: Path, error: OSError) -> InputError:
    if error.errno in _FULL:
        return InputError(f"{path}: the disk is full.", "Make room, or write to another one.")
    what = (error.strerror or str(error)).lower()
    return InputError(f"{path}: {what}.", "Check the folder, its permissions and its free space.")
