"""`camtrap-tui check DIR`: whether a Camtrap DP package keeps the rules of the standard."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

import click

from camtrap_tui.cli.output import echo_json, echo_table, narrate
from camtrap_tui.domain.text import clean, counted
from camtrap_tui.errors import EXIT_FAILURE

if TYPE_CHECKING:
    from camtrap_tui.services.checking_report import CheckReport, Problem

# Rows between two words on how far a long check is.
_TELL_EVERY = 500_000
_COLUMNS = 80


@click.command("check")
@click.argument("package", metavar="DIR", type=click.Path(path_type=Path))
@click.option(
    "--examples",
    default=3,
    show_default=True,
    metavar="N",
    type=click.IntRange(1, 1000),
    help="Places to name of each problem; all are counted.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def check_command(package: Path, *, examples: int, as_json: bool) -> None:
    """Check a Camtrap DP package by the rules of the standard, without the web.

    DIR is the package's folder, its datapackage.json, or the package as ZIP file. What is wrong
    is printed by file, row and field, with what to do; row 1 are the headings, as in a
    spreadsheet. Known are Camtrap DP 1.0, 1.0.1 and 1.0.2; tables may be packed (gz, bz2, xz, zip)
    and in parts. A package that is not valid ends with exit code 1.
    """
    from camtrap_tui.services.checking import check_package
    from camtrap_tui.services.checking_report import report_json

    told: dict[str, int] = {}

    def tell(table: str, rows: int) -> None:
        if rows - told.get(table, 0) >= _TELL_EVERY:
            told[table] = rows
            narrate(f"{table}: {rows:,} rows read")

    report = check_package(package, examples=examples, progress=tell)
    if as_json:
        echo_json(report_json(report))
    else:
        _show(package, report)
    if not report.is_valid:
        raise click.exceptions.Exit(EXIT_FAILURE)


def _show(package: Path, report: CheckReport) -> None:
    if report.tables:
        echo_table(["table", "file", "rows"], [(t.name, t.file, t.rows) for t in report.tables])
    if report.tables and report.problems:
        click.echo()
    for problem in report.problems:
        for line in _lines(problem):
            click.echo(_folded(clean(line)))
    for note in report.unchecked:
        narrate(_folded(f"not checked: {note}"))
    standard = f"Camtrap DP {report.version}".rstrip()
    if report.is_valid:
        narrate(f"{package} is a valid package of {standard}.")
    else:
        files = len({problem.file for problem in report.problems})
        problems = f"{counted(report.found, 'problem')} in {counted(files, 'file')}"
        narrate(f"{package} is no valid package of {standard}: {problems}.")


def _lines(problem: Problem) -> list[str]:
    """Return a problem's first places, a line each, and how many there are besides."""
    lines = []
    for place in problem.places:
        row = f", row {place.row:,}" if place.row is not None else ""
        field = f", {place.field}" if place.field else ""
        lines.append(f"{problem.file}{row}{field}: {place.sentence}")
    if more := problem.count - len(problem.places):
        lines.append(f"  … and {counted(more, 'more place', 'more places')} like this")
    return lines


def _folded(line: str) -> str:
    """Return a line folded between words; an address or a file's name stays whole."""
    return textwrap.fill(
        line, _COLUMNS, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False
    )
