"""Two graders on one file at once: two processes, every grade kept, nobody locked out."""

from __future__ import annotations

from pathlib import Path

from tests.bench.bench_two_graders import by_sessions
from tests.bench.survey_builder import build

GRADES = 60


def test_two_who_grade_as_fast_as_they_can_lose_nothing(tmp_path: Path) -> None:
    survey = tmp_path / "river.db"
    build(survey, 500)
    found = by_sessions(survey, GRADES)
    assert found.errors == []
    assert (found.rows, found.votes) == (2 * GRADES, 2 * GRADES)
