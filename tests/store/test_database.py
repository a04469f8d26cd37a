"""A connection: what goes wrong in it ends as a sentence, and leaves it usable."""

from __future__ import annotations

import pytest

from camtrap_tui.errors import StoreError
from camtrap_tui.store.store import Store

COUNT = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)"


def test_a_commit_that_fails_writes_nothing_and_leaves_no_transaction(store: Store) -> None:
    before = store.db.value("SELECT count(*) FROM observation")

    def write() -> None:
        with store.db.transaction():
            store.db.execute("PRAGMA defer_foreign_keys = ON")
            store.db.execute("INSERT INTO observation VALUES (1, 99, 1, 1, NULL, NULL, NULL, NULL)")

    with pytest.raises(StoreError, match="FOREIGN KEY"):
        write()
    with store.db.transaction():
        assert store.db.value("SELECT count(*) FROM observation") == before


# The third row is what fails: the first one is there before that is known.
FAILS_LATER = f"{COUNT} SELECT CASE WHEN i < 3 THEN i ELSE abs(-9223372036854775808) END FROM n"


def test_a_query_that_fails_after_its_first_row_says_so_in_a_sentence(store: Store) -> None:
    with pytest.raises(StoreError, match="overflow"):
        store.db.execute(FAILS_LATER, [5]).fetchall()
    with pytest.raises(StoreError, match="overflow"):
        list(store.db.execute(FAILS_LATER, [5]))
    rows = store.db.execute(FAILS_LATER, [5])
    assert rows.fetchone() == (1,)
    with pytest.raises(StoreError, match="overflow"):
        rows.fetchone()


def test_a_query_that_is_stopped_between_two_rows_ends_in_a_sentence(store: Store) -> None:
    rows = iter(store.db.execute(f"{COUNT} SELECT i FROM n", [10**6]))
    assert next(rows) == (1,)
    store.db.interrupt()
    with pytest.raises(StoreError, match="interrupted"):
        list(rows)


def test_a_snapshot_inside_another_sees_what_that_sees(store: Store) -> None:
    count = "SELECT count(*) FROM deployment"
    with Store.open(store.path) as other, store.db.snapshot():
        before = store.db.value(count)
        with store.db.snapshot():
            pass
        with other.db.transaction():
            other.db.execute("INSERT INTO deployment (deployment_id) VALUES ('UR999')")
        with store.db.snapshot():
            assert store.db.value(count) == before
        assert store.db.value(count) == before
    assert store.db.value(count) == before + 1
