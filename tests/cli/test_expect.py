"""`camtrap-tui expect`: the list in and out, and what it flags, as text and as JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from camtrap_tui.cli import group
from camtrap_tui.errors import UsageError
from camtrap_tui.store.store import Store
from tests.expected_lists import predict, write_list


@pytest.fixture
def survey(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A survey of four predicted pictures."""
    monkeypatch.setenv("CAMTRAP_TUI_GRADER", "ann")
    path = tmp_path / "river.db"
    with Store.open(path, create=True) as store:
        predict(store, "western pond turtle", "western pond turtle", "northern raccoon", "mallard")
    return path


def run(*args: object) -> Result:
    """Run a command; errors are raised."""
    return CliRunner().invoke(group, [str(a) for a in args], catch_exceptions=False)


def flagged(survey: Path) -> list[str]:
    """Return the names of the classes that are flagged."""
    return [one["name"] for one in json.loads(run("expect", survey, "--json").stdout)["unexpected"]]


def test_reading_a_list_prints_what_it_leaves_out(survey: Path, tmp_path: Path) -> None:
    done = run("expect", survey, write_list(tmp_path))
    assert "15 names in 16 rows, 1 again; 15 new on the list." in done.stderr
    assert "2 of 3 classes in run 1, 3 of 4 predicted pictures." in done.stderr
    assert "state:unexpected" in done.stderr
    lines = done.stdout.splitlines()
    assert lines[2].startswith("western pond turtle         2  order testudines: Trachemys scripta")
    assert "Chrysemys picta" in done.stdout
    assert "northern raccoon            1  order carnivora: Canis latrans" in done.stdout
    assert "mallard" not in done.stdout
    assert max(map(len, lines)) <= 80


def test_a_misspelt_name_is_told(survey: Path) -> None:
    done = run("expect", survey, "--add", "northern racoon", "--add", "mallard")
    assert "Known to no label of this survey: northern racoon (northern raccoon?)." in done.stderr
    assert "northern raccoon" in flagged(survey)


def test_json_has_what_the_text_has(survey: Path, tmp_path: Path) -> None:
    run("expect", survey, write_list(tmp_path))
    found = json.loads(run("expect", survey, "--json").stdout)
    assert (found["listed"], found["classes"], found["unexpected_pictures"]) == (15, 3, 3)
    turtle = found["unexpected"][0]
    assert (turtle["name"], turtle["pictures"]) == ("western pond turtle", 2)
    assert (turtle["shared_rank"], turtle["shared_name"]) == ("order", "testudines")
    assert turtle["relatives"][0]["scientific_name"] == "Trachemys scripta"


def test_names_are_added_removed_and_listed(survey: Path, tmp_path: Path) -> None:
    run("expect", survey, write_list(tmp_path))
    assert (
        "On the list: northern raccoon."
        in run("expect", survey, "--add", "northern raccoon").stderr
    )
    assert flagged(survey) == ["western pond turtle"]
    rows = json.loads(run("expect", survey, "--list", "--json").stdout)
    (raccoon,) = [row for row in rows if row["common_name"]]
    assert (raccoon["scientific_name"], raccoon["added_by"]) == ("Procyon lotor", "ann")
    assert "Procyon lotor" in run("expect", survey, "--list").stdout
    run("expect", survey, "--remove", "Procyon lotor")
    assert flagged(survey) == ["western pond turtle", "northern raccoon"]
    run("expect", survey, "--clear")
    assert flagged(survey) == []
    assert "list is empty" in run("expect", survey, "--list").stderr


def test_without_a_list_it_says_so(survey: Path) -> None:
    done = run("expect", survey)
    assert "nothing is flagged" in done.stderr
    assert done.stdout == ""


def test_a_heading_of_ones_own(survey: Path, tmp_path: Path) -> None:
    path = write_list(tmp_path, "Beast,Where\nProcyon lotor,bridge\n")
    run("expect", survey, path, "--map", "species=Beast")
    assert "northern raccoon" not in flagged(survey)
    with pytest.raises(UsageError, match="--map"):
        run("expect", survey, "--map", "species=Beast")


def test_charts_mark_what_is_not_expected(survey: Path, tmp_path: Path) -> None:
    assert "expected" not in run("charts", survey).stdout
    run("expect", survey, write_list(tmp_path))
    out = run("charts", survey).stdout
    assert "! western pond turtle 2 │" in out
    assert "3 classes, 2 not expected here" in out
    table = [line.split() for line in out[out.index("class  ") :].splitlines()]
    assert [row[-1] == "no" for row in table[2:5]] == [True, False, True]
    classes = json.loads(run("charts", survey, "--json").stdout)["classes"]
    assert {row["name"]: row["unexpected"] for row in classes}["mallard"] is False
    assert "! northern raccoon n=1" in run("charts", survey, "--hours").stdout
