"""The three tables of Camtrap DP: their fields in order, and the rules that a cell must keep.

Written down after the table schemas of Camtrap DP 1.0.2 (tdwg/camtrap-dp, MIT licence); what is
written and what is checked follow the same list. Between 1.0 and 1.0.2 no field changed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Type = Literal["string", "number", "integer", "boolean", "datetime", "any"]

VERSION = "1.0.2"
VERSIONS = ("1.0", "1.0.1", "1.0.2")
_BASE = "https://raw.githubusercontent.com/tdwg/camtrap-dp"
# What an empty cell may hold, by version; a missing value is no value of any type.
_MISSING_BEFORE = frozenset({""})
MISSING = frozenset({"", "NA", "NaN", "nan"})
# `%Y-%m-%dT%H:%M:%S%z`: local time with the offset beside it, which is `Z` or ±hh:mm.
DATETIME = "2024-06-27T02:14:05-05:00"


@dataclass(frozen=True, slots=True)
class Field:
    """A column: what its cells must be. Ranges take their ends in; `pattern` is a regular
    expression for the whole cell; `unit` is that of a number."""

    name: str
    type: Type = "string"
    required: bool = False
    unique: bool = False
    minimum: float | None = None
    maximum: float | None = None
    words: tuple[str, ...] = ()
    pattern: str = ""
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Reference:
    """A foreign key: what a filled cell of `field` says must stand in a field of another table."""

    field: str
    table: str
    other: str


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its columns in the order of the standard, its key, and what it refers to."""

    name: str
    fields: tuple[Field, ...]
    key: str
    references: tuple[Reference, ...] = ()

    @property
    def headings(self) -> tuple[str, ...]:
        """The names of all columns, in order; a table has all of them, also empty ones."""
        return tuple(field.name for field in self.fields)

    def field(self, name: str) -> Field:
        """Return the field of this name. Raises KeyError where there is none."""
        for field in self.fields:
            if field.name == name:
                return field
        raise KeyError(name)


def schema_url(table: str, version: str = VERSION) -> str:
    """Return what the resource of a table must give as its `schema`."""
    return f"{_BASE}/{version}/{table}-table-schema.json"


def profile_url(version: str = VERSION) -> str:
    """Return what a package must give as its `profile`."""
    return f"{_BASE}/{version}/camtrap-dp-profile.json"


def missing_values(version: str) -> frozenset[str]:
    """Return what stands for "not there" in a cell; `NA` and its like came with 1.0.2."""
    return MISSING if version == VERSION else _MISSING_BEFORE


CAPTURE_METHODS = ("activityDetection", "timeLapse")
FEATURE_TYPES = (
    "roadPaved",
    "roadDirt",
    "trailHiking",
    "trailGame",
    "roadUnderpass",
    "roadOverpass",
    "roadBridge",
    "culvert",
    "burrow",
    "nestSite",
    "carcass",
    "waterSource",
    "fruitingTree",
)
LEVELS = ("media", "event")
OBSERVATION_TYPES = ("animal", "human", "vehicle", "blank", "unknown", "unclassified")
SETUP_TYPES = ("setup", "calibration")
LIFE_STAGES = ("adult", "subadult", "juvenile")
SEXES = ("female", "male")
METHODS = ("human", "machine")

# Neither absolute nor hidden nor with a way up: a URL, or a path inside the package. It finds what
# the standard's own finds, which takes a hundred bytes for each sign of a path.
FILE_PATH_PATTERN = r"^(?=[^./~])(?!.*\.{2}).*$"
MEDIATYPE_PATTERN = r"^(image|video|audio)/.*$"
# A box has some width and height.
_SOME = 1e-15

DEPLOYMENTS = Table(
    "deployments",
    (
        Field("deploymentID", required=True, unique=True),
        Field("locationID"),
        Field("locationName"),
        Field("latitude", "number", required=True, minimum=-90, maximum=90),
        Field("longitude", "number", required=True, minimum=-180, maximum=180),
        Field("coordinateUncertainty", "integer", minimum=1, unit="m"),
        Field("deploymentStart", "datetime", required=True),
        Field("deploymentEnd", "datetime", required=True),
        Field("setupBy"),
        Field("cameraID"),
        Field("cameraModel"),
        Field("cameraDelay", "integer", minimum=0, unit="s"),
        Field("cameraHeight", "number", minimum=0, unit="m"),
        Field("cameraDepth", "number", minimum=0, unit="m"),
        Field("cameraTilt", "integer", minimum=-90, maximum=90, unit="°"),
        Field("cameraHeading", "integer", minimum=0, maximum=360, unit="°"),
        Field("detectionDistance", "number", minimum=0, unit="m"),
        Field("timestampIssues", "boolean"),
        Field("baitUse", "boolean"),
        Field("featureType", words=FEATURE_TYPES),
        Field("habitat"),
        Field("deploymentGroups"),
        Field("deploymentTags"),
        Field("deploymentComments"),
    ),
    "deploymentID",
)

MEDIA = Table(
    "media",
    (
        Field("mediaID", required=True, unique=True),
        Field("deploymentID", required=True),
        Field("captureMethod", words=CAPTURE_METHODS),
        Field("timestamp", "datetime", required=True),
        Field("filePath", required=True, pattern=FILE_PATH_PATTERN),
        Field("filePublic", "boolean", required=True),
        Field("fileName"),
        Field("fileMediatype", required=True, pattern=MEDIATYPE_PATTERN),
        Field("exifData", "any"),
        Field("favorite", "boolean"),
        Field("mediaComments"),
    ),
    "mediaID",
    (Reference("deploymentID", "deployments", "deploymentID"),),
)

OBSERVATIONS = Table(
    "observations",
    (
        Field("observationID", required=True, unique=True),
        Field("deploymentID", required=True),
        Field("mediaID"),
        Field("eventID"),
        Field("eventStart", "datetime", required=True),
        Field("eventEnd", "datetime", required=True),
        Field("observationLevel", required=True, words=LEVELS),
        Field("observationType", required=True, words=OBSERVATION_TYPES),
        Field("cameraSetupType", words=SETUP_TYPES),
        Field("scientificName"),
        Field("count", "integer", minimum=1),
        Field("lifeStage", words=LIFE_STAGES),
        Field("sex", words=SEXES),
        Field("behavior"),
        Field("individualID"),
        Field("individualPositionRadius", "number", minimum=0, unit="m"),
        Field("individualPositionAngle", "number", minimum=-90, maximum=90, unit="°"),
        Field("individualSpeed", "number", minimum=0, unit="m/s"),
        Field("bboxX", "number", minimum=0, maximum=1),
        Field("bboxY", "number", minimum=0, maximum=1),
        Field("bboxWidth", "number", minimum=_SOME, maximum=1),
        Field("bboxHeight", "number", minimum=_SOME, maximum=1),
        Field("classificationMethod", words=METHODS),
        Field("classifiedBy"),
        Field("classificationTimestamp", "datetime"),
        Field("classificationProbability", "number", minimum=0, maximum=1),
        Field("observationTags"),
        Field("observationComments"),
    ),
    "observationID",
    (
        Reference("deploymentID", "deployments", "deploymentID"),
        Reference("mediaID", "media", "mediaID"),
    ),
)

# A table comes after those that it refers to.
TABLES = (DEPLOYMENTS, MEDIA, OBSERVATIONS)
