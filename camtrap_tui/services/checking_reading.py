"""Reads the rows of a package's table, a thousand at a time, under the fields of their columns.

Whatever stops the reading is a problem of the file, never an error of the program.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from typing import Any

from camtrap_tui.domain.camtrap_dp_fields import Field, Table
from camtrap_tui.domain.shapes import shown
from camtrap_tui.services.checking_files import UNREADABLE, PackageFiles, why
from camtrap_tui.services.checking_headings import matched
from camtrap_tui.services.checking_report import Findings

_CHUNK = 1000
# EXIF data of a picture, as text, stands in one cell.
_MOST_IN_CELL = 64 << 20


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


class TableReader:
    """The parts of one table, each with its headings."""

    def __init__(self, files: PackageFiles, source: Source, table: Table) -> None:
        self._files = files
        self._source = source
        self._table = table

    def read(self, findings: Findings) -> Iterator[tuple[list[Field | None], Rows]]:
        """Yield the rows of all parts; a column that has no field has None.

        What is wrong with files and headings goes into the findings.
        """
        for path in self._source.paths:
            row = [1]
            with (
                self._readable(path, row, findings),
                self._files.text(path, self._source.encoding, self._source.packing) as text,
            ):
                lines = csv.reader(text, **self._dialect())
                fields = matched(next(lines, []), self._table, path, findings)
                if fields is None:
                    continue
                while chunk := list(islice(lines, _CHUNK)):
                    first = row[0] + 1
                    row[0] += len(chunk)
                    yield fields, Rows(path, range(first, first + len(chunk)), chunk)

    def _dialect(self) -> dict[str, Any]:
        """Return what csv takes of a CSV Dialect; comma and double quotes are the standard's."""
        given = self._source.dialect
        return {
            "delimiter": given.get("delimiter", ","),
            "quotechar": given.get("quoteChar", '"') or None,
            "doublequote": given.get("doubleQuote", True),
            "escapechar": given.get("escapeChar"),
            "skipinitialspace": given.get("skipInitialSpace", False),
        }

    @contextmanager
    def _readable(self, path: str, row: list[int], findings: Findings) -> Iterator[None]:
        """Turn what stops the reading of a file into a problem of it."""
        before = csv.field_size_limit(_MOST_IN_CELL)
        try:
            yield
        except UnicodeDecodeError as error:
            findings.add(
                path,
                None,
                "",
                "encoding",
                f"is not {self._source.encoding} below row {row[0]:,} (byte"
                f" 0x{error.object[error.start]:02x}); save it as CSV UTF-8.",
            )
        except (csv.Error, TypeError) as error:
            findings.add(
                path,
                None,
                "",
                "csv",
                f"is no CSV below row {row[0]:,} ({why(error)}); save it again.",
            )
        except LookupError:
            findings.add(
                path,
                None,
                "",
                "encoding",
                f"is said to be in {shown(self._source.encoding)}, which is no encoding; save it as"
                " UTF-8.",
            )
        except UNREADABLE as error:
            findings.add(path, None, "", "file", f"cannot be read ({why(error)}); save it again.")
        finally:
            csv.field_size_limit(before)
