"""Takes a run's images over into another run, a stretch at a time: each in one transaction.

Only outcomes are written: the boxes and classes stay those of the run they were taken from.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Protocol

from camtrap_tui.domain.taxonomy import SPECIAL, TaxonName, label_of, parse_label
from camtrap_tui.domain.verdict import Verdict
from camtrap_tui.errors import ModelError
from camtrap_tui.services.ensemble import CLASSES_USED, Classes, Seen
from camtrap_tui.services.model_folder import RuleFiles
from camtrap_tui.store.refencing import Outcome
from camtrap_tui.store.store import Store

_NO_CLASSES = "no classes are stored: what it would be elsewhere is not known"
_ByBox = dict[int, Classes]


class Judge(Protocol):
    """What makes a prediction of an image's boxes and classes."""

    def __call__(self, boxes: Sequence[Seen], classes: Mapping[int, Classes]) -> Verdict:
        """Return the image's one prediction, where at least one box has classes."""


def read_labels(rules: RuleFiles) -> dict[str, TaxonName]:
    """Return the taxa of a model by its own spelling of their labels, in the files' order.

    Those of the classifier come first, where that file is there, then those of the taxonomy.
    """
    found: dict[str, TaxonName] = {}
    for file in ([rules.labels] if rules.labels.is_file() else []) + [rules.taxonomy]:
        try:
            lines = file.read_text(encoding="utf-8").split("\n")
        except (OSError, UnicodeDecodeError) as error:
            raise ModelError(f"{file}: {error}.", "Copy the model again.") from None
        for line in filter(None, map(str.strip, lines)):
            found.setdefault(line, parse_label(line))
    return found


class RefenceWriter:
    """Writes what `judge` makes of one run's images as another run's outcomes."""

    def __init__(
        self,
        store: Store,
        run_id: int,
        parent_id: int,
        labels: Mapping[str, TaxonName],
        judge: Judge,
    ) -> None:
        """`labels` are those of the model; all of its taxa are in the survey already."""
        self._store = store
        self._run_id = run_id
        self._parent_id = parent_id
        self._judge = judge
        written: dict[str, str] = {}
        for label, name in labels.items():
            written.setdefault(name.taxon_uuid, label)
        # A class that this model does not know keeps the label that it came with.
        self._labels = {
            taxon.id: written.get(taxon.taxon_uuid) or label_of(taxon) for taxon in store.taxa.all()
        }
        self._ids = store.taxa.ids()
        # No country changes these: where nothing but them is stored, they stand as they are.
        self._unfenced = {self._ids[name.taxon_uuid] for name in SPECIAL}
        self._taxa: dict[str, int] = {}

    def write(self, image_ids: Sequence[int]) -> int:
        """Take over these images, which stand in order; return how many of them failed."""
        reading, parent = self._store.refencing, self._parent_id
        first, last, wanted = image_ids[0], image_ids[-1], set(image_ids)
        boxes = {
            key: [Seen(*box[1:]) for box in found]
            for key, found in groupby(reading.boxes(parent, first, last), itemgetter(0))
        }
        classes = self._classes(first, last)
        rows = [
            self._row(ended, boxes.get(ended.image_id, []), classes.get(ended.image_id, {}))
            for ended in reading.outcomes(parent, first, last)
            if ended.image_id in wanted
        ]
        with self._store.db.transaction():
            self._store.runs.put_predictions(rows)
        return sum(1 for row in rows if row[2] == "failed")

    def _classes(self, first: int, last: int) -> dict[int, _ByBox]:
        found: dict[int, _ByBox] = {}
        rows = self._store.refencing.classes(self._parent_id, first, last, CLASSES_USED)
        for key, number, taxon_id, score in rows:
            of_image = found.setdefault(key, {})
            of_box = of_image.get(number)
            if of_box is None:
                of_box = of_image[number] = Classes([], [])
            of_box.labels.append(self._labels[taxon_id])
            of_box.scores.append(score)
        return found

    def _row(self, ended: Outcome, boxes: list[Seen], classes: _ByBox) -> tuple[object, ...]:
        key, tries = (self._run_id, ended.image_id), ended.attempts
        if ended.outcome != "predicted":
            return (*key, ended.outcome, None, None, None, ended.reason, tries)
        if not classes:
            if ended.taxon_id in self._unfenced:
                return (*key, *ended[1:])
            return (*key, "failed", None, None, None, _NO_CLASSES, tries)
        said = self._judge(boxes, classes)
        taxon = self._taxon(said.label)
        return (*key, "predicted", taxon, said.score, said.source, None, tries)

    def _taxon(self, label: str) -> int:
        found = self._taxa.get(label)
        if found is None:
            found = self._taxa[label] = self._ids[parse_label(label).taxon_uuid]
        return found
