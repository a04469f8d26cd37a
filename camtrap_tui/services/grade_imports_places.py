"""Finds the pictures that labels name by path or file name, where no media id leads to one.

A path matches where one of the two is the other's end, whole folders at a time, and nothing else
does: a picture that might be another's is left out, not guessed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

from camtrap_tui.services.places import portable
from camtrap_tui.services.placing import Listing
from camtrap_tui.services.tables import read_cells, read_head
from camtrap_tui.store.candidates import Candidates
from camtrap_tui.store.store import Store

_ALL = 1 << 62


def find_places(
    store: Store, unplaced: Sequence[tuple[str, str]], media: Path | None
) -> Iterator[tuple[str, str, int]]:
    """Yield (media id, path, image id) of those of the (media id, path) that a path leads to.

    `media` is a table of Camtrap DP that says at which path each media id lies.
    """
    if not unplaced:
        return
    paths = _media_paths(media, {media_id for media_id, _ in unplaced}) if media else {}
    named = [(one, path, path or paths.get(one, "")) for one, path in unplaced]
    if not any(where for _, _, where in named):
        return
    with closing(Candidates()) as candidates:
        for page in store.joining.paths_before(_ALL):
            candidates.add_meanings((portable(path), str(key)) for _, path, key, _ in page)
        listing = Listing("", candidates)
        for media_id, path, where in named:
            found = listing.match(where, "") if where else None
            if found:
                yield media_id, path, int(found.means)


def _media_paths(media: Path, wanted: set[str]) -> dict[str, str]:
    """Return the paths of these media ids in a table of media."""
    there = {heading.casefold() for heading in read_head(media, 0).headings}
    columns = [name for name in ("mediaID", "filePath", "fileName") if name.casefold() in there]
    found: dict[str, str] = {}
    for _, (media_id, *places) in read_cells(media, columns):
        if media_id in wanted:
            found[media_id] = portable(next(filter(None, places), ""))
    return found
