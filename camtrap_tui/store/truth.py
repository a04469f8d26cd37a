"""The rows of the ground truth: what people said of each image, with the AI's word beside it.

Only grades that stand are here: each grader's latest that was not undone. Rows come one at a
time and in the order of the file paths, which an index has, so memory does not grow.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from typing import Any

from camtrap_tui.domain.filters import Filter
from camtrap_tui.store.boxes import boxes_of
from camtrap_tui.store.database import Database
from camtrap_tui.store.queue import Queues
from camtrap_tui.store.timelines import IN_SECOND


@dataclass(frozen=True, slots=True)
class TruthRow:
    """One observation of one grader's standing grade of one image.

    `truth` is 0 where the image's graders are in conflict, else 2 for what is part of its truth,
    as the view `truth` says, and 1 for other words: of who was overruled, coarser or not sure.
    Observation and taxon are None where a grade holds no observation; `ai_…` where the run has no
    word.
    """

    image_id: int
    truth: int
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


# Where a column comes from when its name does not say it.
_SOURCES = {
    "image_id": "image.id",
    # Quick where one person graded, or all said the same.
    "truth": (
        "CASE WHEN 1 = (SELECT count(DISTINCT v.taxon_ids) FROM vote_species AS v"
        " WHERE v.image_id = image.id) THEN 1 + (vote.adjudicates OR NOT EXISTS ("
        "SELECT 1 FROM vote AS a WHERE a.image_id = image.id AND a.adjudicates))"
        " WHEN EXISTS (SELECT 1 FROM contradiction AS c WHERE c.image_id = image.id) THEN 0"
        " ELSE 1 + EXISTS (SELECT 1 FROM truth_word AS word WHERE word.image_id = image.id"
        " AND word.grade_id = vote.grade_id AND word.taxon_id = observation.taxon_id) END"
    ),
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
        " AND m.kind = 'note' AND m.grader = vote.grader"
        " ORDER BY m.grader_number DESC, m.mark_uuid DESC LIMIT 1)"
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

_FROM = """
    FROM image INDEXED BY image_by_path
    CROSS JOIN vote ON vote.image_id = image.id
    JOIN grade ON grade.id = vote.grade_id
    LEFT JOIN observation ON observation.grade_id = grade.id
    LEFT JOIN taxon ON taxon.id = observation.taxon_id
    LEFT JOIN deployment ON deployment.id = image.deployment_id
    LEFT JOIN prediction ON prediction.image_id = image.id
        AND prediction.run_id = coalesce(?, grade.run_id, ?)
        AND prediction.outcome = 'predicted'
    LEFT JOIN run ON run.id = prediction.run_id
    LEFT JOIN taxon AS ai ON ai.id = prediction.taxon_id"""


class Truth:
    """Reads the ground truth for export."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def rows(
        self, wanted: Filter, *, run_id: int | None, latest_run_id: int | None
    ) -> Iterator[TruthRow]:
        """Yield all observations of all standing grades of the images that `wanted` chooses.

        By file path, media id, grader and number. The AI's word is that of `run_id`; where it
        is None, of the run that the grader saw, else of `latest_run_id`.
        """
        sql, parameters = self.rows_query(wanted, run_id=run_id, latest_run_id=latest_run_id)
        return (TruthRow(*found) for found in self._db.execute(sql, parameters))

    def rows_query(
        self, wanted: Filter, *, run_id: int | None, latest_run_id: int | None
    ) -> tuple[str, list[Any]]:
        """Return the SELECT of `rows` and its parameters (a test looks at its plan)."""
        scope, more = self._scope(wanted, run_id or latest_run_id)
        selected = ", ".join(_SOURCES[field.name] for field in fields(TruthRow))
        sql = (
            f"SELECT {selected}{_FROM}{scope} ORDER BY image.file_path, image.media_id,"
            " vote.grader, observation.observation_number"
        )
        return sql, [run_id, latest_run_id, *more]

    def ungraded(self, wanted: Filter, run_id: int | None) -> int:
        """Return how many of the images that `wanted` chooses have no standing grade."""
        scope, more = self._scope(wanted, run_id)
        word = "AND" if scope else "WHERE"
        sql = (
            f"SELECT count(*) FROM image{scope} {word} NOT EXISTS"
            " (SELECT 1 FROM vote WHERE vote.image_id = image.id)"
        )
        return int(self._db.value(sql, more))

    def _scope(self, wanted: Filter, run_id: int | None) -> tuple[str, list[Any]]:
        if not wanted.terms:
            return "", []
        sql, parameters = Queues(self._db).query(replace(wanted, order="time"), run_id)
        return f" WHERE image.id IN ({sql})", parameters
