"""What was keyed, as it is read back: in order, with what stands now."""

from __future__ import annotations

import uuid

from camtrap_tui.store.grades import NewGrade, NewObservation
from camtrap_tui.store.sessions import KeyedGrades
from camtrap_tui.store.store import Store
from tests.builders import Said, add_images, taxon


def put(
    store: Store,
    images: list[int],
    time: str,
    grader: str = "ann",
    mode: str = "assisted",
    batch: str | None = None,
) -> str:
    said = tuple(NewObservation(taxon(store, name).id) for name in ("mallard", "brown rat"))
    grades = [
        NewGrade(str(uuid.uuid4()), key, said, mode, "accept", None, batch, 2.0) for key in images
    ]
    store.grades.append(grader, grades, f"2026-06-01T{time}Z")
    return batch or grades[0].grade_uuid


def test_grades_come_by_grader_and_number_with_what_stands(store: Store) -> None:
    one, two, three = add_images(store, [Said()] * 3)
    first = put(store, [two], "10:00:00")
    put(store, [one], "09:00:00", "ben")
    page = put(store, [one, three], "09:00:00", mode="bulk", batch="b")
    put(store, [one], "11:00:00", mode="import")
    for target, action in ((first, "undo"), (first, "redo"), (page, "undo")):
        store.grades.append_reversal("ann", action, target, str(uuid.uuid4()), "now")
    found = list(KeyedGrades(store.db).all())
    assert [(k.grader, k.image_id, k.is_bulk, k.stands) for k in found] == [
        ("ann", two, False, True),
        ("ann", one, True, False),
        ("ann", three, True, False),
        ("ben", one, False, True),
    ]
    assert {len(k.taxa) for k in found} == {2}
    assert [k.grader for k in KeyedGrades(store.db).all("ben")] == ["ben"]


def test_the_latest_sitting_ends_at_the_first_long_gap(store: Store) -> None:
    images = add_images(store, [Said()] * 4)
    for image, time in zip(images, ("08:00:00", "09:00:00", "09:20:00", "09:40:00"), strict=True):
        put(store, [image], time)
    found = KeyedGrades(store.db).latest_sitting("ann")
    assert [k.image_id for k in found] == images[1:]
    assert KeyedGrades(store.db).latest_sitting("zoe") == []
