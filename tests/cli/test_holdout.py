"""`camtrap-tui holdout`: drawn, listed, shown, extended and discarded; the same as JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from camtrap_tui.cli import group
from camtrap_tui.errors import UsageError
from camtrap_tui.services.holdouts import discard, find_holdout
from camtrap_tui.store.store import Store
from tests.holdout_builder import Drawn, drawn_survey, grade_blind

DRAW = ("draw", "b", "--size", "40", "--min", "4", "--strata", "species")


@pytest.fixture
def survey(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A survey without a holdout; ann asks."""
    monkeypatch.setenv("CAMTRAP_TUI_GRADER", "ann")
    path = tmp_path / "river.db"
    with Store.open(path, create=True) as store:
        discard(store, drawn_survey(store).holdout)
    return path


def run(survey: Path, *args: object) -> Result:
    """Run an action; errors are raised."""
    words = ["holdout", str(survey), *map(str, args)]
    return CliRunner().invoke(group, words, catch_exceptions=False)


def told(survey: Path, *args: object) -> Any:
    return json.loads(run(survey, *args, "--json").stdout)


def test_a_dry_run_shows_and_draws_nothing(survey: Path) -> None:
    shown = run(survey, *DRAW, "--dry-run")
    assert "Nothing was drawn" in shown.stderr
    rows = shown.stdout.splitlines()
    assert rows[2].split()[:4] == ["blank", "42", "42", "17"]
    assert rows[-1].split()[:5] == ["in", "all", "77", "77", "40"]
    plan = told(survey, *DRAW, "--dry-run")
    assert (plan["name"], plan["sampled"], plan["by"]) == ("b", 40, ["species"])
    assert [s["sampled"] for s in plan["strata"]] == [17, 12, 8, 3]
    assert told(survey) == []
    assert "No holdout is drawn yet" in run(survey).stderr


def test_a_holdout_is_drawn_listed_and_shown(survey: Path) -> None:
    assert "--holdout b" in run(survey, *DRAW, "--repeat", "0.1", "--seed", "7").stderr
    (listed,) = told(survey, "list")
    twin = told(survey, "draw", "twin", "--size", "9", "--min", "2", "--seed", "7")
    assert "drawn for b too" in " ".join(twin["notes"])
    with Store.open(survey) as store:
        discard(store, find_holdout(store, "twin"))
    assert told(survey) == [listed]
    assert told(survey, "show", "B") == listed
    assert (listed["seed"], listed["repeat_share"], listed["run"]) == (7, 0.1, 1)
    assert [phase["drawn_by"] for phase in listed["phases"]] == ["ann"]
    assert run(survey).stdout.splitlines()[2].split()[:6] == ["b", "1", "77", "40", "0", "4"]
    with Store.open(survey) as store:
        drawn = Drawn(store, find_holdout(store, "b"), 1, {})
        grade_blind(drawn, "ben", drawn.images()[:9], says="blank")
    shown = run(survey, "show", "b").stdout
    assert shown.splitlines()[2].split() == ["1", "blank", "42", "42", "17", "2.471", "9"]
    assert "ben          9      0" in shown


def test_what_was_graded_with_the_ai_in_view_is_said(survey: Path) -> None:
    with Store.open(survey) as store:
        from tests.store.test_grades import grade

        grade(store, range(1, 78), "blank", "ben")
    said = run(survey, *DRAW).stderr
    assert "ben has graded 40 pictures of these" in said
    assert all(len(line) <= 80 for line in said.splitlines() if "camtrap-tui review" not in line)
    assert "does not count here" in " ".join(run(survey, "show", "b").stderr.split())
    assert told(survey, "show", "b")["graded_before"] == {"ben": 40}


def test_an_extension_is_planned_drawn_and_recorded(survey: Path) -> None:
    run(survey, *DRAW)
    planned = told(survey, "extend", "b", "--by", 5, "--species", "raccoon", "--dry-run")
    assert (planned["phase"], planned["expected"]) == (None, 5)
    assert [s["more"] for s in planned["strata"]] == [0, 5, 0, 0]
    drawn = told(survey, "extend", "b", "--by", 5, "--species", "raccoon", "--grader", "ben")
    assert drawn["phase"] == 2
    table = run(survey, "extend", "b", "--by", "3", "--stratum", "blank")
    assert table.stdout.splitlines()[2].split() == ["1", "blank", "42", "17", "3", "20", "2.1"]
    assert "Phase 3 of b: 3 bursts drawn." in table.stderr
    found = told(survey, "show", "b")
    assert [(p["size"], p["aim"], p["drawn_by"]) for p in found["phases"]] == [
        (40, "", "ann"),
        (5, "predicted raccoon", "ben"),
        (3, "blank", "ann"),
    ]
    assert found["sampled"] == 48


def test_a_species_without_a_stratum_of_its_own_is_warned_of(survey: Path) -> None:
    run(survey, "draw", "b", "--size", "45", "--min", "10")
    extended = run(survey, "extend", "b", "--by", "6", "--species", "mallard", "--dry-run")
    assert "About 2 of 6 bursts will be mallard" in extended.stderr
    assert "--where species:mallard." in extended.stderr


def test_a_holdout_is_discarded_if_somebody_says_so(survey: Path) -> None:
    run(survey, *DRAW)
    refused = run(survey, "discard", "b")
    assert refused.exit_code == 1
    assert "give --yes" in refused.stderr
    assert "Discarded: b." in run(survey, "discard", "b", "--yes").stderr
    assert told(survey) == []


def test_who_draws_must_be_known(survey: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CAMTRAP_TUI_GRADER")
    with pytest.raises(UsageError, match="Who draws"):
        run(survey, *DRAW)
    assert told(survey, *DRAW, "--dry-run")["sampled"] == 40
    run(survey, *DRAW, "--grader", "cid")
    assert told(survey)[0]["phases"][0]["drawn_by"] == "cid"


def test_a_filter_chooses_what_is_drawn(survey: Path) -> None:
    run(survey, *DRAW)
    words = ["filters", str(survey), "--where", "holdout:b", "--json"]
    (row,) = json.loads(CliRunner().invoke(group, words).stdout)
    assert (row["pictures"], row["words"]) == (40, "drawn for b")


@pytest.mark.parametrize("words", [["--help"], ["river.db", "--help"], ["river.db", "draw", "-h"]])
def test_help_needs_no_survey(words: list[str]) -> None:
    found = CliRunner().invoke(group, ["holdout", *words])
    assert found.exit_code == 0
    assert "Draw" in found.stdout
