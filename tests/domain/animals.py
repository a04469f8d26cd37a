"""Taxa for tests of consensus, agreement and lineage, as rows of a survey."""

from __future__ import annotations

import uuid

from camtrap_tui.domain.models import Taxon
from camtrap_tui.domain.taxonomy import ANIMAL, BLANK, HUMAN, TaxonName, from_name


def row(name: TaxonName) -> Taxon:
    """Return the taxon as a row."""
    return Taxon(
        uuid.UUID(name.taxon_uuid).int % 2**31,
        name.taxon_uuid,
        name.common_name,
        name.scientific_name,
        name.rank,
        name.taxon_class,
        name.taxon_order,
        name.taxon_family,
        name.taxon_genus,
        name.taxon_species,
        name.observation_type,
        "model",
    )


def animal(name: str, *ranks: str) -> Taxon:
    """Return an animal with its ranks from the class down; the lower ones may be left out."""
    made = str(uuid.uuid5(uuid.NAMESPACE_DNS, f"{name} {ranks}"))
    return row(TaxonName(*[made, *ranks, *[""] * (5 - len(ranks)), name]))


_CARNIVORES = ("mammalia", "carnivora")
RACCOON = animal("northern raccoon", *_CARNIVORES, "procyonidae", "procyon", "lotor")
PROCYON = animal("procyon", *_CARNIVORES, "procyonidae", "procyon")
PROCYONIDS = animal("procyonids", *_CARNIVORES, "procyonidae")
FOX = animal("red fox", *_CARNIVORES, "canidae", "vulpes", "vulpes")
OPOSSUM = animal(
    "virginia opossum", "mammalia", "didelphimorphia", "didelphidae", "didelphis", "virginiana"
)
MAMMAL = animal("mammal", "mammalia")
MALLARD = animal("mallard", "aves", "anseriformes", "anatidae", "anas", "platyrhynchos")
SOME_RACCOON = row(from_name("northern raccoon"))
ANY_ANIMAL, NOTHING, PERSON = row(ANIMAL), row(BLANK), row(HUMAN)
