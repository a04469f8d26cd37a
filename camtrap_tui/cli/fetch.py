"""`camtrap-tui fetch SURVEY`: the pictures that are not here, downloaded into a cache."""

from __future__ import annotations

import sys
import threading
from dataclasses import asdict
from pathlib import Path

import click

from camtrap_tui.cli.fetch_options import fetch_options, fetch_request, size_of
from camtrap_tui.cli.narration import Narrator
from camtrap_tui.cli.output import echo_json, echo_table, narrate
from camtrap_tui.domain.text import quoted
from camtrap_tui.errors import InputError


@click.command("fetch")
@click.argument("survey", type=click.Path(path_type=Path))
@fetch_options
@click.option("--retry", is_flag=True, help="Ask again for what could not be had.")
@click.option("--json", "as_json", is_flag=True, help="Print the outcome as JSON.")
def fetch_command(
    survey: Path,
    *,
    cache: Path | None,
    width: int | None,
    quality: int | None,
    original: bool,
    jobs: int,
    rate_limit: str | None,
    retry: bool,
    as_json: bool,
) -> None:
    """Download the pictures of SURVEY that have an address and are not here.

    The same command goes on where it stopped. Copies that were deleted come again; a copy
    counts only when all of it has come. Cache and size need to be given once.
    """
    from camtrap_tui.services import lifeline
    from camtrap_tui.services.fetch import fetch

    size = size_of(width, quality, original=original)
    request = fetch_request(cache, size, jobs, rate_limit, retry=retry)
    stop = threading.Event()
    lifeline.stop_on_signals(stop)
    tell = Narrator(sys.stderr)
    try:
        report = fetch(survey, request, on_event=tell, should_stop=stop.is_set)
    finally:
        tell.close()
    if as_json:
        echo_json(asdict(report))
    else:
        echo_table(
            ["pictures", "count"],
            [
                ("fetched", report.fetched),
                ("not to be had", report.not_fetched),
                ("still to be fetched", report.left),
            ],
        )
        narrate(f"\n{report.bytes / 1e6:,.1f} MB downloaded into {report.cache}.")
        if report.not_fetched:
            narrate(f"Why: camtrap-tui status {quoted(str(survey))} --list missing (or unreadable)")
        if not report.gave_up and not report.stopped:
            narrate(f"Next: camtrap-tui predict {quoted(str(survey))}")
    if report.gave_up:
        raise InputError(
            f"{'; '.join(report.gave_up)}: {report.left:,} pictures are still to be fetched.",
            "Run the same command again later: it goes on there.",
        )
    if report.stopped:
        raise click.Abort
