"""`camtrap-tui split`: the table, the same as JSON, and what is said beside it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from camtrap_tui.cli import group
from camtrap_tui.store.store import Store
from tests.builders import Said, add_images
from tests.store.test_grades import grade


@pytest.fixture
def survey(tmp_path: Path) -> Path:
    """Ten cameras, each with a raccoon and a mallard, graded by ann."""
    path = tmp_path / "river.db"
    with Store.open(path, create=True) as store:
        said = [Said(deployment=f"UR{n:02d}") for n in range(10)] * 2
        keys = add_images(store, said)
        grade(store, keys[:10], "northern raccoon")
        grade(store, keys[10:], "mallard")
    return path


def run(*args: object) -> Result:
    """Run the command; errors are raised."""
    return CliRunner().invoke(group, ["split", *(str(a) for a in args)], catch_exceptions=False)


def test_a_line_a_class_and_what_changed(survey: Path) -> None:
    first = run(survey, "--val", "0.2", "--test", "0.2")
    heading, _, everything, *classes = first.stdout.splitlines()
    assert heading.split() == ["class", "train", "val", "test", "bursts", "deployments"]
    assert everything.split() == ["all", "pictures", "12", "4", "4", "12/4/4", "6/2/2"]
    assert [line.split()[-1] for line in classes] == ["few", "few"]
    assert "20 pictures, deployments kept whole: 60.0% / 20.0% / 20.0%." in first.stderr
    assert "before" not in first.stderr
    assert max(map(len, (first.stdout + first.stderr).splitlines())) <= 80
    again = run(survey, "--val", "0.2", "--test", "0.2")
    assert "Nothing changed: 20 pictures as before." in again.stderr


def test_json_says_the_same_and_a_dry_run_stores_nothing(survey: Path) -> None:
    dry = run(survey, "--dry-run", "--json")
    found = json.loads(dry.stdout)
    assert found["stored"] is False
    assert "Nothing was stored." in dry.stderr
    assert found["all"]["train"] == {"images": 14, "bursts": 14, "deployments": 7}
    assert {row["name"] for row in found["classes"]} == {"northern raccoon", "mallard"}
    assert found["changes"] is None
    with Store.open(survey) as store:
        assert store.splits.parts() == {}
    assert json.loads(run(survey, "--json").stdout)["stored"] is True
    with Store.open(survey) as store:
        assert len(store.splits.parts()) == 20


def test_a_survey_without_grades_is_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "empty.db"
    Store.open(path, create=True).close()
    result = CliRunner().invoke(group, ["split", str(path)])
    assert "no graded image can be divided" in str(result.exception)


def test_a_holdout_drawn_since_says_that_the_sets_are_to_be_made_anew(survey: Path) -> None:
    def draw(*more: str) -> Result:
        arguments = ["holdout", str(survey), *more, "--grader", "ann"]
        return CliRunner().invoke(group, arguments, catch_exceptions=False)

    size = ("--size", "4", "--min", "1")
    assert "fine-tuning" not in draw("draw", "first", *size).stderr
    run(survey)
    assert "are in the fine-tuning sets" in draw("draw", "second", "--seed", "9", *size).stderr
    run(survey)
    assert "in the fine-tuning sets" in draw("extend", "second", "--by", "4").stderr
    assert "Left out, in a burst of a holdout" in run(survey).stderr
