"""What comes along with grades: runs, holdouts, clocks; and what a merge never does by halves."""

from __future__ import annotations

import itertools
import sqlite3
import uuid
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from camtrap_tui.services.clocks import record, revoke, segments
from camtrap_tui.services.holdouts import DrawRequest, draw, extend
from camtrap_tui.services.merging import merge
from camtrap_tui.store.blind import BlindGrades
from camtrap_tui.store.grades import NewGrade, NewObservation
from camtrap_tui.store.store import Store
from tests.builders import NOW, Said, add_images, add_run, taxon
from tests.canonical import Content, canonical
from tests.services.test_merging import copy, make, merged, once


def grade(store: Store, image_id: int, name: str, grader: str = "ben", **more: object) -> None:
    """Append a grade."""
    new = NewGrade(
        str(uuid.uuid4()), image_id, (NewObservation(taxon(store, name).id),), "assisted", "species"
    )
    store.grades.append(grader, [replace(new, **more)], NOW)  # type: ignore[arg-type]


def add_words(store: Store, key: str, name: str, **values: object) -> int:
    """Add a run that says `name` of every picture, with a box and a class; return its id."""
    run = add_run(store, key, **values)
    word = taxon(store, name).id
    with store.db.transaction():
        for image in store.db.execute("SELECT id FROM image").fetchall():
            store.runs.put_predictions([(run.id, *image, "predicted", word, 0.5, "x", None, 1)])
            store.runs.put_detections([(run.id, *image, 1, "animal", 0.9, 0.1, 0.1, 0.2, 0.2)])
            store.runs.put_classifications([(run.id, *image, 1, 1, word, 0.5)])
    return run.id


def test_a_run_that_a_grade_names_comes_along_with_its_words(tmp_path: Path) -> None:
    a = make(tmp_path / "a.db")
    b = copy(a, "b.db")
    with Store.open(a) as store:
        taxon(store, "so that row ids differ")
        add_words(store, "ann's own", "otter")
    with Store.open(b) as store:
        parent = add_words(store, "parent", "giant panda")
        child = add_words(store, "child", "red panda", kind="refence", parent_run_id=parent)
        add_words(store, "nobody's", "yeti")
        grade(store, 1, "red panda", run_id=child)
    report = once(a, b)
    assert [run.request_key for run in report.runs] == ["parent", "child"]
    assert report.predictions == 2 * report.images.images
    with Store.open(a) as store:
        runs = {run.request_key: run for run in store.runs.all()}
        assert runs.keys() == {"run", "ann's own", "parent", "child"}
        assert runs["child"].parent_run_id == runs["parent"].id
        (vote,) = store.grades.votes(1)
        assert vote.run_id == runs["child"].id
        assert store.db.execute("PRAGMA foreign_key_check").fetchall() == []
    once(b, a)
    assert canonical(a) == canonical(b)


def test_a_run_is_known_by_its_uuid_too(tmp_path: Path) -> None:
    a = make(tmp_path / "a.db")
    b = copy(a, "b.db")
    with Store.open(b) as store:
        store.db.execute("UPDATE run SET request_key = 'asked otherwise'")
        grade(store, 1, "otter", run_id=1)
    assert once(a, b).runs == ()
    with Store.open(a) as store:
        assert [vote.run_id for vote in store.grades.votes(1)] == [1]


def test_who_has_seen_which_run_comes_along_once(tmp_path: Path) -> None:
    a = make(tmp_path / "a.db")
    b = copy(a, "b.db")
    with Store.open(b) as store:
        run_id = add_words(store, "seen", "otter")
        BlindGrades(store.db, "ben", "h").append_peek(str(uuid.uuid4()), 2, run_id, NOW)
    report = once(a, b)
    assert report.peeks == 1
    assert [run.request_key for run in report.runs] == ["seen"]
    assert once(a, b).peeks == 0
    with Store.open(a) as store:
        assert BlindGrades(store.db, "ben", "h").seen() == {2}
    assert canonical(a) == canonical(b)


def test_of_a_run_that_both_have_the_copy_that_knows_more_of_a_picture_is_right(
    tmp_path: Path,
) -> None:
    a = make(tmp_path / "a.db")
    with Store.open(a) as store:
        add_words(store, "again", "mallard")
    b = copy(a, "b.db")
    with Store.open(a) as store, store.db.transaction():
        run_id = store.db.value("SELECT id FROM run WHERE request_key = 'again'")
        for table in ("detection", "classification"):
            store.db.execute(f"DELETE FROM {table} WHERE image_id IN (1, 2)")
        store.runs.put_predictions(
            [
                (run_id, 1, "failed", None, None, None, "truncated", 1),
                (run_id, 2, "pending", None, None, None, None, 0),
            ]
        )
    with Store.open(b) as store:
        grade(store, 3, "mallard", run_id=run_id)
    assert once(a, b).predictions == 2
    assert canonical(a) == canonical(b)
    assert once(b, a).predictions == 0


def drawn(path: Path, *, seed: int = 1, name: str = "first") -> None:
    """Draw a holdout on a file."""
    with Store.open(path) as store:
        run = store.runs.latest()
        asked = DrawRequest(name, size=4, minimum=1, seed=seed)
        draw(store, run.id if run else None, asked, "ann")


@pytest.fixture
def survey(tmp_path: Path) -> Path:
    """A survey of twelve bursts of one picture."""
    path = tmp_path / "a.db"
    with Store.open(path, create=True) as store:
        said = [
            Said(name=("mallard", "blank")[n % 2], timestamp=f"2024-06-27 {n:02}:00:00")
            for n in range(12)
        ]
        add_images(store, said)
    return path


def more(path: Path, name: str, number: int, stratum: str = "") -> None:
    """Extend the holdout of a file."""
    with Store.open(path) as store:
        holdout = store.holdouts.by_name(name)
        assert holdout is not None
        extend(store, holdout, number, "ben", stratum=stratum)


def test_a_holdout_comes_whole_and_its_extension_after_it(survey: Path) -> None:
    other = copy(survey, "b.db")
    drawn(other)
    with Store.open(other) as store:
        (holdout,) = store.holdouts.all()
        image = store.holdouts.sample(holdout.id)[0].image_id
        grade(store, image, "otter", mode="blind", holdout_uuid=holdout.holdout_uuid, viewing=1)
    assert [plan.end for plan in once(survey, other).holdouts] == ["new"]
    assert canonical(survey) == canonical(other)
    more(other, "first", 2)
    assert [plan.end for plan in once(survey, other).holdouts] == ["extended"]
    assert canonical(survey) == canonical(other)
    assert [plan.end for plan in once(other, survey).holdouts] == ["same"]


def sampled(content: Content) -> list[tuple[object, ...]]:
    """Return what is drawn for holdouts, and of which strata how much, whatever the phases."""
    units = [dict(row) for row in content["holdout_unit"]]
    strata = [dict(row) for row in content["holdout_stratum"]]
    return [
        *sorted((u["image_id"], u["stratum"], u["rank"]) for u in units if u["phase"] is not None),
        *sorted((s["stratum"], s["sampled"]) for s in strata),
    ]


def test_what_was_drawn_on_either_copy_is_drawn_on_all_in_any_order(survey: Path) -> None:
    drawn(survey)
    copies = [copy(survey, f"{name}.db") for name in "bcd"]
    for path, steps in zip(copies, ([("1", 3)], [("2", 1), ("1", 1)], [("2", 2)]), strict=True):
        for stratum, number in steps:
            more(path, "first", number, stratum=stratum)
    results = [merged(*order) for order in itertools.permutations(copies)]
    cb = copy(copies[1], "cb.db")
    once(cb, copies[0])
    results += [merged(copies[2], cb), merged(cb, copies[2])]
    first = sampled(results[0])
    assert all(sampled(result) == first for result in results)
    assert first[-2:] == [(1, 5), (2, 4)]
    assert len(first) == 5 + 4 + 2
    once(survey, copies[1])
    with Store.open(survey) as store:
        (holdout,) = store.holdouts.all()
        assert [phase.size for phase in store.holdouts.phases(holdout.id)] == [4, 1, 1]
    with Store.open(copies[0]) as store:
        (plan,) = merge(store, [copies[1]])[0].holdouts
        assert (plan.end, plan.drawn) == ("extended", 1)
        (holdout,) = store.holdouts.all()
        units = store.holdouts.sample(holdout.id)
        assert {u.phase for u in units} == {p.phase for p in store.holdouts.phases(holdout.id)}
        for s in store.holdouts.strata(holdout.id):
            ranks = [u.rank for u in units if u.stratum == s.stratum]
            assert ranks == list(range(1, s.sampled + 1))
        assert merge(store, [copies[1]])[0].holdouts[0].end == "same"


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE holdout_unit SET rank = 99 WHERE rank = 1",
        "DELETE FROM holdout_unit WHERE phase IS NULL",
    ],
)
def test_a_holdout_with_another_frame_is_left_as_it_is(survey: Path, sql: str) -> None:
    drawn(survey)
    other = copy(survey, "b.db")
    with closing(sqlite3.connect(other)) as raw, raw:
        raw.execute("DROP TRIGGER holdout_unit_is_frozen")
        raw.execute(sql)
    before = canonical(survey)
    report = once(survey, other)
    assert [plan.end for plan in report.holdouts] == ["contradicts"]
    assert not report.is_whole
    assert canonical(survey) == before


def test_two_who_draw_alike_have_one_holdout(survey: Path) -> None:
    other = copy(survey, "b.db")
    drawn(survey)
    drawn(other)
    more(survey, "first", 2)
    assert [plan.end for plan in once(survey, other).holdouts] == ["same"]
    assert [plan.end for plan in once(other, survey).holdouts] == ["extended"]
    assert canonical(survey) == canonical(other)


@pytest.mark.parametrize("name", ["first", "First"])
def test_another_holdout_of_the_same_name_gets_another_name(survey: Path, name: str) -> None:
    other = copy(survey, "b.db")
    drawn(survey)
    drawn(other, seed=2, name=name)
    (plan,) = once(survey, other).holdouts
    assert plan.name == f"{name}-{plan.holdout_uuid[:8]}"
    with Store.open(survey) as store:
        assert {h.name for h in store.holdouts.all()} == {"first", plan.name}
        assert store.holdouts.by_name(plan.name) is not None
    once(other, survey)
    assert canonical(survey) == canonical(other)


def test_a_holdout_of_pictures_that_are_not_here_is_left_out_and_said(survey: Path) -> None:
    other = copy(survey, "b.db")
    drawn(other)
    with closing(sqlite3.connect(survey)) as raw, raw:
        raw.execute("UPDATE image SET media_id = 'x', content_md5 = 'x' WHERE id = 3")
    report = once(survey, other)
    assert [(plan.end, plan.missing) for plan in report.holdouts] == [("pictures missing", 1)]
    assert not report.is_whole
    with Store.open(survey) as store:
        assert store.holdouts.all() == []


def times(path: Path) -> list[str]:
    with Store.open(path) as store:
        return [t for (t,) in store.db.execute("SELECT timestamp FROM image ORDER BY media_id")]


def test_clocks_are_put_right_on_all_copies_and_back_again(survey: Path) -> None:
    other = copy(survey, "b.db")
    with Store.open(other) as store:
        made = record(store, "UR011", 3600, by="ben")
    assert once(survey, other).clocks.taken == 1
    assert times(survey) == times(other)
    assert canonical(survey) == canonical(other)
    with Store.open(other) as store:
        revoke(store, made.id, by="cleo")
    assert once(survey, other).clocks.revoked == 1
    assert canonical(survey) == canonical(other)


def test_clocks_that_contradict_each_other_are_named(survey: Path) -> None:
    other = copy(survey, "b.db")
    for path, shift in ((survey, 60), (other, 7200)):
        with Store.open(path) as store:
            record(store, "UR011", shift, by="ben")
    before = times(survey)
    report = once(survey, other)
    (clash,) = report.clocks.clashes
    assert clash.startswith("UR011: +02:00:00 for all times by ben, but here +00:01:00")
    assert times(survey) == before
    with Store.open(survey) as store:
        assert len(segments(store)) == 1


def test_a_clock_of_a_deployment_that_is_called_otherwise_here_is_named(survey: Path) -> None:
    other = copy(survey, "b.db")
    with Store.open(other) as store:
        record(store, "UR011", 3600, by="ben")
    with closing(sqlite3.connect(survey)) as raw, raw:
        raw.execute("UPDATE deployment SET deployment_id = 'UR11'")
    report = once(survey, other)
    (clash,) = report.clocks.clashes
    assert clash.startswith("UR011: +01:00:00 for all times by ben, but its pictures")
    assert not report.is_whole
    with Store.open(other) as store:
        revoke(store, store.clocks.all()[0].id, by="ben")
    assert once(survey, other).is_whole


def test_a_clock_that_was_corrected_on_a_copy_takes_the_place_of_the_first(survey: Path) -> None:
    with Store.open(survey) as store:
        first = record(store, "UR011", 60, by="ann")
    other = copy(survey, "b.db")
    with Store.open(other) as store:
        revoke(store, first.id, by="ben")
        record(store, "UR011", 3600, by="ben")
    report = once(survey, other)
    assert (report.clocks.taken, report.clocks.revoked, report.clocks.clashes) == (1, 1, ())
    assert canonical(survey) == canonical(other)


def test_two_who_put_a_clock_right_alike_do_not_contradict_each_other(survey: Path) -> None:
    other = copy(survey, "b.db")
    for path, by in ((survey, "ann"), (other, "ben")):
        with Store.open(path) as store:
            record(store, "UR011", 60, by=by)
    assert once(survey, other).is_whole


def test_expected_species_are_united(tmp_path: Path) -> None:
    a = make(tmp_path / "a.db")
    b = copy(a, "b.db")
    for path, name in ((a, "otter"), (b, "giant panda")):
        with closing(sqlite3.connect(path)) as raw, raw:
            raw.execute(
                "INSERT INTO expected_taxon (scientific_name, common_name, taxon_class,"
                " taxon_order, taxon_family, taxon_genus, taxon_species, records, turns, origin,"
                " added_by, added_at) VALUES ('', ?, '', '', '', '', '', 1, 1, 'x', 'x', 'x')",
                [name],
            )
    assert once(a, b).expected == 1
    once(b, a)
    assert canonical(a) == canonical(b)


def test_every_table_is_either_merged_or_stays_here(store: Store) -> None:
    found = store.db.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_%' ESCAPE '\\'"
        " AND name NOT LIKE 'sqlite%'"
    )
    stays = {
        *("survey", "source", "source_row", "deployment", "image_flag", "cache", "cached_file"),
        *("place", "sheet_exception", "split", "split_made"),
    }
    united = canonical(store.path).keys() | {"taxon"}
    assert {name for (name,) in found} == united | stays


def test_a_filter_that_names_a_run_by_another_number_is_told(tmp_path: Path) -> None:
    a = make(tmp_path / "a.db")
    b = copy(a, "b.db")
    with Store.open(a) as store:
        add_words(store, "ann's own", "otter")
    with Store.open(b) as store:
        theirs = add_words(store, "ben's own", "otter")
    with closing(sqlite3.connect(b)) as raw, raw:
        for name, words in (
            ("changed", f"state:mine changed:{theirs}"),
            ("as before", "was:1:otter"),
            ("any", "was:otter"),
            ("broken", f"no:such was:{theirs}"),
        ):
            raw.execute("INSERT INTO saved_filter VALUES (?, ?, 'ben', '2026')", [name, words])
    report = once(a, b)
    assert (report.filters, report.filters_of_runs) == (4, ("changed",))
    assert once(a, b).filters_of_runs == ()
