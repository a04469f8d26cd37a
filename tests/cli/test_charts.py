"""`camtrap-tui charts`: the same numbers as text and as JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from camtrap_tui.cli.charts import charts_command
from camtrap_tui.errors import UsageError
from camtrap_tui.store.store import Store
from tests.builders import Said, add_images
from tests.store.test_reports import MALLARD, RACCOON, grade


@pytest.fixture
def survey(tmp_path: Path) -> Path:
    """A survey of three pictures, one of them graded."""
    path = tmp_path / "river.db"
    with Store.open(path, create=True) as store:
        said = Said(RACCOON, guesses=[(RACCOON, 0.9)])
        keys = add_images(store, [said, said, Said(MALLARD, guesses=[(MALLARD, 0.2)])])
        grade(store, "ann", keys[0], MALLARD)
    return path


def run(*args: object) -> Result:
    """Run the command; errors are raised."""
    return CliRunner().invoke(charts_command, [str(a) for a in args], catch_exceptions=False)


def test_text_has_a_chart_and_a_table_with_truth_beside(survey: Path) -> None:
    out = run(survey).stdout
    assert f"{RACCOON} 2 │█" in out
    assert f"{MALLARD} 1 │█" in out
    table = out[out.index("class ") :].splitlines()
    assert table[0].split() == [
        *("class", "scientific", "name"),
        *("prediction", "%", "of", "rows", "truth", "%", "of", "rows"),
    ]
    cells = [line.split() for line in table[2:]]
    assert cells == [
        ["northern", "raccoon", "2", "66.67", "0", "0"],
        ["mallard", "1", "33.33", "1", "100"],
        ["in", "all", "3", "100", "1", "100"],
    ]
    assert max(map(len, out.splitlines())) <= 100


def test_json_has_what_the_text_has(survey: Path) -> None:
    found = json.loads(run(survey, "--by", "classification", "--json").stdout)
    assert (found["rows"], found["without_class"]) == (3, 1)
    assert [(c["name"], c["count"]) for c in found["classes"]] == [(RACCOON, 2)]
    assert found["beside"]["by"] == "truth"
    assert [(c["name"], c["count"]) for c in found["beside"]["classes"]] == [(MALLARD, 1)]


def test_a_picture_without_a_class_is_a_row(survey: Path) -> None:
    out = run(survey, "--by", "classification").stdout
    assert "(no class)" in out
    assert "3 rows of 3 pictures, 1 class" in out


def test_hours_as_text_and_json(survey: Path) -> None:
    out = run(survey, "--hours").stdout
    assert f"{RACCOON} n=2, top 2" in out
    line = next(line for line in out.splitlines() if line.startswith("02"))
    assert line.split() == ["02", "2", "1"]
    found = json.loads(run(survey, "--hours", "--json").stdout)
    assert found["classes"][0]["hours"][2] == 2
    assert found["beside"]["classes"][1]["n"] == 1


def test_a_filter_and_a_scale(survey: Path) -> None:
    out = run(survey, "--where", "species:mallard", "--log", "--percent").stdout
    assert "log scale" in out
    assert "100 %" in out
    assert "where species:mallard" in out
    assert RACCOON not in out


def test_a_filter_without_meaning_is_refused(survey: Path) -> None:
    with pytest.raises(UsageError, match="no filter word"):
        run(survey, "--where", "raccoon")
