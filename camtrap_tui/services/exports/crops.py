"""Crops for training a classifier: a folder for each part of the split, in it one for each class.

A crop is a run's box that people have confirmed, with some of what is around it; nothing of the
picture's header goes along.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from camtrap_tui.domain.cells import write_cell
from camtrap_tui.domain.text import clean, counted
from camtrap_tui.errors import UsageError
from camtrap_tui.services.exports.beside import whole_folder, write_report
from camtrap_tui.services.exports.confirmed_boxes import (
    CONFIDENCE,
    Box,
    ConfirmedBox,
    confirmed_boxes,
)
from camtrap_tui.services.exports.picture_blurring import blurred, people_boxes, save_picture
from camtrap_tui.services.exports.picture_files import PictureFiles, check_apart
from camtrap_tui.services.exports.picture_names import safe_path
from camtrap_tui.services.exports.pictures import Picture, Pictures, shows_people
from camtrap_tui.services.exports.report import ExportReport, Tally, WrittenFile
from camtrap_tui.services.exports.request import ExportRequest, Format, Progress
from camtrap_tui.services.exports.training import Training, check_holdouts, known_words
from camtrap_tui.services.strict_decode import PictureError, decode
from camtrap_tui.store.store import Store

if TYPE_CHECKING:
    from PIL.Image import Image as PillowImage

INDEX = "crops.csv"
PADDING = 0.1
A_PERSON = "a crop of a person"
HIDDEN = "shows people whose boxes are not all known"
_LONGEST_STEM = 60
_COLUMNS = (
    "file", "split", "class", "scientific_name", "wi_taxon_id", "media_id", "file_path",
    "deployment_id", "location_id", "datetime_local", "event_id", "observation_id", "graders",
    "box_number", "box_confidence", "left", "top", "right", "bottom", "picture_width",
    "picture_height", "bbox_x", "bbox_y", "bbox_w", "bbox_h",
)  # fmt: skip

Edges = tuple[int, int, int, int]


@dataclass(slots=True)
class _Counts:
    crops: int = 0
    bytes: int = 0


class _Writer:
    """Cuts the crops of a snapshot out of their pictures, one picture after the other."""

    def __init__(
        self, store: Store, request: ExportRequest, pictures: Pictures, folder: Path, tally: Tally
    ) -> None:
        options = request.options
        self._folder = folder
        self._tally = tally
        self._pictures = pictures
        self._people = request.people
        self._confidence = CONFIDENCE if options.confidence is None else options.confidence
        self._padding = PADDING if options.padding is None else options.padding
        self.training = Training(store, request, self._confidence)
        self._classes = self.training.classes()
        self._files = PictureFiles(store, folder)
        self.counts = _Counts()

    def rows(self, progress: Progress) -> Iterator[list[Any]]:
        """Write the crops, and yield a row of the index for each."""
        for chosen in self.training.chosen(self._pictures, self._tally, progress):
            picture = chosen.picture
            boxes = self._boxes(picture)
            image = boxes if isinstance(boxes, str) else self._decoded(picture)
            if isinstance(boxes, str) or isinstance(image, str):
                self._tally.leave_out(str(image), picture.image.file_path)
                continue
            self._tally.pictures += 1
            for one in boxes:
                yield self._cut(picture, chosen.part, one, image)

    def _boxes(self, picture: Picture) -> list[ConfirmedBox] | str:
        """Return the boxes to be cut out, or why there are none."""
        if all(word.taxon.observation_type == "blank" for word in known_words(picture)):
            return "is blank"
        confirmed = confirmed_boxes(picture, self._confidence)
        boxes = list(confirmed.boxes)
        if self._people == "blur":
            # A person who cannot be known is no example of one.
            boxes = [one for one in boxes if one.taxon.observation_type != "human"]
        people = len(confirmed.boxes) - len(boxes)
        if not boxes:
            return "has only people in boxes" if people else "has no box that people confirm"
        for reason in (*confirmed.left_out, *[A_PERSON] * people):
            self._tally.omit(reason, picture.image.file_path)
        return boxes

    def _decoded(self, picture: Picture) -> PillowImage | str:
        """Return the picture, with the people on it made unknowable on wish; or why it is none."""
        people: list[Box] = []
        if self._people == "blur" and shows_people(picture, self._confidence):
            people = people_boxes(picture)
            if not people:
                # All of it would be blurred, and no example of anything.
                return HIDDEN
        found = self._files.find(picture.image)
        if found is None:
            return self._files.why_not(picture.image)
        try:
            image = decode(found.path)
        except PictureError as error:
            return f"cannot be read ({clean(str(error))})"
        return blurred(image, people) if people else image

    def _cut(self, picture: Picture, part: str, one: ConfirmedBox, image: PillowImage) -> list[Any]:
        edges = padded(one.bbox, image.size, self._padding)
        its_class = self._classes[one.taxon.taxon_uuid]
        name = f"{its_class.name}/{crop_name(picture, one)}"
        name = f"{part}/{name}" if part else name
        path = self._folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        save_picture(image.crop(edges), path)
        self.counts.crops += 1
        self.counts.bytes += path.stat().st_size
        taxon, deployment = its_class.taxon, picture.deployment
        texts = (
            name,
            part,
            its_class.name,
            taxon.scientific_name,
            taxon.taxon_uuid,
            picture.image.media_id,
            picture.image.file_path,
            deployment.deployment_id if deployment else "",
            (deployment.location_id if deployment else "") or "",
            picture.image.timestamp or "",
            f"e_{picture.burst_media_id}" if picture.burst_media_id else "",
            one.words[0].observation_id,
            " | ".join(dict.fromkeys(who for word in one.words for who in word.graders)),
        )
        numbers = (one.box.number, one.box.confidence, *edges, *image.size, *one.bbox)
        return [*map(write_cell, texts), *numbers]


def padded(bbox: Box, size: tuple[int, int], padding: float) -> Edges:
    """Return left, top, right and bottom in whole pixels of a relative box with `padding` (a share
    of its width and height) on each side, inside of the picture and at least a pixel large."""
    edges = []
    for n, length in enumerate(size):
        around = bbox[n + 2] * padding
        first = min(max(0, int((bbox[n] - around) * length + 0.5)), length - 1)
        last = int((bbox[n] + bbox[n + 2] + around) * length + 0.5)
        edges.append((first, min(max(last, first + 1), length)))
    (left, right), (top, bottom) = edges
    return left, top, right, bottom


def crop_name(picture: Picture, one: ConfirmedBox) -> str:
    """Return the name of a crop's file: camera, picture and box, like no other crop's.

    Pictures of one name, and of any, are told apart by eight digits made from the media id.
    """
    image, deployment = picture.image, picture.deployment
    stem = image.file_path.rpartition("/")[2].rpartition(".")[0] or image.media_id
    words = [deployment.deployment_id] if deployment else []
    plain = "-".join("".join(c if c.isalnum() else "_" for c in word) for word in [*words, stem])
    digest = hashlib.md5(image.media_id.encode(), usedforsecurity=False).hexdigest()[:8]
    return safe_path(f"{plain[:_LONGEST_STEM]}-{digest}-{one.box.number}.jpg")


def _write(store: Store, request: ExportRequest, progress: Progress) -> ExportReport:
    check_holdouts(request)
    check_apart(store, request.out)
    tally = Tally()
    with whole_folder(request.out, replace=request.replace) as folder, store.db.snapshot():
        pictures = Pictures(store, request, boxes=True)
        if pictures.run is None:
            raise UsageError(
                f"{store.path}: has no run, so there is no box to cut out.",
                "Predict or import first.",
            )
        writer = _Writer(store, request, pictures, folder, tally)
        index = folder / INDEX
        with index.open("w", encoding="utf-8", newline="") as file:
            table = csv.writer(file, lineterminator="\n")
            table.writerow(_COLUMNS)
            table.writerows(writer.rows(progress))
        counts = writer.counts
        files = [WrittenFile(INDEX, counts.crops, index.stat().st_size)]
        files += [
            WrittenFile(f"{entry.name}/", None, _size_below(entry))
            for entry in sorted(folder.iterdir())
            if entry.is_dir()
        ]
        tally.notes += [f"{counted(counts.crops, 'crop')}", *writer.training.notes()]
        report = tally.report("crops", str(request.out), tuple(files))
        write_report(folder, report, {"boxes_of_run": pictures.run.run_uuid})
    return report


def _size_below(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


FORMAT = Format(
    name="crops",
    made_for="training classifiers: a folder of crops for each part of the split and class",
    carries="boxes that people confirm, cut out with padding, and an index with their origin",
    loses="blanks, pictures without a box, what is around the boxes, counts, notes",
    example="river-crops",
    takes=frozenset({"run_id", "holdout", "truth", "people", "padding", "confidence", "holdouts"}),
    write=_write,
    writes="folder",
)
