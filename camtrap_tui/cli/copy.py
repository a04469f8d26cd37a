"""`camtrap-tui copy`: the pictures of a filter, copied or linked into a folder."""

from __future__ import annotations

import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import click

from camtrap_tui.cli.narration import EventLines, Narrator
from camtrap_tui.cli.output import echo_json, echo_table, narrate
from camtrap_tui.domain.text import clean
from camtrap_tui.errors import EXIT_FAILURE, CamtrapError, UsageError

if TYPE_CHECKING:
    from camtrap_tui.services.copy_request import By, ClassBy, CopyRequest
    from camtrap_tui.services.copying import CopyReport
    from camtrap_tui.services.exports.request import People

_WIDTH = 80


@click.command("copy")
@click.argument("survey", type=click.Path(path_type=Path))
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--where", default="", metavar="FILTER", help="Only these pictures, as in review; or @NAME."
)
@click.option(
    "--by",
    type=click.Choice(["none", "class", "deployment"]),
    default="none",
    show_default=True,
    help="What the folders in FOLDER are; with none, they are those that the pictures are in.",
)
@click.option(
    "--class-by",
    type=click.Choice(["truth", "run"]),
    default="truth",
    show_default=True,
    help="Whose word the class is: people's, or the run's.",
)
@click.option(
    "--truth",
    default="consensus",
    show_default=True,
    metavar="RULE|GRADER",
    help="People's word: all who agree, a rule as in consensus, or one grader.",
)
@click.option("--run", "run_id", type=int, help="The run whose word counts; the newest finished.")
@click.option("--grader", help="Who state:mine means in a filter.")
@click.option("--link", is_flag=True, help="Make symbolic links to the pictures, not copies.")
@click.option(
    "--people",
    type=click.Choice(["include", "exclude", "blur"]),
    default="include",
    show_default=True,
    help="What becomes of pictures that show people.",
)
@click.option("--dry-run", is_flag=True, help="Show what would be, and write nothing.")
@click.option("--events", "as_events", is_flag=True, help="Print a JSON line an event.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def copy_command(
    survey: Path,
    folder: Path,
    *,
    where: str,
    by: By,
    class_by: ClassBy,
    truth: str,
    run_id: int | None,
    grader: str | None,
    link: bool,
    people: People,
    dry_run: bool,
    as_events: bool,
    as_json: bool,
) -> None:
    """Copy the pictures of SURVEY that a filter chooses into FOLDER, or link them there.

    Each file is there whole or not at all; the same command goes on where it was stopped, and
    does not copy again what is there. FOLDER is new, empty, or of the same command. A picture of
    several classes is in the folder of each. With --people blur a copy shows people as blocks of
    colour, also with --link.

    FOLDER/pictures.csv says which file is which picture. What is left out is counted, with the
    reason, and so is what an earlier try left there that is none of these pictures any more; ends
    with 1 where that is so, or where other pictures than those of people are left out.
    """
    from camtrap_tui.config import load_settings
    from camtrap_tui.services.copy_request import CopyRequest
    from camtrap_tui.services.copying import copy_json

    if class_by == "run" and by != "class":
        raise UsageError("--class-by run says whose word a class is:", "give --by class, too.")
    request = CopyRequest(
        folder,
        where,
        load_settings({"grader": grader}).grader,
        run_id,
        truth,
        by,
        class_by,
        "link" if link else "copy",
        people,
    )
    tell = EventLines(sys.stdout) if as_events else Narrator(sys.stderr)
    try:
        report = _copy(survey, request, tell, dry_run=dry_run, is_child=as_events)
    except CamtrapError as error:
        tell.error(error)
        raise
    except KeyboardInterrupt:
        narrate(f"{folder}: what is there stays, and the same command goes on from there.")
        raise
    finally:
        tell.close()
    if as_events:
        pass  # the last event was the report
    elif as_json:
        echo_json(copy_json(report))
    else:
        _show(report)
    if not report.is_whole:
        sys.exit(EXIT_FAILURE)


def _copy(
    survey: Path,
    request: CopyRequest,
    tell: EventLines | Narrator,
    *,
    dry_run: bool,
    is_child: bool,
) -> CopyReport:
    from camtrap_tui.services import lifeline
    from camtrap_tui.services.copy_text import as_export
    from camtrap_tui.services.copying import copy
    from camtrap_tui.services.events import Exported, Exporting
    from camtrap_tui.services.exports.report import report_json
    from camtrap_tui.store.store import Store

    stop = threading.Event()
    if is_child:
        lifeline.stop_on_signals(stop)
        lifeline.end_with_parent(stop)

    def progress(done: int, total: int) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        tell(Exporting(done, total))

    with Store.open(survey) as store:
        report = copy(store, request, progress, dry_run=dry_run)
    tell(Exported(report_json(as_export(report))))
    return report


def _show(report: CopyReport) -> None:
    from camtrap_tui.services.copy_text import folders_are, sum_text
    from camtrap_tui.services.exports.report_text import report_lines

    for line in report_lines(report.export, _WIDTH):
        click.echo(clean(line))
    if report.folders:
        click.echo("")
        echo_table([folders_are(report), "files"], list(report.folders.items()))
    click.echo(f"\n{sum_text(report)}")
