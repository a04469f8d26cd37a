"""Skill measured against the other voters, and what weights do with it."""

from __future__ import annotations

import math
import random
from collections import Counter

import pytest

from camtrap_tui.domain.consensus import Ballot, Rule, settle
from camtrap_tui.domain.models import Taxon
from camtrap_tui.domain.skill import PRIOR_SHARE, Skill, measure, skill_of
from tests.domain.animals import FOX, MALLARD, MAMMAL, NOTHING, OPOSSUM, RACCOON, animal

TAXA = (RACCOON, FOX, MALLARD, OPOSSUM, NOTHING)


def ballot(image: int, grader: str, *species: Taxon, mode: str = "blind") -> Ballot:
    return Ballot(image, grader, mode, species, (None,) * len(species))


def test_few_words_say_little() -> None:
    assert skill_of("ann", 0, 0).share == PRIOR_SHARE
    assert skill_of("ann", 10, 10).share == pytest.approx(0.9)
    assert skill_of("ann", 1000, 500).share == pytest.approx(508 / 1010)
    assert skill_of("ann", 0, 0).weight == pytest.approx(math.log(4))
    # Nobody counts for nothing, or against themselves, or for everything.
    assert 0 < skill_of("ann", 1000, 0).weight < 0.1
    assert skill_of("ann", 10**6, 10**6).weight == pytest.approx(math.log(0.995 / 0.005))


def test_an_adjudicators_word_is_what_others_are_held_against() -> None:
    ballots = [
        ballot(1, "ann", RACCOON),
        ballot(1, "ben", FOX),
        ballot(1, "cem", FOX),
        ballot(1, "eve", RACCOON, mode="adjudicated"),
    ]
    skills = measure([(ballots, 7)])
    assert skills["ann"] == skill_of("ann", 7, 7)
    assert skills["ben"] == skill_of("ben", 7, 0)


def test_a_coarser_word_is_right_and_abstaining_is_no_word() -> None:
    skills = measure(
        [
            (
                [
                    ballot(1, "ann", RACCOON),
                    ballot(1, "ben", RACCOON),
                    ballot(1, "cem", MAMMAL),
                    ballot(1, "dan"),
                ],
                5,
            )
        ]
    )
    assert skills["cem"] == skill_of("cem", 5, 5)
    assert "dan" not in skills


def _survey(seed: int, shares: dict[str, float]) -> tuple[list[list[Ballot]], list[Taxon]]:
    """Return ballots of graders who are right this often, and the truth."""
    rng = random.Random(seed)
    truth = [rng.choice(TAXA) for _ in range(600)]
    pictures = [
        [
            ballot(
                image,
                grader,
                taxon if rng.random() < share else rng.choice([t for t in TAXA if t is not taxon]),
            )
            for grader, share in shares.items()
        ]
        for image, taxon in enumerate(truth)
    ]
    return pictures, truth


def test_weights_by_skill_are_right_more_often_than_heads() -> None:
    shares = {"ann": 0.97, "ben": 0.6, "cem": 0.55, "dan": 0.5}
    pictures, truth = _survey(3, shares)
    skills = measure((ballots, 1) for ballots in pictures)
    order = sorted(skills.values(), key=lambda skill: -skill.weight)
    assert order[0].grader == "ann"
    assert all(abs(skills[g].share - share) < 0.06 for g, share in shares.items()), skills
    weights = {grader: skill.weight for grader, skill in skills.items()}
    right: Counter[str] = Counter()
    for ballots, taxon in zip(pictures, truth, strict=True):
        for rule in (Rule("weighted"), Rule("majority")):
            right[rule.name] += settle(ballots, rule, weights).species == (taxon,)
    assert right["weighted"] > 1.15 * right["majority"]


def test_equal_pictures_may_be_given_once_with_their_number() -> None:
    pictures, _ = _survey(5, {"ann": 0.9, "ben": 0.7, "cem": 0.6})
    kinds = Counter(tuple((b.grader, b.species) for b in ballots) for ballots in pictures)
    first = {tuple((b.grader, b.species) for b in ballots): ballots for ballots in pictures}
    at_once = measure((first[kind], number) for kind, number in kinds.items())
    each = measure((ballots, 1) for ballots in pictures)
    assert at_once.keys() == each.keys()
    for grader, skill in each.items():
        assert at_once[grader].words == skill.words
        assert at_once[grader].share == pytest.approx(skill.share, abs=1e-6)


def test_who_never_met_others_has_no_skill() -> None:
    assert measure([([ballot(1, "ann", RACCOON)], 9)]) == {}
    found: dict[str, Skill] = measure([])
    assert found == {}


def test_hundreds_of_voters_on_one_picture_who_all_differ_can_be_measured() -> None:
    species = [animal(f"bird {n}", "aves", "", "", "genus", f"species{n}") for n in range(60)]
    ballots = [ballot(1, f"g{n}", species[n % 60]) for n in range(240)]
    skills = measure([(ballots, 1)])
    assert len(skills) == 240
    assert sum(skill.right for skill in skills.values()) == pytest.approx(4)
