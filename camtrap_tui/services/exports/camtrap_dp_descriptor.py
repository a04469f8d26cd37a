"""datapackage.json of an export: what the survey tells, and what another package tells of it.

What the standard demands and nobody told is given its mildest value, and the report says which.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from camtrap_tui import __version__
from camtrap_tui.domain.camtrap_dp_fields import TABLES, profile_url, schema_url
from camtrap_tui.domain.camtrap_dp_package import RANKS, package_faults
from camtrap_tui.domain.models import Survey, Taxon
from camtrap_tui.domain.text import clean
from camtrap_tui.errors import InputError
from camtrap_tui.services.exports.camtrap_dp_metadata import Metadata
from camtrap_tui.services.exports.camtrap_dp_places import Places

_NO_NAME = re.compile(r"[^a-z0-9._-]+")
_SOURCE = {"title": "camtrap-tui", "version": __version__}
_NOBODY = "not stated"
# The version of the uuid of a taxon that no list has.
_MADE_OF_A_NAME = 5
# In the order of the standard's own example.
_ORDER = (
    "resources", "profile", "name", "id", "created", "title", "contributors", "description",
    "version", "keywords", "image", "homepage", "sources", "licenses", "bibliographicCitation",
    "project", "coordinatePrecision", "spatial", "temporal", "taxonomic", "relatedIdentifiers",
    "references",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Contents:
    """What is in a package, as far as its descriptor tells."""

    created: str
    level: str
    decimals: int | None
    taxa: Mapping[str, Taxon]
    graders: Sequence[str]
    places: Places
    resources: Sequence[dict[str, Any]]


def describe(
    survey: Survey, metadata: Metadata, contents: Contents, notes: list[str]
) -> dict[str, Any]:
    """Return the descriptor; `notes` get a sentence on each value that nobody told.

    Raises InputError where what another package tells breaks a rule of the standard.
    """
    told = metadata.properties
    made: dict[str, Any] = {
        "resources": [*map(_resource, (table.name for table in TABLES)), *contents.resources],
        "profile": profile_url(),
        "name": _NO_NAME.sub("-", survey.name.casefold()).strip("-") or "survey",
        "id": survey.survey_uuid,
        "created": contents.created,
        "title": survey.name,
        "spatial": contents.places.spatial,
        "temporal": {"start": contents.places.first_day, "end": contents.places.last_day},
        "taxonomic": [
            _taxon(name, taxon, metadata.taxa.get(name, {}))
            for name, taxon in sorted(contents.taxa.items())
        ],
    }
    made["resources"] += metadata.resources
    if "contributors" not in told:
        names = contents.graders or [_NOBODY]
        made["contributors"] = [{"title": name, "role": "contributor"} for name in names]
        notes.append(_said_of_contributors(contents.graders))
    if "licenses" not in told:
        notes.append("No licence is stated, and without one nobody may use the data: --metadata.")
    made |= told
    made["project"] = _project(survey, told.get("project"), contents.level, metadata, notes)
    sources = told.get("sources")
    others = sources if isinstance(sources, list) else []
    made["sources"] = [one for one in others if not _is_own(one)] + [_SOURCE]
    if contents.decimals is not None:
        given = told.get("coordinatePrecision")
        coarser = [given] if isinstance(given, int | float) else []
        made["coordinatePrecision"] = max([float(f"1e-{contents.decimals}"), *coarser])
    made = {name: _cleaned(made[name]) for name in _ORDER if name in made}
    _check(made, metadata.path)
    return made


def _resource(name: str) -> dict[str, Any]:
    return {
        "name": name,
        "path": f"{name}.csv",
        "profile": "tabular-data-resource",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "schema": schema_url(name),
    }


def _cleaned(value: Any) -> Any:
    """Return a value with all its texts cleaned; a description may have several lines."""
    if isinstance(value, dict):
        return {clean(name): _cleaned(one) for name, one in value.items()}
    if isinstance(value, list):
        return list(map(_cleaned, value))
    return "\n".join(map(clean, value.split("\n"))) if isinstance(value, str) else value


def _is_own(source: Any) -> bool:
    return isinstance(source, dict) and source.get("title") == _SOURCE["title"]


def _project(
    survey: Survey, told: Any, level: str, metadata: Metadata, notes: list[str]
) -> dict[str, Any]:
    """Return the project; what observations are about is always the export's."""
    if isinstance(told, dict):
        return told | {"observationLevel": [level]}
    methods = list(metadata.capture_methods) or ["activityDetection"]
    notes.append(
        "Nobody told the sampling design and how cameras were set off: the package says"
        f" opportunistic and {' and '.join(methods)}. Tell the project with --metadata."
    )
    return {
        "title": survey.name,
        "samplingDesign": "opportunistic",
        "captureMethod": methods,
        "individualAnimals": False,
        "observationLevel": [level],
    }


def _said_of_contributors(graders: Sequence[str]) -> str:
    if not graders:
        return "Nobody told who contributed: the package says not stated. Tell it with --metadata."
    return "Contributors are those who graded; tell all, and their roles, with --metadata."


def _taxon(name: str, taxon: Taxon, known: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is said of a taxon; camtrapR stops where one has no English name.

    The uuid is that of SpeciesNet's and Wildlife Insights' list; a name that somebody typed has
    none there.
    """
    rank = "subspecies" if " " in taxon.taxon_species else taxon.taxon_rank
    found: dict[str, Any] = {"scientificName": name}
    if uuid.UUID(taxon.taxon_uuid).version != _MADE_OF_A_NAME:
        found["taxonID"] = taxon.taxon_uuid
    if rank in RANKS:
        found["taxonRank"] = rank
    ranks = {
        "class": taxon.taxon_class,
        "order": taxon.taxon_order,
        "family": taxon.taxon_family,
        "genus": taxon.taxon_genus,
    }
    found |= {rank: value.capitalize() for rank, value in ranks.items() if value}
    found |= {key: value for key, value in known.items() if key != "vernacularNames"}
    names = known.get("vernacularNames")
    others = names if isinstance(names, dict) else {}
    found["vernacularNames"] = {"eng": taxon.common_name or name} | others
    return found


def _check(made: Mapping[str, Any], path: Path | None) -> None:
    """Refuse what was taken over where it breaks a rule of the standard."""
    for fault in package_faults(made) if path else ():
        raise InputError(f"{path}: {fault.place} {fault.sentence}", "Correct it, or leave it out.")
