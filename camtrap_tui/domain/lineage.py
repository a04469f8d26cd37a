"""How two taxa are related: the same, one an ancestor of the other, or neither.

Blank, human, vehicle and unknown are related to nothing but themselves; `animal` is an ancestor of
every animal. A rank that a list leaves empty contradicts nothing. A subspecies (`lupus dingo`)
belongs to its species. The view `taxon_relation` of a survey says the same.
"""

from __future__ import annotations

from string import ascii_lowercase, ascii_uppercase
from typing import Literal, Protocol

from camtrap_tui.domain.taxonomy import ANIMAL_UUID

Relation = Literal["same", "coarser", "finer", "other"]

_SPECIES = 4
_SMALL = str.maketrans(ascii_uppercase, ascii_lowercase)


class Named(Protocol):
    """What is known of a taxon: rows of the survey and labels of a model have it."""

    @property
    def taxon_uuid(self) -> str: ...
    @property
    def common_name(self) -> str: ...
    @property
    def taxon_class(self) -> str: ...
    @property
    def taxon_order(self) -> str: ...
    @property
    def taxon_family(self) -> str: ...
    @property
    def taxon_genus(self) -> str: ...
    @property
    def taxon_species(self) -> str: ...
    @property
    def observation_type(self) -> str: ...


def ranks(taxon: Named) -> tuple[str, str, str, str, str]:
    """Return class, order, family, genus and species, empty where they are not named."""
    return (
        taxon.taxon_class,
        taxon.taxon_order,
        taxon.taxon_family,
        taxon.taxon_genus,
        taxon.taxon_species,
    )


def relation(said: Named, truth: Named) -> Relation:
    """Return how `said` stands to `truth`: `coarser` is an ancestor of it, `finer` a descendant."""
    if is_same(said, truth):
        return "same"
    if said.observation_type != truth.observation_type or said.observation_type != "animal":
        return "other"
    if is_ancestor(said, truth):
        return "coarser"
    return "finer" if is_ancestor(truth, said) else "other"


class Relations:
    """Relations that are worked out once for each pair of taxa, which their uuids stand for."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], Relation] = {}

    def __call__(self, said: Named, truth: Named) -> Relation:
        """Return what `relation` says of the two."""
        pair = said.taxon_uuid, truth.taxon_uuid
        found = self._known.get(pair)
        if found is None:
            found = self._known[pair] = relation(said, truth)
        return found


def is_same(one: Named, other: Named) -> bool:
    """Tell whether two taxa are one: by uuid, by their ranks, or by name where one has no ranks."""
    if one.taxon_uuid == other.taxon_uuid:
        return True
    if one.observation_type != "animal" or other.observation_type != "animal":
        return False
    mine, theirs = ranks(one), ranks(other)
    if not any(mine) or not any(theirs):
        name = _lowered(one.common_name)
        return name != "" and name == _lowered(other.common_name)
    if _lowest(mine) != _lowest(theirs):
        return False
    lowest = _lowest(mine)
    # A species is known by both of its words.
    own = mine[3:] == theirs[3:] if lowest == _SPECIES else mine[lowest] == theirs[lowest]
    return own and _agree(mine, theirs)


def is_ancestor(one: Named, other: Named) -> bool:
    """Tell whether `one` is a higher taxon that `other` belongs to; both are animals."""
    if one.taxon_uuid == ANIMAL_UUID:
        return other.taxon_uuid != ANIMAL_UUID
    mine, theirs = ranks(one), ranks(other)
    if not any(mine) or not any(theirs) or not _agree(mine, theirs):
        return False
    lowest = _lowest(mine)
    if lowest == _SPECIES:
        return mine[3] == theirs[3] and _is_subspecies(theirs[_SPECIES], mine[_SPECIES])
    return lowest < _lowest(theirs) and mine[lowest] == theirs[lowest]


def _is_subspecies(name: str, species: str) -> bool:
    """Tell whether a name is the species' with one more word; a hybrid's has two more."""
    first, _, more = name.rpartition(" ")
    return first == species and more != ""


def _lowered(name: str) -> str:
    """Return the name in small letters, as SQLite's lower() does: a survey's view agrees."""
    return name.translate(_SMALL)


def _lowest(named: tuple[str, ...]) -> int:
    """Return the place of the lowest rank that is named."""
    return max(place for place, name in enumerate(named) if name)


def _agree(mine: tuple[str, ...], theirs: tuple[str, ...]) -> bool:
    """Tell whether no rank that both name, above the species, differs."""
    return all(a == b for a, b in zip(mine[:4], theirs[:4], strict=True) if a and b)
