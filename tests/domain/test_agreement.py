"""Agreement against published examples, scikit-learn, and cases worked out by hand."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camtrap_tui.domain.agreement import (
    Estimate,
    Rated,
    agreement_by_word,
    cohen_kappa,
    krippendorff_alpha,
    raw_agreement,
    share,
)
from camtrap_tui.domain.statistics import wilson

# Krippendorff 2011, section C: four observers, twelve units, nominal data, some missing (0).
_OBSERVERS = (
    (1, 2, 3, 3, 2, 1, 4, 1, 2, 0, 0, 0),
    (1, 2, 3, 3, 2, 2, 4, 1, 2, 5, 0, 3),
    (0, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, 0),
    (1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, 0),
)


def rated(*pictures: str, bursts: Sequence[int] = ()) -> list[Rated]:
    """Return pictures of which each letter is one person's word, each a burst of its own."""
    numbers = bursts or range(len(pictures))
    return [Rated(b, tuple(words)) for b, words in zip(numbers, pictures, strict=True)]


def test_alpha_is_that_of_the_published_example() -> None:
    units = [
        Rated(n, tuple(word for word in words if word))
        for n, words in enumerate(zip(*_OBSERVERS, strict=True))
    ]
    found = krippendorff_alpha(units)
    assert found.value == pytest.approx(0.743, abs=0.0005)
    # Only the eleven units with two values or more say anything.
    assert (found.pictures, found.bursts) == (11, 11)
    assert found.low is not None
    assert found.high is not None
    assert 0 < found.low < 0.743 < found.high <= 1


def test_alpha_of_two_observers_is_that_of_the_published_binary_example() -> None:
    # Krippendorff 2011, section A: two observers, ten units: alpha = 0.095.
    one = (0, 1, 0, 0, 0, 0, 0, 0, 1, 0)
    other = (1, 1, 1, 0, 0, 1, 0, 0, 0, 0)
    units = [Rated(n, pair) for n, pair in enumerate(zip(one, other, strict=True))]
    assert krippendorff_alpha(units).value == pytest.approx(0.095, abs=0.0005)


def _pairs(table: Sequence[Sequence[int]]) -> list[tuple[int, int, int]]:
    cells = [
        (row, column)
        for row, numbers in enumerate(table)
        for column, number in enumerate(numbers)
        for _ in range(number)
    ]
    return [(n, one, other) for n, (one, other) in enumerate(cells)]


def test_kappa_is_that_of_the_published_example() -> None:
    # Fleiss, Cohen and Everitt 1969, Psychological Bulletin 72: 323-327: two judges, 200 people.
    table = ((106, 10, 4), (22, 28, 10), (2, 12, 6))
    found = cohen_kappa(_pairs(table))
    assert found.value == pytest.approx(0.429, abs=0.0005)
    assert found.low is not None
    assert found.high is not None
    # Their standard error is 0.054; ours comes from the jackknife, on a logarithm.
    assert (found.high - found.low) / (2 * 1.96) == pytest.approx(0.054, abs=0.003)


@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=2, max_size=60).filter(
        lambda pairs: len({word for pair in pairs for word in pair}) > 1
    )
)
def test_kappa_is_that_of_scikit_learn(pairs: list[tuple[int, int]]) -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    expected = metrics.cohen_kappa_score(*zip(*pairs, strict=True))
    found = cohen_kappa((n, one, other) for n, (one, other) in enumerate(pairs))
    if math.isnan(expected):
        assert found.value is None
    else:
        assert found.value == pytest.approx(expected, abs=1e-12)


def test_what_cannot_be_estimated_says_why() -> None:
    assert krippendorff_alpha(rated("aa", "aa")).why == "only one thing was ever said"
    assert krippendorff_alpha(rated("a", "b")).why == "no picture has two votes"
    assert krippendorff_alpha([]).value is None
    assert cohen_kappa([(1, "a", "a"), (2, "a", "a")]).why == "both said one thing only"
    assert cohen_kappa([]).why == "no picture has both votes"
    assert raw_agreement(rated("a", "b")) == Estimate(None, None, None, 0, 0, "nothing to compare")


def test_raw_agreement_and_agreement_by_word() -> None:
    # Of ten words, those of the first two pictures agree with all others, one of three has half.
    pictures = rated("aaa", "bb", "aab", "ab", "c")
    found = raw_agreement(pictures)
    assert found.value == pytest.approx((3 + 2 + 2 * 0.5) / 10)
    assert found.pictures == 4
    by_word = agreement_by_word(pictures)
    assert set(by_word) == {"a", "b"}
    assert by_word["a"].value == pytest.approx((3 + 2 * 0.5) / 6)
    assert by_word["a"].pictures == 3
    assert by_word["b"].value == pytest.approx(2 / 4)


def test_limits_of_a_share_of_independent_pictures_are_wilsons() -> None:
    found = share((n, float(n < 80), 1.0) for n in range(100))
    assert (found.low, found.high) == pytest.approx(wilson(0.8, 100))
    assert share((n, 1.0, 1.0) for n in range(20)).low == wilson(1.0, 20)[0]


@pytest.mark.parametrize("figure", [raw_agreement, krippendorff_alpha])
def test_frames_of_a_burst_are_one_observation(figure: object) -> None:
    rng = random.Random(4)
    pictures = ["".join(rng.choice(["aa", "bb", "ab", "ba"])) for _ in range(60)]
    alone = rated(*pictures)
    tenfold = rated(*pictures * 10, bursts=list(range(60)) * 10)
    one, ten = figure(alone), figure(tenfold)  # type: ignore[operator]
    assert ten.value == pytest.approx(one.value, abs=0.02)
    assert ten.high - ten.low == pytest.approx(one.high - one.low, rel=0.1)
    assert (ten.pictures, ten.bursts) == (600, 60)


def test_kappa_of_whole_bursts_has_the_limits_of_the_bursts() -> None:
    pairs = _pairs(((20, 5), (5, 20)))
    one, ten = cohen_kappa(pairs), cohen_kappa(pairs * 10)
    assert ten.value == pytest.approx(one.value)
    assert ten.low == pytest.approx(one.low)
    assert ten.high == pytest.approx(one.high)


def test_perfect_agreement_is_not_perfectly_known() -> None:
    found = krippendorff_alpha(rated(*["aa", "bb"] * 10))
    assert (found.value, found.high) == (1.0, 1.0)
    assert found.low is not None
    assert 0.5 < found.low < 1
    kappa = cohen_kappa((n, n % 2, n % 2) for n in range(20))
    assert (kappa.value, kappa.high) == (1.0, 1.0)
    assert kappa.low == pytest.approx(1 - wilson(0.0, 20)[1] / 0.5)


def test_one_burst_has_a_value_and_no_limits() -> None:
    found = krippendorff_alpha(rated("ab", "aa", "bb", bursts=[1, 1, 1]))
    assert found.value is not None
    assert (found.low, found.high, found.bursts) == (None, None, 1)


def test_what_hangs_on_one_burst_has_no_limits() -> None:
    found = krippendorff_alpha(rated("aa", "aa", "aa", "ab"))
    assert found.value == 0
    assert (found.low, found.high) == (None, None)


@given(st.lists(st.text("abc", min_size=1, max_size=4), max_size=30), st.integers(1, 9))
def test_figures_are_always_within_their_limits(pictures: list[str], length: int) -> None:
    several = rated(*pictures, bursts=[n // length for n in range(len(pictures))])
    for found in (raw_agreement(several), krippendorff_alpha(several)):
        if found.low is not None and found.high is not None:
            assert found.value is not None
            assert -1 <= found.low <= found.value + 1e-12
            assert found.value <= found.high + 1e-12 <= 1 + 1e-11


def test_limits_hold_the_truth_about_as_often_as_they_say() -> None:
    rng = random.Random(11)

    def said_of(truth: int) -> str:
        # What is there in 80 of 100 pictures, and the other word else.
        return "ab"[truth if rng.random() < 0.8 else 1 - truth]

    def two_words() -> str:
        truth = rng.randrange(2)
        return said_of(truth) + said_of(truth)

    # They agree in 0.68 of all; chance agrees in half.
    alpha, hits = (0.68 - 0.5) / 0.5, 0
    for _ in range(200):
        found = krippendorff_alpha(rated(*[two_words() for _ in range(150)]))
        assert found.low is not None
        assert found.high is not None
        hits += found.low <= alpha <= found.high
    assert 180 <= hits <= 199
