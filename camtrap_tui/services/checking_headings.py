"""Holds headings against those of a schema: all of them, in its order, and no more."""

from __future__ import annotations

from collections.abc import Sequence

from camtrap_tui.domain.camtrap_dp_fields import Field, Table
from camtrap_tui.domain.shapes import shown
from camtrap_tui.services.checking_report import Findings

_RULE = "headings"
# More columns than any table has that somebody added to.
_MOST = 1000
_SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "bars"}


def matched(
    row: Sequence[str], table: Table, file: str, findings: Findings
) -> list[Field | None] | None:
    """Return the field of each column, by its heading, or None where the row is no headings.

    Rows are looked at under whatever headings are right, in any order.
    """
    headings = [heading.strip() for heading in row]
    wanted = table.headings
    fields = {field.name: field for field in table.fields}
    if tuple(headings) == wanted:
        return list(table.fields)
    if not any(headings):
        findings.add(file, None, "", _RULE, f"is empty; it must have the headings of {table.name}.")
        return None
    if len(headings) > _MOST or not fields.keys() & set(headings):
        findings.add(file, 1, "", _RULE, _no_headings(row, table))
        return None
    _say_what_differs(headings, table, file, findings)
    seen: set[str] = set()
    found: list[Field | None] = []
    for heading in headings:
        found.append(None if heading in seen else fields.get(heading))
        seen.add(heading)
    return found


def _no_headings(row: Sequence[str], table: Table) -> str:
    for sign, name in _SEPARATORS.items():
        if sign in row[0] and table.headings[0] in row[0]:
            return f"the cells are separated by {name}; save the table with commas between them."
    return (
        f"these are no headings of {table.name}; the first row must begin with"
        f" {', '.join(table.headings[:3])}."
    )


def _say_what_differs(headings: list[str], table: Table, file: str, findings: Findings) -> None:
    wanted = table.headings
    by_letters = {name.casefold(): name for name in wanted}
    right = set(wanted)
    for at, heading in enumerate(headings):
        if not heading:
            say = f"column {at + 1} has no heading; give it one, or delete the column."
            findings.add(file, 1, "", _RULE, say)
        elif heading in headings[:at]:
            say = "is there twice; delete one of the columns."
            findings.add(file, 1, heading, "duplicate heading", say)
        elif heading not in right:
            meant = by_letters.get(heading.casefold())
            is_free = meant is not None and meant not in headings
            do = f"write {meant}" if is_free else "delete the column, or put it in another table"
            say = f"{shown(heading)} is no column of {table.name}; {do}."
            findings.add(file, 1, heading, "extra column", say)
    missing = [name for name in wanted if name not in headings]
    for name in missing:
        say = "the column is missing; add it, empty where nothing is known."
        findings.add(file, 1, name, "missing column", say)
    if missing or sorted(headings) != sorted(wanted):
        return
    for at, (heading, name) in enumerate(zip(headings, wanted, strict=True)):
        if heading != name:
            say = (
                f"stands in column {at + 1}, where {name} belongs; keep to the order of the schema."
            )
            findings.add(file, 1, heading, "order", say)
            return
