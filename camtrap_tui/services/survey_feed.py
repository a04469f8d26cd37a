"""The pictures of a whole survey: files, copies, and what downloads bring meanwhile.

One walk over the images, some thousands ahead of the model; what is here goes to the model,
what is not is asked for and follows when it has come. A picture that cannot be had has failed.
"""

from __future__ import annotations

import contextlib
from collections import deque
from collections.abc import Iterator, Sequence
from pathlib import Path

from camtrap_tui.errors import InputError
from camtrap_tui.services import events
from camtrap_tui.services.arrivals import (
    Absent,
    Arrivals,
    Arrived,
    Undecided,
    take_back,
)
from camtrap_tui.services.cached_copy import InputSize
from camtrap_tui.services.engine import Picture, Result, Unpredicted
from camtrap_tui.services.fetch import MOST_INSIDE, name_of, wish_for
from camtrap_tui.services.fetch_request import FetchRequest, chosen_size, open_cache
from camtrap_tui.services.fetcher import Fetched, Fetcher, Wish
from camtrap_tui.services.locating import Locator
from camtrap_tui.services.pace import Pace
from camtrap_tui.services.picture_feeds import Failures, folder_is_gone
from camtrap_tui.store.cache import Whereabouts
from camtrap_tui.store.store import Store

# How far the walk is ahead of the model and of the downloads: names and addresses, no pictures.
_MOST_AHEAD = 5000
_NO_PICTURE = "no picture: "


class SurveyFeed:
    """The pictures of all images; with a FetchRequest, also those that are not here."""

    folder = ""

    def __init__(self, store: Store, request: FetchRequest | None, size: InputSize | None) -> None:
        """Look at what there is.

        Raises InputError where copies are of another size than `size`, and are not to be
        fetched anew.
        """
        self._store = store
        self._request = request
        self._size = chosen_size(store, size)
        if request is None:
            _check_sizes(store, self._size)
        self._locator = Locator(store)
        self._fetcher: Fetcher | None = None
        self._arrivals: Arrivals | None = None
        self._run_id = 0
        self._outcomes: Sequence[str] = ()
        self._after = 0
        self._rows_ahead: deque[tuple[Whereabouts, int, str | None]] = deque()
        self._ready: deque[Picture] = deque()
        self._wishes: deque[Wish] = deque()
        self._absent: list[Unpredicted] = []
        # Of the pictures on their way: name, attempts, and the copy's place in the cache.
        self._waiting: dict[int, tuple[str, int]] = {}
        self._copies: set[int] = set()
        self._is_walked = False
        self._gave_up: list[str] = []
        self._bytes = 0
        self._pace = Pace(0)
        self.input_size = str(self._size) if store.caches.are_needed() else None
        self.rows = store.ledger.states()

    @property
    def gave_up(self) -> str:
        """Why pictures were left that should have been fetched."""
        return "; ".join(self._gave_up)

    def begin(self, run_id: int) -> int:
        """Let every image wait for the run that has a file, a copy or an address."""
        self._run_id = run_id
        return self._store.runs.add_all_pending(run_id)

    def start(self, outcomes: Sequence[str]) -> None:
        """Begin to fetch; the model may still be loading."""
        self._outcomes = outcomes
        request = self._request
        if request is None or self.input_size is None:
            return
        folder, cache_id = open_cache(self._store, request.cache)
        self._arrivals = Arrivals(self._store, folder, cache_id, self._size)
        self._fetcher = Fetcher(
            request.downloads(self._store),
            folder,
            self._size,
            jobs=request.jobs,
            is_decoded_later=True,
        )
        states = ("pending", "missing", "unreadable") if request.retry else ("pending",)
        self._pace = Pace(self._store.caches.count_to_fetch(states))
        self._advance()

    def outcomes(self) -> dict[str, int]:
        """Return how many images of the run are in each outcome."""
        return self._store.runs.outcomes(self._run_id)

    def failures(self) -> Failures:
        """Return the images that failed in the run."""
        return self._store.runs.failures(self._run_id)

    def unreadable(self) -> list[tuple[str, str]]:
        """Return nothing: each unreadable file was named when its source was added."""
        return []

    def pictures(self) -> Iterator[Picture | None]:
        """Yield what is at hand; None while downloads are awaited."""
        while True:
            self._advance()
            if self._ready:
                yield self._ready.popleft()
            elif self._is_walked and not self._wishes and not self._is_fetching:
                return
            else:
                yield None

    @property
    def _is_fetching(self) -> bool:
        return self._fetcher is not None and self._fetcher.inside > 0

    def pump(self) -> list[Unpredicted]:
        """Take what downloads have brought, ask for more, and return what cannot be had."""
        self._advance()
        absent, self._absent = self._absent, []
        return absent

    def name(self, image_id: int) -> str:
        """Return what a person knows a picture by."""
        return self._waiting[image_id][0]

    def checked(self, result: Unpredicted) -> Unpredicted:
        """Return a failure as it is recorded; a copy that cannot be read is no picture."""
        key = result.picture.image_id
        if key in self._copies:
            if result.is_unreadable:
                return Unpredicted(result.picture, _NO_PICTURE + result.reason, True)
            return result
        if not result.reason.startswith(_NO_PICTURE):
            (where,) = self._store.caches.whereabouts([key])
            gone = self._locator.root_is_gone(where)
            if gone:
                raise folder_is_gone(gone)
        return result

    def attempts(self, image_id: int) -> int:
        """Return how often a picture has been tried, with this time."""
        return self._waiting.pop(image_id)[1] + 1

    def note_saved(self, batch: Sequence[Result]) -> None:
        """Settle the rows of copies that the model could not decode."""
        for result in batch:
            key = result.picture.image_id
            if isinstance(result, Unpredicted) and result.is_unreadable and key in self._copies:
                take_back(self._store, key, result.reason.removeprefix(_NO_PICTURE))
                with contextlib.suppress(OSError):  # no row names it any more
                    result.picture.path.unlink()
            self._copies.discard(key)

    def progress(self) -> events.Fetching | None:
        """Return how the downloads are doing; None where there are none to do."""
        if self._fetcher is None or not max(self._pace.total, self._pace.done):
            return None
        rate, left = self._pace.report()
        pace = self._pace
        total = max(pace.total, pace.done)
        return events.Fetching(pace.done - pace.failed, pace.failed, total, self._bytes, rate, left)

    def close(self) -> None:
        """End the downloads, and renew what follows from the times they brought."""
        if self._fetcher is not None:
            self._fetcher.close()
            self._fetcher = None
        if self._arrivals is not None:
            self._arrivals.finish()
            self._arrivals = None
        self.rows = self._store.ledger.states()

    # ── the walk ─────────────────────────────────────────────────────────────────────────

    def _advance(self) -> None:
        self._take()
        while (
            not self._is_walked
            and len(self._ready) < _MOST_AHEAD
            and len(self._wishes) < _MOST_AHEAD
            and len(self._absent) < _MOST_AHEAD
        ):
            row = self._next_row()
            if row is None:
                self._is_walked = True
            else:
                self._sort(*row)
        while self._fetcher and self._wishes and self._fetcher.inside < MOST_INSIDE:
            self._fetcher.ask(self._wishes.popleft())

    def _next_row(self) -> tuple[Whereabouts, int, str | None] | None:
        if not self._rows_ahead:
            page = self._store.caches.to_predict(self._run_id, self._outcomes, self._after)
            if not page:
                return None
            self._after = page[-1][0].image_id
            self._rows_ahead.extend(page)
        return self._rows_ahead.popleft()

    def _sort(self, where: Whereabouts, attempts: int, failed_for: str | None) -> None:
        """Send one image on its way: to the model, to the downloads, to the failures, or none."""
        key, place = where.image_id, self._locator.place(where)
        own = self._locator.own_file(where)
        if place and place.input_size in (None, self.input_size):
            if place.input_size is not None:
                self._copies.add(key)
            self._send(where, attempts, place.path)
        elif where.url and self._is_to_be_fetched(where):
            self._waiting[key] = (name_of(where), attempts)
            self._wishes.append(wish_for(where))
            if where.row_state not in ("pending", "missing", "unreadable"):
                self._pace.total += 1  # its copy is gone, or of another size
        elif place is None and where.row_state in ("missing", "unreadable"):
            if failed_for is None or self._request is not None:
                self._fail(where, attempts, str(where.row_reason))
        elif own and not where.url and not self._locator.root_is_gone(where):
            self._send(where, attempts, own)  # to be found missing

    def _is_to_be_fetched(self, where: Whereabouts) -> bool:
        if self._fetcher is None or self._request is None:
            return False
        return self._request.retry or where.row_state not in ("missing", "unreadable")

    def _send(self, where: Whereabouts, attempts: int, path: Path) -> None:
        self._waiting[where.image_id] = (name_of(where), attempts)
        self._ready.append(Picture(where.image_id, path))

    def _fail(self, where: Whereabouts, attempts: int, reason: str) -> None:
        self._waiting[where.image_id] = (name_of(where), attempts)
        self._absent.append(Unpredicted(Picture(where.image_id, Path()), _NO_PICTURE + reason))

    def _take(self) -> None:
        if self._fetcher is None or self._arrivals is None:
            return
        results = self._fetcher.take()
        if not results:
            return
        self._bytes += sum(one.downloaded_bytes for one in results if isinstance(one, Fetched))
        for settled in self._arrivals.settle(results):
            match settled:
                case Arrived(key, path):
                    self._pace.count(failed=False)
                    self._copies.add(key)
                    self._ready.append(Picture(key, path))
                case Absent(key, reason):
                    self._pace.count(failed=True)
                    reason = _NO_PICTURE + reason
                    self._absent.append(Unpredicted(Picture(key, Path()), reason))
                case Undecided(key, reason):
                    del self._waiting[key]
                    if reason not in self._gave_up:
                        self._gave_up.append(reason)


def _check_sizes(store: Store, size: InputSize) -> None:
    others = {name: n for name, n in store.caches.input_sizes().items() if name != str(size)}
    if others:
        name, count = next(iter(others.items()))
        raise InputError(
            f"The cache holds {count:,} copies made as {name}, not as {size}.",
            "Fetch them anew with --fetch, or ask for the size that they have.",
        )
