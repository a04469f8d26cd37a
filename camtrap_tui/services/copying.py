"""Copies or links the pictures of a filter into a folder, by class or deployment on wish.

Every file is there whole or not at all, and the same request goes on where an earlier one stopped.
A folder that holds anything else is never written to.
"""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path
from stat import S_ISLNK
from typing import Any

from camtrap_tui.domain.cells import write_cell
from camtrap_tui.domain.text import clean, counted, quoted
from camtrap_tui.services.copy_places import NOT_GRADED, Places, others_in
from camtrap_tui.services.copy_request import (
    REQUEST,
    CopyRequest,
    check_folder,
    check_room,
    make_folder,
    state_of,
    write_text,
)
from camtrap_tui.services.exports.picture_blurring import new_part, part_of
from camtrap_tui.services.exports.picture_files import (
    NOT_FETCHED,
    NOT_HERE,
    SHOWS_PEOPLE,
    Found,
    PictureFiles,
    check_apart,
)
from camtrap_tui.services.exports.pictures import Picture, Pictures, shows_people
from camtrap_tui.services.exports.report import ExportReport, Tally, WrittenFile
from camtrap_tui.services.exports.request import ExportRequest, Progress
from camtrap_tui.store.store import Store

INDEX, REPORT = "pictures.csv", "copy-report.json"
_TOLD_EVERY, _SHOWN = 25, 3
_COLUMNS = ("file", "media_id", "file_path", "deployment_id", "datetime_local", "class", "class_by")


@dataclass(frozen=True, slots=True)
class CopyReport:
    """What became of the pictures that were chosen.

    `files` of `bytes` (a link has none) are in the folder now, `there` of them from an earlier
    try; `folders` counts the files by class or deployment. `others` are in it too, and are none of
    these pictures. `is_dry` tells that nothing was written.
    """

    export: ExportReport
    request: CopyRequest
    files: int
    there: int
    bytes: int
    folders: dict[str, int]
    others: int
    is_dry: bool

    @property
    def is_whole(self) -> bool:
        """Whether all pictures are there that were chosen, but for people who were left out, and
        nothing else."""
        return not self.export.left_out.keys() - {SHOWS_PEOPLE} and not self.others


def copy(
    store: Store, request: CopyRequest, progress: Progress, *, dry_run: bool = False
) -> CopyReport:
    """Copy or link what the request asks for; `progress` hears pictures done, and in all.

    Raises UsageError for a folder that holds anything else, FilterError for the filter, InputError
    where the folder cannot be written to or the disk has too little room.
    """
    with store.db.snapshot():
        pictures, state, resumes = _begin(store, request)
        plan = _Copying(store, request, pictures, resume=resumes)
        needed = plan.look()
        if dry_run or not plan.pictures:
            return plan.report(is_dry=True)
        check_room(request.folder, needed)
        make_folder(request.folder, state)
        copying = _Copying(store, request, pictures, resume=resumes)
        copying.run(progress)
    report = copying.report(is_dry=False)
    write_text(request.folder / REPORT, json.dumps(copy_json(report), ensure_ascii=False, indent=2))
    return report


def chosen(store: Store, request: CopyRequest) -> int:
    """Return how many pictures a request chooses, raising what `copy` does for one that will not
    do; no file is looked at."""
    pictures, _, _ = _begin(store, request)
    return pictures.count()


def _begin(store: Store, request: CopyRequest) -> tuple[Pictures, dict[str, Any], bool]:
    asked = ExportRequest(
        request.folder,
        request.where,
        request.grader,
        request.run_id,
        truth=request.truth,
        people=request.people,
    )
    pictures = Pictures(store, asked, boxes=request.people != "include")
    check_apart(store, request.folder)
    state = state_of(store, request, pictures.run)
    return pictures, state, check_folder(request.folder, state)


def copy_json(report: CopyReport) -> dict[str, Any]:
    """Return the report as what JSON can hold."""
    export, request = report.export, report.request
    return {
        "folder": export.out,
        "how": request.how,
        "by": request.by,
        "class_by": request.class_by if request.by == "class" else None,
        "truth": request.truth if request.by == "class" else None,
        "where": request.where,
        "people": request.people,
        "dry_run": report.is_dry,
        "chosen": export.chosen,
        "pictures": export.pictures,
        "files": report.files,
        "there_before": report.there,
        "bytes": report.bytes,
        "folders": report.folders,
        "other_files": report.others,
        "left_out": dict(export.left_out),
        "examples": {reason: list(found) for reason, found in export.examples.items()},
        "notes": list(export.notes),
    }


class _Copying:
    """One pass over the pictures of a request: looks at what is to be done, or does it."""

    def __init__(
        self, store: Store, request: CopyRequest, pictures: Pictures, *, resume: bool
    ) -> None:
        self._store = store
        self._request = request
        self._pictures = pictures
        self._files = PictureFiles(
            store, request.folder, how=request.how, people=request.people, resume=resume
        )
        self._places = Places(store, request, pictures)
        self._tally = Tally()
        self._counts: Counter[str] = Counter()
        self._resumes = resume
        # Hashes of where pictures are, to tell what else an earlier try has left there.
        self._targets: set[int] = set()
        self._number = self._there = self._bytes = self._smaller = self._several = 0

    @property
    def pictures(self) -> int:
        """How many pictures are to be put, or were."""
        return self._tally.pictures

    def look(self) -> int:
        """Count what is to be done, and return how many bytes it will take."""
        needed = 0
        for _, found, targets in self._found(lambda _done, _total: None):
            size = 0 if self._request.how == "link" else found.stat.st_size
            for folder, target in targets:
                is_there = self._files.is_there(found, target)
                needed += 0 if is_there else size
                self._count(folder, target, size, is_there=is_there)
            self._count_picture(found, targets)
        return needed

    def run(self, progress: Progress) -> None:
        """Put the pictures into the folder, and write the index of them."""
        index = self._request.folder / INDEX
        part = part_of(index)
        with new_part(part) as raw, TextIOWrapper(raw, "utf-8", newline="") as file:
            table = csv.writer(file, lineterminator="\n")
            table.writerow(_COLUMNS)
            for picture, found, targets in self._found(progress):
                reason = ""
                for folder, target in targets:
                    is_there = self._files.is_there(found, target)
                    reason = self._files.put(picture, target)
                    if reason:
                        break
                    put = (self._request.folder / target).lstat()
                    size = 0 if S_ISLNK(put.st_mode) else put.st_size
                    self._count(folder, target, size, is_there=is_there)
                    table.writerow(self._row(picture, folder, target))
                if reason:
                    self._tally.leave_out(reason, picture.image.file_path)
                else:
                    self._count_picture(found, targets)
        part.replace(index)

    def report(self, *, is_dry: bool) -> CopyReport:
        """Return what was counted."""
        index = self._request.folder / INDEX
        files: tuple[WrittenFile, ...] = ()
        if not is_dry:
            files = (WrittenFile(INDEX, self._number, index.stat().st_size),)
        others = self._others()
        self._tally.notes += self._files.notes() + self._notes(others)
        export = self._tally.report("copy", str(self._request.folder), files)
        folders = dict(sorted(self._counts.items())) if self._request.by != "none" else {}
        return CopyReport(
            export,
            self._request,
            self._number,
            self._there,
            self._bytes,
            folders,
            len(others),
            is_dry,
        )

    def _others(self) -> list[str]:
        if not self._resumes:
            return []
        own = [Path(name) for name in (REQUEST, INDEX, REPORT)]
        names = {path.name for one in own for path in (one, part_of(one))}
        return list(others_in(self._request.folder, self._targets, names))

    def _found(self, progress: Progress) -> Iterator[tuple[Picture, Found, list[tuple[str, str]]]]:
        """Yield the pictures whose files are here, and (folder, path) of where they are to be."""
        total = self._pictures.count()
        excludes = self._request.people == "exclude"
        coming = self._pictures.read(lambda _done, _total: None)
        for done, picture in enumerate(coming, 1):
            found = self._files.find(picture.image)
            if excludes and shows_people(picture):
                self._tally.leave_out(SHOWS_PEOPLE, picture.image.file_path)
            elif found is None:
                reason = self._files.why_not(picture.image)
                self._tally.leave_out(reason, picture.image.file_path)
            else:
                yield picture, found, self._places.targets(picture, found)
            if done % _TOLD_EVERY == 0 or done == total:
                progress(done, total)

    def _count(self, folder: str, target: str, size: int, *, is_there: bool) -> None:
        if self._resumes:
            self._targets.add(hash(target))
        self._counts[folder] += 1
        self._number += 1
        self._there += is_there
        self._bytes += size

    def _count_picture(self, found: Found, targets: list[tuple[str, str]]) -> None:
        self._tally.pictures += 1
        self._smaller += not found.is_original
        self._several += len(targets) > 1

    def _row(self, picture: Picture, folder: str, target: str) -> list[str]:
        image, deployment = picture.image, picture.deployment
        is_by_class = self._request.by == "class"
        texts = (
            target,
            image.media_id,
            image.file_path,
            deployment.deployment_id if deployment else "",
            image.timestamp or "",
            folder if is_by_class else "",
            self._request.class_by if is_by_class else "",
        )
        return [write_cell(text) for text in texts]

    def _notes(self, others: Sequence[str]) -> list[str]:
        survey, notes = quoted(str(self._store.path)), []
        if others:
            shown = ", ".join(map(clean, others[:_SHOWN])) + (", …" if others[_SHOWN:] else "")
            is_one = len(others) == 1
            notes.append(
                f"{counted(len(others), 'file')} in the folder {'is' if is_one else 'are'} of no"
                f" picture that this copy has now ({shown}). An earlier try put"
                f" {'it' if is_one else 'them'} there, before words, pictures or classes changed:"
                f" delete {'it' if is_one else 'them'}, or copy into a new folder."
            )
        left = self._tally.left_out
        if left[NOT_FETCHED]:
            notes.append(f"Fetch them, then copy again: camtrap-tui fetch {survey} --original")
        if left[NOT_HERE]:
            notes.append(
                f"If the pictures were moved: camtrap-tui relink {survey} FOLDER, then copy again."
            )
        if self._smaller:
            are = "is a copy" if self._smaller == 1 else "are copies"
            notes.append(
                f"{counted(self._smaller, 'picture')} {are} that fetch made, which may be smaller"
                f" than the originals: camtrap-tui fetch {survey} --original"
            )
        if self._several:
            has = "shows" if self._several == 1 else "show"
            notes.append(
                f"{counted(self._several, 'picture')} {has} several classes, and"
                f" {'is' if self._several == 1 else 'are'} in the folder of each."
            )
        if self._counts[NOT_GRADED]:
            notes.append(f"{NOT_GRADED} has what nobody graded: --class-by run sorts by the run.")
        return notes
