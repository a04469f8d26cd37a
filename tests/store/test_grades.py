"""Grades: appended, never changed; undone and redone by rows; votes follow, in any order."""

from __future__ import annotations

import random
import sqlite3
import threading
import uuid
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from camtrap_tui.errors import StoreError
from camtrap_tui.store import migrations
from camtrap_tui.store.grades import NewGrade, NewObservation
from camtrap_tui.store.schema import M001
from camtrap_tui.store.schema_004 import M004
from camtrap_tui.store.schema_005 import GRADES
from camtrap_tui.store.schema_006 import VOTES
from camtrap_tui.store.store import Store
from tests.builders import NOW, Said, add_images, taxon


def grade(
    store: Store,
    image_ids: Sequence[int],
    name: str,
    grader: str = "ann",
    batch: str | None = None,
    mode: str = "assisted",
) -> str:
    """Append a grade of each image; return the uuid that undoes them."""
    made = [str(uuid.uuid4()) for _ in image_ids]
    key = taxon(store, name).id
    store.grades.append(
        grader,
        [
            NewGrade(made[n], image_id, (NewObservation(key),), mode, "test", None, batch)
            for n, image_id in enumerate(image_ids)
        ],
        NOW,
    )
    return batch or made[0]


def words(store: Store, image_id: int) -> dict[str, list[str]]:
    """Return each grader's standing word on an image."""
    names = {t.id: t.name for t in store.taxa.all()}
    return {
        vote.grader: [names[o.taxon_id] for o in store.grades.observations(vote.id)]
        for vote in store.grades.votes(image_id)
    }


def undo(store: Store, grader: str = "ann") -> bool:
    unit = store.grades.undoable(grader)
    if unit:
        target = unit[0].batch_uuid or unit[0].grade_uuid
        store.grades.append_reversal(grader, "undo", target, str(uuid.uuid4()), NOW)
    return bool(unit)


def redo(store: Store, grader: str = "ann") -> bool:
    unit = store.grades.redoable(grader)
    if unit:
        target = unit[0].batch_uuid or unit[0].grade_uuid
        store.grades.append_reversal(grader, "redo", target, str(uuid.uuid4()), NOW)
    return bool(unit)


def test_the_latest_grade_counts_and_the_earlier_stays(store: Store) -> None:
    (image,) = add_images(store, [Said()])
    grade(store, [image], "mallard")
    grade(store, [image], "american coot")
    assert words(store, image) == {"ann": ["american coot"]}
    assert len(store.grades.history(image)) == 2


def test_an_undo_brings_back_the_word_before(store: Store) -> None:
    (image,) = add_images(store, [Said()])
    grade(store, [image], "mallard")
    grade(store, [image], "american coot")
    assert undo(store)
    assert words(store, image) == {"ann": ["mallard"]}
    assert redo(store)
    assert words(store, image) == {"ann": ["american coot"]}
    assert undo(store)
    assert undo(store)
    assert words(store, image) == {}
    assert not undo(store)
    assert len(store.grades.history(image)) == 2


def test_a_batch_is_undone_as_one(store: Store) -> None:
    images = add_images(store, [Said() for _ in range(5)])
    grade(store, images[:1], "mallard")
    grade(store, images, "blank", batch="b1")
    assert undo(store)
    assert words(store, images[0]) == {"ann": ["mallard"]}
    assert words(store, images[4]) == {}
    assert redo(store)
    assert words(store, images[4]) == {"ann": ["blank"]}


def test_mine_undoes_mine(store: Store) -> None:
    (image,) = add_images(store, [Said()])
    grade(store, [image], "mallard", "ann")
    grade(store, [image], "american coot", "ben")
    assert undo(store, "ann")
    assert not undo(store, "ann")
    assert words(store, image) == {"ben": ["american coot"]}


def test_a_new_grade_ends_redo(store: Store) -> None:
    first, second = add_images(store, [Said(), Said()])
    grade(store, [first], "mallard")
    assert undo(store)
    grade(store, [second], "mallard")
    assert not redo(store)


def latest_standing(store: Store, grader: str) -> int | None:
    """Return the row id of the grader's latest grade that stands, by all of the grades."""
    found: int | None = store.db.value(
        "SELECT id FROM standing_grade WHERE grader = ?"
        " ORDER BY grader_number DESC, grade_uuid DESC LIMIT 1",
        [grader],
    )
    return found


def test_what_would_be_undone_is_found_without_walking_over_what_was_undone(store: Store) -> None:
    asked: list[str] = []
    store.db._connection.set_trace_callback(asked.append)
    store.grades.latest_by("ann")
    store.db._connection.set_trace_callback(None)
    (statement,) = asked
    steps = [step for *_, step in store.db.execute(f"EXPLAIN QUERY PLAN {statement}")]
    assert any("vote_by_number (grader=? AND grader_number=?)" in step for step in steps), steps
    assert not any(step.startswith("SCAN") for step in steps), steps


_STANDING = "SELECT image_id, grader, grade_id, grader_number FROM vote"


def test_a_survey_of_before_knows_what_to_undo(tmp_path: Path) -> None:
    path = tmp_path / "old.db"
    with Store.open(path, create=True) as store:
        images = add_images(store, [Said() for _ in range(3)])
        for image in images:
            grade(store, [image], "mallard")
        assert undo(store)
        expected = store.db.execute(_STANDING).fetchall()
        with store.db.transaction():
            store.db.execute("DROP INDEX vote_by_number")
            store.db.execute("DROP INDEX observation_by_behavior")
            store.db.execute("ALTER TABLE vote DROP COLUMN grader_number")
            store.db.execute("DELETE FROM _sqlite_migrations WHERE name = 'm004_undo'")
    with Store.open(path) as store:
        assert store.db.execute(_STANDING).fetchall() == expected
        latest = store.grades.latest_by("ann")
        assert latest is not None
        assert latest.image_id == images[1]


def test_behaviours_are_listed_once_each_without_reading_every_grade(store: Store) -> None:
    (image,) = add_images(store, [Said()])
    key = taxon(store, "mallard").id
    for number, behavior in enumerate(["swimming", None, "eating", "swimming", None]):
        said = NewObservation(key, behavior=behavior)
        store.grades.append("ann", [NewGrade(str(number), image, (said,), "assisted", "t")], NOW)
    assert store.grades.behaviors() == ["eating", "swimming"]
    asked: list[str] = []
    store.db._connection.set_trace_callback(asked.append)
    store.grades.behaviors()
    store.db._connection.set_trace_callback(None)
    steps = [step for *_, step in store.db.execute(f"EXPLAIN QUERY PLAN {asked[0]}")]
    assert not any(step.startswith("SCAN observation") for step in steps), steps


@pytest.mark.parametrize("table", ["grade", "observation", "mark"])
def test_what_was_keyed_cannot_be_changed_or_deleted(store: Store, table: str) -> None:
    (image,) = add_images(store, [Said()])
    grade(store, [image], "mallard")
    store.grades.append_mark("m", image, "ann", "note", "wet paw", NOW)
    for statement in (f"DELETE FROM {table}", f"UPDATE {table} SET id = id + 1"):
        with pytest.raises(StoreError, match="appended"), store.db.transaction():
            store.db.execute(statement)
    assert store.db.value(f"SELECT count(*) FROM {table}") == 1


def test_marks_toggle_and_notes_are_replaced(store: Store) -> None:
    (image,) = add_images(store, [Said()])
    for number, (kind, value) in enumerate(
        [("mark", "on"), ("note", "wet"), ("note", "wet paw"), ("mark", "off")]
    ):
        store.grades.append_mark(f"m{number}", image, "ann", kind, value, NOW)
    assert [(m.kind, m.value) for m in store.grades.marks(image)] == [("note", "wet paw")]


def test_frequent_taxa_are_of_this_camera_first(store: Store) -> None:
    here = add_images(store, [Said(deployment="UR001") for _ in range(2)])
    there = add_images(store, [Said(deployment="UR005") for _ in range(5)])
    grade(store, there, "mallard", batch="b")
    grade(store, here[:1], "brown rat")
    grade(store, here[1:], "blank")
    deployment = store.images.by_ids(here)[0].deployment_id
    names = {t.id: t.name for t in store.taxa.all()}
    found = [names[key] for key in store.grades.frequent_taxa("ann", deployment, 5)]
    assert found == ["brown rat", "mallard"]


def counted_plainly(store: Store) -> list[tuple[object, ...]]:
    """What the table of counts must hold, by the votes themselves."""
    return store.db.execute(
        "SELECT vote.grader, coalesce(image.deployment_id, 0), observation.taxon_id, count(*)"
        " FROM vote JOIN image ON image.id = vote.image_id"
        " JOIN observation ON observation.grade_id = vote.grade_id GROUP BY 1, 2, 3"
    ).fetchall()


def counted_in_table(store: Store) -> list[tuple[object, ...]]:
    return store.db.execute("SELECT * FROM vote_taxon WHERE observations > 0").fetchall()


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["grade", "two", "batch", "undo", "redo", "move", "again"]),
            st.integers(0, 3),
            st.sampled_from(["mallard", "blank", "brown rat"]),
            st.sampled_from(["ann", "ben"]),
        ),
        max_size=20,
    )
)
def test_counted_votes_are_those_that_stand(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, int, str, str]]
) -> None:
    path = tmp_path_factory.mktemp("counts") / "river.db"
    with Store.open(path, create=True) as store:
        images = add_images(store, [Said(deployment=f"UR{n // 2}") for n in range(4)])
        for action, number, name, grader in steps:
            key = taxon(store, name).id
            match action:
                case "grade":
                    grade(store, images[number : number + 1], name, grader)
                case "batch":
                    grade(store, images[number:], name, grader, str(uuid.uuid4()))
                case "two":
                    both = (NewObservation(key), NewObservation(taxon(store, "wolf").id, 2))
                    new = NewGrade(str(uuid.uuid4()), images[number], both, "assisted", "test")
                    store.grades.append(grader, [new], NOW)
                case "undo":
                    undo(store, grader)
                case "redo":
                    redo(store, grader)
                case "again":
                    # A grade that another program writes twice at once: an adult and a young.
                    young = (NewObservation(key, 1, "adult"), NewObservation(key, 1, "juvenile"))
                    new = NewGrade(str(uuid.uuid4()), images[number], young, "assisted", "test")
                    store.grades.append(grader, [new], NOW)
                case "move":
                    store.db.execute(
                        "UPDATE image SET deployment_id = ? WHERE id = ?",
                        [None if name == "blank" else 1 + number % 2, images[number]],
                    )
            assert counted_in_table(store) == counted_plainly(store)


def test_a_survey_of_the_first_version_gets_its_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "river.db"
    with monkeypatch.context() as first:
        first.setattr(migrations, "MIGRATIONS", migrations.MIGRATIONS[:1])
        first.setattr(migrations, "NAMES", migrations.NAMES[:1])
        Store.open(path, create=True).close()
    with sqlite3.connect(path) as raw:
        raw.execute("INSERT INTO source VALUES (1, 'folder', '/pictures', '2026')")
        raw.execute(
            "INSERT INTO image (id, media_id, source_id, file_path, timestamp_source)"
            " VALUES (1, 'a', 1, 'a.jpg', 'none')"
        )
        raw.execute("INSERT INTO source_row VALUES (1,1,0,'a.jpg',NULL,NULL,'here',NULL,1,9,9)")
        raw.execute(
            "INSERT INTO grade VALUES (1,'g','grade',1,'ann',1,NULL,NULL,'assisted','blank',NULL,"
            "'2026',NULL)"
        )
        raw.execute(
            "INSERT INTO observation (grade_id, observation_number, taxon_id) VALUES (1,1,1)"
        )
    raw.close()
    with Store.open(path) as store:
        assert counted_in_table(store) == counted_plainly(store) == [("ann", 0, 1, 1)]


@settings(max_examples=40, deadline=None)
@given(
    steps=st.lists(
        st.tuples(
            st.sampled_from(["grade", "batch", "undo", "redo"]),
            st.integers(0, 3),
            st.sampled_from(["mallard", "blank", "brown rat"]),
            st.sampled_from(["ann", "ben"]),
        ),
        max_size=20,
    ),
    seed=st.integers(0, 2**32),
)
def test_votes_equal_a_model_and_do_not_depend_on_the_order_of_rows(
    tmp_path_factory: pytest.TempPathFactory,
    steps: list[tuple[str, int, str, str]],
    seed: int,
) -> None:
    folder = tmp_path_factory.mktemp("undo")
    with Store.open(folder / "a.db", create=True) as store:
        images = add_images(store, [Said() for _ in range(4)])
        done: dict[str, list[dict[int, str]]] = {"ann": [], "ben": []}
        undone: dict[str, list[dict[int, str]]] = {"ann": [], "ben": []}
        for number, (what, at, name, who) in enumerate(steps):
            if what in ("grade", "batch"):
                which = images[at : at + 1] if what == "grade" else images
                mode = "adjudicated" if number % 3 == 0 else "assisted"
                grade(store, which, name, who, f"b{number}" if what == "batch" else None, mode)
                done[who].append(dict.fromkeys(which, name))
                undone[who].clear()
            elif what == "undo" and undo(store, who):
                undone[who].append(done[who].pop())
            elif what == "redo" and redo(store, who):
                done[who].append(undone[who].pop())
        expected: dict[int, dict[str, list[str]]] = {image: {} for image in images}
        for who, units in done.items():
            for unit in units:
                for image, name in unit.items():
                    expected[image][who] = [name]
        assert {image: words(store, image) for image in images} == expected
        for who in ("ann", "ben"):
            latest = store.grades.latest_by(who)
            assert (latest.id if latest else None) == latest_standing(store, who)
        votes = store.db.execute("SELECT * FROM vote").fetchall()
        rulings = store.db.execute(
            "SELECT DISTINCT image_id, grader FROM standing_grade WHERE mode = 'adjudicated'"
        ).fetchall()
        assert {(image, who) for image, who, *_, adjudicates in votes if adjudicates} == set(
            rulings
        )
        rows = store.db.execute("SELECT * FROM grade").fetchall()
    # The same rows, as a merge may bring them: in any order.
    random.Random(seed).shuffle(rows)
    with sqlite3.connect(folder / "b.db") as raw:
        for statement in (*M001, *M004, *GRADES, *VOTES):
            raw.execute(statement)
        raw.executemany(f"INSERT INTO grade VALUES ({', '.join('?' * 15)})", rows)
        assert raw.execute("SELECT * FROM vote").fetchall() == votes
    raw.close()


def test_two_graders_at_once_lose_nothing(store: Store, tmp_path: Path) -> None:
    images = add_images(store, [Said() for _ in range(60)])
    taxon(store, "mallard")

    def work(grader: str) -> None:
        with Store.open(tmp_path / "river.db") as own:
            for image in images:
                grade(own, [image], "mallard", grader)

    threads = [threading.Thread(target=work, args=[name]) for name in ("ann", "ben")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert store.db.value("SELECT count(*) FROM grade") == 120
    assert store.grades.graders() == {"ann": 60, "ben": 60}
    for name in ("ann", "ben"):
        numbers = store.db.execute(
            "SELECT grader_number FROM grade WHERE grader = ? ORDER BY 1", [name]
        ).fetchall()
        assert [n for (n,) in numbers] == list(range(1, 61))


def test_a_burst_of_any_length_can_be_asked_for(store: Store) -> None:
    first, *_ = add_images(store, [Said()])
    grade(store, [first], "mallard")
    # As SQLite is usually built; some systems' takes more.
    store.db._connection.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, 32_766)
    everything = range(1, 40_001)
    assert store.grades.graded_among(everything) == {first}
    assert store.grades.graded_among(everything, "ann") == {first}
    assert store.grades.graded_among(everything, "ben") == set()
    assert store.grades.graded_among([]) == set()
