"""How often each grader is right, and what a vote weighs for it.

The estimator is Dawid and Skene's (1979, "Maximum likelihood estimation of observer error-rates
using the EM algorithm", Applied Statistics 28: 20-28) with one rate a grader. In turns, each
picture's answers get the odds that its voters' rates give them, and each rate is the share of the
grader's words that are right by these odds; from equal rates on, until they stand still. An answer
is what one voter names; coarser words are right where a finer one is. Two who are wrong say the
same as often as two words that were drawn from the disputed ones. What an adjudicator said is the
answer for everybody else. A few words say little: PRIOR_WORDS more, of which PRIOR_SHARE are right,
are added to each grader's (a beta distribution's).

A vote weighs log(p / (1 - p)), p being the grader's rate: no other weighting of independent voters
is right more often (Nitzan and Paroush 1982, "Optimal decision rules in uncertain dichotomous
choice situations", International Economic Review 23: 289-297; a species is there, or it is not).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from camtrap_tui.domain.consensus import ADJUDICATED, UNANIMOUS, Ballot, settle
from camtrap_tui.domain.lineage import Relations

PRIOR_WORDS = 10.0
PRIOR_SHARE = 0.8
# Who is right no more often than by chance still counts for a little, and nobody is sure.
_LOWEST, _HIGHEST = 0.51, 0.995
_MOST_ROUNDS = 200
_STILL = 1e-6

# The ballots on one picture, and how many pictures have the same ones.
Pattern = tuple[Sequence[Ballot], int]


@dataclass(frozen=True, slots=True)
class Skill:
    """Of `words` of a grader on pictures with other voters, `right` (by their odds) were right.

    `share` is the rate of right words, shrunken; `weight` what the grader's vote weighs.
    """

    grader: str
    words: int
    right: float
    share: float
    weight: float


@dataclass(frozen=True, slots=True)
class _Dispute:
    """Pictures on which the same voters differ in the same way: for each answer, who fits it."""

    number: int
    graders: tuple[str, ...]
    answers: tuple[tuple[bool, ...], ...]
    named: tuple[frozenset[str], ...]


def skill_of(grader: str, words: int, right: float) -> Skill:
    """Return the skill of a grader who was right in so many of so many words."""
    share = (right + PRIOR_WORDS * PRIOR_SHARE) / (words + PRIOR_WORDS)
    bounded = min(max(share, _LOWEST), _HIGHEST)
    return Skill(grader, words, right, share, math.log(bounded / (1 - bounded)))


def measure(patterns: Iterable[Pattern]) -> dict[str, Skill]:
    """Return the skill of each grader who named something beside another voter, by name."""
    related = Relations()
    words: Counter[str] = Counter()
    agreed: Counter[str] = Counter()
    disputes: list[_Dispute] = []
    for ballots, number in patterns:
        found = _dispute(ballots, number, related)
        if not found.answers:
            continue
        words.update(dict.fromkeys(found.graders, number))
        if len(found.answers) > 1 or not all(found.answers[0]):
            disputes.append(found)
        else:
            agreed.update(dict.fromkeys(found.graders, number))
    alike = _alike(disputes)
    skills = {grader: skill_of(grader, 0, 0) for grader in sorted(words)}
    for _ in range(_MOST_ROUNDS):
        rates = {grader: skill.share for grader, skill in skills.items()}
        right = _expected(disputes, rates, alike)
        before, skills = (
            skills,
            {g: skill_of(g, words[g], agreed[g] + right.get(g, 0.0)) for g in skills},
        )
        if all(abs(skills[g].share - before[g].share) < _STILL for g in skills):
            break
    return skills


def _dispute(ballots: Sequence[Ballot], number: int, related: Relations) -> _Dispute:
    """Return who is to be measured on a picture, and who of them fits each possible answer.

    Where somebody adjudicated it, the others are, by that one answer.
    """
    voters = [ballot for ballot in ballots if ballot.species and ballot.mode != ADJUDICATED]
    rulings = [ballot for ballot in ballots if ballot.mode == ADJUDICATED]
    answers = _finest_answers(voters, related) if len(voters) > 1 else []
    if rulings:
        species = settle(rulings, UNANIMOUS, None, related).species
        ruling = Ballot(0, "", "", species, (None,) * len(species))
        answers = [ruling] if species else []
    return _Dispute(
        number,
        tuple(ballot.grader for ballot in voters),
        tuple(tuple(_fits(one, other, related) for other in voters) for one in answers),
        tuple(_named(ballot) for ballot in voters),
    )


def _named(ballot: Ballot) -> frozenset[str]:
    return frozenset(taxon.taxon_uuid for taxon in ballot.species)


def _alike(disputes: Iterable[_Dispute]) -> float:
    """Return how often two words are the same that are drawn from all disputed ones."""
    words: Counter[frozenset[str]] = Counter()
    for dispute in disputes:
        for named in dispute.named:
            words[named] += dispute.number
    return sum(n * n for n in words.values()) / max(words.total(), 1) ** 2


def _finest_answers(voters: Sequence[Ballot], related: Relations) -> list[Ballot]:
    """Return a ballot for each different answer; coarser ones are left out, whose voters are right
    by the finer ones too."""
    different = list({_named(voter): voter for voter in voters}.values())
    return [
        one
        for one in different
        if not any(_says_all(other, one, related) for other in different if other is not one)
    ]


def _says_all(one: Ballot, other: Ballot, related: Relations) -> bool:
    settled = settle((one, other), UNANIMOUS, None, related)
    return settled.state == "agreed" and set(settled.species) == set(one.species)


def _fits(one: Ballot, other: Ballot, related: Relations) -> bool:
    """Tell whether two people's words do not contradict each other."""
    return settle((one, other), UNANIMOUS, None, related).state == "agreed"


def _expected(
    disputes: Iterable[_Dispute], rates: Mapping[str, float], alike: float
) -> dict[str, float]:
    """Return how many of each grader's disputed words are right by the odds of the answers."""
    right: dict[str, float] = {}
    for dispute in disputes:
        own = [min(max(rates[grader], _LOWEST), _HIGHEST) for grader in dispute.graders]
        # Many voters' odds multiplied are too small for a number: only their ratios are needed.
        logs = [
            sum(map(math.log, (p if f else (1 - p) * alike for p, f in zip(own, a, strict=True))))
            for a in dispute.answers
        ]
        odds = [math.exp(log - max(logs)) for log in logs]
        total = sum(odds)
        for answer, likely in zip(dispute.answers, odds, strict=True):
            for grader, fits in zip(dispute.graders, answer, strict=True):
                if fits:
                    share = dispute.number * likely / total
                    right[grader] = right.get(grader, 0.0) + share
    return right
