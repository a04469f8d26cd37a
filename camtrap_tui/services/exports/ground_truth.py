"""The ground truth as a CSV file: one row an observation, whole or not at all.

Undone grades are never in it, and what is left out is counted. The format: UTF-8 without a
byte order mark, LF, quotes where needed (RFC 4180), empty for missing, text cells that no
spreadsheet takes for a formula and that read back as they were (domain.cells).
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from itertools import islice
from pathlib import Path

from camtrap_tui.domain.holdouts import Holdout
from camtrap_tui.domain.table_edits import votes_id
from camtrap_tui.domain.text import clean_name, counted
from camtrap_tui.errors import UsageError
from camtrap_tui.services.exports.beside import whole_file
from camtrap_tui.services.exports.ground_truth_columns import EXPORT_COLUMNS, Entry, Sampled, cell
from camtrap_tui.services.exports.ground_truth_schema import write_schema
from camtrap_tui.services.exports.pictures import (
    CONFLICT,
    UNGRADED,
    Picture,
    Pictures,
    shows_people,
)
from camtrap_tui.services.exports.report import ExportReport, Tally, WrittenFile
from camtrap_tui.services.exports.request import ExportRequest, Format, Progress
from camtrap_tui.store.store import Store, utc_now
from camtrap_tui.store.truth import Truth, TruthRow

_CHUNK = 500
_EXCEL = ".excel"
SHOWS_PEOPLE = "may show people"


def write(store: Store, request: ExportRequest, progress: Progress) -> ExportReport:
    """Write the truth of the pictures that a request chooses, and report.

    A picture whose graders agree, or which was adjudicated, has each species of its truth once, as
    the latest grade that names it says, in the name of all who do; with `all_graders` it has the
    rows of each, of which those are final. A picture without a truth (in conflict, or short of
    voters) has the rows of each whose word counts, none of them final. The AI's word is that of
    `run_id`, else of the run that the grader saw, else of the newest.
    """
    if request.people == "blur":
        raise UsageError(
            "--people blur: this format writes no pictures:",
            "give --people exclude to leave out pictures that show people.",
        )
    out = _named(request)
    schema = _schema(out)
    tally, made_at = Tally(), utc_now()
    with ExitStack() as stack:
        beside = stack.enter_context(whole_file(store.path, out))
        schema_beside = (
            stack.enter_context(whole_file(store.path, schema)) if request.options.schema else None
        )
        stack.enter_context(store.db.snapshot())
        rows = _Rows(store, request, tally)
        written = _write_csv(beside, rows.entries(progress), is_excel=request.options.excel)
        files = [WrittenFile(out.name, written, beside.stat().st_size)]
        if schema_beside is not None:
            write_schema(schema_beside, store, request, rows.pictures, made_at)
            files.append(WrittenFile(schema.name, None, schema_beside.stat().st_size))
        rows.note()
    return tally.report(FORMAT.name, str(out), tuple(files))


def _places(request: ExportRequest) -> tuple[Path, ...]:
    out = _named(request)
    return (out, _schema(out)) if request.options.schema else (out,)


def _schema(out: Path) -> Path:
    return out.with_suffix(".schema.json")


def _named(request: ExportRequest) -> Path:
    """Return the file that is written: one for Excel is never called as another is."""
    out = request.out
    if not request.options.excel or out.stem.endswith(_EXCEL):
        return out
    return out.with_name(f"{out.stem}{_EXCEL}{out.suffix or '.csv'}")


def _write_csv(path: Path, entries: Iterator[Entry], *, is_excel: bool) -> int:
    """Write the rows; Excel takes a file for UTF-8 only where it begins with a byte order mark."""
    encoding, end = ("utf-8-sig", "\r\n") if is_excel else ("utf-8", "\n")
    rows = 0
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file, lineterminator=end)
        writer.writerow([column.name for column in EXPORT_COLUMNS])
        for entry in entries:
            rows += 1
            writer.writerow([cell(column, entry) for column in EXPORT_COLUMNS])
    return rows


class _Rows:
    """The rows of an export, counted as they pass."""

    def __init__(self, store: Store, request: ExportRequest, tally: Tally) -> None:
        self._request = request
        self._tally = tally
        self._truth = Truth(store.db)
        self.pictures = Pictures(store, request, boxes=request.people == "exclude")
        self._sampled = sampling_of(store, self.pictures.holdout)
        self._conflicts = self._conflict_rows = 0

    def entries(self, progress: Progress) -> Iterator[Entry]:
        """Yield what to write, picture by picture in order of path."""
        run = self.pictures.run
        coming = self.pictures.read(progress)
        while chunk := list(islice(coming, _CHUNK)):
            found = self._truth.rows(
                [picture.image.id for picture in chunk if picture.said],
                run_id=self._request.run_id,
                latest_run_id=run.id if run else None,
            )
            for picture in chunk:
                yield from self._of(picture, found.get(picture.image.id, []))

    def _of(self, picture: Picture, rows: Sequence[TruthRow]) -> list[Entry]:
        path = picture.image.file_path
        if self._request.people == "exclude" and shows_people(picture):
            self._tally.leave_out(SHOWS_PEOPLE, path)
            return []
        if picture.state == UNGRADED and not (rows and self._request.options.all_graders):
            self._tally.leave_out(self._why_ungraded(picture), path)
            return []
        entries = entries_of(
            picture,
            rows,
            all_graders=self._request.options.all_graders,
            sampled=self._sampled.get(picture.image.id),
        )
        self._tally.pictures += 1
        self._tally.unlabeled += not picture.words
        if picture.state == CONFLICT:
            self._conflicts += 1
            self._conflict_rows += len(entries)
        return entries

    def _why_ungraded(self, picture: Picture) -> str:
        if self._request.holdout:
            return "has no word that counts for the holdout"
        if not picture.said:
            return "was graded by nobody"
        return f"was not graded by {clean_name(self._request.truth)}"

    def note(self) -> None:
        """Say what a reader of the file must know."""
        if self._conflicts:
            what = counted(self._conflicts, "picture is", "pictures are")
            rows = counted(self._conflict_rows, "row")
            self._tally.notes.append(f"{what} in conflict: {rows} with is_final=false.")
        if self._sampled and self._tally.left_out:
            self._tally.notes.append(
                "The weights are those of the whole sample: they hold once all of it is graded."
            )


def entries_of(
    picture: Picture,
    rows: Sequence[TruthRow],
    *,
    all_graders: bool = False,
    sampled: Sampled | None = None,
) -> list[Entry]:
    """Return what to write of a picture; `rows` are the observations of its standing grades."""
    final = {word.observation_id: word for word in picture.words}
    everyone = all_graders or not final
    chosen = [
        row
        for row in rows
        if _id_of(row) in final or (everyone and (all_graders or row.grader in picture.graders))
    ]
    said = ((row.grade_uuid, row.grader, row.note) for row in rows)
    votes = votes_id(said, len(chosen), sum(_id_of(row) in final for row in chosen))
    notes = {row.grader: row.note for row in rows if row.note}
    found = []
    for row in chosen:
        word = final.get(_id_of(row))
        graders = word.graders if word and not all_graders else (row.grader,)
        told = tuple(dict.fromkeys(notes[name] for name in graders if name in notes))
        found.append(Entry(row, graders, word is not None, told, sampled, votes))
    return found


def _id_of(row: TruthRow) -> str:
    return f"o_{row.grade_uuid}_{row.observation_number or 0}"


def sampling_of(store: Store, holdout: Holdout | None) -> Mapping[int, Sampled]:
    """Return how each drawn picture of a holdout came into it, by image id; nothing without one."""
    if holdout is None:
        return {}
    strata = {stratum.stratum: stratum for stratum in store.holdouts.strata(holdout.id)}
    made = {
        number: Sampled(f"h_{holdout.holdout_uuid}", s.name, s.population, s.sampled, s.weight)
        for number, s in strata.items()
    }
    return {unit.image_id: made[unit.stratum] for unit in store.holdouts.sample(holdout.id)}


FORMAT = Format(
    name="ground-truth",
    made_for="spreadsheets, pandas and R; edited, it comes back with import-grades",
    carries="every label with who said it, when and how, notes, place, local time, burst, the"
    " machine's word beside it, strata and weights of a holdout",
    loses="boxes, undone grades, notes of who has not graded, pictures without a grade",
    example="truth.csv",
    takes=frozenset({"run_id", "holdout", "truth", "people", "all_graders", "excel", "schema"}),
    places=_places,
    write=write,
)
