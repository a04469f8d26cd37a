"""Rules of consensus, word by word: who agrees, what is settled, and what stays open."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camtrap_tui.domain.consensus import (
    UNANIMOUS,
    Ballot,
    Count,
    Rule,
    Settled,
    parse_rule,
    settle,
)
from camtrap_tui.domain.lineage import Relations
from camtrap_tui.domain.models import Taxon
from camtrap_tui.errors import UsageError
from tests.domain.animals import (
    ANY_ANIMAL,
    FOX,
    MALLARD,
    MAMMAL,
    NOTHING,
    OPOSSUM,
    PERSON,
    PROCYONIDS,
    RACCOON,
    SOME_RACCOON,
)

Words = Sequence[Taxon]
TAXA = (RACCOON, OPOSSUM, FOX, PROCYONIDS, MAMMAL, MALLARD, NOTHING, PERSON, ANY_ANIMAL)


def ballot(
    grader: str, *species: Taxon, mode: str = "blind", counts: Sequence[int | None] = ()
) -> Ballot:
    given = tuple(counts) or (None,) * len(species)
    return Ballot(1, grader, mode, species, given)


def said(*votes: Words, rule: str = "unanimous", weights: Sequence[float] = ()) -> Settled:
    """Settle the votes of graders g0, g1 …"""
    ballots = [ballot(f"g{n}", *words) for n, words in enumerate(votes)]
    by_name = {f"g{n}": weight for n, weight in enumerate(weights)}
    return settle(ballots, parse_rule(rule), by_name)


def brief(settled: Settled) -> tuple[str, list[str]]:
    return settled.state, [taxon.name for taxon in settled.species]


@pytest.mark.parametrize(
    ("votes", "expected"),
    [
        ([[RACCOON]], ("agreed", "northern raccoon")),
        ([[RACCOON], [RACCOON]], ("agreed", "northern raccoon")),
        ([[RACCOON], [OPOSSUM]], ("conflict", "")),
        ([[RACCOON], [NOTHING]], ("conflict", "")),
        ([[RACCOON], [PERSON]], ("conflict", "")),
        # A family contradicts no species of it; the finest word stands.
        ([[RACCOON], [PROCYONIDS], [MAMMAL], [ANY_ANIMAL]], ("agreed", "northern raccoon")),
        ([[OPOSSUM], [PROCYONIDS]], ("conflict", "")),
        ([[RACCOON], [OPOSSUM], [MAMMAL]], ("conflict", "")),
        ([[PERSON], [ANY_ANIMAL]], ("conflict", "")),
        # One taxon under two names is one; the one with ranks stands.
        ([[SOME_RACCOON], [RACCOON]], ("agreed", "northern raccoon")),
        # Species are settled each for itself.
        ([[RACCOON, MALLARD], [MALLARD, RACCOON]], ("agreed", "mallard + northern raccoon")),
        ([[RACCOON, MALLARD], [RACCOON]], ("conflict", "")),
        ([[RACCOON, OPOSSUM], [MAMMAL]], ("agreed", "northern raccoon + virginia opossum")),
        # What one person, or all, said of two animals is left as it was said.
        ([[RACCOON, MAMMAL]], ("agreed", "mammal + northern raccoon")),
        # Who is not sure abstains.
        ([[RACCOON], []], ("agreed", "northern raccoon")),
        ([[], []], ("unsure", "")),
        ([], ("too_few", "")),
    ],
)
def test_unanimous(votes: Sequence[Words], expected: tuple[str, str]) -> None:
    settled = said(*votes)
    assert (settled.state, settled.label) == expected
    assert (settled.voters, settled.abstained) == (
        sum(bool(v) for v in votes),
        sum(not v for v in votes),
    )


@pytest.mark.parametrize(
    ("votes", "expected"),
    [
        ([[RACCOON]] * 3 + [[PROCYONIDS]], ("agreed", "northern raccoon")),
        ([[RACCOON], [RACCOON], [OPOSSUM]], ("settled", "northern raccoon")),
        ([[RACCOON], [OPOSSUM]], ("conflict", "")),
        ([[RACCOON], [RACCOON], [OPOSSUM], [OPOSSUM]], ("conflict", "")),
        ([[RACCOON], [OPOSSUM], [FOX]], ("conflict", "")),
        ([[NOTHING], [NOTHING], [RACCOON]], ("settled", "blank")),
        ([[NOTHING], [RACCOON]], ("conflict", "")),
        # A coarser word counts for the finer one that leads, and for none where none does.
        ([[RACCOON], [RACCOON], [OPOSSUM], [MAMMAL]], ("settled", "northern raccoon")),
        ([[RACCOON], [OPOSSUM], [MAMMAL]], ("conflict", "")),
        ([[RACCOON], [OPOSSUM], [FOX], [MAMMAL], [MAMMAL]], ("conflict", "")),
        ([[RACCOON], [MAMMAL], [NOTHING]], ("settled", "northern raccoon")),
        ([[RACCOON], [MAMMAL], [NOTHING], [NOTHING]], ("conflict", "")),
        # Each species for itself: two of three saw the opossum, one of three the mallard.
        ([[RACCOON, OPOSSUM], [RACCOON, OPOSSUM], [RACCOON, MALLARD]],
         ("settled", "northern raccoon + virginia opossum")),
        ([[RACCOON, OPOSSUM], [RACCOON]], ("conflict", "")),
        # Abstaining is no vote, neither for nor against.
        ([[RACCOON], [RACCOON], [], [], []], ("agreed", "northern raccoon")),
    ],
)  # fmt: skip
def test_majority(votes: Sequence[Words], expected: tuple[str, str]) -> None:
    settled = said(*votes, rule="majority:2")
    assert (settled.state, settled.label) == expected


def test_a_majority_needs_as_many_as_it_says() -> None:
    assert brief(said([RACCOON], [RACCOON], rule="majority:3")) == ("too_few", [])
    assert brief(said([RACCOON], [RACCOON], [], rule="majority:3")) == ("too_few", [])
    assert said([RACCOON], rule="majority").state == "agreed"
    assert said([RACCOON], rule="majority:2").state == "too_few"


def test_a_conflict_says_what_all_agree_on_nevertheless() -> None:
    settled = said([RACCOON], [OPOSSUM], [MAMMAL])
    assert [taxon.name for taxon in settled.common] == ["mammal"]
    assert said([RACCOON], [OPOSSUM]).common == ()


def test_weights_decide_and_equal_ones_do_not() -> None:
    votes = [RACCOON], [OPOSSUM], [OPOSSUM]
    assert brief(said(*votes, rule="weighted", weights=[3, 1, 1])) == (
        "settled",
        ["northern raccoon"],
    )
    assert said(*votes, rule="weighted", weights=[2, 1, 1]).state == "conflict"
    assert said(*votes, rule="weighted", weights=[0.3, 0.1, 0.2]).state == "conflict"
    assert said(*votes, rule="weighted").label == "virginia opossum"
    # They are of no account under another rule.
    assert said(*votes, rule="majority", weights=[9, 1, 1]).label == "virginia opossum"


def test_an_expert_is_taken_at_their_word() -> None:
    def by_expert(*votes: Words) -> tuple[str, list[str]]:
        return brief(said(*votes, rule="expert:g0"))

    assert by_expert([RACCOON], [OPOSSUM], [OPOSSUM]) == ("settled", ["northern raccoon"])
    assert by_expert([RACCOON], [RACCOON]) == ("agreed", ["northern raccoon"])
    assert by_expert([PROCYONIDS], [RACCOON]) == ("agreed", ["procyonids"])
    assert by_expert([], [RACCOON]) == ("unsure", [])
    assert brief(said([RACCOON], rule="expert:zoe")) == ("too_few", [])


@pytest.mark.parametrize("rule", ["unanimous", "majority:9", "weighted", "expert:ann"])
def test_adjudicators_settle_under_any_rule(rule: str) -> None:
    ballots = [ballot("ann", RACCOON), ballot("ben", OPOSSUM)]

    def with_ruling(*more: Ballot) -> tuple[str, list[str]]:
        return brief(settle([*ballots, *more], parse_rule(rule), {"ann": 9.0}))

    eve = ballot("eve", FOX, mode="adjudicated")
    assert with_ruling(eve) == ("adjudicated", ["red fox"])
    agrees, differs = (ballot("fay", t, mode="adjudicated") for t in (MAMMAL, OPOSSUM))
    assert with_ruling(eve, agrees) == ("adjudicated", ["red fox"])
    assert with_ruling(eve, differs) == ("conflict", [])
    assert with_ruling(ballot("eve", mode="adjudicated")) == ("unsure", [])


def test_counts_are_apart_from_species() -> None:
    ballots = [ballot(f"g{n}", RACCOON, counts=[c]) for n, c in enumerate([1, 2, 2, None])]
    assert settle(ballots, UNANIMOUS).counts == (Count(2, 1, 2, 3),)
    assert settle(ballots[:2], UNANIMOUS).counts == (Count(1, 1, 2, 2),)
    assert settle(ballots[3:], UNANIMOUS).counts == (None,)


def test_counts_are_those_of_who_names_the_species() -> None:
    two = [
        ballot("ann", RACCOON, MALLARD, counts=[1, 5]),
        ballot("ben", MALLARD, SOME_RACCOON, counts=[7, 3]),
        ballot("cem", ANY_ANIMAL, counts=[9]),
    ]
    settled = settle(two, UNANIMOUS)
    assert settled.label == "mallard + northern raccoon"
    assert settled.counts == (Count(5, 5, 7, 2), Count(1, 1, 3, 2))


def test_who_settles_without_a_count_leaves_the_others_counts() -> None:
    eve = ballot("eve", RACCOON, mode="adjudicated")
    others = [ballot("ann", RACCOON, counts=[4]), ballot("ben", OPOSSUM, counts=[1])]
    assert settle([*others, eve], UNANIMOUS).counts == (Count(4, 4, 4, 1),)
    counted = ballot("eve", RACCOON, mode="adjudicated", counts=[2])
    assert settle([*others, counted], UNANIMOUS).counts == (Count(2, 2, 2, 1),)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("majority", Rule("majority")),
        (" Majority:3 ", Rule("majority", 3)),
        ("expert:Ann  B", Rule("expert", expert="Ann B")),
        ("weighted", Rule("weighted")),
        ("unanimous", UNANIMOUS),
    ],
)
def test_rules_are_read(text: str, rule: Rule) -> None:
    assert parse_rule(text) == rule
    assert parse_rule(rule.name) == rule


@pytest.mark.parametrize(
    "text", ["", "most", "majority:", "majority:0", "majority:x", "majority:²", "expert", "expert:"]
)
def test_what_is_no_rule_is_an_error(text: str) -> None:
    with pytest.raises(UsageError, match="no rule of consensus"):
        parse_rule(text)


_voting = st.lists(st.lists(st.sampled_from(TAXA), max_size=2, unique=True), max_size=6)
_rule = st.sampled_from(["unanimous", "majority", "majority:2", "weighted", "expert:g1"])


@given(_voting, _rule, st.integers(0, 99))
def test_the_order_of_ballots_says_nothing(votes: list[Words], rule: str, seed: int) -> None:
    ballots = [ballot(f"g{n}", *words) for n, words in enumerate(votes)]
    turned = random.Random(seed).sample(ballots, len(ballots))
    one, other = (settle(found, parse_rule(rule)) for found in (ballots, turned))
    assert (one.state, one.species, one.counts) == (other.state, other.species, other.counts)
    assert set(one.common) == set(other.common)


@given(_voting, _rule)
def test_species_are_there_exactly_where_something_is_settled(
    votes: list[Words], rule: str
) -> None:
    settled = said(*votes, rule=rule)
    assert bool(settled.species) == (settled.state in ("agreed", "settled", "adjudicated"))
    assert len(settled.counts) == len(settled.species)
    assert settled.voters + settled.abstained == len(votes)


@given(_voting)
def test_what_all_agree_on_every_rule_agrees_on(votes: list[Words]) -> None:
    settled = said(*votes)
    if settled.state == "agreed":
        for rule in ("majority", "weighted"):
            assert said(*votes, rule=rule) == settled


_one_word = st.lists(st.sampled_from(TAXA), min_size=1, max_size=7)


@given(_one_word)
def test_one_more_vote_for_what_is_settled_leaves_it_settled(words: list[Taxon]) -> None:
    related = Relations()
    settled = said(*([word] for word in words), rule="majority")
    for taxon in settled.species:
        again = said(*([word] for word in [*words, taxon]), rule="majority")
        assert any(related(one, taxon) in ("same", "finer") for one in again.species)


@given(_voting)
def test_more_than_half_are_for_what_is_settled(votes: list[Words]) -> None:
    related = Relations()
    settled = said(*votes, rule="majority")
    for taxon in settled.species:
        support = [v for v in votes if any(related(word, taxon) != "other" for word in v)]
        assert 2 * len(support) > settled.voters
