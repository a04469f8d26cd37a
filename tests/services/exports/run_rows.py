"""What a run says of pictures, by their paths: the rows that must survive a way out and back."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Any

from camtrap_tui.services.exports.formats import export
from camtrap_tui.services.exports.report import ExportReport
from camtrap_tui.services.exports.request import ExportRequest
from camtrap_tui.services.imports import import_predictions
from camtrap_tui.store.boxes import boxes_of
from camtrap_tui.store.store import Store

Rows = dict[str, tuple[Any, ...]]


def rows_of_run(store: Store, run_id: int, *, but: Collection[str] = ()) -> Rows:
    """Return the prediction, boxes and classes of each picture of a run that is not pending."""
    predictions = store.db.execute(
        "SELECT image.id, file_path, outcome, taxon_uuid, score, source, reason FROM prediction"
        " JOIN image ON image.id = image_id LEFT JOIN taxon ON taxon.id = taxon_id"
        " WHERE run_id = ? AND outcome <> 'pending' ORDER BY file_path",
        [run_id],
    ).fetchall()
    return {
        path: (tuple(said), *_seen(store, run_id, key))
        for key, path, *said in predictions
        if path not in but
    }


def _seen(store: Store, run_id: int, key: int) -> tuple[Any, ...]:
    boxes = (
        "SELECT category, confidence, bbox_x, bbox_y, bbox_w, bbox_h, detection_number"
        f" FROM detection WHERE run_id = {boxes_of('?')} AND image_id = ? ORDER BY detection_number"
    )
    classes = (
        "SELECT detection_number, rank, taxon_uuid, common_name, score FROM classification"
        " JOIN taxon ON taxon.id = taxon_id"
        f" WHERE run_id = {boxes_of('?')} AND image_id = ? ORDER BY detection_number, rank"
    )
    return tuple(store.db.execute(sql, [run_id, key]).fetchall() for sql in (boxes, classes))


def without_boxes_of_failures(rows: Rows) -> Rows:
    """Return the rows as MegaDetector's format has them."""
    return {
        path: (said, boxes, classes) if said[0] == "predicted" else (said, [], [])
        for path, (said, boxes, classes) in rows.items()
    }


def without_semicolons(rows: Rows) -> Rows:
    """Return the rows as SpeciesNet's format has them: a label has seven tokens, no more."""
    return {
        path: (
            said,
            boxes,
            [(*key, name.replace(";", ","), score) for *key, name, score in classes],
        )
        for path, (said, boxes, classes) in rows.items()
    }


AS_FORMAT_HAS = {"megadetector": without_boxes_of_failures, "speciesnet": without_semicolons}


def exported(store: Store, name: str, out: Path, **asked: Any) -> ExportReport:
    """Export in a format."""
    return export(store, name, ExportRequest(out, **asked), lambda done, total: None)


def brought_back(file: Path, folder: Path) -> Rows:
    """Import a file into a new survey and return the rows of its run."""
    folder.mkdir(exist_ok=True)
    with Store.open(folder / "back.db", create=True) as store:
        report = import_predictions(store, file)
        assert report.counts.examples == []
        return rows_of_run(store, report.run.id)
