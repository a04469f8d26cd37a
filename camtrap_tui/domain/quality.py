"""Rules that doubt a picture's time, and the names of all that may be amiss with a picture.

A flag says what to look at and changes nothing. All rules look at the corrected time: once a
clock is put right, what doubted it is gone.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

# In the order in which they are told.
FLAGS = {
    "no_time": "no time is known",
    "before_2010": "the time is before 2010",
    "in_future": "the time is in the future",
    "clock_backwards": "the time goes back, in the order of the files",
    "factory_reset": "the time is counted from a factory date",
    "no_deployment": "no deployment is known",
    "outside_deployment": "the time is outside of the deployment's dates",
    "same_content": "another picture has the same content",
}
# Those that are worked out and kept; the others can be told from an image's columns.
KEPT_FLAGS = (
    "before_2010",
    "in_future",
    "clock_backwards",
    "factory_reset",
    "outside_deployment",
)
EARLIEST = "2010-01-01 00:00:00"
# Frames of one second, and writing to a card, may come out of order by a little.
TOLERANCE_S = 60
_DAY_S = 86_400
# Pictures further apart than this stand apart: a season, or a clock that was reset.
_ISLAND_GAP_S = 180 * _DAY_S
_FIRST_FACTORY_YEAR = 2000
# A counter's last and first hundredth: both in one folder mean that it may have begun again.
_WRAP_SHARE = 100

_NUMBERED = re.compile(r"(.*?)(\d{3,7})(?:\.[A-Za-z0-9]{1,5})?", re.ASCII | re.DOTALL)
_HEX_ID = re.compile(r"[0-9a-f]{32}", re.ASCII | re.IGNORECASE)
_EPOCH = datetime(1, 1, 1)


def latest_of(now: str) -> str:
    """Return the latest time that is not in the future: a day after `now` (UTC, ISO 8601)."""
    return (datetime.fromisoformat(now[:19]) + timedelta(days=1)).isoformat(sep=" ")


def seconds_of(timestamp: str) -> int:
    """Return a timestamp as seconds since the year 1."""
    return int((datetime.fromisoformat(timestamp) - _EPOCH).total_seconds())


def is_factory_day(seconds: int) -> bool:
    """Tell whether a time lies in the first day of a year from 2000, where clocks are reset to."""
    time = _EPOCH + timedelta(seconds=seconds)
    return (time.month, time.day) == (1, 1) and time.year >= _FIRST_FACTORY_YEAR


def roll_of(file_path: str) -> tuple[str, int] | None:
    """Return the roll that a file belongs to (folder, prefix, digits) and its number there.

    Files are in the camera's order only where it numbered them, as in `IMG_0042.JPG`; ids of
    32 hex digits, and what ends in fewer than three digits, are no such names.
    """
    folder, _, name = file_path.rpartition("/")
    found = _NUMBERED.fullmatch(name)
    if not found or _HEX_ID.fullmatch(name.rpartition(".")[0] or name):
        return None
    return f"{folder}/{found[1]}/{len(found[2])}", int(found[2])


class Roll:
    """The numbered pictures of one folder, in the order in which the camera numbered them."""

    def __init__(self) -> None:
        self._ids = array("q")
        self._numbers = array("q")
        self._times = array("q")

    def add(self, image_id: int, number: int, seconds: int) -> None:
        """Add a picture; call in any order."""
        self._ids.append(image_id)
        self._numbers.append(number)
        self._times.append(seconds)

    def flags(self, digits: int) -> Iterator[tuple[str, int]]:
        """Yield (flag, image id) for steps back in time, and what follows a reset.

        A step back of more than 60 s is `clock_backwards`, once, where it happens. One of more
        than a day into the first day of a year is a `factory_reset`, and so is all that
        follows until the clock shows a later time than before it.
        """
        order = self._order(digits)
        times = [self._times[place] for place in order]
        reset_from: int | None = None
        for n in range(1, len(order)):
            image_id, back = self._ids[order[n]], times[n - 1] - times[n]
            if back > TOLERANCE_S:
                yield "clock_backwards", image_id
            if back > _DAY_S and is_factory_day(times[n]):
                reset_from = max(times[n - 1], reset_from or 0)
            elif reset_from is not None and times[n] >= reset_from:
                reset_from = None
            if reset_from is not None:
                yield "factory_reset", image_id

    def _order(self, digits: int) -> list[int]:
        order = sorted(range(len(self._ids)), key=self._numbers.__getitem__)
        top = 10**digits
        wraps = (
            self._numbers[order[-1]] >= top - top // _WRAP_SHARE
            and self._numbers[order[0]] <= top // _WRAP_SHARE
        )
        steps = self._steps(order)
        if not wraps or not steps:
            return order
        # 9999 is followed by 0001: the roll may begin after the widest gap in its numbers, or
        # where its time first goes back.
        numbers = [self._numbers[place] for place in order]
        widest = max(range(1, len(order)), key=lambda n: numbers[n] - numbers[n - 1])
        turned = [order[start:] + order[:start] for start in (widest, steps[0])]
        return min([order, *turned], key=lambda tried: len(self._steps(tried)))

    def _steps(self, order: Sequence[int]) -> list[int]:
        times = self._times
        return [
            n for n in range(1, len(order)) if times[order[n - 1]] - times[order[n]] > TOLERANCE_S
        ]


class Islands:
    """Stretches of a deployment's time that lie more than 180 days apart."""

    def __init__(self) -> None:
        self._found: list[list[int]] = []

    def add(self, seconds: int) -> None:
        """Add the next time; call in order of time."""
        if self._found and seconds - self._found[-1][1] <= _ISLAND_GAP_S:
            self._found[-1][1] = seconds
            self._found[-1][2] += 1
        else:
            self._found.append([seconds, seconds, 1])

    def reset(self) -> Iterator[tuple[str, str]]:
        """Yield (first, last) of stretches that a clock which was never set seems to have made.

        They begin in the first day of a year, long before where most of the pictures are: a
        factory date is older than the camera, and those of a New Year that the camera saw have
        neighbours in the months around it.
        """
        most = max((count for _, _, count in self._found), default=0)
        for first, last, count in self._found:
            if count == most:
                return
            if is_factory_day(first):
                yield _text(first), _text(last)


def _text(seconds: int) -> str:
    return (_EPOCH + timedelta(seconds=seconds)).isoformat(sep=" ")
