"""Every rule of Camtrap DP that a package can break is named with its file, row and field."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from camtrap_tui.domain.camtrap_dp_fields import schema_url
from camtrap_tui.services.checking import check_package
from camtrap_tui.services.checking_report import CheckReport
from tests.camtrap_dp_oracle import EXAMPLE, needs_standard, second_opinion
from tests.small_package import Change, SmallPackage, cell, put

Spot = tuple[str, int | None, str, str]

DEPLOYMENTS, MEDIA, OBSERVATIONS = "deployments", "media", "observations"


def rows(table: str, change: Callable[[list[list[str]]], Any]) -> Change:
    return lambda package: change(package.tables[table])


def described(change: Callable[[dict[str, Any]], Any]) -> Change:
    return lambda package: change(package.descriptor)


def _swap(row: list[str], one: int, other: int) -> None:
    row[one], row[other] = row[other], row[one]


def _add_column(table: list[list[str]]) -> None:
    for at, row in enumerate(table):
        row.append("" if at else "weather")


def _delete_column(table: list[list[str]], at: int) -> None:
    for row in table:
        del row[at]


# What is spoilt, and where the check must find it: file, row, field, rule.
SPOILT: dict[str, tuple[Change, Spot]] = {
    "headings in another order": (
        rows(MEDIA, lambda table: _swap(table[0], 9, 10)),
        ("media.csv", 1, "mediaComments", "order"),
    ),
    "a column missing": (
        rows(MEDIA, lambda table: _delete_column(table, 6)),
        ("media.csv", 1, "fileName", "missing column"),
    ),
    "a column too many": (
        rows(DEPLOYMENTS, _add_column),
        ("deployments.csv", 1, "weather", "extra column"),
    ),
    "a heading in small letters": (
        cell(OBSERVATIONS, 1, "eventID", "eventid"),
        ("observations.csv", 1, "eventid", "extra column"),
    ),
    "a heading twice": (
        cell(MEDIA, 1, "favorite", "mediaComments"),
        ("media.csv", 1, "mediaComments", "duplicate heading"),
    ),
    "a heading empty": (cell(MEDIA, 1, "favorite", ""), ("media.csv", 1, "", "headings")),
    "a table empty": (rows(MEDIA, list.clear), ("media.csv", None, "", "headings")),
    "media without rows": (
        rows(MEDIA, lambda table: table.__delitem__(slice(1, None))),
        ("observations.csv", 2, "mediaID", "foreign-key"),
    ),
    "deployments without rows": (
        rows(DEPLOYMENTS, lambda table: table.__delitem__(slice(1, None))),
        ("media.csv", 2, "deploymentID", "foreign-key"),
    ),
    "no key": (
        cell(DEPLOYMENTS, 3, "deploymentID", ""),
        ("deployments.csv", 3, "deploymentID", "required"),
    ),
    "a required cell NA": (
        cell(MEDIA, 2, "fileMediatype", "NA"),
        ("media.csv", 2, "fileMediatype", "required"),
    ),
    "no latitude": (
        cell(DEPLOYMENTS, 2, "latitude", ""),
        ("deployments.csv", 2, "latitude", "required"),
    ),
    "a number with a comma": (
        cell(DEPLOYMENTS, 2, "latitude", "51,496"),
        ("deployments.csv", 2, "latitude", "type"),
    ),
    "a number no number": (
        cell(DEPLOYMENTS, 2, "cameraHeight", "1.3 m"),
        ("deployments.csv", 2, "cameraHeight", "type"),
    ),
    "a number that is none": (
        cell(DEPLOYMENTS, 2, "cameraHeight", "NAN"),
        ("deployments.csv", 2, "cameraHeight", "range"),
    ),
    "an integer with a point": (
        cell(OBSERVATIONS, 2, "count", "2.0"),
        ("observations.csv", 2, "count", "type"),
    ),
    "a count of none": (
        cell(OBSERVATIONS, 2, "count", "0"),
        ("observations.csv", 2, "count", "range"),
    ),
    "a latitude beyond the pole": (
        cell(DEPLOYMENTS, 2, "latitude", "90.00000000000000001"),
        ("deployments.csv", 2, "latitude", "range"),
    ),
    "a box without width": (
        cell(OBSERVATIONS, 2, "bboxWidth", "0"),
        ("observations.csv", 2, "bboxWidth", "range"),
    ),
    "a probability in percent": (
        cell(OBSERVATIONS, 4, "classificationProbability", "97"),
        ("observations.csv", 4, "classificationProbability", "range"),
    ),
    "yes for true": (cell(MEDIA, 3, "filePublic", "yes"), ("media.csv", 3, "filePublic", "type")),
    "a time without offset": (
        cell(MEDIA, 2, "timestamp", "2024-05-31T02:14:05"),
        ("media.csv", 2, "timestamp", "type"),
    ),
    "a time without T": (
        cell(MEDIA, 2, "timestamp", "2024-05-31 02:14:05-06:00"),
        ("media.csv", 2, "timestamp", "type"),
    ),
    "a time with fractions": (
        cell(MEDIA, 2, "timestamp", "2024-05-31T02:14:05.5Z"),
        ("media.csv", 2, "timestamp", "type"),
    ),
    "an hour that there is not": (
        cell(MEDIA, 2, "timestamp", "2024-05-31T24:00:00Z"),
        ("media.csv", 2, "timestamp", "type"),
    ),
    "a second too many": (
        cell(MEDIA, 2, "timestamp", "2024-05-31T02:14:60+24:00"),
        ("media.csv", 2, "timestamp", "type"),
    ),
    "a day that there is not": (
        cell(OBSERVATIONS, 3, "eventEnd", "2024-02-30T02:14:05Z"),
        ("observations.csv", 3, "eventEnd", "type"),
    ),
    "another word for a type": (
        cell(OBSERVATIONS, 2, "observationType", "Animal"),
        ("observations.csv", 2, "observationType", "vocabulary"),
    ),
    "another word for a sex": (
        cell(OBSERVATIONS, 2, "sex", "f"),
        ("observations.csv", 2, "sex", "vocabulary"),
    ),
    "another word for a feature": (
        cell(DEPLOYMENTS, 2, "featureType", "trail"),
        ("deployments.csv", 2, "featureType", "vocabulary"),
    ),
    "a path with a way up": (
        cell(MEDIA, 2, "filePath", "a/../b.jpg"),
        ("media.csv", 2, "filePath", "pattern"),
    ),
    "an absolute path": (
        cell(MEDIA, 2, "filePath", "/a/b.jpg"),
        ("media.csv", 2, "filePath", "pattern"),
    ),
    "a mediatype that is none": (
        cell(MEDIA, 2, "fileMediatype", "jpg"),
        ("media.csv", 2, "fileMediatype", "pattern"),
    ),
    "a key twice": (cell(MEDIA, 4, "mediaID", "m1"), ("media.csv", 4, "mediaID", "unique")),
    "a deployment that there is not": (
        cell(MEDIA, 4, "deploymentID", "C3"),
        ("media.csv", 4, "deploymentID", "foreign-key"),
    ),
    "a medium that there is not": (
        cell(OBSERVATIONS, 2, "mediaID", "M1"),
        ("observations.csv", 2, "mediaID", "foreign-key"),
    ),
    "a row too long": (
        rows(MEDIA, lambda table: table[2].append("")),
        ("media.csv", 3, "", "cells"),
    ),
    "a row too short": (rows(MEDIA, lambda table: table[2].pop()), ("media.csv", 3, "", "cells")),
    "an empty row": (
        rows(MEDIA, lambda table: table.insert(2, [""] * 11)),
        ("media.csv", 3, "", "blank-row"),
    ),
}


def _of(name: str) -> Change:
    return described(lambda package: package.pop(name))


# What is spoilt in the descriptor, and the field that must be named.
MISDESCRIBED: dict[str, tuple[Change, str]] = {
    **{
        f"no {name}": (_of(name), name)
        for name in ("profile", "created", "contributors", "project", "spatial", "temporal")
    },
    "no taxonomic": (_of("taxonomic"), "taxonomic"),
    "no contributors in the list": (put("contributors", []), "contributors"),
    "a contributor without title": (put("contributors", [{}]), "contributors[0].title"),
    "another role": (put("contributors.0.role", "boss"), "contributors[0].role"),
    "an address that is none": (put("contributors.0.email", "ann"), "contributors[0].email"),
    "one licence": (put("licenses", [{"name": "CC0-1.0", "scope": "data"}]), "licenses"),
    "a licence for something else": (put("licenses.0.scope", "code"), "licenses[0].scope"),
    "a licence without name and path": (put("licenses.0", {"scope": "data"}), "licenses[0]"),
    "another design": (put("project.samplingDesign", "random"), "project.samplingDesign"),
    "no method": (put("project.captureMethod", []), "project.captureMethod"),
    "a method twice": (
        put("project.captureMethod", ["timeLapse", "timeLapse"]),
        "project.captureMethod",
    ),
    "yes for individuals": (put("project.individualAnimals", "yes"), "project.individualAnimals"),
    "a level that is none": (
        put("project.observationLevel", ["burst"]),
        "project.observationLevel[0]",
    ),
    "a project without title": (put("project", {}), "project.title"),
    "no end": (put("temporal", {"start": "2024-05-30"}), "temporal.end"),
    "a place that is none": (put("spatial", {}), "spatial"),
    "a point without coordinates": (put("spatial", {"type": "Point"}), "spatial"),
    "a ring of three": (
        put("spatial", {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [0, 0]]]}),
        "spatial",
    ),
    "a precision that is a flag": (put("coordinatePrecision", True), "coordinatePrecision"),
    "a precision in words": (put("coordinatePrecision", "0.01"), "coordinatePrecision"),
    "a taxon without name": (
        put("taxonomic.0", {"taxonRank": "genus"}),
        "taxonomic[0].scientificName",
    ),
    "another rank": (put("taxonomic.0.taxonRank", "tribe"), "taxonomic[0].taxonRank"),
    "a language of two letters": (
        put("taxonomic.0.vernacularNames", {"en": "lynx"}),
        "taxonomic[0].vernacularNames",
    ),
    "a name with capitals": (put("name", "River 2024"), "name"),
    "a time of day": (put("created", "noon"), "created"),
    "two tables": (described(lambda package: package["resources"].pop()), "resources"),
    "a table of another name": (put("resources.1.name", "pictures"), "resources"),
    "a table twice": (put("resources.1.name", "deployments"), "resources[1].name"),
    "a table without path": (
        described(lambda package: package["resources"][1].pop("path")),
        "resources[1].path",
    ),
    "a table with its data written out": (put("resources.1.data", [{"a": 1}]), "resources[1]"),
    "a further table that is nowhere": (
        described(lambda package: package["resources"].append({"name": "cats"})),
        "resources[3]",
    ),
    "a table of another profile": (
        put("resources.1.profile", "data-resource"),
        "resources[1].profile",
    ),
    "the schema of another version": (
        put("resources.1.schema", schema_url("media", "1.0.1")),
        "resources[1].schema",
    ),
    "the schema of another table": (
        put("resources.1.schema", schema_url("observations")),
        "resources[1].schema",
    ),
    "a relation that is none": (
        put(
            "relatedIdentifiers",
            [
                {
                    "relationType": "Likes",
                    "relatedIdentifier": "10.5281/zenodo.1",
                    "relatedIdentifierType": "DOI",
                }
            ],
        ),
        "relatedIdentifiers[0].relationType",
    ),
}


def spots(report: CheckReport) -> set[Spot]:
    return {
        (problem.file, place.row, place.field, problem.rule)
        for problem in report.problems
        for place in problem.places
    }


@pytest.mark.parametrize("name", SPOILT)
def test_a_spoilt_table_is_found_out_and_the_place_is_named(name: str, tmp_path: Path) -> None:
    change, spot = SPOILT[name]
    package = SmallPackage()
    change(package)
    report = check_package(package.write(tmp_path / "package"))
    assert spot in spots(report)
    assert all(place.sentence for problem in report.problems for place in problem.places)


@pytest.mark.parametrize("name", MISDESCRIBED)
def test_a_spoilt_descriptor_is_found_out_and_the_field_is_named(name: str, tmp_path: Path) -> None:
    change, field = MISDESCRIBED[name]
    package = SmallPackage()
    change(package)
    report = check_package(package.write(tmp_path / "package"))
    assert ("datapackage.json", None, field) in {spot[:3] for spot in spots(report)}


# Rules that stand in the profile of Data Package, which the other validators here have not: the
# standard's profile refers to it by its URL.
OF_DATA_PACKAGE = ("no contributors in the list", "a contributor without title")


def test_the_small_package_is_valid(tmp_path: Path) -> None:
    report = check_package(SmallPackage().write(tmp_path / "package"))
    assert report.problems == []
    assert [table.rows for table in report.tables] == [2, 3, 3]


@needs_standard
def test_the_official_example_is_valid_and_so_is_the_small_package(tmp_path: Path) -> None:
    for folder in (EXAMPLE, SmallPackage().write(tmp_path / "package")):
        assert check_package(folder).is_valid
        assert second_opinion(folder).is_valid


@needs_standard
@pytest.mark.parametrize(
    "name", [name for name in {**SPOILT, **MISDESCRIBED} if name not in OF_DATA_PACKAGE]
)
def test_other_validators_find_it_out_too(name: str, tmp_path: Path) -> None:
    change, _ = {**SPOILT, **MISDESCRIBED}[name]
    package = SmallPackage()
    change(package)
    assert not second_opinion(package.write(tmp_path / "package")).is_valid
