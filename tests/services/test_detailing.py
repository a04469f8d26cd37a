"""Counts, further species, life stage, sex and behaviour: recorded, or said to be lost."""

from __future__ import annotations

import pytest

from camtrap_tui.domain import taxonomy
from camtrap_tui.domain.individuals import Individual
from camtrap_tui.errors import UsageError
from camtrap_tui.services.review import ReviewSession
from camtrap_tui.store.store import Store
from tests.builders import taxon
from tests.five_pictures import fill, votes


@pytest.fixture
def session(store: Store) -> ReviewSession:
    fill(store)
    return ReviewSession(store, "ann")


def said(session: ReviewSession, image_id: int) -> list[Individual]:
    """What ann's grade of an image says beside species and count."""
    (grade,) = session.store.grades.votes(image_id)
    return [
        Individual(o.life_stage, o.sex, o.behavior)
        for o in session.store.grades.observations(grade.id)
    ]


def test_an_individual_belongs_to_the_species_keyed_next(session: ReviewSession) -> None:
    session.count(2)
    assert session.individual("jf eating").text == "juvenile female, eating: now key the species."
    assert session.pending == "×2, juvenile female, eating"
    session.accept()
    assert said(session, 1) == [Individual("juvenile", "female", "eating")]
    assert votes(session) == {1: "northern raccoon ×2 (juvenile female, eating)"}
    assert session.pending == ""


def test_an_individual_is_a_new_grade_where_the_picture_has_one(session: ReviewSession) -> None:
    session.accept()
    session.move(-1)
    assert session.individual("a").text == "northern raccoon: adult."
    assert session.individual("m").text == "northern raccoon: adult male."
    assert session.individual("am").text == "Left as it was."
    assert [g.gesture for g in session.store.grades.history(1)] == [
        "accept",
        "individual",
        "individual",
    ]
    session.undo()
    assert said(session, 1) == [Individual("adult")]
    session.redo()
    session.individual("x")
    assert said(session, 1) == [Individual()]


def test_of_several_species_it_asks_which(session: ReviewSession) -> None:
    mallard = taxon(session.store, "mallard")
    session.items.read_taxa()
    session.add_species(mallard)
    session.accept()
    session.move(-1)
    with pytest.raises(UsageError, match="Which of them: 1 mallard, 2 northern raccoon"):
        session.individual("j")
    session.individual("1j")
    session.individual("2f")
    assert said(session, 1) == [Individual("juvenile"), Individual(None, "female")]
    with pytest.raises(UsageError, match="Which of them"):
        session.individual("3j")
    assert session.of_whom() == [("mallard", "juvenile"), ("northern raccoon", "female")]


def test_the_same_again_repeats_it(session: ReviewSession) -> None:
    session.individual("jm running")
    session.guess(2)
    session.again()
    assert said(session, 2) == [Individual("juvenile", "male", "running")]


def test_a_blank_picture_has_no_individual(session: ReviewSession) -> None:
    session.special(taxonomy.BLANK_UUID, "blank")
    session.move(-1)
    assert "no life stage" in session.individual("a").text
    session.move(1)
    session.individual("a")
    answer = session.special(taxonomy.BLANK_UUID, "blank")
    assert answer.text == "adult was not recorded: the picture is blank."
    assert said(session, 2) == [Individual()]


def test_an_individual_is_never_dropped_without_a_word(session: ReviewSession) -> None:
    session.individual("j")
    assert "juvenile was not recorded" in session.move(1).text
    session.individual("j")
    assert "juvenile was not recorded" in session.ask_burst().text
    session.ask_burst()
    assert "one grade" in session.individual("j").text


def test_behaviours_of_the_survey_are_offered(session: ReviewSession) -> None:
    assert session.behaviors() == []
    session.individual(" eating")
    session.accept()
    session.individual(" climbing a tree")
    session.accept()
    assert session.behaviors() == ["climbing a tree", "eating"]


def test_the_count_keeps_what_is_known(session: ReviewSession) -> None:
    session.individual("jm")
    session.accept()
    session.move(-1)
    session.count(2)
    assert votes(session) == {1: "northern raccoon ×2 (juvenile male)"}


def test_a_vehicle_that_is_keyed_next_has_a_count_alone(session: ReviewSession) -> None:
    session.individual("jf")
    session.count(2)
    vehicle = session.builtin(taxonomy.VEHICLE_UUID)
    answer = session.grade(vehicle, "vehicle")
    assert answer.text == "juvenile female was not recorded: the picture is vehicle."
    (vote,) = session.store.grades.votes(1)
    (said,) = session.store.grades.observations(vote.id)
    assert (said.count, said.life_stage, said.sex) == (2, None, None)
    session.individual("a")
    assert "adult was not recorded" in session.add_species(vehicle).text


def test_a_blank_meant_for_the_next_picture_takes_no_species_off_this_one(
    session: ReviewSession,
) -> None:
    blank = session.builtin(taxonomy.BLANK_UUID)
    session.add_species(taxon(session.store, "mallard"))
    for answer in (session.grade(blank, "blank"), session.add_species(blank)):
        assert answer.text == "Not blank: mallard is on it. Go on to the next, or undo."
        assert not answer.moved
    (vote,) = session.store.grades.votes(1)
    assert session.items.spelt(session.store.grades.observations(vote.id)) == "mallard"
    session.cancel()
    session.grade(blank, "blank")
    assert "blank" in session.next_undo()
