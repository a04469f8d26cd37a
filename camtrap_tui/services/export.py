"""The ground truth as a CSV file: one row an observation, whole or not at all.

Undone grades are never in it, and what is left out is counted. The format: UTF-8 without a
byte order mark, LF, quotes where needed (RFC 4180), empty for missing, text cells that no
spreadsheet takes for a formula and that read back as they were (domain.cells).
"""

from __future__ import annotations

import csv
import os
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from camtrap_tui.domain.filters import parse_filter
from camtrap_tui.errors import InputError, UsageError
from camtrap_tui.services.charts import choose_run
from camtrap_tui.services.export_columns import EXPORT_COLUMNS, Entry, cell
from camtrap_tui.store.store import Store
from camtrap_tui.store.truth import Truth, TruthRow

_SQLITE_MAGIC = b"SQLite format 3\x00"


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
    run_id: int | None = None,
    all_graders: bool = False,
) -> ExportReport:
    """Write the truth of the pictures that the filter `where` chooses to `out`, and report.

    A picture whose graders agree has the rows of their latest grade, once, in the name of all
    of them; with `all_graders` it has the rows of each, of which the latest are final. A
    picture whose graders disagree has the rows of each, none of them final. The AI's word is
    that of `run_id`, else of the run that the grader saw, else of the newest.
    Raises UsageError for a filter, run or file that will not do, InputError where `out`
    cannot be written.
    """
    _check(store, out)
    wanted = parse_filter(where)
    if run_id is not None:
        choose_run(store, run_id)
    truth = Truth(store.db)
    counted = _Counted()
    with store.db.snapshot():
        latest = choose_run(store, None)
        rows = truth.rows(wanted, run_id=run_id, latest_run_id=latest)
        _write(out, counted.entries(rows, all_graders=all_graders))
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
        graders = tuple(dict.fromkeys(row.grader for row in of_image))
        agreed = of_image[0].opinions == 1
        # Among graders no number says who is latest; time does, and where it is equal the
        # uuid, so that copies of a survey give the same file.
        latest = max(of_image, key=lambda row: (row.graded_at, row.grade_uuid)).grade_id
        for row in of_image:
            is_final = agreed and row.grade_id == latest
            if agreed and not all_graders:
                if is_final:
                    yield Entry(row, graders, is_final, _notes(of_image))
            else:
                yield Entry(row, (row.grader,), is_final, _notes([row]))


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
            agreed = entry.row.opinions == 1
            self.rows += 1
            self.conflict_rows += not agreed
            if entry.row.image_id != last:
                last = entry.row.image_id
                self.pictures += agreed
                self.conflicts += not agreed
            yield entry


def _check(store: Store, out: Path) -> None:
    """Refuse what must not be written over, before anything is read."""
    if not out.parent.is_dir():
        raise InputError(f"{out.parent}: there is no such folder.", "Make it first.")
    if out.is_dir():
        raise UsageError(f"{out}: is a folder.", "Name a file, as in truth.csv.")
    if out.exists() and not out.is_file():
        # Moving a file to where a device is would replace the device.
        raise UsageError(f"{out}: is no ordinary file.", "Name a file, as in truth.csv.")
    survey = store.path.resolve()
    beside = {survey.with_name(survey.name + end) for end in ("", "-wal", "-shm", "-journal")}
    if out.resolve() in beside:
        raise UsageError(f"{out}: is the survey itself.", "Name another file, as in truth.csv.")
    try:
        if out.is_file():
            with out.open("rb") as file:
                is_survey = file.read(len(_SQLITE_MAGIC)) == _SQLITE_MAGIC
            if is_survey:
                raise UsageError(f"{out}: is a survey.", "Name another file, as in truth.csv.")
    except OSError as error:
        raise InputError(f"{out}: {error.strerror}.", "Name another file.") from None


def _write(out: Path, found: Iterable[Entry]) -> None:
    """Write the CSV beside `out` and move it into place once it is safely on the disk.

    Where `out` is a link, what it leads to is replaced, not the link.
    """
    target = out.resolve()
    beside: Path | None = None
    try:
        with tempfile.NamedTemporaryFile(
            "w",
            encoding="utf-8",
            newline="",
            dir=target.parent,
            prefix=f".{target.name[:100]}.",
            suffix=".tmp",
            delete=False,
        ) as file:
            beside = Path(file.name)
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow([column.name for column in EXPORT_COLUMNS])
            for entry in found:
                writer.writerow([cell(column, entry) for column in EXPORT_COLUMNS])
            file.flush()
            os.fsync(file.fileno())
        _give_usual_mode(beside)
        beside.replace(target)
        beside = None
    except OSError as error:
        raise InputError(
            f"{out}: {error.strerror}.", "Check the folder, its permissions and its free space."
        ) from None
    finally:
        if beside is not None:
            beside.unlink(missing_ok=True)
    _sync_folder(target.parent)


def _give_usual_mode(path: Path) -> None:
    """Give a temporary file, which only its owner may read, the rights of any new file."""
    mask = os.umask(0)
    os.umask(mask)
    path.chmod(0o666 & ~mask)


def _sync_folder(folder: Path) -> None:
    """Put the new name on the disk too, where the system knows how."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(handle)
    except OSError:
        # Some file systems cannot sync a folder; the file itself is safe.
        return
    finally:
        os.close(handle)
