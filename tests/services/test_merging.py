"""Merging copies: nothing is lost, nothing counts twice, and the order does not matter."""

from __future__ import annotations

import itertools
import random
import shutil
import sqlite3
import tempfile
import uuid
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from camtrap_tui.services.merging import MergeReport, merge
from camtrap_tui.store.grades import NewGrade, NewObservation
from camtrap_tui.store.merging import Taken
from camtrap_tui.store.store import Store
from tests.builders import Said, add_images, taxon
from tests.canonical import Content, canonical

IMAGES = 5
NAMES = ("mallard", "american coot", "blank", "wood duck")
KINDS = ("grade", "grade", "batch", "adjudicate", "undo", "undo", "redo", "mark", "note")
# What a step does, who does it, and which pictures and names it is about.
Step = tuple[str, str, int, int]


def make(path: Path) -> Path:
    """Make a survey of a few pictures."""
    with Store.open(path, create=True) as store:
        add_images(store, [Said(deployment=f"UR{n % 2:03d}") for n in range(IMAGES)])
    return path


def copy(path: Path, name: str) -> Path:
    """Copy a closed survey."""
    return Path(shutil.copyfile(path, path.with_name(name)))


def act(store: Store, step: Step, rng: random.Random) -> None:
    """Let a grader do something, by a clock that is wrong in its own way."""
    what, who, place, name = step
    ids = [key for (key,) in store.db.execute("SELECT id FROM image ORDER BY media_id")]
    image, word = ids[place % len(ids)], taxon(store, NAMES[name % len(NAMES)]).id
    when = f"20{rng.randrange(10, 40)}-0{rng.randrange(1, 9)}-11T10:00:00Z"
    made = str(uuid.UUID(int=rng.getrandbits(128), version=4))
    match what:
        case "grade" | "batch" | "adjudicate":
            said = (NewObservation(word, name + 1 if name else None), NewObservation(word))
            mode = "adjudicated" if what == "adjudicate" else "assisted"
            batch = str(uuid.UUID(int=rng.getrandbits(128))) if what == "batch" else None
            grades = [
                NewGrade(f"{made}-{n}", key, said[: 1 + place % 2], mode, what, None, batch)
                for n, key in enumerate(ids[place % len(ids) :] if batch else [image])
            ]
            store.grades.append(who, grades, when)
        case "undo" | "redo":
            of = store.grades.undoable if what == "undo" else store.grades.redoable
            if unit := of(who):
                target = unit[0].batch_uuid or unit[0].grade_uuid
                store.grades.append_reversal(who, what, target, made, when)
        case _:
            value = "on" if what == "mark" else f"note {name}"
            store.grades.append_mark(made, image, who, what, value, when)


def play(path: Path, steps: Sequence[Step], seed: int) -> None:
    """Let somebody work on a copy."""
    rng = random.Random(seed)
    with Store.open(path) as store:
        for step in steps:
            act(store, step, rng)


def merged(target: Path, *others: Path) -> Content:
    """Merge files into a copy of `target`, one by one; return what it says then."""
    result = copy(target, f"merged-{uuid.uuid4()}.db")
    with Store.open(result) as store:
        for other in others:
            assert merge(store, [other])[0].is_whole
    return canonical(result)


def once(survey: Path, other: Path) -> MergeReport:
    """Merge one file into a survey."""
    with Store.open(survey) as store:
        return merge(store, [other])[0]


def votes_by_rows(content: Content) -> set[tuple[str, str, str]]:
    """Return (picture, grader, uuid) of the votes, worked out from all grades alone."""
    grades = [dict(row) for row in content["grade"]]
    latest: dict[tuple[str, str], tuple[int, str]] = {}
    for grade in grades:
        if grade["action"] != "grade":
            continue
        aimed = [
            (other["grader_number"], other["grade_uuid"], other["action"])
            for other in grades
            if other["grader"] == grade["grader"]
            and other["target_uuid"] is not None
            and other["target_uuid"] in (grade["grade_uuid"], grade["batch_uuid"])
        ]
        if max(aimed, default=(0, "", "redo"))[2] == "redo":
            place = grade["image_id"], grade["grader"]
            own = grade["grader_number"], grade["grade_uuid"]
            latest[place] = max(latest.get(place, own), own)
    return {(*place, own[1]) for place, own in latest.items()}


def votes_of(content: Content) -> set[tuple[str, str, str]]:
    """Return (picture, grader, uuid) of the votes."""
    return {(v["image_id"], v["grader"], v["grade_id"]) for v in map(dict, content["vote"])}


steps = st.lists(
    st.tuples(
        st.sampled_from(KINDS),
        st.sampled_from(("ann", "ann", "ben", "cleo")),
        st.integers(0, IMAGES - 1),
        st.integers(0, len(NAMES) - 1),
    ),
    max_size=7,
)


@settings(max_examples=12)
@given(before=steps, works=st.tuples(steps, steps, steps), seed=st.integers(0, 99))
def test_three_copies_merged_in_any_order_say_the_same(
    before: list[Step], works: tuple[list[Step], ...], seed: int
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        base = make(Path(folder) / "base.db")
        play(base, before, seed)
        copies = [copy(base, f"{name}.db") for name in "abc"]
        for number, (path, work) in enumerate(zip(copies, works, strict=True), 1):
            play(path, work, 1000 * number + seed)
        results = [merged(*order) for order in itertools.permutations(copies)]
        first = results[0]
        assert all(result == first for result in results[1:])
        rows = {row for path in copies for row in map(repr, canonical(path)["grade"])}
        assert set(map(repr, first["grade"])) == rows
        assert votes_of(first) == votes_by_rows(first)


def three(tmp_path: Path) -> list[Path]:
    """Return three copies on which much was done apart, by the same people and by others."""
    base = make(tmp_path / "base.db")
    rng = random.Random(7)

    def work(most: int) -> list[Step]:
        return [
            (rng.choice(KINDS), rng.choice(("ann", "ben")), rng.randrange(9), rng.randrange(9))
            for _ in range(most)
        ]

    play(base, work(10), 0)
    copies = [copy(base, f"{name}.db") for name in "abc"]
    for number, path in enumerate(copies, 1):
        play(path, work(25), number)
    return copies


@pytest.mark.parametrize("seed", range(8))
def test_an_undo_and_a_redo_of_one_number_are_settled_alike_everywhere(
    tmp_path: Path, seed: int
) -> None:
    a = make(tmp_path / "a.db")
    grade, undo, redo, mark = ((what, "ann", 0, 1) for what in ("grade", "undo", "redo", "mark"))
    play(a, [grade, grade, undo], seed)
    b = copy(a, "b.db")
    play(a, [redo, undo], 10 + seed)
    play(b, [mark, redo], 20 + seed)
    both = merged(a, b)
    assert merged(b, a) == both
    assert votes_of(both) == votes_by_rows(both)


@pytest.mark.parametrize("seed", range(4))
def test_what_is_undone_after_a_merge_brings_back_the_same_word_everywhere(
    tmp_path: Path, seed: int
) -> None:
    a = make(tmp_path / "a.db")
    b = copy(a, "b.db")
    play(a, [("grade", "ann", 0, name) for name in (0, 1, 2)], seed)
    play(b, [("grade", "ann", 0, name) for name in (3, 0)], 10 + seed)
    once(a, b)
    once(b, a)
    for path in (a, b):
        play(path, [("undo", "ann", 0, 0)], 20)
        said = canonical(path)
        assert votes_of(said) == votes_by_rows(said)
    assert canonical(a) == canonical(b)


def test_nobody_takes_back_what_somebody_else_keyed(tmp_path: Path) -> None:
    before = make(tmp_path / "before.db")
    a = copy(before, "a.db")
    play(a, [("grade", "ann", 0, 0)], 1)
    b = copy(a, "b.db")
    with Store.open(b) as store:
        ((target,),) = store.db.execute("SELECT grade_uuid FROM grade").fetchall()
        store.grades.append_reversal("ben", "undo", target, str(uuid.uuid4()), "2026")
    votes = canonical(a)["vote"]
    assert len(votes) == 1
    assert merged(a, b)["vote"] == merged(before, b)["vote"] == votes


def test_it_does_not_matter_which_two_are_merged_first(tmp_path: Path) -> None:
    a, b, c = three(tmp_path)
    with_c = copy(b, "bc.db")
    once(with_c, c)
    with_b = copy(a, "ab.db")
    once(with_b, b)
    assert merged(a, with_c) == merged(with_b, c) == merged(c, with_b) == merged(a, b, c)


def test_a_second_time_adds_nothing(tmp_path: Path) -> None:
    a, b, _ = three(tmp_path)
    report = once(a, b)
    assert report.grades.new > 0
    assert report.grades.new == sum(report.graders.values())
    before = canonical(a)
    again = once(a, b)
    assert (again.grades.new, again.marks.new, again.reversals) == (0, 0, 0)
    assert again.grades.known == report.grades.new + report.grades.known
    assert canonical(a) == before
    back = once(b, a)
    assert back.is_whole
    assert canonical(b) == before


def test_the_other_file_stays_as_it_is(tmp_path: Path) -> None:
    a, b, _ = three(tmp_path)
    other = tmp_path / "other"
    other.mkdir()
    b.rename(other / "b.db")
    before = (other / "b.db").read_bytes()
    once(a, other / "b.db")
    assert [path.name for path in other.iterdir()] == ["b.db"]
    assert (other / "b.db").read_bytes() == before


def test_grades_that_lie_in_the_wal_file_come_too(tmp_path: Path) -> None:
    a, b, _ = three(tmp_path)
    with Store.open(b) as store:
        store.db.execute("PRAGMA wal_autocheckpoint = 0")
        act(store, ("grade", "dan", 0, 0), random.Random(5))
        assert b.with_name("b.db-wal").stat().st_size > 0
        assert once(a, b).graders["dan"] == 1


def test_an_undo_may_come_before_what_it_undoes(tmp_path: Path) -> None:
    base = make(tmp_path / "base.db")
    full = copy(base, "full.db")
    play(full, [("grade", "ann", 0, 0), ("grade", "ann", 0, 1), ("undo", "ann", 0, 0)], 1)
    with closing(sqlite3.connect(base)) as raw, raw:
        (row,) = raw.execute("SELECT media_id, content_md5 FROM image ORDER BY media_id LIMIT 1")
        raw.execute(
            "UPDATE image SET media_id = 'x', content_md5 = 'x' WHERE media_id = ?", row[:1]
        )
    report = once(base, full)
    assert report.grades == Taken(0, 0, 2)
    assert report.reversals == 1
    assert [(p.media_id, p.grades, p.reason) for p in report.unmatched] == [(row[0], 2, "not here")]
    assert not report.is_whole
    with closing(sqlite3.connect(base)) as raw, raw:
        raw.execute("UPDATE image SET media_id = ?, content_md5 = ? WHERE media_id = 'x'", row)
    assert once(base, full).grades.new == 2
    assert canonical(base) == canonical(full)


def change_image(path: Path, sql: str, number: int = 1) -> None:
    with closing(sqlite3.connect(path)) as raw, raw:
        raw.execute(f"UPDATE image SET {sql} WHERE id = ?", [number])


@pytest.mark.parametrize(
    ("sql", "by_id", "by_content", "reason"),
    [
        ("media_id = 'told-by-a-table'", IMAGES - 1, 1, None),
        ("content_md5 = NULL", IMAGES, 0, None),
        ("content_md5 = 'another'", IMAGES - 1, 0, "other content"),
        ("media_id = 'new', content_md5 = NULL", IMAGES - 1, 0, "not here"),
    ],
)
def test_pictures_are_matched_by_id_else_by_content(
    tmp_path: Path, sql: str, by_id: int, by_content: int, reason: str | None
) -> None:
    a = make(tmp_path / "a.db")
    b = copy(a, "b.db")
    change_image(b, sql)
    with Store.open(b) as store:
        key = taxon(store, "mallard").id
        grade = NewGrade(str(uuid.uuid4()), 1, (NewObservation(key, 2),), "assisted", "species")
        store.grades.append("ben", [grade], "2026-01-01T00:00:00Z")
    report = once(a, b)
    assert (report.images.by_id, report.images.by_content) == (by_id, by_content)
    assert [p.reason for p in report.unmatched] == ([reason] if reason else [])
    assert report.grades.new == (reason is None)
    with Store.open(a) as store:
        assert [g.grader for g in store.grades.votes(1)] == ([] if reason else ["ben"])


def test_of_several_pictures_with_one_content_the_first_media_id_is_taken(tmp_path: Path) -> None:
    a = make(tmp_path / "a.db")
    b = copy(a, "b.db")
    for number, media_id in ((2, "y"), (3, "x"), (4, "z")):
        change_image(a, f"media_id = '{media_id}', content_md5 = 'same'", number)
    change_image(b, "media_id = 'told', content_md5 = 'same'", 5)
    # By media id, `told` is the last.
    play(b, [("grade", "ben", IMAGES - 1, 0)], 1)
    assert once(a, b).images.by_content == 1
    with Store.open(a) as store:
        assert [n for n in range(1, IMAGES + 1) if store.grades.votes(n)] == [3]


def test_what_stays_in_one_file_is_not_taken(tmp_path: Path) -> None:
    a = make(tmp_path / "a.db")
    b = copy(a, "b.db")
    with closing(sqlite3.connect(b)) as raw, raw:
        raw.execute("INSERT INTO place VALUES ('ben', 'species:mallard', 1, '2026')")
        raw.execute("INSERT INTO sheet_exception VALUES ('ben', 1, '2026')")
        raw.execute("INSERT INTO saved_filter VALUES ('mine', 'state:mine', 'ben', '2026')")
        raw.execute("INSERT INTO saved_filter VALUES ('birds', 'species:bird', 'ben', '2026')")
    with closing(sqlite3.connect(a)) as raw, raw:
        raw.execute("INSERT INTO saved_filter VALUES ('birds', 'species:duck', 'ann', '2026')")
    for path in (a, b):
        with closing(sqlite3.connect(path)) as raw, raw:
            raw.execute("INSERT INTO saved_filter VALUES ('alike', 'state:mine', 'ann', '2026')")
    report = once(a, b)
    assert (report.filters, report.filter_clashes) == (1, ("birds",))
    assert not report.is_whole
    with Store.open(a) as store:
        assert store.saved_filters.words("birds") == "species:duck"
        assert store.saved_filters.words("mine") == "state:mine"
        assert store.db.value("SELECT count(*) FROM place") == 0
        assert store.db.value("SELECT count(*) FROM sheet_exception") == 0


def test_a_survey_that_shares_no_picture_gives_nothing(tmp_path: Path) -> None:
    a = make(tmp_path / "a.db")
    with Store.open(tmp_path / "b.db", create=True) as store:
        add_images(store, [Said(name="giant panda")])
        change: Callable[[str], object] = store.db.execute
        change("UPDATE image SET media_id = 'b', content_md5 = 'b'")
        act(store, ("grade", "ben", 0, 0), random.Random(1))
        act(store, ("undo", "ben", 0, 0), random.Random(2))
    before = canonical(a)
    report = once(a, tmp_path / "b.db")
    assert report.is_other_survey
    assert (report.grades.new, report.grades.unmatched, report.reversals) == (0, 1, 0)
    assert canonical(a) == before
