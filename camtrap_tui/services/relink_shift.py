"""Finds where in a folder the tree of a lost folder begins, from a few of its pictures.

A place is believed only where pictures with the same path, size and content lie; of two that
differ neither is.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path

from camtrap_tui.services.pictures_on_disk import FoundFile, walk
from camtrap_tui.services.places import from_text
from camtrap_tui.store.relinking import PlacedRow

SAMPLE = 30


@dataclass(frozen=True, slots=True)
class Shift:
    """How a lost folder's tree lies in another: `inside` it, or `without` its first folders.

    The file of a row is `inside/path`; where `without` is not empty, the row's path begins
    with it and the file is the rest. Both end with `/` where they are not empty.
    """

    inside: str = ""
    without: str = ""

    def row_path(self, file: str) -> str | None:
        """Return the path of the row whose file would lie at `file`; None outside the tree."""
        if not file.startswith(self.inside):
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
    return {
        source_id: shift
        for source_id, found in votes.items()
        if (shift := _best(root, found)) is not None
    }


def _shift(file: FoundFile, row: PlacedRow) -> Shift | None:
    if file.size is None or row.file_bytes not in (None, file.size):
        return None
    if f"/{file.path}".endswith(f"/{row.file_path}"):
        return Shift(inside=file.path[: len(file.path) - len(row.file_path)])
    if f"/{row.file_path}".endswith(f"/{file.path}"):
        return Shift(without=row.file_path[: len(row.file_path) - len(file.path)])
    return None


def _best(root: Path, found: dict[Shift, list[tuple[str, PlacedRow]]]) -> Shift | None:
    """Return the shift that most of the sampled pictures bear out by content, or None."""
    score: Counter[Shift] = Counter()
    for shift, pairs in found.items():
        for path, row in pairs:
            content = file_md5(root / from_text(path)) if row.content_md5 else None
            if content is None and len(found) > 1:
                # Without its content, one of several places would be a guess.
                continue
            score[shift] += 1 if content == row.content_md5 else 0
    best = max(score.values(), default=0)
    if not best:
        return None
    # Whole copies of the tree are as good as each other: the one that lies highest.
    return min((s for s in score if score[s] == best), key=_height)


def _height(shift: Shift) -> tuple[int, int, str]:
    return shift.inside.count("/"), shift.without.count("/"), shift.inside


def file_md5(path: Path) -> str | None:
    """Return the md5 of a file, None where it cannot be read."""
    try:
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, lambda: hashlib.md5(usedforsecurity=False))
    except OSError:
        return None
    return digest.hexdigest()
