"""What another package tells that a survey has no place for, taken over into an export.

Its project, contributors and licences, names of its taxa, and of the deployments and media that
are in the export the columns that a survey does not keep. A cell that breaks a rule of the
standard is left out.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from camtrap_tui.domain.camtrap_dp_cells import complaint
from camtrap_tui.domain.camtrap_dp_fields import DEPLOYMENTS, MEDIA, MISSING, Table
from camtrap_tui.errors import InputError
from camtrap_tui.services.camtrap_dp import described, descriptor_of, package_tables
from camtrap_tui.services.exports.camtrap_dp_rows import Row
from camtrap_tui.services.tables import read_cells, read_head
from camtrap_tui.store.export_stage import ExportStage

# What of a descriptor is taken over as it stands; the rest is worked out of the survey.
TAKEN = (
    "name", "id", "title", "contributors", "description", "version", "keywords", "image",
    "homepage", "sources", "licenses", "bibliographicCitation", "project", "coordinatePrecision",
    "relatedIdentifiers", "references",
)  # fmt: skip
# What a survey does not keep of a picture, and of a deployment; the rest is the survey's.
_OF_MEDIA = ("captureMethod", "filePublic", "exifData", "favorite", "mediaComments")
_NOT_TAKEN = frozenset(
    ("deploymentID", "latitude", "longitude", "deploymentStart", "deploymentEnd")
)
_OF_DEPLOYMENTS = tuple(name for name in DEPLOYMENTS.headings if name not in _NOT_TAKEN)
_CHUNK = 500


@dataclass(slots=True)
class Metadata:
    """What is taken over: of the descriptor, of its taxa by scientific name, its resources
    without a file, and rows of deployments by id. Of media it is on the stage."""

    path: Path | None = None
    properties: dict[str, Any] = field(default_factory=dict)
    taxa: dict[str, dict[str, Any]] = field(default_factory=dict)
    resources: list[dict[str, Any]] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    deployments: dict[str, Row] = field(default_factory=dict)
    capture_methods: tuple[str, ...] = ()
    has_media: bool = False


def read_metadata(file: Path | None, stage: ExportStage) -> Metadata:
    """Return what a package's descriptor (or the folder that it is in) tells.

    Raises InputError where it cannot be read.
    """
    if file is None:
        return Metadata()
    descriptor = descriptor_of(file)
    if descriptor is None:
        raise InputError(
            f"{file}: this is no datapackage.json.", "Give one, or the folder that it is in."
        )
    told = described(descriptor)
    found = Metadata(descriptor)
    found.properties = {name: told[name] for name in TAKEN if name in told}
    for taxon in _objects(told.get("taxonomic")):
        if isinstance(taxon.get("scientificName"), str):
            found.taxa.setdefault(taxon["scientificName"], taxon)
    core = {"deployments", "media", "observations"}
    more = [one for one in _objects(told.get("resources")) if one.get("name") not in core]
    found.resources = [one for one in more if "data" in one and "path" not in one]
    found.left = [str(one.get("name")) for one in more if one not in found.resources]
    _read_tables(descriptor, told, found, stage)
    return found


def _objects(value: Any) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _read_tables(
    descriptor: Path, told: Mapping[str, object], found: Metadata, stage: ExportStage
) -> None:
    """Read those of the package's tables that lie beside its descriptor."""
    names = {one.get("name") for one in _objects(told.get("resources"))}
    with ExitStack() as stack:
        if "deployments" in names:
            table = package_tables(descriptor, stack, ("deployments",))["deployments"]
            if table.is_file():
                found.deployments = dict(_rows(table, DEPLOYMENTS, _OF_DEPLOYMENTS))
        if "media" in names:
            table = package_tables(descriptor, stack, ("media",))["media"]
            if table.is_file():
                methods: dict[str, None] = {}
                rows = _rows(table, MEDIA, _OF_MEDIA)
                while chunk := list(islice(rows, _CHUNK)):
                    methods |= {r["captureMethod"]: None for _, r in chunk if "captureMethod" in r}
                    stage.add_known((key, json.dumps(row)) for key, row in chunk)
                found.capture_methods = tuple(sorted(methods))
                found.has_media = True


def _rows(file: Path, table: Table, names: tuple[str, ...]) -> Iterator[tuple[str, Row]]:
    """Yield (id, filled cells that keep the standard's rules) of a table, as far as there are."""
    there = {heading.casefold() for heading in read_head(file, 0).headings}
    wanted = [name for name in (table.key, *names) if name.casefold() in there]
    if table.key not in wanted:
        return
    fields = [table.field(name) for name in wanted]
    for _, cells in read_cells(file, wanted):
        row = {
            one.name: cell
            for one, cell in zip(fields, cells, strict=True)
            if cell not in MISSING and complaint(one, cell, MISSING) is None
        }
        key = row.pop(table.key, "")
        if key and row:
            yield key, row
