"""`camtrap-tui preview`: HTML pages of pictures with their boxes, of a run or of the truth."""

from __future__ import annotations

import shutil
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from camtrap_tui.cli.narration import Narrator
from camtrap_tui.cli.output import echo_json, narrate
from camtrap_tui.domain.text import clean, counted

if TYPE_CHECKING:
    from camtrap_tui.services.exports.report import ExportReport
    from camtrap_tui.services.previews import PreviewRequest

_MOST_WIDTH = 100


@click.command("preview")
@click.argument("survey", type=click.Path(path_type=Path))
@click.argument("out", type=click.Path(path_type=Path))
@click.option(
    "--kind",
    type=click.Choice(("pages", "pictures")),
    default="pages",
    show_default=True,
    help="A page for each class, or all pictures in one.",
)
@click.option("--run", "run_id", type=int, help="Whose word and boxes; the newest finished run.")
@click.option(
    "--truth",
    is_flag=False,
    flag_value="consensus",
    metavar="[RULE|GRADER]",
    help="Show what people say instead; the value is as in export.",
)
@click.option("--where", default="", metavar="FILTER", help="Only these pictures, as in review.")
@click.option("--grader", help="Who state:mine means in a filter.")
@click.option(
    "--sample",
    type=click.IntRange(0),
    default=500,
    show_default=True,
    help="How many pictures are drawn; 0 for all.",
)
@click.option("--seed", type=int, default=0, show_default=True, help="Another draws other ones.")
@click.option(
    "--confidence", type=click.FloatRange(0, 1), help="Show boxes from here on; 0.2 unless given."
)
@click.option(
    "--people",
    type=click.Choice(("include", "exclude", "blur")),
    default="include",
    show_default=True,
    help="What becomes of pictures that show people.",
)
@click.option("--replace", is_flag=True, help="Let a folder that an export has made give way.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def preview_command(survey: Path, out: Path, *, as_json: bool, **given: Any) -> None:
    """Make HTML pages of pictures of SURVEY with their boxes, in the folder OUT.

    They are the pages of MegaDetector's tools, which come with the extra `speciesnet`. OUT is
    there whole or not at all, needs no network, and can be copied anywhere. With --truth the
    classes are what people say; the boxes are the run's.
    """
    report = _preview(survey, _request(out, given))
    if as_json:
        from camtrap_tui.services.exports.report import report_json

        echo_json(report_json(report))
        return
    from camtrap_tui.services.exports.report_text import report_lines

    for line in report_lines(report, min(shutil.get_terminal_size().columns, _MOST_WIDTH)):
        click.echo(clean(line))


def _request(out: Path, given: dict[str, Any]) -> PreviewRequest:
    from camtrap_tui.config import load_settings
    from camtrap_tui.services.exports.request import CONSENSUS, ExportRequest, Options
    from camtrap_tui.services.previews import PreviewRequest

    asked = ExportRequest(
        out,
        where=given["where"],
        grader=load_settings({"grader": given["grader"]}).grader,
        run_id=given["run_id"],
        truth=given["truth"] or CONSENSUS,
        people=given["people"],
        replace=given["replace"],
        options=Options(confidence=given["confidence"]),
    )
    by_truth = given["truth"] is not None
    return PreviewRequest(asked, given["kind"], by_truth, given["sample"], given["seed"])


def _preview(survey: Path, request: PreviewRequest) -> ExportReport:
    from camtrap_tui.services import lifeline
    from camtrap_tui.services.events import Exporting, Notice
    from camtrap_tui.services.previews import preview
    from camtrap_tui.store.store import Store

    stop = threading.Event()
    lifeline.stop_on_signals(stop)
    tells = {"chosen": Narrator(sys.stderr), "drawn": Narrator(sys.stderr)}
    last = "chosen"

    def progress(what: str, done: int, total: int) -> None:
        nonlocal last
        if stop.is_set():
            tells[what].close()
            narrate(f"Nothing is left of it: {request.export.out} is as it was.")
            raise click.Abort
        if what != last:
            tells[last].close()
            last = what
            drawing = f"Drawing boxes on {counted(total, 'picture')} with MegaDetector's tools …"
            tells[what](Notice(drawing))
        tells[what](Exporting(done, total))

    try:
        with Store.open(survey) as store:
            return preview(store, request, progress)
    finally:
        for tell in tells.values():
            tell.close()
