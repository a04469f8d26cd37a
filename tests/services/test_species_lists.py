"""Lists of species: GBIF's downloads with their quirks, other tables, one name a line, none."""

from __future__ import annotations

from pathlib import Path

import pytest

from camtrap_tui.domain.expected import ExpectedTaxon
from camtrap_tui.errors import InputError, UsageError
from camtrap_tui.services.species_lists import SpeciesList, read_species
from tests.expected_lists import LABELS, write_list

# An occurrence download as GBIF writes it: tabs, and quotation marks that are signs like others.
_HEADINGS = (
    "gbifID class order family genus species taxonRank scientificName occurrenceStatus place"
)
_RACCOON = "Mammalia\tCarnivora\tProcyonidae\tProcyon\tProcyon lotor"
DOWNLOAD = "\n".join(
    (
        _HEADINGS.replace(" ", "\t"),
        f'1\t{_RACCOON}\tSPECIES\tProcyon lotor (L.)\tPRESENT\t"the bend',
        f"2\t{_RACCOON}\tSUBSPECIES\tProcyon lotor lotor\tPRESENT\t",
        "3\tMammalia\tCarnivora\tCanidae\tCanis\t\tGENUS\tCanis Linnaeus, 1758\tPRESENT\tbridge",
        "4\tMammalia\tCarnivora\tFelidae\tLynx\tLynx rufus\tSPECIES\tLynx rufus\tABSENT\t",
        "5\t\t\t\t\t\tPHYLUM\tChordata\tPRESENT\t\n",
    )
)


def said(found: SpeciesList) -> dict[str, ExpectedTaxon]:
    """Return the rows of a list by their name."""
    return {row.scientific_name or row.common_name: row for row in found.names}


def test_a_species_list_of_gbif_with_all_its_quirks(tmp_path: Path) -> None:
    found = read_species(write_list(tmp_path))
    rows = said(found)
    assert (found.rows, len(rows), found.repeated, found.nameless) == (16, 15, 1, 0)
    assert rows["Trachemys scripta"] == ExpectedTaxon(
        0, "Trachemys scripta", "", "testudines", "", "", "trachemys", "scripta", records=2
    )
    order, hybrid = rows["Accipitriformes"], rows["Anas acuta x platyrhynchos"]
    assert (order.groups, order.binomial) == (("aves", "accipitriformes"), "")
    assert (hybrid.taxon_genus, hybrid.binomial) == ("anas", "")


def test_an_occurrence_download_is_counted_by_species(tmp_path: Path) -> None:
    found = read_species(write_list(tmp_path, DOWNLOAD))
    rows = said(found)
    assert rows["Procyon lotor"].records == 2
    assert rows["Procyon lotor"].groups == ("mammalia", "carnivora", "procyonidae")
    assert (rows["Canis"].taxon_genus, rows["Canis"].binomial) == ("canis", "")
    assert (found.rows, found.absent, found.nameless, found.repeated) == (5, 1, 1, 1)


@pytest.mark.parametrize(
    ("text", "name", "genus", "common"),
    [
        ("scientificName;commonName\nProcyon lotor (L.);X\n", "Procyon lotor", "procyon", "x"),
        ("Genus,Species\nProcyon,lotor\n", "Procyon lotor", "procyon", ""),
        ('"species"\t"order"\n"Procyon lotor"\t"-"\n', "Procyon lotor", "procyon", ""),
        ("sep=;\nspecies;order\nProcyon lotor;Carnivora\n", "Procyon lotor", "procyon", ""),
        ("\ufeffSpecies\nProcyon lotor\n", "Procyon lotor", "procyon", ""),
        ("common name,notes\nraccoon,seen\n", "raccoon", "", "raccoon"),
        ("scientificName,taxonRank\nCanidae Fischer,FAMILY\n", "canidae", "", "canidae"),
    ],
)
def test_tables_of_others(tmp_path: Path, text: str, name: str, genus: str, common: str) -> None:
    (row,) = read_species(write_list(tmp_path, text)).names
    assert (row.scientific_name or row.common_name) == name
    assert (row.taxon_genus, row.common_name) == (genus, common)


def test_a_species_list_says_how_often_each_was_seen(tmp_path: Path) -> None:
    text = "species\tnumberOfOccurrences\nProcyon lotor\t120\nCanis latrans\t\n"
    rows = said(read_species(write_list(tmp_path, text)))
    assert (rows["Procyon lotor"].records, rows["Canis latrans"].records) == (120, 1)


def test_a_heading_of_ones_own_is_named(tmp_path: Path) -> None:
    path = write_list(tmp_path, "Beast,Where\nProcyon lotor,bridge\n")
    with pytest.raises(InputError, match=r"no column of species \(it has Beast, Where\)"):
        read_species(path)
    assert said(read_species(path, {"species": "Beast"})).keys() == {"Procyon lotor"}
    with pytest.raises(InputError, match="no column 'Taxon'"):
        read_species(path, {"species": "Taxon"})
    with pytest.raises(UsageError, match="no column 'kind'"):
        read_species(path, {"kind": "Beast"})


def test_one_name_a_line_with_comments_and_labels(tmp_path: Path) -> None:
    text = (
        f"# of the bend\n\nNorthern  Raccoon\nProcyon lotor # seen\n{LABELS[0]}\nmallard\nmallard"
    )
    found = read_species(write_list(tmp_path, text))
    rows = said(found)
    assert list(rows) == ["northern raccoon", "procyon lotor", "Emys marmorata", "mallard"]
    assert (found.rows, found.repeated) == (5, 1)
    assert rows["northern raccoon"].groups == ()
    assert rows["Emys marmorata"].taxon_family == "emydidae"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "it holds no names"),
        (b"# nothing\n\n", "it holds no names"),
        (b"<!DOCTYPE html>\n<html><body>Sign in</body></html>", "web page"),
        (b'{"results": []}', "web page, or data for programs"),
        (b"species,order\n-,-\n,\n", "there is no name in 2 rows"),
        (b"key,value\n1,2\n", "no column of species"),
        (b"PK\x03\x04\xff\xfe", "not UTF-8"),
        ("species\nLa\xf1a\n".encode("latin-1"), "not UTF-8"),
        (b'species,order\n"Procyon lotor,Carnivora\n', "quotation mark"),
    ],
)
def test_what_holds_no_names_is_one_sentence(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(content)
    with pytest.raises(InputError, match=said) as error:
        read_species(path)
    assert str(path) in error.value.message
    assert error.value.hint


def test_authors_with_their_years_make_no_table_of_a_list(tmp_path: Path) -> None:
    text = "Procyon lotor (Linnaeus, 1758)\nCanis latrans Say, 1823\nVulpes sp.\n"
    found = read_species(write_list(tmp_path, text))
    assert [row.common_name for row in found.names] == ["procyon lotor", "canis latrans", "vulpes"]


def test_a_hybrid_on_a_line_of_its_own_is_of_its_genus(tmp_path: Path) -> None:
    (row,) = read_species(write_list(tmp_path, "Anas acuta × Anas platyrhynchos\n")).names
    assert (row.taxon_genus, row.binomial, row.common_name) == ("anas", "", "")


def test_a_table_of_groups_alone_means_all_of_them(tmp_path: Path) -> None:
    table = "class,order,species\nMammalia,-,-\nAves,Passeriformes,-\n"
    found = read_species(write_list(tmp_path, table))
    assert [(row.name, row.groups) for row in found.names] == [
        ("mammalia", ()),
        ("passeriformes", ()),
    ]
    # Beside species, a group is what nobody has named closer.
    rows = said(read_species(write_list(tmp_path, table + "Mammalia,Carnivora,Canis latrans\n")))
    assert rows["Mammalia"].groups == ("mammalia",)


def test_of_common_names_seen_as_often_the_plain_one_is_taken(tmp_path: Path) -> None:
    table = "species,common name\nAnas platyrhynchos,Mallard (Domestic type)\n"
    (row,) = read_species(write_list(tmp_path, table + "Anas platyrhynchos,Mallard\n")).names
    assert (row.common_name, row.records) == ("mallard", 2)


def test_one_line_without_end_is_not_repeated_whole(tmp_path: Path) -> None:
    with pytest.raises(InputError) as error:
        read_species(write_list(tmp_path, "Procyon lotor, " * 20_000))
    assert len(str(error.value)) < 6000


def test_names_are_cleaned_where_they_enter(tmp_path: Path) -> None:
    (row,) = read_species(write_list(tmp_path, "rac\x1b[31mcoon\n")).names
    assert "\x1b" not in row.common_name
