"""Names of pictures in folders that this program makes: safe on every system, no two alike.

A name that came from outside is made safe by `safe_path`, and by nothing else.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from pathlib import Path

from camtrap_tui.domain.models import Image
from camtrap_tui.domain.text import clean
from camtrap_tui.services.places import portable
from camtrap_tui.store.store import Store

# What some system forbids in names, or takes for something else; a sign that `clean` made is one.
_ODD = re.compile(r"""[<>:"|?*\\/\x00-\x1f\x7f\N{REPLACEMENT CHARACTER}]""")
_DEVICE = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)", re.IGNORECASE | re.ASCII)
_DOTS = re.compile(r"\.{2,}")
# File systems take 255 bytes (eCryptfs 143); copies have a longer name while they are written.
_LONGEST, _LONGEST_SUFFIX, _LONGEST_PATH = 120, 12, 1000
SAVED_AS = {"png": "PNG", "tif": "TIFF", "tiff": "TIFF", "bmp": "BMP", "gif": "GIF"}
SAVED_AS |= {"webp": "WEBP"}
_JPEG = ("jpg", "jpeg", "jpe", "jfif", "mpo")


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
        return image.file_path.casefold() in self._shared

    def of(self, image: Image, file: Path | None = None) -> str:
        """Return the path of a picture, below whatever folder; with the ending of the file `file`
        that shows it where that is of another kind."""
        path = image.file_path or f"{image.media_id}.jpg"
        safe = safe_path(path)
        stem, suffix = _parts(safe)
        if file is not None and kind_of(file.suffix) != kind_of(suffix):
            suffix = file.suffix
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


def kind_of(suffix: str) -> str:
    """Return what kind of file an ending says, as Pillow calls it; itself where it is unknown."""
    ending = suffix.removeprefix(".").lower()
    return SAVED_AS.get(ending, "JPEG" if ending in _JPEG else ending)


def _digest(text: str) -> str:
    raw = text.encode("utf-8", "surrogatepass")
    return hashlib.md5(raw, usedforsecurity=False).hexdigest()[:8]
