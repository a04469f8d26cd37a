"""Tables that a package adds to the standard's are held against the schemas beside them."""

from __future__ import annotations

from pathlib import Path

import pytest

from camtrap_tui.services.checking import check_package
from tests.camtrap_dp_oracle import needs_standard, second_opinion
from tests.small_package import SmallPackage


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "package"


def _with_cats(*rows: list[str], **schema: object) -> SmallPackage:
    """Return the small package with a table of its own, and its schema beside it."""
    described = {
        "fields": [
            {"name": "catID", "type": "string"},
            {"name": "mediaID", "constraints": {"required": True}},
            {"name": "weight", "type": "number", "constraints": {"minimum": 0}},
            {"name": "age", "type": "number"},
            {"name": "seen", "type": "datetime", "format": "%Y-%m-%dT%H:%M:%S%z"},
            {"name": "color", "constraints": {"enum": ["red", "grey"]}},
        ],
        "missingValues": ["", "NA"],
        "primaryKey": "catID",
        "foreignKeys": [
            {"fields": "mediaID", "reference": {"resource": "media", "fields": "mediaID"}}
        ],
        **schema,
    }
    package = SmallPackage()
    package.descriptor["resources"].append(
        {
            "name": "cats",
            "path": "cats.csv",
            "profile": "tabular-data-resource",
            "schema": described,
        }
    )
    package.tables["cats"] = [["catID", "mediaID", "weight", "age", "seen", "color"], *rows]
    return package


TOM = ["c1", "m1", "3.5", "4", "2024-05-31T02:14:05Z", "grey"]
CATS: dict[str, tuple[list[str], str]] = {
    "right": (TOM, ""),
    "another right": (["c2", "m1", "", "NAN", "NA", ""], ""),
    "no key": (["", *TOM[1:]], "catID"),
    "key twice": (TOM, "catID"),
    "no medium": (["c2", "", *TOM[2:]], "mediaID"),
    "another medium": (["c2", "m9", *TOM[2:]], "mediaID"),
    "a weight below nothing": (["c2", "m1", "-1", *TOM[3:]], "weight"),
    "a time without offset": (["c2", "m1", "", "", "2024-05-31T02:14:05", ""], "seen"),
    "another color": (["c2", "m1", "", "", "", "blue"], "color"),
    "a row too short": (["c2", "m1"], ""),
    "an empty row": ([""] * 6, ""),
}


@pytest.mark.parametrize("name", CATS)
def test_a_table_with_a_schema_beside_it_is_held_against_that(name: str, folder: Path) -> None:
    row, field = CATS[name]
    rows = [TOM, row] if row is not TOM or name == "key twice" else [TOM]
    report = check_package(_with_cats(*rows).write(folder))
    assert report.tables[-1].rows >= 1
    assert report.is_valid == name.endswith("right")
    assert {problem.field for problem in report.problems} <= {field}


@needs_standard
@pytest.mark.parametrize("name", CATS)
def test_other_validators_agree_on_further_tables(name: str, folder: Path) -> None:
    row, _ = CATS[name]
    rows = [TOM, row] if row is not TOM or name == "key twice" else [TOM]
    _with_cats(*rows).write(folder)
    assert check_package(folder).is_valid == second_opinion(folder).is_valid


# Each alone keeps a schema from being followed: nothing else in it does.
MORE: dict[str, dict[str, object]] = {
    "another type": {"fields": [{"name": "catID", "type": "geopoint"}]},
    "another sign in numbers": {
        "fields": [{"name": "catID", "type": "number", "decimalChar": ","}]
    },
    "a longest text": {"fields": [{"name": "catID", "constraints": {"maxLength": 3}}]},
    "another form of times": {"fields": [{"name": "catID", "type": "datetime"}]},
    "a minimum of texts": {"fields": [{"name": "catID", "constraints": {"minimum": "a"}}]},
    "a column that is unique": {
        "fields": [{"name": "catID"}, {"name": "name", "constraints": {"unique": True}}]
    },
    "a column twice": {"fields": [{"name": "catID"}, {"name": "catID"}]},
    "a key of two columns": {"primaryKey": ["catID", "mediaID"]},
    "a key that is no column": {"primaryKey": "dogID"},
    "a reference to another table": {
        "foreignKeys": [{"fields": "catID", "reference": {"resource": "x", "fields": "x"}}]
    },
}


@pytest.mark.parametrize("name", MORE)
def test_a_schema_that_asks_for_more_is_not_followed_and_said_so(name: str, folder: Path) -> None:
    usual = {"fields": [{"name": "catID"}], "primaryKey": "catID", "foreignKeys": []}
    report = check_package(_with_cats(["a", "b"], **{**usual, **MORE[name]}).write(folder))
    assert report.is_valid
    assert report.unchecked == ["The resource “cats”: no rules for it are known here."]
    followed = check_package(_with_cats(["a", "b"], **usual).write(folder))
    assert (followed.is_valid, followed.unchecked) == (False, [])


BROKEN: dict[str, tuple[dict[str, object], str]] = {
    "no fields": ({"fields": "none"}, "fields"),
    "a field without name": ({"fields": [{"type": "string"}]}, "fields[0].name"),
    "a description that is no text": (
        {"fields": [{"name": "catID", "description": ["x"]}]},
        "fields[0].description",
    ),
    "another type": ({"fields": [{"name": "catID", "type": "cat"}]}, "fields[0].type"),
    "a missing value that is no text": ({"missingValues": ["", 0]}, "missingValues[1]"),
    "a key that leads nowhere": (
        {"foreignKeys": [{"fields": "mediaID"}]},
        "foreignKeys[0].reference",
    ),
    "yes for required": (
        {"fields": [{"name": "catID", "constraints": {"required": "yes"}}]},
        "fields[0].constraints.required",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_schema_that_is_none_is_a_problem(name: str, folder: Path) -> None:
    schema, place = BROKEN[name]
    report = check_package(_with_cats(["whatever"], **schema).write(folder))
    assert report.problems[0].places[0].field == f"resources[3].schema.{place}"


@needs_standard
@pytest.mark.parametrize("name", BROKEN)
def test_other_validators_take_no_such_schema_either(name: str, folder: Path) -> None:
    schema, _ = BROKEN[name]
    assert not second_opinion(_with_cats(["whatever"], **schema).write(folder)).is_valid
