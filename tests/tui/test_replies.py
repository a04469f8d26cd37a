"""Bytes of a terminal: whatever answers do, what a person typed comes out, and nothing else."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from camtrap_tui.tui.keyboard import Key
from camtrap_tui.tui.replies import PATIENCE, Heard, Paste, Question, Replies, Reply

CURSOR, MODE, ATTRIBUTES = b"\x1b[12;5R", b"\x1b[?2026;2$y", b"\x1b[?62;22c"
ASKED: dict[Question, bytes] = {"cursor": CURSOR, "mode": MODE, "attributes": ATTRIBUTES}
UNASKED = (
    *(CURSOR, b"\x1b[1;1R", b"\x1b[1;2R", MODE, b"\x1b[?2048;0$y", b"\x1b[4;1$y"),
    *(ATTRIBUTES, b"\x1b[?1;2c", b"\x1b[>41;354;0c", b"\x1b[=0c", b"\x1b[0n", b"\x1b[?25u"),
    *(b"\x1b[I", b"\x1b[O", b"\x1b[<0;12;34M", b"\x1b[<35;1;2m", b"\x1b[M 11", b"\x1b[M#!2"),
    *(b"\x1b[8;24;80t", b"\x1b[6;16;8t", b"\x1b[48;24;80;384;640t"),
    *(b"\x1bP>|XTerm(354)\x1b\\", b"\x1bP!|7E565445\x1b\\", b"\x1bP1$r0m\x1b\\"),
    *(b"\x1bP1+r544e=787465726d\x1b\\", b"\x1b]11;rgb:1e1e/1e1e/1e1e\x1b\\"),
    *(b"\x1b]10;rgb:0000/1111/2222\x07", b"\x1b]4;1;rgb:11/22/33\x07", b"\x1b]22;123\x1b\\"),
    *(b"\x1b_Gi=31;OK\x1b\\", b"\x1b^123\x1b\\", b"\x1bX123\x1b\\", b"\x1b[?997;1n"),
    *(b"\x9b12;5R", b"\x9b?62;22c", b"\xc2\x9b12;5R", b"\x9d11;123\x9c", b"\x90>|1 2\x9c"),
    *(b"\x1b[12b", b"\x1b[1;2;3;4;5;6;7;8z", b"\x1b[" + b"1;" * 300 + b"z", b"\x1b[38:2::1q"),
)
PAUSES = (0.02, 0.1, 0.11, 0.3, 1.0, 2.5, 5.0)


def splits(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield every way to take `data` apart in two."""
    for at in range(1, len(data)):
        yield data[:at], data[at:]


class Line:
    """A terminal on a line with a clock of its own."""

    def __init__(self, *asked: Question) -> None:
        self.replies = Replies()
        self.now = 100.0
        self.heard: list[Heard] = []
        for question in asked:
            self.replies.expect(question, self.now)

    def wait(self, seconds: float) -> None:
        """Let time pass, as the loop that reads does: it wakes when there is something to do."""
        end = self.now + seconds
        while (due := self.replies.deadline) is not None and due <= end:
            self.now = max(due, self.now)
            self.heard += self.replies.tick(self.now)
        self.now = end

    def send(self, data: bytes, pause: float = 0) -> None:
        """Let bytes come, and then nothing for `pause` seconds."""
        self.heard += self.replies.feed(data, self.now)
        self.wait(pause)

    def keys(self) -> list[str]:
        """Return what was heard, but for what the terminal answered."""
        return [name(heard) for heard in self.heard if not isinstance(heard, Reply)]

    def answers(self) -> list[Reply]:
        """Return what the terminal answered."""
        return [heard for heard in self.heard if isinstance(heard, Reply)]


def name(heard: Heard) -> str:
    """Return a key as a word."""
    if isinstance(heard, Key):
        return heard.held + (heard.name or heard.text)
    return repr(heard)


def read(data: bytes) -> list[str]:
    """Return the keys of bytes that come at once, after which nothing comes."""
    line = Line()
    line.send(data, 20)
    return line.keys()


# ── answers ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("data", UNASKED, ids=repr)
def test_nothing_that_a_terminal_says_is_a_key(data: bytes) -> None:
    assert read(data) == []
    assert read(b"j" + data + b"b") == ["j", "b"]


@pytest.mark.parametrize("data", UNASKED, ids=repr)
def test_a_split_without_a_pause_changes_nothing(data: bytes) -> None:
    for first, rest in splits(data):
        line = Line()
        line.send(first, 0.02)
        line.send(rest, 0.3)
        line.send(b"1", 20)
        assert line.keys() == ["1"], first
    line = Line()
    for at in range(len(data)):
        line.send(data[at : at + 1], 0.001)
    line.send(b"b", 20)
    assert line.keys() == ["b"]


@pytest.mark.parametrize("pause", PAUSES)
@pytest.mark.parametrize("data", UNASKED, ids=repr)
def test_no_digit_of_an_unasked_answer_is_a_key_wherever_it_is_split(
    data: bytes, pause: float
) -> None:
    for first, rest in splits(data):
        line = Line()
        line.send(first, pause)
        line.send(rest, 0.2)
        # Where an ESC was all that came, a person may have pressed it: that is not to be known.
        expected = ["escape"] if first == b"\x1b" and pause >= 0.1 else []
        assert line.keys() == expected, (first, rest)


@pytest.mark.parametrize("delay", [0.0, 0.1, 0.9, 5.0])
@pytest.mark.parametrize("pause", PAUSES)
@pytest.mark.parametrize("question", ASKED)
def test_an_answer_is_read_by_whoever_asked_however_late_and_split(
    question: Question, pause: float, delay: float
) -> None:
    for first, rest in splits(ASKED[question]):
        line = Line(question)
        line.wait(delay)
        line.send(first, pause)
        line.send(rest, 0.5)
        assert line.keys() == [], (first, rest)
        assert [reply.question for reply in line.answers()] == [question], first
        assert line.answers()[0].asked
        line.send(b"3", 20)
        assert line.keys() == ["3"]


@pytest.mark.parametrize("pause", [0.02, 0.3, 5.0])
def test_answers_in_a_row_are_read_wherever_the_row_is_split(pause: float) -> None:
    row = MODE + ATTRIBUTES + CURSOR
    for first, rest in splits(row):
        line = Line("mode", "attributes", "cursor")
        line.send(first, pause)
        line.send(rest, 0.5)
        assert line.keys() == [], first
        assert line.answers() == [
            Reply("mode", (2026, 2), True),
            Reply("attributes", (62, 22), True),
            Reply("cursor", (12, 5), True),
        ]


@pytest.mark.parametrize("pause", [0.3, 0.5, 5.0])
@pytest.mark.parametrize("question", ASKED)
def test_keys_before_between_and_after_the_pieces_are_what_was_typed(
    question: Question, pause: float
) -> None:
    for first, rest in splits(ASKED[question]):
        line = Line(question)
        line.send(b"2")
        line.send(first, pause / 2)
        if first != b"\x1b":
            line.send(b"b", pause / 2)
        line.send(rest, pause)
        line.send(b"1", 20)
        assert line.keys() == (["2", "1"] if first == b"\x1b" else ["2", "b", "1"]), first


def test_an_answer_that_nobody_waits_for_is_told_apart() -> None:
    line = Line("cursor")
    line.wait(PATIENCE + 1)
    line.send(CURSOR)
    line.send(CURSOR)
    line.replies.expect("cursor", line.now)
    line.send(CURSOR)
    assert [reply.asked for reply in line.answers()] == [False, False, True]
    assert line.keys() == []


def test_an_answer_ends_the_waiting_for_what_was_asked_before() -> None:
    line = Line("mode", "attributes", "cursor")
    line.send(ATTRIBUTES)
    assert line.replies.awaits(line.now)
    line.send(CURSOR)
    assert not line.replies.awaits(line.now)


def test_a_mute_terminal_is_waited_for_once() -> None:
    line = Line("cursor")
    line.wait(PATIENCE)
    line.send(b"j")
    line.replies.expect("cursor", line.now)
    assert not line.replies.awaits(line.now)
    line.send(b"\x1b", 0.1)
    assert line.keys() == ["j", "escape"]
    line.send(CURSOR)
    line.replies.expect("cursor", line.now)
    assert line.replies.awaits(line.now)


# ── esc ──────────────────────────────────────────────────────────────────────────────────────


def test_esc_is_a_key_after_a_tenth_of_a_second() -> None:
    line = Line()
    line.send(b"\x1b", 0.09)
    assert line.keys() == []
    line.wait(0.01)
    assert line.keys() == ["escape"]


@pytest.mark.parametrize("typed", ["1", "12", "b", "[", "]", "[[", "[b", "]3", "O", "P", "_X", "q"])
@pytest.mark.parametrize("asked", [(), ("cursor",), ("mode", "attributes")])
@pytest.mark.parametrize("pause", [0.11, 0.2, 1.0])
def test_keys_after_esc_are_keys(typed: str, asked: tuple[Question, ...], pause: float) -> None:
    line = Line(*asked)
    line.send(b"\x1b", pause)
    for key in typed:
        line.send(key.encode(), 0.15)
    # A bracket may begin an answer while one is waited for; what follows shows that it did not.
    line.send(b"j", 20)
    assert line.keys() == ["escape", *typed, "j"]


@pytest.mark.parametrize("asked", [(), ("cursor",)])
def test_esc_twice_and_esc_before_an_arrow(asked: tuple[Question, ...]) -> None:
    line = Line(*asked)
    line.send(b"\x1b\x1b", 20)
    assert line.keys() == ["escape", "escape"]
    line = Line(*asked)
    line.send(b"\x1b", 0.15)
    line.send(b"\x1b[A\x1b[12;3R", 20)
    assert line.keys() == ["escape", "up"]


def test_an_esc_that_waits_is_a_key_once_the_answer_has_come() -> None:
    line = Line("cursor")
    line.send(b"\x1b", 0.3)
    assert line.keys() == []
    line.send(CURSOR)
    assert line.keys() == ["escape"]
    assert line.answers() == [Reply("cursor", (12, 5), True)]


def test_an_arrow_split_after_its_esc_is_an_arrow_while_an_answer_is_waited_for() -> None:
    line = Line("cursor")
    line.send(b"\x1b", 0.3)
    line.send(b"[A", 0.3)
    assert line.keys() == ["up"]


def test_alt_and_a_letter_are_not_that_letter() -> None:
    assert read(b"\x1bb\x1b1\x1bB\x1b/\x1b\x7f\x1b\t") == [
        *("alt+b", "alt+1", "alt+shift+b", "alt+/", "ctrl+w", "shift+tab"),
    ]


@pytest.mark.parametrize("begun", [b"\x1bO", b"\x1b[", b"\x1b[1", b"\x1b[M"])
def test_the_beginning_of_a_sequence_labels_nothing_and_is_given_up(begun: bytes) -> None:
    line = Line()
    line.send(begun, 0.5)
    line.send(b"q", 0.1)
    assert line.keys() in (["q"], [])
    line.wait(PATIENCE)
    line.send(b"3", 1)
    assert line.keys()[-1] == "3"


@pytest.mark.parametrize("begun", [b"\x1bP", b"\x1b]", b"\x1b_", b"\x1bX", b"\x1b]11;"])
def test_a_string_without_an_end_is_given_up_though_keys_go_on(begun: bytes) -> None:
    line = Line()
    line.send(begun, 0.5)
    for _ in range(20):
        line.send(b"1", 0.5)
    assert 8 <= len(line.keys()) <= 12
    assert set(line.keys()) == {"1"}


# ── pastes ───────────────────────────────────────────────────────────────────────────────────

PASTED = b"\x1b[200~b 12\r\x1b[A\x1b[12;5R\x1b[20\xc3\xa9\x00\x1b[201~"


@pytest.mark.parametrize("pause", [0.0, 0.2, 5.0])
def test_a_paste_is_one_thing_wherever_it_is_split(pause: float) -> None:
    text = "b 12\r\x1b[A\x1b[12;5R\x1b[20é\x00"
    for first, rest in splits(PASTED):
        if first == b"\x1b" and pause > 0.1:
            continue
        line = Line()
        line.send(first, pause)
        line.send(rest)
        line.send(b"1", 20)
        assert line.keys() == [repr(Paste(text)), "1"], first


def test_a_paste_without_its_end_is_given_up_and_labels_nothing() -> None:
    line = Line()
    line.send(b"\x1b[200~12", 3)
    line.send(b"345", PATIENCE)
    assert line.keys() == [repr(Paste("12345"))]
    line.send(b"1")
    assert line.keys()[1:] == ["1"]
    assert read(b"\x1b[201~1") == ["1"]


def test_a_long_paste_is_cut_and_still_ends() -> None:
    line = Line()
    line.send(b"\x1b[200~" + b"1" * 100_000)
    for _ in range(100):
        line.send(b"2" * 4096)
    for byte in b"\x1b[201~":
        line.send(bytes([byte]))
    line.send(b"3")
    assert line.heard == [Paste("1" * 65536), Key(text="3")]


# ── anything ─────────────────────────────────────────────────────────────────────────────────

_TYPED = {
    **{character.encode(): character for character in "b1290/[].uq"},
    **{b"\r": "enter", b"\x1b[A": "up", b"\x1bOB": "down", b"\x1b[5~": "pageup", b" ": "space"},
    **{b"\x1b[1~": "home", b"\x1bOq": "1", b"\x1b[49;65;49u": "1", b"\x12": "ctrl+r"},
    **{"é".encode(): "é", b"\x7f": "backspace", b"\x1b[13u": "enter", b"\x1b[Z": "shift+tab"},
}
_pieces = st.one_of(
    st.sampled_from([*_TYPED]).map(lambda data: (data, True)),
    st.sampled_from([data for data in UNASKED if b"\x9b" not in data]).map(lambda d: (d, False)),
)


@settings(max_examples=300, deadline=None)
@given(
    pieces=st.lists(_pieces, max_size=12),
    cuts=st.lists(st.integers(0, 200), max_size=12),
    pauses=st.lists(st.sampled_from([0.0, 0.01, 0.04]), min_size=13, max_size=13),
    asked=st.lists(st.sampled_from([*ASKED]), max_size=3),
)
def test_any_mixture_of_answers_and_keys_is_the_keys(
    pieces: list[tuple[bytes, bool]],
    cuts: list[int],
    pauses: list[float],
    asked: list[Question],
) -> None:
    whole = b"".join(data for data, _ in pieces)
    line = Line(*asked)
    edges = sorted({0, len(whole), *(cut for cut in cuts if cut < len(whole))})
    for (start, end), pause in zip(itertools.pairwise(edges), pauses * 2, strict=False):
        line.send(whole[start:end], pause)
    line.wait(20)
    assert line.keys() == [_TYPED[data] for data, typed in pieces if typed]


@settings(max_examples=300, deadline=None)
@given(
    pieces=st.lists(st.tuples(_pieces, st.sampled_from([0.2, 1.0, 4.0])), max_size=10),
    where=st.lists(st.floats(0, 1), min_size=10, max_size=10),
    pauses=st.lists(st.sampled_from([0.2, 1.0, 5.0]), min_size=10, max_size=10),
)
def test_answers_in_pieces_with_pauses_between_keys_label_nothing(
    pieces: list[tuple[tuple[bytes, bool], float]], where: list[float], pauses: list[float]
) -> None:
    line = Line()
    for ((data, typed), after), at, pause in zip(pieces, where, pauses, strict=False):
        if typed:
            line.send(data, after)
            continue
        # After its first byte is where alone a person's Esc could have come.
        cut = 2 + int(at * (len(data) - 2))
        line.send(data[:cut], pause)
        line.send(data[cut:], after)
    line.wait(20)
    assert line.keys() == [_TYPED[data] for (data, typed), _ in pieces if typed]


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=60), st.lists(st.integers(0, 60), max_size=8))
def test_any_bytes_at_all_end_and_leave_the_keyboard_working(data: bytes, cuts: list[int]) -> None:
    line = Line("cursor")
    edges = sorted({0, len(data), *(cut for cut in cuts if cut < len(data))})
    for start, end in itertools.pairwise(edges):
        line.send(data[start:end], 0.15)
    line.wait(2 * PATIENCE)
    before = len(line.keys())
    line.send(b"b")
    assert line.keys()[before:] == ["b"]


@pytest.mark.parametrize(
    "broken", [b"\xe4", b"\xe2\x9d", b"\xe2\x9b", b"\xf0\x9f\x9b", b"\xff\xfe", b"\xc3", b"\x80"]
)
def test_broken_characters_are_no_keys_and_eat_none(broken: bytes) -> None:
    assert read(broken + b"b1") == ["b", "1"]
    assert read(b"b" + broken) == ["b"]
