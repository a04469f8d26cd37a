"""How taxa are related, both ways round."""

from __future__ import annotations

from itertools import product

import pytest

from camtrap_tui.domain.lineage import Relation, Relations, relation
from camtrap_tui.domain.models import Taxon
from camtrap_tui.domain.taxonomy import UNKNOWN, VEHICLE, parse_label
from tests.domain.animals import (
    ANY_ANIMAL,
    MALLARD,
    MAMMAL,
    NOTHING,
    OPOSSUM,
    PERSON,
    PROCYON,
    PROCYONIDS,
    RACCOON,
    SOME_RACCOON,
    animal,
    row,
)

WOLF = animal("gray wolf", "mammalia", "carnivora", "canidae", "canis", "lupus")
DINGO = animal("dingo", "mammalia", "carnivora", "canidae", "canis", "lupus dingo")
HYBRID = animal("a hybrid", "mammalia", "carnivora", "canidae", "canis", "lupus x latrans")
SHORT_RACCOON = animal("raccoon", "", "", "", "procyon", "lotor")
CAPITAL = animal("Northern Raccoon")
NO_FAMILY = animal("raccoon of no family", "mammalia", "carnivora", "", "procyon", "lotor")
OTHER_GENUS = animal("fish hook", "mammalia", "carnivora", "procyonidae", "ancistrus", "lotor")
NO_GENUS = animal("lotor", "mammalia", "carnivora", "procyonidae", "", "lotor")
UNSURE, CAR = row(UNKNOWN), row(VEHICLE)
_TURNED: dict[Relation, Relation] = {"coarser": "finer", "finer": "coarser"}


@pytest.mark.parametrize(
    ("said", "truth", "expected"),
    [
        (RACCOON, RACCOON, "same"),
        (PROCYON, RACCOON, "coarser"),
        (PROCYONIDS, RACCOON, "coarser"),
        (MAMMAL, RACCOON, "coarser"),
        (ANY_ANIMAL, RACCOON, "coarser"),
        (ANY_ANIMAL, SOME_RACCOON, "coarser"),
        (OPOSSUM, RACCOON, "other"),
        (PROCYONIDS, OPOSSUM, "other"),
        (MAMMAL, MALLARD, "other"),
        # Known by name where one has no ranks, in capitals or not.
        (SOME_RACCOON, RACCOON, "same"),
        (CAPITAL, RACCOON, "same"),
        (SOME_RACCOON, PROCYONIDS, "other"),
        # A rank that a list leaves empty contradicts nothing, and says nothing.
        (SHORT_RACCOON, RACCOON, "same"),
        (NO_FAMILY, RACCOON, "same"),
        (PROCYONIDS, NO_FAMILY, "other"),
        (MAMMAL, NO_FAMILY, "coarser"),
        # A species is known by both of its words.
        (OTHER_GENUS, RACCOON, "other"),
        (NO_GENUS, RACCOON, "other"),
        (WOLF, DINGO, "coarser"),
        (WOLF, HYBRID, "other"),
        (DINGO, HYBRID, "other"),
        (NOTHING, RACCOON, "other"),
        (NOTHING, NOTHING, "same"),
        (ANY_ANIMAL, PERSON, "other"),
        (MAMMAL, PERSON, "other"),
        (ANY_ANIMAL, NOTHING, "other"),
        (UNSURE, RACCOON, "other"),
        (CAR, NOTHING, "other"),
    ],
)
def test_relations(said: Taxon, truth: Taxon, expected: Relation) -> None:
    assert relation(said, truth) == expected
    assert relation(truth, said) == _TURNED.get(expected, expected)


def test_labels_of_a_model_and_rows_of_a_survey_are_compared() -> None:
    label = f"{RACCOON.taxon_uuid};mammalia;carnivora;procyonidae;procyon;lotor;northern raccoon"
    assert relation(parse_label(label), RACCOON) == "same"
    assert relation(parse_label(label), PROCYONIDS) == "finer"


def test_what_was_worked_out_once_is_the_same_again() -> None:
    known = Relations()
    taxa = (RACCOON, MAMMAL, SOME_RACCOON, NOTHING, ANY_ANIMAL, DINGO, WOLF)
    for _ in range(2):
        for one, other in product(taxa, repeat=2):
            assert known(one, other) == relation(one, other)
