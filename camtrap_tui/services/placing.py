"""Finds the pictures that imported files name in a folder, by id or by path.

A path matches where one of the two is the other's end, whole folders at a time, and no other
file matches as well: a picture that might be another's is missing, not guessed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from camtrap_tui.services.joining import join
from camtrap_tui.services.places import portable, stem_media_id, to_text
from camtrap_tui.store.candidates import Candidates
from camtrap_tui.store.store import Store, utc_now

_PAGE = 1000


class Match(NamedTuple):
    """What a path was found to mean, by which end of it, and whether nothing else can be meant."""

    means: str
    end: str
    is_sure: bool


class Listing:
    """The files of a folder, or the images of a survey, to be found by media id or by path."""

    def __init__(self, root: str, candidates: Candidates) -> None:
        """`root` is the folder's path, "" where there is no one folder."""
        self.root = root
        self.candidates = candidates
        folders = portable(root).split("/")
        self._ends = {"/".join(folders[n:]) for n in range(len(folders))}

    def find(self, path: str, media_id: str) -> tuple[str, bool] | None:
        """Return the one file that a media id, or else a portable path, means, and how surely."""
        found = self.match(path, media_id)
        return (found.means, found.is_sure) if found else None

    def match(self, path: str, media_id: str) -> Match | None:
        """Return what a media id, or else a portable path, means, if that is one thing only.

        Sure is a name that is the media id, and a path that the file has as a whole; a file
        whose own path is only the end of it may be another picture's.
        """
        named = self.candidates.by_media_id(media_id)
        if named is not None:
            return Match(named, path, True)
        found, end, is_sure = self._meant(path)
        return Match(found[0], end, is_sure) if len(found) == 1 else None

    def is_ambiguous(self, path: str) -> bool:
        """Tell whether a portable path may mean several things, none better than the others."""
        return len(self._meant(path)[0]) > 1

    def _meant(self, path: str) -> tuple[list[str], str, bool]:
        """Return what a path may mean, two of it at most, by which end, and how surely."""
        at = self.candidates.at
        whole = set(at(path)) or {*self.candidates.ending_with(path), *self._below_root(path)}
        if whole:
            return list(whole), path, True
        # `a/x.jpg` and `x.jpg` are both ends of `b/a/x.jpg`: the longer says more.
        ends = ((end, found) for _, end in _cuts(path) if (found := at(end)))
        end, longest = next(ends, ("", []))
        return longest, end, False

    def _below_root(self, path: str) -> Iterator[str]:
        """Yield the files that `path` is, where it begins with the end of the folder's own."""
        for first, rest in _cuts(path):
            if first in self._ends:
                yield from self.candidates.at(rest)


def _cuts(path: str) -> Iterator[tuple[str, str]]:
    """Yield both parts of a path, cut at each of its slashes: `a/b/c` is `a`, `b/c` first."""
    at = path.find("/")
    while at >= 0:
        yield path[:at], path[at + 1 :]
        at = path.find("/", at + 1)


@contextmanager
def listing(root: Path, paths: Iterable[str]) -> Iterator[Listing]:
    """Give the listing of a folder whose files are `paths`; it is read here, so take no lock."""
    candidates = Candidates()
    try:
        candidates.add((path, stem_media_id(path)) for path in paths)
        yield Listing(to_text(str(root)), candidates)
    finally:
        candidates.close()


def place_listed(store: Store, listed: Listing) -> int:
    """Give every image that waits for its picture the file of a folder that it means.

    Rows that find theirs are `here`, the others `missing`, but for those that have an address
    to be fetched from, which stay as they are. An image that the folder had already by its
    content alone becomes the one that waits; returns how many did. Call it in a transaction.
    """
    source = store.images.source("folder", listed.root, utc_now())
    after = 0
    while rows := store.bulk.waiting(after, _PAGE):
        after = rows[-1][0]
        listed.candidates.note_finds(
            (row_id, image_id, *(listed.find(path, media_id) or (None, False)))
            for row_id, path, image_id, media_id in rows
        )
    finds = listed.candidates.finds()
    joined = 0
    while page := list(islice(finds, _PAGE)):
        missing: list[int] = []
        others: list[int] = []
        for row_id, image_id, path in page:
            if path is None:
                missing.append(row_id)
            elif not store.bulk.place(source.id, path, image_id, row_id):
                if join(store, source.id, path, image_id):
                    joined += 1
                else:
                    others.append(row_id)
        store.bulk.note_missing(missing, f"not in {listed.root}")
        store.bulk.note_missing(others, f"its file in {listed.root} is another image's")
    return joined
