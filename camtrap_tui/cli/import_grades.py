"""`camtrap-tui import-grades SURVEY FILE`: labels that people gave elsewhere, in their names.

What was guessed of a table's columns is shown before anything is written.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from camtrap_tui.cli.dry_runs import opened
from camtrap_tui.cli.import_grades_edits import left_out, list_changes, show_edits
from camtrap_tui.cli.mapping import map_option, mapped_columns
from camtrap_tui.cli.output import echo_json, echo_table, narrate
from camtrap_tui.domain.text import clean, clean_name, counted, quoted
from camtrap_tui.errors import EXIT_FAILURE, InputError, UsageError

if TYPE_CHECKING:
    from camtrap_tui.domain.taxonomy import TaxonName
    from camtrap_tui.services.grade_imports import GradeImportReport
    from camtrap_tui.services.grade_imports_columns import LabelTable
    from camtrap_tui.services.tables import Head, Progress

_SHOWN = 20


@click.command("import-grades")
@click.argument("survey", type=click.Path(path_type=Path))
@click.argument("file", type=click.Path(path_type=Path))
@map_option(
    "The heading of a field's column, as in --map label=Species; without a heading the"
    " column is left out.",
    metavar="FIELD=COLUMN",
)
@click.option("--grader-column", metavar="COLUMN", help="The same as --map grader=COLUMN.")
@click.option(
    "--grader",
    metavar="NAME",
    help="Whose word a row is that names nobody; who has edited our own table.",
)
@click.option(
    "--adjudicate", is_flag=True, help="What was edited in our own table settles its pictures."
)
@click.option(
    "--names",
    "names_file",
    type=click.Path(path_type=Path),
    metavar="CSV",
    help="Names to be read as others: a table with the columns from,to.",
)
@click.option("--dry-run", is_flag=True, help="Say what would happen, and write nothing.")
@click.option("--yes", is_flag=True, help="Take the columns as they are guessed.")
@click.option(
    "--list", "list_lost", is_flag=True, help="List all pictures not found, or all edits."
)
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def import_grades_command(
    survey: Path,
    file: Path,
    *,
    mapped: tuple[str, ...],
    grader_column: str | None,
    grader: str | None,
    adjudicate: bool,
    names_file: Path | None,
    dry_run: bool,
    yes: bool,
    list_lost: bool,
    as_json: bool,
) -> None:
    """Take the labels of FILE into SURVEY as grades of mode `import`, in their authors' names.

    FILE is Camtrap DP's observations.csv, with media.csv beside it if there is one (or its
    package: a folder or datapackage.json), our own ground-truth CSV, what Timelapse exports (File,
    RelativePath; say which field is the label: --map label=Species), or any table with a column
    that names a picture (mediaID, filePath or fileName) and one that says what it shows (label,
    scientificName, observationType, taxonID). Further fields: count, grader, time, lifeStage,
    sex, behavior, observationID.

    Several rows of one author and picture are one grade. Machines' words are left out and counted,
    and so are Camtrap DP's observations of events, which need not be true of each picture: all but
    blank events and those of one picture, where nobody has words of its own on a picture.
    Names are found among the survey's taxa; what no list has becomes a new one, and is listed:
    look at it with --dry-run first. What its author keyed here always counts as later. The same
    file may be imported again: nothing counts twice. Ends with 1 where labels were left out that
    a person gave.

    Our own ground-truth CSV may be edited in a spreadsheet: observation_type, label,
    scientific_name, count, life_stage, sex, behavior and comments, rows deleted, and rows added
    (a copy of another row of the picture, or of any row, with the picture's media_id and without
    observation_id). What was edited counts: beside a new label the old scientific name may stay.
    A picture whose rows are all gone stays as it is; one in conflict (is_final is false) says what
    is left of it once the wrong rows are deleted. It comes back as new grades of whoever imports
    it, a vote like others; with --adjudicate it settles the pictures. No old grade is altered, and
    u in the review takes all of them back. What was graded since the export is told, not overruled;
    --dry-run shows every edit first.
    """
    from camtrap_tui.config import load_settings
    from camtrap_tui.services.grade_imports import import_grades
    from camtrap_tui.services.grade_imports_names import read_renamed

    asked = mapped_columns(mapped, may_be_empty=True)
    if grader_column is not None:
        asked["grader"] = grader_column
    author = clean_name(grader or "")
    renamed = read_renamed(names_file) if names_file else {}
    with ExitStack() as stack:
        labels, media, taxa = _tables(file, stack)
        table = _columns(labels, asked, show=dry_run, ask=not (yes or dry_run))
        if "grader" not in table.columns and not author and table.format != "ground truth":
            raise UsageError(
                f"{clean(str(labels))}: no column says whose words these are:",
                "give --grader-column COLUMN, or --grader NAME.",
            )
        if adjudicate and table.format != "ground truth":
            raise UsageError(
                f"{clean(str(labels))}: this is no ground-truth CSV of camtrap-tui:",
                "--adjudicate is for what was edited in one; leave it out.",
            )
        if media is None and table.format == "camtrap_dp":
            beside = labels.with_name("media.csv")
            media = beside if beside.is_file() else None
        store = stack.enter_context(opened(survey, dry_run=dry_run))
        with _bar() as tell:
            report = import_grades(
                store,
                labels,
                table,
                author=author,
                renamed=renamed,
                media=media,
                taxa=taxa,
                editor=author or load_settings().grader,
                adjudicates=adjudicate,
                progress=tell,
            )
    if as_json:
        echo_json(asdict(report) | {"file": str(file), "dry_run": dry_run})
    elif list_lost:
        _list(report)
    else:
        if report.edits is not None:
            show_edits(str(survey), str(file), report.edits, dry_run=dry_run)
        if report.labels or report.edits is None:
            _show(survey, file, report)
        if dry_run:
            narrate("\nNothing was written: this was a dry run.")
    if _left_out(report) or left_out(report.edits):
        raise click.exceptions.Exit(EXIT_FAILURE)


def _tables(file: Path, stack: ExitStack) -> tuple[Path, Path | None, dict[str, TaxonName]]:
    """Return the table of labels; of a package also that of the pictures, where it has one, and
    what it says of its taxa."""
    from camtrap_tui.services.camtrap_dp import descriptor_of, package_tables
    from camtrap_tui.services.camtrap_dp_taxa import package_taxa

    descriptor = descriptor_of(file)
    if descriptor is None:
        if file.is_dir():
            raise InputError(f"{file}: there is no datapackage.json in it.", "Name a table.")
        return file, None, {}
    found = package_tables(descriptor, stack, ("observations", "media"))
    return found["observations"], found.get("media"), package_taxa(descriptor)


def _columns(file: Path, asked: dict[str, str], *, show: bool, ask: bool) -> LabelTable:
    """Return what the table is; a guess is shown, and where `ask` is set, confirmed."""
    from camtrap_tui.services.grade_imports_columns import label_table
    from camtrap_tui.services.tables import read_head

    head = read_head(file)
    table = label_table(file, head, asked)
    guessed = table.guess.guessed
    if (show and table.format != "ground truth") or guessed:
        _show_columns(table, head)
    if guessed and ask:
        if not (sys.stdin.isatty() and sys.stderr.isatty()):
            raise UsageError(
                f"{clean(str(file))}: {', '.join(guessed)} would be a guess:",
                f"give {table.guess.as_options} (or --yes).",
            )
        click.confirm("Are these the columns?", default=True, abort=True, err=True)
    return table


def _show_columns(table: LabelTable, head: Head) -> None:
    width = max(map(len, table.columns))
    what = {
        "ground truth": "a ground-truth CSV of camtrap-tui",
        "camtrap_dp": "observations of Camtrap DP",
        "timelapse": "a table of Timelapse",
        "table": "a table",
    }[table.format]
    narrate(f"This is {what}; its columns are taken so:")
    for name, heading in table.columns.items():
        how = "  (guessed)" if name in table.guess.guessed else ""
        example = table.guess.examples[name]
        shown = f", as in {example}" if example else ", empty in the first rows"
        narrate(clean(f"  {name.ljust(width)} is {heading}{shown}{how}"))
    unused = [heading for heading in head.headings if heading not in table.columns.values()]
    if any(unused):
        narrate(clean(f"  not used: {', '.join(filter(None, unused))}"))
    narrate("")


@contextmanager
def _bar() -> Iterator[Progress | None]:
    from camtrap_tui.cli.add import bar

    with bar() as tell:
        yield None if tell is None else lambda done, total: tell("labels", done, total)


def _left_out(report: GradeImportReport) -> bool:
    """Tell whether labels were left out that a person gave, and that are not here otherwise."""
    from camtrap_tui.services.grade_imports import OWN, REPEATED
    from camtrap_tui.services.grade_imports_rows import BY_MACHINE
    from camtrap_tui.services.grade_imports_timelapse import NOT_LABELLED

    fine = (OWN, REPEATED, BY_MACHINE, NOT_LABELLED)
    return any(reason not in fine for reason in report.skipped)


def _list(report: GradeImportReport) -> None:
    if report.edits is not None:
        list_changes(report.edits)
        return
    echo_table(
        ["picture", "media id", "labels", "first row", "why"],
        [
            (
                lost.path,
                lost.media_id,
                lost.labels,
                lost.number,
                "ambiguous" if lost.is_ambiguous else "not here",
            )
            for lost in report.lost
        ],
    )


def _show(survey: Path, file: Path, report: GradeImportReport) -> None:
    from camtrap_tui.services.grade_imports_rows import NO_AUTHOR

    echo_table(
        ["labels", "count"],
        [
            ("taken", report.taken),
            *([("imported before", report.known)] if report.known else []),
            *((f"left out: {reason}", count) for reason, count in report.skipped.items()),
            ("in all", report.labels),
        ],
    )
    by_path = f" ({report.by_path:,} labels found theirs by path)" if report.by_path else ""
    narrate(
        f"\n{counted(report.grades, 'new grade')} of {counted(report.pictures, 'picture')}"
        f"{by_path} by {counted(len(report.graders), 'person', 'people')}."
    )
    for what, count in (report.skipped | report.unread).items():
        examples = report.examples.get(what)
        if not examples:
            continue
        if what in report.unread:
            narrate(f"In {counted(count, 'label')} the {what} could not be read:")
        else:
            narrate(f"Left out because it {what}:")
        for example in examples:
            narrate(f"  {example}")
    if NO_AUTHOR in report.skipped:
        narrate("Say whose words these are with --grader NAME.")
    if report.lost:
        narrate(
            f"{counted(len(report.lost), 'picture')} not found; all of them: camtrap-tui"
            f" import-grades {quoted(str(survey))} {quoted(str(file))} --dry-run --list"
        )
    _show_names(report)


def _show_names(report: GradeImportReport) -> None:
    if not report.new_names:
        return
    narrate(
        f"\n{counted(len(report.new_names), 'name')} that no list of this survey has, as new taxa."
        " If one is misspelt, write it in a table from,to and give it with --names:"
    )
    shown = report.new_names[:_SHOWN]
    echo_table(
        ["new name", "labels", "is like"], [(one.name, one.labels, one.like) for one in shown]
    )
    if len(report.new_names) > len(shown):
        narrate(f"… and {len(report.new_names) - len(shown):,} more (--json has all of them)")
