"""The taxa that a survey knows, found by their names, their species, and the groups they lie in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from camtrap_tui.domain.lineage import ranks
from camtrap_tui.domain.models import Taxon
from camtrap_tui.domain.scientific_names import binomial
from camtrap_tui.domain.taxonomy import ANIMAL_UUID

# Where the genus stands among a taxon's ranks: class, order and family are before it.
GENUS = 3
Groups = tuple[str, ...]
# How alike two spellings of one name are, at least: 0 to 1, as difflib counts.
_ALIKE = 0.8


class Grouped(Protocol):
    """What is known of a listed name."""

    @property
    def binomial(self) -> str: ...
    @property
    def groups(self) -> Groups: ...
    @property
    def taxon_genus(self) -> str: ...


class KnownTaxa:
    """The animals of a survey, by their names."""

    def __init__(self, taxa: Sequence[Taxon]) -> None:
        self._by_name: dict[str, list[Taxon]] = {}
        self._by_binomial: dict[str, list[Taxon]] = {}
        self._by_genus: dict[str, list[Groups]] = {}
        # The names from the class down to each group, by the group's name.
        self._above: dict[str, set[tuple[str, ...]]] = {}
        for taxon in taxa:
            if taxon.observation_type != "animal" or taxon.taxon_uuid == ANIMAL_UUID:
                continue
            for name in {taxon.common_name.casefold(), taxon.scientific_name.casefold()} - {""}:
                self._by_name.setdefault(name, []).append(taxon)
            said = ranks(taxon)
            if one := binomial(taxon.taxon_genus, taxon.taxon_species):
                self._by_binomial.setdefault(one, []).append(taxon)
            if taxon.taxon_genus:
                groups = tuple(filter(None, said[:GENUS]))
                self._by_genus.setdefault(taxon.taxon_genus, []).append(groups)
            for place in range(GENUS + 1):
                if said[place]:
                    self._above.setdefault(said[place], set()).add(said[: place + 1])

    def named(self, name: str) -> list[Taxon]:
        """Return the taxa that have a name, common or scientific, in small letters."""
        return self._by_name.get(name, [])

    def knows(self, name: str) -> bool:
        """Tell whether a name, or the species that its first two words are, is known here."""
        return bool(self.named(name) or self.above(name) or self._by_binomial.get(species_of(name)))

    def nearest(self, name: str) -> str:
        """Return the name here that is written almost like one; empty where none is."""
        from difflib import get_close_matches

        names = {*self._by_name, *self._above}
        return next(iter(get_close_matches(name, sorted(names), 1, _ALIKE)), "")

    def above(self, name: str) -> list[tuple[str, ...]]:
        """Return the names from the class down to the groups of a name."""
        return sorted(self._above.get(name, ()))

    def species(self, name: str) -> Taxon | None:
        """Return the species of a binomial, not one of its subspecies; None where none is known."""
        whole = [t for t in self._by_binomial.get(name, ()) if " " not in t.taxon_species]
        bare = [t for t in self._by_name.get(name, ()) if not any(ranks(t))]
        return next(iter([*whole, *bare]), None)

    def groups_of(self, row: Grouped) -> set[str]:
        """Return the groups that a listed name lies in: by its species, else by its genus; and
        those that the groups of the list themselves lie in."""
        by_name = [ranks(t)[:GENUS] for t in self._by_binomial.get(row.binomial, ())]
        by_genus = self._by_genus.get(row.taxon_genus, ())
        found: list[Groups] = [*by_name]
        if not by_name:
            found += [groups for groups in by_genus if agree(groups, row.groups)]
        for group in row.groups:
            found += self._above.get(group, ())
        return {name for groups in found for name in groups if name}


def species_of(name: str) -> str:
    """Return the first two words of a name, which are its species if it is a scientific one."""
    return binomial(*name.split()[:2]) if " " in name else ""


def agree(one: Groups, other: Groups) -> bool:
    """Tell whether two may be of one genus: no group is known of either, or they share one."""
    return not one or not other or not set(one).isdisjoint(other)
