"""`camtrap-tui add SURVEY SOURCE`: a folder, manifest, bucket or package into the ledger.

What was guessed of a manifest's columns is shown before anything is written.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from camtrap_tui.cli.mapping import map_option, mapped_columns
from camtrap_tui.cli.output import echo_json, echo_table, narrate
from camtrap_tui.domain.text import clean, counted, quoted
from camtrap_tui.errors import UsageError

if TYPE_CHECKING:
    from camtrap_tui.services.adding import AddReport, AddRequest, Kind
    from camtrap_tui.services.manifest_columns import Guess
    from camtrap_tui.services.tables import Head
    from camtrap_tui.store.store import Store

Tell = Callable[[str, int, int], None]


@click.command("add")
@click.argument("survey", type=click.Path(path_type=Path))
@click.argument("source")
@map_option(
    "The heading of one of a manifest's columns, as in --map timestamp=DateTime;"
    " without a heading the column is left out.",
)
@click.option(
    "--images", type=click.Path(path_type=Path), help="The folder of the pictures of a table."
)
@click.option(
    "--kind",
    type=click.Choice(["folder", "manifest", "s3", "camtrap_dp"]),
    help="What SOURCE is, where that is not plain.",
)
@click.option("--public", is_flag=True, help="Read a bucket without keys.")
@click.option("--dry-run", is_flag=True, help="Say what would happen, and write nothing.")
@click.option("--yes", is_flag=True, help="Take a manifest's columns as they are guessed.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def add_command(
    survey: Path,
    source: str,
    *,
    mapped: tuple[str, ...],
    images: Path | None,
    kind: Kind | None,
    public: bool,
    dry_run: bool,
    yes: bool,
    as_json: bool,
) -> None:
    """Add the pictures of SOURCE to SURVEY (made if need be); every row ends in one state.

    SOURCE is a folder, a manifest (a CSV with mediaID, publicURL, timestamp, folderName,
    fileName, filePath, contentMD5, latitude, longitude, deploymentID or some of these),
    s3://bucket/prefix, or a Camtrap DP package. Nothing is downloaded or predicted. The same
    source may be added again: what is new is added, and what is known stays as it is.
    """
    from camtrap_tui.services.adding import AddRequest, kind_of

    found = kind or kind_of(source)
    if mapped and found != "manifest":
        raise UsageError("--map is about the columns of a manifest:", "leave it out here.")
    if public and found != "s3":
        raise UsageError("--public is about the keys of a bucket:", "leave it out here.")
    columns: dict[str, str] = {}
    if found == "manifest":
        columns = _columns(Path(source), mapped, show=dry_run, ask=not (yes or dry_run))
    request = AddRequest(source, found, columns, images, public, survey)
    with _opened(survey, dry_run=dry_run) as store, bar() as tell:
        report = _add(store, request, tell)
    if as_json:
        echo_json(_as_json(report, dry_run=dry_run))
    else:
        _show(survey, report, dry_run=dry_run)


@contextmanager
def _opened(survey: Path, *, dry_run: bool) -> Iterator[Store]:
    from camtrap_tui.store.private_copy import private_copy
    from camtrap_tui.store.store import Store

    with private_copy(survey) if dry_run else Store.make(survey) as store:
        yield store


def _add(store: Store, request: AddRequest, tell: Tell | None) -> AddReport:
    from camtrap_tui.services.adding import add_source

    return add_source(store, request, progress=tell)


def _columns(file: Path, mapped: tuple[str, ...], *, show: bool, ask: bool) -> dict[str, str]:
    """Return the columns of a manifest; a guess is shown, and where `ask` is set, confirmed."""
    from camtrap_tui.services.manifest_columns import guess_columns
    from camtrap_tui.services.tables import read_day_order, read_head

    head = read_head(file)
    guess = guess_columns(file, head, mapped_columns(mapped, may_be_empty=True))
    days = ""
    if "timestamp" in guess.columns:
        days = read_day_order(file, guess.columns, names=tuple(guess.columns)).said
    if show or guess.guessed or days:
        _show_columns(guess, head, days)
    if guess.guessed and ask:
        if not (sys.stdin.isatty() and sys.stderr.isatty()):
            raise UsageError(
                f"{clean(str(file))}: {', '.join(guess.guessed)} would be a guess:",
                f"give {guess.as_options} (or --yes).",
            )
        click.confirm("Are these the columns?", default=True, abort=True, err=True)
    return guess.columns


def _show_columns(guess: Guess, head: Head, days: str) -> None:
    width = max(map(len, guess.columns))
    narrate("The manifest's columns are taken so:")
    for name, heading in guess.columns.items():
        how = "  (guessed)" if name in guess.guessed else ""
        example = guess.examples[name]
        order = f", {days}" if days and name == "timestamp" else ""
        shown = f"{order}, as in {example}" if example else ", empty in the first rows"
        narrate(clean(f"  {name.ljust(width)} is {heading}{shown}{how}"))
    unused = [heading for heading in head.headings if heading not in guess.columns.values()]
    if any(unused):
        narrate(clean(f"  not used: {', '.join(filter(None, unused))}"))


@contextmanager
def bar() -> Iterator[Tell | None]:
    """Give what draws a bar for each part of the work; nothing where stderr is no terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskID, TextColumn

    tasks: dict[str, TaskID] = {}
    with Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn("{task.completed:,}", markup=False),
        console=Console(stderr=True),
    ) as bar:

        def tell(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bar.add_task(what, total=total or None)
            bar.update(tasks[what], completed=done, total=total or None)

        yield tell


def _as_json(report: AddReport, *, dry_run: bool) -> dict[str, object]:
    return {
        "kind": report.kind,
        "source": report.location,
        "dry_run": dry_run,
        "already_added": report.already_added,
        "rows": report.states,
        "new_rows": report.new_rows,
        "new_images": report.new_images,
        "known_images": report.known_images,
        "columns": report.columns,
        "notes": list(report.notes),
        "examples": list(report.examples),
        "folder": None if report.folder is None else report.folder.states,
    }


def _show(survey: Path, report: AddReport, *, dry_run: bool) -> None:
    if report.already_added:
        narrate(f"{report.location} was added before, and is the same: nothing to do.\n")
    what = {
        "folder": "files of the folder",
        "s3": "objects of the bucket",
        "manifest": "rows of the manifest",
        "camtrap_dp": "media of the package",
    }[report.kind]
    echo_table([what, "count"], [*report.states.items(), ("in all", sum(report.states.values()))])
    if report.folder is not None:
        narrate("")
        echo_table(["files of the folder", "count"], list(report.folder.states.items()))
    if not report.already_added:
        new = counted(report.new_images, "new image")
        narrate(f"\n{new}, {report.known_images:,} known before.")
    for note in report.notes:
        narrate(note)
    for example in report.examples:
        narrate(clean(f"  {example}"))
    if dry_run:
        narrate("\nNothing was written: this was a dry run.")
        return
    if report.states.get("pending") and report.kind != "folder":
        narrate(f"\nFetch the pictures: camtrap-tui fetch {quoted(str(survey))} --cache FOLDER")
    narrate(f"\nReview them: camtrap-tui review {quoted(str(survey))}")
