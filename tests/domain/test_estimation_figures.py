"""Figures of a graded sample: by hand, resampled, by score, compared, and how often they hold."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace

import pytest

from camtrap_tui.domain import estimation_figures as figures
from camtrap_tui.domain.estimation import design
from camtrap_tui.domain.estimation_bootstrap import Wanted, bootstrap
from camtrap_tui.domain.estimation_differences import (
    accuracy_difference,
    missed_difference,
    precision_difference,
    recall_difference,
)
from camtrap_tui.domain.estimation_figures import UNSAID, Judged, Sample
from camtrap_tui.domain.estimation_needs import need
from camtrap_tui.domain.estimation_thresholds import halve, reliability, threshold
from camtrap_tui.domain.statistics import wilson
from tests.bench.bench_coverage import COMMON, measure
from tests.bench.coverage_survey import NAMES, RECIPES

BLANK, RACCOON, MINK = 0, 1, 2
# (stratum, said, true, how many, score): blanks stand for a hundred each, raccoons for ten.
ROWS = (
    (1, BLANK, BLANK, 96, 0.95),
    (1, BLANK, RACCOON, 4, 0.6),
    (2, RACCOON, RACCOON, 45, 0.9),
    (2, RACCOON, BLANK, 5, 0.5),
)
POPULATION = {1: 10_000, 2: 500}
CALLED = {BLANK: {1: 10_000}, RACCOON: {2: 500}}


def sample_of(
    rows: Sequence[tuple[int, int, int, int, float]] = ROWS,
    population: dict[int, int] = POPULATION,
    called: dict[int, dict[int, int]] = CALLED,
) -> Sample:
    """Return a sample of bursts of one picture."""
    units = [
        Judged(
            image_id=0,
            stratum=stratum,
            size=1,
            said=said,
            score=score,
            truth=frozenset({true}),
            nearest=true,
            relation="same" if said == true else "other",
            holds_animal=true != BLANK,
        )
        for stratum, said, true, count, score in rows
        for _ in range(count)
    ]
    units = [replace(unit, image_id=number) for number, unit in enumerate(units)]
    plan = design([unit.stratum for unit in units], population)
    return Sample(units, plan, called, BLANK)


def test_figures_are_weighted() -> None:
    sample = sample_of()
    assert figures.accuracy(sample).value == pytest.approx((9_600 + 450) / 10_500)
    assert figures.precision(sample, RACCOON).value == pytest.approx(0.9)
    assert figures.recall(sample, RACCOON).value == pytest.approx(450 / 850)
    assert figures.prevalence(sample, RACCOON).value == pytest.approx(850 / 10_500)
    assert figures.missed_rate(sample).value == pytest.approx(0.04)
    assert figures.missed_count(sample).value == pytest.approx(400)
    assert figures.missed_of_animals(sample).value == pytest.approx(400 / 850)


def test_the_number_missed_has_the_limits_of_its_rate() -> None:
    rate, count = figures.missed_rate(sample_of()), figures.missed_count(sample_of())
    assert rate.upper is not None
    # Of so few hits the sum is a little more careful than Wilson.
    assert count.upper == pytest.approx(10_000 * rate.upper, rel=0.02)
    assert (count.n, count.hits) == (100, 4)


def test_without_a_graded_blank_the_number_missed_is_not_estimable() -> None:
    sample = sample_of(((1, RACCOON, RACCOON, 10, 0.9),), {1: 100, 2: 500}, {BLANK: {2: 500}})
    count = figures.missed_count(sample)
    assert (count.value, count.lower, count.upper, count.n) == (None, None, None, 0)
    assert count.state == "not estimable"


def test_a_part_is_not_known_from_strata_where_the_run_says_other_things() -> None:
    graded = (1, RACCOON, RACCOON, 10, 0.9), (1, RACCOON, MINK, 5, 0.9)
    called = {BLANK: {2: 500}, MINK: {2: 40}, RACCOON: {1: 100}}
    sample = sample_of(graded, {1: 100, 2: 540}, called)
    assert figures.missed_of_animals(sample).state == "not estimable"
    assert figures.recall(sample, MINK).state == "not estimable"
    # Where the run says so nowhere at all, nothing is found, and that is known.
    nowhere = sample_of(graded, {1: 100, 2: 540}, {RACCOON: {1: 100, 2: 540}})
    found = figures.recall(nowhere, MINK)
    assert (found.value, found.method) == (0, "known")


def test_what_the_run_says_nothing_of_is_not_right() -> None:
    sample = sample_of(((1, UNSAID, BLANK, 10, 0.0),), {1: 100}, {UNSAID: {1: 100}})
    assert figures.accuracy(sample).value == 0
    assert figures.missed_rate(sample).state == "not estimable"


def test_the_bootstrap_is_seeded_and_near_the_interval() -> None:
    sample = sample_of()
    right = sample.each(lambda unit: unit.is_right)
    said = sample.each(lambda unit: unit.said == RACCOON)
    wanted = [Wanted(right, said), Wanted(right, [False] * len(right))]
    found = bootstrap(sample.plan, wanted, seed=5, repetitions=400)
    assert found == bootstrap(sample.plan, wanted, seed=5, repetitions=400)
    assert found[1] is None
    assert found[0] is not None
    assert found[0] == pytest.approx(wilson(0.9, 50), abs=0.04)


def test_a_stratum_of_one_is_kept_by_the_bootstrap() -> None:
    rows = ((1, BLANK, RACCOON, 1, 0.9), (2, BLANK, BLANK, 10, 0.9), (2, BLANK, RACCOON, 10, 0.9))
    sample = sample_of(rows, {1: 50, 2: 50}, {BLANK: {1: 50, 2: 50}})
    right = sample.each(lambda unit: unit.is_right)
    (found,) = bootstrap(sample.plan, [Wanted(right, [True] * 21)], seed=1, repetitions=200)
    assert found is not None
    assert 0 < found[0] < found[1] <= 0.5


def test_the_bootstrap_says_nothing_of_what_never_varies() -> None:
    sample = sample_of()
    everything = [True] * len(sample.units)
    assert bootstrap(sample.plan, [Wanted(everything, everything)], seed=1) == [None]
    # All is graded, and each burst is one picture: no other sample could be drawn.
    whole = sample_of(ROWS, {1: 100, 2: 50}, {BLANK: {1: 100}, RACCOON: {2: 50}})
    right = whole.each(lambda unit: unit.is_right)
    assert bootstrap(whole.plan, [Wanted(right, everything)], seed=1) == [None]


def test_the_bootstrap_knows_how_much_of_a_stratum_is_graded() -> None:
    widths = []
    for population in (10_000, 200):
        sample = sample_of(ROWS[2:], {2: population}, {RACCOON: {2: population}})
        right = sample.each(lambda unit: unit.is_right)
        (found,) = bootstrap(sample.plan, [Wanted(right, [True] * 50)], seed=1)
        assert found is not None
        widths.append(found[1] - found[0])
    # A quarter of the 200 is known: the variance is three quarters.
    assert widths[1] / widths[0] == pytest.approx(0.75**0.5, abs=0.05)


def test_what_is_called_so_where_none_was_graded_may_be_right_or_wrong() -> None:
    seen = sample_of()
    called = {BLANK: {1: 9_500}, RACCOON: {2: 500, 1: 500}}
    unseen = sample_of(called=called)
    plain, wide = (figures.precision(sample, RACCOON) for sample in (seen, unseen))
    assert plain.lower is not None
    assert plain.upper is not None
    assert wide.value == plain.value
    assert (wide.lower, wide.upper) == pytest.approx((plain.lower / 2, (1 + plain.upper) / 2))
    assert (wide.state, wide.note) == (
        "unstable",
        "50 % of them are in strata where none was graded",
    )
    by = precision_difference(unseen, seen, RACCOON, "raccoon").by
    same = precision_difference(seen, seen, RACCOON, "raccoon").by
    assert by.lower == pytest.approx((same.lower or 0) - 0.45)
    assert by.upper == pytest.approx((same.upper or 0) + 0.05)
    missed = figures.missed_rate(sample_of(called={BLANK: {1: 9_500, 2: 500}}))
    assert (missed.upper or 0) > 0.05 + (figures.missed_rate(seen).upper or 0) * 0.9


def keys_of(sample: Sample) -> list[bytes]:
    return [hashlib.sha256(str(unit.image_id).encode()).digest() for unit in sample.units]


def test_halves_share_every_stratum_and_no_unit() -> None:
    sample = sample_of()
    first, second = halve(sample, keys_of(sample), by_picture=False)
    ids = [{unit.image_id for unit in half.units} for half in (first, second)]
    assert not ids[0] & ids[1]
    assert len(ids[0] | ids[1]) == len(sample.units)
    for half in (first, second):
        assert {h: len(s.units) for h, s in half.plan.strata.items()} == {1: 50, 2: 25}
        assert half.plan.population == sample.plan.population


def test_the_lowest_score_that_keeps_the_precision_is_told_by_the_other_half() -> None:
    rows = (
        (1, RACCOON, RACCOON, 300, 0.9),
        (1, RACCOON, BLANK, 60, 0.5),
        (1, RACCOON, RACCOON, 60, 0.5),
    )
    sample = sample_of(rows, {1: 42_000}, {RACCOON: {1: 42_000}})
    halves = halve(sample, keys_of(sample), by_picture=False)
    found = threshold(sample, halves, 0.95, RACCOON, "raccoon")
    assert found.chosen == 0.9
    assert found.reported is not None
    assert found.reported.precision.value == 1
    assert found.reported.coverage.value == pytest.approx(300 / 420, abs=0.08)
    assert (found.n_choosing, found.n_reporting) == (210, 210)
    low = found.rows[0]
    assert low.precision.value == pytest.approx(360 / 420)
    # The wrong ones come first.
    assert set(low.image_ids[:60]) == set(range(300, 360))


def test_too_few_are_said_to_be_too_few() -> None:
    sample = sample_of()
    halves = halve(sample, keys_of(sample), by_picture=False)
    found = threshold(sample, halves, 0.95, RACCOON, "raccoon")
    assert (found.chosen, found.reported, found.n_needed) == (None, None, 73)
    assert "73" in found.note
    assert wilson(1.0, 73)[0] >= 0.95 > wilson(1.0, 72)[0]


def test_bands_are_fifths_by_weight_and_equal_scores_stay_together() -> None:
    rows = tuple((1, BLANK, BLANK if k % 4 else RACCOON, 20, k / 10) for k in range(10))
    found = reliability(sample_of(rows, {1: 2_000}, {BLANK: {1: 2_000}}))
    assert [(band.low, band.high) for band in found.bands] == [
        (0.0, 0.1),
        (0.2, 0.3),
        (0.4, 0.5),
        (0.6, 0.7),
        (0.8, 0.9),
    ]
    assert [band.right.n for band in found.bands] == [40] * 5
    assert found.bands[0].right.value == pytest.approx(0.5)
    assert found.bands[0].mean_score == pytest.approx(0.05)
    score = sum((k / 10 - bool(k % 4)) ** 2 for k in range(10)) / 10
    assert found.brier.value == pytest.approx(score)
    ties = reliability(sample_of(((1, BLANK, BLANK, 50, 0.9),), {1: 50}, {BLANK: {1: 50}}))
    assert len(ties.bands) == 1


def other_run(sample: Sample, changed: dict[int, int]) -> Sample:
    """Return the sample of a run that says otherwise of some images."""
    units = [
        replace(
            unit,
            said=changed[unit.image_id],
            relation="same" if changed[unit.image_id] in unit.truth else "other",
        )
        if unit.image_id in changed
        else unit
        for unit in sample.units
    ]
    return replace(sample, units=units)


def test_runs_that_say_the_same_differ_by_nothing() -> None:
    sample = sample_of()
    found = accuracy_difference(sample, sample, figures.accuracy(sample), {})
    assert (found.by.value, found.by.lower, found.by.upper) == (0, 0, 0)
    found = precision_difference(sample, sample, RACCOON, "raccoon")
    assert found.by.lower is not None
    assert found.by.upper is not None
    assert found.by.lower <= 0 <= found.by.upper
    alone = wilson(0.9, 50)
    assert 0 < found.by.upper - found.by.lower < (alone[1] - alone[0]) / 2


def test_a_paired_difference_is_of_what_only_one_has_right() -> None:
    rows = ((1, BLANK, BLANK, 90, 0.9), (1, BLANK, RACCOON, 10, 0.9), *ROWS[2:])
    sample = sample_of(rows)
    # The ten missed ones are found by the other run.
    better = other_run(sample, dict.fromkeys(range(90, 100), RACCOON))
    own = figures.accuracy(better)
    found = accuracy_difference(better, sample, own, {1: 9_000})
    assert found.by.value == pytest.approx(1_000 / 10_500)
    assert found.by.lower is not None
    assert found.by.lower > 0
    back = accuracy_difference(sample, better, figures.accuracy(sample), {1: 9_000})
    assert back.by.value == pytest.approx(-1_000 / 10_500)
    assert back.by.upper == pytest.approx(-1 * found.by.lower)
    found = missed_difference(better, sample)
    assert found.by.value == pytest.approx(-0.1)
    found = recall_difference(better, sample, RACCOON, "raccoon")
    assert found.by.value == pytest.approx(1 - 450 / 1_450)


def test_runs_cannot_differ_by_more_than_what_they_say_otherwise() -> None:
    sample = sample_of()
    better = other_run(sample, {96: RACCOON})
    found = accuracy_difference(better, sample, figures.accuracy(better), {1: 42})
    assert found.by.upper == pytest.approx(0.004)
    assert found.by.value == pytest.approx(0.004)
    assert found.by.note == "held to what the two runs say otherwise"


def test_a_class_that_is_not_said_has_no_difference() -> None:
    sample = sample_of()
    found = precision_difference(sample, sample, MINK, "mink")
    assert found.by.state == "not estimable"


def test_what_is_needed_shrinks_to_nothing() -> None:
    sample = sample_of()
    wide = figures.precision(sample, RACCOON)
    found = need(wide, 0.05, 450)
    assert found.more is not None
    # Wilson's interval at 9 in 10 asks for 141 in all; a tenth of the stratum is known already.
    assert 70 <= found.more <= 91
    assert need(wide, 0.2, 450).more == 0
    assert need(figures.precision(sample, MINK), 0.05, 7).more is None


def test_as_many_more_as_are_needed_are_enough() -> None:
    for right, n in ((45, 50), (30, 30), (20, 60), (299, 300)):
        rows = ((1, RACCOON, RACCOON, right, 0.9), (1, RACCOON, BLANK, n - right, 0.9))
        sample = sample_of(rows, {1: 10**6}, {RACCOON: {1: 10**6}})
        found = need(figures.precision(sample, RACCOON), 0.03, 10**6)
        assert found.more is not None
        lower, upper = wilson(right / n, n + found.more)
        assert (upper - lower) / 2 < 0.0305


def test_intervals_hold_the_truth_as_often_as_they_say() -> None:
    # Seeds are fixed; the whole simulation is tests/bench/bench_coverage.py.
    found = measure(replace(RECIPES[0], bursts=6_000), 30, 600, 30, surveys=2)
    lines = {line.name: line for line in found}
    common = [lines[f"precision {NAMES[number]}"].ours for number in COMMON]
    for ours in (lines["accuracy"].ours, lines["missed of blanks"].ours, *common):
        assert ours.turns == 30
        assert ours.coverage >= 0.85
    held = sum(one.held for one in common) / sum(one.turns for one in common)
    assert 0.9 <= held <= 1
    # The plain share of the same samples is off by ten points, and its interval never holds it.
    assert lines["accuracy"].plain.coverage == 0
    assert lines["missed of blanks"].frames.coverage < 0.8
    # Of the rarest class recall is marked, not wrong.
    rare = lines["recall mink"].ours
    assert rare.unstable + rare.silent == 30
    assert rare.coverage >= 0.85
