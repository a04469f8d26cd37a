"""`refence`: what `predict` would have said in another country, without reading a picture again.

A run's boxes and raw classes go through SpeciesNet's own rules again; what comes of it is a run
beside it. Each batch is one transaction, and the run is finished with the last one: a kill costs
a batch, and the same request goes on there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from camtrap_tui.domain.models import Run
from camtrap_tui.domain.taxonomy import ANIMAL, HUMAN, VEHICLE
from camtrap_tui.domain.verdict import Box, Verdict, verdict
from camtrap_tui.services import events
from camtrap_tui.services.ensemble import WHOLE, Classes, Ensemble, Seen
from camtrap_tui.services.fence_rules import find_rules, is_own
from camtrap_tui.services.model_folder import RuleFiles, need_speciesnet
from camtrap_tui.services.pace import Pace
from camtrap_tui.services.prediction_parts import TYPICAL_CONFIDENCE
from camtrap_tui.services.refence_notices import what_differs
from camtrap_tui.services.refence_request import (
    RefenceRequest,
    is_fenced_so,
    new_run,
    runs_named,
    twin,
)
from camtrap_tui.services.refence_writer import RefenceWriter, read_labels
from camtrap_tui.services.speciesnet_files import SPECIESNET_4
from camtrap_tui.store.store import Store, utc_now

OnEvent = Callable[[events.Event], None]
ShouldStop = Callable[[], bool]

# Images in one transaction: a grader who keys meanwhile waits for no more than that.
_BATCH = 1000
_CATEGORY_LABELS = {"animal": ANIMAL.label, "human": HUMAN.label, "vehicle": VEHICLE.label}


@dataclass(frozen=True, slots=True)
class RefenceReport:
    """How a call ended: `run` is the new run, or the one that says this already.

    `parent` is the run whose boxes and classes it has; `taken` images were worked out now,
    `outcomes` are all of the run's, and `left` images of `parent` have none in it yet.
    """

    run: Run
    parent: Run
    is_new: bool
    taken: int
    left: int
    outcomes: dict[str, int]
    stopped: bool


def refence(
    survey: Path, request: RefenceRequest, *, on_event: OnEvent, should_stop: ShouldStop
) -> RefenceReport:
    """Make a run for another country out of a stored one; see the module.

    Raises UsageError for a run that is not there, InputError for one without classes, ModelError
    for rules that cannot be used.
    """
    need_speciesnet()
    with Store.open(survey, durability="NORMAL") as store:
        parent, named = runs_named(store, request.run_id)
        rules = find_rules(parent, request.model, request.usual_model)
        software = f"speciesnet {version('speciesnet')}"
        if parent.kind == "predict" and is_fenced_so(parent, rules, request, software):
            said = f"Run {parent.id} was made for {_place(parent)} by the same rules"
            on_event(events.Notice(f"{said}: nothing is new."))
            on_event(_finished(parent.id, store.runs.outcomes(parent.id)))
            return _report(store, parent, parent, taken=0, is_new=False)
        if named.kind == "refence" and not is_own(named, rules):
            said = f"Run {named.id} was made with other rules than those of run {parent.id}"
            on_event(events.Notice(f"{said}, which are used: --model FOLDER chooses others."))
        job = _Job(store, parent, rules, request, on_event, should_stop)
        return job.run(new_run(parent, rules, request, software))


class _Job:
    """One call on one pair of runs."""

    def __init__(
        self,
        store: Store,
        parent: Run,
        rules: RuleFiles,
        request: RefenceRequest,
        on_event: OnEvent,
        should_stop: ShouldStop,
    ) -> None:
        self._store = store
        self._parent = parent
        self._rules = rules
        self._request = request
        self._tell = on_event
        self._should_stop = should_stop

    def run(self, asked: Run) -> RefenceReport:
        """Make the run, or complete it; see `refence`."""
        store, parent, request = self._store, self._parent, self._request
        labels = read_labels(self._rules)
        notices = list(what_differs(store, parent, self._rules, labels))
        ensemble = Ensemble(
            self._rules.taxonomy,
            self._rules.geofence if request.country else None,
            request.country,
            request.admin1_region,
        )
        known = store.runs.by_request_key(asked.request_key)
        if said := twin(store, parent, asked, self._rules, request):
            notices.append(said)
        with store.db.transaction():
            run = store.runs.add(asked)
            store.taxa.add(labels.values(), "model")
            to_do = store.refencing.count_to_do(run.id, parent.id)
            if to_do and run.finished_at:
                store.runs.reopen(run.id)
        if known is not None and not to_do:
            notices = [f"Run {run.id} is that already: run {parent.id} for {_place(run)}."]
        for said in notices:
            self._tell(events.Notice(said))
        writer = RefenceWriter(store, run.id, parent.id, labels, _Judge(parent, ensemble))
        taken, stopped = self._work(run, writer, to_do)
        outcomes = store.runs.outcomes(run.id)
        if stopped:
            self._tell(events.Stopped(run.id, taken, to_do))
        else:
            self._finish(asked.request_key, outcomes)
            self._tell(_finished(run.id, outcomes))
        return _report(store, run, parent, taken=taken, is_new=known is None, stopped=stopped)

    def _finish(self, request_key: str, outcomes: Mapping[str, int]) -> None:
        """Record that nothing is left to do, where that is so and was not known yet.

        Another process may have taken the last images over, and one may have been killed after
        them.
        """
        runs = self._store.runs
        with self._store.db.transaction():
            run = runs.by_request_key(request_key)
            if run and run.finished_at is None and not outcomes.get("pending"):
                runs.finish(run.id, utc_now())

    def _work(self, run: Run, writer: RefenceWriter, to_do: int) -> tuple[int, bool]:
        """Take over what is to do, batch by batch.

        Returns how many images this process took, and whether it was told to stop before the end.
        """
        reading, pace, last = self._store.refencing, Pace(to_do), 0
        while batch := reading.to_do(run.id, self._parent.id, last, _BATCH):
            if self._should_stop():
                return pace.done, True
            last = batch[-1]
            failed = writer.write(batch)
            for number in range(len(batch)):
                pace.count(failed=number < failed)
            if pace.is_due() or pace.done == pace.total:
                rate, left = pace.report()
                self._tell(
                    events.Progress(pace.done, pace.total, pace.failed, pace.done, rate, left)
                )
        return pace.done, False


class _Judge:
    """Makes an image's one prediction of its boxes and classes, as the run it came from did.

    In files of SpeciesNet 4 an image has a class, and only its first box was classified. In other
    files a box without a class speaks for its category, as it did when they were imported.
    """

    def __init__(self, parent: Run, ensemble: Ensemble) -> None:
        self._combine = ensemble.combine
        is_read = parent.kind == "import" and parent.source_format != SPECIESNET_4
        self._speaks_from = TYPICAL_CONFIDENCE if is_read else None

    def __call__(self, boxes: Sequence[Seen], classes: Mapping[int, Classes]) -> Verdict:
        """Return the prediction, by `domain.verdict`."""
        processed = self._combine(boxes, classes)
        said = [Box(1.0, processed[WHOLE])] if WHOLE in processed else []
        for number, category, confidence in boxes:
            found = processed.get(number)
            if found is None and self._speaks(confidence):
                found = Verdict(_CATEGORY_LABELS[category], confidence, "detector")
            said.append(Box(confidence, found))
        return verdict(said)

    def _speaks(self, confidence: float) -> bool:
        return self._speaks_from is not None and confidence >= self._speaks_from


def _place(run: Run) -> str:
    return run.region or "no country"


def _finished(run_id: int, outcomes: Mapping[str, int]) -> events.Finished:
    counts = (outcomes.get(name, 0) for name in ("predicted", "failed", "pending"))
    return events.Finished(run_id, *counts)


def _report(
    store: Store, run: Run, parent: Run, *, taken: int, is_new: bool, stopped: bool = False
) -> RefenceReport:
    found = store.runs.by_request_key(run.request_key)
    assert found is not None
    outcomes = store.runs.outcomes(run.id)
    left = sum(store.runs.outcomes(parent.id).values()) - sum(outcomes.values())
    return RefenceReport(found, parent, is_new, taken, left, outcomes, stopped)
