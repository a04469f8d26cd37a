"""What `camtrap-tui import-grades` says of our own table that comes back edited: old and new."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from camtrap_tui.cli.output import echo_table, narrate
from camtrap_tui.domain.text import counted, quoted

if TYPE_CHECKING:
    from camtrap_tui.services.grade_imports_back import EditReport
    from camtrap_tui.services.grade_imports_edits import Change

_SHOWN = 20
_WIDTH = 24
# Columns of a screen, and those that the name of a picture may take.
_SCREEN = 80
_NAME = 14
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
        _show_unchanged(report)
        return
    _show_changes(survey, file, report)
    by = f" by {report.editor}" if report.editor else ""
    grades = counted(report.taken, "new grade") if report.taken else "No new grade"
    narrate(f"\n{grades}{by}{', in one batch' * bool(report.taken)}; no old one is altered.")
    if report.known:
        what = counted(report.known, "picture")
        narrate(f"Of {what} {report.editor or 'the editor'} says just that already.")
    if report.notes:
        narrate(f"{counted(report.notes, 'new note')}{by}.")
    _show_names(report)
    for reason, count in report.skipped.items():
        narrate(f"Left out because it {reason} ({count:,}):")
        for example in report.examples.get(reason, ()):
            narrate(f"  {example}")
        _advise(reason)
    _show_unchanged(report)
    _show_outcome(report, dry_run=dry_run)
    if report.taken and not dry_run:
        but = "; notes stay" if report.notes else ""
        narrate(
            f"To take them back: u in camtrap-tui review {quoted(survey)}, as {report.editor}{but}."
        )


def _advise(reason: str) -> None:
    from camtrap_tui.services.grade_imports_back import SINCE
    from camtrap_tui.services.grade_imports_edits import OTHER_PICTURE

    if reason == SINCE:
        narrate("Export again, and edit that table.")
    elif reason == OTHER_PICTURE:
        narrate("To add a row to a picture, give its media_id and no observation_id.")


def _show_names(report: EditReport) -> None:
    if not report.new_names:
        return
    narrate("Names that no list of this survey has, as new taxa:")
    for name, like in report.new_names[:_SHOWN]:
        narrate(f"  {name}" + (f" (like {like})" if like else ""))
    if len(report.new_names) > _SHOWN:
        narrate(f"  … and {len(report.new_names) - _SHOWN:,} more (--json has all of them)")
    narrate("If one is misspelt, correct it in the table.")


def _show_outcome(report: EditReport, *, dry_run: bool) -> None:
    """Say of which pictures the truth will not be what the table says."""
    if report.conflicts:
        who = "another adjudicator says" if report.adjudicates else "others say"
        narrate(
            f"{counted(report.conflicts, 'picture')} will be in conflict, since {who} otherwise."
        )
    if report.overruled:
        pictures = counted(report.overruled, "picture keeps its", "pictures keep their")
        narrate(f"{pictures} other truth: an adjudicator's, or others' finer name.")
    if (report.conflicts or report.overruled) and not report.adjudicates:
        how = "" if dry_run else ": take it back first, and import it so"
        narrate(f"With --adjudicate what the table says settles them{how}.")


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
    shown = report.changes[:_SHOWN]
    taken = len(f"{max(c.row for c in shown):,}") + max(len(c.column) for c in shown)
    most = (_SCREEN - 4 * len("  ") - taken - _NAME) // 2
    echo_table(_HEADINGS, [_cells(change, most=most) for change in shown])
    if len(report.changes) > _SHOWN:
        narrate(
            f"… and {len(report.changes) - _SHOWN:,} more; all of them: camtrap-tui import-grades"
            f" {quoted(survey)} {quoted(file)} --dry-run --list"
        )


def _show_unchanged(report: EditReport) -> None:
    """Say what of the table is not read: columns of somebody else, cells that none may edit."""
    if report.unread:
        narrate(f"\nColumns that are not ours are not read: {', '.join(report.unread)}.")
    if not report.fixed:
        return
    narrate("\nThese cells differ from the survey; nobody can edit them here, so they stay:")
    for column, count in report.fixed.items():
        example = next(iter(report.examples.get(column, ())), "")
        narrate(f"  {column}: {counted(count, 'cell')}, as in {example}")


def _cells(change: Change, *, most: int) -> tuple[int, str, str, str, str]:
    """Return the cells of a change, its texts in so many columns; 0 is as many as they take."""
    if not most:
        return change.row, change.picture, change.column, change.old, change.new
    name = _short(change.picture.rsplit("/", 1)[-1], _NAME)
    return change.row, name, change.column, _short(change.old, most), _short(change.new, most)


def _short(text: str, most: int = _WIDTH) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"
