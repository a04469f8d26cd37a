"""The ground truth as a CSV file: one row an observation, whole or not at all.

Undone grades are never in it, and what is left out is counted. The format: UTF-8 without a
byte order mark, LF, quotes where needed (RFC 4180), empty for missing, text cells that no
spreadsheet takes for a formula and that read back as they were (domain.cells).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from camtrap_tui.services.charts import choose_run
from camtrap_tui.services.csv_files import check_out, write_csv
from camtrap_tui.services.export_columns import EXPORT_COLUMNS, Entry, cell
from camtrap_tui.services.filtering import read_filter
from camtrap_tui.store.store import Store
from camtrap_tui.store.truth import Truth, TruthRow

# What `TruthRow.truth` says.
_CONFLICT, _TRUE = 0, 2


@dataclass(frozen=True, slots=True)
class ExportReport:
    """What an export wrote, and what it could not.

    pictures: with a truth, all of whose rows are final. conflicts: pictures whose graders
    disagree; conflict_rows of them are in the file, not final. ungraded: pictures without a
    row, since nobody's grade of them stands.
    """

    path: str
    rows: int
    pictures: int
    conflicts: int
    conflict_rows: int
    ungraded: int


def export_truth(
    store: Store,
    out: Path,
    *,
    where: str = "",
    grader: str = "",
    run_id: int | None = None,
    all_graders: bool = False,
) -> ExportReport:
    """Write the truth of the pictures that the filter `where` chooses to `out`, and report;
    `grader` is who `state:mine` means in it.

    A picture whose graders agree, or which was adjudicated, has each species of its truth once, as
    the latest grade that names it says, in the name of all who do; with `all_graders` it has the
    rows of each, of which those are final. A picture whose graders disagree has the rows of each,
    none of them final. The AI's word is that of `run_id`, else of the run that the grader saw,
    else of the newest.
    Raises UsageError for a filter, run or file that will not do, InputError where `out`
    cannot be written.
    """
    check_out(store.path, out)
    wanted = read_filter(store, where, grader)
    if run_id is not None:
        choose_run(store, run_id)
    truth = Truth(store.db)
    counted = _Counted()
    with store.db.snapshot():
        latest = choose_run(store, None)
        rows = truth.rows(wanted, run_id=run_id, latest_run_id=latest)
        entries_of = counted.entries(rows, all_graders=all_graders)
        write_csv(
            out,
            [column.name for column in EXPORT_COLUMNS],
            ([cell(column, entry) for column in EXPORT_COLUMNS] for entry in entries_of),
        )
        ungraded = truth.ungraded(wanted, run_id or latest)
    return ExportReport(
        str(out),
        counted.rows,
        counted.pictures,
        counted.conflicts,
        counted.conflict_rows,
        ungraded,
    )


def entries(rows: Iterable[TruthRow], *, all_graders: bool) -> Iterator[Entry]:
    """Yield what to write of `rows`, which stand image by image and grader by grader."""
    for _, found in groupby(rows, key=lambda row: row.image_id):
        of_image = list(found)
        latest = _latest(of_image)
        for row in of_image:
            is_final = row.truth == _TRUE and row.grade_id == latest[row.taxon_uuid]
            if is_final and not all_graders:
                same = [r for r in of_image if _says(r) == _says(row)]
                graders = tuple(dict.fromkeys(r.grader for r in same))
                yield Entry(row, graders, is_final, _notes(same))
            elif all_graders or row.truth == _CONFLICT:
                yield Entry(row, (row.grader,), is_final, _notes([row]))


def _latest(rows: Iterable[TruthRow]) -> dict[str | None, int]:
    """Return, for each taxon of an image's truth, the latest grade that names it."""
    # Among graders no number says who is latest; time does, and where it is equal the uuid, so
    # that copies of a survey give the same file.
    found = sorted((row for row in rows if row.truth == _TRUE), key=_time)
    return {row.taxon_uuid: row.grade_id for row in found}


def _time(row: TruthRow) -> tuple[str, str]:
    return row.graded_at, row.grade_uuid


def _says(row: TruthRow) -> tuple[int, str | None]:
    return row.truth, row.taxon_uuid


def _notes(rows: Iterable[TruthRow]) -> tuple[str, ...]:
    """Return the notes of the graders of `rows`, each once."""
    return tuple(dict.fromkeys(row.note for row in rows if row.note))


class _Counted:
    """Counts entries as they pass."""

    def __init__(self) -> None:
        self.rows = self.pictures = self.conflicts = self.conflict_rows = 0

    def entries(self, rows: Iterable[TruthRow], *, all_graders: bool) -> Iterator[Entry]:
        """Yield the entries of `rows`."""
        last = None
        for entry in entries(rows, all_graders=all_graders):
            agreed = entry.row.truth != _CONFLICT
            self.rows += 1
            self.conflict_rows += not agreed
            if entry.row.image_id != last:
                last = entry.row.image_id
                self.pictures += agreed
                self.conflicts += not agreed
            yield entry
