"""Finds where in a folder the tree of a lost folder begins, from a few of its pictures.

A place is believed only where pictures with the same path, size and content lie; of two that
differ neither is.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from pathlib import Path

from camtrap_tui.services.pictures_on_disk import FoundFile, walk
from camtrap_tui.services.places import from_text
from camtrap_tui.store.relinking import PlacedRow

SAMPLE = 30
_DAY_S, _QUARTER_S, _COARSE_S = 86_400 + 2, 900, 2


@dataclass(frozen=True, slots=True)
class Shift:
    """How a lost folder's tree lies in another: `inside` it, or `without` its first folders.

    The file of a row is `inside/path`; where `without` is not empty, the row's path begins
    with it and the file is the rest. Both end with `/` where they are not empty. `is_sure` says
    that no sampled picture has its path and size here but another content.
    """

    inside: str = ""
    without: str = ""
    is_sure: bool = True

    def row_path(self, file: str) -> str | None:
        """Return the path of the row whose file would lie at `file`; None for no such row."""
        if not self.is_sure or not file.startswith(self.inside):
            return None
        return self.without + file[len(self.inside) :]


def find_shifts(root: Path, samples: dict[int, list[PlacedRow]]) -> dict[int, Shift]:
    """Return for each lost source how its tree lies below `root`; those without one are left out.

    `samples` are some of its rows with a picture, by source id. Walks the folder once.
    """
    by_name: dict[str, list[tuple[int, PlacedRow]]] = defaultdict(list)
    for source_id, rows in samples.items():
        for row in rows:
            by_name[row.file_path.rpartition("/")[2]].append((source_id, row))
    votes: dict[int, dict[Shift, list[tuple[str, PlacedRow]]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for file in walk(root):
        for source_id, row in by_name.get(file.path.rpartition("/")[2], ()):
            shift = _shift(file, row)
            if shift is not None:
                votes[source_id][shift].append((file.path, row))
    shifts: dict[int, Shift] = {}
    for source_id in samples:
        taken = {shift.inside for shift in shifts.values()}
        shift = _best(root, votes[source_id], taken) if source_id in votes else None
        if shift is not None:
            shifts[source_id] = shift
    return shifts


def _shift(file: FoundFile, row: PlacedRow) -> Shift | None:
    if file.size is None or row.file_bytes not in (None, file.size):
        return None
    if f"/{file.path}".endswith(f"/{row.file_path}"):
        return Shift(inside=file.path[: len(file.path) - len(row.file_path)])
    if f"/{row.file_path}".endswith(f"/{file.path}"):
        return Shift(without=row.file_path[: len(row.file_path) - len(file.path)])
    return None


def _best(
    root: Path, found: dict[Shift, list[tuple[str, PlacedRow]]], taken: set[str]
) -> Shift | None:
    """Return the shift that most of the sampled pictures bear out by content, or None.

    `taken` are the places of other lost folders.
    """
    score: Counter[Shift] = Counter()
    denied: set[Shift] = set()
    for shift, pairs in found.items():
        for path, row in pairs:
            content = file_md5(root / from_text(path)) if row.content_md5 else None
            if content is None and len(found) > 1:
                # Without its content, one of several places would be a guess.
                continue
            if content == row.content_md5:
                score[shift] += 1
            else:
                denied.add(shift)
    best = max(score.values(), default=0)
    if not best:
        return None
    # Whole copies of the tree are as good as each other: the one that lies highest, and each
    # lost folder its own.
    equal = (shift for shift in score if score[shift] == best)
    found_at = min(equal, key=lambda shift: (shift.inside in taken, *_height(shift)))
    return replace(found_at, is_sure=found_at not in denied)


def _height(shift: Shift) -> tuple[int, int, str]:
    return shift.inside.count("/"), shift.without.count("/"), shift.inside


def is_unchanged(row: PlacedRow, file: FoundFile) -> bool:
    """Tell whether a file at a row's path needs no reading to be that row's.

    Disks that keep local times show other whole hours or quarters elsewhere, by two seconds.
    """
    if not row.content_md5:
        return row.file_bytes in (None, file.size)
    if row.file_bytes != file.size or row.modified_ns is None or file.modified_ns is None:
        return False
    apart_s = abs(row.modified_ns - file.modified_ns) / 1e9
    return apart_s < _DAY_S and min(apart_s % _QUARTER_S, -apart_s % _QUARTER_S) <= _COARSE_S


def file_md5(path: Path) -> str | None:
    """Return the md5 of a file, None where it cannot be read."""
    try:
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, lambda: hashlib.md5(usedforsecurity=False))
    except OSError:
        return None
    return digest.hexdigest()
