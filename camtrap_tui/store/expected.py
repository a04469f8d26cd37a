"""The list of expected species: names are put on it and taken off it, never deleted.

Which taxa of the survey it leaves out is worked out from it when asked, so that no row can be
behind the taxa or the list.
"""

from __future__ import annotations

from collections.abc import Iterable
from weakref import WeakKeyDictionary

from camtrap_tui.domain.expected import Expectations, ExpectedTaxon
from camtrap_tui.domain.known_taxa import KnownTaxa
from camtrap_tui.store.database import Database, columns
from camtrap_tui.store.taxa import Taxa

_COLUMNS = (
    "scientific_name, common_name, taxon_class, taxon_order, taxon_family, taxon_genus,"
    " taxon_species, records, turns, origin, added_by, added_at"
)
_RANKS = ("taxon_class", "taxon_order", "taxon_family", "taxon_genus", "taxon_species")
_ADDED = ("origin", "added_by", "added_at")
# A list that says more of a name fills in, or puts right, what an earlier one said.
_SAID = ", ".join(f"{name} = coalesce(nullif(excluded.{name}, ''), {name})" for name in _RANKS)
# Who puts a name on again is the one who has it there.
_BY = ", ".join(
    f"{name} = CASE WHEN turns % 2 = 0 THEN excluded.{name} ELSE {name} END" for name in _ADDED
)
_PUT_ON = (
    f"INSERT INTO expected_taxon ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
    " ON CONFLICT (scientific_name, common_name) DO UPDATE SET"
    f" records = max(records, excluded.records), {_SAID}, {_BY},"
    " turns = turns + (turns % 2 = 0)"
)
# Whichever copy comes first, the united row is the same.
_UNITED = ", ".join(
    (
        *(f"{name} = max({name}, excluded.{name})" for name in ("turns", "records", *_RANKS)),
        *(
            f"{name} = CASE WHEN turns > excluded.turns THEN {name}"
            f" WHEN turns < excluded.turns THEN excluded.{name}"
            f" ELSE min({name}, excluded.{name}) END"
            for name in _ADDED
        ),
    )
)
# Filters ask for the same again and again; each connection remembers what it was told last.
_REMEMBERED: WeakKeyDictionary[Database, tuple[tuple[int, int], tuple[int, ...]]] = (
    WeakKeyDictionary()
)


class ExpectedTaxa:
    """The table `expected_taxon`."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def all(self) -> list[ExpectedTaxon]:
        """Return the names that are on the list, by scientific and common name."""
        sql = (
            f"SELECT {columns(ExpectedTaxon)} FROM expected_taxon WHERE turns % 2 = 1"
            " ORDER BY scientific_name, common_name"
        )
        return self._db.rows(ExpectedTaxon, sql)

    def put_on(self, rows: Iterable[ExpectedTaxon]) -> int:
        """Put names on the list; return how many were not on it. In a transaction of its own.

        A name that was taken off comes back; of `records` the larger number stays.
        """
        with self._db.transaction():
            before = self._count()
            self._db.executemany(_PUT_ON, map(_values, rows))
            return self._count() - before

    def take_off(self, rows: Iterable[ExpectedTaxon]) -> None:
        """Take names off the list, in a transaction of its own; others are left alone."""
        with self._db.transaction():
            self._db.executemany(
                "UPDATE expected_taxon SET turns = turns + 1"
                " WHERE scientific_name = ? AND common_name = ? AND turns % 2 = 1",
                (row.key for row in rows),
            )

    def unite(self, other: str) -> tuple[int, int]:
        """Unite the list with that of an attached survey, in a transaction of the caller's; return
        how many names came on this list and how many off it. `other` is the name that it is
        attached by.

        Whoever has put a name on or taken it off more often has the last word.
        """
        before = {row.key for row in self.all()}
        self._db.execute(
            f"INSERT INTO main.expected_taxon ({_COLUMNS})"
            f" SELECT {_COLUMNS} FROM {other}.expected_taxon WHERE TRUE"
            f" ON CONFLICT (scientific_name, common_name) DO UPDATE SET {_UNITED}"
        )
        after = {row.key for row in self.all()}
        return len(after - before), len(before - after)

    def expectations(self) -> Expectations:
        """Return what the list holds, read with the taxa of the survey."""
        listed = self.all()
        return Expectations(listed, KnownTaxa(Taxa(self._db).all() if listed else []))

    def unexpected_ids(self) -> tuple[int, ...]:
        """Return the row ids of the taxa that the list leaves out; none without a list."""
        if not self._count():
            return ()
        state = self._db.state()
        known = _REMEMBERED.get(self._db)
        if known is None or known[0] != state:
            taxa = Taxa(self._db).all()
            expected = Expectations(self.all(), KnownTaxa(taxa))
            found = tuple(taxon.id for taxon in taxa if not expected.is_expected(taxon))
            known = state, found
            _REMEMBERED[self._db] = known
        return known[1]

    def keyed(self) -> dict[int, int]:
        """Return how many standing grades name each taxon."""
        sql = "SELECT taxon_id, sum(observations) FROM vote_taxon GROUP BY taxon_id"
        return dict(self._db.execute(sql).fetchall())

    def _count(self) -> int:
        return int(self._db.value("SELECT count(*) FROM expected_taxon WHERE turns % 2 = 1"))


def _values(row: ExpectedTaxon) -> tuple[object, ...]:
    return (
        row.scientific_name,
        row.common_name,
        row.taxon_class,
        row.taxon_order,
        row.taxon_family,
        row.taxon_genus,
        row.taxon_species,
        row.records,
        row.turns,
        row.origin,
        row.added_by,
        row.added_at,
    )
