"""`camtrap-tui deployments` and `camtrap-tui bursts`: places, dates, and what belongs together."""

from __future__ import annotations

import csv
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from camtrap_tui.cli.mapping import map_option, mapped_columns
from camtrap_tui.cli.output import Cell, echo_json, echo_table, narrate
from camtrap_tui.domain.text import clean, counted
from camtrap_tui.errors import EXIT_FAILURE, UsageError

if TYPE_CHECKING:
    from camtrap_tui.services.deployments import DeploymentReport, ListedDeployment
    from camtrap_tui.store.store import Store

_MOST_NAMED = 10


@click.command("deployments")
@click.argument("survey", type=click.Path(path_type=Path))
@click.argument("file", type=click.Path(path_type=Path), required=False)
@map_option("Another heading in FILE, as in --map deploymentID=Station.")
@click.option("--dry-run", is_flag=True, help="Say what FILE would do, and write nothing.")
@click.option("--skip-bad", is_flag=True, help="Leave out rows that cannot be taken.")
@click.option(
    "--csv",
    "out",
    metavar="OUT|-",
    type=click.Path(path_type=Path, allow_dash=True),
    help="Write them to a CSV file that this command reads, or - for stdout.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def deployments_command(
    survey: Path,
    file: Path | None,
    *,
    mapped: tuple[str, ...],
    dry_run: bool,
    skip_bad: bool,
    out: Path | None,
    as_json: bool,
) -> None:
    """List the deployments of SURVEY, or describe them by the CSV FILE.

    FILE has Camtrap DP's headings, or the usual words for them: deploymentID, locationID,
    locationName, latitude, longitude, coordinateUncertainty, deploymentStart, deploymentEnd,
    cameraID, and utcOffset (as +02:00 or -5). Times are the camera's local ones; an offset
    that start and end agree on is the deployment's. An empty cell leaves what is known.

    Where one row cannot be taken, nothing is written and the rows are named; --skip-bad
    takes the others.
    """
    from camtrap_tui.services.deployments import (
        deployment_json,
        describe_deployments,
        list_deployments,
    )
    from camtrap_tui.store.store import Store

    if file is None and (mapped or dry_run or skip_bad):
        raise UsageError("--map, --dry-run and --skip-bad say how to read a table:", "give FILE.")
    if file is not None and out is not None:
        raise UsageError("--csv writes the deployments of the survey:", "leave FILE out.")
    if out is not None and as_json:
        raise UsageError("--csv and --json:", "give one of them.")
    with Store.open(survey) as store:
        if file is not None:
            report = describe_deployments(
                store, file, mapped_columns(mapped), dry_run=dry_run, skip_bad=skip_bad
            )
            _show_report(report, dry_run=dry_run, as_json=as_json)
            return
        if out is not None:
            _write(store, out)
            return
        found = list_deployments(store)
        homeless = store.flags.without_deployment()
    if as_json:
        echo_json([deployment_json(listed) for listed in found])
    else:
        _show_table(found)
    if homeless:
        narrate(f"\n{counted(homeless, 'image')} without a deployment.")


@click.command("bursts")
@click.argument("survey", type=click.Path(path_type=Path))
@click.option(
    "--gap",
    "gap_s",
    type=click.IntRange(0, 86_400),
    metavar="SECONDS",
    help="Pictures this close belong together; all bursts and flags are worked out anew.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def bursts_command(survey: Path, *, gap_s: int | None, as_json: bool) -> None:
    """Count the bursts of SURVEY, or set the gap between them.

    Pictures of one deployment belong to one burst while each follows the one before it within
    the gap: 60 seconds in a new survey. What was graded is not touched.
    """
    from camtrap_tui.services.bursting import regroup
    from camtrap_tui.services.quality import flags_unknown
    from camtrap_tui.store.store import Store

    with Store.open(survey) as store:
        if gap_s is not None:
            regroup(store, gap_s)
        images, gap = store.images.count(), store.survey.burst_gap_s
        bursts, together, longest = store.timelines.burst_counts()
        unknown = flags_unknown(store)
    counts: dict[str, int] = {
        "gap_s": gap,
        "images": images,
        "bursts": bursts,
        "images_in_bursts": together,
        "images_alone": images - together,
        "longest": longest,
    }
    if as_json:
        echo_json(counts)
        return
    titles = {
        "gap_s": "seconds between bursts",
        "images": "images",
        "bursts": "bursts of several images",
        "images_in_bursts": "images in these",
        "images_alone": "images on their own",
        "longest": "images in the longest burst",
    }
    echo_table(["bursts", "count"], [(titles[name], count) for name, count in counts.items()])
    if unknown:
        narrate(f"\n{unknown}")


def _write(store: Store, out: Path) -> None:
    from camtrap_tui.services.deployment_tables import COLUMNS, deployment_cells
    from camtrap_tui.services.deployments import export_deployments

    if str(out) != "-":
        narrate(f"{out}: {counted(export_deployments(store, out), 'deployment')}.")
        return
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(map(deployment_cells, store.deployments.all()))


def _show_report(report: DeploymentReport, *, dry_run: bool, as_json: bool) -> None:
    if as_json:
        echo_json(asdict(report) | {"file": str(report.file)})
    else:
        taken = ", ".join(
            name if name == heading else f"{name} ({heading})"
            for name, heading in report.columns.items()
        )
        narrate(f"Columns taken: {taken}.")
        echo_table(
            ["rows of the table", "count"],
            [
                ("new deployments", report.added),
                ("change one", report.changed),
                ("change nothing", report.unchanged),
                ("the same again", report.repeated),
                ("cannot be taken", report.bad),
                ("in all", report.rows),
            ],
        )
    for example in report.examples:
        narrate(f"  {example}")
    if report.bad > len(report.examples):
        narrate(f"  … and {report.bad - len(report.examples):,} more")
    if report.without_row:
        more = len(report.without_row) - _MOST_NAMED
        named = ", ".join(report.without_row[:_MOST_NAMED]) + (
            f" … {more:,} more" if more > 0 else ""
        )
        # A survey that came from elsewhere may hold what was never cleaned.
        narrate(f"Not in the table: {clean(named)}.")
    if dry_run:
        narrate("Nothing was written (--dry-run).")
    elif not report.written:
        narrate("Nothing was written: correct these rows, or leave them out with --skip-bad.")
        raise click.exceptions.Exit(EXIT_FAILURE)


def _show_table(found: list[ListedDeployment]) -> None:
    from camtrap_tui.domain.timestamps import offset_text

    rows: list[list[Cell]] = []
    for listed in found:
        d, taken = listed.deployment, listed.taken
        rows.append(
            [
                d.deployment_id,
                d.location_name or d.location_id,
                None if d.latitude is None else f"{d.latitude:.5f}",
                None if d.longitude is None else f"{d.longitude:.5f}",
                None if d.utc_offset_min is None else f"UTC{offset_text(d.utc_offset_min)}",
                d.deployment_start,
                d.deployment_end,
                taken.images,
                taken.first,
                taken.last,
                ", ".join(f"{flag} {count:,}" for flag, count in listed.flags.items()),
            ]
        )
    headings = "deployment,place,latitude,longitude,offset,start,end,images,first,last,flags"
    echo_table(headings.split(","), rows)
