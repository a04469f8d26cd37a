"""When the next bytes of a picture may be written, and how many; knows neither Textual nor tty.

A key's words go at once, so what is on its way before them must be little: on a line that is
known to be slow a picture goes in bands of a fraction of a second, one at a time. On plain SSH
the terminal acknowledges each by a cursor report. tmux, screen and mosh answer such a question
themselves, which says nothing of the line: under them, and where answers never come, bands go
at a rate that was configured, learned before, or assumed.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable

from camtrap_tui.domain.line_rate import FIRST_RATE, LineRate
from camtrap_tui.tui.line_kind import LineKind

# Asks for the cursor's position (ECMA-48, DSR 6); the answer is CSI row ; column R.
REPORT = "\x1b[6n"

# Seconds of the line that a band may take: while keys come, and at most when they have ceased.
_BAND_S = 0.2
_LONGEST_BAND_S = 0.5
_LEAST_BAND = 400
# Bytes a second that a line of which nothing is known may carry no more of: 256 kbit/s.
_GUESSED_RATE = 32_000
# Seconds of words on their way from which on newer ones wait, so that the newest win.
_FULL_S = 0.35
# A line that is idle for a moment wastes little; one that is never idle delays keys.
_NEARLY_EMPTY_S = 0.03
# An answer that is this late, in seconds beside twice what was expected, is missed.
_LATE_S = 1.0
# Nobody waits longer for an answer: it is taken for lost, and another one may be asked for.
_LOST_S = 20.0
# What a cell of a picture takes at thrift 0 (services/picture_draw.py), and a line's seconds
# that a picture may take, before it is drawn with more thrift or coarsely first.
_BYTES_A_CELL = 9.5
_PICTURE_S = 0.8
_AT_ONCE_S = 0.5
_MOST_FINE_THRIFT = 3


class Pacer:
    """Keeps account of what is on its way to the terminal.

    `wrote` every byte, `ask` before a report is written, `acknowledged` when one has come.
    """

    def __init__(self, kind: LineKind, clock: Callable[[], float] = time.monotonic) -> None:
        self.kind = kind
        self._clock = clock
        self._line = LineRate(rate=kind.rate) if kind.rate else LineRate()
        self._queue = 0.0  # bytes on their way, by the rate, when last looked at
        self._looked = clock()
        self._asked = 0.0  # when the report in flight was asked for, 0 for none
        self._size = 0  # bytes that were on their way before it, itself included
        self._after = 0  # bytes written since
        self._is_missed = False
        self._bands = 0  # since a picture was last asked for
        self._thrift = 0

    @property
    def rate(self) -> float:
        """Bytes a second that the line is taken to carry; infinite without a line."""
        if not self.kind.is_far:
            return math.inf
        return min(self._line.rate, self.kind.rate) if self.kind.rate else self._line.rate

    @property
    def round_trip(self) -> float:
        """Seconds there and back, as far as answers have told."""
        return self._line.round_trip

    @property
    def is_asking(self) -> bool:
        """Whether a report was asked for that has not come."""
        return bool(self._asked)

    @property
    def is_empty(self) -> bool:
        """Whether all that was written has arrived, as far as can be known."""
        if not self.kind.is_far:
            return True
        self._note_missing()
        waits = self._asked > 0 and not self._is_missed
        return not waits and self._on_its_way() <= self.rate * _NEARLY_EMPTY_S

    @property
    def is_full(self) -> bool:
        """Whether words, too, had better wait for those that follow them."""
        if not self.kind.is_far:
            return False
        self._note_missing()
        return self._on_its_way() > self.rate * _FULL_S or self._is_late()

    # ── writing ──────────────────────────────────────────────────────────────────────────

    def wrote(self, size: int) -> None:
        """Note that `size` bytes were written, of whatever."""
        if self.kind.is_far:
            self._queue = self._on_its_way() + size
            self._after += size

    def room(self) -> float:
        """Return how many bytes of pictures may be written now; 0 for none."""
        if not self.kind.is_far:
            return math.inf
        self._note_missing()
        if self._asked and not self._is_missed:
            return 0
        seconds = min(_BAND_S + 0.1 * max(self._bands - 1, 0), _LONGEST_BAND_S)
        queue = self._on_its_way()
        if queue > self.rate * _BAND_S / 2:
            return 0
        return max(self.rate * seconds - queue, _LEAST_BAND)

    def room_behind_words(self) -> float:
        """Return how many bytes may be written now that words before them cannot do without.

        Until they are there, what they replace stands under those words: where the rate is a
        guess they must be few enough for a slower line.
        """
        return min(self.room(), _GUESSED_RATE * _BAND_S if self.kind.is_guess else math.inf)

    def begin_picture(self) -> None:
        """Note that another picture was asked for: a key came, and others may follow."""
        self._bands = 0

    def wrote_band(self) -> str:
        """Note that a band was written; return what asks for its report, or nothing."""
        self._bands += 1
        if not self.kind.answers_tell or self._asked:
            return ""
        self.wrote(len(REPORT))
        self._asked, self._size, self._after = self._clock(), round(self._queue), 0
        return REPORT

    # ── learning ─────────────────────────────────────────────────────────────────────────

    def acknowledged(self) -> None:
        """Note that the report that was asked for has come, however late."""
        if not self._asked:
            return
        now = self._clock()
        self._line = self._line.answered(self._size, max(now - self._asked, 0.0))
        self._queue, self._looked = min(self._on_its_way(), self._after), now
        self._asked, self._is_missed = 0.0, False

    def wait(self) -> float:
        """Return after how many seconds there may be room, or an arrival, without an answer."""
        waiting = self._asked and not self._is_missed
        until_missed = self._asked + self._patience() - self._clock() if waiting else 0.0
        until_empty = self._on_its_way() / self.rate - _NEARLY_EMPTY_S
        return min(max(until_missed if waiting else until_empty, 0.005), 5.0)

    # ── what to draw ─────────────────────────────────────────────────────────────────────

    def thrift(self, cells: int) -> int:
        """Return with how much thrift pictures of so many cells are to be drawn: 0 to 3."""
        for level in range(_MOST_FINE_THRIFT):
            # What is shown stays while it is not far off: changing it sends it again.
            allowed = _PICTURE_S * (1.4 if level == self._thrift else 1.0)
            if cells * _BYTES_A_CELL / 2**level <= self.rate * allowed:
                self._thrift = level
                return level
        self._thrift = _MOST_FINE_THRIFT
        return _MOST_FINE_THRIFT

    def wants_coarse(self, cells: int) -> bool:
        """Tell whether a picture of so many cells is to be seen coarsely before it is fine.

        With the most thrift it takes hardly more bytes than the coarse pass, which would only
        delay it.
        """
        thrift = self.thrift(cells)
        if thrift == _MOST_FINE_THRIFT:
            return False
        return cells * _BYTES_A_CELL / (1 << thrift) > self.rate * _AT_ONCE_S

    # ── inside ───────────────────────────────────────────────────────────────────────────

    def _on_its_way(self) -> float:
        if not self.kind.is_far:
            return 0.0
        now = self._clock()
        self._queue = max(self._queue - (now - self._looked) * self.rate, 0.0)
        self._looked = now
        return self._queue

    def _patience(self) -> float:
        return 2 * self._line.seconds(self._size) + _LATE_S

    def _is_late(self) -> bool:
        """Whether the answer is late enough to doubt the rate."""
        if not self._asked or self._is_missed:
            return False
        expected = self._line.seconds(self._size)
        return bool(self._clock() - self._asked > 1.5 * expected + _FULL_S)

    def _note_missing(self) -> None:
        """Go on without an answer that does not come; another one is not asked for meanwhile."""
        waited = self._clock() - self._asked
        if self._is_missed and waited > _LOST_S:
            self._asked, self._is_missed = 0.0, False
        if not self._asked or self._is_missed or waited < self._patience():
            return
        self._is_missed = True
        if self._line.answers:
            # Lost, or a line that has become far slower: nobody can tell yet. How slow a line
            # can be is for answers to say.
            rate = max(self._line.rate / 2, min(self._line.rate, FIRST_RATE))
            self._line = LineRate(rate, self._line.round_trip, self._line.answers)
