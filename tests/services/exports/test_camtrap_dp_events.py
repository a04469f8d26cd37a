"""What a burst shows as a whole: counts that may be summed, and nothing but what is said."""

from __future__ import annotations

from collections.abc import Sequence

from camtrap_tui.services.exports.camtrap_dp_events import event_observations
from camtrap_tui.services.exports.camtrap_dp_rows import Row, Species


def seen(name: str, count: int | None = None, kind: str = "animal", **more: str) -> Row:
    """Return an observation of a picture."""
    row = {"observationType": kind, "scientificName": name, "classificationMethod": "human"}
    return row | {"count": str(count or "")} | more


BLANK, UNKNOWN = seen("", kind="blank"), seen("", kind="unknown")


def machine(row: Row, score: float) -> Row:
    return row | {"classificationMethod": "machine", "classificationProbability": str(score)}


def coarser(one: Species, other: Species) -> bool:
    """Cats are bobcats, as far as these tests go."""
    return one[1] == "Felidae" and other[1] == "Lynx rufus"


def event(*frames: Sequence[Row], is_whole: bool = True) -> list[Row]:
    found = [tuple(frame) for frame in frames]
    return event_observations(found, is_whole=is_whole, is_coarser=coarser)


def test_a_species_is_what_the_picture_says_that_shows_most_of_it() -> None:
    hen, young = seen("Anas acuta", 1, sex="female"), seen("Anas acuta", 9, lifeStage="juvenile")
    fewer = seen("Anas acuta", 4)
    fox = seen("Vulpes vulpes")
    assert event([fewer], [hen, young], [fox]) == [hen, young, fox]


def test_of_pictures_that_show_as_many_the_one_that_says_most_counts_then_the_first() -> None:
    plain, full = seen("Anas acuta", 2), seen("Anas acuta", 2, behavior="foraging")
    assert event([plain], [full], [full | {"observationID": "later"}]) == [full]
    uncounted = seen("Anas acuta")
    assert event([uncounted], [seen("Anas acuta", 1)]) == [seen("Anas acuta", 1)]


def test_a_burst_is_blank_where_all_of_it_is() -> None:
    assert event([BLANK], [BLANK]) == [BLANK]
    assert event([BLANK], []) == []
    assert event([BLANK], [BLANK], is_whole=False) == []
    fox = seen("Vulpes vulpes", 1)
    assert event([BLANK], [fox], []) == [fox]


def test_unknown_is_what_nobody_could_tell_of_any_picture() -> None:
    assert event([BLANK], [UNKNOWN], []) == [UNKNOWN]
    fox = seen("Vulpes vulpes", 1)
    assert event([UNKNOWN], [fox]) == [fox]


def test_a_higher_rank_is_not_counted_again_beside_what_belongs_to_it() -> None:
    cat, bobcat = seen("Felidae", 1), seen("Lynx rufus", 1)
    assert event([cat], [bobcat]) == [bobcat]
    assert event([cat, bobcat], [cat]) == [cat, bobcat]
    assert event([cat], [seen("Vulpes vulpes")]) == [cat, seen("Vulpes vulpes")]


def test_where_a_person_spoke_the_machine_is_not_heard() -> None:
    fox = seen("Vulpes vulpes", 1)
    said = machine(seen("Felidae"), 0.9)
    assert event([fox], [said]) == [fox]
    assert event([BLANK], [said]) == []
    less = machine(seen("Felidae"), 0.2)
    assert event([less], [said], [less]) == [said]
    assert event([machine(BLANK, 0.9)], [machine(BLANK, 0.99)]) == [machine(BLANK, 0.99)]
