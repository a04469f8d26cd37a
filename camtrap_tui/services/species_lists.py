"""Reads lists of species: GBIF's downloads and species lists, other tables, or one name a line.

Rows are counted as they come, and only names are kept; what a row does not say stays unsaid.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from camtrap_tui.domain.expected import ExpectedTaxon, of_taxon
from camtrap_tui.domain.scientific_names import (
    listed_name,
    parse_scientific,
    plain_name,
    without_years,
)
from camtrap_tui.domain.taxonomy import parse_label
from camtrap_tui.domain.text import clean_cell, counted
from camtrap_tui.errors import InputError, UsageError
from camtrap_tui.services.tables import count_cells, named, read_text

# Our columns, with the headings that usually stand for them (letters and digits alone, folded).
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "species": ("species", "speciesname", "canonicalname", "binomial", "latinname"),
    "scientificName": ("acceptedscientificname", "scientificname", "taxon", "taxonname"),
    "commonName": ("vernacularname", "commonname", "englishname"),
    "class": ("class",),
    "order": ("order",),
    "family": ("family",),
    "genus": ("genus",),
    "taxonRank": ("taxonrank", "rank"),
    "occurrenceStatus": ("occurrencestatus",),
    "numberOfOccurrences": ("numberofoccurrences",),
}
_NAMING = ("species", "scientificName", "commonName")
_GROUPS = ("class", "order", "family", "genus")
_SEPARATORS = ",;\t"
_NO_NAMES = "Give a table with a column of species, or a file with one name a line."


@dataclass(frozen=True, slots=True)
class SpeciesList:
    """What a file says: its names, each once, and how its `rows` ended.

    `nameless` rows have no name at or below a class; `absent` ones say that nothing was there.
    """

    names: tuple[ExpectedTaxon, ...]
    rows: int
    nameless: int = 0
    absent: int = 0

    @property
    def repeated(self) -> int:
        """Rows that name again what an earlier one named."""
        return self.rows - self.nameless - self.absent - len(self.names)


def read_species(file: Path, columns: Mapping[str, str] | None = None) -> SpeciesList:
    """Return the names of a file; `columns` says under which heading one of COLUMNS stands.

    Raises UsageError for a column that is none of COLUMNS, InputError for a heading that the
    file does not have, and for what holds no names.
    """
    columns = columns or {}
    unknown = sorted(columns.keys() - COLUMNS.keys())
    if unknown:
        raise UsageError(
            f"There is no column {unknown[0]!r} of species lists:",
            f"choose from {', '.join(COLUMNS)}.",
        )
    first = next((line for _, line in read_text(file) if _is_said(line)), "").strip("\r\n")
    if not first:
        raise InputError(f"{file}: it holds no names.", _NO_NAMES)
    if first.lstrip()[0] in "<{[":
        raise InputError(
            f"{file}: this is a web page, or data for programs: no list of names.", _NO_NAMES
        )
    is_parted = any(sign in without_years(first) for sign in _SEPARATORS)
    is_table = is_parted or _plain(first) in _headings()
    if not columns and (_is_label(first) or not is_table):
        found = _read_lines(file)
    else:
        found = _read_table(file, columns)
    if not found.names:
        raise InputError(f"{file}: there is no name in {counted(found.rows, 'row')}.", _NO_NAMES)
    return found


# ── one name a line ──────────────────────────────────────────────────────────────────────────


def _is_said(line: str) -> bool:
    """Tell whether a line is neither empty nor a comment."""
    plain = line.strip()
    return plain != "" and not plain.startswith("#")


def _is_label(line: str) -> bool:
    """Tell whether a line is a label of SpeciesNet: a uuid, five ranks and a common name."""
    tokens = line.split(";")
    if len(tokens) != 7:
        return False
    try:
        return str(uuid.UUID(tokens[0])) == tokens[0].casefold()
    except ValueError:
        return False


def _read_lines(file: Path) -> SpeciesList:
    rows, found = 0, []
    for _, line in read_text(file):
        if not _is_said(line):
            continue
        text = clean_cell(line.partition(" #")[0])
        rows += 1
        if name := of_label(text) if _is_label(text) else of_name(text):
            found.append(name)
    return SpeciesList(_united(found), rows, nameless=rows - len(found))


def of_name(text: str) -> ExpectedTaxon | None:
    """Return a bare name, common or scientific, of a hybrid with its genus; None for none."""
    name, parsed = listed_name(text), parse_scientific(text)
    if name and parsed is not None and parsed.is_hybrid:
        return ExpectedTaxon(0, name.capitalize(), "", "", "", "", parsed.genus, "")
    return ExpectedTaxon(0, "", name, "", "", "", "", "") if name else None


def of_label(label: str) -> ExpectedTaxon | None:
    """Return what a label of SpeciesNet names, None where that is no taxon."""
    taxon = parse_label(label)
    return of_taxon(taxon) if taxon.rank else None


# ── tables ───────────────────────────────────────────────────────────────────────────────────


def _plain(heading: str) -> str:
    return "".join(filter(str.isalnum, heading)).casefold()


def _headings() -> set[str]:
    return {heading for name in _NAMING for heading in COLUMNS[name]}


def _read_table(file: Path, columns: Mapping[str, str]) -> SpeciesList:
    taken: list[str] = []

    def choose(headings: list[str]) -> Sequence[int]:
        places = _places(file, headings, columns)
        taken.extend(places)
        return list(places.values())

    rows = nameless = absent = 0
    found = []
    for cells, count in count_cells(file, choose).items():
        row = dict(zip(taken, cells, strict=True))
        rows += count
        if _plain(row.get("occurrenceStatus", "")) == "absent":
            absent += count
        elif name := _of_row(row):
            more = row.get("numberOfOccurrences", "")
            each = int(more) if more.isascii() and more.isdecimal() else 1
            found.append((replace(name, records=max(1, each) * count), count))
        else:
            nameless += count
    names = _united(name for name, _ in found)
    if not any(name.taxon_species for name in names):
        # Who lists groups alone means all of them, as by a group's name on a line of its own.
        names = _united(map(_whole, names))
    return SpeciesList(names, rows, nameless, absent)


def _places(file: Path, headings: list[str], columns: Mapping[str, str]) -> dict[str, int]:
    """Return where each of our columns stands."""
    plain = [_plain(heading) for heading in headings]
    places: dict[str, int] = {}
    for name, usual in COLUMNS.items():
        wanted = columns.get(name)
        if wanted is None:
            place = next((plain.index(heading) for heading in usual if heading in plain), None)
        else:
            place = next((k for k, heading in enumerate(headings) if heading == wanted), None)
            if place is None:
                raise InputError(
                    f"{file}: there is no column {wanted!r}.", f"It has {named(headings)}."
                )
        if place is not None:
            places[name] = place
    if not places.keys() & {*_NAMING, *_GROUPS}:
        raise InputError(
            f"{file}: there is no column of species (it has {named(headings)}).",
            "Name it with --map species=COLUMN; a list of one name a line has no commas.",
        )
    return places


def _of_row(row: Mapping[str, str]) -> ExpectedTaxon | None:
    """Return what a row of a table names: its species, else the lowest group, None for nothing."""
    groups = {group: plain_name(row.get(group, "")) for group in _GROUPS}
    rank = _plain(row.get("taxonRank", ""))
    text = _scientific(row, groups)
    common = plain_name(row.get("commonName", ""))
    name = parse_scientific(text) if text else None
    if name is not None and (name.species or name.is_hybrid):
        genus = name.genus or groups["genus"] * (not name.is_hybrid)
        said = text if name.is_hybrid else f"{name.genus.capitalize()} {name.species}"
        return _listed(said, common, {**groups, "genus": genus}, name.species)
    if text and rank in groups and not groups[rank]:
        groups[rank] = plain_name(text.split(" ")[0])
    lowest = next((groups[group] for group in reversed(_GROUPS) if groups[group]), "")
    if lowest:
        return _listed(lowest.capitalize(), common, groups, "")
    # A name of which nobody knows the rank may be a group's; one of another rank says too little.
    return of_name(common or (text if not rank else ""))


def _scientific(row: Mapping[str, str], groups: Mapping[str, str]) -> str:
    """Return the scientific name of a row's species, or of what it names without one."""
    text = " ".join(row.get("species", "").split())
    if plain_name(text):
        is_epithet = text.islower() and " " not in text and groups["genus"] != ""
        return f"{groups['genus']} {text}" if is_epithet else text
    if "species" in row and any(groups.values()):
        return ""
    text = " ".join(row.get("scientificName", "").split())
    return text if plain_name(text) else ""


def _listed(scientific: str, common: str, groups: Mapping[str, str], species: str) -> ExpectedTaxon:
    return ExpectedTaxon(
        0,
        scientific,
        common,
        groups["class"],
        groups["order"],
        groups["family"],
        groups["genus"],
        species,
    )


def _whole(name: ExpectedTaxon) -> ExpectedTaxon:
    """Return a group as a bare name, which stands for all its members."""
    bare = of_name(name.scientific_name) if name.groups or name.taxon_genus else None
    return replace(bare, records=name.records) if bare else name


def _united(names: Iterable[ExpectedTaxon]) -> tuple[ExpectedTaxon, ...]:
    """Return each name once, with all its records; of its ranks and common names those that most
    records have."""
    together: dict[str, list[ExpectedTaxon]] = {}
    for name in names:
        together.setdefault(name.scientific_name or name.common_name, []).append(name)
    united = []
    for rows in together.values():
        best = Counter(dict.fromkeys((replace(row, records=1) for row in rows), 0))
        for row in rows:
            best[replace(row, records=1)] += row.records
        most = max(best, key=lambda row: (best[row], *_plainness(row.common_name)))
        united.append(replace(most, records=sum(row.records for row in rows)))
    return tuple(united)


def _plainness(common: str) -> tuple[bool, int, str]:
    """Return what sorts common names of one species: any before none, the plain one before those
    that say more (`mallard (domestic type)`)."""
    return common != "", -len(common), common
