"""Bursts in a survey: names that stay, frames of one second, and another gap."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from camtrap_tui.services import bursting
from camtrap_tui.services.bursting import regroup, renew_bursts
from camtrap_tui.services.ingest import add_folder
from camtrap_tui.services.quality import flags_unknown
from camtrap_tui.store.store import Store
from tests.builders import NOW, Said, add_images, image
from tests.camera_files import photo
from tests.services.exports.test_ground_truth import write
from tests.store.test_reports import RACCOON, grade


def bursts(store: Store) -> dict[str, str]:
    """Return the name of the first image of each image's burst, by the image's name."""
    paths = dict(store.db.execute("SELECT id, file_path FROM image").fetchall())
    found = store.db.execute("SELECT file_path, burst_id FROM image ORDER BY file_path")
    return {path.rpartition("/")[2]: paths[key].rpartition("/")[2] for path, key in found}


def test_pictures_that_are_added_do_not_rename_a_burst(store: Store, tmp_path: Path) -> None:
    root = tmp_path / "river"
    photo(root / "UR011/b.jpg", 1, "2024:06:27 02:00:40")
    photo(root / "UR011/d.jpg", 2, "2024:06:27 02:05:00")
    add_folder(store, root)
    photo(root / "UR011/a.jpg", 3, "2024:06:27 02:00:00")
    photo(root / "UR011/c.jpg", 4, "2024:06:27 02:01:00")
    add_folder(store, root)

    assert bursts(store) == {"a.jpg": "b.jpg", "b.jpg": "b.jpg", "c.jpg": "b.jpg", "d.jpg": "d.jpg"}


def test_a_picture_whose_time_changes_within_its_burst_keeps_its_name(
    store: Store, tmp_path: Path
) -> None:
    root = tmp_path / "river"
    photo(root / "UR011/a.jpg", 1, "2024:06:27 02:00:00")
    photo(root / "UR011/b.jpg", 2, "2024:06:27 02:00:10")
    add_folder(store, root)
    media_id = store.images.by_ids([1])[0].media_id
    photo(root / f"UR011/{media_id}.jpg", 9, "2024:06:27 02:00:20")
    (root / "UR011/a.jpg").unlink()
    add_folder(store, root)

    assert store.images.by_ids([1])[0].timestamp == "2024-06-27 02:00:20"
    assert [found.burst_id for found in store.images.by_ids([1, 2])] == [1, 1]


def test_a_picture_whose_time_was_read_anew_leaves_its_burst(store: Store, tmp_path: Path) -> None:
    root = tmp_path / "river"
    photo(root / "UR011/a.jpg", 1, "2024:06:27 02:00:00")
    name = f"{'0123456789abcdef' * 2}.jpg"
    photo(root / "UR011" / name, 2, "2024:06:27 02:00:10")
    add_folder(store, root)
    assert [found.burst_id for found in store.images.by_ids([1, 2])] == [2, 2]
    photo(root / "UR011" / name, 2, "2024:06:27 03:00:10")
    add_folder(store, root)

    assert [found.burst_id for found in store.images.by_ids([1, 2])] == [1, 2]


def test_frames_of_one_second_stand_as_the_camera_took_them(store: Store) -> None:
    time = "2024-06-27 02:00:00"
    with store.db.transaction():
        source = store.images.source("folder", "/pictures", NOW)
        deployment = store.images.deployment_ids(["UR011"])["UR011"]
        for name, subsecond in (("d", "9"), ("c", "25"), ("b", "3"), ("z", None), ("a", None)):
            store.images.add(
                image(
                    name,
                    source_id=source.id,
                    deployment_id=deployment,
                    timestamp=time,
                    timestamp_source="exif",
                    subsecond=subsecond,
                )
            )

    assert [f.file_path for f in store.timelines.frames(deployment)] == [
        "a.JPG",
        "z.JPG",
        "c.JPG",
        "b.JPG",
        "d.JPG",
    ]
    renew_bursts(store, [deployment], now=NOW)
    assert set(bursts(store).values()) == {"a.JPG"}


def test_a_long_timeline_comes_whole_and_in_order(store: Store) -> None:
    times = [f"2024-06-27 {n // 3600:02}:{n // 60 % 60:02}:{n % 60:02}" for n in range(0, 4500)]
    ids = add_images(store, [Said(timestamp=time) for time in times])
    deployment = store.timelines.deployments()[0]

    assert [frame.id for frame in store.timelines.frames(deployment)] == ids
    renew_bursts(store, [deployment], now=NOW)
    assert {found.burst_id for found in store.images.by_ids(ids)} == {ids[0]}


def test_thousands_of_pictures_of_one_second_stand_by_their_names(store: Store) -> None:
    ids = add_images(store, [Said()] * 2100)
    with store.db.transaction():
        store.db.execute("UPDATE image SET file_path = printf('%05d.JPG', 9999 - id)")
    deployment = store.timelines.deployments()[0]

    assert [frame.id for frame in store.timelines.frames(deployment)] == ids[::-1]


def test_another_gap_regroups_every_deployment_and_back(store: Store) -> None:
    at = "2024-06-27 02:00:{:02}"
    said = [Said(timestamp=at.format(n), deployment=d) for d in ("UR005", "UR011") for n in (0, 30)]
    ids = add_images(store, [*said, Said(timestamp=None)])
    renew_bursts(store, store.timelines.deployments(), now=NOW)
    assert store.timelines.burst_counts() == (2, 4, 2)

    regroup(store, 29, now=NOW)
    assert store.survey.burst_gap_s == 29
    assert [found.burst_id for found in store.images.by_ids(ids)] == ids

    regroup(store, 60, now=NOW)
    first, _, third, _, last = ids
    assert [found.burst_id for found in store.images.by_ids(ids)] == [
        first,
        first,
        third,
        third,
        last,
    ]


def test_a_survey_knows_that_its_regrouping_was_stopped(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_images(store, [Said(timestamp=f"2024-06-27 02:14:0{n}") for n in range(3)])

    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as stopping:
        stopping.setattr(bursting, "renew_burst_of", stop)
        with pytest.raises(KeyboardInterrupt):
            regroup(store, 0, now=NOW)
    assert "--gap 0" in flags_unknown(store)

    regroup(store, 0, now=NOW)
    assert flags_unknown(store) == ""
    assert store.timelines.burst_counts() == (0, 0, 0)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    batches=st.lists(st.lists(st.integers(0, 300), min_size=1, max_size=6), min_size=1, max_size=4),
    name=st.uuids(),
)
def test_renewing_again_changes_nothing(
    store: Store, batches: list[list[int]], name: object
) -> None:
    deployment = f"UR-{name}"
    for batch in batches:
        times = [f"2024-06-27 02:{n // 60:02}:{n % 60:02}" for n in batch]
        with store.db.transaction():
            source = store.images.source("folder", "/pictures", NOW)
            row = store.images.deployment_ids([deployment])[deployment]
            first = store.bulk.next_image_id()
            for number, time in enumerate(times, first):
                store.images.add(
                    image(
                        f"{name}-{number}", source_id=source.id, deployment_id=row, timestamp=time
                    )
                )
        renew_bursts(store, [row], now=NOW)
        once = bursts(store)
        renew_bursts(store, [row], now=NOW)
        assert bursts(store) == once


def test_frames_of_one_second_are_numbered_as_the_camera_took_them(
    store: Store, tmp_path: Path
) -> None:
    keys = add_images(store, [Said(timestamp="2024-06-27 02:14:05")] * 4)
    with store.db.transaction():
        for key, subsecond, path in (
            (keys[0], "5", "UR011/100MEDIA/IMG_0009.JPG"),
            (keys[1], "25", "UR011/IMG_0003.JPG"),
            (keys[2], "25", "UR011/z/IMG_0002.JPG"),
            (keys[3], None, "UR011/101MEDIA/IMG_0010.JPG"),
        ):
            store.db.execute(
                "UPDATE image SET subsecond = ?, file_path = ? WHERE id = ?", [subsecond, path, key]
            )
    renew_bursts(store, store.timelines.deployments(), now=NOW)
    for key in keys:
        grade(store, "ann", key, RACCOON)

    out = tmp_path / "truth.csv"
    write(store, out)
    rows = list(csv.DictReader(out.open(newline="")))
    frames = {row["file_path"][-8:]: row["event_frame"] for row in rows}
    assert frames == {"0010.JPG": "0", "0002.JPG": "1", "0003.JPG": "2", "0009.JPG": "3"}
    assert store.images.burst(store.images.by_ids(keys)[0]) == [keys[n] for n in (3, 2, 1, 0)]
    deployment = store.timelines.deployments()[0]
    assert [frame.id for frame in store.timelines.frames(deployment)] == [
        keys[n] for n in (3, 2, 1, 0)
    ]
