"""When pictures may be written: a clock and a line of our own."""

from __future__ import annotations

import math
import random

import pytest

from camtrap_tui.domain.line_rate import FIRST_RATE
from camtrap_tui.tui.line_kind import LineKind
from camtrap_tui.tui.pacer import REPORT, Pacer

_PLAIN = LineKind(is_far=True, answers_tell=True)
_MULTIPLEXED = LineKind(is_far=True, rate=8_000)


class _Line:
    """Carries `rate` bytes a second, and answers a report `round_trip` after what is before it."""

    def __init__(self, kind: LineKind, rate: float, round_trip: float) -> None:
        self.now = 100.0
        self.rate = rate
        self.round_trip = round_trip
        self.pacer = Pacer(kind, lambda: self.now)
        self.free = self.now
        self.answer: float | None = None
        self.longest_queue = 0.0
        self.sent = 0

    def words(self, size: int) -> None:
        self.pacer.wrote(size)
        self._carry(size)

    def band(self) -> int:
        """Write as much of an endless picture as may be written."""
        size = int(self.pacer.room())
        if not size:
            return 0
        self.pacer.wrote(size)
        self._carry(size)
        if self.pacer.wrote_band():
            assert self.answer is None, "a second report while one is out"
            self._carry(len(REPORT))
            self.answer = self.free + self.round_trip
        return size

    def _carry(self, size: int) -> None:
        self.free = max(self.free, self.now) + size / self.rate
        self.sent += size
        self.longest_queue = max(self.longest_queue, self.free - self.now)

    def wait(self, seconds: float) -> None:
        end = self.now + seconds
        while self.now < end:
            self.now += 0.005
            if self.answer is not None and self.now >= self.answer:
                self.answer = None
                self.pacer.acknowledged()

    def look(self, seconds: float) -> None:
        """Send an endless picture for so long."""
        end = self.now + seconds
        while self.now < end:
            self.band()
            self.wait(0.01)


def test_without_a_line_nothing_waits_and_nothing_is_asked() -> None:
    pacer = Pacer(LineKind())
    pacer.wrote(10_000_000)
    assert pacer.room() == math.inf
    assert pacer.wrote_band() == ""
    assert pacer.is_empty
    assert not pacer.is_full
    assert pacer.thrift(10_000) == 0
    assert not pacer.wants_coarse(10_000)


@pytest.mark.parametrize(("rate", "round_trip"), [(8_000, 0.3), (32_000, 0.15), (125_000, 0.08)])
def test_one_band_at_a_time_is_under_way(rate: float, round_trip: float) -> None:
    line = _Line(_PLAIN, rate, round_trip)
    line.words(50)
    line.band()
    line.wait(1.5)
    line.look(10.0)
    line.longest_queue = 0.0
    line.look(20.0)
    assert line.longest_queue < 0.7
    assert line.pacer.rate == pytest.approx(rate, rel=0.3)


def test_bands_are_short_while_keys_come() -> None:
    line = _Line(_PLAIN, 8_000, 0.3)
    line.look(20.0)
    line.longest_queue = 0.0
    for _ in range(20):
        line.pacer.begin_picture()
        line.words(300)
        line.look(0.2)
    assert line.longest_queue < 0.45


def test_a_band_is_not_followed_before_its_answer() -> None:
    line = _Line(_PLAIN, 8_000, 0.3)
    assert line.band() > 0
    assert line.pacer.room() == 0
    assert not line.pacer.is_empty
    line.wait(1.0)
    assert line.pacer.is_empty
    assert line.pacer.room() > 0


def test_nothing_is_to_be_waited_for_in_the_end() -> None:
    line = _Line(_PLAIN, 8_000, 0.3)
    line.band()
    line.wait(2.0)
    assert line.pacer.is_empty
    assert not line.pacer.is_asking


def test_without_answers_pictures_go_on_at_a_rate() -> None:
    line = _Line(_PLAIN, 8_000, 0.3)
    line.round_trip = 1e9
    line.look(4.0)
    line.longest_queue = 0.0
    sent = line.sent
    line.look(15.0)
    assert line.sent - sent > 15 * 1_000
    assert line.longest_queue < 0.7
    assert not line.pacer.is_full


def test_an_answer_that_was_lost_is_not_the_last_one() -> None:
    line = _Line(_PLAIN, 8_000, 0.3)
    line.words(50)
    line.look(10.0)
    line.round_trip = 1e9
    line.look(6.0)
    line.round_trip, line.answer = 0.3, None
    line.look(30.0)
    assert line.pacer.rate == pytest.approx(8_000, rel=0.4)


def test_an_answer_that_nobody_asked_for_changes_nothing() -> None:
    line = _Line(_PLAIN, 8_000, 0.3)
    line.look(10.0)
    line.wait(2.0)
    before = line.pacer.rate
    line.pacer.acknowledged()
    assert line.pacer.rate == before


def test_a_configured_rate_is_kept_and_nothing_is_asked() -> None:
    line = _Line(_MULTIPLEXED, 8_000, 0.3)
    for _ in range(100):
        line.look(0.1)
        assert line.answer is None
    assert line.pacer.rate == 8_000
    assert line.longest_queue < 0.7
    assert line.sent == pytest.approx(10 * 8_000, rel=0.25)


def test_words_wait_where_too_many_are_under_way() -> None:
    line = _Line(_MULTIPLEXED, 8_000, 0.3)
    while not line.pacer.is_full:
        line.words(300)
    assert line.longest_queue < 0.5
    line.wait(0.5)
    assert not line.pacer.is_full


def test_a_line_that_stalls_holds_words_back_for_a_while_only() -> None:
    line = _Line(_PLAIN, 8_000, 0.3)
    line.look(10.0)
    line.wait(2.0)
    line.band()
    assert line.answer is not None
    line.answer = line.now + 3_600
    line.wait(2.0)
    assert line.pacer.is_full
    line.wait(4.0)
    assert not line.pacer.is_full


def test_slow_lines_draw_with_thrift() -> None:
    levels = {}
    for kbits in (64, 256, 1_000, 4_000):
        pacer = Pacer(LineKind(is_far=True, rate=kbits * 125))
        levels[kbits] = pacer.thrift(3_800), pacer.wants_coarse(3_800)
    assert levels == {64: (3, False), 256: (1, True), 1_000: (0, False), 4_000: (0, False)}


def test_the_thrift_does_not_waver() -> None:
    line = _Line(_PLAIN, 30_000, 0.1)
    line.look(10.0)
    seen = set()
    for _ in range(100):
        line.look(0.2)
        seen.add(line.pacer.thrift(3_800))
    assert len(seen) == 1


def test_silence_alone_makes_no_line_slower_than_any_is_taken_for_at_first() -> None:
    line = _Line(_PLAIN, 60_000, 0.02)
    line.look(3)
    for _ in range(12):
        # Answers that never come, each in its own burst of pictures.
        line.pacer.wrote_band()
        line.wait(60)
        line.pacer.room()
        line.answer = None
    assert line.pacer.rate >= FIRST_RATE


def test_words_wait_no_longer_than_a_moment_where_answers_dawdle_by_seconds() -> None:
    chance = random.Random(2)
    line = _Line(_PLAIN, 60_000, 0.05)
    for _ in range(120):
        line.round_trip = 3 * chance.random()
        line.look(0.5)
        line.wait(3.0)
        line.words(500)
        line.wait(0.6)
        assert not line.pacer.is_full
