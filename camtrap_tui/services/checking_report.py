"""What a check found: each rule that a field breaks, how often, and the first places."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

# So many places of each problem are named; all are counted.
EXAMPLES = 3
_ENTRY = re.compile(r"\[\d+\]")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a rule is broken: `row` as spreadsheets count (the headings are row 1), None where it
    is about the whole file; the sentence says what is wrong there and what to do. `field` is a
    column, or a place in a descriptor as `taxonomic[3].taxonRank`."""

    row: int | None
    field: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Problem:
    """One rule that one field of one file breaks, `count` times; the first places are named.

    In a descriptor, the entries of a list are one field: `taxonomic[].taxonRank`.
    """

    file: str
    field: str
    rule: str
    count: int
    places: Sequence[Place]


@dataclass(frozen=True, slots=True)
class CheckedTable:
    """A table that was read: its file (several where it is in parts) and its rows."""

    name: str
    file: str
    rows: int


@dataclass(frozen=True, slots=True)
class CheckReport:
    """The verdict on a package: it is valid where there is no problem.

    `version` is that of Camtrap DP, as its profile names it, empty where it names none. `unchecked`
    are the resources that Camtrap DP has no rules for, and what was not looked at, as sentences.
    """

    version: str
    tables: Sequence[CheckedTable]
    problems: Sequence[Problem]
    unchecked: Sequence[str] = ()

    @property
    def is_valid(self) -> bool:
        return not self.problems

    @property
    def found(self) -> int:
        """How many times a rule is broken, in all."""
        return sum(problem.count for problem in self.problems)


@dataclass(slots=True)
class _Counted:
    count: int = 0
    places: list[Place] = field(default_factory=list)


class Findings:
    """Collects problems by file, field and rule; its size does not grow with the rows."""

    def __init__(self, examples: int = EXAMPLES) -> None:
        self._examples = examples
        self._counted: dict[tuple[str, str, str], _Counted] = {}

    def add(self, file: str, row: int | None, name: str, rule: str, sentence: str) -> None:
        """Count a problem; its place is kept where it is among the first."""
        key = (file, name if row is not None else _ENTRY.sub("[]", name), rule)
        counted = self._counted.setdefault(key, _Counted())
        counted.count += 1
        if len(counted.places) < self._examples:
            counted.places.append(Place(row, name, sentence))

    def problems(self) -> list[Problem]:
        """Return the problems, file by file as these were read, by the first row."""
        order = {file: at for at, file in enumerate(dict.fromkeys(key[0] for key in self._counted))}
        found = [
            Problem(file, name, rule, counted.count, tuple(counted.places))
            for (file, name, rule), counted in self._counted.items()
        ]
        return sorted(found, key=lambda one: (order[one.file], one.places[0].row or 0))


def report_json(report: CheckReport) -> dict[str, Any]:
    """Return a report as JSON, in the words of the printed one."""
    return {
        "valid": report.is_valid,
        "version": report.version,
        "found": report.found,
        **{
            name: [asdict(one) for one in many]
            for name, many in (("tables", report.tables), ("problems", report.problems))
        },
        "unchecked": list(report.unchecked),
    }
