"""Makes small surveys and packages of them, for tests of Camtrap DP exports."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from camtrap_tui.domain.models import Deployment
from camtrap_tui.domain.taxonomy import TaxonName
from camtrap_tui.services.bursting import renew_bursts
from camtrap_tui.services.checking import check_package
from camtrap_tui.services.exports.camtrap_dp import write
from camtrap_tui.services.exports.report import ExportReport
from camtrap_tui.services.exports.request import ExportRequest, Options
from camtrap_tui.store.grades import NewGrade, NewObservation
from camtrap_tui.store.store import Store
from tests.builders import NOW, Said, add_images, md5, taxon

RACCOON = TaxonName(
    "11111111-1111-4111-8111-111111111111",
    *("mammalia", "carnivora", "procyonidae", "procyon", "lotor", "northern raccoon"),
)
CROW = TaxonName(
    "22222222-2222-4222-8222-222222222222", "aves", "passeriformes", "corvidae", "corvus", "", ""
)
Rows = list[dict[str, str]]


def export(store: Store, name: str = "dp", **asked: Any) -> tuple[Path, ExportReport]:
    """Export the survey; names of options may stand among those of the request."""
    known = Options.__slots__
    options = Options(**{key: asked.pop(key) for key in list(asked) if key in known})
    out = store.path.with_name(name)
    report = write(store, ExportRequest(out, options=options, **asked), lambda *_: None)
    checked = check_package(out)
    assert checked.is_valid, checked.problems
    return out, report


def table(out: Path, name: str) -> Rows:
    """Return the rows of a table, filled cells alone."""
    with (out / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return [{k: v for k, v in row.items() if v} for row in csv.DictReader(file)]


def described(out: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((out / "datapackage.json").read_text("utf-8"))
    return found


def place(store: Store, name: str = "UR011", **values: Any) -> None:
    """Say where a deployment is, and how far its clock is from UTC."""
    usual = Deployment(0, name, "mill", 41.90561, -87.65123, -300)
    with store.db.transaction():
        store.deployments.put(replace(usual, **values))


def say(store: Store, grader: str, image_id: int, *seen: NewObservation, at: str = NOW) -> str:
    """Append a grade; return its uuid."""
    key = md5(f"{grader} {image_id} {at}")
    store.grades.append(grader, [NewGrade(key, image_id, seen, "assisted", "species")], at)
    return key


def make_river(store: Store) -> Store:
    """Three pictures of one camera: two of a burst, one an hour later."""
    times = ("02:14:05", "02:14:09", "03:20:00")
    add_images(store, [Said(timestamp=f"2024-06-27 {time}") for time in times])
    taxon(store, RACCOON)
    place(store)
    renew_bursts(store, [None, *store.timelines.deployments()], now=NOW)
    return store
