"""Turns records of a predictions file into rows, a chunk at a time: each gets one of its own.

A record's picture is known by its media id (a name of 32 hex digits), else by its path in a
folder of the survey, else by its path alone, until a metadata table gives it an id or the end
of the path turns out to be that of a picture that was there before (`known_paths`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import chain, count, repeat
from typing import NamedTuple

from camtrap_tui.domain.taxonomy import parse_label
from camtrap_tui.services.places import (
    deployment_of,
    path_media_id,
    portable,
    stem_media_id,
    to_text,
)
from camtrap_tui.services.prediction_parts import Record
from camtrap_tui.store.store import Store

_MOST_EXAMPLES = 20
_REPEATED = "named before in this file, where it counts"
_SAME = "the same picture as an earlier record's"
_NO_PATH = "its name is no path"
# A file name that is portable and a media id at once.
_ID_NAME = re.compile(r"([0-9a-fA-F]{32})\.\w+", re.ASCII)


@dataclass(slots=True)
class Counts:
    """How the records of a file ended.

    `by_id`, `by_path` and `by_suffix` say how the images that were known before were found.
    `records` is all of them: `predicted`, `failed` (no prediction in the file), `repeated`
    (a picture named a second time; the first counts), `not_pictures` (videos) and `nameless`
    (no file named). `odd` records had something that could not be taken; `examples` names
    some of these.
    """

    records: int = 0
    predicted: int = 0
    failed: int = 0
    repeated: int = 0
    not_pictures: int = 0
    nameless: int = 0
    odd: int = 0
    new_images: int = 0
    known_images: int = 0
    by_id: int = 0
    by_path: int = 0
    by_suffix: int = 0
    examples: list[str] = field(default_factory=list)

    def note_odd(self, what: str) -> None:
        """Count a record that had something odd, and keep an example."""
        self.odd += 1
        if len(self.examples) < _MOST_EXAMPLES:
            self.examples.append(what)


class _TaxonIds(dict[str, int]):
    """Row ids of taxa by label; a label that is new adds its taxon."""

    def __init__(self, store: Store) -> None:
        super().__init__()
        self._store = store

    def __missing__(self, label: str) -> int:
        name = parse_label(label)
        self._store.taxa.add([name], "import")
        taxon = self._store.taxa.by_uuid(name.taxon_uuid)
        assert taxon is not None
        self[label] = taxon.id
        return taxon.id


class _Folders(dict[str, bool]):
    """Whether a path's folder (what is before its last `/`) is portable as it stands."""

    def __missing__(self, folder: str) -> bool:
        self[folder] = portable(folder) == folder
        return self[folder]


class _Named(NamedTuple):
    """A record with its number, its portable path, and the media id that its name is.

    `made` says that the id was made from the path instead.
    """

    number: int
    record: Record
    path: str
    media_id: str
    made: bool


# (number of the record, path, state, reason, image id)
_Row = tuple[int, str, str, str | None, int | None]


class ImportWriter:
    """Writes records of one run and one new source, inside the caller's `Database.loading`."""

    def __init__(self, store: Store, run_id: int, source_id: int) -> None:
        self._store = store
        self.run_id = run_id
        self._source_id = source_id
        self._taxa = _TaxonIds(store)
        self._plain = _Folders()
        self._deployments: dict[str, int] = {}
        self.last_deployment = store.joining.last_deployment()
        # Images and deployments above these are made of records of this file.
        self.first_new = self._next = store.bulk.next_image_id()
        # One byte an image that was there before: whether this file has named it.
        self._named_before = bytearray(self.first_new)
        # Whether to try and add a chunk as new pictures: as it was with the last chunk.
        self._all_new = self.first_new == 1
        others = [s for s in store.images.sources().values() if s.kind != "predictions"]
        self._has_paths = bool(others)
        self._folders = [f"{source.location}/" for source in others if source.kind == "folder"]
        self.counts = Counts()

    def write(self, records: Sequence[Record]) -> None:
        """Write a chunk of records: at most some thousand."""
        rows: list[_Row] = []
        named = self._named(records, rows)
        plain = self._all_new and not (self._has_paths or rows or self.counts.not_pictures)
        if not (plain and self._add_all(named)):
            self._add_each(named, rows)

    def _add_all(self, named: list[_Named]) -> bool:
        """Add the records as pictures that the survey does not have, or return False."""
        bulk, first, after = self._store.bulk, self._next, self._next + len(named)
        images: list[object] = []
        for key, item in zip(count(first), named):
            _, _, path, media_id, made = item
            images += (key, media_id, path, self._deployment(item) if made else None, key)
        if not bulk.add_new_images(self._source_id, first, images):
            return False
        bulk.add_rows_of_images(self._source_id, first, after - 1)
        self._next = after
        self.counts.new_images += len(named)
        self._write_run(zip(range(first, after), [item[1] for item in named], strict=True))
        return True

    def _add_each(self, named: list[_Named], rows: list[_Row]) -> None:
        """Write records of which some may be known, repeated or no pictures at all."""
        bulk, numbers = self._store.bulk, _Numbers(self._store, self._source_id, named, rows)
        known = bulk.known([item.media_id for item in named])
        images: list[object] = []
        taken: list[tuple[int, Record]] = []
        for item in named:
            by_id = known.get(item.media_id)
            found = by_id or self._at_path(item)
            if found is not None and self._was_named(found[0]):
                rows.append(self._repeat(item, found[0], again=numbers[item.number] > 0))
                continue
            if found is None:
                key, here = found = self._next, False
                self._next += 1
                images += (key, item.media_id, item.path, self._deployment(item), key)
            else:
                key, here = found
                self._named_before[key] = 1
                self.counts.known_images += 1
                is_path = item.made or by_id is None
                self.counts.by_path += is_path
                self.counts.by_id += not is_path
            known[item.media_id] = found
            state = "here" if here else "pending"
            rows.append((item.number, item.path, state, None, key))
            taken.append((key, item.record))
        self.counts.new_images += len(images) // 5
        self._all_new = len(images) == 5 * len(named)
        added = bulk.add_new_images(self._source_id, self._next, images)
        assert added
        rows.sort()
        bulk.add_source_rows(
            self._source_id, [value for row in rows for value in (numbers[row[0]], *row[1:])]
        )
        self._write_run(taken)

    def claim(self, image_id: int) -> bool:
        """Take an image that was there before for a record; False where one has it already."""
        if self._was_named(image_id):
            return False
        self._named_before[image_id] = 1
        return True

    def _was_named(self, image_id: int) -> bool:
        """Tell whether an earlier record of this file named the image."""
        return image_id >= self.first_new or bool(self._named_before[image_id])

    def _named(self, records: Sequence[Record], rows: list[_Row]) -> list[_Named]:
        """Return the records of pictures; what else a file names gets its row at once."""
        named: list[_Named] = []
        counts, plain = self.counts, self._plain
        for number, record in enumerate(records, counts.records + 1):
            path = record.file_path
            folder, _, name = path.rpartition("/")
            found = _ID_NAME.fullmatch(name)
            if found and plain[folder] and not (record.odd or record.not_a_picture):
                fields = (number, record, path, found[1], False)
                named.append(tuple.__new__(_Named, fields))
            elif item := self._look(number, record, rows):
                named.append(item)
        counts.records += len(records)
        return named

    def _look(self, number: int, record: Record, rows: list[_Row]) -> _Named | None:
        """Return a record that may be odd, or give it its row where it is of no picture."""
        path, counts = portable(record.file_path), self.counts
        if record.odd or not path:
            counts.note_odd(f"{path or f'record {number:,}'}: {record.odd or _NO_PATH}")
        if not path:
            counts.nameless += 1
            rows.append((number, "", "unreadable", record.odd or _NO_PATH, None))
            return None
        if record.not_a_picture:
            counts.not_pictures += 1
            rows.append((number, path, "not_a_picture", record.odd, None))
            return None
        media_id = stem_media_id(path)
        return _Named(number, record, path, media_id or path_media_id(path), media_id is None)

    def _repeat(self, item: _Named, image_id: int, *, again: bool) -> _Row:
        """Count a picture that was named before (`again`: by this path), and return its row."""
        self.counts.repeated += 1
        if again:
            self.counts.note_odd(f"{item.path}: {_REPEATED}")
        return (item.number, item.path, "duplicate", _REPEATED if again else _SAME, image_id)

    def _at_path(self, item: _Named) -> tuple[int, bool] | None:
        """Return the one image that a folder, table or bucket has at the path of a record."""
        if not self._has_paths or not item.made:
            return None
        text = to_text(item.record.file_path)
        inside = [text.removeprefix(folder) for folder in self._folders if text.startswith(folder)]
        found = self._store.bulk.at_paths([item.path, *inside])
        return found[0] if len(found) == 1 else None

    def _deployment(self, item: _Named) -> int | None:
        """Return the deployment that a path tells; pictures named by ids lie in any folder."""
        if not item.made or "/" not in item.path:
            return None
        name = deployment_of(item.path, "")
        if name and name not in self._deployments:
            self._deployments[name] = self._store.images.deployment_id(name)
        return self._deployments.get(name)

    def _write_run(self, taken: Iterable[tuple[int, Record]]) -> None:
        taxon_of = self._taxa.__getitem__
        predicted: list[object] = []
        failed: list[object] = []
        detections: list[object] = []
        classes: list[object] = []
        for key, (_, boxes, guesses, label, score, source, reason, *_) in taken:
            if label is None:
                failed += (key, reason)
            else:
                predicted += (key, taxon_of(label), score, source)
            for box in boxes:
                detections += (key, *box)
            for number, labels, scores in guesses:
                ids = map(taxon_of, labels)
                classes += chain.from_iterable(
                    zip(repeat(key), repeat(number), count(1), ids, scores)
                )
        self.counts.predicted += len(predicted) // 4
        self.counts.failed += len(failed) // 2
        bulk, run_id = self._store.bulk, self.run_id
        bulk.add_predicted(run_id, predicted)
        bulk.add_failed(run_id, failed)
        bulk.add_detections(run_id, detections)
        bulk.add_classifications(run_id, classes)


class _Numbers(dict[int, int]):
    """Row numbers by record: 0 for the first that names a path, its own for every later one."""

    def __init__(
        self, store: Store, source_id: int, named: Sequence[_Named], rows: Sequence[_Row]
    ) -> None:
        paths = [(item.number, item.path) for item in named] + [row[:2] for row in rows]
        used = store.bulk.paths_there(source_id, [path for _, path in paths]) | {""}
        for number, path in sorted(paths):
            self[number] = number if path in used else 0
            used.add(path)
