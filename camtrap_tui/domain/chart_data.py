"""What charts show, as plain values: counts by class, and hours of the day.

Nothing is dropped without a number: pictures without a class, without a time, and those
that could not be counted at all are counted beside the classes.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from camtrap_tui.domain.filter_lexing import quoted_part
from camtrap_tui.domain.text import counted

TOP = 20
RAREST = 20
HOURS = 24
HOUR_CLASSES = 10


def flagged(name: str, *, unexpected: bool) -> str:
    """Return a class's name, with a mark before it where it is not expected here."""
    return f"! {name}" if unexpected else name


@dataclass(frozen=True, slots=True)
class ClassCount:
    """One class and how many rows it has; `unexpected` where the list of expected species leaves
    it out."""

    taxon_id: int
    taxon_uuid: str
    name: str
    scientific_name: str
    count: int
    unexpected: bool = False

    @property
    def label(self) -> str:
        """What a chart calls it: a mark stands before what is not expected here."""
        return flagged(self.name, unexpected=self.unexpected)


@dataclass(frozen=True, slots=True)
class FrequencyTable:
    """How often each class occurs, most frequent first.

    by: prediction, classification or truth. rows: one class each; a picture with two classes
    counts in both. without_class: rows of pictures that have none (by classification).
    pictures: what the rows are about. left_out: (reason, pictures) that have no row at all.
    """

    by: str
    run_id: int | None
    min_score: float | None
    where: str
    rows: tuple[ClassCount, ...]
    without_class: int
    pictures: int
    left_out: tuple[tuple[str, int], ...]

    @property
    def total(self) -> int:
        """All rows, those without a class included: what shares are shares of."""
        return sum(row.count for row in self.rows) + self.without_class

    @property
    def top(self) -> tuple[ClassCount, ...]:
        """The 20 most frequent classes."""
        return self.rows[:TOP]

    @property
    def middle(self) -> tuple[ClassCount, ...]:
        """The classes between the most frequent and the rarest: the chart's `rest`."""
        return self.rows[TOP : max(TOP, len(self.rows) - RAREST)]

    @property
    def rarest(self) -> tuple[ClassCount, ...]:
        """The up to 20 rarest classes that are not among the most frequent."""
        return self.rows[max(TOP, len(self.rows) - RAREST) :]

    @property
    def unexpected(self) -> int:
        """How many of the classes are not expected here."""
        return sum(1 for row in self.rows if row.unexpected)

    def share(self, count: int) -> float:
        """Return `count` as a share of all rows, 0 to 1."""
        return count / self.total if self.total else 0.0


@dataclass(frozen=True, slots=True)
class HourCounts:
    """One class at each of the 24 hours of camera time; `without_time` stands apart."""

    taxon_id: int
    taxon_uuid: str
    name: str
    scientific_name: str
    hours: tuple[int, ...]
    without_time: int
    unexpected: bool = False

    @property
    def label(self) -> str:
        """What a chart calls it: a mark stands before what is not expected here."""
        return flagged(self.name, unexpected=self.unexpected)

    @property
    def n(self) -> int:
        """How many pictures the 24 hours hold."""
        return sum(self.hours)


@dataclass(frozen=True, slots=True)
class HoursTable:
    """Hours of the day of the ten most frequent classes, in that order."""

    by: str
    run_id: int | None
    min_score: float | None
    where: str
    rows: tuple[HourCounts, ...]
    left_out: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Bar:
    """One line of the frequency chart; `taxon` is None where it stands for no single class."""

    label: str
    count: int
    taxon: ClassCount | None = None


def bars(table: FrequencyTable) -> tuple[Bar, ...]:
    """Return the chart's lines: the top 20, the rest in one sum, the rarest 20, no class."""
    lines = [Bar(row.label, row.count, row) for row in table.top]
    if table.middle:
        rest = sum(row.count for row in table.middle)
        lines.append(Bar(f"… {counted(len(table.middle), 'class', 'classes')}", rest))
    lines += [Bar(row.label, row.count, row) for row in table.rarest]
    if table.without_class:
        lines.append(Bar("(no class)", table.without_class))
    return tuple(lines)


def class_filter(name: str, *, by: str, min_score: float | None) -> str:
    """Return the filter line that chooses the pictures counted in a class: by its whole name."""
    word = {"truth": "truth", "classification": "class"}.get(by, "species")
    score = f">{min_score:g}" if word == "class" else ""
    return f"{word}:{quoted_part('=' + name)}{score}"


def by_frequency(rows: Iterable[ClassCount]) -> tuple[ClassCount, ...]:
    """Return classes, the most frequent first; equal counts by name."""
    return tuple(sorted(rows, key=lambda row: (-row.count, row.name, row.taxon_uuid)))


def hour_rows(
    counts: Mapping[tuple[int, int | None], int], classes: Iterable[ClassCount]
) -> tuple[HourCounts, ...]:
    """Return `classes` with their hours; `counts` is by (taxon id, hour or None)."""
    return tuple(
        HourCounts(
            c.taxon_id,
            c.taxon_uuid,
            c.name,
            c.scientific_name,
            tuple(counts.get((c.taxon_id, hour), 0) for hour in range(HOURS)),
            counts.get((c.taxon_id, None), 0),
            c.unexpected,
        )
        for c in classes
    )


def bar_length(count: int, most: int, *, log: bool) -> float:
    """Return a bar's length, 0 to 1: in proportion to its count, or to 1 + log10 of it.

    The 1 puts the foot of a logarithmic bar at a tenth, so that a count of one is seen.
    """
    if count <= 0 or most <= 0:
        return 0.0
    if not log:
        return count / most
    return (1 + math.log10(count)) / (1 + math.log10(most))


def ticks(most: int, total: int, *, log: bool, percent: bool, room: int) -> list[tuple[float, str]]:
    """Return (position 0 to 1, label) of the ticks of an axis that ends at `most`.

    With `percent` the labels are shares of `total`. `room` is how many labels fit.
    """
    if most <= 0 or total <= 0:
        return []
    unit = total / 100 if percent else 1.0
    if log:
        lowest = math.floor(math.log10(1 / unit))
        decades = [10.0**k for k in range(lowest, 20)]
        values = [v for v in decades if 1 <= v * unit <= most]
    else:
        step = _nice(most / unit / max(1, room), whole=not percent)
        values = [k * step for k in range(room + 2) if k * step * unit <= most]
    label = percent_text if percent else "{:,.0f}".format
    return [
        ((1 + math.log10(v * unit)) / (1 + math.log10(most)) if log else v * unit / most, label(v))
        for v in values
    ]


def _nice(step: float, *, whole: bool) -> float:
    """Return the next of 1, 2, 5, 10, 20 … that is at least `step`."""
    if whole and step <= 1:
        return 1.0
    power = 10.0 ** math.floor(math.log10(step))
    return next(k * power for k in (1, 2, 5, 10) if k * power >= step * (1 - 1e-9))


def percent_text(value: float) -> str:
    """Return a percentage: one decimal from 1 up, two digits below, never an exponent."""
    if value >= 1 or value == 0:
        return f"{value:.1f} %".replace(".0 %", " %")
    return f"{value:.{1 - math.floor(math.log10(value))}f}".rstrip("0") + " %"
