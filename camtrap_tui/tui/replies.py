"""What of the bytes of a terminal a person typed: nothing that the terminal says becomes a key.

Answers come late, split at any byte, or unasked. A whole sequence is a key of ours or does
nothing. One thing is ambiguous: ESC, a pause, and then `[`, which is either an answer in two
pieces or a person's Esc and a key. What is being waited for decides: while an answer is, the
ESC waits with it; while none is, it is a key after `delay`. Terminals answer in the order
they were asked, so that an answer ends the waiting for everything asked before it.
"""

from __future__ import annotations

import codecs
import re
from collections import deque
from dataclasses import dataclass
from typing import Literal

from camtrap_tui.tui.keyboard import ESCAPE, Key, of_character, of_sequence, with_alt

# What may be asked of a terminal: where its cursor is, which of its modes are on, what it is.
Question = Literal["cursor", "mode", "attributes"]

# Seconds: how long an answer is waited for, and how long for the rest of one that has begun.
PATIENCE = 6.0
# Seconds within which a terminal sends a sequence, but nobody types one.
_AT_ONCE = 0.05
_LONGEST = 64
_LONGEST_PASTE = 1 << 16

_ESC = "\x1b"
_CANCELS = "\x18\x1a"
_STRINGS = "PX]^_"
_PASTE, _PASTE_END = "\x1b[200~", "\x1b[201~"
_ANSWERS: dict[Question, re.Pattern[str]] = {
    "cursor": re.compile(r"\x1b\[\d+;\d+R"),
    "mode": re.compile(r"\x1b\[\?\d+;\d+\$y"),
    "attributes": re.compile(r"\x1b\[\?[\d;]*c"),
}
# How each may begin, after the bracket.
_BEGINNINGS: dict[Question, re.Pattern[str]] = {
    "cursor": re.compile(r"\x1b\[(\d{1,4}(;\d{0,4})?)?"),
    "mode": re.compile(r"\x1b\[(\?(\d+(;(\d+\$?)?)?)?)?"),
    "attributes": re.compile(r"\x1b\[(\?[\d;]*)?"),
}
# Nothing that a person types key by key looks like these.
_REPORT = re.compile(
    r"\x1b\[([?>=][\d;]*(\$y|[cunRS])|\d+;\d+(R|\$y)|[\d;]+t|\d+n|<[\d;-]+[Mm]|[IO])"
)
_CSI_BEGUN = re.compile(r"\x1b\[(\[|[0-?]*[ -/]*)")
_CSI_WHOLE = re.compile(r"\x1b\[(\[.|M...|(?![\[M])[0-?]*[ -/]*[@-~])", re.DOTALL)
_SS3_BEGUN = re.compile(r"\x1bO[0-9;]*")
# C1 controls, as UTF-8 has them and as single bytes; ST alone does nothing.
_C1 = {chr(0x80 + code - 0x40): chr(code) for code in map(ord, "O" + "[" + _STRINGS)}
_C1 |= {chr(0xDC00 + ord(sign)): final for sign, final in _C1.items()}
_ST = "\x9c\udc9c"


@dataclass(frozen=True, slots=True)
class Paste:
    """A text that was pasted between the marks of a terminal."""

    text: str


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer of a terminal, and its numbers: row and column, mode and state, or what it is."""

    question: Question
    numbers: tuple[int, ...]
    # Whether it was still waited for.
    asked: bool


Heard = Key | Paste | Reply


class Replies:
    """Reads bytes, and says what a person typed or pasted and what the terminal answered.

    Times are seconds of one clock that never goes back. `expect` may be called from another
    thread than the rest.
    """

    def __init__(self, delay: float = 0.1) -> None:
        """Take an ESC for a key after `delay` seconds, while no answer is waited for."""
        self._delay = delay
        self._decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
        self._asked: deque[tuple[Question, float]] = deque()
        self._mute: set[Question] = set()
        # A sequence that has begun: its latest byte came at `_at`; it is given up at `_until`.
        self._held = ""
        self._at = 0.0
        self._until = 0.0
        # The held ESC may have been a person's: it waits ("asked") or was a key ("sent").
        self._doubt: Literal["", "asked", "sent"] = ""
        self._sent_escape = False
        self._paste: str | None = None
        self._broken = False

    def expect(self, question: Question, now: float) -> None:
        """Note that the terminal is being asked this."""
        self._asked.append((question, now + PATIENCE))

    def awaits(self, now: float) -> bool:
        """Tell whether an answer is still to come.

        A terminal that has left a question unanswered is not waited for when asked again.
        """
        return any(
            now < until and question not in self._mute for question, until in tuple(self._asked)
        )

    @property
    def deadline(self) -> float | None:
        """When `tick` has something to do, unless bytes come before."""
        return self._until if self._held or self._paste is not None else None

    def tick(self, now: float) -> list[Heard]:
        """Return what is decided by nothing having come until now."""
        # What has begun to come is waited for to its end.
        while self._asked and self._asked[0][1] <= now and not self._held:
            self._mute.add(self._asked.popleft()[0])
        if self.deadline is None or now < self.deadline:
            return []
        if self._paste is not None:
            # Its end was lost; what it was is known all the same.
            return self._end_paste()
        held, doubt = self._leave()
        if held == _ESC:
            self._sent_escape = True
            return [ESCAPE]
        return _typed(held, doubt) if doubt and len(held) == 2 else []

    def feed(self, data: bytes, now: float) -> list[Heard]:
        """Return what these bytes are, with what came before them."""
        heard = self.tick(now)
        text = self._decoder.decode(data)
        at = 0
        while at < len(text):
            if self._paste is not None:
                at = self._pasted(text, at, now, heard)
                continue
            heard += self._take(self._plain(text[at]), now)
            at += 1
        return heard

    # ── one character after the other ─────────────────────────────────────────────────────

    def _plain(self, character: str) -> str:
        """Return the character; a single byte of the upper half is a C1 control by itself only."""
        lone = "\udc80" <= character <= "\udcff"
        after_lead, self._broken = self._broken, lone and (self._broken or character >= "\udcc0")
        return "\N{REPLACEMENT CHARACTER}" if lone and after_lead else character

    def _take(self, character: str, now: float) -> list[Heard]:
        if self._held:
            return self._go_on(character, now)
        sent, self._sent_escape = self._sent_escape, False
        if character == _ESC:
            self._hold(_ESC, now)
            self._until = now + (PATIENCE if self.awaits(now) else self._delay)
        elif character in _C1:
            self._hold(_ESC + _C1[character], now)
        elif sent and character in _STRINGS + "[O":
            self._hold_doubtful(_ESC + character, "sent", now)
        else:
            key = of_character(character)
            return [key] if key else []
        return []

    def _go_on(self, character: str, now: float) -> list[Heard]:
        if self._doubt:
            return self._weigh(character, now)
        held = self._held
        paused = now - self._at > self._delay
        if held == _ESC:
            return self._second(character, now, paused=paused)
        if held[1] in _STRINGS:
            return self._string(character, now)
        if character == _ESC or character in _C1:
            self._leave()
            return self._take(character, now)
        grown = held + character
        if _is_begun(grown):
            # Past any sequence that is known, only its end matters.
            self._grow(grown if len(grown) < _LONGEST else held, now)
            return []
        if paused and not _is_known(grown):
            return self._between(character, now)
        self._leave()
        return self._whole(grown, now) if _is_whole(grown) else []

    def _between(self, character: str, now: float) -> list[Heard]:
        """Take what came a while after the beginning of a sequence, and does not end it."""
        awaits = self._held[1] == "[" and self.awaits(now)
        if character < " " or not awaits:
            held, _ = self._leave()
            # It may be the end of a sequence that nobody knows.
            if _is_whole(held + character) or character in _CANCELS:
                return []
        # While an answer is to come, so is the rest of it: this is a key in between.
        key = of_character(character)
        return [key] if key else []

    def _second(self, character: str, now: float, *, paused: bool) -> list[Heard]:
        """Take what follows an ESC."""
        if character == _ESC:
            self._leave()
            return [ESCAPE, *self._take(_ESC, now)]
        if character in _STRINGS + "[O":
            if paused:
                self._hold_doubtful(_ESC + character, "asked", now)
            else:
                self._hold(_ESC + character, now)
            return []
        self._leave()
        if paused:
            return [ESCAPE, *self._take(character, now)]
        key = with_alt(character)
        return [key] if key else []

    def _string(self, character: str, now: float) -> list[Heard]:
        """Swallow an OSC, DCS, APC, PM or SOS string to its end."""
        kind, ending = self._held[:2], self._held.endswith(_ESC)
        if ending and character != "\\":
            self._leave()
            return [*self._take(_ESC, now), *self._take(character, now)]
        if ending or character in _ST + _CANCELS or (character == "\x07" and kind == "\x1b]"):
            self._leave()
        elif character == _ESC:
            self._held = kind + _ESC
        return []

    # ── in doubt ──────────────────────────────────────────────────────────────────────────

    def _weigh(self, character: str, now: float) -> list[Heard]:
        """Take what follows an ESC, a pause and a bracket: an answer, or keys."""
        held, doubt = self._held, self._doubt
        grown = held + character
        at_once = now - self._at <= _AT_ONCE
        if doubt == "asked":
            if any(_ANSWERS[question].fullmatch(grown) for question, _ in tuple(self._asked)):
                self._leave()
                return self._whole(grown, now)
            if self._is_answer_begun(grown):
                self._hold_doubtful(grown, "asked", now)
                return []
        if character == _ESC and held[1] not in _STRINGS:
            answering = doubt == "asked" and len(held) > 2 and self._is_answer_begun(held)
            self._leave()
            return [*([] if answering else _typed(held, doubt)), *self._take(_ESC, now)]
        if at_once and _is_whole(grown) and _is_no_typing(grown):
            self._leave()
            return self._whole(grown, now)
        if (at_once or ";" in held or "?" in held) and _is_begun(grown):
            if len(grown) < _LONGEST:
                self._hold_doubtful(grown, doubt, now)
            else:
                self._leave()
                self._hold(grown[:2], now)
            return []
        self._leave()
        return [*_typed(held, doubt), *self._take(character, now)]

    def _is_answer_begun(self, held: str) -> bool:
        return any(_BEGINNINGS[question].fullmatch(held) for question, _ in tuple(self._asked))

    # ── whole sequences ───────────────────────────────────────────────────────────────────

    def _whole(self, sequence: str, now: float) -> list[Heard]:
        if sequence == _PASTE:
            self._paste, self._until = "", now + PATIENCE
            return []
        for question, pattern in _ANSWERS.items():
            if pattern.fullmatch(sequence):
                numbers = tuple(map(int, re.findall(r"\d+", sequence)))
                return [Reply(question, numbers, self._settle(question))]
        key = of_sequence(sequence)
        return [key] if key else []

    def _settle(self, question: Question) -> bool:
        """Wait for this answer no longer, nor for what was asked before; tell if it was asked."""
        self._mute.discard(question)
        if question not in [asked for asked, _ in tuple(self._asked)]:
            return False
        while self._asked.popleft()[0] != question:
            pass
        return True

    # ── holding ───────────────────────────────────────────────────────────────────────────

    def _hold(self, held: str, now: float) -> None:
        self._until = now + PATIENCE
        self._grow(held, now)

    def _grow(self, held: str, now: float) -> None:
        self._held, self._at = held, now

    def _hold_doubtful(self, held: str, doubt: Literal["", "asked", "sent"], now: float) -> None:
        self._hold(held, now)
        self._doubt = doubt
        answering = doubt == "asked" and self._is_answer_begun(held)
        if len(held) == 2 and not answering:
            self._until = now + _AT_ONCE

    def _leave(self) -> tuple[str, Literal["", "asked", "sent"]]:
        left = self._held, self._doubt
        self._held, self._doubt = "", ""
        return left

    # ── pastes ────────────────────────────────────────────────────────────────────────────

    def _pasted(self, text: str, at: int, now: float, heard: list[Heard]) -> int:
        """Take text from `at` on into the paste; return where the paste has ended."""
        before = self._paste or ""
        whole = before + text[at:]
        end = whole.find(_PASTE_END, max(len(before) - len(_PASTE_END), 0))
        if end < 0:
            # What is too long for any field may go, but not the beginning of the end.
            kept = whole[:_LONGEST_PASTE]
            rest = whole[_LONGEST_PASTE:]
            self._paste = kept + rest[-len(_PASTE_END) :]
            self._until = now + PATIENCE
            return len(text)
        self._paste = whole[:end]
        heard += self._end_paste()
        return at + end + len(_PASTE_END) - len(before)

    def _end_paste(self) -> list[Heard]:
        text, self._paste = self._paste or "", None
        return [Paste(text[:_LONGEST_PASTE])]


def _is_begun(held: str) -> bool:
    """Tell whether a sequence can go on from here."""
    if held[1] == "[":
        return bool(_CSI_BEGUN.fullmatch(held)) or (held[:3] == "\x1b[M" and len(held) < 6)
    if held[1] == "O":
        return bool(_SS3_BEGUN.fullmatch(held))
    return not _is_whole(held)


def _is_whole(held: str) -> bool:
    if held[1] == "[":
        return bool(_CSI_WHOLE.fullmatch(held))
    if held[1] == "O":
        return not _SS3_BEGUN.fullmatch(held) and " " <= held[-1] <= "~"
    return held.endswith(("\x1b\\", "\x07", "\x9c"))


def _is_known(sequence: str) -> bool:
    return (
        sequence in (_PASTE, _PASTE_END)
        or sequence.startswith(("\x1b[[", "\x1b[M"))
        or (sequence[1] == "[" and of_sequence(sequence) is not None)
        or _REPORT.fullmatch(sequence) is not None
    )


def _is_no_typing(sequence: str) -> bool:
    """Tell whether a person would hardly have typed this, key by key, at once after an Esc."""
    return sequence[1] != "[" or len(sequence) > 3 or not sequence[-1].islower()


def _typed(held: str, doubt: str) -> list[Heard]:
    """Return what was held in doubt as the keys that a person typed."""
    keys = [of_character(character) for character in held[1:]]
    escape: list[Heard] = [ESCAPE] if doubt == "asked" else []
    return [*escape, *(key for key in keys if key)]
