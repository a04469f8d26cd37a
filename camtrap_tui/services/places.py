"""Paths of pictures: as text that any screen may show, and back to the file they name.

A stored path is relative to its source's folder, and never leads out of it.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Mapping
from pathlib import Path

from camtrap_tui.domain.models import Image, Source
from camtrap_tui.domain.text import clean
from camtrap_tui.store.cache import Whereabouts

_ESCAPED = re.compile(rb"%([0-9A-Fa-f]{2})")
_LOOKS_ESCAPED = re.compile(r"%(?=[0-9A-Fa-f]{2})")
# Folders that cameras make by themselves (DCF, JEITA CP-3461): eight signs, three digits from
# 100 and then five of the maker's, which begin with letters (a date is no such folder).
_CAMERA_FOLDER = re.compile(r"DCIM|[1-9]\d\d[A-Z_]{2}[0-9A-Z_]{3}", re.IGNORECASE | re.ASCII)
# A path that is portable as it stands: names that begin with a letter, a digit or `_`.
_PORTABLE = re.compile(r"\w[\w .+,()-]*(?:/\w[\w .+,()-]*)*", re.ASCII)
_MEDIA_ID = re.compile(r"[0-9a-fA-F]{32}", re.ASCII)


def to_text(path: str) -> str:
    """Return a path of this system as safe text, reversibly: what is unsafe becomes `%1B`.

    Bytes that are no UTF-8, control, format and bidi characters are written as percent signs
    with two hex digits, and so is a percent sign that looks like one of these.
    """
    plain = _LOOKS_ESCAPED.sub("%25", path)
    if plain.isascii() and plain.isprintable():
        return plain
    return "".join(
        character if clean(character) == character else _escape(character) for character in plain
    )


def from_text(text: str) -> str:
    """Return the path that `to_text` wrote as `text`."""
    if "%" not in text:
        return text
    raw = _ESCAPED.sub(lambda found: bytes([int(found[1], 16)]), text.encode())
    return os.fsdecode(raw)


def _escape(character: str) -> str:
    return "".join(f"%{byte:02X}" for byte in os.fsencode(character))


def picture_path(sources: Mapping[int, Source], image: Image | Whereabouts) -> Path | None:
    """Return where the picture should lie; None where no folder is known to have it.

    A path that leads out of its folder, which only another program can have written, is none.
    """
    source = sources[image.source_id]
    if source.kind != "folder":
        return None
    return path_inside(source.location, from_text(image.file_path))


def path_inside(location: str, relative: str) -> Path | None:
    """Return a path below a folder, which is given as stored text; None for what leads out."""
    root = from_text(location)
    if relative.startswith("/") or ".." in relative.split("/") or "\x00" in root + relative:
        return None
    return Path(root) / relative


def portable(path: str) -> str:
    """Return a path that a file from elsewhere names: cleaned, relative, with `/`, no `..`."""
    if _PORTABLE.fullmatch(path):
        return path
    parts = clean(path).replace("\\", "/").split("/")
    return "/".join(part for part in parts if part not in ("", ".", ".."))


def stem_media_id(path: str) -> str | None:
    """Return the media id that a file's name is (32 hex digits before the dot), or None."""
    name = path.rpartition("/")[2]
    stem = name.rpartition(".")[0] or name
    return stem if _MEDIA_ID.fullmatch(stem) else None


def deployment_of(relative: str, root_name: str) -> str:
    """Return the deployment of a picture by its folders: `UR011/DCIM/100MEDIA/…` is `UR011`.

    That is the folder above those that cameras make, else the one that holds the picture;
    at the top of the tree it is the name of the tree's folder.
    """
    folders = relative.split("/")[:-1]
    made = next((n for n, name in enumerate(folders) if _CAMERA_FOLDER.fullmatch(name)), None)
    if made is not None:
        folders = folders[:made]
    return folders[-1] if folders else root_name


def path_media_id(path: str) -> str:
    """Return the media id of a picture of which only a portable path is known.

    It is the md5 of `path:` and the path, and stands until a table gives the picture its id.
    """
    return hashlib.md5(f"path:{path}".encode(), usedforsecurity=False).hexdigest()
