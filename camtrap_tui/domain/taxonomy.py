"""Taxa and their labels: SpeciesNet's seven tokens, `uuid;class;order;family;genus;species;name`.

A taxon is known by SpeciesNet's uuid, never by its five rank tokens: blank, animal and
vehicle share an empty one. A name that no list has gets a uuid made from the name, so that
two people who type it mean the same taxon.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from camtrap_tui.domain.models import Taxon
from camtrap_tui.domain.text import clean

BLANK_UUID = "f1856211-cfb7-4a5b-9158-c0f72fd09ee6"
ANIMAL_UUID = "1f689929-883d-4dae-958c-3d57ab5b6c16"
HUMAN_UUID = "990ae9dd-7a59-4344-afcb-1b7b21368000"
VEHICLE_UUID = "e2895ed5-780b-48f6-8a11-9e27cb594511"
UNKNOWN_UUID = "f2efdae9-efb8-48fb-8a91-eccf79ab4ffb"

_NAMESPACE = uuid.UUID("6f9619ff-8b86-5d11-b42d-00cf4fc964ff")
_NO_RESULT = "no cv result"
_UUID_LENGTH = 36


@dataclass(frozen=True, slots=True)
class TaxonName:
    """What a label says of a taxon; every rank may be empty. Lower case, as SpeciesNet writes."""

    taxon_uuid: str
    taxon_class: str
    taxon_order: str
    taxon_family: str
    taxon_genus: str
    taxon_species: str
    common_name: str

    @property
    def scientific_name(self) -> str:
        """The lowest rank's name with a capital: `Ardea herodias`, `Ardea`, `Ardeidae`."""
        if self.taxon_genus and self.taxon_species:
            return f"{self.taxon_genus.capitalize()} {self.taxon_species}"
        lowest = self.taxon_genus or self.taxon_family or self.taxon_order or self.taxon_class
        return lowest.capitalize()

    @property
    def rank(self) -> str:
        """The lowest rank that is named: species, genus, family, order, class, or empty."""
        ranks = (
            ("species", self.taxon_species),
            ("genus", self.taxon_genus),
            ("family", self.taxon_family),
            ("order", self.taxon_order),
            ("class", self.taxon_class),
        )
        return next((rank for rank, name in ranks if name), "")

    @property
    def display_name(self) -> str:
        """What a person reads: the common name, else the scientific one."""
        return self.common_name or self.scientific_name

    @property
    def observation_type(self) -> str:
        """Camtrap DP's observationType of a picture that shows this."""
        return _OBSERVATION_TYPES.get(self.taxon_uuid, "animal")

    @property
    def label(self) -> str:
        """The seven tokens again, as SpeciesNet writes them."""
        if self.taxon_uuid == UNKNOWN_UUID:
            return ";".join([UNKNOWN_UUID] + [_NO_RESULT] * 6)
        return ";".join(
            (
                self.taxon_uuid,
                self.taxon_class,
                self.taxon_order,
                self.taxon_family,
                self.taxon_genus,
                self.taxon_species,
                self.common_name,
            )
        )


def label_of(taxon: Taxon) -> str:
    """Return the seven tokens of a survey's taxon, as SpeciesNet writes them."""
    return TaxonName(
        taxon.taxon_uuid,
        taxon.taxon_class,
        taxon.taxon_order,
        taxon.taxon_family,
        taxon.taxon_genus,
        taxon.taxon_species,
        taxon.common_name,
    ).label


_OBSERVATION_TYPES = {
    BLANK_UUID: "blank",
    HUMAN_UUID: "human",
    VEHICLE_UUID: "vehicle",
    UNKNOWN_UUID: "unknown",
}

BLANK = TaxonName(BLANK_UUID, "", "", "", "", "", "blank")
ANIMAL = TaxonName(ANIMAL_UUID, "", "", "", "", "", "animal")
HUMAN = TaxonName(HUMAN_UUID, "mammalia", "primates", "hominidae", "homo", "sapiens", "human")
VEHICLE = TaxonName(VEHICLE_UUID, "", "", "", "", "", "vehicle")
UNKNOWN = TaxonName(UNKNOWN_UUID, "", "", "", "", "", "unknown")
SPECIAL = (BLANK, ANIMAL, HUMAN, VEHICLE, UNKNOWN)
_SPECIAL_BY_UUID = {taxon.taxon_uuid: taxon for taxon in SPECIAL}


def parse_label(label: str) -> TaxonName:
    """Return the taxon that a seven-token SpeciesNet label names.

    A label with another number of tokens is taken as a bare name (MegaDetector's classes,
    old files): it becomes a taxon whose uuid is made from that name.
    """
    tokens = clean(label).split(";")
    if len(tokens) > 7 and len(tokens[0]) == _UUID_LENGTH:
        # A name that somebody typed has one in it.
        tokens = [*tokens[:6], ";".join(tokens[6:])]
    if len(tokens) != 7:
        return from_name(label)
    special = _SPECIAL_BY_UUID.get(tokens[0])
    if special is not None:
        return special
    if not tokens[0]:
        return from_name(tokens[6] or " ".join(t for t in tokens[4:6] if t))
    return TaxonName(*(token.strip() for token in tokens))


def from_name(name: str) -> TaxonName:
    """Return the taxon for a name that no list has; the same name gives the same uuid."""
    plain = " ".join(clean(name).casefold().split())
    for taxon in SPECIAL:
        if plain == taxon.common_name:
            return taxon
    made = str(uuid.uuid5(_NAMESPACE, plain))
    return TaxonName(made, "", "", "", "", "", plain)
