"""Which taxa are expected here, by a list of species, and who the nearest expected relatives are.

Lists and labels file one animal under different ranks (an order of one is the class of another), so
groups are compared by name, at whatever rank they stand; no particular taxon is known here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from camtrap_tui.domain.known_taxa import GENUS, Groups, KnownTaxa, agree, species_of
from camtrap_tui.domain.lineage import Named, ranks
from camtrap_tui.domain.models import Taxon
from camtrap_tui.domain.scientific_names import binomial
from camtrap_tui.domain.taxonomy import ANIMAL_UUID, TaxonName, from_name

RANKS = ("class", "order", "family", "genus", "species")


@dataclass(frozen=True, slots=True)
class ExpectedTaxon:
    """A name of the list; the row id is 0 until it is in a survey.

    Ranks are in small letters, empty where the list does not say; without any, the row is a bare
    name in small letters. `records` rows of a list named it; `turns` is odd while it is listed.
    """

    id: int
    scientific_name: str
    common_name: str
    taxon_class: str
    taxon_order: str
    taxon_family: str
    taxon_genus: str
    taxon_species: str
    records: int = 1
    turns: int = 1
    origin: str = ""
    added_by: str = ""
    added_at: str = ""

    @property
    def name(self) -> str:
        """What a person reads: the common name, else the scientific one."""
        return self.common_name or self.scientific_name

    @property
    def key(self) -> tuple[str, str]:
        """What tells it from others on the list, in every copy: its scientific and common name."""
        return self.scientific_name, self.common_name

    @property
    def groups(self) -> Groups:
        """Class, order and family, as far as they are named."""
        return tuple(filter(None, (self.taxon_class, self.taxon_order, self.taxon_family)))

    @property
    def binomial(self) -> str:
        """Genus and species as one name; empty without a species."""
        return binomial(self.taxon_genus, self.taxon_species)


def of_taxon(taxon: Taxon | TaxonName) -> ExpectedTaxon:
    """Return a taxon as a name of the list."""
    return ExpectedTaxon(0, taxon.scientific_name, taxon.common_name, *ranks(taxon))


@dataclass(frozen=True, slots=True)
class Relative:
    """An expected species: a taxon of the survey, or the one that its name would make.

    `shared` is the closest name that it has in common with the taxon that it is a relative of.
    """

    taxon: Taxon | TaxonName
    shared: str

    @property
    def name(self) -> str:
        """What a person reads: the common name, else the scientific one."""
        return self.taxon.name if isinstance(self.taxon, Taxon) else self.taxon.display_name


@dataclass(frozen=True, slots=True)
class Relatives:
    """The nearest expected species of a taxon, at the closest `rank` that list and label share,
    and its name (`order`, `rodentia`); all empty where they share none."""

    rank: str = ""
    shared: str = ""
    members: tuple[Relative, ...] = ()


@dataclass(frozen=True, slots=True)
class _Species:
    """A listed species: the groups of the list, and with those that the survey gives it."""

    listed: ExpectedTaxon
    genus: str
    binomial: str
    own: Groups
    wider: frozenset[str]


class Expectations:
    """What a list holds, read with the taxa that a survey knows."""

    def __init__(self, listed: Iterable[ExpectedTaxon], known: KnownTaxa) -> None:
        self._known = known
        self._species: dict[str, _Species] = {}
        self._names: set[str] = set()
        self._groups: set[str] = set()
        # Groups of the list's members of each genus: one name may be a plant's and a bird's.
        self._genera: dict[str, list[Groups]] = {}
        # Groups that somebody named by a bare name: all that belongs to them is expected.
        self._whole: set[str] = set()
        self.is_empty = True
        for row in listed:
            self.is_empty = False
            if self._is_bare(row):
                self._take_name(row)
            else:
                self._take(row)

    # ── reading the list ─────────────────────────────────────────────────────────────────

    def _is_bare(self, row: ExpectedTaxon) -> bool:
        """Tell whether a row says no more than a name, perhaps a common one that looks like a
        scientific one (`Domestic cat`)."""
        if row.groups or not row.taxon_genus:
            return not row.groups
        is_common = bool(self._known.named(row.scientific_name.casefold()))
        return is_common and self._known.species(row.binomial) is None

    def _take(self, row: ExpectedTaxon) -> None:
        self._names |= {row.common_name.casefold(), row.scientific_name.casefold()} - {""}
        wider = set(row.groups) | self._known.groups_of(row)
        self._groups |= wider
        if row.taxon_genus:
            self._genera.setdefault(row.taxon_genus, []).append(row.groups)
        if row.binomial:
            found = _Species(row, row.taxon_genus, row.binomial, row.groups, frozenset(wider))
            before = self._species.get(row.binomial)
            # Of two rows of a species the one that says more of it counts.
            if before is None or _weight(found) > _weight(before):
                self._species[row.binomial] = found

    def _take_name(self, row: ExpectedTaxon) -> None:
        name = (row.common_name or row.scientific_name).casefold()
        self._names.add(name)
        one = species_of(name)
        # Without one of the whole name, a species with more words behind it: its subspecies.
        for taxon in self._known.named(name) or self._known.named(one):
            said = ranks(taxon)
            if taxon.taxon_species:
                groups = tuple(filter(None, said[:GENUS]))
                ranked = ExpectedTaxon(0, taxon.scientific_name, row.common_name, *said)
                self._groups |= set(groups)
                self._genera.setdefault(taxon.taxon_genus, []).append(groups)
                self._species.setdefault(
                    ranked.binomial,
                    _Species(ranked, taxon.taxon_genus, ranked.binomial, groups, frozenset(groups)),
                )
            elif any(said):
                self._take_group(said)
        for group in self._known.above(name):
            self._take_group(group)
        if one and one == name:
            genus, species = name.split()
            listed = ExpectedTaxon(0, name.capitalize(), "", "", "", "", genus, species)
            self._species.setdefault(name, _Species(listed, genus, name, (), frozenset()))
            self._genera.setdefault(genus, []).append(())

    def _take_group(self, said: Sequence[str]) -> None:
        """Expect all of a group, of which `said` are the names from the class down to its own."""
        *above, name = filter(None, said)
        self._whole.add(name)
        self._groups |= {name, *above}

    # ── asking ───────────────────────────────────────────────────────────────────────────

    def is_expected(self, taxon: Named) -> bool:
        """Tell whether the list holds a taxon, or a member of it.

        What is no animal, an animal without a name, and everything without a list is expected.
        """
        if self.is_empty or taxon.observation_type != "animal" or taxon.taxon_uuid == ANIMAL_UUID:
            return True
        name = taxon.common_name.casefold()
        said = ranks(taxon)
        if not any(said):
            return self._is_name_expected(name)
        if name in self._names or not self._whole.isdisjoint(said[: GENUS + 1]):
            return True
        if taxon.taxon_species:
            return binomial(taxon.taxon_genus, taxon.taxon_species) in self._species
        if taxon.taxon_genus:
            return self._has_genus(said)
        return [part for part in said if part][-1] in self._groups

    def _is_name_expected(self, name: str) -> bool:
        """Tell whether a taxon that is only a name is listed, or another one of its name is."""
        if name in self._names or name in self._species:
            return True
        return any(self.is_expected(t) for t in self._known.named(name) if any(ranks(t)))

    def _has_genus(self, said: Sequence[str]) -> bool:
        above = tuple(filter(None, said[:GENUS]))
        return any(agree(above, groups) for groups in self._genera.get(said[GENUS], ()))

    def relatives(self, taxon: Named, keyed: Mapping[int, int] | None = None) -> Relatives:
        """Return the nearest expected species of a taxon, those first that share most with it.

        The rank is the closest one that the list itself shares with the taxon; among its members
        also what the survey knows of them tells who is nearer. `keyed` is how often people have
        named a taxon of the survey, by row id: that comes next, then how often the list has it,
        then what the survey knows.
        """
        said = ranks(taxon)
        for place in range(GENUS, -1, -1):
            if said[place] and (found := self._sharing(said, place)):
                members = [self._relative(one, said, place) for one in found]
                order = sorted(
                    zip(found, members, strict=True),
                    key=lambda pair: _order(pair[0], pair[1], said, keyed or {}),
                )
                return Relatives(RANKS[place], said[place], tuple(m for _, m in order))
        return Relatives()

    def _sharing(self, said: Sequence[str], place: int) -> list[_Species]:
        own = binomial(said[GENUS], said[4])
        above = tuple(filter(None, said[:GENUS]))
        return [
            one
            for one in self._species.values()
            if one.binomial != own
            and (
                one.genus == said[place] and agree(above, one.own)
                if place == GENUS
                else said[place] in (one.own or one.wider)
            )
        ]

    def _relative(self, one: _Species, said: Sequence[str], place: int) -> Relative:
        """Return a listed species as a relative of what has the names `said`."""
        names = {one.genus, *one.wider}
        shared = next((n for n in reversed(said[: GENUS + 1]) if n and n in names), said[place])
        known = self._known.species(one.binomial)
        if known is not None:
            return Relative(known, shared)
        # In the label's groups down to the shared one, and in the list's own below it.
        listed = (one.listed.taxon_class, one.listed.taxon_order, one.listed.taxon_family)
        taxon_class, taxon_order, taxon_family = (
            said[k] if k <= place else (listed[k] if listed[k] != said[place] else "")
            for k in range(GENUS)
        )
        made = TaxonName(
            from_name(one.binomial).taxon_uuid,
            taxon_class,
            taxon_order,
            taxon_family,
            one.genus,
            one.binomial.removeprefix(f"{one.genus} "),
            one.listed.common_name.casefold(),
        )
        return Relative(made, shared)


def _weight(one: _Species) -> tuple[int, int, str]:
    return len(one.own), one.listed.records, one.listed.common_name


def _order(
    one: _Species, relative: Relative, said: Sequence[str], keyed: Mapping[int, int]
) -> tuple[int, int, int, bool, str]:
    nearness = max((k for k, name in enumerate(said) if name == relative.shared), default=0)
    taxon = relative.taxon
    times = keyed.get(taxon.id, 0) if isinstance(taxon, Taxon) else 0
    is_new = not isinstance(taxon, Taxon)
    return -nearness, -times, -one.listed.records, is_new, one.binomial
