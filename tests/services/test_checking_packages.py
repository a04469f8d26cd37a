"""A package is read as its descriptor says it lies: packed, in parts, in other places, older."""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from camtrap_tui.domain.camtrap_dp_fields import TABLES, VERSIONS, profile_url, schema_url
from camtrap_tui.errors import InputError
from camtrap_tui.services.checking import check_package
from camtrap_tui.services.checking_keys import Ids
from camtrap_tui.services.checking_report import CheckReport
from tests.camtrap_dp_oracle import needs_standard, second_opinion
from tests.small_package import SmallPackage


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "package"


def said(report: CheckReport) -> str:
    return "\n".join(
        f"{problem.file} {problem.field}: {place.sentence}"
        for problem in report.problems
        for place in problem.places
    )


def zipped(text: bytes) -> bytes:
    from io import BytesIO

    target = BytesIO()
    with zipfile.ZipFile(target, "w") as packed:
        packed.writestr("table.csv", text)
    return target.getvalue()


PACK: dict[str, Callable[[bytes], bytes]] = {
    "gz": gzip.compress,
    "bz2": bz2.compress,
    "xz": lzma.compress,
    "zip": zipped,
}


@pytest.mark.parametrize("ending", PACK)
def test_a_packed_table_is_read(ending: str, folder: Path) -> None:
    package = SmallPackage().set("media", 2, "timestamp", "noon")
    package.resource("media")["path"] = f"media.csv.{ending}"
    package.write(folder)
    plain = folder / "media.csv"
    (folder / f"media.csv.{ending}").write_bytes(PACK[ending](plain.read_bytes()))
    plain.unlink()
    report = check_package(folder)
    assert [(one.file, one.field) for one in report.problems] == [
        (f"media.csv.{ending}", "timestamp")
    ]


def test_a_damaged_packed_table_is_a_problem_of_the_file(folder: Path) -> None:
    package = SmallPackage()
    package.resource("media")["path"] = "media.csv.gz"
    package.write(folder)
    (folder / "media.csv.gz").write_bytes(gzip.compress((folder / "media.csv").read_bytes())[:60])
    assert "media.csv.gz : cannot be read" in said(check_package(folder))


def test_a_packed_table_is_one_file(folder: Path) -> None:
    package = SmallPackage()
    package.resource("media")["path"] = "media.csv.zip"
    package.write(folder)
    with zipfile.ZipFile(folder / "media.csv.zip", "w") as packed:
        packed.write(folder / "media.csv", "1.csv")
        packed.write(folder / "media.csv", "2.csv")
    assert "cannot be read (it holds 2 files, not one)" in said(check_package(folder))


def test_the_uppermost_package_of_a_zip_file_is_read(folder: Path, tmp_path: Path) -> None:
    SmallPackage().write(folder)
    target = tmp_path / "package.zip"
    with zipfile.ZipFile(target, "w") as packed:
        packed.writestr("river/old/datapackage.json", "{}")
        for file in folder.iterdir():
            packed.write(file, f"river/{file.name}")
    assert check_package(target).is_valid


def test_headings_may_have_spaces_around_them(folder: Path) -> None:
    package = SmallPackage()
    package.tables["media"][0] = [f" {name} " for name in package.tables["media"][0]]
    assert check_package(package.write(folder)).is_valid


def test_cells_under_a_second_heading_of_the_same_name_are_not_looked_at(folder: Path) -> None:
    package = SmallPackage().set("media", 1, "favorite", "timestamp")
    rules = {problem.rule for problem in check_package(package.write(folder)).problems}
    assert rules == {"duplicate heading", "missing column"}


def test_a_heading_in_other_letters_is_told_what_it_should_be(folder: Path) -> None:
    package = SmallPackage().set("media", 1, "favorite", "FAVORITE")
    assert "“FAVORITE” is no column of media; write favorite." in said(
        check_package(package.write(folder))
    )
    package.set("media", 1, "fileName", "favorite")
    assert "“FAVORITE” is no column of media; delete the column" in said(
        check_package(package.write(folder))
    )


def test_a_table_lies_where_its_resource_says(folder: Path) -> None:
    package = SmallPackage()
    package.resource("media")["path"] = "data/pictures.txt"
    package.write(folder)
    (folder / "data").mkdir()
    (folder / "media.csv").rename(folder / "data" / "pictures.txt")
    (folder / "media.csv").write_text("this is not looked at\n")
    assert check_package(folder).is_valid
    (folder / "data" / "pictures.txt").unlink()
    assert "data/pictures.txt : is not there" in said(check_package(folder))


def test_a_table_in_parts_is_one_table(folder: Path) -> None:
    package = SmallPackage()
    headings, *media = package.tables["media"]
    package.resource("media")["path"] = ["media-1.csv", "media-2.csv"]
    package.tables["media-1"] = [headings, *media[:2]]
    package.tables["media-2"] = [headings, *media[2:]]
    assert check_package(package.write(folder)).is_valid
    package.tables["media-2"] = [headings, *media[1:]]
    assert "media-2.csv mediaID: “m2” is already the one of row 3 of media-1.csv" in said(
        check_package(package.write(folder))
    )


@pytest.mark.parametrize("inner", ["", "river/"])
def test_a_package_may_be_one_zip_file(inner: str, folder: Path, tmp_path: Path) -> None:
    SmallPackage().set("deployments", 2, "latitude", "north").write(folder)
    target = tmp_path / "package.zip"
    with zipfile.ZipFile(target, "w") as packed:
        for file in folder.iterdir():
            packed.write(file, f"{inner}{file.name}")
    assert "deployments.csv latitude: is “north”" in said(check_package(target))


@pytest.mark.parametrize("version", VERSIONS)
def test_each_version_has_its_own_urls_and_missing_values(version: str, folder: Path) -> None:
    package = SmallPackage()
    package.descriptor["profile"] = profile_url(version)
    for table in TABLES:
        package.resource(table.name)["schema"] = schema_url(table.name, version)
    report = check_package(package.write(folder))
    assert (report.version, report.is_valid) == (version, True)
    # `NA` is a missing value since 1.0.2; before, it is a number that is none.
    package.set("deployments", 2, "cameraHeight", "NA")
    assert check_package(package.write(folder)).is_valid == (version == "1.0.2")


@needs_standard
@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("cell", ["NA", "", "nan", "1.2"])
def test_other_validators_agree_on_each_version(version: str, cell: str, folder: Path) -> None:
    package = SmallPackage().set("deployments", 2, "cameraHeight", cell)
    package.descriptor["profile"] = profile_url(version)
    for table in TABLES:
        package.resource(table.name)["schema"] = schema_url(table.name, version)
    package.write(folder)
    assert check_package(folder).is_valid == second_opinion(folder).is_valid


@needs_standard
def test_the_profile_of_1_0_takes_schemas_of_any_that_begins_so(folder: Path) -> None:
    package = SmallPackage().set("deployments", 2, "cameraHeight", "NA")
    package.descriptor["profile"] = profile_url("1.0")
    for table, version in zip(TABLES, reversed(VERSIONS), strict=True):
        package.resource(table.name)["schema"] = schema_url(table.name, version)
    # The missing values of a table are those of its own schema.
    assert check_package(package.write(folder)).problems == []
    assert second_opinion(folder).is_valid
    package.resource("deployments")["schema"] = schema_url("deployments", "1.0")
    assert "deployments.csv cameraHeight: is “NA”" in said(check_package(package.write(folder)))


def test_a_version_that_is_not_known_is_said_so(folder: Path) -> None:
    package = SmallPackage().set("media", 2, "timestamp", "noon")
    package.descriptor["profile"] = profile_url("0.6")
    report = check_package(package.write(folder))
    assert (report.version, report.is_valid) == ("0.6", False)
    assert "“0.6” are not known here" in report.unchecked[0]
    assert {problem.file for problem in report.problems} == {"datapackage.json"}
    assert "profile: is that of Camtrap DP “0.6”; export the package again" in said(report)


@pytest.mark.parametrize(
    ("path", "what"),
    [
        ("https://example.org/media.csv", "lies on the web"),
        ("../media.csv", "lies outside the package"),
        ("/etc/passwd", "lies outside the package"),
        ("..\\media.csv", "lies outside the package"),
        ("media.parquet", "is not there"),
    ],
)
def test_a_table_that_is_elsewhere_is_not_read(path: str, what: str, folder: Path) -> None:
    package = SmallPackage()
    package.resource("media")["path"] = path
    assert what in said(check_package(package.write(folder)))


def test_a_link_that_leads_outside_is_not_followed(folder: Path, tmp_path: Path) -> None:
    SmallPackage().write(folder)
    (folder / "media.csv").rename(tmp_path / "secret.csv")
    (folder / "media.csv").symlink_to(tmp_path / "secret.csv")
    assert "leads outside the package" in said(check_package(folder))


def test_a_table_is_read_as_its_dialect_and_encoding_say(folder: Path) -> None:
    package = SmallPackage().set("deployments", 2, "habitat", "forêt")
    package.write(folder)
    file = folder / "deployments.csv"
    file.write_bytes(file.read_text("utf-8").encode("latin-1"))
    assert "deployments.csv : is not utf-8 below row 1" in said(check_package(folder))
    package.resource("deployments")["encoding"] = "latin-1"
    (folder / "datapackage.json").write_text(json.dumps(package.descriptor))
    assert check_package(folder).is_valid
    package.resource("deployments")["encoding"] = "no-such"
    (folder / "datapackage.json").write_text(json.dumps(package.descriptor))
    assert "“no-such”, no encoding" in said(check_package(folder))


def test_semicolons_need_a_dialect_that_says_so(folder: Path) -> None:
    package = SmallPackage()
    package.tables = {
        name: [[";".join(row)] for row in rows] if name == "media" else rows
        for name, rows in package.tables.items()
    }
    package.write(folder)
    text = (folder / "media.csv").read_text("utf-8").replace('"{""Make"": ""Reconyx""}"', "{}")
    (folder / "media.csv").write_text(text.replace('"', "").replace("{Make: Reconyx}", "{}"))
    assert "are separated by semicolons" in said(check_package(folder))
    package.resource("media")["dialect"] = {"delimiter": ";"}
    (folder / "datapackage.json").write_text(json.dumps(package.descriptor))
    assert check_package(folder).is_valid


@pytest.mark.parametrize(
    ("dialect", "habitat"),
    [
        ({"quoteChar": "'"}, "'wet, wet'"),
        ({"escapeChar": "!"}, "wet!, wet"),
        ({"skipInitialSpace": True}, ' "wet, wet"'),
        ({"doubleQuote": False, "escapeChar": "!"}, '"wet!", wet"'),
    ],
)
def test_cells_are_quoted_as_the_dialect_says(
    dialect: dict[str, object], habitat: str, folder: Path
) -> None:
    package = SmallPackage().set("deployments", 2, "habitat", "HERE")
    package.set("deployments", 3, "habitat", "")
    package.write(folder)
    file = folder / "deployments.csv"
    file.write_text(file.read_text("utf-8").replace("HERE", habitat))
    assert not check_package(folder).is_valid
    package.resource("deployments")["dialect"] = dialect
    (folder / "datapackage.json").write_text(json.dumps(package.descriptor))
    assert check_package(folder).is_valid


def test_tabs_may_be_between_cells_where_the_format_says_so(folder: Path) -> None:
    package = SmallPackage()
    package.resource("deployments")["format"] = "tsv"
    package.write(folder)
    file = folder / "deployments.csv"
    file.write_text(file.read_text("utf-8").replace('wet, ""very""', "wet").replace(",", "\t"))
    assert check_package(folder).problems == []
    package.resource("deployments")["format"] = "xlsx"
    (folder / "datapackage.json").write_text(json.dumps(package.descriptor))
    assert "is in the format “xlsx”; only CSV is checked" in said(check_package(folder))


def test_a_descriptor_with_a_byte_order_mark_is_read_all_the_same(folder: Path) -> None:
    SmallPackage().set("media", 2, "timestamp", "noon").write(folder)
    file = folder / "datapackage.json"
    file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes())
    report = check_package(folder)
    assert [problem.file for problem in report.problems] == ["datapackage.json", "media.csv"]


def test_of_two_tables_of_a_name_the_first_is_read(folder: Path) -> None:
    package = SmallPackage()
    package.resource("media").update(name="deployments")
    report = check_package(package.write(folder))
    assert [table.file for table in report.tables] == ["deployments.csv", "observations.csv"]


def test_problems_come_by_file_and_row(folder: Path) -> None:
    package = SmallPackage().set("media", 3, "timestamp", "noon").set("media", 2, "filePublic", "x")
    package.set("deployments", 3, "latitude", "north")
    problems = check_package(package.write(folder)).problems
    assert [(one.file, one.places[0].row) for one in problems] == [
        ("deployments.csv", 3),
        ("media.csv", 2),
        ("media.csv", 3),
    ]


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_line_ends_and_byte_order_marks_do_not_matter(ends: str, mark: bytes, folder: Path) -> None:
    SmallPackage().write(folder)
    for table in TABLES:
        file = folder / f"{table.name}.csv"
        file.write_bytes(mark + file.read_bytes().replace(b"\n", ends.encode()))
    assert check_package(folder).is_valid


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"\xef\xbb\xbf{}", "begins with a byte order mark"),
        (b'{"a": 1,}', "is no JSON at line 1, column 9"),
        (b"\xff\xfe", "is no UTF-8 at byte 0"),
        (b"[]", "is no object"),
        (b"[" * 100_000, "nested too deep"),
    ],
)
def test_a_descriptor_that_is_no_json_is_a_problem(data: bytes, what: str, folder: Path) -> None:
    SmallPackage().write(folder)
    (folder / "datapackage.json").write_bytes(data)
    assert what in said(check_package(folder))


def test_what_is_no_package_is_refused(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("hello")
    for path in (tmp_path, tmp_path / "nowhere", tmp_path / "notes.txt"):
        with pytest.raises(InputError, match=r"Give the folder of a Camtrap DP package"):
            check_package(path)


def test_a_package_is_not_written_to(folder: Path) -> None:
    SmallPackage().set("media", 2, "timestamp", "noon").write(folder)
    before = {file: file.read_bytes() for file in folder.iterdir()}
    check_package(folder)
    assert before == {file: file.read_bytes() for file in folder.iterdir()}


def test_every_place_is_counted_and_the_first_are_named(folder: Path) -> None:
    package = SmallPackage()
    headings, first, *_ = package.tables["media"]
    package.tables["media"] = [headings, *([f"m{at}", *first[1:]] for at in range(1, 2501))]
    for row in range(2, 2502):
        package.set("media", row, "timestamp", f"2024-05-31 {row}")
    report = check_package(package.write(folder), examples=2)
    (problem,) = report.problems
    assert (problem.count, [place.row for place in problem.places]) == (2500, [2, 3])


def test_ids_are_held_against_each_other() -> None:
    here, there = Ids(), Ids()
    here.add(f"m{at}" for at in range(1000))
    there.add(f"m{at}" for at in range(500, 1500))
    assert here.not_in(there) == {hash(f"m{at}") for at in range(500)}
    assert here.repeated() == set()
    here.add(["m7", "m7"])
    assert here.repeated() == {hash("m7")}


def test_a_resource_that_the_standard_has_no_rules_for_is_named(folder: Path) -> None:
    package = SmallPackage()
    package.descriptor["resources"].append({"name": "more", "path": "more.csv"})
    package.descriptor["resources"].append({"name": "cats", "data": [{"id": 1}]})
    report = check_package(package.write(folder))
    assert "more.csv : is not there" in said(report)
    assert len(report.unchecked) == 2
