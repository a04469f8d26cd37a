"""Files where a picture was that may be another one, and folders that want the same place."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from camtrap_tui.services.ingest import add_folder
from camtrap_tui.services.relink import relink
from camtrap_tui.services.relink_shift import file_md5
from camtrap_tui.store.store import Store
from tests.camera_files import photo
from tests.services.test_relink import add_up, all_found, folder, one

__all__ = ["folder"]


def flip(path: Path) -> None:
    """Give a file other bytes, of the same size and time."""
    about, data = path.stat(), bytearray(path.read_bytes())
    data[-3] ^= 0x55
    path.write_bytes(data)
    os.utime(path, ns=(about.st_atime_ns, about.st_mtime_ns))


def test_where_a_sample_differs_every_file_is_read(
    store: Store, folder: Path, tmp_path: Path
) -> None:
    for number in range(100):
        photo(folder / f"UR020/{number:03}.JPG", 5 + number % 10 * 25 + number // 10 * 25 * 256)
    add_folder(store, folder)
    new = tmp_path / "new"
    folder.rename(new)
    changed = [new / f"UR020/{number:03}.JPG" for number in range(100) if number % 2]
    for path in changed:
        flip(path)

    report = relink(store, new)

    assert report.moved[0].not_found == 50
    assert (report.new_files, sum(one(report))) == (50, 106)
    found = "SELECT file_path, image_id FROM source_row WHERE state = 'here'"
    for path, image_id in store.db.execute(found).fetchall():
        (image,) = store.images.by_ids([image_id])
        assert file_md5(new / path) == image.content_md5
    assert add_up(store)


def test_files_that_changed_places_are_told_apart(
    store: Store, folder: Path, tmp_path: Path
) -> None:
    add_folder(store, folder)
    new = tmp_path / "new"
    folder.rename(new)
    first, second = (new / f"UR011/DCIM/100MEDIA/IMG_000{n}.JPG" for n in (2, 3))
    assert first.stat().st_size == second.stat().st_size
    first.rename(tmp_path / "kept")
    shutil.copyfile(second, first)
    shutil.copyfile(tmp_path / "kept", second)
    for path in (first, second):
        os.utime(path, (1e9, 1e9))

    report = relink(store, new)

    assert sum(one(report)) == 6
    assert all_found(store)
    assert add_up(store)


def test_a_disk_that_shows_other_hours_needs_no_reading(
    store: Store, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(100):
        photo(folder / f"UR020/{number:03}.JPG", 5 + number % 10 * 25 + number // 10 * 25 * 256)
    add_folder(store, folder)
    new = tmp_path / "new"
    folder.rename(new)
    for path in new.rglob("*.JPG"):
        time = path.stat().st_mtime
        os.utime(path, (time, time // 2 * 2 + 5.5 * 3600))
    read: list[Path] = []

    def reading(path: Path) -> str | None:
        read.append(path)
        return file_md5(path)

    for module in ("relink", "relink_shift"):
        monkeypatch.setattr(f"camtrap_tui.services.{module}.file_md5", reading)

    assert one(relink(store, new)) == (106, 0, 0)
    assert len(read) <= 30


def test_two_lost_copies_find_their_own_places(store: Store, folder: Path, tmp_path: Path) -> None:
    copy = tmp_path / "old" / "zcopy"
    shutil.copytree(folder, copy)
    add_folder(store, folder)
    add_folder(store, copy)
    shutil.copytree(tmp_path / "old", tmp_path / "disk")
    shutil.rmtree(tmp_path / "old")

    report = relink(store, tmp_path / "disk")

    found = [str(tmp_path / "disk" / name) for name in ("river", "zcopy")]
    assert [moved.new for moved in report.moved] == found
    assert (report.new_files, all_found(store), add_up(store)) == (0, True, True)


def test_two_lost_folders_in_one_are_found_in_two_steps(
    store: Store, folder: Path, tmp_path: Path
) -> None:
    other = tmp_path / "old" / "other"
    for number in range(4):
        photo(other / f"UR030/{number}.JPG", 30 * 256 * (number + 1))
    add_folder(store, folder)
    add_folder(store, other)
    flat = tmp_path / "flat"
    flat.mkdir()
    for number, path in enumerate(sorted((tmp_path / "old").rglob("*.JPG"))):
        shutil.copyfile(path, flat / f"x{number}.jpg")
    shutil.rmtree(tmp_path / "old")

    report = relink(store, flat)
    assert [moved.old for moved in report.moved] == [str(folder)]
    assert (report.untouched, report.new_files) == ([str(other)], 4)
    add_folder(store, flat)
    relink(store, flat)

    assert (store.images.count(), all_found(store), add_up(store)) == (10, True, True)
