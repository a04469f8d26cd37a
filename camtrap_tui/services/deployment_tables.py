"""Reads a table of deployments, and writes one that reads back as it was.

Headings are Camtrap DP's, or the usual words for them. What is ambiguous (an offset of `120`,
a position without a half) is refused and named with its row, never guessed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from camtrap_tui.domain.cells import read_cell, write_cell
from camtrap_tui.domain.models import Deployment
from camtrap_tui.domain.timestamps import (
    Timestamp,
    offset_text,
    parse_date,
    parse_offset,
    parse_table_timestamp,
    parse_timestamp,
)
from camtrap_tui.errors import InputError, UsageError
from camtrap_tui.services.tables import read_rows

# Names as in Camtrap DP 1.0 (`utcOffset` is ours), with other words that people write.
COLUMNS = {
    "deploymentID": ("deployment", "deploymentname", "foldername"),
    "locationID": ("location", "siteid", "site", "stationid", "station", "placeid"),
    "locationName": ("sitename", "stationname", "placename", "place"),
    "latitude": ("lat", "decimallatitude"),
    "longitude": ("lon", "long", "lng", "decimallongitude"),
    "coordinateUncertainty": ("coordinateuncertaintyinmeters", "uncertainty"),
    "deploymentStart": ("start", "startdate", "deploymentstartdate", "setupdate"),
    "deploymentEnd": ("end", "enddate", "deploymentenddate", "retrievaldate"),
    "cameraID": ("camera", "cameraserial", "cameraserialnumber"),
    "utcOffset": ("offset", "timezoneoffset"),
}
_FIELDS = {
    "locationID": "location_id",
    "locationName": "location_name",
    "latitude": "latitude",
    "longitude": "longitude",
    "coordinateUncertainty": "coordinate_uncertainty",
    "deploymentStart": "deployment_start",
    "deploymentEnd": "deployment_end",
    "cameraID": "camera_id",
    "utcOffset": "utc_offset_min",
}
Value = str | float | int
ParseTime = Callable[[str], Timestamp | None]
# What programs write for nothing: R's NA anywhere, the others where a number or a time should be.
_MISSING = frozenset(("", "NA"))
_NO_VALUE = frozenset(("N/A", "NaN", "nan", "NULL", "null", "None"))
_TEXTS = frozenset(("locationID", "locationName", "cameraID"))
# A comma is a point only where it cannot part thousands: degrees have none.
_DEGREES = re.compile(r"[+-]?\d{1,3}(?:[.,]\d+)?", re.ASCII)
_METRES = re.compile(r"\d+(?:\.\d+)?", re.ASCII)


class BadRow(Exception):
    """A row of the table cannot be taken; the message says why."""


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row: its number, the deployment's id, and the columns of `deployment` that it gives.

    `trouble` says why it cannot be taken. `offsets` are those, in minutes ahead of UTC, that start
    and end are written with, by the name in COLUMNS.
    """

    number: int
    deployment_id: str
    values: dict[str, Value] = field(default_factory=dict)
    trouble: str = ""
    offsets: dict[str, int] = field(default_factory=dict)


def read_deployments(
    file: Path, columns: Mapping[str, str] | None = None, *, is_standard: bool = False
) -> tuple[dict[str, str], Iterator[TableRow]]:
    """Return which heading stands for which of COLUMNS, and the rows.

    `columns` says under which heading one stands, where it is another one; `is_standard` that
    times are written as Camtrap DP's, where a `Z` means UTC. Raises UsageError for a name that
    is none of COLUMNS, InputError for what is no table of deployments.
    """
    rows = read_rows(file)
    _, headings = next(rows, (1, []))
    places = _places(file, headings, columns or {})
    taken = {name: headings[place] for name, place in places.items()}
    parse = parse_timestamp if is_standard else parse_table_timestamp
    return taken, (_row(number, cells, places, parse) for number, cells in rows if any(cells))


def deployment_cells(deployment: Deployment) -> list[str]:
    """Return a deployment as one row under the headings COLUMNS, safe in a spreadsheet."""
    offset = deployment.utc_offset_min
    return [
        write_cell(deployment.deployment_id),
        write_cell(deployment.location_id or ""),
        write_cell(deployment.location_name or ""),
        _number_cell(deployment.latitude),
        _number_cell(deployment.longitude),
        _number_cell(deployment.coordinate_uncertainty),
        _time_cell(deployment.deployment_start, offset),
        _time_cell(deployment.deployment_end, offset),
        write_cell(deployment.camera_id or ""),
        "" if offset is None else f"UTC{offset_text(offset)}",
    ]


def _number_cell(value: float | None) -> str:
    return "" if value is None else repr(value)


def _time_cell(time: str | None, offset: int | None) -> str:
    if time is None:
        return ""
    return time.replace(" ", "T") + ("" if offset is None else offset_text(offset))


def _places(file: Path, headings: list[str], columns: Mapping[str, str]) -> dict[str, int]:
    unknown = sorted(columns.keys() - COLUMNS.keys())
    if unknown:
        raise UsageError(
            f"There is no column {unknown[0]!r} of deployments:",
            f"choose from {', '.join(COLUMNS)}.",
        )
    plain = [_plain(heading) for heading in headings]
    mapped = {_plain(heading) for heading in columns.values()}
    places: dict[str, int] = {}
    for name, words in COLUMNS.items():
        # A heading that was given to one column is not another's usual word.
        usual = [word for word in (name, *words) if _plain(word) not in mapped]
        wanted = [columns[name]] if name in columns else usual
        if wanted and wanted[0] in headings:
            places[name] = headings.index(wanted[0])
            continue
        found = next((_plain(word) for word in wanted if _plain(word) in plain), None)
        if found is not None:
            places[name] = plain.index(found)
        elif name in columns:
            raise InputError(
                f"{file}: there is no column {columns[name]!r}.", f"It has {', '.join(headings)}."
            )
    if "deploymentID" not in places:
        raise InputError(
            f"{file}: there is no column deploymentID (it has {', '.join(headings) or 'none'}).",
            "Name it with --map deploymentID=COLUMN.",
        )
    return places


def _plain(heading: str) -> str:
    return "".join(c for c in heading.casefold() if c.isalnum())


def _row(number: int, cells: list[str], places: Mapping[str, int], parse: ParseTime) -> TableRow:
    def cell(name: str) -> str:
        place = places.get(name)
        text = cells[place] if place is not None and place < len(cells) else ""
        return read_cell(text)

    name = cell("deploymentID")
    if not name:
        return TableRow(number, "", trouble="there is no deploymentID")
    given = {column: cell(column) for column in _FIELDS}
    said = {column: text for column, text in given.items() if _says(column, text)}
    try:
        values, offsets = _values(said, parse)
        return TableRow(number, name, values, offsets=offsets)
    except BadRow as error:
        return TableRow(number, name, trouble=str(error))


def _says(column: str, text: str) -> bool:
    """Tell whether a cell says anything."""
    return text not in _MISSING and (column in _TEXTS or text not in _NO_VALUE)


def _values(given: Mapping[str, str], parse: ParseTime) -> tuple[dict[str, Value], dict[str, int]]:
    values: dict[str, Value] = {}
    offsets: dict[str, int] = {}
    for column, text in given.items():
        match column:
            case "latitude" | "longitude":
                values[column] = _degrees(column, text)
            case "coordinateUncertainty":
                values[_FIELDS[column]] = _metres(column, text)
            case "deploymentStart" | "deploymentEnd":
                time, offset = _time(column, text, parse)
                values[_FIELDS[column]] = time
                if offset is not None:
                    offsets[column] = offset
            case "utcOffset":
                values[_FIELDS[column]] = _offset(column, text)
            case _:
                values[_FIELDS[column]] = text
    _check_position(values)
    _add_offset(values, offsets)
    return values, offsets


def _check_position(values: Mapping[str, Value]) -> None:
    both = {name for name in ("latitude", "longitude") if name in values}
    if len(both) == 1:
        raise BadRow(f"there is a {both.pop()} and no other half of the position")
    if both and values["latitude"] == 0 == values["longitude"]:
        raise BadRow("the position is 0, 0, where no camera stands")


def _add_offset(values: dict[str, Value], offsets: Mapping[str, int]) -> None:
    """Take the offset from the times where no column says it, and they agree on one."""
    told = values.get("utc_offset_min")
    if told is None:
        if len(set(offsets.values())) == 1:
            values["utc_offset_min"] = next(iter(offsets.values()))
        return
    for column, offset in offsets.items():
        if offset != told:
            raise BadRow(
                f"{column} says UTC{offset_text(offset)}, utcOffset UTC{offset_text(int(told))}"
            )


def _degrees(column: str, text: str) -> float:
    most = 90 if column == "latitude" else 180
    value = _number(_DEGREES, column, text.replace("\N{MINUS SIGN}", "-"))
    if not -most <= value <= most:
        raise BadRow(f"{column} {text} is not between -{most} and {most}")
    return value


def _metres(column: str, text: str) -> float:
    return _number(_METRES, column, text)


def _number(pattern: re.Pattern[str], column: str, text: str) -> float:
    if not pattern.fullmatch(text):
        raise BadRow(f"{column} {text[:40]!r} is no number")
    return float(text.replace(",", "."))


def _offset(column: str, text: str) -> int:
    minutes = parse_offset(text)
    if minutes is None:
        raise BadRow(f"{column} {text[:40]!r} is no clear offset: write it as +02:00")
    return minutes


_DAY_TIME: dict[str, Callable[[str], str]] = {
    "deploymentStart": "{} 00:00:00".format,
    "deploymentEnd": "{} 23:59:59".format,
}


def _time(column: str, text: str, parse: ParseTime) -> tuple[str, int | None]:
    """Return a local time and its offset; a day counts whole, from its first second to its last."""
    time = parse(text)
    if time:
        return time.local, parse_offset(time.offset) if time.offset else None
    day = parse_date(text)
    if day is None:
        raise BadRow(f"{column} {text[:40]!r} is no time: write it as 2024-06-27 02:14:05")
    return _DAY_TIME[column](day), None
