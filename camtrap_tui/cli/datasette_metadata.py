"""`camtrap-tui datasette-metadata SURVEY [OUT]`: names and queries for Datasette."""

from __future__ import annotations

from pathlib import Path

import click

from camtrap_tui.cli.output import echo_json, narrate
from camtrap_tui.domain.text import quoted

# Datasette waits a second for an answer; what a hundred thousand graded pictures add up to may
# take three.
_PATIENCE = "--setting sql_time_limit_ms 10000"


@click.command("datasette-metadata")
@click.argument("survey", type=click.Path(path_type=Path))
@click.argument("out", required=False, type=click.Path(path_type=Path))
def datasette_metadata_command(survey: Path, out: Path | None) -> None:
    """Write names, descriptions and queries with which Datasette shows SURVEY.

    OUT is a file, as in metadata.json; without it the JSON is printed. Datasette then shows
    tables and columns with what they mean, species and pictures by name where a table points at
    them, and answers the questions that are asked most: where and when a species was seen, who
    contradicts whom, how long each camera was at work. With much graded, give datasette the
    setting that is printed: it waits no longer than a second without. Before you publish a survey,
    look at the table source: it may name folders of your computer.
    """
    from camtrap_tui.services.datasette_metadata import (
        datasette_metadata,
        write_datasette_metadata,
    )
    from camtrap_tui.store.store import Store

    with Store.open(survey) as store:
        if out is None:
            echo_json(datasette_metadata(store))
            return
        write_datasette_metadata(store, out)
    opened = f"datasette {quoted(str(survey))} --metadata {quoted(str(out))}"
    narrate(f"Open it with: {opened} {_PATIENCE}")
