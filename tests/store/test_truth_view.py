"""The view `truth`, and what asks for it, against domain.consensus and domain.lineage."""

from __future__ import annotations

import sqlite3
import uuid
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from camtrap_tui.domain.consensus import UNANIMOUS, Settled
from camtrap_tui.domain.filters import parse_filter
from camtrap_tui.domain.lineage import relation
from camtrap_tui.domain.taxonomy import ANIMAL, BLANK, HUMAN, UNKNOWN, TaxonName, from_name
from camtrap_tui.services.consensus import truth_of
from camtrap_tui.store.grades import NewGrade, NewObservation
from camtrap_tui.store.reports import Counted
from camtrap_tui.store.schema import M001
from camtrap_tui.store.schema_002 import M002
from camtrap_tui.store.schema_003 import M003
from camtrap_tui.store.schema_004 import M004
from camtrap_tui.store.schema_005 import M005
from camtrap_tui.store.schema_006 import M006
from camtrap_tui.store.store import Store
from tests.builders import NOW, Said, add_images, taxon
from tests.store.test_grades import grade

_CARNIVORES = ("mammalia", "carnivora", "procyonidae")


def _named(name: str, *ranks: str) -> TaxonName:
    made = str(uuid.uuid5(uuid.NAMESPACE_DNS, f"{name} {ranks}"))
    return TaxonName(*[made, *ranks, *[""] * (5 - len(ranks)), name])


TAXA = (
    BLANK,
    HUMAN,
    ANIMAL,
    UNKNOWN,
    _named("mammal", "mammalia"),
    _named("procyonids", *_CARNIVORES),
    _named("northern raccoon", *_CARNIVORES, "procyon", "lotor"),
    _named("Northern Raccoon", "", "", "", "procyon", "lotor"),
    _named("island raccoon", *_CARNIVORES, "procyon", "lotor insularis"),
    _named("a hybrid", *_CARNIVORES, "procyon", "lotor x cancrivorus"),
    _named("coati", *_CARNIVORES, "nasua", "narica"),
    _named("a genus without more", "", "", "", "nasua"),
    _named("lotor of another genus", *_CARNIVORES, "", "lotor"),
    _named("mallard", "aves", "anseriformes", "anatidae", "anas", "platyrhynchos"),
    from_name("mallard"),
    from_name("some owl"),
)

Vote = tuple[tuple[int, ...], str]
_votes = st.lists(
    st.tuples(
        st.lists(st.integers(0, len(TAXA) - 1), max_size=3).map(tuple),
        st.sampled_from(["assisted", "assisted", "assisted", "adjudicated"]),
    ),
    min_size=1,
    max_size=5,
)


@pytest.fixture(scope="module")
def taxa_of(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A survey that knows all of TAXA."""
    path: Path = tmp_path_factory.mktemp("view") / "river.db"
    with Store.open(path, create=True) as store:
        for name in TAXA:
            taxon(store, name)
        yield store


def vote(store: Store, image: int, votes: list[Vote]) -> None:
    """Let one grader after the other grade an image."""
    for number, (words, mode) in enumerate(votes):
        seen = tuple(NewObservation(taxon(store, TAXA[word]).id) for word in words)
        new = NewGrade(str(uuid.uuid4()), image, seen, mode, "test")
        store.grades.append(f"grader {number}", [new], NOW)


def expected(settled: Settled, *, adjudicated: bool) -> tuple[str, str]:
    """Return state and label of the view for what the rule says."""
    if settled.state == "conflict":
        return "conflict", ""
    return "adjudicated" if adjudicated else "agreed", settled.label


def test_relations_are_those_of_the_domain(taxa_of: Store) -> None:
    known = {t.id: t for t in taxa_of.taxa.all()}
    found = {
        (one, other): said
        for one, other, said in taxa_of.db.execute("SELECT * FROM taxon_relation")
    }
    for one, other in product(known.values(), repeat=2):
        said = found.get((one.id, other.id), "other")
        assert said == relation(one, other), (one, other)
    assert {"same", "coarser", "finer"} == set(found.values())


def test_truth_is_what_graders_agree_on(store: Store) -> None:
    one, two, three = add_images(store, [Said(), Said(), Said()])
    grade(store, [one, two], "mallard", "ann", batch="b")
    grade(store, [one], "mallard", "ben")
    grade(store, [two], "blank", "ben")
    found = {
        image: (state, label)
        for image, state, label in store.db.execute("SELECT image_id, state, label FROM truth")
    }
    assert found == {one: ("agreed", "mallard"), two: ("conflict", None)}
    assert three not in found


@pytest.mark.parametrize(
    "asked",
    [
        "SELECT state, label FROM truth WHERE image_id = 5",
        "SELECT 1 FROM contradiction WHERE image_id = 5",
        "SELECT taxon_id FROM truth_word WHERE image_id = 5",
        "SELECT relation FROM taxon_relation WHERE taxon_id = 5 AND kin_id = 6",
    ],
)
def test_what_is_asked_of_one_image_reads_its_rows_alone(taxa_of: Store, asked: str) -> None:
    steps = [row[3] for row in taxa_of.db.execute(f"EXPLAIN QUERY PLAN {asked}")]
    assert not [s for s in steps if s.startswith("SCAN") and "subquery" not in s], steps
    assert not [s for s in steps if "AUTOMATIC" in s or "MATERIALIZE" in s], steps


@pytest.mark.parametrize(
    "asked",
    [
        "SELECT state, label FROM truth WHERE image_id = ?",
        "SELECT taxon_id FROM truth_word WHERE image_id = ?",
        "SELECT 1 FROM contradiction WHERE image_id = ?",
    ],
)
def test_many_votes_cost_little_more_each(taxa_of: Store, asked: str) -> None:
    few, many = add_images(taxa_of, [Said(), Said()])
    for image, voters in ((few, 6), (many, 24)):
        # The genus does not contradict the coati.
        vote(taxa_of, image, [((6, 10), "assisted"), ((6, 11), "assisted")] * (voters // 2))
    steps = [_steps(taxa_of, asked, image) for image in (few, many)]
    # Four times the votes; to ask every voter of every other one takes 16 times as long.
    assert steps[1] < 10 * steps[0], steps


def _steps(store: Store, asked: str, image: int) -> int:
    """Return how many tens of SQLite's steps an answer takes."""
    taken: list[None] = []
    store.db._connection.set_progress_handler(lambda: taken.append(None), 10)
    store.db.execute(asked, [image]).fetchall()
    store.db._connection.set_progress_handler(None, 0)
    return len(taken)


def test_a_survey_of_before_knows_who_adjudicated() -> None:
    with sqlite3.connect(":memory:") as raw:
        for statement in (*M001, *M002, *M003, *M004, *M005):
            raw.execute(statement)
        columns = "id, grade_uuid, action, image_id, grader, grader_number, target_uuid, mode"
        for row in (
            (1, "a", "grade", 7, "ann", 1, None, "assisted"),
            (2, "b", "grade", 7, "eve", 1, None, "adjudicated"),
            (3, "c", "grade", 8, "eve", 2, None, "adjudicated"),
            (4, "d", "undo", None, "eve", 3, "c", "assisted"),
            (5, "e", "grade", 8, "eve", 4, None, "assisted"),
        ):
            raw.execute(
                f"INSERT INTO grade ({columns}, gesture, graded_at)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, '', '')",
                row,
            )
        for statement in M006:
            raw.execute(statement)
        found = raw.execute("SELECT image_id, grader, adjudicates FROM vote").fetchall()
    raw.close()
    assert found == [(7, "ann", 0), (7, "eve", 1), (8, "eve", 0)]


@settings(max_examples=300, deadline=None)
@given(votes=_votes)
def test_state_and_label_are_those_of_the_rule(taxa_of: Store, votes: list[Vote]) -> None:
    store = taxa_of
    (image,) = add_images(store, [Said()])
    vote(store, image, votes)
    settled = truth_of(store, [image], UNANIMOUS)[image]
    state, label = store.db.execute(
        "SELECT state, label FROM truth WHERE image_id = ?", [image]
    ).fetchone()
    # "Not sure" beside a species is part of the label, and of no vote.
    names = [name for name in (label or "").split(" + ") if name != "unknown"]
    adjudicated = any(mode == "adjudicated" for _, mode in votes)
    assert (state, " + ".join(names)) == expected(settled, adjudicated=adjudicated)
    assert (settled.state == "unsure") == (state != "conflict" and not "".join(names))


@settings(max_examples=60, deadline=None)
@given(pictures=st.lists(_votes, min_size=1, max_size=4))
def test_filters_and_charts_say_what_the_view_says(
    tmp_path_factory: pytest.TempPathFactory, pictures: list[list[Vote]]
) -> None:
    with Store.open(tmp_path_factory.mktemp("view") / "river.db", create=True) as store:
        images = add_images(store, [Said()] * len(pictures))
        for image, votes in zip(images, pictures, strict=True):
            vote(store, image, [v for v in votes if v[0]] or [((0,), "assisted")])
        found = store.db.execute("SELECT image_id, state, label FROM truth").fetchall()
        conflicts = {image for image, state, _ in found if state == "conflict"}
        assert set(store.queues.build(parse_filter("state:conflict"), 1)) == conflicts
        what = Counted("truth", None)
        assert store.reports.left_out(what).get("conflict", 0) == len(conflicts)
        assert store.reports.pictures(what) == len(images) - len(conflicts)
        counts = store.reports.counts(what)
        for known in store.taxa.all():
            shown = {
                image
                for (image,) in store.db.execute(
                    "SELECT image_id FROM truth_word WHERE taxon_id = ?", [known.id]
                )
            }
            assert counts.get(known.id, 0) == len(shown)
            where = parse_filter(f'truth:"={known.name}"')
            same = [t.id for t in store.taxa.all() if t.name.casefold() == known.name.casefold()]
            if same == [known.id]:
                assert set(store.queues.build(where, 1)) == shown
