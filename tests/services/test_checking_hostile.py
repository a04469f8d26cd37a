"""Whatever a package holds, a check ends with sentences, and with the memory of a small one."""

from __future__ import annotations

import csv
import gzip
import json
import os
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from camtrap_tui.errors import InputError
from camtrap_tui.services.checking import check_package
from camtrap_tui.services.checking_report import CheckReport, Place
from tests.small_package import SmallPackage, put


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "package"


def places(report: CheckReport) -> list[tuple[str, Place]]:
    return [(problem.file, place) for problem in report.problems for place in problem.places]


def only(report: CheckReport) -> str:
    """Return the one thing that is wrong, as it is printed."""
    ((file, place),) = places(report)
    return f"{file} {place.row} {place.field}: {place.sentence}"


def with_packed_media(folder: Path, text: Callable[[list[str]], list[bytes]]) -> Path:
    """Write a package whose media are packed; `text` makes their lines of the usual ones."""
    package = SmallPackage()
    package.resource("media")["path"] = "media.csv.gz"
    package.write(folder)
    lines = (folder / "media.csv").read_text("utf-8").splitlines(keepends=True)
    with gzip.open(folder / "media.csv.gz", "wb", compresslevel=1) as packed:
        packed.writelines(text(lines))
    return folder


def test_a_packed_row_without_end_is_not_unpacked(folder: Path) -> None:
    with_packed_media(folder, lambda lines: [lines[0].encode(), *[b"x" * 1_000_000] * 400])
    tracemalloc.start()
    try:
        said = only(check_package(folder))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert "its next row does not end" in said
    assert peak < 150_000_000


def test_large_cells_are_not_held_together(folder: Path) -> None:
    def long(lines: list[str]) -> list[bytes]:
        start, end = lines[1].split('"{', 1)[0], "\n"
        cells = (
            f"{start.replace('m1', f'm{at + 10}')}{'x' * 5_000_000},,{end}" for at in range(30)
        )
        return [lines[0].encode(), *map(str.encode, cells)]

    with_packed_media(folder, long)
    tracemalloc.start()
    try:
        report = check_package(folder)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert {problem.rule for problem in report.problems} == {"foreign-key"}
    assert report.tables[1].rows == 30
    assert peak < 80_000_000


def test_other_readers_of_csv_keep_their_limit(folder: Path) -> None:
    before = csv.field_size_limit(12_345)
    try:
        check_package(SmallPackage().write(folder))
        assert csv.field_size_limit() == 12_345
    finally:
        csv.field_size_limit(before)


def test_a_row_with_an_open_quote_is_named(folder: Path) -> None:
    SmallPackage().write(folder)
    file = folder / "observations.csv"
    text = file.read_text("utf-8")
    file.write_text(text.replace(",m2,", ',"m2,', 1))
    said = places(check_package(folder))
    assert said[0][1].row == 3
    assert "too few: close the quotes in which its last cell begins" in said[0][1].sentence


def test_rows_above_a_break_are_looked_at_and_what_is_below_is_not_missed(folder: Path) -> None:
    package = SmallPackage().set("media", 2, "timestamp", "noon")
    package.write(folder)
    file = folder / "media.csv"
    file.write_bytes(file.read_bytes().replace(b"m3.jpg", b"m\xff.jpg"))
    # The text is decoded in blocks: the break must be far below the first rows.
    headings, first, *others = file.read_bytes().splitlines(keepends=True)
    more = [first.replace(b"m1", f"x{at}".encode()) for at in range(500)]
    file.write_bytes(b"".join([headings, first, *more, *others]))
    problems = {one.rule: one for one in check_package(folder).problems}
    # Nobody is told that observations are of a medium m3 that there is not.
    assert set(problems) == {"encoding", "type"}
    (broken,) = problems["encoding"].places
    assert broken.sentence.startswith("is not utf-8 below row ")
    read = int(broken.sentence.split("row ")[1].split(";")[0].replace(",", ""))
    assert 300 < read <= 502
    assert problems["type"].count == read - 1


@pytest.mark.parametrize("encoding", ["utf-16", "punycode", "undefined"])
def test_a_table_that_is_not_in_its_encoding_is_told(encoding: str, folder: Path) -> None:
    package = SmallPackage()
    package.resource("media")["encoding"] = encoding
    assert f"is not {encoding} below row 1" in only(check_package(package.write(folder)))


@pytest.mark.parametrize("encoding", ["hex", "", "utf\0"])
def test_an_encoding_that_there_is_not_is_told(encoding: str, folder: Path) -> None:
    package = SmallPackage()
    package.resource("media")["encoding"] = encoding
    assert "no encoding; save it as UTF-8" in only(check_package(package.write(folder)))


@pytest.mark.parametrize(
    ("number", "said"),
    [("1e99999999999999999999", "no program can read"), ("1e999999", ""), ("9" * 5000, "")],
    ids=["too large", "large", "long"],
)
def test_numbers_may_be_large(number: str, said: str, folder: Path) -> None:
    package = SmallPackage().set("deployments", 2, "cameraHeight", number)
    report = check_package(package.write(folder))
    assert report.is_valid != bool(said)
    assert all(said in place.sentence for _, place in places(report))


def test_a_table_of_very_many_columns_is_none_of_the_standard(folder: Path) -> None:
    SmallPackage().write(folder)
    more = ",".join(f"h{at}" for at in range(100_000))
    (folder / "media.csv").write_text(f"mediaID,{more}\n")
    assert "media.csv 1 : these are no headings of media" in only(check_package(folder))


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ('{"coordinatePrecision": NaN}', "has a number that is none of JSON"),
        ('{"coordinatePrecision": -Infinity}', "has a number that is none of JSON"),
        (f'{{"coordinatePrecision": {"9" * 5000}}}', "has a number that is none of JSON"),
        (f'{{"title": "{"x" * (16 << 20)}"}}', "has more than 16 MB"),
    ],
    ids=["not a number", "without end", "very long", "very large"],
)
def test_a_descriptor_that_cannot_be_read_is_one_problem(
    text: str, what: str, folder: Path
) -> None:
    SmallPackage().write(folder)
    (folder / "datapackage.json").write_text(text)
    assert what in only(check_package(folder))


def test_entries_of_a_list_are_one_problem(folder: Path) -> None:
    package = SmallPackage()
    put("taxonomic", [{"scientificName": "Lynx", "vernacularNames": {"en": "x"}}] * 50)(package)
    (problem,) = check_package(package.write(folder)).problems
    assert (problem.field, problem.count) == ("taxonomic[].vernacularNames", 50)
    assert [place.field for place in problem.places] == [
        f"taxonomic[{at}].vernacularNames" for at in range(3)
    ]


def test_very_many_entries_are_held_against_each_other(folder: Path) -> None:
    package = SmallPackage()
    words = [str(at) for at in range(200_000)]
    put("project.captureMethod", words)(package)
    (problem,) = check_package(package.write(folder)).problems
    assert (problem.rule, problem.count) == ("vocabulary", 200_000)


@pytest.mark.parametrize(
    "dialect",
    [
        {"header": False},
        {"commentChar": "#"},
        {"nullSequence": "-"},
        {"delimiter": 5},
        {"delimiter": "ab"},
        {"quoteChar": ""},
        {"doubleQuote": "no"},
        "dialect.json",
        [],
    ],
)
def test_a_dialect_that_is_not_followed_makes_no_package_valid(dialect: Any, folder: Path) -> None:
    package = SmallPackage()
    package.resource("media")["dialect"] = dialect
    report = check_package(package.write(folder))
    assert any(place.field.startswith("resources[1].dialect") for _, place in places(report))


def test_what_is_no_file_is_not_opened(folder: Path) -> None:
    for make in (Path.mkdir, os.mkfifo):
        SmallPackage().write(folder)
        (folder / "media.csv").unlink()
        make(folder / "media.csv")
        assert "media.csv None : is no file" in only(check_package(folder))
        (folder / "media.csv").rmdir() if make is Path.mkdir else (folder / "media.csv").unlink()


def test_links_in_a_circle_lead_nowhere(folder: Path) -> None:
    SmallPackage().write(folder)
    (folder / "media.csv").unlink()
    (folder / "media.csv").symlink_to("media.csv")
    assert "media.csv None : is not there" in only(check_package(folder))


def test_names_of_no_file_are_told(folder: Path) -> None:
    for name in ("a\0b.csv", "\ud800.csv"):
        package = SmallPackage()
        package.resource("media")["path"] = name
        assert "is not there" in only(check_package(package.write(folder)))


def test_an_empty_path_is_told_once(folder: Path) -> None:
    package = SmallPackage()
    package.resource("media")["path"] = ""
    assert "datapackage.json None resources[1].path:" in only(check_package(package.write(folder)))


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
@pytest.mark.parametrize("name", ["media.csv", "datapackage.json", "."])
def test_what_may_not_be_read_is_told(name: str, folder: Path) -> None:
    SmallPackage().write(folder)
    (folder / name).chmod(0)
    try:
        if name == ".":
            with pytest.raises(InputError, match="permission denied"):
                check_package(folder)
        else:
            assert "give yourself the right to read it" in only(check_package(folder))
    finally:
        (folder / name).chmod(0o700)


def test_a_damaged_zip_file_is_one_sentence(folder: Path, tmp_path: Path) -> None:
    SmallPackage().write(folder)
    target = tmp_path / "package.zip"
    with zipfile.ZipFile(target, "w") as packed:
        for file in folder.iterdir():
            packed.write(file, file.name)
    data = bytearray(target.read_bytes())
    at = data.find(b"PK\x01\x02")
    data[at : at + 4] = b"xxxx"
    target.write_bytes(data)
    with pytest.raises(InputError, match="it cannot be read"):
        check_package(target)


def test_ways_up_in_a_zip_file_write_nothing(folder: Path, tmp_path: Path) -> None:
    SmallPackage().write(folder)
    target = tmp_path / "inside" / "package.zip"
    target.parent.mkdir()
    with zipfile.ZipFile(target, "w") as packed:
        for file in folder.iterdir():
            packed.write(file, f"../{file.name}")
    before = sorted(tmp_path.rglob("*"))
    assert check_package(target).is_valid
    assert sorted(tmp_path.rglob("*")) == before


def test_a_descriptor_may_be_a_file_of_another_name(folder: Path) -> None:
    package = SmallPackage()
    package.write(folder)
    (folder / "other.json").write_text(json.dumps({**package.descriptor, "name": "A b"}))
    assert check_package(folder).is_valid
    assert "other.json None name:" in only(check_package(folder / "other.json"))


def test_the_id_of_a_row_too_short_is_not_missed(folder: Path) -> None:
    package = SmallPackage()
    del package.tables["media"][1][3:]
    assert "the row has 3 cells under 11 headings" in only(check_package(package.write(folder)))


def test_what_is_missing_is_looked_for_among_short_rows(folder: Path) -> None:
    package = SmallPackage().set("media", 3, "deploymentID", "C3")
    del package.tables["media"][1][1:]
    rules = {problem.rule for problem in check_package(package.write(folder)).problems}
    assert rules == {"cells", "foreign-key"}


def test_a_table_without_path_is_told_once(folder: Path) -> None:
    package = SmallPackage()
    del package.resource("media")["path"]
    assert "resources[1].path: is missing; add it." in only(check_package(package.write(folder)))
