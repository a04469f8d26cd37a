"""Adds a folder to the ledger: every file below it ends in exactly one state.

Files are read a chunk at a time outside the write lock, so a grader never waits for a disk;
what was read before and has not changed since is not read again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from camtrap_tui.errors import InputError
from camtrap_tui.services.bursting import renew_bursts
from camtrap_tui.services.pictures_on_disk import FoundFile, Look, look_at, walk
from camtrap_tui.services.places import to_text
from camtrap_tui.services.settling import Settler
from camtrap_tui.store.store import Store, utc_now

Progress = Callable[[int, int], None]
_CHUNK = 200
_GONE = "no longer in the folder"


@dataclass(frozen=True, slots=True)
class FolderReport:
    """What a folder holds: its source in the survey, and how many files are in each state.

    `unchanged` files were known already and not read again.
    """

    folder: Path
    source_id: int
    states: dict[str, int]
    new_images: int
    unchanged: int


def add_folder(store: Store, folder: Path, *, progress: Progress | None = None) -> FolderReport:
    """Add every file below `folder` to the survey, and forget none that was there before.

    Ends up with one row a file: `here`, `duplicate`, `not_a_picture` or `unreadable`; a file
    that was there at an earlier time and is gone becomes `missing`. `progress` is called with
    (files looked at, files in all). May be stopped at any time and repeated. Raises
    InputError, having written nothing, for a folder that has no readable picture.
    """
    root = _root(folder)
    own = _own_files(store, root)
    files = [file for file in walk(root) if file.path not in own]
    adding = _Adding(store, root)
    for start in range(0, len(files), _CHUNK):
        adding.take(files[start : start + _CHUNK])
        if adding.has_pictures:
            adding.write(files)
        if progress:
            progress(min(start + _CHUNK, len(files)), len(files))
    if adding.source_id is None or not adding.has_pictures:
        raise InputError(
            f"{root}: there is no picture in this folder ({_tally(adding.looks)}).",
            "Give the folder that holds the pictures, or one above it.",
        )
    renew_bursts(store, store.ledger.deployments_without_bursts())
    return FolderReport(
        root,
        adding.source_id,
        store.ledger.states(adding.source_id),
        adding.new_images,
        adding.unchanged,
    )


class _Adding:
    """One pass over a folder; holds what was read until it is known that pictures are there."""

    def __init__(self, store: Store, root: Path) -> None:
        self._store = store
        self._root = root
        self._location = to_text(str(root))
        self._settler: Settler | None = None
        self.source_id = store.ledger.source_id("folder", self._location)
        self.looks: list[Look] = []
        self.has_pictures = False
        self.new_images = 0
        self.unchanged = 0

    def take(self, files: list[FoundFile]) -> None:
        """Look at those of `files` that are new or have changed."""
        changed = [file for file in files if not self._is_known(file)]
        self.unchanged += len(files) - len(changed)
        self.looks += look_at(self._root, changed)
        self.has_pictures = self.has_pictures or any(look.state == "here" for look in self.looks)

    def write(self, files: list[FoundFile]) -> None:
        """Write what was read; before the first time, what has vanished of `files`' folder."""
        if self._settler is None:
            with self._store.db.transaction():
                source = self._store.images.source("folder", self._location, utc_now())
            self.source_id = source.id
            self._note_vanished(source.id, {file.path for file in files})
            self._settler = Settler(self._store, source, to_text(self._root.name))
        with self._store.db.transaction():
            for look in self.looks:
                self._settler.settle(look)
        self.new_images = self._settler.new_images
        self.looks = []

    def _is_known(self, file: FoundFile) -> bool:
        if self.source_id is None or file.size is None:
            return False
        row = self._store.ledger.row(self.source_id, file.path)
        if row is None or (row.file_bytes, row.modified_ns) != (file.size, file.modified_ns):
            return False
        match row.state:
            case "here":
                self.has_pictures = True
                return True
            case "duplicate":
                # Imported predictions may since have made an image of its own of this file.
                image = self._store.ledger.image_at(self.source_id, file.path)
                return image is None or image.id == row.image_id
            case "not_a_picture":
                return True
        return False

    def _note_vanished(self, source_id: int, present: set[str]) -> None:
        gone = [path for path in self._store.ledger.present_paths(source_id) if path not in present]
        for start in range(0, len(gone), _CHUNK):
            with self._store.db.transaction():
                for path in gone[start : start + _CHUNK]:
                    self._store.ledger.note_missing(source_id, path, _GONE)


def _root(folder: Path) -> Path:
    try:
        root = folder.resolve(strict=True)
    except (OSError, RuntimeError):
        raise InputError(f"{folder}: there is no such folder.", "Check the path.") from None
    if not root.is_dir():
        raise InputError(f"{folder}: this is not a folder.", "Give the folder of the pictures.")
    return root


def _own_files(store: Store, root: Path) -> set[str]:
    """Return the paths below `root` of the survey itself, which is no file of the folder."""
    survey = store.path.resolve()
    if root not in survey.parents:
        return set()
    path = to_text(str(survey.relative_to(root)))
    return {path, f"{path}-wal", f"{path}-shm"}


def _tally(looks: list[Look]) -> str:
    unreadable = sum(look.state == "unreadable" for look in looks)
    other = len(looks) - unreadable
    parts = [f"{unreadable:,} unreadable"] if unreadable else []
    return ", ".join([*parts, f"{other:,} other files" if other else "no files"][: 1 + bool(parts)])
