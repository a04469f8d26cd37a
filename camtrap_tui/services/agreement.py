"""How far the graders of a survey, or of a holdout, agree with each other and with themselves.

Of a holdout, the words are those that were keyed blind, as they were at the first viewing: later
ones know more. Who adjudicated has seen the others' words, and is left out. Who is not sure has
said nothing.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from itertools import combinations
from typing import Any

from camtrap_tui.domain.agreement import (
    Estimate,
    Rated,
    Word,
    agreement_by_word,
    cohen_kappa,
    krippendorff_alpha,
    raw_agreement,
    share,
)
from camtrap_tui.domain.consensus import ADJUDICATED, UNANIMOUS, Ballot, settle
from camtrap_tui.domain.lineage import Relations, ranks
from camtrap_tui.domain.models import Taxon
from camtrap_tui.services.charts import choose_run
from camtrap_tui.services.consensus_report import Scope
from camtrap_tui.services.filtering import read_filter
from camtrap_tui.store.store import Store

_WITH_AI = ("assisted", "bulk")


@dataclass(frozen=True, slots=True)
class PairAgreement:
    """Two graders on the pictures that both named something on: raw agreement and Cohen's kappa."""

    grader: str
    other: str
    same: Estimate
    kappa: Estimate


@dataclass(frozen=True, slots=True)
class SelfAgreement:
    """One grader on the pictures of a holdout that came back to them: first word and second."""

    grader: str
    same: Estimate
    kappa: Estimate


@dataclass(frozen=True, slots=True)
class WordAgreement:
    """Of `votes` for this on pictures with several: how often another person says so too."""

    name: str
    votes: int
    same: Estimate


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far graders agree, on pictures with several votes.

    `same`: how often two say the same. `compatible`: how often neither contradicts the other (a
    family and its species). `votes` were compared, `with_ai` of them keyed where the AI's word may
    have been in view, which makes people agree more; `abstained` votes named nothing.
    """

    graders: tuple[str, ...]
    votes: int
    with_ai: int
    abstained: int
    same: Estimate
    compatible: Estimate
    alpha: Estimate
    words: tuple[WordAgreement, ...]
    pairs: tuple[PairAgreement, ...]
    selves: tuple[SelfAgreement, ...]


def agreement(store: Store, scope: Scope) -> Agreement:
    """Return how far graders agree on the pictures in scope.

    Raises UsageError and FilterError as the filter does.
    """
    with store.db.snapshot():
        first, second = _words(store, scope)
        bursts = store.votes.bursts(sorted({ballot.image_id for ballot in first}))
    named = _Named(taxon for ballot in (*first, *second) for taxon in ballot.species)
    naming = [ballot for ballot in first if ballot.species]
    by_image: dict[int, dict[str, Ballot]] = defaultdict(dict)
    for ballot in naming:
        by_image[ballot.image_id][ballot.grader] = ballot
    shared = {key: ballots for key, ballots in by_image.items() if len(ballots) > 1}
    rated = [
        Rated(bursts[key], tuple(named.word(b) for b in ballots.values()))
        for key, ballots in shared.items()
    ]
    compared = [ballot for ballots in shared.values() for ballot in ballots.values()]
    said = Counter(word for one in rated for word in one.words)
    by_word = sorted(agreement_by_word(rated).items(), key=lambda one: -said[one[0]])
    return Agreement(
        tuple(sorted({ballot.grader for ballot in compared})),
        len(compared),
        sum(ballot.mode in _WITH_AI for ballot in compared),
        len(first) - len(naming),
        raw_agreement(rated),
        share((bursts[key], *named.compatible(list(b.values()))) for key, b in shared.items()),
        krippendorff_alpha(rated),
        tuple(WordAgreement(named.name(word), said[word], same) for word, same in by_word),
        _pairs(shared, bursts, named),
        _selves(naming, second, bursts, named),
    )


def agreement_json(found: Agreement) -> dict[str, Any]:
    """Return the agreement as JSON has it."""
    return asdict(found)


def _words(store: Store, scope: Scope) -> tuple[list[Ballot], list[Ballot]]:
    """Return the words to be compared, and those of second viewings."""
    wanted = read_filter(store, scope.where, scope.grader)
    chosen: set[int] | None = None
    if wanted.terms:
        chosen = set(store.queues.build(wanted, choose_run(store, scope.run_id)))
    if scope.holdout is None:
        shared = store.votes.shared()
        ids = [key for key in shared if chosen is None or key in chosen]
        found = [b for ballots in store.votes.ballots(ids) for b in ballots]
        return [ballot for ballot in found if ballot.mode != ADJUDICATED], []
    first: list[Ballot] = []
    second: list[Ballot] = []
    keyed = store.votes.blind_words(scope.holdout.id, scope.holdout.holdout_uuid)
    for viewing, ballot in keyed:
        if chosen is None or ballot.image_id in chosen:
            (first if viewing == 1 else second).append(ballot)
    if scope.also:
        counted = store.votes.of_holdout(scope.holdout.id, scope.holdout.holdout_uuid, scope.also)
        first += [b for ballots in counted for b in ballots if b.mode in scope.also]
    return first, second


def _pairs(
    shared: dict[int, dict[str, Ballot]], bursts: dict[int, int], named: _Named
) -> tuple[PairAgreement, ...]:
    """Return the agreement of each two graders, those with the most pictures first."""
    both: dict[tuple[str, str], list[tuple[int, Word, Word]]] = defaultdict(list)
    for key, ballots in shared.items():
        for one, other in combinations(sorted(ballots), 2):
            words = named.word(ballots[one]), named.word(ballots[other])
            both[one, other].append((bursts[key], *words))
    found = [PairAgreement(*pair, _same(words), cohen_kappa(words)) for pair, words in both.items()]
    return tuple(sorted(found, key=lambda p: (-p.same.pictures, p.grader, p.other)))


def _selves(
    first: Iterable[Ballot], second: Sequence[Ballot], bursts: dict[int, int], named: _Named
) -> tuple[SelfAgreement, ...]:
    before = {(ballot.image_id, ballot.grader): ballot for ballot in first}
    twice: dict[str, list[tuple[int, Word, Word]]] = defaultdict(list)
    for ballot in second:
        earlier = before.get((ballot.image_id, ballot.grader))
        if earlier is not None and ballot.species:
            words = named.word(earlier), named.word(ballot)
            twice[ballot.grader].append((bursts[ballot.image_id], *words))
    return tuple(
        SelfAgreement(grader, _same(words), cohen_kappa(words))
        for grader, words in sorted(twice.items())
    )


def _same(words: Iterable[tuple[int, Word, Word]]) -> Estimate:
    return share((burst, float(one == other), 1.0) for burst, one, other in words)


class _Named:
    """What ballots say as words that can be compared: of one taxon under two names, one.

    A mere name that two species share (`deer`) stands for one of them, and does not make them one.
    """

    def __init__(self, taxa: Iterable[Taxon]) -> None:
        self._related = Relations()
        self._known: dict[str, Taxon] = {}
        self._words: dict[tuple[str, ...], frozenset[str]] = {}
        self._fits: dict[tuple[Word, Word], bool] = {}
        # Those with most ranks first; the uuid decides alike in every copy of a survey.
        different = {taxon.taxon_uuid: taxon for taxon in taxa}.values()
        for taxon in sorted(different, key=lambda t: (-sum(map(bool, ranks(t))), t.taxon_uuid)):
            self._one_of(taxon)

    def word(self, ballot: Ballot) -> frozenset[str]:
        """Return the uuids of what a ballot names."""
        key = tuple(taxon.taxon_uuid for taxon in ballot.species)
        if key not in self._words:
            self._words[key] = frozenset(self._one_of(taxon) for taxon in ballot.species)
        return self._words[key]

    def name(self, word: Word) -> str:
        """Return a word as a person reads it."""
        assert isinstance(word, frozenset)
        return " + ".join(sorted(self._known[uuid].name for uuid in word))

    def compatible(self, ballots: Sequence[Ballot]) -> tuple[float, float]:
        """Return, of the words on a picture, how many others contradict none of them (each word's
        share of the others, summed), and how many words there are."""
        hits = 0
        for one, other in combinations(ballots, 2):
            key = self.word(one), self.word(other)
            if key not in self._fits:
                found = settle((one, other), UNANIMOUS, None, self._related)
                self._fits[key] = found.state == "agreed"
            hits += 2 * self._fits[key]
        return hits / (len(ballots) - 1), float(len(ballots))

    def _one_of(self, taxon: Taxon) -> str:
        """Return the uuid that stands for a taxon: that of the first that is the same."""
        if taxon.taxon_uuid in self._known:
            return taxon.taxon_uuid
        for uuid, known in self._known.items():
            if self._related(taxon, known) == "same":
                return uuid
        self._known[taxon.taxon_uuid] = taxon
        return taxon.taxon_uuid
