"""What a terminal shows of one picture's pane, and the bytes that bring it to another picture.

Differences are taken from what the terminal was last sent, cell by cell, never from what was
wanted before: what was left out once does not add up.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from rich.cells import cell_len

from camtrap_tui.services.cell_marks import Mark
from camtrap_tui.services.picture_views import Frame

# Cells that are sent again rather than leapt over: a leap costs about as many bytes.
_GAP = 4
_CHANGED = re.compile(rb"[^\0]+(?:\0{1,%d}[^\0]+)*" % _GAP)
# How far a channel may be from what is wanted and yet stay as it is.
_NEAR = 12
# What is shown may be off by the tolerance that it was drawn with, and so much more than what
# is to be seen: from a coarse picture, whatever lies near it would stay coarse.
_ALSO_OFF = 6
# Where more of a picture has changed, it is sent row by row as it was made.
_MOST_CHANGED = 0.6

# Bytes that blanking a row takes.
_BLANKING = 8

_Spans = list[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Row:
    """A row as the terminal shows it: `width` cells of `ansi`, `left` cells into the pane.

    `pixels` and `marks` are those of the cells that were sent, not of the frame `of` that they
    were last brought up to; `tolerance` is how far from their pixels they may be.
    """

    left: int
    width: int
    ansi: str
    of: Frame | None = None
    pixels: bytes = b""
    marks: tuple[Mark, ...] = ()
    tolerance: int = 0


class Canvas:
    """The rows of a pane; what `show` or `say` asks for comes onto them by `erase` and `take`.

    The first `covered` rows are somebody else's.
    """

    def __init__(self) -> None:
        self.size = (0, 0)
        self.frame: Frame | None = None
        self.covered = 0
        self._words: dict[int, Row] = {}
        self._rows: list[Row | None] = []
        self._lacking: list[int] = []
        self._spans: dict[int, _Spans] | None = None
        self._written: dict[int, str] = {}

    def resize(self, width: int, height: int) -> None:
        """Begin blank at another size; nothing happens at the same one."""
        if self.size != (width, height):
            self.size = (width, height)
            self.frame, self._words = None, {}
            self.forget()

    def forget(self) -> None:
        """Note that the terminal shows blanks here: all that is to be seen must be sent again."""
        self._rows = [None] * self.size[1]
        self._begin()

    def cover(self, rows: int) -> None:
        """Leave this many rows at the top to somebody else, who blanks those he gives back."""
        if rows != self.covered:
            for y in range(min(max(rows, self.covered), len(self._rows))):
                self._rows[y] = None
            self.covered = rows
            self._begin()

    def show(self, frame: Frame) -> None:
        """Show this frame from now on; it must fit."""
        if frame is not self.frame:
            self.frame, self._words = frame, {}
            self._begin()

    def say(self, words: Sequence[str]) -> None:
        """Show these rows of plain words in the middle from now on; none for a blank pane."""
        above = (self.size[1] - len(words)) // 2
        rows = {
            y: Row(max(self.size[0] - cell_len(text), 0) // 2, cell_len(text), text)
            for y, text in enumerate(words, above)
            if text
        }
        if self.frame is not None or rows != self._words:
            self.frame, self._words = None, rows
            self._begin()

    def finish(self) -> None:
        """Note that somebody else puts on the screen what is to be seen."""
        self._rows = [None] * self.size[1]
        self._begin()
        for y in self._lacking:
            self._rows[y] = self._row(y)
        self._begin()

    # ── what is there ────────────────────────────────────────────────────────────────────

    @property
    def is_whole(self) -> bool:
        """Whether the terminal shows all that is to be seen, and nothing else."""
        return not self._lacking and not self._leftover()

    @property
    def is_bare(self) -> bool:
        """Whether the terminal shows no row of any picture."""
        return not any(row and row.of for row in self._rows)

    def row(self, y: int) -> Row | None:
        """Return what the terminal shows in a row, None for blanks."""
        return self._rows[y] if y < len(self._rows) else None

    # ── sending ──────────────────────────────────────────────────────────────────────────

    def erase(self, x: int, y: int) -> str:
        """Blank the rows that nothing will cover, of a pane whose corner is at x, y."""
        return self._erase(self._leftover(), x, y)

    def blank(self, x: int, y: int) -> str:
        """Blank every row, whatever is to be seen."""
        return self._erase([n for n, row in enumerate(self._rows) if row], x, y)

    def blanking(self) -> int:
        """Return about how many bytes it takes to blank every row."""
        return _BLANKING * sum(row is not None for row in self._rows)

    def cost(self, most: float) -> int:
        """Return how many bytes are lacking, counted no further than past `most`."""
        total = 0
        for y in self._lacking:
            total += len(self._bytes(y).encode())
            if total > most:
                break
        return total

    def take(self, x: int, y: int, room: float) -> str:
        """Return the next rows, one at least and then while `room` lasts, and note them shown."""
        pieces: list[str] = []
        size = 0
        while self._lacking:
            row = self._lacking[0]
            text = self._bytes(row)
            more = len(text.encode()) + 8 if text else 0
            if pieces and size + more > room:
                break
            if text:
                pieces.append(_move(x, y + row) + text)
                size += more
            self._rows[row] = self._taken(row)
            self._lacking.pop(0)
        return "".join(pieces)

    # ── inside ───────────────────────────────────────────────────────────────────────────

    def _begin(self) -> None:
        """Work out anew which rows are lacking."""
        self._spans, self._written = None, {}
        if self.frame is not None:
            above = self._above
            rows: Iterable[int] = range(above, above + len(self.frame.rows))
        else:
            rows = self._words
        self._lacking = [y for y in rows if y >= self.covered and not self._is_there(y)]

    def _is_there(self, y: int) -> bool:
        shown = self._rows[y]
        if self.frame is None:
            return shown == self._words[y]
        return shown is not None and shown.of is self.frame

    @property
    def _above(self) -> int:
        return (self.size[1] - len(self.frame.rows)) // 2 if self.frame else 0

    def _row(self, y: int) -> Row:
        """Return the row as it is when it was sent whole."""
        frame = self.frame
        if frame is None:
            return self._words[y]
        number = y - self._above
        left = (self.size[0] - frame.width) // 2
        marks = tuple(mark for mark in frame.marks if mark.row == number)
        pixels = _pixels(frame, number)
        return Row(left, frame.width, frame.rows[number], frame, pixels, marks, frame.tolerance)

    def _leftover(self) -> list[int]:
        """Return the rows that show something and are not to be covered cell by cell."""
        frame = self.frame
        if frame is None:
            return [y for y, row in enumerate(self._rows) if row and row != self._words.get(y)]
        left, above = (self.size[0] - frame.width) // 2, self._above
        covered = range(above, above + len(frame.rows))
        return [
            y
            for y, row in enumerate(self._rows)
            if row and (y not in covered or (row.left, row.width) != (left, frame.width))
        ]

    def _erase(self, rows: Sequence[int], x: int, y: int) -> str:
        pieces = []
        last = (-2, 0, 0)
        for number in rows:
            row = self._rows[number]
            assert row is not None
            # Erasing leaves the cursor where it is: the row below is one step down.
            if last == (number - 1, row.left, row.width):
                pieces.append(f"\x1b[B\x1b[{row.width}X")
            else:
                pieces.append(f"{_move(x + row.left, y + number)}\x1b[{row.width}X")
            last = (number, row.left, row.width)
            self._rows[number] = None
        if pieces:
            self._begin()
        return "".join(pieces)

    def _bytes(self, y: int) -> str:
        """Return what brings a row up to date, from the pane's first column; "" for nothing."""
        if y not in self._written:
            self._written[y] = self._encoded(y)
        return self._written[y]

    def _encoded(self, y: int) -> str:
        row = self._row(y)
        whole = _leap(row.left) + row.ansi
        spans = self._changed().get(y)
        if spans is None or self.frame is None:
            return whole
        from camtrap_tui.services.picture_draw import encode_span

        pieces = []
        column = -row.left
        for first, stop in spans:
            pieces.append(_leap(first - column))
            pieces.append(encode_span(self.frame, y - self._above, first, stop))
            column = stop
        patch = "".join(pieces)
        if len(patch) < len(whole):
            return patch
        self._changed().pop(y)
        return whole

    def _taken(self, y: int) -> Row:
        """Return the row as it is once its bytes are sent."""
        new, old = self._row(y), self._rows[y]
        spans = self._changed().get(y)
        if spans is None or old is None or self.frame is None:
            return new
        across, down = self.frame.dots
        pixels = bytearray(old.pixels)
        line = 3 * across * new.width
        for first, stop in spans:
            for start in range(0, down * line, line):
                part = slice(start + 3 * across * first, start + 3 * across * stop)
                pixels[part] = new.pixels[part]
        tolerance = max(old.tolerance, new.tolerance)
        return replace(new, pixels=bytes(pixels), tolerance=tolerance)

    def _changed(self) -> dict[int, _Spans]:
        """Return the changed spans of the lacking rows that can be told from what they show."""
        if self._spans is None:
            self._spans = self._compared() if self.frame and self.frame.pixels else {}
        return self._spans

    def _compared(self) -> dict[int, _Spans]:
        frame = self.frame
        assert frame is not None
        across, down = frame.dots
        comparable = {}
        for y in self._lacking:
            shown = self._rows[y]
            if (
                shown
                and shown.of
                and (shown.of.dots, shown.width) == (frame.dots, frame.width)
                and shown.tolerance <= frame.tolerance + _ALSO_OFF
            ):
                comparable[y] = shown
        if not comparable:
            return {}
        before = b"".join(row.pixels for row in comparable.values())
        after = b"".join(_pixels(frame, y - self._above) for y in comparable)
        mask = changed_cells(before, after, frame.width, len(comparable), across, down)
        if len(mask) - mask.count(0) > _MOST_CHANGED * len(mask):
            return {}
        spans = {}
        for at, (y, shown) in enumerate(comparable.items()):
            cells = bytearray(mask[at * frame.width : (at + 1) * frame.width])
            marks = tuple(mark for mark in frame.marks if mark.row == y - self._above)
            if marks != shown.marks:
                for mark in (*marks, *shown.marks):
                    for column in range(mark.column, min(mark.column + len(mark.text), len(cells))):
                        cells[column] = 1
            spans[y] = [found.span() for found in _CHANGED.finditer(bytes(cells))]
        return spans


def changed_cells(
    before: bytes, after: bytes, columns: int, rows: int, across: int, down: int
) -> bytes:
    """Return a byte for each cell, 0 where no pixel of it is farther than _NEAR from before.

    Both hold RGB pixels, `across` × `down` a cell.
    """
    from PIL import Image, ImageChops

    size = (columns * across, rows * down)
    old, new = (Image.frombytes("RGB", size, pixels) for pixels in (before, after))
    red, green, blue = ImageChops.difference(old, new).split()
    most = ImageChops.lighter(ImageChops.lighter(red, green), blue)
    far = most.point([0] * (_NEAR + 1) + [255] * (255 - _NEAR))
    return far.reduce((across, down)).tobytes()


def _pixels(frame: Frame, number: int) -> bytes:
    across, down = frame.dots
    size = 3 * across * down * frame.width
    return frame.pixels[number * size : (number + 1) * size]


def _move(x: int, y: int) -> str:
    return f"\x1b[{y + 1};{x + 1}H"


def _leap(cells: int) -> str:
    return f"\x1b[{cells}C" if cells else ""
