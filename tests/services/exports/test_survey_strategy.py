"""The surveys that tests draw have in them what they are drawn for, and are the same each time."""

from __future__ import annotations

from collections import Counter

from hypothesis import Phase, given, settings

from camtrap_tui.store.store import Store
from tests.canonical import canonical
from tests.services.exports.survey_strategy import SurveyPlan, built, copied, surveys

# What a survey may have, by a query that counts it.
_HAS = {
    "conflict": "SELECT count(*) FROM truth WHERE state = 'conflict'",
    "adjudicated": "SELECT count(*) FROM truth WHERE state = 'adjudicated'",
    "several species": "SELECT count(*) FROM truth WHERE label LIKE '% + %'",
    "several graders": "SELECT count(*) FROM truth WHERE graders > 1",
    "undone": "SELECT count(*) FROM grade WHERE action = 'undo'",
    "redone": "SELECT count(*) FROM grade WHERE action = 'redo'",
    "counted": "SELECT count(*) FROM observation WHERE count > 1 AND life_stage > '' AND sex > ''",
    "note": "SELECT count(*) FROM mark WHERE value <> ''",
    "shifted": "SELECT count(*) FROM image WHERE clock_shift_s <> 0",
    "without time": "SELECT count(*) FROM image WHERE timestamp IS NULL",
    "without deployment": "SELECT count(*) FROM image WHERE deployment_id IS NULL",
    "without place": "SELECT count(*) FROM deployment WHERE latitude IS NULL",
    "without offset": "SELECT count(*) FROM deployment WHERE utc_offset_min IS NULL",
    "burst": "SELECT count(*) FROM image WHERE burst_id <> id",
    "failed": "SELECT count(*) FROM prediction WHERE outcome = 'failed'",
    "boxes": "SELECT count(*) FROM detection WHERE detection_number > 1",
    "classes": "SELECT count(*) FROM classification WHERE rank > 1",
    "blind": "SELECT count(*) FROM grade WHERE holdout_uuid IS NOT NULL",
    "imported": "SELECT count(*) FROM grade WHERE mode = 'import'",
    "no runs": "SELECT count(*) = 0 FROM run",
    "one path twice": "SELECT count(*) - count(DISTINCT file_path) FROM image",
}


def test_every_trait_is_drawn() -> None:
    found: Counter[str] = Counter()

    @settings(max_examples=120, phases=[Phase.generate], database=None, derandomize=True)
    @given(surveys())
    def look(plan: SurveyPlan) -> None:
        with built(plan) as store:
            found.update(what for what, sql in _HAS.items() if store.db.value(sql))

    look()
    assert {what: found[what] for what in _HAS if found[what] < 2} == {}


@settings(max_examples=15)
@given(surveys())
def test_a_plan_makes_the_same_survey_each_time(plan: SurveyPlan) -> None:
    with built(plan) as store, built(plan) as again:
        assert _words(store) == _words(again)
        with copied(store) as copy:
            assert canonical(copy.path) == canonical(store.path)


def _words(store: Store) -> list[tuple[object, ...]]:
    sql = "SELECT * FROM grade LEFT JOIN observation ON grade_id = grade.id ORDER BY 1"
    return store.db.execute(sql).fetchall()
