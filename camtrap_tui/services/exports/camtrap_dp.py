"""Camtrap DP 1.0.2: a folder with datapackage.json, deployments, media and observations.

`observations` hold people's words alone, at media or event level; a machine's word stands where
nobody graded if that is asked for, and says so. Rows follow each other by file path, events by
deployment and time; two exports of one survey differ in nothing but the time they were made.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from camtrap_tui.domain.camtrap_dp_fields import DEPLOYMENTS, MEDIA, OBSERVATIONS
from camtrap_tui.domain.camtrap_dp_lists import without_bar
from camtrap_tui.domain.text import clean, counted, escaped_json
from camtrap_tui.errors import InputError, UsageError
from camtrap_tui.services.exports import camtrap_dp_machine as machine
from camtrap_tui.services.exports.beside import whole_folder, write_report, written
from camtrap_tui.services.exports.camtrap_dp_cells import name_tag
from camtrap_tui.services.exports.camtrap_dp_descriptor import Contents, describe
from camtrap_tui.services.exports.camtrap_dp_events import Events
from camtrap_tui.services.exports.camtrap_dp_files import FOLDER, FilePaths
from camtrap_tui.services.exports.camtrap_dp_metadata import Metadata, read_metadata
from camtrap_tui.services.exports.camtrap_dp_places import NO_OFFSET, NO_PLACE, Places
from camtrap_tui.services.exports.camtrap_dp_rows import Observations, Placed, Row, media_row
from camtrap_tui.services.exports.picture_files import SHOWS_PEOPLE
from camtrap_tui.services.exports.pictures import (
    UNGRADED,
    UNSURE,
    WORDLESS,
    Picture,
    Pictures,
    shows_people,
)
from camtrap_tui.services.exports.report import ExportReport, Tally
from camtrap_tui.services.exports.request import ExportRequest, Format, Progress
from camtrap_tui.store.export_stage import ExportStage
from camtrap_tui.store.store import Store, utc_now

_NO_NAME = "has no scientific name: its name stands in observationTags"
_UNDATED = "without a time: it came without one, or without its offset from UTC"


def write(store: Store, request: ExportRequest, progress: Progress) -> ExportReport:
    """Write a package into the folder `request.out`, whole or not at all.

    Raises UsageError and InputError as `export` says, InputError too where no picture can be in
    the package.
    """
    pictures = request.options.pictures or "none"
    if request.people == "blur" and pictures == "none":
        raise UsageError(
            "--people blur is for pictures that go along:", "add --pictures copy, or exclude them."
        )
    if request.holdout and request.options.level == "event":
        raise UsageError(
            "--holdout draws pictures, and --level event is about bursts:",
            "leave one of them out; the weights of a holdout are those of its pictures.",
        )
    with ExitStack() as stack:
        folder = stack.enter_context(whole_folder(request.out, replace=request.replace))
        stage = stack.enter_context(closing(ExportStage()))
        metadata = read_metadata(request.options.metadata, stage)
        stack.enter_context(store.db.snapshot())
        return _Package(store, request, folder, stage, metadata).write(progress)


@contextmanager
def _table(path: Path, headings: tuple[str, ...]) -> Iterator[csv.DictWriter[str]]:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, headings, restval="", lineterminator="\n")
        writer.writeheader()
        yield writer


@dataclass(slots=True)
class _Package:
    """One export."""

    store: Store
    request: ExportRequest
    folder: Path
    stage: ExportStage
    metadata: Metadata
    tally: Tally = field(default_factory=Tally)
    rows: dict[str, int | None] = field(default_factory=lambda: {"datapackage.json": None})
    graders: set[str] = field(default_factory=set)
    paths: FilePaths = field(init=False)

    def __post_init__(self) -> None:
        self.paths = FilePaths(self.store, self.request, self.folder, self.tally.omit)

    def write(self, progress: Progress) -> ExportReport:
        """Write all files, and return what became of the pictures."""
        asked = self.request
        may_be_public = asked.options.public or self.metadata.has_media
        wants_boxes = asked.with_machine or asked.people != "include" or may_be_public
        pictures = Pictures(self.store, self.request, boxes=wants_boxes)
        run = pictures.run if self.request.with_machine else None
        observations = Observations(run, self._tags(pictures))
        places = Places(self.store, self.request.options.decimals)
        self._write_pictures(pictures, observations, places, progress)
        if not self.tally.pictures:
            raise InputError(
                f"{self.store.path}: no picture can be in a Camtrap DP package.", self._why_none()
            )
        is_all = not (self.request.where.strip() or self.request.holdout)
        with _table(self.folder / "deployments.csv", DEPLOYMENTS.headings) as table:
            self.rows["deployments.csv"] = 0
            for row in places.rows(self.metadata.deployments, self.tally.omit, is_all=is_all):
                self._put(table, "deployments.csv", row)
        resources = [machine.resource(f"{machine.NAME}.csv")] if run else []
        level = self.request.options.level or "media"
        created = utc_now()
        described = describe(
            self.store.survey,
            self.metadata,
            Contents(
                created,
                level,
                self.request.options.decimals,
                observations.taxa,
                sorted(self.graders),
                places,
                resources,
            ),
            self.tally.notes,
        )
        text = escaped_json(json.dumps(described, ensure_ascii=False, indent=2))
        (self.folder / "datapackage.json").write_text(f"{text}\n", encoding="utf-8")
        self._note(places, observations)
        if (self.folder / FOLDER).is_dir():
            self.rows[f"{FOLDER}/"] = None
        files = written(self.folder, self.rows)
        report = self.tally.report(FORMAT.name, str(self.request.out), files)
        write_report(self.folder, report, {"created": created} | self._asked(level))
        return report

    def _why_none(self) -> str:
        reasons = self.tally.left_out.most_common()
        if not reasons:
            return "The filter chooses none."
        said = f"Each {'; or '.join(f'{why} ({n:,})' for why, n in reasons)}."
        return " ".join([said, *self._what_to_do()])

    def _what_to_do(self) -> list[str]:
        """Return how to tell what pictures lack, as a sentence; nothing where none lacks it."""
        lacking = self.tally.left_out.keys() & {NO_PLACE, NO_OFFSET}
        return [_DESCRIBE.format(survey=self.store.path.name)] if lacking else []

    def _write_pictures(
        self, pictures: Pictures, observations: Observations, places: Places, progress: Progress
    ) -> None:
        """Write media, observations and predictions, as the pictures come."""
        is_event = self.request.options.level == "event"
        is_private = self.request.people == "exclude"
        events = Events(
            self.store, self.stage, observations.known, self.tally.omit, is_private=is_private
        )
        with ExitStack() as stack:
            media, said = (
                stack.enter_context(_table(self.folder / f"{table.name}.csv", table.headings))
                for table in (MEDIA, OBSERVATIONS)
            )
            self.rows |= {"media.csv": 0, "observations.csv": 0}
            predicted = None
            if observations.run:
                name = f"{machine.NAME}.csv"
                predicted = stack.enter_context(_table(self.folder / name, machine.HEADINGS))
                self.rows[name] = 0
            for picture in pictures.read(progress):
                placed = self._placed(picture, places)
                if placed is None:
                    continue
                found = list(observations.of(placed))
                self._count(placed, found)
                path = self.paths.path(picture)
                known = self._known(picture)
                is_public = self._is_public(picture)
                row = media_row(placed, path, known, has_words=bool(found), is_public=is_public)
                self._put(media, "media.csv", row)
                if is_event:
                    events.add(placed, found)
                else:
                    for row in found:
                        self._put(said, "observations.csv", row)
                if predicted and observations.run:
                    for row in machine.predictions(placed, observations.run):
                        self._put(predicted, f"{machine.NAME}.csv", row)
            if is_event:
                for row in events.rows():
                    self._put(said, "observations.csv", row)

    def _put(self, table: csv.DictWriter[str], name: str, row: Row) -> None:
        # Another program may have written to the survey: nothing leaves it that does something.
        table.writerow({heading: clean(cell) for heading, cell in row.items()})
        self.rows[name] = (self.rows[name] or 0) + 1

    def _placed(self, picture: Picture, places: Places) -> Placed | None:
        """Return the picture with its place; where it cannot be in the package, say why."""
        path = picture.image.file_path or picture.image.media_id
        if self.request.people == "exclude" and shows_people(picture):
            self.tally.leave_out(SHOWS_PEOPLE, path)
            return None
        placed = places.placed(picture)
        if isinstance(placed, str):
            self.tally.leave_out(placed, path)
            return None
        places.note(placed)
        return placed

    def _count(self, placed: Placed, found: list[Row]) -> None:
        picture = placed.picture
        path = picture.image.file_path or picture.image.media_id
        self.tally.pictures += 1
        self.tally.unlabeled += not found
        if picture.state != UNGRADED and picture.state in WORDLESS:
            self.tally.omit(f"{WORDLESS[picture.state]}: it has no label", path)
        for word in picture.words:
            self.graders.update(word.graders)
            if name_tag(word.taxon):
                self.tally.omit(_NO_NAME, word.taxon.name)

    def _known(self, picture: Picture) -> Mapping[str, str]:
        """Return what another package tells of a picture, but for what is not to be told here."""
        if not self.metadata.has_media:
            return {}
        told = self.stage.known(picture.image.media_id)
        found: dict[str, str] = json.loads(told) if told else {}
        if shows_people(picture):
            found.pop("filePublic", None)
        if self.request.options.decimals is not None:
            # A camera may write its position there.
            found.pop("exifData", None)
        return found

    def _is_public(self, picture: Picture) -> bool:
        """Tell whether anybody may see a picture: none of which nobody knows what it shows."""
        machine = picture.machine
        is_said = bool(picture.words) and picture.state != UNSURE
        is_known = is_said or bool(machine and machine.outcome == "predicted")
        return self.request.options.public and is_known and not shows_people(picture)

    def _tags(self, pictures: Pictures) -> dict[int, tuple[str, ...]]:
        """Return how each picture of a holdout was drawn, as tags of its observations."""
        holdout = pictures.holdout
        if holdout is None:
            return {}
        strata = {one.stratum: one for one in self.store.holdouts.strata(holdout.id)}
        return {
            unit.image_id: (
                f"sample:{without_bar(holdout.name)}",
                f"stratum:{without_bar(strata[unit.stratum].name)}",
                f"weight:{strata[unit.stratum].weight!r}",
            )
            for unit in self.store.holdouts.sample(holdout.id)
        }

    def _note(self, places: Places, observations: Observations) -> None:
        """Say what a reader of the package must know."""
        notes = self.tally.notes
        notes[:0] = self._what_to_do()
        if places.by_pictures:
            notes.append(
                f"No start or no end is recorded of {places.by_pictures:,} of"
                f" {counted(len(places.points), 'deployment')}: the package gives the times of the"
                " first and last picture, and says so in deploymentComments."
            )
        sources = self.store.images.sources().values()
        if self.metadata.path is None and any(one.kind == "camtrap_dp" for one in sources):
            notes.append(
                "The survey has pictures of a Camtrap DP package: --metadata takes over what its"
                " datapackage.json and tables tell that a survey has no place for."
            )
        notes += self.paths.notes()
        if places.is_off_utc:
            notes.append(_UTC_IN_R)
        if observations.undated:
            notes.append(f"{counted(observations.undated, 'label')} {_UNDATED}.")
        for name in self.metadata.left:
            notes.append(f"The table {name} of the other package is not taken over.")
        if self.request.options.level == "event":
            notes.append(_EVENT_RULE)

    def _asked(self, level: str) -> dict[str, Any]:
        asked = self.request
        return {
            "where": asked.where,
            "truth": asked.truth,
            "holdout": asked.holdout,
            "level": level,
            "with_machine": asked.with_machine,
            "people": asked.people,
        }


_DESCRIBE = (
    "To tell places and offsets, write a table: camtrap-tui deployments {survey} --csv places.csv;"
    " fill in latitude, longitude and utcOffset (as -05:00); give it back: camtrap-tui deployments"
    " {survey} places.csv"
)
_UTC_IN_R = (
    "camtrapR's readcamtrapDP() turns the times into UTC: hours of the day are not the cameras'"
    " there. --format camtrapr keeps local time."
)
_EVENT_RULE = (
    "Events are bursts. Of each species an event gives what that picture says which shows most"
    " individuals of it, so that counts may be summed; it is blank where all its pictures are."
)

FORMAT = Format(
    name="camtrap-dp",
    made_for="publishing to GBIF; the R packages camtrapdp and camtrapR; Agouti, TRAPPER",
    carries=(
        "deployments; pictures; of each species of a picture or a burst its count, life stage, sex,"
        " behavior, and who said so; notes; names of species; a run with --with-machine; what else"
        " another package tells with --metadata"
    ),
    loses=(
        "pictures without a time, an offset from UTC or a place; what graders disagree on; marks."
        " Of a package that was added before: videos; machines' labels; people's labels on events,"
        " but for blank ones and those of one picture; of people's labels on pictures the ids,"
        " events, tags, boxes, known individuals, certainty, and that a camera was being set up"
    ),
    example="river-dp",
    takes=frozenset(
        (
            "run_id", "holdout", "truth", "with_machine", "people", "level", "decimals",
            "pictures", "metadata", "public",
        )
    ),
    write=write,
    writes="folder",
)  # fmt: skip
