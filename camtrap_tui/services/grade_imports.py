"""Takes in labels that people gave elsewhere, as grades of mode `import` in their authors' names.

All of a file is taken in one transaction, or nothing; every label ends as taken, known or left out
for a reason. The same file twice adds nothing, and nothing that somebody keyed here gives way.
"""

from __future__ import annotations

import json
import uuid
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from itertools import groupby, islice
from pathlib import Path

from camtrap_tui.domain.models import Taxon
from camtrap_tui.domain.taxonomy import BLANK_UUID, TaxonName
from camtrap_tui.services.grade_imports_back import EditReport, TableEdits
from camtrap_tui.services.grade_imports_columns import LabelTable
from camtrap_tui.services.grade_imports_events import event_pictures
from camtrap_tui.services.grade_imports_names import Names, Said, nearest
from camtrap_tui.services.grade_imports_places import find_places
from camtrap_tui.services.grade_imports_rows import NO_LABEL, LabelRow, Tally, read_label_rows
from camtrap_tui.services.grade_imports_timelapse import TimelapseRows
from camtrap_tui.services.manifest import file_md5
from camtrap_tui.services.places import to_text
from camtrap_tui.services.tables import Progress
from camtrap_tui.store.grade_imports import Appended, LabelStage, Lost, StagedGrade, Word
from camtrap_tui.store.store import Store, utc_now

_LABELS = uuid.UUID("5b1d0d4e-43f5-5c55-9a55-6f0b8f5b7a01")
_CHUNK = 2000

NOT_HERE = "is of a picture that is not here"
AMBIGUOUS = "may be of several pictures, by its path"
REPEATED = "says the same again"
MIXED = "says blank and something else of one picture"
OWN = "was exported from a grade that is here"


@dataclass(frozen=True, slots=True)
class NewName:
    """A name that no list of the survey has, how many labels say it, and a known one like it."""

    name: str
    scientific_name: str
    labels: int
    like: str


@dataclass(frozen=True, slots=True)
class GradeImportReport:
    """What became of the labels of a file: `labels` = `taken` + `known` + those `skipped`.

    `known` labels are in grades that were imported before; `grades` and `graders` count new
    grades; `unread` are values that taken labels lack, since they could not be read; `examples`
    are the first rows of each reason; `lost` the pictures that are not here. `edits` tells of rows
    of our own ground truth that come back; these are no labels of the counts above.
    """

    file: Path
    format: str
    columns: dict[str, str]
    labels: int
    taken: int
    known: int
    skipped: dict[str, int]
    unread: dict[str, int]
    examples: dict[str, list[str]]
    grades: int
    pictures: int
    graders: dict[str, int]
    by_path: int
    new_names: tuple[NewName, ...]
    lost: tuple[Lost, ...]
    edits: EditReport | None = None


def import_grades(
    store: Store,
    file: Path,
    table: LabelTable,
    *,
    author: str = "",
    renamed: Mapping[str, str] | None = None,
    media: Path | None = None,
    taxa: Mapping[str, TaxonName] | None = None,
    editor: str = "",
    adjudicates: bool = False,
    progress: Progress | None = None,
) -> GradeImportReport:
    """Append the labels of a table that are not here yet.

    What was edited in rows of our own ground truth is the word of `editor`, see TableEdits; with
    `adjudicates` it settles what the pictures show, whatever others say.

    `author` is whose word a label is that names nobody; `renamed` says which names are to be read
    as others; `media` is the table of pictures of a Camtrap DP package, `taxa` what it says of the
    species that no list has, by scientific name. `progress` is called with
    (bytes read, bytes in all). Raises InputError where the file cannot be read; nothing is
    written then.
    """
    content_md5 = file_md5([file])
    names = Names(store.taxa.all(), renamed or {}, taxa or {})
    with ExitStack() as stack:
        edits = TableEdits(store, names, editor=editor, adjudicates=adjudicates)
        stack.callback(edits.close)
        claimed, report = bytearray(), None
        if table.format == "ground truth":
            claimed = edits.read(file, table.own_columns, progress).claimed
            edits.work_out()
        stage = stack.enter_context(closing(LabelStage(store.db)))
        work = _Work(store, stage, names)
        timelapse = TimelapseRows(work.names.has, store.joining.has_folder)
        events = event_pictures(file, media) if media and table.format == "camtrap_dp" else {}
        work.read(
            read_label_rows(file, table, author, work.tally, progress, timelapse, claimed, events)
        )
        by_path = work.match(media, is_windows=table.format == "timelapse")
        work.group()
        with store.db.transaction():
            batch = edits.append()
            done = work.append()
            source = store.images.source("grades", to_text(str(file.resolve())), utc_now())
            told = json.dumps(table.columns, ensure_ascii=False)
            stage.note_source(source.id, content_md5, told)
        if claimed:
            report = edits.report(batch)
    tally = work.tally
    return GradeImportReport(
        file,
        table.format,
        table.columns,
        tally.labels,
        sum(done.by_name.values()),
        done.known,
        dict(tally.skipped.most_common()),
        dict(tally.unread.most_common()),
        tally.examples,
        sum(done.graders.values()),
        done.pictures,
        dict(sorted(done.graders.items())),
        by_path,
        tuple(work.new_names(done)),
        tuple(work.lost),
        report,
    )


@dataclass(slots=True)
class _Work:
    """One import."""

    store: Store
    stage: LabelStage
    names: Names
    tally: Tally = field(default_factory=Tally)
    lost: list[Lost] = field(default_factory=list)
    _keys: dict[Said, int | None] = field(default_factory=dict)
    _taxa: list[Taxon | TaxonName] = field(default_factory=list)

    def read(self, rows: Iterable[LabelRow]) -> None:
        """Stage the labels; those that name nothing are left out."""
        coming = self._staged(rows)
        while chunk := list(islice(coming, _CHUNK)):
            self.stage.add(chunk)

    def _staged(self, rows: Iterable[LabelRow]) -> Iterator[tuple[object, ...]]:
        for row in rows:
            key = self._key(row.said)
            if key is None:
                self.tally.skip(row.number, NO_LABEL, row.said.label)
                continue
            yield (
                row.number,
                row.media_id,
                row.path,
                row.grader,
                row.time,
                row.observation_id,
                row.own_uuid,
                key,
                row.count,
                row.life_stage,
                row.sex,
                row.behavior,
                row.note,
            )

    def _key(self, said: Said) -> int | None:
        """Return the number of the taxon that is meant; None for no label."""
        if said not in self._keys:
            found = self.names.find(said)
            if found is not None:
                self._taxa.append(found)
            self._keys[said] = None if found is None else len(self._taxa) - 1
        return self._keys[said]

    def match(self, media: Path | None, *, is_windows: bool) -> int:
        """Find the pictures; return how many labels got theirs by a path."""
        own = self.stage.drop_own()
        if own:
            self.tally.skipped[OWN] = own
        self.stage.match_ids()
        places = find_places(self.store, self.stage.unplaced(), media, is_windows=is_windows)
        by_path = self.stage.place(places)
        self.lost = self.stage.lost()
        for one in self.lost:
            reason = AMBIGUOUS if one.is_ambiguous else NOT_HERE
            self.tally.skip(one.number, reason, one.path or one.media_id)
            self.tally.skipped[reason] += one.labels - 1
        return by_path

    def group(self) -> None:
        """Make the grades of the labels, before anybody has to wait."""
        coming = self._groups()
        while chunk := list(islice(coming, _CHUNK)):
            self.stage.add_grades(chunk)

    def append(self) -> Appended:
        """Append the grades that are not here yet, inside the transaction."""
        done = self.stage.compare()
        said = {key: self._taxa[key] for key in done.by_name}
        new = [taxon for taxon in said.values() if isinstance(taxon, TaxonName)]
        self.store.taxa.add(new, "import")
        ids = self.store.taxa.ids()
        self.stage.append({key: ids[taxon.taxon_uuid] for key, taxon in said.items()})
        self.stage.append_notes(self._notes())
        return done

    def _notes(self) -> Iterator[tuple[str, int, str, str, str]]:
        """Yield the notes that stand beside labels: of one author and picture they are one."""
        now = utc_now()
        found: dict[tuple[int, str, str], list[str]] = {}
        for image_id, media_id, grader, note in self.stage.notes():
            found.setdefault((image_id, media_id, grader), []).append(note)
        for (image_id, media_id, grader), notes in found.items():
            note = " | ".join(notes)
            made = uuid.uuid5(_LABELS, "\n".join(["note", media_id, grader, note]))
            yield str(made), image_id, grader, note, now

    def _groups(self) -> Iterator[StagedGrade]:
        for _, found in groupby(self.stage.words(), key=lambda word: (word.image_id, word.grader)):
            words = self._distinct(list(found))
            if words:
                latest = max(word.time for word in words)
                yield StagedGrade(self._uuid(words), latest, words)

    def _distinct(self, words: list[Word]) -> tuple[Word, ...]:
        """Return the labels of one author and picture without what is said twice; none of them
        where the picture is blank and is not."""
        kept: dict[tuple[object, ...], Word] = {}
        for word in words:
            if kept.setdefault((word.observation_id, *self._observation(word)), word) is not word:
                self.tally.skip(word.number, REPEATED)
        is_blank = {self._taxa[word.name].taxon_uuid == BLANK_UUID for word in kept.values()}
        if len(is_blank) > 1:
            for word in kept.values():
                self.tally.skip(word.number, MIXED, f"by {word.grader}")
            return ()
        return tuple(kept.values())

    def _observation(self, word: Word) -> tuple[object, ...]:
        uuid_of_taxon = self._taxa[word.name].taxon_uuid
        return uuid_of_taxon, word.count, word.life_stage, word.sex, word.behavior

    def _uuid(self, words: Sequence[Word]) -> str:
        """Return the uuid of a grade: the same for the same labels, on every machine."""
        said = sorted(
            json.dumps([word.observation_id, word.time, *self._observation(word)], sort_keys=True)
            for word in words
        )
        first = words[0]
        return str(uuid.uuid5(_LABELS, "\n".join([first.image_media_id, first.grader, *said])))

    def new_names(self, done: Appended) -> Iterator[NewName]:
        """Yield the names that became new taxa, the most frequent first."""
        counts: Counter[TaxonName] = Counter()
        for key, labels in done.by_name.items():
            taxon = self._taxa[key]
            if isinstance(taxon, TaxonName):
                counts[taxon] += labels
        known = {taxon.name: None for taxon in self._known_taxa()}
        for name, labels in sorted(counts.items(), key=lambda one: (-one[1], one[0].display_name)):
            like = nearest(name.display_name, list(known))
            yield NewName(name.display_name, name.scientific_name, labels, like)

    def _known_taxa(self) -> list[Taxon]:
        made = {taxon.taxon_uuid for taxon in self._taxa if isinstance(taxon, TaxonName)}
        return [taxon for taxon in self.store.taxa.all() if taxon.taxon_uuid not in made]
