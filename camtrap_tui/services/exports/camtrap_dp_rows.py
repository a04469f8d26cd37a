"""The rows of Camtrap DP that a picture makes: its media row, and its observations.

A row is a mapping from the standard's headings; what is not in it is an empty cell.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from camtrap_tui.domain.camtrap_dp_lists import BETWEEN, NAME_TAG, without_bar
from camtrap_tui.domain.models import Run, Taxon
from camtrap_tui.services.exports.camtrap_dp_cells import (
    boolean,
    machine_name,
    media_type,
    name_tag,
    number,
    scientific_name,
    text,
    utc_stamp,
)
from camtrap_tui.services.exports.pictures import UNGRADED, Picture, Word

Row = dict[str, str]
# What tells species apart: the observation type, and a scientific name or the tag with another.
Species = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Placed:
    """A picture that can be in a package: its deployment, and its time with the offset."""

    picture: Picture
    deployment_id: str
    stamp: str
    offset_min: int

    @property
    def event_id(self) -> str:
        """The id of its burst, the same at media and event level."""
        return f"e_{self.picture.burst_media_id or self.picture.image.media_id}"


def media_row(
    placed: Placed, path: str, known: Mapping[str, str], *, has_words: bool, is_public: bool
) -> Row:
    """Return the media row of a picture; `known` are filled cells that another package has of it.

    Notes stand with the observations; where a picture has none (`has_words` is not set), here.
    """
    image = placed.picture.image
    name = PurePosixPath(image.file_path).name
    own = {
        "mediaID": image.media_id,
        "deploymentID": placed.deployment_id,
        "timestamp": placed.stamp,
        "filePath": path,
        "filePublic": boolean(is_public),
        "fileName": text(name),
        "fileMediatype": media_type(path, image.file_path, image.url or ""),
        "mediaComments": "" if has_words else _notes(placed.picture),
    }
    cells = filter(None, (own["mediaComments"], known.get("mediaComments", "")))
    notes = dict.fromkeys(note for cell in cells for note in cell.split(BETWEEN))
    return own | dict(known) | {"mediaComments": BETWEEN.join(notes)}


@dataclass(slots=True)
class Observations:
    """Makes observations, and keeps which taxa they name.

    `tags` are further tags by image id. `run` says the machine's word of ungraded pictures, None
    where nobody asked for it. `taxa` are by scientific name, `known` by what `species_of` tells.
    """

    run: Run | None
    tags: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    taxa: dict[str, Taxon] = field(default_factory=dict)
    known: dict[Species, Taxon] = field(default_factory=dict)
    undated: int = 0

    def of(self, placed: Placed) -> Iterator[Row]:
        """Yield the observations of a picture at media level: people's, else the machine's."""
        for word in placed.picture.words:
            yield self._head(placed) | self._human(placed.picture, word)
        if not placed.picture.words and placed.picture.state == UNGRADED and self.run:
            row = self._machine(placed)
            if row is not None:
                yield self._head(placed) | row

    def _head(self, placed: Placed) -> Row:
        return {
            "deploymentID": placed.deployment_id,
            "mediaID": placed.picture.image.media_id,
            "eventID": placed.event_id,
            "eventStart": placed.stamp,
            "eventEnd": placed.stamp,
            "observationLevel": "media",
        }

    def _named(self, taxon: Taxon, tags: tuple[str, ...]) -> Row:
        """Return what is said of a taxon, and keep that it was named."""
        name = text(scientific_name(taxon))
        if name:
            known = self.taxa.setdefault(name, taxon)
            # Of several taxa of one name, the same is described whoever came first.
            if _meaning(taxon) < _meaning(known):
                self.taxa[name] = taxon
        row = {
            "observationType": taxon.observation_type,
            "scientificName": name,
            "observationTags": BETWEEN.join(filter(None, (name_tag(taxon), *tags))),
        }
        self.known.setdefault(species_of(row), taxon)
        return row

    def _human(self, picture: Picture, word: Word) -> Row:
        is_counted = word.taxon.observation_type in ("animal", "human", "vehicle")
        dated = utc_stamp(word.graded_at)
        self.undated += not dated
        return self._named(word.taxon, self.tags.get(picture.image.id, ())) | {
            "observationID": word.observation_id,
            "count": str(word.count) if word.count and is_counted else "",
            "lifeStage": word.life_stage or "",
            "sex": word.sex or "",
            "behavior": text(word.behavior),
            "classificationMethod": "human",
            "classifiedBy": text(_classified_by(word)),
            "classificationTimestamp": dated,
            "observationComments": _notes(picture),
        }

    def _machine(self, placed: Placed) -> Row | None:
        said, run = placed.picture.machine, self.run
        if said is None or run is None:
            return None
        tags = self.tags.get(placed.picture.image.id, ())
        row = {"observationID": f"m_{placed.picture.image.media_id}"}
        if said.taxon is None:
            kept = BETWEEN.join(tags)
            return row | {"observationType": "unclassified", "observationTags": kept}
        return row | self._named(said.taxon, tags) | machine_cells(run, said.score)


def species_of(row: Row) -> Species:
    """Return which species an observation is of."""
    name = row.get("scientificName", "")
    if not name:
        first = row.get("observationTags", "").split(BETWEEN)[0]
        name = first if first.startswith(f"{NAME_TAG}:") else ""
    return row["observationType"], name


def machine_cells(run: Run, score: float | None) -> Row:
    """Return the cells that say that a run classified something, when, and how sure it is."""
    return {
        "classificationMethod": "machine",
        "classifiedBy": text(machine_name(run)),
        "classificationTimestamp": utc_stamp(run.finished_at or run.started_at),
        "classificationProbability": number(None if score is None else min(max(score, 0.0), 1.0)),
    }


def _classified_by(word: Word) -> str:
    """Return who names the species, by name: in the same order whenever it is exported.

    Darwin Core's identifiedBy, which classifiedBy is, has a bar between names.
    """
    return BETWEEN.join(map(without_bar, sorted(word.graders)))


def _notes(picture: Picture) -> str:
    return text(BETWEEN.join(picture.notes))


def _meaning(taxon: Taxon) -> tuple[bool, str]:
    return taxon.origin not in ("builtin", "model"), taxon.taxon_uuid
