"""Scientific names as lists write them: with authors, subspecies, hybrids and open identifications.

Only genus and species are taken: a subspecies is a member of its species, and a hybrid says no more
than the genus that both its parents have.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise

from camtrap_tui.domain.text import clean

_CROSS = "×"
# An epithet: small letters, perhaps with a hyphen. Authors begin with a capital, or are followed.
_EPITHET = re.compile(r"[^\W\d_A-Z]+(?:-[^\W\d_A-Z]+)*")
_GENUS = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
# Where a name stops saying which species it is.
_OPEN = {"sp", "sp.", "spp", "spp.", "cf", "cf.", "aff", "aff.", "indet", "indet.", "ssp", "ssp."}
_NOTHING = {"", "-", "–", "na", "n/a", "nan", "none", "null", "unknown", "incertae sedis"}


@dataclass(frozen=True, slots=True)
class ScientificName:
    """Genus and species in small letters, as labels write them; `species` is empty where the name
    is of a genus or a hybrid, `genus` too where the parents of a hybrid have none in common."""

    genus: str
    species: str
    is_hybrid: bool = False

    @property
    def binomial(self) -> str:
        """`procyon lotor`; empty without a species."""
        return binomial(self.genus, self.species)


def binomial(genus: str, species: str) -> str:
    """Return genus and species as one name, without a subspecies; empty where one is missing."""
    epithet = species.partition(" ")[0]
    return f"{genus} {epithet}" if genus and epithet else ""


def plain_name(text: str) -> str:
    """Return a cell that holds a name: folded, single spaces; empty for the signs of no name."""
    plain = " ".join(clean(text).casefold().split())
    return "" if plain in _NOTHING else plain


def parse_scientific(text: str) -> ScientificName | None:
    """Return what a scientific name says, None for what is none.

    `Trachemys scripta elegans (Wied, 1838)` is `trachemys scripta`, and `Anas acuta ×
    platyrhynchos` a hybrid of the genus `anas`.
    """
    words = clean(text).replace(_CROSS, f" {_CROSS} ").split()
    words = [_CROSS if word == "x" else word for word in words]
    is_hybrid = _CROSS in words
    words = words[1:] if words and words[0] == _CROSS else words
    if not words or plain_name(" ".join(words)) == "" or not _GENUS.fullmatch(words[0]):
        return None
    genus, *rest = words
    if is_hybrid:
        others = {word.casefold() for word in _after_cross(rest) if word[0].isupper()}
        return ScientificName("" if others - {genus.casefold()} else genus.casefold(), "", True)
    # A subgenus stands in parentheses between the two.
    if len(rest) > 1 and rest[0].startswith("(") and rest[0].endswith(")"):
        rest = rest[1:]
    species = rest[0] if rest and _EPITHET.fullmatch(rest[0]) and rest[0] not in _OPEN else ""
    return ScientificName(genus.casefold(), species)


def _after_cross(words: list[str]) -> list[str]:
    return [after for before, after in pairwise(words) if before == _CROSS]
