"""All that a run says of a package's pictures, as a table of its own beside the standard's three.

Readers of Camtrap DP leave a table that they do not know alone, so nobody takes it for labels.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from camtrap_tui.domain.camtrap_dp_fields import MISSING, OBSERVATIONS, Field
from camtrap_tui.domain.models import Run, Taxon
from camtrap_tui.services.exports.camtrap_dp_cells import number, scientific_name, text
from camtrap_tui.services.exports.camtrap_dp_rows import Placed, Row, machine_cells
from camtrap_tui.services.exports.pictures import MachineBox

NAME = "machine_predictions"
_SHARED = (
    "deploymentID", "mediaID", "observationType", "scientificName", "bboxX", "bboxY", "bboxWidth",
    "bboxHeight", "classificationMethod", "classifiedBy", "classificationTimestamp",
    "classificationProbability",
)  # fmt: skip
# What the standard has no column for, with what a reader must know of it.
_OWN = {
    "predictionID": "Unique identifier of the prediction.",
    "predictionLevel": "`media` for the run's one word on the media file, `box` for one of its"
    " boxes.",
    "commonName": "English name of what was predicted.",
    "predictionSource": "Which of the model's rules made the prediction.",
    "detectionCategory": "The detector's category of a box: animal, human or vehicle.",
    "detectionConfidence": "The detector's confidence in a box.",
    "failure": "Why the media file has no prediction.",
    "runID": "Identifier of the run that made the prediction.",
}
HEADINGS = (
    "predictionID", "predictionLevel", *_SHARED[:4], "commonName", *_SHARED[4:8],
    "detectionCategory", "detectionConfidence", *_SHARED[8:], "predictionSource", "failure",
    "runID",
)  # fmt: skip


def resource(path: str) -> dict[str, Any]:
    """Return the resource of the table, with its schema written out."""
    return {
        "name": NAME,
        "description": "All predictions of one run of a model for the media of this package, also"
        " where a person has said otherwise. Not a part of Camtrap DP.",
        "path": path,
        "profile": "tabular-data-resource",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "schema": {
            "fields": [_field(name) for name in HEADINGS],
            "missingValues": sorted(MISSING),
            "primaryKey": "predictionID",
            "foreignKeys": [
                {"fields": key, "reference": {"resource": table, "fields": key}}
                for key, table in (("deploymentID", "deployments"), ("mediaID", "media"))
            ],
        },
    }


def _field(name: str) -> dict[str, Any]:
    if name in _OWN:
        kind = "number" if name == "detectionConfidence" else "string"
        return {"name": name, "type": kind, "description": _OWN[name]}
    own = OBSERVATIONS.field(name)
    return {"name": name, "type": own.type} | _format(own)


def _format(field: Field) -> dict[str, Any]:
    return {"format": "%Y-%m-%dT%H:%M:%S%z"} if field.type == "datetime" else {}


def predictions(placed: Placed, run: Run) -> Iterator[Row]:
    """Yield what a run says of a picture, and of each of its boxes; nothing where it never had
    the picture."""
    said = placed.picture.machine
    if said is None:
        return
    media_id = placed.picture.image.media_id
    shared = {"deploymentID": placed.deployment_id, "mediaID": media_id, "runID": run.run_uuid}
    row = shared | {
        "predictionID": f"p_{media_id}",
        "predictionLevel": "media",
        "predictionSource": text(said.source),
        "failure": text(said.reason),
    }
    if said.taxon is None:
        yield row | {"observationType": "unclassified"}
    else:
        yield row | _named(said.taxon) | machine_cells(run, said.score)
    for box in placed.picture.boxes:
        # The number stands first: no other picture's id begins as this one's ends.
        yield shared | {"predictionID": f"p{box.number}_{media_id}"} | _boxed(box, run)


def _boxed(box: MachineBox, run: Run) -> Row:
    x, y, width, height = map(number, box.bbox)
    named = {"observationType": box.category} if box.taxon is None else _named(box.taxon)
    return (
        named
        | machine_cells(run, box.score)
        | {
            "predictionLevel": "box",
            "bboxX": x,
            "bboxY": y,
            "bboxWidth": width,
            "bboxHeight": height,
            "detectionCategory": box.category,
            "detectionConfidence": number(box.confidence),
        }
    )


def _named(taxon: Taxon) -> Row:
    return {
        "observationType": taxon.observation_type,
        "scientificName": text(scientific_name(taxon)),
        "commonName": text(taxon.common_name),
    }
