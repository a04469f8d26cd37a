"""`predict`: every picture gets an outcome, batch by batch, resumable at any moment.

A run is known by what the model was asked: the same request goes on where it stopped, another
one stands beside it. Pictures are known by content, so a moved folder goes on too. Each batch
is one transaction, and nothing that is written depends on how pictures fell into batches.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from camtrap_tui.domain.models import Run
from camtrap_tui.domain.taxonomy import TaxonName, parse_label
from camtrap_tui.errors import InputError, ModelError, UsageError
from camtrap_tui.services import events, ingest, model_folder
from camtrap_tui.services.engine import Engine, Picture, Result, Unpredicted
from camtrap_tui.services.model_folder import ModelFolder
from camtrap_tui.services.pace import Pace
from camtrap_tui.services.picture_feeds import Feed, FolderFeed
from camtrap_tui.services.prediction_request import (
    PredictRequest,
    new_run,
    request_key,
    software_versions,
)
from camtrap_tui.services.run_writer import RunWriter
from camtrap_tui.services.survey_feed import SurveyFeed
from camtrap_tui.store.store import Store, utc_now

OnEvent = Callable[[events.Event], None]
ShouldStop = Callable[[], bool]


class _Stopped(Exception):
    """Unwinds the scan of a folder when the person asked to stop."""


@dataclass(frozen=True, slots=True)
class PredictReport:
    """How a call of `predict` ended: counts are of the folder's images and files, or of all.

    `outcomes` by outcome, `rows` by ledger state; `failures` are (file, reason, attempts), with
    no attempt for a file that is no readable picture. `stopped` where it ended early; `gave_up`
    says why pictures were left that should have been fetched.
    """

    run_id: int | None
    stopped: bool
    outcomes: dict[str, int]
    rows: dict[str, int]
    failures: list[tuple[str, str, int]]
    input_size: str | None = None
    gave_up: str = ""


class Predictor(Protocol):
    """What `predict` needs of an engine."""

    def run(
        self,
        pictures: Iterator[Picture | None],
        *,
        country: str | None,
        admin1_region: str | None,
        should_stop: ShouldStop,
    ) -> Generator[Result]:
        """Yield the result of each picture, in their order; None is no picture at hand."""


LoadEngine = Callable[[ModelFolder, PredictRequest], Predictor]


def load_engine(model: ModelFolder, request: PredictRequest) -> Predictor:
    """Load SpeciesNet itself: seconds, and a gigabyte of memory."""
    return Engine.load(model, geofence=request.geofence, threads=request.threads)


def predict(
    survey: Path,
    folder: Path | None,
    request: PredictRequest,
    *,
    on_event: OnEvent,
    should_stop: ShouldStop,
    load: LoadEngine = load_engine,
) -> PredictReport:
    """Predict the pictures of `folder` into `survey`, which is made if need be.

    Without a folder, all pictures of the survey: those that are here, and with `request.fetch`
    those that have an address. Goes on where the same request stopped. Raises CamtrapError in
    one sentence for what ends the whole command; what is wrong with a picture is its outcome.
    """
    _check(folder, request)
    software = software_versions()
    model = model_folder.find(request.model)
    on_event(events.Started(str(survey), str(folder or ""), request.model))
    opened = Store.make if folder else Store.open
    with opened(survey, durability="NORMAL") as store:
        try:
            feed = _feed(store, folder, request, on_event, should_stop)
        except _Stopped:
            on_event(events.Stopped(0, 0, 0))
            return PredictReport(None, True, {}, {}, [])
        if model is None:
            on_event(events.Loading(request.model or "SpeciesNet's default model"))
            model = model_folder.fetch(request.model)
        job = _Job(store, feed, request, model, on_event, should_stop)
        try:
            return job.run(software, load)
        finally:
            feed.close()


def _check(folder: Path | None, request: PredictRequest) -> None:
    if request.batch_size < 1:
        raise UsageError(f"Batch size {request.batch_size}:", "give 1 or more.")
    if request.fetch and request.fetch.jobs < 1:
        raise UsageError(f"Jobs {request.fetch.jobs}:", "give 1 or more.")
    if folder and request.fetch:
        raise UsageError(
            "A folder's pictures need no fetching:",
            "leave FOLDER out, and all pictures of the survey are predicted.",
        )
    if folder and request.size:
        raise UsageError(
            "A folder's pictures are predicted as they lie there:", "leave --width and the like."
        )
    if folder and not folder.is_dir():
        raise InputError(f"{folder}: there is no such folder.", "Give the folder of the pictures.")


def _feed(
    store: Store,
    folder: Path | None,
    request: PredictRequest,
    on_event: OnEvent,
    should_stop: ShouldStop,
) -> Feed:
    if folder is None:
        return SurveyFeed(store, request.fetch, request.size)

    def looked_at(files: int, total: int) -> None:
        if should_stop():
            raise _Stopped
        on_event(events.Scanning(files, total))

    return FolderFeed(store, ingest.add_folder(store, folder, progress=looked_at))


class _Job:
    """One call of `predict` on one run: what waits, what is done, how fast."""

    def __init__(
        self,
        store: Store,
        feed: Feed,
        request: PredictRequest,
        model: ModelFolder,
        on_event: OnEvent,
        should_stop: ShouldStop,
    ) -> None:
        self._store = store
        self._feed = feed
        self._request = request
        self._model = model
        self._tell = on_event
        self._should_stop = should_stop
        self._batch: list[Result] = []

    def run(self, software: str, load: LoadEngine) -> PredictReport:
        """Predict what waits; see `predict`."""
        if model_folder.is_new(self._model):
            self._tell(events.Notice(model_folder.notice(self._model)))
        run = self._begin(software)
        counts = self._feed.outcomes()
        retried = counts.get("failed", 0) if self._request.retry else 0
        to_do = counts.get("pending", 0) + retried
        total = sum(counts.values())
        self._tell(events.Scanned(run.id, total, to_do, self._feed.rows))
        for path, reason in self._feed.unreadable():
            self._tell(events.Failure(path, reason))
        if not total:
            raise InputError(
                f"{self._store.path}: the survey has no picture that could be predicted.",
                "Add some: camtrap-tui add SURVEY SOURCE",
            )
        if to_do and not self._should_stop():
            self._feed.start(("pending", "failed") if self._request.retry else ("pending",))
            self._tell(events.Loading(self._model.name))
            engine = load(self._model, self._request)
            failed = counts.get("failed", 0) - retried
            self._work(run, engine, Pace(total, total - to_do, failed))
        return self._end(run)

    def _begin(self, software: str) -> Run:
        """Return the run of this request with all of the feed's images in it.

        Taxa come in the order of the model's files, so that their row ids do not depend on
        what the pictures show.
        """
        size = self._feed.input_size
        key = request_key(self._model, self._request, software, size)
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
            run = runs.add(new_run(key, self._model, self._request, software, size))
            self._store.taxa.add(names, "model")
            if self._feed.begin(run.id) and run.finished_at:
                runs.reopen(run.id)
                run = replace(run, finished_at=None)
        return run

    def _work(self, run: Run, engine: Predictor, pace: Pace) -> None:
        writer = RunWriter(self._store, run.id)

        def save() -> None:
            writer.save(self._batch, self._feed.attempts, self._feed.note_saved)
            self._batch.clear()

        def glance() -> bool:
            # Called all the time, also while the model works on a picture for seconds: what
            # downloads bring is taken, and a stop saves before the engine ends.
            for absent in self._feed.pump():
                self._take(absent, pace, save)
            self._tell_now_and_then(pace)
            stop = self._should_stop()
            if stop:
                save()
            return stop

        results = engine.run(
            self._feed.pictures(),
            country=self._request.country,
            admin1_region=self._request.admin1_region,
            should_stop=glance,
        )
        self._tell(self._progress(pace))
        with contextlib.closing(results) as arriving:
            for result in arriving:
                if isinstance(result, Unpredicted):
                    try:
                        result = self._feed.checked(result)
                    except InputError:
                        save()
                        raise
                self._take(result, pace, save)
        for absent in self._feed.pump():
            self._take(absent, pace, save)
        save()
        self._tell(self._progress(pace))

    def _take(self, result: Result, pace: Pace, save: Callable[[], None]) -> None:
        self._batch.append(result)
        pace.count(failed=isinstance(result, Unpredicted))
        if isinstance(result, Unpredicted):
            name = self._feed.name(result.picture.image_id)
            self._tell(events.Failure(name, result.reason))
        if len(self._batch) >= self._request.batch_size:
            save()
        self._tell_now_and_then(pace)

    def _tell_now_and_then(self, pace: Pace) -> None:
        if pace.is_due():
            self._tell(self._progress(pace))
            downloads = self._feed.progress()
            if downloads:
                self._tell(downloads)

    def _progress(self, pace: Pace) -> events.Progress:
        rate, left = pace.report()
        saved = pace.done - len(self._batch)
        return events.Progress(pace.done, pace.total, pace.failed, saved, rate, left)

    def _end(self, run: Run) -> PredictReport:
        feed = self._feed
        downloads = feed.progress()
        if downloads:
            self._tell(downloads)
        feed.close()
        counts = feed.outcomes()
        waiting = counts.get("pending", 0)
        if not self._store.runs.outcomes(run.id).get("pending") and not run.finished_at:
            with self._store.db.transaction():
                self._store.runs.finish(run.id, utc_now())
        total = sum(counts.values())
        stopped = bool(waiting) and self._should_stop()
        if stopped:
            self._tell(events.Stopped(run.id, total - waiting, total))
        else:
            done, failed = counts.get("predicted", 0), counts.get("failed", 0)
            self._tell(events.Finished(run.id, done, failed, waiting))
        failures = feed.failures()
        failures += [(path, reason, 0) for path, reason in feed.unreadable()]
        return PredictReport(
            run.id, stopped, counts, feed.rows, failures, feed.input_size, feed.gave_up
        )


def _labels(path: Path) -> list[TaxonName]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ModelError(f"{path}: {error}.", "Copy the model again.") from None
    return [parse_label(line.strip()) for line in lines if line.strip()]
