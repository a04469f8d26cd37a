"""Pictures of imported records: found by id or by path in a folder, and never guessed."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from camtrap_tui.services.imports import import_predictions
from camtrap_tui.services.ingest import add_folder
from camtrap_tui.services.places import picture_path, stem_media_id
from camtrap_tui.services.placing import listing, place_listed
from camtrap_tui.store.store import Store
from tests.builders import md5
from tests.camera_files import photo, record
from tests.services.test_imports import bring, images, rows

ID_A = md5("a")


@pytest.fixture
def river(tmp_path: Path) -> Path:
    root = tmp_path / "river"
    photo(root / "UR011/DCIM/100MEDIA/IMG_0001.JPG", 1, "2024:06:27 02:14:05")
    photo(root / "UR011/DCIM/100MEDIA/IMG_0002.JPG", 2, "2024:06:27 02:14:35")
    photo(root / f"cache/00/{ID_A}.jpg", 3)
    photo(root / "unpredicted.jpg", 4)
    return root


def test_pictures_are_found_in_the_folder_that_is_given(
    store: Store, tmp_path: Path, river: Path
) -> None:
    report = bring(
        store,
        tmp_path / "p.json",
        [
            record("/home/ann/river/UR011/DCIM/100MEDIA/IMG_0001.JPG"),
            record("UR011/DCIM/100MEDIA/IMG_0002.JPG"),
            record(f"images/{ID_A}.jpg"),
            record("UR099/DCIM/100MEDIA/IMG_0001.JPG"),
        ],
        images=river,
    )

    assert report.states == {"here": 3, "missing": 1}
    assert report.folder is not None
    assert report.folder.states == {"here": 4}
    assert report.folder.new_images == 1
    reason = rows(store)["UR099/DCIM/100MEDIA/IMG_0001.JPG"][1]
    assert reason == f"not in {river}"
    found = {image.file_path: image for image in images(store).values()}
    first = found["UR011/DCIM/100MEDIA/IMG_0001.JPG"]
    sources = store.images.sources()
    assert picture_path(sources, first) == river / "UR011/DCIM/100MEDIA/IMG_0001.JPG"
    assert first.timestamp == "2024-06-27 02:14:05"
    assert first.content_md5 is not None
    assert len(store.images.burst(first)) == 2
    assert found[f"cache/00/{ID_A}.jpg"].media_id == ID_A


def test_the_folder_may_come_later_with_the_same_file(
    store: Store, tmp_path: Path, river: Path
) -> None:
    records = [record("UR011/DCIM/100MEDIA/IMG_0001.JPG"), record("UR099/x.jpg")]
    bring(store, tmp_path / "p.json", records)
    report = bring(store, tmp_path / "p.json", records, images=river)

    assert report.already_imported
    assert report.states == {"here": 1, "missing": 1}
    again = bring(store, tmp_path / "p.json", records, images=river)
    assert again.states == {"here": 1, "missing": 1}
    assert len(store.runs.all()) == 1


def test_a_picture_that_cannot_be_read_is_not_said_to_be_here(
    store: Store, tmp_path: Path, river: Path
) -> None:
    (river / "empty.jpg").touch()

    report = bring(store, tmp_path / "p.json", [record("empty.jpg")], images=river)

    assert report.states == {"unreadable": 1}
    photo(river / "empty.jpg", 50)
    again = import_predictions(store, tmp_path / "p.json", images=river)
    assert again.states == {"here": 1}
    assert len(images(store)) == 5


def test_a_file_that_might_be_either_picture_is_neither(store: Store, tmp_path: Path) -> None:
    photo(tmp_path / "flat" / "IMG_0001.JPG", 1)
    photo(tmp_path / "flat" / "IMG_0002.JPG", 2)
    report = bring(
        store,
        tmp_path / "p.json",
        [record("UR005/IMG_0001.JPG"), record("UR011/IMG_0001.JPG"), record("UR011/IMG_0002.JPG")],
        images=tmp_path / "flat",
    )

    assert report.states == {"here": 1, "missing": 2}
    assert rows(store)["UR011/IMG_0002.JPG"] == ("here", None)


def test_two_pictures_never_share_a_file(store: Store, tmp_path: Path) -> None:
    photo(tmp_path / "river" / "UR011" / "IMG_0001.JPG")
    report = bring(
        store,
        tmp_path / "p.json",
        [record("UR011/IMG_0001.JPG"), record("UR005/UR011/IMG_0001.JPG")],
        images=tmp_path / "river",
    )

    assert report.states == {"here": 1, "missing": 1}
    assert rows(store)["UR011/IMG_0001.JPG"] == ("here", None)


def test_pictures_of_a_folder_that_was_added_before_are_known(store: Store, tmp_path: Path) -> None:
    root = tmp_path / "river"
    photo(root / "UR011/DCIM/100MEDIA/IMG_0001.JPG", 1)
    photo(root / "UR011/DCIM/100MEDIA/IMG_0002.JPG", 1)
    photo(root / f"{ID_A}.jpg", 2)
    add_folder(store, root)

    report = bring(
        store,
        tmp_path / "p.json",
        [
            record("UR011/DCIM/100MEDIA/IMG_0001.JPG"),
            record(str(root / "UR011/DCIM/100MEDIA/IMG_0002.JPG")),
            record(f"elsewhere/{ID_A}.jpg"),
            record("UR012/DCIM/100MEDIA/IMG_0001.JPG"),
        ],
    )

    assert (report.counts.known_images, report.counts.new_images) == (2, 1)
    assert report.states == {"here": 2, "duplicate": 1, "pending": 1}


def plain_find(root: str, files: list[str], path: str, media_id: str) -> tuple[str, bool] | None:
    """The rule in the plainest words, one file after the other."""
    named = [file for file in files if stem_media_id(file) == media_id]
    if named or path in files:
        return (named or [path])[0], True
    whole = [file for file in files if f"/{root}/{file}".endswith(f"/{path}")]
    if whole:
        return (whole[0], True) if len(whole) == 1 else None
    ends = [file for file in files if f"/{path}".endswith(f"/{file}")]
    return (max(ends, key=len), False) if ends else None


parts = st.sampled_from(["a", "b", "river", "aa", "é", f"{ID_A}.jpg", "x.jpg"])
paths = st.lists(parts, min_size=1, max_size=4).map("/".join)


@given(st.lists(paths, max_size=8, unique=True), paths, st.sampled_from(["a/river", "b", "a/a"]))
def test_a_listing_finds_by_the_rule(files: list[str], path: str, root: str) -> None:
    media_id = stem_media_id(path) or md5(path)
    with listing(Path("/") / root, files) as listed:
        assert listed.find(path, media_id) == plain_find(root, files, path, media_id)


def test_what_has_an_address_still_waits_for_it(store: Store, tmp_path: Path, river: Path) -> None:
    bring(store, tmp_path / "p.json", [record("UR099/x.jpg"), record("UR099/y.jpg")])
    with store.db.transaction():
        store.db.execute(
            "UPDATE source_row SET url = 'https://a.example/x.jpg' WHERE file_path LIKE '%x.jpg'"
        )

    with listing(river, ["z.jpg"]) as listed, store.db.transaction():
        place_listed(store, listed)

    assert rows(store) == {
        "UR099/x.jpg": ("pending", None),
        "UR099/y.jpg": ("missing", f"not in {river}"),
    }


def test_progress_tells_of_each_part(store: Store, tmp_path: Path, river: Path) -> None:
    table = tmp_path / "m.csv"
    table.write_text("mediaID,timestamp\n")
    told: dict[str, tuple[int, int]] = {}

    def tell(what: str, done: int, total: int) -> None:
        told[what] = (done, total)

    options = {"images": river, "metadata": table, "progress": tell}
    bring(store, tmp_path / "p.json", [record("x.jpg")], **options)

    sizes = [(tmp_path / name).stat().st_size for name in ("p.json", "m.csv")]
    assert told == {
        "predictions": (sizes[0], sizes[0]),
        "metadata": (sizes[1], sizes[1]),
        "pictures": (4, 4),
    }
