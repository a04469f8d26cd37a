"""`camtrap-tui refence SURVEY`: a run for another country, from what is stored.

This process imports SpeciesNet's rules; the screen starts it as a child with `--events`.
"""

from __future__ import annotations

import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import click

from camtrap_tui.cli.narration import EventLines, Narrator
from camtrap_tui.cli.output import echo_json, echo_table, narrate
from camtrap_tui.cli.predict import data_on_stdout
from camtrap_tui.config import load_settings
from camtrap_tui.domain.text import quoted
from camtrap_tui.errors import CamtrapError, UsageError

if TYPE_CHECKING:
    from camtrap_tui.services.refence import RefenceReport
    from camtrap_tui.services.refence_request import RefenceRequest


@click.command("refence")
@click.argument("survey", type=click.Path(path_type=Path))
@click.option("--country", metavar="USA", help="Three letters, ISO 3166.")
@click.option("--admin1-region", metavar="IL", help="The state, for the United States.")
@click.option("--none", "no_country", is_flag=True, help="No country: nothing is fenced.")
@click.option(
    "--run",
    "run_id",
    type=int,
    metavar="N",
    help="The run to take from; the newest unless given.",
)
@click.option(
    "--model",
    metavar="FOLDER|NAME",
    help="Whose taxonomy and geofence to use: the run's own unless given; a run that was imported"
    " needs one, here or in the settings.",
)
@click.option("--events", "as_events", is_flag=True, help="Print a JSON line an event.")
@click.option("--json", "as_json", is_flag=True, help="Print the outcome as JSON.")
def refence_command(
    survey: Path,
    *,
    country: str | None,
    admin1_region: str | None,
    no_country: bool,
    run_id: int | None,
    model: str | None,
    as_events: bool,
    as_json: bool,
) -> None:
    """Make a run for another country from the stored boxes and classes of a run.

    SpeciesNet's own rules are asked again, and no picture is: what comes is what predict with
    that country would have given, as a run beside the other. It touches no grade. The same
    command goes on where it stopped; once it is done, it says which run that is.

    A run that came from a file has what the file had. SpeciesNet writes four decimals, so a picture
    that lies on a threshold may end otherwise; and the best two classes of a box unless told,
    where roll-ups need five.
    """
    from camtrap_tui.services.refence_request import RefenceRequest

    with data_on_stdout() as data:
        tell = EventLines(data) if as_events else Narrator(sys.stderr)
        try:
            asked = _asked(country, admin1_region, no_country=no_country)
            usual = load_settings().model
            request = RefenceRequest(*asked, run_id, model or "", usual)
            report = _refence(survey, request, tell, watch_parent=as_events)
        except CamtrapError as error:
            tell.error(error)
            raise
        finally:
            tell.close()
    if as_json:
        echo_json(_as_json(report))
    elif not as_events:
        _show(survey, report)
    if report.stopped:
        raise click.Abort


def _asked(
    country: str | None, admin1_region: str | None, *, no_country: bool
) -> tuple[str | None, str | None]:
    """Return country and state as checked codes, both None for no fence.

    They are given each time: taken from the settings, a new run would often be the old one.
    """
    from camtrap_tui.domain.countries import checked_admin1_region, checked_country

    if no_country:
        if country or admin1_region:
            raise UsageError("--none and --country:", "give one of them.")
        return None, None
    known = checked_country(country or "")
    if known is None:
        raise UsageError("For which country?", "Give one, as in --country USA, or --none.")
    return known, checked_admin1_region(known, admin1_region or "")


def _refence(
    survey: Path, request: RefenceRequest, tell: EventLines | Narrator, *, watch_parent: bool
) -> RefenceReport:
    from camtrap_tui.services import lifeline
    from camtrap_tui.services.refence import refence

    stop = threading.Event()
    lifeline.stop_on_signals(stop)
    if watch_parent:
        lifeline.end_with_parent(stop)
    return refence(survey, request, on_event=tell, should_stop=stop.is_set)


def _as_json(report: RefenceReport) -> dict[str, object]:
    run = report.run
    return {
        "run": run.id,
        "is_new": report.is_new,
        "of_run": report.parent.id,
        "country": run.country,
        "admin1_region": run.admin1_region,
        "taxonomy_sha256": run.taxonomy_sha256,
        "geofence_sha256": run.geofence_sha256,
        "software": run.software,
        "finished_at": run.finished_at,
        "taken_now": report.taken,
        "left": report.left,
        "outcomes": report.outcomes,
        "stopped": report.stopped,
    }


def _show(survey: Path, report: RefenceReport) -> None:
    run, parent = report.run, report.parent
    if run.id == parent.id:
        return
    counts = {name: report.outcomes.get(name, 0) for name in ("predicted", "failed", "pending")}
    left = [("not taken over yet", report.left)] if report.left else []
    total = sum(counts.values()) + report.left
    rows = [*counts.items(), *left, ("images in all", total)]
    echo_table(["outcome", "pictures"], rows)
    if report.stopped:
        narrate("\nThe same command goes on from here.")
        return
    narrate("")
    if report.taken or report.is_new:
        narrate(f"Run {run.id} is run {parent.id} for {run.region or 'no country'}.")
    if counts["pending"]:
        narrate(
            f"{counts['pending']:,} pictures still wait in run {parent.id}: predict them, then"
            " give this command again."
        )
    if report.is_new and run.finished_at:
        narrate(f"Review and charts show it from now on; --run {parent.id} shows the other.")
    narrate(f"What changed: camtrap-tui compare {quoted(str(survey))} {parent.id} {run.id}")
