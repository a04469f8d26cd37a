"""A CSV that Timelapse imports: what people said of each picture, in columns of your template.

Timelapse has a row for each picture, and refuses a whole table for one cell that it cannot read;
an empty cell erases what stands there. So only pictures that somebody graded are in it, and only
columns that were asked for. How it reads a table: its CsvReaderWriter, version 2.4.
"""

from __future__ import annotations

import csv
import shutil
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TextIO

from camtrap_tui.domain.models import Taxon
from camtrap_tui.domain.text import clean, counted
from camtrap_tui.errors import UsageError
from camtrap_tui.services.exports.beside import whole_file
from camtrap_tui.services.exports.pictures import (
    WORDLESS,
    Picture,
    Pictures,
    Word,
    shows_people,
)
from camtrap_tui.services.exports.report import ExportReport, Tally, WrittenFile
from camtrap_tui.services.exports.request import ExportRequest, Format, Progress
from camtrap_tui.store.store import Store

# What Timelapse's own MultiChoice fields have between two choices.
BETWEEN = ","
FILE, FOLDER, TIME = "File", "RelativePath", "DateTime"
_USUAL = (("label", "Species"),)
_OWN = (FILE, FOLDER, TIME, "RootFolder", "DeleteFlag", "Date", "Time", "Folder", "ImageQuality")
_SHARED = "shares its path with another picture"
_UNCLEAR = "shows several species, whose names have commas"
_SEVERAL = "has several observations of one species, which become one"
_DETAILS = "says more of several observations than one row can hold"
_NAMED = 12


def _of_each(value: Callable[[Taxon], str]) -> Callable[[Picture], str]:
    """Return a column that has something of each species."""
    return lambda picture: BETWEEN.join(map(value, _species(picture)))


def _of_one(value: Callable[[Word], int | str | None]) -> Callable[[Picture], str]:
    """Return a column that can hold what is said of one observation alone."""

    def cell(picture: Picture) -> str:
        said = value(picture.words[0]) if len(picture.words) == 1 else None
        return "" if said is None else str(said)

    return cell


# Named as in the ground-truth CSV.
_EACH: Mapping[str, Callable[[Taxon], str]] = {
    "label": lambda taxon: taxon.name,
    "scientific_name": lambda taxon: taxon.scientific_name,
    "wi_taxon_id": lambda taxon: taxon.taxon_uuid,
    "observation_type": lambda taxon: taxon.observation_type,
}
_ONE: Mapping[str, Callable[[Word], int | str | None]] = {
    "count": lambda word: word.count,
    "life_stage": lambda word: word.life_stage,
    "sex": lambda word: word.sex,
    "behavior": lambda word: word.behavior,
}
COLUMNS: Mapping[str, Callable[[Picture], str]] = {
    **{name: _of_each(value) for name, value in _EACH.items()},
    **{name: _of_one(value) for name, value in _ONE.items()},
    "labeled_by": lambda p: ";".join(dict.fromkeys(g for w in p.words for g in w.graders)),
    "labeled_at": lambda p: max(word.graded_at for word in p.words),
    "comments": lambda p: " | ".join(p.notes),
    "media_id": lambda p: p.image.media_id,
    "deployment_id": lambda p: p.deployment.deployment_id if p.deployment else "",
    "location_id": lambda p: (p.deployment.location_id or "") if p.deployment else "",
    "event_id": lambda p: f"e_{p.burst_media_id}" if p.burst_media_id else "",
}


def write(store: Store, request: ExportRequest, progress: Progress) -> ExportReport:
    """Write a row for each picture that people agree on; memory does not grow with the survey.

    Raises UsageError for columns that there are not, or that would stand under one heading, and
    for people that were to be blurred.
    """
    columns = _columns(request)
    tally = Tally()
    with whole_file(store.path, request.out) as path, store.db.snapshot():
        table = _Table(store, request, columns, tally)
        with path.open("w", encoding="utf-8", newline="") as file:
            table.write(file, progress)
        if table.without_time:
            _drop_times(path)
        table.tell()
        file_written = WrittenFile(request.out.name, tally.pictures, path.stat().st_size)
    return tally.report(FORMAT.name, str(request.out), (file_written,))


def _columns(request: ExportRequest) -> dict[str, str]:
    """Return our column by its heading."""
    if request.people == "blur":
        raise UsageError(
            "--people blur: there are no pictures in a table.",
            "Give --people exclude to leave out those that show people.",
        )
    found: dict[str, str] = {}
    # Timelapse keeps its fields in SQLite, to which small and capital letters are one.
    taken = {heading.casefold() for heading in _OWN}
    for name, heading in request.options.columns or _USUAL:
        if name not in COLUMNS:
            raise UsageError(
                f"--map {name}={heading}: there is no column {name!r}:",
                f"choose from {', '.join(COLUMNS)}.",
            )
        if not heading or heading.casefold() in taken:
            raise UsageError(
                f"--map {name}={heading}: there is a column of this name already.",
                "Give each column the name of a field of your template.",
            )
        found[heading] = name
        taken.add(heading.casefold())
    return found


class _Table:
    """The rows of one export, and what is told of them."""

    def __init__(
        self, store: Store, request: ExportRequest, columns: Mapping[str, str], tally: Tally
    ) -> None:
        self._leaves_people = request.people == "exclude"
        self._pictures = Pictures(store, request, boxes=self._leaves_people)
        self._shared = store.exporting.shared_paths()
        taxa = store.taxa.all()
        self._known = {one.casefold() for t in taxa for one in (t.common_name, t.scientific_name)}
        self._columns = columns
        self._tally = tally
        self._labels: Counter[str] = Counter()
        self._several = 0
        self.without_time = 0

    def write(self, file: TextIO, progress: Progress) -> None:
        """Write the headings and the rows."""
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([FILE, FOLDER, TIME, *self._columns])
        for picture in self._pictures.read(progress):
            path = picture.image.file_path
            reason = self._left_out(picture)
            if reason:
                self._tally.leave_out(reason, path)
                continue
            self._tally.pictures += 1
            self._count(picture)
            folder, _, name = path.rpartition("/")
            cells = [COLUMNS[column](picture) for column in self._columns.values()]
            time = picture.image.timestamp or ""
            writer.writerow(map(clean, (name, folder.replace("/", "\\"), time, *cells)))

    def _left_out(self, picture: Picture) -> str:
        """Return why a picture cannot be a row; empty where it can."""
        path = picture.image.file_path
        if not picture.words:
            return WORDLESS.get(picture.state, "says nothing")
        if self._leaves_people and shows_people(picture):
            return "shows people"
        if path.casefold() in self._shared:
            return _SHARED
        if not path or "\\" in path:
            return "has no path that Windows can have"
        return "" if self._is_clear(picture) else _UNCLEAR

    def _is_clear(self, picture: Picture) -> bool:
        """Tell whether several species can be told apart again in each cell that names them."""
        species = _species(picture)
        if len(species) == 1:
            return True
        for column in self._columns.values():
            if value := _EACH.get(column):
                names = [value(taxon) for taxon in species]
                if any(BETWEEN in one for one in names):
                    return False
                if BETWEEN.join(names).casefold() in self._known:
                    return False
        return True

    def _count(self, picture: Picture) -> None:
        path, words = picture.image.file_path, picture.words
        self._labels.update(taxon.name for taxon in _species(picture))
        self._several += len(_species(picture)) > 1
        if picture.image.timestamp is None:
            self.without_time += 1
            self._tally.omit("has no time", path)
        if len(_species(picture)) < len(words):
            self._tally.omit(_SEVERAL, path)
        mapped = [value for name, value in _ONE.items() if name in self._columns.values()]
        if len(words) > 1 and any(value(word) is not None for word in words for value in mapped):
            self._tally.omit(_DETAILS, path)

    def tell(self) -> None:
        """Say what a reader must know."""
        notes = self._tally.notes
        if self.without_time:
            notes.append(
                f"Timelapse refuses a table in which a row has no {TIME}, and"
                f" {counted(self.without_time, 'picture')} here lack one: the table has no column"
                f" {TIME}, and Timelapse keeps the times that it has read itself."
            )
        headings = [heading for heading, name in self._columns.items() if name == "label"]
        if headings and self._labels:
            names = [name for name, _ in self._labels.most_common(_NAMED)]
            more = len(self._labels) - len(names)
            notes.append(
                f"A choice field {clean(headings[0])} must list each of"
                f" {counted(len(self._labels), 'name')}, else Timelapse refuses the table:"
                f" {', '.join(map(clean, names))}{f' and {more:,} more' if more else ''}."
            )
        if commas := sorted(name for name in self._labels if BETWEEN in name):
            shown = "; ".join(map(clean, commas[:_NAMED]))
            notes.append(
                f"{counted(len(commas), 'name')} with commas ({shown}): a MultiChoice field takes"
                " one for several choices, and so does a survey that does not know it."
            )
        if self._several:
            notes.append(
                f"{counted(self._several, 'picture')} with several species: their fields must be"
                " MultiChoice or Note, no FixedChoice."
            )
        notes.append(
            f"The template needs a field for each column: {', '.join(map(clean, self._columns))}."
            f" Paths are those of the survey; {FOLDER} must fit the folder of the template."
        )


def _species(picture: Picture) -> list[Taxon]:
    """Return the taxa of a picture's words, each once."""
    return list({word.taxon.taxon_uuid: word.taxon for word in picture.words}.values())


def _drop_times(path: Path) -> None:
    """Write a table again without its third column."""
    beside = path.with_name(f"{path.name}.2")
    try:
        with (
            path.open(encoding="utf-8", newline="") as old,
            beside.open("w", encoding="utf-8", newline="") as new,
        ):
            writer = csv.writer(new, lineterminator="\n")
            writer.writerows([*row[:2], *row[3:]] for row in csv.reader(old))
        shutil.copyfile(beside, path)
    finally:
        beside.unlink(missing_ok=True)


FORMAT = Format(
    name="timelapse",
    made_for="Timelapse 2.3 and later: File, Import data from CSV",
    carries="a row for each graded picture: its file, camera time, and the columns that --map"
    " names; several species with commas between, as in a MultiChoice field",
    loses="pictures that are ungraded or in conflict, counts and the like where a picture has"
    " several observations, boxes, the machine's word (--format megadetector has them)",
    example="river-timelapse.csv",
    takes=frozenset(("run_id", "truth", "people", "columns")),
    write=write,
)
