"""The rows of a survey as frozen values; the fields are the columns (a test compares them)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Survey:
    """The one row that says which survey this file is; times are UTC, ISO 8601 with Z."""

    id: int
    survey_uuid: str
    name: str
    created_at: str
    burst_gap_s: int


@dataclass(frozen=True, slots=True)
class Source:
    """A folder, manifest, bucket, package or predictions file that rows of the ledger came from.

    `content_md5` is that of a manifest when it was read, `column_map` how its columns were
    taken: JSON, our name to the table's heading; of a bucket that is read without keys it is
    `{"public": true}`. `row_count` is how many rows its reader
    counted (files that are there, lines, objects, records): what the ledger must add up to.
    """

    id: int
    kind: str
    location: str
    added_at: str
    content_md5: str | None = None
    column_map: str | None = None
    row_count: int | None = None


@dataclass(frozen=True, slots=True)
class SourceRow:
    """One row of the ledger: a file or a line of a table, and how it ended.

    `row_number` is that of the table, 0 for a file of a folder; `media_id`, `url` and
    `content_md5` are as the row gave them; `file_path` is empty where it named none; `attempts`
    is how often its picture was asked for; `etag` is what a bucket says of an object's content.
    """

    id: int
    source_id: int
    row_number: int
    file_path: str
    media_id: str | None
    url: str | None
    state: str
    reason: str | None
    image_id: int | None
    file_bytes: int | None
    modified_ns: int | None
    content_md5: str | None = None
    attempts: int = 0
    etag: str | None = None


@dataclass(frozen=True, slots=True)
class Deployment:
    """One camera at one place for a while (Camtrap DP); `deployment_id` is its name.

    Degrees WGS 84, metres, minutes ahead of UTC; start and end in the camera's local time.
    """

    id: int
    deployment_id: str
    location_id: str | None
    latitude: float | None
    longitude: float | None
    utc_offset_min: int | None
    location_name: str | None = None
    coordinate_uncertainty: float | None = None
    camera_id: str | None = None
    deployment_start: str | None = None
    deployment_end: str | None = None


@dataclass(frozen=True, slots=True)
class ClockSegment:
    """By how many seconds a deployment's clock was off while it showed these times.

    Both ends count, None is open; a segment is in force until it is revoked.
    """

    id: int
    segment_uuid: str
    deployment_id: int
    shift_s: int
    from_time: str | None
    to_time: str | None
    recorded_by: str
    recorded_at: str
    revoked_by: str | None = None
    revoked_at: str | None = None


@dataclass(frozen=True, slots=True)
class Image:
    """One picture; times are the camera's local, naive ones; sizes are after EXIF rotation.

    What is not known of a picture is None; its row id is 0 until it is in a survey.
    `timestamp` is what the camera showed plus `clock_shift_s` seconds; `orientation` is EXIF's
    (1 to 8), `gps_raw` the header's position as it stood there.
    """

    id: int
    media_id: str
    content_md5: str | None
    source_id: int
    file_path: str
    url: str | None = None
    deployment_id: int | None = None
    timestamp: str | None = None
    timestamp_raw: str | None = None
    timestamp_source: str = "none"
    subsecond: str | None = None
    exif_offset: str | None = None
    width: int | None = None
    height: int | None = None
    camera_make: str | None = None
    camera_model: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    burst_id: int | None = None
    clock_shift_s: int = 0
    orientation: int | None = None
    gps_raw: str | None = None


@dataclass(frozen=True, slots=True)
class CachedFile:
    """The downloaded copy of an image: where it lies in its cache, and what it is.

    `content_md5` and `file_bytes` are the copy's, not the original's; `input_size` is
    `original`, or as `1280 q75` (at most so wide, JPEG quality).
    """

    image_id: int
    cache_id: int
    file_path: str
    content_md5: str
    file_bytes: int
    width: int
    height: int
    input_size: str
    fetched_at: str


@dataclass(frozen=True, slots=True)
class Taxon:
    """A taxon known by SpeciesNet's uuid, or by one made from the name that somebody typed."""

    id: int
    taxon_uuid: str
    common_name: str
    scientific_name: str
    taxon_rank: str
    taxon_class: str
    taxon_order: str
    taxon_family: str
    taxon_genus: str
    taxon_species: str
    observation_type: str
    origin: str

    @property
    def name(self) -> str:
        """What a person reads: the common name, else the scientific one."""
        return self.common_name or self.scientific_name


@dataclass(frozen=True, slots=True)
class Run:
    """One pass of a model, one import of predictions, or one of either for another country.

    `input_size` is what downloaded pictures were resized to (None: files as they lay in a
    folder); `parent_run_id` is the run whose boxes and classes it has too.
    """

    id: int
    run_uuid: str
    kind: str
    request_key: str
    model_version: str
    model_name: str | None
    model_sha256: str | None
    taxonomy_sha256: str | None
    geofence_sha256: str | None
    software: str | None
    country: str | None
    admin1_region: str | None
    geofenced: int
    source_file: str | None
    source_format: str | None
    started_at: str
    finished_at: str | None
    input_size: str | None = None
    parent_run_id: int | None = None

    @property
    def made_by(self) -> str:
        """What made it, as a person reads it: `predict`, `import`, `refence of 1`."""
        return f"{self.kind} of {self.parent_run_id}" if self.parent_run_id else self.kind

    @property
    def region(self) -> str:
        """Country and state that it was fenced for, as `USA-IL`; empty where it was not."""
        return "-".join(part for part in (self.country, self.admin1_region) if part)


@dataclass(frozen=True, slots=True)
class Detection:
    """A box of one run in one image: relative to the rotated picture, top left, 0 to 1."""

    run_id: int
    image_id: int
    detection_number: int
    category: str
    confidence: float
    bbox_x: float
    bbox_y: float
    bbox_w: float
    bbox_h: float


@dataclass(frozen=True, slots=True)
class Classification:
    """One of the classifier's top classes; `detection_number` 0 is the image as a whole."""

    run_id: int
    image_id: int
    detection_number: int
    rank: int
    taxon_id: int
    score: float


@dataclass(frozen=True, slots=True)
class Prediction:
    """The outcome of one image in one run; a taxon and a score where it was predicted."""

    run_id: int
    image_id: int
    outcome: str
    taxon_id: int | None
    score: float | None
    source: str | None
    reason: str | None
    attempts: int


@dataclass(frozen=True, slots=True)
class Grade:
    """What one person said of one image, once; or the undoing or redoing of it.

    `grader_number` runs per grader and decides what is latest; a clock never does. What was
    imported has numbers below 0: whatever its author keys here is later.
    `target_uuid` of an undo or redo is a grade's uuid, or a batch's. `holdout_uuid` is the holdout
    that a blind grade was keyed for, `viewing` the how-manieth time its grader was shown it there.
    """

    id: int
    grade_uuid: str
    action: str
    image_id: int | None
    grader: str
    grader_number: int
    batch_uuid: str | None
    target_uuid: str | None
    mode: str
    gesture: str
    run_id: int | None
    graded_at: str
    seconds: float | None
    holdout_uuid: str | None = None
    viewing: int | None = None


@dataclass(frozen=True, slots=True)
class Observation:
    """One taxon inside a grade; count, life stage, sex and behaviour only where keyed."""

    id: int
    grade_id: int
    observation_number: int
    taxon_id: int
    count: int | None
    life_stage: str | None
    sex: str | None
    behavior: str | None


@dataclass(frozen=True, slots=True)
class Mark:
    """A mark or note of one person on one image, appended; the latest row of a kind counts."""

    id: int
    mark_uuid: str
    image_id: int
    grader: str
    grader_number: int
    kind: str
    value: str
    marked_at: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where a grader was last: a filter, and the image in view, None where there was none."""

    grader: str
    filter: str
    image_id: int | None
    left_at: str
