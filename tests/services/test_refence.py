"""A run for another country from what is stored is the run that `predict` would have made."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from camtrap_tui.domain.filters import parse_filter
from camtrap_tui.domain.models import Run
from camtrap_tui.errors import UsageError
from camtrap_tui.services import charts, events, inference, listing, refence
from camtrap_tui.services.accounts import take_ledger
from camtrap_tui.services.prediction_request import PredictRequest
from camtrap_tui.services.refence import RefenceReport
from camtrap_tui.services.sample import sample_folder
from camtrap_tui.store.store import Store
from tests.builders import Said, add_images, add_run
from tests.model_builder import ANCESTORS, LABELS
from tests.refencing import notices, outcomes, run_it, seen, words
from tests.store.test_grades import grade

pytestmark = pytest.mark.model


def predict(survey: Path, pictures: Path, model: Path, country: str | None) -> Run:
    asked = PredictRequest(model=str(model), country=country)
    report = inference.predict(
        survey, pictures, asked, on_event=lambda _: None, should_stop=lambda: False
    )
    with Store.open(survey) as store:
        return next(run for run in store.runs.all() if run.id == report.run_id)


def test_the_sample_survey_as_predicted_there(speciesnet: Any, tmp_path: Path) -> None:
    survey, sample = tmp_path / "river.db", sample_folder()
    model = sample / "demo_model"
    nowhere = predict(survey, sample / "pictures", model, None)
    kenya = predict(survey, sample / "pictures", model, "KEN")
    there = run_it(survey, "KEN", run_id=nowhere.id).run
    told = list[events.Event]()
    assert run_it(survey, "KEN", told, run_id=kenya.id).run == kenya
    assert "was made for KEN by the same rules: nothing is new" in notices(told)
    # Without an end, whoever listens would take it for a crash.
    assert isinstance(told[-1], events.Finished)
    back = run_it(survey, None, told, run_id=kenya.id).run
    assert f"Run {nowhere.id} (predict) has the same model and country already" in notices(told)
    with Store.open(survey) as store:
        assert outcomes(store, there) == outcomes(store, kenya)
        assert outcomes(store, back) == outcomes(store, nowhere)
        assert seen(store, there) == seen(store, kenya)
        assert sum(row[1] == "failed" for row in outcomes(store, there)) == 1
        # The fence bites, else nothing would have been shown.
        assert outcomes(store, kenya) != outcomes(store, nowhere)
        assert there.finished_at
        assert (there.kind, there.parent_run_id, there.geofenced) == ("refence", nowhere.id, 1)
        assert (there.model_sha256, there.geofence_sha256) == (
            kenya.model_sha256,
            kenya.geofence_sha256,
        )


def test_a_model_of_whole_pictures_as_predicted_there(
    speciesnet: Any, whole_model: Path, tmp_path: Path
) -> None:
    from tests.picture_files import write_kinds

    pictures = tmp_path / "pictures"
    pictures.mkdir()
    write_kinds(pictures)
    survey = tmp_path / "river.db"
    nowhere = predict(survey, pictures, whole_model, None)
    kenya = predict(survey, pictures, whole_model, "KEN")
    there = run_it(survey, "KEN", run_id=nowhere.id, model=str(whole_model)).run
    with Store.open(survey) as store:
        assert outcomes(store, there) == outcomes(store, kenya)
        assert any(row[1] == "predicted" for row in outcomes(store, there))


@pytest.fixture
def six(store: Store) -> Store:
    """A predicted run: five pictures with raccoons, one that failed, one that waits."""
    run = add_run(store)
    guesses = [("northern raccoon", 0.9), ("domestic dog", 0.06)]
    with store.db.transaction():
        from camtrap_tui.domain.taxonomy import parse_label

        store.taxa.add([parse_label(label) for label in (*LABELS, *ANCESTORS)], "model")
    box = ("animal", 0.8, 0.1, 0.1, 0.2, 0.2)
    add_images(store, [Said(None), *[Said("blank", 0.5, boxes=[box])] * 6], run=run)
    by_name = {taxon.name: taxon.id for taxon in store.taxa.all() if taxon.taxon_class}
    rows = [
        (run.id, key, 1, rank, by_name[name], score - key / 1000)
        for key in range(2, 7)
        for rank, (name, score) in enumerate(guesses, 1)
    ]
    with store.db.transaction():
        store.runs.put_classifications(rows)
        store.runs.put_predictions([(run.id, 7, "pending", None, None, None, None, 0)])
    return store


def test_what_stopped_goes_on_and_was_never_finished(
    six: Store, rules: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refence, "_BATCH", 2)
    with six.db.transaction():
        six.db.execute("UPDATE prediction SET outcome = 'failed', reason = 'x' WHERE image_id = 7")
    asked = iter([False, False, True])
    ended = run_it(six.path, "KEN", model=str(rules), should_stop=lambda: next(asked))
    assert (ended.stopped, ended.taken, ended.run.finished_at) == (True, 4, None)
    assert (ended.left, ended.outcomes) == (3, {"predicted": 3, "failed": 1})
    latest = six.runs.latest()
    assert latest is not None
    assert latest.id == 1
    assert take_ledger(six).discrepancies == ()

    again = run_it(six.path, "KEN", model=str(rules))
    assert (again.run.id, again.taken, again.is_new, again.stopped) == (2, 3, False, False)
    assert again.run.finished_at
    whole = run_it(six.path, "TZA", model=str(rules))
    assert outcomes(six, again.run) == outcomes(six, whole.run)


def test_a_batch_is_written_whole_or_not_at_all(
    six: Store, rules: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from camtrap_tui.store.runs import Runs

    put = Runs.put_predictions

    def break_off(self: Runs, rows: Any) -> None:
        put(self, rows)
        raise KeyboardInterrupt

    monkeypatch.setattr(Runs, "put_predictions", break_off)
    with pytest.raises(KeyboardInterrupt):
        run_it(six.path, "KEN", model=str(rules))
    monkeypatch.undo()
    (_, half) = six.runs.all()
    assert (half.finished_at, outcomes(six, half)) == (None, [])
    assert run_it(six.path, "KEN", model=str(rules)).outcomes == OUTCOMES


def test_two_at_once_make_one_finished_run(
    six: Store, rules: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refence, "_BATCH", 2)
    with six.db.transaction():
        six.db.execute("UPDATE prediction SET outcome = 'failed', reason = 'x' WHERE image_id = 7")
    asked, others = iter(range(99)), list[RefenceReport]()

    def meanwhile() -> bool:
        """Let another process do all the rest, after the first batch of this one."""
        if next(asked) == 1:
            others.append(run_it(six.path, "KEN", model=str(rules)))
        return False

    ended = run_it(six.path, "KEN", model=str(rules), should_stop=meanwhile)
    assert (ended.stopped, ended.taken, others[0].taken) == (False, 4, 5)
    assert ended.run.finished_at
    assert ended.outcomes == {"predicted": 5, "failed": 2}
    assert len(six.runs.all()) == 2


def test_a_run_that_was_killed_before_its_end_was_written_is_finished(
    six: Store, rules: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from camtrap_tui.store.runs import Runs

    def killed(_self: Runs, _run_id: int, _at: str) -> None:
        raise KeyboardInterrupt

    with six.db.transaction():
        six.db.execute("UPDATE prediction SET outcome = 'failed', reason = 'x' WHERE image_id = 7")
    monkeypatch.setattr(Runs, "finish", killed)
    with pytest.raises(KeyboardInterrupt):
        run_it(six.path, "KEN", model=str(rules))
    monkeypatch.undo()
    assert six.runs.all()[1].finished_at is None
    again = run_it(six.path, "KEN", model=str(rules))
    assert again.taken == 0
    assert again.run.finished_at


OUTCOMES = {"predicted": 5, "failed": 1, "pending": 1}


def test_the_same_request_is_the_same_run(six: Store, rules: Path) -> None:
    told = list[events.Event]()
    first = run_it(six.path, "USA", model=str(rules), admin1_region="IL")
    again = run_it(six.path, "USA", told, model=str(rules), admin1_region="IL")
    assert (again.run.id, again.is_new, again.taken) == (first.run.id, False, 0)
    assert notices(told) == "Run 2 is that already: run 1 for USA-IL."
    assert told[-1] == events.Finished(2, 5, 1, 1)
    # From the re-fenced run too: both have the boxes of the first.
    third = run_it(six.path, "USA", run_id=2, model=str(rules), admin1_region="IL")
    assert third.run.id == first.run.id
    other = run_it(six.path, "USA", run_id=2, model=str(rules))
    assert (other.run.id, other.run.parent_run_id) == (3, 1)


def test_pictures_that_were_predicted_since_are_taken_over(six: Store, rules: Path) -> None:
    first = run_it(six.path, "KEN", model=str(rules))
    assert (first.outcomes, first.run.finished_at) == (OUTCOMES, None)
    assert take_ledger(six).discrepancies == ()
    taxon = six.taxa.all()[0].id
    with six.db.transaction():
        six.runs.put_predictions([(1, 7, "predicted", taxon, 0.9, "classifier", None, 1)])
        six.runs.put_predictions([(1, 1, "failed", None, None, None, "still truncated", 2)])
    again = run_it(six.path, "KEN", model=str(rules))
    assert (again.taken, again.outcomes) == (2, {"predicted": 6, "failed": 1})
    assert again.run.finished_at
    assert words(six, again.run)["IMG_0001.JPG"] == ("failed", "still truncated")


def test_another_geofence_is_said_and_is_another_run(
    six: Store, rules: Path, tmp_path: Path
) -> None:
    from camtrap_tui.services.model_folder import read_rules

    own = read_rules(rules)
    with six.db.transaction():
        six.db.execute(
            "UPDATE run SET taxonomy_sha256 = ?, geofence_sha256 = ? WHERE id = 1",
            [own.taxonomy_sha256, own.geofence_sha256],
        )
    told = list[events.Event]()
    assert run_it(six.path, "KEN", told, usual_model=str(rules)).run.id == 2
    assert notices(told) == ""  # Its own rules, and no run that says the same.
    newer = tmp_path / "newer"
    shutil.copytree(rules, newer)
    (newer / "geofence.json").write_text("{}")
    with pytest.raises(UsageError, match="made by the model demo, whose files are not at hand"):
        run_it(six.path, "KEN", usual_model=str(newer))
    report = run_it(six.path, "KEN", told, model=str(newer))
    assert report.run.id == 3
    assert "The geofence of newer fake-1 is not what run 1 was made with" in notices(told)
    assert words(six, report.run)["IMG_0002.JPG"][0] == "northern raccoon"
    told.clear()
    run_it(six.path, "TZA", told, run_id=3, usual_model=str(rules))
    assert "Run 3 was made with other rules than those of run 1, which are used" in notices(told)


def test_no_grade_is_touched(six: Store, rules: Path) -> None:
    grade(six, [2, 3], "mallard", "ann")
    tables = ("grade", "observation", "mark", "vote", "vote_taxon")
    before = [six.db.execute(f"SELECT * FROM {table}").fetchall() for table in tables]
    run_it(six.path, "KEN", model=str(rules))
    after = [six.db.execute(f"SELECT * FROM {table}").fetchall() for table in tables]
    assert before[0]
    assert after == before


def test_all_that_reads_boxes_and_classes_finds_those_of_the_first_run(
    six: Store, rules: Path
) -> None:
    run = run_it(six.path, "KEN", model=str(rules)).run
    assert seen(six, run)
    assert six.db.value("SELECT count(*) FROM classification WHERE run_id = ?", [run.id]) == 0
    for text in ("has:animal", "class:raccoon>0.897", "-class:dog", "-has:animal"):
        wanted = parse_filter(text)
        assert list(six.queues.build(wanted, run.id)) == list(six.queues.build(wanted, 1))
        assert six.queues.build(wanted, run.id)
    assert six.runs.highest_confidences(run.id, [2, 3]) == {2: 0.8, 3: 0.8}
    by_class = charts.frequency(six, by="classification", run_id=run.id, min_score=0.5)
    theirs = charts.frequency(six, by="classification", run_id=1, min_score=0.5)
    assert by_class.rows == theirs.rows != ()
    by_prediction = charts.frequency(six, run_id=run.id)
    assert [(row.name, row.count) for row in by_prediction.rows] == [("carnivorous mammal", 5)]
    asked = listing.wanted(six, "failed", run.id)
    assert "status" in listing.how_to_go_on(six, asked)
    assert "--list failed --run 1" in listing.how_to_go_on(six, asked)
