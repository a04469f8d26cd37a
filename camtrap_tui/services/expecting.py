"""The list of species that are expected here: read, added to, and asked what it leaves out.

It only flags: no prediction and no grade is ever changed by it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from camtrap_tui.domain.expected import ExpectedTaxon, Relatives
from camtrap_tui.domain.models import Taxon
from camtrap_tui.domain.text import clean_name, quoted
from camtrap_tui.errors import UsageError
from camtrap_tui.services.charts import choose_run
from camtrap_tui.services.species_lists import SpeciesList, of_name, read_species
from camtrap_tui.store.filter_values import FilterValues
from camtrap_tui.store.store import Store, utc_now


@dataclass(frozen=True, slots=True)
class UnexpectedClass:
    """A predicted class that the list leaves out, with its pictures and its relatives on it."""

    taxon: Taxon
    pictures: int
    relatives: Relatives


@dataclass(frozen=True, slots=True)
class Unexpected:
    """What of a run's predictions the list leaves out, the most frequent first.

    `listed` names are on the list, `listed_species` of them species; the run predicts `classes` on
    `pictures`. Without a run they are 0; without a list nothing is unexpected.
    """

    run_id: int | None
    listed: int
    listed_species: int
    classes: int
    pictures: int
    unexpected: tuple[UnexpectedClass, ...]

    @property
    def unexpected_pictures(self) -> int:
        """How many pictures the run predicts as what is not expected."""
        return sum(one.pictures for one in self.unexpected)


def read_list(
    store: Store,
    file: Path,
    columns: Mapping[str, str] | None = None,
    *,
    added_by: str = "",
) -> tuple[SpeciesList, int]:
    """Put the names of a file on the list; return what the file says, and how many are new on it.

    Raises UsageError and InputError, as `read_species` does; nothing is written then.
    """
    found = read_species(file, columns)
    return found, _put(store, found.names, file.name, added_by)


def add_names(store: Store, names: Sequence[str], *, added_by: str = "") -> list[ExpectedTaxon]:
    """Put names that somebody typed on the list, and return them as they stand there.

    The name of one species that the survey knows is that species; any other is a bare name, which
    stands for all that bear it. Raises UsageError for what is no name; nothing is written then.
    """
    taxa = store.taxa.all()
    rows = []
    for typed in names:
        bare = of_name(clean_name(typed))
        if bare is None:
            raise UsageError(f"{typed!r} is no name of a species:", "give a name.")
        called = [t for t in taxa if bare.common_name in _names(t)]
        rows.append(of_taxon(called[0]) if len(called) == 1 and called[0].taxon_species else bare)
    _put(store, rows, "typed", added_by)
    return rows


def remove_names(store: Store, names: Sequence[str]) -> list[ExpectedTaxon]:
    """Take names off the list, by whichever name the list or the survey has for them; return them.

    Raises UsageError for one that is not on it; nothing is written then.
    """
    listed, taxa = store.expected.all(), store.taxa.all()
    found: dict[int, ExpectedTaxon] = {}
    for typed in names:
        name = clean_name(typed).casefold()
        called = {name} | {other for t in taxa if name in _names(t) for other in _names(t)}
        rows = [row for row in listed if called & _names(row)]
        if not rows:
            raise UsageError(
                f"{store.path}: {clean_name(typed)} is not on the list.",
                f"See it with: camtrap-tui expect {quoted(str(store.path))} --list",
            )
        found |= {row.id: row for row in rows}
    store.expected.take_off(list(found.values()))
    return list(found.values())


def add_taxon(store: Store, taxon: Taxon, *, added_by: str) -> None:
    """Put a taxon of the survey on the list; of a group, what is known no closer than that."""
    _put(store, [of_taxon(taxon)], "review", added_by)


def remove_taxon(store: Store, taxon: Taxon) -> None:
    """Take off the list what `add_taxon` put on it."""
    name = of_taxon(taxon)
    key = (name.scientific_name, name.common_name)
    rows = [r for r in store.expected.all() if (r.scientific_name, r.common_name) == key]
    store.expected.take_off(rows)


def clear(store: Store) -> int:
    """Take all names off the list; return how many there were."""
    listed = store.expected.all()
    store.expected.take_off(listed)
    return len(listed)


def unexpected(store: Store, run_id: int | None = None) -> Unexpected:
    """Return what of a run's predictions (the newest finished one's) the list leaves out.

    Raises UsageError for a run that the survey does not have.
    """
    run = choose_run(store, run_id)
    with store.db.snapshot():
        listed = store.expected.all()
        expected = store.expected.expectations()
        predicted = FilterValues(store.db).predicted(run)
        keyed = store.expected.keyed()
        taxa = [taxon for taxon in store.taxa.all() if taxon.id in predicted]
    found = [
        UnexpectedClass(taxon, predicted[taxon.id], expected.relatives(taxon, keyed))
        for taxon in taxa
        if not expected.is_expected(taxon)
    ]
    return Unexpected(
        run,
        len(listed),
        sum(1 for row in listed if row.binomial),
        len(predicted),
        sum(predicted.values()),
        tuple(sorted(found, key=lambda one: (-one.pictures, one.taxon.name))),
    )


def unexpected_json(found: Unexpected) -> dict[str, Any]:
    """Return what the list leaves out, for JSON: every class with all its relatives."""
    return {
        "run": found.run_id,
        "listed": found.listed,
        "listed_species": found.listed_species,
        "classes": found.classes,
        "pictures": found.pictures,
        "unexpected_pictures": found.unexpected_pictures,
        "unexpected": [
            {
                "name": one.taxon.name,
                "scientific_name": one.taxon.scientific_name,
                "taxon_uuid": one.taxon.taxon_uuid,
                "pictures": one.pictures,
                "shared_rank": one.relatives.rank,
                "shared_name": one.relatives.shared,
                "relatives": [
                    {
                        "name": relative.name,
                        "scientific_name": relative.taxon.scientific_name,
                        "taxon_uuid": relative.taxon.taxon_uuid,
                        "shared_name": relative.shared,
                    }
                    for relative in one.relatives.members
                ],
            }
            for one in found.unexpected
        ],
    }


def listed_json(row: ExpectedTaxon) -> dict[str, Any]:
    """Return a name of the list for JSON."""
    values = asdict(row)
    del values["id"], values["turns"]
    return values


def of_taxon(taxon: Taxon) -> ExpectedTaxon:
    """Return a taxon of the survey as a name of the list."""
    return ExpectedTaxon(
        0,
        taxon.scientific_name,
        taxon.common_name,
        taxon.taxon_class,
        taxon.taxon_order,
        taxon.taxon_family,
        taxon.taxon_genus,
        taxon.taxon_species,
    )


def _put(store: Store, rows: Sequence[ExpectedTaxon], origin: str, added_by: str) -> int:
    now = utc_now()
    return store.expected.put_on(
        replace(row, origin=origin, added_by=added_by, added_at=now) for row in rows
    )


def _names(named: Taxon | ExpectedTaxon) -> set[str]:
    return {named.common_name.casefold(), named.scientific_name.casefold()} - {""}
