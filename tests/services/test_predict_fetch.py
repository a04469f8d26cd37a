"""`predict` without a folder: what is here, what is fetched meanwhile, and what cannot be had."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from camtrap_tui.errors import InputError, UsageError
from camtrap_tui.services import events, inference, ingest
from camtrap_tui.services.cached_copy import InputSize
from camtrap_tui.services.engine import Picture, Result, Unpredicted
from camtrap_tui.services.fetch import fetch
from camtrap_tui.services.fetch_request import FetchRequest
from camtrap_tui.services.inference import PredictReport
from camtrap_tui.services.pace_limits import Limits
from camtrap_tui.services.prediction_request import PredictRequest
from camtrap_tui.services.strict_decode import PictureError, decode
from camtrap_tui.store.store import Store
from tests.manifest_rows import cached_files, rows_of, survey_of
from tests.picture_files import blobs, jpeg, write_series
from tests.services.fake_engine import SOFTWARE, FakeEngine, write_model_folder
from tests.survey_dump import dump, finished
from tests.weather_server import Answer, WeatherServer, weather_server

PATIENT = Limits(first_wait_s=0.01, longest_wait_s=0.05, stall_s=0.5, connect_s=2)
PICTURES = 12


class DecodingEngine(FakeEngine):
    """Finds out whether a picture is whole, as the real one does."""

    def _predict(self, picture: Picture) -> Result:
        try:
            decode(picture.path)
        except PictureError as error:
            return Unpredicted(picture, str(error), True)
        return super()._predict(picture)


@dataclass
class Desk:
    """A survey of pictures elsewhere, a server that has them, and a model without torch."""

    root: Path
    server: WeatherServer
    request: PredictRequest
    fetching: FetchRequest
    engine: FakeEngine = field(default_factory=DecodingEngine)
    told: list[events.Event] = field(default_factory=list)

    @property
    def survey(self) -> Path:
        return self.root / "river.db"

    @property
    def cache(self) -> Path:
        return self.root / "cache"

    def serve(self, *answers: Answer, survey: str = "river.db") -> None:
        urls = [self.server.put(f"/{n}.jpg", answer) for n, answer in enumerate(answers)]
        survey_of(self.root / survey, urls)

    def predict(
        self, *, fetching: bool = True, stop_after: int = 10**9, **changes: object
    ) -> PredictReport:
        self.told.clear()
        self.engine.seen.clear()
        return inference.predict(
            self.survey,
            None,
            replace(self.request, fetch=self.fetching if fetching else None, **changes),  # type: ignore[arg-type]
            on_event=self.told.append,
            should_stop=lambda: len(self.engine.seen) >= stop_after,
            load=self.engine.load,
        )

    def fetch(self, **changes: object) -> None:
        asked = replace(self.fetching, **changes)  # type: ignore[arg-type]
        fetch(self.survey, asked, on_event=self.told.append, should_stop=lambda: False)


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr(inference, "software_versions", lambda: SOFTWARE)
    model = write_model_folder(tmp_path / "model")
    with weather_server() as server:
        yield Desk(
            tmp_path,
            server,
            PredictRequest(model=str(model), batch_size=3),
            FetchRequest(tmp_path / "cache", jobs=4, limits=PATIENT),
        )


def ok(seed: int, width: int = 640) -> Answer:
    return Answer(body=jpeg(blobs(seed, size=(width, width * 3 // 4))))


def test_pictures_are_fetched_and_predicted_in_one_go(desk: Desk) -> None:
    desk.serve(*(ok(n) for n in range(PICTURES)))
    report = desk.predict()
    assert report.outcomes == {"predicted": PICTURES}
    assert (report.stopped, report.input_size) == (False, "1280 q75")
    assert finished(desk.survey) == [True]
    assert {row[0] for row in rows_of(desk.survey)} == {"here"}
    with Store.open(desk.survey) as store:
        (run,) = store.runs.all()
        assert run.input_size == "1280 q75"
    last = [event for event in desk.told if isinstance(event, events.Fetching)][-1]
    assert (last.fetched, last.failed, last.total) == (PICTURES, 0, PICTURES)
    asked = len(desk.server.asked)
    desk.predict()
    assert (len(desk.server.asked), desk.engine.seen) == (asked, [])


def test_what_cannot_be_had_has_failed_and_is_taken_up_on_request(desk: Desk) -> None:
    whole = jpeg(blobs(1))
    desk.serve(Answer(404), ok(2), Answer(body=whole[: len(whole) // 2]), Answer(body=b"<html>"))
    report = desk.predict()
    assert report.outcomes == {"predicted": 1, "failed": 3}
    truncated = "truncated: the file ends before the picture does"
    assert report.failures == [
        ("00000.jpg", "no picture: HTTP 404", 1),
        ("00002.jpg", f"no picture: {truncated}", 1),
        ("00003.jpg", "no picture: a web page instead of a picture", 1),
    ]
    assert rows_of(desk.survey) == [
        ("missing", "HTTP 404", 1),
        ("here", None, 1),
        ("unreadable", truncated, 1),
        ("unreadable", "a web page instead of a picture", 1),
    ]
    assert len(cached_files(desk.cache)) == 1
    assert finished(desk.survey) == [True]
    for n in (0, 2):
        desk.server.put(f"/{n}.jpg", ok(n + 10))
    desk.fetching = replace(desk.fetching, retry=True)
    report = desk.predict(retry=True)
    assert report.outcomes == {"predicted": 3, "failed": 1}
    assert [tries for _, _, tries in report.failures] == [2]


def test_what_only_the_model_finds_broken_is_no_picture_either(desk: Desk) -> None:
    whole = jpeg(blobs(1))
    looks_whole = whole[: whole.find(b"\xff\xda")] + b"\xff\xd9"
    desk.serve(Answer(body=looks_whole), ok(2))
    report = desk.predict()
    assert report.outcomes == {"predicted": 1, "failed": 1}
    ((_, reason, _),) = report.failures
    assert reason.startswith("no picture: ")
    row = rows_of(desk.survey)[0]
    assert row == ("unreadable", reason.removeprefix("no picture: "), 1)
    assert len(cached_files(desk.cache)) == 1
    desk.server.put("/0.jpg", ok(1))
    desk.fetching = replace(desk.fetching, retry=True)
    assert desk.predict(retry=True).outcomes == {"predicted": 2}
    with Store.open(desk.survey) as store:
        assert all(image.media_id == image.content_md5 for image in store.images.by_ids([1, 2]))


def test_a_broken_copy_that_cannot_be_removed_is_no_disaster(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = jpeg(blobs(1))
    desk.serve(Answer(body=whole[: whole.find(b"\xff\xda")] + b"\xff\xd9"), ok(2))
    unlink = Path.unlink

    def refuse(path: Path, missing_ok: bool = False) -> None:
        if path.suffix == ".jpg":
            raise PermissionError(13, "Permission denied")
        unlink(path, missing_ok)

    monkeypatch.setattr(Path, "unlink", refuse)
    assert desk.predict().outcomes == {"predicted": 1, "failed": 1}
    assert rows_of(desk.survey)[0][0] == "unreadable"


def test_a_fetch_and_a_prediction_end_as_both_in_one(desk: Desk) -> None:
    whole = jpeg(blobs(1))
    answers = [ok(3), Answer(403), Answer(body=whole[:-900]), ok(4, 1600), ok(5)]
    desk.serve(*answers)
    desk.serve(*answers, survey="both.db")
    desk.fetch()
    apart = desk.predict()
    river = desk.survey
    desk.engine = DecodingEngine()
    first = dump(river)
    river.rename(desk.root / "first.db")
    (desk.root / "both.db").rename(river)
    together = desk.predict()
    assert together.outcomes == apart.outcomes
    second = dump(river)
    for table in ("prediction", "detection", "classification", "image", "source_row"):
        assert second[table] == first[table], table


def test_without_fetching_the_rest_waits(desk: Desk) -> None:
    desk.serve(*(ok(n) for n in range(6)))
    with Store.open(desk.survey) as store, store.db.transaction():
        store.db.execute(
            "UPDATE source_row SET state = 'excluded', reason = '' WHERE row_number > 4"
        )
    desk.fetch()
    with Store.open(desk.survey) as store, store.db.transaction():
        store.db.execute("UPDATE source_row SET state = 'pending' WHERE state = 'excluded'")
    report = desk.predict(fetching=False)
    assert report.outcomes == {"predicted": 3, "pending": 3}
    assert not report.stopped
    assert events.Finished(1, 3, 0, 3) in desk.told
    assert finished(desk.survey) == [False]
    assert desk.predict().outcomes == {"predicted": 6}
    assert finished(desk.survey) == [True]


def test_folders_and_addresses_together(desk: Desk) -> None:
    desk.serve(*(ok(n) for n in range(4)))
    write_series(desk.root / "pictures", 5)
    with Store.open(desk.survey) as store:
        ingest.add_folder(store, desk.root / "pictures")
    report = desk.predict()
    assert report.outcomes == {"predicted": 9}
    with Store.open(desk.survey) as store:
        assert [run.input_size for run in store.runs.all()] == ["1280 q75"]


def test_a_survey_of_folders_needs_no_cache(desk: Desk) -> None:
    write_series(desk.root / "pictures", 5)
    with Store.open(desk.survey, create=True) as store:
        ingest.add_folder(store, desk.root / "pictures")
    report = desk.predict()
    assert (report.outcomes, report.input_size) == ({"predicted": 5}, None)
    assert not desk.cache.exists()
    in_folder = inference.predict(
        desk.survey,
        desk.root / "pictures",
        desk.request,
        on_event=desk.told.append,
        should_stop=lambda: False,
        load=desk.engine.load,
    )
    assert in_folder.run_id == report.run_id


def test_copies_of_another_size_are_another_run(desk: Desk) -> None:
    desk.serve(*(ok(n) for n in range(3)))
    desk.predict()
    with pytest.raises(InputError, match="made as 1280 q75, not as 320 q75"):
        desk.predict(fetching=False, size=InputSize(320))
    asked = len(desk.server.asked)
    report = desk.predict(size=InputSize(320))
    assert report.outcomes == {"predicted": 3}
    assert len(desk.server.asked) == asked + 3
    with Store.open(desk.survey) as store:
        assert [run.input_size for run in store.runs.all()] == ["1280 q75", "320 q75"]
        copies = [store.caches.copy_of(key) for key in (1, 2, 3)]
    assert {copy.width for copy in copies if copy} == {320}


def test_a_deleted_cache_is_fetched_again(desk: Desk) -> None:
    desk.serve(*(ok(n) for n in range(3)))
    desk.predict()
    for path in desk.cache.rglob("*.jpg"):
        path.unlink()
    assert desk.predict().outcomes == {"predicted": 3}  # nothing is left to predict
    write_model_folder(Path(desk.request.model), b"other weights")
    assert desk.predict(fetching=False).outcomes == {"pending": 3}
    assert desk.predict().outcomes == {"predicted": 3}


@pytest.mark.parametrize("stop_after", [1, 4, 9])
def test_a_stopped_run_ends_up_as_an_uninterrupted_one(desk: Desk, stop_after: int) -> None:
    answers = [Answer(404) if n == 3 else ok(n) for n in range(PICTURES)]
    desk.serve(*answers)
    report = desk.predict(stop_after=stop_after)
    assert report.stopped
    assert isinstance(desk.told[-1], events.Stopped)
    assert not [name for name in cached_files(desk.cache) if name.endswith(".part")]
    desk.predict()
    parts = dump(desk.survey)
    desk.survey.rename(desk.root / "parts.db")
    desk.serve(*answers)
    desk.predict()
    whole = dump(desk.survey)
    for table in ("prediction", "detection", "classification", "image", "source_row", "taxon"):
        assert parts[table] == whole[table], table


def test_a_server_that_stays_away_fails_no_picture(desk: Desk) -> None:
    desk.serve(*(ok(n) for n in range(20)))
    desk.server.dies_after = 8
    desk.fetching = replace(desk.fetching, limits=replace(PATIENT, patience_s=0.2))
    report = desk.predict()
    assert "does not answer" in report.gave_up
    assert report.outcomes.get("failed") is None
    assert report.outcomes["pending"] > 0
    desk.server.start()
    assert desk.predict().outcomes == {"predicted": 20}


def test_downloads_go_on_while_the_model_works(desk: Desk) -> None:
    desk.serve(*(ok(n) for n in range(100)))
    all_asked = threading.Event()

    class SlowEngine(DecodingEngine):
        def run(self, pictures, *, country, admin1_region, should_stop):  # type: ignore[no-untyped-def]
            yield self._predict(next(one for one in pictures if one))
            for _ in range(2000):
                # The model is at work on the second picture, and looks up now and then.
                should_stop()
                if len(desk.server.asked) == 100:
                    all_asked.set()
                    break
                all_asked.wait(0.01)
            yield from super().run(
                pictures,
                country=country,
                admin1_region=admin1_region,
                should_stop=should_stop,
            )

    desk.engine = SlowEngine()
    assert desk.predict().outcomes == {"predicted": 100}
    assert all_asked.is_set()


def test_predictions_are_saved_while_downloads_go_on(desk: Desk) -> None:
    answers = [ok(n) for n in range(6)] + [replace(ok(6), silent_s=0.4)]
    desk.serve(*answers)
    desk.predict()
    order = [
        "last" if isinstance(event, events.Fetching) and event.fetched == 7 else "saved"
        for event in desk.told
        if isinstance(event, events.Fetching)
        or (isinstance(event, events.Progress) and event.saved >= 6)
    ]
    assert order.index("saved") < order.index("last")


@pytest.mark.parametrize("asked", ["fetch", "size"])
def test_a_folder_needs_no_fetching(desk: Desk, asked: str) -> None:
    values = {"fetch": desk.fetching, "size": InputSize()}
    with pytest.raises(UsageError, match="folder's pictures"):
        inference.predict(
            desk.survey,
            desk.root,
            replace(desk.request, **{asked: values[asked]}),  # type: ignore[arg-type]
            on_event=desk.told.append,
            should_stop=lambda: False,
            load=desk.engine.load,
        )


def test_a_survey_without_pictures_is_one_sentence(desk: Desk) -> None:
    Store.open(desk.survey, create=True).close()
    with pytest.raises(InputError, match="no picture"):
        desk.predict()
