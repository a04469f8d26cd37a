"""A second opinion on Camtrap DP packages, offline: frictionless, and jsonschema with the profile.

The profile and the table schemas are the standard's own, from a folder beside this repository;
tests that need them are skipped without it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

STANDARD = Path(__file__).parents[2] / "shared" / "data" / "camtrap-dp"
EXAMPLE = STANDARD / "example"
needs_standard = pytest.mark.skipif(
    not STANDARD.is_dir(), reason="the profile and schemas of Camtrap DP are not beside this folder"
)
# The profile builds on that of Data Package, which frictionless holds a package against by itself.
_DATA_PACKAGE = "https://specs.frictionlessdata.io/schemas/data-package.json"
_GEOJSON = "http://json.schemastore.org/geojson.json"
_NOT_BEFORE_1_0_2 = ["NA", "NaN", "nan"]


@dataclass(frozen=True)
class Verdict:
    """What the other validators say of a package, in their words."""

    complaints: tuple[str, ...]

    @property
    def is_valid(self) -> bool:
        return not self.complaints


def second_opinion(folder: Path) -> Verdict:
    """Return the verdict on a package, its datapackage.json included."""
    package = json.loads((folder / "datapackage.json").read_text("utf-8"))
    return Verdict((*profile_complaints(package), *table_complaints(folder, package)))


def profile_complaints(package: dict[str, Any]) -> list[str]:
    """Return what the standard's profile says of a datapackage.json."""
    import frictionless
    from jsonschema import Draft4Validator
    from referencing import Registry
    from referencing.jsonschema import DRAFT4

    text = (STANDARD / "camtrap-dp-profile.json").read_text("utf-8")
    profile = json.loads(text)
    for version in ("1.0.1", "1.0"):
        if f"/{version}/" in str(package.get("profile")):
            profile["$defs"]["version"]["pattern"] = version.replace(".", r"\.")
    assets = Path(frictionless.__file__).parent / "assets" / "profiles"
    geojson = json.loads((assets / "geojson.json").read_text("utf-8"))
    registry: Any = Registry().with_resources(
        [
            (_DATA_PACKAGE, DRAFT4.create_resource({})),
            (_GEOJSON, DRAFT4.create_resource(geojson)),
            (geojson["id"].rstrip("#"), DRAFT4.create_resource(geojson)),
        ]
    )
    return [
        f"{error.json_path}: {error.message[:200]}"
        for error in Draft4Validator(profile, registry=registry).iter_errors(package)
    ]


def table_complaints(folder: Path, package: dict[str, Any]) -> list[str]:
    """Return what frictionless says of a package's metadata and tables.

    Schemas are read from the standard's folder in the place of their URLs, and the profile is left
    to jsonschema: frictionless would fetch them from the web.
    """
    from frictionless import FrictionlessException, Package

    described = json.loads(json.dumps(package))
    described.pop("profile", None)
    resources = described.get("resources")
    if not isinstance(resources, list) or not all(isinstance(one, dict) for one in resources):
        # The profile says so already, and frictionless would stumble over it.
        return []
    for resource in resources:
        if isinstance(resource.get("schema"), str):
            resource["schema"] = _schema(resource["schema"])
    try:
        report = Package.from_descriptor(described, basepath=str(folder)).validate()
    except FrictionlessException as error:
        return [str(error)]
    complaints = [error.message for error in report.errors]
    for task in report.tasks:
        complaints += [f"{task.name}: {error.message}" for error in task.errors]
    return complaints


def _schema(url: str) -> Any:
    file = STANDARD / url.rsplit("/", 1)[-1]
    if not file.is_file():
        return url
    schema = json.loads(file.read_text("utf-8"))
    if "/1.0.2/" not in url:
        kept = [text for text in schema["missingValues"] if text not in _NOT_BEFORE_1_0_2]
        schema["missingValues"] = kept
    return schema
