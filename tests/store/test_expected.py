"""The list of expected species in the file: put on, taken off, and united in any order."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations
from pathlib import Path

import pytest

from camtrap_tui.domain.expected import ExpectedTaxon
from camtrap_tui.errors import StoreError
from camtrap_tui.store.store import Store

RACCOON = ExpectedTaxon(0, "Procyon lotor", "", "", "", "", "procyon", "lotor", added_at="2026-01")
MALLARD = ExpectedTaxon(0, "", "mallard", "", "", "", "", "", added_at="2026-01")


def listed(store: Store) -> list[str]:
    """Return the names on the list."""
    return [row.name for row in store.expected.all()]


def test_a_name_is_put_on_taken_off_and_put_on_again(store: Store) -> None:
    assert store.expected.put_on([RACCOON, MALLARD]) == 2
    assert store.expected.put_on([RACCOON]) == 0
    store.expected.take_off(store.expected.all())
    assert listed(store) == []
    assert store.expected.put_on([RACCOON]) == 1
    assert [row.turns for row in store.expected.all()] == [3]


def test_more_records_of_a_list_stay(store: Store) -> None:
    for records in (5, 2):
        store.expected.put_on([replace(RACCOON, records=records)])
    assert store.expected.all()[0].records == 5


def test_a_list_that_says_more_fills_in_what_an_earlier_one_said(store: Store) -> None:
    store.expected.put_on([replace(RACCOON, taxon_class="mammalia")])
    store.expected.put_on([replace(RACCOON, taxon_family="procyonidae")])
    store.expected.put_on([RACCOON])
    assert store.expected.all()[0].groups == ("mammalia", "procyonidae")


def test_who_puts_a_name_on_again_has_it_there(store: Store, tmp_path: Path) -> None:
    store.expected.put_on([replace(RACCOON, origin="a.csv", added_by="ann")])
    store.expected.put_on([replace(RACCOON, origin="b.csv", added_by="ben")])
    assert store.expected.all()[0].added_by == "ann"
    with Store.open(tmp_path / "copy.db", create=True) as other:
        other.expected.put_on([replace(RACCOON, origin="a.csv", added_by="ann")])
        store.expected.take_off(store.expected.all())
        store.expected.put_on([replace(RACCOON, origin="typed", added_by="cy")])
        with other.db.attached(store.path, "other"), other.db.transaction():
            other.expected.unite("other")
        assert [(row.origin, row.added_by) for row in other.expected.all()] == [("typed", "cy")]


def test_names_that_came_and_names_that_went_are_told_apart(store: Store, tmp_path: Path) -> None:
    store.expected.put_on([RACCOON])
    with Store.open(tmp_path / "copy.db", create=True) as other:
        other.expected.put_on([RACCOON, MALLARD])
        other.expected.take_off([RACCOON])
    with store.db.attached(tmp_path / "copy.db", "other"), store.db.transaction():
        assert store.expected.unite("other") == (1, 1)
    assert listed(store) == ["mallard"]


def test_a_row_says_something(store: Store) -> None:
    with pytest.raises(StoreError, match="CHECK"):
        store.expected.put_on([replace(MALLARD, common_name="")])


@pytest.fixture
def copies(tmp_path: Path) -> list[Path]:
    """Three copies: one has put names on, one taken a name off, one had it from elsewhere."""
    paths = [tmp_path / f"{name}.db" for name in "abc"]
    for path in paths:
        with Store.open(path, create=True) as store:
            store.expected.put_on([RACCOON])
    with Store.open(paths[0]) as store:
        store.expected.take_off(store.expected.all())
        store.expected.put_on([MALLARD])
    with Store.open(paths[1]) as store:
        store.expected.put_on([replace(MALLARD, origin="b.csv", added_at="2025-12", records=3)])
    with Store.open(paths[2]) as store:
        store.expected.put_on([replace(RACCOON, taxon_order="carnivora")])
    return paths


def united(paths: tuple[Path, ...], target: Path) -> list[tuple[object, ...]]:
    """Return the rows, without ids, of a new survey that the copies were united in."""
    with Store.open(target, create=True) as store:
        for path in (*paths, paths[0]):
            with store.db.attached(path, "other"), store.db.transaction():
                store.expected.unite("other")
        rows = store.db.execute("SELECT * FROM expected_taxon ORDER BY scientific_name")
        return [row[1:] for row in rows]


def test_copies_unite_to_one_list_in_any_order(copies: list[Path], tmp_path: Path) -> None:
    orders = list(permutations(copies))
    found = [united(order, tmp_path / f"{n}.db") for n, order in enumerate(orders)]
    assert all(rows == found[0] for rows in found)
    with Store.open(tmp_path / "0.db") as store:
        assert listed(store) == ["mallard"]
        (row,) = store.expected.all()
        assert (row.records, row.origin, row.added_at) == (3, "", "2025-12")
