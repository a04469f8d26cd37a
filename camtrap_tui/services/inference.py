"""`predict`: every picture of a folder gets an outcome, batch by batch, resumable at any moment.

A run is known by what the model was asked: the same request goes on where it stopped, another
one stands beside it. Pictures are known by content, so a moved folder goes on too. Each batch
is one transaction, and nothing that is written depends on how pictures fell into batches.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from camtrap_tui.domain.models import Run
from camtrap_tui.domain.taxonomy import TaxonName, parse_label
from camtrap_tui.errors import InputError, ModelError, UsageError
from camtrap_tui.services import events, ingest, model_folder
from camtrap_tui.services.engine import Engine, Picture, Predicted, Result, Unpredicted
from camtrap_tui.services.model_folder import ModelFolder
from camtrap_tui.services.places import from_text
from camtrap_tui.services.prediction_request import (
    PredictRequest,
    new_run,
    request_key,
    software_versions,
)
from camtrap_tui.store.store import Store, utc_now

_PAGE = 500
_REPORT_EVERY_S = 0.25

OnEvent = Callable[[events.Event], None]
ShouldStop = Callable[[], bool]


class _Stopped(Exception):
    """Unwinds the scan of a folder when the person asked to stop."""


@dataclass(frozen=True, slots=True)
class PredictReport:
    """How a call of `predict` ended: counts are of the folder's images and files.

    `outcomes` by outcome, `rows` by ledger state; `failures` are (file, reason, attempts), with
    no attempt for a file that is no readable picture. `stopped` where it ended early.
    """

    run_id: int | None
    stopped: bool
    outcomes: dict[str, int]
    rows: dict[str, int]
    failures: list[tuple[str, str, int]]


class Predictor(Protocol):
    """What `predict` needs of an engine."""

    def run(
        self,
        pictures: Iterator[Picture],
        *,
        country: str | None,
        admin1_region: str | None,
        should_stop: ShouldStop,
    ) -> Generator[Result]:
        """Yield the result of each picture, in their order."""


LoadEngine = Callable[[ModelFolder, PredictRequest], Predictor]


def load_engine(model: ModelFolder, request: PredictRequest) -> Predictor:
    """Load SpeciesNet itself: seconds, and a gigabyte of memory."""
    return Engine.load(model, geofence=request.geofence, threads=request.threads)


def predict(
    survey: Path,
    folder: Path,
    request: PredictRequest,
    *,
    on_event: OnEvent,
    should_stop: ShouldStop,
    load: LoadEngine = load_engine,
) -> PredictReport:
    """Predict the pictures of `folder` into `survey`, which is made if need be.

    Goes on where the same request stopped. Raises CamtrapError in one sentence for what ends
    the whole command; what is wrong with a picture is its outcome.
    """
    if request.batch_size < 1:
        raise UsageError(f"Batch size {request.batch_size}:", "give 1 or more.")
    if not folder.is_dir():
        raise InputError(f"{folder}: there is no such folder.", "Give the folder of the pictures.")
    software = software_versions()
    model = model_folder.find(request.model)
    on_event(events.Started(str(survey), str(folder), request.model))
    with Store.make(survey, durability="NORMAL") as store:
        try:
            found = _scan(store, folder, on_event, should_stop)
        except _Stopped:
            on_event(events.Stopped(0, 0, 0))
            return PredictReport(None, True, {}, {}, [])
        if model is None:
            on_event(events.Loading(request.model or "SpeciesNet's default model"))
            model = model_folder.fetch(request.model)
        job = _Job(store, found, request, model, on_event, should_stop)
        return job.run(software, load)


def _scan(
    store: Store, folder: Path, on_event: OnEvent, should_stop: ShouldStop
) -> ingest.FolderReport:
    def looked_at(files: int, total: int) -> None:
        if should_stop():
            raise _Stopped
        on_event(events.Scanning(files, total))

    return ingest.add_folder(store, folder, progress=looked_at)


class _Job:
    """One call of `predict` on one run: what waits, what is done, how fast."""

    def __init__(
        self,
        store: Store,
        found: ingest.FolderReport,
        request: PredictRequest,
        model: ModelFolder,
        on_event: OnEvent,
        should_stop: ShouldStop,
    ) -> None:
        self._store = store
        self._source_id = found.source_id
        self._root = found.folder
        self._rows = found.states
        self._request = request
        self._model = model
        self._tell = on_event
        self._should_stop = should_stop
        self._taxa: dict[str, int] = {}
        # Of the pictures that are in the pipe: the file's name in the ledger, and attempts.
        self._waiting: dict[int, tuple[str, int]] = {}

    def run(self, software: str, load: LoadEngine) -> PredictReport:
        """Predict what waits; see `predict`."""
        if model_folder.is_new(self._model):
            self._tell(events.Notice(model_folder.notice(self._model)))
        run = self._begin(software)
        counts = self._outcomes(run)
        retried = counts.get("failed", 0) if self._request.retry else 0
        to_do = counts.get("pending", 0) + retried
        total = sum(counts.values())
        self._tell(events.Scanned(run.id, total, to_do, self._rows))
        for path, reason in self._unreadable():
            self._tell(events.Failure(path, reason))
        if to_do and not self._should_stop():
            self._tell(events.Loading(self._model.name))
            engine = load(self._model, self._request)
            failed = counts.get("failed", 0) - retried
            self._work(run, engine, _Pace(total, total - to_do, failed))
        return self._end(run)

    def _begin(self, software: str) -> Run:
        """Return the run of this request with all of the folder's images in it.

        Taxa come in the order of the model's files, so that their row ids do not depend on
        what the pictures show.
        """
        key = request_key(self._model, self._request, software)
        names = _labels(self._model.labels) + _labels(self._model.taxonomy)
        runs = self._store.runs
        earlier = [run for run in runs.all() if run.model_name == self._model.name]
        if earlier and all(run.model_sha256 != self._model.sha256 for run in earlier):
            self._tell(
                events.Notice(
                    f"The model {self._model.name} has changed since run {earlier[-1].id}: "
                    "this is another run beside it."
                )
            )
        with self._store.db.transaction():
            run = runs.add(new_run(key, self._model, self._request, software))
            self._store.taxa.add(names, "model")
            if runs.add_pending(run.id, self._source_id) and run.finished_at:
                runs.reopen(run.id)
                run = replace(run, finished_at=None)
        self._taxa = self._store.taxa.ids()
        return run

    def _outcomes(self, run: Run) -> dict[str, int]:
        return self._store.runs.outcomes_of_source(run.id, self._source_id)

    def _work(self, run: Run, engine: Predictor, pace: _Pace) -> None:
        batch: list[Result] = []

        def save() -> None:
            self._save(run, batch)
            batch.clear()

        def should_stop() -> bool:
            # Saves before the engine waits for the picture in hand, which can take seconds.
            stop = self._should_stop()
            if stop:
                save()
            return stop

        results = engine.run(
            self._pictures(run),
            country=self._request.country,
            admin1_region=self._request.admin1_region,
            should_stop=should_stop,
        )
        self._tell(pace.progress(unsaved=0))
        with contextlib.closing(results) as arriving:
            for result in arriving:
                if isinstance(result, Unpredicted) and not self._root.is_dir():
                    save()
                    raise InputError(
                        f"{self._root}: the folder of the pictures is gone.",
                        "Bring it back, then run the same command again: it goes on there.",
                    )
                batch.append(result)
                pace.count(failed=isinstance(result, Unpredicted))
                if isinstance(result, Unpredicted):
                    name = self._waiting[result.picture.image_id][0]
                    self._tell(events.Failure(name, result.reason))
                if len(batch) >= self._request.batch_size:
                    save()
                if pace.is_due():
                    self._tell(pace.progress(unsaved=len(batch)))
        save()
        self._tell(pace.progress(unsaved=0))

    def _pictures(self, run: Run) -> Iterator[Picture]:
        outcomes = ("pending", "failed") if self._request.retry else ("pending",)
        after = 0
        while page := self._store.runs.to_predict(run.id, self._source_id, outcomes, after, _PAGE):
            for image_id, file_path, attempts in page:
                self._waiting[image_id] = (file_path, attempts)
                yield Picture(image_id, self._root / from_text(file_path))
            after = page[-1][0]

    def _save(self, run: Run, batch: list[Result]) -> None:
        """Write a batch in one transaction: on disk whole, or not at all."""
        if not batch:
            return
        predictions: list[tuple[object, ...]] = []
        detections: list[tuple[object, ...]] = []
        classes: list[tuple[object, ...]] = []
        with self._store.db.transaction():
            for result in batch:
                key = result.picture.image_id
                attempts = self._waiting.pop(key)[1] + 1
                if isinstance(result, Unpredicted):
                    reason = result.reason
                    predictions.append((run.id, key, "failed", None, None, None, reason, attempts))
                    continue
                said = result.verdict
                taxon = self._taxon(said.label)
                predictions.append(
                    (run.id, key, "predicted", taxon, said.score, said.source, None, attempts)
                )
                detections += _detection_rows(run.id, result)
                classes += [
                    (run.id, key, c.detection_number, c.rank, self._taxon(c.label), c.score)
                    for c in result.classes
                ]
            self._store.runs.put_detections(detections)
            self._store.runs.put_classifications(classes)
            self._store.runs.put_predictions(predictions)

    def _taxon(self, label: str) -> int:
        """Return the row id of a label's taxon, which the model's files should have named."""
        name = parse_label(label)
        if name.taxon_uuid not in self._taxa:
            self._store.taxa.add([name], "model")
            self._taxa = self._store.taxa.ids()
        return self._taxa[name.taxon_uuid]

    def _end(self, run: Run) -> PredictReport:
        counts = self._outcomes(run)
        waiting = counts.get("pending", 0)
        if not self._store.runs.outcomes(run.id).get("pending") and not run.finished_at:
            with self._store.db.transaction():
                self._store.runs.finish(run.id, utc_now())
        total = sum(counts.values())
        if waiting:
            self._tell(events.Stopped(run.id, total - waiting, total))
        else:
            done, failed = counts.get("predicted", 0), counts.get("failed", 0)
            self._tell(events.Finished(run.id, done, failed))
        failures = self._store.runs.failures_of_source(run.id, self._source_id)
        failures += [(path, reason, 0) for path, reason in self._unreadable()]
        return PredictReport(run.id, bool(waiting), counts, self._rows, failures)

    def _unreadable(self) -> list[tuple[str, str]]:
        """Return the files that never became images, with a reason in words."""
        found = self._store.ledger.rows_in_state(self._source_id, "unreadable")
        return [(row.file_path, f"unreadable: {row.reason}") for row in found]


class _Pace:
    """Counts pictures and says how fast they go; the clock starts with the first report."""

    def __init__(self, total: int, done: int, failed: int) -> None:
        self._total, self._done, self._failed = total, done, failed
        self._done_before = done
        self._began = self._told = time.monotonic()

    def count(self, *, failed: bool) -> None:
        """Note one more picture."""
        self._done += 1
        self._failed += failed

    def is_due(self) -> bool:
        """Say whether the last report is old enough for another one."""
        return time.monotonic() - self._told >= _REPORT_EVERY_S

    def progress(self, *, unsaved: int) -> events.Progress:
        """Return the state of things; rate and time left once a picture is done."""
        self._told = time.monotonic()
        here = self._done - self._done_before
        rate = here / max(self._told - self._began, 1e-3) if here else None
        left = (self._total - self._done) / rate if rate else None
        return events.Progress(
            self._done, self._total, self._failed, self._done - unsaved, rate, left
        )


def _labels(path: Path) -> list[TaxonName]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ModelError(f"{path}: {error}.", "Copy the model again.") from None
    return [parse_label(line.strip()) for line in lines if line.strip()]


def _detection_rows(run_id: int, result: Predicted) -> list[tuple[object, ...]]:
    return [
        (run_id, result.picture.image_id, number, box.category, box.confidence, *box.bbox)
        for number, box in enumerate(result.boxes, 1)
    ]
