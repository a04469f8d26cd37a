"""One picture that a folder and a table both know is one image, whichever came first."""

from __future__ import annotations

from pathlib import Path

import pytest

from camtrap_tui.services.adding import AddReport, AddRequest, add_source, kind_of
from camtrap_tui.services.imports import import_predictions
from camtrap_tui.services.ingest import add_folder
from camtrap_tui.services.places import picture_path
from camtrap_tui.store.store import Store
from tests.builders import NOW, md5
from tests.camera_files import photo, record, write_predictions
from tests.store.test_grades import grade

NAMES = ("mediaID", "publicURL", "timestamp", "folderName", "fileName")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for number in range(3):
        photo(tmp_path / f"river/UR011/{number}.jpg", 80 * number, "2024:06:27 02:14:05")
    return tmp_path / "river"


def manifest(tmp_path: Path, names: str = "abc") -> Path:
    path = tmp_path / "manifest.csv"
    lines = [
        f"{name},https://x.example/{name}.jpg,2024-07-01 10:00:0{n},UR011,{n}.jpg\n"
        for n, name in enumerate(names)
    ]
    path.write_text(",".join(NAMES) + "\n" + "".join(lines))
    return path


def add(store: Store, source: Path, images: Path | None = None) -> AddReport:
    kind = kind_of(str(source))
    columns = {name: name for name in NAMES} if kind == "manifest" else {}
    return add_source(store, AddRequest(str(source), kind, columns, images=images))


def states(store: Store) -> list[tuple[str, str, int]]:
    return store.db.execute(
        "SELECT kind, state, image_id FROM source_row JOIN source ON source.id = source_id"
        " ORDER BY source_row.id"
    ).fetchall()


def check_whole(store: Store) -> None:
    """The three pictures are three images, with the table's words and the folder's files."""
    sources = store.images.sources()
    for number, name in enumerate("abc"):
        image = store.images.by_media_id(name)
        assert image is not None
        assert image.timestamp == f"2024-07-01 10:00:0{number}"
        assert image.url == f"https://x.example/{name}.jpg"
        path = picture_path(sources, image)
        assert path is not None
        assert path.name == f"{number}.jpg"
        assert image.content_md5 is not None
        assert image.burst_id is not None
    assert store.images.count() == 3
    assert {state for _, state, _ in states(store)} == {"here"}
    assert store.db.value("SELECT count(*) FROM pragma_foreign_key_check") == 0


def test_a_table_tells_of_pictures_that_a_folder_brought(
    store: Store, tmp_path: Path, folder: Path
) -> None:
    add(store, folder)
    grade(store, [2], "raccoon", grader="ann")

    report = add(store, manifest(tmp_path), images=folder)

    check_whole(store)
    graded = store.images.by_ids([2])[0]
    assert graded.media_id == "b"
    assert (report.new_images, report.known_images) == (0, 3)
    assert "3 pictures of the folder were known before: they are the table's now." in report.notes


def test_a_folder_that_came_between_is_told_and_put_right(
    store: Store, tmp_path: Path, folder: Path
) -> None:
    add(store, manifest(tmp_path))

    (said,) = add(store, folder).notes
    assert said.startswith("Tables or predictions still wait for pictures")
    assert store.images.count() == 6
    again = add(store, manifest(tmp_path), images=folder)

    assert (again.already_added, again.new_images, again.known_images) == (True, 0, 0)
    check_whole(store)
    assert add(store, folder).notes == ("3 files known and unchanged.",)


def test_predictions_go_with_their_picture(store: Store, tmp_path: Path, folder: Path) -> None:
    write_predictions(
        tmp_path / "p.json", [record("old/UR011/0.jpg"), record("old/UR011/1.jpg", None)]
    )
    import_predictions(store, tmp_path / "p.json")
    add_folder(store, folder)
    assert store.images.count() == 5

    import_predictions(store, tmp_path / "p.json", images=folder)

    assert store.images.count() == 3
    names = "SELECT file_path, outcome FROM prediction JOIN image ON image.id = image_id ORDER BY 1"
    assert store.db.execute(names).fetchall() == [
        ("UR011/0.jpg", "predicted"),
        ("UR011/1.jpg", "failed"),
    ]
    assert store.db.value("SELECT count(*) FROM detection") == 2
    assert {state for _, state, _ in states(store)} == {"here"}
    assert store.db.value("SELECT count(*) FROM pragma_foreign_key_check") == 0


def test_what_was_graded_or_downloaded_stays_apart(
    store: Store, tmp_path: Path, folder: Path
) -> None:
    add(store, manifest(tmp_path))
    add(store, folder)
    grade(store, [1], "raccoon", grader="ann")
    store.grades.append_mark(md5("m"), 2, "ann", "note", "look", NOW)
    with store.db.transaction():
        store.db.execute("UPDATE source_row SET url = NULL")

    report = add(store, manifest(tmp_path), images=folder)

    assert report.states == {"here": 1, "missing": 2}
    assert store.images.count() == 5
    assert store.images.by_ids([1])[0].media_id == "a"
    reason = f"its file in {folder} is another image's"
    rows = store.db.execute("SELECT reason, image_id FROM source_row WHERE state = 'missing'")
    assert rows.fetchall() == [(reason, 1), (reason, 2)]


def test_a_file_that_two_ids_mean_goes_to_the_first(
    store: Store, tmp_path: Path, folder: Path
) -> None:
    add(store, folder)
    path = manifest(tmp_path)
    path.write_text(path.read_text() + "d,,2024-07-01 10:00:09,UR011,0.jpg\n")

    report = add(store, path, images=folder)

    assert report.states == {"here": 3, "missing": 1}
    first = store.images.by_ids([1])[0]
    assert (first.media_id, first.timestamp) == ("a", "2024-07-01 10:00:00")
    assert store.images.by_media_id("d") is not None


def test_predictions_find_the_pictures_of_tables_by_path(store: Store, tmp_path: Path) -> None:
    path = manifest(tmp_path)
    path.write_text(path.read_text() + "d,https://x.example/d.jpg,,UR011,2.jpg\n")
    add(store, path)
    write_predictions(tmp_path / "p.json", [record(f"UR011/{number}.jpg") for number in range(3)])

    report = import_predictions(store, tmp_path / "p.json")

    # The last path is that of two pictures, and says nothing of which is meant.
    assert (report.counts.known_images, report.counts.new_images) == (2, 1)
    predicted = "SELECT media_id FROM image JOIN prediction ON image_id = image.id ORDER BY 1"
    assert {name for (name,) in store.db.execute(predicted)} & set("abcd") == {"a", "b"}
    assert report.states == {"pending": 3}
