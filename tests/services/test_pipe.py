"""A pipe keeps the order, holds few items, and never waits for one that will not come."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest

from camtrap_tui.errors import ModelError
from camtrap_tui.services.pipe import Pipe


@dataclass
class Item:
    number: int
    seen: list[str] = field(default_factory=list)


def pass_on(item: Item) -> None:
    """Do nothing."""


def stage(name: str) -> Callable[[Item], None]:
    def work(item: Item) -> None:
        item.seen.append(name)

    return work


def never() -> bool:
    return False


def test_items_pass_every_stage_in_order() -> None:
    pipe = Pipe[Item]([stage("a"), stage("b"), stage("c")], 4)
    items = list(pipe.run((Item(n) for n in range(50)), never))
    assert [item.number for item in items] == list(range(50))
    assert all(item.seen == ["a", "b", "c"] for item in items)


def test_no_items_are_no_items() -> None:
    assert list(Pipe[Item]([stage("a")], 4).run(iter(()), never)) == []


def test_what_is_not_at_hand_holds_nobody_up() -> None:
    taken: list[int] = []

    def source() -> Iterator[Item | None]:
        for number in range(6):
            yield Item(number)
            # The next item comes once this one has gone through the whole pipe.
            while number not in taken:
                yield None

    for item in Pipe[Item]([stage("a"), stage("b")], 4).run(source(), never):
        taken.append(item.number)
    assert taken == list(range(6))


def test_waiting_for_items_can_be_stopped() -> None:
    looks = 0

    def should_stop() -> bool:
        nonlocal looks
        looks += 1
        return looks > 5

    def nothing() -> Iterator[Item | None]:
        while True:
            yield None

    assert list(Pipe[Item]([stage("a")], 4).run(nothing(), should_stop)) == []


def test_few_items_are_inside() -> None:
    drawn = 0

    def source() -> Iterator[Item]:
        nonlocal drawn
        for number in range(100):
            drawn += 1
            yield Item(number)

    pipe = Pipe[Item]([stage("a"), stage("b")], 3)
    most = 0
    for done, _ in enumerate(pipe.run(source(), never), 1):
        most = max(most, drawn - done)
    assert most <= 3


def test_stopping_ends_the_threads() -> None:
    before = set(threading.enumerate())
    pipe = Pipe[Item]([stage("a"), stage("b")], 3)
    taken: list[Item] = []
    for item in pipe.run((Item(n) for n in range(100)), lambda: len(taken) >= 5):
        taken.append(item)
    assert len(taken) == 5
    assert set(threading.enumerate()) <= before


def test_the_items_are_drawn_by_the_caller() -> None:
    threads: set[int] = set()

    def source() -> Iterator[Item]:
        for number in range(5):
            threads.add(threading.get_ident())
            yield Item(number)

    list(Pipe[Item]([stage("a")], 2).run(source(), never))
    assert threads == {threading.get_ident()}


def test_a_thread_that_ends_is_an_error_and_no_hang(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def leave(item: Item) -> None:
        raise SystemExit  # what a library might call

    monkeypatch.setattr(threading, "excepthook", lambda _: None)
    with pytest.raises(ModelError, match="thread"):
        list(Pipe[Item]([leave, pass_on, pass_on], 2).run(iter([Item(1)]), never))
