"""Writes what a model said of pictures, batch by batch: on disk whole, or not at all."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from camtrap_tui.domain.taxonomy import parse_label
from camtrap_tui.services.engine import Predicted, Result, Unpredicted
from camtrap_tui.store.store import Store


class RunWriter:
    """Writes results of one run; all taxa of the model are in the survey already."""

    def __init__(self, store: Store, run_id: int) -> None:
        self._store = store
        self._run_id = run_id
        self._taxa = store.taxa.ids()

    def save(
        self,
        batch: Sequence[Result],
        attempts: Callable[[int], int],
        also: Callable[[Sequence[Result]], None],
    ) -> None:
        """Write a batch in one transaction.

        `attempts` gives how often an image has been tried; `also` writes what else belongs in
        the transaction.
        """
        if not batch:
            return
        predictions: list[tuple[object, ...]] = []
        detections: list[tuple[object, ...]] = []
        classes: list[tuple[object, ...]] = []
        run_id = self._run_id
        with self._store.db.transaction():
            for result in batch:
                key = result.picture.image_id
                tries = attempts(key)
                if isinstance(result, Unpredicted):
                    reason = result.reason
                    predictions.append((run_id, key, "failed", None, None, None, reason, tries))
                    continue
                said = result.verdict
                taxon = self._taxon(said.label)
                predictions.append(
                    (run_id, key, "predicted", taxon, said.score, said.source, None, tries)
                )
                detections += _detection_rows(run_id, result)
                classes += [
                    (run_id, key, c.detection_number, c.rank, self._taxon(c.label), c.score)
                    for c in result.classes
                ]
            self._store.runs.put_detections(detections)
            self._store.runs.put_classifications(classes)
            self._store.runs.put_predictions(predictions)
            also(batch)

    def _taxon(self, label: str) -> int:
        """Return the row id of a label's taxon, which the model's files should have named."""
        name = parse_label(label)
        if name.taxon_uuid not in self._taxa:
            self._store.taxa.add([name], "model")
            self._taxa = self._store.taxa.ids()
        return self._taxa[name.taxon_uuid]


def _detection_rows(run_id: int, result: Predicted) -> list[tuple[object, ...]]:
    return [
        (run_id, result.picture.image_id, number, box.category, box.confidence, *box.bbox)
        for number, box in enumerate(result.boxes, 1)
    ]
