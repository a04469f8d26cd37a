"""Finds the pictures that imported files name in a folder, by id or by path.

A path matches where one of the two is the other's end, whole folders at a time, and no other
file matches as well: a picture that might be another's is missing, not guessed.
"""

from __future__ import annotations

from collections import Counter, defaultdict
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

    def find(self, path: str, media_id: str) -> tuple[str, bool] | None:
        """Return the one file that a media id, or else a portable path, means, and how surely.

        Sure is a name that is the media id, and a path that the file has as a whole; a file
        whose own path is only the end of it may be another picture's.
        """
        named = self._by_media_id.get(media_id)
        if named is not None:
            return named, True
        same_name = self._by_name.get(path.rpartition("/")[2], [])
        if path in same_name:
            return path, True
        whole = [file for file in same_name if f"/{self._root}/{file}".endswith(f"/{path}")]
        if whole:
            return (whole[0], True) if len(whole) == 1 else None
        # `a/x.jpg` and `x.jpg` are both ends of `b/a/x.jpg`: the longer says more.
        ends = [file for file in same_name if f"/{path}".endswith(f"/{file}")]
        return (max(ends, key=len), False) if ends else None


def place(store: Store, root: Path, paths: Iterable[str]) -> None:
    """Give every image that waits for its picture the file in `root` that it means.

    `paths` are the files below `root`. Rows that find theirs are `here`, the others
    `missing`; call it in a transaction.
    """
    location = to_text(str(root))
    listing = Listing(location, paths)
    source = store.images.source("folder", location, utc_now())
    taken = store.bulk.taken(source.id)
    waiting = store.bulk.waiting()
    finds = [listing.find(path, media_id) for _, path, _, media_id in waiting]
    claims = Counter(find for find in finds if find is not None)
    found: list[tuple[int, str, int, int]] = []
    missing: list[int] = []
    # What is sure goes first, and takes its file.
    order = sorted(range(len(waiting)), key=lambda n: (finds[n] or ("", False))[1], reverse=True)
    for number in order:
        row_id, _, image_id, _ = waiting[number]
        find = finds[number]
        ambiguous = find is None or (not find[1] and claims[find] > 1)
        if find is None or ambiguous or taken.setdefault(find[0], image_id) != image_id:
            missing.append(row_id)
        else:
            found.append((source.id, find[0], image_id, row_id))
    store.bulk.place(found)
    store.bulk.note_missing(missing, f"not in {location}")
