"""Finds out what an edited row of our own ground truth says is on its picture.

What was edited counts, and what was left beside it does not: a new label is not contradicted by the
old scientific name. Nothing is guessed: what cannot be read is told.
"""

from __future__ import annotations

from collections.abc import Mapping

from camtrap_tui.domain.models import Taxon
from camtrap_tui.domain.table_edits import EditedWord
from camtrap_tui.domain.taxonomy import TaxonName
from camtrap_tui.services.grade_imports_names import Names, Said, plain
from camtrap_tui.services.grade_imports_rows import COUNT, LIFE_STAGES, NO_LABEL, NOT_SAID, SEXES
from camtrap_tui.store.truth import TruthRow

NAMING = ("observation_type", "label", "scientific_name")
_TYPES = ("animal", "human", "vehicle", "blank", "unknown")

CONTRADICTS = "has a label, name or type that contradict each other"
UNREADABLE = "has a value that cannot be read"


class Words:
    """Reads what rows say; `taxa` are those that they name, by uuid."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self.taxa: dict[str, Taxon | TaxonName] = {}

    def read(
        self, values: Mapping[str, str], row: TruthRow | None
    ) -> tuple[EditedWord | None, str]:
        """Return what a row says, and "" or why that cannot be taken.

        `values` are the cells that were edited of an observation, or all of a row that was added.
        """
        if any(name in NAMING for name in values) or row is None:
            uuid, trouble = self._taxon(values, is_new=row is None)
            if trouble:
                return None, trouble
        else:
            uuid = row.taxon_uuid or ""
            if not uuid:
                return None, NO_LABEL
        found: dict[str, int | str | None] = {}
        for name in ("count", "life_stage", "sex", "behavior"):
            if name not in values:
                found[name] = getattr(row, name) if row else None
                continue
            value, is_read = _value(name, values[name])
            if not is_read:
                return None, UNREADABLE
            found[name] = value
        return EditedWord(uuid, **found), ""  # type: ignore[arg-type]

    def _taxon(self, values: Mapping[str, str], *, is_new: bool) -> tuple[str, str]:
        """Return the uuid of the taxon that edited cells name, and "" or what is wrong."""
        label, scientific = values.get("label", ""), values.get("scientific_name", "")
        kind = plain(values.get("observation_type", ""))
        if kind and kind not in (*_TYPES, "unclassified"):
            return "", UNREADABLE
        if not (label or scientific) and any(n in values for n in NAMING[1:]) and not kind:
            return "", NO_LABEL
        found = self._names.find(Said(label, scientific, "", kind))
        if found is None:
            return "", NO_LABEL
        if label and scientific and not self._is_one(found, label, is_new=is_new):
            return "", CONTRADICTS
        said = label or scientific
        if said and kind and found.observation_type != kind and not is_new:
            return "", CONTRADICTS
        self.taxa[found.taxon_uuid] = found
        return found.taxon_uuid, ""

    def _is_one(self, found: Taxon | TaxonName, label: str, *, is_new: bool) -> bool:
        """Tell whether a label may be a name of the taxon that a scientific name means."""
        if plain(found.common_name) == plain(label):
            return True
        alone = self._names.find(Said(label, "", "", ""))
        if isinstance(alone, TaxonName):
            # A word of another language; but a copy of a row may have kept the name of what it was.
            return not is_new
        return alone is None or alone == found


def _value(name: str, told: str) -> tuple[int | str | None, bool]:
    """Return what a cell says, and whether it could be read."""
    match name:
        case "count":
            found = COUNT.fullmatch(told)
            return (int(found[1]), True) if found else (None, plain(told) in NOT_SAID)
        case "behavior":
            return " ".join(told.split()) or None, True
        case _:
            known = LIFE_STAGES if name == "life_stage" else SEXES
            said = known.get(plain(told))
            return said, said is not None or plain(told) in NOT_SAID
