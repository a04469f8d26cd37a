"""`camtrap-tui check`: places in words, the same as JSON, and an exit code."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner, Result

from camtrap_tui.cli import group
from tests.small_package import SmallPackage


def run(*args: object) -> Result:
    return CliRunner().invoke(group, ["check", *map(str, args)])


def test_a_valid_package_is_told_with_its_tables(tmp_path: Path) -> None:
    found = run(SmallPackage().write(tmp_path / "package"))
    assert found.exit_code == 0
    assert "observations  observations.csv     3" in found.stdout
    assert "is a valid package of Camtrap DP 1.0.2." in found.stderr


def test_problems_are_told_by_file_row_and_field(tmp_path: Path) -> None:
    package = SmallPackage().set("media", 3, "timestamp", "2024-05-31T02:14:05")
    package.set("media", 4, "timestamp", "\x1b[31mnoon")
    found = run(package.write(tmp_path / "package"), "--examples", 1)
    assert found.exit_code == 1
    assert "media.csv, row 3, timestamp: is “2024-05-31T02:14:05”; write T between" in found.stdout
    assert "… and 1 more place like this" in found.stdout
    assert "no valid package of Camtrap DP 1.0.2: 2 problems in 1 file." in found.stderr
    assert "\x1b" not in run(tmp_path / "package").stdout


def test_json_says_the_same(tmp_path: Path) -> None:
    package = SmallPackage().set("deployments", 2, "latitude", "91")
    found = run(package.write(tmp_path / "package"), "--json")
    assert found.exit_code == 1
    report = json.loads(found.stdout)
    assert (report["valid"], report["version"], report["found"]) == (False, "1.0.2", 1)
    (problem,) = report["problems"]
    assert (problem["file"], problem["field"], problem["rule"]) == (
        "deployments.csv",
        "latitude",
        "range",
    )
    assert problem["places"] == [
        {"row": 2, "field": "latitude", "sentence": "is “91”; write a number from -90 to 90."}
    ]
    assert [table["rows"] for table in report["tables"]] == [2, 3, 3]


def test_what_is_no_package_is_one_sentence(tmp_path: Path) -> None:
    found = run(tmp_path)
    assert found.exit_code == 1
    assert "there is no datapackage.json in it" in str(found.exception)
