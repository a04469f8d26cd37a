"""Which boxes people have confirmed, and why others are none."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from camtrap_tui.domain.models import Taxon
from camtrap_tui.domain.taxonomy import ANIMAL, BLANK, HUMAN, UNKNOWN, VEHICLE, TaxonName
from camtrap_tui.services.exports.confirmed_boxes import (
    AMBIGUOUS,
    BEYOND_COUNT,
    OF_ANOTHER_KIND,
    ON_A_BLANK,
    WITHOUT_AREA,
    Confirmed,
    clipped,
    confirmed_boxes,
)
from camtrap_tui.services.exports.pictures import MachineBox, Picture, Word
from tests.builders import image

BOX = (0.1, 0.1, 0.2, 0.3)
NAMES = {
    "raccoon": ("mammalia", "carnivora", "procyonidae", "procyon", "lotor"),
    "raccoon family": ("mammalia", "carnivora", "procyonidae", "", ""),
    "coati": ("mammalia", "carnivora", "procyonidae", "nasua", "nasua"),
    "mallard": ("aves", "anseriformes", "anatidae", "anas", "platyrhynchos"),
    "bird": ("aves", "", "", "", ""),
    "mink": ("mammalia", "carnivora", "mustelidae", "neogale", "vison"),
}
SPECIAL = {
    "blank": BLANK, "human": HUMAN, "vehicle": VEHICLE, "unknown": UNKNOWN, "animal": ANIMAL,
}  # fmt: skip


def row(name: str) -> Taxon:
    """Return a taxon as a survey has it."""
    made = SPECIAL.get(name) or TaxonName(f"uuid {name}", *NAMES[name], name)
    return Taxon(
        1,
        made.taxon_uuid,
        made.common_name,
        made.scientific_name,
        made.rank,
        made.taxon_class,
        made.taxon_order,
        made.taxon_family,
        made.taxon_genus,
        made.taxon_species,
        made.observation_type,
        "model",
    )


def word(name: str, count: int | None = None) -> Word:
    return Word(f"o_{name}_{count}", row(name), count, None, None, None, ("ann",), "", "assisted")


def box(
    number: int = 1,
    category: str = "animal",
    confidence: float = 0.9,
    named: str | None = None,
    bbox: tuple[float, float, float, float] = BOX,
) -> MachineBox:
    return MachineBox(
        number, category, confidence, bbox, row(named) if named else None, 0.8 if named else None
    )


def confirm(
    words: Sequence[Word], boxes: Sequence[MachineBox], state: str = "agreed"
) -> tuple[list[tuple[int, str]], list[str]]:
    """Return (number, species) of the boxes that are confirmed, and why the others are not."""
    picture = Picture(image("IMG"), None, None, state, tuple(words), (), (), 0, None, tuple(boxes))
    found: Confirmed = confirmed_boxes(picture)
    return [(one.box.number, one.taxon.name) for one in found.boxes], list(found.left_out)


def test_each_box_of_the_one_species_is_it() -> None:
    # Also where the classifier says otherwise: people have the word.
    boxes = [box(1), box(2, named="mink"), box(3, confidence=0.2)]
    assert confirm([word("raccoon")], boxes) == (
        [(1, "raccoon"), (2, "raccoon"), (3, "raccoon")],
        [],
    )


def test_a_box_that_is_not_sure_is_no_box() -> None:
    assert confirm([word("raccoon")], [box(confidence=0.19)]) == ([], [])


def test_a_box_of_another_kind_is_left_out() -> None:
    boxes = [box(1, "human"), box(2, "vehicle"), box(3)]
    assert confirm([word("raccoon")], boxes) == ([(3, "raccoon")], [OF_ANOTHER_KIND] * 2)
    assert confirm([word("human"), word("raccoon")], boxes) == (
        [(1, "human"), (3, "raccoon")],
        [OF_ANOTHER_KIND],
    )
    assert confirm([word("vehicle")], boxes)[0] == [(2, "vehicle")]


def test_never_a_box_on_a_blank_picture() -> None:
    assert confirm([word("blank")], [box(1), box(2, "human")]) == ([], [ON_A_BLANK] * 2)


@pytest.mark.parametrize("state", ["unsure", "ungraded", "conflict", "too_few"])
def test_nothing_is_confirmed_where_nothing_is_settled(state: str) -> None:
    words = [word("unknown")] if state == "unsure" else []
    assert confirm(words, [box()], state) == ([], [])


def test_who_could_not_tell_confirms_nothing() -> None:
    assert confirm([word("unknown")], [box()]) == ([], [OF_ANOTHER_KIND])


@pytest.mark.parametrize(
    ("named", "species"),
    [
        ("raccoon", "raccoon"),  # the same
        ("raccoon family", "raccoon"),  # coarser
        ("bird", "mallard"),
        ("mink", None),  # neither
        ("animal", None),  # coarser than both
        (None, None),  # not classified
    ],
)
def test_of_several_species_a_box_is_what_its_class_names(
    named: str | None, species: str | None
) -> None:
    found, reasons = confirm([word("raccoon"), word("mallard")], [box(named=named)])
    assert found == ([(1, species)] if species else [])
    assert reasons == ([] if species else [AMBIGUOUS])


@pytest.mark.parametrize(
    ("named", "is_it"),
    [("raccoon", True), ("raccoon family", False), ("animal", False), (None, False)],
)
def test_where_something_else_is_unknown_a_box_must_name_its_species(
    named: str | None, is_it: bool
) -> None:
    found, reasons = confirm([word("raccoon"), word("unknown")], [box(named=named)])
    assert found == ([(1, "raccoon")] if is_it else [])
    assert reasons == ([] if is_it else [AMBIGUOUS])


def test_a_class_that_is_finer_than_one_species_names_it() -> None:
    assert confirm([word("bird"), word("mink")], [box(named="mallard")])[0] == [(1, "bird")]


def test_a_class_above_two_species_names_neither() -> None:
    both = [word("raccoon"), word("coati")]
    assert confirm(both, [box(named="raccoon family")]) == ([], [AMBIGUOUS])


def test_several_words_on_one_species_are_one_species() -> None:
    words = [word("raccoon", 1), word("raccoon", 2)]
    boxes = [box(n) for n in range(1, 4)]
    assert confirm(words, boxes)[0] == [(n, "raccoon") for n in range(1, 4)]


def test_the_surest_boxes_count_where_people_counted() -> None:
    boxes = [box(1, confidence=0.5), box(2, confidence=0.9), box(3, confidence=0.7)]
    assert confirm([word("raccoon", 2)], boxes) == (
        [(2, "raccoon"), (3, "raccoon")],
        [BEYOND_COUNT],
    )
    # Without a number on each of the words nobody knows how many there are.
    assert len(confirm([word("raccoon", 1), word("raccoon")], boxes)[0]) == 3


@pytest.mark.parametrize(
    ("bbox", "inside"),
    [
        ((0.1, 0.2, 0.3, 0.4), (0.1, 0.2, 0.3, 0.4)),
        ((-0.1, -0.1, 0.3, 0.3), (0, 0, 0.2, 0.2)),
        ((0.9, 0.8, 0.5, 0.5), (0.9, 0.8, 0.1, 0.2)),
        ((0.5, 0.5, 0.0, 0.2), None),
        ((0.5, 0.5, -0.2, 0.2), None),
        ((1.0, 0.0, 0.2, 0.2), None),
    ],
)
def test_a_box_ends_where_the_picture_does(
    bbox: tuple[float, float, float, float], inside: tuple[float, ...] | None
) -> None:
    found = clipped(bbox)
    assert found == (pytest.approx(inside) if inside else None)
    if inside is None:
        assert confirm([word("raccoon")], [box(bbox=bbox)]) == ([], [WITHOUT_AREA])
