"""`predict` gives every picture an outcome, and goes on where it stopped."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from camtrap_tui.errors import InputError, ModelError, StoreError, UsageError
from camtrap_tui.services import events, inference
from camtrap_tui.services.engine import Picture, Result, Unpredicted
from camtrap_tui.services.inference import PredictReport
from camtrap_tui.services.prediction_request import PredictRequest
from camtrap_tui.store.store import Store
from tests.picture_files import write_series
from tests.services.fake_engine import SOFTWARE, FakeEngine, write_model_folder
from tests.survey_dump import dump, finished

PICTURES = 10


@dataclass
class Desk:
    """A folder of pictures, a model that needs no torch, and a survey to be made."""

    root: Path
    pictures: Path
    request: PredictRequest
    engine: FakeEngine = field(default_factory=FakeEngine)
    told: list[events.Event] = field(default_factory=list)

    def predict(self, survey: str = "river.db", *, stop_after: int = 10**9) -> PredictReport:
        self.told.clear()
        self.engine.seen.clear()
        return inference.predict(
            self.root / survey,
            self.pictures,
            self.request,
            on_event=self.told.append,
            should_stop=lambda: len(self.engine.seen) >= stop_after,
            load=self.engine.load,
        )

    def ask(self, **changes: object) -> None:
        self.request = replace(self.request, **changes)  # type: ignore[arg-type]

    def kinds(self) -> list[str]:
        return [type(event).__name__ for event in self.told]


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setattr(inference, "software_versions", lambda: SOFTWARE)
    write_series(tmp_path / "pictures", PICTURES)
    model = write_model_folder(tmp_path / "model")
    return Desk(tmp_path, tmp_path / "pictures", PredictRequest(model=str(model), batch_size=3))


def test_every_picture_gets_its_outcome(desk: Desk) -> None:
    desk.engine.fails["IMG_0004.JPG"] = "truncated: the file ends"
    report = desk.predict()
    assert report.outcomes == {"predicted": PICTURES - 1, "failed": 1}
    assert report.failures == [("IMG_0004.JPG", "truncated: the file ends", 1)]
    assert not report.stopped
    assert finished(desk.root / "river.db") == [True]
    with Store.open(desk.root / "river.db") as store:
        (run,) = store.runs.all()
        assert (run.model_name, run.model_version, run.software) == ("model", "fake-1", SOFTWARE)
        assert run.model_sha256
        assert run.geofenced == 0
        boxes = [len(store.runs.detections(run.id, key)) for key in range(1, PICTURES + 1)]
        classes = [len(store.runs.classifications(run.id, key)) for key in range(1, PICTURES + 1)]
    assert sum(boxes) > 0
    assert classes == [5 * n for n in boxes]


def test_events_tell_the_story(desk: Desk) -> None:
    (desk.pictures / "empty.jpg").write_bytes(b"")
    desk.predict()
    kinds = list(dict.fromkeys(desk.kinds()))
    assert kinds == [
        *("Started", "Scanning", "Notice", "Scanned", "Failure", "Loading", "Progress"),
        "Finished",
    ]
    last = [event for event in desk.told if isinstance(event, events.Progress)][-1]
    assert (last.done, last.total, last.failed, last.saved) == (PICTURES, PICTURES, 0, PICTURES)
    assert events.Failure("empty.jpg", "unreadable: the file is empty") in desk.told


@pytest.mark.parametrize("stop_after", [1, 3, 4, 8, PICTURES])
def test_a_stopped_run_ends_up_as_an_uninterrupted_one(desk: Desk, stop_after: int) -> None:
    desk.predict("whole.db")
    report = desk.predict("parts.db", stop_after=stop_after)
    assert report.outcomes.get("predicted") == stop_after
    assert desk.kinds()[-1] == ("Stopped" if stop_after < PICTURES else "Finished")
    desk.predict("parts.db")
    assert len(desk.engine.seen) == PICTURES - stop_after
    assert dump(desk.root / "parts.db") == dump(desk.root / "whole.db")


def test_nothing_is_asked_twice(desk: Desk) -> None:
    desk.engine.fails["IMG_0002.JPG"] = "truncated"
    desk.predict()
    before = dump(desk.root / "river.db")
    loaded = desk.engine.loaded
    report = desk.predict()
    assert desk.engine.seen == []
    assert desk.engine.loaded == loaded
    assert report.outcomes == {"predicted": PICTURES - 1, "failed": 1}
    assert dump(desk.root / "river.db") == before


def test_failures_are_taken_up_again_on_request(desk: Desk) -> None:
    desk.engine.fails["IMG_0002.JPG"] = "model error: no memory"
    desk.engine.fails["IMG_0005.JPG"] = "truncated"
    desk.predict()
    del desk.engine.fails["IMG_0002.JPG"]
    desk.ask(retry=True)
    report = desk.predict()
    assert desk.engine.seen == ["IMG_0002.JPG", "IMG_0005.JPG"]
    assert report.failures == [("IMG_0005.JPG", "truncated", 2)]


def test_another_request_is_another_run_beside_the_first(desk: Desk) -> None:
    desk.predict()
    first = dump(desk.root / "river.db")
    desk.ask(country="USA", admin1_region="IL")
    desk.predict()
    with Store.open(desk.root / "river.db") as store:
        runs = store.runs.all()
        assert [(run.country, run.geofenced) for run in runs] == [(None, 0), ("USA", 1)]
        assert store.runs.outcomes(2) == store.runs.outcomes(1) == {"predicted": PICTURES}
    both = dump(desk.root / "river.db")
    for table in ("prediction", "detection", "classification"):
        assert [row for row in both[table] if row[0] == 1] == first[table]
    for changes in ({"geofence": False}, {"country": None, "admin1_region": None}):
        desk.ask(**changes)
        desk.predict()
    with Store.open(desk.root / "river.db") as store:
        assert len(store.runs.all()) == 3  # the last one was the first request again


def test_a_changed_model_is_another_run_and_says_so(desk: Desk) -> None:
    desk.predict()
    write_model_folder(Path(desk.request.model), b"other weights")
    desk.predict()
    said = [event.text for event in desk.told if isinstance(event, events.Notice)]
    assert any("has changed since run 1" in text for text in said)
    with Store.open(desk.root / "river.db") as store:
        assert len({run.model_sha256 for run in store.runs.all()}) == 2


def test_a_model_is_announced_once(desk: Desk) -> None:
    desk.predict()
    said = [event.text for event in desk.told if isinstance(event, events.Notice)]
    assert len(said) == 1
    with Store.open(desk.root / "river.db") as store:
        assert store.runs.all()[0].model_sha256 in said[0]  # type: ignore[operator]
    desk.predict("another.db")
    assert "Notice" not in desk.kinds()


def test_pictures_are_known_by_content(desk: Desk) -> None:
    shutil.copy(desk.pictures / "IMG_0001.JPG", desk.pictures / "copy.jpg")
    report = desk.predict()
    assert sum(report.outcomes.values()) == PICTURES
    moved = desk.root / "moved"
    desk.pictures.rename(moved)
    desk.pictures = moved
    report = desk.predict()
    assert desk.engine.seen == []
    assert report.outcomes == {"predicted": PICTURES}


def test_new_pictures_join_the_run(desk: Desk) -> None:
    desk.predict()
    write_series(desk.pictures, PICTURES + 2)
    report = desk.predict()
    assert len(desk.engine.seen) == 2
    assert report.outcomes == {"predicted": PICTURES + 2}
    assert finished(desk.root / "river.db") == [True]


def test_a_picture_that_vanished_has_failed(desk: Desk) -> None:
    desk.predict(stop_after=2)
    (desk.pictures / "IMG_0009.JPG").unlink()
    report = desk.predict()
    assert report.outcomes == {"predicted": PICTURES - 1, "failed": 1}
    assert report.failures == [("IMG_0009.JPG", "missing: there is no such file", 1)]


def test_a_folder_that_vanishes_fails_no_picture(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    away = desk.pictures.with_name("away")
    predict_one = FakeEngine._predict

    def unplug(engine: FakeEngine, picture: Picture) -> Result:
        if len(engine.seen) == 5:
            desk.pictures.rename(away)
        if not picture.path.exists():
            return Unpredicted(picture, "missing: there is no such file")
        return predict_one(engine, picture)

    monkeypatch.setattr(FakeEngine, "_predict", unplug)
    with pytest.raises(InputError, match="folder of the pictures is gone"):
        desk.predict()
    away.rename(desk.pictures)
    monkeypatch.setattr(FakeEngine, "_predict", predict_one)
    assert [row[2] for row in dump(desk.root / "river.db")["prediction"]].count("failed") == 0
    assert desk.predict().outcomes == {"predicted": PICTURES}


def test_a_full_disk_is_one_sentence_and_goes_on_later(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.predict("whole.db")
    desk.predict("river.db", stop_after=3)

    class SmallDisk(Store):
        @classmethod
        def open(cls, path: Path, **options: object) -> Store:
            store = Store.open(path, **options)  # type: ignore[arg-type]
            pages = store.db.value("PRAGMA page_count")
            store.db.execute(f"PRAGMA max_page_count = {pages}")
            store.db.execute("PRAGMA cache_spill = 0")
            return store

    monkeypatch.setattr(inference, "Store", SmallDisk)
    write_series(desk.pictures, 150)
    with pytest.raises(StoreError, match="disk is full"):
        desk.predict()
    monkeypatch.undo()
    monkeypatch.setattr(inference, "software_versions", lambda: SOFTWARE)
    desk.predict()
    desk.predict("whole.db")
    for table in ("prediction", "detection", "classification", "taxon", "image"):
        assert dump(desk.root / "river.db")[table] == dump(desk.root / "whole.db")[table]


def test_a_batch_is_saved_whole_or_not_at_all(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    real = desk.engine._predict

    def dies(picture: object) -> object:
        if len(desk.engine.seen) == 5:
            raise KeyboardInterrupt
        return real(picture)  # type: ignore[arg-type]

    monkeypatch.setattr(desk.engine, "_predict", dies)
    with pytest.raises(KeyboardInterrupt):
        desk.predict()
    with closing(sqlite3.connect(desk.root / "river.db")) as db:
        counts = dict(db.execute("SELECT outcome, count(*) FROM prediction GROUP BY outcome"))
    assert counts == {"predicted": 3, "pending": PICTURES - 3}
    assert finished(desk.root / "river.db") == [False]


def test_what_cannot_begin_is_one_sentence(desk: Desk) -> None:
    empty = desk.root / "nothing"
    empty.mkdir()
    pictures = desk.pictures
    desk.pictures = empty
    with pytest.raises(InputError, match="no picture"):
        desk.predict()
    desk.pictures = desk.root / "nowhere"
    with pytest.raises(InputError, match="no such folder"):
        desk.predict()
    desk.pictures = pictures
    desk.ask(batch_size=0)
    with pytest.raises(UsageError, match="Batch size"):
        desk.predict()
    desk.ask(batch_size=1, model=str(desk.root / "no-model"))
    with pytest.raises(ModelError, match="no such model folder"):
        desk.predict("new.db")
    assert not (desk.root / "new.db").exists()
