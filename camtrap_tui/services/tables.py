"""Reads tables of pictures: CSV with commas, semicolons or tabs, under headings of its own.

Rows come one at a time and cleaned; nothing of the file is kept.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from io import TextIOWrapper
from itertools import islice
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING

from camtrap_tui.domain.text import clean_cell
from camtrap_tui.domain.timestamps import DayOrder, day_order
from camtrap_tui.errors import InputError, UsageError
from camtrap_tui.services.places import deployment_of, portable, stem_media_id

if TYPE_CHECKING:
    from _csv import Reader

# What a metadata table has, and what a manifest may have besides.
COLUMNS = ("mediaID", "publicURL", "timestamp", "folderName", "fileName", "filePath")
MANIFEST_COLUMNS = (*COLUMNS, "contentMD5", "latitude", "longitude", "deploymentID")
Progress = Callable[[int, int], None]
# What to do about times that can be read in two ways.
IN_DOUBT = "may have the day or the month first: write such times as 2024-06-27 02:14:05"
_FILE_TYPE = "fileMediatype"
_CHUNK = 2000
_TIMES_READ = 1000
# Letters of headings in a message; a download of GBIF's has some 3,000 in 200 columns.
_MOST_SAID = 4000
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")
# What Excel understands, and some write: the first line says what stands between the cells.
_SEPARATOR = re.compile(r"\"?sep=([,;\t|])\"?", re.IGNORECASE)
# How files begin that are no text; the hint for each.
_NO_TEXT = {
    b"PK": "This is a workbook or a ZIP file: save the table as CSV UTF-8, or unpack it.",
    b"\x1f\x8b": "This is packed by gzip: unpack it.",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the table, cleaned; the first row below the headings is row 2.

    `media_id` is the table's, else the path's where its name is one; `path` is portable;
    `folder` is the deployment. What the table does not say is empty. `is_short` says that cells
    are missing at its end, `too_many` is how many have no heading (0 where these are empty).
    """

    number: int
    media_id: str
    path: str
    timestamp: str
    url: str
    folder: str
    content_md5: str = ""
    latitude: str = ""
    longitude: str = ""
    file_type: str = ""
    is_short: bool = False
    too_many: int = 0


@dataclass(frozen=True, slots=True)
class Head:
    """The headings of a table, and its first rows, cleaned."""

    headings: list[str]
    rows: list[list[str]]


def read_lines(
    file: Path,
    columns: Mapping[str, str] | None = None,
    progress: Progress | None = None,
    *,
    names: Sequence[str] = COLUMNS,
) -> Iterator[Line]:
    """Yield the rows of a table, of which `names` are the columns that are looked for.

    `columns` says under which heading one of them stands, where it is another one. Raises
    UsageError for a column that is none of `names`, InputError for a heading that the file
    does not have and for what is no such table.
    """
    with _opened(file) as (text, tell):
        size = file.stat().st_size
        for line in _lines(file, text, columns or {}, names):
            yield line
            if progress and line.number % _CHUNK == 0:
                progress(tell(), size)
        if progress:
            progress(size, size)


def read_day_order(
    file: Path, columns: Mapping[str, str] | None = None, *, names: Sequence[str] = COLUMNS
) -> DayOrder:
    """Return what stands first in the days of a table, by its first thousand times.

    `columns` and `names` are those of `read_lines`, which is what raises, too.
    """
    times = (line.timestamp for line in read_lines(file, columns, names=names) if line.timestamp)
    return day_order(islice(times, _TIMES_READ))


def read_head(file: Path, rows: int = 100) -> Head:
    """Return the headings of a table and at most so many of its first rows."""
    with _opened(file) as (text, _):
        found = _rows(file, text)
        _, headings = next(found, (1, []))
        first = [row for _, row in islice(found, rows) if row]
    return Head([clean_cell(cell) for cell in headings], [list(map(clean_cell, r)) for r in first])


def read_rows(file: Path) -> Iterator[tuple[int, list[str]]]:
    """Yield (row number, cleaned cells) of any table; row 1 is that of the headings.

    Empty rows are counted and left out. Raises InputError for what is no table.
    """
    with _opened(file) as (text, _):
        for number, row in _rows(file, text):
            if row:
                yield number, list(map(clean_cell, row))


def read_text(file: Path) -> Iterator[tuple[int, str]]:
    """Yield (line number, line) of a text file, which may hold no table.

    Lines are not cleaned, since their tabs say what they are. Raises InputError for what is no
    text.
    """
    with _opened(file) as (text, _):
        yield from enumerate(text, 1)


def count_cells(
    file: Path, choose: Callable[[list[str]], Sequence[int]]
) -> Counter[tuple[str, ...]]:
    """Return how many rows of a table have which cells, cleaned, in the columns of `choose`.

    `choose` is given the headings, cleaned, and returns the places of its columns. Memory grows
    with what is told apart, not with the rows. In a table with tabs quotation marks are signs like
    others, as GBIF writes them; those around a whole cell are taken off. Raises InputError for what
    is no table, and what `choose` raises.
    """
    found: Counter[tuple[str, ...]] = Counter()
    with _opened(file) as (text, _):
        rows = _rows(file, text, plain_tabs=True)
        _, headings = next(rows, (1, []))
        places = choose([_unquoted(clean_cell(cell)) for cell in headings])
        last = max(places)
        for _, row in rows:
            if not row:
                continue
            if len(row) <= last:
                row += [""] * (last + 1 - len(row))
            found[tuple([row[place] for place in places])] += 1
    cleaned: Counter[tuple[str, ...]] = Counter()
    for cells, count in found.items():
        cleaned[tuple(_unquoted(clean_cell(cell)) for cell in cells)] += count
    return cleaned


def _unquoted(cell: str) -> str:
    return cell[1:-1].strip() if len(cell) > 1 and cell[0] == cell[-1] == '"' else cell


def read_cells(
    file: Path, headings: Sequence[str], progress: Progress | None = None
) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Yield (row number, cells under these headings) of a table, cleaned, "" for what is missing.

    `progress` is called with (bytes read, bytes in all). Raises InputError for a heading that the
    table does not have, and for what is no table.
    """
    with _opened(file) as (text, tell):
        rows = _rows(file, text)
        _, first = next(rows, (1, []))
        there = [clean_cell(cell).casefold() for cell in first]
        for heading in headings:
            if heading.casefold() not in there:
                raise InputError(
                    f"{file}: there is no column {heading!r}.", f"It has {named(first)}."
                )
        places = [there.index(heading.casefold()) for heading in headings]
        width, size = len(there), file.stat().st_size
        for number, row in rows:
            if row:
                whole = row if len(row) >= width else [*row, *[""] * (width - len(row))]
                yield number, tuple([clean_cell(whole[place]) for place in places])
            if progress and number % _CHUNK == 0:
                progress(tell(), size)


def named(headings: Sequence[str]) -> str:
    """Return headings for a message: of a file that is no table, one may be as long as it is."""
    said = ", ".join(headings) or "none"
    return said if len(said) <= _MOST_SAID else f"{said[:_MOST_SAID]} …"


@contextmanager
def _opened(file: Path) -> Iterator[tuple[TextIOWrapper, Callable[[], int]]]:
    try:
        with file.open("rb") as raw:
            # A lone surrogate is one odd sign in a name, not another encoding.
            text = TextIOWrapper(raw, encoding="utf-8-sig", errors="surrogatepass", newline="")
            yield text, raw.tell
    except OSError as error:
        what = (error.strerror or str(error)).lower()
        raise InputError(f"{file}: {what}.", "Check the path and its permissions.") from None
    except UnicodeDecodeError as error:
        raise InputError(
            f"{file}{_where(file)}: the text is not UTF-8 ({error.reason}).",
            _hint(file),
        ) from None


def _where(file: Path) -> str:
    """Return which line and byte of a file are the first that are no UTF-8."""
    start = 0
    with file.open("rb") as raw:
        for number, line in enumerate(raw, 1):
            try:
                line.decode("utf-8", "surrogatepass")
            except UnicodeDecodeError as error:
                return f", line {number:,}, byte {start + error.start:,}"
            start += len(line)
    return ""


def _hint(file: Path) -> str:
    with file.open("rb") as raw:
        first = raw.read(2)
    return _NO_TEXT.get(first, "Save the table again as CSV UTF-8.")


def _rows(
    file: Path, text: TextIOWrapper, *, plain_tabs: bool = False
) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows with their numbers; an open quote, which would swallow rows, is an error."""
    number = 0
    try:
        for number, row in enumerate(_reader(text, plain_tabs=plain_tabs), 1):
            yield number, row
    except csv.Error as error:
        said = str(error)
        if "expected" in said:
            said = "a quotation mark is not closed, or stands undoubled in a cell"
        raise InputError(f"{file}, row {number + 1:,}: {said}.", "Correct the table.") from None


def _reader(text: TextIOWrapper, *, plain_tabs: bool) -> Reader:
    first = text.readline()
    told = _SEPARATOR.fullmatch(first.strip("\r\n"))
    if told:
        return csv.reader(text, delimiter=told[1], strict=True)
    text.seek(0)
    delimiter = max(",;\t", key=first.count)
    if plain_tabs and delimiter == "\t":
        return csv.reader(text, delimiter=delimiter, quoting=csv.QUOTE_NONE, strict=True)
    return csv.reader(text, delimiter=delimiter, strict=True)


def _lines(
    file: Path, text: TextIOWrapper, columns: Mapping[str, str], names: Sequence[str]
) -> Iterator[Line]:
    rows = _rows(file, text)
    _, headings = next(rows, (1, []))
    places, width = _places(file, headings, columns, names), len(headings)
    # What the table does not have is read from an empty cell behind its last one.
    cells = itemgetter(*(places.get(name, width) for name in (*MANIFEST_COLUMNS, _FILE_TYPE)))
    for number, row in rows:
        if len(row) == width:
            row.append("")
            yield _line(number, cells(row))
        elif row:
            too_many = len(row) if any(map(clean_cell, row[width:])) else 0
            line = _line(number, cells([*row[:width], *[""] * (width + 1 - len(row)), ""]))
            yield replace(line, is_short=len(row) < width, too_many=too_many)


def _line(number: int, cells: tuple[str, ...]) -> Line:
    text = "".join(cells)
    # Asked of all cells at once: in most rows there is nothing to clean.
    is_plain = text.isascii() and text.isprintable()
    values = map(str.strip, cells) if is_plain else map(clean_cell, cells)
    media_id, url, time, folder, name, whole, content_md5, latitude, longitude, told, kind = values
    if _ADDRESS.match(whole):
        # As in Camtrap DP, where a path may be an address.
        whole, url = "", url or whole
    path = portable(whole or (f"{folder}/{name}" if name else ""))
    media_id = media_id or stem_media_id(path) or ""
    if "/" in folder or "\\" in folder:
        folder = deployment_of(f"{portable(folder)}/{name}", "")
    return Line(
        number,
        media_id,
        path,
        time,
        url,
        told or folder,
        content_md5,
        latitude,
        longitude,
        kind,
    )


def _places(
    file: Path, heading: list[str], columns: Mapping[str, str], names: Sequence[str]
) -> dict[str, int]:
    unknown = sorted(columns.keys() - set(names))
    if unknown:
        raise UsageError(
            f"There is no metadata column {unknown[0]!r}:", f"choose from {', '.join(names)}."
        )
    headings = [clean_cell(cell) for cell in heading]
    folded = [cell.casefold() for cell in headings]
    places: dict[str, int] = {}
    # Addresses alone say which pictures a manifest means, but describe none that is known.
    naming = {"mediaID", "filePath", "fileName"} | ({"publicURL"} if names != COLUMNS else set())
    for name in names:
        wanted = columns.get(name, name)
        if wanted in headings:
            places[name] = headings.index(wanted)
        elif wanted.casefold() in folded:
            places[name] = folded.index(wanted.casefold())
        elif name in columns:
            raise InputError(
                f"{file}: there is no column {wanted!r}.", f"It has {named(headings)}."
            )
    if not places.keys() & naming:
        raise InputError(
            f"{file}: there is no column mediaID (it has {named(headings)}).",
            "Name it with --map mediaID=COLUMN.",
        )
    return places
