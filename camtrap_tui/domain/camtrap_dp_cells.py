"""What is wrong with a cell of a Camtrap DP table: one rule, one sentence that says what to do.

After Table Schema 1.0, which the standard's schemas are written in. Numbers are decimal, in plain
digits; a date and time is `%Y-%m-%dT%H:%M:%S%z`.
"""

from __future__ import annotations

import re
from datetime import datetime
from decimal import Decimal, InvalidOperation
from functools import cache

from camtrap_tui.domain.camtrap_dp_fields import DATETIME, Field
from camtrap_tui.domain.shapes import listed, shown

Complaint = tuple[str, str]
_TRUE_OR_FALSE = frozenset({"true", "True", "TRUE", "1", "false", "False", "FALSE", "0"})
_INTEGER = re.compile(r"\s*[+-]?\d+\s*", re.ASCII)
_NUMBER = re.compile(r"\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*", re.I | re.ASCII)
# Table Schema's own words for what is no finite number; NaN is in no range.
_INFINITE = re.compile(r"\s*[+-]?inf(inity)?\s*", re.I)
_NOT_A_NUMBER = re.compile(r"\s*[+-]?nan\s*", re.I)
_USUAL_DATETIME = re.compile(
    r"\d{4}-\d\d-\d\dT([01]\d|2[0-3]):[0-5]\d:[0-5]\d(Z|[+-]([01]\d|2[0-3]):[0-5]\d)", re.ASCII
)
_NO_OFFSET = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?", re.ASCII)
_FORMAT = "%Y-%m-%dT%H:%M:%S%z"
# What a person is told of the standard's patterns.
_FILE_PATH = "write a URL, or a path inside the package that does not start with . / or ~"
_MEDIATYPE = "write it as image/jpeg"


def complaint(field: Field, cell: str, missing: frozenset[str]) -> Complaint | None:
    """Return the rule that a cell breaks and a sentence about it, or None.

    `missing` are the texts that stand for a missing value.
    """
    if cell in missing:
        return ("required", "is empty; fill it in, it is required.") if field.required else None
    match field.type:
        case "number" | "integer":
            return _number(field, cell)
        case "boolean":
            if cell in _TRUE_OR_FALSE:
                return None
            return "type", f"is {shown(cell)}; write true or false."
        case "datetime":
            return _datetime(cell)
    if field.words and cell not in field.words:
        return "vocabulary", f"is {shown(cell)}, none of its words; write {listed(field.words)}."
    if field.pattern and not _compiled(field.pattern).match(cell):
        return "pattern", f"is {shown(cell)}; {_advice(field)}."
    return None


def _number(field: Field, cell: str) -> Complaint | None:
    if field.type == "integer":
        if not _INTEGER.fullmatch(cell):
            return "type", f"is {shown(cell)}; write a whole number, as in 3."
    elif not _NUMBER.fullmatch(cell) and not _INFINITE.fullmatch(cell):
        if _NOT_A_NUMBER.fullmatch(cell):
            if field.minimum is None and field.maximum is None:
                return None
            return "range", f"is {shown(cell)}; write a number, or leave it empty."
        return "type", f"is {shown(cell)}; write a number with a point, as in 51.496."
    # As decimals: 90.00000000000000001 is more than 90.
    try:
        value = Decimal(cell.strip())
    except InvalidOperation:
        return "type", f"is {shown(cell)}, which no program can read; write it without e."
    low, high = field.minimum, field.maximum
    if (low is None or value >= Decimal(str(low))) and (
        high is None or value <= Decimal(str(high))
    ):
        return None
    return "range", f"is {shown(cell)}; write a number {_range(field)}."


def _range(field: Field) -> str:
    low, high, unit = field.minimum, field.maximum, field.unit and f" {field.unit}"
    if low is None:
        return f"of {high:g}{unit} at most"
    if high is None:
        return f"of {low:g}{unit} at least"
    return f"from {low:g} to {high:g}{unit}"


def _datetime(cell: str) -> Complaint | None:
    # strptime is the standard's own word on what will do, but slow: it is asked for what is
    # not written as usual.
    try:
        if _USUAL_DATETIME.fullmatch(cell):
            datetime.fromisoformat(cell[:10])
        else:
            datetime.strptime(cell, _FORMAT)
    except ValueError:
        if _NO_OFFSET.fullmatch(cell):
            return (
                "type",
                f"is {shown(cell)}; write T between date and time, seconds, and the offset from"
                f" UTC behind it: {DATETIME}",
            )
        return "type", f"is {shown(cell)}; write a date and time with its offset: {DATETIME}"
    return None


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(f"^{pattern}$")


def _advice(field: Field) -> str:
    return {"filePath": _FILE_PATH, "fileMediatype": _MEDIATYPE}.get(
        field.name, f"it must match {field.pattern}"
    )
