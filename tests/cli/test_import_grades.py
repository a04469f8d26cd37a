"""`camtrap-tui import-grades`: a guess is shown before it counts; nothing is left out unsaid."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from camtrap_tui.cli.import_grades import import_grades_command
from camtrap_tui.errors import InputError, UsageError
from camtrap_tui.store.store import Store
from tests.builders import Said, add_images, md5

ONE, TWO = (md5(f"IMG_{number:04d}") for number in (1, 2))


@pytest.fixture
def survey(tmp_path: Path) -> Path:
    """A survey of two pictures."""
    path = tmp_path / "river.db"
    with Store.open(path, create=True) as store:
        add_images(store, [Said(name="mallard"), Said(name="blank")])
    return path


@pytest.fixture
def labels(tmp_path: Path) -> Path:
    """A table of labels of its own making."""
    path = tmp_path / "labels.csv"
    path.write_text(f"Image;Species;Volunteer\n{ONE};mallrad;Zoe\n{TWO};nothing;Zoe\n")
    return path


def run(*args: object) -> Result:
    """Run the command; errors are raised."""
    return CliRunner().invoke(import_grades_command, [str(a) for a in args], catch_exceptions=False)


def graders(survey: Path) -> dict[str, int]:
    with Store.open(survey) as store:
        return store.grades.graders()


def test_a_guess_needs_a_yes(survey: Path, labels: Path) -> None:
    with pytest.raises(UsageError, match=r"would be a guess: give --map mediaID=Image"):
        run(survey, labels)
    assert graders(survey) == {}
    result = run(survey, labels, "--yes")
    assert result.exit_code == 0
    assert "label   is Species, as in mallrad  (guessed)" in result.stderr
    assert "2 new grades of 2 pictures by 1 person." in result.stderr
    assert graders(survey) == {"Zoe": 2}


def test_a_dry_run_shows_new_names_and_writes_nothing(survey: Path, labels: Path) -> None:
    before = survey.read_bytes()
    result = run(survey, labels, "--dry-run")
    assert "mallrad        1  mallard" in result.stdout
    assert "Nothing was written" in result.stderr
    assert survey.read_bytes() == before
    told = json.loads(run(survey, labels, "--dry-run", "--json").stdout)
    assert (told["taken"], told["dry_run"]) == (2, True)
    assert told["new_names"][0]["name"] == "mallrad"


def test_names_are_read_as_others_by_a_table(survey: Path, labels: Path, tmp_path: Path) -> None:
    names = tmp_path / "names.csv"
    names.write_text("from,to\nmallrad,mallard\n")
    told = json.loads(run(survey, labels, "--yes", "--json", "--names", names).stdout)
    assert told["new_names"] == []


def test_an_author_is_needed(survey: Path, labels: Path) -> None:
    with pytest.raises(UsageError, match="no column says whose words these are"):
        run(survey, labels, "--yes", "--map", "grader=")
    run(survey, labels, "--yes", "--map", "grader=", "--grader", "  Ann  B")
    assert graders(survey) == {"Ann B": 2}
    labels.write_text(f"mediaID,label,who\n{ONE},mallard,Zoe\n{TWO},blank,\n")
    result = run(survey, labels, "--grader-column", "who")
    assert result.exit_code == 1
    assert "left out: has no author      1" in result.stdout
    assert "Say whose words these are with --grader NAME." in result.stderr


def test_pictures_that_are_not_here_can_be_listed(survey: Path, labels: Path) -> None:
    labels.write_text("fileName,label,grader\nnowhere.JPG,mallard,Zoe\n")
    result = run(survey, labels, "--dry-run", "--list")
    assert result.exit_code == 1
    assert "nowhere.JPG" in result.stdout


def test_a_package_is_taken_by_its_folder(survey: Path, tmp_path: Path) -> None:
    package = tmp_path / "package"
    package.mkdir()
    (package / "observations.csv").write_text(
        "observationID,mediaID,observationLevel,observationType,classificationMethod,classifiedBy\n"
        f"1,{ONE},media,blank,human,Zoe\n2,m2,media,human,human,ben\n"
    )
    (package / "media.csv").write_text("mediaID,filePath\nm2,pictures/IMG_0002.JPG\n")
    described = [{"name": n, "path": f"{n}.csv"} for n in ("media", "observations")]
    (package / "datapackage.json").write_text(json.dumps({"resources": described}))
    assert run(survey, package).exit_code == 0
    assert graders(survey) == {"Zoe": 1, "ben": 1}
    told = json.loads(run(survey, package / "observations.csv", "--json").stdout)
    assert (told["taken"], told["known"], told["by_path"]) == (0, 2, 1)
    with pytest.raises(InputError, match="no datapackage"):
        run(survey, tmp_path)
