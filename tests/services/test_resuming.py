"""Going on where a grader was: filter, picture, and the sentence that says so."""

from __future__ import annotations

import pytest

from camtrap_tui.domain import taxonomy
from camtrap_tui.domain.dealing import Share
from camtrap_tui.domain.models import Place
from camtrap_tui.services import resuming
from camtrap_tui.services.blind import BlindSession
from camtrap_tui.services.blind_queue import deal, find_holdout
from camtrap_tui.services.drawing import DrawRequest
from camtrap_tui.services.holdouts import draw
from camtrap_tui.services.opening import Opening, make
from camtrap_tui.services.review import ReviewSession
from camtrap_tui.store.store import Store
from tests.builders import NOW, Said, add_images, add_run

COUNT = 8


@pytest.fixture
def river(store: Store) -> Store:
    """Eight pictures, every other one a mallard."""
    names = ["mallard" if n % 2 else "northern raccoon" for n in range(COUNT)]
    said = [Said(name, timestamp=f"2024-06-{n + 1:02} 02:14:05") for n, name in enumerate(names)]
    add_images(store, said)
    return store


def again(store: Store, grader: str = "ann") -> tuple[ReviewSession, str]:
    """Open the survey as `camtrap-tui review` without --where does; return what it says too."""
    asked = resuming.resume(store, grader, store.runs.latest())
    opening = Opening(store.path, asked)
    session = ReviewSession(store, grader, opening=opening)
    session.take(opening)
    return session, resuming.where_you_were(session, asked)


def test_who_was_never_here_begins_at_the_beginning(river: Store) -> None:
    session, said = again(river)
    assert (session.position, session.filter.text, said) == (0, "", "")


def test_a_grader_goes_on_in_the_same_filter_at_the_same_picture(river: Store) -> None:
    session = ReviewSession(river, "ann")
    session.open_queue("species:mallard")
    session.go_to("3")
    resuming.remember(session)
    later, said = again(river)
    assert (later.filter.text, later.position, later.current_id) == ("species:mallard", 2, 6)
    assert said == "Where you were: species:mallard; f changes it."
    assert again(river, "ben")[0].position == 0


def test_grading_goes_on_behind_what_was_graded_since(river: Store) -> None:
    session = ReviewSession(river, "ann")
    session.go_to("3")
    resuming.remember(session)
    for _ in range(2):
        session.special(taxonomy.BLANK_UUID, "blank")
    later, said = again(river)
    assert (later.position, said) == (4, "Where you were.")


def test_at_a_picture_that_has_a_grade_the_next_without_one_is_meant(river: Store) -> None:
    session = ReviewSession(river, "ann")
    session.go_to("7")
    for _ in range(2):
        session.special(taxonomy.BLANK_UUID, "blank")
    resuming.remember(session)
    assert again(river)[0].position == 7
    session.open_queue("state:graded")
    session.go_to("2")
    resuming.remember(session)
    assert again(river)[0].position == 1


def test_who_begins_where_everybody_does_is_told_nothing(river: Store) -> None:
    session = ReviewSession(river, "ann")
    session.special(taxonomy.BLANK_UUID, "blank")
    resuming.remember(session)
    later, said = again(river)
    assert (later.position, said) == (1, "")


def test_a_filter_that_is_not_understood_any_more_leaves_all_pictures(river: Store) -> None:
    river.places.put(Place("ann", "phase-of-moon:full", 5, NOW))
    session, said = again(river)
    assert (session.filter.text, len(session.queue), session.current_id) == ("", COUNT, 5)
    assert said == "All pictures: the filter you were in means nothing now: phase-of-moon:full"


def test_an_empty_queue_is_gone_back_to(river: Store) -> None:
    session = ReviewSession(river, "ann")
    session.open_queue("species:lion")
    resuming.remember(session)
    later, said = again(river)
    assert (later.queue, later.item) == (session.queue, None)
    assert "species:lion" in said


def test_exceptions_gathered_by_hand_leave_the_filter_as_the_place(river: Store) -> None:
    session = ReviewSession(river, "ann")
    session.open_queue("species:mallard")
    session.open_images([4], "1 exception")
    resuming.remember(session)
    later, _ = again(river)
    assert (later.filter.text, later.current_id) == ("species:mallard", 4)


def test_nothing_is_kept_of_nobody_nor_of_a_queue_that_is_not_there(river: Store) -> None:
    resuming.remember(ReviewSession(river, ""))
    asked = resuming.resume(river, "ann", None)
    opening = Opening(river.path, asked)
    resuming.remember(ReviewSession(river, "ann", opening=opening))
    opening.result()
    assert river.db.value("SELECT count(*) FROM place") == 0
    assert len(make(river, asked).queue) == COUNT


def test_a_file_that_takes_nothing_is_left_in_silence(river: Store) -> None:
    session = ReviewSession(river, "ann")
    river.path.rename(river.path.with_name("moved.db"))
    resuming.remember(session)
    river.path.with_name("moved.db").rename(river.path)
    assert river.places.of("ann") is None


def test_pictures_that_are_to_be_graded_blind_first_are_told_of(store: Store) -> None:
    run = add_run(store)
    add_images(store, [Said("mallard", deployment=f"camera {n}") for n in range(6)], run=run)
    session, _ = again(store)
    assert resuming.kept_for_blind(session) == ""
    for name, size in (("big river", 5), ("spring", 3)):
        draw(store, run.id, DrawRequest(name, size=size, minimum=1, repeat_share=0), "ann")
    said = '5 of holdout big river need grading blind: f -holdout:"big river" leaves them out.'
    assert resuming.kept_for_blind(session) == said
    # What it says works, and then there is nothing to say.
    assert session.open_queue(said.split(" f ")[1].removesuffix(" leaves them out.")) == 1
    assert resuming.kept_for_blind(session) == ""
    session.open_queue("")
    blind = BlindSession(
        store, "ben", deal(store, find_holdout(store, "big river"), "ben", Share()), word=run
    )
    for _ in range(5):
        blind.special(taxonomy.BLANK_UUID, "blank")
    assert resuming.kept_for_blind(session).startswith("3 of holdout spring")
