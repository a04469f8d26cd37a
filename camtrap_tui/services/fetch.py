"""`fetch`: the pictures that are not here come into the cache, many at a time, resumable.

Rows are read a page at a time and what comes is written at once, so that neither memory nor
what a kill costs grows with the survey. A picture that cannot be had ends as its row's reason.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from camtrap_tui.domain.text import clean
from camtrap_tui.errors import UsageError
from camtrap_tui.services import events
from camtrap_tui.services.arrivals import Absent, Arrivals, Arrived, Undecided
from camtrap_tui.services.cached_copy import InputSize
from camtrap_tui.services.fetch_request import FetchRequest, chosen_size, open_cache
from camtrap_tui.services.fetcher import Fetched, Fetcher, Wish
from camtrap_tui.services.locating import Locator
from camtrap_tui.services.pace import Pace
from camtrap_tui.store.cache import Whereabouts
from camtrap_tui.store.store import Store

# Asked for and not yet written down. Only facts wait here: the pictures are on the disk.
MOST_INSIDE = 256
MOST_EXAMPLES = 100
_GLANCE_S = 0.1

OnEvent = Callable[[events.Event], None]
ShouldStop = Callable[[], bool]


@dataclass(slots=True)
class FetchReport:
    """How a call of `fetch` ended.

    `fetched` came and `bytes` were downloaded for them, `not_fetched` cannot be had (the first
    of these as (picture, reason)), `left` are still to be fetched, those among them whose copy
    is gone; `gave_up` says which hosts do not answer.
    """

    cache: str
    input_size: str
    fetched: int = 0
    bytes: int = 0
    not_fetched: int = 0
    left: int = 0
    stopped: bool = False
    gave_up: list[str] = field(default_factory=list)
    failures: list[tuple[str, str]] = field(default_factory=list)


def fetch(
    survey: Path, request: FetchRequest, *, on_event: OnEvent, should_stop: ShouldStop
) -> FetchReport:
    """Fetch the pictures of `survey` that have an address and are not here.

    Goes on where it stopped. Raises CamtrapError in one sentence for what ends the whole
    command; what is wrong with a picture is its row's reason.
    """
    if request.jobs < 1:
        raise UsageError(f"Jobs {request.jobs}:", "give 1 or more.")
    with Store.open(survey, durability="NORMAL") as store:
        size = chosen_size(store, request.size)
        folder, cache_id = open_cache(store, request.cache)
        report = FetchReport(clean(str(folder.root)), str(size))
        arrivals = Arrivals(store, folder, cache_id, size)
        try:
            with Fetcher(request.downloads(store), folder, size, jobs=request.jobs) as fetcher:
                session = _Session(store, request, size, fetcher, arrivals, report, on_event)
                session.run(should_stop)
                report.left = len(session.again)
        finally:
            arrivals.finish()
        report.left += store.caches.count_to_fetch(["pending"])
    return report


class _Session:
    """One call of `fetch`: what is asked for, and what is told of it."""

    def __init__(
        self,
        store: Store,
        request: FetchRequest,
        size: InputSize,
        fetcher: Fetcher,
        arrivals: Arrivals,
        report: FetchReport,
        on_event: OnEvent,
    ) -> None:
        self._store = store
        self._request = request
        self._size = size
        self._fetcher = fetcher
        self._arrivals = arrivals
        self._report = report
        self._tell = on_event
        self._names: dict[int, str] = {}
        # Images that were here once, and are asked for.
        self.again: set[int] = set()
        states = ("pending", "missing", "unreadable") if request.retry else ("pending",)
        self._pace = Pace(store.caches.count_to_fetch(states))

    def run(self, should_stop: ShouldStop) -> None:
        """Fetch until nothing is left, or until told to stop."""
        self._tell(self._progress())
        wishes = self._wishes()
        more = True
        while not should_stop():
            while more and self._fetcher.inside < MOST_INSIDE:
                wish = next(wishes, None)
                more = wish is not None
                if wish is not None:
                    self._fetcher.ask(wish)
            if not more and not self._fetcher.inside:
                break
            self._take()
        else:
            self._report.stopped = more or bool(self._fetcher.inside)
        self._tell(self._progress())

    def _wishes(self) -> Iterator[Wish]:
        locator = Locator(self._store)
        for where in self._store.caches.all_whereabouts():
            if self._is_wanted(where, locator):
                self._names[where.image_id] = name_of(where)
                if where.row_state == "here":
                    self.again.add(where.image_id)
                yield wish_for(where)

    def _is_wanted(self, where: Whereabouts, locator: Locator) -> bool:
        if where.row_state in ("missing", "unreadable") and not self._request.retry:
            return False
        place = locator.place(where)
        if place is None:
            if where.row_state == "here":
                self._pace.total += 1  # its copy is gone
            return True
        return place.input_size not in (None, str(self._size))

    def _take(self) -> None:
        results = self._fetcher.take(_GLANCE_S)
        if results:
            self._report.bytes += sum(
                found.downloaded_bytes for found in results if isinstance(found, Fetched)
            )
            for settled in self._arrivals.settle(results):
                name = self._names.pop(settled.image_id)
                if not isinstance(settled, Undecided):
                    self.again.discard(settled.image_id)
                match settled:
                    case Arrived():
                        self._report.fetched += 1
                        self._pace.count(failed=False)
                    case Absent(_, reason):
                        self._report.not_fetched += 1
                        self._pace.count(failed=True)
                        if len(self._report.failures) < MOST_EXAMPLES:
                            self._report.failures.append((name, reason))
                        self._tell(events.Failure(name, reason))
                    case Undecided(_, reason):
                        if reason not in self._report.gave_up:
                            self._report.gave_up.append(reason)
                            self._tell(events.Notice(f"{reason}: its pictures are left for later."))
        if self._pace.is_due():
            self._tell(self._progress())

    def _progress(self) -> events.Fetching:
        rate, left = self._pace.report()
        report, total = self._report, max(self._pace.total, self._pace.done)
        return events.Fetching(report.fetched, report.not_fetched, total, report.bytes, rate, left)


def wish_for(where: Whereabouts) -> Wish:
    """Return the wish for a picture that has an address."""
    assert where.url is not None
    return Wish(where.image_id, where.url, where.content_md5)


def name_of(where: Whereabouts) -> str:
    """Return what a person knows a picture by."""
    return where.file_path or where.media_id
