"""What exports take for the truth of a picture: the view `truth`, a rule, a grader, a holdout."""

from __future__ import annotations

import uuid
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from camtrap_tui.errors import UsageError
from camtrap_tui.services.exports.pictures import Picture, Pictures, shows_people
from camtrap_tui.services.exports.request import ExportRequest
from camtrap_tui.store.grades import NewGrade, NewObservation
from camtrap_tui.store.store import Store
from tests.builders import NOW, Said, add_images, add_run, md5, taxon
from tests.holdout_builder import drawn_survey, grade_as, grade_blind
from tests.store.test_reports import MALLARD, RACCOON, grade

PERSON = ("human", 0.6, 0.1, 0.1, 0.2, 0.2)


def read(store: Store, **asked: object) -> list[Picture]:
    """Return the pictures that a request chooses."""
    request = ExportRequest(Path("out"), **asked)  # type: ignore[arg-type]
    with store.db.snapshot():
        return list(Pictures(store, request, boxes=True).read(lambda done, total: None))


def labels(pictures: list[Picture]) -> list[tuple[str, list[str]]]:
    """Return the state and the names of each picture."""
    return [(one.state, [word.taxon.name for word in one.words]) for one in pictures]


def later(store: Store, grader: str, image_id: int, at: str, *seen: NewObservation) -> None:
    """Grade an image at a time of day."""
    new = NewGrade(str(uuid.uuid4()), image_id, seen, "assisted", "species")
    store.grades.append(grader, [new], f"2026-06-02T{at}:00Z")


def test_a_consensus_is_what_the_view_truth_says(store: Store) -> None:
    one, two, three, _, five = add_images(store, [Said()] * 5)
    grade(store, "ann", one, RACCOON)
    grade(store, "ben", one, RACCOON)
    grade(store, "ann", two, RACCOON)
    grade(store, "ben", two, MALLARD)
    grade(store, "ann", three, "unknown")
    grade(store, "ann", five, RACCOON, MALLARD)
    assert labels(read(store)) == [
        ("agreed", [RACCOON]),
        ("conflict", []),
        ("unsure", ["unknown"]),
        ("ungraded", []),
        ("agreed", [RACCOON, MALLARD]),
    ]
    (word,) = read(store)[0].words
    assert word.graders == ("ann", "ben")


def test_a_word_says_what_the_latest_grade_that_names_it_says(store: Store) -> None:
    (key,) = add_images(store, [Said()])
    species = taxon(store, RACCOON).id
    later(store, "ben", key, "10:00", NewObservation(species, 1, "adult"))
    later(store, "ann", key, "09:00", NewObservation(species, 7))
    (word,) = read(store)[0].words
    assert (word.count, word.life_stage, word.graders) == (1, "adult", ("ann", "ben"))
    later(store, "ann", key, "11:00", NewObservation(species, 2), NewObservation(species, 3))
    assert [word.count for word in read(store)[0].words] == [2, 3]


def test_a_rule_or_a_grader_may_be_the_truth(store: Store) -> None:
    one, two = add_images(store, [Said(), Said()])
    for grader, name in (("ann", RACCOON), ("ben", RACCOON), ("cid", MALLARD)):
        grade(store, grader, one, name)
    grade(store, "cid", two, MALLARD)
    assert labels(read(store, truth="majority")) == [("settled", [RACCOON]), ("agreed", [MALLARD])]
    assert labels(read(store, truth="majority:2"))[1] == ("too_few", [])
    assert labels(read(store, truth="cid")) == [("agreed", [MALLARD]), ("agreed", [MALLARD])]
    assert labels(read(store, truth="ann"))[1] == ("ungraded", [])
    with pytest.raises(UsageError, match="dora has graded nothing here"):
        read(store, truth="dora")


def test_a_holdout_has_its_drawn_pictures_and_the_words_that_count(store: Store) -> None:
    drawn = drawn_survey(store)
    first, second, *rest = drawn.images()
    grade_blind(drawn, "ann", [first, *rest])
    grade_as(drawn, second, [taxon(store, MALLARD)], "assisted")
    found = {one.image.id: one for one in read(store, holdout="river2024")}
    assert set(found) == set(drawn.images())
    assert found[second].state == "ungraded"
    assert [word.taxon.name for word in found[first].words] == [drawn.truth[first]]
    assert {one.image.id: one.state for one in read(store)}[second] == "agreed"
    with pytest.raises(UsageError, match="there is no holdout 'lake'"):
        read(store, holdout="lake")


def test_the_machine_says_what_the_run_says(store: Store) -> None:
    box = ("animal", 0.9, 0.1, 0.2, 0.3, 0.4)
    said = [Said(RACCOON, 0.8, boxes=[box], guesses=[(RACCOON, 0.8)]), Said(None)]
    add_images(store, said, run=add_run(store))
    first, second = read(store)
    assert first.machine is not None
    assert first.machine.taxon == taxon(store, RACCOON)
    assert first.machine.score == 0.8
    (found,) = first.boxes
    assert (found.category, found.bbox, found.score) == ("animal", box[2:], 0.8)
    assert found.taxon == first.machine.taxon
    assert second.machine is not None
    assert second.machine.reason == "truncated"
    assert labels(read(store)) == [("ungraded", []), ("ungraded", [])]


def test_people_are_where_people_or_else_the_machine_say_so(store: Store) -> None:
    run = add_run(store)
    said = [Said(RACCOON, boxes=[PERSON])] * 2 + [Said("human"), Said(RACCOON), Said(RACCOON)]
    _, seen, _, contested, named = add_images(store, said, run=run)
    grade(store, "ann", seen, RACCOON)
    grade(store, "ann", contested, RACCOON)
    grade(store, "ben", contested, "human")
    grade(store, "ann", named, "human", RACCOON)
    assert [shows_people(one) for one in read(store)] == [True, False, True, True, True]
    # Boxes may be asked to be surer; people are known from the usual confidence up all the same.
    assert shows_people(read(store)[0], confidence=0.7)
    store.db.execute("UPDATE detection SET confidence = 0.1 WHERE image_id = 1")
    assert not shows_people(read(store)[0])
    assert shows_people(read(store)[0], confidence=0.05)


def test_who_saw_a_person_is_passed_over_by_an_adjudicator_alone(store: Store) -> None:
    (key,) = add_images(store, [Said(RACCOON)])
    grade(store, "ann", key, RACCOON)
    grade(store, "cid", key, RACCOON)
    assert not shows_people(read(store)[0])
    later(store, "ben", key, "13:00", NewObservation(taxon(store, "human").id, count=3))
    later(store, "eve", key, "13:01", NewObservation(taxon(store, "human").id, count=2))
    for truth in ("consensus", "majority", "expert:ann", "ann"):
        (picture,) = read(store, truth=truth)
        assert (shows_people(picture), picture.people_said) == (True, 3)
    seen = (NewObservation(taxon(store, RACCOON).id),)
    new = NewGrade(str(uuid.uuid4()), key, seen, "adjudicated", "species")
    store.grades.append("dan", [new], NOW)
    assert not shows_people(read(store)[0])


NAMES = (RACCOON, MALLARD, "blank", "human", "unknown", "animal", "some owl")


@settings(max_examples=60, deadline=None)
@given(
    votes=st.lists(
        st.tuples(
            st.sampled_from(["ann", "ben", "cid"]),
            st.lists(st.sampled_from(NAMES), max_size=3, unique=True),
            st.sampled_from(["assisted", "assisted", "adjudicated"]),
        ),
        max_size=6,
    )
)
def test_words_are_the_truth_words_of_the_view(
    votes: list[tuple[str, list[str], str]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("words") / "river.db"
    with Store.open(path, create=True) as store:
        (key,) = add_images(store, [Said()])
        for number, (grader, names, mode) in enumerate(votes):
            seen = tuple(NewObservation(taxon(store, name).id) for name in names)
            new = NewGrade(md5(f"grade {number}"), key, seen, mode, "test")
            store.grades.append(grader, [new], NOW)
        (picture,) = read(store)
        found = store.db.execute("SELECT taxon_id FROM truth_word WHERE image_id = ?", [key])
        assert {word.taxon.id for word in picture.words} == {row[0] for row in found}
        state = store.db.value("SELECT state FROM truth WHERE image_id = ?", [key])
        assert (picture.state == "conflict") == (state == "conflict")
