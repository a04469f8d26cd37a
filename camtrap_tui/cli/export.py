"""`camtrap-tui export`: what people said, written for other tools, in one of several formats."""

from __future__ import annotations

import shlex
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from camtrap_tui.cli.export_options import export_options, request_of
from camtrap_tui.cli.narration import EventLines, Narrator
from camtrap_tui.cli.output import echo_json, narrate
from camtrap_tui.domain.text import clean, quoted
from camtrap_tui.errors import CamtrapError, UsageError

if TYPE_CHECKING:
    from camtrap_tui.services.exports.report import ExportReport
    from camtrap_tui.services.exports.request import ExportRequest, Format

_MOST_WIDTH = 100


@click.command("export")
@click.argument("survey", required=False, type=click.Path(path_type=Path))
@click.argument("out", required=False)
@click.option(
    "--format", "name", metavar="NAME", help="As --list shows; ground-truth unless given."
)
@click.option("--list", "lists", is_flag=True, help="Show the formats; no survey is needed.")
@export_options
@click.option("--events", "as_events", is_flag=True, help="Print a JSON line an event.")
@click.option("--json", "as_json", is_flag=True, help="Print the list or the report as JSON.")
def export_command(
    survey: Path | None,
    out: str | None,
    *,
    name: str | None,
    lists: bool,
    as_events: bool,
    as_json: bool,
    **given: Any,
) -> None:
    """Write what people said of the pictures of SURVEY to OUT, in one of the formats of --list.

    OUT is a file or a folder, as the format has it; it is there whole or not at all. What is
    left out is counted, with the reason. Pictures whose graders disagree have no label; grades
    that were undone are in no export. The machine's word is in it only where it is asked for,
    and marked as such.
    """
    if lists:
        _list(name, as_json=as_json)
        return
    if survey is None or not out:
        raise UsageError(
            "Which survey is to be exported, and to where?",
            "Give both, as in camtrap-tui export river.db truth.csv; --list shows the formats.",
        )
    from camtrap_tui.services.exports.formats import GROUND_TRUTH, format_named, is_named_as_folder

    format = format_named(name or GROUND_TRUTH)
    if out == "-":
        raise UsageError("-: nothing is exported to stdout.", f"Name a {format.writes}.")
    if format.writes == "file" and is_named_as_folder(out):
        raise UsageError(
            f"{out}: --format {format.name} writes a file.",
            f"Name one, as in {quoted(str(Path(out) / format.example))}",
        )
    tell = EventLines(sys.stdout) if as_events else Narrator(sys.stderr)
    try:
        report = _export(survey, format, request_of(Path(out), given), tell, is_child=as_events)
    except CamtrapError as error:
        tell.error(error)
        raise
    finally:
        tell.close()
    if as_events:
        return
    if as_json:
        from camtrap_tui.services.exports.report import report_json

        echo_json(report_json(report))
        return
    _show(report)


def _export(
    survey: Path,
    format: Format,
    request: ExportRequest,
    tell: EventLines | Narrator,
    *,
    is_child: bool,
) -> ExportReport:
    from camtrap_tui.services import lifeline
    from camtrap_tui.services.events import Exported, Exporting
    from camtrap_tui.services.exports.formats import export
    from camtrap_tui.services.exports.report import report_json
    from camtrap_tui.store.store import Store

    stop = threading.Event()
    lifeline.stop_on_signals(stop)
    if is_child:
        lifeline.end_with_parent(stop)

    def progress(done: int, total: int) -> None:
        if stop.is_set():
            # What was written up to now goes as the blocks that wrote it are left.
            narrate(f"Nothing is left of it: {request.out} is as it was.")
            raise click.Abort
        tell(Exporting(done, total))

    with Store.open(survey) as store:
        report = export(store, format.name, request, progress)
    tell(Exported(report_json(report)))
    return report


def _show(report: ExportReport) -> None:
    from camtrap_tui.services.exports.report_text import report_lines

    for line in report_lines(report, _width()):
        click.echo(clean(line))
    if not report.chosen:
        narrate("\nNo picture was chosen: the options decide which ones are.")
    elif not report.pictures:
        narrate("\nNo picture is in it, for the reasons above.")


def _list(name: str | None, *, as_json: bool) -> None:
    from camtrap_tui.services.exports.formats import all_formats, format_named
    from camtrap_tui.services.exports.report_text import format_lines

    formats = [format_named(name)] if name else all_formats()
    if as_json:
        echo_json([_as_json(format) for format in formats])
        return
    for number, format in enumerate(formats):
        click.echo(("\n" if number else "") + format.name)
        for line in format_lines(format, _width()):
            click.echo(line)
        click.echo(f"  {'as in':<10}{_example(format)}")


def _example(format: Format) -> str:
    words = ["camtrap-tui", "export", "river.db", format.example, "--format", format.name]
    return shlex.join(words)


def _as_json(format: Format) -> dict[str, object]:
    from camtrap_tui.services.exports.formats import flag

    return {
        "name": format.name,
        "made_for": format.made_for,
        "carries": format.carries,
        "loses": format.loses,
        "writes": format.writes,
        "example": _example(format),
        "takes": sorted(f"--{flag(name)}" for name in format.takes),
    }


def _width() -> int:
    import shutil

    return min(shutil.get_terminal_size().columns, _MOST_WIDTH)
