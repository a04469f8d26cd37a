"""Records of pictures that the survey has under other paths: the right image, or a new one."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from camtrap_tui.services.imports import ImportReport
from camtrap_tui.services.ingest import add_folder
from camtrap_tui.store.store import Store
from tests.builders import NOW, md5
from tests.camera_files import MALLARD, photo, record
from tests.services.test_imports import adds_up, bring, rows
from tests.services.test_joining import add, manifest

ID_A = md5("a")


def folder(store: Store, root: Path, *paths: str) -> dict[str, int]:
    """Add a folder with these pictures; return their images by path."""
    for shade, path in enumerate(paths):
        photo(root / path, 60 * shade + sum(root.name.encode()) % 50)
    add_folder(store, root)
    found = store.db.execute("SELECT file_path, id FROM image").fetchall()
    return dict(found)


def predicted(store: Store, report: ImportReport) -> dict[str, str]:
    """Return which image each record of a file went to: the record's path to the image's."""
    found = store.db.execute(
        "SELECT row.file_path, image.file_path FROM source_row AS row"
        " JOIN image ON image.id = row.image_id"
        " JOIN prediction ON prediction.image_id = image.id AND prediction.run_id = ?"
        " JOIN source ON source.id = row.source_id AND source.kind = 'predictions'"
        " AND source.location LIKE ? AND row.state <> 'duplicate'",
        [report.run.id, f"%{report.file.name}"],
    )
    return dict(found.fetchall())


def told(report: ImportReport) -> tuple[int, int, int, int]:
    counts = report.counts
    assert counts.by_id + counts.by_path + counts.by_suffix == counts.known_images
    return (counts.by_id, counts.by_path, counts.by_suffix, counts.new_images)


@pytest.mark.parametrize(
    ("has", "path", "expected"),
    [
        (["UR011/DCIM/1.JPG", "UR012/DCIM/1.JPG"], "/data/UR011/DCIM/1.JPG", "UR011/DCIM/1.JPG"),
        (["UR011/1.JPG", "UR012/1.JPG"], r"D:\survey\UR011\1.JPG", "UR011/1.JPG"),
        (["UR011/1.JPG", "1.JPG"], "/data/UR011/1.JPG", "UR011/1.JPG"),
        (["b/UR011/1.JPG", "UR011/1.JPG"], "/a/b/UR011/1.JPG", "b/UR011/1.JPG"),
        (["UR011/DCIM/1.JPG"], "DCIM/1.JPG", "UR011/DCIM/1.JPG"),
        (["UR011/DCIM/1.JPG", "UR012/DCIM/1.JPG"], "DCIM/1.JPG", ""),
        (["UR011/DCIM/1.JPG"], "1.JPG", "UR011/DCIM/1.JPG"),
        (["UR011/DCIM/1.JPG", "UR012/DCIM/1.JPG"], "1.JPG", ""),
        # Every camera has a 1.JPG: the folder's own name says whose it is.
        (["1.JPG"], "/data/river/1.JPG", "1.JPG"),
        (["1.JPG"], "/data/UR011/DCIM/1.JPG", ""),
        (["1.JPG", "UR012/1.JPG"], "/data/UR011/DCIM/1.JPG", ""),
        (["DCIM/100MEDIA/1.JPG"], "/data/river/DCIM/100MEDIA/1.JPG", "DCIM/100MEDIA/1.JPG"),
        (["DCIM/100MEDIA/1.JPG"], "/data/UR011/DCIM/100MEDIA/1.JPG", ""),
        # Whole folders, and names as they are written.
        (["UR011/11.JPG", "XUR011/1.JPG"], "/data/UR011/1.JPG", ""),
        (["UR011/1.jpg"], "/data/UR011/1.JPG", ""),
    ],
)
def test_an_end_means_a_picture_or_nothing(
    store: Store, tmp_path: Path, has: Sequence[str], path: str, expected: str
) -> None:
    known = folder(store, tmp_path / "river", *has)
    deployments = set(store.images.deployment_ids([]))

    report = bring(store, tmp_path / "p.json", [record(path)])

    (found,) = predicted(store, report).values()
    assert (found if found in known else "") == expected
    assert told(report) == ((0, 0, 1, 0) if expected else (0, 0, 0, 1))
    assert report.states == ({"here": 1} if expected else {"pending": 1})
    assert store.images.count() == len(known) + (not expected)
    assert adds_up(store)
    assert store.db.execute("PRAGMA foreign_key_check").fetchall() == []
    if expected:
        assert set(store.images.deployment_ids([])) == deployments


def test_each_way_is_counted_and_the_rest_is_listed(store: Store, tmp_path: Path) -> None:
    known = folder(
        store, tmp_path / "river", "UR011/1.JPG", "UR011/2.JPG", "UR011/3.JPG", f"c/{ID_A}.jpg"
    )
    report = bring(
        store,
        tmp_path / "p.json",
        [
            record(f"elsewhere/{ID_A}.jpg"),
            record("UR011/1.JPG"),
            record(str(tmp_path / "river/UR011/2.JPG")),
            record("/mnt/UR011/3.JPG", label=MALLARD),
            record("/mnt/UR011/4.JPG"),
        ],
    )

    assert told(report) == (1, 2, 1, 1)
    assert rows(store)["mnt/UR011/4.JPG"] == ("pending", None)
    said = store.runs.predictions(report.run.id, [known["UR011/3.JPG"]])
    taxa = {taxon.id: taxon.name for taxon in store.taxa.all()}
    assert taxa[said[known["UR011/3.JPG"]].taxon_id or 0] == "mallard"
    assert len(store.runs.detections(report.run.id, known["UR011/3.JPG"])) == 1
    assert len(store.runs.classifications(report.run.id, known["UR011/3.JPG"])) == 2
    assert store.runs.outcomes(report.run.id)["predicted"] == 5


def test_the_surer_record_takes_the_picture(store: Store, tmp_path: Path) -> None:
    folder(store, tmp_path / "river", "a/UR011/1.JPG", "UR012/2.JPG", "UR013/3.JPG")
    report = bring(
        store,
        tmp_path / "p.json",
        [
            record("/x/a/UR011/1.JPG"),
            record("UR011/1.JPG"),
            record("/x/UR012/2.JPG"),
            record("/y/UR012/2.JPG"),
            record("/x/UR013/3.JPG"),
            record("UR013/3.JPG"),
        ],
    )

    found = predicted(store, report)
    assert {path: image for path, image in found.items() if path != image} == {
        "UR011/1.JPG": "a/UR011/1.JPG"
    }
    assert told(report) == (0, 1, 1, 4)
    named = [said.partition(":")[0] for said in report.counts.examples]
    assert sorted(named) == [
        "x/UR012/2.JPG", "x/UR013/3.JPG", "x/a/UR011/1.JPG", "y/UR012/2.JPG",
    ]  # fmt: skip
    assert adds_up(store)


def test_folders_of_cards_are_told_apart_by_their_names(store: Store, tmp_path: Path) -> None:
    folder(store, tmp_path / "UR005", "DCIM/100MEDIA/1.JPG")
    folder(store, tmp_path / "UR011", "DCIM/100MEDIA/1.JPG")
    deployment = store.images.deployment_ids([])

    report = bring(
        store, tmp_path / "p.json", [record(f"/m/{d}/DCIM/100MEDIA/1.JPG") for d in ("UR011", "U")]
    )

    assert told(report) == (0, 0, 1, 1)
    images = store.images.by_ids([1, 2])
    said = store.runs.predictions(report.run.id, [image.id for image in images])
    assert [image.deployment_id for image in images if image.id in said] == [deployment["UR011"]]


def test_manifests_and_earlier_imports_are_found_too(store: Store, tmp_path: Path) -> None:
    add(store, manifest(tmp_path))
    bring(store, tmp_path / "p.json", [record("/one/UR012/9.jpg")])

    report = bring(
        store,
        tmp_path / "q.json",
        [record("/two/one/UR012/9.jpg"), record("/two/UR011/2.jpg"), record("/two/2.jpg")],
    )

    assert told(report) == (0, 0, 2, 1)
    assert predicted(store, report) == {
        "two/one/UR012/9.jpg": "one/UR012/9.jpg",
        "two/UR011/2.jpg": "UR011/2.jpg",
        "two/2.jpg": "two/2.jpg",
    }


def test_a_path_of_two_images_means_neither(store: Store, tmp_path: Path) -> None:
    folder(store, tmp_path / "river", "UR011/1.JPG")
    folder(store, tmp_path / "lake", "UR011/1.JPG")

    report = bring(store, tmp_path / "p.json", [record("/x/UR011/1.JPG"), record("UR011/1.JPG")])

    assert told(report) == (0, 0, 0, 2)


def test_a_repeated_record_follows_its_first(store: Store, tmp_path: Path) -> None:
    known = folder(store, tmp_path / "river", "UR011/1.JPG")
    report = bring(store, tmp_path / "p.json", [record("/x/UR011/1.JPG")] * 2)

    assert report.states == {"here": 1, "duplicate": 1}
    ids = store.db.execute("SELECT DISTINCT image_id FROM source_row WHERE state <> 'missing'")
    assert ids.fetchall() == [(known["UR011/1.JPG"],)]


def test_grades_of_others_name_no_files(store: Store, tmp_path: Path) -> None:
    known = folder(store, tmp_path / "river", "UR011/1.JPG")
    with store.db.transaction():
        other = store.images.source("grades", "/ann.json", NOW)
        store.db.execute(
            "INSERT INTO source_row (source_id, file_path, state, image_id)"
            " VALUES (?, 'UR099/7.JPG', 'pending', ?)",
            [other.id, known["UR011/1.JPG"]],
        )

    report = bring(store, tmp_path / "p.json", [record("/x/UR099/7.JPG")])

    assert told(report) == (0, 0, 0, 1)


def test_a_new_survey_lists_nothing(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from camtrap_tui.services import known_paths

    monkeypatch.delattr(known_paths, "Candidates")

    report = bring(store, tmp_path / "p.json", [record("a/1.JPG"), record("/b/a/1.JPG")])

    assert told(report) == (0, 0, 0, 2)
