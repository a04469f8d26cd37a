"""`camtrap-tui export`: a file, a report on stderr, and the same as JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from camtrap_tui.cli.export import export_command
from camtrap_tui.errors import UsageError
from camtrap_tui.store.store import Store
from tests.builders import Said, add_images
from tests.store.test_reports import MALLARD, RACCOON, grade


@pytest.fixture
def survey(tmp_path: Path) -> Path:
    """A survey of three pictures: one agreed, one in conflict, one that nobody graded."""
    path = tmp_path / "river.db"
    with Store.open(path, create=True) as store:
        one, two, _ = add_images(store, [Said(RACCOON)] * 3)
        grade(store, "ann", one, RACCOON)
        grade(store, "ann", two, RACCOON)
        grade(store, "ben", two, MALLARD)
    return path


def run(*args: object) -> Result:
    """Run the command; errors are raised."""
    return CliRunner().invoke(export_command, [str(a) for a in args], catch_exceptions=False)


def test_the_report_goes_to_stderr(survey: Path) -> None:
    out = survey.with_name("truth.csv")
    result = run(survey, out)
    assert result.stdout == ""
    assert "3 rows; 1 picture with a truth, 1 in conflict (2 rows, is_final=false)" in (
        result.stderr
    )
    assert "Left out: 1 picture that nobody has graded." in result.stderr
    assert len(out.read_text(encoding="utf-8").splitlines()) == 4


def test_json_has_the_same_numbers(survey: Path) -> None:
    out = survey.with_name("truth.csv")
    report = json.loads(run(survey, out, "--all-graders", "--json").stdout)
    assert report == {
        "path": str(out),
        "rows": 3,
        "pictures": 1,
        "conflicts": 1,
        "conflict_rows": 2,
        "ungraded": 1,
    }


def test_a_filter_and_a_run_are_checked(survey: Path) -> None:
    out = survey.with_name("truth.csv")
    assert run(survey, out, "--where", "state:conflict", "--run", "1").exit_code == 0
    assert len(out.read_text(encoding="utf-8").splitlines()) == 3
    with pytest.raises(UsageError, match="no run 5"):
        run(survey, out, "--run", "5")
    with pytest.raises(UsageError, match="no filter word"):
        run(survey, out, "--where", "raccoon")
