"""A metadata table: before or after the predictions, repeated, odd, under other headings."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest

from camtrap_tui.domain.models import Image
from camtrap_tui.errors import InputError, UsageError
from camtrap_tui.services.imports import import_predictions
from camtrap_tui.services.ingest import add_folder
from camtrap_tui.services.metadata import import_metadata
from camtrap_tui.store.store import Store
from tests.builders import md5
from tests.camera_files import photo, record, write_predictions

ID_A, ID_B = md5("a"), md5("b")
HEADING = "mediaID,publicURL,timestamp,folderName,fileName\n"
URL = "https://river.example/x.JPG"


def table(tmp_path: Path, *lines: str, heading: str = HEADING) -> Path:
    path = tmp_path / "metadata.csv"
    path.write_text(heading + "".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


def predict(store: Store, tmp_path: Path, *names: str, **options: Any) -> None:
    path = write_predictions(tmp_path / "p.json", [record(name) for name in names])
    import_predictions(store, path, **options)


def by_id(store: Store, media_id: str) -> Image:
    found = store.images.by_media_id(media_id)
    assert found is not None
    return found


def deployment(store: Store, image: Image) -> str | None:
    if image.deployment_id is None:
        return None
    return store.images.deployments()[image.deployment_id].deployment_id


@pytest.mark.parametrize("together", [True, False])
def test_images_get_time_camera_and_address(
    store: Store, tmp_path: Path, *, together: bool
) -> None:
    path = table(
        tmp_path,
        f"{ID_A},{URL},2024-06-27 02:14:05,2024-02_UR011,x.JPG",
        f"{ID_B},,2024-06-27T02:15:00.5Z,2024-02_UR011,y.JPG",
    )
    predict(store, tmp_path, f"{ID_A}.jpg", f"{ID_B}.jpg", metadata=path if together else None)
    if not together:
        import_metadata(store, path)

    a, b = by_id(store, ID_A), by_id(store, ID_B)
    assert (a.timestamp, a.timestamp_source, a.url) == (
        "2024-06-27 02:14:05",
        "metadata",
        URL,
    )
    assert (b.timestamp, b.subsecond, b.timestamp_raw, b.url) == (
        "2024-06-27 02:15:00",
        "5",
        "2024-06-27T02:15:00.5Z",
        None,
    )
    assert deployment(store, a) == "2024-02_UR011"
    assert store.images.burst(a) == [a.id, b.id]


def test_the_table_wins_over_the_header_whichever_comes_first(store: Store, tmp_path: Path) -> None:
    path = photo(tmp_path / "river" / "UR005" / "x.jpg", 1, "2020:01:01 00:00:00")
    add_folder(store, tmp_path / "river")
    (media_id,) = (key for (key,) in store.db.execute("SELECT media_id FROM image"))
    import_metadata(store, table(tmp_path, f"{media_id},,2024-06-27 02:14:05,UR011,x.JPG"))
    path.touch()
    add_folder(store, tmp_path / "river")

    found = by_id(store, media_id)
    assert (found.timestamp, found.timestamp_source) == ("2024-06-27 02:14:05", "metadata")
    assert deployment(store, found) == "UR011"


def test_repeated_ids_count_once_and_conflicts_are_named(store: Store, tmp_path: Path) -> None:
    predict(store, tmp_path, f"{ID_A}.jpg")
    line = f"{ID_A},,2024-06-27 02:14:05,UR011,x.JPG"

    report = import_metadata(
        store, table(tmp_path, line, line, f"{ID_A},,2030-01-01 00:00:00,UR011,x.JPG")
    )

    assert (report.rows, report.described, report.repeated, report.conflicting) == (3, 1, 2, 1)
    assert report.examples == [
        f"row 4: {ID_A} again, with other values than in its first row, which counts"
    ]
    assert by_id(store, ID_A).timestamp == "2024-06-27 02:14:05"


def test_rows_without_an_image_are_counted_and_add_none(store: Store, tmp_path: Path) -> None:
    predict(store, tmp_path, f"{ID_A}.jpg")

    report = import_metadata(store, table(tmp_path, f"{ID_B},,2024-06-27 02:14:05,UR011,x.JPG"))

    assert (report.described, report.unmatched) == (0, 1)
    assert store.images.count() == 1


@pytest.mark.parametrize("time", ["yesterday", "0000-00-00 00:00:00", "2024-06-27", "\x1b[2J"])
def test_a_bad_time_is_named_and_leaves_the_rest(store: Store, tmp_path: Path, time: str) -> None:
    predict(store, tmp_path, f"{ID_A}.jpg")

    report = import_metadata(store, table(tmp_path, f"{ID_A},{URL},{time},UR011,x.JPG"))

    assert report.bad_times == 1
    assert report.examples[0].startswith("row 2: ")
    assert report.examples[0].isprintable()
    found = by_id(store, ID_A)
    assert (found.timestamp, found.timestamp_source, found.url) == (None, "none", URL)


def test_an_empty_time_takes_none_away(store: Store, tmp_path: Path) -> None:
    predict(store, tmp_path, f"{ID_A}.jpg")
    import_metadata(store, table(tmp_path, f"{ID_A},{URL},2024-06-27 02:14:05,UR011,x.JPG"))
    report = import_metadata(store, table(tmp_path, f"{ID_A},,,,"))

    assert report.without_time == 1
    found = by_id(store, ID_A)
    assert (found.timestamp, found.url) == ("2024-06-27 02:14:05", URL)
    assert deployment(store, found) == "UR011"


def test_pictures_known_by_their_path_get_the_tables_id(store: Store, tmp_path: Path) -> None:
    predict(store, tmp_path, "UR011/DCIM/x.JPG", "UR005/y.JPG")
    heading = "mediaID,timestamp,folderName,fileName,filePath\n"

    report = import_metadata(
        store,
        table(
            tmp_path,
            "row-1,2024-06-27 02:14:05,UR011,x.JPG,/UR011/DCIM/x.JPG",
            "row-2,2024-06-27 02:14:05,UR005,y.JPG,",
            heading=heading,
        ),
    )

    assert report.described == 2
    assert by_id(store, "row-1").file_path == "UR011/DCIM/x.JPG"
    assert by_id(store, "row-2").file_path == "UR005/y.JPG"


def test_a_picture_that_two_ids_claim_by_its_path_is_described_once(
    store: Store, tmp_path: Path
) -> None:
    predict(store, tmp_path, "UR011/x.JPG")
    rows = (
        "row-1,2024-06-27 02:14:05,UR011,x.JPG,",
        "row-2,2024-06-28 02:14:05,UR005,x.JPG,UR011/x.JPG",
        ",2024-06-29 02:14:05,UR011,x.JPG,",
    )
    heading = "mediaID,timestamp,folderName,fileName,filePath\n"

    report = import_metadata(store, table(tmp_path, *rows, heading=heading))

    assert (report.rows, report.described, report.repeated, report.conflicting) == (3, 1, 2, 2)
    assert report.examples[0].startswith("row 3: UR011/x.JPG again, under another id")
    found = by_id(store, "row-1")
    assert (found.timestamp, deployment(store, found)) == ("2024-06-27 02:14:05", "UR011")


def test_other_headings_signs_and_a_byte_order_mark(store: Store, tmp_path: Path) -> None:
    predict(store, tmp_path, f"{ID_A}.jpg")
    path = table(
        tmp_path,
        f'2024-06-27 02:14:05;"{ID_A}";UR011;more;and more',
        heading="\ufeffDateTime;MEDIAID;folderName\n",
    )

    report = import_metadata(store, path, {"timestamp": "DateTime"})

    assert report.described == 1
    assert by_id(store, ID_A).timestamp == "2024-06-27 02:14:05"


def test_a_folder_of_a_card_is_named_by_its_camera(store: Store, tmp_path: Path) -> None:
    predict(store, tmp_path, f"{ID_A}.jpg")
    import_metadata(store, table(tmp_path, f"{ID_A},,,2024/UR011/DCIM/100MEDIA,x.JPG"))

    assert deployment(store, by_id(store, ID_A)) == "UR011"


def test_a_picture_that_changes_its_camera_leaves_the_burst(store: Store, tmp_path: Path) -> None:
    predict(store, tmp_path, f"{ID_A}.jpg", f"{ID_B}.jpg")
    time = "2024-06-27 02:14:05"
    import_metadata(
        store, table(tmp_path, f"{ID_A},,{time},UR011,x.JPG", f"{ID_B},,{time},UR011,y.JPG")
    )
    assert by_id(store, ID_B).burst_id == by_id(store, ID_A).id

    import_metadata(store, table(tmp_path, f"{ID_A},,{time},UR005,x.JPG"))

    assert by_id(store, ID_B).burst_id == by_id(store, ID_B).id


def test_columns_that_do_not_exist_are_named(store: Store, tmp_path: Path) -> None:
    path = table(tmp_path)

    with pytest.raises(InputError, match=r"no column 'DateTime'.*It has mediaID, publicURL"):
        import_metadata(store, path, {"timestamp": "DateTime"})
    with pytest.raises(UsageError, match="no metadata column 'time'"):
        import_metadata(store, path, {"time": "timestamp"})
    with pytest.raises(InputError, match="no column mediaID"):
        import_metadata(store, table(tmp_path, heading="a,b\n"))
    with pytest.raises(InputError, match="no column mediaID"):
        import_metadata(store, table(tmp_path, heading=""))


def test_files_that_are_no_tables(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(HEADING.encode() + b"B\xe4che,,,,\n")
    with pytest.raises(InputError, match="not UTF-8"):
        import_metadata(store, path)
    csv.field_size_limit(131_072)  # speciesnet's geocoder raises it for the whole process
    path.write_text(HEADING + '"' + "x" * 200_000)
    with pytest.raises(InputError, match=r"x\.csv, row"):
        import_metadata(store, path)
    with pytest.raises(InputError, match="nowhere"):
        import_metadata(store, tmp_path / "nowhere.csv")


def test_times_are_read_as_the_whole_table_writes_them(store: Store, tmp_path: Path) -> None:
    predict(store, tmp_path, f"{ID_A}.jpg", f"{ID_B}.jpg")
    heading = "mediaID,timestamp\n"
    clear = table(
        tmp_path, f"{ID_A},6/7/2024 2:14 PM", f"{ID_B},6/27/2024 2:14 AM", heading=heading
    )

    report = import_metadata(store, clear)

    assert (report.days, report.bad_times) == ("month first", 0)
    assert by_id(store, ID_A).timestamp == "2024-06-07 14:14:00"
    assert by_id(store, ID_A).timestamp_raw == "6/7/2024 2:14 PM"

    unclear = table(tmp_path, f"{ID_A},6/8/2024 2:14", f"{ID_B},27.06.2024 2:15", heading=heading)
    report = import_metadata(store, unclear)

    assert (report.bad_times, report.unclear_times) == (1, 1)
    assert by_id(store, ID_A).timestamp == "2024-06-07 14:14:00"
    assert by_id(store, ID_B).timestamp == "2024-06-27 02:15:00"
