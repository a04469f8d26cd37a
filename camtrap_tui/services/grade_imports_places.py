"""Finds the pictures that labels name by path or file name, where no media id leads to one.

A path matches where one of the two is the other's end, whole folders at a time, and nothing else
does: a label that might be of another picture is left out and said to be, not guessed.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path

from camtrap_tui.services.places import portable
from camtrap_tui.services.placing import Listing, Match
from camtrap_tui.services.tables import read_cells, read_head
from camtrap_tui.store.candidates import Candidates
from camtrap_tui.store.store import Store

_ALL = 1 << 62


def find_places(
    store: Store,
    unplaced: Sequence[tuple[str, str]],
    media: Path | None,
    *,
    is_windows: bool = False,
) -> Iterator[tuple[str, str, int | None]]:
    """Yield (media id, path, image id) of those of the (media id, path) that a path leads to.

    The image id is None where the path may be that of several images, or the image that of
    several pictures. `media` is a table of Camtrap DP that says at which path each media id lies.
    With `is_windows` capital letters make no difference.
    """
    if not unplaced:
        return
    paths = _media_paths(media, {media_id for media_id, _ in unplaced}) if media else {}
    alike = _as_windows if is_windows else str
    named = [(one, path, alike(path or paths.get(one, ""))) for one, path in unplaced]
    if not any(where for _, _, where in named):
        return
    with closing(Candidates()) as candidates:
        for page in store.joining.paths_before(_ALL):
            candidates.add_meanings((alike(portable(path)), str(key)) for _, path, key, _ in page)
        listing = Listing("", candidates)
        found = [(one, path, where, listing.match(where, "")) for one, path, where in named]
        claims = _claims((one, where, match) for one, _, where, match in found if match)
        for media_id, path, where, match in found:
            if match is None:
                if listing.is_ambiguous(where):
                    yield media_id, path, None
                continue
            wheres, media_ids = claims[match.means]
            is_one = len(media_ids) < 2 and (match.is_sure or len(wheres) == 1)
            yield media_id, path, int(match.means) if is_one else None


def _as_windows(path: str) -> str:
    """Return what all paths share that Windows takes for one, or macOS writes otherwise."""
    return unicodedata.normalize("NFC", path).casefold()


def _claims(found: Iterable[tuple[str, str, Match]]) -> dict[str, tuple[set[str], set[str]]]:
    """Return which paths and media ids were found to mean each thing."""
    claims: dict[str, tuple[set[str], set[str]]] = {}
    for media_id, where, match in found:
        wheres, media_ids = claims.setdefault(match.means, (set(), set()))
        wheres.add(where)
        media_ids.update({media_id} - {""})
    return claims


def _media_paths(media: Path, wanted: set[str]) -> dict[str, str]:
    """Return the paths of these media ids in a table of media."""
    there = {heading.casefold() for heading in read_head(media, 0).headings}
    columns = [name for name in ("mediaID", "filePath", "fileName") if name.casefold() in there]
    found: dict[str, str] = {}
    for _, (media_id, *places) in read_cells(media, columns):
        if media_id in wanted:
            found[media_id] = portable(next(filter(None, places), ""))
    return found
