"""Turns records of a predictions file into rows, a chunk at a time.

A record's picture is known by its media id (a name of 32 hex digits), else by its path in a
folder of the survey, else by its path alone, until a metadata table gives it an id.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import chain
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


@dataclass(slots=True)
class Counts:
    """How the records of a file ended.

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


class _Named(NamedTuple):
    """A record with its portable path, and the media id that its name is or that is made."""

    record: Record
    path: str
    media_id: str
    made: bool


class ImportWriter:
    """Writes records of one run and one source, inside the caller's transaction."""

    def __init__(self, store: Store, run_id: int, source_id: int) -> None:
        self._store = store
        self._run_id = run_id
        self._source_id = source_id
        self._taxa = _TaxonIds(store)
        self._deployments: dict[str, int] = {}
        self._first_new = self._next = store.bulk.next_image_id()
        self._known_done: set[int] = set()
        # In a survey without images only ids of this file can be known; a hash seen before
        # says which of them to ask for.
        self._hashes: set[int] | None = set() if self._first_new == 1 else None
        self._folders = [
            f"{source.location}/"
            for source in store.images.sources().values()
            if source.kind == "folder"
        ]
        self.counts = Counts()

    def write(self, records: Sequence[Record]) -> None:
        """Write a chunk of records: at most some thousand."""
        rows: dict[str, tuple[object, ...]] = {}
        named = self._named(records, rows)
        known = self._known([item.media_id for item in named])
        images: list[object] = []
        taken: list[tuple[int, Record]] = []
        for item in named:
            found = known.get(item.media_id) or self._in_folder(item)
            if found is None:
                image_id, here = found = self._next, False
                self._next += 1
                self.counts.new_images += 1
                deployment = self._deployment(item)
                images += (
                    image_id, item.media_id, self._source_id, item.path, deployment, image_id
                )  # fmt: skip
            elif found[0] >= self._first_new or found[0] in self._known_done:
                self._repeat(item, found[0], rows)
                continue
            else:
                image_id, here = found
                self._known_done.add(image_id)
                self.counts.known_images += 1
            known[item.media_id] = found
            state = "here" if here else "pending"
            rows[item.path] = (self._source_id, item.path, state, None, image_id)
            taken.append((image_id, item.record))
        self._store.bulk.add_images(images)
        self._store.bulk.put_source_rows(list(chain.from_iterable(rows.values())))
        self._write_run(taken)

    def _known(self, media_ids: list[str]) -> dict[str, tuple[int, bool]]:
        seen = self._hashes
        if seen is None:
            return self._store.bulk.known(media_ids)
        perhaps = [media_id for media_id in media_ids if hash(media_id) in seen]
        seen.update(map(hash, media_ids))
        return self._store.bulk.known(perhaps) if perhaps else {}

    def _named(
        self, records: Sequence[Record], rows: dict[str, tuple[object, ...]]
    ) -> list[_Named]:
        """Return the records of pictures; what else a file names gets its row at once."""
        named: list[_Named] = []
        counts = self.counts
        for record in records:
            counts.records += 1
            path = portable(record.file_path)
            if record.odd or not path:
                shown = path or f"record {counts.records:,}"
                counts.note_odd(f"{shown}: {record.odd or 'its name is no path'}")
            if not path:
                counts.nameless += 1
                continue
            if record.not_a_picture:
                counts.not_pictures += 1
                if path not in rows and not self._store.ledger.row(self._source_id, path):
                    rows[path] = (self._source_id, path, "not_a_picture", record.odd, None)
                continue
            media_id = stem_media_id(path)
            made = media_id is None
            named.append(_Named(record, path, media_id or path_media_id(path), made))
        return named

    def _repeat(self, item: _Named, image_id: int, rows: dict[str, tuple[object, ...]]) -> None:
        """Count a picture that was named before; another path to it is a row of its own."""
        self.counts.repeated += 1
        if item.path in rows or self._store.ledger.row(self._source_id, item.path):
            self.counts.note_odd(f"{item.path}: named before in this file, where it counts")
            return
        reason = "the same picture as an earlier record's"
        rows[item.path] = (self._source_id, item.path, "duplicate", reason, image_id)

    def _in_folder(self, item: _Named) -> tuple[int, bool] | None:
        """Return the image that a folder of the survey has at the path of a record."""
        if not self._folders or not item.made:
            return None
        text = to_text(item.record.file_path)
        inside = [text.removeprefix(folder) for folder in self._folders if text.startswith(folder)]
        found = self._store.bulk.in_folders([item.path, *inside])
        return (found[0], True) if len(found) == 1 else None

    def _deployment(self, item: _Named) -> int | None:
        """Return the deployment that a path tells; pictures named by ids lie in any folder."""
        if not item.made or "/" not in item.path:
            return None
        name = deployment_of(item.path, "")
        if name and name not in self._deployments:
            self._deployments = self._store.images.deployment_ids([name])
        return self._deployments.get(name)

    def _write_run(self, taken: Sequence[tuple[int, Record]]) -> None:
        run_id, taxa, counts = self._run_id, self._taxa, self.counts
        predictions: list[object] = []
        detections: list[object] = []
        classifications: list[object] = []
        for image_id, record in taken:
            if record.label is None:
                counts.failed += 1
                predictions += (run_id, image_id, "failed", None, None, None, record.reason, 1)
            else:
                counts.predicted += 1
                predictions += (run_id, image_id, "predicted", taxa[record.label])
                predictions += (record.score, record.source, None, 1)
            for box in record.boxes:
                detections += (run_id, image_id, *box)
            for number, labels, scores in record.guesses:
                for rank, (label, score) in enumerate(zip(labels, scores, strict=True), 1):
                    classifications += (run_id, image_id, number, rank, taxa[label], score)
        bulk = self._store.bulk
        bulk.add_predictions(predictions)
        bulk.add_detections(detections)
        bulk.add_classifications(classifications)
