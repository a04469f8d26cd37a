"""Reads the rows of a table of labels: each is one observation, or is left out for a reason.

What of a row cannot be read (a count such as `11-50`) is left out of it, counted and named.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from camtrap_tui.domain.camtrap_dp_lists import name_in_tags, names_in
from camtrap_tui.domain.cells import read_cell
from camtrap_tui.domain.text import clean_name
from camtrap_tui.domain.timestamps import parse_offset, parse_table_timestamp, parse_timestamp
from camtrap_tui.services.grade_imports_columns import FIELDS, LabelTable
from camtrap_tui.services.grade_imports_names import Said, plain
from camtrap_tui.services.grade_imports_timelapse import NOT_LABELLED, TimelapseRows
from camtrap_tui.services.places import portable
from camtrap_tui.services.tables import Progress, read_cells

COUNT = re.compile(r"0*([1-9]\d{0,8})(?:[.,]0+)?", re.ASCII)
OWN_ID = re.compile(r"o_(.+)_(\d{1,9})", re.ASCII)
LIFE_STAGES = {
    "adult": "adult", "adults": "adult", "subadult": "subadult", "sub-adult": "subadult",
    "juvenile": "juvenile", "young": "juvenile", "baby": "juvenile", "cub": "juvenile",
}  # fmt: skip
SEXES = {"female": "female", "f": "female", "male": "male", "m": "male"}
NOT_SAID = {"", "unknown", "na", "n/a", "nan", "null", "none", "-", "undetermined", "unclear"}
_MOST_EXAMPLES = 5

NO_PICTURE = "names no picture"
NO_LABEL = "says no species"
NO_AUTHOR = "has no author"
BY_MACHINE = "is a machine's word"
OF_EVENT = "is about an event, not a picture"


@dataclass(frozen=True, slots=True)
class LabelRow:
    """One observation of one author: the row's number, its picture, and what it says.

    `own_uuid` is the grade of a survey that an export took it from; `time` is UTC with a Z
    where the row says how far it is from UTC, else as it was written, empty where it was not.
    `note` is what is said beside, of the picture.
    """

    number: int
    media_id: str
    path: str
    said: Said
    grader: str
    time: str
    observation_id: str
    own_uuid: str
    count: int | None
    life_stage: str | None
    sex: str | None
    behavior: str | None
    note: str = ""


@dataclass(slots=True)
class Tally:
    """Labels that were read, those left out by reason, and what could not be read of others.

    A label is what one author says in one row.
    """

    labels: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    unread: Counter[str] = field(default_factory=Counter)
    examples: dict[str, list[str]] = field(default_factory=dict)

    def skip(self, number: int, reason: str, more: str = "") -> None:
        """Count a label that is left out."""
        self.skipped[reason] += 1
        self._example(reason, number, more)

    def leave(self, number: int, what: str, value: str) -> None:
        """Count a value that could not be read."""
        self.unread[what] += 1
        self._example(what, number, value)

    def _example(self, what: str, number: int, more: str) -> None:
        examples = self.examples.setdefault(what, [])
        if len(examples) < _MOST_EXAMPLES:
            examples.append(f"row {number:,}" + (f": {more}" if more else ""))


def read_label_rows(
    file: Path,
    table: LabelTable,
    author: str,
    tally: Tally,
    progress: Progress | None = None,
    timelapse: TimelapseRows | None = None,
    claimed: bytes | bytearray = b"",
    events: Mapping[int, Sequence[str]] | None = None,
) -> Iterator[LabelRow]:
    """Yield the observations of a table; `author` is whose word a row is that names nobody.

    A row of our own CSV or of Camtrap DP that several persons say is one of each. `timelapse` takes
    the rows of a table of Timelapse apart. `claimed` has a 1 for the number of each row that
    somebody else reads, `events` the media ids that the word of a row on an event is true of.
    """
    reader = _Reader(table, author, tally)
    for number, cells in read_cells(file, list(table.columns.values()), progress):
        if number < len(claimed) and claimed[number]:
            continue
        told = dict(zip(table.columns, cells, strict=True))
        if events and number in events:
            for media_id in events[number]:
                yield from reader.read(number, told | {"mediaID": media_id, "level": "media"})
        elif timelapse is None or table.format != "timelapse":
            yield from reader.read(number, told)
        else:
            yield from _read_timelapse(timelapse, reader, number, told, tally)


def _read_timelapse(
    timelapse: TimelapseRows, reader: _Reader, number: int, told: dict[str, str], tally: Tally
) -> Iterator[LabelRow]:
    for what, value in timelapse.leaves_out(told):
        tally.leave(number, what, value)
    has_label = False
    for label in timelapse.labels(told):
        has_label = True
        yield from reader.read(number, label)
    if not has_label:
        tally.labels += 1
        tally.skip(number, NOT_LABELLED)


class _Reader:
    """Reads rows of one table."""

    def __init__(self, table: LabelTable, author: str, tally: Tally) -> None:
        self._is_own = table.format == "ground truth"
        # Names of graders never hold what our exports have between them.
        self._joins_graders = table.format in ("ground truth", "timelapse")
        self._names_level = table.format == "camtrap_dp"
        self._author = author
        self._tally = tally
        self._empty = dict.fromkeys(FIELDS, "")

    def read(self, number: int, told: dict[str, str]) -> Iterator[LabelRow]:
        """Yield what one row says, by author."""
        cells = self._empty | told
        if self._is_own:
            cells = {name: read_cell(cell) for name, cell in cells.items()}
        reason = self._refused(cells)
        graders = self._graders(cells["grader"])
        if reason or not graders:
            self._tally.labels += 1
            self._tally.skip(number, reason or NO_AUTHOR)
            return
        self._tally.labels += len(graders)
        is_ours = self._is_own or self._names_level
        # At event level an observation has its picture's id, with an e in front.
        own = OWN_ID.fullmatch(cells["observationID"].removeprefix("e")) if is_ours else None
        label = cells["label"] or name_in_tags(cells["tags"])
        said = Said(label, cells["scientificName"], cells["taxonID"], cells["observationType"])
        row = LabelRow(
            number,
            cells["mediaID"],
            portable(cells["filePath"] or cells["fileName"]),
            said,
            graders[0],
            self._time(number, cells["time"]),
            cells["observationID"],
            own[1] if own else "",
            self._count(number, cells["count"]),
            self._one_of(number, "life stage", cells["lifeStage"], LIFE_STAGES),
            self._one_of(number, "sex", cells["sex"], SEXES),
            " ".join(cells["behavior"].split()) or None,
            self._note(number, cells["comments"], len(graders)),
        )
        yield row
        # Who of several wrote a note is not told.
        for grader in graders[1:]:
            yield replace(row, grader=grader, note="")

    def _note(self, number: int, cell: str, graders: int) -> str:
        if cell and self._is_own and graders > 1:
            # Our own table has all their notes there, by name of the author, not by who wrote them.
            self._tally.leave(number, "author of the comments", cell)
            return ""
        return cell

    def _refused(self, cells: dict[str, str]) -> str:
        """Return why a row is left out; empty where it is not."""
        if cells["method"].casefold() == "machine":
            return BY_MACHINE
        has_picture = cells["mediaID"] or cells["filePath"] or cells["fileName"]
        if cells["level"].casefold() == "event" or (self._names_level and not has_picture):
            # What was seen in an event need not be on each of its pictures.
            return OF_EVENT
        return "" if has_picture else NO_PICTURE

    def _graders(self, cell: str) -> list[str]:
        names = names_in(cell) if self._names_level else [cell]
        if self._joins_graders:
            names = cell.split(";")
        found = [name for name in map(clean_name, names) if name]
        return found or ([self._author] if self._author else [])

    def _count(self, number: int, cell: str) -> int | None:
        found = COUNT.fullmatch(cell)
        if found:
            return int(found[1])
        # 0 is what tables of blank pictures hold.
        if plain(cell) not in NOT_SAID and cell not in ("0", "0.0"):
            self._tally.leave(number, "count", cell)
        return None

    def _one_of(self, number: int, what: str, cell: str, known: dict[str, str]) -> str | None:
        found = known.get(plain(cell))
        if found is None and plain(cell) not in NOT_SAID:
            self._tally.leave(number, what, cell)
        return found

    def _time(self, number: int, cell: str) -> str:
        if plain(cell) in NOT_SAID:
            return ""
        time = parse_timestamp(cell) or parse_table_timestamp(cell)
        if time is None:
            self._tally.leave(number, "time", cell)
            return ""
        # Nobody says how far a time without an offset is from UTC: it is kept as it stands.
        minutes = parse_offset(time.offset) if time.offset else None
        if minutes is None:
            return time.local.replace(" ", "T")
        local = datetime.fromisoformat(time.local).replace(tzinfo=UTC)
        try:
            return (local - timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%SZ")
        except OverflowError:
            self._tally.leave(number, "time", cell)
            return ""
