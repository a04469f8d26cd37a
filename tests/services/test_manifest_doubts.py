"""Manifests whose paths say too little, or whose reading was stopped."""

from __future__ import annotations

from pathlib import Path

import pytest

from camtrap_tui.services.imports import import_predictions
from camtrap_tui.services.places import path_media_id
from camtrap_tui.store.store import Store
from tests.camera_files import record, write_predictions
from tests.services.test_manifest import SITE, add, by_id, table


@pytest.mark.parametrize("path", ["IMG_0001.JPG", "DCIM/IMG_0001.JPG"])
def test_a_path_that_several_ids_have_brings_no_prediction_to_any(
    store: Store, tmp_path: Path, path: str
) -> None:
    write_predictions(tmp_path / "p.json", [record(path), record("UR3/IMG_0001.JPG")])
    import_predictions(store, tmp_path / "p.json")
    file = table(
        tmp_path,
        f"a,{SITE}/a.jpg,UR1,{path}",
        f"b,{SITE}/b.jpg,UR2,{path}",
        f"c,{SITE}/c.jpg,UR3,UR3/IMG_0001.JPG",
        f"c,{SITE}/c.jpg,UR3,UR3/IMG_0001.JPG",
        heading="mediaID,publicURL,deploymentID,filePath",
    )

    report = add(store, file)

    predicted = "SELECT media_id FROM image JOIN prediction ON image_id = image.id ORDER BY 1"
    assert [name for (name,) in store.db.execute(predicted)] == sorted([path_media_id(path), "c"])
    assert report.counts.ambiguous == 1
    assert by_id(store, "a").url == f"{SITE}/a.jpg"
    assert by_id(store, "b").url == f"{SITE}/b.jpg"
    assert report.counts.examples[0].startswith(f"{path}: rows with several ids have this path")


def test_a_manifest_that_was_stopped_before_its_bursts_is_read_again(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lines(first: str) -> list[str]:
        return [
            f"{n},{SITE}/{n},2024-06-27 02:14:0{n},{first if n == 0 else 'U'},{n}" for n in range(3)
        ]

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    add(store, table(tmp_path, *lines("U")))
    with monkeypatch.context() as patched:
        patched.setattr("camtrap_tui.services.manifest.renew_bursts", stop)
        with pytest.raises(KeyboardInterrupt):
            add(store, table(tmp_path, *lines("V")))

    assert not add(store, table(tmp_path, *lines("V"))).already_added

    assert [image.burst_id for image in store.images.by_ids([1, 2, 3])] == [1, 2, 2]
    assert add(store, table(tmp_path, *lines("V"))).already_added


def test_a_first_reading_is_whole_or_nothing_bursts_and_all(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [f"{n},{SITE}/{n},2024-06-27 02:14:0{n},U,{n}" for n in range(3)]

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("camtrap_tui.services.manifest.renew_burst_of", stop)
        with pytest.raises(KeyboardInterrupt):
            add(store, table(tmp_path, *lines))
    assert store.images.sources() == {}
    indexes = "SELECT count(*) FROM sqlite_master WHERE name LIKE 'image_by_%'"
    before = store.db.value(indexes)

    add(store, table(tmp_path, *lines))

    assert [image.burst_id for image in store.images.by_ids([1, 2, 3])] == [1, 1, 1]
    assert (store.db.value(indexes), store.db.value("PRAGMA journal_mode")) == (before, "wal")
    assert store.db.value("PRAGMA foreign_keys") == 1
