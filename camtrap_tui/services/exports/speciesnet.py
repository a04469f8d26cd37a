"""SpeciesNet's own format, 5.x: what its `--ensemble_only` and our own import read back.

Numbers are written as they are stored, to the last bit. 5.x gives a class to each box and none to
the picture: a picture's prediction stands with its most confident box (what `domain.verdict` makes
the prediction of), or with the picture as a whole.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from camtrap_tui.domain import verdict
from camtrap_tui.domain.models import Run, Taxon
from camtrap_tui.domain.taxonomy import label_of
from camtrap_tui.services.exports.beside import whole_file, written
from camtrap_tui.services.exports.pictures import MachineBox
from camtrap_tui.services.exports.report import ExportReport, Tally
from camtrap_tui.services.exports.request import ExportRequest, Format, Progress
from camtrap_tui.services.exports.run_records import WHOLE, RunRecord, RunRecords
from camtrap_tui.services.prediction_parts import TYPICAL_CONFIDENCE, Box, Settled, says, settle
from camtrap_tui.store.store import Store

# What SpeciesNet 5.0.6 writes, and its names for what may fail, in its order.
FORMAT_VERSION = "20261015"
_FAILURES = ("CLASSIFIER", "DETECTOR", "GEOLOCATION")
_CATEGORIES = {"animal": "1", "human": "2", "vehicle": "3"}
_WHOLE_PICTURE: Mapping[str, Any] = {
    "category": "0",
    "label": "whole_image_classification",
    "conf": 1.0,
    "bbox": [0.0, 0.0, 1.0, 1.0],
}
# ASCII alone: nobody has to guess an encoding.
dumped = partial(json.dumps, ensure_ascii=True, allow_nan=False)


def write(store: Store, request: ExportRequest, progress: Progress) -> ExportReport:
    """Write the run's word on every picture; memory does not grow with the survey."""
    tally = Tally()
    with (
        whole_file(store.path, request.out) as path,
        path.open("w", encoding="ascii", newline="\n") as file,
        store.db.snapshot(),
    ):
        records = RunRecords(store, request, tally)
        writer = _Writer(records, boxes_only=request.options.boxes_only)
        info = {"format_version": FORMAT_VERSION}
        file.write(f'{{"info": {dumped(info)}, "predictions": [')
        for number, record in enumerate(records.read(progress)):
            file.write((",\n" if number else "\n") + dumped(writer.record(record)))
        file.write("\n]}\n")
        records.note()
    if writer.has_whole:
        tally.notes.append(
            "Some pictures are classified as a whole: to make their predictions again, SpeciesNet's"
            " --detections_json needs a file with --boxes-only, too."
        )
    files = written(request.out.parent, {request.out.name: tally.pictures})
    return tally.report(FORMAT.name, str(request.out), files)


class _Writer:
    """Makes records of one run."""

    def __init__(self, records: RunRecords, *, boxes_only: bool) -> None:
        self._labels = {key: _seven_tokens(taxon) for key, taxon in records.taxa.items()}
        self._boxes_only = boxes_only
        self._place = _place(records.run)
        self._version = records.run.model_version
        self.has_whole = False

    def record(self, record: RunRecord) -> dict[str, Any]:
        """Return a record as the format has it."""
        made: dict[str, Any] = {"filepath": record.path}
        detections = [self._detection(box) for box in record.boxes]
        if record.machine.outcome == "failed":
            made |= failure(record.machine.reason or "")
        if not self._boxes_only:
            detections = self._classified(record, detections)
        made |= self._place
        if detections or record.machine.outcome != "failed":
            made["detections"] = detections
        return made | {"model_version": self._version}

    def _detection(self, box: MachineBox) -> dict[str, Any]:
        return {
            "category": _CATEGORIES[box.category],
            "label": box.category,
            "conf": box.confidence,
            "bbox": list(box.bbox),
        }

    def _classified(
        self, record: RunRecord, detections: list[dict[str, Any]]
    ) -> list[dict[str, Any]]:
        """Give the detections their classes, and one of them the picture's prediction."""
        for box, detection in zip(record.boxes, detections, strict=True):
            detection |= self._raw(record, box.number)
        whole = self._raw(record, WHOLE)
        carrier = dict(_WHOLE_PICTURE) | whole
        if detections and not whole:
            carrier = max(detections, key=lambda one: float(one["conf"]))
        said = self._said(record)
        if said and (whole or "raw_classifications" in carrier or not _speaks(record)):
            carrier["processed_classification"] = said
        if whole or (said and not detections and not _speaks(record)):
            self.has_whole = True
            return [carrier, *detections]
        return detections

    def _raw(self, record: RunRecord, number: int) -> dict[str, Any]:
        classes = record.classes.get(number)
        if not classes:
            return {}
        labels = [self._labels[taxon_id] for taxon_id, _ in classes]
        scores = [score for _, score in classes]
        return {"raw_classifications": {"classes": labels, "scores": scores}}

    def _said(self, record: RunRecord) -> dict[str, Any]:
        machine = record.machine
        if machine.taxon is None:
            return {}
        label = self._labels[machine.taxon.id]
        return {"class": label, "score": machine.score, "source": machine.source or ""}


def _seven_tokens(taxon: Taxon) -> str:
    """Return a taxon's label without signs in its name that would make an eighth token, which
    SpeciesNet refuses."""
    return label_of(replace(taxon, common_name=taxon.common_name.replace(";", ",")))


def _place(run: Run) -> dict[str, str]:
    place = {"country": run.country, "admin1_region": run.admin1_region}
    return {name: code for name, code in place.items() if code}


def _speaks(record: RunRecord) -> bool:
    """Tell whether the boxes without their classes say what the picture's prediction is."""
    machine = record.machine
    if machine.taxon is None:
        return False
    said = [says(as_box(box), None, TYPICAL_CONFIDENCE) for box in record.boxes]
    wanted = Settled(label_of(machine.taxon), machine.score, machine.source, None)
    return settled(said) == wanted


def as_box(box: MachineBox) -> Box:
    """Return a box as the importers have it."""
    return Box(box.number, box.category, box.confidence, *box.bbox)


def settled(said: list[verdict.Box]) -> Settled:
    """Return what the importers make of boxes that say this."""
    return settle(said, lost=False)


def failure(reason: str) -> dict[str, Any]:
    """Return what SpeciesNet calls a failure, with the reason where its names do not say it."""
    named = [part.strip().upper() for part in reason.split(",")]
    if set(named) <= set(_FAILURES) and ", ".join(named).lower() == reason != "geolocation":
        return {"failures": named}
    failed = [name for name in _FAILURES[:2] if f"in the {name.lower()}" in reason.lower()]
    return {"failures": failed or list(_FAILURES[:2]), "failure_reason": reason}


FORMAT = Format(
    name="speciesnet",
    made_for="SpeciesNet 5 (--ensemble_only), and programs that read its predictions",
    carries="boxes, all classes and scores, the prediction of each picture, failures, country",
    loses="what people said; what was made of a picture's further boxes; pending pictures,"
    " predictions without a score; the semicolons of a name",
    example="predictions.json",
    takes=frozenset({"run_id", "people", "base", "boxes_only"}),
    write=write,
)
