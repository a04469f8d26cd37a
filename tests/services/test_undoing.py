"""Undo and redo: across restarts, over batches, each grader's own; and what they say."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from camtrap_tui.domain import taxonomy
from camtrap_tui.domain.taxonomy import from_name
from camtrap_tui.services.queue_moves import Answer
from camtrap_tui.services.review import ReviewSession
from camtrap_tui.services.sheet import Sheet
from camtrap_tui.store.store import Store
from tests.builders import taxon
from tests.five_pictures import IMAGES, fill, votes


@pytest.fixture
def session(store: Store) -> ReviewSession:
    fill(store)
    return ReviewSession(store, "ann")


def test_undo_and_redo_go_back_to_the_picture_also_after_a_restart(session: ReviewSession) -> None:
    for _ in range(3):
        session.accept()
    again = ReviewSession(session.store, "ann")
    assert again.undo().text == "Undone: northern raccoon on IMG_0003.JPG."
    assert again.position == 2
    again.undo()
    assert votes(again) == {1: "northern raccoon"}
    assert again.left == 4
    assert again.redo().moved
    assert votes(again) == {1: "northern raccoon", 2: "northern raccoon"}
    assert again.position == 1


def test_what_will_be_undone_is_known_before(session: ReviewSession) -> None:
    assert session.next_undo() == ""
    session.accept()
    assert session.next_undo() == "northern raccoon on IMG_0001.JPG"
    session.ask_burst()
    session.special(taxonomy.BLANK_UUID, "blank")
    assert session.next_undo() == "blank on 2 pictures of a burst"
    sheet = Sheet(session)
    sheet.fit(2)
    session.go_to("4")
    sheet.open()
    for _ in range(2):
        sheet.grade_page(IMAGES)
    assert session.next_undo() == "blank on 2 pictures of a sheet"
    assert session.undo().text == "Undone: blank on 2 pictures of a sheet."
    assert session.next_undo() == "blank on 2 pictures of a burst"
    assert ReviewSession(session.store, "ben").next_undo() == ""


def test_an_undo_outside_the_queue_says_where(session: ReviewSession) -> None:
    session.accept()
    session.open_queue("species:mallard")
    answer = session.undo()
    assert answer.text == "Undone: northern raccoon on IMG_0001.JPG, which is not in this queue."
    assert votes(session) == {}


def test_undo_knows_a_species_that_this_grader_added_in_another_window(
    session: ReviewSession, store: Store
) -> None:
    other = ReviewSession(store, "ann")
    other.grade(other.taxon(from_name("river otter")), "species")
    assert session.next_undo() == "river otter on IMG_0001.JPG"
    assert session.undo().text == "Undone: river otter on IMG_0001.JPG."


def test_an_undo_that_drops_what_was_being_put_together_says_so(session: ReviewSession) -> None:
    session.accept()
    session.count(4)
    assert session.undo().text == (
        "Undone: northern raccoon on IMG_0001.JPG. ×4 was not recorded: that picture got no grade."
    )
    session.open_queue("species:mallard")
    session.redo()
    session.count(5)
    said = session.undo().text
    assert "which is not in this queue. ×5 was not recorded" in said


def test_undo_tells_a_count_from_the_species(session: ReviewSession) -> None:
    session.accept()
    session.move(-1)
    session.count(2)
    assert session.next_undo() == "northern raccoon ×2 on IMG_0001.JPG"
    session.individual("j")
    assert session.undo().text == "Undone: northern raccoon ×2 (juvenile) on IMG_0001.JPG."


def test_undo_takes_back_nothing_but_what_was_said_before(
    session: ReviewSession, store: Store
) -> None:
    other = ReviewSession(store, "ann")
    for is_first in (True, False):
        assert session.next_undo() == ("" if is_first else "blank on IMG_0001.JPG")
        other.special(taxonomy.BLANK_UUID, "blank")
        answer = session.undo()
        assert answer.text.startswith("Graded elsewhere as ann: the same key again undoes blank on")
        assert answer.text.endswith(f"{session.next_undo()}.")
    assert votes(session) == {1: "blank", 2: "blank"}
    assert session.undo().text == "Undone: blank on IMG_0002.JPG."
    other.redo()
    session.next_undo()
    other.undo()
    assert "again undoes blank on IMG_0001.JPG" in session.undo().text
    # What this session keyed since is its own, and needs no words before.
    session.special(taxonomy.BLANK_UUID, "blank")
    assert session.undo().text.startswith("Undone")


Snapshot = dict[int, str]


class Day(RuleBasedStateMachine):
    """Two graders on one survey key, undo, redo and start anew, in any order.

    The model: each grader's votes as they were before and after each command that recorded.
    """

    graders = st.sampled_from(["ann", "ben"])

    @initialize()
    def begin(self) -> None:
        """Make the survey."""
        self.folder = tempfile.TemporaryDirectory()
        self.store = Store.open(Path(self.folder.name) / "river.db", create=True)
        fill(self.store)
        taxon(self.store, "brown rat")
        self.sessions = {who: ReviewSession(self.store, who) for who in ("ann", "ben")}
        self.now: dict[str, Snapshot] = {"ann": {}, "ben": {}}
        self.done: dict[str, list[tuple[Snapshot, Snapshot, str]]] = {"ann": [], "ben": []}
        self.undone: dict[str, list[tuple[Snapshot, Snapshot, str]]] = {"ann": [], "ben": []}

    def teardown(self) -> None:
        """Remove the survey."""
        if hasattr(self, "store"):
            self.store.close()
            self.folder.cleanup()

    def _record(self, who: str, command: Callable[[ReviewSession], object]) -> None:
        session = self.sessions[who]
        rows = self.store.db.value("SELECT count(*) FROM grade")
        command(session)
        if self.store.db.value("SELECT count(*) FROM grade") == rows:
            return
        after = votes(session, who)
        self.done[who].append((self.now[who], after, session.next_undo()))
        self.undone[who].clear()
        self.now[who] = after

    @rule(who=graders, number=st.integers(1, 3))
    def guess(self, who: str, number: int) -> None:
        """Grade one picture."""
        self._record(who, lambda s: s.guess(number))

    @rule(who=graders)
    def accept(self, who: str) -> None:
        """Grade one picture."""
        self._record(who, lambda s: s.accept())

    @rule(who=graders)
    def again(self, who: str) -> None:
        """Grade one picture, or a burst."""
        self._record(who, lambda s: s.again())

    @rule(who=graders)
    def burst(self, who: str) -> None:
        """Grade what is open of a burst."""
        self.sessions[who].ask_burst()
        self._record(who, lambda s: s.special(taxonomy.BLANK_UUID, "blank"))

    @rule(who=graders)
    def add(self, who: str) -> None:
        """Add a species."""
        rat = taxon(self.store, "brown rat")
        self._record(who, lambda s: s.add_species(rat))

    @rule(who=graders, number=st.integers(1, 9), typed=st.sampled_from(["1a", "1jf eating", "1x"]))
    def detail(self, who: str, number: int, typed: str) -> None:
        """Say how many, and what is known of them."""
        self._record(who, lambda s: s.count(number))
        self._record(who, lambda s: s.individual(typed))

    @rule(who=graders, size=st.integers(1, 4))
    def page(self, who: str, size: int) -> None:
        """Grade a page of the sheet."""
        sheet = Sheet(self.sessions[who])
        sheet.fit(size)
        sheet.open()
        sheet.grade_page(IMAGES)
        self._record(who, lambda s: sheet.grade_page(IMAGES) if sheet.asks else None)

    @rule(who=graders, to=st.integers(1, 5))
    def go(self, who: str, to: int) -> None:
        """Look elsewhere."""
        self.sessions[who].go_to(str(to))

    @rule(who=graders)
    def start_anew(self, who: str) -> None:
        """Open the survey again."""
        self.sessions[who] = ReviewSession(self.store, who)

    def _reverse(self, who: str, answer: Answer, word: str, said: str) -> None:
        session = self.sessions[who]
        assert answer.text == f"{word}: {said}." or "was not recorded" in answer.text
        changed = {key for key in IMAGES if votes(session, who).get(key) != self.now[who].get(key)}
        assert not changed or session.current_id <= min(changed)

    @rule(who=graders)
    def undo(self, who: str) -> None:
        """Take back the latest."""
        answer = self.sessions[who].undo()
        if not self.done[who]:
            assert "nothing of yours" in answer.text
            return
        before, after, said = self.done[who].pop()
        self._reverse(who, answer, "Undone", said)
        self.undone[who].append((before, after, said))
        self.now[who] = before

    @rule(who=graders)
    def redo(self, who: str) -> None:
        """Bring it back."""
        answer = self.sessions[who].redo()
        if not self.undone[who]:
            assert "nothing of yours" in answer.text
            return
        before, after, said = self.undone[who].pop()
        self._reverse(who, answer, "Redone", said)
        self.done[who].append((before, after, said))
        self.now[who] = after

    @invariant()
    def everybody_has_their_own_words(self) -> None:
        """Votes, what undo says it takes back, and what is left are as the model has them."""
        if not hasattr(self, "store"):
            return
        for who, session in self.sessions.items():
            assert votes(session, who) == self.now[who]
            assert session.next_undo() == (self.done[who][-1][2] if self.done[who] else "")
            again = ReviewSession(self.store, who)
            assert again.left == 5 - len(self.now["ann"].keys() | self.now["ben"].keys())


Day.TestCase.settings = settings(max_examples=25, stateful_step_count=25, deadline=None)
TestDay = Day.TestCase
