"""Grading a holdout blind: what is recorded, what comes back, what a peek changes."""

from __future__ import annotations

import uuid
from pathlib import Path

import pytest

from camtrap_tui.commands import REVIEW
from camtrap_tui.domain import taxonomy
from camtrap_tui.domain.dealing import Share
from camtrap_tui.domain.models import Grade
from camtrap_tui.errors import UsageError
from camtrap_tui.services import resuming
from camtrap_tui.services.blind import BlindSession
from camtrap_tui.services.blind_queue import deal, find_holdout
from camtrap_tui.services.policies import ASSISTED, BLIND, adjudication
from camtrap_tui.services.review import ReviewSession
from camtrap_tui.store.grades import NewGrade, NewObservation
from camtrap_tui.store.store import Store
from tests.blind_builder import Sampled, sampled_survey
from tests.builders import NOW, taxon


@pytest.fixture
def sampled(store: Store, tmp_path: Path) -> Sampled:
    """Twenty drawn pictures, predicted at random; four come back."""
    return sampled_survey(store, tmp_path, 1, drawn=20, repeats=0.2)


def blank(session: BlindSession) -> str:
    return session.special(taxonomy.BLANK_UUID, "blank").text


def grades_of(sampled: Sampled, image_id: int) -> list[Grade]:
    """Return ann's grades of an image that were not keyed before the holdout."""
    history = sampled.store.grades.history(image_id)
    return [g for g in history if g.grader == "ann" and g.gesture != "accept"]


def grade_until_repeat(session: BlindSession) -> tuple[int, int]:
    """Grade all pictures as blank up to the first that comes back; return its two places."""
    while session.here[1] == 1:
        blank(session)
    first = next(n for n in range(session.position) if session.queue[n] == session.current_id)
    return first, session.position


def test_a_grade_is_blind_and_for_its_holdout(sampled: Sampled) -> None:
    session = sampled.session()
    image_id = session.current_id
    blank(session)
    (grade,) = grades_of(sampled, image_id)
    assert (grade.mode, grade.run_id) == ("blind", None)
    assert (grade.holdout_uuid, grade.viewing) == (sampled.holdout.holdout_uuid, 1)
    assert session.position == 1


def test_every_drawn_picture_comes_and_a_share_of_them_twice(sampled: Sampled) -> None:
    session = sampled.session()
    assert set(session.queue) == set(sampled.images)
    assert len(session.queue) == 24
    # What was graded with the AI in view before does not count.
    assert session.left == 24
    assert session.position == 0


def test_an_item_holds_nothing_that_the_ai_said_nor_anybody_else(sampled: Sampled) -> None:
    session = sampled.session()
    for place in range(len(session.queue)):
        session.go_to_place(place)
        shown = session.item
        assert shown is not None
        for item in (shown, *session.neighbours()):
            assert (item.prediction, item.predicted, item.deployment) == (None, None, "")
            assert not any((item.guesses, item.also, item.boxes, item.votes, item.marks))
            assert item.name == "this picture"
            assert (item.image.media_id, item.image.url) == ("", None)
            assert item.image.timestamp is not None


def test_the_order_is_that_of_the_grader(sampled: Sampled) -> None:
    assert sampled.session().queue == sampled.session().queue
    assert sampled.session().queue != sampled.session("ben").queue


def test_a_session_goes_on_where_its_grader_was_and_the_review_where_it_was(
    sampled: Sampled,
) -> None:
    review = ReviewSession(sampled.store, "ann", where="camera:creek")
    resuming.remember(review)
    before = sampled.store.places.of("ann")
    session = sampled.session()
    for _ in range(5):
        blank(session)
    resuming.remember(session)
    assert sampled.store.places.of("ann") == before
    again = sampled.session()
    assert (again.position, again.left) == (5, 19)
    assert sampled.session("ben").left == 24


def test_a_picture_that_comes_back_is_shown_as_if_for_the_first_time(sampled: Sampled) -> None:
    session = sampled.session()
    first, second = grade_until_repeat(session)
    assert second - first >= 6
    item = session.item
    assert item is not None
    assert item.votes == ()
    left = session.left
    session.special(taxonomy.HUMAN_UUID, "human")
    assert session.left == left - 1
    says = []
    for place in (first, second):
        session.go_to_place(place)
        item = session.item
        assert item is not None
        says.append([vote.text for vote in item.votes])
    assert says == [["blank"], ["human"]]
    assert [g.viewing for g in grades_of(sampled, session.current_id)] == [1, 2]


def test_a_word_changed_at_the_first_place_stays_of_the_first_time(sampled: Sampled) -> None:
    session = sampled.session()
    first, second = grade_until_repeat(session)
    blank(session)
    session.go_to_place(first)
    session.special(taxonomy.VEHICLE_UUID, "vehicle")
    assert session.position == first + 1
    assert [g.viewing for g in grades_of(sampled, session.queue[second])] == [1, 2, 1]


def test_undo_and_redo_find_the_place_that_was_meant(sampled: Sampled) -> None:
    session = sampled.session()
    first, second = grade_until_repeat(session)
    blank(session)
    left = session.left
    assert session.next_undo() == f"blank on picture {second + 1}"
    session.undo()
    assert (session.position, session.left) == (second, left + 1)
    session.redo()
    assert (session.position, session.left) == (second, left)
    for _ in range(second - first + 1):
        session.undo()
    assert session.position == first
    session.next_ungraded()
    assert session.position == first + 1


def test_undo_goes_back_no_further_than_the_holdout(sampled: Sampled) -> None:
    session = sampled.session()
    assert session.next_undo() == ""
    assert "nothing of yours to undo" in session.undo().text
    blank(session)
    session.undo()
    assert session.next_undo() == ""
    assert "nothing of yours to undo" in session.undo().text
    # What was undone elsewhere is not brought back here either.
    ReviewSession(sampled.store, "ann").undo()
    assert "nothing of yours to redo" in sampled.session().redo().text


def test_same_again_repeats_only_what_was_said_blind(sampled: Sampled) -> None:
    session = sampled.session()
    assert "no grade of yours" in session.again().text
    blank(session)
    image_id = session.current_id
    session.again()
    (grade,) = grades_of(sampled, image_id)
    assert (grade.mode, grade.viewing) == ("blind", 1)


def test_quick_keys_and_recents_are_of_what_was_said_blind(sampled: Sampled) -> None:
    session = sampled.session()
    assert session.quick_taxa() == ()
    assert session.recent_taxa(20) == []
    badger, fox = (taxon(sampled.store, name) for name in ("badger", "fox"))
    for said in (fox, badger, badger):
        session.grade(said, "species")
    # Keys that were learned stay; the next session has the most frequent first.
    assert session.quick_taxa() == (fox, badger)
    assert sampled.session().quick_taxa() == (badger, fox)
    assert session.recent_taxa(20) == [badger.id, fox.id]


# ── peeking ──────────────────────────────────────────────────────────────────────────────────


def test_nothing_is_shown_before_the_own_answer(sampled: Sampled) -> None:
    session = sampled.session()
    assert "Key your own answer first" in session.peek().text
    blank(session)
    assert session.item is not None
    assert session.hides_machine
    session.undo()
    assert "Key your own answer first" in session.peek().text


def test_a_peek_goes_back_to_what_was_graded_and_is_remembered(
    store: Store, tmp_path: Path
) -> None:
    sampled = sampled_survey(store, tmp_path, 1, drawn=9, says="mallard")
    session = sampled.session()
    blank(session)
    answer = session.peek()
    assert answer.text == "Picture 1: the AI says mallard."
    assert session.position == 0
    for one in (session, sampled.session()):
        one.go_to_place(0)
        item = one.item
        assert item is not None
        assert item.predicted is not None
        assert [vote.text for vote in item.votes] == ["blank"]
        assert item.name == "this picture"
        assert not one.hides_machine
    session.go_to_place(1)
    assert session.item is not None
    assert session.item.predicted is None


def test_what_is_keyed_after_a_peek_is_assisted(sampled: Sampled) -> None:
    session = sampled.session()
    image_id = session.current_id
    blank(session)
    session.peek()
    session.special(taxonomy.HUMAN_UUID, "human")
    blind, assisted = grades_of(sampled, image_id)
    run = sampled.store.runs.all()[0]
    assert (assisted.mode, assisted.run_id) == ("assisted", run.id)
    assert (assisted.holdout_uuid, assisted.viewing) == (None, None)
    assert blind.mode == "blind"
    assert session.next_undo() == "human on picture 1"
    session.undo()
    assert session.next_undo() == "blank on picture 1"
    # The next one is blind again.
    session.go_to_place(1)
    image_id = session.current_id
    blank(session)
    assert [g.mode for g in grades_of(sampled, image_id)] == ["blind"]


def test_a_peek_takes_the_picture_out_of_those_that_come_back(sampled: Sampled) -> None:
    session = sampled.session()
    repeated = next(key for n, key in enumerate(session.queue) if session._at(n)[1] == 2)
    left = session.left
    session.go_to_place(list(session.queue).index(repeated))
    blank(session)
    session.peek()
    assert list(session.queue).count(repeated) == 1
    assert session.left == left - 2
    assert list(sampled.session().queue) == list(session.queue)
    assert sampled.session().left == session.left


def test_whoever_graded_again_with_the_ai_in_view_is_not_blind_any_more(sampled: Sampled) -> None:
    session = sampled.session()
    image_id = session.current_id
    blank(session)
    word = NewObservation(taxon(sampled.store, "mallard").id)
    run = sampled.store.runs.all()[0]
    seen = NewGrade(str(uuid.uuid4()), image_id, (word,), "assisted", "species", run.id)
    sampled.store.grades.append("ann", [seen], NOW)
    again = sampled.session()
    again.go_to_place(0)
    assert not again.hides_machine
    blank(again)
    assert [g.mode for g in grades_of(sampled, image_id)][-1] == "assisted"


# ── dealing out, and no way out ──────────────────────────────────────────────────────────────


def test_two_shares_hold_all_pictures_and_the_overlap_twice(sampled: Sampled) -> None:
    hands = [
        set(sampled.session(grader, Share(n, 2, 0.2)).queue)
        for n, grader in enumerate(("ann", "ben"), 1)
    ]
    assert hands[0] | hands[1] == set(sampled.images)
    assert len(hands[0] & hands[1]) == 4


def test_an_extension_leaves_what_was_dealt(sampled: Sampled) -> None:
    before = set(sampled.session("ann", Share(1, 3)).queue)
    with sampled.store.db.transaction():
        sampled.store.holdouts.draw(sampled.holdout.id, 2, {1: 20})
    assert len(sampled.store.holdouts.sample(sampled.holdout.id)) == 30
    assert before < set(sampled.session("ann", Share(1, 3)).queue)


def test_nothing_dealt_is_said(store: Store, tmp_path: Path) -> None:
    sampled = sampled_survey(store, tmp_path, 1, drawn=2)
    with pytest.raises(UsageError, match="Nothing of the holdout river2024 is dealt to 3/3"):
        deal(store, sampled.holdout, "ann", Share(3, 3))


def test_a_holdout_that_is_not_there_is_said(sampled: Sampled) -> None:
    assert find_holdout(sampled.store, "river2024") == sampled.holdout
    with pytest.raises(UsageError, match=r"no holdout 'x'. There is: river2024"):
        find_holdout(sampled.store, "x")


def test_no_filter_name_or_run_leads_out_of_the_queue(sampled: Sampled) -> None:
    session = sampled.session()
    queue = list(session.queue)
    with pytest.raises(UsageError, match="stays as it is"):
        session.begin("species:mallard")
    with pytest.raises(UsageError, match="stays as it is"):
        session.open_images([1], "one")
    assert not session.go_to_image(queue[3]).moved
    assert session.refresh_queue(sampled.store.runs.all()[1]) == 0
    for typed in ("mallard", "IMG", "0", "25", "9" * 40, ""):
        assert "Names are hidden" in session.go_to(typed).text
    session.go_to("7")
    assert session.position == 6
    assert session.run is None
    assert list(session.queue) == queue


def test_marks_and_notes_are_seen_where_they_were_made(sampled: Sampled) -> None:
    session = sampled.session()
    first, second = grade_until_repeat(session)
    session.go_to_place(first)
    session.toggle_mark()
    session.note("wet lens")
    assert session.item is not None
    assert {mark.value for mark in session.item.marks} == {"on", "wet lens"}
    session.go_to_place(second)
    assert session.item is not None
    assert session.item.marks == ()
    # An older note that is hidden is not taken off by an empty one.
    assert session.note("").text == "No note was written."


# ── policies ─────────────────────────────────────────────────────────────────────────────────


def test_policies_name_commands_that_are_there() -> None:
    known = {command.id for command in REVIEW}
    shown = adjudication(shows_machine=True, shows_votes=True)
    hidden = adjudication(shows_machine=False, shows_votes=False)
    for policy in (BLIND, shown, hidden):
        assert policy.only is not None
        assert policy.only <= known


def test_what_a_blind_grader_cannot_do_says_why() -> None:
    for command in REVIEW:
        assert BLIND.allows(command.id) == (not BLIND.refusal(command.id, command.title))
    off = {command.id for command in REVIEW if not BLIND.allows(command.id)}
    assert {"accept", "guess_1", "zoom", "boxes", "sheet", "charts", "filter", "runs"} <= off
    assert {"ledger", "next_disagreement", "grade_burst", "open", "holdout"} <= off
    assert {c.id for c in REVIEW if not ASSISTED.allows(c.id)} == {"peek"}
