"""What is said of a session when it ends, and that it equals what the file tells."""

from __future__ import annotations

import pytest

from camtrap_tui.domain import taxonomy
from camtrap_tui.services.review import ReviewSession
from camtrap_tui.services.sessions import latest_session, list_sessions, parting_lines
from camtrap_tui.store.store import Store
from tests.five_pictures import Clock, fill


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def session(store: Store, clock: Clock) -> ReviewSession:
    fill(store)
    return ReviewSession(store, "ann", clock=clock)


def test_nothing_is_said_where_nothing_was_graded(session: ReviewSession) -> None:
    assert parting_lines(session) == []


def test_what_is_said_when_a_session_ends(session: ReviewSession, clock: Clock) -> None:
    for key in (session.accept, session.accept):
        clock.now += 3
        key()
    clock.now += 3
    session.special(taxonomy.BLANK_UUID, "blank")
    session.accept()
    session.undo()
    first, *rest = parting_lines(session)
    assert first == "ann: 3 pictures in under 1 min, 1,200 an hour, 3.0 s each (median)"
    assert rest == [
        "  67% of 3 keyed one by one accepted, 1 taken back",
        "  northern raccoon 2, blank 1",
        "  2 without a grade in this queue (all pictures), under 1 min at this pace",
    ]


def test_the_status_and_the_file_agree(session: ReviewSession, clock: Clock) -> None:
    for _ in range(2):
        clock.now += 4
        session.accept()
    clock.now += 4
    session.guess(2)
    clock.now += 2
    session.count(3)
    session.go_to("4")
    session.ask_burst()
    found = latest_session(session.store, "ann")
    assert found is not None
    assert found.accepted_share == session.accepted_share == pytest.approx(2 / 3)
    assert found.per_hour == pytest.approx(session.pace.per_hour, abs=0.1)
    assert list(list_sessions(session.store)) == [found]


def test_an_undone_grade_is_no_accepted_picture(session: ReviewSession) -> None:
    session.accept()
    session.guess(2)
    session.undo()
    found = latest_session(session.store, "ann")
    assert found is not None
    assert found.accepted_share == session.accepted_share == 1
    session.redo()
    assert session.accepted_share == 0.5


def test_a_long_stretch_is_known(session: ReviewSession, clock: Clock) -> None:
    for _ in range(4):
        session.go_to("1")
        session.accept()
        clock.now += 240
    assert session.stretch.is_long(12)
    assert not session.stretch.is_long(13)
