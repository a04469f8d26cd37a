"""The list of species that are expected here: read, added to, and asked what it leaves out.

It only flags: no prediction and no grade is ever changed by it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from camtrap_tui.domain.expected import ExpectedTaxon, Relatives, of_taxon
from camtrap_tui.domain.known_taxa import KnownTaxa
from camtrap_tui.domain.models import Taxon
from camtrap_tui.domain.scientific_names import listed_name
from camtrap_tui.domain.text import clean_name, quoted
from camtrap_tui.errors import UsageError
from camtrap_tui.services.charts import choose_run
from camtrap_tui.services.species_lists import SpeciesList, of_name, read_species
from camtrap_tui.store.filter_values import FilterValues
from camtrap_tui.store.store import Store, utc_now

_MOST_LIKENED = 10


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


@dataclass(frozen=True, slots=True)
class Change:
    """What became of the list: what the file said, of which `new` names were not on it, what was
    typed, and how many names were taken off before all else.

    `unknown` are names that nothing of the survey bears yet, each with the one here that is
    written almost like it, or nothing.
    """

    read: SpeciesList | None
    new: int
    added: tuple[ExpectedTaxon, ...]
    removed: tuple[ExpectedTaxon, ...]
    cleared: int
    unknown: tuple[tuple[str, str], ...]


def change_list(
    store: Store,
    *,
    file: Path | None = None,
    columns: Mapping[str, str] | None = None,
    add: Sequence[str] = (),
    remove: Sequence[str] = (),
    clear: bool = False,
    added_by: str = "",
) -> Change:
    """Take all names off the list if `clear`; then put those of a file on it, and those typed to
    `add`; then take off those typed to `remove`, by whichever name list or survey has for them.

    Raises UsageError for what is no name and for what is not there to remove, UsageError and
    InputError as `read_species` does; nothing is written then.
    """
    taxa = store.taxa.all()
    before = store.expected.all()
    found = read_species(file, columns) if file is not None else None
    added = [_typed(name, taxa) for name in add]
    kept = [*([] if clear else before), *(found.names if found else ()), *added]
    removed = [row for name in remove for row in _on_list(store, name, kept, taxa)]
    if clear:
        store.expected.take_off(before)
    new = _put(store, found.names, file.name, added_by) if file is not None and found else 0
    _put(store, added, "typed", added_by)
    store.expected.take_off(removed)
    named = [*(found.names if found else ()), *added]
    return Change(
        read=found,
        new=new,
        added=tuple(added),
        removed=tuple({row.key: row for row in removed}.values()),
        cleared=len(before) if clear else 0,
        unknown=_unknown(named, taxa),
    )


def _typed(name: str, taxa: Sequence[Taxon]) -> ExpectedTaxon:
    """Return what somebody typed as a name of the list: the one species of the survey that it
    names, else a bare name, which stands for all that bear it."""
    bare = of_name(clean_name(name))
    if bare is None:
        raise UsageError(f"{name!r} is no name of a species:", "give a name.")
    called = [t for t in taxa if bare.common_name in _names(t)]
    return of_taxon(called[0]) if len(called) == 1 and called[0].taxon_species else bare


def _on_list(
    store: Store, typed: str, listed: Sequence[ExpectedTaxon], taxa: Sequence[Taxon]
) -> list[ExpectedTaxon]:
    name = clean_name(typed)
    said = {name.casefold(), listed_name(name)}
    called = said | {other for t in taxa if said & _names(t) for other in _names(t)}
    rows = [row for row in listed if called & _names(row)]
    if not rows:
        raise UsageError(
            f"{store.path}: {name} is not on the list.",
            f"See it with: camtrap-tui expect {quoted(str(store.path))} --list",
        )
    return rows


def _unknown(rows: Sequence[ExpectedTaxon], taxa: Sequence[Taxon]) -> tuple[tuple[str, str], ...]:
    """Return the bare names that nothing of the survey bears, each with the nearest that is there.

    To look for a name that is written alike takes long: only the first few get it.
    """
    known = KnownTaxa(taxa)
    bare = [row.name for row in rows if not (row.groups or row.taxon_genus)]
    unknown = dict.fromkeys(name for name in bare if not known.knows(name))
    return tuple(
        (name, known.nearest(name) if n < _MOST_LIKENED else "") for n, name in enumerate(unknown)
    )


def add_taxon(store: Store, taxon: Taxon, *, added_by: str) -> None:
    """Put a taxon of the survey on the list; of a group, what is known no closer than that."""
    _put(store, [of_taxon(taxon)], "review", added_by)


def remove_taxon(store: Store, taxon: Taxon) -> None:
    """Take off the list what `add_taxon` put on it."""
    store.expected.take_off([of_taxon(taxon)])


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


def _put(store: Store, rows: Sequence[ExpectedTaxon], origin: str, added_by: str) -> int:
    now = utc_now()
    return store.expected.put_on(
        replace(row, origin=origin, added_by=added_by, added_at=now) for row in rows
    )


def _names(named: Taxon | ExpectedTaxon) -> set[str]:
    return {named.common_name.casefold(), named.scientific_name.casefold()} - {""}
