"""The files of a data package, in its folder or in one ZIP file, and nothing outside of it.

Files are read as they lie, also packed (gz, bz2, xz, zip); none is unpacked to the disk.
"""

from __future__ import annotations

import bz2
import gzip
import lzma
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path, PurePosixPath
from typing import IO

from camtrap_tui.domain.text import clean
from camtrap_tui.errors import InputError

DESCRIPTOR = "datapackage.json"
# What the reading of a packed or damaged file may raise; text that cannot be decoded apart.
UNREADABLE = (OSError, EOFError, zlib.error, lzma.LZMAError, zipfile.BadZipFile, RuntimeError)
_HINT = "Give the folder of a Camtrap DP package, its datapackage.json, or the package as ZIP file."


class PackageFiles:
    """The files of one package, by their paths below its descriptor; use it as a context."""

    def __init__(self, path: Path) -> None:
        """Find the descriptor. Raises InputError where there is none, or it cannot be read."""
        self._zip: zipfile.ZipFile | None = None
        self._root = path
        self._inside = PurePosixPath()
        self.descriptor = DESCRIPTOR
        try:
            self._find(path)
        except UNREADABLE as error:
            do = f"{mend(error).capitalize()}."
            raise InputError(f"{path}: it cannot be read ({why(error)}).", do) from None

    def _find(self, path: Path) -> None:
        if path.is_dir():
            if not (path / DESCRIPTOR).is_file():
                raise InputError(f"{path}: there is no {DESCRIPTOR} in it.", _HINT)
            return
        if not path.is_file():
            raise InputError(f"{path}: there is no such file or folder.", _HINT)
        # Here what cannot be opened is told; `is_zipfile` would say that it is none.
        with path.open("rb") as file:
            is_zip = zipfile.is_zipfile(file)
        if is_zip:
            self._open_zip(path)
        elif path.suffix.lower() == ".json":
            self._root, self.descriptor = path.parent, path.name
        else:
            raise InputError(f"{path}: this is no data package.", _HINT)

    def __enter__(self) -> PackageFiles:
        return self

    def __exit__(self, *_: object) -> None:
        if self._zip:
            self._zip.close()

    def _open_zip(self, path: Path) -> None:
        self._zip = zipfile.ZipFile(path)
        # A folder that was packed whole lies in the ZIP file as a folder.
        found = [name for name in self._zip.namelist() if name.split("/")[-1] == DESCRIPTOR]
        if not found:
            raise InputError(f"{path}: there is no {DESCRIPTOR} in it.", _HINT)
        self._inside = PurePosixPath(min(found, key=lambda name: name.count("/"))).parent

    def lacks(self, name: str) -> str:
        """Return why a file cannot be read here, as a sentence, or nothing."""
        if "://" in name:
            return "lies on the web, so it was not checked; download it into the package."
        if name.startswith("/") or "\\" in name or ".." in PurePosixPath(name).parts:
            return "lies outside the package; copy it beside datapackage.json."
        if self._zip:
            is_there = str(self._inside / name) in self._zip.NameToInfo
        else:
            try:
                inside = (self._root / name).resolve()
                is_there = inside.is_file()
                if not inside.is_relative_to(self._root.resolve()):
                    return "leads outside the package; copy it beside datapackage.json."
                if inside.exists() and not is_there:
                    return "is no file; put the file of this name in its place."
            except PermissionError as error:
                return f"cannot be read ({why(error)}); {mend(error)}."
            except (OSError, RuntimeError, ValueError):
                is_there = False
        return "" if is_there else "is not there; copy it beside datapackage.json."

    def read_descriptor(self, most_bytes: int) -> bytes:
        """Return the descriptor's bytes, so many at most."""
        with self._stored(self.descriptor) as file:
            return file.read(most_bytes)

    @contextmanager
    def text(self, name: str, encoding: str, packing: str = "") -> Iterator[TextIOWrapper]:
        """Yield a file as text, with its line breaks as they are.

        A byte order mark of UTF-8 is left out. Raises one of UNREADABLE, UnicodeDecodeError while
        it is read, LookupError for an encoding that there is not.
        """
        if "\0" in encoding:
            raise LookupError(encoding)
        if encoding.lower().replace("_", "-") in ("utf-8", "utf8"):
            encoding = "utf-8-sig"
        with (
            self._stored(name) as stored,
            _unpacked(stored, packing or PurePosixPath(name).suffix.lstrip(".").lower()) as plain,
            TextIOWrapper(plain, encoding=encoding, newline="") as text,
        ):
            yield text

    @contextmanager
    def _stored(self, name: str) -> Iterator[IO[bytes]]:
        with (
            self._zip.open(str(self._inside / name))
            if self._zip
            else (self._root / name).open("rb") as file
        ):
            yield file


@contextmanager
def _unpacked(stored: IO[bytes], packing: str) -> Iterator[IO[bytes]]:
    match packing:
        case "gz":
            with gzip.open(stored) as plain:
                yield plain  # type: ignore[misc]
        case "bz2":
            with bz2.open(stored) as plain:
                yield plain
        case "xz":
            with lzma.open(stored) as plain:
                yield plain
        case "zip":
            with zipfile.ZipFile(stored) as packed:
                names = [name for name in packed.namelist() if not name.endswith("/")]
                if len(names) != 1:
                    raise zipfile.BadZipFile(f"it holds {len(names)} files, not one")
                with packed.open(names[0]) as plain:
                    yield plain
        case _:
            yield stored


def mend(error: BaseException) -> str:
    """Return what to do about a file that cannot be read."""
    if isinstance(error, PermissionError):
        return "give yourself the right to read it"
    return "save it again"


def why(error: BaseException) -> str:
    """Return what the system or a library says of a file that cannot be read."""
    return clean(getattr(error, "strerror", None) or str(error)).rstrip(".").lower()
