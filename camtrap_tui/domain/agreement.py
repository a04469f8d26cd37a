"""How far people agree: raw, by class, Cohen's kappa, Krippendorff's alpha, each with its limits.

What two people say of one picture is the same or it is not (a nominal scale): a family is not its
species here. Frames of one burst are one observation: the limits come from leaving out one burst
at a time (the delete-one jackknife: Efron and Tibshirani 1993, An Introduction to the Bootstrap,
chapter 11), so that they do not shrink with the length of bursts.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass

from camtrap_tui.domain.statistics import Z, wilson

Word = Hashable


@dataclass(frozen=True, slots=True)
class Rated:
    """What several people said of one picture, one word each; `burst` is the one it belongs to."""

    burst: int
    words: tuple[Word, ...]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with its 95 % limits, of so many pictures in so many bursts.

    `value` is None where nothing can be said of it, and `why` says why; `low` and `high` are None
    where the bursts are too few to say how sure it is.
    """

    value: float | None
    low: float | None
    high: float | None
    pictures: int
    bursts: int
    why: str = ""


def estimate_cells(one: Estimate, *, is_index: bool = False) -> tuple[str, str]:
    """Return a figure and its limits in words: a share in percent, an index from below 0 to 1."""
    if one.value is None:
        return "not estimable", one.why
    value = f"{one.value:.2f}" if is_index else f"{one.value:.1%}"
    if one.low is None or one.high is None:
        return value, "too few bursts"
    if is_index:
        return value, f"{one.low:.2f} to {one.high:.2f}"
    return value, f"{one.low:.1%} to {one.high:.1%}"


def share(parts: Iterable[tuple[int, float, float]]) -> Estimate:
    """Return Σ hits / Σ of, of (burst, hits, of) for each picture, `hits` being some of `of`.

    Limits: Wilson's for the effective size that the jackknife's variance gives (Korn and Graubard
    1998, Survey Methodology 24: 193-201); at 0 and 1, where it gives none, for as many as bursts.
    """
    pictures = 0
    bursts: dict[int, tuple[float, float]] = {}
    for burst, some_hits, some_of in parts:
        if some_of > 0:
            pictures += 1
            before = bursts.get(burst, (0.0, 0.0))
            bursts[burst] = before[0] + some_hits, before[1] + some_of
    hits, of = (sum(sums[k] for sums in bursts.values()) for k in (0, 1))
    if not of:
        return Estimate(None, None, None, 0, 0, "nothing to compare")
    value, count = hits / of, len(bursts)
    left_out = [(hits - h) / (of - o) for h, o in bursts.values() if of > o]
    variance = _jackknife(left_out)
    size = float(count)
    if variance > 0 and 0 < value < 1:
        # As many as pictures, where each is a burst of its own.
        size = min(value * (1 - value) / variance * count / (count - 1), float(pictures))
    return Estimate(value, *wilson(value, size), pictures, count)


def raw_agreement(rated: Iterable[Rated]) -> Estimate:
    """Return how often two people who saw the same picture say the same: of each person's word,
    the share of the others who agree with it, averaged over all words on pictures with several."""
    return share(
        (one.burst, _alike(one.words), float(len(one.words))) for one in _with_several(rated)
    )


def agreement_by_word(rated: Sequence[Rated]) -> dict[Word, Estimate]:
    """Return, for each word, how often another person says it too where one does (the specific
    agreement of Cicchetti and Feinstein 1990, J. Clin. Epidemiol. 43: 551-558, for any number of
    raters)."""
    parts: dict[Word, list[tuple[int, float, float]]] = defaultdict(list)
    for one in _with_several(rated):
        others = len(one.words) - 1
        for word, number in Counter(one.words).items():
            parts[word].append((one.burst, number * (number - 1) / others, float(number)))
    return {word: share(of_word) for word, of_word in parts.items()}


def krippendorff_alpha(rated: Iterable[Rated]) -> Estimate:
    """Return Krippendorff's alpha for nominal words; a picture with fewer than two is passed over.

    (K. Krippendorff 2011, Computing Krippendorff's Alpha-Reliability: the form for nominal data,
    any number of observers, missing data.) Not estimable where only one word was ever said.
    """
    pictures = 0
    bursts: dict[int, _Coincidences] = defaultdict(_Coincidences)
    for one in _with_several(rated):
        pictures += 1
        bursts[one.burst].add(one.words)
    whole = _Coincidences()
    for part in bursts.values():
        whole.take(part)
    expected = whole.expected()
    if expected <= 0:
        why = "only one thing was ever said" if pictures else "no picture has two votes"
        return Estimate(None, None, None, pictures, len(bursts), why)
    left_out = whole.left_out(bursts.values())
    return _chance_corrected(whole.disagreement(), expected, left_out, pictures, len(bursts))


def cohen_kappa(pairs: Iterable[tuple[int, Word, Word]]) -> Estimate:
    """Return Cohen's kappa of two people's words, given as (burst, one's, the other's).

    (J. Cohen 1960, Educational and Psychological Measurement 20: 37-46.) Not estimable where both
    said one and the same thing all along.
    """
    bursts: dict[int, list[tuple[Word, Word]]] = defaultdict(list)
    for burst, one, other in pairs:
        bursts[burst].append((one, other))
    whole = _Margins([pair for part in bursts.values() for pair in part])
    if not whole.number or whole.expected() <= 0:
        why = "both said one thing only" if whole.number else "no picture has both votes"
        return Estimate(None, None, None, whole.number, len(bursts), why)
    left_out = whole.left_out(map(_Margins, bursts.values()))
    return _chance_corrected(
        whole.disagreement(), whole.expected(), left_out, whole.number, len(bursts)
    )


def _chance_corrected(
    observed: float,
    expected: float,
    left_out: Sequence[float],
    pictures: int,
    bursts: int,
) -> Estimate:
    """Return 1 - observed / expected disagreement, with limits.

    They are taken on the logarithm of the ratio, so that none is above 1, and cut off at -1, below
    which none of these figures can be; where nobody ever disagreed, the lower one comes from
    Wilson's upper limit of a disagreement that no burst shows. There are none where one burst
    alone holds all that differs.
    """
    ratio = observed / expected
    if len(left_out) < max(bursts, 2):
        return Estimate(1 - ratio, None, None, pictures, bursts)
    if ratio <= 0:
        low = 1 - wilson(0.0, bursts)[1] / expected
        return Estimate(1.0, max(low, -1.0), 1.0, pictures, bursts)
    # So wide an interval says nothing: only its number must exist.
    spread = math.exp(min(Z * math.sqrt(_jackknife(left_out)) / ratio, 100.0))
    low = max(1 - ratio * spread, -1.0)
    return Estimate(1 - ratio, low, 1 - ratio / spread, pictures, bursts)


def _jackknife(left_out: Sequence[float]) -> float:
    """Return the variance of a figure from its values with one part after the other left out."""
    count = len(left_out)
    if count < 2:
        return 0.0
    mean = sum(left_out) / count
    return (count - 1) / count * sum((value - mean) ** 2 for value in left_out)


def _with_several(rated: Iterable[Rated]) -> Iterable[Rated]:
    return (one for one in rated if len(one.words) > 1)


def _alike(words: Sequence[Word]) -> float:
    """Return, summed over the words on a picture, the share of the others that are the same."""
    return sum(n * (n - 1) for n in Counter(words).values()) / (len(words) - 1)


class _Coincidences:
    """Sums of Krippendorff's coincidence matrix: its diagonal, and how often each word was said."""

    def __init__(self) -> None:
        self.alike = 0.0
        self.said: Counter[Word] = Counter()

    def add(self, words: Sequence[Word]) -> None:
        """Add a picture with several words."""
        self.alike += _alike(words)
        self.said.update(words)

    def take(self, other: _Coincidences) -> None:
        """Add the pictures of another."""
        self.alike += other.alike
        self.said.update(other.said)

    def disagreement(self) -> float:
        """Return the share of disagreeing pairs."""
        return 1 - self.alike / self.said.total()

    def expected(self) -> float:
        """Return the share of disagreeing pairs that chance would give."""
        return _by_chance(self.said.total(), self._squares())

    def left_out(self, parts: Iterable[_Coincidences]) -> list[float]:
        """Return the ratio of both with one part after the other left out, where there is one."""
        total, squares = self.said.total(), self._squares()
        found = []
        for part in parts:
            rest = total - part.said.total()
            less = sum(n * (2 * self.said[word] - n) for word, n in part.said.items())
            expected = _by_chance(rest, squares - less)
            if expected > 0:
                found.append((1 - (self.alike - part.alike) / rest) / expected)
        return found

    def _squares(self) -> int:
        return sum(n * n for n in self.said.values())


def _by_chance(total: int, squares: int) -> float:
    return (total * total - squares) / (total * (total - 1)) if total > 1 else 0.0


class _Margins:
    """How often two people said each word, and how often both the same."""

    def __init__(self, pairs: Sequence[tuple[Word, Word]]) -> None:
        self.number = len(pairs)
        self.alike = sum(one == other for one, other in pairs)
        self.one = Counter(one for one, _ in pairs)
        self.other = Counter(other for _, other in pairs)

    def disagreement(self) -> float:
        """Return the share of pairs that differ."""
        return 1 - self.alike / self.number

    def expected(self) -> float:
        """Return the share of differing pairs that chance would give."""
        return 1 - self._products() / self.number**2

    def left_out(self, parts: Iterable[_Margins]) -> list[float]:
        """Return the ratio of both with one part after the other left out, where there is one."""
        products = self._products()
        found = []
        for part in parts:
            rest = self.number - part.number
            less = sum(
                self.one[w] * self.other[w]
                - (self.one[w] - part.one[w]) * (self.other[w] - part.other[w])
                for w in part.one.keys() | part.other.keys()
            )
            if rest and (expected := 1 - (products - less) / rest**2) > 0:
                found.append((1 - (self.alike - part.alike) / rest) / expected)
        return found

    def _products(self) -> int:
        return sum(n * self.other[word] for word, n in self.one.items())
