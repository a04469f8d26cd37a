"""`preview`: MegaDetector's HTML pages of some pictures with boxes, of a run or of the truth.

The folder is there whole or not at all. No page needs a network, or the pictures that it was made
of.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from camtrap_tui.domain.text import clean, counted
from camtrap_tui.errors import InputError
from camtrap_tui.services.exports.beside import whole_folder, write_report
from camtrap_tui.services.exports.confirmed_boxes import CONFIDENCE
from camtrap_tui.services.exports.picture_files import PictureFiles, check_apart
from camtrap_tui.services.exports.pictures import Picture, Pictures
from camtrap_tui.services.exports.report import ExportReport, Tally, WrittenFile
from camtrap_tui.services.exports.request import CONSENSUS, ExportRequest
from camtrap_tui.services.exports.run_records import Classes, no_run
from camtrap_tui.services.previews_pages import Words, finish_pages
from camtrap_tui.services.previews_process import Job, Progress, make_pages, need_megadetector
from camtrap_tui.services.previews_results import (
    Results,
    Shown,
    picture_name,
    results_of_people,
    results_of_run,
)
from camtrap_tui.services.previews_sample import Sample, draw_pictures
from camtrap_tui.store.store import Store

Kind = Literal["pages", "pictures"]
SAMPLE = 500
_WORK = "work"
_CHUNK = 500


@dataclass(frozen=True, slots=True)
class PreviewRequest:
    """What is to be shown: `export` has place, filter, run, truth and people, `by_truth` tells
    that what people said is shown, not the run's word. `sample` is how many pictures are drawn
    with `seed`, 0 for all; `pages` are by class, `pictures` all in one."""

    export: ExportRequest
    kind: Kind = "pages"
    by_truth: bool = False
    sample: int = SAMPLE
    seed: int = 0

    @property
    def confidence(self) -> float:
        """The confidence from which on a box is shown."""
        given = self.export.options.confidence
        return CONFIDENCE if given is None else given


def preview(store: Store, request: PreviewRequest, progress: Progress) -> ExportReport:
    """Make the pages, whole or not at all; return what is in them and what was left out.

    `progress` hears (`chosen` or `drawn`, pictures done, in all), and may raise to stop. Raises
    ModelError where the tools are not there or fail (what they printed is kept then), InputError
    where no picture can be shown or the place will not do, UsageError and FilterError for what was
    asked.
    """
    need_megadetector()
    check_apart(store, request.export.out)
    out, tally = request.export.out, Tally()
    with whole_folder(out, replace=request.export.replace) as beside:
        work = beside / _WORK
        (work / "images").mkdir(parents=True)
        with store.db.snapshot():
            pictures = Pictures(store, request.export, boxes=True)
            if pictures.run is None and not request.by_truth:
                raise no_run(store)
            sample = _drawn(store, pictures, request, work / "images", tally, progress)
            shown = _put(store, request, sample, work / "images", tally)
            results = _results(store, request, pictures, shown)
        title, model = _title(store, request, pictures)
        drawn = _drawn_text(request, sample, len(shown))
        words = Words(results.files, results.classes, f"{drawn}. {_about(request, shown)}")
        job = Job(request.kind, title, model, words.about, request.confidence)
        bad = make_pages(out, beside, work, job, results.data, progress)
        for name in bad:
            tally.leave_out("cannot be read", results.files[name])
        tally.pictures = len(shown) - len(bad)
        if not tally.pictures:
            raise _nothing(store, tally)
        shutil.rmtree(work)
        pages = finish_pages(beside, words)
        tally.notes.append(f"{title} ({model}): {drawn[:1].lower()}{drawn[1:]}.")
        tally.notes.append(f"{counted(pages, 'page')}; open index.html in a browser.")
        report = tally.report("preview", str(out), _files(beside))
        write_report(beside, report, {"seed": request.seed, "sample": request.sample})
    return report


def _drawn(
    store: Store,
    pictures: Pictures,
    request: PreviewRequest,
    folder: Path,
    tally: Tally,
    progress: Progress,
) -> Sample:
    return draw_pictures(
        pictures.read(lambda done, total: progress("chosen", done, total)),
        PictureFiles(store, folder),
        tally,
        seed=request.seed,
        size=request.sample,
        by_truth=request.by_truth,
        without_people=request.export.people == "exclude",
    )


def _put(
    store: Store, request: PreviewRequest, sample: Sample, folder: Path, tally: Tally
) -> Shown:
    """Put links to the pictures into a folder, copies where people are blurred."""
    people, confidence = request.export.people, request.confidence
    files = PictureFiles(store, folder, how="link", people=people, confidence=confidence)
    shown = []
    for number, picture in enumerate(sample.pictures, 1):
        why = files.put(picture, picture_name(number))
        if why:
            tally.leave_out(why, picture.image.file_path)
        else:
            shown.append((picture_name(number), picture))
    tally.notes += files.notes()
    if not shown:
        raise _nothing(store, tally)
    return shown


def _nothing(store: Store, tally: Tally) -> InputError:
    reasons = "; ".join(f"{count:,} × {why}" for why, count in tally.left_out.items())
    return InputError(
        f"{store.path}: there is no picture to show.",
        f"Left out: {reasons}." if reasons else "The filter chooses none.",
    )


def _results(store: Store, request: PreviewRequest, pictures: Pictures, shown: Shown) -> Results:
    run = pictures.run
    if request.by_truth or run is None:
        return results_of_people(shown, request.confidence)
    ids = [picture.image.id for _, picture in shown]
    classes: dict[int, Classes] = {}
    for start in range(0, len(ids), _CHUNK):
        classes |= store.exporting.classes(run.id, ids[start : start + _CHUNK])
    taxa = {taxon.id: taxon for taxon in store.taxa.all()}
    return results_of_run(run, taxa, shown, classes)


def _title(store: Store, request: PreviewRequest, pictures: Pictures) -> tuple[str, str]:
    """Return whose word is shown, and which model's boxes."""
    run, truth = pictures.run, request.export.truth
    survey = clean(store.path.name)
    model = run.model_version if run else "no boxes"
    if not request.by_truth:
        return f"{survey}: what run {run.id if run else 0} says", model
    whose = "" if truth == CONSENSUS else f" ({truth})"
    boxes = f"boxes of run {run.id}, {model}" if run else model
    return f"{survey}: what people say{whose}", boxes


def _drawn_text(request: PreviewRequest, sample: Sample, shown: int) -> str:
    if shown == sample.population:
        return f"All {shown:,} pictures" if shown > 1 else "1 picture"
    seed = f", drawn with seed {request.seed}" if request.sample else ""
    return f"{shown:,} of {counted(sample.population, 'picture')}{seed}"


def _about(request: PreviewRequest, shown: Shown) -> str:
    """Return what a reader must know of the boxes."""
    boxes = f"Boxes are drawn from a confidence of {request.confidence:g} on"
    if request.by_truth:
        return (
            f"{boxes} where what people say leaves no doubt what is in them; what has none is in a"
            " box around the whole picture. The 100% are people's word, not a model's."
        )
    if request.kind == "pictures":
        return f"{boxes}."
    text = f"{boxes}; a picture without one is among the non-detections."
    weak = sum(_is_weak(picture, request.confidence) for _, picture in shown)
    if not weak:
        return text
    return (
        f"{text} What {counted(weak, 'picture')} there would show follows from a less sure box:"
        " a lower --confidence shows it."
    )


def _is_weak(picture: Picture, confidence: float) -> bool:
    """Tell whether something is predicted of a picture all whose boxes are less sure."""
    taxon = picture.machine.taxon if picture.machine else None
    if taxon is None or taxon.observation_type == "blank":
        return False
    return bool(picture.boxes) and all(box.confidence < confidence for box in picture.boxes)


def _files(folder: Path) -> tuple[WrittenFile, ...]:
    """Return the pages, and the folders with their pictures; those without any are gone."""
    found = []
    for path in sorted(folder.iterdir()):
        if path.is_file():
            found.append(WrittenFile(path.name, None, path.stat().st_size))
            continue
        sizes = [file.stat().st_size for file in path.iterdir()]
        if sizes:
            found.append(WrittenFile(f"{path.name}/", len(sizes), sum(sizes)))
        else:
            path.rmdir()
    return tuple(found)
