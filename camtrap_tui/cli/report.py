"""`camtrap-tui report SURVEY OUT.html`: one page about a survey, to be mailed."""

from __future__ import annotations

from pathlib import Path

import click

from camtrap_tui.cli.output import echo_json, narrate
from camtrap_tui.errors import UsageError


@click.command("report")
@click.argument("survey", type=click.Path(path_type=Path))
@click.argument("out", type=click.Path(path_type=Path), required=False)
@click.option(
    "--where",
    default="",
    metavar="FILTER",
    help="Charts, agreement and conflicts of these pictures only, as in review.",
)
@click.option(
    "--run",
    "run_id",
    type=int,
    help="The run to chart and to judge. Unless given, the newest finished one is charted, and "
    "each holdout judges the one it is from.",
)
@click.option(
    "--holdout",
    "names",
    multiple=True,
    metavar="NAME",
    help="This holdout's evaluation only; may be given again. All unless given.",
)
@click.option("--title", default="", help="The heading; the survey's name unless given.")
@click.option("--json", "as_json", is_flag=True, help="Print the same numbers as JSON.")
def report_command(
    survey: Path,
    out: Path | None,
    *,
    where: str,
    run_id: int | None,
    names: tuple[str, ...],
    title: str,
    as_json: bool,
) -> None:
    """Write one page about SURVEY to OUT, a file of HTML that can be mailed as it is.

    In it: the ledger, deployments and their effort, charts of classes and hours by the AI and by
    people, who graded how much, how far they agree, what is in conflict, how accurate a run is by
    each holdout, the runs with their settings. It needs no network and no script, prints, and is
    dark where the reader's screen is. With --json, OUT may be left out.
    """
    from camtrap_tui.config import load_settings
    from camtrap_tui.services.report import ReportRequest, gather
    from camtrap_tui.services.report_json import report_json
    from camtrap_tui.services.report_page import check_page, write_page
    from camtrap_tui.store.store import Store

    if out is None and not as_json:
        raise UsageError("A report goes into a file:", "give OUT, as in report.html, or --json.")
    request = ReportRequest(where, load_settings().grader, run_id, names, title)
    with Store.open(survey) as store:
        if out is not None:
            check_page(store.path, out)
        found = gather(store, request, lambda what: narrate(f"{what} …"))
        if where and not found.filter.pictures:
            narrate(f"No picture fits the filter. {found.filter.hint}".rstrip())
        if out is not None:
            size = write_page(found, out)
            narrate(f"{out}: one page, {size / 1000:,.0f} kB.")
    if as_json:
        echo_json(report_json(found))
