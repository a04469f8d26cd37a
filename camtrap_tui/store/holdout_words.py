"""What a run says of the bursts of a holdout, each by the frame that stands for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from camtrap_tui.store.database import Database

# SQLite as it is usually built takes 32,766 values in one statement.
_MOST_VALUES = 10_000


class Word(NamedTuple):
    """A burst of the frame: its image, stratum and pictures, and what the run says of the image.

    `taxon_id` is None without a prediction, `score` where the run gave none.
    """

    image_id: int
    stratum: int
    burst_images: int
    taxon_id: int | None
    score: float | None


class HoldoutWords:
    """Reads a holdout's frame beside the predictions of any run."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def of_frame(self, holdout_id: int, run_id: int) -> Iterator[Word]:
        """Yield all bursts that could be drawn or were, in order of image id."""
        sql = (
            "SELECT unit.image_id, unit.stratum, unit.burst_images, prediction.taxon_id,"
            " prediction.score FROM holdout_unit AS unit LEFT JOIN prediction"
            " ON prediction.run_id = ? AND prediction.image_id = unit.image_id"
            " WHERE unit.holdout_id = ? ORDER BY unit.image_id"
        )
        for row in self._db.execute(sql, [run_id, holdout_id]):
            yield Word(*row)

    def media_ids(self, image_ids: Sequence[int]) -> dict[int, str]:
        """Return the media ids of these images, by image id."""
        found: dict[int, str] = {}
        for first in range(0, len(image_ids), _MOST_VALUES):
            some = image_ids[first : first + _MOST_VALUES]
            marks = ", ".join("?" * len(some))
            sql = f"SELECT id, media_id FROM image WHERE id IN ({marks})"
            found.update(self._db.execute(sql, list(some)).fetchall())
        return found
