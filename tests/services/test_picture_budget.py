"""The tolerance follows the budget, at the cost of little more than one drawing."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from camtrap_tui.services.picture_budget import level_of, within
from camtrap_tui.services.picture_views import View

_COLUMNS, _ROWS = 80, 40
_LEVEL = level_of(View(None, _COLUMNS, _ROWS))
_BUDGET = _LEVEL.bytes_a_cell * _COLUMNS * _ROWS


class _Encoder:
    """Rows whose length is in inverse proportion to the tolerance; those below the middle are
    `uneven` times as long.
    """

    def __init__(self, at_the_usual: float, *, uneven: int = 1) -> None:
        self.calls: list[tuple[int, int]] = []
        self._length = at_the_usual * _BUDGET * _LEVEL.tolerance / _ROWS
        self._uneven = uneven

    def __call__(self, tolerance: int, numbers: Sequence[int]) -> list[str]:
        self.calls += [(tolerance, n) for n in numbers]
        lengths = [self._length * (self._uneven if n >= _ROWS // 2 else 1) for n in numbers]
        return ["x" * round(length / tolerance) for length in lengths]


@pytest.mark.parametrize("at_the_usual", [0.1, 0.4, 0.49, 0.8, 0.99, 1.2, 1.6])
def test_a_picture_is_within_the_budget_for_one_drawing_and_a_half(at_the_usual: float) -> None:
    encoder = _Encoder(at_the_usual)
    rows, tolerance = within(_LEVEL, _COLUMNS * _ROWS, _ROWS, encoder)
    assert sum(map(len, rows)) <= _BUDGET
    assert list(rows) == encoder(tolerance, range(_ROWS))
    drawn = encoder.calls[:-_ROWS]
    assert len(drawn) <= 1.5 * _ROWS
    assert len(set(drawn)) == len(drawn), "no row is drawn twice alike"
    assert (tolerance < _LEVEL.tolerance) == (at_the_usual < 0.5)
    assert (tolerance > _LEVEL.tolerance) == (at_the_usual > 1)


def test_what_the_sample_did_not_tell_is_made_up_for() -> None:
    class Sparing(_Encoder):
        def __call__(self, tolerance: int, numbers: Sequence[int]) -> list[str]:
            rows = super().__call__(tolerance, numbers)
            return [row if n % 4 != 2 else "" for n, row in zip(numbers, rows, strict=True)]

    rows, tolerance = within(_LEVEL, _COLUMNS * _ROWS, _ROWS, Sparing(1.7))
    assert sum(map(len, rows)) <= _BUDGET
    assert tolerance >= _LEVEL.tolerance


def test_a_tolerance_has_an_end() -> None:
    rows, tolerance = within(_LEVEL, _COLUMNS * _ROWS, _ROWS, _Encoder(9, uneven=2))
    assert tolerance == _LEVEL.highest
    assert len(rows) == _ROWS


@pytest.mark.parametrize("count", [1, 2, 3, 5, 15, 16])
def test_small_pictures_are_whole(count: int) -> None:
    rows, _ = within(_LEVEL, _COLUMNS * count, count, lambda _, numbers: [str(n) for n in numbers])
    assert rows == tuple(str(n) for n in range(count))
