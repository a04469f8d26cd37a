"""A folder in the ledger: every file in one state, whatever happens to the folder."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from camtrap_tui.domain.models import Image, Source
from camtrap_tui.errors import InputError
from camtrap_tui.services.ingest import FolderReport, _Adding, add_folder
from camtrap_tui.services.pictures_on_disk import FoundFile, Look, look_at
from camtrap_tui.services.places import picture_path
from camtrap_tui.store.store import Store
from tests.builders import image
from tests.camera_files import photo

REAL = Path(__file__).parents[2].parent / "shared" / "data" / "photos"


def rows(store: Store, source_id: int = 1) -> dict[str, tuple[str, str | None]]:
    found = store.ledger.rows(source_id).values()
    return {row.file_path: (row.state, row.reason) for row in found}


def images(store: Store) -> list[Image]:
    ids = [key for (key,) in store.db.execute("SELECT id FROM image ORDER BY id")]
    return store.images.by_ids(ids)


def states(report: FolderReport) -> dict[str, int]:
    return report.states


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "river"
    photo(root / "UR011/DCIM/100MEDIA/IMG_0001.JPG", 1, "2024:06:27 02:14:05")
    photo(root / "UR011/DCIM/100MEDIA/IMG_0002.JPG", 2, "2024:06:27 02:14:35")
    photo(root / "UR011/DCIM/100MEDIA/IMG_0003.JPG", 3, "2024:06:27 02:16:00")
    photo(root / "UR005/DCIM/100MEDIA/IMG_0001.JPG", 4, "2024:06:27 02:14:06")
    return root


def test_every_file_ends_in_one_state(store: Store, folder: Path) -> None:
    shutil.copy(folder / "UR011/DCIM/100MEDIA/IMG_0001.JPG", folder / "UR011/copy.jpg")
    (folder / "notes.txt").write_text("a note")
    (folder / "clip.AVI").write_bytes(b"RIFF")
    (folder / "empty.jpg").touch()
    (folder / "broken.jpg").write_bytes(b"no picture at all")
    (folder / "phone.heic").write_bytes(b"\x00\x00\x00\x18ftypheic")
    (folder / ".hidden.jpg").write_bytes(b"")
    photo(folder / ".trash" / "x.jpg", 9)
    whole = photo(folder / "cut.jpg", 5).read_bytes()
    (folder / "cut.jpg").write_bytes(whole[: len(whole) - 20])

    report = add_folder(store, folder)

    assert report.states == {"here": 5, "duplicate": 1, "not_a_picture": 2, "unreadable": 3}
    assert report.new_images == 5
    found = rows(store)
    assert found["cut.jpg"] == ("here", None)
    assert found["clip.AVI"] == ("not_a_picture", "a video (AVI)")
    assert found["notes.txt"] == ("not_a_picture", "not a picture (.txt)")
    assert found["empty.jpg"] == ("unreadable", "the file is empty")
    assert found["broken.jpg"] == ("unreadable", "its header is not that of a picture")
    assert found["phone.heic"][0] == "unreadable"
    # In order of path, the copy comes after the camera's own folder.
    assert found["UR011/copy.jpg"] == (
        "duplicate",
        "same content as UR011/DCIM/100MEDIA/IMG_0001.JPG",
    )
    assert sum(report.states.values()) == len(found)


def test_images_know_their_camera_time_and_burst(store: Store, folder: Path) -> None:
    add_folder(store, folder)

    found = {row.file_path: row for row in images(store)}
    first = found["UR011/DCIM/100MEDIA/IMG_0001.JPG"]
    second = found["UR011/DCIM/100MEDIA/IMG_0002.JPG"]
    assert (first.timestamp, first.timestamp_source) == ("2024-06-27 02:14:05", "exif")
    assert (first.width, first.height) == (64, 48)
    assert first.media_id == first.content_md5
    assert store.images.burst(first) == [first.id, second.id]
    assert first.deployment_id is not None
    assert store.images.deployments()[first.deployment_id].deployment_id == "UR011"


def test_a_name_of_32_hex_digits_is_the_media_id(store: Store, tmp_path: Path) -> None:
    media_id = "0123456789abcdef0123456789abcdef"
    photo(tmp_path / "cache" / f"{media_id}.jpg")

    add_folder(store, tmp_path / "cache")

    (found,) = images(store)
    assert found.media_id == media_id
    assert found.content_md5 not in (None, media_id)


def test_two_files_of_one_media_id_are_one_image(store: Store, tmp_path: Path) -> None:
    media_id = "0123456789abcdef0123456789abcdef"
    photo(tmp_path / "all" / "a" / f"{media_id}.jpg", 1)
    photo(tmp_path / "all" / "b" / f"{media_id}.jpg", 2)

    report = add_folder(store, tmp_path / "all")

    assert report.states == {"here": 1, "duplicate": 1}
    reason = rows(store)[f"b/{media_id}.jpg"][1]
    assert reason == f"same media id as a/{media_id}.jpg, other content"


def test_the_time_comes_from_the_name_where_the_header_has_none(
    store: Store, tmp_path: Path
) -> None:
    photo(tmp_path / "a" / "CAM1_20240627_021405.jpg", 1, "0000:00:00 00:00:00")

    add_folder(store, tmp_path / "a")

    (found,) = images(store)
    assert (found.timestamp, found.timestamp_source, found.timestamp_raw) == (
        "2024-06-27 02:14:05",
        "filename",
        "20240627_021405",
    )


def test_a_second_time_reads_nothing_and_changes_nothing(store: Store, folder: Path) -> None:
    (folder / "notes.txt").write_text("a note")
    add_folder(store, folder)
    before = list(store.db.execute("SELECT * FROM source_row")), images(store)

    report = add_folder(store, folder)

    assert (report.new_images, report.unchanged) == (0, 5)
    assert (list(store.db.execute("SELECT * FROM source_row")), images(store)) == before


def test_a_file_that_vanished_is_missing_and_comes_back(store: Store, folder: Path) -> None:
    path = folder / "UR005/DCIM/100MEDIA/IMG_0001.JPG"
    add_folder(store, folder)
    data = path.read_bytes()
    path.unlink()

    assert add_folder(store, folder).states == {"here": 3, "missing": 1}
    path.write_bytes(data)
    assert add_folder(store, folder).states == {"here": 4}
    assert len(images(store)) == 4


def test_a_moved_file_stays_the_same_image(store: Store, folder: Path) -> None:
    add_folder(store, folder)
    count = len(images(store))
    (folder / "UR005/DCIM/100MEDIA/IMG_0001.JPG").rename(folder / "moved.jpg")

    report = add_folder(store, folder)

    assert report.states == {"here": 4, "missing": 1}
    assert len(images(store)) == count
    (moved,) = [row for row in images(store) if row.file_path == "moved.jpg"]
    assert picture_path(store.images.sources(), moved) == folder / "moved.jpg"


def test_when_the_first_of_two_copies_vanishes_the_second_takes_its_place(
    store: Store, folder: Path
) -> None:
    shutil.copy(folder / "UR005/DCIM/100MEDIA/IMG_0001.JPG", folder / "z.jpg")
    add_folder(store, folder)
    (folder / "UR005/DCIM/100MEDIA/IMG_0001.JPG").unlink()

    assert add_folder(store, folder).states == {"here": 4, "missing": 1}
    assert "z.jpg" in {row.file_path for row in images(store)}


def test_a_replaced_file_is_a_new_image_and_the_old_one_is_kept(store: Store, folder: Path) -> None:
    add_folder(store, folder)
    photo(folder / "UR005/DCIM/100MEDIA/IMG_0001.JPG", 77)

    report = add_folder(store, folder)

    assert report.new_images == 1
    assert report.states == {"here": 4, "missing": 1}
    linked = {key for (key,) in store.db.execute("SELECT image_id FROM source_row")}
    assert linked == {row.id for row in images(store)}


def test_pictures_that_were_only_named_before_arrive(store: Store, tmp_path: Path) -> None:
    media_id = "0123456789abcdef0123456789abcdef"
    photo(tmp_path / "cache" / f"{media_id}.jpg", 1, "2024:06:27 02:14:05")
    with store.db.transaction():
        source = store.images.source("predictions", "/p.json", "now")
        key = store.images.add(
            image(
                "x",
                media_id=media_id,
                content_md5=None,
                source_id=source.id,
                file_path=f"images/{media_id}.jpg",
                timestamp="2024-06-27 03:00:00",
                timestamp_source="metadata",
            )
        )
        store.ledger.put_files([(source.id, "x", "pending", None, key, None, None)])

    report = add_folder(store, tmp_path / "cache")

    assert report.new_images == 0
    (found,) = images(store)
    assert rows(store, source.id)["x"] == ("here", None)
    assert (found.width, found.timestamp) == (64, "2024-06-27 03:00:00")
    assert picture_path(store.images.sources(), found) == tmp_path / "cache" / f"{media_id}.jpg"


def test_a_later_picture_joins_the_burst_that_is_there(store: Store, folder: Path) -> None:
    add_folder(store, folder)
    photo(folder / "UR011/DCIM/100MEDIA/IMG_0004.JPG", 40, "2024:06:27 02:15:00")
    add_folder(store, folder)

    bursts = {row.burst_id for row in images(store) if "UR011" in row.file_path}
    assert len(bursts) == 1


@pytest.mark.parametrize("content", [{}, {"notes.txt": b"x"}, {"x.jpg": b"broken"}])
def test_a_folder_without_a_picture_is_refused_in_a_sentence(
    store: Store, tmp_path: Path, content: dict[str, bytes]
) -> None:
    root = tmp_path / "nothing"
    root.mkdir()
    for name, data in content.items():
        (root / name).write_bytes(data)

    with pytest.raises(InputError, match="there is no picture in this folder"):
        add_folder(store, root)
    assert store.ledger.states() == {}
    assert store.images.sources() == {}


def test_an_emptied_folder_is_refused_and_forgets_nothing(store: Store, folder: Path) -> None:
    add_folder(store, folder)
    shutil.rmtree(folder)
    folder.mkdir()

    with pytest.raises(InputError):
        add_folder(store, folder)
    assert store.ledger.states() == {"here": 4}


@pytest.mark.parametrize("name", ["nowhere", "file.jpg"])
def test_what_is_no_folder_is_refused(store: Store, tmp_path: Path, name: str) -> None:
    photo(tmp_path / "file.jpg")

    with pytest.raises(InputError, match=name):
        add_folder(store, tmp_path / name)


def test_hostile_names_are_kept_safe_and_found_again(store: Store, tmp_path: Path) -> None:
    root = tmp_path / "[/]"
    names = ["[bold]x[/].jpg", "a\nb.jpg", "\x1b]52;c;eA==\x07.jpg", "🦝.jpg", "%41.jpg", "‮gpj.jpg"]
    for number, name in enumerate(names):
        photo(root / name, number)
    raw = os.fsdecode(b"\xff\xfe.jpg")
    photo(root / raw, 99)

    report = add_folder(store, root)

    assert report.states == {"here": 7}
    sources = store.images.sources()
    paths = [picture_path(sources, row) for row in images(store)]
    assert all(path is not None and path.is_file() for path in paths)
    text = "".join(row.file_path for row in images(store))
    assert text.isprintable()


def test_links_lead_neither_in_circles_nor_out(store: Store, folder: Path) -> None:
    (folder / "loop").symlink_to(folder)
    (folder / "gone.jpg").symlink_to(folder / "nowhere.jpg")
    os.mkfifo(folder / "pipe.jpg")

    report = add_folder(store, folder)

    assert report.states == {"here": 4, "not_a_picture": 1, "unreadable": 2}
    assert "link to a folder" in str(rows(store)["loop"][1])
    assert rows(store)["gone.jpg"] == ("unreadable", "the link leads nowhere")


def test_the_survey_in_the_folder_is_no_file_of_it(folder: Path) -> None:
    with Store.open(folder / "river.db", create=True) as store:
        report = add_folder(store, folder)

    assert report.states == {"here": 4}


def test_the_count_of_files_and_the_rows_add_up_whatever_happens(
    store: Store, folder: Path, tmp_path: Path
) -> None:
    def add_up() -> dict[str, int]:
        states = add_folder(store, folder).states
        there = sum(n for state, n in states.items() if state not in ("missing", "excluded"))
        assert store.images.sources()[1].row_count == there
        return states

    assert add_up() == {"here": 4}
    (folder / "notes.txt").write_text("a note")
    (folder / "UR011/DCIM/100MEDIA/IMG_0001.JPG").unlink()
    photo(folder / "UR011/DCIM/100MEDIA/IMG_0002.JPG", 77)
    assert add_up() == {"here": 3, "missing": 2, "not_a_picture": 1}


def test_a_file_that_vanishes_while_the_folder_is_read_is_missing(
    store: Store, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_folder(store, folder)
    first_walk = _Adding.look_around

    def look_around(adding: _Adding) -> int:
        total = first_walk(adding)
        (folder / "UR011/DCIM/100MEDIA/IMG_0001.JPG").unlink()
        return total

    monkeypatch.setattr(
        "camtrap_tui.services.ingest._Adding.look_around",
        look_around,
    )

    report = add_folder(store, folder)

    assert report.states == {"here": 3, "missing": 1}
    assert store.images.sources()[1].row_count == 3


def test_progress_ends_at_the_number_of_files(store: Store, folder: Path) -> None:
    told: list[tuple[int, int]] = []
    add_folder(store, folder, progress=lambda done, total: told.append((done, total)))

    assert told[-1] == (4, 4)


def test_a_grader_can_write_while_files_are_read(
    store: Store, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def look_while_grading(root: Path, files: list[FoundFile]) -> list[Look]:
        with Store.open(store.path) as grader, grader.db.transaction():
            grader.images.source("manifest", f"/{len(files)}", "now")
        return look_at(root, files)

    monkeypatch.setattr("camtrap_tui.services.ingest.look_at", look_while_grading)
    add_folder(store, folder)

    assert {source.kind for source in store.images.sources().values()} == {"folder", "manifest"}


@pytest.mark.skipif(not REAL.is_dir(), reason="the real photos (../shared/data) are not here")
def test_real_photos(store: Store) -> None:
    report = add_folder(store, REAL)

    assert report.states["here"] == len(list(REAL.glob("*.jpg")))
    found = {row.file_path: row for row in images(store)}
    assert found["blank.jpg"].camera_model == "HC550 HYPERFIRE"
    assert found["african_elephants_truncated_file.jpg"].camera_make is None


def test_the_source_is_the_resolved_folder(store: Store, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(folder)

    first, second = add_folder(store, folder), add_folder(store, tmp_path / "link")

    assert first.source_id == second.source_id
    assert store.images.sources() == {
        first.source_id: Source(
            first.source_id,
            "folder",
            str(folder),
            store.images.sources()[1].added_at,
            row_count=4,
        )
    }


def test_a_folder_of_nothing_but_copies_can_be_added_again(
    store: Store, folder: Path, tmp_path: Path
) -> None:
    add_folder(store, folder)
    shutil.copytree(folder, tmp_path / "copy")
    first = add_folder(store, tmp_path / "copy")

    again = add_folder(store, tmp_path / "copy")

    assert first.states == again.states == {"duplicate": 4}
    assert again.unchanged == 4
