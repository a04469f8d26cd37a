"""Reads a JSON object of any size member by member, an array item by item, in bounded memory.

The standard library's decoder runs over a window of the text; a file that is cut off or
broken raises an error that says at which byte, and never looks like a shorter file.
"""

from __future__ import annotations

import codecs
import gzip
import json
import re
import zlib
from collections.abc import Callable, Container, Iterator
from io import BufferedReader
from pathlib import Path
from typing import Any, Protocol

from camtrap_tui.errors import InputError

# What it becomes stays in the processor's cache: a megabyte takes a third longer.
_WINDOW = 1 << 17
# One value that is longer is no record of predictions, and would fill the memory.
_LONGEST_VALUE = 64 << 20
# The decoder reports what it misses at most this far from where the text ends.
_NEAR_END = 16
_SPACE = " \t\n\r"
# How an item that is an object begins: with a sign and its first key.
_BEGINNING = re.compile(r'[ \t\n\r]*\{[ \t\n\r]*"[^"\\]*"')

Progress = Callable[[int, int], None]


def members(
    path: Path, arrays: Container[str], progress: Progress | None = None
) -> Iterator[tuple[str, Any]]:
    """Yield (key, value) for each member of the JSON object in `path`, in its order.

    A member whose key is in `arrays` and whose value is an array is yielded item by item,
    with its key each time. Gzip is recognised by content, a UTF-8 byte order mark is skipped;
    NaN comes out as a float. `progress` is called with (bytes read, bytes in all) of the file.
    Raises InputError that names the byte where a file is cut off or is not JSON.
    """
    try:
        with path.open("rb") as file:
            yield from _Window(path, file, progress).members(arrays)
    except OSError as error:
        what = (error.strerror or str(error)).lower()
        raise InputError(f"{path}: {what}.", "Check the path and its permissions.") from None


class _Bytes(Protocol):
    def read(self, size: int, /) -> bytes: ...


class _Window:
    """A piece of the text of one file, and where in the file it starts."""

    def __init__(self, path: Path, file: BufferedReader, progress: Progress | None) -> None:
        self._path = path
        self._file = file
        self._progress = progress
        self._size = path.stat().st_size
        self._zipped = file.peek(2)[:2] == b"\x1f\x8b"
        self._source: _Bytes = gzip.GzipFile(fileobj=file) if self._zipped else file
        self._decode = codecs.getincrementaldecoder("utf-8")().decode
        self._scan = json.JSONDecoder().raw_decode
        self._text = ""
        self._at = 0
        self._bytes_before = 0
        self._ended = False
        self._read()
        if self._text.startswith("\ufeff"):
            self._at = 1

    def members(self, arrays: Container[str]) -> Iterator[tuple[str, Any]]:
        """Yield the members of the object that the whole text is; of `arrays`, each item."""
        self._expect("{")
        if self._peek() == "}":
            self._at += 1
        else:
            while True:
                key = self._value()
                if not isinstance(key, str):
                    raise self._broken("a key is expected")
                self._expect(":")
                if key in arrays:
                    if self._peek() != "[":
                        raise self._broken(f"{key} should be a list")
                    for item in self._items():
                        yield key, item
                else:
                    yield key, self._value()
                if self._expect(",}") == "}":
                    break
        if self._peek(may_end=True):
            raise self._broken("there is more text after the end of the object")

    def _items(self) -> Iterator[Any]:
        self._at += 1
        if self._peek() == "]":
            self._at += 1
            return
        while True:
            yield self._value()
            if self._expect(",]") == "]":
                return
            yield from self._many()

    def _many(self) -> list[Any]:
        """Return the items from here up to the last that surely begins in this window, if told.

        Items of one kind begin with the same sign and key. Where the last such place proves to
        be no end of an item, none is returned: one by one they are read, or the error found.
        """
        begin = _BEGINNING.match(self._text, self._at)
        if begin is None:
            return []
        end = self._text.rfind(begin[0], begin.end())
        # The comma before the last beginning; white space may stand on both its sides.
        comma = self._text.rfind(",", begin.end(), end)
        if comma < 0:
            return []
        try:
            items: list[Any] = json.loads(f"[{self._text[self._at : comma]}]")
        except (ValueError, RecursionError):
            return []
        self._at = comma + 1
        return items

    def _value(self) -> Any:
        """Return the value that starts here, reading on until it is whole."""
        self._peek()
        while True:
            try:
                value, end = self._scan(self._text, self._at)
            except json.JSONDecodeError as error:
                cut = error.pos >= len(self._text) - _NEAR_END
                if not cut and not error.msg.startswith("Unterminated"):
                    raise self._broken(error.msg, error.pos) from None
                if self._ended:
                    raise self._cut_off() from None
            except RecursionError:
                raise self._broken("values are nested too deeply") from None
            except ValueError:
                # Python refuses to read integers of more than some thousand digits.
                raise self._broken("a number is too long") from None
            else:
                # A number may go on in what has not been read yet.
                if end < len(self._text) or self._ended:
                    self._at = end
                    return value
            if len(self._text) - self._at > _LONGEST_VALUE:
                raise self._broken("a value is too long")
            self._read()

    def _peek(self, *, may_end: bool = False) -> str:
        """Return the next sign that is no white space; empty at the end, where that may be."""
        while True:
            text, at = self._text, self._at
            while at < len(text) and text[at] in _SPACE:
                at += 1
            self._at = at
            if at < len(text):
                return text[at]
            if self._ended:
                if may_end:
                    return ""
                raise self._cut_off()
            self._read()

    def _expect(self, signs: str) -> str:
        sign = self._peek()
        if sign not in signs:
            raise self._broken(f"{' or '.join(signs)} is expected")
        self._at += 1
        return sign

    def _read(self) -> None:
        """Drop what has been used and read the next piece."""
        self._bytes_before += _byte_length(self._text[: self._at])
        try:
            data = self._source.read(_WINDOW)
            self._ended = not data
            new = self._decode(data, not data)
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            where = f"byte {self._file.tell():,}"
            said = "the compressed file is cut off" if isinstance(error, EOFError) else str(error)
            raise self._error(f"{said}, at {where} of {self._size:,}") from None
        except UnicodeDecodeError as error:
            at = self._bytes_before + _byte_length(self._text[self._at :]) + error.start
            raise self._error(f"no UTF-8 text at byte {at:,}") from None
        self._text = self._text[self._at :] + new
        self._at = 0
        if self._progress:
            self._progress(self._file.tell(), self._size)

    def _broken(self, what: str, at: int | None = None) -> InputError:
        before = self._text[: self._at if at is None else at]
        byte = self._bytes_before + _byte_length(before)
        return self._error(f"not valid JSON at byte {byte:,}: {what[:1].lower()}{what[1:]}")

    def _cut_off(self) -> InputError:
        end = self._bytes_before + _byte_length(self._text)
        if not end:
            return self._error("the file is empty")
        return self._error(f"the file is cut off: it ends in the middle, at byte {end:,}")

    def _error(self, what: str) -> InputError:
        unzipped = " (unpacked)" if self._zipped else ""
        return InputError(
            f"{self._path}: {what}{unzipped}.", "Nothing was imported; get the whole file again."
        )


def _byte_length(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))
