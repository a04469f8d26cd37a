"""The folder of downloaded copies: a file is there whole, or not at all.

A name is made of a media id and of nothing else, so that no id leads out of the folder, and
no two ids differ by case alone. Each survey has a folder of its own in it.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import re
import secrets
from pathlib import Path

from camtrap_tui.errors import InputError

_PLAIN = re.compile(r"[0-9a-f]{32}", re.ASCII)
_PART = re.compile(r"(\d+)-[0-9a-f]+\.part", re.ASCII)
_INCOMING = "incoming"


def copy_path(survey_uuid: str, media_id: str, ending: str) -> str:
    """Return the path of an image's copy below the cache, with `/`.

    An id of 32 small hex digits is the name itself; any other is its md5 and `-id`, which no
    plain id is. Two levels of 256 folders hold 1,000,000 files, some 15 each.
    """
    name = media_id
    if not _PLAIN.fullmatch(media_id):
        raw = media_id.encode("utf-8", "surrogatepass")
        name = f"{hashlib.md5(raw, usedforsecurity=False).hexdigest()}-id"
    return f"{survey_uuid}/{name[:2]}/{name[2:4]}/{name}.{ending}"


class CacheFolder:
    """A cache on disk, as one process writes into it."""

    def __init__(self, root: Path, survey_uuid: str) -> None:
        """Make the folder if need be, and take away what killed processes left behind.

        Raises InputError where it cannot be made or written to.
        """
        self.root = root
        self.survey_uuid = survey_uuid
        self._incoming = root / survey_uuid / _INCOMING
        try:
            self._incoming.mkdir(parents=True, exist_ok=True)
            self._clean()
        except OSError as error:
            raise explain(root, error) from None

    def path_of(self, media_id: str, ending: str) -> str:
        """Return where a copy belongs, relative to the cache."""
        return copy_path(self.survey_uuid, media_id, ending)

    def write(self, data: bytes) -> Path:
        """Write a copy that has no name yet, and return where. Raises InputError."""
        part = self._incoming / f"{os.getpid()}-{secrets.token_hex(8)}.part"
        try:
            try:
                part.write_bytes(data)
            except FileNotFoundError:  # the cache was deleted while it was in use
                self._incoming.mkdir(parents=True, exist_ok=True)
                part.write_bytes(data)
        except OSError as error:
            with contextlib.suppress(OSError):
                part.unlink()
            raise explain(self.root, error) from None
        return part

    def keep(self, part: Path, path: str) -> None:
        """Give a copy its name, in the place of what was there. Raises InputError."""
        target = self.root / path
        try:
            try:
                part.replace(target)
            except FileNotFoundError:
                target.parent.mkdir(parents=True, exist_ok=True)
                part.replace(target)
        except OSError as error:
            raise explain(self.root, error) from None

    def drop(self, part: Path) -> None:
        """Take away a copy that is not wanted."""
        with contextlib.suppress(OSError):
            part.unlink()

    def drop_own(self) -> None:
        """Take away what this process has written and not given a name."""
        with contextlib.suppress(OSError):
            for part in self._incoming.glob(f"{os.getpid()}-*.part"):
                self.drop(part)

    def _clean(self) -> None:
        for entry in self._incoming.iterdir():
            found = _PART.fullmatch(entry.name)
            if found and not _is_alive(int(found[1])):
                self.drop(entry)


def _is_alive(pid: int) -> bool:
    if pid == os.getpid():
        return False  # an earlier cache of this process: nothing of it is under way
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except OSError:
        return True
    return True


def explain(root: Path, error: OSError) -> InputError:
    """Return the sentence for what the system said of a cache."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return InputError(
            f"{root}: the disk of the picture cache is full.",
            "Make room, or give another folder with --cache; the same command goes on there.",
        )
    what = (error.strerror or str(error)).lower()
    return InputError(
        f"{root}: the picture cache cannot be written to: {what}.",
        "Check the folder, or give another one with --cache.",
    )
