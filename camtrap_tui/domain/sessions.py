"""A grader's sessions, as the grades themselves tell: no table keeps them.

Grades follow each other by their running numbers. The clock only says where one session ends
and another begins, and may be wrong: a leap of it ends a session, and never makes time negative.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from statistics import median
from typing import NamedTuple

# Two grades that are further apart belong to two sessions.
GAP_S = 30 * 60


class Keyed(NamedTuple):
    """One grade: when (UTC), how, in how many seconds (None after a pause), and whether it stands.

    `taxa` are the row ids of what it names; `is_blind` says that the AI's word was hidden. (A
    tuple: a million are made in two seconds.)
    """

    grader: str
    graded_at: str
    image_id: int
    gesture: str
    is_bulk: bool
    seconds: float | None
    stands: bool
    taxa: tuple[int, ...]
    is_blind: bool = False


@dataclass(frozen=True, slots=True)
class Session:
    """What one grader did in one sitting; times are UTC.

    `pictures` are those of which a grade of this session stands: `single` keyed one by one, of
    which `accepted` by accepting and `blind` with the AI's word hidden, and `bulk` on sheets
    and in bursts. `undone` counts grades that were taken back, whenever that was. `per_hour` and
    `median_seconds` leave pauses out; the median is of pictures keyed one by one. `species` are
    (taxon, pictures), most first.
    """

    grader: str
    began_at: str
    ended_at: str
    minutes: float
    pictures: int
    single: int
    bulk: int
    accepted: int
    blind: int
    undone: int
    per_hour: float | None
    median_seconds: float | None
    species: tuple[tuple[int, int], ...]

    @property
    def acceptable(self) -> int:
        """How many pictures were keyed one by one with the AI's word in view."""
        return self.single - self.blind

    @property
    def accepted_share(self) -> float | None:
        """The share of `acceptable` pictures that were accepted, from 0 to 1."""
        return self.accepted / self.acceptable if self.acceptable else None


@dataclass(slots=True)
class _Picture:
    """What is known of one picture in a session."""

    seconds: float = 0.0
    is_timed: bool = False
    is_bulk: bool = False
    is_accepted: bool = False
    is_blind: bool = False
    taxa: tuple[int, ...] = ()


@dataclass(slots=True)
class _Sitting:
    """A session while its grades come in."""

    grader: str
    began_at: str
    ended_at: str
    spent_s: float
    undone: int = 0
    pictures: dict[int, _Picture] = field(default_factory=dict)

    def add(self, keyed: Keyed) -> None:
        """Count one grade more."""
        self.ended_at = keyed.graded_at
        if not keyed.stands:
            self.undone += 1
            return
        picture = self.pictures.setdefault(keyed.image_id, _Picture())
        if keyed.seconds is not None:
            picture.seconds += keyed.seconds
            picture.is_timed = True
        picture.is_bulk = keyed.is_bulk
        picture.is_blind = keyed.is_blind
        # A count, or another word more, leaves it accepted; another species does not.
        picture.is_accepted = keyed.gesture == "accept" or (
            picture.is_accepted and keyed.taxa == picture.taxa
        )
        picture.taxa = keyed.taxa

    def finished(self) -> Session:
        """Return the session, with nothing more to come."""
        pictures = self.pictures.values()
        single = [picture for picture in pictures if not picture.is_bulk]
        timed = [picture.seconds for picture in pictures if picture.is_timed]
        each = [picture.seconds for picture in single if picture.is_timed]
        species = Counter(taxon for picture in pictures for taxon in set(picture.taxa))
        return Session(
            grader=self.grader,
            began_at=self.began_at,
            ended_at=self.ended_at,
            minutes=round(self.spent_s / 60, 1),
            pictures=len(self.pictures),
            single=len(single),
            bulk=len(self.pictures) - len(single),
            accepted=sum(picture.is_accepted for picture in single),
            blind=sum(picture.is_blind for picture in single),
            undone=self.undone,
            per_hour=round(len(timed) / sum(timed) * 3600, 1) if sum(timed) else None,
            median_seconds=round(median(each), 2) if each else None,
            species=tuple(sorted(species.items(), key=lambda pair: (-pair[1], pair[0]))),
        )


def sessions(keyed: Iterable[Keyed], gap_s: float = GAP_S) -> Iterator[Session]:
    """Return the sessions of grades that come by grader and number, in that order."""
    sitting: _Sitting | None = None
    now: float | None = None
    before: float | None = None
    for one in keyed:
        # Pictures of a sheet were all graded in one moment.
        if sitting is None or one.graded_at != sitting.ended_at:
            now = seconds_of(one.graded_at)
        passed = now - before if now is not None and before is not None else 0.0
        before = now if now is not None else before
        if sitting is not None and (one.grader != sitting.grader or abs(passed) > gap_s):
            yield sitting.finished()
            sitting = None
        if sitting is None:
            # The first picture was up before it was graded.
            first = one.seconds or 0.0
            sitting = _Sitting(one.grader, one.graded_at, one.graded_at, first)
        else:
            sitting.spent_s += max(passed, 0.0)
        sitting.add(one)
    if sitting is not None:
        yield sitting.finished()


def seconds_of(time: str) -> float | None:
    """Return a time of the file in seconds since 1970, None for what is no time."""
    try:
        return datetime.fromisoformat(time).timestamp()
    except ValueError:
        return None
