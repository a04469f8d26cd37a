"""Predictions in a survey: whole or not at all, once, and matched to the right pictures."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from camtrap_tui.domain.models import Classification, Detection, Image
from camtrap_tui.errors import InputError
from camtrap_tui.services import imports
from camtrap_tui.services.imports import ImportReport, import_predictions
from camtrap_tui.services.places import path_media_id
from camtrap_tui.store.grades import NewGrade, NewObservation
from camtrap_tui.store.store import Store
from tests.builders import NOW, md5
from tests.camera_files import BLANK, MALLARD, RACCOON, record, write_predictions

ID_A, ID_B = md5("a"), md5("b")


def bring(store: Store, path: Path, records: list[Any], **options: Any) -> ImportReport:
    return import_predictions(store, write_predictions(path, records), **options)


def images(store: Store) -> dict[str, Image]:
    ids = [key for (key,) in store.db.execute("SELECT id FROM image ORDER BY id")]
    return {image.media_id: image for image in store.images.by_ids(ids)}


def rows(store: Store) -> dict[str, tuple[str, str | None]]:
    found = store.db.execute(
        "SELECT row.file_path, row.state, row.reason FROM source_row AS row"
        " JOIN source ON source.id = row.source_id WHERE source.kind = 'predictions'"
    )
    return {path: (state, reason) for path, state, reason in found}


def ledger(store: Store) -> list[tuple[int, str, str, str | None, int | None]]:
    return store.db.execute(
        "SELECT row_number, file_path, state, reason, image_id FROM source_row"
        " WHERE source_id IN (SELECT id FROM source WHERE kind = 'predictions') ORDER BY id"
    ).fetchall()


def adds_up(store: Store) -> bool:
    """Whether the ledger has a row for each record of each file of predictions."""
    found = store.db.execute(
        "SELECT row_count, (SELECT count(*) FROM source_row WHERE source_id = source.id)"
        " FROM source WHERE kind = 'predictions'"
    ).fetchall()
    return found != [] and all(said == rows for said, rows in found)


def test_records_become_images_boxes_classes_and_predictions(store: Store, tmp_path: Path) -> None:
    report = bring(
        store,
        tmp_path / "p.json",
        [
            record(f"images/batch_0/{ID_A}.jpg"),
            record(f"images/{ID_B}.jpg", label=BLANK, detections=[], prediction_score=0.99),
        ],
    )

    assert (report.counts.predicted, report.counts.new_images) == (2, 2)
    assert report.states == {"pending": 2}
    found = images(store)
    run, a, b = report.run, found[ID_A].id, found[ID_B].id
    assert store.runs.detections(run.id, a) == [
        Detection(run.id, a, 1, "animal", 0.8, 0.1, 0.2, 0.3, 0.4)
    ]
    taxa = {taxon.id: taxon.name for taxon in store.taxa.all()}
    classes = store.runs.classifications(run.id, a)
    assert [(c.detection_number, c.rank, taxa[c.taxon_id], c.score) for c in classes] == [
        (1, 1, "raccoon", 0.9),
        (1, 2, "mallard", 0.05),
    ]
    assert {c.detection_number for c in store.runs.classifications(run.id, b)} == {0}
    predictions = store.runs.predictions(run.id, [a, b])
    assert taxa[predictions[a].taxon_id or 0] == "raccoon"
    assert (predictions[b].score, predictions[b].source) == (0.99, "classifier")
    assert found[ID_A].burst_id == a
    assert found[ID_A].deployment_id is None


def test_the_run_says_where_it_comes_from(store: Store, tmp_path: Path) -> None:
    region = {"country": "USA", "admin1_region": "IL"}
    run = bring(store, tmp_path / "p.json", [record("x.jpg", **region)]).run

    assert (run.kind, run.source_file, run.source_format) == (
        "import",
        "p.json",
        "speciesnet-4",
    )
    assert (run.model_version, run.country, run.admin1_region, run.geofenced) == (
        "4.0.1a",
        "USA",
        "IL",
        0,
    )
    assert run.finished_at is not None


def test_records_of_several_models_and_regions_are_said_to_be(store: Store, tmp_path: Path) -> None:
    records = [
        record("x.jpg", country="USA"),
        record("y.jpg", country="CAN", model_version="4.0.0a"),
    ]

    run = bring(store, tmp_path / "p.json", records).run

    assert (run.model_version, run.country) == ("4.0.1a + 4.0.0a", None)


@pytest.mark.parametrize("country", ["United States", "ßßß", "U A", ""])
def test_a_country_that_is_no_code_is_none(store: Store, tmp_path: Path, country: str) -> None:
    records = [record("x.jpg", country=country, admin1_region="IL")]
    run = bring(store, tmp_path / "p.json", records).run

    assert (run.country, run.admin1_region) == (None, None)


def test_the_same_file_counts_once_under_any_name(store: Store, tmp_path: Path) -> None:
    first = bring(store, tmp_path / "p.json", [record("x.jpg")])
    before = images(store)

    (tmp_path / "p.json").rename(tmp_path / "q.json")
    second = import_predictions(store, tmp_path / "q.json")

    assert second.already_imported
    assert second.run == first.run
    assert second.counts.records == 0
    assert images(store) == before
    assert len(store.runs.all()) == 1


def test_another_file_about_the_same_pictures_is_a_run_beside_the_first(
    store: Store, tmp_path: Path
) -> None:
    bring(store, tmp_path / "p.json", [record(f"{ID_A}.jpg"), record("a/x.jpg")])
    second = bring(
        store, tmp_path / "q.json", [record(f"other/{ID_A}.jpg", label=MALLARD), record("a/x.jpg")]
    )

    assert (second.counts.new_images, second.counts.known_images) == (0, 2)
    assert len(images(store)) == 2
    assert [store.runs.outcomes(run.id) for run in store.runs.all()] == [{"predicted": 2}] * 2


@pytest.mark.parametrize("chunk", [1, 2, 2000])
def test_a_picture_named_twice_counts_once(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chunk: int
) -> None:
    monkeypatch.setattr(imports, "_CHUNK", chunk)
    report = bring(
        store,
        tmp_path / "p.json",
        [
            record(f"a/{ID_A}.jpg"),
            record(f"a/{ID_A}.jpg", label=MALLARD),
            record(f"b/{ID_A}.jpg", label=MALLARD),
            record("x.jpg"),
        ],
    )

    assert (report.counts.records, report.counts.predicted, report.counts.repeated) == (4, 2, 2)
    assert ledger(store) == [
        (0, f"a/{ID_A}.jpg", "pending", None, 1),
        (2, f"a/{ID_A}.jpg", "duplicate", "named before in this file, where it counts", 1),
        (0, f"b/{ID_A}.jpg", "duplicate", "the same picture as an earlier record's", 1),
        (0, "x.jpg", "pending", None, 2),
    ]
    assert report.counts.odd == 1
    assert report.counts.examples[0].startswith(f"a/{ID_A}.jpg: named before")


def test_failures_and_odd_records_add_up(store: Store, tmp_path: Path) -> None:
    odd_box = [{"category": "1", "label": "animal", "conf": 7, "bbox": [0, 0, 1, 1]}]
    report = bring(
        store,
        tmp_path / "p.json",
        [
            record("x.jpg"),
            {"filepath": "y.jpg", "failures": ["DETECTOR"], "model_version": "4.0.1a"},
            record("z.jpg", detections=odd_box),
            17,
            record(".."),
        ],
    )

    counts = report.counts
    assert (counts.predicted, counts.failed, counts.nameless, counts.odd) == (2, 1, 2, 3)
    assert counts.predicted + counts.failed + counts.repeated + counts.nameless == counts.records
    assert counts.examples == [
        "z.jpg: detection 1 has a confidence of 7",
        "record 4: it names no file",
        "record 5: its name is no path",
    ]
    assert store.runs.failures(report.run.id) == [("y.jpg", "detector", 1)]
    assert adds_up(store)
    assert [row[:4] for row in ledger(store) if not row[1]] == [
        (4, "", "unreadable", "it names no file"),
        (5, "", "unreadable", "its name is no path"),
    ]


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=2),
    max_leaves=6,
)
boxes = st.lists(
    anything
    | st.fixed_dictionaries(
        {"category": st.sampled_from(["1", "2", "3"]) | anything},
        optional={
            "label": anything,
            "conf": st.floats() | anything,
            "bbox": st.lists(st.floats(), min_size=4, max_size=4) | anything,
        },
    ),
    max_size=3,
)
classes = st.fixed_dictionaries(
    {"classes": st.lists(st.text() | anything), "scores": st.lists(st.floats() | anything)}
)
odd_records = st.fixed_dictionaries(
    {},
    optional={
        "filepath": st.text(max_size=8) | anything,
        "detections": boxes | anything,
        "classifications": classes | anything,
        "prediction": st.sampled_from([RACCOON, BLANK]) | anything,
        "prediction_score": st.floats() | anything,
        "prediction_source": anything,
        "failures": anything,
        "model_version": anything,
        "country": anything,
        "admin1_region": anything,
    },
)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(odd_records | anything, min_size=1, max_size=4))
def test_no_record_is_so_odd_that_it_stops_an_import(
    store: Store, tmp_path: Path, records: list[Any]
) -> None:
    counts = bring(store, tmp_path / "p.json", records).counts

    ended = counts.predicted + counts.failed + counts.repeated + counts.nameless
    assert counts.records in (ended, len(records))
    # Keys and CHECKs are not looked up while records are written.
    assert store.db.execute("PRAGMA foreign_key_check").fetchall() == []
    assert store.db.value("PRAGMA integrity_check") == "ok"
    assert adds_up(store)


def test_a_file_that_is_cut_off_changes_nothing(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imports, "_CHUNK", 1)
    path = write_predictions(tmp_path / "p.json", [record(f"{n}.jpg") for n in range(5)])
    path.write_bytes(path.read_bytes()[:-5])
    taxa = store.taxa.all()

    with pytest.raises(InputError, match="cut off"):
        import_predictions(store, path)

    assert (store.images.count(), store.runs.all(), store.images.sources()) == (0, [], {})
    assert store.taxa.all() == taxa


@pytest.mark.parametrize("option", ["images", "metadata"])
def test_a_wrong_option_changes_nothing(store: Store, tmp_path: Path, option: str) -> None:
    with pytest.raises(InputError, match="nowhere"):
        bring(store, tmp_path / "p.json", [record("x.jpg")], **{option: tmp_path / "nowhere"})

    assert store.images.count() == 0


def test_grades_survive_an_import(store: Store, tmp_path: Path) -> None:
    bring(store, tmp_path / "p.json", [record(f"{ID_A}.jpg")])
    key = images(store)[ID_A].id
    grade = NewGrade("g1", key, (NewObservation(1),), "assisted", "blank")
    store.grades.append("ann", [grade], NOW)

    bring(store, tmp_path / "q.json", [record(f"{ID_A}.jpg", label=MALLARD)])

    assert [vote.grade_uuid for vote in store.grades.votes(key)] == ["g1"]


def test_paths_that_tell_of_a_camera_give_deployments(store: Store, tmp_path: Path) -> None:
    bring(store, tmp_path / "p.json", [record("UR011/DCIM/100MEDIA/IMG_0001.JPG")])

    (found,) = images(store).values()
    assert found.media_id == path_media_id("UR011/DCIM/100MEDIA/IMG_0001.JPG")
    assert found.deployment_id is not None
    assert store.images.deployments()[found.deployment_id].deployment_id == "UR011"


def test_hostile_names_stay_data(store: Store, tmp_path: Path) -> None:
    names = ["../../etc/passwd", "/abs/[/].jpg", "a\n\x1b]52;c;eA==\x07.jpg", "\ud800.jpg"]
    label = "4a63bf0c-1a4d-4a46-a5b9-7a35c1b1a1a9;;;;;;[bold]\x1b[2Jx"

    report = bring(
        store,
        tmp_path / "p.json",
        [record(name, label=label, prediction_source="\x1b[1m") for name in names],
    )

    assert report.counts.predicted == 4
    for path in rows(store):
        assert path.isprintable()
        assert not path.startswith("/")
        assert ".." not in path.split("/")
    words = [taxon.name for taxon in store.taxa.all()] + [
        str(source) for (source,) in store.db.execute("SELECT source FROM prediction")
    ]
    assert all(word.isprintable() for word in words)


def test_classifications_are_in_the_order_of_the_dataclass(store: Store, tmp_path: Path) -> None:
    # Flat lists are written by position, so columns and fields must agree.
    report = bring(store, tmp_path / "p.json", [record("x.jpg")])
    (found,) = images(store).values()
    mallard = store.taxa.by_uuid(MALLARD.split(";")[0])
    raccoon = store.taxa.by_uuid(RACCOON.split(";")[0])
    assert mallard is not None
    assert raccoon is not None

    assert store.runs.classifications(report.run.id, found.id) == [
        Classification(report.run.id, found.id, 1, 1, raccoon.id, 0.9),
        Classification(report.run.id, found.id, 1, 2, mallard.id, 0.05),
    ]
