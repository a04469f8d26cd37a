"""The files of pictures in an export: copied, linked or blurred, never outside of its folder.

What is there is there whole: a file has another name until all of it has come.
"""

from __future__ import annotations

import errno
import os
import stat
import warnings
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Literal

from camtrap_tui.domain.models import Image
from camtrap_tui.domain.text import clean, counted
from camtrap_tui.errors import InputError, UsageError
from camtrap_tui.services.cached_copy import ORIGINAL
from camtrap_tui.services.exif import Header, read_header
from camtrap_tui.services.exports.confirmed_boxes import CONFIDENCE, Box
from camtrap_tui.services.exports.picture_blurring import (
    blurred,
    new_part,
    part_of,
    people_boxes,
    save_picture,
)
from camtrap_tui.services.exports.picture_names import Names, safe_path
from camtrap_tui.services.exports.pictures import Picture, shows_people
from camtrap_tui.services.exports.request import People
from camtrap_tui.services.locating import Locator
from camtrap_tui.services.places import from_text
from camtrap_tui.services.strict_decode import PictureError, decode
from camtrap_tui.store.store import Store

How = Literal["copy", "link"]
# Why a picture has no file in an export.
SHOWS_PEOPLE = "shows people"
NOT_HERE = "is not on this machine"
NOT_FETCHED = "is not on this machine yet, and can be fetched"
NAME_TAKEN = "has the name of another picture"

_BLOCK = 1 << 20
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@dataclass(frozen=True, slots=True)
class Found:
    """The file that shows a picture, which may be a copy in a cache; `is_original` tells that it is
    as the camera made it, not smaller. `stat` is that of the moment when it was found."""

    path: Path
    stat: os.stat_result
    is_original: bool


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
        # How many were blurred, by whether boxes said where.
        self._blurred: Counter[bool] = Counter()

    def find(self, image: Image) -> Found | None:
        """Return the file that shows a picture now, or None."""
        own = self._locator.own_file(image)
        if own is not None and (known := _file_stat(own)):
            return Found(own, known, is_original=True)
        where = self._store.caches.whereabouts([image.id])
        place = self._locator.place(where[0]) if where else None
        if place is None or place.input_size is None or not (known := _file_stat(place.path)):
            return None
        return Found(place.path, known, is_original=place.input_size == str(ORIGINAL))

    def name(self, image: Image) -> str:
        """Return the path of a picture in the folder: its own, made safe, like no other's."""
        found = self.find(image)
        return self.names.of(image, found.path if found else None)

    def is_there(self, found: Found, target: str) -> bool:
        """Tell whether an earlier try has put this file at `target`."""
        path = self._folder / target
        if not self._resume:
            return False
        return path.is_symlink() if self._how == "link" else _is_done(found, path)

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
                if is_shown and _is_done(found, path):
                    return ""
            if not is_shown:
                # Of an earlier try, it may be from when nobody had seen who is on it.
                path.unlink(missing_ok=True)
                boxes = people_boxes(picture)
                reason = _blur(found.path, path, boxes)
                self._blurred[bool(boxes)] += not reason
                return reason
            return _link(found.path, path) if self._how == "link" else _copy(found.path, path)
        except (FileExistsError, IsADirectoryError, NotADirectoryError):
            # A picture is called as a folder of others is: `a.JPG`, and `a.JPG/b.JPG`.
            return NAME_TAKEN
        except OSError as error:
            raise _explain(path, error) from None

    def why_not(self, image: Image) -> str:
        """Return why a picture that was not found is not there."""
        where = self._store.caches.whereabouts([image.id])
        return NOT_FETCHED if where and where[0].url else NOT_HERE

    def notes(self) -> list[str]:
        """Return sentences on what a reader must know of the pictures that were put."""
        done = self._blurred
        if not done.total():
            return []
        return [
            f"{counted(done.total(), 'picture')} with people {'is' if done.total() == 1 else 'are'}"
            f" blurred, {done[True]:,} where the run has boxes and {done[False]:,} as a whole."
            " Look at them before you pass them on: a person without a box is only noticed where"
            " somebody counted the people."
        ]

    def _make_ready(self, parent: Path) -> None:
        if parent == self._ready:
            return
        # A link in a folder that was there before might lead out of it.
        if not parent.resolve().is_relative_to(self._folder):
            raise InputError(f"{parent}: leads out of {self._folder}.", "Give another folder.")
        parent.mkdir(parents=True, exist_ok=True)
        self._ready = parent


def check_apart(store: Store, folder: Path) -> None:
    """Raise UsageError for a folder among the pictures of a survey: what is put there would be
    taken for more of them."""
    for source in store.images.sources().values():
        if source.kind == "folder" and folder.resolve().is_relative_to(
            Path(from_text(source.location)).resolve()
        ):
            raise UsageError(
                f"{folder}: lies in {source.location}, where the survey's pictures are:",
                "name a folder elsewhere, or `add` would take the copies for more pictures.",
            )


def size_of(path: Path) -> tuple[int, int] | None:
    """Return width and height in pixels of a picture turned as its EXIF says; None where it cannot
    be read."""
    header = header_of(path)
    return None if header is None else (header.width, header.height)


def header_of(path: Path) -> Header | None:
    """Return what the head of a picture's file says; None where it cannot be read."""
    import PIL.Image
    from PIL import TiffImagePlugin, WebPImagePlugin  # noqa: F401

    with warnings.catch_warnings():
        # Pillow warns on stderr of damaged EXIF; the header that comes out says what matters.
        warnings.simplefilter("ignore")
        try:
            with path.open("rb") as file, PIL.Image.open(file) as picture:
                return read_header(picture)
        except (OSError, SyntaxError, ValueError, PIL.Image.DecompressionBombError):
            return None


def _blur(source: Path, path: Path, boxes: Sequence[Box]) -> str:
    try:
        image = decode(source)
    except PictureError as error:
        return f"cannot be blurred: {clean(str(error))}"
    save_picture(blurred(image, boxes), path)
    return ""


def _file_stat(path: Path) -> os.stat_result | None:
    """Return what the system knows of an ordinary file; None where it has none there, or the name
    is one that it does not take."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found if stat.S_ISREG(found.st_mode) else None


def _is_done(found: Found, path: Path) -> bool:
    """Tell whether a copy of an earlier try is that of the file as it is now."""
    now, then = found.stat, _file_stat(path)
    if then is None or path.is_symlink():
        return False
    # Some file systems keep times to two seconds.
    return now.st_size == then.st_size and abs(now.st_mtime - then.st_mtime) <= 2


def _link(source: Path, path: Path) -> str:
    part = part_of(path)
    part.unlink(missing_ok=True)
    part.symlink_to(source.resolve())
    part.replace(path)
    return ""


def _copy(source: Path, path: Path) -> str:
    """Copy a file under another name until all of it is there; return why it cannot be read."""
    part = part_of(path)
    try:
        file = source.open("rb")
    except OSError as error:
        return f"cannot be read: {(error.strerror or str(error)).lower()}"
    try:
        with file, new_part(part) as out:
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
