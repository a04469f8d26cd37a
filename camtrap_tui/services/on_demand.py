"""Fetches the one picture that a person wants to see, in a thread; the newest wish wins.

Nobody waits for it: what comes, or why nothing does, is told when it is known. A picture that
cannot be had now changes no row of the ledger: that is for `fetch` to say.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

from camtrap_tui.errors import CamtrapError
from camtrap_tui.services.arrivals import Arrivals, Arrived
from camtrap_tui.services.download import Downloads
from camtrap_tui.services.fetch import wish_for
from camtrap_tui.services.fetch_request import chosen_size, open_cache
from camtrap_tui.services.fetcher import Fetcher, Left, NotFetched, Result
from camtrap_tui.services.locating import Locator
from camtrap_tui.services.pace_limits import Limits
from camtrap_tui.store.store import Store

# A person is waiting: a few seconds, then a sentence.
HASTY = Limits(
    tries=3, longest_wait_s=4.0, connect_s=10.0, stall_s=15.0, patience_s=6.0, first_patience_s=6.0
)
_GLANCE_S = 0.1
_LONGEST_JOIN_S = 5.0

# Called in the thread with an image id and its picture's path, or None and a sentence.
OnDone = Callable[[int, Path | None, str], None]


class OnDemand:
    """One thread, begun with the first wish; close it."""

    def __init__(self, survey: Path, on_done: OnDone, *, limits: Limits = HASTY) -> None:
        self._survey = survey
        self._on_done = on_done
        self._limits = limits
        self._changed = threading.Condition()
        self._wanted: int | None = None
        self._in_work: int | None = None
        self._closed = False
        self._thread: threading.Thread | None = None

    def wish(self, image_id: int) -> None:
        """Ask for a picture; one that is being fetched for an earlier wish is given up."""
        with self._changed:
            if image_id in (self._wanted, self._in_work) or self._closed:
                return
            self._wanted = image_id
            self._changed.notify_all()
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="on-demand", daemon=True)
                self._thread.start()

    def close(self) -> None:
        """Give up what is under way; nothing is told afterwards."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        if self._thread is not None:
            self._thread.join(_LONGEST_JOIN_S)

    def _work(self) -> None:
        while True:
            with self._changed:
                while self._wanted is None and not self._closed:
                    self._changed.wait()
                if self._closed:
                    return
                image_id, self._wanted = self._wanted, None
                self._in_work = image_id
            assert image_id is not None
            try:
                path, said = self._fetch(image_id)
            except CamtrapError as error:
                path, said = None, str(error)
            with self._changed:
                is_told = not self._is_superseded
            if is_told:
                self._on_done(image_id, path, said)
            # Only now: the same wish in between would be asked for again.
            with self._changed:
                self._in_work = None

    @property
    def _is_superseded(self) -> bool:
        return self._closed or self._wanted is not None

    def _fetch(self, image_id: int) -> tuple[Path | None, str]:
        with Store.open(self._survey, durability="NORMAL") as store:
            found = store.caches.whereabouts([image_id])
            if not found or found[0].url is None:
                return None, "The picture is not on this machine, and nobody said where it is."
            place = Locator(store).place(found[0])
            if place is not None:
                return place.path, ""
            if store.db.read_only:
                return None, "The picture is not here, and this survey can only be read."
            size = chosen_size(store, None)
            folder, cache_id = open_cache(store, None)
            arrivals = Arrivals(store, folder, cache_id, size)
            downloads = Downloads(self._limits, jobs=1, places=store.sources.buckets())
            with Fetcher(downloads, folder, size, jobs=1) as fetcher:
                fetcher.ask(wish_for(found[0]))
                result: Result | None = None
                while result is None:
                    if self._is_superseded:
                        return None, ""
                    result = next(iter(fetcher.take(_GLANCE_S)), None)
                match result:
                    case NotFetched(_, _, reason, _) | Left(_, reason):
                        return None, f"The picture cannot be fetched: {reason}."
                (settled,) = arrivals.settle([result])
                arrivals.finish()
            assert isinstance(settled, Arrived)
            return settled.path, ""
