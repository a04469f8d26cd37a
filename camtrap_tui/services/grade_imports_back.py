"""Takes in our own ground-truth CSV that was edited elsewhere, as new grades of whoever edited it.

No old grade is altered: the editor's is a later word beside it, and all of a table are one batch,
which one undo takes back. What was graded since the table was written is told, not overruled.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from camtrap_tui.domain.consensus import ADJUDICATED, UNANIMOUS
from camtrap_tui.domain.models import Taxon
from camtrap_tui.domain.table_edits import (
    EditedRow,
    EditedWord,
    read_votes_id,
    told_apart,
    votes_id,
    word_of,
)
from camtrap_tui.domain.taxonomy import UNKNOWN_UUID, TaxonName
from camtrap_tui.errors import UsageError
from camtrap_tui.services.consensus import settled_by
from camtrap_tui.services.exports.pictures import observation_id
from camtrap_tui.services.grade_imports_edits import (
    NO_PICTURE,
    CameBack,
    Change,
    EditReader,
    EditTally,
)
from camtrap_tui.services.grade_imports_names import Names, nearest
from camtrap_tui.services.grade_imports_words import NAMING
from camtrap_tui.services.tables import Progress
from camtrap_tui.store.exporting import SaidRow
from camtrap_tui.store.grades import NewGrade, NewObservation
from camtrap_tui.store.store import Store, utc_now
from camtrap_tui.store.table_edits import EditStage

_CHUNK = 500
_EXAMPLES = 5
GESTURE = "table"
_BETWEEN = " | "

SINCE = "was graded, or got a note, since the table was written"
OTHERS_NOTE = "lacks a note that somebody else wrote, which stays"
REPEATED = "is there twice"


@dataclass(frozen=True, slots=True)
class EditReport:
    """What became of a table that was edited.

    `rows` are those of grades that are here, and added ones. `changes` are the cells that were
    edited, in order of row, and rows `added` and `deleted`. Of the pictures that they touch `taken`
    got a new grade, `known` are those of which the editor says just that already, and those
    `skipped` are counted by the reason, with examples; `notes` is how many got a new note.
    `fixed` counts, by column, cells that differ from the survey though none may edit them; columns
    that are `unread` are none of ours. Of the pictures taken `conflicts` are in conflict
    afterwards, and `overruled` have another truth, which an adjudicator or a finer word makes.
    `new_names` are (name, a known one like it or ""). `batch_uuid` is the batch of the new grades,
    empty for none.
    """

    editor: str
    adjudicates: bool
    rows: int
    changes: tuple[Change, ...]
    touched: int
    taken: int
    known: int
    notes: int
    skipped: dict[str, int]
    fixed: dict[str, int]
    examples: dict[str, list[str]]
    unread: tuple[str, ...]
    new_names: tuple[tuple[str, str], ...]
    conflicts: int
    overruled: int
    batch_uuid: str


@dataclass(slots=True)
class _Made:
    """What is to be appended: grades, and notes by image."""

    grades: list[tuple[int, tuple[EditedWord, ...], str]] = field(default_factory=list)
    notes: list[tuple[int, str]] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    touched: int = 0
    known: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    examples: dict[str, list[str]] = field(default_factory=dict)

    def skip(self, reason: str, what: str) -> None:
        """Count a picture of which nothing is taken, or a part of one."""
        self.skipped[reason] += 1
        examples = self.examples.setdefault(reason, [])
        if len(examples) < _EXAMPLES:
            examples.append(what)


class TableEdits:
    """One table on its way back: read and worked out first, then appended in a transaction."""

    def __init__(
        self, store: Store, names: Names, *, editor: str, adjudicates: bool = False
    ) -> None:
        self._store = store
        self._stage = EditStage(store.db)
        self._reader = EditReader(store, self._stage, names)
        self._editor = editor
        self._adjudicates = adjudicates
        self._taxa: dict[int, Taxon] = {}
        self._seen = (0, 0)
        self._made = _Made()

    def close(self) -> None:
        """Drop what was staged."""
        self._stage.close()

    def read(
        self, file: Path, columns: Mapping[str, str], progress: Progress | None = None
    ) -> EditTally:
        """Read a table; nothing of it is ours where no row is of a grade that is here."""
        return self._reader.read(file, columns, progress)

    def work_out(self) -> None:
        """Find out what is to be appended, before anybody has to wait.

        Raises UsageError where something is, and nobody said whose word it is.
        """
        self._seen = self._stage.last_rows()
        self._taxa = {taxon.id: taxon for taxon in self._store.taxa.all()}
        made = self._made = _Made()
        coming = self._stage.touched()
        while chunk := list(islice(coming, _CHUNK)):
            rows, said = self._stage.rows(chunk), self._store.exporting.said(chunk)
            for key in chunk:
                made.touched += 1
                self._picture(key, list(map(CameBack.of_text, rows[key])), said.get(key, []))
        tally = self._reader.tally
        if tally.lost_rows:
            made.skipped[NO_PICTURE] = tally.lost_rows
            made.examples[NO_PICTURE] = tally.lost
        made.changes.sort(key=lambda change: change.row)
        if (made.grades or made.notes) and not self._editor:
            raise UsageError(
                "The table was edited, and nobody says by whom:", "give --grader NAME."
            )

    # ── one picture ──────────────────────────────────────────────────────────────────────

    def _picture(self, key: int, back: Sequence[CameBack], said: Sequence[SaidRow]) -> None:
        made, path = self._made, back[0].picture
        rows, again = told_apart(one.row for one in back)
        for row in again:
            made.skip(REPEATED, f"row {row.number:,}: {path}")
        votes = next((one.votes for one in back if one.votes[0]), ("", 0, 0))
        words, reason = word_of(rows, *votes[1:])
        notes = [one.note for one in back if one.note is not None]
        is_since = self._is_since(votes[0], back, said)
        if is_since and not (words or reason):
            there = {row.note for row in said if row.note}
            if not any(_parts([note]).keys() - there for note in notes):
                # Somebody's note is new, not the table's.
                return
            reason = SINCE
        self._tell(back, rows, votes, said)
        if words and self._says_so_already(words, said):
            made.known += 1
            words = ()
        if is_since and words:
            reason = SINCE
        if reason:
            made.skip(reason, f"{_numbers(back)}: {path}{_unread(rows, back)}")
            return
        if words:
            run = next((one.run_uuid for one in back if one.run_uuid), "")
            made.grades.append((key, words, run))
        if notes:
            self._note(key, path, notes, said)

    def _is_since(self, digest: str, back: Sequence[CameBack], said: Sequence[SaidRow]) -> bool:
        """Tell whether anybody has graded the picture since its rows were written."""
        if digest:
            told = ((row.grade_uuid, row.grader, row.note) for row in said)
            return read_votes_id(votes_id(told, 0, 0))[0] != digest
        standing = {row.grade_uuid for row in said}
        return any(one.row.grade_uuid and one.row.grade_uuid not in standing for one in back)

    def _says_so_already(self, words: Sequence[EditedWord], said: Sequence[SaidRow]) -> bool:
        own = [row for row in said if row.grader == self._editor]
        if self._adjudicates and not any(row.adjudicates for row in own):
            return False
        standing = Counter(
            EditedWord(
                self._taxa[row.taxon_id].taxon_uuid,
                row.count,
                row.life_stage,
                row.sex,
                row.behavior,
            )
            for row in own
            if row.taxon_id is not None
        )
        return standing == Counter(words)

    def _tell(
        self,
        back: Sequence[CameBack],
        rows: Sequence[EditedRow],
        votes: tuple[str, int, int],
        said: Sequence[SaidRow],
    ) -> None:
        """Note what was edited in the rows of a picture, which are new, and which are gone."""
        told = {one.row.number: one for one in back}
        for row in rows:
            one = told[row.number]
            if row.grade_uuid or not one.row.grade_uuid:
                self._made.changes.extend(one.changes)
            else:
                told_new = next((c.new for c in one.changes if c.column in NAMING), "")
                new = self._spelt(row.word) if row.word else told_new
                self._made.changes.append(Change(row.number, one.picture, "added", "", new))
        own = {f"o_{row.grade_uuid}_{row.observation_number}" for row in rows if row.grade_uuid}
        gone = votes[1] - len(own)
        if gone <= 0:
            return
        lacking = [row for row in said if observation_id(row) not in own]
        names = sorted({self._name(row) for row in lacking}) if len(lacking) == gone else []
        for name in names or [f"{gone} of {votes[1]} rows"]:
            change = Change(back[0].row.number, back[0].picture, "deleted", name, "")
            self._made.changes.append(change)

    def _spelt(self, word: EditedWord) -> str:
        taxon = self._reader.words.taxa.get(word.taxon_uuid) or next(
            taxon for taxon in self._taxa.values() if taxon.taxon_uuid == word.taxon_uuid
        )
        name = taxon.display_name if isinstance(taxon, TaxonName) else taxon.name
        return f"{name} x{word.count}" if word.count else name

    def _name(self, row: SaidRow) -> str:
        named = self._taxa[row.taxon_id].name if row.taxon_id is not None else "nothing"
        return f"{named} ({row.grader})"

    def _note(self, key: int, path: str, notes: Sequence[str], said: Sequence[SaidRow]) -> None:
        """Make what of a cell of comments nobody else has written the editor's note."""
        others = {row.note for row in said if row.note and row.grader != self._editor}
        own = next((r.note for r in said if r.note and r.grader == self._editor), "")
        parts = _parts(notes)
        written = _BETWEEN.join(part for part in parts if part not in others)
        if written != own:
            self._made.notes.append((key, written))
        elif others - parts.keys():
            self._made.skip(OTHERS_NOTE, path)

    # ── inside a transaction ─────────────────────────────────────────────────────────────

    def append(self) -> str:
        """Append what was worked out; return the uuid of the batch, empty for none."""
        if self._stage.last_rows() != self._seen:
            self.work_out()
        made, now = self._made, utc_now()
        if not (made.grades or made.notes):
            return ""
        new = [t for t in self._reader.words.taxa.values() if isinstance(t, TaxonName)]
        used = {word.taxon_uuid for _, words, _ in made.grades for word in words}
        self._store.taxa.add([t for t in new if t.taxon_uuid in used], "import")
        batch, grades = str(uuid.uuid4()), self._store.grades
        grades.add(self._editor, self._grades(batch), now)
        for key, text in made.notes:
            grades.add_mark(str(uuid.uuid4()), key, self._editor, "note", text, now)
        return batch if made.grades else ""

    def _grades(self, batch: str) -> Iterator[NewGrade]:
        ids = self._store.taxa.ids()
        runs = {run.run_uuid: run.id for run in self._store.runs.all()}
        for key, words, run in self._made.grades:
            yield NewGrade(
                str(uuid.uuid4()),
                key,
                tuple(
                    NewObservation(ids[w.taxon_uuid], w.count, w.life_stage, w.sex, w.behavior)
                    for w in words
                ),
                ADJUDICATED if self._adjudicates else "bulk",
                GESTURE,
                # What the machine says stood in the table.
                runs.get(run),
                batch,
            )

    def report(self, batch: str) -> EditReport:
        """Return what became of the table, once it was appended."""
        made, tally = self._made, self._reader.tally
        conflicts, overruled = self._outcome()
        return EditReport(
            self._editor,
            self._adjudicates,
            tally.rows,
            tuple(made.changes),
            made.touched,
            len(made.grades),
            made.known,
            len(made.notes),
            dict(made.skipped.most_common()),
            dict(tally.fixed.most_common()),
            made.examples | tally.examples,
            tuple(tally.unread),
            tuple(self._new_names()),
            conflicts,
            overruled,
            batch,
        )

    def _outcome(self) -> tuple[int, int]:
        """Return of how many pictures with a new grade the truth is open, or another."""
        said = {key: {w.taxon_uuid for w in words} for key, words, _ in self._made.grades}
        conflicts = overruled = 0
        for key, found in settled_by(self._store.votes.ballots(list(said)), UNANIMOUS, {}):
            conflicts += found.state == "conflict"
            is_elsewhere = found.state == "adjudicated" and not self._adjudicates
            differs = {taxon.taxon_uuid for taxon in found.species} != said[key] - {UNKNOWN_UUID}
            overruled += found.state != "conflict" and (is_elsewhere or differs)
        return conflicts, overruled

    def _new_names(self) -> Iterator[tuple[str, str]]:
        used = {word.taxon_uuid for _, words, _ in self._made.grades for word in words}
        known = [taxon.name for taxon in self._taxa.values()]
        for taxon in self._reader.words.taxa.values():
            if isinstance(taxon, TaxonName) and taxon.taxon_uuid in used:
                yield taxon.display_name, nearest(taxon.display_name, known)


def _parts(notes: Iterable[str]) -> dict[str, None]:
    """Return the notes that cells of comments hold, each once, in their order."""
    found = (part.strip() for note in notes for part in note.split(_BETWEEN))
    return dict.fromkeys(part for part in found if part)


def _unread(rows: Sequence[EditedRow], back: Sequence[CameBack]) -> str:
    """Return the cells that were edited in the first row that cannot be taken."""
    number = next((row.number for row in rows if row.trouble), 0)
    changes = (change for one in back for change in one.changes if change.row == number)
    told = [f"{c.column} {c.new or '(empty)'}" for c in changes if c.column != "added"]
    return f": {', '.join(told)}" if told else ""


def _numbers(back: Sequence[CameBack]) -> str:
    numbers = [f"{one.row.number:,}" for one in back]
    return f"row {numbers[0]}" if len(numbers) == 1 else f"rows {', '.join(numbers[:3])}"
