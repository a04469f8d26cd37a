"""Agreement of a survey's graders: whose words are compared, and as what."""

from __future__ import annotations

import pytest

from camtrap_tui.domain.taxonomy import TaxonName
from camtrap_tui.services.agreement import Agreement, agreement
from camtrap_tui.services.consensus_report import Scope
from camtrap_tui.store.store import Store
from tests.builders import Said, add_images
from tests.services.test_consensus import holdout_of, say


def pairs(found: Agreement) -> dict[tuple[str, str], tuple[int, float | None]]:
    return {(p.grader, p.other): (p.same.pictures, p.same.value) for p in found.pairs}


def test_pictures_with_several_votes_are_compared(store: Store) -> None:
    one, two, three, four = add_images(store, [Said()] * 4)
    for image, words in ((one, "mmm"), (two, "mmc"), (three, "mc"), (four, "m")):
        for grader, word in zip(("ann", "ben", "cem"), words, strict=False):
            say(store, image, grader, {"m": "mallard", "c": "coot"}[word])
    found = agreement(store, Scope())
    assert (found.votes, found.graders) == (8, ("ann", "ben", "cem"))
    assert found.same.pictures == 3
    assert found.same.value == pytest.approx((3 + 1) / 8)
    assert pairs(found) == {
        ("ann", "ben"): (3, pytest.approx(2 / 3)),
        ("ann", "cem"): (2, 0.5),
        ("ben", "cem"): (2, 0.5),
    }
    assert [(w.name, w.votes) for w in found.words] == [("mallard", 6), ("coot", 2)]
    assert found.words[1].same.value == 0
    assert found.selves == ()


def test_who_is_not_sure_and_who_adjudicates_are_not_compared(store: Store) -> None:
    one, two = add_images(store, [Said()] * 2)
    for image in (one, two):
        say(store, image, "ann", "mallard")
    say(store, one, "ben", "unknown")
    say(store, two, "eve", "coot", mode="adjudicated")
    found = agreement(store, Scope())
    assert found.votes == 0
    assert found.abstained == 1
    assert found.alpha.value is None


def test_a_family_is_not_its_species_but_compatible_with_it(store: Store) -> None:
    image, other = add_images(store, [Said()] * 2)
    say(store, image, "ann", TaxonName("u1", "aves", "", "anatidae", "anas", "crecca", "teal"))
    say(store, image, "ben", TaxonName("u2", "aves", "", "anatidae", "", "", "ducks"))
    say(store, other, "ann", "mallard")
    say(store, other, "ben", "coot")
    found = agreement(store, Scope())
    assert found.same.value == 0
    assert found.compatible.value == 0.5


def test_one_taxon_under_two_names_is_one(store: Store) -> None:
    (image,) = add_images(store, [Said()])
    ranked = TaxonName("u1", "aves", "anseriformes", "anatidae", "anas", "crecca", "Teal")
    say(store, image, "ann", ranked)
    say(store, image, "ben", "teal")
    found = agreement(store, Scope())
    assert found.same.value == 1
    assert [w.name for w in found.words] == ["Teal"]


def test_of_a_holdout_the_first_blind_words_are_compared_and_the_second_with_them(
    store: Store,
) -> None:
    images = add_images(store, [Said()] * 4)
    holdout = holdout_of(store, images[:3])
    for image in images:
        say(store, image, "ann", "mallard", mode="blind")
        say(store, image, "ben", "mallard", mode="blind")
        say(store, image, "cem", "coot")
    # What was said later, blind or not, is not compared with what others said.
    say(store, images[0], "ann", "coot")
    say(store, images[1], "ann", "mallard", mode="blind", viewing=2)
    say(store, images[2], "ann", "coot", mode="blind", viewing=2)
    found = agreement(store, Scope(holdout=holdout))
    assert pairs(found) == {("ann", "ben"): (3, 1.0)}
    (own,) = found.selves
    assert (own.grader, own.same.pictures, own.same.value) == ("ann", 2, 0.5)


def test_a_filter_chooses_the_pictures(store: Store) -> None:
    images = add_images(store, [Said(deployment="A"), Said(deployment="B")])
    for image, other in zip(images, ("mallard", "coot"), strict=True):
        say(store, image, "ann", "mallard")
        say(store, image, "ben", other)
    assert agreement(store, Scope(where="camera:A")).same.value == 1
    assert agreement(store, Scope(where="camera:B")).same.value == 0


def test_words_keyed_with_the_ai_in_view_are_counted(store: Store) -> None:
    (image,) = add_images(store, [Said()])
    say(store, image, "ann", "mallard")
    say(store, image, "ben", "mallard", mode="bulk")
    say(store, image, "cem", "mallard", mode="import")
    found = agreement(store, Scope())
    assert (found.votes, found.with_ai) == (3, 2)


@pytest.mark.parametrize("typed_first", [True, False])
def test_a_mere_name_that_two_species_share_makes_them_not_one(
    store: Store, typed_first: bool
) -> None:
    shared = "mammalia", "cetartiodactyla", "cervidae"
    roe = TaxonName("11111111-0000-4000-8000-000000000001", *shared, "capreolus", "c", "deer")
    fallow = TaxonName("11111111-0000-4000-8000-000000000002", *shared, "dama", "dama", "deer")
    images = add_images(store, [Said()] * 2)
    for image in images:
        is_typed = (image == images[0]) == typed_first
        say(store, image, "ann", "deer" if is_typed else roe)
        say(store, image, "ben", roe if is_typed else fallow)
    # The typed name stands for one of them, whichever came first.
    found = agreement(store, Scope())
    assert (found.same.value, len(found.words)) == (0.5, 2)
