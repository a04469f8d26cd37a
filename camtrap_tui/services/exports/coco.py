"""COCO Camera Traps: one JSON file for training, with the pictures beside it on wish.

The format is that of https://lila.science/coco-camera-traps; what people said is in it, and a run's
boxes only where people have confirmed them. Boxes are pixels of the file that `file_name` leads to.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from camtrap_tui import __version__
from camtrap_tui.domain.models import Image, Taxon
from camtrap_tui.domain.text import counted, escaped_json
from camtrap_tui.errors import UsageError
from camtrap_tui.services.exports.beside import whole_folder, write_report
from camtrap_tui.services.exports.confirmed_boxes import CONFIDENCE, Confirmed, confirmed_boxes
from camtrap_tui.services.exports.ground_truth import sampling_of
from camtrap_tui.services.exports.ground_truth_columns import Sampled
from camtrap_tui.services.exports.picture_files import PictureFiles, check_apart, size_of
from camtrap_tui.services.exports.pictures import Picture, Pictures, Word
from camtrap_tui.services.exports.report import ExportReport, Tally, WrittenFile
from camtrap_tui.services.exports.request import ExportRequest, Format, Progress
from camtrap_tui.services.exports.training import (
    EMPTY,
    Chosen,
    Training,
    check_holdouts,
    known_words,
)
from camtrap_tui.store.store import Store, utc_now

JSON_FILE, PICTURES = "annotations.json", "pictures"
NO_PIXELS = "pixels of the boxes: the picture's size is not known, so they are relative"
_SPOOL = ".annotations.part"

Size = tuple[int, int]


@dataclass(slots=True)
class _Counts:
    annotations: int = 0
    boxes: int = 0
    picture_bytes: int = 0
    too_few_boxes: int = 0
    shared_paths: int = 0


class _Writer:
    """Writes images and annotations of a snapshot, as they come; annotations wait in a file."""

    def __init__(
        self, store: Store, request: ExportRequest, pictures: Pictures, folder: Path, tally: Tally
    ) -> None:
        self._store = store
        self._tally = tally
        options = request.options
        self._confidence = CONFIDENCE if options.confidence is None else options.confidence
        self._training = Training(store, request, self._confidence)
        self._takes_pictures = options.pictures in ("copy", "link")
        self._root = folder / PICTURES
        self._files = PictureFiles(
            store,
            self._root,
            how="link" if options.pictures == "link" else "copy",
            people=request.people,
            confidence=self._confidence,
        )
        self._pictures = pictures
        self._sampled = sampling_of(store, pictures.holdout)
        self._classes = self._training.classes()
        names = sorted({one.name for one in self._classes.values()})
        self._ids = {name: number for number, name in enumerate(names, 1)}
        self.counts = _Counts()

    def write(self, file: IO[str], spool: IO[str], progress: Progress) -> None:
        """Write the document; `spool` holds the annotations meanwhile."""
        info, categories = _line(self._info()), ",\n".join(map(_line, self._categories()))
        file.write(f'{{\n"info": {info},\n"categories": [\n{categories}\n],\n"images": [')
        comma = "\n"
        for one in self._training.chosen(self._pictures, self._tally, progress):
            picture = one.picture
            placed = self._placed(picture)
            if placed is None:
                continue
            name, size = placed
            self._tally.pictures += 1
            sampled = self._sampled.get(picture.image.id)
            told = _image(one, name, size) | (_sampling(sampled) if sampled else {})
            file.write(f"{comma}{_line(told)}")
            self._annotate(picture, size, spool)
            comma = ",\n"
        file.write('\n],\n"annotations": [')
        spool.flush()
        spool.seek(0)
        while block := spool.read(1 << 20):
            file.write(block)
        file.write("\n]\n}\n")

    def notes(self) -> list[str]:
        """Return sentences on what else a reader must know."""
        notes = self._training.notes() + self._files.notes()
        few = self.counts.too_few_boxes
        if few:
            notes.append(
                f"{counted(few, 'picture')} {'has' if few == 1 else 'have'} fewer boxes than people"
                " said that there are animals: do not take the rest of them for background."
            )
        if self.counts.shared_paths:
            notes.append(
                f"{counted(self.counts.shared_paths, 'picture')} lie at a path that another has in"
                " another source: --pictures copy gives each a file_name of its own."
            )
        if not self._takes_pictures and self._store.caches.are_needed():
            notes.append(
                "Sizes and boxes are those of the originals; what was fetched may be smaller:"
                " --pictures copy writes pictures with boxes that fit them."
            )
        return notes

    def _placed(self, picture: Picture) -> tuple[str, Size | None] | None:
        """Return the name and the size of the file that shows a picture, None without one."""
        image = picture.image
        if not self._takes_pictures:
            self.counts.shared_paths += self._files.names.is_shared(image)
            return image.file_path or image.media_id, self._size(image)
        name = self._files.name(image)
        reason = self._files.put(picture, name)
        size = None if reason else size_of(self._root / name)
        if not reason and size is None:
            reason = "cannot be read as a picture"
            (self._root / name).unlink()
        if reason:
            self._tally.leave_out(reason, image.file_path)
            return None
        self.counts.picture_bytes += (self._root / name).lstat().st_size
        return name, size

    def _size(self, image: Image) -> Size | None:
        if image.width and image.height:
            return image.width, image.height
        found = self._files.find(image)
        return size_of(found.path) if found and found.is_original else None

    def _annotate(self, picture: Picture, size: Size | None, spool: IO[str]) -> None:
        confirmed = confirmed_boxes(picture, self._confidence)
        for reason in confirmed.left_out:
            self._tally.omit(reason, picture.image.file_path)
        if confirmed.boxes and size is None:
            self._tally.omit(NO_PIXELS, picture.image.file_path)
        self.counts.too_few_boxes += _has_too_few(picture, confirmed)
        for annotation in self._annotations(picture, confirmed, size):
            spool.write(f"{',' if self.counts.annotations else ''}\n{_line(annotation)}")
            self.counts.annotations += 1

    def _annotations(
        self, picture: Picture, confirmed: Confirmed, size: Size | None
    ) -> Iterator[dict[str, Any]]:
        boxed = set()
        for one in confirmed.boxes:
            boxed.add(one.taxon.taxon_uuid)
            self.counts.boxes += 1
            first = one.words[0]
            # Of several words on one species nobody said which is in which box.
            said = _said(first) if len(one.words) == 1 else {"annotators": list(first.graders)}
            said.pop("count", None)
            yield {
                "id": f"{first.observation_id}_{one.box.number}",
                "image_id": picture.image.media_id,
                "category_id": self._category(one.taxon),
                **_bbox(one.bbox, size),
                "score": one.box.confidence,
                **said,
            }
        for word in known_words(picture):
            is_blank = word.taxon.observation_type == "blank"
            if word.taxon.taxon_uuid not in boxed:
                yield {
                    "id": word.observation_id,
                    "image_id": picture.image.media_id,
                    "category_id": 0 if is_blank else self._category(word.taxon),
                    **_said(word),
                }

    def _info(self) -> dict[str, Any]:
        now = utc_now()
        return {
            "version": "1.0",
            "description": f"{self._store.survey.name}, labelled by people",
            "year": int(now[:4]),
            "date_created": now[:10],
            "software": f"camtrap-tui {__version__}",
            "boxes_of_run": self._pictures.run.run_uuid if self._pictures.run else None,
        }

    def _categories(self) -> Iterator[dict[str, Any]]:
        yield {"id": 0, "name": EMPTY}
        taxa = {one.name: one.taxon for one in self._classes.values()}
        for name, number in self._ids.items():
            yield {"id": number, "name": name, **_named(taxa[name])}

    def _category(self, taxon: Taxon) -> int:
        return self._ids[self._classes[taxon.taxon_uuid].name]


def _image(one: Chosen, name: str, size: Size | None) -> dict[str, Any]:
    image, deployment = one.picture.image, one.picture.deployment
    told: dict[str, Any] = {"id": image.media_id, "file_name": name}
    if size is not None:
        told |= {"width": size[0], "height": size[1]}
    if image.timestamp:
        told["datetime"] = image.timestamp
    if one.picture.burst_media_id and one.frame is not None:
        told["seq_id"] = f"e_{one.picture.burst_media_id}"
        told |= {"seq_num_frames": one.frame[1], "frame_num": one.frame[0]}
    # Readers of the format insist on one.
    told["location"] = (deployment and (deployment.location_id or deployment.deployment_id)) or (
        "unknown"
    )
    if deployment is not None:
        told["deployment_id"] = deployment.deployment_id
    if one.part:
        told["split"] = one.part
    return told


def _sampling(sampled: Sampled) -> dict[str, Any]:
    return {
        "sample_id": sampled.sample_id,
        "stratum": sampled.stratum,
        "stratum_pop": sampled.population,
        "stratum_n": sampled.sampled,
        "weight": sampled.weight,
    }


def _bbox(bbox: tuple[float, float, float, float], size: Size | None) -> dict[str, list[float]]:
    if size is None:
        return {"bbox_relative": list(bbox)}
    # A run's boxes are known to a fifth of a pixel at best.
    return {"bbox": [round(value * size[n % 2], 2) for n, value in enumerate(bbox)]}


def _said(word: Word) -> dict[str, Any]:
    told = {
        "count": word.count,
        "life_stage": word.life_stage,
        "sex": word.sex,
        "behavior": word.behavior,
    }
    return {name: value for name, value in told.items() if value is not None} | {
        "annotators": list(word.graders)
    }


def _named(taxon: Taxon) -> dict[str, str]:
    told = {"common_name": taxon.common_name, "scientific_name": taxon.scientific_name}
    return {name: value for name, value in told.items() if value} | {
        "wi_taxon_id": taxon.taxon_uuid
    }


def _has_too_few(picture: Picture, confirmed: Confirmed) -> bool:
    """Tell whether people counted more of a species than it has boxes, if it has any."""
    for uuid in {one.taxon.taxon_uuid for one in confirmed.boxes}:
        boxes = sum(one.taxon.taxon_uuid == uuid for one in confirmed.boxes)
        words = [word for word in picture.words if word.taxon.taxon_uuid == uuid]
        if sum(word.count or 1 for word in words) > boxes:
            return True
    return False


def _line(value: dict[str, Any]) -> str:
    # A survey that came from elsewhere may hold what was never cleaned.
    return escaped_json(json.dumps(value, ensure_ascii=False))


def _write(store: Store, request: ExportRequest, progress: Progress) -> ExportReport:
    check_holdouts(request)
    tally = Tally()
    if request.people == "blur" and request.options.pictures not in ("copy", "link"):
        raise UsageError("--people blur needs pictures to blur:", "give --pictures copy, too.")
    if request.options.pictures in ("copy", "link"):
        check_apart(store, request.out)
    with whole_folder(request.out, replace=request.replace) as folder, store.db.snapshot():
        pictures = Pictures(store, request, boxes=True)
        writer = _Writer(store, request, pictures, folder, tally)
        path, spool_path = folder / JSON_FILE, folder / _SPOOL
        with (
            path.open("w", encoding="utf-8", newline="\n") as file,
            spool_path.open("w+", encoding="utf-8", newline="\n") as spool,
        ):
            writer.write(file, spool, progress)
        spool_path.unlink()
        counts = writer.counts
        files = [WrittenFile(JSON_FILE, counts.annotations, path.stat().st_size)]
        if (folder / PICTURES).is_dir():
            files.append(WrittenFile(f"{PICTURES}/", None, counts.picture_bytes))
        tally.notes += [
            f"{counted(counts.annotations, 'annotation')}, {counts.boxes:,} of them with a box",
            *writer.notes(),
        ]
        report = tally.report("coco", str(request.out), tuple(files))
        write_report(folder, report, {"boxes_of_run": pictures.run and pictures.run.run_uuid})
    return report


FORMAT = Format(
    name="coco",
    made_for="training detectors and classifiers (COCO Camera Traps), megadetector's tools",
    carries="people's words, boxes that they confirm in pixels, places, bursts, parts of the split,"
    " strata and weights of a holdout",
    loses="pictures that nobody graded or that are in conflict or unsure, other boxes, notes",
    example="river-coco",
    takes=frozenset({"run_id", "holdout", "truth", "people", "pictures", "confidence", "holdouts"}),
    write=_write,
    writes="folder",
)
