"""Names as lists write them: with authors, subspecies, hybrids and open identifications.

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
# The longest label has 60 letters; what is longer than this is a text.
_MOST_LETTERS = 200
# What stands before names in lists that were written for people.
_BULLET = re.compile(r"(?:[-*•–]|\d+[.)])\s+")
# Behind a species: its author in parentheses, a year, or what is abbreviated (`L.`, `subsp.`).
_AUTHOR = re.compile(r"\(|.*(?:\b1[789]\d\d\b|\b20\d\d\b|\w\.(?:\s|$))")
# The comma between an author and the year.
_YEAR = re.compile(r",\s*(?:1[789]|20)\d\d\b")


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
    """Return a cell that holds a name: folded, single spaces; empty for the signs of no name, and
    for what is too long for one."""
    plain = " ".join(clean(text).casefold().split())
    return "" if plain in _NOTHING or len(plain) > _MOST_LETTERS else plain


def listed_name(text: str) -> str:
    """Return what a line means that holds a name alone, common or scientific, as `plain_name` does.

    Authors and marks of subspecies are taken off (`procyon lotor` of `Procyon lotor (Linnaeus,
    1758)`), an open identification is its genus (`vulpes` of `Vulpes sp.`), and a bullet or
    quotation marks are none of a name.
    """
    typed = _BULLET.sub("", clean(text).strip(), count=1).strip('"“” ')
    plain, name = plain_name(typed), parse_scientific(typed)
    words = plain.split()
    if name is None or name.is_hybrid or len(words) < 2:
        return plain
    if words[1] in _OPEN:
        return name.genus
    behind = " ".join(words[2:])
    return name.binomial if name.species and _AUTHOR.match(behind) else plain


def without_years(text: str) -> str:
    """Return a text without the years of authors, whose comma parts no cells."""
    return _YEAR.sub("", text)


def parse_scientific(text: str) -> ScientificName | None:
    """Return what a scientific name says, None for what is none.

    `Trachemys scripta elegans (Wied, 1838)` is `trachemys scripta`, and `Anas acuta ×
    platyrhynchos` a hybrid of the genus `anas`.
    """
    text = clean(text)
    # In capitals throughout, only the order of the words tells the genus.
    text = text.capitalize() if text.isupper() else text
    words = text.replace(_CROSS, f" {_CROSS} ").split()
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
