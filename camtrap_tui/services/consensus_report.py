"""How many pictures each rule of consensus settles, and how; and those of one state, with votes.

A picture counts once for each of its species.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, get_args

from camtrap_tui.domain.consensus import UNANIMOUS, Ballot, Rule, Settled, State
from camtrap_tui.domain.holdouts import Holdout
from camtrap_tui.domain.skill import Skill, measure
from camtrap_tui.domain.statistics import wilson
from camtrap_tui.services.charts import choose_run
from camtrap_tui.services.consensus import (
    check_expert,
    holdout_ballots,
    kinds,
    settled_by,
    skills_of,
)
from camtrap_tui.services.filtering import read_filter
from camtrap_tui.store.store import Store

STATES: tuple[State, ...] = get_args(State)
# What stands side by side where nobody asks for one rule.
COMPARED = (UNANIMOUS, Rule("majority"), Rule("majority", 2), Rule("majority", 3), Rule("weighted"))


@dataclass(frozen=True, slots=True)
class Scope:
    """Which votes are meant: of the whole survey, of a filter's pictures, or of a holdout.

    `run_id` is the run that the filter asks about, `grader` who `state:mine` means in it; `also`
    are modes of grades that count for a holdout beside blind and adjudicated ones.
    """

    where: str = ""
    run_id: int | None = None
    grader: str = ""
    holdout: Holdout | None = None
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class GraderSkill:
    """A grader's measured skill, with the 95 % limits of the share of right words (Wilson)."""

    skill: Skill
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class RuleReport:
    """What one rule makes of the votes.

    `states`: pictures by state, all of them; `classes`: pictures by what is settled, the most
    frequent first; `skills`: of the rule `weighted`, the best first, else empty.
    """

    rule: str
    states: dict[State, int]
    classes: dict[str, int]
    skills: tuple[GraderSkill, ...] = ()


@dataclass(frozen=True, slots=True)
class ConsensusReport:
    """Votes on pictures, by graders; how many pictures so many persons named something on; and
    what each rule makes of them."""

    pictures: int
    votes: int
    graders: int
    by_voters: dict[int, int]
    rules: tuple[RuleReport, ...]


@dataclass(frozen=True, slots=True)
class VotedPicture:
    """A picture with what the rule says of it, and its votes as (grader, words)."""

    image_id: int
    media_id: str
    file_path: str
    state: State
    label: str
    common: str
    votes: tuple[tuple[str, str], ...]


def report(store: Store, scope: Scope, rules: Sequence[Rule] = COMPARED) -> ConsensusReport:
    """Count what the rules make of the votes in scope.

    Raises UsageError and FilterError where a rule's expert, or the filter, says nothing here.
    """
    for rule in rules:
        check_expert(store, rule)
    with store.db.snapshot():
        pictures = _ballots(store, scope)
        graders = {ballot.grader for ballots in pictures for ballot in ballots}
        voters = Counter(sum(1 for b in ballots if b.species) for ballots in pictures)
        return ConsensusReport(
            len(pictures),
            sum(map(len, pictures)),
            len(graders),
            dict(sorted(voters.items())),
            tuple(_rule_report(store, scope, pictures, rule) for rule in rules),
        )


def listed(store: Store, scope: Scope, rule: Rule, state: State) -> list[VotedPicture]:
    """Return the pictures in scope that the rule leaves in this state, by path, with the votes.

    Raises UsageError and FilterError as `report` does.
    """
    check_expert(store, rule)
    with store.db.snapshot():
        pictures = _ballots(store, scope)
        skills = _skills(store, scope, pictures) if rule.kind == "weighted" else {}
        found = {
            key: settled
            for key, settled in settled_by(pictures, rule, skills)
            if settled.state == state
        }
        votes = {b[0].image_id: b for b in pictures if b[0].image_id in found}
        images = store.images.by_ids(list(found))
    rows = [_voted(i.media_id, i.file_path, votes[i.id], found[i.id]) for i in images]
    return sorted(rows, key=lambda one: (one.file_path, one.media_id))


def _voted(
    media_id: str, file_path: str, ballots: Sequence[Ballot], settled: Settled
) -> VotedPicture:
    return VotedPicture(
        ballots[0].image_id,
        media_id,
        file_path,
        settled.state,
        settled.label,
        " + ".join(taxon.name for taxon in settled.common),
        tuple((ballot.grader, _words(ballot)) for ballot in ballots),
    )


def _words(ballot: Ballot) -> str:
    """Return a ballot as `mallard ×2 + northern raccoon`."""
    said = zip(ballot.species, ballot.counts, strict=True)
    return " + ".join(f"{t.name} ×{n}" if n else t.name for t, n in said) or "not sure"


def report_json(found: ConsensusReport) -> dict[str, Any]:
    """Return the report as JSON has it."""
    rules = [
        {
            "rule": one.rule,
            "states": one.states,
            "classes": one.classes,
            "skills": [
                asdict(skill.skill) | {"low": skill.low, "high": skill.high} for skill in one.skills
            ],
        }
        for one in found.rules
    ]
    return asdict(found) | {"rules": rules}


def _ballots(store: Store, scope: Scope) -> list[list[Ballot]]:
    wanted = read_filter(store, scope.where, scope.grader)
    chosen = None
    if wanted.terms:
        chosen = sorted(store.queues.build(wanted, choose_run(store, scope.run_id)))
    if scope.holdout is None:
        return list(store.votes.ballots(chosen))
    found = holdout_ballots(store, scope.holdout, also=scope.also)
    among = None if chosen is None else set(chosen)
    return [ballots for ballots in found if among is None or ballots[0].image_id in among]


def _skills(store: Store, scope: Scope, pictures: Sequence[Sequence[Ballot]]) -> dict[str, Skill]:
    if scope.holdout is None:
        return skills_of(store)
    if scope.where:
        pictures = holdout_ballots(store, scope.holdout, also=scope.also)
    return measure(kinds(pictures))


def _rule_report(
    store: Store, scope: Scope, pictures: Sequence[Sequence[Ballot]], rule: Rule
) -> RuleReport:
    skills = _skills(store, scope, pictures) if rule.kind == "weighted" else {}
    states: Counter[State] = Counter(dict.fromkeys(STATES, 0))
    classes: Counter[str] = Counter()
    for _, settled in settled_by(pictures, rule, skills):
        states[settled.state] += 1
        classes.update(taxon.name for taxon in settled.species)
    ordered = sorted(classes.items(), key=lambda one: (-one[1], one[0]))
    graded = [GraderSkill(skill, *_limits(skill)) for skill in skills.values()]
    graded.sort(key=lambda one: (-one.skill.weight, one.skill.grader))
    return RuleReport(rule.name, dict(states), dict(ordered), tuple(graded))


def _limits(skill: Skill) -> tuple[float, float]:
    return wilson(min(skill.right / skill.words, 1.0), skill.words)
