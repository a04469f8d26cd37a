"""Which column of a manifest is which: by our names, by usual ones, and by what stands there."""

from __future__ import annotations

from pathlib import Path

import pytest

from camtrap_tui.errors import InputError, UsageError
from camtrap_tui.services.manifest_columns import Guess, guess_columns
from camtrap_tui.services.tables import Head, read_head
from tests.builders import md5

URL = "https://river.example/a.jpg"
TIME = "2024-06-27 02:14:05"


def guess(headings: str, *rows: str, **named: str) -> Guess:
    head = Head(headings.split(","), [row.split(",") for row in rows])
    return guess_columns(Path("m.csv"), head, named)


def test_our_own_headings_are_no_guess_in_any_case() -> None:
    found = guess("MediaID,publicurl,timestamp,extra", f"a,{URL},{TIME},x")

    assert found.columns == {
        "mediaID": "MediaID",
        "publicURL": "publicurl",
        "timestamp": "timestamp",
    }
    assert found.guessed == ()
    assert found.examples["publicURL"] == URL


@pytest.mark.parametrize(
    ("headings", "row", "columns"),
    [
        (
            "image_id,url,DateTimeOriginal,station",
            f"7,{URL},{TIME},UR011",
            "mediaID publicURL timestamp deploymentID",
        ),
        (
            "File,RelativePath,DateTime",
            f"IMG_0001.JPG,UR011\\100MEDIA,{TIME}",
            "fileName folderName timestamp",
        ),
        ("Path,Date Time,MD5", f"a/b.jpg,{TIME},{md5('a')}", "filePath timestamp contentMD5"),
        ("location,when", f"{URL},{TIME}", "publicURL timestamp"),
        ("x,y,z", f"{md5('a')},{URL},{TIME}", "mediaID publicURL timestamp"),
        ("lat,lng,picture,Site", "41.9,-87.6,a.jpg,S1", "latitude longitude fileName deploymentID"),
    ],
)
def test_usual_headings_and_values_are_guessed(headings: str, row: str, columns: str) -> None:
    found = guess(headings, row, row)

    assert {found.columns[name]: name for name in found.columns} == dict(
        zip(headings.split(","), columns.split(), strict=True)
    )
    assert set(found.guessed) == set(columns.split())


def test_a_heading_that_its_values_deny_is_not_taken() -> None:
    found = guess("id,url,time", "1,no address,noon", "2,neither,midnight")

    assert found.columns == {"mediaID": "id"}


def test_what_was_said_counts_and_is_no_guess() -> None:
    row = f"1,2,{URL},{TIME}"
    found = guess("id,key,link,when", row, mediaID="KEY", timestamp="")

    assert found.columns == {"mediaID": "KEY", "publicURL": "link"}
    assert found.guessed == ("publicURL",)
    assert found.as_options == "--map publicURL=link"


def test_of_two_columns_with_the_same_values_neither_is_guessed() -> None:
    with pytest.raises(InputError, match="no column names a picture"):
        guess("x,y", f"{URL},{URL}")


def test_a_wrong_name_or_heading_is_said() -> None:
    with pytest.raises(UsageError, match="There is no column 'url' of a manifest"):
        guess("id", "1", url="id")
    with pytest.raises(InputError, match=r"there is no column 'none'\. It has id"):
        guess("id", "1", mediaID="none")


def test_the_first_rows_are_read_whatever_separates_them(tmp_path: Path) -> None:
    path = tmp_path / "m.csv"
    path.write_bytes(b'\xef\xbb\xbf id ;url\r\n1;"a;b"\r\n\r\n2;c\r\n')

    head = read_head(path)

    assert head == Head(["id", "url"], [["1", "a;b"], ["2", "c"]])
