"""Finds pictures again after a move or on another machine: by their paths, then by content.

A picture is found where a file has its path, size and time of change, or its content; nothing
is guessed, and what is not found is missing. Files that nobody knows are only counted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from camtrap_tui.domain.models import Source
from camtrap_tui.domain.text import clean
from camtrap_tui.errors import InputError, UsageError
from camtrap_tui.services.ingest import folder_root, own_files
from camtrap_tui.services.pictures_on_disk import FoundFile, is_picture_name, look_at, walk
from camtrap_tui.services.places import from_text, to_text
from camtrap_tui.services.relink_shift import SAMPLE, Shift, file_md5, find_shifts, is_unchanged
from camtrap_tui.services.settling import Settler
from camtrap_tui.store.relinking import PlacedRow
from camtrap_tui.store.sources import SeenRows
from camtrap_tui.store.store import Store, utc_now

Progress = Callable[[int], None]
_CHUNK = 500
_SIZE_BITS = 1 << 23


@dataclass(slots=True)
class Relinked:
    """What became of a folder of the survey: pictures found by path, by content, or not."""

    old: str
    new: str
    by_path: int = 0
    by_content: int = 0
    not_found: int = 0


@dataclass(slots=True)
class RelinkReport:
    """What was found in a folder.

    `named` pictures are those that only a table or predictions named; `untouched` are folders
    of which nothing was found; `new_files` are pictures that the survey does not know.
    """

    folder: Path
    moved: list[Relinked] = field(default_factory=list)
    untouched: list[str] = field(default_factory=list)
    named: int = 0
    new_files: int = 0


def relink(
    store: Store,
    folder: Path,
    *,
    old: str | None = None,
    progress: Progress | None = None,
    survey: Path | None = None,
) -> RelinkReport:
    """Find in `folder` the pictures of folders that are not where they were, or of `old`.

    Also pictures that tables name by their content. `progress` is called with the number of
    files that were read. `survey` is as in `add_folder`. Raises InputError, having written
    nothing, where no picture is found, UsageError where `old` is no folder of the survey.
    """
    root = folder_root(folder)
    lost = _lost_sources(store, root, old)
    samples = {key: store.relinking.sample(key, SAMPLE) for key in lost}
    own = own_files(survey or store.path, root)
    shifts = find_shifts(root, samples)
    trees: list[_Tree] = []
    for key, source in lost.items():
        tree = _Tree(store, source, root, shifts.get(key), samples[key])
        tree.gives_way = tree.location in {other.location for other in trees}
        trees.append(tree)
    work = _Relinking(store, root, own, trees)
    if not trees and not work.wants_named():
        raise InputError(
            "Every folder of the survey is where it was.",
            "Name one with --from, or add the folder: camtrap-tui add SURVEY FOLDER",
        )
    work.see()
    work.find(progress)
    return work.end()


def _lost_sources(store: Store, root: Path, old: str | None) -> dict[int, Source]:
    folders = {k: s for k, s in store.images.sources().items() if s.kind == "folder"}
    if old is None:
        here = to_text(str(root))
        return {
            key: source
            for key, source in folders.items()
            if source.location != here and not Path(from_text(source.location)).is_dir()
        }
    asked = {to_text(old), to_text(old.rstrip("/")), to_text(str(Path(old).absolute()))}
    found = {key: source for key, source in folders.items() if source.location in asked}
    if not found:
        known = ", ".join(source.location for source in folders.values()) or "none"
        raise UsageError(f"{clean(old)} is no folder of this survey:", f"it has {clean(known)}.")
    return found


class _Tree:
    """A lost folder, and how its files lie in the folder that is searched."""

    def __init__(
        self,
        store: Store,
        source: Source,
        root: Path,
        shift: Shift | None,
        sample: list[PlacedRow],
    ) -> None:
        self.source = source
        self.shift = shift
        self.base = shift.inside if shift else ""
        self.path = root / from_text(self.base) if self.base else root
        self.location = to_text(str(self.path))
        other = store.ledger.source_id("folder", self.location)
        self.other = None if other == source.id else other
        images = [row.image_id for row in sample if row.image_id is not None]
        # Where a folder of the survey lies there already, its copies take over.
        self.is_copied = (
            self.other is not None
            and bool(images)
            and store.relinking.copies_in(self.other, images) > 0
        )
        # Of two folders that would lie in one, the first gets it.
        self.gives_way = False
        self.is_moved = False
        self.files = 0
        self.report = Relinked(source.location, self.location)

    @property
    def is_open(self) -> bool:
        """Whether rows of this tree may get files of the folder."""
        return self.other is None and not self.gives_way

    def inside(self, file: FoundFile) -> str | None:
        """Return the path that a file has in this tree from now on, None outside it."""
        return file.path[len(self.base) :] if file.path.startswith(self.base) else None

    def known_path(self, file: FoundFile) -> str | None:
        """Return the path of the row whose file this may be by its place, or None."""
        return self.shift.row_path(file.path) if self.shift and self.is_open else None


class _Relinking:
    """The walks through a folder in search of pictures; of rows a bit each is kept."""

    def __init__(self, store: Store, root: Path, own: set[str], trees: list[_Tree]) -> None:
        self._store = store
        self._root = root
        self._own = own
        self._trees = trees
        self._seen = SeenRows(store.sources.last_row_id())
        # Sizes of lost pictures, a bit each: a file of another size is not read.
        self._sizes = bytearray(_SIZE_BITS // 8)
        self._any_size = False
        self._named_in: dict[int, int] = {}
        lost = {tree.source.id for tree in trees}
        self._others = [
            (source.id, row_path)
            for source in store.images.sources().values()
            if source.kind == "folder" and source.id not in lost
            if (row_path := _row_path_in(root, source)) is not None
        ]
        self._report = RelinkReport(root)

    def wants_named(self) -> bool:
        """Tell whether a table names a picture by its content that nothing has."""
        return next(self._store.relinking.sizes_wanted_by_tables(), 0) != 0

    def see(self) -> None:
        """Note which rows have a file with their path and size, and which sizes are sought."""
        for chunk in self._chunks():
            for tree in self._trees:
                for row, _ in self._at(tree, chunk):
                    self._seen.add(row.id)
                    tree.files += 1
        for tree in self._trees:
            for page in self._store.relinking.lost(tree.source.id, self._seen):
                for row in page:
                    if row.content_md5 and tree.is_open:
                        self._want(row.file_bytes)
        for size in self._store.relinking.sizes_wanted_by_tables():
            self._want(size)
        for tree in self._trees:
            if tree.files:
                with self._store.db.transaction():
                    self._move(tree)
            tree.files = 0

    def find(self, progress: Progress | None) -> None:
        """Give rows the files that are theirs."""
        done = 0
        for chunk in self._chunks():
            contents = {
                file.path: file_md5(self._root / from_text(file.path))
                for file in self._strange(chunk)
                if self._is_wanted(file.size)
            }
            with self._store.db.transaction():
                self._take(chunk, contents)
            done += len(chunk)
            if progress:
                progress(done)

    def end(self) -> RelinkReport:
        """Note what was not found; return the report."""
        store, report = self._store, self._report
        for tree in self._trees:
            if tree.is_moved or tree.is_copied:
                self._note_lost(tree)
                report.moved.append(tree.report)
            else:
                report.untouched.append(tree.source.location)
        with store.db.transaction():
            for tree in self._trees:
                if tree.is_moved or tree.is_copied:
                    named = self._named_in.pop(tree.source.id, 0)
                    store.sources.set_row_count(tree.source.id, tree.files + named)
            for source_id, named in self._named_in.items():
                known = store.images.sources()[source_id].row_count
                store.sources.set_row_count(source_id, None if known is None else known + named)
        if not report.moved and not report.named:
            raise InputError(
                f"{to_text(str(self._root))}: no picture of the survey was found there.",
                "Give the folder that holds them; nothing was changed.",
            )
        return report

    def _chunks(self) -> Iterator[list[FoundFile]]:
        files = (f for f in walk(self._root) if f.path not in self._own and f.size is not None)
        while chunk := list(islice(files, _CHUNK)):
            yield chunk

    def _at(self, tree: _Tree, files: list[FoundFile]) -> list[tuple[PlacedRow, FoundFile]]:
        """Return the rows of a tree whose files these are by path, size and time."""
        paths = {path: file for file in files if (path := tree.known_path(file)) is not None}
        rows = self._store.relinking.at(tree.source.id, list(paths)) if paths else {}
        return [(row, paths[path]) for path, row in rows.items() if is_unchanged(row, paths[path])]

    def _strange(self, files: list[FoundFile]) -> list[FoundFile]:
        """Return the files that no row has: neither a lost folder's nor another one's."""
        known = {file.path for tree in self._trees for _, file in self._at(tree, files)}
        left = [file for file in files if file.path not in known]
        for source_id, row_path in self._others:
            paths = {path: f.path for f in left if (path := row_path(f.path)) is not None}
            rows = self._store.relinking.at(source_id, list(paths)) if paths else {}
            there = {paths[path] for path in rows}
            left = [file for file in left if file.path not in there]
        return left

    def _want(self, size: int | None) -> None:
        if size is None:
            self._any_size = True
        else:
            bit = size % _SIZE_BITS
            self._sizes[bit // 8] |= 1 << bit % 8

    def _is_wanted(self, size: int | None) -> bool:
        bit = (size or 0) % _SIZE_BITS
        return self._any_size or bool(self._sizes[bit // 8] & 1 << bit % 8)

    def _move(self, tree: _Tree) -> None:
        """Write that a folder lies here now."""
        if not tree.is_moved:
            tree.is_moved = True
            self._store.relinking.move_source(tree.source.id, tree.location)

    def _take(self, files: list[FoundFile], contents: dict[str, str | None]) -> None:
        """Write the rows whose files these are, by path, then by content."""
        taken: set[str] = set()
        for tree in self._trees:
            for row, file in self._at(tree, files):
                taken.add(file.path)
                path = tree.inside(file)
                self._seen.add(row.id)
                tree.files += 1
                tree.report.by_path += row.state == "here"
                changed = (row.file_path, row.file_bytes, row.modified_ns)
                if path is None or changed == (path, file.size, file.modified_ns):
                    continue
                if self._make_way(tree, row, path):
                    self._store.relinking.move_row(
                        tree.source.id, row, path, file.size, file.modified_ns
                    )
        for file in self._strange([file for file in files if file.path not in taken]):
            content = contents.get(file.path)
            if content is None or not (
                self._by_content(file, content) or self._named(file, content)
            ):
                self._report.new_files += is_picture_name(file.path)

    def _by_content(self, file: FoundFile, content: str) -> bool:
        """Give a file to the lost row whose picture it is; tell whether there is one."""
        for tree in self._trees:
            path = tree.inside(file)
            if path is None or not tree.is_open:
                continue
            rows = self._store.relinking.with_content(tree.source.id, content)
            left = [row for row in rows if row.id not in self._seen]
            # A file that kept its place first; no duplicate while the picture itself is lost.
            place = tree.known_path(file)
            left.sort(key=lambda row: (row.file_path != place, row.state == "duplicate"))
            row = left[0] if left else None
            if row is None or not self._make_way(tree, row, path):
                continue
            self._move(tree)
            self._store.relinking.move_row(tree.source.id, row, path, file.size, file.modified_ns)
            self._seen.add(row.id)
            tree.files += 1
            if row.state == "here":
                kept_place = row.file_path == place
                tree.report.by_path += kept_place
                tree.report.by_content += not kept_place
            return True
        return False

    def _make_way(self, tree: _Tree, row: PlacedRow, path: str) -> bool:
        """Set a lost row aside that has the path which another one gets; False where it is not."""
        other = self._store.relinking.row_at(tree.source.id, path)
        if other is None or other.id == row.id:
            return True
        if other.id in self._seen:
            return False
        self._store.relinking.move_row(
            tree.source.id, other, f"{path}#{other.id}", other.file_bytes, other.modified_ns
        )
        return True

    def _named(self, file: FoundFile, content: str) -> bool:
        """Give a file to the image that a table names with this content; tell whether there is."""
        image_id = self._store.relinking.named_with_content(content)
        if image_id is None:
            return False
        tree = next((t for t in self._trees if t.is_moved and t.inside(file) is not None), None)
        base, path = self._root, file.path
        if tree is not None:
            base, path = tree.path, str(tree.inside(file))
        location = to_text(str(base))
        source = self._store.images.source("folder", location, utc_now())
        (look,) = look_at(base, [FoundFile(path, file.size, file.modified_ns)])
        if look.state != "here":
            return False
        self._store.relinking.give_content(image_id, content)
        Settler(self._store, source, to_text(base.name)).settle(look)
        self._named_in[source.id] = self._named_in.get(source.id, 0) + 1
        self._report.named += 1
        return True

    def _note_lost(self, tree: _Tree) -> None:
        store = self._store
        reason = f"not found in {tree.location}"
        for page in store.relinking.lost(tree.source.id, self._seen):
            with store.db.transaction():
                for row in page:
                    store.ledger.note_missing(tree.source.id, row.file_path, reason)
                    if row.image_id is None or row.state != "here":
                        continue
                    if self._is_elsewhere(row.image_id):
                        tree.report.by_content += 1
                    else:
                        tree.report.not_found += 1

    def _is_elsewhere(self, image_id: int) -> bool:
        (image,) = self._store.images.by_ids([image_id])
        return self._store.ledger.has_file(image)


def _row_path_in(root: Path, source: Source) -> Callable[[str], str | None] | None:
    """Return what turns a path below `root` into one of another folder's; None where none is."""
    location = Path(from_text(source.location))
    if location == root or location in root.parents:
        above = to_text(str(root.relative_to(location)))
        start = "" if above == "." else f"{above}/"
        return lambda path: f"{start}{path}"
    if root in location.parents:
        below = f"{to_text(str(location.relative_to(root)))}/"
        return lambda path: path[len(below) :] if path.startswith(below) else None
    return None
