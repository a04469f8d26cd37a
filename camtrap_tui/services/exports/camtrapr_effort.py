"""How long each camera was up, as camtrapR's cameraOperation() takes it: one row a camera.

Recorded dates hold. Where there are none, the days of the first and the last picture stand in,
marked as such. A gap without pictures proves nothing, and is a problem only where it is asked for.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import itemgetter

from camtrap_tui.domain.models import Deployment

DAY = 86_400
# camtrapR looks for columns called Problem, one digit and _from or _to: it has no tenth.
MOST_PROBLEMS = 9
RECORDED, FROM_PICTURES = "recorded", "picture"
BETWEEN, NO_PICTURE = "between deployments", "no picture"


@dataclass(frozen=True, slots=True)
class Gap:
    """A time without a picture, or without a deployment; local times."""

    start: str
    end: str

    @property
    def seconds(self) -> int:
        """How long it lasts."""
        return seconds(self.end) - seconds(self.start)


@dataclass(frozen=True, slots=True)
class Stay:
    """A deployment's time in the field: from setup to retrieval, each recorded or from pictures.

    `pictures` have a time, on these `dates`; `outside` of them are before or after the recorded
    times. `gaps` are all of a day and more in which it took none.
    """

    deployment: Deployment
    setup: str
    retrieval: str
    setup_source: str
    retrieval_source: str
    pictures: int
    dates: frozenset[str]
    outside: int
    gaps: tuple[Gap, ...]

    @property
    def days(self) -> int:
        """On how many days there are pictures."""
        return len(self.dates)


@dataclass(frozen=True, slots=True)
class Problem:
    """A time in which a camera was not working, or is taken to have been, and why."""

    gap: Gap
    why: str


@dataclass(frozen=True, slots=True)
class Camera:
    """A row of the table: a camera at a station, with all of its deployments there.

    `more_problems` are those beyond the nine longest, which are not in `problems`.
    """

    station: str
    camera: str
    stays: tuple[Stay, ...]
    problems: tuple[Problem, ...]
    more_problems: int

    @property
    def setup(self) -> Stay:
        """The deployment that began first."""
        return min(self.stays, key=lambda stay: stay.setup)

    @property
    def retrieval(self) -> Stay:
        """The deployment that ended last."""
        return max(self.stays, key=lambda stay: stay.retrieval)

    @property
    def seconds_up(self) -> int:
        """How long it was up, without its problems."""
        whole = Gap(self.setup.setup, self.retrieval.retrieval).seconds
        return whole - sum(problem.gap.seconds for problem in self.problems)

    @property
    def days(self) -> int:
        """On how many days it took pictures; deployments that follow each other share one."""
        return len(frozenset[str]().union(*(stay.dates for stay in self.stays)))

    @property
    def longest_gap(self) -> Gap | None:
        """The longest time without a picture, None where there is none of a day."""
        gaps = [gap for stay in self.stays for gap in stay.gaps]
        return max(gaps, key=lambda gap: gap.seconds, default=None)


def station_of(deployment: Deployment) -> str:
    """Return camtrapR's station: the place where it has one, else the deployment."""
    return deployment.location_id or deployment.location_name or deployment.deployment_id


def camera_of(deployment: Deployment) -> str:
    """Return camtrapR's camera, which must have a name: the deployment's stands in for it."""
    return deployment.camera_id or deployment.deployment_id


def seconds(time: str) -> int:
    """Return a local time as seconds; only their differences mean anything."""
    since = datetime.fromisoformat(time) - datetime(1970, 1, 1)
    return since.days * DAY + since.seconds


def stays(
    deployments: Iterable[Deployment], times: Iterable[tuple[int, str]]
) -> tuple[list[Stay], list[Deployment]]:
    """Return the time in the field of each deployment, and those of which nothing is known.

    `times` are (deployment, local time) of their pictures, by deployment and time.
    """
    waiting = {one.id: one for one in deployments}
    found: list[Stay] = []
    for key, rows in groupby(times, key=itemgetter(0)):
        if key in waiting:
            found.append(_Pictures(waiting.pop(key)).stay(time for _, time in rows))
    lost = []
    for one in waiting.values():
        start, end = _recorded(one)
        if start and end:
            found.append(_Pictures(one).stay(()))
        else:
            lost.append(one)
    return found, lost


class _Pictures:
    """What the times of one deployment's pictures say of it."""

    def __init__(self, deployment: Deployment) -> None:
        self._deployment = deployment
        self._start, self._end = _recorded(deployment)
        self._first = self._last = ""
        self._pictures = self._outside = 0
        self._dates: set[str] = set()
        self._gaps: list[Gap] = []
        self._gaps_of_all: list[Gap] = []

    def stay(self, times: Iterable[str]) -> Stay:
        """Return the deployment's time in the field; `times` are in order."""
        before = self._start
        for time in times:
            self._pictures += 1
            # Cameras share their days: one text of each is enough.
            self._dates.add(sys.intern(time[:10]))
            _look(self._gaps_of_all, self._last, time)
            self._first, self._last = self._first or time, time
            if time < self._start or (self._end and time > self._end):
                self._outside += 1
            else:
                _look(self._gaps, before, time)
                before = time
        _look(self._gaps, before, self._end)
        return self._made()

    def _made(self) -> Stay:
        start, end, gaps = self._start, self._end, self._gaps
        first, last = f"{self._first[:10]} 00:00:00", f"{self._last[:10]} 23:59:59"
        if (start or first) >= (end or last):
            # One recorded date that its pictures contradict.
            start, end, gaps = "", "", self._gaps_of_all
        return Stay(
            self._deployment,
            start or first,
            end or last,
            RECORDED if start else FROM_PICTURES,
            RECORDED if end else FROM_PICTURES,
            self._pictures,
            frozenset(self._dates),
            self._outside,
            tuple(gaps),
        )


def _look(gaps: list[Gap], before: str, time: str) -> None:
    """Note a gap; most pictures follow one of the same day."""
    if before and time and before[:10] != time[:10]:
        gap = Gap(before, time)
        if gap.seconds >= DAY:
            gaps.append(gap)


def _recorded(deployment: Deployment) -> tuple[str, str]:
    """Return the recorded dates, empty where there are none or the end is not after the start."""
    start, end = deployment.deployment_start or "", deployment.deployment_end or ""
    return ("", "") if start and end and start >= end else (start, end)


def cameras(found: Iterable[Stay], gap_days: int | None) -> list[Camera]:
    """Return the rows of the table by station and camera; gaps without a picture of more than
    `gap_days` are problems, none are with None."""
    named = sorted(found, key=lambda stay: (*_key(stay), stay.setup, stay.deployment.deployment_id))
    made = []
    for (station, camera), group in groupby(named, key=_key):
        of_camera = tuple(group)
        problems = [Problem(gap, BETWEEN) for gap in _between(of_camera)]
        if gap_days is not None:
            problems += [Problem(g, NO_PICTURE) for g in _longer(of_camera, gap_days * DAY)]
        kept = sorted(problems, key=lambda one: (-one.gap.seconds, one.gap.start))[:MOST_PROBLEMS]
        in_time = tuple(sorted(kept, key=lambda one: one.gap.start))
        made.append(Camera(station, camera, of_camera, in_time, len(problems) - len(kept)))
    return made


def _key(stay: Stay) -> tuple[str, str]:
    return station_of(stay.deployment), camera_of(stay.deployment)


def _between(of_camera: Sequence[Stay]) -> Iterator[Gap]:
    """Yield the times of a day and more between deployments, which are in order of setup."""
    end = of_camera[0].retrieval
    for stay in of_camera[1:]:
        gap = Gap(end, stay.setup)
        if stay.setup > end and gap.seconds >= DAY:
            yield gap
        end = max(end, stay.retrieval)


def _longer(of_camera: Sequence[Stay], least: int) -> Iterator[Gap]:
    """Yield the gaps of more seconds than `least` while no other deployment of it was up."""
    for stay in of_camera:
        others = [one for one in of_camera if one is not stay]
        for gap in stay.gaps:
            is_covered = any(o.setup < gap.end and gap.start < o.retrieval for o in others)
            if gap.seconds > least and not is_covered:
                yield gap
