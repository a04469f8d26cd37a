"""`camtrap-tui report`: a page, the same numbers as JSON, progress on stderr."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from camtrap_tui.cli.evaluate import evaluate_command
from camtrap_tui.cli.report import report_command
from camtrap_tui.errors import InputError, UsageError
from camtrap_tui.store.store import Store
from tests.holdout_builder import Drawn, drawn_survey, grade_blind
from tests.report_pages import Page


@pytest.fixture
def survey(store: Store) -> Drawn:
    drawn = drawn_survey(store)
    grade_blind(drawn)
    return drawn


def run(drawn: Drawn, *arguments: str | Path) -> Result:
    words = [str(drawn.store.path), *map(str, arguments)]
    return CliRunner().invoke(report_command, words, catch_exceptions=False)


def test_a_page_is_written_and_progress_is_told(survey: Drawn, tmp_path: Path) -> None:
    out = tmp_path / "report.html"
    found = run(survey, out, "--title", "The river")
    assert found.exit_code == 0
    assert found.stdout == ""
    assert "evaluating the holdout river2024 (1 of 1) …" in found.stderr
    assert "report.html: one page, " in found.stderr
    assert Page(out.read_text(encoding="utf-8")).said("title")[0] == "The river"


def test_json_is_what_the_single_commands_say(survey: Drawn, tmp_path: Path) -> None:
    out = tmp_path / "report.html"
    told = json.loads(run(survey, out, "--json").stdout)
    assert out.is_file()
    words = [str(survey.store.path), "--holdout", "river2024", "--json"]
    alone = json.loads(CliRunner().invoke(evaluate_command, words, catch_exceptions=False).stdout)
    assert told["holdouts"][0]["evaluation"] == alone
    assert told["title"] == "river"


def test_json_needs_no_page(survey: Drawn) -> None:
    told = json.loads(run(survey, "--json", "--where", "species:mallard").stdout)
    assert told["pictures"] == 10
    assert told["where"] == "species:mallard"


def test_a_filter_that_chooses_nothing_is_told(survey: Drawn) -> None:
    asked = "species:mallard species:blank"
    assert "No picture fits the filter. Both" in run(survey, "--json", "--where", asked).stderr


def test_what_cannot_be_is_refused_before_anything_is_read(survey: Drawn, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="goes into a file"):
        run(survey)
    with pytest.raises(UsageError, match="is the survey itself"):
        run(survey, survey.store.path)
    with pytest.raises(InputError, match="no such folder"):
        run(survey, tmp_path / "none" / "report.html")
    with pytest.raises(UsageError, match="there is no holdout"):
        run(survey, tmp_path / "report.html", "--holdout", "none")
    assert not (tmp_path / "report.html").exists()
    (tmp_path / "notes.txt").write_text("mine")
    refused = CliRunner().invoke(
        report_command, [str(survey.store.path), str(tmp_path / "notes.txt")]
    )
    assert isinstance(refused.exception, UsageError)
    assert refused.stderr == ""
