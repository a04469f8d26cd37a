"""Counts what a filter would choose while it is typed, in a thread; the newest line wins.

Nobody waits for it, and a count that was overtaken is stopped.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from camtrap_tui.domain.filter_completion import Fitting
from camtrap_tui.domain.filter_lexing import SAVED
from camtrap_tui.domain.models import Taxon
from camtrap_tui.errors import CamtrapError
from camtrap_tui.services.filtering import ALL_PICTURES, read_filter, size_in_words
from camtrap_tui.store.filter_values import FilterValues
from camtrap_tui.store.store import Store

# A line is counted once nobody has typed for as long.
_QUIET_S = 0.1


@dataclass(frozen=True, slots=True)
class Known:
    """The values that a survey has for the words of filters."""

    values: dict[str, Sequence[Fitting]]


@dataclass(frozen=True, slots=True)
class Preview:
    """What a line would choose, or why that cannot be told, in words."""

    line: str
    told: str


def known_values(store: Store, run_id: int | None) -> Known:
    """Return the species of a run and of its graders, and what else here has a name."""
    taxa = {taxon.id: taxon for taxon in store.taxa.all()}
    values = FilterValues(store.db)
    counts: Counter[str] = Counter()
    for key, count in values.predicted(run_id).items():
        counts[taxa[key].name] += count
    species = [Fitting(_exactly(name, counts), count=count) for name, count in counts.most_common()]
    others = [run.id for run in store.runs.all() if run.id != run_id]
    keyed = sorted({taxa[key].name for key in values.keyed()})
    return Known(
        {
            "species": species,
            "class": [Fitting(one.value) for one in species],
            "truth": [Fitting(_exactly(name, keyed)) for name in keyed],
            "camera": [Fitting(name, count=count) for name, count in values.cameras().items()],
            "changed": [Fitting(str(key), f"run {key}") for key in others],
            "was": [one for key in others for one in _said(key, taxa, values.predicted(key))],
            "grader": [Fitting(name, count=n) for name, n in store.grades.graders().items()],
            "holdout": [Fitting(holdout.name) for holdout in store.holdouts.all()],
            SAVED: [Fitting(f.name, f.filter or ALL_PICTURES) for f in store.saved_filters.all()],
        }
    )


def _said(run_id: int, taxa: Mapping[int, Taxon], counts: Mapping[int, int]) -> list[Fitting]:
    names = [taxa[key].name for key in counts]
    return [
        Fitting(f"{run_id}:{_exactly(taxa[key].name, names)}", count=count)
        for key, count in sorted(counts.items(), key=lambda one: -one[1])
    ]


def _exactly(name: str, names: Iterable[str]) -> str:
    """Return a name as a filter needs it to choose no other one of which it is a part."""
    folded = name.casefold()
    is_part = any(folded in other.casefold() for other in names if other != name)
    return f"={name}" if is_part else name


class Previewing:
    """One thread with a survey of its own, from the first line on; close it."""

    def __init__(
        self,
        survey: Path,
        run_id: int | None,
        grader: str,
        told: Callable[[Known | Preview], object],
    ) -> None:
        """`told` is called from the thread, with what the survey has and then with counts."""
        self._survey = survey
        self._run_id = run_id
        self._grader = grader
        self._told = told
        self._changed = threading.Condition()
        self._line: str | None = None
        # How often something else was asked for: what was begun before that is overtaken.
        self._asked = 0
        self._closed = False
        self._counting: Store | None = None
        self._thread: threading.Thread | None = None

    def ask(self, line: str) -> None:
        """Count this line, instead of any that was asked for before."""
        with self._changed:
            self._line, self._asked = line, self._asked + 1
            self._stop_counting()
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="preview", daemon=True)
                self._thread.start()

    def forget(self) -> None:
        """Count nothing for now."""
        with self._changed:
            self._line, self._asked = None, self._asked + 1
            self._stop_counting()

    def close(self) -> None:
        """Stop; nothing is told afterwards."""
        with self._changed:
            self._closed = True
            self._stop_counting()

    def _stop_counting(self) -> None:
        if self._counting is not None:
            self._counting.db.interrupt()
        self._changed.notify_all()

    def _work(self) -> None:
        try:
            with Store.open(self._survey, durability="NORMAL") as store:
                self._tell(known_values(store, self._run_id))
                while (found := self._next()) is not None:
                    self._count(store, *found)
        except CamtrapError as error:
            self._tell(Preview("", str(error)))

    def _tell(self, what: Known | Preview) -> None:
        with self._changed:
            is_told = not self._closed
        if is_told:
            self._told(what)

    def _next(self) -> tuple[str, int] | None:
        """Return the line to count, once it has stood for a moment; None at the end."""
        with self._changed:
            while not self._closed:
                if self._line is None:
                    self._changed.wait()
                else:
                    asked = self._asked
                    self._changed.wait(_QUIET_S)
                    if asked == self._asked and self._line is not None:
                        line, self._line = self._line, None
                        return line, asked
            return None

    def _count(self, store: Store, line: str, asked: int) -> None:
        with self._changed:
            if self._asked != asked or self._closed:
                return
            self._counting = store
        try:
            wanted = read_filter(store, line, self._grader)
            told = size_in_words(wanted, store.queues.size(wanted, self._run_id))
        except CamtrapError as error:
            told = str(error)
        with self._changed:
            self._counting = None
            is_newest = self._asked == asked
        if is_newest:
            self._tell(Preview(line, told))
