"""The species picker: recents, names, near misses, and new names."""

from __future__ import annotations

import pytest

from camtrap_tui.domain.models import Taxon
from camtrap_tui.domain.taxonomy import parse_label
from camtrap_tui.services.species import choices
from camtrap_tui.store.store import Store

LABELS = (
    "a1;mammalia;carnivora;procyonidae;procyon;lotor;northern raccoon",
    "a2;mammalia;carnivora;canidae;nyctereutes;procyonoides;raccoon dog",
    "a3;aves;anseriformes;anatidae;anas;platyrhynchos;mallard",
    "a4;aves;gruiformes;rallidae;fulica;americana;american coot",
    "a5;mammalia;rodentia;muridae;rattus;norvegicus;brown rat",
)


@pytest.fixture
def taxa(store: Store) -> list[Taxon]:
    with store.db.transaction():
        store.taxa.add([parse_label(label) for label in LABELS], "model")
    return store.taxa.all()


def titles(typed: str, taxa: list[Taxon], recent: tuple[int, ...] = ()) -> list[str]:
    return [choice.title for choice in choices(typed, taxa, recent, 10)]


def test_recents_come_first_when_nothing_is_typed(taxa: list[Taxon]) -> None:
    mallard = next(t.id for t in taxa if t.name == "mallard")
    rat = next(t.id for t in taxa if t.name == "brown rat")
    assert titles("", taxa, (rat, mallard))[:2] == ["brown rat", "mallard"]


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("racc", "raccoon dog"),
        ("northern r", "northern raccoon"),
        ("procyon lotor", "northern raccoon"),
        ("coot am", "american coot"),
        ("mallrd", "mallard"),
        ("norvegicus", "brown rat"),
    ],
)
def test_names_are_found_by_their_starts_their_parts_and_nearly(
    taxa: list[Taxon], typed: str, first: str
) -> None:
    assert titles(typed, taxa)[0] == first


def test_a_recent_species_wins_among_equals(taxa: list[Taxon]) -> None:
    raccoon = next(t.id for t in taxa if t.name == "northern raccoon")
    assert titles("r", taxa, (raccoon,)).index("northern raccoon") < len(taxa)
    assert titles("a", taxa)[0] == "animal"


def test_a_name_that_no_list_has_is_offered_as_new_and_last(taxa: list[Taxon]) -> None:
    found = choices("pond slider", taxa, (), 10)
    assert found[-1].is_new
    assert found[-1].title == "pond slider"
    assert not choices("mallard", taxa, (), 10)[0].is_new
    assert not any(choice.is_new for choice in choices("Mallard", taxa, (), 10))


def test_hostile_typing_is_cleaned(taxa: list[Taxon]) -> None:
    found = choices("\x1b]52;c;x\x07", taxa, (), 10)
    assert "\x1b" not in found[-1].title


def test_what_the_run_predicts_here_comes_before_what_it_never_does(taxa: list[Taxon]) -> None:
    raccoon = next(t.id for t in taxa if t.name == "northern raccoon")
    assert choices("racc", taxa, (), 10)[0].title == "raccoon dog"
    assert choices("racc", taxa, (), 10, {raccoon})[0].title == "northern raccoon"


@pytest.mark.parametrize("typed", ["%", "'", "7", ";;;;", "a"])
def test_a_slip_of_the_finger_makes_no_species(taxa: list[Taxon], typed: str) -> None:
    assert not any(choice.is_new for choice in choices(typed, taxa, (), 10))
