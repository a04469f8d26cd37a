"""Records of species as camtrapR's recordTable() has them: sorted, thinned out where asked for.

A record is a species in a picture, by camera time. Blank pictures and those that nobody can tell
anything of are none; all of what is no record is counted.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, tee
from operator import attrgetter

from camtrap_tui.domain.independence import assess
from camtrap_tui.domain.models import Taxon
from camtrap_tui.services.exports.camtrapr_effort import camera_of, seconds, station_of
from camtrap_tui.services.exports.pictures import UNGRADED, WORDLESS, Picture, Word
from camtrap_tui.store.record_stage import StagedRecord

# Names and order as recordTable() writes them with cameras; those behind FileName are further ones.
RECORD_COLUMNS = (
    "Station", "Camera", "Species", "DateTimeOriginal", "Date", "Time", "delta.time.secs",
    "delta.time.mins", "delta.time.hours", "delta.time.days", "Directory", "FileName", "n",
    "n_images", "scientificName", "lifeStage", "sex", "behavior", "classificationMethod",
    "classifiedBy", "deploymentID", "mediaID",
)  # fmt: skip
_SEEN = ("animal", "human", "vehicle")
_of_one_camera = attrgetter("station", "species", "camera")


class SpeciesNames:
    """What a species is called: its common name, which camtrapR takes for one species each.

    Where several taxa have one common name, the scientific one tells them apart.
    """

    def __init__(self, taxa: Iterable[Taxon]) -> None:
        names = {(taxon.name.casefold(), taxon.scientific_name) for taxon in taxa}
        counts = Counter(name for name, _ in names)
        self._shared = {name for name, count in counts.items() if count > 1}

    def of(self, taxon: Taxon) -> str:
        """Return the name of a taxon."""
        if taxon.name.casefold() in self._shared and taxon.common_name and taxon.scientific_name:
            return f"{taxon.common_name} ({taxon.scientific_name})"
        return taxon.name


def why_no_record(picture: Picture, *, with_machine: bool) -> str:
    """Return the reason why a picture is no record of anything, empty where it is one."""
    if picture.deployment is None:
        return "is of no deployment"
    if picture.image.timestamp is None:
        return "has no time"
    said = _said(picture, with_machine=with_machine)
    if not said:
        return WORDLESS.get(picture.state, "says nothing")
    if not any(taxon.observation_type in _SEEN for taxon, _ in said):
        if any(taxon.observation_type == "blank" for taxon, _ in said):
            return "is blank"
        return "shows what nobody could tell"
    return ""


def staged(
    picture: Picture, names: SpeciesNames, run: str, *, with_machine: bool
) -> Iterator[StagedRecord]:
    """Yield the records of a picture that is one: a species each; `run` is who the machine is."""
    deployment, image = picture.deployment, picture.image
    assert deployment is not None
    assert image.timestamp is not None
    found: dict[str, tuple[Taxon, list[Word]]] = {}
    for taxon, word in _said(picture, with_machine=with_machine):
        if taxon.observation_type in _SEEN:
            words = found.setdefault(names.of(taxon), (taxon, []))[1]
            words += [word] if word else []
    for species, (taxon, words) in found.items():
        graders = dict.fromkeys(name for word in words for name in word.graders)
        told = [
            _sum([word.count for word in words]),
            taxon.scientific_name,
            _same([word.life_stage for word in words]),
            _same([word.sex for word in words]),
            _same([word.behavior for word in words]),
            "human" if words else "machine",
            "; ".join(graders) if words else run,
            deployment.deployment_id,
            image.media_id,
        ]
        yield StagedRecord(
            station_of(deployment),
            species,
            camera_of(deployment),
            image.timestamp,
            image.file_path,
            json.dumps(told, ensure_ascii=False),
        )


def _said(picture: Picture, *, with_machine: bool) -> list[tuple[Taxon, Word | None]]:
    """Return what a picture shows: people's words, else the machine's where it may speak."""
    if picture.words:
        return [(word.taxon, word) for word in picture.words]
    machine = picture.machine
    if with_machine and picture.state == UNGRADED and machine is not None and machine.taxon:
        return [(machine.taxon, None)]
    return []


def _sum(counts: Sequence[int | None]) -> int | None:
    """Return how many there are, None where somebody did not count."""
    known = [count for count in counts if count is not None]
    return sum(known) if known and len(known) == len(counts) else None


def _same(values: Sequence[str | None]) -> str:
    """Return what all say, empty where they differ."""
    return (values[0] or "") if len(set(values)) == 1 else ""


@dataclass(slots=True)
class _Record:
    """A record that is not written yet, since more pictures of it may come."""

    first: StagedRecord
    delta: int
    most: int | None = None
    pictures: int = 0

    def take(self, row: StagedRecord) -> None:
        """Count a picture of the record."""
        self.pictures += 1
        count = json.loads(row.said)[0]
        if count is not None:
            self.most = max(self.most or 0, count)

    def cells(self) -> list[str]:
        """Return the row under RECORD_COLUMNS."""
        row = self.first
        folder, _, name = row.path.rpartition("/")
        day, time = row.time.split(" ")
        return [
            row.station,
            row.camera,
            row.species,
            row.time,
            day,
            time,
            *_deltas(self.delta),
            folder,
            name,
            "" if self.most is None else str(self.most),
            str(self.pictures),
            *json.loads(row.said)[1:],
        ]


def record_rows(rows: Iterator[StagedRecord], independence_min: int) -> Iterator[list[str]]:
    """Yield the rows of the table: all records, or with minutes between them the independent ones.

    `rows` are by station, species, camera and time.
    """
    for _, group in groupby(rows, key=_of_one_camera):
        of_camera, timed = tee(group)
        judged = assess((seconds(row.time) for row in timed), independence_min * 60)
        waiting: _Record | None = None
        for row, (delta, is_independent) in zip(of_camera, judged, strict=True):
            if is_independent:
                if waiting is not None:
                    yield waiting.cells()
                waiting = _Record(row, delta)
            assert waiting is not None
            waiting.take(row)
        if waiting is not None:
            yield waiting.cells()


def _deltas(delta: int) -> tuple[str, str, str, str]:
    """Return seconds, minutes, hours and days, each rounded from the one before as camtrapR's."""
    minutes = round(delta / 60, 1)
    hours = round(minutes / 60, 1)
    return str(delta), _short(minutes), _short(hours), _short(round(hours / 24, 1))


def _short(number: float) -> str:
    """Return a number with one decimal place, without one where that is 0."""
    return f"{number:.1f}".removesuffix(".0")
