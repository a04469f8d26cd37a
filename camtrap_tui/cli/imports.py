"""`camtrap-tui import SURVEY PREDICTIONS`: what a model said elsewhere, into a survey."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from camtrap_tui.cli.mapping import map_option, mapped_columns
from camtrap_tui.cli.output import echo_json, echo_table, narrate
from camtrap_tui.domain.text import counted, quoted
from camtrap_tui.errors import UsageError

if TYPE_CHECKING:
    from camtrap_tui.services.import_writer import Counts
    from camtrap_tui.services.imports import ImportReport


@click.command("import")
@click.argument("survey", type=click.Path(path_type=Path))
@click.argument("predictions", type=click.Path(path_type=Path))
@click.option(
    "--images", type=click.Path(path_type=Path), help="The folder in which the pictures lie."
)
@click.option(
    "--metadata",
    type=click.Path(path_type=Path),
    help="A CSV with mediaID,timestamp,publicURL,folderName,fileName[,filePath].",
)
@map_option("Another heading in that CSV, as in --map timestamp=DateTime.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def import_command(
    survey: Path,
    predictions: Path,
    *,
    images: Path | None,
    metadata: Path | None,
    mapped: tuple[str, ...],
    as_json: bool,
) -> None:
    """Import PREDICTIONS into SURVEY (made if need be).

    PREDICTIONS is a file of SpeciesNet 4.x or 5.x, or MegaDetector's batch output (1.3 to 1.6),
    gzip or not; what it holds tells which. The same file counts once: a second time only the
    table and the folder are looked at.
    """
    from camtrap_tui.services.imports import import_predictions
    from camtrap_tui.store.store import Store

    columns = _columns(mapped, metadata)
    with Store.make(survey) as store, _bar() as tell:
        report = import_predictions(
            store, predictions, images=images, metadata=metadata, columns=columns, progress=tell
        )
    if as_json:
        echo_json(_as_json(report))
    else:
        _show(survey, report)


def _columns(mapped: tuple[str, ...], metadata: Path | None) -> dict[str, str]:
    if mapped and metadata is None:
        raise UsageError("--map says how a metadata table is headed:", "give --metadata too.")
    return mapped_columns(mapped)


@contextmanager
def _bar() -> Iterator[Callable[[str, int, int], None] | None]:
    """Give what draws a bar for each part of the work; nothing where stderr is no terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskID, TaskProgressColumn, TextColumn

    tasks: dict[str, TaskID] = {}
    with Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TaskProgressColumn(),
        console=Console(stderr=True),
    ) as bar:

        def tell(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bar.add_task(what, total=total)
            bar.update(tasks[what], completed=done, total=total)

        yield tell


def _as_json(report: ImportReport) -> dict[str, object]:
    folder, metadata = report.folder, report.metadata
    return {
        "file": str(report.file),
        "run": report.run.id,
        "model_version": report.run.model_version,
        "source_format": report.run.source_format,
        "country": report.run.country,
        "admin1_region": report.run.admin1_region,
        "already_imported": report.already_imported,
        **asdict(report.counts),
        "matched": {
            "by_id": report.counts.by_id,
            "by_path": report.counts.by_path,
            "by_suffix": report.counts.by_suffix,
            "none": report.counts.new_images,
        },
        "rows": report.states,
        "metadata": None if metadata is None else asdict(metadata) | {"file": str(metadata.file)},
        "folder": None if folder is None else asdict(folder) | {"folder": str(folder.folder)},
    }


def _show(survey: Path, report: ImportReport) -> None:
    from camtrap_tui.services.tables import IN_DOUBT

    counts = report.counts
    if report.already_imported:
        narrate(f"{report.file} was imported before (run {report.run.id}): no record was added.")
    else:
        echo_table(
            ["records", "count"],
            [
                ("predicted", counts.predicted),
                ("failed, or without a prediction", counts.failed),
                *_where(("the same picture again", counts.repeated)),
                *_where(("not pictures", counts.not_pictures)),
                *_where(("without a file name", counts.nameless)),
                ("in all", counts.records),
            ],
        )
        narrate(
            f"\n{counts.new_images:,} new images, {counts.known_images:,} known before"
            f"{_how_known(counts)};"
            f" run {report.run.id}, {report.run.source_format}, model {report.run.model_version}."
        )
        _examples(f"{counts.odd:,} records were odd", counts.odd, counts.examples)
    if report.metadata:
        metadata = report.metadata
        narrate("")
        echo_table(
            ["rows of the metadata", "count"],
            [
                ("describe an image", metadata.described),
                ("repeat an id", metadata.repeated),
                ("no image here", metadata.unmatched),
                ("in all", metadata.rows),
            ],
        )
        odd = metadata.conflicting + metadata.bad_times
        told = f"{metadata.conflicting:,} conflicting, {metadata.bad_times:,} bad timestamps"
        _examples(told, odd, metadata.examples)
        if metadata.unclear_times:
            narrate(f"{metadata.unclear_times:,} of these times {IN_DOUBT}.")
        elif metadata.days:
            narrate(f"Its times are read with the {metadata.days}.")
    narrate("")
    echo_table(["pictures of the predictions", "count"], list(report.states.items()))
    if report.folder:
        narrate("")
        echo_table(["files of the folder", "count"], list(report.folder.states.items()))
    for state, what in (("pending", "not here yet"), ("missing", "not found")):
        if report.states.get(state):
            narrate(
                f"\n{counted(report.states[state], 'picture')} of predictions {what}:"
                f" camtrap-tui status {quoted(str(survey))} --list {state}"
            )
    narrate(f"\nReview them: camtrap-tui review {quoted(str(survey))}")


def _how_known(counts: Counts) -> str:
    """Return in brackets how the images that were known were found; nothing where none was."""
    ways = [
        (counts.by_id, "by id"),
        (counts.by_path, "by path"),
        (counts.by_suffix, "by the end of the path"),
    ]
    said = ", ".join(f"{n:,} {how}" for n, how in ways if n)
    return f" ({said})" if said else ""


def _where(row: tuple[str, int]) -> list[tuple[str, int]]:
    return [row] if row[1] else []


def _examples(title: str, count: int, examples: list[str]) -> None:
    if not count:
        return
    narrate(f"\n{title}:")
    for example in examples:
        narrate(f"  {example}")
    if count > len(examples):
        narrate(f"  … and {count - len(examples):,} more")
