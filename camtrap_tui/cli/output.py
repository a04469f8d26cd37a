"""What commands print: tables for people, the same as JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import Any

import click

from camtrap_tui.domain.text import clean, escaped_json

Cell = str | int | float | None
# Rows that are looked at before the first is printed: a list may have a million.
_ROWS_MEASURED = 1000


def json_text(value: Any, indent: int | None = 1) -> str:
    """Return JSON that is safe on a terminal and says the same: what is unsafe is escaped."""
    return escaped_json(json.dumps(value, ensure_ascii=False, indent=indent))


def echo_json(value: Any) -> None:
    """Print one JSON document on stdout."""
    click.echo(json_text(value))


def echo_json_list(values: Iterable[Any]) -> None:
    """Print a JSON list on stdout, one value a line, as they come."""
    start = "["
    for value in values:
        click.echo(f"{start}\n {json_text(value, None)}", nl=False)
        start = ","
    click.echo("[]" if start == "[" else "\n]")


def narrate(text: str) -> None:
    """Tell the person something; never mixed with data. Names in it may be anybody's."""
    click.echo("\n".join(map(clean, text.split("\n"))), err=True)


def echo_table(headings: Sequence[str], rows: Iterable[Sequence[Cell]]) -> None:
    """Print rows in aligned columns: numbers to the right, with thousands separated.

    The first rows decide how wide a column is; all others are printed as they come.
    """
    coming = iter(rows)
    first = list(islice(coming, _ROWS_MEASURED))
    cells = [[_text(value) for value in row] for row in first]
    widths = [max(len(line[k]) for line in [list(headings), *cells]) for k in range(len(headings))]
    right = [
        all(isinstance(row[k], int | float) or row[k] is None for row in first)
        for k in range(len(headings))
    ]

    def line(values: Sequence[str]) -> str:
        return "  ".join(
            value.rjust(width) if flush else value.ljust(width)
            for value, width, flush in zip(values, widths, right, strict=True)
        ).rstrip()

    click.echo(line(list(headings)))
    click.echo("  ".join("─" * width for width in widths))
    rest: Iterator[list[str]] = ([_text(value) for value in row] for row in coming)
    for values in chain(cells, rest):
        click.echo(line(values))


def _text(value: Cell) -> str:
    match value:
        case None:
            return ""
        case int():
            return f"{value:,}"
        case float():
            return f"{value:,.4g}"
        case str():
            # A survey that came from elsewhere may hold what was never cleaned.
            return clean(value)
