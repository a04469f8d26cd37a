"""Rows of the review screen, as text: what is long must not push the rest away."""

from __future__ import annotations

import pytest

from camtrap_tui.store.store import Store
from camtrap_tui.tui.review_views import _class_row, _run_row, behind, fitting, spread
from tests.builders import add_run


@pytest.mark.parametrize(
    "grader", ["ann", "Ann-Katharina von und zu Hohenstein the second", "中" * 60]
)
@pytest.mark.parametrize("survey", ["river.db · all pictures", "河" * 90])
def test_a_long_name_leaves_room_for_survey_and_place(grader: str, survey: str) -> None:
    row = spread(survey, "12/104,937 · 1,240/h · 1 h 11 left", grader, 80)
    assert row.cell_length == 80
    assert "12/104,937 · 1,240/h · 1 h 11 left" in row.plain
    assert row.plain[:6] == survey[:6]
    assert grader[:3] in row.plain


def test_what_was_asked_stays_in_front_of_what_is_said() -> None:
    assert behind("", "Marked.") == "Marked."
    assert behind("Which grade? (odd ones first)", "") == "Which grade? (odd ones first)"
    assert behind("Which grade? (odd ones first)", "Marked.") == "Which grade?  Marked."
    asked = "Which grade? (odd ones first)"
    assert behind(asked, asked) == asked


def test_only_whole_parts_stand_behind_the_first() -> None:
    assert fitting(["", "abc", "defg", "hi"], 9) == "abc  defg"
    assert fitting(["a long first part", "x"], 5) == "a long first part"


@pytest.mark.parametrize("name", ["cat", "a name that is much too long", "中" * 20, "中文", "a\nb"])
def test_scores_stand_below_each_other_whatever_the_names(name: str) -> None:
    row = _class_row("↵", name, 0.5, 26, "bold")
    assert row.cell_length == 25
    assert row.plain.endswith(" .50")


@pytest.mark.parametrize(
    ("model", "region", "row"),
    [
        ("4.0.1a", ("USA", "IL"), "SpeciesNet 4.0.1a · USA-IL"),
        ("4.0.1a", ("KEN", None), "SpeciesNet 4.0.1a · KEN"),
        ("4.0.1a", (None, None), "SpeciesNet 4.0.1a"),
        ("a model with a long name", ("USA", "IL"), "SpeciesNet a mod… · USA-IL"),
    ],
)
def test_where_a_run_was_fenced_for_stands_whole(
    store: Store, model: str, region: tuple[str | None, str | None], row: str
) -> None:
    country, state = region
    run = add_run(store, model_version=model, country=country, admin1_region=state)
    assert _run_row(run, 26).plain == row
