"""`camtrap-tui relink SURVEY FOLDER`: the pictures again, after a move or on another machine."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from camtrap_tui.cli.add import bar
from camtrap_tui.cli.dry_runs import opened
from camtrap_tui.cli.output import echo_json, echo_table, narrate
from camtrap_tui.domain.text import clean, counted, quoted

if TYPE_CHECKING:
    from camtrap_tui.services.relink import RelinkReport


@click.command("relink")
@click.argument("survey", type=click.Path(path_type=Path))
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--from",
    "old",
    metavar="OLD",
    help="The folder of the survey to find again; by default all that are gone.",
)
@click.option("--dry-run", is_flag=True, help="Say what would be found, and write nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def relink_command(
    survey: Path, folder: Path, *, old: str | None, dry_run: bool, as_json: bool
) -> None:
    """Find the pictures of SURVEY again in FOLDER, after a move or on another machine.

    A picture is found by its path, size and time of change, else by its content, for which
    files are read; what is not found is missing until it is added or relinked. Grades and
    predictions stay with their pictures.
    """
    from camtrap_tui.services.relink import relink

    with opened(survey, dry_run=dry_run) as store, bar() as tell:
        report = relink(
            store,
            folder,
            old=old,
            progress=None if tell is None else lambda done: tell("files", done, 0),
            survey=survey,
        )
    if as_json:
        echo_json(asdict(report) | {"folder": str(report.folder), "dry_run": dry_run})
    else:
        _show(survey, report, dry_run=dry_run)


def _show(survey: Path, report: RelinkReport, *, dry_run: bool) -> None:
    echo_table(
        ["folder", "now", "by path", "by content", "not found"],
        [(one.old, one.new, one.by_path, one.by_content, one.not_found) for one in report.moved],
    )
    narrate("")
    if report.named:
        pictures = counted(report.named, "picture")
        narrate(f"{pictures} that only a table named found by content.")
    for location in report.untouched:
        narrate(clean(f"Nothing of {location} was found: it stays as it is."))
    if report.new_files:
        known = counted(report.new_files, "picture")
        command = f"camtrap-tui add {quoted(str(survey))} FOLDER"
        narrate(f"{known} there that the survey does not know: {command}")
    if dry_run:
        narrate("Nothing was written: this was a dry run.")
