"""`camtrap-tui consensus`: counts by rule, class and state, and the pictures with their votes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from camtrap_tui.cli import group
from camtrap_tui.errors import UsageError
from camtrap_tui.store.store import Store
from tests.builders import Said, add_images
from tests.services.test_consensus import holdout_of, say


@pytest.fixture
def survey(tmp_path: Path) -> Path:
    """Six pictures: agreed, settled, in conflict, adjudicated, of one voter, not sure."""
    path = tmp_path / "river.db"
    with Store.open(path, create=True) as store:
        images = add_images(store, [Said(deployment=f"C{n}") for n in range(6)])
        holdout_of(store, images[:3])
        for image, votes in zip(
            images,
            [
                {"ann": "mallard", "ben": "mallard", "cem": "mallard"},
                {"ann": "mallard", "ben": "mallard", "cem": "coot"},
                {"ann": "mallard", "ben": "coot"},
                {"ann": "mallard", "ben": "coot"},
                {"ann": "mallard"},
                {"ann": "unknown", "ben": "unknown"},
            ],
            strict=True,
        ):
            for grader, name in votes.items():
                say(store, image, grader, name, count=2 if name == "coot" else None)
        say(store, images[3], "eve", "coot", mode="adjudicated")
        say(store, images[0], "ann", "mallard", mode="blind")
    return path


def run(*args: object) -> Result:
    """Run the command; errors are raised."""
    return CliRunner().invoke(group, ["consensus", *map(str, args)], catch_exceptions=False)


def cells(text: str, first: str) -> list[str]:
    """Return the cells of the line that begins so."""
    (line,) = [line for line in text.splitlines() if line.startswith(first)]
    return line.removeprefix(first).split()


def test_rules_stand_side_by_side(survey: Path) -> None:
    done = run(survey)
    # agreed, settled, adjudicated, conflict, too few, unsure
    assert cells(done.stdout, "unanimous ") == ["2", "0", "1", "2", "0", "1"]
    assert cells(done.stdout, "majority ") == ["2", "1", "1", "1", "0", "1"]
    assert cells(done.stdout, "majority:2 ") == ["1", "1", "1", "1", "1", "1"]
    assert cells(done.stdout, "mallard ") == ["2", "3", "2", "2", "3"]
    assert "14 votes on 6 pictures by 4 graders" in done.stderr
    assert "Persons who named something, a picture: 0 on 1, 1 on 1, 2 on 1, 3 on 3." in done.stderr
    assert f"camtrap-tui review {survey} --adjudicate" in done.stderr


def test_one_rule_alone_says_how_to_settle_what_it_leaves_open(survey: Path) -> None:
    done = run(survey, "--rule", "majority:2", "--where", "-camera:C5")
    assert cells(done.stdout, "majority:2 ") == ["1", "1", "1", "1", "1", "0"]
    assert "--adjudicate --rule majority:2 --where -camera:C5" in done.stderr
    assert "5 pictures" in done.stderr


def test_weights_come_with_how_they_were_found(survey: Path) -> None:
    done = run(survey, "--rule", "weighted")
    assert cells(done.stdout, "ann ")[0] == "4"
    found = json.loads(run(survey, "--rule", "weighted", "--json").stdout)
    (rule,) = found["rules"]
    skills = {one["grader"]: one for one in rule["skills"]}
    assert set(skills) == {"ann", "ben", "cem"}
    assert 0 < skills["cem"]["low"] < skills["cem"]["right"] / skills["cem"]["words"] <= 1


def test_pictures_of_a_state_come_with_their_votes(survey: Path) -> None:
    done = run(survey, "--list", "conflict")
    assert done.stdout.splitlines() == [
        "IMG_0002.JPG",
        "  mallard: ann, ben",
        "  coot ×2: cem",
        "IMG_0003.JPG",
        "  mallard: ann",
        "  coot ×2: ben",
    ]
    listed = run(survey, "--list", "adjudicated", "--json").stdout
    (one,) = json.loads(listed)
    assert (one["file_path"], one["label"], one["state"]) == ("IMG_0004.JPG", "coot", "adjudicated")
    assert {"grader": "ben", "words": "coot ×2"} in one["votes"]


def test_of_a_holdout_only_blind_words_count(survey: Path) -> None:
    done = run(survey, "--holdout", "h", "--json")
    found = json.loads(done.stdout)
    assert (found["pictures"], found["votes"]) == (1, 1)
    assert found["by_voters"] == {"1": 1}


def test_numbers_are_the_same_as_json(survey: Path) -> None:
    found = json.loads(run(survey, "--json").stdout)
    states = {one["rule"]: one["states"] for one in found["rules"]}
    assert states["majority"] == {
        "agreed": 2,
        "settled": 1,
        "adjudicated": 1,
        "conflict": 1,
        "too_few": 0,
        "unsure": 1,
    }
    assert sum(states["weighted"].values()) == found["pictures"] == 6


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--rule", "most"], "is no rule of consensus"),
        (["--rule", "expert:zoe"], "zoe has graded nothing here"),
        (["--where", "colour:red"], "Filter, column 1"),
        (["--also", "import"], "give --holdout NAME"),
    ],
)
def test_what_has_no_meaning_is_an_error(survey: Path, options: list[str], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        run(survey, *options)


def test_a_survey_without_grades_says_so(tmp_path: Path) -> None:
    with Store.open(tmp_path / "new.db", create=True) as store:
        add_images(store, [Said()])
    done = run(tmp_path / "new.db")
    assert done.exit_code == 0
    assert "0 votes on 0 pictures" in done.stderr


def test_where_nothing_is_to_be_listed_that_is_said(survey: Path) -> None:
    done = run(survey, "--list", "too_few")
    assert (done.stdout, done.stderr) == ("", "There is no such picture.\n")
    assert json.loads(run(survey, "--list", "too_few", "--json").stdout) == []
    done = run(survey, "--rule", "majority:9", "--where", "-camera:C3")
    assert cells(done.stdout, "majority:9 ") == ["0", "0", "0", "0", "4", "1"]
    assert "class" not in done.stdout


def test_limits_of_skill_say_what_they_leave_out(survey: Path) -> None:
    assert "where bursts are long, they are too narrow" in run(survey, "--rule=weighted").stderr
