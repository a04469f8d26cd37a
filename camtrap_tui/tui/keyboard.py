"""What the keys of a terminal mean: names for characters and for whole escape sequences.

One key has one name, whatever terminal, multiplexer or protocol sends it. A sequence that is
no key of ours is None, and does nothing. Knows nothing of time or of splits (replies.py does).

Sources: xterm's ctlseqs (CSI, SS3, modifyOtherKeys), kitty's keyboard protocol (CSI u), the
Linux console's and rxvt's own variants as their terminfo entries have them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Key:
    """A key: a name of Textual's (`up`, `enter`, `ctrl+r`), or none and a character.

    A key with a name has text only where that name stands for a character (`enter`, `tab`).
    `held` are the modifiers of a character, as Textual writes them before a name: `alt+`.
    """

    name: str = ""
    text: str = ""
    held: str = ""


ESCAPE = Key("escape", "\x1b")
_CONTROLS = {
    "\x00": "ctrl+@",
    "\t": "tab",
    "\r": "enter",
    "\x08": "backspace",
    "\x7f": "backspace",
    "\x1b": "escape",
    "\x1c": "ctrl+backslash",
    "\x1d": "ctrl+right_square_bracket",
    "\x1e": "ctrl+circumflex_accent",
    "\x1f": "ctrl+underscore",
    " ": "space",
}
# With alt held: what line editors know by these, and the Linux console's shift+tab.
_ALT_CONTROLS = {"\x7f": "ctrl+w", "\x08": "ctrl+w", "\t": "shift+tab", "\r": "alt+enter"}
_LETTERS = {
    **{"A": "up", "B": "down", "C": "right", "D": "left", "H": "home", "F": "end"},
    **{"P": "f1", "Q": "f2", "R": "f3", "S": "f4"},
}
_TILDES = {
    **{1: "home", 2: "insert", 3: "delete", 4: "end", 5: "pageup", 6: "pagedown"},
    **{7: "home", 8: "end"},
    **{code: f"f{number}" for number, code in enumerate((11, 12, 13, 14, 15), 1)},
    **{code: f"f{number}" for number, code in enumerate((17, 18, 19, 20, 21), 6)},
    **{23: "f11", 24: "f12"},
}
# The keypad, when a program has put it into application mode.
_KEYPAD = {
    **{final: digit for digit, final in enumerate("pqrstuvwxy")},
    **{"j": "*", "k": "+", "l": ",", "m": "-", "n": ".", "o": "/", "X": "=", " ": " "},
}
# kitty's numbers for keys that have no character, and for the keypad.
_KITTY = {
    **{9: "tab", 13: "enter", 27: "escape", 127: "backspace", 57414: "enter"},
    **{57417: "left", 57418: "right", 57419: "up", 57420: "down", 57421: "pageup"},
    **{57422: "pagedown", 57423: "home", 57424: "end", 57425: "insert", 57426: "delete"},
    **{57363 + number: f"f{number}" for number in range(1, 13)},
}
_KITTY_KEYPAD = {
    **{57399 + digit: str(digit) for digit in range(10)},
    **dict(zip(range(57409, 57414), "./*-+", strict=True)),
    **{57415: "=", 57416: ","},
}
_KITTY_PRIVATE = range(57344, 63744)
_TEXT = {"tab": "\t", "enter": "\r", "backspace": "\x7f", "escape": "\x1b", "space": " "}
_SHIFT, _ALT, _CONTROL, _OTHERS, _LOCKS = 1, 2, 4, 8 | 16 | 32, 64 | 128
_RELEASE = "3"

_CSI = re.compile(r"\x1b\[([0-9:;]*)([A-Za-z~])")
_OTHER_KEY = re.compile(r"\x1b\[27;(\d{1,3});(\d{1,7})~")
_SS3 = re.compile(r"\x1bO(?:1;)?([0-9]{0,3})([A-Za-z ])")


def of_character(character: str) -> Key | None:
    """Return the key that one character is; None for what no key gives (C1, surrogates)."""
    if character in _CONTROLS:
        return Key(_CONTROLS[character], character)
    if character < " ":
        return Key(f"ctrl+{chr(ord(character) + 96)}", character)
    if "\x80" <= character <= "\x9f" or "\ud800" <= character <= "\udfff":
        return None
    return None if character == "\N{REPLACEMENT CHARACTER}" else Key(text=character)


def with_alt(character: str) -> Key | None:
    """Return what a character is when ESC came just before it: never that character alone."""
    if character in _ALT_CONTROLS:
        return Key(_ALT_CONTROLS[character])
    if character < " " or of_character(character) is None:
        return None
    return _modified(character, _ALT | (_SHIFT if character.isupper() else 0))


def of_sequence(sequence: str) -> Key | None:
    """Return the key that a whole escape sequence is, None for every other sequence."""
    if sequence.startswith("\x1b[["):
        number = "ABCDE".find(sequence[3:])
        return Key(f"f{number + 1}") if number >= 0 else None
    if found := _SS3.fullmatch(sequence):
        return _of_ss3(found[1], found[2])
    if found := _OTHER_KEY.fullmatch(sequence):
        return _of_code(int(found[2]), int(found[1]) - 1, "")
    if not (found := _CSI.fullmatch(sequence)):
        return None
    numbers, final = found[1].split(";"), found[2]
    if len(numbers) > 3 or (final != "u" and len(numbers) > 2):
        return None
    code, modifiers, text = (*numbers, "", "")[:3]
    bits, _, event = modifiers.partition(":")
    if event == _RELEASE or len(bits) > 3 or not (bits or "1").isdecimal():
        return None
    return _of_csi(code.partition(":")[0], int(bits or "1") - 1, text, final)


def _of_csi(code: str, modifiers: int, text: str, final: str) -> Key | None:
    if len(code) > 7 or modifiers < 0:
        return None
    if final == "u":
        return _of_code(int(code), modifiers, text) if code else None
    if final == "~":
        return _named(_TILDES.get(int(code or "0"), ""), modifiers)
    if final == "Z":
        return Key("shift+tab")
    # F3 with a modifier looks as a cursor report does, and so it is read.
    if final == "R" and (code or modifiers):
        return None
    return _named(_LETTERS.get(final, ""), modifiers) if code in ("", "1") else None


def _of_ss3(modifiers: str, final: str) -> Key | None:
    bits = int(modifiers or "1") - 1
    if final == "M":
        return _named("enter", bits)
    if final in _KEYPAD:
        return None if bits & ~_LOCKS else of_character(str(_KEYPAD[final]))
    return _named(_LETTERS.get(final, ""), bits)


def _of_code(code: int, modifiers: int, text: str) -> Key | None:
    """Return the key of a code point, as kitty and xterm's modifyOtherKeys send it."""
    if code in _KITTY:
        return _named(_KITTY[code], modifiers)
    held = modifiers & ~_LOCKS
    if code in _KITTY_KEYPAD:
        return None if held else Key(text=_KITTY_KEYPAD[code])
    if not held & ~_SHIFT and (typed := _characters(text)):
        return of_character(typed)
    if code < 32 or code in _KITTY_PRIVATE or code > 0x10FFFF or 0x80 <= code < 0xA0:
        return None
    return _modified(chr(code), held)


def _characters(text: str) -> str:
    """Return the one character that kitty says a key typed, empty where it is none or many."""
    if not text.isdecimal() or len(text) > 7 or not 32 <= int(text) <= 0x10FFFF:
        return ""
    return chr(int(text))


def _named(name: str, modifiers: int) -> Key | None:
    held = modifiers & ~_LOCKS
    if not name or held & _OTHERS:
        return None
    if not held:
        return Key(name, _TEXT.get(name, ""))
    # With modifiers, function keys are the window manager's, and none of ours.
    return None if re.fullmatch(r"f\d+", name) else Key(_prefix(held) + name)


def _modified(character: str, held: int) -> Key | None:
    if held & _OTHERS:
        return None
    if held & ~_SHIFT == 0:
        upper = character.upper()
        return of_character(upper if held and len(upper) == 1 else character)
    letter = character.lower() if len(character.lower()) == 1 else character
    return Key(text=letter, held=_prefix(held))


def _prefix(held: int) -> str:
    names = ((_ALT, "alt+"), (_CONTROL, "ctrl+"), (_SHIFT, "shift+"))
    return "".join(name for bit, name in names if held & bit)
