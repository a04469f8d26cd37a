"""Whether a value is GeoJSON: what RFC 7946 asks of geometries, features and their collections."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from camtrap_tui.domain.shapes import listed, shown

# How deep the positions of a geometry lie, and how many the innermost list has at least.
_GEOMETRIES = {
    "Point": (0, 1),
    "MultiPoint": (1, 0),
    "LineString": (1, 2),
    "MultiLineString": (2, 2),
    "Polygon": (2, 4),
    "MultiPolygon": (3, 4),
}
_HINT = 'write longitude before latitude, as in {"type": "Point", "coordinates": [4.7, 51.4]}'


def not_geojson(value: Any) -> str:
    """Return what is wrong with a GeoJSON object, as a sentence, or nothing."""
    if not isinstance(value, dict):
        return f"{shown(value)} is no GeoJSON object; {_HINT}."
    if "type" not in value:
        return f"the GeoJSON has no type; {_HINT}."
    if "bbox" in value and not _is_box(value["bbox"]):
        return (
            f"the bbox {shown(value['bbox'])} is no list of four numbers; write it or leave it out."
        )
    return _not_object(value)


def _not_object(value: dict[str, Any]) -> str:
    match value.get("type"):
        case "FeatureCollection":
            return _not_all(value, "features", _not_feature)
        case "Feature":
            return _not_feature(value)
        case "GeometryCollection":
            return _not_all(value, "geometries", _not_geometry)
    return _not_geometry(value)


def _not_all(value: dict[str, Any], name: str, look: Callable[[Any], str]) -> str:
    if not isinstance(value.get(name), list):
        return f"the {value['type']} has no list of {name}; add it."
    return next(filter(None, map(look, value[name])), "")


def _not_feature(value: Any) -> str:
    if not isinstance(value, dict) or value.get("type") != "Feature":
        return f"{shown(value)} is no Feature; {_HINT}."
    if "geometry" not in value or "properties" not in value:
        return "the Feature lacks its geometry or its properties; add both, null where empty."
    if not (value["properties"] is None or isinstance(value["properties"], dict)):
        return "the properties of the Feature are no object; write them in braces, or null."
    return "" if value["geometry"] is None else _not_geometry(value["geometry"])


def _not_geometry(value: Any) -> str:
    if not isinstance(value, dict):
        return f"{shown(value)} is no geometry; {_HINT}."
    kind = value.get("type")
    if not isinstance(kind, str) or kind not in _GEOMETRIES:
        return f"{shown(kind)} is no type of GeoJSON; write {listed(tuple(_GEOMETRIES))}."
    depth, at_least = _GEOMETRIES[kind]
    if "coordinates" not in value or not _are_positions(value["coordinates"], depth, at_least):
        return f"these are no coordinates of a {kind}; {_HINT}."
    return ""


def _are_positions(value: Any, depth: int, at_least: int) -> bool:
    if not isinstance(value, list):
        return False
    if depth == 0:
        return len(value) >= 2 and all(map(_is_number, value))
    if depth == 1 and len(value) < at_least:
        return False
    return all(_are_positions(one, depth - 1, at_least) for one in value)


def _is_box(value: Any) -> bool:
    return isinstance(value, list) and len(value) >= 4 and all(map(_is_number, value))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
