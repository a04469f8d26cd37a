"""How often each grader is right, measured against the others; and what a vote weighs for it.

A grader's word is held against the word of an adjudicator, where another person was one, else
against what the others settle without it, by their weights; from equal weights on, this is
repeated until it stands still. The weight is log(p / (1 - p)), p being the share of right words:
with independent voters no other weighting decides rightly more often (Nitzan and Paroush 1982,
"Optimal decision rules in uncertain dichotomous choice situations", International Economic Review
23: 289-297; a species is there or not). A few words say little of p: PRIOR_WORDS more, of which
PRIOR_SHARE are right, are added to all (the mean of a beta distribution).
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from camtrap_tui.domain.consensus import Ballot, Rule, settle
from camtrap_tui.domain.lineage import Relations
from camtrap_tui.domain.models import Taxon

PRIOR_WORDS = 10.0
PRIOR_SHARE = 0.8
# Who is right no more often than by chance still counts for a little, and nobody is sure.
_LOWEST, _HIGHEST = 0.51, 0.995
_MOST_ROUNDS = 25
_STILL = 1e-6

_WEIGHTED = Rule("weighted")


@dataclass(frozen=True, slots=True)
class Skill:
    """Of `words` of a grader that could be held against others', `right` agreed with them.

    `share` is the shrunken share of right ones; `weight` what the grader's vote weighs.
    """

    grader: str
    words: int
    right: int
    share: float
    weight: float


def skill_of(grader: str, words: int, right: int) -> Skill:
    """Return the skill of a grader who was right in so many of so many words."""
    share = (right + PRIOR_WORDS * PRIOR_SHARE) / (words + PRIOR_WORDS)
    bounded = min(max(share, _LOWEST), _HIGHEST)
    return Skill(grader, words, right, share, math.log(bounded / (1 - bounded)))


def measure(patterns: Iterable[tuple[Sequence[Ballot], int]]) -> dict[str, Skill]:
    """Return the skill of each grader.

    `patterns` are the ballots on one picture, and how many pictures have the same ones: counts
    and the picture's id say nothing here. Pictures with fewer than two voters are passed over.
    """
    found = [(b, number) for b, number in patterns if len(b) > 1]
    graders = sorted({ballot.grader for ballots, _ in found for ballot in ballots})
    skills = {grader: skill_of(grader, 0, 0) for grader in graders}
    related = Relations()
    for _ in range(_MOST_ROUNDS):
        weights = {grader: skill.weight for grader, skill in skills.items()}
        before, skills = skills, _round(found, graders, weights, related)
        if all(abs(skills[g].share - before[g].share) < _STILL for g in graders):
            break
    return skills


def _round(
    patterns: Sequence[tuple[Sequence[Ballot], int]],
    graders: Sequence[str],
    weights: Mapping[str, float],
    related: Relations,
) -> dict[str, Skill]:
    words: dict[str, int] = defaultdict(int)
    right: dict[str, int] = defaultdict(int)
    for ballots, number in patterns:
        for ballot in ballots:
            if not ballot.species:
                continue
            others = [other for other in ballots if other is not ballot]
            settled = settle(others, _WEIGHTED, weights, related)
            if settled.species:
                words[ballot.grader] += number
                right[ballot.grader] += number * _fits(ballot, settled.species, related)
    return {grader: skill_of(grader, words[grader], right[grader]) for grader in graders}


def _fits(ballot: Ballot, species: Sequence[Taxon], related: Relations) -> bool:
    """Tell whether a ballot contradicts none of the species, nor they it."""
    own = replace(ballot, mode="", counts=(None,) * len(ballot.species))
    other = Ballot(ballot.image_id, "", "", tuple(species), (None,) * len(species))
    return settle((own, other), Rule("unanimous"), None, related).state == "agreed"
