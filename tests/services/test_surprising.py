"""Before what is not expected here: relatives on keys, and one key that adds a species."""

from __future__ import annotations

from pathlib import Path

import pytest

from camtrap_tui.services import expecting, policies
from camtrap_tui.services.review import ReviewSession
from camtrap_tui.store.store import Store
from tests.expected_lists import predict, write_list
from tests.five_pictures import votes
from tests.store.test_grades import grade

PREDICTED = ("western pond turtle", "northern raccoon", "mallard", "western pond turtle", "reptile")


@pytest.fixture
def session(store: Store, tmp_path: Path) -> ReviewSession:
    """A session of ann's on five pictures, the first, second and fourth not expected here."""
    predict(store, *PREDICTED)
    expecting.change_list(store, file=write_list(tmp_path))
    return ReviewSession(store, "ann")


def relatives(session: ReviewSession) -> list[str] | None:
    """Return the names of the relatives in view, None where nothing is flagged."""
    found = session.surprise()
    return None if found is None else [relative.name for relative in found.members]


def test_a_prediction_outside_the_list_comes_with_its_relatives(session: ReviewSession) -> None:
    assert relatives(session) == [
        *("Trachemys scripta", "Apalone spinifera", "Chelydra serpentina", "Chrysemys picta"),
    ]
    session.move(1)
    assert relatives(session) == ["Canis latrans"]
    session.move(1)
    assert relatives(session) is None


def test_without_a_list_nothing_is_flagged(store: Store) -> None:
    predict(store, *PREDICTED)
    session = ReviewSession(store, "ann")
    assert session.surprise() is None
    assert "no list of expected species" in session.expect().text
    assert store.expected.all() == []


def test_a_relative_is_graded_with_its_key_as_a_new_taxon(session: ReviewSession) -> None:
    assert session.relative(2).moved
    assert votes(session) == {1: "Apalone spinifera"}
    (stored,) = session.store.grades.votes(1)
    assert (stored.gesture, stored.mode) == ("relative", "assisted")
    made = next(t for t in session.store.taxa.all() if t.name == "Apalone spinifera")
    assert (made.origin, made.taxon_class, made.taxon_order) == ("list", "reptilia", "testudines")
    # The same key, the same species; and no second taxon.
    session.go_to("4")
    session.relative(2)
    assert votes(session)[4] == "Apalone spinifera"
    names = [t.name for t in session.store.taxa.all()]
    assert names.count("Apalone spinifera") == 1
    session.undo()
    assert 4 not in votes(session)


def test_keys_of_relatives_do_nothing_where_there_are_none(session: ReviewSession) -> None:
    session.go_to("2")
    assert "no relative 2" in session.relative(2).text
    session.go_to("3")
    assert "not expected here" in session.relative(1).text
    assert votes(session) == {}


def test_a_prediction_is_never_changed_by_the_list(session: ReviewSession) -> None:
    before = session.store.db.execute("SELECT * FROM prediction").fetchall()
    session.expect()
    session.relative(1)
    assert session.store.db.execute("SELECT * FROM prediction").fetchall() == before


def test_one_key_adds_the_species_and_takes_it_back(session: ReviewSession) -> None:
    session.go_to("2")
    assert session.expect().text.startswith("northern raccoon: expected here now")
    assert relatives(session) is None
    (added,) = [row for row in session.store.expected.all() if row.origin == "review"]
    assert (added.scientific_name, added.added_by) == ("Procyon lotor", "ann")
    assert "not expected here any more" in session.expect().text
    assert relatives(session) == ["Canis latrans"]
    assert len(session.store.expected.all()) == 15


def test_what_the_list_had_before_is_not_taken_off_by_the_key(session: ReviewSession) -> None:
    session.go_to("3")
    assert session.expect().text == "Expected here already: mallard."
    assert len(session.store.expected.all()) == 15


def test_the_species_that_was_graded_can_be_added(session: ReviewSession) -> None:
    grade(session.store, [3], "badger", "ann")
    session.go_to("3")
    assert session.expect().text.startswith("badger: expected here now")
    assert "not expected here any more" in session.expect().text


def test_relatives_keep_their_keys_whatever_is_graded(session: ReviewSession) -> None:
    before = relatives(session)
    session.relative(4)
    session.go_to("4")
    assert relatives(session) == before
    # In the next session the one that was keyed comes first.
    later = ReviewSession(session.store, "ann")
    later.go_to("4")
    assert (relatives(later) or [""])[0] == "Chrysemys picta"


@pytest.mark.parametrize("command", ["expect", *(f"relative_{n}" for n in range(1, 5))])
def test_blind_sessions_have_none_of_these_keys(command: str) -> None:
    assert not policies.BLIND.allows(command)
