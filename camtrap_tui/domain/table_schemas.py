"""Tables that a package adds to the standard's: their rules, read from the schema beside them.

As much of Table Schema 1.0 as the standard itself uses; a schema that says more is not followed in
part, since a table that keeps half of its rules is not valid.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from camtrap_tui.domain.camtrap_dp_fields import TABLES, Field, Reference, Table, Type
from camtrap_tui.domain.shapes import Flag, Items, Object, Text

_TYPES: dict[str, Type] = {
    "string": "string",
    "number": "number",
    "integer": "integer",
    "boolean": "boolean",
    "datetime": "datetime",
    "any": "any",
}
_KEY = ("fields", "reference")
# What a schema must be, whether it is followed here or not.
SCHEMA = Object(
    {
        "fields": Items(
            Object(
                {
                    "name": Text(),
                    "type": Text(
                        (
                            *_TYPES,
                            *("object", "array", "list", "date", "time", "year", "yearmonth"),
                            *("duration", "geopoint", "geojson"),
                        )
                    ),
                    "format": Text(),
                    "title": Text(),
                    "description": Text(),
                    "constraints": Object(
                        {"required": Flag(), "unique": Flag(), "pattern": Text()},
                    ),
                },
                ("name",),
            )
        ),
        "missingValues": Items(Text()),
        "foreignKeys": Items(
            Object({"reference": Object({"resource": Text()}, ("resource", "fields"))}, _KEY)
        ),
    },
    ("fields",),
)
_DATETIME_FORMAT = "%Y-%m-%dT%H:%M:%S%z"
# Properties of a field that change how a cell is read, which nobody here knows how to follow.
_UNKNOWN_HERE = {
    *("missingValues", "decimalChar", "groupChar", "bareNumber", "floatNumber"),
    *("trueValues", "falseValues", "categories"),
}


def table_of(name: str, schema: Any) -> tuple[Table, frozenset[str]] | None:
    """Return the table that a schema describes, and its missing values.

    None where the schema is none, or asks for what is not checked here.
    """
    try:
        return _table(name, schema)
    except (KeyError, TypeError, ValueError, AttributeError):
        return None


def _table(name: str, schema: dict[str, Any]) -> tuple[Table, frozenset[str]]:
    missing = schema.get("missingValues", [""])
    key = _only(schema.get("primaryKey", ""))
    fields = tuple(_field(one, key) for one in schema["fields"])
    names = [field.name for field in fields]
    references = tuple(_reference(one) for one in schema.get("foreignKeys", ()))
    _must(len(set(names)) == len(names) and all(isinstance(one, str) for one in missing))
    _must(key in (*names, "") and all(one.field in names for one in references))
    return Table(name, fields, key, references), frozenset(missing)


def _field(one: dict[str, Any], key: str) -> Field:
    name, limits = one["name"], dict(one.get("constraints", {}))
    kind = _TYPES[one.get("type", "string")]
    _must(isinstance(name, str) and bool(name) and not _UNKNOWN_HERE & one.keys())
    usual = _DATETIME_FORMAT if kind == "datetime" else "default"
    _must(one.get("format", "default") == usual)

    def limit(what: str, is_right: Callable[[Any], bool]) -> Any:
        value = limits.pop(what, None)
        _must(value is None or is_right(value))
        return value

    def is_number(value: Any) -> bool:
        return kind in ("number", "integer") and type(value) in (int, float)

    field = Field(
        name,
        kind,
        required=bool(limit("required", lambda value: type(value) is bool)) or name == key,
        unique=bool(limit("unique", lambda value: not value or name == key)) or name == key,
        minimum=limit("minimum", is_number),
        maximum=limit("maximum", is_number),
        words=tuple(limit("enum", lambda value: kind == "string") or ()),
        pattern=limit("pattern", lambda value: kind == "string" and isinstance(value, str)) or "",
    )
    _must(not limits and all(isinstance(word, str) for word in field.words))
    return field


def _reference(one: dict[str, Any]) -> Reference:
    """Only the keys of the standard's tables are referred to."""
    there = one["reference"]
    found = Reference(_only(one["fields"]), there["resource"], _only(there["fields"]))
    _must(any((table.name, table.key) == (found.table, found.other) for table in TABLES))
    return found


def _only(names: Any) -> str:
    (name,) = [names] if isinstance(names, str) else names
    _must(isinstance(name, str))
    return str(name)


def _must(is_so: bool, /) -> None:
    if not is_so:
        raise ValueError
