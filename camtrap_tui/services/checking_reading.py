"""Reads the rows of a package's table, a thousand at a time, under the fields of their columns.

Whatever stops the reading is a problem of the file, never an error of the program.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TextIO

from camtrap_tui.domain.camtrap_dp_fields import Field, Table
from camtrap_tui.domain.shapes import shown
from camtrap_tui.services.checking_files import UNREADABLE, PackageFiles, mend, why
from camtrap_tui.services.checking_headings import matched
from camtrap_tui.services.checking_report import Findings

_CHUNK = 1000
# Characters of rows that are looked at together, and that one row may have: EXIF data of a picture
# stands in a cell, but a packed file of a few megabytes can be one row of as many gigabytes.
_ENOUGH = 4 << 20
_MOST = 16 << 20


@dataclass(frozen=True, slots=True)
class Source:
    """Where a resource lies and how it is written, as its descriptor says.

    Several paths are parts of one table, each with the headings.
    """

    name: str
    paths: tuple[str, ...]
    encoding: str
    packing: str
    dialect: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows that stand together in a file, below each other or not."""

    file: str
    numbers: Sequence[int]
    cells: Sequence[Sequence[str]]


class _Lines:
    """The lines of a text; `taken` counts the characters that they have together."""

    def __init__(self, text: TextIO) -> None:
        self._text = text
        self.taken = 0

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self._text.readline(_MOST + 1)
        self.taken += len(line)
        if self.taken > _MOST:
            raise csv.Error("its next row does not end, as where a quote was never closed")
        if not line:
            raise StopIteration
        return line


class TableReader:
    """The parts of one table, each with its headings."""

    def __init__(self, files: PackageFiles, source: Source, table: Table) -> None:
        self._files = files
        self._source = source
        self._table = table
        # False once something could not be read: what may stand there is not missed elsewhere.
        self.is_whole = True

    def read(self, findings: Findings) -> Iterator[tuple[list[Field | None], Rows]]:
        """Yield the rows of all parts, of each at first none; a column that has no field has None.

        What is wrong with files and headings goes into the findings.
        """
        for path in self._source.paths:
            row = [1]
            with (
                self._readable(path, row, findings),
                self._files.text(path, self._source.encoding, self._source.packing) as text,
            ):
                lines = _Lines(text)
                rows = csv.reader(lines, **self._dialect())
                fields = matched(next(rows, []), self._table, path, findings)
                if fields is None:
                    self.is_whole = False
                    continue
                yield fields, Rows(path, (), ())
                for chunk in _chunks(rows, lines):
                    first = row[0] + 1
                    row[0] += len(chunk)
                    yield fields, Rows(path, range(first, first + len(chunk)), chunk)

    def _dialect(self) -> dict[str, Any]:
        """Return what csv takes of a CSV Dialect; comma and double quotes are the standard's."""
        given = self._source.dialect
        return {
            "delimiter": given.get("delimiter", ","),
            "quotechar": given.get("quoteChar", '"'),
            "doublequote": given.get("doubleQuote", True),
            "escapechar": given.get("escapeChar"),
            "skipinitialspace": given.get("skipInitialSpace", False),
        }

    @contextmanager
    def _readable(self, path: str, row: list[int], findings: Findings) -> Iterator[None]:
        """Turn what stops the reading of a file into a problem of it."""
        before = csv.field_size_limit(_MOST)
        given = self._source.encoding

        def say(rule: str, what: str) -> None:
            self.is_whole = False
            findings.add(path, None, "", rule, what)

        try:
            yield
        except UnicodeError:
            say("encoding", f"is not {given} below row {row[0]:,}; save it as CSV UTF-8.")
        except (csv.Error, TypeError) as error:
            say("csv", f"is no CSV below row {row[0]:,} ({why(error)}); save it again.")
        except LookupError:
            say("encoding", f"is said to be in {shown(given)}, no encoding; save it as UTF-8.")
        except UNREADABLE as error:
            say("file", f"cannot be read ({why(error)}); {mend(error)}.")
        finally:
            csv.field_size_limit(before)


def _chunks(rows: Iterator[list[str]], lines: _Lines) -> Iterator[list[list[str]]]:
    """Yield rows a thousand at a time, or fewer where they are long; also those before an error."""
    chunk: list[list[str]] = []
    lines.taken = 0
    try:
        for row in rows:
            chunk.append(row)
            if len(chunk) == _CHUNK or lines.taken > _ENOUGH:
                yield chunk
                chunk = []
                lines.taken = 0
    except (csv.Error, UnicodeError, *UNREADABLE):
        if chunk:
            yield chunk
        raise
    if chunk:
        yield chunk
