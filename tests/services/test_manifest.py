"""A manifest in the ledger: every line in one state, however odd, however often it is read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from camtrap_tui.domain.models import Image, SourceRow
from camtrap_tui.errors import InputError
from camtrap_tui.services.adding import AddRequest, add_source
from camtrap_tui.services.imports import import_predictions
from camtrap_tui.services.manifest import TableReport, add_manifest
from camtrap_tui.services.manifest_columns import guess_columns
from camtrap_tui.services.places import path_media_id
from camtrap_tui.services.tables import read_head
from camtrap_tui.store.store import Store
from tests.builders import md5
from tests.camera_files import photo, record, write_predictions

HEADING = "mediaID,publicURL,timestamp,folderName,fileName"
SITE = "https://river.example"


def table(tmp_path: Path, *lines: str, heading: str = HEADING) -> Path:
    path = tmp_path / "manifest.csv"
    path.write_text("".join(f"{line}\n" for line in (heading, *lines)), encoding="utf-8")
    return path


def add(store: Store, file: Path, **named: str) -> TableReport:
    report = add_manifest(store, file, guess_columns(file, read_head(file), named).columns)
    source = store.images.sources()[report.source.id]
    assert source.row_count == sum(store.ledger.states(source.id).values())
    return report


def rows(store: Store) -> list[SourceRow]:
    names = ", ".join(SourceRow.__dataclass_fields__)
    return store.db.rows(SourceRow, f"SELECT {names} FROM source_row ORDER BY row_number")


def ends(store: Store) -> list[tuple[int, str, str | None]]:
    return [(row.row_number, row.state, row.reason) for row in rows(store)]


def by_id(store: Store, media_id: str) -> Image:
    found = store.images.by_media_id(media_id)
    assert found is not None
    return found


def test_every_line_ends_in_one_state(store: Store, tmp_path: Path) -> None:
    file = table(
        tmp_path,
        f"a,{SITE}/a.jpg,2024-06-27 02:14:05,UR011,a.jpg",
        f"b,{SITE}/b.jpg,2024-06-27T02:14:30.250Z,UR011,b.jpg",
        f"a,{SITE}/a.jpg,2024-06-27 02:14:05,UR011,a.jpg",
        f"a,{SITE}/other.jpg,2024-06-27 02:14:05,UR011,a.jpg",
        f"c,{SITE}/c.mp4,,UR011,c.mp4",
        ",,2024-06-27 02:14:05,UR011,",
        "e,ftp://river.example/e.jpg,,UR011,e.jpg",
        "f,www.river.example/f.jpg,soon,UR011,f.jpg",
        "g,,,UR011,g.jpg",
        f"{'h' * 201},{SITE}/h.jpg,,UR011,h.jpg",
        f"i,{SITE}/i,,,",
    )

    report = add(store, file)

    assert ends(store) == [
        (2, "pending", None),
        (3, "pending", None),
        (4, "duplicate", "the same id as row 2"),
        (5, "duplicate", "the same id as row 2, with other values"),
        (6, "not_a_picture", "a video (MP4)"),
        (7, "unreadable", "the row names no picture"),
        (8, "missing", "its address begins with ftp:, which is not fetched"),
        (9, "missing", "its address does not begin with http://, https:// or s3://"),
        (10, "pending", None),
        (11, "unreadable", "its id has 201 signs, 200 are the most"),
        (12, "pending", None),
    ]
    counts = report.counts
    assert (counts.rows, counts.new_images, counts.repeated, counts.conflicting) == (11, 6, 2, 1)
    assert counts.bad_times == 1
    assert "row 9: 'soon' is no timestamp" in counts.examples
    first, second = by_id(store, "a"), by_id(store, "b")
    assert (first.url, first.file_path) == (f"{SITE}/a.jpg", "UR011/a.jpg")
    assert (second.timestamp, second.subsecond) == ("2024-06-27 02:14:30", "250")
    assert (second.timestamp_source, second.exif_offset) == ("metadata", None)
    assert first.burst_id == second.burst_id == first.id
    assert first.content_md5 is None
    assert first.deployment_id is not None
    assert store.images.deployments()[first.deployment_id].deployment_id == "UR011"


def test_rows_with_the_same_content_and_other_ids_stay_two_images(
    store: Store, tmp_path: Path
) -> None:
    same = md5("content")
    heading = "mediaID,publicURL,contentMD5,latitude,longitude"
    file = table(
        tmp_path,
        f"a,{SITE}/a.jpg,{same.upper()},41.9,-87.6",
        f'b,{SITE}/b.jpg,{same},"41,9",200',
        heading=heading,
    )

    add(store, file)

    assert [row.content_md5 for row in rows(store)] == [same, same]
    assert by_id(store, "a").id != by_id(store, "b").id
    assert (by_id(store, "a").latitude, by_id(store, "a").longitude) == (41.9, -87.6)
    assert (by_id(store, "b").latitude, by_id(store, "b").longitude) == (None, None)


def test_ids_come_from_the_name_then_from_path_or_address(store: Store, tmp_path: Path) -> None:
    name = md5("x")
    file = table(
        tmp_path,
        f"{SITE}/images/{name}.jpg,",
        f"{SITE}/1/IMG_0001.JPG,IMG_0001.JPG",
        f"{SITE}/2/IMG_0001.JPG,IMG_0001.JPG",
        f"{SITE}/3/IMG_0001.JPG,UR011/DCIM/100MEDIA/IMG_0001.JPG",
        f"{SITE}/file?id=1,",
        f"{SITE}/file?id=2,",
        heading="publicURL,filePath",
    )

    add(store, file)

    assert [row.state for row in rows(store)] == ["pending"] * 6
    ids = [image.media_id for image in store.images.by_ids([1, 2, 3, 4, 5, 6])]
    assert ids == [
        name,
        path_media_id(f"{SITE}/1/IMG_0001.JPG"),
        path_media_id(f"{SITE}/2/IMG_0001.JPG"),
        path_media_id("UR011/DCIM/100MEDIA/IMG_0001.JPG"),
        path_media_id(f"{SITE}/file?id=1"),
        path_media_id(f"{SITE}/file?id=2"),
    ]
    named = store.images.by_ids([4])[0]
    assert named.deployment_id is not None
    assert store.images.deployments()[named.deployment_id].deployment_id == "UR011"


def test_images_that_an_import_brought_get_what_the_table_says(
    store: Store, tmp_path: Path
) -> None:
    path = "UR011/IMG_0001.JPG"
    known = md5("known")
    write_predictions(tmp_path / "p.json", [record(f"{known}.jpg"), record(path)])
    import_predictions(store, tmp_path / "p.json")
    file = table(
        tmp_path,
        f"{known},{SITE}/a.jpg,2024-06-27 02:14:05,UR011,",
        f"own,{SITE}/b.jpg,2024-06-27 02:14:06,UR011,IMG_0001.JPG",
    )

    report = add(store, file)

    assert (report.counts.new_images, report.counts.known_images) == (0, 2)
    assert by_id(store, known).url == f"{SITE}/a.jpg"
    assert by_id(store, "own").timestamp == "2024-06-27 02:14:06"
    assert store.images.by_media_id(path_media_id(path)) is None
    assert store.images.count() == 2
    assert by_id(store, known).burst_id == by_id(store, "own").burst_id


def test_an_image_that_goes_to_another_camera_leaves_its_burst(
    store: Store, tmp_path: Path
) -> None:
    add(store, table(tmp_path, *(f"{n},{SITE}/{n},2024-06-27 02:14:0{n},U,{n}" for n in range(3))))
    assert {image.burst_id for image in store.images.by_ids([1, 2, 3])} == {1}

    lines = [f"{n},{SITE}/{n},2024-06-27 02:14:0{n},{'V' if n == 0 else 'U'},{n}" for n in range(3)]
    add(store, table(tmp_path, *lines))

    assert [image.burst_id for image in store.images.by_ids([1, 2, 3])] == [1, 2, 2]


def test_the_same_bytes_count_once(store: Store, tmp_path: Path) -> None:
    file = table(tmp_path, f"a,{SITE}/a.jpg,,UR011,a.jpg")
    add(store, file)
    before = ends(store)

    assert add(store, file).already_added
    (tmp_path / "copy.csv").write_bytes(file.read_bytes())
    assert add(store, tmp_path / "copy.csv").already_added

    assert ends(store) == before
    assert len(store.images.sources()) == 1


def test_a_changed_manifest_keeps_what_is_known(store: Store, tmp_path: Path) -> None:
    def line(name: str, url: str = "") -> str:
        return f"{name},{url or f'{SITE}/{name}.jpg'},2024-06-27 02:14:05,UR011,{name}.jpg"

    add(store, table(tmp_path, line("a"), line("b"), line("c"), line("d"), line("b"), "x,,,,x.mp4"))
    with store.db.transaction():
        for name, state in (("a", "here"), ("c", "missing"), ("d", "missing")):
            store.db.execute(
                "UPDATE source_row SET state = ?, attempts = 5, reason = 'HTTP 500'"
                " WHERE media_id = ?",
                [state, name],
            )

    report = add(
        store,
        table(
            tmp_path, line("new"), "x,,,,x.mp4", line("c"), line("d", f"{SITE}/moved.jpg"),
            line("a"), line("a"),
        ),
    )  # fmt: skip

    assert (report.vanished, report.counts.new_rows, report.counts.new_images) == (2, 2, 1)
    assert sorted((row.row_number, row.media_id, row.state) for row in rows(store)) == [
        (2, "new", "pending"),
        (3, "b", "excluded"),
        (3, "x", "not_a_picture"),
        (4, "c", "missing"),
        (5, "d", "pending"),
        (6, "a", "here"),
        (6, "b", "excluded"),
        (7, "a", "duplicate"),
    ]
    assert {row.reason for row in rows(store) if row.state == "excluded"} == {
        "no longer in the manifest"
    }
    assert next(row.attempts for row in rows(store) if row.media_id == "c") == 5

    # What comes back is what it was: one picture to be fetched, and its duplicate.
    report = add(store, table(tmp_path, line("b"), line("b"), line("a")))
    assert [r.state for r in rows(store) if r.media_id == "b"] == ["pending", "duplicate"]
    assert report.counts.new_rows == 0


def test_rows_of_which_no_id_is_known_are_found_again(store: Store, tmp_path: Path) -> None:
    heading = "publicURL,timestamp"
    lines = [f"{SITE}/{n}.jpg," for n in range(4)]
    add(store, table(tmp_path, *lines, ",no picture", heading=heading))
    with store.db.transaction():
        # The picture was fetched since: its id is now that of its content.
        store.db.execute("UPDATE image SET media_id = ? WHERE id = 2", [md5("bytes")])
        store.db.execute("UPDATE source_row SET state = 'here' WHERE image_id = 2")

    report = add(store, table(tmp_path, *lines[1:], "", ",no picture", heading=heading))

    assert report.counts.new_images == 0
    assert [row.state for row in rows(store) if row.image_id == 2] == ["here"]
    assert report.vanished == 1
    assert store.images.count() == 4


@pytest.mark.parametrize(
    "odd",
    [
        "../../etc/passwd",
        "/etc/passwd",
        "C:\\Windows\\x.jpg",
        "a\x00b",
        "a\nb",
        "n" * 300,
        "\N{GRINNING FACE}",
        "[/]",
        "\x1b]52;c;x\x07",
        "\u202egpj",
        '=HYPERLINK("x")',
        "-",
    ],
)
@pytest.mark.parametrize("column", [0, 1, 4])
def test_whatever_a_cell_holds_it_is_a_row_and_safe_text(
    store: Store, tmp_path: Path, odd: str, column: int
) -> None:
    cells = ["a", f"{SITE}/a.jpg", "2024-06-27 02:14:05", "UR011", "a.jpg"]
    cells[column] = odd if column != 1 else f"{SITE}/{odd}.jpg"
    written = ",".join('"' + cell.replace('"', '""') + '"' for cell in cells)

    add(store, table(tmp_path, written))

    (row,) = rows(store)
    assert row.state in ("pending", "unreadable", "missing")
    for text in (row.media_id or "", row.file_path, row.url or "", row.reason or ""):
        assert text.isprintable()
        assert "\u202e" not in text
    assert ".." not in row.file_path.split("/")
    assert not row.file_path.startswith("/")
    add(store, table(tmp_path, written, f"z,{SITE}/z.jpg,,UR011,z.jpg"))
    assert len(rows(store)) == 2


def test_a_lone_surrogate_is_one_odd_sign(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "manifest.csv"
    path.write_bytes(f"{HEADING}\n".encode() + b"a\xed\xa0\x80b,https://x.example/a.jpg,,U,a.jpg\n")

    add(store, path)

    assert [row.media_id for row in rows(store)] == ["a\N{REPLACEMENT CHARACTER}b"]


def test_what_is_no_table_is_refused_and_leaves_nothing(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "manifest.csv"
    path.write_bytes(f"{HEADING}\n".encode() + b"a,b,,c,d.jpg\n" * 500 + b"caf\xe9,,,,\n")
    with pytest.raises(InputError, match=r"line 502, byte 6,5\d\d: the text is not UTF-8"):
        add_manifest(store, path, {"mediaID": "mediaID"})
    with pytest.raises(InputError, match="the table has no rows"):
        add_manifest(store, table(tmp_path), {"mediaID": "mediaID"})
    with pytest.raises(InputError, match="there is no column 'id'"):
        add_manifest(store, table(tmp_path, "a,,,,"), {"mediaID": "id"})
    with pytest.raises(InputError, match="no such file"):
        add_manifest(store, tmp_path / "none.csv", {"mediaID": "mediaID"})
    assert store.images.sources() == {}
    assert store.images.deployments() == {}


def test_many_rows_are_one_transaction_and_many_chunks(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("camtrap_tui.services.manifest._CHUNK", 3)
    lines = [f"{n % 7},{SITE}/{n % 7}.jpg,,UR{n % 7},{n % 7}.jpg" for n in range(20)]

    add(store, table(tmp_path, *lines))

    assert store.ledger.states(1) == {"pending": 7, "duplicate": 13}
    assert {reason for _, _, reason in ends(store) if reason} == {
        f"the same id as row {n:,}" for n in range(2, 9)
    }
    add(store, table(tmp_path, *reversed(lines)))
    assert store.ledger.states(1) == {"pending": 7, "duplicate": 13}


def test_an_error_in_the_middle_leaves_the_last_reading(store: Store, tmp_path: Path) -> None:
    lines = [f"{n},{SITE}/{n}.jpg,,U,{n}.jpg" for n in range(5)]
    add(store, table(tmp_path, *lines))
    before: Any = ends(store)
    broken = table(tmp_path, *lines[::-1])
    broken.write_bytes(broken.read_bytes() + b"\xff\n")

    with pytest.raises(InputError, match="not UTF-8"):
        add_manifest(store, broken, {"mediaID": "mediaID", "publicURL": "publicURL"})

    assert ends(store) == before


def test_pictures_of_a_table_are_looked_for_in_a_folder(store: Store, tmp_path: Path) -> None:
    photo(tmp_path / "disk/UR011/a.jpg", 1)
    photo(tmp_path / "disk/UR011/new.jpg", 200)
    file = table(
        tmp_path,
        "a,,2024-06-27 02:14:05,UR011,a.jpg",
        "b,,2024-06-27 02:14:06,UR011,b.jpg",
        f"c,{SITE}/c.jpg,2024-06-27 02:14:07,UR011,c.jpg",
    )
    names = ("mediaID", "publicURL", "timestamp", "folderName", "fileName")
    request = AddRequest(
        str(file), "manifest", {name: name for name in names}, images=tmp_path / "disk"
    )

    report = add_source(store, request)

    assert ends(store)[:3] == [
        (0, "here", None),
        (0, "here", None),
        (2, "here", None),
    ]
    assert ends(store)[3:] == [
        (3, "missing", f"not in {tmp_path / 'disk'}"),
        (4, "pending", None),
    ]
    assert report.folder is not None
    assert report.folder.new_images == 1
    photo(tmp_path / "disk/UR011/b.jpg", 120)
    again = add_source(store, request)
    assert again.already_added
    assert again.states == {"here": 2, "pending": 1}
