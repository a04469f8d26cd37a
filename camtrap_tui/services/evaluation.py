"""How accurate a run is, by a holdout that was graded blind, with intervals.

Every figure is weighted by how the sample was drawn; what cannot be estimated is said to be so.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from camtrap_tui.domain.consensus import Rule, Settled
from camtrap_tui.domain.estimation_differences import (
    accuracy_difference,
    missed_difference,
    precision_difference,
    recall_difference,
)
from camtrap_tui.domain.estimation_figures import UNSAID, Sample
from camtrap_tui.domain.estimation_thresholds import halve, reliability, threshold
from camtrap_tui.domain.evaluations import (
    Basis,
    Comparison,
    Difference,
    Estimate,
    Evaluation,
    Threshold,
    Unit,
)
from camtrap_tui.domain.holdouts import Holdout, HoldoutStratum, HoldoutUnit
from camtrap_tui.domain.models import Run
from camtrap_tui.domain.text import quoted
from camtrap_tui.errors import InputError, UsageError
from camtrap_tui.services.charts import choose_run
from camtrap_tui.services.consensus import holdout_truth
from camtrap_tui.services.evaluation_figures import class_order, parts_of
from camtrap_tui.services.evaluation_notes import notes_of
from camtrap_tui.services.evaluation_sample import (
    SETTLED,
    Classes,
    FrameWords,
    make_sample,
    read_words,
)
from camtrap_tui.store.holdout_words import HoldoutWords
from camtrap_tui.store.store import Store

DEFAULT_RULE = Rule("majority")
# A class with fewer graded predictions gets no threshold: nothing could come of halving them.
_LEAST_FOR_THRESHOLD = 10


def evaluate(
    store: Store,
    holdout: Holdout,
    *,
    run_id: int | None = None,
    against_id: int | None = None,
    rule: Rule | None = None,
    also: Sequence[str] = (),
    unit: Unit = "bursts",
    precision: float = 0.95,
    half_width: float = 0.05,
) -> Evaluation:
    """Return what a holdout says of a run, of the one that it was drawn from unless given.

    `against_id` is another run to compare with. `rule` settles votes (majority unless given),
    `also` as in `holdout_truth`. `precision` is what thresholds are to keep, `half_width` to
    what each class's precision is to be known. Raises UsageError for a run that is not there,
    InputError where nothing is graded.
    """
    rule = rule or DEFAULT_RULE
    run = _run(store, holdout, run_id)
    other = None if against_id is None else _run(store, holdout, against_id)
    if other is not None and other.id == run.id:
        raise UsageError(f"Run {run.id} cannot be compared with itself:", "give another one.")
    with store.db.snapshot():
        truth = holdout_truth(store, holdout, rule, also=also)
        source = _read(store, holdout, run, truth, unit)
        theirs = None if other is None else _words(store, source, holdout, other)
        keys = _keys(store, source.sample)
    _check(store, source, holdout, run, truth)
    parts = parts_of(
        source.sample,
        source.classes.taxa,
        source.classes.names(),
        source.undrawn(),
        seed=holdout.seed,
        half_width=half_width,
    )
    found = Evaluation(
        _basis(source, holdout, run, rule, also, truth),
        parts.accuracy,
        parts.missed,
        parts.classes,
        parts.bins,
        parts.cells,
        _thresholds(source, keys, precision),
        reliability(source.sample),
    )
    if other is not None and theirs is not None:
        compared = replace(source, words=theirs, sample=source.sample_of(theirs, truth))
        found = replace(
            found, comparison=_compare(source, compared, (run.id, other.id), parts.accuracy)
        )
    return replace(found, notes=notes_of(found, source.without_graded))


def _check(
    store: Store, source: _Source, holdout: Holdout, run: Run, truth: Mapping[int, Settled]
) -> None:
    """Raise InputError where there is nothing to judge, or nothing to judge by."""
    survey, name = quoted(str(store.path)), quoted(holdout.name)
    if not truth:
        raise InputError(
            f"{store.path}: no word counts yet for the holdout {holdout.name}.",
            f"Grade it with: camtrap-tui review {survey} --holdout {name}",
        )
    if not source.sample.units:
        states = Counter(settled.state for settled in truth.values())
        open_ones = [(states["conflict"], "in conflict"), (states["too_few"], "with too few votes")]
        told = [f"{n:,} {what}" for n, what in (*open_ones, (states["unsure"], "not sure")) if n]
        raise InputError(
            f"{store.path}: no picture of the holdout {holdout.name} is settled:"
            f" {', '.join(told)}.",
            f"See them with: camtrap-tui consensus {survey} --holdout {name}",
        )
    if not source.words.drawn or all(unit.said == UNSAID for unit in source.sample.units):
        raise InputError(
            f"{store.path}: run {run.id} says nothing of the pictures that are graded for the"
            f" holdout {holdout.name}.",
            f"See the runs with: camtrap-tui status {survey}",
        )


@dataclass(frozen=True, slots=True)
class _Source:
    """What was read: the design, what the run says, and the sample that comes of it."""

    strata: Sequence[HoldoutStratum]
    drawn: Sequence[HoldoutUnit]
    words: FrameWords
    classes: Classes
    sample: Sample
    unit: Unit

    def sample_of(self, words: FrameWords, truth: Mapping[int, Settled]) -> Sample:
        """Return the same graded bursts with another run's words."""
        return make_sample(self.strata, self.drawn, words, truth, self.classes, self.unit)

    @property
    def without_graded(self) -> list[HoldoutStratum]:
        """The strata without a graded burst, of which nothing is known."""
        return [one for one in self.strata if one.stratum not in self.sample.plan.strata]

    def undrawn(self) -> dict[int, int]:
        """Return how many bursts that the run calls each class are not drawn yet."""
        left = {number: sum(called.values()) for number, called in self.words.called.items()}
        for word in self.words.drawn.values():
            left[UNSAID if word.taxon_id is None else self.classes.number(word.taxon_id)] -= 1
        return left


def _run(store: Store, holdout: Holdout, run_id: int | None) -> Run:
    chosen = choose_run(store, holdout.run_id if run_id is None else run_id)
    for run in store.runs.all():
        if run.id == chosen:
            return run
    raise InputError(f"{store.path}: there is no run to judge.", "Predict or import first.")


def _read(
    store: Store, holdout: Holdout, run: Run, truth: Mapping[int, Settled], unit: Unit
) -> _Source:
    strata, drawn = store.holdouts.strata(holdout.id), store.holdouts.sample(holdout.id)
    classes = Classes({taxon.id: taxon for taxon in store.taxa.all()})
    frame = HoldoutWords(store.db).of_frame(holdout.id, run.id)
    words = read_words(frame, {one.image_id for one in drawn}, classes)
    sample = make_sample(strata, drawn, words, truth, classes, unit)
    return _Source(strata, drawn, words, classes, sample, unit)


def _words(store: Store, source: _Source, holdout: Holdout, run: Run) -> FrameWords:
    frame = HoldoutWords(store.db).of_frame(holdout.id, run.id)
    return read_words(frame, {one.image_id for one in source.drawn}, source.classes)


def _keys(store: Store, sample: Sample) -> list[bytes]:
    """Return by what units are put into halves: a hash of the media id, the same in any copy."""
    media = HoldoutWords(store.db).media_ids([unit.image_id for unit in sample.units])
    return [hashlib.sha256(media[unit.image_id].encode()).digest() for unit in sample.units]


def _thresholds(source: _Source, keys: Sequence[bytes], wanted: float) -> tuple[Threshold, ...]:
    """Return the thresholds for all predictions, then for each class with enough graded ones."""
    sample, names = source.sample, source.classes.names()
    halves = halve(sample, keys, by_picture=source.unit == "pictures")
    counts = Counter(unit.said for unit in sample.units)
    numbers = [n for n in class_order(sample) if counts[n] >= _LEAST_FOR_THRESHOLD]
    return (
        threshold(sample, halves, wanted, None, ""),
        *(threshold(sample, halves, wanted, n, names[n]) for n in numbers),
    )


def _basis(
    source: _Source,
    holdout: Holdout,
    run: Run,
    rule: Rule,
    also: Sequence[str],
    truth: Mapping[int, Settled],
) -> Basis:
    drawn = [truth[one.image_id] for one in source.drawn if one.image_id in truth]
    states = Counter(settled.state for settled in drawn)
    graders = Counter(name for settled in drawn for name in settled.graders)
    region = "-".join(part for part in (run.country, run.admin1_region) if part)
    population = sum(stratum.population for stratum in source.strata)
    return Basis(
        holdout=holdout.name,
        run_id=run.id,
        run_name=" ".join(part for part in (run.model_version, region) if part),
        unit=source.unit,
        rule=rule.name,
        seed=holdout.seed,
        population=population,
        population_images=sum(stratum.population_images for stratum in source.strata),
        sampled=len(source.drawn),
        labelled=sum(states[state] for state in SETTLED),
        missing=len(source.drawn) - len(drawn),
        conflicts=states["conflict"],
        too_few=states["too_few"],
        unsure=states["unsure"],
        changed=sum(bool(settled.changed_in_view) for settled in drawn),
        without_prediction=sum(unit.said == UNSAID for unit in source.sample.units),
        covered=source.sample.plan.population / population,
        graders=tuple(sorted(graders.items(), key=lambda pair: (-pair[1], pair[0]))),
        also=tuple(also),
        seen_before=sum(bool(settled.seen_before) for settled in drawn),
    )


def _compare(
    source: _Source, compared: _Source, runs: tuple[int, int], accuracy: Estimate
) -> Comparison:
    """Return two runs side by side, with an interval for each difference.

    A class that both say of the same bursts of the frame has none, and is left out.
    """
    mine, theirs = source.sample, compared.sample
    words = zip(source.words.strata, source.words.classes, compared.words.classes, strict=True)
    differing = [word for word in words if word[1] != word[2]]
    moved = {number for _, *pair in differing for number in pair}
    changed = Counter(stratum for stratum, *_ in differing)
    differences: list[Difference] = [accuracy_difference(mine, theirs, accuracy, changed)]
    if mine.blank in moved:
        differences.append(missed_difference(mine, theirs))
    said = {unit.said for sample in (mine, theirs) for unit in sample.units}
    true = {number for unit in mine.units for number in unit.truth}
    order = class_order(mine)
    order += [number for number in class_order(theirs) if number not in order]
    names = source.classes.names()
    for number in [number for number in order if number in moved]:
        name = names[number]
        if number in said:
            differences.append(precision_difference(mine, theirs, number, name))
        if number in true:
            differences.append(recall_difference(mine, theirs, number, name))
    pairs = list(zip(mine.units, theirs.units, strict=True))
    return Comparison(
        *runs,
        len(differing),
        tuple(differences),
        tuple(one.image_id for one, two in pairs if one.is_right and not two.is_right),
        tuple(one.image_id for one, two in pairs if two.is_right and not one.is_right),
    )
