"""`camtrap-tui sessions`: who graded when, as a table and as JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from camtrap_tui.cli import group
from camtrap_tui.services.review import ReviewSession
from camtrap_tui.store.store import Store
from tests.five_pictures import Clock, fill


@pytest.fixture
def survey(tmp_path: Path) -> Path:
    """A survey in which ann graded three pictures, and ben a burst."""
    path = tmp_path / "river.db"
    with Store.open(path, create=True) as store:
        fill(store)
        clock = Clock()
        session = ReviewSession(store, "ann", clock=clock)
        for key in (session.accept, lambda: session.guess(2), session.accept, session.undo):
            clock.now += 5
            key()
        other = ReviewSession(store, "ben")
        other.go_to("1")
        other.ask_burst()
        other.accept()
    return path


def run(*args: object) -> Result:
    """Run the command; errors are raised."""
    return CliRunner().invoke(group, ["sessions", *(str(a) for a in args)], catch_exceptions=False)


def test_a_line_a_session(survey: Path) -> None:
    _, _, ann, ben = run(survey).stdout.splitlines()
    assert ann.startswith("ann")
    assert "50%" in ann
    assert ann.endswith("northern raccoon 1, virginia opossum 1")
    assert ben.split()[0] == "ben"
    assert len(run(survey, "--grader", "ben").stdout.splitlines()) == 3


def test_json_says_the_same(survey: Path) -> None:
    ann, ben = json.loads(run(survey, "--json").stdout)
    assert (ann["pictures"], ann["single"], ann["accepted"], ann["undone"]) == (2, 2, 1, 1)
    assert (ann["per_hour"], ann["median_seconds"]) == (720, 5)
    assert ann["species"] == [
        {"name": "northern raccoon", "pictures": 1},
        {"name": "virginia opossum", "pictures": 1},
    ]
    assert (ben["pictures"], ben["bulk"], ben["median_seconds"]) == (3, 3, None)


def test_no_grades_are_said_to_be_none(survey: Path) -> None:
    found = run(survey, "--grader", "zoe")
    assert "no grades of zoe" in found.stderr
    assert json.loads(run(survey, "--grader", "zoe", "--json").stdout) == []
