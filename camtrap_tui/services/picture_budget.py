"""How much a picture may cost: the tolerance follows a budget of bytes, level by level.

A level of thrift takes about half of what the one before took of a cell's bytes beyond the
first: a cell costs one byte, a space, however little is said of it. Coarser pixels look better
than fewer colours for as many bytes: the nearest of 256 make blotches where an animal was.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from camtrap_tui.services.picture_views import MOST_THRIFT, View

if TYPE_CHECKING:
    from PIL import Image


@dataclass(frozen=True, slots=True)
class Level:
    """How thrifty: pixels of half blocks that are drawn as one, tolerances, bytes a cell.

    `finest` is the tolerance where half the budget would do, as in dark pictures: there the eye
    sees smaller steps.
    """

    across: int
    down: int
    finest: int
    tolerance: int
    highest: int
    bytes_a_cell: float

    def coarse(self, image: Image.Image) -> Image.Image:
        """Return the image with its pixels drawn as one, at the size it has."""
        if self.across * self.down == 1:
            return image
        return (
            image.reduce((self.across, self.down))
            .resize(
                (
                    -(-image.width // self.across) * self.across,
                    -(-image.height // self.down) * self.down,
                ),
                resample=0,
            )
            .crop((0, 0, *image.size))
        )


_HALVES = (
    Level(1, 1, 7, 12, 20, 8.5),
    Level(1, 1, 22, 22, 60, 4.3),
    Level(2, 2, 16, 16, 72, 2.2),
    Level(4, 2, 24, 24, 90, 1.6),
    Level(4, 4, 36, 36, 100, 1.3),
)
# Finer blocks, and what comes after them.
_MOSAICS = (
    Level(1, 1, 7, 12, 20, 14.0),
    Level(1, 1, 22, 22, 48, 7.0),
    Level(1, 1, 26, 26, 60, 3.2),
    Level(2, 2, 20, 20, 72, 1.9),
    _HALVES[MOST_THRIFT],
)
# A thumbnail's cell shows more of a picture, and a sheet of them is to take no more than one
# picture does.
_THUMBNAIL_CELLS = 700
_THUMBNAIL = Level(1, 1, 7, 12, 28, 7.0)
_MOSAIC_THUMBNAIL = Level(1, 1, 7, 12, 28, 11.0)
_ROOM = 0.5
_MOST_TRIES = 4
# A picture's size is told from every fourth of its rows, and aimed a little below the budget:
# to draw it whole again costs more than the bytes that this leaves unused.
_SAMPLED = 4
_LEAST_SAMPLED = 16
_AIM = 0.97
# Bytes go about as the tolerance to the power of -1.15 (median of photos).
_STEEPNESS = 1 / 1.15


def level_of(view: View) -> Level:
    """Return how a view is to be drawn."""
    is_mosaic = view.blocks != "half"
    if view.thrift == 0 and view.columns * view.rows <= _THUMBNAIL_CELLS:
        return _MOSAIC_THUMBNAIL if is_mosaic else _THUMBNAIL
    return (_MOSAICS if is_mosaic else _HALVES)[view.thrift]


def within(
    level: Level, cells: int, count: int, encode: Callable[[int, Sequence[int]], list[str]]
) -> tuple[tuple[str, ...], int]:
    """Return a picture's `count` rows at the tolerance that the budget asks for, and that.

    `encode` gives rows, by their numbers, at a tolerance.
    """
    budget = level.bytes_a_cell * cells
    made: dict[tuple[int, int], str] = {}

    def rows(tolerance: int, numbers: Sequence[int]) -> list[str]:
        lacking = [n for n in numbers if (tolerance, n) not in made]
        for n, row in zip(lacking, encode(tolerance, lacking), strict=True):
            made[tolerance, n] = row
        return [made[tolerance, n] for n in numbers]

    step = _SAMPLED if count >= _LEAST_SAMPLED else 1
    sample = range(step // 2, count, step)
    share = len(sample) / count
    # What is said of cells beyond their one byte each is what a tolerance has a hold on.
    room = budget - cells
    tolerance = _foreseen(level, room, lambda tried: _size(rows(tried, sample)) / share - cells)
    whole = rows(tolerance, range(count))
    for _ in range(_MOST_TRIES):
        said = _size(whole) - cells
        if said <= room or tolerance >= level.highest:
            break
        tolerance = max(_higher(level, tolerance, said / (_AIM * room)), level.tolerance)
        whole = rows(tolerance, range(count))
    return tuple(whole), tolerance


def _foreseen(level: Level, room: float, said: Callable[[int], float]) -> int:
    """Return the tolerance at which what is `said`, as a sample tells it, is within the room."""
    tolerance = level.tolerance
    expected = said(tolerance)
    if expected <= _ROOM * room and tolerance > level.finest:
        return level.finest if said(level.finest) <= _AIM * room else tolerance
    for _ in range(_MOST_TRIES):
        if expected <= room or tolerance >= level.highest:
            break
        tolerance = _higher(level, tolerance, expected / (_AIM * room))
        expected = said(tolerance)
    return tolerance


def _higher(level: Level, tolerance: int, times: float) -> int:
    """Return the tolerance for so many `times` fewer bytes."""
    return min(max(round(tolerance * math.pow(times, _STEEPNESS)), tolerance + 1), level.highest)


def _size(rows: Sequence[str]) -> int:
    return sum(len(row.encode()) for row in rows)
