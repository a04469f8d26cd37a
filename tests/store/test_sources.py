"""Rows of sources: found by index however many there are, seen a bit each, set aside and back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from camtrap_tui.store.database import Database
from camtrap_tui.store.private_copy import private_copy
from camtrap_tui.store.sources import NewRow, SeenRows
from camtrap_tui.store.store import Store
from tests.builders import NOW, image


def plans(monkeypatch: pytest.MonkeyPatch, ask: Callable[[], object]) -> list[str]:
    """Return how SQLite goes about the queries that `ask` makes."""
    execute = Database.execute
    found: list[str] = []

    def explained(db: Database, sql: str, parameters: Any = ()) -> Any:
        plan = execute(db, f"EXPLAIN QUERY PLAN {sql}", parameters).fetchall()
        found.extend(step for *_, step in plan)
        return execute(db, sql, parameters)

    with monkeypatch.context() as patch:
        patch.setattr(Database, "execute", explained)
        ask()
    return found


def row(number: int, path: str = "", **values: Any) -> NewRow:
    usual = {"media_id": None, "url": None, "image_id": None, "content_md5": None}
    return NewRow(0, number, path, **{"state": "missing", "reason": "r", **usual, **values})


def test_nothing_that_is_asked_of_each_image_walks_the_rows_of_a_state(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Callable[[], object]] = [
        lambda: store.ledger.has_file(image("a")),
        lambda: store.ledger.row(1, "a"),
        lambda: store.bulk.known(["a"]),
        lambda: store.sources.known(["a"]),
        lambda: store.sources.images([1]),
        lambda: store.sources.rows_of(1, [1]),
        lambda: store.sources.rows_at(1, ["a"]),
        lambda: store.sources.nameless_rows(1, [1]),
        lambda: store.sources.first_with_etag(1, ["a"]),
        lambda: store.relinking.at(1, ["a"]),
        lambda: store.relinking.row_at(1, "a"),
        lambda: store.relinking.with_content(1, "a"),
        lambda: store.relinking.named_with_content("a"),
    ]
    for ask in asked:
        steps = plans(monkeypatch, ask)
        assert steps
        assert not [s for s in steps if s.startswith("SCAN") or "source_row_by_state" in s]


def test_rows_that_no_line_claims_are_excluded_and_keep_their_numbers(store: Store) -> None:
    with store.db.transaction():
        source = store.images.source("manifest", "m.csv", NOW)
        store.sources.put_rows(source.id, [row(2), row(3), row(4, "a.jpg")])
        store.sources.set_aside(source.id)
        store.sources.put_rows(source.id, [row(2), row(9)])
        assert store.sources.exclude_aside(source.id, "gone") == (3, 3)
        store.sources.set_aside(source.id)
        assert store.sources.exclude_aside(source.id, "gone") == (2, 5)

    found = store.db.execute("SELECT row_number, file_path, state FROM source_row ORDER BY 1, 2")
    # The row that had number 2 first gave it up to the one that has it now.
    assert [tuple(one) for one in found] == [
        (2, "", "excluded"),
        (3, "", "excluded"),
        (4, "a.jpg", "excluded"),
        (9, "", "excluded"),
        (10, "", "excluded"),
    ]


def test_a_bit_a_row_says_what_was_seen() -> None:
    seen = SeenRows(17)
    for number in (1, 8, 17, 400):
        seen.add(number)

    assert [number for number in range(1, 20) if number in seen] == [1, 8, 17, 18, 19]
    assert 400 in seen
    assert 5 not in SeenRows(8)


def test_a_private_copy_takes_what_is_in_the_wal_file_and_writes_nowhere_else(
    store: Store,
) -> None:
    with store.db.transaction():
        store.images.source("manifest", "m.csv", NOW)
    before = sorted(path.name for path in store.path.parent.iterdir())

    with private_copy(store.path) as copy:
        assert len(copy.images.sources()) == 1
        with copy.db.transaction():
            copy.images.source("manifest", "n.csv", NOW)
        where = copy.path

    assert len(store.images.sources()) == 1
    assert not where.exists()
    assert sorted(path.name for path in store.path.parent.iterdir()) == before
