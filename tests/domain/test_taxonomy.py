"""Labels and taxa: what SpeciesNet's seven tokens say, and names that no list has."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camtrap_tui.domain import taxonomy
from camtrap_tui.domain.taxonomy import from_name, parse_label

HERON = (
    "96fe1a07-7ef1-4a2f-99e1-ec2c9a78b532;aves;pelecaniformes;ardeidae;ardea;herodias;"
    "great blue heron"
)
NO_RESULT = ";".join(["f2efdae9-efb8-48fb-8a91-eccf79ab4ffb"] + ["no cv result"] * 6)


def test_a_species_label() -> None:
    heron = parse_label(HERON)
    assert heron.common_name == "great blue heron"
    assert heron.scientific_name == "Ardea herodias"
    assert heron.rank == "species"
    assert heron.observation_type == "animal"
    assert heron.label == HERON


def test_a_label_may_have_semicolons_in_its_name() -> None:
    typed = from_name("o'possum; grey; old")
    assert parse_label(typed.label) == typed
    # Without an id before them they are a name as a whole.
    assert parse_label("a;b;c;d;e;f;g;h").common_name == "a;b;c;d;e;f;g;h"


@pytest.mark.parametrize(
    ("label", "name", "rank"),
    [
        ("b1352069-a39c-4a84-a949-60044271c0c1;aves;;;;;bird", "Aves", "class"),
        ("x;mammalia;rodentia;muridae;rattus;;rattus species", "Rattus", "genus"),
        ("y;mammalia;carnivora;canidae;canis;lupus dingo;dingo", "Canis lupus dingo", "species"),
    ],
)
def test_the_lowest_rank_names_a_taxon(label: str, name: str, rank: str) -> None:
    taxon = parse_label(label)
    assert (taxon.scientific_name, taxon.rank) == (name, rank)


def test_blank_animal_and_vehicle_are_told_apart_though_their_ranks_are_all_empty() -> None:
    uuids = {taxonomy.BLANK_UUID, taxonomy.ANIMAL_UUID, taxonomy.VEHICLE_UUID}
    found = [parse_label(f"{uuid};;;;;;whatever") for uuid in uuids]
    assert {taxon.observation_type for taxon in found} == {"blank", "animal", "vehicle"}
    assert {taxon.common_name for taxon in found} == {"blank", "animal", "vehicle"}


def test_no_cv_result_is_unknown_and_keeps_its_label() -> None:
    unknown = parse_label(NO_RESULT)
    assert (unknown.observation_type, unknown.common_name) == ("unknown", "unknown")
    assert unknown.label == NO_RESULT


def test_a_typed_name_means_the_same_taxon_however_it_is_spaced() -> None:
    assert from_name("  Red  Fox ") == from_name("red fox")
    assert from_name("red fox") != from_name("grey fox")
    assert from_name("Blank") is taxonomy.BLANK


@given(st.text(max_size=60))
def test_any_label_gives_a_taxon_that_is_safe_to_show(label: str) -> None:
    taxon = parse_label(label)
    assert "\x1b" not in taxon.display_name
    assert taxon.taxon_uuid
