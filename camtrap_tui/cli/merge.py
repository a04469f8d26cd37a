"""`camtrap-tui merge SURVEY OTHER…`: what people keyed on other copies, into this one."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from camtrap_tui.cli.dry_runs import opened
from camtrap_tui.cli.output import echo_json, echo_table, narrate
from camtrap_tui.domain.text import counted, quoted
from camtrap_tui.errors import EXIT_FAILURE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from camtrap_tui.services.merging import MergeReport
    from camtrap_tui.store.merging_runs import HoldoutPlan

_SHOWN = 5
# From how many seconds of waiting on it is said that others had to wait.
_TELL_S = 0.5


@click.command("merge")
@click.argument("survey", type=click.Path(path_type=Path))
@click.argument("others", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Say what would happen, and write nothing.")
@click.option("--list", "list_all", is_flag=True, help="List all graded pictures not found here.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def merge_command(
    survey: Path,
    others: tuple[Path, ...],
    *,
    dry_run: bool,
    list_all: bool,
    as_json: bool,
) -> None:
    """Take into SURVEY what people keyed on OTHERS, copies of it; these stay as they are.

    Grades with their observations, undo and redo, marks and notes are united by their ids: none
    is lost, none counts twice, and the order does not matter. Pictures are matched by media id,
    else by content; nothing is guessed. Along come the runs that these grades name, holdouts,
    saved filters, expected species, and how clocks were put right. Pictures, deployments, places
    and caches are not taken. Others may grade meanwhile. Ends with 1 where something could not
    be matched, or contradicts what is here.
    """
    from camtrap_tui.services.merging import check_others, merge

    check_others(survey, others)
    with opened(survey, dry_run=dry_run) as store:
        reports = merge(store, others)
        shown = store.runs.latest()
    if as_json:
        echo_json([_as_json(report, dry_run=dry_run) for report in reports])
    elif list_all:
        _list(reports)
    else:
        for report in reports:
            _show(survey, report, latest=shown.id if shown else 0)
        if dry_run:
            narrate("Nothing was written: this was a dry run.")
    if not all(report.is_whole for report in reports):
        raise click.exceptions.Exit(EXIT_FAILURE)


def _as_json(report: MergeReport, *, dry_run: bool) -> dict[str, object]:
    return asdict(report) | {
        "file": str(report.file),
        "runs": [asdict(run) for run in report.runs],
        "is_whole": report.is_whole,
        "dry_run": dry_run,
    }


def _list(reports: Sequence[MergeReport]) -> None:
    echo_table(
        ["file", "picture", "media id", "grades", "marks", "why"],
        [
            (str(report.file), p.file_path, p.media_id, p.grades, p.marks, p.reason)
            for report in reports
            for p in report.unmatched
        ],
    )


def _show(survey: Path, report: MergeReport, *, latest: int) -> None:
    images = report.images
    what = "another survey, no copy of this one" if report.is_other_survey else "a copy"
    by_content = f" ({images.by_content:,} by content)" if images.by_content else ""
    narrate(
        f"{report.file}: {what}; {images.by_id + images.by_content:,} of its"
        f" {counted(images.images, 'picture')} are here{by_content}."
    )
    echo_table(
        ["rows", "new", "known before", "no picture here"],
        [
            ("grades", report.grades.new, report.grades.known, report.grades.unmatched),
            ("marks and notes", report.marks.new, report.marks.known, report.marks.unmatched),
        ],
    )
    for line in _lines(report, latest):
        narrate(line)
    _show_unmatched(survey, report)
    if report.locked_s >= _TELL_S:
        narrate(f"For {report.locked_s:.1f} s nobody else could write to the survey.")
    narrate("")


def _lines(report: MergeReport, latest: int) -> Iterator[str]:
    """Yield what else came along, and what contradicts what is here."""
    if report.graders:
        told = ", ".join(f"{name} {count:,}" for name, count in report.graders.items())
        yield f"New grades by: {told}."
    also = [
        (report.reversals, "undo or redo", "undos and redos"),
        (report.peeks, "look at the AI's answer", "looks at the AI's answer"),
        (report.taxa, "taxon", "taxa"),
        (report.filters, "saved filter", ""),
        (report.expected, "expected species", "expected species"),
        (report.expected_no_more, "species expected no more", "species expected no more"),
        (report.clocks.taken, "clock segment", ""),
        (report.clocks.revoked, "clock segment revoked", "clock segments revoked"),
    ]
    if any(number for number, *_ in also):
        told = ", ".join(counted(number, one, many) for number, one, many in also if number)
        yield f"Also: {told}."
    for run in report.runs:
        region = "-".join(filter(None, (run.country, run.admin1_region))) or "no region"
        now = "; review and charts show it from now on" if run.id == latest else ""
        yield f"Run {run.id} came along ({run.kind}, {run.model_version}, {region}){now}."
    if report.predictions:
        yield f"Predictions of {counted(report.predictions, 'picture')} came along."
    yield from filter(None, map(_of_holdout, report.holdouts))
    for name in report.filter_clashes:
        yield f"Filter {name}: other words are saved under this name here, and stay."
    for name in report.filters_of_runs:
        yield f"Filter {name} names a run by its number on that copy, which is another here."
    for clash in report.clocks.clashes:
        yield f"Clock of {clash}: nothing was changed; decide which is right."


def _of_holdout(plan: HoldoutPlan) -> str:
    """Return what became of a holdout; nothing where nothing had to be done."""
    match plan.end:
        case "new":
            return f"Holdout {plan.name}: new here."
        case "extended":
            return f"Holdout {plan.name}: {counted(plan.drawn, 'burst')} more drawn, as there."
        case "same":
            return ""
        case "pictures missing":
            return (
                f"Holdout {plan.name} was left out: {counted(plan.missing, 'picture')} of its frame"
                " not here. Add them, then merge again."
            )
        case "contradicts":
            return f"Holdout {plan.name} has another frame here, and stays so; its grades came."


def _show_unmatched(survey: Path, report: MergeReport) -> None:
    if not report.unmatched:
        return
    first = report.unmatched[:_SHOWN]
    narrate(f"{counted(len(report.unmatched), 'graded or marked picture')} not taken:")
    for picture in first:
        narrate(f"  {picture.file_path} ({picture.reason}, {picture.media_id})")
    if len(report.unmatched) > len(first):
        narrate(f"  … and {len(report.unmatched) - len(first):,} more")
    narrate(
        "Add these pictures, then merge again. All of them:"
        f" camtrap-tui merge {quoted(str(survey))} {quoted(str(report.file))} --dry-run --list"
    )
