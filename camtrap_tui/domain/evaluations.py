"""What a holdout says of a run: figures with their intervals, each with the pictures behind it.

No figure is without its interval and its n; what cannot be estimated has no number at all.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from camtrap_tui.domain.lineage import Relation
from camtrap_tui.domain.models import Taxon

State = Literal["sound", "unstable", "not estimable"]
Unit = Literal["bursts", "pictures"]
NO_PREDICTION = "(no prediction)"
BIN_NAMES: dict[Relation, str] = {
    "same": "right",
    "coarser": "right but coarser",
    "finer": "finer than the truth",
    "other": "wrong",
}


@dataclass(frozen=True, slots=True)
class Estimate:
    """A weighted share (0 to 1) or total with its 95 % interval; None where nothing is known.

    `n` graded bursts are in its denominator, `hits` of them in its numerator. `lower` and `upper`
    are by `method`; `bootstrap` is a second interval, resampled; `standard_error` is Stehman's.
    `state` and `note` say whether, and why, it is not to be leant on.
    """

    value: float | None
    lower: float | None
    upper: float | None
    standard_error: float | None
    n: int
    hits: int
    method: str
    state: State = "sound"
    note: str = ""
    bootstrap: tuple[float, float] | None = None

    @property
    def half_width(self) -> float | None:
        """Half of what lies between the limits, None where there are none."""
        if self.lower is None or self.upper is None:
            return None
        return (self.upper - self.lower) / 2


@dataclass(frozen=True, slots=True)
class Need:
    """How many more graded bursts bring a class's precision to ± `half_width`.

    `more` is 0 where it is there already, None where nothing is graded to reckon from;
    `left` is how many bursts that the run calls so are not drawn yet. Where `more` is
    beyond `left`, no holdout of this survey can reach it but by grading them all.
    """

    half_width: float
    more: int | None
    left: int


@dataclass(frozen=True, slots=True)
class ClassFigures:
    """One class: how well the run's word for it can be trusted, and how much of it was found.

    `predicted` is how many bursts of the whole frame the run calls so (known, not estimated);
    the ids are those of graded pictures.
    """

    taxon: Taxon
    name: str
    predicted: int
    precision: Estimate
    recall: Estimate
    prevalence: Estimate
    need: Need
    predicted_ids: tuple[int, ...]
    true_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Missed:
    """What was called blank and holds an animal.

    `rate` is its share of what was called blank, `count` how many there are in the whole survey
    (in the evaluation's unit), `of_animals` its share of all that hold an animal.
    """

    rate: Estimate
    count: Estimate
    of_animals: Estimate
    image_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Bin:
    """One of the four ways in which a prediction stands to the truth, with its share of all."""

    relation: Relation
    name: str
    share: Estimate
    image_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of the confusion matrix: its truth, what the run said, and how much of it there is.

    `total` is the estimated number in the whole frame, in the evaluation's unit; `total.hits`
    graded pictures are in it. A picture with several species is in one cell: that of the species
    which comes nearest to what was said.
    """

    truth: str
    predicted: str
    relation: Relation
    total: Estimate
    image_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ThresholdRow:
    """What is to be expected where only predictions with at least this score are taken.

    `coverage` is the share of the predictions that are taken; the ids are those of graded
    pictures that are taken, the wrong ones first.
    """

    score: float
    precision: Estimate
    recall: Estimate
    coverage: Estimate
    image_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Threshold:
    """The lowest score that keeps the wanted precision, for one class or (`name` empty) for all.

    `rows` are of the whole sample. `chosen` was found on one half of it, `reported` is what the
    other half says of it; both are None where no score does, and `note` says what is lacking.
    Were all of them right, `n_needed` graded ones in the choosing half would show it.
    """

    name: str
    wanted: float
    rows: tuple[ThresholdRow, ...]
    chosen: float | None
    reported: ThresholdRow | None
    n_choosing: int
    n_reporting: int
    note: str = ""
    n_needed: int = 0


@dataclass(frozen=True, slots=True)
class Band:
    """A fifth of the predictions by score: what the scores promise, and what is right."""

    low: float
    high: float
    mean_score: float
    right: Estimate
    image_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Reliability:
    """Bands from the lowest scores up, and the Brier score (0 is best)."""

    bands: tuple[Band, ...]
    brier: Estimate


@dataclass(frozen=True, slots=True)
class Difference:
    """One figure of two runs on the same graded pictures; `by` is `mine` less `theirs`, paired."""

    figure: str
    name: str
    mine: Estimate
    theirs: Estimate
    by: Estimate


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two runs on one holdout: `changed` bursts of the whole frame are said otherwise.

    The ids are graded pictures that only this run, or only the other one, has right.
    """

    run_id: int
    against_id: int
    changed: int
    differences: tuple[Difference, ...]
    only_mine_ids: tuple[int, ...]
    only_theirs_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Basis:
    """What an evaluation stands on.

    The frame's bursts and pictures; how many were drawn, and of those graded (`labelled`), not
    graded yet (`missing`), in conflict, with too few votes or not sure; `changed` words were last
    given with the AI's answer in view, `seen_before` had been graded so before the blind grade by
    the same person; `without_prediction` graded bursts have no word of the run; `covered` is the
    share of the frame in strata with a graded burst: the figures speak of that share only.
    """

    holdout: str
    run_id: int
    run_name: str
    unit: Unit
    rule: str
    seed: int
    population: int
    population_images: int
    sampled: int
    labelled: int
    missing: int
    conflicts: int
    too_few: int
    unsure: int
    changed: int
    without_prediction: int
    covered: float
    graders: tuple[tuple[str, int], ...]
    also: tuple[str, ...] = ()
    seen_before: int = 0

    @property
    def lacking(self) -> tuple[str, ...]:
        """Why drawn bursts do not count, and how many: `3 not sure`."""
        reasons = (
            (self.missing, "not graded yet"),
            (self.conflicts, "in conflict"),
            (self.too_few, "with too few votes"),
            (self.unsure, "not sure"),
        )
        return tuple(f"{count:,} {what}" for count, what in reasons if count)


@dataclass(frozen=True, slots=True)
class Evaluation:
    """All that one holdout says of one run; `notes` are sentences a reader must not miss."""

    basis: Basis
    accuracy: Estimate
    missed: Missed
    classes: tuple[ClassFigures, ...]
    bins: tuple[Bin, ...]
    cells: tuple[Cell, ...]
    thresholds: tuple[Threshold, ...]
    reliability: Reliability
    comparison: Comparison | None = None
    notes: tuple[str, ...] = field(default=())
