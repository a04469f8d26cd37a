"""What commands print: tables for people, the same as JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import click

from camtrap_tui.domain.text import clean

Cell = str | int | float | None


def echo_json(value: Any) -> None:
    """Print one JSON document on stdout."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=1))


def narrate(text: str) -> None:
    """Tell the person something; never mixed with data."""
    click.echo(text, err=True)


def echo_table(headings: Sequence[str], rows: Sequence[Sequence[Cell]]) -> None:
    """Print rows in aligned columns: numbers to the right, with thousands separated."""
    cells = [[_text(value) for value in row] for row in rows]
    widths = [max(len(line[k]) for line in [list(headings), *cells]) for k in range(len(headings))]
    right = [
        all(isinstance(row[k], int | float) or row[k] is None for row in rows)
        for k in range(len(headings))
    ]

    def line(values: Sequence[str]) -> str:
        return "  ".join(
            value.rjust(width) if flush else value.ljust(width)
            for value, width, flush in zip(values, widths, right, strict=True)
        ).rstrip()

    click.echo(line(list(headings)))
    click.echo("  ".join("─" * width for width in widths))
    for values in cells:
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
