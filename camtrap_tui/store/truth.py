"""The rows of the ground truth: what people said of some images, with the AI's word beside it.

Grades that stand are each grader's latest that was not undone; others are found by their uuids.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

from camtrap_tui.store.boxes import boxes_of
from camtrap_tui.store.database import Database
from camtrap_tui.store.timelines import IN_SECOND


@dataclass(frozen=True, slots=True)
class TruthRow:
    """One observation of one grade of one image.

    Observation and taxon are None where a grade holds no observation; `ai_…` where the run has no
    word. `part` is the image's of the split, `is_held` tells whether a holdout has drawn it.
    """

    image_id: int
    grade_id: int
    grade_uuid: str
    grader: str
    graded_at: str
    mode: str
    observation_number: int | None
    media_id: str
    file_path: str
    content_md5: str | None
    deployment_id: str | None
    location_id: str | None
    latitude: float | None
    longitude: float | None
    timestamp: str | None
    utc_offset_min: int | None
    exif_offset: str | None
    timestamp_source: str
    burst_media_id: str | None
    burst_frame: int
    burst_frames: int
    width: int | None
    height: int | None
    observation_type: str | None
    common_name: str | None
    scientific_name: str | None
    taxon_rank: str | None
    taxon_class: str | None
    taxon_order: str | None
    taxon_family: str | None
    taxon_genus: str | None
    taxon_species: str | None
    taxon_uuid: str | None
    count: int | None
    life_stage: str | None
    sex: str | None
    behavior: str | None
    ai_observation_type: str | None
    ai_common_name: str | None
    ai_scientific_name: str | None
    ai_taxon_uuid: str | None
    ai_score: float | None
    ai_source: str | None
    ai_confidence: float | None
    ai_run_uuid: str | None
    ai_model_version: str | None
    ai_country: str | None
    ai_admin1_region: str | None
    note: str | None
    clock_shift_s: int
    part: str | None
    is_held: int


# Where a column comes from when its name does not say it.
_SOURCES = {
    "image_id": "image.id",
    # Quick where one person graded, or all said the same.
    "grade_id": "grade.id",
    "deployment_id": "deployment.deployment_id",
    # A camera's own fix is what there is where nobody recorded the deployment's place.
    "latitude": "coalesce(deployment.latitude, image.latitude)",
    "longitude": "CASE WHEN deployment.latitude IS NULL THEN image.longitude"
    " ELSE deployment.longitude END",
    "burst_media_id": "(SELECT media_id FROM image AS b WHERE b.id = image.burst_id)",
    "burst_frame": (
        # In two steps: the index alone counts the seconds before.
        "((SELECT count(*) FROM image AS b WHERE b.burst_id = image.burst_id"
        " AND b.timestamp < image.timestamp)"
        " + (SELECT count(*) FROM image AS b WHERE b.burst_id = image.burst_id"
        " AND b.timestamp = image.timestamp AND b.id <> image.id"
        f" AND ({IN_SECOND.format('b')}) < ({IN_SECOND.format('image')})))"
    ),
    "burst_frames": "(SELECT count(*) FROM image AS b WHERE b.burst_id = image.burst_id)",
    "ai_score": "prediction.score",
    "ai_source": "prediction.source",
    "ai_confidence": (
        "(SELECT max(confidence) FROM detection"
        f" WHERE detection.run_id = {boxes_of('prediction.run_id')}"
        " AND detection.image_id = prediction.image_id)"
    ),
    "ai_run_uuid": "run.run_uuid",
    "ai_model_version": "run.model_version",
    "ai_country": "run.country",
    "ai_admin1_region": "run.admin1_region",
    # The grader's latest note on the picture; an empty one has taken it back.
    "note": (
        "(SELECT nullif(value, '') FROM mark AS m WHERE m.image_id = image.id"
        " AND m.kind = 'note' AND m.grader = grade.grader"
        " ORDER BY m.grader_number DESC, m.mark_uuid DESC LIMIT 1)"
    ),
    "part": "(SELECT split.part FROM split WHERE split.image_id = image.id)",
    "is_held": (
        "EXISTS (SELECT 1 FROM holdout CROSS JOIN holdout_unit AS unit"
        " ON unit.holdout_id = holdout.id AND unit.image_id = image.id"
        " AND unit.phase IS NOT NULL)"
    ),
}
_TABLES = {
    "image": (
        "media_id file_path content_md5 timestamp exif_offset timestamp_source width height"
        " clock_shift_s"
    ),
    "deployment": "location_id utc_offset_min",
    "grade": "grade_uuid grader graded_at mode",
    "observation": "observation_number count life_stage sex behavior",
    "taxon": (
        "observation_type common_name scientific_name taxon_rank taxon_class taxon_order"
        " taxon_family taxon_genus taxon_species taxon_uuid"
    ),
}
_SOURCES |= {name: f"{table}.{name}" for table, names in _TABLES.items() for name in names.split()}
_SOURCES |= {
    f"ai_{name}": f"ai.{name}"
    for name in ("observation_type", "common_name", "scientific_name", "taxon_uuid")
}

_SELECTED = ", ".join(_SOURCES[field.name] for field in fields(TruthRow))
_FROM = """
    JOIN image ON image.id = grade.image_id
    LEFT JOIN observation ON observation.grade_id = grade.id
    LEFT JOIN taxon ON taxon.id = observation.taxon_id
    LEFT JOIN deployment ON deployment.id = image.deployment_id
    LEFT JOIN prediction ON prediction.image_id = image.id
        AND prediction.run_id = coalesce(?, grade.run_id, ?)
        AND prediction.outcome = 'predicted'
    LEFT JOIN run ON run.id = prediction.run_id
    LEFT JOIN taxon AS ai ON ai.id = prediction.taxon_id"""
_STANDING = f"vote CROSS JOIN grade ON grade.id = vote.grade_id {_FROM} WHERE vote.image_id IN"
_NAMED = f"grade {_FROM} WHERE grade.grade_uuid IN"


class Truth:
    """Reads the ground truth for export, and again for what comes back."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def rows(
        self, image_ids: Sequence[int], *, run_id: int | None, latest_run_id: int | None
    ) -> dict[int, list[TruthRow]]:
        """Return all observations of all standing grades of these images (some hundred), by
        grader and number.

        The AI's word is that of `run_id`; where it is None, of the run that the grader saw, else of
        `latest_run_id`.
        """
        found: dict[int, list[TruthRow]] = {}
        sql, parameters = self.rows_query(image_ids, run_id=run_id, latest_run_id=latest_run_id)
        for row in self._db.execute(sql, parameters):
            found.setdefault(row[0], []).append(TruthRow(*row))
        return found

    def rows_query(
        self, image_ids: Sequence[int], *, run_id: int | None, latest_run_id: int | None
    ) -> tuple[str, list[Any]]:
        """Return the SELECT of `rows` and its parameters (a test looks at its plan)."""
        order = "vote.image_id, vote.grader, observation.observation_number"
        sql = f"SELECT {_SELECTED} FROM {_STANDING} ({_marks(image_ids)}) ORDER BY {order}"
        return sql, [run_id, latest_run_id, *image_ids]

    def of_grades(
        self, grade_uuids: Sequence[str], *, latest_run_id: int | None
    ) -> dict[tuple[str, int], TruthRow]:
        """Return the observations of these grades (some hundred), standing or not, by uuid and
        number; those that are not here are absent."""
        sql = f"SELECT {_SELECTED} FROM {_NAMED} ({_marks(grade_uuids)})"
        found = (
            TruthRow(*row) for row in self._db.execute(sql, [None, latest_run_id, *grade_uuids])
        )
        return {(row.grade_uuid, row.observation_number or 0): row for row in found}


def _marks(values: Sequence[object]) -> str:
    return ", ".join("?" * len(values))
