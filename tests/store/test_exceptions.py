"""The contact sheet's exceptions: on disk at once, one grader's own, none once they are graded."""

from __future__ import annotations

import uuid

import pytest

from camtrap_tui.store.grades import NewGrade, NewObservation
from camtrap_tui.store.store import Store
from tests.builders import NOW, Said, add_images, taxon


@pytest.fixture
def images(store: Store) -> list[int]:
    return add_images(store, [Said("blank") for _ in range(5)])


def grade(store: Store, image_id: int, grader: str) -> str:
    """Append a grade; return its uuid."""
    made = str(uuid.uuid4())
    said = (NewObservation(taxon(store, "blank").id),)
    store.grades.append(grader, [NewGrade(made, image_id, said, "assisted", "test")], NOW)
    return made


def test_exceptions_are_one_graders_own_in_the_order_of_marking(
    store: Store, images: list[int]
) -> None:
    for key in (3, 1, 3):
        store.exceptions.put("ann", key)
    store.exceptions.put("ben", 2)
    assert set(store.exceptions.of("ann")) == {1, 3}
    assert store.exceptions.of("ben") == [2]
    with Store.open(store.path) as other:
        assert set(other.exceptions.of("ann")) == {1, 3}
    store.exceptions.remove("ann", 3)
    store.exceptions.remove("ben", 1)
    assert (store.exceptions.of("ann"), store.exceptions.of("ben")) == ([1], [2])


def test_what_is_graded_is_none_and_one_again_when_that_is_undone(
    store: Store, images: list[int]
) -> None:
    for key in (1, 2):
        store.exceptions.put("ann", key)
    made = grade(store, 1, "ann")
    grade(store, 2, "ben")
    assert store.exceptions.of("ann") == [2]
    store.grades.append_reversal("ann", "undo", made, str(uuid.uuid4()), NOW)
    assert store.exceptions.of("ann") == [1, 2]


def test_graded_ones_are_forgotten_when_asked(store: Store, images: list[int]) -> None:
    for key in (1, 2):
        store.exceptions.put("ann", key)
    store.exceptions.put("ben", 1)
    grade(store, 1, "ann")
    store.exceptions.forget_graded("ann")
    left = store.db.execute("SELECT grader, image_id FROM sheet_exception").fetchall()
    assert left == [("ann", 2), ("ben", 1)]
