"""Opening queues: by a thread as at once, with the grades there are, and left when asked."""

from __future__ import annotations

import threading

import pytest

from camtrap_tui.domain import taxonomy
from camtrap_tui.errors import CamtrapError, UsageError
from camtrap_tui.services import opening as opening_module
from camtrap_tui.services.opening import Opened, Opening, Wanted, graded, make, wanted
from camtrap_tui.services.review import ReviewSession
from camtrap_tui.store.store import Store
from tests.builders import Said, add_images

COUNT = 6


@pytest.fixture
def river(store: Store) -> Store:
    """Six pictures, the later the smaller the id; two are mallards; the third has a grade."""
    said = [Said(timestamp=f"2024-06-{20 - n} 02:14:05") for n in range(COUNT)]
    said[1] = said[4] = Said("mallard", timestamp="2024-07-01 09:00:00")
    add_images(store, said)
    session = ReviewSession(store, "ben")
    session.go_to_image(3)
    session.special(taxonomy.BLANK_UUID, "blank")
    return store


def test_a_thread_makes_the_same_queue(river: Store) -> None:
    for where in ("", "species:mallard", "species:lion", "state:graded"):
        asked = wanted(river, where, river.runs.latest())
        at_once, opening = make(river, asked), Opening(river.path, asked)
        assert opening.result() == at_once
        assert list(at_once.graded) == [key == 3 for key in at_once.queue]


def test_what_was_graded_is_known_place_by_place(river: Store) -> None:
    session = ReviewSession(river, "ben")
    assert list(graded(river, session.queue)) == [key == 3 for key in session.queue]
    session.undo()
    assert list(graded(river, session.queue)) == [0] * COUNT


def test_a_session_shows_the_likely_first_picture_until_its_queue_is_there(river: Store) -> None:
    asked = wanted(river, "", river.runs.latest())
    session = ReviewSession(river, "ann", opening=Opening(river.path, asked))
    assert session.opening is not None
    assert (session.is_open, session.current_id, session.left) == (False, 6, 0)
    assert session.take(session.opening) == COUNT
    assert (session.is_open, session.current_id, session.left) == (True, 6, COUNT - 1)
    assert session.opening is None


def test_a_filter_of_no_meaning_stops_no_session(river: Store) -> None:
    session = ReviewSession(river, "ann")
    with pytest.raises(UsageError):
        session.begin("score:high")
    assert (len(session.queue), session.opening) == (COUNT, None)


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Let no thread make a queue before this is set."""
    may_go = threading.Event()
    really = opening_module.make

    def make_later(store: Store, asked: Wanted) -> Opened:
        assert may_go.wait(20)
        return really(store, asked)

    monkeypatch.setattr(opening_module, "make", make_later)
    return may_go


def test_the_end_is_announced_whether_asked_before_or_after(
    river: Store, held: threading.Event
) -> None:
    told: list[str] = []
    opening = Opening(river.path, wanted(river, "", None))
    assert not opening.wait(0)
    opening.call_at_end(lambda: told.append("before"))
    held.set()
    opening.result()
    assert told == ["before"]
    opening.call_at_end(lambda: told.append("after"))
    assert told == ["before", "after"]


def test_an_opening_that_is_left_says_nothing_and_changes_nothing(
    river: Store, held: threading.Event
) -> None:
    session = ReviewSession(river, "ann")
    before = list(session.queue)
    opening = session.begin("species:mallard")
    opening.call_at_end(lambda: pytest.fail("nobody waits for it"))
    session.leave_opening()
    held.set()
    assert opening.wait(20)
    assert (list(session.queue), session.opening) == (before, None)


def test_what_stops_a_thread_stops_who_waits_for_it(river: Store) -> None:
    session = ReviewSession(river, "ann")
    river.path.with_name("other.db").write_text("no survey")
    opening = Opening(river.path.with_name("other.db"), wanted(river, "", None))
    with pytest.raises(CamtrapError):
        session.take(opening)
    assert len(session.queue) == COUNT


def test_a_queue_is_gone_back_to_with_what_was_graded_since(river: Store) -> None:
    session = ReviewSession(river, "ann")
    session.go_to("2")
    here, before = session.current_id, session.opened()
    session.open_images([1, 2], "two")
    assert session.title == "two"
    session.special(taxonomy.BLANK_UUID, "blank")
    session.go_back(before)
    assert (session.current_id, len(session.queue), session.title) == (here, COUNT, "all pictures")
    assert session.left == COUNT - 2
