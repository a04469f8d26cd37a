"""`camtrap-tui predict SURVEY [FOLDER]`: SpeciesNet's word on every picture.

This process is the one that imports torch; the screen starts it as a child with `--events`.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import click

from camtrap_tui.cli.fetch_options import fetch_options, fetch_request, size_of
from camtrap_tui.cli.narration import EventLines, Narrator
from camtrap_tui.cli.output import echo_json, echo_table, narrate
from camtrap_tui.config import load_settings
from camtrap_tui.domain.text import quoted
from camtrap_tui.errors import CamtrapError, InputError, UsageError

if TYPE_CHECKING:
    from camtrap_tui.services.inference import PredictReport
    from camtrap_tui.services.prediction_request import PredictRequest


@click.command("predict")
@click.argument("survey", type=click.Path(path_type=Path))
@click.argument("folder", type=click.Path(path_type=Path), required=False)
@click.option(
    "--model", metavar="NAME|FOLDER", help="SpeciesNet's model; by default the one it names itself."
)
@click.option("--country", metavar="USA", help="Three letters, ISO 3166, for the geofence.")
@click.option("--admin1-region", metavar="IL", help="The state, for the United States.")
@click.option("--no-geofence", is_flag=True, help="Do not ask where species live.")
@click.option(
    "--batch-size",
    type=click.IntRange(1),
    default=16,
    show_default=True,
    help="Pictures that are saved together; a kill costs at most these.",
)
@click.option("--retry", is_flag=True, help="Take up failed pictures again.")
@click.option(
    "--threads",
    type=click.IntRange(1),
    help="Torch's threads; by default one less than the computer has cores.",
)
@click.option("--fetch", is_flag=True, help="Meanwhile download the pictures that are not here.")
@fetch_options
@click.option("--events", "as_events", is_flag=True, help="Print a JSON line an event.")
@click.option("--json", "as_json", is_flag=True, help="Print the outcome as JSON.")
def predict_command(
    survey: Path,
    folder: Path | None,
    *,
    model: str | None,
    country: str | None,
    admin1_region: str | None,
    no_geofence: bool,
    batch_size: int,
    retry: bool,
    threads: int | None,
    fetch: bool,
    cache: Path | None,
    width: int | None,
    quality: int | None,
    original: bool,
    jobs: int,
    rate_limit: str | None,
    as_events: bool,
    as_json: bool,
) -> None:
    """Predict the pictures of FOLDER with SpeciesNet, into SURVEY (made if need be).

    Without FOLDER, all pictures of the survey that are here; with --fetch also those that
    have an address, downloaded while others are predicted. The same command goes on where
    it stopped, also after a crash. Another model, country or picture size makes another run
    beside the first.
    """
    from camtrap_tui.services.prediction_request import PredictRequest

    with data_on_stdout() as data:
        tell = EventLines(data) if as_events else Narrator(sys.stderr)
        try:
            chosen = _asked(model, country, admin1_region, no_geofence=no_geofence)
            size = size_of(width, quality, original=original)
            if not fetch and (cache or rate_limit):
                raise UsageError("--cache and --rate-limit say how to fetch:", "give --fetch too.")
            fetching = fetch_request(cache, size, jobs, rate_limit, retry=retry)
            request = PredictRequest(
                *chosen,
                geofence=not no_geofence,
                batch_size=batch_size,
                retry=retry,
                threads=threads,
                fetch=fetching if fetch else None,
                size=size,
            )
            report = _predict(survey, folder, request, tell, watch_parent=as_events)
            left = _left_for_later(report)
            if left:
                tell.error(left)
        except CamtrapError as error:
            tell.error(error)
            raise
        finally:
            tell.close()
    if as_json:
        echo_json(
            asdict(report)
            | {
                "failures": [
                    {"file": file, "reason": reason, "tries": tries}
                    for file, reason, tries in report.failures
                ]
            }
        )
    elif not as_events:
        _show(survey, folder, report)
    if left:
        raise left
    if report.stopped:
        raise click.Abort
    if not as_events:
        _check_outcomes(survey, report)


def _asked(
    model: str | None, country: str | None, admin1_region: str | None, *, no_geofence: bool
) -> tuple[str, str | None, str | None]:
    """Return model, country and state: what was given, else what the settings say."""
    from camtrap_tui.domain.countries import checked_admin1_region, checked_country

    options = {"model": model, "country": country, "admin1_region": admin1_region}
    if no_geofence:
        # Where nothing is fenced no country plays a part: a wrong one is said, none is recorded.
        checked_admin1_region(checked_country(country or ""), admin1_region or "")
        return load_settings({"model": model}).model, None, None
    settings = load_settings(options)
    region = settings.admin1_region
    if country is not None and admin1_region is None:
        # A state that was set for one country says nothing of another one.
        region = region if country.strip().upper() == "USA" else ""
    known = checked_country(settings.country)
    return settings.model, known, checked_admin1_region(known, region)


def _predict(
    survey: Path,
    folder: Path | None,
    request: PredictRequest,
    tell: EventLines | Narrator,
    *,
    watch_parent: bool,
) -> PredictReport:
    from camtrap_tui.services import lifeline
    from camtrap_tui.services.inference import predict

    stop = threading.Event()
    lifeline.stop_on_signals(stop)
    if watch_parent:
        lifeline.end_with_parent(stop)
    return predict(survey, folder, request, on_event=tell, should_stop=stop.is_set)


def _left_for_later(report: PredictReport) -> InputError | None:
    """Return the error for pictures whose host does not answer, if there are any."""
    if not report.gave_up:
        return None
    count = report.outcomes.get("pending", 0)
    return InputError(
        f"{report.gave_up}: {count:,} pictures are still to be fetched.",
        "Run the same command again later: it goes on there.",
    )


def _check_outcomes(survey: Path, report: PredictReport) -> None:
    """Fail where nothing came of any picture: a script must not go on with that."""
    failed = report.outcomes.get("failed", 0)
    if failed and failed == sum(report.outcomes.values()):
        raise InputError(
            f"None of the {failed:,} pictures could be predicted.",
            f"See why: camtrap-tui status {quoted(str(survey))} --list failed",
        )


def _show(survey: Path, folder: Path | None, report: PredictReport) -> None:
    if report.failures:
        echo_table(
            ["not predicted", "tries", "reason"],
            [(file, tries, reason) for file, reason, tries in report.failures],
        )
        narrate("")
    counts = {name: report.outcomes.get(name, 0) for name in ("predicted", "failed", "pending")}
    never = {name: n for name, n in report.rows.items() if name not in ("here", "duplicate")}
    echo_table(
        ["outcome", "pictures"],
        [*counts.items(), ("images in all", sum(counts.values()))],
    )
    if never:
        narrate("")
        what = "other files of the folder" if folder else "other rows of the survey"
        echo_table([what, "count"], list(never.items()))
    if report.stopped:
        narrate("\nThe same command goes on from here.")
    elif counts["pending"] and not report.gave_up:
        narrate(f"\n{counts['pending']:,} pictures are not here: predict with --fetch.")
    elif counts["predicted"]:
        narrate(f"\nReview them: camtrap-tui review {quoted(str(survey))}")


@contextmanager
def data_on_stdout() -> Iterator[TextIO]:
    """Give stdout to whoever writes data; what libraries print there goes to stderr."""
    data = sys.stdout
    try:
        number = data.fileno()
    except (OSError, ValueError):
        with redirect_stdout(sys.stderr):
            yield data
        return
    data.flush()
    kept = os.dup(number)
    os.dup2(2, number)
    try:
        with os.fdopen(kept, "w", encoding="utf-8", buffering=1, closefd=False) as lines:
            yield lines
    finally:
        data.flush()
        os.dup2(kept, number)
        os.close(kept)
