"""Pictures found again after a move: by path, by content, or said to be missing, never guessed."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from camtrap_tui.errors import InputError, UsageError
from camtrap_tui.services.imports import import_predictions
from camtrap_tui.services.ingest import add_folder
from camtrap_tui.services.manifest import add_manifest
from camtrap_tui.services.places import picture_path
from camtrap_tui.services.relink import Relinked, RelinkReport, relink
from camtrap_tui.services.relink_shift import file_md5
from camtrap_tui.store.store import Store
from tests.camera_files import photo, record, write_predictions
from tests.survey_dump import dump


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "old" / "river"
    for number in range(1, 7):
        camera = "UR011" if number < 4 else "UR005"
        taken = f"2024:06:27 02:14:{number:02}"
        photo(root / f"{camera}/DCIM/100MEDIA/IMG_{number:04}.JPG", 40 * number, taken)
    shutil.copy(root / "UR011/DCIM/100MEDIA/IMG_0001.JPG", root / "UR011/copy.jpg")
    (root / "notes.txt").write_text("a note")
    return root


def states(store: Store, source_id: int = 1) -> dict[str, str]:
    return {row.file_path: row.state for row in store.ledger.rows(source_id).values()}


def all_found(store: Store) -> bool:
    """Tell whether each image has the file that it had when it was added."""
    sources, ids = store.images.sources(), range(1, store.images.count() + 1)
    for image in store.images.by_ids(list(ids)):
        path = picture_path(sources, image)
        if path is None or file_md5(path) != image.content_md5:
            return False
    return True


def add_up(store: Store) -> bool:
    for source in store.images.sources().values():
        there = {s: n for s, n in store.ledger.states(source.id).items() if s != "missing"}
        if source.kind == "folder" and source.row_count != sum(there.values()):
            return False
    return True


def one(report: RelinkReport) -> tuple[int, int, int]:
    (moved,) = report.moved
    return moved.by_path, moved.by_content, moved.not_found


def test_a_moved_tree_is_found_by_its_paths(store: Store, folder: Path, tmp_path: Path) -> None:
    add_folder(store, folder)
    new = tmp_path / "new"
    folder.rename(new)
    photo(new / "UR020/IMG_0099.JPG", 99)
    for path in new.rglob("*.JPG"):
        os.utime(path, ns=(1, 1))

    report = relink(store, new)

    assert one(report) == (6, 0, 0)
    assert report.moved[0] == Relinked(str(folder), str(new), 6, 0, 0)
    assert report.new_files == 1
    assert all_found(store)
    assert add_up(store)
    assert add_folder(store, new).unchanged == 8
    with pytest.raises(InputError, match="Every folder of the survey is where it was"):
        relink(store, new)


def test_the_tree_may_lie_deeper_or_only_a_part_of_it_be_there(
    store: Store, folder: Path, tmp_path: Path
) -> None:
    add_folder(store, folder)
    folder.parent.rename(tmp_path / "disk")

    report = relink(store, tmp_path / "disk")

    assert report.moved[0].new == str(tmp_path / "disk" / "river")
    assert one(report) == (6, 0, 0)
    (tmp_path / "disk/river/UR011").rename(tmp_path / "part")
    shutil.rmtree(tmp_path / "disk")
    report = relink(store, tmp_path / "part")
    assert one(report) == (3, 0, 3)
    assert report.moved[0].new == str(tmp_path / "part")
    assert states(store)["DCIM/100MEDIA/IMG_0001.JPG"] == "here"
    assert states(store)["copy.jpg"] == "duplicate"
    assert states(store)["UR005/DCIM/100MEDIA/IMG_0004.JPG"] == "missing"
    assert add_up(store)


def test_renamed_files_are_found_by_content_and_others_are_missing(
    store: Store, folder: Path, tmp_path: Path
) -> None:
    add_folder(store, folder)
    new = tmp_path / "new"
    folder.rename(new)
    first, second, third = (new / f"UR011/DCIM/100MEDIA/IMG_000{n}.JPG" for n in (1, 2, 3))
    # Two swap their names, one is gone, and so is the copy.
    second.rename(new / "x.jpg")
    third.rename(second)
    (new / "x.jpg").rename(third)
    first.unlink()
    (new / "UR005").rename(new / "other camera")
    (new / "UR011/copy.jpg").unlink()

    report = relink(store, new)

    found = {row.image_id: row for row in store.ledger.rows(1).values() if row.state == "here"}
    assert one(report) == (0, 5, 1)
    assert len(found) == 5
    lost = next(row for row in store.ledger.rows(1).values() if row.state == "missing")
    assert lost.reason == f"not found in {new}"
    assert add_up(store)
    for image in store.images.by_ids(list(map(int, filter(None, found)))):
        path = picture_path(store.images.sources(), image)
        assert path is not None
        assert file_md5(path) == image.content_md5


def test_a_file_of_another_size_is_not_that_picture(
    store: Store, folder: Path, tmp_path: Path
) -> None:
    add_folder(store, folder)
    new = tmp_path / "new"
    folder.rename(new)
    other = new / "UR005/DCIM/100MEDIA/IMG_0004.JPG"
    other.write_bytes(other.read_bytes() + b"more")

    report = relink(store, new)

    assert one(report) == (5, 0, 1)
    assert states(store)["UR005/DCIM/100MEDIA/IMG_0004.JPG"] == "missing"
    assert report.new_files == 1


def test_the_same_paths_with_other_contents_are_no_guess(
    store: Store, folder: Path, tmp_path: Path
) -> None:
    add_folder(store, folder)
    new = tmp_path / "disk"
    shutil.copytree(folder, new / "a")
    shutil.rmtree(folder)
    for number in range(1, 7):
        camera = "UR011" if number < 4 else "UR005"
        whole = new / "a" / f"{camera}/DCIM/100MEDIA/IMG_{number:04}.JPG"
        copy = new / "0" / whole.relative_to(new / "a")
        copy.parent.mkdir(parents=True, exist_ok=True)
        # The same size, and another picture.
        copy.write_bytes(whole.read_bytes()[:-1] + b"\x00")

    report = relink(store, new)

    assert report.moved[0].new == str(new / "a")
    assert one(report) == (6, 0, 0)
    assert all_found(store)


def test_two_whole_copies_are_as_good_as_each_other(
    store: Store, folder: Path, tmp_path: Path
) -> None:
    add_folder(store, folder)
    for name in ("b", "a"):
        shutil.copytree(folder, tmp_path / "disk" / name)
    shutil.rmtree(folder)

    report = relink(store, tmp_path / "disk")

    assert report.moved[0].new == str(tmp_path / "disk" / "a")
    assert one(report) == (6, 0, 0)


def test_a_folder_that_was_added_already_takes_over(
    store: Store, folder: Path, tmp_path: Path
) -> None:
    add_folder(store, folder)
    new = tmp_path / "new"
    folder.rename(new)
    (new / "UR005/DCIM/100MEDIA/IMG_0006.JPG").unlink()
    assert add_folder(store, new).states["duplicate"] == 6

    report = relink(store, new)

    assert one(report) == (0, 5, 1)
    assert store.images.count() == 6
    assert store.ledger.states(1) == {"missing": 8}
    assert store.ledger.states(2)["here"] == 5
    assert add_up(store)


def test_what_is_nowhere_changes_nothing(store: Store, folder: Path, tmp_path: Path) -> None:
    add_folder(store, folder)
    shutil.rmtree(folder)
    photo(tmp_path / "strange/x.jpg", 50)
    before = dump(store.path)

    with pytest.raises(InputError, match="no picture of the survey was found there"):
        relink(store, tmp_path / "strange")
    with pytest.raises(InputError, match="there is no such folder"):
        relink(store, tmp_path / "nowhere")
    with pytest.raises(UsageError, match="is no folder of this survey: it has"):
        relink(store, tmp_path / "strange", old="/else")

    assert dump(store.path) == before


def test_a_folder_can_be_named_that_is_still_there(
    store: Store, folder: Path, tmp_path: Path
) -> None:
    add_folder(store, folder)
    shutil.copytree(folder, tmp_path / "new")

    report = relink(store, tmp_path / "new", old=str(folder))

    assert one(report) == (6, 0, 0)
    assert store.images.sources()[1].location == str(tmp_path / "new")


def test_pictures_that_only_a_table_names_are_found_by_content(
    store: Store, tmp_path: Path
) -> None:
    first = photo(tmp_path / "disk/a/IMG_0001.JPG", 1)
    photo(tmp_path / "disk/a/IMG_0002.JPG", 2)
    (tmp_path / "m.csv").write_text(
        f"mediaID,contentMD5,filePath\none,{file_md5(first)},x/y.jpg\ntwo,{'0' * 32},x/z.jpg\n"
    )
    add_manifest(store, tmp_path / "m.csv", {n: n for n in ("mediaID", "contentMD5", "filePath")})

    report = relink(store, tmp_path / "disk")

    assert (report.named, report.new_files) == (1, 1)
    image = store.images.by_media_id("one")
    assert image is not None
    assert picture_path(store.images.sources(), image) == first
    assert states(store)["x/y.jpg"] == "here"
    assert states(store)["x/z.jpg"] == "pending"


def test_predictions_and_grades_stay_with_their_pictures(
    store: Store, folder: Path, tmp_path: Path
) -> None:
    add_folder(store, folder)
    paths = [str(path) for path in folder.rglob("*.JPG")]
    import_predictions(store, write_predictions(tmp_path / "p.json", list(map(record, paths))))
    known = store.images.count()
    folder.rename(tmp_path / "new")

    relink(store, tmp_path / "new")

    assert store.images.count() == known == 6
    assert store.ledger.states_of_kind("predictions") == {"here": 6}
    assert store.runs.outcomes(1) == {"predicted": 6}


def test_what_was_downloaded_is_still_here_where_the_folder_is_gone(
    store: Store, folder: Path, tmp_path: Path
) -> None:
    add_folder(store, folder)
    (tmp_path / "m.csv").write_text(
        "".join(
            f"{line}\n"
            for line in (
                "mediaID,publicURL",
                *(f"{i.media_id},https://x.example/{i.id}" for i in store.images.by_ids([1, 2])),
            )
        )
    )
    manifest = add_manifest(store, tmp_path / "m.csv", {n: n for n in ("mediaID", "publicURL")})
    with store.db.transaction():
        store.db.execute("INSERT INTO cache VALUES (1, '/cache', '')")
        store.db.execute(
            "INSERT INTO cached_file VALUES (1, 1, 'a.jpg', '', 1, 1, 1, 'original', '')"
        )
    new = tmp_path / "new"
    new.mkdir()
    shutil.move(folder / "UR011/DCIM/100MEDIA/IMG_0003.JPG", new / "IMG_0003.JPG")

    relink(store, new, old=str(folder))

    ends = [row.state for row in store.ledger.rows(manifest.source.id).values()]
    assert sorted(ends) == ["here", "missing"]
