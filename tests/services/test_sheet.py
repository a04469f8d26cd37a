"""The contact sheet: which pictures a page's grade is for, and that one undo takes it back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from camtrap_tui.domain.taxonomy import BLANK_UUID, HUMAN_UUID, VEHICLE_UUID
from camtrap_tui.services.review import ReviewSession
from camtrap_tui.services.sheet import Sheet
from camtrap_tui.services.sheet_items import SheetItems
from camtrap_tui.store.store import Store
from tests.builders import Said, add_images, add_run

SIZE = 4
COUNT = 10
EVERYTHING = range(1, COUNT + 1)
BOX = ("animal", 0.9, 0.2, 0.2, 0.3, 0.3)
GUESSES = (("northern raccoon", 0.93), ("virginia opossum", 0.04))


def fill(store: Store) -> None:
    """Ten pictures, predicted blank but for the second, which is a raccoon."""
    said = [Said("blank", 0.97, f"2024-06-27 02:{n:02d}:00") for n in range(COUNT)]
    said[1] = Said("northern raccoon", 0.93, "2024-06-27 02:01:00", boxes=[BOX], guesses=GUESSES)
    said[2] = Said("blank", 0.9, "2024-06-27 02:02:00", boxes=[("animal", 0.03, *BOX[2:])])
    add_images(store, said, run=add_run(store))


def words(store: Store, grader: str = "ann") -> dict[int, str]:
    names = {t.id: t.name for t in store.taxa.all()}
    return {
        key: names[taxon or 0]
        for key, who, taxon in store.grades.words(EVERYTHING)
        if who == grader
    }


@pytest.fixture
def sheet(store: Store) -> Sheet:
    fill(store)
    made = Sheet(ReviewSession(store, "ann"))
    made.fit(SIZE)
    made.open()
    return made


def page(sheet: Sheet, seen: range | set[int] = EVERYTHING) -> str:
    """Press enter until it has done something."""
    answer = sheet.grade_page(set(seen))
    if sheet.asks:
        answer = sheet.grade_page(set(seen))
    return answer.text


def test_the_first_page_asks_and_those_after_it_do_not(sheet: Sheet, store: Store) -> None:
    assert "↵ again grades 4 pictures as blank" in sheet.grade_page(set(EVERYTHING)).text
    assert words(store) == {}
    sheet.grade_page(set(EVERYTHING))
    assert words(store) == dict.fromkeys((1, 2, 3, 4), "blank")
    assert sheet.places == (5, 8)
    sheet.grade_page(set(EVERYTHING))
    assert set(words(store)) == set(range(1, 9))


def test_a_changed_grade_asks_again_and_so_does_whatever_changed_the_page(
    sheet: Sheet, store: Store
) -> None:
    page(sheet)
    sheet.special(HUMAN_UUID, "human")
    assert sheet.grade_page(set(EVERYTHING)).text.startswith("↵ again grades 4 pictures as human")
    sheet.toggle()
    assert sheet.grade_page(set(EVERYTHING)).text.startswith("↵ again grades 3 pictures as human")
    sheet.step(1)
    assert sheet.grade_page(set(EVERYTHING)).text.startswith("↵ again grades 3 pictures as human")
    assert set(words(store)) == {1, 2, 3, 4}


def test_a_page_is_one_batch_of_bulk_grades(sheet: Sheet, store: Store) -> None:
    page(sheet)
    rows = store.db.execute(
        "SELECT count(*), count(DISTINCT batch_uuid), min(mode), max(mode), min(gesture),"
        " min(run_id), count(DISTINCT grade_uuid) FROM grade"
    ).fetchone()
    assert rows == (4, 1, "bulk", "bulk", "sheet", 1, 4)
    assert store.db.value("PRAGMA synchronous") == 2
    assert sheet.session.left == COUNT - 4


def test_exceptions_stay_out_and_outlive_the_page(sheet: Sheet, store: Store) -> None:
    sheet.step(1)
    sheet.toggle()
    page(sheet)
    assert set(words(store)) == {1, 3, 4}
    sheet.turn(1)
    assert sheet.exceptions == [2]
    sheet.step(1)
    sheet.toggle()
    sheet.toggle()
    answer = sheet.take_exceptions()
    assert "all pictures" in answer.text
    session = sheet.session
    assert (list(session.queue), session.title, sheet.exceptions) == ([2], "1 exception", [])
    assert session.open_queue(session.filter.text) == COUNT


def test_the_exceptions_are_a_queue_in_the_order_of_the_one_before(sheet: Sheet) -> None:
    for by in (3, -2, 1):
        sheet.step(by)
        sheet.toggle()
    sheet.take_exceptions()
    assert list(sheet.session.queue) == [2, 3, 4]
    sheet.session.refresh_queue()
    assert list(sheet.session.queue) == [2, 3, 4]


def test_what_this_grader_graded_stays_and_what_others_graded_does_not(
    sheet: Sheet, store: Store
) -> None:
    ben = ReviewSession(store, "ben")
    ben.special(VEHICLE_UUID, "vehicle")
    sheet.session.go_to_place(1)
    sheet.session.guess(1)
    sheet.open()
    sheet.turn(-1)
    page(sheet)
    assert words(store) == {1: "blank", 2: "northern raccoon", 3: "blank", 4: "blank"}
    assert words(store, "ben") == {1: "vehicle"}


def test_what_could_not_be_seen_is_not_graded(sheet: Sheet, store: Store) -> None:
    assert "2 pictures that cannot be seen left ungraded" in page(sheet, {1, 4})
    assert set(words(store)) == {1, 4}
    assert "cannot be seen" in page(sheet, set())
    assert set(words(store)) == {1, 4}
    assert sheet.places == (9, 10)


def test_grade_keys_are_for_the_exception_under_the_cursor_alone(
    sheet: Sheet, store: Store
) -> None:
    sheet.step(1)
    assert "space makes this picture one" in sheet.guess(1).text
    assert words(store) == {}
    sheet.toggle()
    sheet.guess(1)
    assert words(store) == {2: "northern raccoon"}
    assert store.db.execute("SELECT mode, gesture, batch_uuid FROM grade").fetchall() == [
        ("assisted", "guess", None)
    ]
    assert sheet.exceptions == []
    assert sheet.session.position == 1
    assert sheet.taxon.taxon_uuid == BLANK_UUID
    sheet.special(HUMAN_UUID, "human")
    assert words(store) == {2: "northern raccoon"}
    assert sheet.taxon.taxon_uuid == HUMAN_UUID


def test_an_exception_is_one_again_once_its_grade_is_undone(sheet: Sheet, store: Store) -> None:
    sheet.step(1)
    sheet.toggle()
    sheet.guess(2)
    sheet.undo()
    assert sheet.exceptions == [2]
    page(sheet)
    assert set(words(store)) == {1, 3, 4}
    sheet.undo()
    sheet.turn(1)
    assert sheet.exceptions == [2]


def test_undo_takes_the_whole_page_back_and_goes_there(sheet: Sheet, store: Store) -> None:
    page(sheet)
    page(sheet)
    assert "blank on 4 pictures" in sheet.undo().text
    assert sheet.places == (5, 8)
    sheet.undo()
    assert (sheet.places, words(store)) == ((1, 4), {})
    sheet.redo()
    assert set(words(store)) == {1, 2, 3, 4}
    assert sheet.session.left == COUNT - 4


def test_the_last_page_says_so_and_stays(sheet: Sheet, store: Store) -> None:
    sheet.turn(1)
    sheet.turn(1)
    assert sheet.places == (9, 10)
    assert "last page; 8 without a grade" in page(sheet)
    assert sheet.places == (9, 10)
    assert "last page" in page(sheet)
    assert set(words(store)) == {9, 10}


def test_an_empty_queue_grades_nothing(store: Store) -> None:
    sheet = Sheet(ReviewSession(store, "ann"))
    sheet.open()
    for answer in (sheet.grade_page(set()), sheet.toggle(), sheet.undo()):
        assert answer.text
    assert (sheet.places, sheet.items(), sheet.items_near()) == ((0, 0), [], [])


@pytest.mark.parametrize("size", range(1, 9))
def test_the_picture_under_the_cursor_stays_when_pages_have_another_size(
    sheet: Sheet, size: int
) -> None:
    sheet.turn(1)
    sheet.step(2)
    here = sheet.session.current_id
    sheet.fit(size)
    assert sheet.session.current_id == here
    assert here in sheet.page
    assert 0 <= sheet.cursor < size


def test_a_page_tells_of_every_box_and_of_every_grader(sheet: Sheet, store: Store) -> None:
    ReviewSession(store, "ben").special(VEHICLE_UUID, "vehicle")
    session = sheet.session
    items = SheetItems(store).read([3, 1, 2], session.run, session.items)
    assert [item.confidence for item in items] == [0.03, None, 0.9]
    assert [item.predicted and item.predicted.name for item in items] == [
        "blank",
        "blank",
        "northern raccoon",
    ]
    assert [item.words for item in items] == [{}, {"ben": "vehicle"}, {}]
    assert items[0].name == "IMG_0003.JPG"


def test_reading_a_page_asks_the_file_no_more_often_in_a_long_queue(
    sheet: Sheet, store: Store
) -> None:
    asked: list[str] = []
    store.db._connection.set_trace_callback(asked.append)
    sheet.items()
    store.db._connection.set_trace_callback(None)
    assert len(asked) <= SIZE + 4


KEYS = st.sampled_from(
    [
        *("enter", "enter", "enter", "space", "right", "left", "next", "previous"),
        *("guess", "human", "blank", "undo", "undo", "redo"),
    ]
)


class Model:
    """What the keys ought to do, in plain Python: a stack of batches, and what lies on it."""

    def __init__(self) -> None:
        self.done: list[dict[int, str]] = []
        self.undone: list[dict[int, str]] = []

    def grade(self, ids: list[int], word: str) -> None:
        if ids:
            self.done.append(dict.fromkeys(ids, word))
            self.undone = []

    @property
    def votes(self) -> dict[int, str]:
        return {key: word for batch in self.done for key, word in batch.items()}


def press(sheet: Sheet, model: Model, key: str) -> None:
    """Do what a key does to the sheet, and what it ought to do to the model."""
    here, marked = sheet.session.current_id, sheet.on_exception
    match key:
        case "enter":
            ids = [k for k in sheet.page if k not in sheet.exceptions and k not in model.votes]
            page(sheet)
            model.grade(ids, sheet.taxon.name)
        case "space":
            sheet.toggle()
        case "right" | "left":
            sheet.step(1 if key == "right" else -1)
        case "next" | "previous":
            sheet.turn(1 if key == "next" else -1)
        case "guess":
            sheet.guess(1)
            model.grade([here] if marked and here == 2 else [], "northern raccoon")
        case "human" | "blank":
            sheet.special(HUMAN_UUID if key == "human" else BLANK_UUID, key)
            model.grade([here] if marked else [], key)
        case "undo":
            sheet.undo()
            if model.done:
                model.undone.append(model.done.pop())
        case "redo":
            sheet.redo()
            if model.undone:
                model.done.append(model.undone.pop())


@given(keys=st.lists(KEYS, max_size=40))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_keys_give_the_votes_that_a_simple_model_gives(
    keys: list[str], fresh: Callable[[], Store]
) -> None:
    with fresh() as store:
        sheet = Sheet(ReviewSession(store, "ann"))
        sheet.fit(SIZE)
        sheet.open()
        model = Model()
        for key in keys:
            press(sheet, model, key)
            assert words(store) == model.votes
            assert sheet.session.left == COUNT - len(model.votes)
        assert 0 <= sheet.cursor < len(sheet.page)


@pytest.fixture
def fresh(tmp_path: Path) -> Callable[[], Store]:
    """Return a function that opens the ten pictures as nobody has graded them."""
    model = tmp_path / "model.db"
    with Store.open(model, create=True) as store:
        fill(store)
    made = 0

    def open_fresh() -> Store:
        nonlocal made
        made += 1
        copy = tmp_path / f"{made}.db"
        copy.write_bytes(model.read_bytes())
        return Store.open(copy, durability="NORMAL")

    return open_fresh


def test_exceptions_are_in_the_file_as_soon_as_they_are_marked(sheet: Sheet, store: Store) -> None:
    sheet.toggle()
    sheet.step(2)
    sheet.toggle()
    with Store.open(store.path) as other:
        assert set(other.exceptions.of("ann")) == {1, 3}
        later = Sheet(ReviewSession(other, "ann"))
        later.open()
        assert set(later.exceptions) == {1, 3}
        ben = Sheet(ReviewSession(other, "ben"))
        ben.open()
        assert ben.exceptions == []
    sheet.toggle()
    assert store.exceptions.of("ann") == [1]


def test_exceptions_that_were_gathered_stay_in_the_file_until_they_are_graded(
    sheet: Sheet, store: Store
) -> None:
    sheet.toggle()
    sheet.step(1)
    sheet.toggle()
    sheet.take_exceptions()
    sheet.session.accept()
    sheet.open()
    assert sheet.exceptions == []
    assert store.exceptions.of("ann") == [2]
    again = Sheet(ReviewSession(store, "ann"))
    again.open()
    assert again.exceptions == [2]


def test_exceptions_of_nobody_or_on_a_stick_are_forgotten_with_the_sheet(store: Store) -> None:
    fill(store)
    sheet = Sheet(ReviewSession(store, ""))
    sheet.open()
    sheet.toggle()
    assert sheet.exceptions == [1]
    assert store.db.value("SELECT count(*) FROM sheet_exception") == 0


def test_what_the_same_grader_has_marked_elsewhere_meanwhile_is_left_out(
    sheet: Sheet, store: Store
) -> None:
    page(sheet)
    sheet.step(1)
    sheet.toggle()
    elsewhere = Store.open(store.path)
    with elsewhere:
        elsewhere.exceptions.put("ann", 7)
        elsewhere.exceptions.remove("ann", 6)
        elsewhere.exceptions.put("bob", 8)
    page(sheet)
    # What is shown as an exception here stays one here.
    assert set(words(store)) == {1, 2, 3, 4, 5, 8}
    assert sheet.exceptions == [6, 7]
