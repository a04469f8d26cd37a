"""What a list of species holds, whatever ranks it files animals under, and who is a relative."""

from __future__ import annotations

import pytest

from camtrap_tui.domain.expected import Expectations, ExpectedTaxon
from camtrap_tui.domain.known_taxa import KnownTaxa
from camtrap_tui.domain.taxonomy import SPECIAL, TaxonName, from_name
from tests.expected_lists import LABELS, labelled

TAXA = {taxon.name: taxon for taxon in labelled(*LABELS)}


def row(scientific: str, groups: str = ";;", records: int = 1, common: str = "") -> ExpectedTaxon:
    """Return a listed species: its name, and class, order and family with semicolons."""
    genus, _, species = scientific.lower().partition(" ")
    a, b, c = groups.split(";")
    return ExpectedTaxon(0, scientific, common, a, b, c, genus, species, records)


def bare(name: str) -> ExpectedTaxon:
    """Return a bare name."""
    return ExpectedTaxon(0, "", name, "", "", "", "", "")


LIST = [
    row("Apalone spinifera", "testudines;;"),
    row("Chelydra serpentina", "testudines;;"),
    row("Trachemys scripta", "testudines;;", 2),
    row("Anas platyrhynchos", "aves;anseriformes;"),
    row("Sciurus carolinensis", "mammalia;rodentia;"),
    row("Castor canadensis", "mammalia;rodentia;"),
    row("Morus alba", "magnoliopsida;rosales;"),
    ExpectedTaxon(0, "Accipitriformes", "", "aves", "accipitriformes", "", "", ""),
]


def flagged(listed: list[ExpectedTaxon]) -> set[str]:
    """Return the labels that a list leaves out."""
    expected = Expectations(listed, KnownTaxa(list(TAXA.values())))
    return {name for name, taxon in TAXA.items() if not expected.is_expected(taxon)}


def test_a_species_is_expected_by_its_name_and_a_group_by_its_members() -> None:
    assert flagged(LIST) == {
        *("western pond turtle", "central american agouti", "northern raccoon"),
        *("procyonidae family", "dingo", "eastern cottontail", "wood duck", "american coot"),
        # Of hawks the list knows the order alone; and a mulberry is no gannet.
        *("red-tailed hawk", "morus species", "amphibian"),
    }


def test_without_a_list_all_is_expected() -> None:
    assert flagged([]) == set()


def test_a_group_that_only_the_survey_knows_of_a_member_is_expected() -> None:
    # The list has no families, and files turtles under a class that reptiles are not.
    left_out = flagged([row("Sciurus carolinensis"), row("Trachemys scripta", "testudines;;")])
    assert not {"sciuridae family", "reptile", "turtle order"} & left_out
    assert "amphibian" in left_out


@pytest.mark.parametrize("special", SPECIAL, ids=lambda taxon: taxon.common_name)
def test_what_is_no_kind_of_animal_is_never_flagged(special: TaxonName) -> None:
    assert Expectations(LIST, KnownTaxa([])).is_expected(special)


def test_any_subspecies_of_a_listed_species_is_expected() -> None:
    assert "dingo" not in flagged([row("Canis lupus", "mammalia;carnivora;canidae")])


@pytest.mark.parametrize("name", ["procyon lotor", "northern raccoon"])
def test_a_bare_name_is_the_species_that_bears_it(name: str) -> None:
    left_out = flagged([bare(name)])
    assert not {"northern raccoon", "procyonidae family"} & left_out
    assert "mallard" in left_out


@pytest.mark.parametrize("name", ["rodentia", "sciuridae family", "sciurus"])
def test_a_bare_name_of_a_group_stands_for_all_its_members(name: str) -> None:
    left_out = flagged([bare(name)])
    assert not {"eastern gray squirrel", "sciuridae family"} & left_out
    assert ("central american agouti" in left_out) == (name != "rodentia")


def test_a_taxon_that_is_only_a_name_is_known_by_it() -> None:
    typed, other = labelled("trachemys scripta", "snipe")
    expected = Expectations(LIST, KnownTaxa([typed, other, *TAXA.values()]))
    assert expected.is_expected(typed)
    assert not expected.is_expected(other)
    assert expected.is_expected(labelled("mallard")[0])


def names(listed: list[ExpectedTaxon], of: str) -> tuple[str, str, list[str]]:
    """Return the rank, the group and the names of the relatives of a label."""
    found = Expectations(listed, KnownTaxa(list(TAXA.values()))).relatives(TAXA[of])
    return found.rank, found.shared, [relative.name for relative in found.members]


def test_relatives_are_of_the_closest_rank_that_list_and_label_share() -> None:
    assert names(LIST, "western pond turtle") == (
        "order",
        "testudines",
        ["Trachemys scripta", "Apalone spinifera", "Chelydra serpentina"],
    )
    assert names(LIST, "central american agouti") == (
        "order",
        "rodentia",
        # What the survey knows comes before what would be a new name.
        ["eastern gray squirrel", "Castor canadensis"],
    )
    assert names(LIST, "wood duck") == ("order", "anseriformes", ["mallard"])
    assert names(LIST, "morus species")[:2] == ("class", "aves")
    assert names(LIST, "amphibian") == ("", "", [])


def test_families_of_the_list_come_before_its_orders() -> None:
    listed = [
        row("Trachemys scripta", "reptilia;testudines;emydidae"),
        row("Chelydra serpentina", "reptilia;testudines;chelydridae", 9),
    ]
    assert names(listed, "western pond turtle") == ("family", "emydidae", ["Trachemys scripta"])


def test_names_alone_have_the_relatives_that_the_survey_tells() -> None:
    found = names([bare("eastern gray squirrel"), bare("mallard")], "central american agouti")
    assert found == ("order", "rodentia", ["eastern gray squirrel"])


def test_who_is_nearer_by_what_the_survey_knows_comes_first_then_who_was_keyed() -> None:
    listed = [
        row("Fulica americana", "aves;;", 5),
        row("Anas platyrhynchos", "aves;;", 3),
        row("Aix sponsa", "aves;;"),
    ]
    teal = labelled(
        "446887df-3477-4f4a-a434-000000000099;aves;anseriformes;anatidae;spatula;discors;teal"
    )[0]
    expected = Expectations(listed, KnownTaxa(list(TAXA.values())))
    order = [r.name for r in expected.relatives(teal).members]
    assert order == ["mallard", "wood duck", "american coot"]
    keyed = {TAXA["wood duck"].id: 2}
    assert expected.relatives(teal, keyed).members[0].name == "wood duck"


def test_a_relative_that_the_survey_lacks_becomes_a_taxon_in_the_labels_groups() -> None:
    found = Expectations(LIST, KnownTaxa(list(TAXA.values()))).relatives(
        TAXA["western pond turtle"]
    )
    made = found.members[0].taxon
    assert made.taxon_uuid == from_name("trachemys scripta").taxon_uuid
    assert (made.taxon_class, made.taxon_order, made.taxon_family) == ("reptilia", "testudines", "")
    assert made.scientific_name == "Trachemys scripta"


def test_a_common_name_of_the_list_is_shown() -> None:
    listed = [row("Trachemys scripta", "testudines;;", common="pond slider")]
    assert names(listed, "western pond turtle")[2] == ["pond slider"]


def test_a_subspecies_that_was_typed_is_its_species_where_that_is_known() -> None:
    assert "mallard" not in flagged([bare("anas platyrhynchos platyrhynchos")])


def test_a_common_name_in_a_column_of_species_has_relatives_as_any_other() -> None:
    listed = [row("Northern raccoon"), row("Eastern cottontail")]
    assert not {"northern raccoon", "eastern cottontail"} & flagged(listed)
    assert names(listed, "dingo") == ("order", "carnivora", ["northern raccoon"])
