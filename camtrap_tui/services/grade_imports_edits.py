"""Reads the rows of our own ground-truth CSV again, and finds what was edited in each.

A row is known by its observation id. Cells that may be edited say what the row says now; of all
others what differs is counted, and changes nothing.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass, field
from itertools import islice
from pathlib import Path

from camtrap_tui.domain.cells import read_cell
from camtrap_tui.domain.table_edits import (
    EditedRow,
    EditedWord,
    is_true,
    is_truth,
    means_same,
    present,
    read_votes_id,
)
from camtrap_tui.domain.text import clean_cell, clean_name
from camtrap_tui.services.exports.ground_truth_columns import (
    EXPORT_COLUMNS,
    Entry,
    cell,
    text_columns,
)
from camtrap_tui.services.grade_imports_names import Names
from camtrap_tui.services.grade_imports_rows import OWN_ID
from camtrap_tui.services.grade_imports_words import NAMING, Words
from camtrap_tui.services.tables import Progress, read_cells, read_head
from camtrap_tui.store.exporting import SaidRow
from camtrap_tui.store.store import Store
from camtrap_tui.store.table_edits import EditStage
from camtrap_tui.store.truth import Truth, TruthRow

_CHUNK = 500
_EXAMPLES = 5
EDITABLE = (*NAMING, "count", "life_stage", "sex", "behavior", "comments")
# What a row says of its picture and grade that no edit can change.
_FIXED = (
    "media_id", "file_path", "content_md5", "deployment_id", "location_id", "latitude",
    "longitude", "datetime_local", "utc_offset_min", "datetime_source", "width_px", "height_px",
    "level", "taxon_rank", "taxon_class", "taxon_order", "taxon_family", "taxon_genus",
    "taxon_species", "wi_taxon_id", "labeled_at", "label_mode", "clock_shift_s",
)  # fmt: skip

OTHER_PICTURE = "names another picture than its observation_id"
NO_PICTURE = "names no picture that is here, or several"


@dataclass(frozen=True, slots=True)
class Change:
    """A cell that was edited, or a row that was added or deleted (`column` says which)."""

    row: int
    picture: str
    column: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class CameBack:
    """A row as it is staged: what it says now, and what was edited in it.

    `votes` is what was said of the picture when the row was written. `note` is the whole cell of
    comments where that was edited. `run_uuid` is the run whose word stood beside.
    """

    row: EditedRow
    picture: str
    votes: tuple[str, int, int]
    note: str | None
    run_uuid: str
    changes: tuple[Change, ...]

    def as_text(self) -> str:
        """Return the row as text."""
        return json.dumps(astuple(self), ensure_ascii=False)

    @classmethod
    def of_text(cls, text: str) -> CameBack:
        """Return the row that `as_text` wrote."""
        row, picture, votes, note, run_uuid, changes = json.loads(text)
        number, grade_uuid, observation, is_final, is_changed, word, trouble = row
        said = None if word is None else EditedWord(*word)
        edited = EditedRow(number, grade_uuid, observation, is_final, is_changed, said, trouble)
        told = tuple(Change(*change) for change in changes)
        return cls(edited, picture, tuple(votes), note, run_uuid, told)


@dataclass(slots=True)
class EditTally:
    """Rows of the table by what they are, and cells that differ though none may edit them.

    `claimed` has a 1 for the number of each row that is ours: nobody else has to read it. `unread`
    are headings that are none of ours.
    """

    rows: int = 0
    claimed: bytearray = field(default_factory=bytearray)
    fixed: Counter[str] = field(default_factory=Counter)
    examples: dict[str, list[str]] = field(default_factory=dict)
    lost: list[str] = field(default_factory=list)
    lost_rows: int = 0
    unread: list[str] = field(default_factory=list)

    def claim(self, number: int) -> None:
        """Note that a row is one of ours."""
        self.rows += 1
        if number >= len(self.claimed):
            self.claimed.extend(bytes(number + 1024 - len(self.claimed)))
        self.claimed[number] = 1

    def differs(self, column: str, number: int, here: str, there: str) -> None:
        """Count a cell that says something else than the survey does."""
        self.fixed[column] += 1
        examples = self.examples.setdefault(column, [])
        if len(examples) < _EXAMPLES:
            examples.append(f"row {number:,}: {there or '(empty)'}, here {here or '(empty)'}")

    def lose(self, number: int, what: str) -> None:
        """Count a row that was added to a picture that is not here."""
        self.lost_rows += 1
        if len(self.lost) < _EXAMPLES:
            self.lost.append(f"row {number:,}: {what}")


class EditReader:
    """Reads one table into a stage."""

    def __init__(self, store: Store, stage: EditStage, names: Names) -> None:
        self._store = store
        self._stage = stage
        self._truth = Truth(store.db)
        self._texts = text_columns()
        self._columns = {column.name: column for column in EXPORT_COLUMNS}
        self.tally = EditTally()
        self.words = Words(names)

    def read(
        self, file: Path, columns: Mapping[str, str], progress: Progress | None = None
    ) -> EditTally:
        """Stage the rows that were written of grades of this survey, and those that were added.

        `columns` are headings by the names of ours, "" for one that is not there. Where no row is
        of a grade that is here, nothing is ours.
        """
        headings = read_head(file, 0).headings
        there = {heading.casefold(): heading for heading in headings} | dict(columns)
        names = [name for name in self._columns if there.get(name)]
        read = [there[name] for name in names]
        self.tally.unread = [heading for heading in headings if heading and heading not in read]
        coming = read_cells(file, read, progress)
        waiting: list[tuple[int, dict[str, str]]] = []
        while chunk := list(islice(coming, _CHUNK)):
            rows = [
                (number, dict(zip(names, map(present, cells), strict=True)))
                for number, cells in chunk
                if any(cells)
            ]
            waiting += self._stage_known(rows)
        if self.tally.rows:
            self._stage_added(waiting)
        return self.tally

    def _stage_known(
        self, rows: Sequence[tuple[int, dict[str, str]]]
    ) -> list[tuple[int, dict[str, str]]]:
        """Stage rows of grades that are here; return those without an observation id."""
        ids = [OWN_ID.fullmatch(cells["observation_id"]) for _, cells in rows]
        uuids = sorted({found[1] for found in ids if found})
        known = self._truth.of_grades(uuids, latest_run_id=None)
        said = self._store.exporting.said(sorted({row.image_id for row in known.values()}))
        staged, added = [], []
        for (number, cells), found in zip(rows, ids, strict=True):
            row = known.get((found[1], int(found[2]))) if found else None
            if row is not None:
                self.tally.claim(number)
                back = self._came_back(number, cells, row, said.get(row.image_id, []))
                changed = back.row.is_changed or back.note is not None
                staged.append((number, row.image_id, changed, back.votes[1], back.as_text()))
            elif not found:
                added.append((number, cells))
        self._stage.add(staged)
        return added

    def _stage_added(self, rows: Iterable[tuple[int, dict[str, str]]]) -> None:
        coming = iter(rows)
        while chunk := list(islice(coming, _CHUNK)):
            self._stage.add(filter(None, (self._added(*row) for row in chunk)))

    def _added(
        self, number: int, cells: Mapping[str, str]
    ) -> tuple[int, int, bool, int, str] | None:
        """Return what to stage of a row that was added; None where it is of no one picture."""
        self.tally.claim(number)
        media_id, path = self._text(cells, "media_id"), self._text(cells, "file_path")
        images = self._stage.images_named(media_id, path)
        if len(images) != 1:
            self.tally.lose(number, _named(media_id, path))
            return None
        back = self._was_added(number, cells, path or media_id)
        return number, images[0], True, 0, back.as_text()

    # ── one row ──────────────────────────────────────────────────────────────────────────

    def _text(self, cells: Mapping[str, str], name: str) -> str:
        found = cells.get(name, "")
        return read_cell(found) if name in self._texts else found

    def _came_back(
        self, number: int, cells: Mapping[str, str], row: TruthRow, said: Sequence[SaidRow]
    ) -> CameBack:
        graders, told = self._graders(number, cells, row, said)
        entry = Entry(row, graders, False, told)
        here = {
            name: clean_cell(cell(self._columns[name], entry))
            for name in (*EDITABLE, *_FIXED)
            if name in cells
        }
        edited = [
            name for name in EDITABLE if name in cells and not self._is_same(name, here, cells)
        ]
        word, trouble = self.words.read({n: self._text(cells, n) for n in edited}, row)
        self._tell_fixed(number, here, cells, edited)
        is_elsewhere = self._is_elsewhere(row, here, cells)
        if is_elsewhere:
            word, trouble = None, OTHER_PICTURE
        votes = read_votes_id(cells.get("votes_id", ""))
        changes = tuple(
            Change(number, row.file_path, name, read_cell(here[name]), self._text(cells, name))
            for name in edited
        )
        return CameBack(
            EditedRow(
                number,
                row.grade_uuid,
                row.observation_number or 0,
                self._is_final(number, cells, votes),
                is_elsewhere or any(name != "comments" for name in edited),
                word,
                trouble,
            ),
            row.file_path,
            votes,
            self._text(cells, "comments") if "comments" in edited else None,
            self._text(cells, "ai_run_id"),
            changes,
        )

    def _graders(
        self, number: int, cells: Mapping[str, str], row: TruthRow, said: Sequence[SaidRow]
    ) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return who says so, as the row has it, and what they wrote on the picture."""
        notes = {one.grader: one.note for one in said if one.note}
        cell = self._text(cells, "labeled_by")
        graders = tuple(clean_name(name) for name in cell.split(";"))
        if row.grader in graders:
            return graders, tuple(dict.fromkeys(notes[one] for one in graders if one in notes))
        if "labeled_by" in cells:
            self.tally.differs("labeled_by", number, row.grader, cell)
        # Whose notes the row had is not known: those that it has.
        there = self._text(cells, "comments")
        return (row.grader,), tuple(dict.fromkeys(n for n in notes.values() if n in there))

    def _is_final(self, number: int, cells: Mapping[str, str], votes: tuple[str, int, int]) -> bool:
        """Tell whether a row was of the truth; nobody makes it so by editing the cell."""
        told, known = is_true(cells.get("is_final", "")), is_truth(votes)
        if known is None or "is_final" not in cells:
            return known or told
        here = "true" if known else "false"
        if not means_same(here, cells["is_final"]):
            self.tally.differs("is_final", number, here, cells["is_final"])
        return known

    def _is_elsewhere(
        self, row: TruthRow, here: Mapping[str, str], cells: Mapping[str, str]
    ) -> bool:
        """Tell whether a row was made one of another picture, as copies of rows are."""
        names = [n for n in ("media_id", "file_path") if n in cells]
        moved = {n: self._text(cells, n) for n in names if not self._is_same(n, here, cells)}
        if len(moved) != 1:
            return bool(moved)
        # One of them may be another since the table was written, or what a spreadsheet made of it.
        named = self._stage.images_named(moved.get("media_id", ""), moved.get("file_path", ""))
        return bool(named) and row.image_id not in named

    def _is_same(self, name: str, here: Mapping[str, str], cells: Mapping[str, str]) -> bool:
        old, new = here[name], cells[name]
        if name in self._texts:
            old, new = read_cell(old), read_cell(new)
        return means_same(old, new)

    def _tell_fixed(
        self,
        number: int,
        here: Mapping[str, str],
        cells: Mapping[str, str],
        edited: Sequence[str],
    ) -> None:
        renamed = any(name in NAMING for name in edited)
        for name in _FIXED:
            if name not in cells or self._is_same(name, here, cells):
                continue
            # Ranks that were put right with the name are no news.
            if not (renamed and (name.startswith("taxon_") or name == "wi_taxon_id")):
                self.tally.differs(name, number, read_cell(here[name]), self._text(cells, name))

    def _was_added(self, number: int, cells: Mapping[str, str], picture: str) -> CameBack:
        values = {name: self._text(cells, name) for name in EDITABLE if name in cells}
        word, trouble = self.words.read(values, None)
        shown = self._text(cells, "label") or self._text(cells, "scientific_name")
        shown = shown or self._text(cells, "observation_type")
        return CameBack(
            EditedRow(number, "", 0, False, True, word, trouble),
            picture,
            ("", 0, 0),
            self._text(cells, "comments") or None,
            self._text(cells, "ai_run_id"),
            (Change(number, picture, "added", "", shown),),
        )


def _named(media_id: str, path: str) -> str:
    """Return what a row calls its picture."""
    if media_id and path:
        return f"{path}, media_id {media_id}"
    return path or media_id or "names no picture"
