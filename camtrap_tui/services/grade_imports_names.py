"""Finds out which taxon a label from elsewhere means; a name that no list has becomes a new one.

Names are compared without case and spaces; nothing is corrected, since a misspelt name may be a
name: new ones are counted, to be looked at before they are taken.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from camtrap_tui.domain.models import Taxon
from camtrap_tui.domain.scientific_names import parse_scientific
from camtrap_tui.domain.taxonomy import (
    ANIMAL,
    BLANK,
    HUMAN,
    UNKNOWN,
    VEHICLE,
    TaxonName,
    from_name,
    parse_label,
)
from camtrap_tui.errors import InputError
from camtrap_tui.services.tables import read_rows

_SPECIAL = {
    BLANK: (
        "blank", "blanks", "empty", "none", "nothing", "nothing here", "no animal", "no animals",
        "no animals present", "ghost", "false trigger", "misfire",
    ),
    HUMAN: ("human", "humans", "person", "persons", "people", "homo sapiens"),
    VEHICLE: ("vehicle", "vehicles", "car", "cars"),
    UNKNOWN: (
        "unknown", "unsure", "not sure", "unidentified", "unidentifiable", "no cv result", "?",
    ),
    ANIMAL: ("animal", "animals", "unknown animal", "unidentified animal"),
}  # fmt: skip
_BY_WORD = {word: taxon for taxon, words in _SPECIAL.items() for word in words}
# What tables write where they say nothing; "none" is a word for an empty picture.
_MISSING = {"", "-", "–", "na", "n/a", "#n/a", "nan", "null", "nil"}
_BY_TYPE = {"animal": ANIMAL, "blank": BLANK, "human": HUMAN, "vehicle": VEHICLE}
_BY_TYPE |= {"unknown": UNKNOWN}
# Names that are as like as this (0 to 100) may be one name, misspelt.
_LIKENESS = 80
# Of several taxa with one name, those that a model's list brought mean more than typed ones.
_ORIGINS = ("builtin", "model", "import", "list", "grader")


@dataclass(frozen=True, slots=True)
class Said:
    """What a row says that a picture shows; empty where it does not say."""

    label: str
    scientific: str
    taxon_uuid: str
    observation_type: str


class Names:
    """The taxa of a survey by their names, and names that are to be read as others.

    `described` are taxa that the survey may not have, by scientific name.
    """

    def __init__(
        self,
        taxa: Iterable[Taxon],
        renamed: Mapping[str, str],
        described: Mapping[str, TaxonName] | None = None,
    ) -> None:
        self._described = {plain(name): taxon for name, taxon in (described or {}).items()}
        self._renamed = {plain(old): new for old, new in renamed.items()}
        self._by_uuid: dict[str, Taxon] = {}
        self._scientific: dict[str, Taxon] = {}
        self._common: dict[str, Taxon] = {}
        for taxon in sorted(taxa, key=_meaning):
            self._by_uuid[taxon.taxon_uuid] = taxon
            for names, name in (
                (self._scientific, taxon.scientific_name),
                (self._common, taxon.common_name),
            ):
                if name:
                    names.setdefault(plain(name), taxon)

    def find(self, said: Said) -> Taxon | TaxonName | None:
        """Return the taxon that is meant, a new one where no list has it, None for no label."""
        if said.taxon_uuid in self._by_uuid:
            return self._by_uuid[said.taxon_uuid]
        scientific, label = self._read(said.scientific), self._read(said.label)
        found = self._known(scientific, self._scientific) or self._known(label, self._common)
        if found is None:
            found = self._labelled(label) or self._labelled(scientific)
        if found is not None:
            return found
        if not (scientific or label):
            found = _BY_TYPE.get(plain(said.observation_type))
            return self._here(found) if found else None
        if plain(scientific) in self._described:
            return self._here(self._described[plain(scientific)])
        made = _new(label, scientific)
        return self._scientific.get(plain(made.scientific_name)) or self._here(made)

    def has(self, name: str) -> bool:
        """Tell whether a text is a name that is known here, or is to be read as another."""
        return plain(name) in self._renamed or self._known(name, self._common) is not None

    def _read(self, name: str) -> str:
        """Return a name as it is to be read, empty for the signs of none."""
        name = self._renamed.get(plain(name), name)
        # A label of seven tokens may be empty as a whole.
        return "" if plain(name).strip("; ") in _MISSING else name

    def _known(self, name: str, first: Mapping[str, Taxon]) -> Taxon | TaxonName | None:
        """Return the taxon of a name, looked for among names of one kind first."""
        key = plain(name)
        if not key:
            return None
        if key in _BY_WORD:
            return self._here(_BY_WORD[key])
        return first.get(key) or self._scientific.get(key) or self._common.get(key)

    def _labelled(self, name: str) -> Taxon | TaxonName | None:
        """Return the taxon of a label of seven tokens."""
        if name.count(";") != 6:
            return None
        return self._here(parse_label(plain(name)))

    def _here(self, name: TaxonName) -> Taxon | TaxonName:
        return self._by_uuid.get(name.taxon_uuid, name)


def plain(name: str) -> str:
    """Return a name without case and with single spaces."""
    return " ".join(name.casefold().split())


def _meaning(taxon: Taxon) -> tuple[int, str]:
    known = taxon.origin in _ORIGINS
    return _ORIGINS.index(taxon.origin) if known else len(_ORIGINS), taxon.taxon_uuid


def _new(label: str, scientific: str) -> TaxonName:
    """Return the taxon that no list has; the same name gives the same uuid on every machine.

    Authors are left out of a scientific name; a subspecies is a part of the species' name.
    """
    species = parse_scientific(scientific) if scientific else None
    if species is None or not species.species:
        return from_name(label or scientific)
    more = scientific.split()[2:3]
    epithets = " ".join([species.species, *(word for word in more if _is_epithet(word))])
    name = f"{species.genus} {epithets}"
    common = "" if plain(label) in (name, plain(scientific)) else plain(label)
    return TaxonName(from_name(name).taxon_uuid, "", "", "", species.genus, epithets, common)


def _is_epithet(word: str) -> bool:
    return word.isalpha() and word.islower()


def nearest(name: str, known: Sequence[str]) -> str:
    """Return the known name that is most like a new one; empty where none is."""
    from rapidfuzz import fuzz, process

    found = process.extractOne(name, known, scorer=fuzz.WRatio, score_cutoff=_LIKENESS)
    return found[0] if found else ""


def read_renamed(file: Path) -> dict[str, str]:
    """Return the second column by the first of a table with two columns, `from` and `to`."""
    found: dict[str, str] = {}
    for number, row in read_rows(file):
        if number == 1 and [plain(cell) for cell in row[:2]] == ["from", "to"]:
            continue
        if len(row) < 2 or not row[0]:
            raise InputError(
                f"{file}, row {number:,}: a name, or what it means, is missing.",
                "Write two columns: from,to.",
            )
        found[row[0]] = row[1]
    return found
