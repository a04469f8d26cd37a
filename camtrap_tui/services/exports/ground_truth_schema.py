"""What the columns of the ground-truth CSV hold, as a Frictionless Table Schema beside it.

The key `x-camtrap-tui` says what the file was made of; any other reader may pass over it.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from camtrap_tui import __version__
from camtrap_tui.services.exports.ground_truth_columns import EXPORT_COLUMNS, TYPES
from camtrap_tui.services.exports.pictures import Pictures
from camtrap_tui.services.exports.request import ExportRequest
from camtrap_tui.store.store import Store

# Counts up when a column changes its meaning or goes; new ones come at the end.
VERSION = "1"
_TYPES = ("animal", "human", "vehicle", "blank", "unknown", "unclassified")
_CONSTRAINTS: dict[str, dict[str, Any]] = {
    "observation_id": {"required": True, "unique": True},
    "media_id": {"required": True},
    "file_path": {"required": True},
    "observation_type": {"required": True, "enum": list(_TYPES)},
    "latitude": {"minimum": -90, "maximum": 90},
    "longitude": {"minimum": -180, "maximum": 180},
    "count": {"minimum": 1},
    "life_stage": {"enum": ["adult", "subadult", "juvenile"]},
    "sex": {"enum": ["female", "male"]},
    "ai_score": {"minimum": 0, "maximum": 1},
    "ai_det_conf": {"minimum": 0, "maximum": 1},
    "split": {"enum": ["train", "val", "test", "holdout"]},
}


def write_schema(
    path: Path, store: Store, request: ExportRequest, pictures: Pictures, made_at: str
) -> None:
    """Write the schema of an export, made at a time in UTC."""
    text = json.dumps(
        _schema(store, request, pictures, made_at), ensure_ascii=False, indent=2, sort_keys=False
    )
    path.write_text(f"{text}\n", encoding="utf-8")


def _schema(
    store: Store, request: ExportRequest, pictures: Pictures, made_at: str
) -> dict[str, Any]:
    survey = store.survey
    return {
        "version": VERSION,
        "fields": [_field(column.name, column.help) for column in EXPORT_COLUMNS],
        "missingValues": [""],
        "primaryKey": "observation_id",
        "x-camtrap-tui": {
            "software": f"camtrap-tui {__version__}",
            "exported_at": made_at,
            "survey": survey.name,
            "survey_uuid": survey.survey_uuid,
            "where": request.where,
            "truth": request.truth,
            "people": request.people,
            "all_graders": request.options.all_graders,
            "run": request.run_id,
            "holdout": asdict(pictures.holdout) if pictures.holdout else None,
            "runs": [
                {
                    "run": run.id,
                    "run_uuid": run.run_uuid,
                    "kind": run.kind,
                    "model": run.model_version,
                    "region": run.region,
                }
                for run in store.runs.all()
            ],
        },
    }


def _field(name: str, help: str) -> dict[str, Any]:
    kind = TYPES.get(name, "string")
    made: dict[str, Any] = {"name": name, "type": kind, "description": help}
    if name == "datetime_local":
        made |= {"type": "datetime", "format": "%Y-%m-%d %H:%M:%S"}
    elif kind == "boolean":
        made |= {"trueValues": ["true"], "falseValues": ["false"]}
    if name in _CONSTRAINTS:
        made["constraints"] = _CONSTRAINTS[name]
    return made
