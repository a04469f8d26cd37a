"""Where graders were: one place each, the latest one; and a picture to begin with at once."""

from __future__ import annotations

import uuid

from camtrap_tui.domain.models import Place
from camtrap_tui.store.grades import NewGrade, NewObservation
from camtrap_tui.store.store import Store
from tests.builders import NOW, Said, add_images, taxon


def test_each_grader_has_one_place_the_latest(store: Store) -> None:
    add_images(store, [Said() for _ in range(3)])
    first = Place("ann", "species:raccoon", 2, NOW)
    store.places.put(first)
    store.places.put(Place("ben", "", None, NOW))
    assert store.places.of("ann") == first
    later = Place("ann", "", 3, NOW)
    store.places.put(later)
    assert (store.places.of("ann"), store.places.of("cleo")) == (later, None)
    assert store.places.of("ben") == Place("ben", "", None, NOW)


def test_a_picture_to_begin_with_has_no_grade(store: Store) -> None:
    times = ["2024-06-03 10:00:00", "2024-06-01 10:00:00", "2024-06-02 10:00:00"]
    assert store.places.beginning() is None
    add_images(store, [Said(timestamp=time) for time in times])
    assert store.places.beginning() == 2
    said = (NewObservation(taxon(store, "blank").id),)
    grade = NewGrade(str(uuid.uuid4()), 2, said, "assisted", "test")
    store.grades.append("ben", [grade], NOW)
    assert store.places.beginning() == 3
    assert (store.places.beginning(1), store.places.beginning(2)) == (1, None)
