"""MegaDetector's batch output, format 1.6: for Timelapse, the dev tools, and our own import.

Others read `detections` with `classifications`. What the format has no place for stands beside,
where they do not look: a picture's own classes as its `raw_classifications`, and score and source
of its prediction as its `image_prediction` where its detections say something else of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from typing import IO, Any

from camtrap_tui.domain import verdict
from camtrap_tui.domain.models import Run, Taxon
from camtrap_tui.domain.taxonomy import BLANK_UUID, label_of
from camtrap_tui.domain.text import counted
from camtrap_tui.services.exports.beside import whole_file, written
from camtrap_tui.services.exports.megadetector_names import class_names
from camtrap_tui.services.exports.report import ExportReport, Tally
from camtrap_tui.services.exports.request import ExportRequest, Format, Progress
from camtrap_tui.services.exports.run_records import WHOLE, RunRecord, RunRecords
from camtrap_tui.services.exports.speciesnet import as_box, dumped, settled
from camtrap_tui.services.megadetector_files import SOURCE, SPECIESNET, WHOLE_PICTURE
from camtrap_tui.services.prediction_parts import TYPICAL_CONFIDENCE, says
from camtrap_tui.store.store import Store

FORMAT_VERSION = "1.6"
CATEGORIES = {"animal": "1", "human": "2", "vehicle": "3"}
CATEGORY_NAMES = {"1": "animal", "2": "person", "3": "vehicle"}
WHOLE_ID = "4"
# Timelapse drops detections below 0.03 and classes below 0.2 with these; MegaDetector 5 has them.
_THRESHOLDS = {
    "typical_detection_threshold": TYPICAL_CONFIDENCE,
    "conservative_detection_threshold": 0.05,
}
_CLASS_THRESHOLDS = {"typical_classification_threshold": 0.5}
# What MegaDetector's tools take for videos, and what Timelapse takes for pictures, by their names.
_VIDEOS = (".mp4", ".avi", ".mpeg", ".mpg", ".mov", ".mkv", ".flv")
_PICTURES = (".jpg", ".jpeg")

Pairs = list[tuple[int, float]]


def write(store: Store, request: ExportRequest, progress: Progress) -> ExportReport:
    """Write the run's word on every picture; memory does not grow with the survey."""
    tally = Tally()
    with (
        whole_file(store.path, request.out) as path,
        path.open("w", encoding="ascii", newline="\n") as file,
        store.db.snapshot(),
    ):
        records = RunRecords(store, request, tally)
        names = class_names([records.taxa[key] for key in records.taxon_ids()])
        file.write(f'{{"info": {dumped(info(records.run, classifies=bool(names)))},\n')
        _write_tables(file, names, records.taxa, has_whole=_has_whole(store, records))
        file.write('"images": [')
        writer = EntryWriter(records.run, records.taxa, names, tally)
        rows, no_jpeg = 0, 0
        for record in records.read(progress):
            ending = PurePosixPath(record.path.lower()).suffix
            if ending in _VIDEOS:
                _leave_out(tally, record)
                continue
            no_jpeg += ending not in _PICTURES
            file.write((",\n" if rows else "\n") + dumped(writer.entry(record)))
            rows += 1
        file.write("\n]}\n")
        records.note()
    if no_jpeg:
        tally.notes.append(
            f"{counted(no_jpeg, 'picture')} of it are no .jpg or .jpeg: Timelapse takes such files"
            " for videos, and leaves out what is said of them."
        )
    files = written(request.out.parent, {request.out.name: rows})
    return tally.report(FORMAT.name, str(request.out), files)


def info(run: Run, *, classifies: bool) -> dict[str, Any]:
    """Return the head of a file with a run's word.

    A mere number is SpeciesNet's, and our import takes its name off again.
    """
    names = run.model_version.split(" + ", 1)
    named = [f"{SPECIESNET}{name}" if name[:1].isdigit() else name for name in names]
    detector, classifier = named[0], named[-1] if classifies or len(named) > 1 else ""
    said: dict[str, Any] = {"format_version": FORMAT_VERSION, "detector": detector}
    said["detector_metadata"] = {"megadetector_version": "unknown", **_THRESHOLDS}
    if classifier:
        said |= {"classifier": classifier, "classifier_metadata": _CLASS_THRESHOLDS}
    place = {"country": run.country, "admin1_region": run.admin1_region}
    return said | {name: code for name, code in place.items() if code}


def _write_tables(
    file: IO[str], names: Mapping[int, str], taxa: Mapping[int, Taxon], *, has_whole: bool
) -> None:
    categories = CATEGORY_NAMES | ({WHOLE_ID: WHOLE_PICTURE} if has_whole else {})
    file.write(f'"detection_categories": {dumped(categories)},\n')
    if not names:
        return
    classes = {str(number): name for number, name in enumerate(names.values())}
    labels = {str(number): label_of(taxa[key]) for number, key in enumerate(names)}
    file.write(f'"classification_categories": {dumped(classes)},\n')
    file.write(f'"classification_category_descriptions": {dumped(labels)},\n')


def _has_whole(store: Store, records: RunRecords) -> bool:
    """Tell whether a picture without boxes is said to be anything but blank."""
    blank = next(key for key, taxon in records.taxa.items() if taxon.taxon_uuid == BLANK_UUID)
    return store.exporting.says_more_than_blank_without_boxes(records.run.id, blank)


def _leave_out(tally: Tally, record: RunRecord) -> None:
    tally.pictures -= 1
    tally.unlabeled -= record.machine.taxon is None
    tally.leave_out("is named as a video", record.path)


class EntryWriter:
    """Makes entries of one run; `names` are those of the classes, in their order in the file."""

    def __init__(
        self, run: Run, taxa: Mapping[int, Taxon], names: Mapping[int, str], tally: Tally
    ) -> None:
        self._ids = {key: str(number) for number, key in enumerate(names)}
        self._labels = {key: label_of(taxa[key]) for key in names}
        # There the classes of a box are what the program that made the file says of it.
        self._says_classes = (run.source_format or "").startswith(SOURCE)
        self._tally = tally

    def entry(self, record: RunRecord) -> dict[str, Any]:
        """Return an entry of `images` as the format has it."""
        machine = record.machine
        if machine.taxon is None:
            if record.boxes or record.classes:
                self._tally.omit("boxes of a picture that could not be predicted", record.path)
            return {"file": record.path, "failure": machine.reason or "", "detections": None}
        said = self._said(record, machine.taxon)
        listed, whole = self._listed(record, said)
        loose = [
            box.number
            for box in record.boxes
            if listed.get(box.number) and not record.classes.get(box.number)
        ]
        own = WHOLE in record.classes or bool(loose)
        detections = [
            {
                "category": CATEGORIES[box.category],
                "conf": box.confidence,
                "bbox": list(box.bbox),
                **self._classes(record, box.number, listed.get(box.number), is_raw=own),
            }
            for box in record.boxes
        ]
        if whole:
            detections.append(self._whole(whole))
        made: dict[str, Any] = {"file": record.path, "detections": detections}
        if own:
            made["raw_classifications"] = self._pairs(record.classes.get(WHOLE, []))
        return made | self._beside(record, listed, whole, said[0])

    def _said(self, record: RunRecord, taxon: Taxon) -> tuple[int, float]:
        score = record.machine.score
        assert score is not None
        return taxon.id, score

    def _listed(self, record: RunRecord, said: tuple[int, float]) -> tuple[dict[int, Pairs], Pairs]:
        """Return the classes that others are to read, by box, and of the picture as a whole."""
        label = self._labels[said[0]]
        if not record.boxes:
            is_blank = label.startswith(BLANK_UUID)
            return {}, [] if is_blank else [said]
        listed = {box.number: self._of_box(record, box.number, said) for box in record.boxes}
        best = max(record.boxes, key=lambda box: box.confidence)
        own = record.classes.get(best.number) or []
        if own[:1] == [said]:
            listed[best.number] = own
        elif not self._says_classes:
            listed[best.number] = []
        if self._derived(record, listed).label != label:
            listed[best.number] = [said]
        return listed, []

    def _of_box(self, record: RunRecord, number: int, said: tuple[int, float]) -> Pairs:
        """Return what a box is said to be that need not be the one which decides.

        SpeciesNet's last word on it is not kept. Its first class is the same animal where that is
        the picture's prediction; another one might live on another continent.
        """
        own = record.classes.get(number) or []
        if self._says_classes:
            return own
        box = next(box for box in record.boxes if box.number == number)
        return own[:1] if own and own[0][0] == said[0] and box.category == "animal" else []

    def _derived(self, record: RunRecord, listed: dict[int, Pairs]) -> Any:
        """Return what an importer makes of the boxes."""
        return settled(
            [
                says(as_box(box), self._verdict(listed.get(box.number)), TYPICAL_CONFIDENCE)
                for box in record.boxes
            ]
        )

    def _verdict(self, pairs: Pairs | None) -> verdict.Verdict | None:
        if not pairs:
            return None
        return verdict.Verdict(self._labels[pairs[0][0]], pairs[0][1], SOURCE)

    def _classes(
        self, record: RunRecord, number: int, listed: Pairs | None, *, is_raw: bool
    ) -> dict[str, Any]:
        own = record.classes.get(number) or []
        made: dict[str, Any] = {}
        if listed:
            made["classifications"] = self._pairs(listed)
        if own and (is_raw or listed != own):
            made["raw_classifications"] = self._pairs(own)
        return made

    def _whole(self, pairs: Pairs) -> dict[str, Any]:
        return {
            "category": WHOLE_ID,
            "conf": pairs[0][1],
            "bbox": [0.0, 0.0, 1.0, 1.0],
            "classifications": self._pairs(pairs),
        }

    def _pairs(self, pairs: Sequence[tuple[int, float]]) -> list[tuple[str, float]]:
        return [(self._ids[key], score) for key, score in pairs]

    def _beside(
        self, record: RunRecord, listed: dict[int, Pairs], whole: Pairs, taxon_id: int
    ) -> dict[str, Any]:
        """Return the picture's prediction where score or source of it cannot be told else."""
        machine, decided = record.machine, self._verdict(whole)
        found = settled([verdict.Box(1.0, decided)]) if decided else self._derived(record, listed)
        if (found.score, found.source) == (machine.score, machine.source):
            return {}
        said = {"class": self._ids[taxon_id], "score": machine.score, "source": machine.source}
        return {"image_prediction": said}


FORMAT = Format(
    name="megadetector",
    made_for="Timelapse, and MegaDetector's tools",
    carries="boxes, all classes and scores, the prediction of each picture, failures",
    loses="what people said; boxes of failures; what was made of a picture's further boxes;"
    " pending pictures, videos, predictions without a score",
    example="megadetector.json",
    takes=frozenset({"run_id", "people", "base"}),
    write=write,
)
