"""A review session: what each command records, where it goes, and what it says."""

from __future__ import annotations

from pathlib import Path

import pytest

from camtrap_tui.domain import taxonomy
from camtrap_tui.domain.taxonomy import from_name
from camtrap_tui.errors import UsageError
from camtrap_tui.services import queue_moves
from camtrap_tui.services.review import ReviewSession
from camtrap_tui.store.store import Store
from tests.builders import Said, add_images, add_run, taxon
from tests.five_pictures import Clock, fill, votes


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def session(store: Store, clock: Clock) -> ReviewSession:
    fill(store)
    return ReviewSession(store, "ann", clock=clock)


def test_accept_records_the_prediction_without_a_count_and_goes_on(session: ReviewSession) -> None:
    assert session.accept().moved
    assert session.position == 1
    assert votes(session) == {1: "northern raccoon"}
    (grade,) = session.store.grades.votes(1)
    assert (grade.mode, grade.gesture, grade.run_id) == ("assisted", "accept", 1)
    (observation,) = session.store.grades.observations(grade.id)
    assert observation.count is None


def test_accept_without_a_prediction_says_so_and_does_nothing(session: ReviewSession) -> None:
    session.go_to("5")
    answer = session.accept()
    assert "no prediction" in answer.text
    assert not answer.moved
    assert votes(session) == {}


def test_guesses_quick_keys_and_special_words(session: ReviewSession) -> None:
    assert session.quick_taxa() == ()
    session.guess(2)
    session.special(taxonomy.BLANK_UUID, "blank")
    assert "no guess 9" in session.guess(9).text
    session.special(taxonomy.UNKNOWN_UUID, "unsure")
    assert votes(session) == {1: "virginia opossum", 2: "blank", 3: "unknown"}
    session.go_to("1")
    assert "no species yet" in session.quick(1).text
    later = ReviewSession(session.store, "ann")
    later.go_to("1")
    assert [t.name for t in later.quick_taxa()] == ["virginia opossum"]
    later.go_to("4")
    later.quick(1)
    assert votes(session)[4] == "virginia opossum"


def test_it_opens_at_the_first_ungraded_image(session: ReviewSession) -> None:
    session.accept()
    session.accept()
    assert session.left == 3
    again = ReviewSession(session.store, "ann")
    assert (again.position, again.left) == (2, 3)


def test_a_second_species_joins_and_stays_until_the_grader_goes_on(session: ReviewSession) -> None:
    mallard = taxon(session.store, "mallard")
    session.items.read_taxa()
    assert "added" in session.add_species(mallard).text
    assert session.position == 0
    assert votes(session) == {1: "mallard"}
    session.accept()
    assert votes(session) == {1: "mallard + northern raccoon"}
    assert session.position == 1
    session.accept()
    assert votes(session)[2] == "northern raccoon"


def test_a_count_belongs_to_the_species_keyed_next_or_last(session: ReviewSession) -> None:
    assert "now key the species" in session.count(3).text
    session.accept()
    assert votes(session) == {1: "northern raccoon ×3"}
    session.move(-1)
    session.count(2)
    assert votes(session) == {1: "northern raccoon ×2"}


def test_a_count_without_a_species_is_not_dropped_in_silence(session: ReviewSession) -> None:
    session.count(7)
    assert "7 was not recorded" in session.move(1).text
    session.accept()
    assert votes(session) == {2: "northern raccoon"}


def test_a_burst_asks_first_and_then_takes_one_grade(session: ReviewSession) -> None:
    session.move(1)
    session.special(taxonomy.BLANK_UUID, "blank")
    session.go_to("1")
    asked = session.ask_burst()
    assert "2 pictures" in asked.text
    assert "1 that you graded stay" in asked.text
    assert votes(session) == {2: "blank"}
    session.accept()
    assert votes(session) == {1: "northern raccoon", 2: "blank", 3: "northern raccoon"}
    modes = {g.mode for key in (1, 3) for g in session.store.grades.votes(key)}
    assert modes == {"bulk"}
    session.undo()
    assert votes(session) == {2: "blank"}
    assert session.position == 0


def test_the_burst_question_is_not_dropped_without_a_word(session: ReviewSession) -> None:
    mallard = taxon(session.store, "mallard")
    session.ask_burst()
    assert "one grade" in session.add_species(mallard).text
    assert "one grade" in session.count(3).text
    assert votes(session) == {}
    session.accept()
    assert set(votes(session)) == {1, 2, 3}


def test_no_way_drops_a_count_without_a_word(session: ReviewSession) -> None:
    session.accept()
    session.count(7)
    assert session.again().text.startswith("×7 was not recorded: your last grade came again")
    session.go_to("4")
    session.go_to("1")
    session.undo()
    session.undo()
    session.count(3)
    assert "3 was not recorded" in session.ask_burst().text
    assert not session.asks_burst


def test_blank_excludes_everything_else(session: ReviewSession) -> None:
    session.special(taxonomy.BLANK_UUID, "blank")
    session.move(-1)
    assert "no count" in session.count(7).text
    session.add_species(taxon(session.store, "mallard"))
    assert votes(session) == {1: "mallard"}
    session.cancel()
    session.special(taxonomy.BLANK_UUID, "blank")
    assert votes(session) == {1: "blank"}


def test_a_burst_goes_on_behind_its_exceptions(session: ReviewSession) -> None:
    session.go_to("3")
    session.guess(2)
    session.go_to("1")
    assert "odd ones" not in session.ask_burst().text
    session.accept()
    assert votes(session) == {
        1: "northern raccoon",
        2: "northern raccoon",
        3: "virginia opossum",
    }
    assert session.position == 3


def test_the_burst_question_says_how_to_make_exceptions(session: ReviewSession) -> None:
    assert "grade odd ones first: they stay" in session.ask_burst().text


def test_a_blank_takes_no_count_and_says_so(session: ReviewSession) -> None:
    session.count(7)
    assert "×7 was not recorded" in session.special(taxonomy.BLANK_UUID, "blank").text
    assert votes(session) == {1: "blank"}


def test_quick_keys_stay_until_they_are_ordered_anew(session: ReviewSession) -> None:
    session.guess(2)
    session.guess(3)
    session.go_to("1")
    later = ReviewSession(session.store, "ann")
    before = later.quick_taxa()
    assert {t.name for t in before} == {"virginia opossum", "domestic cat"}
    later.go_to("3")
    later.guess(3)
    later.go_to("2")
    later.guess(3)
    later.go_to("1")
    later.guess(1)
    later.go_to("1")
    assert later.quick_taxa() == before
    assert later.reorder_quick().text == "Quick keys now: domestic cat, northern raccoon."
    assert [t.name for t in later.quick_taxa()] == ["domestic cat", "northern raccoon"]
    assert "already" in later.reorder_quick().text


def test_leaving_the_burst_question_grades_nothing(session: ReviewSession) -> None:
    session.ask_burst()
    session.cancel()
    session.accept()
    assert votes(session) == {1: "northern raccoon"}


def test_the_same_again(session: ReviewSession) -> None:
    assert "no grade of yours" in session.again().text
    session.count(2)
    session.guess(3)
    session.again()
    assert votes(session) == {1: "domestic cat ×2", 2: "domestic cat ×2"}


def test_new_species_become_taxa_once(session: ReviewSession) -> None:
    session.grade(session.taxon(from_name("Pond  Slider")), "species")
    session.grade(session.taxon(from_name("pond slider")), "species")
    assert votes(session) == {1: "pond slider", 2: "pond slider"}
    names = [t.name for t in session.store.taxa.all()]
    assert names.count("pond slider") == 1


def test_moving(session: ReviewSession) -> None:
    assert "beginning" in session.move(-1).text
    session.move_group("burst", 1)
    assert session.position == 3
    session.move_group("burst", -1)
    assert session.position == 0
    session.move_group("deployment", 1)
    assert session.position == 3
    assert "no next deployment" in session.move_group("deployment", 1).text
    session.go_to("IMG_0005")
    assert session.position == 4
    assert "No picture" in session.go_to("IMG_9").text
    session.go_to("1")
    session.accept()
    session.go_to("1")
    session.next_ungraded()
    assert session.position == 1


def test_a_filter_changes_the_queue_and_a_wrong_one_does_not(session: ReviewSession) -> None:
    assert session.open_queue("species:mallard") == 1
    with pytest.raises(UsageError):
        session.open_queue("score:high")
    assert len(session.queue) == 1
    assert session.open_queue("species:lion") == 0
    assert session.item is None
    assert "empty" in session.move(1).text
    assert "no picture" in session.special(taxonomy.BLANK_UUID, "blank").text


def test_the_pace_counts_pictures(session: ReviewSession, clock: Clock) -> None:
    for _ in range(3):
        clock.now += 4
        session.accept()
    assert session.pace.per_hour == pytest.approx(900)
    assert session.store.grades.votes(1)[0].seconds == pytest.approx(4)


def test_marks_and_notes(session: ReviewSession) -> None:
    assert session.toggle_mark().text == "Marked."
    assert session.note("wet paw").text == "Note written."
    item = session.item
    assert item is not None
    assert {(m.kind, m.value) for m in item.marks} == {("mark", "on"), ("note", "wet paw")}
    session.toggle_mark()
    session.note("")
    assert session.item is not None
    assert session.item.marks == ()


def test_what_a_picture_says_stays_while_it_is_in_view(session: ReviewSession) -> None:
    before = session.item
    with session.store.db.transaction():
        session.store.runs.put_predictions(
            [(1, 1, "predicted", taxon_id(session, "mallard"), 0.5, "classifier", None, 2)]
        )
    assert session.item is before
    session.refresh_queue()
    assert session.item is not None
    assert session.item.predicted is not None
    assert session.item.predicted.name == "mallard"


def taxon_id(session: ReviewSession, name: str) -> int:
    return next(t.id for t in session.items.taxa.values() if t.name == name)


def test_new_pictures_join_the_queue_behind_the_grader(session: ReviewSession) -> None:
    session.go_to("3")
    add_images(session.store, [Said(timestamp="2024-06-01 00:00:00")], run=session.run)
    assert len(session.queue) == 5
    here = session.current_id
    assert session.refresh_queue() == 1
    assert session.current_id == here


def test_what_another_process_adds_meanwhile_is_known_when_it_is_shown(
    session: ReviewSession, store: Store
) -> None:
    with store.db.transaction():
        folder = store.images.source("folder", "/elsewhere", "2026-01-01T00:00:00Z")
        deployments = store.images.deployment_ids(["UR099"])
        store.db.execute(
            "UPDATE image SET source_id = ?, deployment_id = ? WHERE id = 1",
            [folder.id, deployments["UR099"]],
        )
    (item,) = session.items.read([1])
    assert (item.path, item.deployment) == (Path("/elsewhere/IMG_0001.JPG"), "UR099")


@pytest.mark.parametrize("page", [1, 2, 3, 500])
def test_groups_are_found_however_many_images_are_asked_at_once(
    session: ReviewSession, monkeypatch: pytest.MonkeyPatch, page: int
) -> None:
    monkeypatch.setattr(queue_moves, "_GROUP_PAGE", page)
    seen = []
    for group, step in (("burst", 1), ("burst", 1), ("deployment", -1), ("deployment", 1)):
        session.move_group(group, step)
        seen.append(session.position)
    assert seen == [3, 4, 0, 3]
    session.move(1)
    session.move_group("burst", -1)
    assert session.position == 3


def test_an_empty_queue_has_no_groups(session: ReviewSession) -> None:
    session.open_queue("species:lion")
    for group in ("burst", "deployment"):
        for step in (1, -1):
            assert session.move_group(group, step).text == "The queue is empty."


def test_images_that_came_after_the_queue_was_built_are_not_counted_in_it(
    session: ReviewSession, store: Store
) -> None:
    (late,) = add_images(store, [Said()], run=store.runs.latest())
    with store.db.transaction():
        store.db.execute("UPDATE image SET burst_id = 1 WHERE id = ?", [late])
    session.ask_burst()
    session.accept()
    assert set(store.grades.graded_ids()) == {1, 2, 3, late}
    assert session.left == 2
    session.undo()
    assert session.left == 5


def test_the_last_grade_again_is_for_the_whole_burst_where_that_was_asked(
    session: ReviewSession,
) -> None:
    session.go_to("4")
    session.add_species(taxon(session.store, "mallard"))
    session.add_species(taxon(session.store, "brown rat"))
    session.go_to("1")
    session.ask_burst()
    answer = session.again()
    assert answer.text.startswith("3 pictures of the burst: mallard + brown rat.")
    assert votes(session) == dict.fromkeys((1, 2, 3, 4), "mallard + brown rat")
    session.undo()
    assert votes(session) == {4: "mallard + brown rat"}


def test_a_run_that_has_just_begun_takes_over_only_when_asked(session: ReviewSession) -> None:
    begun = add_run(session.store, "another", finished_at=None, country="USA")
    again = ReviewSession(session.store, "ann")
    assert again.run is not None
    assert again.run.id == 1
    again.refresh_queue()
    assert again.run.id == 1
    again.refresh_queue(begun)
    assert again.run == begun
    again.open_queue("")
    assert again.run == begun


def test_a_burst_at_the_end_says_that_it_was_the_end(session: ReviewSession) -> None:
    session.open_queue("camera:UR011")
    session.ask_burst()
    said = session.special(taxonomy.BLANK_UUID, "blank").text
    assert said.startswith("3 pictures of the burst: blank. That was the end of the queue")
    session.open_queue("")
    session.go_to("1")
    session.ask_burst()
    assert "end" not in session.special(taxonomy.VEHICLE_UUID, "vehicle").text


def test_a_burst_that_repeats_a_count_says_so(session: ReviewSession) -> None:
    session.go_to("4")
    session.count(2)
    session.accept()
    session.go_to("1")
    session.ask_burst()
    assert session.again().text == "3 pictures of the burst: mallard ×2."


def test_the_end_of_the_queue_is_said_also_where_something_was_lost(
    session: ReviewSession,
) -> None:
    session.go_to("5")
    session.count(2)
    said = session.special(taxonomy.BLANK_UUID, "blank").text
    assert said.startswith("×2 was not recorded: the picture is blank. That was the end")
