"""What Camtrap DP asks of datapackage.json: its own rules and those of Data Package 1.0.

Written down after camtrap-dp-profile.json 1.0.2 (tdwg/camtrap-dp, MIT licence) and the profile of
Data Package 1.0 (frictionlessdata, Unlicense), which it builds on.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from camtrap_tui.domain import camtrap_dp_fields as fields
from camtrap_tui.domain.datacite_words import IDENTIFIER_TYPES, RELATIONS, RESOURCE_TYPES
from camtrap_tui.domain.geojson import not_geojson
from camtrap_tui.domain.shapes import (
    Fault,
    Flag,
    Items,
    Named,
    Number,
    Object,
    Shape,
    Text,
    Told,
    faults,
    listed,
    shown,
)
from camtrap_tui.domain.table_schemas import SCHEMA

ROLES = ("contact", "principalInvestigator", "rightsHolder", "publisher", "contributor")
SCOPES = ("data", "media")
SAMPLING_DESIGNS = (
    "simpleRandom",
    "systematicRandom",
    "clusteredRandom",
    "experimental",
    "targeted",
    "opportunistic",
)
RANKS = ("kingdom", "phylum", "class", "order", "family", "genus", "species", "subspecies")

_ANY_TEXT = Text()
_NAME = Text(
    pattern=r"^([-a-z0-9._/])+$", says="use small letters, digits and - . _ / only, no spaces"
)
_PATH = Text(
    pattern=fields.FILE_PATH_PATTERN,
    says="write a URL, or a path inside the package that does not start with . / or ~",
)
_EMAIL = Text(form="email")
_CONTRIBUTOR = Object(
    {
        "title": _ANY_TEXT,
        "path": _PATH,
        "email": _EMAIL,
        "organization": _ANY_TEXT,
        "role": Text(ROLES),
    },
    ("title",),
)
_SOURCE = Object(
    {"title": _ANY_TEXT, "path": _PATH, "email": _EMAIL, "version": _ANY_TEXT}, ("title",)
)
_LICENSE = Object(
    {
        "name": Text(
            pattern=r"^([-a-zA-Z0-9._])+$",
            says="write the licence's short name, as in CC-BY-4.0, or give its path",
        ),
        "path": _PATH,
        "title": _ANY_TEXT,
        "scope": Text(SCOPES),
    },
    ("scope",),
    ("name", "path"),
)
_PROJECT = Object(
    {
        "id": _ANY_TEXT,
        "title": _ANY_TEXT,
        "acronym": _ANY_TEXT,
        "description": _ANY_TEXT,
        "path": _ANY_TEXT,
        "samplingDesign": Text(SAMPLING_DESIGNS),
        "captureMethod": Items(Text(fields.CAPTURE_METHODS), at_least=1, unique=True),
        "individualAnimals": Flag(),
        "observationLevel": Items(Text(fields.LEVELS)),
    },
    ("title", "samplingDesign", "captureMethod", "individualAnimals", "observationLevel"),
)
_TAXON = Object(
    {
        "scientificName": _ANY_TEXT,
        "taxonID": _ANY_TEXT,
        "taxonRank": Text(RANKS),
        **dict.fromkeys(RANKS[:6], _ANY_TEXT),
        "vernacularNames": Named(
            r"^[a-z]{3}$", "write the language's code of three letters, as in eng", _ANY_TEXT
        ),
    },
    ("scientificName",),
)
_RELATED = Object(
    {
        "relationType": Text(RELATIONS),
        "relatedIdentifier": _ANY_TEXT,
        "resourceTypeGeneral": Text(RESOURCE_TYPES),
        "relatedIdentifierType": Text(IDENTIFIER_TYPES),
    },
    ("relationType", "relatedIdentifier", "relatedIdentifierType"),
)
PACKAGE = Object(
    {
        "profile": _ANY_TEXT,
        "name": _NAME,
        "id": _ANY_TEXT,
        "title": _ANY_TEXT,
        "description": _ANY_TEXT,
        "version": _ANY_TEXT,
        "homepage": _ANY_TEXT,
        "image": _ANY_TEXT,
        "created": Text(form="date-time"),
        "contributors": Items(_CONTRIBUTOR, at_least=1),
        "keywords": Items(_ANY_TEXT, at_least=1),
        "sources": Items(_SOURCE),
        "licenses": Items(_LICENSE, at_least=2),
        "bibliographicCitation": _ANY_TEXT,
        "project": _PROJECT,
        "coordinatePrecision": Number(),
        "spatial": Told(not_geojson),
        "temporal": Object(
            {"start": Text(form="date"), "end": Text(form="date")}, ("start", "end")
        ),
        "taxonomic": Items(_TAXON),
        "relatedIdentifiers": Items(_RELATED),
        "references": Items(_ANY_TEXT),
        "resources": Items(Object(), at_least=3),
    },
    (
        "resources",
        "profile",
        "created",
        "contributors",
        "project",
        "spatial",
        "temporal",
        "taxonomic",
    ),
)

_PATHS_ARE = "a path, or a list of paths"
_SIGN = Text(pattern=r"(?s)^.$", says="write one sign")
# What a table is written in; what else a dialect may say is followed by nobody here.
_DIALECT = Object(
    {
        "delimiter": _SIGN,
        "quoteChar": _SIGN,
        "escapeChar": _SIGN,
        "doubleQuote": Flag(),
        "skipInitialSpace": Flag(),
        "header": Told(lambda value: "" if value is True else "give the table its headings."),
        "commentChar": Told(lambda _: "leave it out, and delete the comments of the table."),
        "nullSequence": Told(lambda _: "leave it out, and the cells empty instead."),
    }
)
_RESOURCE: dict[str, Shape] = {
    "name": _NAME,
    "title": _ANY_TEXT,
    "description": _ANY_TEXT,
    "profile": _ANY_TEXT,
    "homepage": _ANY_TEXT,
    "format": _ANY_TEXT,
    "encoding": _ANY_TEXT,
    "dialect": _DIALECT,
    "mediatype": Text(pattern=r"^(.+)/(.+)$", says="write it as text/csv"),
    "hash": Text(
        pattern=r"^([^:]+:[a-fA-F0-9]+|[a-fA-F0-9]{32}|)$", says="write the MD5, or sha256:…"
    ),
    "sources": Items(_SOURCE),
    "licenses": Items(
        Object({k: v for k, v in _LICENSE.properties.items() if k != "scope"}, (), ("name", "path"))
    ),
}
_VERSION_IN_URL = re.compile(r"^https?://.*/camtrap-dp/(?:refs/tags/)?([^/]+)/")


def version_of(url: Any) -> str:
    """Return the version of Camtrap DP that a URL of its profile or schemas is of, or nothing."""
    found = _VERSION_IN_URL.search(url) if isinstance(url, str) else None
    return found[1] if found else ""


def package_faults(package: Any) -> Iterator[Fault]:
    """Yield what is wrong with a descriptor, and with each of its resources."""
    yield from faults(PACKAGE, package)
    if not isinstance(package, dict):
        return
    profile = package.get("profile")
    version = version_of(profile)
    if isinstance(profile, str) and not (
        version in fields.VERSIONS and profile.endswith("/camtrap-dp-profile.json")
    ):
        known = f"Camtrap DP {listed(fields.VERSIONS)}"
        if version and version not in fields.VERSIONS:
            said = f"is that of Camtrap DP {shown(version)}; export the package again as {known}."
        else:
            said = f"{shown(profile)} is no profile of {known}; write {fields.profile_url()}"
        yield Fault("profile", "pattern", said)
    resources = package.get("resources")
    seen: set[str] = set()
    for at, resource in enumerate(resources if isinstance(resources, list) else []):
        if not isinstance(resource, dict):
            continue
        name = resource.get("name")
        if isinstance(name, str):
            if name in seen:
                yield Fault(
                    f"resources[{at}].name", "unique", f"{shown(name)} is there twice; rename one."
                )
            seen.add(name)
        yield from _resource_faults(resource, f"resources[{at}]", version or fields.VERSION)
    for table in fields.TABLES:
        if isinstance(resources, list) and table.name not in seen:
            yield Fault(
                "resources",
                "required",
                f"the table {table.name} is missing; add a resource for it.",
            )


def _resource_faults(resource: dict[str, Any], place: str, version: str) -> Iterator[Fault]:
    is_core = any(resource.get("name") == table.name for table in fields.TABLES)
    required = ("name", "path", "profile", "schema") if is_core else ("name",)
    yield from faults(Object(_RESOURCE, required), resource, place)
    if "path" in resource:
        yield from _path_faults(resource["path"], f"{place}.path")
    if "data" in resource and "path" in resource:
        yield Fault(place, "type", "has both data and path; leave data out.")
    elif not is_core and "path" not in resource and "data" not in resource:
        yield Fault(place, "required", "has neither path nor data; add its path.")
    if not is_core:
        # Elsewhere a schema may be written out, or named by its URL or path.
        if isinstance(schema := resource.get("schema"), dict):
            yield from faults(SCHEMA, schema, f"{place}.schema")
        return
    if resource.get("profile", "tabular-data-resource") != "tabular-data-resource":
        yield Fault(f"{place}.profile", "vocabulary", "is another; write tabular-data-resource.")
    if "schema" in resource:
        yield from _schema_faults(resource["schema"], resource["name"], f"{place}.schema", version)


def _path_faults(path: Any, place: str) -> Iterator[Fault]:
    if isinstance(path, list):
        yield from faults(Items(_PATH, at_least=1), path, place)
    elif isinstance(path, str):
        yield from faults(_PATH, path, place)
    else:
        yield Fault(place, "type", f"{shown(path)} is no path; write {_PATHS_ARE}.")


def _schema_faults(schema: Any, table: str, place: str, version: str) -> Iterator[Fault]:
    """A schema is the URL of that of the table, in the version that the profile is of.

    By the profile of 1.0 any version that begins so will do.
    """
    url = fields.schema_url(table, version if version in fields.VERSIONS else fields.VERSION)
    if not isinstance(schema, str):
        yield Fault(place, "type", f"is written out; name it by its URL instead: {url}")
        return
    allowed = fields.VERSIONS if version == "1.0" else (version,)
    is_right = version_of(schema) in allowed and schema.endswith(f"/{table}-table-schema.json")
    if not is_right:
        yield Fault(place, "pattern", f"{shown(schema)} is another schema; write {url}")
