"""Jumps about a queue: days, cameras, disagreements, names and numbers."""

from __future__ import annotations

import random

import pytest

from camtrap_tui.services import queue_moves
from camtrap_tui.services.queue_walk import QueueWalk
from camtrap_tui.store.store import Store
from tests.builders import Said, add_images, add_run
from tests.store.test_grades import grade


@pytest.fixture
def days(store: Store) -> Store:
    """Two cameras with pictures of several days, one without a time."""
    said = [
        Said(timestamp=f"2024-06-{day:02d} 10:00:{second:02d}", deployment=camera)
        for camera in ("UR001", "UR002")
        for day in (1, 2, 5)
        for second in range(4)
    ]
    add_images(store, [*said, Said(timestamp=None, deployment="UR002")])
    return store


def groups(store: Store, group: str) -> list[object]:
    queue = QueueWalk(store).queue
    return list(store.images.groups_of(queue, group))


@pytest.mark.parametrize("where", ["", "order:score", "-camera:UR001", "camera:UR001"])
@pytest.mark.parametrize("group", ["day", "deployment"])
def test_every_place_jumps_to_the_first_of_the_next_and_previous_group(
    days: Store, where: str, group: str
) -> None:
    walk = QueueWalk(days, where=where)
    found = days.images.groups_of(walk.queue, group)
    starts = [n for n, key in enumerate(found) if n == 0 or found[n - 1] != key]
    for place in range(len(walk.queue)):
        walk._place(place)
        own = max(n for n in starts if n <= place)
        later = [n for n in starts if n > place]
        answer = walk.move_group(group, 1)
        assert (walk.position, answer.moved) == ((later or [place])[0], bool(later))
        assert later or answer.text == f"There is no next {group} in this queue."
        walk._place(place)
        before = [n for n in starts if n < own]
        answer = walk.move_group(group, -1)
        assert (walk.position, answer.moved) == ((before or [place])[-1], bool(before))


def test_a_day_ends_with_its_camera(days: Store) -> None:
    walk = QueueWalk(days, where="date:2024-06-05")
    walk.move_group("day", 1)
    assert walk.position == 4
    assert "no next day" in walk.move_group("day", 1).text


def test_a_long_way_takes_few_queries(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    run = add_run(store)
    add_images(store, [Said(deployment="UR001")] * 2000 + [Said(deployment="UR002")], run=run)
    walk = QueueWalk(store)
    asked: list[int] = []
    groups_of = store.images.groups_of

    def counting(ids: list[int], group: str) -> list[int | str | None]:
        asked.append(len(ids))
        return groups_of(ids, group)

    monkeypatch.setattr(store.images, "groups_of", counting)
    walk.move_group("deployment", 1)
    assert walk.position == 2000
    assert sum(asked) < 40


@pytest.fixture
def disputed(store: Store) -> Store:
    """Forty pictures: one that graders disagree on, one corrected, one that a run changed."""
    run, other = add_run(store), add_run(store, "other")
    add_images(store, [Said("mallard", 0.9) for _ in range(40)], run=run)
    grade(store, [5, 20, 30], "mallard", "ann")
    grade(store, [20], "blank", "ben")
    grade(store, [33], "blank", "ben")
    blank = next(taxon.id for taxon in store.taxa.all() if taxon.name == "blank")
    with store.db.transaction():
        row = (other.id, 25, "predicted", blank, 0.5, "classifier", None, 1)
        store.runs.put_predictions([row])
    return store


@pytest.mark.parametrize("page", [1, 16])
def test_disagreements_are_found_both_ways(
    disputed: Store, monkeypatch: pytest.MonkeyPatch, page: int
) -> None:
    monkeypatch.setattr(queue_moves, "_FIRST_PAGE", page)
    walk = QueueWalk(disputed, run=disputed.runs.all()[0])
    walk._place(0)
    said = []
    while (answer := walk.move_disagreement(1)).moved:
        said.append((walk.current_id, answer.text))
    assert [key for key, _ in said] == [20, 25, 33]
    assert "graders contradict each other" in said[0][1]
    assert "another run" in said[1][1].casefold()
    assert "something else than predicted" in said[2][1]
    assert "no next picture" in answer.text
    back = []
    while walk.move_disagreement(-1).moved:
        back.append(walk.current_id)
    assert back == [25, 20]


def test_with_one_run_only_graded_pictures_are_looked_at(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_images(store, [Said("mallard", 0.9) for _ in range(40)])
    grade(store, [7, 30], "blank", "ann")
    monkeypatch.setattr(queue_moves, "_FIRST_PAGE", 1)
    walk = QueueWalk(store)
    walk._place(0)
    walk.move_disagreement(1)
    assert walk.current_id == 7
    walk.move_disagreement(1)
    assert walk.current_id == 30
    walk.move_disagreement(-1)
    assert walk.current_id == 7


def test_a_long_search_stops_and_goes_on(disputed: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue_moves, "_FIRST_PAGE", 4)
    monkeypatch.setattr(queue_moves, "_SEEK_PAGE", 4)
    monkeypatch.setattr(queue_moves, "_MOST_PAGES", 2)
    walk = QueueWalk(disputed, run=disputed.runs.all()[0])
    walk._place(0)
    first = walk.move_disagreement(1)
    assert (walk.position, first.moved) == (0, False)
    assert "among 9 pictures" in first.text
    walk.move_disagreement(1)
    walk.move_disagreement(1)
    assert walk.current_id == 20
    # Begun anew wherever the session has gone meanwhile.
    walk._place(0)
    assert "among 9 pictures" in walk.move_disagreement(1).text
    walk._place(1)
    assert "among 9 pictures" in walk.move_disagreement(1).text


def test_numbers_are_places_and_names_are_names(store: Store) -> None:
    add_images(store, [Said() for _ in range(30)])
    walk = QueueWalk(store)
    walk.go_to("12")
    assert walk.position == 11
    walk.go_to("0012")
    assert walk.current_id == 12
    walk.go_to("IMG_0020.JPG")
    assert walk.current_id == 20
    media_id = store.images.by_ids([9])[0].media_id
    walk.go_to(media_id[:10])
    assert walk.current_id == 9
    assert "10 pictures match" in walk.go_to("IMG_001").text
    assert walk.current_id == 10
    walk.go_to("")
    assert walk.current_id == 11
    assert "No picture" in walk.go_to("IMG_9").text


def test_a_group_is_found_whatever_the_order(store: Store) -> None:
    rng = random.Random(2)
    said = [Said("mallard", rng.random(), deployment=f"UR{n % 3}") for n in range(60)]
    add_images(store, said)
    walk = QueueWalk(store, where="order:score")
    found = groups(store, "deployment")
    assert len(set(found)) == 3
    walk._place(0)
    places = [0]
    while walk.move_group("deployment", 1).moved:
        places.append(walk.position)
    in_order = store.images.groups_of(walk.queue, "deployment")
    assert places == [n for n in range(60) if n == 0 or in_order[n] != in_order[n - 1]]
