"""Adds a folder to the ledger: every file below it ends in exactly one state.

Files are read a chunk at a time outside the write lock, so a grader never waits for a disk;
what was read before and has not changed since is not read again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from camtrap_tui.errors import InputError
from camtrap_tui.services.bursting import renew_bursts
from camtrap_tui.services.pictures_on_disk import FoundFile, Look, look_at, walk
from camtrap_tui.services.places import to_text
from camtrap_tui.services.settling import Settler
from camtrap_tui.store.sources import SeenRows
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


def add_folder(
    store: Store,
    folder: Path,
    *,
    progress: Progress | None = None,
    survey: Path | None = None,
) -> FolderReport:
    """Add every file below `folder` to the survey, and forget none that was there before.

    Ends up with one row a file: `here`, `duplicate`, `not_a_picture` or `unreadable`; a file
    that was there at an earlier time and is gone becomes `missing`. `progress` is called with
    (files looked at, files in all). May be stopped at any time and repeated. `survey` is the
    file that is none of the folder's, where it is not the store's own. Raises InputError,
    having written nothing, for a folder that has no readable picture.
    """
    root = folder_root(folder)
    adding = _Adding(store, root, own_files(survey or store.path, root))
    total = adding.look_around()
    for chunk in adding.chunks():
        adding.take(chunk)
        if adding.has_pictures:
            adding.write()
        if progress:
            progress(min(adding.files, total), total)
    if adding.source_id is None or not adding.has_pictures:
        raise InputError(
            f"{root}: there is no picture in this folder ({_tally(adding.looks)}).",
            "Give the folder that holds the pictures, or one above it.",
        )
    adding.end()
    renew_bursts(store, store.ledger.deployments_without_bursts())
    return FolderReport(
        root,
        adding.source_id,
        store.ledger.states(adding.source_id),
        adding.new_images,
        adding.unchanged,
    )


class _Adding:
    """Two walks through a folder: the first tells what has gone, the second reads what is new.

    No list of the files is kept, only what was read before it is known that pictures are there.
    """

    def __init__(self, store: Store, root: Path, own: set[str]) -> None:
        self._store = store
        self._root = root
        self._own = own
        self._location = to_text(str(root))
        self._settler: Settler | None = None
        self._around = SeenRows(store.sources.last_row_id())
        self._read = SeenRows(store.sources.last_row_id())
        self.source_id = store.ledger.source_id("folder", self._location)
        self.looks: list[Look] = []
        self.has_pictures = False
        self.files = 0
        self.new_images = 0
        self.unchanged = 0

    def chunks(self) -> Iterator[list[FoundFile]]:
        """Yield the files of the folder but the survey's own, some at a time."""
        files = (file for file in walk(self._root) if file.path not in self._own)
        while chunk := list(islice(files, _CHUNK)):
            yield chunk

    def look_around(self) -> int:
        """Return how many files there are, having noted which earlier rows they are."""
        total = 0
        for chunk in self.chunks():
            total += len(chunk)
            if self.source_id is not None:
                paths = [file.path for file in chunk]
                for row in self._store.sources.rows_at(self.source_id, paths):
                    self._around.add(row.id)
        return total

    def take(self, files: list[FoundFile]) -> None:
        """Look at those of `files` that are new or have changed."""
        changed = [file for file in files if not self._is_known(file)]
        self.files += len(files)
        self.unchanged += len(files) - len(changed)
        self.looks += look_at(self._root, changed)
        self.has_pictures = self.has_pictures or any(look.state == "here" for look in self.looks)

    def write(self) -> None:
        """Write what was read; before the first time, what has vanished of the folder."""
        if self._settler is None:
            with self._store.db.transaction():
                source = self._store.images.source("folder", self._location, utc_now())
                # Until this walk has ended nobody knows how many files there are.
                self._store.sources.set_row_count(source.id, None)
            self.source_id = source.id
            self._note_vanished(source.id, self._around)
            self._settler = Settler(self._store, source, to_text(self._root.name))
        with self._store.db.transaction():
            for look in self.looks:
                self._settler.settle(look)
        self.new_images = self._settler.new_images
        self.looks = []

    def end(self) -> None:
        """Note what has vanished since the first walk, and how many files there are."""
        assert self.source_id is not None
        self._note_vanished(self.source_id, self._read)
        with self._store.db.transaction():
            self._store.sources.set_row_count(self.source_id, self.files)

    def _is_known(self, file: FoundFile) -> bool:
        if self.source_id is None:
            return False
        row = self._store.ledger.row(self.source_id, file.path)
        if row is None:
            return False
        self._read.add(row.id)
        if file.size is None or (row.file_bytes, row.modified_ns) != (file.size, file.modified_ns):
            return False
        match row.state:
            case "here":
                self.has_pictures = True
                return True
            case "duplicate":
                self.has_pictures = True
                # Imported predictions may since have made an image of its own of this file.
                image = self._store.ledger.image_at(self.source_id, file.path)
                return image is None or image.id == row.image_id
            case "not_a_picture":
                return True
        return False

    def _note_vanished(self, source_id: int, seen: SeenRows) -> None:
        for page in self._store.sources.vanished(source_id, seen):
            with self._store.db.transaction():
                for row in page:
                    if row.state not in ("missing", "excluded"):
                        self._store.ledger.note_missing(source_id, row.file_path, _GONE)


def folder_root(folder: Path) -> Path:
    """Return a folder's one path. Raises InputError for what is none."""
    try:
        root = folder.resolve(strict=True)
    except (OSError, RuntimeError):
        raise InputError(f"{folder}: there is no such folder.", "Check the path.") from None
    if not root.is_dir():
        raise InputError(f"{folder}: this is not a folder.", "Give the folder of the pictures.")
    return root


def own_files(path: Path, root: Path) -> set[str]:
    """Return the paths below `root` of the survey itself, which is no file of the folder."""
    survey = path.resolve()
    if root not in survey.parents:
        return set()
    inside = to_text(str(survey.relative_to(root)))
    return {inside, f"{inside}-wal", f"{inside}-shm"}


def _tally(looks: list[Look]) -> str:
    unreadable = sum(look.state == "unreadable" for look in looks)
    other = len(looks) - unreadable
    parts = [f"{unreadable:,} unreadable"] if unreadable else []
    return ", ".join([*parts, f"{other:,} other files" if other else "no files"][: 1 + bool(parts)])
