"""The pages of the holdout screen: exactly the evaluation's figures, each with interval and n."""

from __future__ import annotations

from dataclasses import replace

import pytest

from camtrap_tui.commands import HOLDOUT
from camtrap_tui.domain.evaluations import Estimate, Evaluation, Need
from camtrap_tui.tui import holdout_views
from camtrap_tui.tui.holdout_matrix import columns_in, matrix_page
from camtrap_tui.tui.holdout_rows import (
    HoldoutRow,
    estimate_text,
    interval_bar,
    narrow_text,
    need_text,
    with_changes,
)
from camtrap_tui.tui.holdout_screen import PAGES
from camtrap_tui.tui.holdout_views import Look
from tests.evaluations import NOT_ESTIMABLE, evaluation, share, unstable

NARROW, WIDE = Look(77, "x", "a"), Look(117, "x", "a")


def texts(rows: list[HoldoutRow]) -> list[str]:
    """Return what the rows say."""
    return [row.content.plain for row in rows]


def row_of(rows: list[HoldoutRow], start: str) -> HoldoutRow:
    """Return the row that begins so."""
    return next(row for row in rows if row.content.plain.strip().startswith(start))


def test_the_registry_has_a_key_for_every_page() -> None:
    named = [c.help for c in HOLDOUT if c.id.startswith("holdout_page_") and c.id[-1].isdecimal()]
    assert named == [f"the page {name}" for name in PAGES]


@pytest.mark.parametrize("look", [NARROW, WIDE], ids=["80", "120"])
@pytest.mark.parametrize("number", range(len(PAGES) - 1))
def test_every_row_fits(number: int, look: Look) -> None:
    name, page = list(holdout_views.pages())[number]
    rows = page(evaluation(), look)
    assert max(len(text) for text in texts(rows)) <= look.width, name
    chosen = [row for row in rows if row.image_ids is not None]
    assert all(row.title and row.hint and row.key for row in chosen), name
    assert len({row.key for row in chosen}) == len(chosen), name


def test_estimates_say_their_interval_n_and_state() -> None:
    assert estimate_text(share(0.912, 412, 0.02)) == "91.2 % (89.2–93.2), n 412"
    assert estimate_text(unstable(0.5)) == "50.0 % (2.0–98.0), n 4, unstable"
    assert estimate_text(NOT_ESTIMABLE) == "not estimable, n 0"
    assert narrow_text(share(0.91)) == "91% 86–96 n60"
    assert narrow_text(share(0.986, 281, 0.01)) == "98.6% 97.6–99.6 n281"
    assert narrow_text(unstable(0.5)) == "50% 2–98 n4 unstable"
    assert narrow_text(NOT_ESTIMABLE) == "not estimable n0"


def test_accuracy_bins_and_missed_animals_open_their_pictures() -> None:
    rows = holdout_views.accuracy_page(evaluation(), NARROW)
    accuracy = row_of(rows, "accuracy")
    assert accuracy.content.plain.split() == ["accuracy", "91.2", "%", "89.2–93.2", "n", "412"]
    assert accuracy.image_ids == (4, 5)
    assert row_of(rows, "right but coarser").image_ids == (4,)
    assert "not estimable" in row_of(rows, "finer than the truth").content.plain
    assert "unstable" in row_of(rows, "missed, of all animals").content.plain
    assert row_of(rows, "missed bursts").content.plain.split()[-4:] == ["140", "40–240", "n", "60"]
    said = " ".join(texts(rows))
    assert "412 of 600 drawn bursts count, graded by ann 400, ben 60" in said
    assert "! 188 of 600 drawn bursts are not graded yet." in said


def test_classes_say_what_they_need() -> None:
    rows = holdout_views.classes_page(evaluation(), NARROW)
    raccoon, opossum, mink = (row for row in rows if row.taxon is not None)
    assert raccoon.content.plain.split()[:3] == ["northern", "raccoon", "41"]
    assert raccoon.hint == (
        "need 41 more northern raccoon to reach ±5 points (x draws them); ↵ 3 pictures"
    )
    assert raccoon.image_ids == (1, 2, 3)
    assert "prevalence 3.0 % (0.0–8.0), n 60" in raccoon.detail
    assert "need 90 more virginia opossum" in opossum.hint
    assert "only 12 are left" in opossum.hint
    assert "not estimable n0" in opossum.content.plain
    assert "unstable" in opossum.content.plain
    assert mink.content.plain.split()[1] == "–"
    wide = holdout_views.classes_page(evaluation(), WIDE)
    assert "1,204" in row_of(wide, "northern").content.plain


def test_a_class_that_has_enough_says_so() -> None:
    assert need_text("mallard", Need(0.05, 0, 3), "x") == "mallard is within ±5 points"
    assert "nothing graded yet" in need_text("mink", Need(0.05, None, 3), "x")


@pytest.mark.parametrize(("left", "said"), [(0, "none is"), (1, "only 1 is"), (12, "only 12 are")])
def test_what_is_left_is_said_in_english(left: int, said: str) -> None:
    assert need_text("mink", Need(0.05, 90, left), "x").endswith(f"; {said} left")


def test_what_is_wrong_comes_first_in_the_confusion() -> None:
    rows = holdout_views.confusion_page(evaluation(), NARROW)
    cells = [row for row in rows if row.image_ids is not None]
    assert [row.key for row in cells] == [
        "cell|northern raccoon|blank",
        "cell|mallard|duck family",
        "cell|northern raccoon|northern raccoon",
    ]
    assert cells[0].content.plain.split()[-3:] == ["140", "(40–240)", "4"]
    assert cells[0].title == "northern raccoon, called blank"


@pytest.mark.parametrize("width", [57, 77, 117, 197])
def test_the_matrix_fits_and_has_every_graded_picture(width: int) -> None:
    found = evaluation()
    columns = range(columns_in(found, width))
    rows = [matrix_page(found, width, column, None) for column in columns]
    assert max(len(row.content.plain) for page in rows for row in page) <= width
    chosen = [row for page in rows for row in page if row.image_ids is not None]
    inside = [key for row in chosen for key in row.image_ids or ()]
    assert sorted(inside) == sorted(key for cell in found.cells for key in cell.image_ids)
    assert all(row.chosen and len(row.chosen.plain) <= width for row in chosen)
    beyond = matrix_page(found, width, 99, None)
    assert [row.key for row in beyond] == [row.key for row in rows[-1]]


def test_the_chosen_place_of_the_matrix_says_all_of_its_cell() -> None:
    rows = matrix_page(evaluation(), NARROW.width, 1, None)
    raccoon = row_of(rows, "1 northern")
    assert raccoon.chosen is not None
    assert raccoon.content.plain.split() == ["1", "northern", "raccoon", "900", "140", "·", "·"]
    assert raccoon.chosen.plain.split()[3:] == ["900", "[140]", "·", "·"]
    assert rows[rows.index(raccoon) + 1].content.plain.split() == ["n", "55", "n", "4"]
    assert raccoon.title == "northern raccoon, called blank"
    assert raccoon.hint == f"↵ 2 pictures; 140 (40–240) bursts, n 4: {raccoon.title}"
    assert raccoon.detail == "wrong"
    assert row_of(rows, "2 blank").hint == "no graded picture: blank, called blank"


def test_the_brackets_stand_around_the_number_whatever_letters_the_name_has() -> None:
    found = evaluation()
    cells = tuple(replace(cell, truth="浣熊" * 20) for cell in found.cells[:2])
    (row, *_) = (
        row
        for row in matrix_page(replace(found, cells=cells), NARROW.width, 2, None)
        if row.chosen and "浣" in row.content.plain
    )
    assert row.chosen is not None
    assert row.chosen.plain.count("[140]") == 1
    assert row.chosen.cell_length == row.content.cell_length + row.chosen.plain.endswith("]")


def test_a_place_of_the_matrix_says_what_it_was() -> None:
    found = evaluation()
    before = replace(found, cells=(*found.cells[:1], *found.cells[2:]))
    rows = matrix_page(found, NARROW.width, 1, before)
    raccoon = row_of(rows, "1 northern")
    assert rows[rows.index(raccoon) + 1].content.plain.split() == ["n", "55", "0→4"]
    assert "n 4 (was 0)" in raccoon.hint


def test_thresholds_one_class_at_a_time() -> None:
    found = evaluation()
    rows = holdout_views.thresholds_page(found, NARROW)
    said = " ".join(texts(rows))
    assert "all classes (1 of 2" in said
    assert "Take scores from 0.70 on for a precision of 95 %" in said
    assert "precision 87.0 % (82.0–92.0), n 60" in said
    assert [text[0] for text in texts(rows)[-3:]] == [" ", "▸", " "]
    mink = " ".join(texts(holdout_views.thresholds_page(found, replace(NARROW, threshold=1))))
    assert "mink (2 of 2" in mink
    assert "too few are graded" in mink


def test_every_figure_above_a_score_has_room_for_its_n() -> None:
    found = evaluation()
    long = share(0.9996, 1600, 0.009)
    rows = tuple(
        replace(row, recall=unstable(1.0), coverage=long) for row in found.thresholds[0].rows
    )
    found = replace(found, thresholds=(replace(found.thresholds[0], rows=rows),))
    said = texts(holdout_views.thresholds_page(found, NARROW))
    assert sum(text.endswith("n1600") for text in said) == len(rows)
    assert sum("100% 2–98 n4 ~" in text for text in said) == len(rows)
    assert said[-1].startswith("~ unstable")


def test_scores_and_runs() -> None:
    found = evaluation()
    scores = " ".join(texts(holdout_views.reliability_page(found, WIDE)))
    assert "0.10–0.60     45.0 %  40.0 %" in scores
    assert "Brier score 0.081 (0.070–0.090), n 412" in scores
    runs = holdout_views.comparison_page(found, NARROW)
    assert "+2.1 (-0.3 to +4.5)" in row_of(runs, "accuracy").content.plain
    assert row_of(runs, "only run 1").image_ids == (1,)
    other = found.comparison
    assert other is not None
    wide = Estimate(0.231, -0.062, 1.0, 0.1, 1600, 1, "paired", "unstable", "few")
    differences = (replace(other.differences[0], by=wide),)
    shaky = replace(found, comparison=replace(other, differences=differences))
    runs = holdout_views.comparison_page(shaky, NARROW)
    assert row_of(runs, "accuracy").content.plain.endswith("+23.1~ (-6.2 to +100.0)   1,600")
    assert texts(runs)[-1].startswith("~ unstable")
    alone = holdout_views.comparison_page(replace(found, comparison=None), NARROW)
    assert texts(alone) == ["No other run is compared with: a chooses one."]


def nothing() -> Evaluation:
    """Return an evaluation of which nothing is known."""
    found = evaluation()
    return replace(
        found,
        accuracy=NOT_ESTIMABLE,
        classes=(),
        cells=(),
        thresholds=(),
        reliability=replace(found.reliability, bands=(), brier=NOT_ESTIMABLE),
    )


def test_what_is_not_known_is_said_in_words() -> None:
    rows = holdout_views.accuracy_page(nothing(), NARROW)
    assert "not estimable" in row_of(rows, "accuracy").content.plain
    for page in (
        holdout_views.classes_page,
        holdout_views.confusion_page,
        holdout_views.thresholds_page,
        holdout_views.reliability_page,
    ):
        assert "Nothing is graded yet." in texts(page(nothing(), NARROW))
    assert texts(matrix_page(nothing(), NARROW.width, 3, None)) == ["Nothing is graded yet."]


def test_an_interval_is_drawn_between_nought_and_a_hundred() -> None:
    assert interval_bar(share(0.5, half=0.25), 21) == "·····│────●────│·····"
    assert interval_bar(share(1.0, half=0.1), 21) == "·" * 18 + "│─●"
    assert interval_bar(NOT_ESTIMABLE, 5) == "     "


@pytest.mark.parametrize("look", [NARROW, WIDE], ids=["80", "120"])
def test_what_changed_says_what_it_was(look: Look) -> None:
    before = holdout_views.accuracy_page(evaluation(accuracy=0.9), look)
    after = holdout_views.accuracy_page(evaluation(), look)
    assert with_changes(after, after, look.width) == after
    rows = with_changes(after, before, look.width)
    assert row_of(rows, "accuracy").content.plain.endswith("  was 90.0 %")
    assert max(len(text) for text in texts(rows)) <= look.width
    changed = [row.key for row in rows if "  was " in row.content.plain]
    assert len(changed) == 2


def test_a_cell_that_was_not_there_is_new() -> None:
    found = evaluation()
    before = holdout_views.confusion_page(replace(found, cells=found.cells[1:]), NARROW)
    rows = with_changes(holdout_views.confusion_page(found, NARROW), before, NARROW.width)
    assert [row.key for row in rows if row.content.plain.endswith("  new")] == [
        "cell|northern raccoon|northern raccoon"
    ]
