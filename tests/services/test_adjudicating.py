"""Adjudicating: the queue of what is in conflict, what is seen of it, and whose word settles it."""

from __future__ import annotations

import uuid
from pathlib import Path

import pytest

from camtrap_tui.domain import taxonomy
from camtrap_tui.domain.consensus import UNANIMOUS, parse_rule
from camtrap_tui.errors import UsageError
from camtrap_tui.services.adjudicating import AdjudicationSession, open_conflicts
from camtrap_tui.services.consensus import holdout_truth
from camtrap_tui.store.grades import NewGrade, NewObservation
from camtrap_tui.store.store import Store
from tests.blind_builder import Sampled, sampled_survey
from tests.builders import NOW, taxon


@pytest.fixture
def sampled(store: Store, tmp_path: Path) -> Sampled:
    """Twelve drawn pictures that ann and ben have graded blind; they differ on the first three,
    and cas, who was not blind, on the last."""
    drawn = sampled_survey(store, tmp_path, 1, drawn=12, graded_before=False)
    uuid_of = drawn.holdout.holdout_uuid
    for grader in ("ann", "ben"):
        for place, key in enumerate(drawn.images):
            said = "mallard" if place < 3 and grader == "ben" else "northern raccoon"
            _say(store, grader, key, said, "blind", uuid_of)
    _say(store, "cas", drawn.images[-1], "mallard", "assisted", None)
    return drawn


def _say(
    store: Store,
    grader: str,
    key: int,
    said: str,
    mode: str,
    holdout_uuid: str | None,
    run_id: int | None = None,
) -> None:
    word = NewObservation(taxon(store, said).id)
    grade = NewGrade(
        str(uuid.uuid4()),
        key,
        (word,),
        mode,
        "species",
        run_id,
        holdout_uuid=holdout_uuid,
        viewing=1 if holdout_uuid else None,
    )
    store.grades.append(grader, [grade], NOW)


def of_holdout(sampled: Sampled, *, hides_votes: bool = False) -> AdjudicationSession:
    found = open_conflicts(sampled.store, "eve", UNANIMOUS, holdout=sampled.holdout)
    return AdjudicationSession(
        sampled.store, "eve", found, holdout=sampled.holdout, hides_votes=hides_votes
    )


def test_a_holdouts_conflicts_are_those_of_the_words_that_count(sampled: Sampled) -> None:
    found = open_conflicts(sampled.store, "eve", UNANIMOUS, holdout=sampled.holdout)
    assert set(found) == set(sampled.images[:3])
    # In an order of the adjudicator's own, that says nothing.
    orders = {
        tuple(open_conflicts(sampled.store, name, UNANIMOUS, holdout=sampled.holdout))
        for name in ("eve", "flo", "gus", "hal", "ida")
    }
    assert len(orders) > 1


def test_a_surveys_conflicts_are_in_the_order_of_the_filter(sampled: Sampled) -> None:
    store, images = sampled.store, sampled.images
    run = store.runs.all()[0]
    found = open_conflicts(store, "eve", UNANIMOUS, run=run, where="order:time")
    assert found == [*images[:3], images[-1]]
    assert open_conflicts(store, "eve", UNANIMOUS, run=run, where="grader:cas") == [images[-1]]
    # Two of three are a majority.
    assert set(open_conflicts(store, "eve", parse_rule("majority"), run=run)) == set(images[:3])


def test_the_votes_are_shown_or_not_and_the_ai_never_of_a_holdout(sampled: Sampled) -> None:
    open_item, hidden_item = of_holdout(sampled).item, of_holdout(sampled, hides_votes=True).item
    assert open_item is not None
    assert hidden_item is not None
    assert {v.grader: v.text for v in open_item.votes} == {
        "ann": "northern raccoon",
        "ben": "mallard",
    }
    assert hidden_item.votes == ()
    for item in (open_item, hidden_item):
        assert (item.predicted, item.guesses, item.boxes) == (None, (), ())
        assert item.name == "this picture"


def test_of_a_holdout_no_vote_tells_what_the_ai_said(sampled: Sampled) -> None:
    store, run = sampled.store, sampled.store.runs.all()[0]
    session = of_holdout(sampled)
    key = session.current_id
    # cas accepts what the AI says, and ann does after having graded blind.
    for grader in ("cas", "ann"):
        _say(store, grader, key, "domestic cat", "assisted", None, run.id)
    session.go_to_place(0)
    assert session.item is not None
    assert {v.grader: v.text for v in session.item.votes} == {
        "ann": "northern raccoon",
        "ben": "mallard",
    }


@pytest.mark.parametrize("hides_votes", [False, True])
def test_an_adjudicators_marks_are_seen_where_they_were_made(
    sampled: Sampled, *, hides_votes: bool
) -> None:
    store, key = sampled.store, of_holdout(sampled).current_id
    store.grades.append_mark(str(uuid.uuid4()), key, "eve", "note", "eyes only", NOW)
    session = of_holdout(sampled, hides_votes=hides_votes)
    if hides_votes:
        assert session.item is not None
        assert session.item.marks == ()
        # What is hidden is not taken off by an empty note.
        assert session.note("").text == "No note was written."
    assert [mark.value for mark in store.grades.marks(key)] == ["eyes only"]
    session.toggle_mark()
    assert session.item is not None
    assert "on" in {mark.value for mark in session.item.marks}
    assert session.toggle_mark().text == "Mark taken off."


def test_of_a_survey_the_ai_is_shown(sampled: Sampled) -> None:
    run = sampled.store.runs.all()[0]
    found = open_conflicts(sampled.store, "eve", UNANIMOUS, run=run)
    session = AdjudicationSession(sampled.store, "eve", found, run=run)
    assert session.item is not None
    assert session.item.prediction is not None
    assert session.policy.allows("accept")
    key = session.current_id
    session.special(taxonomy.HUMAN_UUID, "human")
    assert sampled.store.grades.history(key)[-1].run_id == run.id


@pytest.mark.parametrize("hides_votes", [False, True])
def test_an_adjudicators_word_settles_a_picture(sampled: Sampled, *, hides_votes: bool) -> None:
    store = sampled.store
    session = of_holdout(sampled, hides_votes=hides_votes)
    assert session.left == 3
    key = session.current_id
    session.special(taxonomy.HUMAN_UUID, "human")
    assert (session.position, session.left) == (1, 2)
    grade = store.grades.history(key)[-1]
    assert (grade.grader, grade.mode, grade.run_id) == ("eve", "adjudicated", None)
    assert (grade.holdout_uuid, grade.viewing) == (None, None)
    settled = holdout_truth(store, sampled.holdout, UNANIMOUS)[key]
    assert (settled.state, settled.label) == ("adjudicated", "human")
    assert of_holdout(sampled).left == 2
    session.go_to_place(0)
    assert session.item is not None
    assert "eve" in {vote.grader for vote in session.item.votes}


def test_undo_opens_the_conflict_again_and_takes_back_nothing_else(sampled: Sampled) -> None:
    _say(sampled.store, "eve", sampled.images[5], "northern raccoon", "assisted", None)
    session = of_holdout(sampled)
    assert session.next_undo() == ""
    assert "no grade of yours" in session.again().text
    session.special(taxonomy.HUMAN_UUID, "human")
    assert session.next_undo() == "human on picture 1"
    session.undo()
    assert (session.position, session.left) == (0, 3)
    assert "nothing of yours" in session.undo().text


def test_that_there_is_no_conflict_is_said(store: Store, tmp_path: Path) -> None:
    drawn = sampled_survey(store, tmp_path, 1, drawn=4, graded_before=False)
    with pytest.raises(UsageError, match=r"nothing of holdout river2024 is in conflict"):
        open_conflicts(store, "eve", UNANIMOUS, holdout=drawn.holdout)
    with pytest.raises(UsageError, match=r"nothing of the survey is in conflict \(majority\)"):
        open_conflicts(store, "eve", parse_rule("majority"))
