"""Finds a taxon by what somebody types: recents first, then names, then near misses."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass

from camtrap_tui.domain.models import Taxon
from camtrap_tui.domain.taxonomy import TaxonName, from_name
from camtrap_tui.domain.text import clean

# Below this likeness (0 to 100) a name that was typed is another name, not a misspelt one.
_LIKENESS = 70


@dataclass(frozen=True, slots=True)
class Choice:
    """One line of the picker: a taxon of the survey, or a new one that the typed name makes."""

    name: TaxonName | Taxon
    is_new: bool

    @property
    def title(self) -> str:
        """The common name, else the scientific one."""
        if isinstance(self.name, Taxon):
            return self.name.name
        return self.name.display_name

    @property
    def detail(self) -> str:
        """The scientific name where the title is another."""
        scientific = self.name.scientific_name
        return "" if scientific.casefold() == self.title.casefold() else scientific


def choices(
    typed: str,
    taxa: Sequence[Taxon],
    recent: Sequence[int],
    most: int,
    predicted: Set[int] = frozenset(),
) -> list[Choice]:
    """Return at most `most` choices for what was typed, the likeliest first.

    `recent` are row ids of taxa that this grader keyed lately, the latest first; with nothing
    typed they come first. Among names that fit equally well these come first too, then those
    that the run has `predicted` here. A name that no taxon has is offered as a new one, last.
    """
    plain = " ".join(clean(typed).casefold().split())
    place = {key: n for n, key in enumerate(recent)}
    if not plain:
        usual = sorted(taxa, key=lambda t: (place.get(t.id, len(place)), _blank_last(t), t.name))
        return [Choice(taxon, is_new=False) for taxon in usual[:most]]
    ranked = sorted(
        (
            rank,
            place.get(taxon.id, len(place)),
            taxon.id not in predicted,
            len(taxon.name),
            taxon.name,
            taxon.taxon_uuid,
            taxon,
        )
        for taxon in taxa
        if (rank := _rank(plain, taxon)) is not None
    )
    found = [Choice(entry[-1], is_new=False) for entry in ranked[:most]]
    if len(found) < most:
        found += _near_misses(plain, taxa, found, most - len(found))
    known = any(plain in (c.title.casefold(), c.detail.casefold()) for c in found)
    # A name has letters: a slip of the finger makes no species.
    if not known and sum(map(str.isalpha, plain)) >= 2:
        found = [*found[: most - 1], Choice(from_name(plain), is_new=True)]
    return found


def _blank_last(taxon: Taxon) -> bool:
    return taxon.observation_type != "animal"


def _rank(plain: str, taxon: Taxon) -> int | None:
    """Return how well `plain` fits, 0 best: the whole name, a word's start, inside a name."""
    names = (taxon.common_name.casefold(), taxon.scientific_name.casefold())
    if plain in names:
        return 0
    if any(f" {name}".find(f" {plain}") >= 0 for name in names):
        return 1
    words = plain.split()
    if all(any(part.startswith(word) for n in names for part in n.split()) for word in words):
        return 2
    if any(plain in name for name in names):
        return 3
    return None


def _near_misses(
    plain: str, taxa: Sequence[Taxon], found: Sequence[Choice], most: int
) -> list[Choice]:
    if len(plain) < 3:
        return []
    from rapidfuzz import fuzz, process

    have = {id(choice.name) for choice in found}
    near = process.extract(
        plain,
        {n: t.name.casefold() for n, t in enumerate(taxa) if id(t) not in have},
        scorer=fuzz.WRatio,
        limit=most,
        score_cutoff=_LIKENESS,
    )
    return [Choice(taxa[key], is_new=False) for _, _, key in near]
