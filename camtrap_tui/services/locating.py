"""Where the picture of an image lies: its file in a folder, else its copy in a cache.

A copy counts as long as it has the size that was recorded: what another program put in its
place, or a power cut left of it, is no copy.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from camtrap_tui.domain.models import Image
from camtrap_tui.services.places import from_text, path_inside, picture_path
from camtrap_tui.store.cache import Whereabouts
from camtrap_tui.store.store import Store


@dataclass(frozen=True, slots=True)
class Place:
    """A file that is there; `input_size` is None for a folder's own file."""

    path: Path
    input_size: str | None


class Locator:
    """Finds pictures; sources and caches are few and kept at hand."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._sources = store.images.sources()
        self._caches = store.caches.locations()

    def own_file(self, where: Whereabouts | Image) -> Path | None:
        """Return the path of an image's own file, there or not; None where it has none."""
        if where.source_id not in self._sources:
            self._sources = self._store.images.sources()
        return picture_path(self._sources, where)

    def root_is_gone(self, where: Whereabouts) -> Path | None:
        """Return the folder of an image's own file where the whole of it is away, else None."""
        source = self._sources[where.source_id]
        root = Path(from_text(source.location))
        return root if source.kind == "folder" and not root.is_dir() else None

    def place(self, where: Whereabouts) -> Place | None:
        """Return the file that shows an image now, or None."""
        own = self.own_file(where)
        if own is not None and _is_there(own):
            return Place(own, None)
        copy = self._copy(where)
        return Place(copy, where.input_size) if copy else None

    def _copy(self, where: Whereabouts) -> Path | None:
        if where.cache_id is None or where.copy_path is None:
            return None
        if where.cache_id not in self._caches:
            self._caches = self._store.caches.locations()
        path = path_inside(self._caches[where.cache_id], where.copy_path)
        try:
            return path if path and path.stat().st_size == where.copy_bytes else None
        except OSError:
            return None

    def look(self, image: Image) -> tuple[Path | None, str | None]:
        """Return the file of an image, and the address to fetch it from where it is not there.

        A folder's file without an address is not looked for: whoever reads it sees that.
        """
        own = self.own_file(image)
        if own is not None and (image.url is None or _is_there(own)):
            return own, None
        found = self._store.caches.whereabouts([image.id])
        place = self.place(found[0]) if found else None
        if place is not None:
            return place.path, None
        return own, found[0].url if found else None


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:
        # Its name is longer than this system takes, or a folder above it is closed.
        return False
