"""Tells what a table of labels is, and which of its columns says what.

Our own ground-truth CSV and Camtrap DP's observations are known by their headings, and so are the
files of Timelapse's tables; all other columns are guessed, and the guess is only ever proposed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from camtrap_tui.errors import InputError
from camtrap_tui.services.grade_imports_timelapse import TIMELAPSE_COLUMNS
from camtrap_tui.services.manifest_columns import (
    KINDS,
    SYNONYMS,
    Guess,
    Guessing,
    Kind,
    check_named,
    mostly,
)
from camtrap_tui.services.tables import Head

Format = Literal["ground truth", "camtrap_dp", "timelapse", "table"]
_PICTURE = ("mediaID", "filePath", "fileName")
_LABEL = ("label", "scientificName", "observationType", "taxonID")
FIELDS = (
    *_PICTURE, *_LABEL, "count", "grader", "time", "lifeStage", "sex", "behavior",
    "observationID", "level", "method", "tags", "comments", "relativePath", "rootFolder",
)  # fmt: skip

# Which of our columns of the ground truth, and which of Camtrap DP's, is which field.
_OWN = {
    "mediaID": "media_id", "filePath": "file_path", "label": "label",
    "scientificName": "scientific_name", "observationType": "observation_type",
    "taxonID": "wi_taxon_id", "count": "count", "grader": "labeled_by", "time": "labeled_at",
    "lifeStage": "life_stage", "sex": "sex", "behavior": "behavior",
    "observationID": "observation_id", "level": "level", "comments": "comments",
}  # fmt: skip
_CAMTRAP_DP = {
    "mediaID": "mediaID", "scientificName": "scientificName",
    "observationType": "observationType", "count": "count", "grader": "classifiedBy",
    "time": "classificationTimestamp", "lifeStage": "lifeStage", "sex": "sex",
    "behavior": "behavior", "observationID": "observationID", "level": "observationLevel",
    "method": "classificationMethod", "tags": "observationTags",
    "comments": "observationComments",
}  # fmt: skip
_KNOWN: dict[Format, tuple[dict[str, str], frozenset[str]]] = {
    "ground truth": (_OWN, frozenset(("observation_id", "media_id", "label", "labeled_by"))),
    "camtrap_dp": (
        _CAMTRAP_DP,
        frozenset(("observationID", "observationLevel", "observationType", "mediaID")),
    ),
    "timelapse": (TIMELAPSE_COLUMNS, frozenset(("File", "RelativePath"))),
}
# Timelapse's DateTime, or Date and Time, are those of the picture, not of its label; and its
# pictures have their path in two columns of its own.
_NOT_TIMELAPSE = ("time", "filePath")

# Somebody may have taken columns out of our own table that they had no use for.
_OURS = frozenset((*_OWN.values(), "label_mode", "is_final", "event_id", "ai_label", "votes_id"))
_ENOUGH = 4
_OURS_WITHOUT_ID = frozenset(("labeled_by", "label_mode", "is_final"))

# The usual headings in tables of labels, the likeliest first.
_USUAL: dict[str, tuple[str, ...]] = {
    "scientificName": (
        "latinname", "latin", "binomial", "sciname", "speciesscientific", "scientific",
        "wissenschaftlichername", "nomscientifique", "nombrecientifico",
    ),
    "label": (
        "species", "commonname", "identification", "classification", "class", "animal", "taxon",
        "taxonname", "vernacularname", "speciesname", "choice", "answer", "category", "labels",
        "tag", "art", "tierart", "espèce", "espece", "especie",
    ),
    "taxonID": ("witaxonid",),
    "observationType": (),
    "count": (
        "howmany", "number", "numberofanimals", "numberofindividuals", "numberofobjects",
        "groupsize", "individuals", "abundance", "quantity", "n", "num", "anzahl", "nombre",
        "cantidad",
    ),
    "grader": (
        "labeledby", "labelledby", "classifiedby", "identifiedby", "annotatedby", "gradedby",
        "recordedby", "volunteer", "username", "user", "annotator", "observer", "labeler",
        "labeller", "reviewer", "author", "person", "userid", "beobachter", "observateur",
        "observador",
    ),
    "time": (
        "labeledat", "labelledat", "classifiedat", "classificationtimestamp", "classifiedon",
        "identifiedat", "annotatedat", "gradedat", "createdat", "labeltime",
    ),
    "lifeStage": ("age", "ageclass", "stage"),
    "sex": ("gender",),
    "behavior": ("behaviour", "behaviors", "behaviours", "activity"),
    "observationID": (),
    "level": ("observationlevel",),
    "method": ("classificationmethod",),
    "tags": (),
    "comments": (),
}  # fmt: skip
_SYNONYMS = {name: SYNONYMS[name] for name in _PICTURE} | _USUAL


def _is_count(value: str) -> bool:
    return value[:1].isdigit()


_VALUES: dict[str, Kind] = {name: KINDS[name] for name in ("filePath", "fileName")} | {
    "count": mostly(_is_count)
}


@dataclass(frozen=True, slots=True)
class LabelTable:
    """What a table of labels is, and under which heading each field stands."""

    format: Format
    guess: Guess

    @property
    def columns(self) -> dict[str, str]:
        """Heading by field."""
        return self.guess.columns

    @property
    def own_columns(self) -> dict[str, str]:
        """Heading by the name that our own table has for a field, "" where it is not there."""
        return {own: self.columns.get(field, "") for field, own in _OWN.items()}


def label_table(file: Path, head: Head, named: Mapping[str, str]) -> LabelTable:
    """Return what a table is and which column is which; `named` was said by whoever asks.

    Raises UsageError for a field that there is not, InputError for a heading that the table does
    not have or has twice, and where no column names a picture, or what it shows.
    """
    check_named(file, head, named, FIELDS, "a table of labels")
    guessing = Guessing(head, _SYNONYMS, _VALUES)
    for name, heading in named.items():
        guessing.take(name, heading, "named")
    kind = _format(head)
    for name, heading in _exact(kind).items():
        found = next((h for h in head.headings if h.casefold() == heading.casefold()), None)
        if found is not None and name not in guessing.how:
            guessing.take(name, found, "exact")
    if kind in ("table", "timelapse"):
        for name in _SYNONYMS:
            if name not in guessing.how and (kind == "table" or name not in _NOT_TIMELAPSE):
                guessing.by_heading(name)
    if kind == "table":
        for name in _PICTURE:
            if not guessing.columns.keys() & set(_PICTURE):
                guessing.by_values(name)
    columns = {name: heading for name, heading in guessing.columns.items() if heading}
    if kind == "table" and not named and set(head.headings) >= _OURS_WITHOUT_ID:
        raise InputError(
            f"{file}: this is a ground-truth CSV of camtrap-tui without its column observation_id,"
            " by which its rows are known.",
            "Edit the file with that column in it; for a table of other labels, say with --map"
            " which columns are which.",
        )
    for names, what in ((_PICTURE, "names a picture"), (_LABEL, "says what it shows")):
        # Rows of our own are known by their ids alone.
        if not columns.keys() & set(names) and kind != "ground truth":
            raise InputError(
                f"{file}: no column {what} (it has {', '.join(head.headings) or 'none'}).",
                f"Say which does: --map {names[0]}=COLUMN.",
            )
    _once(file, head, columns)
    guess = Guess(
        {name: columns[name] for name in FIELDS if name in columns},
        tuple(n for n in FIELDS if n in columns and guessing.how[n] == "guessed"),
        {name: guessing.example(heading) for name, heading in columns.items()},
    )
    return LabelTable(kind, guess)


def _once(file: Path, head: Head, columns: Mapping[str, str]) -> None:
    """Refuse a table where two columns might be the one that was taken."""
    headings = [heading.casefold() for heading in head.headings]
    for heading in columns.values():
        if headings.count(heading.casefold()) > 1:
            raise InputError(
                f"{file}: several columns are called {heading!r}.",
                "Leave one of them, or call the others something else.",
            )


def _format(head: Head) -> Format:
    there = set(head.headings)
    ours = {heading.casefold() for heading in there} & _OURS
    if "observation_id" in ours and len(ours) >= _ENOUGH:
        return "ground truth"
    folded = {heading.casefold() for heading in there}
    known = ((kind, {one.casefold() for one in needed}) for kind, (_, needed) in _KNOWN.items())
    return next((kind for kind, needed in known if needed <= folded), "table")


def _exact(kind: Format) -> dict[str, str]:
    return _KNOWN[kind][0] if kind in _KNOWN else {name: name for name in FIELDS}
