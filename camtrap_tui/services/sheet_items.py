"""What the contact sheet shows of a page of images: a few queries, whatever the queue's length."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from camtrap_tui.domain.models import Image, Run, Taxon
from camtrap_tui.services.locating import Locator
from camtrap_tui.services.review_items import Items
from camtrap_tui.store.store import Store


@dataclass(frozen=True, slots=True)
class SheetItem:
    """One image of a page: the picture, the machine's word in short, and people's.

    `confidence` is that of the surest box, however weak, None without a box; `words` is what
    each grader's latest grade says; `to_fetch` is the address of a picture that is not here.
    """

    image: Image
    path: Path | None
    to_fetch: str | None = None
    predicted: Taxon | None = None
    score: float | None = None
    confidence: float | None = None
    words: dict[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The file's name without its folders."""
        return self.image.file_path.rsplit("/", 1)[-1]


class SheetItems:
    """Reads pages of images; where pictures lie is kept at hand."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._locator = Locator(store)

    def read(self, image_ids: Sequence[int], run: Run | None, items: Items) -> list[SheetItem]:
        """Return the images that the survey has, in this order, with `run` as the AI's word."""
        runs = self._store.runs
        predictions = runs.predictions(run.id, image_ids) if run else {}
        boxes = runs.highest_confidences(run.id, image_ids) if run else {}
        words: dict[int, dict[str, str]] = {}
        for image_id, grader, taxon_id in self._store.grades.words(image_ids):
            said = words.setdefault(image_id, {})
            name = items.taxon(taxon_id).name if taxon_id is not None else "graded"
            said[grader] = f"{said[grader]} + {name}" if grader in said else name
        found = []
        for image in self._store.images.by_ids(image_ids):
            path, to_fetch = self._locator.look(image)
            prediction = predictions.get(image.id)
            predicted = None
            if prediction is not None and prediction.taxon_id is not None:
                predicted = items.taxon(prediction.taxon_id)
            found.append(
                SheetItem(
                    image,
                    path,
                    to_fetch,
                    predicted,
                    prediction.score if prediction else None,
                    boxes.get(image.id),
                    words.get(image.id, {}),
                )
            )
        return found
