"""`camtrap-tui agreement`: tables for people, the same as JSON for programs."""

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
    """Twelve pictures that ann and ben graded blind for a holdout, eight of them alike; four came
    back to ann, who said the same of three."""
    path = tmp_path / "river.db"
    with Store.open(path, create=True) as store:
        images = add_images(store, [Said(deployment=f"C{n}") for n in range(12)])
        holdout_of(store, images)
        for number, image in enumerate(images):
            word = ("mallard", "coot")[number % 2]
            other = word if number < 8 else ("coot", "mallard")[number % 2]
            say(store, image, "ann", word, mode="blind")
            say(store, image, "ben", other, mode="blind")
            if number < 4:
                again = word if number else "brown rat"
                say(store, image, "ann", again, mode="blind", viewing=2)
    return path


def run(*args: object) -> Result:
    """Run the command; errors are raised."""
    return CliRunner().invoke(group, ["agreement", *map(str, args)], catch_exceptions=False)


def line(text: str, first: str) -> list[str]:
    """Return the words of the line that begins so."""
    (found,) = [one for one in text.splitlines() if one.startswith(first)]
    return found.removeprefix(first).split()


def test_every_figure_has_its_limits_and_its_n(survey: Path) -> None:
    done = run(survey, "--holdout", "h")
    assert line(done.stdout, "same ") == ["66.7%", "39.1%", "to", "86.2%", "12", "12"]
    index, low, _, high, pictures, bursts = line(done.stdout, "Krippendorff's alpha ")
    assert index == "0.36"
    assert float(low) < 0.36 < float(high)
    assert (pictures, bursts) == ("12", "12")
    pair = line(done.stdout, "ann     ben ")
    assert pair[:2] == ["12", "66.7%"]
    assert pair[5] == "0.33"
    assert line(done.stdout, "ann                  4")[0] == "75.0%"
    assert "24 votes by 2 graders on 12 pictures with several." in done.stderr


def test_numbers_are_the_same_as_json(survey: Path) -> None:
    found = json.loads(run(survey, "--holdout", "h", "--json").stdout)
    (pair,) = found["pairs"]
    assert pair["kappa"]["value"] == pytest.approx(1 / 3)
    assert found["same"]["value"] == pytest.approx(2 / 3)
    assert found["selves"][0]["same"]["pictures"] == 4
    assert [word["name"] for word in found["words"]] == ["mallard", "coot"]


def test_what_cannot_be_estimated_is_said(tmp_path: Path) -> None:
    path = tmp_path / "new.db"
    with Store.open(path, create=True) as store:
        (image,) = add_images(store, [Said()])
        say(store, image, "ann", "mallard")
    done = run(path)
    assert done.exit_code == 0
    assert done.stdout.count("not estimable") == 3
    with Store.open(path) as store:
        say(store, image, "ben", "mallard")
    assert "not estimable  both said one thing only" in run(path).stdout


def test_also_is_for_holdouts(survey: Path) -> None:
    with pytest.raises(UsageError, match="give --holdout NAME"):
        run(survey, "--also", "import")
