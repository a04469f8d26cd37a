"""Finds the pictures that imported files name in a folder, by id or by path.

A path matches where one of the two is the other's end, whole folders at a time, and no other
file matches as well: a picture that might be another's is missing, not guessed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from camtrap_tui.services.places import portable, stem_media_id, to_text
from camtrap_tui.store.store import Store, utc_now


class Listing:
    """The files of a folder, to be found by media id or by path."""

    def __init__(self, root: str, paths: Iterable[str]) -> None:
        self._root = portable(root)
        self._by_name: dict[str, list[str]] = defaultdict(list)
        self._by_media_id: dict[str, str] = {}
        for path in paths:
            self._by_name[path.rpartition("/")[2]].append(path)
            media_id = stem_media_id(path)
            if media_id:
                self._by_media_id.setdefault(media_id, path)

    def find(self, path: str, media_id: str) -> str | None:
        """Return the one file that a picture's media id, or else its portable path, means."""
        named = self._by_media_id.get(media_id)
        if named is not None:
            return named
        same_name = self._by_name.get(path.rpartition("/")[2], [])
        if path in same_name:
            return path
        fitting = [
            file
            for file in same_name
            if f"/{path}".endswith(f"/{file}") or f"/{self._root}/{file}".endswith(f"/{path}")
        ]
        # `a/x.jpg` and `x.jpg` are both ends of `b/a/x.jpg`: the longer says more.
        fitting.sort(key=len)
        if len(fitting) > 1 and len(fitting[-1]) == len(fitting[-2]):
            return None
        return fitting[-1] if fitting else None


def place(store: Store, root: Path, paths: Iterable[str]) -> None:
    """Give every image that waits for its picture the file in `root` that it means.

    `paths` are the files below `root`. Rows that find theirs are `here`, the others
    `missing`; call it in a transaction.
    """
    location = to_text(str(root))
    listing = Listing(location, paths)
    source = store.images.source("folder", location, utc_now())
    taken = store.bulk.taken(source.id)
    found: list[tuple[int, str, int, int]] = []
    missing: list[int] = []
    for row_id, path, image_id, media_id in store.bulk.waiting():
        file = listing.find(path, media_id)
        if file is None or taken.setdefault(file, image_id) != image_id:
            missing.append(row_id)
            continue
        found.append((source.id, file, image_id, row_id))
    store.bulk.place(found)
    store.bulk.note_missing(missing, f"not in {location}")
