"""Quality flags in a survey: worked out where times are written, counted, and listed."""

from __future__ import annotations

from pathlib import Path

from camtrap_tui.domain.quality import FLAGS
from camtrap_tui.services import listing
from camtrap_tui.services.accounts import take_ledger
from camtrap_tui.services.bursting import regroup, renew_bursts
from camtrap_tui.services.clocks import record, revoke
from camtrap_tui.services.ingest import add_folder
from camtrap_tui.services.metadata import import_metadata
from camtrap_tui.services.quality import flag_counts, flags_unknown
from camtrap_tui.store.store import Store
from tests.builders import NOW, Said, add_images, image
from tests.camera_files import photo


def counts(store: Store) -> dict[str, int]:
    return {flag: count for flag, count in flag_counts(store).items() if count}


def flagged(store: Store, flag: str) -> list[int]:
    return list(store.flags.ids(flag))


def add(store: Store, *times: str | None) -> list[int]:
    made = add_images(store, [Said(timestamp=time) for time in times])
    renew_bursts(store, store.timelines.deployments(), now=NOW)
    return made


def test_all_flags_are_counted_in_their_order(store: Store) -> None:
    assert flag_counts(store) == dict.fromkeys(FLAGS, 0)
    assert list(flag_counts(store)) == list(FLAGS)


def test_times_before_2010_and_after_now_are_flagged(store: Store) -> None:
    ids = add(
        store,
        "2009-12-31 23:59:59",
        "2010-01-01 00:00:00",
        "2026-06-02 12:00:00",
        "2026-06-02 12:00:01",
    )

    assert flagged(store, "before_2010") == [ids[0]]
    assert flagged(store, "in_future") == [ids[3]]


def test_a_time_outside_of_the_deployments_dates_is_flagged(store: Store) -> None:
    ids = add(store, "2024-06-01 12:30:44", "2024-06-01 12:30:45", "2024-06-30 00:00:00")
    with store.db.transaction():
        store.db.execute(
            "UPDATE deployment SET deployment_start = '2024-06-01 12:30:45',"
            " deployment_end = '2024-06-29 00:00:00'"
        )
    renew_bursts(store, store.timelines.deployments(), now=NOW)
    assert flagged(store, "outside_deployment") == [ids[0], ids[2]]

    made = record(store, "UR011", 1, None, "2024-06-01 12:30:44", by="ann", now=NOW)
    assert flagged(store, "outside_deployment") == [ids[2]]
    revoke(store, made.id, by="ann", now=NOW)
    assert flagged(store, "outside_deployment") == [ids[0], ids[2]]


def test_all_of_a_stretch_that_a_reset_made_is_flagged_and_no_more(store: Store) -> None:
    times = ["2016-01-01 00:10:00", "2016-01-02 00:10:00", "2016-01-03 08:00:00"]
    ids = add(store, *times, *[f"2024-06-{day:02} 10:00:00" for day in range(1, 9)])

    assert counts(store) == {"factory_reset": 3}
    assert flagged(store, "factory_reset") == ids[:3]


def test_a_clock_that_was_reset_is_flagged_until_it_is_put_right(store: Store) -> None:
    times = ["2024-06-27 10:00:00", "2015-01-01 00:00:10", "2015-01-01 10:00:00"]
    ids = add(store, *times, "2024-06-30 10:00:00")
    assert counts(store) == {"clock_backwards": 1, "factory_reset": 2}
    assert flagged(store, "factory_reset") == ids[1:3]

    record(store, "UR011", 3466 * 86_400, None, "2016-01-01 00:00:00", by="ann", now=NOW)
    assert counts(store) == {}


def test_pictures_without_time_or_deployment_and_twins_are_told(store: Store) -> None:
    add(store, "2024-06-27 10:00:00", None)
    with store.db.transaction():
        ids = [
            store.images.add(image("x", content_md5="a" * 32, timestamp="2009-06-27 10:00:00")),
            store.images.add(image("y", content_md5="a" * 32)),
            store.images.add(image("z", content_md5=None)),
        ]
    renew_bursts(store, [None], now=NOW)

    assert counts(store) == {
        "no_time": 3,
        "before_2010": 1,
        "no_deployment": 3,
        "same_content": 2,
    }
    assert flagged(store, "no_deployment") == ids
    assert flagged(store, "same_content") == ids[:2]
    assert [found.burst_id for found in store.images.by_ids(ids)] == ids


def test_folders_and_tables_renew_the_flags(store: Store, tmp_path: Path) -> None:
    photo(tmp_path / "river/UR011/IMG_0001.JPG", 1, "2009:06:27 02:00:00")
    add_folder(store, tmp_path / "river")
    assert counts(store) == {"before_2010": 1}

    (media_id,) = (key for (key,) in store.db.execute("SELECT media_id FROM image"))
    table = tmp_path / "metadata.csv"
    table.write_text(f"mediaID,timestamp,folderName\n{media_id},2024-06-27 02:00:00,UR005\n")
    import_metadata(store, table)
    assert counts(store) == {}


def test_a_wrapped_counter_in_a_folder_is_in_order(store: Store, tmp_path: Path) -> None:
    for number, minute in ((9998, 1), (9999, 2), (1, 3), (2, 4)):
        photo(tmp_path / f"river/IMG_{number:04}.JPG", number, f"2024:06:27 02:{minute:02}:00")
    add_folder(store, tmp_path / "river")

    assert counts(store) == {}


def test_flags_of_an_older_version_are_unknown_until_all_are_worked_out(store: Store) -> None:
    times = ["2024-06-27 10:00:00", "2009-06-27 10:00:00"]
    add_images(store, [Said(timestamp=time) for time in times])
    assert flags_unknown(store) == ""
    with store.db.transaction():
        store.db.execute("PRAGMA user_version = 1")

    renew_bursts(store, [1], now=NOW)
    assert f"--gap {store.survey.burst_gap_s}" in flags_unknown(store)
    assert listing.how_to_go_on(store, listing.wanted(store, "before_2010")) == flags_unknown(store)
    assert take_ledger(store).unknown == flags_unknown(store)

    regroup(store, 60, now=NOW)
    assert take_ledger(store).unknown == flags_unknown(store) == ""
    assert flag_counts(store)["before_2010"] == 1
