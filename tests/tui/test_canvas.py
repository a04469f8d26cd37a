"""What a canvas writes brings any picture onto the screen from any other; errors do not add up."""

from __future__ import annotations

import math
import random
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from camtrap_tui.services.cell_marks import Mark
from camtrap_tui.services.halfblocks import encode_span
from camtrap_tui.services.picture_views import Frame, View
from camtrap_tui.tui.canvas import Canvas
from tests.ansi import Cell, cells

_SIZE = (24, 8)
_ORIGIN = (3, 2)
_TOLERANCE = 8
# How far a drawn channel may be off: two pixels that are alike share their mean, within that.
_OFF = 12
_BLANK: Cell = (" ", None, None)
_STEP = re.compile(r"\x1b\[(\d*)(?:;(\d+))?([HXCB])|((?:\x1b\[[\d;]*m|[^\x1b])+)")


class _Terminal:
    """Shows what a canvas writes, cell by cell."""

    def __init__(self) -> None:
        self.rows = [[_BLANK] * 40 for _ in range(14)]
        self.x = self.y = 0

    def feed(self, text: str) -> None:
        at = 0
        while at < len(text):
            step = _STEP.match(text, at)
            assert step, text[at : at + 20]
            at = step.end()
            first, second, what, drawn = step.groups()
            number = int(first or 1)
            if what == "H":
                self.y, self.x = number - 1, int(second) - 1
            elif what == "C":
                self.x += number
            elif what == "B":
                self.y += number
            elif what == "X":
                self.rows[self.y][self.x : self.x + number] = [_BLANK] * number
            else:
                for cell in cells(drawn):
                    self.rows[self.y][self.x] = cell
                    self.x += 1

    def pane(self) -> list[list[Cell]]:
        (x, y), (width, height) = _ORIGIN, _SIZE
        inside = [row[x : x + width] for row in self.rows[y : y + height]]
        outside = sum(cell != _BLANK for row in self.rows for cell in row)
        assert outside == sum(cell != _BLANK for row in inside for cell in row), "wrote beside it"
        return inside


def _frame(
    pixels: bytes,
    width: int,
    height: int,
    marks: tuple[Mark, ...] = (),
    tolerance: int = _TOLERANCE,
) -> Frame:
    rows = tuple(
        encode_span(
            pixels,
            width,
            row,
            0,
            width,
            depth="24",
            tolerance=tolerance,
            marks=[mark for mark in marks if mark.row == row],
        )
        for row in range(height)
    )
    view = View(None, *_SIZE)
    return Frame(view, rows, width, pixels=pixels, tolerance=tolerance, marks=marks)


def _noise(seed: int, width: int = 20, height: int = 6) -> Frame:
    return _frame(random.Random(seed).randbytes(6 * width * height), width, height)


def _canvas() -> tuple[Canvas, _Terminal]:
    canvas = Canvas()
    canvas.resize(*_SIZE)
    return canvas, _Terminal()


def _send(canvas: Canvas, terminal: _Terminal, room: float = math.inf) -> int:
    text = canvas.erase(*_ORIGIN) + canvas.take(*_ORIGIN, room)
    terminal.feed(text)
    return len(text)


def _far(terminal: _Terminal, frame: Frame) -> int:
    """Return how far the worst channel is off, everything else being right."""
    left = (_SIZE[0] - frame.width) // 2
    above = (_SIZE[1] - len(frame.rows)) // 2
    worst = 0
    marked = {(m.column + n, m.row): c for m in frame.marks for n, c in enumerate(m.text)}
    for y, row in enumerate(terminal.pane()):
        for x, (glyph, ink, paper) in enumerate(row):
            column, line = x - left, y - above
            if not (0 <= column < frame.width and 0 <= line < len(frame.rows)):
                assert (glyph, ink, paper) == _BLANK, (x, y)
                continue
            if (column, line) in marked:
                assert glyph == marked[column, line]
                continue
            for half, color in enumerate(
                (ink if glyph in "▀█" else paper, ink if glyph in "▄█" else paper)
            ):
                at = 3 * ((2 * line + half) * frame.width + column)
                assert color is not None
                wanted = frame.pixels[at : at + 3]
                worst = max(worst, *(abs(a - b) for a, b in zip(color, wanted, strict=True)))
    return worst


_SHAPES = st.sampled_from([(20, 6), (24, 8), (10, 8), (24, 3)])
_LABEL = Mark(2, 1, "12", (0, 0, 0), (95, 255, 0))


@st.composite
def _frames(draw: st.DrawFn) -> Frame:
    width, height = draw(_SHAPES)
    pixels = bytearray(b"\x50\x60\x70" * (2 * width * height))
    for _ in range(draw(st.integers(0, 4))):
        at = 3 * draw(st.integers(0, 2 * width * height - 4))
        pixels[at : at + 12] = draw(st.binary(min_size=12, max_size=12))
    return _frame(bytes(pixels), width, height, (_LABEL,) if draw(st.booleans()) else ())


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(_frames(), st.integers(0, 3)), min_size=1, max_size=6), st.randoms())
def test_any_picture_follows_any_other_however_little_there_was_of_it(
    shown: list[tuple[Frame, int]], chance: random.Random
) -> None:
    canvas, terminal = _canvas()
    for frame, bands in shown:
        canvas.show(frame)
        for _ in range(bands):
            _send(canvas, terminal, 60)
        if chance.random() < 0.2:
            terminal.feed(canvas.blank(*_ORIGIN))
        if chance.random() < 0.2:
            canvas.say(["some words", "", "in rows"])
            _send(canvas, terminal)
            canvas.show(frame)
    while not canvas.is_whole:
        _send(canvas, terminal, 60)
    assert _far(terminal, frame) <= 12 + _OFF
    assert _send(canvas, terminal) == 0


def test_a_picture_that_drifts_stays_as_near_as_one_that_is_drawn_anew() -> None:
    canvas, terminal = _canvas()
    for level in range(60, 200, 5):
        frame = _frame(bytes([level]) * (6 * 20 * 6), 20, 6)
        canvas.show(frame)
        _send(canvas, terminal)
        assert _far(terminal, frame) <= 12 + _OFF


def test_nothing_of_a_coarse_picture_is_left_in_a_fine_one() -> None:
    chance = random.Random(4)
    pixels = bytes(chance.randrange(30, 75) for _ in range(6 * 20 * 6))
    canvas, terminal = _canvas()
    coarse, fine = (_frame(pixels, 20, 6, tolerance=n) for n in (45, _TOLERANCE))
    canvas.show(coarse)
    _send(canvas, terminal)
    assert _far(terminal, coarse) > 2 * _OFF
    canvas.show(fine)
    _send(canvas, terminal)
    assert _far(terminal, fine) <= _OFF


def test_only_cells_that_changed_are_sent() -> None:
    canvas, terminal = _canvas()
    first = _noise(1)
    canvas.show(first)
    whole = _send(canvas, terminal)
    pixels = bytearray(first.pixels)
    pixels[300:306] = bytes(255 - value for value in pixels[300:306])
    other = _frame(bytes(pixels), 20, 6)
    canvas.show(other)
    assert canvas.cost(math.inf) < 100
    assert 0 < _send(canvas, terminal) < 110 < whole
    assert _far(terminal, other) <= 12 + _OFF


def test_what_stays_the_same_sends_nothing() -> None:
    canvas, terminal = _canvas()
    frame = _noise(1)
    canvas.show(frame)
    _send(canvas, terminal)
    canvas.show(frame)
    assert canvas.is_whole
    canvas.show(_frame(frame.pixels, 20, 6))
    assert _send(canvas, terminal) == 0


def test_the_newest_picture_wins_and_none_of_the_others_is_left() -> None:
    canvas, terminal = _canvas()
    canvas.show(_noise(1))
    _send(canvas, terminal, 1)
    terminal.feed(canvas.blank(*_ORIGIN))
    assert all(cell == _BLANK for row in terminal.pane() for cell in row)
    assert canvas.is_bare
    canvas.show(_noise(2))
    while not canvas.is_whole:
        assert _send(canvas, terminal, 1)
    assert _far(terminal, _noise(2)) <= _OFF


def test_blanking_takes_few_bytes() -> None:
    canvas, terminal = _canvas()
    canvas.show(_noise(1))
    _send(canvas, terminal)
    text = canvas.blank(*_ORIGIN)
    assert len(text) <= 8 * 6 + 8
    terminal.feed(text)
    assert all(cell == _BLANK for row in terminal.pane() for cell in row)


def test_a_band_is_not_longer_than_there_is_room_for() -> None:
    canvas, _ = _canvas()
    canvas.show(_noise(1))
    longest = max(len(row.encode()) for row in _noise(1).rows) + 12
    for room in (1, 2 * longest, 3 * longest):
        assert len(canvas.take(*_ORIGIN, room).encode()) <= max(room, longest)


def test_words_take_the_place_of_a_picture_and_back() -> None:
    canvas, terminal = _canvas()
    canvas.show(_noise(1))
    _send(canvas, terminal)
    canvas.say(["…"])
    _send(canvas, terminal)
    assert [c for row in terminal.pane() for c in row if c != _BLANK] == [("…", None, None)]
    canvas.show(_noise(2))
    _send(canvas, terminal)
    assert _far(terminal, _noise(2)) <= _OFF


def test_rows_that_are_somebody_elses_are_left_to_him() -> None:
    canvas, terminal = _canvas()
    canvas.cover(2)
    canvas.show(_noise(1))
    _send(canvas, terminal)
    assert all(cell == _BLANK for row in terminal.pane()[:2] for cell in row)
    assert canvas.is_whole
    canvas.cover(0)
    assert not canvas.is_whole
    _send(canvas, terminal)
    assert _far(terminal, _noise(1)) <= _OFF


def test_a_screen_that_was_painted_anew_is_sent_anew() -> None:
    canvas, terminal = _canvas()
    canvas.show(_noise(1))
    first = _send(canvas, terminal)
    canvas.forget()
    assert _send(canvas, _Terminal()) == pytest.approx(first, abs=2)


def test_what_textual_sees_is_what_the_terminal_shows() -> None:
    canvas, _ = _canvas()
    frame = _noise(1)
    canvas.show(frame)
    assert [canvas.row(y) for y in range(8)] == [None] * 8
    canvas.take(*_ORIGIN, 1)
    row = canvas.row(1)
    assert row is not None
    assert (row.left, row.width, row.ansi) == (2, 20, frame.rows[0])
    assert canvas.row(2) is None
    canvas.resize(30, 9)
    assert [canvas.row(y) for y in range(9)] == [None] * 9
