"""Queues: what a filter chooses, in which order, and that indexes answer it."""

from __future__ import annotations

import pytest

from camtrap_tui.domain.expected import ExpectedTaxon
from camtrap_tui.domain.filters import parse_filter
from camtrap_tui.domain.taxonomy import TaxonName
from camtrap_tui.store import queue
from camtrap_tui.store.store import Store
from tests.builders import Said, add_images, add_run, md5
from tests.store.test_grades import grade


@pytest.fixture
def river(store: Store) -> Store:
    run = add_run(store)
    said = [
        Said("northern raccoon", 0.9, "2024-06-27 02:14:05", "UR011"),
        Said("mallard", 0.6, "2024-06-27 08:00:00", "UR011"),
        Said("blank", 0.99, "2024-07-01 21:00:00", "UR001"),
        Said("northern raccoon", 0.4, "2024-07-01 23:30:00", "UR001"),
        Said(None, timestamp=None, deployment="UR001"),
        Said("human", 0.8, "2024-06-30 12:00:00", "UR001", [("human", 0.9, 0, 0, 0.5, 0.5)]),
    ]
    add_images(store, said, run=run)
    grade(store, [1], "northern raccoon", "ann")
    grade(store, [3], "unknown", "ann")
    grade(store, [4], "mallard", "ann")
    grade(store, [4], "brown rat", "ben")
    store.grades.append_mark("m", 6, "ann", "mark", "on", "2026-01-01T00:00:00Z")
    return store


def ask(store: Store, text: str) -> list[int]:
    return list(store.queues.build(parse_filter(text), 1))


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("species:raccoon", [4, 1]),
        ("species:=raccoon", []),
        ('species:"=northern raccoon"', [4, 1]),
        ("species:mallard,human", [6, 2]),
        ("score:<0.6", [4]),
        ("score:<=0.6 order:score", [4, 2]),
        ("species:raccoon order:-score", [1, 4]),
        ("order:score", [4, 2, 6, 1, 3, 5]),
        ("order:-score", [3, 1, 6, 2, 4, 5]),
        ("camera:ur011", [1, 2]),
        ("hour:20-5", [3, 4, 1]),
        ("date:2024-06", [6, 1, 2]),
        ("date:2024-06-30..2024-07-01", [6, 3, 4]),
        ("state:ungraded", [5, 6, 2]),
        ("state:unsure", [3]),
        ("state:conflict", [4]),
        ("state:marked", [6]),
        ("state:failed", [5]),
        ("state:unsure,marked", [6, 3]),
        ("has:human", [6]),
        ("species:lion", []),
        ("truth:raccoon", [1]),
        ("truth:unknown,raccoon", [3, 1]),
        ("truth:mallard", []),
    ],
)
def test_filters_choose(river: Store, text: str, ids: list[int]) -> None:
    assert ask(river, text) == ids


def test_without_a_filter_all_images_come_by_camera_and_time(river: Store) -> None:
    assert ask(river, "") == [5, 6, 3, 4, 1, 2]


def test_random_order_is_the_same_every_time_and_not_that_of_time(store: Store) -> None:
    add_images(store, [Said() for _ in range(100)])
    first = ask(store, "order:random")
    assert first == ask(store, "order:random")
    assert sorted(first) == ask(store, "")
    assert first != sorted(first)


@pytest.mark.parametrize(
    ("text", "index"),
    [
        ("", "image_by_time"),
        ("species:raccoon order:score", "COVERING INDEX prediction_by_taxon"),
        ("state:ungraded", "image_by_time"),
        ("species:raccoon", "image_by_time"),
        ("order:score", "prediction_by_taxon"),
    ],
)
def test_plans_use_their_index(river: Store, text: str, index: str) -> None:
    sql, parameters = river.queues.queries(parse_filter(text), 1)[0]
    plan = river.db.execute(f"EXPLAIN QUERY PLAN {sql}", parameters).fetchall()
    assert any(index in row[3] for row in plan), plan


def test_what_is_unexpected_is_found_in_the_index_of_predictions(river: Store) -> None:
    river.expected.put_on([ExpectedTaxon(0, "", "mallard", "", "", "", "", "")])
    sql, parameters = river.queues.queries(parse_filter("state:unexpected order:score"), 1)[0]
    plan = river.db.execute(f"EXPLAIN QUERY PLAN {sql}", parameters).fetchall()
    assert any("COVERING INDEX prediction_by_taxon" in row[3] for row in plan), plan
    assert ask(river, "state:unexpected") != ask(river, "-state:unexpected")


@pytest.mark.parametrize("share", [1, 1000])
def test_rare_and_frequent_species_come_in_the_same_order(
    river: Store, monkeypatch: pytest.MonkeyPatch, share: int
) -> None:
    monkeypatch.setattr(queue, "_MOST_SHARE", share)
    assert ask(river, "species:raccoon,mallard,blank") == [
        key for key in ask(river, "") if key in ask(river, "species:raccoon,mallard,blank")
    ]
    assert set(ask(river, "species:raccoon")) == {4, 1}


def test_a_species_by_score_asks_nothing_of_images(river: Store) -> None:
    # A million of them would be looked up one by one.
    sql, parameters = river.queues.query(parse_filter("species:raccoon order:score"), 1)
    plan = river.db.execute(f"EXPLAIN QUERY PLAN {sql}", parameters).fetchall()
    assert len(plan) == 1, plan


@pytest.mark.parametrize("where", ["", "species:raccoon ", "-species:blank ", "hour:2,23 "])
def test_what_has_no_score_comes_last(river: Store, where: str) -> None:
    river.db.execute("UPDATE prediction SET score = NULL WHERE image_id = 4")
    for order in ("score", "-score"):
        queue = ask(river, f"{where}order:{order}")
        assert queue.index(1) < queue.index(4)


def test_a_list_of_names_may_be_long(river: Store) -> None:
    many = [f"IMG_9{n:04d}" for n in range(3000)]
    assert ask(river, f"name:{','.join([*many, 'IMG_0002'])}") == [2]
    assert ask(river, f"note:{','.join(many)}") == []
    assert ask(river, f"date:{','.join(['2024-06'] * 2000)}") == ask(river, "date:2024-06")
    assert ask(river, f"state:{','.join(['marked', 'unsure'] * 1000)}") == [6, 3]


def test_names_are_folded_beyond_ascii(store: Store) -> None:
    add_images(store, [Said("mallard", deployment="RÍO 1"), Said("mallard", deployment="UR2")])
    label = TaxonName(md5("agouti"), "mammalia", "", "", "", "", "Ñeque")
    with store.db.transaction():
        store.taxa.add([label], "import")
        store.db.execute(
            "UPDATE prediction SET taxon_id = (SELECT max(id) FROM taxon) WHERE image_id = 2"
        )
    assert ask(store, "camera:Río") == [1]
    assert ask(store, "species:ñeq") == [2]
    assert ask(store, "species:=ÑEQUE") == [2]


def test_of_marks_with_one_number_the_same_counts_as_on_the_screen(store: Store) -> None:
    (image_id,) = add_images(store, [Said()])
    # Two copies of one grader's file, merged: equal numbers are settled by uuid.
    for mark_uuid, value in (("a", "on"), ("b", "off")):
        store.db.execute(
            "INSERT INTO mark VALUES (NULL, ?, ?, 'ann', 1, 'mark', ?, '2026-01-01T00:00:00Z')",
            [mark_uuid, image_id, value],
        )
    assert store.grades.marks(image_id) == []
    assert ask(store, "state:marked") == []


def test_the_predicted_taxa_are_found_by_steps_of_an_index(river: Store) -> None:
    names = {t.id: t.name for t in river.taxa.all()}
    found = {names[key] for key in river.runs.predicted_taxa(1)}
    assert found == {"northern raccoon", "mallard", "blank", "human"}
    assert river.runs.predicted_taxa(2) == set()
