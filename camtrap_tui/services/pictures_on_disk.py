"""Looks at files: which of them are pictures, what is in their headers, what their md5 is.

Nothing here writes; each file gets a state and, where it is not a picture, a reason in words.
"""

from __future__ import annotations

import hashlib
import os
import stat
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from camtrap_tui.services.exif import Header, read_header
from camtrap_tui.services.places import from_text, to_text

# What SpeciesNet and this program decode (MPO comes under JPEG); Pillow knows more, and some
# of it runs other programs.
FORMATS = ("JPEG", "PNG", "TIFF", "BMP", "GIF", "WEBP")
# fmt: off
_READABLE_NAMES = frozenset((
    ".jpg", ".jpeg", ".jpe", ".jfif", ".mpo", ".png", ".tif", ".tiff", ".bmp", ".gif", ".webp",
))
_PICTURE_NAMES = _READABLE_NAMES | frozenset((
    ".heic", ".heif", ".avif", ".jp2", ".dng", ".cr2", ".cr3", ".nef", ".arw", ".raf", ".orf",
    ".rw2",
))
_VIDEO_NAMES = frozenset((
    ".mp4", ".m4v", ".avi", ".mov", ".mpg", ".mpeg", ".mkv", ".webm", ".wmv", ".flv", ".3gp",
    ".mts", ".m2ts", ".asf", ".insv",
))
# fmt: on
_THREADS = 4


@dataclass(frozen=True, slots=True)
class FoundFile:
    """One file of a folder: its path there as safe text, and whether it can be looked at."""

    path: str
    size: int | None
    modified_ns: int | None
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class Look:
    """What a file turned out to be; `header` and `md5` for a picture, else a reason."""

    file: FoundFile
    state: str
    reason: str | None = None
    header: Header | None = None
    md5: str = ""


def suffix_of(name: str) -> str:
    """Return the end of a file's name that says what it is, as `.jpg`; "" where none does."""
    stem, dot, end = name.rpartition("/")[2].rpartition(".")
    return f".{end.lower()}" if stem and dot else ""


def is_picture_name(name: str) -> bool:
    """Tell whether a file is named like a picture, be it one that can be read here or not."""
    return suffix_of(name) in _PICTURE_NAMES


def is_video_name(name: str) -> bool:
    """Tell whether a file is named like a video."""
    return suffix_of(name) in _VIDEO_NAMES


def state_by_name(name: str) -> tuple[str, str] | None:
    """Return state and reason of a file that its name says is no picture to read, or None.

    None is said of pictures, and of a name that says nothing.
    """
    suffix = suffix_of(name)
    if suffix in _VIDEO_NAMES:
        return "not_a_picture", f"a video ({suffix[1:].upper()})"
    if not suffix or suffix in _READABLE_NAMES:
        return None
    if suffix in _PICTURE_NAMES:
        return "unreadable", _no_picture(suffix, named=True)
    return "not_a_picture", _no_picture(suffix, named=False)


def walk(root: Path) -> Iterator[FoundFile]:
    """Yield every file below `root` but hidden ones, in order of path.

    A link to a folder is not followed (it could lead in circles, or out of the folder): it
    is yielded as a file in trouble, and so is a folder that cannot be listed.
    """
    waiting: list[Iterator[tuple[str, bool]]] = [iter([("", True)])]
    while waiting:
        path, is_folder = next(waiting[-1], ("", None))
        if is_folder is None:
            waiting.pop()
        elif is_folder:
            try:
                inside = _inside(root, path)
            except OSError as error:
                trouble = f"the folder cannot be listed: {_why(error)}"
                yield FoundFile(to_text(path) or ".", None, None, trouble)
                continue
            waiting.append(_below(path, inside))
        else:
            yield _found(root, path)


def _inside(root: Path, path: str) -> list[tuple[str, bool]]:
    """Return names and whether they are folders, sorted; nothing else is kept of an entry."""
    with os.scandir(f"{root}/{path}" if path else root) as entries:
        return sorted(
            (entry.name, entry.is_dir(follow_symlinks=False))
            for entry in entries
            if not entry.name.startswith(".")
        )


def _below(path: str, inside: list[tuple[str, bool]]) -> Iterator[tuple[str, bool]]:
    start = f"{path}/" if path else ""
    return ((f"{start}{name}", is_folder) for name, is_folder in inside)


def _found(root: Path, path: str) -> FoundFile:
    text, whole = to_text(path), root / path
    try:
        about = whole.stat()
    except OSError as error:
        what = "the link leads nowhere" if whole.is_symlink() else _why(error)
        return FoundFile(text, None, None, what)
    if stat.S_ISDIR(about.st_mode):
        what = "a link to a folder is not followed: add that folder itself"
        return FoundFile(text, None, None, what)
    if not stat.S_ISREG(about.st_mode):
        return FoundFile(text, None, None, "not a file but a device, a pipe or a socket")
    return FoundFile(text, about.st_size, about.st_mtime_ns)


def look_at(root: Path, files: Sequence[FoundFile]) -> list[Look]:
    """Look at files of the folder `root`, a few at a time; return what they are, in order."""
    from concurrent.futures import ThreadPoolExecutor

    # Pillow warns on stderr of damaged EXIF; the header that comes out says what matters.
    with warnings.catch_warnings(), ThreadPoolExecutor(_THREADS) as threads:
        warnings.simplefilter("ignore")
        return list(threads.map(lambda file: _look(root / from_text(file.path), file), files))


def _look(path: Path, file: FoundFile) -> Look:
    suffix = path.suffix.lower()
    named_picture = suffix in _PICTURE_NAMES
    if suffix in _VIDEO_NAMES:
        return Look(file, "not_a_picture", f"a video ({suffix[1:].upper()})")
    if file.trouble:
        return Look(file, "unreadable" if named_picture else "not_a_picture", file.trouble)
    if not file.size:
        return Look(file, "unreadable" if named_picture else "not_a_picture", "the file is empty")
    try:
        header, md5 = _read(path)
    except OSError as error:
        # Pillow has no errno for what is no picture; the system always has one.
        reason = _why(error) if error.errno else _no_picture(suffix, named=named_picture)
    except _Unreal as error:
        reason = str(error)
    else:
        return Look(file, "here", None, header, md5)
    return Look(file, "unreadable" if named_picture else "not_a_picture", reason)


class _Unreal(Exception):
    """Pillow refuses the picture that the header announces."""


def _read(path: Path) -> tuple[Header, str]:
    # A format that is asked for by name must have been imported.
    from PIL import Image, TiffImagePlugin, WebPImagePlugin  # noqa: F401

    with path.open("rb") as file:
        try:
            with Image.open(file, formats=FORMATS) as picture:
                header = read_header(picture)
        except Image.DecompressionBombError:
            raise _Unreal("its header announces more pixels than any camera takes") from None
        except (SyntaxError, ValueError) as error:
            raise _Unreal(f"its header is damaged ({to_text(str(error))})") from None
        file.seek(0)
        digest = hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False))
    return header, digest.hexdigest()


def _no_picture(suffix: str, *, named: bool) -> str:
    safe = to_text(suffix)
    if suffix in (".jpg", ".jpeg", ".png"):
        return "its header is not that of a picture"
    if named:
        return f"pictures of this kind ({safe}) cannot be read here: convert them to JPEG"
    return f"not a picture ({safe})" if suffix else "not a picture"


def _why(error: OSError) -> str:
    return (error.strerror or "it cannot be read").lower()
