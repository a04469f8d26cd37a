"""A server with pictures, a survey that names them, and a cache: what tests of `fetch` need."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

from camtrap_tui.services import events
from camtrap_tui.services.fetch import FetchReport, fetch
from camtrap_tui.services.fetch_request import FetchRequest
from camtrap_tui.services.pace_limits import Limits
from tests.manifest_rows import survey_of
from tests.picture_files import blobs, jpeg
from tests.weather_server import Answer, WeatherServer

PATIENT = Limits(first_wait_s=0.01, longest_wait_s=0.05, stall_s=0.5, connect_s=2)


@dataclass
class Field:
    """A server with pictures, a survey that names them, and a cache."""

    root: Path
    server: WeatherServer
    request: FetchRequest
    told: list[events.Event] = field(default_factory=list)

    @property
    def cache(self) -> Path:
        return self.root / "cache"

    def fetch(self, *, stop_after: int = 10**9, **changes: object) -> FetchReport:
        self.told.clear()
        asked = replace(self.request, **changes)  # type: ignore[arg-type]
        return fetch(
            self.root / "river.db",
            asked,
            on_event=self.told.append,
            should_stop=lambda: len(self.server.asked) >= stop_after,
        )

    def survey(self, *answers: Answer, **given: object) -> Path:
        urls = [self.server.put(f"/{n}.jpg", answer) for n, answer in enumerate(answers)]
        return survey_of(self.root / "river.db", urls, **given)  # type: ignore[arg-type]


def picture(seed: int, width: int = 640) -> bytes:
    return jpeg(blobs(seed, size=(width, width * 3 // 4)))


def ok(seed: int, width: int = 640) -> Answer:
    return Answer(body=picture(seed, width))
