"""What exports read: images in order of path, and what people and a run say of some of them.

Images come one at a time from an index, the rest for some hundred of them at once, so that
memory does not grow with the survey.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from camtrap_tui.domain.filters import Filter
from camtrap_tui.domain.models import Image
from camtrap_tui.store.boxes import boxes_of
from camtrap_tui.store.database import Database, columns
from camtrap_tui.store.queue import Queues
from camtrap_tui.store.timelines import IN_SECOND


@dataclass(frozen=True, slots=True)
class SaidRow:
    """One observation of one grader's standing grade of an image; `taxon_id` is None where the
    grade holds none. `note` is the grader's latest on the image."""

    image_id: int
    grader: str
    grade_id: int
    grade_uuid: str
    graded_at: str
    mode: str
    run_id: int | None
    adjudicates: int
    observation_number: int | None
    taxon_id: int | None
    count: int | None
    life_stage: str | None
    sex: str | None
    behavior: str | None
    note: str | None


@dataclass(frozen=True, slots=True)
class PredictedRow:
    """What a run says of an image: `taxon_id` and `score` where it predicted it, a reason where it
    failed; outcome is predicted, failed or pending."""

    image_id: int
    outcome: str
    taxon_id: int | None
    score: float | None
    source: str | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class BoxRow:
    """A box of a run in an image, with the classifier's first class for it where it has one."""

    image_id: int
    detection_number: int
    category: str
    confidence: float
    bbox_x: float
    bbox_y: float
    bbox_w: float
    bbox_h: float
    taxon_id: int | None
    score: float | None


_NOTE = (
    "(SELECT nullif(value, '') FROM mark AS m WHERE m.image_id = vote.image_id"
    " AND m.kind = 'note' AND m.grader = vote.grader"
    " ORDER BY m.grader_number DESC, m.mark_uuid DESC LIMIT 1)"
)
_SAID = {
    "image_id": "vote.image_id",
    "grader": "vote.grader",
    "grade_id": "vote.grade_id",
    "adjudicates": "vote.adjudicates",
    "note": _NOTE,
} | {name: f"grade.{name}" for name in ("grade_uuid", "graded_at", "mode", "run_id")}
_BOX = {field.name: f"detection.{field.name}" for field in fields(BoxRow)} | {
    "taxon_id": "first.taxon_id",
    "score": "first.score",
}


class Exporting:
    """Reads images with what is said of them."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def images(
        self, wanted: Filter, run_id: int | None, holdout_id: int | None = None
    ) -> Iterator[Image]:
        """Yield the images that a filter chooses, by file path and media id; of a holdout, those
        of them that were drawn. `run_id` is the run that the filter speaks of."""
        scope, parameters = self._scope(wanted, run_id, holdout_id)
        sql = (
            f"SELECT {columns(Image, 'image.')} FROM image INDEXED BY image_by_path{scope}"
            " ORDER BY image.file_path, image.media_id"
        )
        for row in self._db.execute(sql, parameters):
            yield Image(*row)

    def count(self, wanted: Filter, run_id: int | None, holdout_id: int | None = None) -> int:
        """Return how many images `images` yields."""
        scope, parameters = self._scope(wanted, run_id, holdout_id)
        return int(self._db.value(f"SELECT count(*) FROM image{scope}", parameters))

    def _scope(
        self, wanted: Filter, run_id: int | None, holdout_id: int | None
    ) -> tuple[str, list[Any]]:
        conditions: list[str] = []
        parameters: list[Any] = []
        if wanted.terms:
            sql, parameters = Queues(self._db).query(replace(wanted, order="time"), run_id)
            conditions.append(f"image.id IN ({sql})")
        if holdout_id is not None:
            conditions.append(
                "image.id IN (SELECT unit.image_id FROM holdout_unit AS unit"
                " WHERE unit.holdout_id = ? AND unit.phase IS NOT NULL)"
            )
            parameters = [*parameters, holdout_id]
        return (f" WHERE {' AND '.join(conditions)}" if conditions else ""), parameters

    def said(self, image_ids: Sequence[int]) -> dict[int, list[SaidRow]]:
        """Return the observations of all standing grades of these images, by grader and number."""
        names = (field.name for field in fields(SaidRow))
        selected = ", ".join(_SAID.get(name, f"observation.{name}") for name in names)
        sql = (
            f"SELECT {selected} FROM vote CROSS JOIN grade ON grade.id = vote.grade_id"
            " LEFT JOIN observation ON observation.grade_id = grade.id"
            f" WHERE vote.image_id IN ({_marks(image_ids)})"
            " ORDER BY vote.image_id, vote.grader, observation.observation_number"
        )
        found: dict[int, list[SaidRow]] = {}
        for row in self._db.execute(sql, list(image_ids)):
            found.setdefault(row[0], []).append(SaidRow(*row))
        return found

    def predicted(self, run_id: int, image_ids: Sequence[int]) -> dict[int, PredictedRow]:
        """Return what a run says of these images; those that it never had are absent."""
        sql = (
            f"SELECT {columns(PredictedRow)} FROM prediction"
            f" WHERE run_id = ? AND image_id IN ({_marks(image_ids)})"
        )
        found = self._db.rows(PredictedRow, sql, [run_id, *image_ids])
        return {row.image_id: row for row in found}

    def boxes(self, run_id: int, image_ids: Sequence[int]) -> dict[int, list[BoxRow]]:
        """Return the boxes of a run in these images, by number."""
        selected = ", ".join(_BOX[field.name] for field in fields(BoxRow))
        sql = (
            f"SELECT {selected} FROM detection LEFT JOIN classification AS first"
            " ON first.run_id = detection.run_id AND first.image_id = detection.image_id"
            " AND first.detection_number = detection.detection_number AND first.rank = 1"
            f" WHERE detection.run_id = {boxes_of('?')}"
            f" AND detection.image_id IN ({_marks(image_ids)})"
            " ORDER BY detection.image_id, detection.detection_number"
        )
        found: dict[int, list[BoxRow]] = {}
        for row in self._db.execute(sql, [run_id, *image_ids]):
            found.setdefault(row[0], []).append(BoxRow(*row))
        return found

    def classes(
        self, run_id: int, image_ids: Sequence[int]
    ) -> dict[int, dict[int, list[tuple[int, float]]]]:
        """Return (taxon id, score) of all classes of a run in these images, best first: by image,
        then by the number of the box, where 0 is the image as a whole."""
        sql = (
            "SELECT image_id, detection_number, taxon_id, score FROM classification"
            f" WHERE run_id = {boxes_of('?')} AND image_id IN ({_marks(image_ids)})"
            " ORDER BY image_id, detection_number, rank"
        )
        found: dict[int, dict[int, list[tuple[int, float]]]] = {}
        for image_id, number, *said in self._db.execute(sql, [run_id, *image_ids]):
            found.setdefault(image_id, {}).setdefault(number, []).append((said[0], said[1]))
        return found

    def says_more_than_blank_without_boxes(self, run_id: int, blank_id: int) -> bool:
        """Tell whether a run predicts anything but this taxon for an image without boxes."""
        sql = (
            "SELECT EXISTS (SELECT 1 FROM prediction AS p WHERE p.run_id = ?"
            " AND p.taxon_id IS NOT NULL AND p.taxon_id <> ? AND NOT EXISTS ("
            "SELECT 1 FROM detection AS d"
            f" WHERE d.run_id = {boxes_of('?')} AND d.image_id = p.image_id))"
        )
        return bool(self._db.value(sql, [run_id, blank_id, run_id]))

    def frames(self, image_ids: Sequence[int]) -> dict[int, tuple[int, int]]:
        """Return the place of each of these images in its burst, from 0, and how many that has."""
        sql = (
            "SELECT id, row_number() OVER burst - 1, count(*) OVER (PARTITION BY burst_id)"
            " FROM image WHERE burst_id IN (SELECT of_burst.burst_id FROM image AS of_burst"
            f" WHERE of_burst.id IN ({_marks(image_ids)})) WINDOW burst AS"
            f" (PARTITION BY burst_id ORDER BY timestamp, {IN_SECOND.format('image')})"
        )
        wanted = set(image_ids)
        found = self._db.execute(sql, list(image_ids))
        return {key: (frame, count) for key, frame, count in found if key in wanted}

    def has_path(self, path: str) -> bool:
        """Tell whether any image has this path."""
        return bool(
            self._db.value("SELECT EXISTS (SELECT 1 FROM image WHERE file_path = ?)", [path])
        )

    def said_taxa(self) -> set[int]:
        """Return the taxa that anybody ever said."""
        found = self._db.execute("SELECT DISTINCT taxon_id FROM observation")
        return {taxon_id for (taxon_id,) in found}

    def predicted_taxa(self, run_id: int) -> set[int]:
        """Return the taxa that a run says."""
        found = self._db.execute(
            "SELECT DISTINCT taxon_id FROM prediction WHERE run_id = ? AND taxon_id IS NOT NULL",
            [run_id],
        )
        return {taxon_id for (taxon_id,) in found}

    def shared_paths(self) -> set[str]:
        """Return the paths that more than one image has, whatever its case, as `casefold` has
        them."""
        sql = "SELECT folded(file_path) FROM image GROUP BY 1 HAVING count(*) > 1"
        return {path for (path,) in self._db.execute(sql)}

    def media_ids(self, image_ids: Sequence[int]) -> dict[int, str]:
        """Return the media ids of these images."""
        sql = f"SELECT id, media_id FROM image WHERE id IN ({_marks(image_ids)})"
        return dict(self._db.execute(sql, list(image_ids)).fetchall())


def _marks(values: Sequence[int]) -> str:
    return ", ".join("?" * len(values))
