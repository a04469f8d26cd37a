"""What several people's words on one picture add up to, by a rule that has a name.

One vote a person. Species are settled apart from their counts, and each for itself. Who is not
sure abstains. A word of a higher rank (`mammal`) contradicts nothing that belongs to it, and counts
for the finer word unless those who are finer disagree. What an adjudicator said settles a picture
under any rule.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from camtrap_tui.domain.lineage import Relations, ranks
from camtrap_tui.domain.models import Taxon
from camtrap_tui.domain.text import clean_name
from camtrap_tui.errors import UsageError

State = Literal["agreed", "settled", "adjudicated", "conflict", "too_few", "unsure"]
Kind = Literal["unanimous", "majority", "expert", "weighted"]

ADJUDICATED = "adjudicated"
RULES = "unanimous, majority, majority:K, weighted, or expert:NAME"
# Sums of weights that differ by less of their total are equal: a tie is no majority by rounding.
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Ballot:
    """What one person says of one picture: each taxon once, with its count where it was given.

    `mode` is that of the grade, and `adjudicated` for whoever adjudicated the picture. A ballot
    without a species abstains. Of a holdout: `changed_in_view` says that it was keyed with the AI's
    word in view, and is not what the person had said blind; `seen_before` that the person had
    graded the picture with the AI's word in view before they did so blind.
    """

    image_id: int
    grader: str
    mode: str
    species: tuple[Taxon, ...]
    counts: tuple[int | None, ...]
    changed_in_view: bool = False
    seen_before: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """How votes are settled; `at_least` persons must have named something, `expert` is who counts.

    unanimous: all who name something agree; this is the rule of the view `truth`. majority: more
    than half of them. weighted: more than half of their weights, by measured skill. expert: what
    this one person says.
    """

    kind: Kind
    at_least: int = 1
    expert: str = ""

    @property
    def name(self) -> str:
        """The rule as a person types it."""
        match self.kind:
            case "expert":
                return f"expert:{self.expert}"
            case "majority":
                return "majority" if self.at_least == 1 else f"majority:{self.at_least}"
        return self.kind


UNANIMOUS = Rule("unanimous")


@dataclass(frozen=True, slots=True)
class Count:
    """How many animals those who gave a number saw: the (lower) median, and the range."""

    median: int
    lowest: int
    highest: int
    given: int


@dataclass(frozen=True, slots=True)
class Settled:
    """What a rule makes of the votes on one picture.

    agreed: all who named something agree. settled: the rule decided among them. adjudicated: an
    adjudicator did. conflict: it is open; `common` is what all agree on nevertheless (mammal).
    too_few: fewer than the rule asks for named something. unsure: nobody could tell, or the one
    who decides could not. `species` is empty in the last three, else by name, each with its count
    (None where nobody gave one). `voters` named something, `abstained` did not; `graders` are both,
    and the last two those of them whose ballots say so.
    """

    state: State
    species: tuple[Taxon, ...]
    counts: tuple[Count | None, ...]
    voters: int
    abstained: int
    common: tuple[Taxon, ...] = ()
    graders: tuple[str, ...] = ()
    changed_in_view: tuple[str, ...] = ()
    seen_before: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """The species as a person reads them: `mallard + northern raccoon`; empty for none."""
        return " + ".join(taxon.name for taxon in self.species)


def parse_rule(text: str) -> Rule:
    """Return the rule of this name. Raises UsageError for one that does not exist."""
    kind, colon, rest = clean_name(text).partition(":")
    kind, rest = kind.strip().casefold(), rest.strip()
    if kind == "expert" and rest:
        return Rule("expert", expert=rest)
    if kind == "majority" and not colon:
        return Rule("majority")
    if kind == "majority" and rest.isascii() and rest.isdigit() and 0 < int(rest) < 1000:
        return Rule("majority", int(rest))
    if kind in ("unanimous", "weighted") and not colon:
        return Rule("unanimous" if kind == "unanimous" else "weighted")
    raise UsageError(f"{text!r} is no rule of consensus:", f"give {RULES}.")


def settle(
    ballots: Sequence[Ballot],
    rule: Rule,
    weights: Mapping[str, float] | None = None,
    related: Relations | None = None,
) -> Settled:
    """Return what the ballots on one picture, one a person, add up to by the rule.

    `weights` (above 0) are by grader, for the rule `weighted`: log-odds of being right
    (domain.skill); who has none weighs 1. `related` keeps relations of taxa from call to call.
    """
    related = related or Relations()
    voters = [ballot for ballot in ballots if ballot.species]
    adjudicated = [ballot for ballot in ballots if ballot.mode == ADJUDICATED]
    deciding = adjudicated or [
        ballot for ballot in ballots if rule.kind != "expert" or ballot.grader == rule.expert
    ]
    naming = [ballot for ballot in deciding if ballot.species]
    if deciding and not naming:
        return _open("unsure", ballots, voters)
    if not naming or (not adjudicated and len(naming) < rule.at_least):
        return _open("too_few", ballots, voters)
    poll = _Poll(naming, (weights or {}) if rule.kind == "weighted" else {}, related)
    species = poll.unanimous()
    state: State = "agreed"
    if adjudicated:
        state = "adjudicated"
    elif not species and rule.kind != "unanimous":
        species, state = poll.majority(), "settled"
    elif rule.kind == "expert" and not _Poll(voters, {}, related).unanimous():
        state = "settled"
    if not species:
        return _open("conflict", ballots, voters, poll.common())
    ordered = tuple(sorted(species, key=lambda taxon: (taxon.name, taxon.taxon_uuid)))
    counts = tuple(
        _count(taxon, naming, related) or _count(taxon, voters, related) for taxon in ordered
    )
    return _made(state, ballots, voters, ordered, counts)


def _open(
    state: State, ballots: Sequence[Ballot], voters: Sequence[Ballot], common: Iterable[Taxon] = ()
) -> Settled:
    return _made(state, ballots, voters, (), (), tuple(common))


def _made(
    state: State,
    ballots: Sequence[Ballot],
    voters: Sequence[Ballot],
    species: tuple[Taxon, ...],
    counts: tuple[Count | None, ...],
    common: tuple[Taxon, ...] = (),
) -> Settled:
    return Settled(
        state,
        species,
        counts,
        len(voters),
        len(ballots) - len(voters),
        common,
        tuple(ballot.grader for ballot in ballots),
        tuple(ballot.grader for ballot in ballots if ballot.changed_in_view),
        tuple(ballot.grader for ballot in ballots if ballot.seen_before),
    )


def finest(taxa: Iterable[Taxon], related: Relations) -> tuple[Taxon, ...]:
    """Return the taxa that none of the others belongs to; of one taxon under two names, one."""
    found = list(taxa)
    return tuple(
        taxon
        for taxon in found
        if not any(_takes_in(other, taxon, related) for other in found if other is not taxon)
    )


def _takes_in(one: Taxon, other: Taxon, related: Relations) -> bool:
    """Tell whether `one` says all that `other` says, so that the other need not be named."""
    match related(one, other):
        case "finer":
            return True
        case "same":
            # The one with more ranks; the uuid decides alike in every copy of a survey.
            mine, theirs = (sum(map(bool, ranks(taxon))) for taxon in (one, other))
            return (-mine, one.taxon_uuid) < (-theirs, other.taxon_uuid)
    return False


@dataclass(frozen=True, slots=True)
class _Stand:
    """How the voters stand to one taxon, as sums of weights.

    `named`: those who name it, or what belongs to it. `may`: those whose word is of a higher rank.
    `against`: those who contradict it, but name what belongs to a higher word that may mean it.
    """

    taxon: Taxon
    named: float
    may: float
    against: float


class _Poll:
    """The voters' stands to every taxon that one of them names."""

    def __init__(
        self, voters: Sequence[Ballot], weights: Mapping[str, float], related: Relations
    ) -> None:
        self._voters = voters
        self._weights = [weights.get(ballot.grader, 1.0) for ballot in voters]
        self._related = related
        self._total = sum(self._weights)
        self._taxa = list(
            {taxon.taxon_uuid: taxon for ballot in voters for taxon in ballot.species}.values()
        )
        self._stands = [] if self._all_say_the_same() else [self._stand(t) for t in self._taxa]

    def _all_say_the_same(self) -> bool:
        return len({frozenset(t.taxon_uuid for t in b.species) for b in self._voters}) == 1

    def _stand(self, taxon: Taxon) -> _Stand:
        named = may = 0.0
        higher: list[Taxon] = []
        others: list[tuple[Ballot, float]] = []
        for ballot, weight in zip(self._voters, self._weights, strict=True):
            said = [(self._related(word, taxon), word) for word in ballot.species]
            above = [word for relation, word in said if relation == "coarser"]
            if any(relation in ("same", "finer") for relation, _ in said):
                named += weight
            elif above:
                may += weight
                higher += above
            else:
                others.append((ballot, weight))
        against = sum(
            weight
            for ballot, weight in others
            if any(self._related(h, word) == "coarser" for h in higher for word in ballot.species)
        )
        return _Stand(taxon, named, may, against)

    def unanimous(self) -> tuple[Taxon, ...]:
        """Return what is agreed where nobody contradicts anybody, nothing where somebody does."""
        if not self._stands:
            return tuple(self._taxa)
        if all(self._is(stand.named + stand.may, self._total) for stand in self._stands):
            return finest(self._taxa, self._related)
        return ()

    def majority(self) -> tuple[Taxon, ...]:
        """Return what more than half are for; nothing where a tie, or no finest word, leaves the
        species open.

        A word of a higher rank counts for a finer one only where more of those who are finer are
        for that one than against it.
        """
        half = self._total / 2
        present = []
        for stand in self._stands:
            support = stand.named + stand.may
            ties = bool(stand.may) and self._is(stand.named, stand.against)
            if stand.may and stand.named < stand.against and not ties:
                continue
            if self._is(support, half) or (ties and support > half):
                return ()
            if support > half:
                present.append(stand.taxon)
        kept = finest(present, self._related)
        out = [taxon for taxon in self._taxa if taxon not in present]
        is_open = any(self._related(taxon, one) == "finer" for taxon in out for one in kept)
        return () if is_open else kept

    def common(self) -> tuple[Taxon, ...]:
        """Return what all agree on though it is no species: `mammal` of three who differ."""
        everybody = [s.taxon for s in self._stands if self._is(s.named, self._total)]
        return finest(everybody, self._related)

    def _is(self, weight: float, other: float) -> bool:
        return abs(weight - other) <= _ROUNDING * self._total


def _count(taxon: Taxon, ballots: Iterable[Ballot], related: Relations) -> Count | None:
    """Return the counts that were given for a taxon, one a person, or None."""
    given = []
    for ballot in ballots:
        own = [
            count
            for word, count in zip(ballot.species, ballot.counts, strict=True)
            if count is not None and related(word, taxon) in ("same", "finer")
        ]
        if own:
            given.append(sum(own))
    if not given:
        return None
    given.sort()
    return Count(given[(len(given) - 1) // 2], given[0], given[-1], len(given))
