"""What a run says of each picture, for files of predictions: the same for both of their formats.

A file holds the word of one run, and each path once: pictures that share a path are left out,
since nobody could tell which of them was meant.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby, islice
from pathlib import Path

from camtrap_tui.domain.models import Run, Taxon
from camtrap_tui.domain.text import counted
from camtrap_tui.errors import UsageError
from camtrap_tui.services.exports.pictures import (
    Machine,
    MachineBox,
    Picture,
    Pictures,
    shows_people,
)
from camtrap_tui.services.exports.report import Tally
from camtrap_tui.services.exports.request import ExportRequest, Progress
from camtrap_tui.services.locating import Locator
from camtrap_tui.store.store import Store

_CHUNK = 500
# The number of the picture as a whole, among those of its boxes.
WHOLE = 0
SHARED = "has the path of another picture; --base tells them apart"

Classes = Mapping[int, list[tuple[int, float]]]


@dataclass(frozen=True, slots=True)
class RunRecord:
    """A picture that a run has an outcome for, under the path that the file gives it.

    `classes` are (taxon id, score), best first, by the number of a box or WHOLE.
    """

    path: str
    machine: Machine
    boxes: tuple[MachineBox, ...]
    classes: Classes


class RunRecords:
    """The pictures of a request with what its run says; iterate it once, in a snapshot.

    Counts in `tally` what is left out, and what a reader must know. Raises UsageError without a
    run, and for people that were to be blurred: no picture is in such a file.
    """

    def __init__(self, store: Store, request: ExportRequest, tally: Tally) -> None:
        self._store = store
        self._pictures = Pictures(store, request, boxes=True)
        if self._pictures.run is None:
            raise no_run(store)
        if request.people == "blur":
            raise UsageError(
                "--people blur: there are no pictures in a file of predictions.",
                "Give --people exclude to leave out those that show people.",
            )
        self.run: Run = self._pictures.run
        self.taxa: Mapping[int, Taxon] = {taxon.id: taxon for taxon in store.taxa.all()}
        self._leaves_people = request.people == "exclude"
        self._tally = tally
        self._base = _Base(store, request.options.base) if request.options.base else None

    def taxon_ids(self) -> set[int]:
        """Return the taxa that the run names anywhere."""
        owner = self.run.parent_run_id or self.run.id
        classes = self._store.refencing.classes_said(owner)
        return self._store.runs.predicted_taxa(self.run.id) | set(classes)

    def read(self, progress: Progress) -> Iterator[RunRecord]:
        """Yield the records, by file path; `progress` hears how many pictures are done."""
        chosen = self._unshared(self._pictures.read(progress))
        while chunk := list(islice(chosen, _CHUNK)):
            ids = [picture.image.id for _, picture in chunk]
            classes = self._store.exporting.classes(self.run.id, ids)
            for path, picture in chunk:
                machine = picture.machine
                assert machine is not None
                self._tally.pictures += 1
                self._tally.unlabeled += machine.taxon is None
                yield RunRecord(path, machine, picture.boxes, classes.get(picture.image.id, {}))

    def note(self) -> None:
        """Say whose word the file is, once it is written."""
        run, notes = self.run, self._tally.notes
        notes.append(f"It is the word of run {run.id} ({run.model_version}), not of people.")
        if run.finished_at is None:
            notes.append("The run is not finished: what it has not come to is not in the file.")
        failed = self._tally.unlabeled
        if failed:
            notes.append(f"Of {counted(failed, 'picture')} it says why there is no prediction.")

    def _unshared(self, pictures: Iterator[Picture]) -> Iterator[tuple[str, Picture]]:
        """Yield the pictures that the file can hold, with their paths."""
        # They come in order of path: what shares one stands together.
        for _, group in groupby(pictures, key=lambda picture: picture.image.file_path):
            named = [(self._path(picture), picture) for picture in group if self._can_be(picture)]
            paths = [path for path, _ in named]
            for path, picture in named:
                if not path:
                    assert self._base is not None
                    why = f"has no file below {self._base.folder}"
                    self._tally.leave_out(why, picture.image.file_path)
                elif paths.count(path) > 1:
                    self._tally.leave_out(SHARED, path)
                else:
                    yield path, picture

    def _can_be(self, picture: Picture) -> bool:
        why = self._why_not(picture)
        if why:
            self._tally.leave_out(why, picture.image.file_path)
        return not why

    def _why_not(self, picture: Picture) -> str:
        """Return why a picture has no record, or nothing."""
        machine = picture.machine
        if machine is None:
            return f"is not in run {self.run.id}"
        if machine.outcome == "pending":
            return f"is still pending in run {self.run.id}"
        if machine.taxon is not None and machine.score is None:
            return "has a prediction without a score"
        if self._leaves_people and shows_people(picture):
            return "shows people"
        return ""

    def _path(self, picture: Picture) -> str:
        return self._base.path(picture) if self._base else picture.image.file_path


def no_run(store: Store) -> UsageError:
    """Return the error for a survey without a run."""
    return UsageError(
        f"{store.path}: there is no run whose word could be written.",
        "Predict or import first: camtrap-tui predict, camtrap-tui import.",
    )


class _Base:
    """Names the files of pictures as they lie below a folder."""

    def __init__(self, store: Store, folder: Path) -> None:
        if not folder.is_dir():
            raise UsageError(f"--base {folder}:", "there is no such folder.")
        self.folder = folder
        self._start = folder.resolve()
        self._locator = Locator(store)

    def path(self, picture: Picture) -> str:
        """Return the path of a picture's own file from the folder on, empty where it has none."""
        own = self._locator.own_file(picture.image)
        if own is None:
            return ""
        path = os.path.relpath(own, self._start)
        return "" if path.startswith(os.pardir) else Path(path).as_posix()
