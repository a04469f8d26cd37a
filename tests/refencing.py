"""Makes runs for other countries in tests, and reads what they say."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from camtrap_tui.domain.models import Run
from camtrap_tui.services import events, refence
from camtrap_tui.services.refence import RefenceReport
from camtrap_tui.services.refence_request import RefenceRequest
from camtrap_tui.store.store import Store


def run_it(
    survey: Path, country: str | None, told: list[events.Event] | None = None, **asked: Any
) -> RefenceReport:
    told = [] if told is None else told
    stop = asked.pop("should_stop", lambda: False)
    request = RefenceRequest(country, asked.pop("admin1_region", None), **asked)
    return refence.refence(survey, request, on_event=told.append, should_stop=stop)


def notices(told: Sequence[events.Event]) -> str:
    return "\n".join(one.text for one in told if isinstance(one, events.Notice))


def outcomes(store: Store, run: Run) -> list[tuple[Any, ...]]:
    sql = (
        "SELECT image_id, outcome, taxon_uuid, score, source, reason, attempts FROM prediction"
        " LEFT JOIN taxon ON taxon.id = taxon_id WHERE run_id = ? ORDER BY image_id"
    )
    return store.db.execute(sql, [run.id]).fetchall()


def seen(store: Store, run: Run) -> list[tuple[Any, ...]]:
    """Return all boxes and classes that the run is said to have, without its number."""
    found: list[tuple[Any, ...]] = []
    for key, *_ in outcomes(store, run):
        boxes = store.runs.detections(run.id, key)
        classes = store.runs.classifications(run.id, key)
        found += [(key, b.category, b.confidence, b.bbox_x, b.bbox_w) for b in boxes]
        found += [(key, c.detection_number, c.rank, c.taxon_id, c.score) for c in classes]
    return found


def words(store: Store, run: Run) -> dict[str, tuple[Any, ...]]:
    """Return (name, score, source) by file, or (outcome, reason)."""
    sql = (
        "SELECT file_path, outcome, common_name, score, source, reason FROM prediction"
        " JOIN image ON image.id = image_id LEFT JOIN taxon ON taxon.id = taxon_id"
        " WHERE run_id = ?"
    )
    return {
        path: (name, score, source) if outcome == "predicted" else (outcome, reason)
        for path, outcome, name, score, source, reason in store.db.execute(sql, [run.id])
    }
