"""Whatever somebody keys while grading blind, the queue, the file and a restart agree."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from camtrap_tui.domain import taxonomy
from camtrap_tui.services.blind import BlindSession
from camtrap_tui.store.store import Store
from tests.blind_builder import Sampled, sampled_survey
from tests.builders import taxon

_WAYS = ("blank", "human", "species", "undo", "redo", "peek", "next", "previous", "ungraded")
_MORE = ("again", "add", "count", "mark", "quick", "restart", "first", "last")


def _do(what: str, session: BlindSession, sampled: Sampled) -> BlindSession:
    """Do one thing, and return the session that is open then."""
    fox = taxon(sampled.store, "fox")
    match what:
        case "blank":
            session.special(taxonomy.BLANK_UUID, "blank")
        case "human":
            session.special(taxonomy.HUMAN_UUID, "human")
        case "species":
            session.grade(fox, "species")
        case "next" | "previous":
            session.move(1 if what == "next" else -1)
        case "ungraded":
            session.next_ungraded()
        case "first" | "last":
            session.go_to_place(0 if what == "first" else len(session.queue) - 1)
        case "add":
            session.add_species(fox)
        case "count":
            session.count(2)
        case "mark":
            session.toggle_mark()
        case "quick":
            session.quick(1)
        case "restart":
            left = session.left
            session = sampled.session()
            assert session.left == left
        case _:
            getattr(session, what)()
    return session


@settings(max_examples=40)
@given(
    st.lists(st.sampled_from((*_WAYS, *_MORE)), max_size=40),
    st.sampled_from((1, 2, 5, 12)),
    st.sampled_from((0.0, 0.2, 0.5, 1.0)),
)
def test_the_queue_agrees_with_the_file(keys: list[str], drawn: int, repeats: float) -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        Store.open(Path(folder) / "river.db", create=True) as store,
    ):
        sampled = sampled_survey(store, Path(folder), 1, drawn=drawn, repeats=repeats)
        session = sampled.session()
        for what in keys:
            session = _do(what, session, sampled)
            item = session.item
            assert item is not None
            assert item.image.id == session.current_id
            assert session.hides_machine == (item.prediction is None)
            graded = [session._is_done(place) for place in range(len(session.queue))]
            assert list(map(bool, session._graded)) == graded
            assert session.left == graded.count(False)
            assert session._done == session._blind.done()
        history = [grade for key in sampled.images for grade in store.grades.history(key)]
        for grade in history:
            if grade.mode == "blind":
                assert grade.run_id is None
                assert grade.viewing in (1, 2)
            elif grade.gesture != "accept":
                assert (grade.mode, grade.run_id) == ("assisted", 1)
