"""Holds one table of a package against its rules, a thousand rows at a time.

A column's distinct values are looked at, not its cells: what was seen and found good is known.
Memory grows by eight bytes an id and not with the rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from camtrap_tui.domain.camtrap_dp_cells import complaint
from camtrap_tui.domain.camtrap_dp_fields import Field, Reference, Table
from camtrap_tui.domain.shapes import shown
from camtrap_tui.services.checking_files import PackageFiles
from camtrap_tui.services.checking_keys import Ids
from camtrap_tui.services.checking_reading import Rows, Source, TableReader
from camtrap_tui.services.checking_report import CheckedTable, Findings

Tell = Callable[[int], None]
# Good values that a column is known by; then it starts anew.
_MOST_KNOWN = 20_000
_LONGEST_KNOWN = 200


class TableCheck:
    """One table: read it, then look for ids that are there twice or lead nowhere."""

    def __init__(
        self,
        files: PackageFiles,
        source: Source,
        table: Table,
        missing: frozenset[str],
        findings: Findings,
    ) -> None:
        self.table = table
        self.source = source
        self._reader = TableReader(files, source, table)
        self._missing = missing
        self._findings = findings
        self._known: dict[str, set[str]] = {field.name: set() for field in table.fields}
        # None until the column of the key was found.
        self.keys: Ids | None = None
        self.references: dict[Reference, Ids] = {}
        self.rows = 0

    def read(self, tell: Tell) -> CheckedTable:
        """Look at every row; `tell` hears how many were read."""
        for fields, rows in self._reader.read(self._findings):
            self._begin(fields)
            self._look(fields, rows)
            self.rows += len(rows.numbers)
            tell(self.rows)
        return CheckedTable(self.table.name, ", ".join(self.source.paths), self.rows)

    @property
    def is_whole(self) -> bool:
        """Whether every row could be read."""
        return self._reader.is_whole

    def find_repeated(self) -> None:
        """Name the rows whose key another row has."""
        repeated = self.keys.repeated() if self.keys else set()
        if not repeated:
            return
        first: dict[str, tuple[str, int]] = {}
        for file, row, key in self._cells(self.table.key):
            if hash(key) not in repeated:
                continue
            if key in first:
                there, at = first[key]
                place = f"row {at}" if there == file else f"row {at} of {there}"
                self._findings.add(
                    file,
                    row,
                    self.table.key,
                    "unique",
                    f"{shown(key)} is already the one of {place}; give this row one of its own.",
                )
            first.setdefault(key, (file, row))

    def find_missing(self, reference: Reference, other: TableCheck) -> None:
        """Name the rows that refer to what another table does not have."""
        mine = self.references.get(reference)
        if mine is None or other.keys is None or not other.is_whole:
            return
        lost = mine.not_in(other.keys)
        if not lost:
            return
        there = ", ".join(other.source.paths)
        for file, row, cell in self._cells(reference.field):
            if hash(cell) in lost:
                self._findings.add(
                    file,
                    row,
                    reference.field,
                    "foreign-key",
                    f"{shown(cell)} is not in {there}; correct it, or add its row there.",
                )

    def _begin(self, fields: Sequence[Field | None]) -> None:
        names = {field.name for field in fields if field}
        if self.keys is None and self.table.key in names:
            self.keys = Ids()
        for reference in self.table.references:
            if reference.field in names:
                self.references.setdefault(reference, Ids())

    def _look(self, fields: list[Field | None], rows: Rows) -> None:
        width = len(fields)
        names = [field.name if field else "" for field in fields]
        has_key = bool(self.table.key) and self.table.key in names
        key = names.index(self.table.key) if has_key else None
        if any(len(row) != width for row in rows.cells):
            rows = self._of_width(width, key, rows)
        rows = self._without_blank(key or 0, rows)
        if not rows.cells:
            return
        columns: list[tuple[str, ...]] = list(zip(*rows.cells, strict=True))
        for field, column in zip(fields, columns, strict=True):
            if field is not None:
                self._look_at(field, column, rows)
        if key is not None and self.keys is not None:
            self.keys.add(self._there(columns[key]))
        for reference, ids in self.references.items():
            ids.add(set(self._there(columns[names.index(reference.field)])))

    def _look_at(self, field: Field, column: Sequence[str], rows: Rows) -> None:
        if field.type == "any" or not (
            field.required or field.words or field.pattern or field.type != "string"
        ):
            return
        is_plain = field.type == "string" and not field.words and not field.pattern
        if is_plain and self._missing.isdisjoint(column):
            return
        known = self._known[field.name]
        bad = {}
        for cell in set(column).difference(known):
            if found := complaint(field, cell, self._missing):
                bad[cell] = found
            elif not is_plain and len(cell) <= _LONGEST_KNOWN:
                known.add(cell)
        if len(known) > _MOST_KNOWN:
            known.clear()
        if not bad:
            return
        for number, cell in zip(rows.numbers, column, strict=True):
            if cell in bad:
                rule, sentence = bad[cell]
                self._findings.add(rows.file, number, field.name, rule, sentence)

    def _there(self, column: Sequence[str]) -> Iterable[str]:
        if self._missing.isdisjoint(column):
            return column
        return (cell for cell in column if cell not in self._missing)

    def _of_width(self, width: int, key: int | None, rows: Rows) -> Rows:
        """Say which rows are too short or too long: where their cells stand cannot be told.

        But for the key, which comes first: other tables may refer to it.
        """
        numbers, cells = [], []
        for number, row in zip(rows.numbers, rows.cells, strict=True):
            if len(row) == width:
                numbers.append(number)
                cells.append(row)
            elif not row or self._missing.issuperset(row):
                self._say_blank(rows.file, number)
            else:
                if key == 0 and self.keys is not None:
                    self.keys.add(self._there(row[:1]))
                said = f"the row has {len(row)} cells under {width} headings, {_mend(row, width)}."
                self._findings.add(rows.file, number, "", "cells", said)
        return Rows(rows.file, numbers, cells)

    def _without_blank(self, key: int, rows: Rows) -> Rows:
        if self._missing.isdisjoint(row[key] for row in rows.cells):
            return rows
        kept = []
        for at, row in enumerate(rows.cells):
            if row[key] in self._missing and self._missing.issuperset(row):
                self._say_blank(rows.file, rows.numbers[at])
            else:
                kept.append(at)
        return Rows(rows.file, [rows.numbers[at] for at in kept], [rows.cells[at] for at in kept])

    def _say_blank(self, file: str, number: int) -> None:
        self._findings.add(file, number, "", "blank-row", "the row is empty; delete it.")

    def _cells(self, name: str) -> Iterator[tuple[str, int, str]]:
        """Yield file, row and cell of one column, once more; what is no table was said before."""
        for fields, rows in self._reader.read(Findings()):
            names = [field.name if field else "" for field in fields]
            if name not in names:
                continue
            at, width = names.index(name), len(names)
            for number, row in zip(rows.numbers, rows.cells, strict=True):
                if len(row) == width:
                    yield rows.file, number, row[at]


def _mend(row: Sequence[str], width: int) -> str:
    if len(row) > width:
        return "too many: delete commas, or put a cell that has one in quotes"
    if "\n" in row[-1]:
        return "too few: close the quotes in which its last cell begins"
    return "too few: add commas, or put a cell that has a line break in quotes"
