"""What a Camtrap DP package says of its taxa, as taxa that a survey may take in."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from pathlib import Path

from camtrap_tui.domain.taxonomy import TaxonName, from_name
from camtrap_tui.domain.text import clean_name
from camtrap_tui.services.camtrap_dp import described

_RANKS = ("class", "order", "family", "genus")
_SPECIES = ("species", "subspecies")


def package_taxa(descriptor: Path) -> dict[str, TaxonName]:
    """Return the taxa that a package describes, by scientific name.

    Those whose rank is not told, or has no place in a label (kingdom, phylum), are left out. A
    `taxonID` that is a uuid is kept; another list's does not fit, and a uuid is made of the name.
    """
    listed = described(descriptor).get("taxonomic")
    found: dict[str, TaxonName] = {}
    for told in listed if isinstance(listed, list) else []:
        texts = {key: clean_name(text) for key, text in _texts(told).items()}
        name = texts.get("scientificName", "")
        taxon = _taxon(name, texts, _english(told))
        if taxon is not None:
            found.setdefault(name, taxon)
    return found


def _texts(told: object) -> dict[str, str]:
    if not isinstance(told, dict):
        return {}
    return {key: value for key, value in told.items() if isinstance(value, str)}


def _english(told: object) -> str:
    names = told.get("vernacularNames") if isinstance(told, dict) else None
    name = names.get("eng") if isinstance(names, dict) else None
    return clean_name(name).casefold() if isinstance(name, str) else ""


def _taxon(name: str, told: Mapping[str, str], english: str) -> TaxonName | None:
    rank = told.get("taxonRank", "")
    plain = name.casefold()
    ranks = {one: told.get(one, "").casefold() for one in _RANKS}
    genus, _, epithet = plain.partition(" ")
    if rank in _SPECIES and epithet:
        ranks["genus"] = genus
    elif rank in _RANKS:
        # What is lower than itself a taxon has none.
        ranks |= dict.fromkeys(_RANKS[_RANKS.index(rank) :], "") | {rank: plain}
        epithet = ""
    else:
        return None
    common = "" if english == plain else english
    made = _uuid(told.get("taxonID", "")) or from_name(name).taxon_uuid
    return TaxonName(
        made, ranks["class"], ranks["order"], ranks["family"], ranks["genus"], epithet, common
    )


def _uuid(text: str) -> str:
    try:
        found = str(uuid.UUID(text))
    except ValueError:
        return ""
    return found if found == text else ""
