"""What `camtrap-tui import-grades` says of our own table that comes back edited: old and new."""

from __future__ import annotations

from collections import Counter
from itertools import islice
from typing import TYPE_CHECKING

from camtrap_tui.cli.output import echo_table, narrate
from camtrap_tui.domain.text import counted, quoted

if TYPE_CHECKING:
    from camtrap_tui.services.grade_imports_back import EditReport
    from camtrap_tui.services.grade_imports_edits import Change

_SHOWN = 20
_WIDTH = 24
_HEADINGS = ("row", "picture", "column", "old", "new")


def left_out(report: EditReport | None) -> bool:
    """Tell whether anything was left out that somebody edited."""
    from camtrap_tui.services.grade_imports_back import REPEATED

    return report is not None and any(reason != REPEATED for reason in report.skipped)


def list_changes(report: EditReport) -> None:
    """Print every edited cell, in full."""
    echo_table(_HEADINGS, (_cells(change, most=0) for change in report.changes))


def show_edits(survey: str, file: str, report: EditReport, *, dry_run: bool) -> None:
    """Print what was edited and what became of it."""
    narrate(f"{counted(report.rows, 'row')} of grades of this survey.")
    if not (report.changes or report.skipped):
        narrate("Nothing in them was edited.")
        _show_fixed(report)
        return
    _show_changes(survey, file, report)
    by = f" by {report.editor}" if report.editor else ""
    narrate(f"\n{counted(report.taken, 'new grade')}{by}, in one batch; no old one is altered.")
    if report.known:
        what = counted(report.known, "picture")
        narrate(f"Of {what} {report.editor or 'the editor'} says just that already.")
    if report.notes:
        narrate(f"{counted(report.notes, 'new note')}{by}.")
    if report.new_names:
        names = ", ".join(report.new_names[:_SHOWN])
        narrate(
            f"Names that no list of this survey has, as new taxa: {names}. If one is misspelt,"
            " correct it in the table."
        )
    for reason, count in report.skipped.items():
        narrate(f"Left out because it {reason} ({count:,}):")
        for example in report.examples.get(reason, ()):
            narrate(f"  {example}")
    _show_fixed(report)
    if report.conflicts:
        narrate(
            f"{counted(report.conflicts, 'picture')} of these will be in conflict, since others"
            " say otherwise: --adjudicate makes this word the one that settles them."
        )
    if report.taken and not dry_run:
        narrate(f"To take them back: u in camtrap-tui review {quoted(survey)}, as {report.editor}.")


def _show_changes(survey: str, file: str, report: EditReport) -> None:
    if not report.changes:
        return
    kinds = Counter((change.column, change.old, change.new) for change in report.changes)
    if len(kinds) < len(report.changes):
        echo_table(
            ["column", "old", "new", "rows"],
            [
                (column, _short(old), _short(new), count)
                for (column, old, new), count in kinds.most_common(_SHOWN)
            ],
        )
        if len(kinds) > _SHOWN:
            narrate(f"… and {len(kinds) - _SHOWN:,} more")
        narrate("")
    echo_table(_HEADINGS, [_cells(c, most=_WIDTH) for c in islice(report.changes, _SHOWN)])
    if len(report.changes) > _SHOWN:
        narrate(
            f"… and {len(report.changes) - _SHOWN:,} more; all of them: camtrap-tui import-grades"
            f" {quoted(survey)} {quoted(file)} --dry-run --list"
        )


def _show_fixed(report: EditReport) -> None:
    if not report.fixed:
        return
    narrate("\nThese cells differ from the survey; nobody can edit them here, so they stay:")
    for column, count in report.fixed.items():
        example = next(iter(report.examples.get(column, ())), "")
        narrate(f"  {column}: {counted(count, 'cell')}, as in {example}")


def _cells(change: Change, *, most: int) -> tuple[int, str, str, str, str]:
    name = change.picture if not most else change.picture.rsplit("/", 1)[-1]
    told = (name, change.column, change.old, change.new)
    picture, column, old, new = (_short(text, most) if most else text for text in told)
    return change.row, picture, column, old, new


def _short(text: str, most: int = _WIDTH) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"
