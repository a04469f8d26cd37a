"""Scientific names as lists write them: what genus and species they say, and when they say none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camtrap_tui.domain.scientific_names import (
    ScientificName,
    binomial,
    listed_name,
    parse_scientific,
    plain_name,
)


@pytest.mark.parametrize(
    ("text", "genus", "species"),
    [
        ("Procyon lotor", "procyon", "lotor"),
        ("Procyon lotor (Linnaeus, 1758)", "procyon", "lotor"),
        ("Trachemys scripta elegans (Wied-Neuwied, 1839)", "trachemys", "scripta"),
        ("Anas (Anas) acuta", "anas", "acuta"),
        ("Junco hyemalis", "junco", "hyemalis"),
        ("Polygonia c-album", "polygonia", "c-album"),
        ("Sciurus Linnaeus, 1758", "sciurus", ""),
        ("Sciurus sp.", "sciurus", ""),
        ("Canis cf. lupus", "canis", ""),
        ("Phylloscopus  inornatus", "phylloscopus", "inornatus"),
        ("PROCYON LOTOR (LINNAEUS, 1758)", "procyon", "lotor"),
    ],
)
def test_genus_and_species_are_taken_and_nothing_else(text: str, genus: str, species: str) -> None:
    assert parse_scientific(text) == ScientificName(genus, species)


@pytest.mark.parametrize(
    ("text", "genus"),
    [
        ("Anas acuta x platyrhynchos", "anas"),
        ("Anas acuta × platyrhynchos", "anas"),
        ("Anas acuta ×platyrhynchos", "anas"),
        ("Anas platyrhynchos × Anas rubripes", "anas"),
        ("Branta canadensis × Anser anser", ""),
        ("× Cupressocyparis leylandii", "cupressocyparis"),
    ],
)
def test_a_hybrid_is_of_the_genus_that_its_parents_share(text: str, genus: str) -> None:
    assert parse_scientific(text) == ScientificName(genus, "", is_hybrid=True)


@pytest.mark.parametrize("text", ["", "-", "NA", "  ", "(unplaced)", "123", "incertae sedis"])
def test_what_is_no_name_is_none(text: str) -> None:
    assert parse_scientific(text) is None
    assert plain_name("-") == plain_name("N/A") == ""


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("Procyon lotor (Linnaeus, 1758)", "procyon lotor"),
        ("Canis latrans Say, 1823", "canis latrans"),
        ("Canis lupus L.", "canis lupus"),
        ("Branta canadensis subsp. canadensis", "branta canadensis"),
        ("Vulpes sp.", "vulpes"),
        ("Sciurus cf. carolinensis", "sciurus"),
        ("Odocoileus virginianus borealis", "odocoileus virginianus borealis"),
        ("Great  Blue Heron", "great blue heron"),
        ("- great blue heron", "great blue heron"),
        ("12. mallard", "mallard"),
        ('"wild turkey"', "wild turkey"),
        ("Mallard (Domestic type)", "mallard (domestic type)"),
        ("-", ""),
        ("a" * 300, ""),
    ],
)
def test_a_line_of_a_list_says_a_name_alone(line: str, name: str) -> None:
    assert listed_name(line) == name


def test_a_subspecies_has_the_binomial_of_its_species() -> None:
    assert binomial("canis", "lupus dingo") == "canis lupus"
    assert binomial("canis", "") == binomial("", "lupus") == ""


@given(st.text(max_size=40))
def test_no_text_is_too_odd_to_read(text: str) -> None:
    name = parse_scientific(text)
    assert name is None or name.genus == name.genus.casefold()
