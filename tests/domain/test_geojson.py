"""GeoJSON is told from what is none, as other validators tell it."""

from __future__ import annotations

from typing import Any

import pytest

from camtrap_tui.domain.geojson import not_geojson
from tests.camtrap_dp_oracle import needs_standard, profile_complaints
from tests.small_package import SmallPackage

RING = [[0, 0], [1, 0], [1, 1], [0, 0]]
POINT = {"type": "Point", "coordinates": [4.7, 51.4]}
FEATURE = {"type": "Feature", "geometry": POINT, "properties": {"name": "river"}}

RIGHT: dict[str, dict[str, Any]] = {
    "a point": POINT,
    "a point with a height": {"type": "Point", "coordinates": [4.7, 51.4, 3]},
    "a box": {"type": "Polygon", "coordinates": [RING], "bbox": [0, 0, 1, 1]},
    "two boxes": {"type": "MultiPolygon", "coordinates": [[RING], [RING, RING]]},
    "points": {"type": "MultiPoint", "coordinates": [[0, 0]]},
    "no points": {"type": "MultiPoint", "coordinates": []},
    "a line": {"type": "LineString", "coordinates": [[0, 0], [1, 1]]},
    "lines": {"type": "MultiLineString", "coordinates": [[[0, 0], [1, 1]]]},
    "geometries": {"type": "GeometryCollection", "geometries": [POINT]},
    "a feature": FEATURE,
    "a feature of nothing": {"type": "Feature", "geometry": None, "properties": None},
    "features": {"type": "FeatureCollection", "features": [FEATURE]},
}
WRONG: dict[str, Any] = {
    "nothing": {},
    "a text": "Point",
    "another type": {"type": "Circle", "coordinates": [0, 0]},
    "a type that is a list": {"type": ["Point"], "coordinates": [0, 0]},
    "a point without coordinates": {"type": "Point"},
    "a point of one number": {"type": "Point", "coordinates": [4.7]},
    "a point of texts": {"type": "Point", "coordinates": ["4.7", "51.4"]},
    "a point of flags": {"type": "Point", "coordinates": [True, False]},
    "a line of one point": {"type": "LineString", "coordinates": [[0, 0]]},
    "a ring of three": {"type": "Polygon", "coordinates": [RING[:3]]},
    "a ring that is no list of rings": {"type": "Polygon", "coordinates": RING},
    "a box of two numbers": {**POINT, "bbox": [0, 0]},
    "a box of texts": {**POINT, "bbox": ["0", "0", "1", "1"]},
    "geometries that are missing": {"type": "GeometryCollection"},
    "a geometry that is none": {"type": "GeometryCollection", "geometries": [{}]},
    "a feature without properties": {"type": "Feature", "geometry": POINT},
    "a feature of a wrong geometry": {**FEATURE, "geometry": {"type": "Point"}},
    "a feature of wrong properties": {**FEATURE, "properties": "river"},
    "a feature that is none": {"type": "FeatureCollection", "features": [POINT]},
}


# Frictionless's copy of the rules knows no heights, and of a box no more than that it is a list;
# RFC 7946 has both.
OTHERWISE = {"a point with a height", "a box of two numbers"}


@pytest.mark.parametrize("name", RIGHT)
def test_what_is_geojson_is_taken(name: str) -> None:
    assert not_geojson(RIGHT[name]) == ""


@pytest.mark.parametrize("name", WRONG)
def test_what_is_none_is_told_in_a_sentence(name: str) -> None:
    assert not_geojson(WRONG[name]).endswith(".")


@needs_standard
@pytest.mark.parametrize("name", sorted({*RIGHT, *WRONG} - OTHERWISE))
def test_other_validators_agree(name: str) -> None:
    package = SmallPackage().descriptor
    package["spatial"] = {**RIGHT, **WRONG}[name]
    assert (name in RIGHT) == (profile_complaints(package) == [])
