"""`camtrap-tui export`: the ground truth as a CSV file."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from camtrap_tui.cli.output import echo_json, narrate


@click.command("export")
@click.argument("survey", type=click.Path(path_type=Path))
@click.argument("out", type=click.Path(path_type=Path))
@click.option("--all-graders", is_flag=True, help="A row for each grader, not one for all.")
@click.option("--where", default="", help="Only the pictures of a filter, or @NAME, as in review.")
@click.option(
    "--run",
    "run_id",
    type=int,
    help="The run whose word stands beside; the one that the grader saw unless given.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def export_command(
    survey: Path, out: Path, *, all_graders: bool, where: str, run_id: int | None, as_json: bool
) -> None:
    """Write the ground truth of SURVEY to OUT, a CSV file: one row an observation.

    Rows with is_final=true are the truth. Pictures whose graders disagree are in it with
    is_final=false; grades that were undone are not.
    """
    from camtrap_tui.config import load_settings
    from camtrap_tui.domain.text import counted
    from camtrap_tui.services.export import export_truth
    from camtrap_tui.store.store import Store

    with Store.open(survey) as store:
        report = export_truth(
            store,
            out,
            where=where,
            grader=load_settings().grader,
            run_id=run_id,
            all_graders=all_graders,
        )
    if as_json:
        echo_json(asdict(report))
    narrate(
        f"{out}: {counted(report.rows, 'row')}; {counted(report.pictures, 'picture')} with a truth,"
        f" {report.conflicts:,} in conflict ({counted(report.conflict_rows, 'row')},"
        " is_final=false)."
    )
    if report.ungraded:
        narrate(f"Left out: {counted(report.ungraded, 'picture')} that nobody has graded.")
