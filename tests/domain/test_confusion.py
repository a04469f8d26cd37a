"""The confusion matrix: every cell in one place, the rare ones pooled, nothing lost."""

from __future__ import annotations

from dataclasses import replace

import pytest

from camtrap_tui.domain.confusion import OTHERS, Matrix, fitting, graded_in, matrix_of
from camtrap_tui.domain.evaluations import NO_PREDICTION, Cell
from camtrap_tui.domain.lineage import Relation
from tests.evaluations import number


def cell(truth: str, called: str, value: float = 10, n: int = 1, at: int = 0) -> Cell:
    """Return a cell of `n` graded pictures, numbered from `at`."""
    relation: Relation = "same" if truth == called else "other"
    return Cell(truth, called, relation, number(value, n), tuple(range(at, at + n)))


CELLS = (
    cell("blank", "blank", 900, 9, 0),
    cell("raccoon", "raccoon", 80, 8, 10),
    cell("raccoon", "blank", 60, 2, 20),
    cell("mink", "mink", 5, 1, 30),
    cell("mink", "bird", 4, 1, 31),
    cell("opossum", "raccoon", 3, 1, 32),
    cell("raccoon", NO_PREDICTION, 2, 1, 33),
)


def signs(matrix: Matrix) -> list[str]:
    """Return the signs of the columns."""
    return [axis.sign for axis in matrix.called]


@pytest.mark.parametrize("columns", range(1, 9))
def test_no_picture_is_lost_however_few_columns_there_are(columns: int) -> None:
    found = matrix_of(CELLS, columns)
    assert len(found.called) <= max(columns, 3)
    entries = found.entries.values()
    assert sum(entry.value for entry in entries) == sum(c.total.value or 0 for c in CELLS)
    inside = [key for entry in entries for key in entry.image_ids]
    assert sorted(inside) == sorted(key for c in CELLS for key in c.image_ids)
    assert len(found.entries) == len(found.truths) * len(found.called)


def test_the_most_frequent_classes_come_first_on_both_sides() -> None:
    found = matrix_of(CELLS, 9)
    assert [axis.name for axis in found.truths] == ["blank", "raccoon", "mink", "bird", "opossum"]
    assert [axis.name for axis in found.called[:-1]] == [axis.name for axis in found.truths]
    assert signs(found) == ["1", "2", "3", "4", "5", "–"]
    assert not found.is_pooled
    assert [entry.texts for entry in found.row(1)] == [
        ("60", "n 2"),
        ("80", "n 8"),
        ("·", ""),
        ("·", ""),
        ("·", ""),
        ("2", "n 1"),
    ]


def test_the_rest_is_pooled_the_wrong_pictures_first() -> None:
    found = matrix_of(CELLS, 4)
    assert signs(found) == ["1", "2", "…", "–"]
    assert found.is_pooled
    assert found.truths[-1].name == OTHERS
    pooled = found.entries[2, 2]
    assert (pooled.text, pooled.n) == ("9", 2)
    assert pooled.image_ids == (31, 30)


def test_numbers_are_short_and_say_what_is_unstable() -> None:
    shaky = Cell("a", "a", "same", replace(number(140, 1), state="unstable"), (1,))
    assert matrix_of([cell("a", "a", 1204.4)], 3).entries[0, 0].text == "1,204"
    assert matrix_of([cell("a", "a", 128_400)], 3).entries[0, 0].text == "128k"
    assert matrix_of([cell("a", "a", 1_284_000)], 3).entries[0, 0].text == "1.3M"
    assert matrix_of([shaky], 3).entries[0, 0].text == "140~"


@pytest.mark.parametrize("width", [20, 45, 60, 80, 200])
def test_it_is_no_wider_than_there_is_room(width: int) -> None:
    many = [cell(f"class {n}", f"class {n}", 99_999, 1234) for n in range(40)]
    found, each = fitting(many, width, 18)
    assert 18 + each * len(found.called) <= max(width, 18 + 2 * 9)
    assert all(len(text) < each for entry in found.entries.values() for text in entry.texts)
    if width >= 80:
        assert 18 + (each + 1) * (len(found.called) + 1) > width


def test_what_is_graded_anew_is_found_in_its_place() -> None:
    found = matrix_of(CELLS, 4)
    before = [cell("mink", "bird", n=3), cell("mink", "mink", n=2), cell("raccoon", "mink")]
    assert graded_in(before, found.entries[2, 2]) == 5
    assert graded_in(before, found.entries[0, 0]) == 0
