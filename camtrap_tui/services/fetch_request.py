"""What is asked of a download: into which cache, at which size, how fast.

Cache and size are remembered by the survey: they need to be given once.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from camtrap_tui.errors import InputError
from camtrap_tui.services.cache_folder import CacheFolder
from camtrap_tui.services.cached_copy import InputSize, parse_input_size
from camtrap_tui.services.download import Downloads
from camtrap_tui.services.fetcher import DEFAULT_JOBS
from camtrap_tui.services.pace_limits import Limits, RateLimit
from camtrap_tui.services.places import from_text, to_text
from camtrap_tui.store.store import Store, utc_now


@dataclass(frozen=True, slots=True)
class FetchRequest:
    """How pictures are to be fetched.

    `cache` and `size` are None for what the survey has used so far; `retry` asks again for
    what could not be had.
    """

    cache: Path | None = None
    size: InputSize | None = None
    jobs: int = DEFAULT_JOBS
    rate: RateLimit = field(default_factory=RateLimit)
    retry: bool = False
    limits: Limits = field(default_factory=Limits)

    def downloads(self, store: Store) -> Downloads:
        """Return what downloads as asked, from buckets as they were added to the survey."""
        return Downloads(self.limits, self.rate, jobs=self.jobs, places=store.sources.buckets())


def chosen_size(store: Store, size: InputSize | None) -> InputSize:
    """Return the size that is asked for, else that of the newest copy, else the usual one."""
    if size is not None:
        return size
    known = store.caches.input_sizes()
    return parse_input_size(next(iter(known))) if known else InputSize()


def open_cache(store: Store, given: Path | None) -> tuple[CacheFolder, int]:
    """Return the cache that is asked for, else the last one, else the user's own; and its row id.

    Raises InputError where it cannot be written to.
    """
    root = given or default_cache(store)
    try:
        root = root.expanduser().absolute()
    except RuntimeError:
        raise InputError(f"{root}: nobody has this home.", "Give another --cache.") from None
    _check_place(store, root)
    folder = CacheFolder(root, store.survey.survey_uuid)
    with store.db.transaction():
        return folder, store.caches.use(to_text(str(root)), utc_now())


def _check_place(store: Store, root: Path) -> None:
    for source in store.images.sources().values():
        pictures = Path(from_text(source.location))
        if source.kind == "folder" and pictures in (root, *root.parents):
            raise InputError(
                f"{root} lies in the folder of pictures {pictures}:"
                " copies there would be taken for pictures of it.",
                "Give a --cache outside of it.",
            )


def default_cache(store: Store) -> Path:
    """Return the survey's last cache, else the folder where this user's caches lie."""
    known = store.caches.in_use()
    if known is not None:
        return Path(from_text(known))
    from platformdirs import user_cache_path

    return user_cache_path("camtrap-tui", appauthor=False)
