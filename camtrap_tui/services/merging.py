"""Merges copies of a survey: what people keyed on each is on this one afterwards, and stays there.

The other file is never written to; of each, all is taken in one transaction, or nothing. Doing it
again, or in another order, gives the same.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path

from camtrap_tui.domain.filters import parse_filter
from camtrap_tui.domain.models import Run
from camtrap_tui.domain.text import clean
from camtrap_tui.errors import FilterError, StoreError, UsageError
from camtrap_tui.services.filtering import runs_named
from camtrap_tui.services.merging_clocks import ClockMerge, merge_clocks
from camtrap_tui.store.accounts import Accounts
from camtrap_tui.store.merging import Matched, Merging, Taken, Unmatched, attached
from camtrap_tui.store.merging_runs import HoldoutPlan, MergingRuns
from camtrap_tui.store.private_copy import private_copy
from camtrap_tui.store.store import Store

_NOTHING = Taken(0, 0, 0)


@dataclass(frozen=True, slots=True)
class MergeReport:
    """What came from one other file, what was known, and what could not be matched.

    `graders` are new grades by name; `reversals` new rows that undo or redo, `peeks` those that
    say who has seen the AI's word on a holdout; `runs` those that came along, with what they said
    of `predictions` pictures; `filter_clashes` names under which other words are saved here,
    `filters_of_runs` filters that came and name a run by its number there, which is another here.
    `is_other_survey` says that the file is no copy of this one; `locked_s` is for how long nobody
    else could write to this one.
    """

    file: Path
    is_other_survey: bool
    images: Matched
    unmatched: tuple[Unmatched, ...]
    grades: Taken = _NOTHING
    marks: Taken = _NOTHING
    graders: dict[str, int] = field(default_factory=dict)
    reversals: int = 0
    peeks: int = 0
    taxa: int = 0
    runs: tuple[Run, ...] = ()
    predictions: int = 0
    holdouts: tuple[HoldoutPlan, ...] = ()
    filters: int = 0
    filter_clashes: tuple[str, ...] = ()
    filters_of_runs: tuple[str, ...] = ()
    expected: int = 0
    expected_no_more: int = 0
    clocks: ClockMerge = field(default_factory=ClockMerge)
    locked_s: float = 0.0

    @property
    def is_whole(self) -> bool:
        """Tell whether all that the file holds is here now, and nothing contradicts it."""
        left = any(p.end in ("pictures missing", "contradicts") for p in self.holdouts)
        return not (self.unmatched or left or self.filter_clashes or self.clocks.clashes)


def merge(store: Store, others: Sequence[Path]) -> list[MergeReport]:
    """Take what people keyed on other copies into this survey; return a report of each.

    All of them are opened before anything is written. Raises StoreError for a file that is no
    survey, a damaged one, or one of a newer camtrap-tui, UsageError for the survey itself.
    """
    check_others(store.path, others)
    with ExitStack() as stack:
        copies = [(other, stack.enter_context(private_copy(other))) for other in others]
        for other, theirs in copies:
            _check_file(other, theirs)
        return [_merge(store, other, theirs) for other, theirs in copies]


def _check_file(file: Path, theirs: Store) -> None:
    """Refuse a damaged file, which would be noticed halfway and said of this survey, or never."""
    if damage := Accounts(theirs.db).damage():
        raise StoreError(
            f"{file}: the file is damaged ({clean(damage[0])}).",
            "Have its owner copy it anew (camtrap-tui backup), or take an older copy.",
        )


def check_others(survey: Path, others: Sequence[Path]) -> None:
    """Refuse what can be no other copy of `survey`, before anything is opened."""
    for other in others:
        if not other.is_file():
            raise StoreError(f"{other}: there is no such survey.", "Check the path.")
        if survey.exists() and other.samefile(survey):
            raise UsageError(f"{other}: this is the survey itself:", "give another copy of it.")


def _merge(store: Store, file: Path, theirs: Store) -> MergeReport:
    is_other = theirs.survey.survey_uuid != store.survey.survey_uuid
    with attached(store.db, theirs.path):
        began = time.monotonic()
        with store.db.transaction():
            rows = Merging(store.db)
            images, unmatched = rows.match_images(), tuple(rows.unmatched())
            report = MergeReport(file, is_other, images, unmatched=unmatched)
            if images.by_id or images.by_content:
                report = _take(store, theirs, rows, report)
            else:
                lost = Taken(0, 0, sum(p.grades for p in unmatched))
                report = replace(
                    report, grades=lost, marks=Taken(0, 0, sum(p.marks for p in unmatched))
                )
        return replace(report, locked_s=round(time.monotonic() - began, 3))


def _take(store: Store, theirs: Store, rows: Merging, report: MergeReport) -> MergeReport:
    """Take everything, in an order in which each row finds what it speaks of."""
    runs, last = MergingRuns(store.db), rows.last_grade()
    taxa, plans = rows.take_taxa(), runs.plan_holdouts()
    new_runs = runs.take_runs(plans)
    predictions = runs.take_predictions()
    grades, marks = rows.take_grades(), rows.take_marks()
    runs.take_holdouts(plans)
    of_runs = _filters_of_runs(store, theirs)
    filters, clashes = rows.take_filters()
    put_on, taken_off = rows.take_expected()
    return replace(
        report,
        grades=grades,
        marks=marks,
        graders=rows.graders_after(last),
        reversals=rows.reversals_after(last),
        peeks=rows.take_peeks(),
        taxa=taxa,
        runs=tuple(run for run in store.runs.all() if run.id in new_runs),
        predictions=predictions,
        holdouts=tuple(plans),
        filters=filters,
        filter_clashes=tuple(clashes),
        filters_of_runs=of_runs,
        expected=put_on,
        expected_no_more=taken_off,
        clocks=merge_clocks(store, theirs, rows),
    )


def _filters_of_runs(store: Store, theirs: Store) -> tuple[str, ...]:
    """Return which of their saved filters would speak of another run here, or of none."""
    here = {run.id: run.run_uuid for run in store.runs.all()}
    other = {run.id for run in theirs.runs.all() if here.get(run.id) != run.run_uuid}
    known = {saved.name for saved in store.saved_filters.all()}
    found: list[str] = []
    for saved in theirs.saved_filters.all() if other else ():
        try:
            words = theirs.saved_filters.words
            wanted = parse_filter(saved.filter, grader=saved.saved_by or "anybody", saved=words)
        except FilterError:
            continue  # It has no meaning there either.
        if saved.name not in known and runs_named(wanted) & other:
            found.append(saved.name)
    return tuple(found)
