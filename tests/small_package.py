"""A small Camtrap DP package as rows, to be written whole or spoilt."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from camtrap_tui.domain.camtrap_dp_fields import TABLES, profile_url, schema_url

Rows = list[list[str]]
HEADINGS = {table.name: table.headings for table in TABLES}
Change = Callable[["SmallPackage"], Any]


def _row(table: str, **cells: str) -> list[str]:
    return [cells.get(name, "") for name in HEADINGS[table]]


def _deployment(key: str, **cells: str) -> list[str]:
    return _row(
        "deployments",
        deploymentID=key,
        locationID="river",
        latitude="51.496",
        longitude="4.774",
        coordinateUncertainty="187",
        deploymentStart="2024-05-30T04:57:37-06:00",
        deploymentEnd="2024-07-01T11:41:41-06:00",
        cameraHeight="1.30",
        cameraTilt="-15",
        timestampIssues="false",
        featureType="trailGame",
        **cells,
    )


def _medium(key: str, deployment: str, time: str) -> list[str]:
    return _row(
        "media",
        mediaID=key,
        deploymentID=deployment,
        captureMethod="activityDetection",
        timestamp=time,
        filePath=f"pictures/{key}.jpg",
        filePublic="false",
        fileName=f"{key}.jpg",
        fileMediatype="image/jpeg",
        exifData='{"Make": "Reconyx"}',
    )


def _observation(key: str, deployment: str, medium: str, time: str, **cells: str) -> list[str]:
    usual = {"observationLevel": "media", "observationType": "animal", "scientificName": "Lynx"}
    return _row(
        "observations",
        observationID=key,
        deploymentID=deployment,
        mediaID=medium,
        eventStart=time,
        eventEnd=time,
        **{**usual, **cells},
    )


def _tables() -> dict[str, Rows]:
    one, two = "2024-05-31T02:14:05-06:00", "2024-06-01T23:59:59-06:00"
    box = {"bboxX": "0.1", "bboxY": "0.2", "bboxWidth": "0.5", "bboxHeight": "0.25"}
    by = {"classificationMethod": "human", "classificationProbability": "1"}
    return {
        "deployments": [
            [*HEADINGS["deployments"]],
            _deployment("A1"),
            _deployment("B2", habitat='wet, "very" wet\nmeadow'),
        ],
        "media": [
            [*HEADINGS["media"]],
            _medium("m1", "A1", one),
            _medium("m2", "A1", two),
            _medium("m3", "B2", two),
        ],
        "observations": [
            [*HEADINGS["observations"]],
            _observation("o1", "A1", "m1", one, count="2", sex="female", **box),
            _observation("o2", "A1", "m2", two, observationType="blank", scientificName=""),
            _observation("o3", "B2", "", two, observationLevel="event", lifeStage="adult", **by),
        ],
    }


def _descriptor() -> dict[str, Any]:
    return {
        "resources": [
            {
                "name": table.name,
                "path": f"{table.name}.csv",
                "profile": "tabular-data-resource",
                "format": "csv",
                "mediatype": "text/csv",
                "encoding": "utf-8",
                "schema": schema_url(table.name),
            }
            for table in TABLES
        ],
        "profile": profile_url(),
        "name": "river",
        "created": "2024-08-01T12:00:00Z",
        "contributors": [{"title": "Ann", "email": "ann@example.org", "role": "contact"}],
        "licenses": [{"name": "CC0-1.0", "scope": "data"}, {"name": "CC0-1.0", "scope": "media"}],
        "project": {
            "title": "River",
            "samplingDesign": "targeted",
            "captureMethod": ["activityDetection"],
            "individualAnimals": False,
            "observationLevel": ["media", "event"],
        },
        "spatial": {"type": "Point", "coordinates": [4.774, 51.496]},
        "temporal": {"start": "2024-05-30", "end": "2024-07-01"},
        "taxonomic": [{"scientificName": "Lynx", "vernacularNames": {"eng": "lynx"}}],
    }


@dataclass
class SmallPackage:
    """Two deployments, three media, three observations; change what you like, then write it."""

    tables: dict[str, Rows] = field(default_factory=_tables)
    descriptor: dict[str, Any] = field(default_factory=_descriptor)

    def set(self, table: str, row: int, name: str, cell: str) -> SmallPackage:
        """Put a cell into a row (2 is the first below the headings) under a heading."""
        self.tables[table][row - 1][self.tables[table][0].index(name)] = cell
        return self

    def resource(self, name: str) -> dict[str, Any]:
        """Return the resource of a table in the descriptor."""
        found: dict[str, Any]
        (found,) = (one for one in self.descriptor["resources"] if one["name"] == name)
        return found

    def write(self, folder: Path) -> Path:
        """Write the package into a folder, and return it."""
        folder.mkdir(parents=True, exist_ok=True)
        for name, rows in self.tables.items():
            with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
                csv.writer(file, lineterminator="\n").writerows(rows)
        text = json.dumps(self.descriptor, indent=1)
        (folder / "datapackage.json").write_text(text, encoding="utf-8")
        return folder


def cell(table: str, row: int, name: str, text: str) -> Change:
    """Return what puts a text into a cell, as `SmallPackage.set` does."""
    return lambda package: package.set(table, row, name, text)


def put(place: str, value: Any) -> Change:
    """Return what puts a value at a place of the descriptor, as in `licenses.0.scope`."""

    def change(package: SmallPackage) -> None:
        *way, last = place.split(".")
        at: Any = package.descriptor
        for step in way:
            at = at[int(step)] if isinstance(at, list) else at[step]
        at[int(last) if isinstance(at, list) else last] = value

    return change
